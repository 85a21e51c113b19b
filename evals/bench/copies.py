"""A practice of any size whose records are copies of a loaded sample firm: what the night reads, without embedding it again.

Every row of a client is copied under a new id, its client under a new ref; then each client gets letters until it has as many documents
as asked. Only rows: the night opens no vectors. Owns no measure.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table, UniqueConstraint, func, insert, select
from sqlalchemy.orm import Session

from api.commands.result import Progress
from api.wiring import Services
from store.ids import stable_id
from store.tables import Base, Client, Document, DocumentPage, DocumentVersion, FactRow, Passage

NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
_ROWS_AT_ONCE = 2000
_LETTER = "Thank you for the records of the month. Nothing in them needs an answer; they are filed with the work papers of the year."

Row = dict[str, Any]


def grow(services: Services, clients: int, documents: int, progress: Progress) -> None:
    """Copy the firm's clients until there are `clients`, each with at least `documents` documents."""
    with services.database.reading() as session:
        there = list(session.scalars(select(Client.id).order_by(Client.ref)))
    more = clients - len(there)
    for done in range(0, max(more, 0), len(there)):
        chosen = there[: min(len(there), more - done)]
        with services.database.writing() as session:
            _copy(session, chosen, f"-{done // len(there) + 2}")
        progress("clients copied", len(there) + done + len(chosen), clients)
    _pad(services, documents, progress)


def _copy(session: Session, clients: Sequence[str], mark: str) -> None:
    tables = [table for table in Base.metadata.sorted_tables if _is_clients(table)]
    found = {table.name: _rows(session, table, clients) for table in tables}
    ids = {row["id"] for rows in found.values() for row in rows if "id" in row}
    for table in tables:
        unique = _unique(table)
        rows = [_renamed(row, ids, unique, mark) for row in found[table.name]]
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            session.execute(insert(table), rows[first : first + _ROWS_AT_ONCE])


def _is_clients(table: Table) -> bool:
    return table.name == "clients" or ("client_id" in table.c and table.name not in ("audit", "model_calls"))


def _rows(session: Session, table: Table, clients: Sequence[str]) -> list[Row]:
    of = table.c.id if table.name == "clients" else table.c.client_id
    return [dict(row._mapping) for row in session.execute(select(table).where(of.in_(clients)))]


def _unique(table: Table) -> set[str]:
    """The columns that no two rows may share alone."""
    several = [one.columns.keys() for one in table.constraints if isinstance(one, UniqueConstraint)]
    return {names[0] for names in several if len(names) == 1} | {one.name for one in table.c if one.unique}


def _renamed(row: Mapping[str, Any], ids: set[Any], unique: set[str], mark: str) -> Row:
    """The row with every id of a copied row, and every name that must be its own, marked."""
    return {
        name: f"{value}{mark}" if isinstance(value, str) and (value in ids or name in unique) else value
        for name, value in row.items()
    }


def _pad(services: Services, documents: int, progress: Progress) -> None:
    """Letters for every client that has fewer documents."""
    held = func.count(Document.id)
    query = select(Client.id, held).outerjoin(Document, Document.client_id == Client.id).group_by(Client.id)
    with services.database.reading() as session:
        short = [(client, documents - n) for client, n in session.execute(query).tuples() if n < documents]
    for done, (client, lacking) in enumerate(short, start=1):
        made = [list(_letter(client, number)) for number in range(lacking)]
        with services.database.writing() as session:
            for table, place in ((Document, 0), (DocumentVersion, 1), (DocumentPage, 2), (Passage, 3), (FactRow, 4)):
                session.execute(insert(table), [rows[place] for rows in made])
        progress("clients padded", done, len(short))


def _letter(client: str, number: int) -> Iterator[Row]:
    """The rows of one letter: document, version, page, passage and a fact."""
    document, version = stable_id("doc", client, number), stable_id("ver", client, number)
    name, place = f"letter {number:03d}.txt", {"client_id": client, "document_id": document, "version_id": version}
    yield {
        "id": document,
        "client_id": client,
        "path": f"Letters/{name}",
        "name": name,
        "source": "load",
        "kind": "letter",
        "state": "read",
        "current_version_id": version,
        "received_at": NOW,
        "opened_at": NOW,
    }
    yield {
        "id": version,
        "client_id": client,
        "document_id": document,
        "number": 1,
        "blob": version,
        "size": len(_LETTER),
        "media_type": "text/plain",
        "stage": "indexed",
        "received_at": NOW,
    }
    page = {"id": f"p{version}", "client_id": client, "version_id": version, "number": 1, "text": _LETTER}
    yield {**page, "source": "text", "words": [], "elements": []}
    yield {
        **place,
        "id": f"s{version}",
        "ordinal": 0,
        "page": 1,
        "start": 0,
        "end": len(_LETTER),
        "text": _LETTER,
        "context": "",
    }
    yield {
        **place,
        "id": f"f{version}",
        "name": "date",
        "type": "date",
        "value": "2026-02-03",
        "page": 1,
        "start": 0,
        "end": 9,
        "quote": _LETTER[:9],
        "confidence": 1,
        "reader": "bench",
    }
