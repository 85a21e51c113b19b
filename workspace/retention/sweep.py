"""How rows are removed for good, with everything that hangs on them, and what of them lies outside the database.

What only points at a removed row keeps standing and points at nothing. Knows no schedule and no rights: whoever calls has asked both.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, delete, or_, select, update
from sqlalchemy.orm import Session

from store.database import touch
from store.leavings import BLOB_COLUMNS, leave, unnamed
from store.tables import Base, Passage
from workspace.scope import Scope

# A reference of these may be empty, but then the row says nothing, or the database refuses it.
_WITH_WHAT_THEY_NAME = {
    "posts",
    "relations",
    "rates",
    "ownership_shares",
    "portal_uploads",
    "intake_findings",
    "messages",
}
_AT_ONCE = 400


@dataclass
class Gone:
    """What was removed, by table; and what is left to remove outside: blobs that nothing names any more, passages of the index by the
    client's shelf, whole clients with all that is kept of them beside the database."""

    rows: Counter[str] = field(default_factory=Counter[str])
    blobs: set[str] = field(default_factory=set[str])
    passages: set[str] = field(default_factory=set[str])
    client_id: str = ""
    shelf: str = ""
    threads: str = ""
    whole: bool = False


def remove(scope: Scope, table_name: str, ids: Iterable[str], gone: Gone) -> None:
    """Remove the rows of these ids. In the order of what hangs on what, one statement for each few hundred."""
    wanted = sorted(set(ids))
    for first in range(0, len(wanted), _AT_ONCE):
        _remove(scope, Base.metadata.tables[table_name], wanted[first : first + _AT_ONCE], gone)


def _remove(scope: Scope, table: Table, ids: Collection[str], gone: Gone) -> None:
    session = scope.session
    for child, column in _references(table):
        if column.nullable and child.name not in _WITH_WHAT_THEY_NAME:
            session.execute(update(child).where(column.in_(ids)).values({column.name: None}))
            continue
        hanging = set(session.scalars(select(_key(child)).where(column.in_(ids))))
        if child is table:
            hanging -= set(ids)
        remove(scope, child.name, hanging, gone)
    _note_outside(session, table, ids, gone)
    session.execute(delete(table).where(_key(table).in_(ids)))
    gone.rows[table.name] += len(ids)


def _references(table: Table) -> Iterator[tuple[Table, Any]]:
    key = f"{table.name}.{_key(table).name}"
    for other in Base.metadata.sorted_tables:
        for column in other.columns:
            if any(one.target_fullname == key for one in column.foreign_keys):
                yield other, column


def _key(table: Table) -> Any:
    return next(iter(table.primary_key.columns))


def _note_outside(session: Session, table: Table, ids: Collection[str], gone: Gone) -> None:
    if table.name == Passage.__tablename__:
        gone.passages |= set(ids)
    for column in BLOB_COLUMNS:
        if column.class_.__tablename__ == table.name:
            found = session.scalars(select(column).where(_key(table).in_(ids), column.is_not(None)))
            gone.blobs |= {blob for blob in found if blob}


def of_client(table: Table, client_id: str) -> Any:
    """The ids of a table's rows that name the client, in whatever column; None where none can."""
    columns = [c for c in table.columns if any(key.target_fullname == "clients.id" for key in c.foreign_keys)]
    return select(_key(table)).where(or_(*(c == client_id for c in columns))) if columns else None


def finish(scope: Scope, gone: Gone) -> None:
    """At the end of the transaction: what other rows still name is not removed outside; what is, is noted, so that it goes also when this
    process ends before it has done so; the client counts as changed."""
    session = scope.session
    gone.blobs = unnamed(session, gone.blobs)
    if gone.client_id:
        touch(session, gone.client_id)
        leave(
            session,
            scope.now,
            blobs=gone.blobs,
            passages={gone.shelf: gone.passages},
            clients=[gone.client_id],
            whole=gone.shelf if gone.whole else None,
            threads=gone.threads or None,
            scour=True,
        )
    session.expire_all()
