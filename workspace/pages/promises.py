"""What was promised and asked in a client's mail and notes, and what became of it: for the mail tab. Reads only."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from workspace.evidence import to_json
from workspace.promises import Said, how_kept, said_in_mail, said_in_note
from workspace.promises.reading import read_beside
from workspace.scope import Scope
from workspace.signals.mail import threads
from workspace.snapshot import Snapshot, take_snapshot

DAYS = 180  # how far back promises are told
MOST = 20
_PARTS = ("messages", "notes", "documents", "requests", "invoices")


@dataclass(frozen=True)
class PromiseLine:
    """A promise or an ask. `owes` is us or client; `due` None: no day was named; `kept` is what shows it kept, None while nothing does.
    `evidence` is the contract's JSON of the words; `reader` is the model that read them where the rules did not, else ""."""

    kind: str
    owes: str
    what: str
    due: date | None
    written: date
    kept: str | None
    evidence: dict[str, Any]
    reader: str = ""

    def is_late(self, today: date) -> bool:
        """Its day has passed and nothing shows it kept."""
        return self.kept is None and self.due is not None and self.due < today


@dataclass(frozen=True)
class Promised:
    """Promises with a day, the open ones first, and the asks that wait: those of the last word of each thread."""

    promises: tuple[PromiseLine, ...]
    asks: tuple[PromiseLine, ...]


def promised_of(scope: Scope, client_ref: str) -> Promised:
    """The client's promises of the last half year and the asks that wait for an answer; nine queries. Raises NotFound outside the scope."""
    snapshot = take_snapshot(scope, client_ref, _PARTS)
    first = scope.today - timedelta(days=DAYS)
    found = [
        one
        for mail in snapshot.messages
        if mail.sent_at is not None and (day := snapshot.local_day(mail.sent_at)) >= first
        for one in said_in_mail(mail, day, asks=False)
    ]
    found += [one for note in snapshot.notes if note.date >= first for one in said_in_note(note)]
    found += [one for one in read_beside(snapshot) if one.written >= first]
    lines = [_line(one, how_kept(snapshot, one)) for one in found if one.due is not None]
    lines.sort(key=lambda one: (one.kept is not None, one.due or date.max, one.what))
    return Promised(tuple(lines[:MOST]), tuple(_line(one, None) for one in _asks(snapshot, first))[:MOST])


def _asks(snapshot: Snapshot, first: date) -> list[Said]:
    found: list[Said] = []
    for thread in threads(snapshot):
        assert thread.last.sent_at is not None  # threads hold dated mails only
        day = snapshot.local_day(thread.last.sent_at)
        if day >= first:
            found += [one for one in said_in_mail(thread.last, day) if one.kind == "ask"]
    return sorted(found, key=lambda one: (one.written, one.start), reverse=True)


def _line(said: Said, kept: str | None) -> PromiseLine:
    return PromiseLine(
        said.kind, said.owes, said.what, said.due, said.written, kept, to_json(said.evidence), said.reader
    )
