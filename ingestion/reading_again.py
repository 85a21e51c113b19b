"""Better rules for documents that are there: kinds and facts that earlier readers read are read again from the pages kept.

A few versions at a time, each few in one transaction that also names their readers, so that a restart goes on where it ended. What people
corrected stays. Nothing is parsed and nothing embedded; a document that reads as before is left as it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from ingestion.facts import READER_VERSION, RULES
from ingestion.pipeline import FactsFound, Standing, find_facts, put_facts, put_figures, standing_at
from ingestion.stored import stored_parsed
from store.database import Database
from store.fence import Job
from store.tables import Document, DocumentVersion, FactRow

_AT_ONCE = 32


@dataclass(frozen=True)
class Reread:
    """How far it is: `read` of `total` versions; `changed` are the documents of the last few that say something else now."""

    read: int
    total: int
    changed: Sequence[str]


def behind(database: Database) -> int:
    """How many documents other readers read than those of today."""
    with database.reading(Job.INGESTION) as session:
        query = select(func.count()).select_from(DocumentVersion).where(DocumentVersion.stage == "indexed", _OTHERS)
        return session.scalars(query).one()


_OTHERS = func.coalesce(DocumentVersion.readers, "") != READER_VERSION


def read_again(database: Database) -> Iterator[Reread]:
    """Read all those again, client by client, a few whenever the next is asked for."""
    with database.reading(Job.INGESTION) as session:
        query = select(DocumentVersion.id).where(DocumentVersion.stage == "indexed", _OTHERS)
        waiting = session.scalars(query.order_by(DocumentVersion.client_id, DocumentVersion.id)).all()
    for first in range(0, len(waiting), _AT_ONCE):
        batch = waiting[first : first + _AT_ONCE]
        changed = _batch(database, batch)
        yield Reread(first + len(batch), len(waiting), changed)


def _batch(database: Database, ids: Sequence[str]) -> list[str]:
    """Read these again; returns the documents that say something else."""
    with database.reading(Job.INGESTION) as session:
        versions = standing_at(session, ids, "indexed")
        found = find_facts(session, versions, stored_parsed(session, versions))
    with database.writing() as session:
        standing = [version for version in standing_at(session, ids, "indexed") if version.id in found.kinds]
        same = _same(session, standing, found)
        changed = [version for version in standing if version.id not in same]
        put_facts(session, changed, found)
        put_figures(session, [version for version in standing if version.id in same], found)
        rows = update(FactRow).where(FactRow.version_id.in_(same), _by_rules())
        session.execute(rows.values(reader=READER_VERSION))
        versions_alike = update(DocumentVersion).where(DocumentVersion.id.in_(same))
        session.execute(versions_alike.values(readers=READER_VERSION))
    return [version.document_id for version in changed]


def _same(session: Session, standing: Sequence[Standing], found: FactsFound) -> set[str]:
    """The versions that read as before: what a person corrected reads otherwise, and is laid over again."""
    ids = [version.id for version in standing]
    rows: dict[str, list[dict[str, Any]]] = {one: [] for one in ids}
    for row in session.scalars(select(FactRow).where(FactRow.version_id.in_(ids), _by_rules())):
        rows[row.version_id].append({name: getattr(row, name) for name in _COMPARED})
    query = select(Document.current_version_id, Document.kind).where(Document.current_version_id.in_(ids))
    kinds = dict(session.execute(query).tuples().all())
    return {
        one
        for one in ids
        if kinds.get(one, found.kinds[one]) == found.kinds[one] and _alike(rows[one], found.rows[one])
    }


_COMPARED = ("id", "name", "type", "value", "row", "page", "start", "end", "quote", "confidence")


def _alike(stored: Sequence[dict[str, Any]], found: Sequence[dict[str, Any]]) -> bool:
    by_id = {row["id"]: row for row in stored}
    return len(by_id) == len(found) and all(
        by_id.get(row["id"]) == {name: row[name] for name in _COMPARED} for row in found
    )


def _by_rules() -> ColumnElement[bool]:
    """Rows that rules read: neither a model nor a person."""
    return FactRow.reader.startswith(RULES)
