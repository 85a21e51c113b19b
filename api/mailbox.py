"""A mailbox into the records: what is new since the last reading, in pieces, each with how far it was read in one transaction.

First the headers of a piece are fetched, and whole messages only of clients: what is of nobody the firm knows stays there, and is
searched there when a contact is added. A cut connection goes on where the last piece ended, in smaller ones. A folder that was moved, or
whose messages got new numbers, is read again: what is on file already stands once (workspace/sources/filing.py).
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential

from api.commands.scopes import reading
from api.imap import Cut, Head, Mailbox, folder_name, open_mailbox
from api.intake import RawMail, keeper, read_mails
from api.mail_consent import opened
from api.wiring import Services
from ingestion.elements import MailHeaders
from ingestion.parse.mail import read_headers
from store.errors import Conflict, NotFound
from store.ids import content_hash
from store.tables import Source
from workspace import sources
from workspace.documents import Incoming
from workspace.mail import AddressBook, Mail, address_book
from workspace.scope import Scope, system_scope
from workspace.sources import FolderMark

JOB = "sources"
TURN = 300.0  # seconds of one mailbox, before others have their turn
_HEADS = 400  # messages of a piece at most
_BYTES = 8_000_000
_TRIES = 6  # without anything new
_SEARCHES = 40  # addresses that are searched one by one; for more, all headers are looked at again
Pause = Callable[[float], Any]


@dataclass
class Turn:
    """One reading. `taken` messages were new, `passed` of nobody; `refs` are clients with news; `more`: it ended before the end."""

    ended: threading.Event
    until: float
    taken: int = 0
    passed: int = 0
    more: bool = False
    refs: set[str] = field(default_factory=set[str])

    def is_over(self) -> bool:
        """Whether to stop after this piece."""
        self.more = self.more or self.ended.is_set() or monotonic() > self.until
        return self.more


@dataclass
class _Pace:
    """How much is asked for at once: less after a cut, more again when it goes well."""

    ended: threading.Event
    size: int = _HEADS
    tries: int = 0

    def went_well(self) -> None:
        self.size, self.tries = min(_HEADS, self.size * 2), 0

    def is_stuck(self, state: RetryCallState) -> bool:
        self.size, self.tries = max(1, self.size // 4), self.tries + 1
        return self.tries >= _TRIES or self.ended.is_set()


@dataclass(frozen=True)
class Piece:
    """Messages that are filed together: whole ones to fetch, those too big, and how many were passed by up to `last`."""

    wanted: tuple[tuple[Head, tuple[str, ...]], ...]
    big: tuple[tuple[Head, tuple[str, ...]], ...]
    passed: int
    last: int


@contextmanager
def as_job(services: Services) -> Iterator[Scope]:
    """The software's own scope, in one transaction."""
    with services.database.writing() as session:
        yield system_scope(session, JOB, now=services.clock.now(), today=services.clock.today())


def read_mailbox(services: Services, way: sources.Access, turn: Turn, pause: Pause) -> None:
    """Read on from where it was read to. Raises Conflict and Invalid for what a person must mend, Cut when it is no use now."""
    pace = _Pace(turn.ended)
    way = opened(services, way)
    again: dict[str, Any] = {"wait": wait_exponential(multiplier=0.5, max=20), "sleep": pause, "reraise": True}
    for attempt in Retrying(retry=retry_if_exception_type(Cut), stop=pace.is_stuck, **again):
        with attempt, open_mailbox(way, services.settings.imap_inside) as box:
            Reader(services, way, box, turn, pace).read()


def try_mailbox(services: Services, way: sources.Access) -> list[str]:
    """Sign in and look at the folders that would be read: their names. Raises what `read_mailbox` raises."""
    with open_mailbox(opened(services, way), services.settings.imap_inside) as box:
        return [folder_name(name) for name in _chosen(box, way)]


def _chosen(box: Mailbox, way: sources.Access) -> list[str]:
    there = box.folders()
    if not way.folders:
        return there
    wanted = {name for name in there if name in way.folders or folder_name(name) in way.folders}
    missing = set(way.folders) - wanted - {folder_name(name) for name in wanted}
    if missing:
        names = ", ".join(folder_name(name) for name in there[:20])
        raise Conflict(f"there is no folder {sorted(missing)[0]} in the mailbox; it has {names}")
    return sorted(wanted)


def whose(book: AddressBook, head: MailHeaders) -> tuple[str, ...]:
    """The refs of the clients that a message of these headers concerns."""
    to, copied = tuple(head.recipients), tuple(head.copied)
    return book.clients(Mail("", "", 0, "", "", head.sender, to, copied))


