"""Folders on this machine as sources: one of mail files (EML, MSG, MBOX), one of exports of other systems.

A file is read when its size or time is not what it was. Of mail files what is of nobody the firm knows is not kept; such a one is read
again when a contact is added. Never writes into the folder.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from api.clock import seconds_now
from api.commands.result import silent
from api.commands.scopes import reading
from api.intake import RawMail, read_bytes
from api.mailbox import Turn, as_job, place_of, read_them, still_there, whose
from api.wiring import Services
from ingestion.elements import MailHeaders
from ingestion.firm_folder import MAIL_SUFFIXES, walk
from ingestion.parse.mail import read_headers, read_mbox
from store.errors import Conflict
from workspace import sources
from workspace.mail import AddressBook, address_book
from workspace.records.upsert import batches
from workspace.sources import FileMark

_REST = 2.0  # seconds since a file was last written
_FUTURE = 60.0  # a time so far ahead is a wrong clock
_AT_ONCE = 200
_HEAD = 200_000


def _files(place: str) -> Iterator[tuple[Path, FileMark]]:
    """The files that have come to rest. Raises Conflict when the folder is not there."""
    root = Path(place)
    if not root.is_dir():
        raise Conflict(f"the folder {place} is not there; check its path, and whether its drive is mounted")
    try:
        for file in walk(root):
            stat = file.stat()
            age = seconds_now() - stat.st_mtime
            if age >= _REST or age < -_FUTURE:
                yield file, FileMark(file.relative_to(root).as_posix(), stat.st_size, stat.st_mtime_ns)
    except OSError as error:
        raise Conflict(f"the folder {place} cannot be read ({error.strerror}); check its permissions") from None


def read_folder(services: Services, way: sources.Access, turn: Turn) -> None:
    """Read the mail files that are new or changed. Raises Conflict for a folder that is not there, or a file that cannot be read."""
    with reading(services, "intake") as scope:
        book, known = address_book(scope), sources.kept_files(scope, way.id)
    digest = sources.digest_of(sources.address_digests(book))
    faults: list[str] = []
    for file, mark in _files(way.place):
        if file.suffix.lower() not in MAIL_SUFFIXES:
            continue
        before = known.get(mark.path)
        same = before is not None and (before.size, before.mtime_ns) == (mark.size, mark.mtime_ns)
        if before is not None and same and before.known in ("", digest):
            continue
        if turn.is_over():
            return
        data, why = read_bytes(file, services.settings.max_file_mb)
        if why:
            faults.append(why)
        else:
            _take(services, way, turn, book, file, mark, data, digest, counts=not same)
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise Conflict(f"{faults[0]}{more}")


def _take(
    services: Services,
    way: sources.Access,
    turn: Turn,
    book: AddressBook,
    file: Path,
    mark: FileMark,
    data: bytes,
    digest: str,
    *,
    counts: bool,
) -> None:
    """One file, in pieces; that it was read is written down with the last."""
    judged = list(_judged(services, book, file, mark.path, data))
    ours = [(one, refs) for one, refs in judged if refs]
    passed = len(judged) - len(ours)
    pieces: list[Sequence[Any]] = list(batches(ours, _AT_ONCE)) or [()]
    for n, piece in enumerate(pieces, start=1):
        mails, files = read_them(services, piece)
        last = n == len(pieces)
        with as_job(services) as scope:
            still_there(scope, way.id)
            taken = sources.file_mails(scope, mails, files)
            sources.count(scope, way.id, taken=taken, passed=passed if last and counts else 0)
            if last:
                told = FileMark(mark.path, mark.size, mark.mtime_ns, digest if passed else "")
                sources.keep_files(scope, way.id, [told])
        turn.taken += taken
        turn.refs.update(ref for _, refs in piece for ref in refs)
    turn.passed += passed


def _judged(
    services: Services, book: AddressBook, file: Path, origin: str, data: bytes
) -> Iterator[tuple[RawMail, tuple[str, ...]]]:
    """The messages of a file with whose they are."""
    suffix = file.suffix.lower()
    if suffix == MAIL_SUFFIXES[-1]:
        for n, message in enumerate(read_mbox(data), start=1):
            yield RawMail(f"{origin} message {n}", place_of(message), message), whose(book, _head(message))
    elif suffix == ".msg":
        head = services.parse_pool.parse(file.name, data).mail
        place = place_of(data).replace(".eml", ".msg")
        yield RawMail(origin, place, data), whose(book, head) if head else ()
    else:
        yield RawMail(origin, place_of(data), data), whose(book, _head(data))


def _head(message: bytes) -> MailHeaders:
    return read_headers(message[:_HEAD])


def read_exports(services: Services, way: sources.Access, turn: Turn) -> None:
    """Import the files that are new or changed, as `tickmark import auto` does. Raises Conflict where one is not recognised: it stays
    unread until its table is mapped."""
    from api.commands.imports import run

    with reading(services, "intake") as scope:
        known = sources.kept_files(scope, way.id)
    fresh = [(file, mark) for file, mark in _files(way.place) if known.get(mark.path) != mark]
    if not fresh:
        return
    told = run(services, {"source": "auto", "files": [str(file) for file, _ in fresh]}, silent).data
    taken = sum(told["counts"].get(name, 0) for name in ("created", "updated", "merged", "joined"))
    unknown = told["unknown"]
    with as_job(services) as scope:
        still_there(scope, way.id)
        sources.count(scope, way.id, taken=taken)
        if not unknown:
            sources.keep_files(scope, way.id, [mark for _, mark in fresh])
    turn.taken += taken
    if unknown:
        raise Conflict(f"{unknown[0]['place']} is not recognised; say on the page Imports what its columns are")
