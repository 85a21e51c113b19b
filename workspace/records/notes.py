"""Notes of the firm's people about clients, as the firm folder states them."""

from collections.abc import Sequence

from store.ids import content_hash, stable_id
from store.rows import NoteRow, Rejected
from store.tables import Note
from workspace.records.upsert import Applied, known_clients, known_people, lacking, put, reject
from workspace.scope import Right, Scope


def apply_notes(scope: Scope, rows: Sequence[NoteRow]) -> Applied:
    """Notes by client, day, author and their words: a note with other words is another note."""
    scope.require(Right.CLIENT_WRITE)
    clients, people = known_clients(scope, (row.client_ref for row in rows)), known_people(scope)
    wanted: list[Note] = []
    rejected: list[Rejected] = []
    for row in rows:
        reason = lacking(("client_ref", row.client_ref, clients), ("author", row.author, people))
        if reason:
            rejected.append(reject("notes.csv", row, reason))
            continue
        wanted.append(_note(row, clients[row.client_ref], people[row.author] if row.author else None))
    return put(scope, Note, wanted) + Applied(rejected=tuple(rejected))


def _note(row: NoteRow, client_id: str, author_id: str | None) -> Note:
    key = (row.client_ref, row.date, row.author or "", content_hash(row.text.encode()))
    return Note(
        id=stable_id("note", *key),
        client_id=client_id,
        date=row.date,
        author_id=author_id,
        text=row.text,
        custom=row.custom,
    )
