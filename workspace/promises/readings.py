"""What the rules leave open in mails and notes, and where a model's reading of it is kept: once for a text and a reader.

Decides which sentences are worth a model's look. Calls no model and trusts none: what is kept here was held against the words before
(agents/promise_reader.py), and a promise that only a model read is a model's judgement wherever it is told.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from store.database import touch
from store.ids import stable_id
from store.tables import PromiseReading
from workspace.own_words import own_words
from workspace.promises.reading import Owes, is_open, said_in_note
from workspace.promises.sentences import sentences
from workspace.scope import Right, Scope, access_client
from workspace.snapshot import take_snapshot
from workspace.snapshot.model import Message, Note, ReadPromise

DAYS = 120  # what was written before cannot be due any more, or so long ago that nobody waits


@dataclass(frozen=True)
class OpenText:
    """A mail or note with sentences that name a day and a doing, and in which the rules see neither a promise nor an ask.

    `id` is the row's; `by` is whose words these are; `places` are the sentences' beginnings and ends in `text`."""

    id: str
    of_note: bool
    by: Owes
    written: date
    text: str
    places: tuple[tuple[int, int], ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the text: a changed one is read again."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def open_texts(scope: Scope, client_ref: str, reader: str, most: int) -> tuple[OpenText, ...]:
    """The client's texts of the last months that are open and that `reader` has not read as they stand, newest first; at most so many.
    Six queries. Raises NotFound outside the scope."""
    snapshot = take_snapshot(scope, client_ref, ("messages", "notes"))
    first = scope.today - timedelta(days=DAYS)
    found: list[OpenText] = []
    for mail in snapshot.messages:
        if mail.sent_at is not None and first <= (day := snapshot.local_day(mail.sent_at)) <= scope.today:
            found.append(_of_mail(mail, day))
    found += [_of_note(note) for note in snapshot.notes if first <= note.date <= scope.today]
    read = _read(scope, snapshot.client.id)
    left = [one for one in found if one.places and read.get(one.id) != (reader, one.digest)]
    return tuple(sorted(left, key=lambda one: (one.written, one.id), reverse=True)[:most])


def keep_read(
    scope: Scope, client_ref: str, reader: str, texts: Sequence[OpenText], found: Mapping[str, Sequence[ReadPromise]]
) -> int:
    """Put down that `reader` has read these texts, and what it found in each, by the text's id; returns how many promises there are."""
    scope.require(Right.DOCUMENT_ADD)
    client = access_client(scope, client_ref)
    changed = False
    for text in texts:
        key = stable_id("prd", client.id, text.id)
        row = scope.session.get(PromiseReading, key)
        if row is None:
            row = PromiseReading(id=key, client_id=client.id, source=text.id, promises=[])
            scope.session.add(row)
        promises = [_kept(one) for one in found.get(text.id, ())]
        changed = changed or row.promises != promises
        row.reader, row.digest, row.promises = reader, text.digest, promises
    if changed:
        touch(scope.session, client.id)
    return sum(len(found.get(text.id, ())) for text in texts)


def _kept(one: ReadPromise) -> dict[str, object]:
    due = one.due.isoformat()
    return {"owes": one.owes, "what": one.what, "due": due, "start": one.start, "end": one.end, "quote": one.quote}


def _of_mail(mail: Message, day: date) -> OpenText:
    by: Owes = "us" if mail.direction == "out" else "client"
    places = tuple(place for place in sentences(mail.body, *own_words(mail)) if is_open(mail.body[slice(*place)], day))
    return OpenText(mail.id, False, by, day, mail.body, places)


def _of_note(note: Note) -> OpenText:
    clear = {one.start for one in said_in_note(note)}
    places = tuple(
        (start, end)
        for start, end in sentences(note.text)
        if start not in clear and is_open(note.text[start:end], note.date, of_note=True)
    )
    return OpenText(note.id, True, "us", note.date, note.text, places)


def _read(scope: Scope, client_id: str) -> dict[str, tuple[str, str]]:
    row = PromiseReading
    query = select(row.source, row.reader, row.digest).where(
        row.client_id == client_id, row.client_id.in_(scope.clients())
    )
    return {source: (reader, digest) for source, reader, digest in scope.session.execute(query).tuples()}
