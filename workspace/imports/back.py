"""An import taken back: everything that it made goes, everything that it changed is as it was."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from store.audit import AuditTag
from store.database import touch
from store.errors import Conflict, NotFound
from store.leavings import leave
from store.tables import Base, Client, Document, DocumentVersion, Import, ImportVerdict, LooseFile, Passage
from store.vectors import shelf_of
from workspace.acting import record
from workspace.imports.hanging import Rows, hanging_on, in_words, let_go
from workspace.imports.papers import KIND
from workspace.records.upsert import batches
from workspace.retention.sweep import Gone, finish
from workspace.scope import Right, Scope
from workspace.undo import plain, taken_back

_KEPT_BY_US = frozenset(("revision", "embedder", "shelf"))
"""Columns that the software keeps about a client: no change that a person could lose."""
_SHOWN = 5


def take_back(scope: Scope, number: int) -> Import:
    """Undo the import of that number. What nights and readers made of its rows since goes too; what people did with them stands in the way.
    What lies outside the database is noted, and removed after the transaction by who called (store/leavings.py).

    Raises NotFound, and Conflict, in words, where rows were changed since or something hangs on what the import made."""
    scope.require(Right.IMPORT_RUN)
    found = scope.session.scalars(select(Import).where(Import.number == number)).one_or_none()
    if found is None:
        raise NotFound(f"there is no import {number}")
    if found.state != "done":
        raise Conflict(f"import {number} was undone already")
    later = scope.session.scalar(
        select(Import.number)
        .where(Import.number > number, Import.system == found.system, Import.state == "done")
        .limit(1)
    )
    if later is not None:
        raise Conflict(f"import {later} of {found.system} came after it: undo that one first")
    changes = [{**one, "after": _ours(one["after"])} for one in found.changes]
    _untouched(scope, changes)
    made: Rows = {}
    for one in changes:
        if one["what"] == "added":
            made.setdefault(one["table"], set()).add(one["id"])
    identity = found.id
    _drop_what_hangs(scope, found, made)
    taken_back(scope, changes)
    found = scope.session.get_one(Import, identity)
    found.state, found.undone_at = "undone", scope.now
    record(scope, AuditTag.IMPORT_UNDONE, f"import:{found.id}", None, number=number)
    return found


def _ours(after: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if name not in _KEPT_BY_US}


def _untouched(scope: Scope, changes: Sequence[dict[str, Any]]) -> None:
    """Raises Conflict that says which rows somebody changed since, and what of them."""
    tables = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    said: list[str] = []
    for one in changes:
        row = scope.session.get(tables[one["table"]], one["id"])
        if one["what"] == "removed":
            continue
        if row is None:
            said.append(f"{_called(scope, one['table'], one['after'])} is not there any more")
        elif names := [name for name, value in one["after"].items() if plain(getattr(row, name)) != value]:
            said.append(f"{_called(scope, one['table'], one['after'])}: {', '.join(names).replace('_', ' ')}")
    if said:
        more = f"; and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
        raise Conflict(
            f"somebody changed since what the import brought: {'; '.join(said[:_SHOWN])}{more}. Nothing was taken back"
        )


def _called(scope: Scope, table: str, values: dict[str, Any]) -> str:
    name = values.get("name") or values.get("title") or values.get("number") or values.get("ref") or ""
    client = scope.session.get(Client, values.get("client_id") or "") if values.get("client_id") else None
    words = table.replace("_", " ").removesuffix("s")
    return " ".join(part for part in (words, str(name), f"of {client.name}" if client else "") if part)


def _drop_what_hangs(scope: Scope, found: Import, made: Rows) -> None:
    """Take away what the software made of the import's rows and files, and note what of it lies outside the database. Raises Conflict for
    what somebody did with them."""
    documents, loose = _papers(scope, found)
    rows = {**made, **({"documents": documents} if documents else {})}
    hanging = hanging_on(scope, rows, documents)
    if hanging.by_people:
        where = ", ".join(_clients_behind(scope, rows, hanging.by_people))
        raise Conflict(
            f"something new hangs on what the import made: {in_words(hanging.by_people)}{f' at {where}' if where else ''}. "
            "Take that away first; nothing was taken back"
        )
    going = dict(hanging.derived)
    if documents:
        going["documents"] = going.get("documents", set()) | documents
    if loose:
        going["loose_files"] = loose
    if any(going.values()):
        passages, clients = _outside(scope, made, documents)
        gone = Gone()
        let_go(scope, going, gone)
        finish(scope, gone)
        leave(scope.session, scope.now, blobs=gone.blobs, passages=passages, clients=clients)


def _outside(scope: Scope, made: Rows, documents: Collection[str]) -> tuple[dict[str, list[str]], set[str]]:
    """By shelf the passages of these documents, and whose kept words change; clients that were here before count as changed."""
    changed, passages = set[str](), dict[str, list[str]]()
    for some in batches(sorted(documents), 400):
        query = (
            select(Passage.id, Client.id, Client.shelf)
            .join(DocumentVersion, DocumentVersion.id == Passage.version_id)
            .join(Client, Client.id == Passage.client_id)
            .where(DocumentVersion.document_id.in_(some))
        )
        for passage, client_id, shelf in scope.session.execute(query).tuples():
            passages.setdefault(shelf_of(client_id, shelf), []).append(passage)
        changed.update(scope.session.scalars(select(Document.client_id).where(Document.id.in_(some)).distinct()))
    for client_id in sorted(changed - made.get("clients", set())):
        touch(scope.session, client_id)
    return passages, changed | made.get("clients", set())


def _papers(scope: Scope, found: Import) -> tuple[set[str], set[str]]:
    """The documents that came with the import, and of the loose files those that still wait in the tray."""
    rows = scope.session.execute(
        select(ImportVerdict.row_table, ImportVerdict.row_id).where(
            ImportVerdict.import_id == found.id, ImportVerdict.kind == KIND, ImportVerdict.row_id.is_not(None)
        )
    ).tuples()
    papers: dict[str, set[str]] = {"documents": set(), "loose_files": set()}
    for table, identity in rows:
        papers[str(table)].add(str(identity))
    waits = select(LooseFile.id).where(LooseFile.id.in_(papers["loose_files"]), LooseFile.client_id.is_(None))
    return papers["documents"], set(scope.session.scalars(waits)) if papers["loose_files"] else set()


def _clients_behind(scope: Scope, rows: Rows, by_people: Collection[str]) -> Iterator[str]:
    """The names of the first clients of the import at which somebody did something."""
    ids = sorted(rows.get("clients", ()))
    named: set[str] = set()
    for table in by_people:
        columns = Base.metadata.tables[table].columns
        if "client_id" in columns:
            for first in range(0, len(ids), 400):
                query = (
                    select(columns["client_id"]).where(columns["client_id"].in_(ids[first : first + 400])).distinct()
                )
                named.update(scope.session.scalars(query))
    names = select(Client.name).where(Client.id.in_(sorted(named)[:_SHOWN])).order_by(Client.name)
    yield from scope.session.scalars(names)


__all__ = ["take_back"]