class Reader:
    """One connection to one mailbox."""

    def __init__(self, services: Services, way: sources.Access, box: Mailbox, turn: Turn, pace: _Pace) -> None:
        self._services, self._way, self._box, self._turn, self._pace = services, way, box, turn, pace
        with reading(services, "intake") as scope:
            self._book = address_book(scope)
            self._marks = sources.kept_folders(scope, way.id)
        self._digests = sources.address_digests(self._book)

    def read(self) -> None:
        """Every folder, as far as the turn goes."""
        names = _chosen(self._box, self._way)
        gone = set(self._marks) - set(names)
        if gone:
            with as_job(self._services) as scope:
                sources.forget_folders(scope, self._way.id, gone)
        for name in names:
            if self._turn.is_over():
                return
            self._folder(name)

    def _folder(self, name: str) -> None:
        stands = self._box.standing(name)
        mark = self._marks.get(name)
        if mark is None or mark.validity != stands.validity:
            mark = FolderMark(name, stands.validity, 0, 0, self._digests)
        fresh = sources.new_addresses(self._book, mark.known)
        same = stands.modseq > 0 and stands.modseq == mark.modseq
        if not fresh and (same or 0 < stands.next <= mark.last + 1):
            return
        self._box.open(name)
        if mark.known != self._digests:
            if not self._take(self._older(fresh, mark), mark, moves=False):
                return
            mark = replace(mark, known=self._digests)
            self._keep(mark)
        uids = [uid for uid in self._box.numbers(f"UID {mark.last + 1}:*") if uid > mark.last]
        if self._take(uids, mark, moves=True):
            self._keep(replace(mark, last=max(mark.last, stands.next - 1, *uids[-1:]), modseq=stands.modseq))

    def _older(self, fresh: Sequence[str], mark: FolderMark) -> list[int]:
        """The messages that were passed by and may be of the addresses that are new."""
        if len(fresh) > _SEARCHES:
            return self._box.numbers(f"UID 1:{mark.last}") if mark.last else []
        return sorted({uid for address in fresh for uid in self._box.search_address(address, mark.last)})

    def _keep(self, mark: FolderMark) -> None:
        with as_job(self._services) as scope:
            still_there(scope, self._way.id)
            sources.keep_folder(scope, self._way.id, mark)

    def _take(self, uids: Sequence[int], mark: FolderMark, *, moves: bool) -> bool:
        """File these messages; `moves`: the mark goes with them. Whether it came to the end."""
        first = 0
        while first < len(uids):
            if self._turn.is_over():
                return False
            chunk = uids[first : first + self._pace.size]
            for piece in self._pieces(self._box.heads(chunk), chunk[-1]):
                self._file(piece, replace(mark, last=piece.last) if moves else mark, moves)
            first += len(chunk)
            self._pace.went_well()
        return True

    def _pieces(self, heads: Sequence[Head], last: int) -> Iterator[Piece]:
        most = self._services.settings.max_file_mb * 1_000_000
        wanted, big, passed, size = list[Any](), list[Any](), 0, 0
        for head in heads:
            refs = whose(self._book, read_headers(head.data))
            if wanted and size + head.size > _BYTES:
                yield Piece(tuple(wanted), tuple(big), passed, head.uid - 1)
                wanted, big, passed, size = [], [], 0, 0
            if not refs:
                passed += 1
            elif head.size > most:
                big.append((head, refs))
            else:
                wanted.append((head, refs))
                size += head.size
        yield Piece(tuple(wanted), tuple(big), passed, last)

    def _file(self, piece: Piece, mark: FolderMark, counts: bool) -> None:
        whole = self._box.messages([head for head, _ in piece.wanted]) if piece.wanted else {}
        raw = [
            (RawMail(f"{self._way.address} {mark.name} {head.uid}", place_of(whole[head.uid]), whole[head.uid]), refs)
            for head, refs in piece.wanted
            if head.uid in whole
        ]
        mails, files = read_them(self._services, raw)
        files += [one for head, refs in piece.big for one in self._too_big(head, refs)]
        with as_job(self._services) as scope:
            still_there(scope, self._way.id)
            taken = sources.file_mails(scope, mails, files)
            sources.keep_folder(scope, self._way.id, mark)
            sources.count(scope, self._way.id, taken=taken, passed=piece.passed if counts else 0)
        self._turn.taken += taken
        self._turn.passed += piece.passed
        self._turn.refs.update(ref for _, refs in (*raw, *piece.big) for ref in refs)

    def _too_big(self, head: Head, refs: Sequence[str]) -> Iterator[Incoming]:
        told, limit = read_headers(head.data), self._services.settings.max_file_mb
        why = (
            f"a mail from {told.sender} of {(told.sent_at or 'a day that cannot be read')[:10]} is too big ({head.size / 1e6:,.0f} MB, the "
            f"limit is {limit:,} MB) and lies in the mailbox of {self._way.address} still; save its attachments and add them by hand."
        )
        name = content_hash(head.data)[:16]
        yield from (Incoming(ref, f"mail/{name}.eml", "", 0, "mail", why) for ref in refs)


def read_them(services: Services, raw: Sequence[tuple[RawMail, tuple[str, ...]]]) -> tuple[list[Mail], list[Incoming]]:
    """The messages; what only looks like one is to stand among the files of those that it is of."""
    if not raw:
        return [], []
    keep = keeper(services, dry_run=False)
    mails, rejected = read_mails(services, [one for one, _ in raw], keep)
    broken = {row.file for row in rejected}
    files = [
        Incoming(ref, one.path, keep(one.data), len(one.data), one.source)
        for one, refs in raw
        if one.origin in broken
        for ref in refs
    ]
    return [mail for _, mail in mails], files


def place_of(data: bytes) -> str:
    """Where a message stands in a client's workspace: the same wherever it was found."""
    return f"mail/{content_hash(data)[:16]}.eml"


def still_there(scope: Scope, source_id: str) -> None:
    """Raises NotFound where the source was removed while it was read: nothing more of it is filed."""
    if scope.session.get(Source, source_id) is None:
        raise NotFound("the source was removed")
