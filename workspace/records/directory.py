"""What an exported firm says of its clients beyond the contract's files, from `records/*.jsonl` of the export: tags, states, fields, moves
of the lifecycle, relations, shares, kept filters, what was merged.

Rows are taken by the ids that the export gave them, into a home that has none of its own yet. A row that names somebody who is not there
is told and left out. A contact without an address has another id after a load, since the folder knows it by client and name.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from store.rows import Rejected
from store.tables import (
    Base,
    ClientTag,
    CustomField,
    FilingState,
    LifecycleChange,
    MergedClient,
    MergedContact,
    OwnershipShare,
    Relation,
    SavedFilter,
    Tag,
)
from workspace.records.billing import values_of
from workspace.records.upsert import Applied
from workspace.scope import Right, Scope

Raw = Mapping[str, Any]
# in the order in which they reference each other
_ADDED: tuple[type[Base], ...] = (
    *(CustomField, Tag, ClientTag, FilingState, LifecycleChange, Relation, OwnershipShare, SavedFilter),
    *(MergedClient, MergedContact),
)
FILES = tuple(table.__tablename__ for table in _ADDED)


def apply_directory(scope: Scope, files: Mapping[str, Sequence[Raw]]) -> Applied:
    """Take the rows of these files, by the name of their table (FILES), in a home that has none of its own yet; in any other they are left
    alone, since that home has gone on. Raises Forbidden without client:write."""
    scope.require(Right.CLIENT_WRITE)
    if any(scope.session.scalars(select(table.id).limit(1)).first() for table in _ADDED):  # type: ignore[attr-defined]
        return Applied(unchanged=sum(len(files.get(name, ())) for name in FILES))
    made, rejected = 0, list[Rejected]()
    known: dict[str, set[str]] = {}
    for table in _ADDED:
        name = table.__tablename__
        for line, raw in enumerate(files.get(name, ()), start=1):
            missing = _lacking(scope, table, raw, known)
            if missing:
                rejected.append(Rejected(f"records/{name}.jsonl", line, missing, dict(raw)))
                continue
            scope.session.add(table(**values_of(table, raw)))
            made += 1
        scope.session.flush()
        known.pop(name, None)
    return Applied(created=made, rejected=tuple(rejected))


def _lacking(scope: Scope, table: type[Base], raw: Raw, known: dict[str, set[str]]) -> str | None:
    """Who or what the row names that is not there."""
    for column in table.__table__.columns:
        for key in column.foreign_keys:
            there, value = key.column.table, raw.get(column.name)
            if there.name not in known:
                known[there.name] = set(scope.session.scalars(select(there.c.id)))
            if value is not None and value not in known[there.name]:
                return f"{column.name} {value} is not there"
    return None
