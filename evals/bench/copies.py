"""A practice of any size whose records are copies of a loaded sample firm: what the night and the pages read, without embedding it again.

Every row of a client is copied under a new id, its client under a new ref and name, with the people, contacts and groups that it names;
then each client gets letters until it has as many documents as asked, and mails. With `nights` what a night left of a client is copied
too: its scans, signals and drafts, whose words go on naming the client they are copies of. Only rows: neither opens vectors. Owns no
measure.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Table, UniqueConstraint, func, insert, select
from sqlalchemy.orm import Session

from api.commands.result import Progress
from api.wiring import Services
from store.ids import stable_id
from store.tables import (
    Base,
    Client,
    ClientGroup,
    Contact,
    Document,
    DocumentPage,
    DocumentVersion,
    FactRow,
    Message,
    Passage,
    Person,
    SignalRow,
)

NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
_ROWS_AT_ONCE = 2000
# Rows of no client that rows of a client name: a practice of ten times the clients has ten times the staff.
_NAMED = (Person.__tablename__, Contact.__tablename__, ClientGroup.__tablename__)
_LETTER = (
    "Thank you for the records of the month. Nothing in them needs an answer; they are filed with the work papers of the year.\n\n"
    "We compared the closing balance with the bank's own statement and found them equal. The deposits are those of the register, the "
    "checks those of the list that came with it, and the fees of the account are the same as in the month before. Two deposits of the "
    "last day were booked by the bank on the first working day of the next month, as every month.\n\n"
    "Please keep the paper receipts above seventy-five dollars with the month's envelope, and write the purpose on those of meals. The "
    "mileage log came without the odometer at the end of the month; the reading of the next month will do. We shall ask for the "
    "statements of the next quarter when they are due, as before.\n\n"
    "With kind regards\nThe office\n"
)
# Longer lists are boxes of words on a page, which name no row.
_LONG = 200
_SUBJECTS = ("Records of the month", "Question about the statement", "Meeting next week", "The signed form", "Receipts")

Row = dict[str, Any]


def grow(
    services: Services,
    clients: int,
    documents: int,
    progress: Progress,
    mails: int = 0,
    staff: bool = False,
    nights: bool = False,
) -> None:
    """Copy the firm's clients until there are `clients`, each with at least `documents` documents and `mails` mails; with `staff` the
    people, contacts and groups grow along, else all of it stays theirs who are there; with `nights` what the nights made of them too."""
    with services.database.reading() as session:
        there = list(session.scalars(select(Client.id).order_by(Client.ref)))
    more = clients - len(there)
    named = _those_named(services) if staff and more > 0 else {}
    for done in range(0, max(more, 0), len(there)):
        chosen = there[: min(len(there), more - done)]
        with services.database.writing() as session:
            _copy(session, chosen, named, done // len(there) + 2, nights)
        progress("clients copied", len(there) + done + len(chosen), clients)
    _pad(services, documents, progress)
    _write(services, mails, progress)


def _those_named(services: Services) -> dict[str, list[Row]]:
    """The people, contacts and groups as they were before anything was copied."""
    with services.database.reading() as session:
        return {
            name: [dict(row._mapping) for row in session.execute(select(Base.metadata.tables[name]))] for name in _NAMED
        }


def _copy(session: Session, clients: Sequence[str], named: Mapping[str, list[Row]], number: int, nights: bool) -> None:
    mark = f"-{number}"
    tables = [table for table in Base.metadata.sorted_tables if table.name in named or _is_clients(table, nights)]
    found = {table.name: named.get(table.name) or _rows(session, table, clients) for table in tables}
    ids = {row["id"] for rows in found.values() for row in rows if "id" in row}
    if nights:  # a signal is one by its key, and what a scan wrote down names work by its ref
        ids |= {row["key"] for row in found[SignalRow.__tablename__]}
        ids |= {row["ref"] for name in ("clients", "engagements") for row in found[name]}
    for row in found[Client.__tablename__]:
        row["name"] = f"{row['name']} {number}"
    for table in tables:
        unique = _unique(table)
        rows = [_renamed(row, ids, unique, mark) for row in found[table.name]]
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            session.execute(insert(table), rows[first : first + _ROWS_AT_ONCE])


def _is_clients(table: Table, nights: bool) -> bool:
    left = {"audit", "model_calls", "brief_items", "client_summaries"} | (set() if nights else _nights())
    return table.name == "clients" or ("client_id" in table.c and table.name not in left)


@cache
def _nights() -> set[str]:
    """The tables that a night fills, and what hangs on their rows: a night of one's own fills them again."""
    found = {"brief_items", "client_scans", "deliverables", "item_matches", "signals"}
    for table in Base.metadata.sorted_tables:
        if found & {key.column.table.name for key in table.foreign_keys}:
            found.add(table.name)
    return found


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
        name: f"{value}{mark}" if name in unique and isinstance(value, str) else _marked(value, ids, mark)
        for name, value in row.items()
    }


def _marked(value: Any, ids: set[Any], mark: str) -> Any:
    """The value with every id of a copied row marked, wherever it stands in lists and mappings (what a task requires)."""
    if isinstance(value, str):
        return f"{value}{mark}" if value in ids else value
    if isinstance(value, list):
        return [_marked(one, ids, mark) for one in value] if len(value) < _LONG else value
    if isinstance(value, dict):
        return {name: _marked(one, ids, mark) for name, one in value.items()}
    return value


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


def _write(services: Services, mails: int, progress: Progress) -> None:
    """Mails for every client that has fewer: two of three from outside, one or two a week back from the day of the firm."""
    held = func.count(Message.id)
    query = select(Client.id, held).outerjoin(Message, Message.client_id == Client.id).group_by(Client.id)
    with services.database.reading() as session:
        short = [(client, mails - n) for client, n in session.execute(query).tuples() if n < mails]
    for done, (client, lacking) in enumerate(short, start=1):
        with services.database.writing() as session:
            session.execute(insert(Message), [_mail(client, number) for number in range(lacking)])
        progress("mails written", done, len(short))


def _mail(client: str, number: int) -> Row:
    """A mail of a thread of three, the newest of which is ours: no reply is due. Its words are those of the letters, marked as its own."""
    root = f"<{number - number % 3}.{client}@bench.example>"
    subject, sent = _SUBJECTS[number % len(_SUBJECTS)], NOW - timedelta(hours=1 + number * 97)
    incoming = number % 3 != 0
    return {
        "id": stable_id("msg", client, number),
        "client_id": client,
        "message_id": f"<{number}.{client}@bench.example>",
        "thread": root,
        "direction": "in" if incoming else "out",
        "sender": f"office@{client}.example" if incoming else "office@firm.example",
        "recipients": ["office@firm.example" if incoming else f"office@{client}.example"],
        "subject": subject if number % 3 == 2 else f"Re: {subject}",
        "sent_at": sent,
        "body": _LETTER.replace(",", f" ({client[-6:]}-{number}),"),
    }


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
