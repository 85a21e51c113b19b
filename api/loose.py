"""Files without a client: into the tray, looked into, and filed to the client that a person names.

Bytes are kept before the row that names them, and a row that was not looked into is looked into with the next intake: a crash costs
nothing. Decides nothing; whose a file may be and who sees it are questions of `workspace/intake`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from api.commands.result import Progress
from api.commands.scopes import reading, writing
from api.intake import RawMail, arrived, index_new, is_mail, keeper, opener, read_bytes, read_mails
from api.wiring import Services
from ingestion.elements import Parsed
from ingestion.facts import recognise
from ingestion.firm_folder import walk
from store.errors import Invalid
from workspace.documents import Incoming, receive_all
from workspace.intake.tray import (
    Arrival,
    Outcome,
    Seen,
    filing_place,
    guess_again,
    keep_seen,
    mark_filed,
    receive_loose,
    unread_loose,
)
from workspace.mail import Mail, address_book, receive_mail, threaded
from workspace.records.upsert import batches
from workspace.scope import access_client

_AT_ONCE = 100


@dataclass(frozen=True)
class LooseHere:
    """A file on disk that has no client; `path` is how a person would find it."""

    path: str
    file: Path


def below(path: Path) -> Iterator[LooseHere]:
    """The file, or every file of the folder, under the folder's own name: it may say whose they are. Raises Invalid for neither."""
    if path.is_file():
        yield LooseHere(str(PurePosixPath(path.absolute().parent.name, path.name)), path)
    elif path.is_dir():
        for file in walk(path):
            yield LooseHere(str(PurePosixPath(path.name, file.relative_to(path).as_posix())), file)
    else:
        raise Invalid(f"there is no file or folder {path}")


def arrivals(services: Services, files: Iterable[LooseHere], source: str) -> Iterator[Arrival]:
    """The files with their bytes kept, or with the reason why there are none."""
    for file in files:
        data, why = read_bytes(file.file, services.settings.max_file_mb)
        yield arrival(services, file.path, data, source, why)


def arrival(services: Services, path: str, data: bytes, source: str, why: str = "") -> Arrival:
    """As `arrivals`, for bytes that are here already."""
    name = path.rsplit("/", 1)[-1]
    refused = why or ("" if data else f"{name} is empty (0 bytes); ask for it again or download it fully.")
    return Arrival(path, "" if refused else services.blobs.put(data), len(data), source, refused)


def take_loose(
    services: Services, email: str | None, files: Iterable[Arrival], progress: Progress
) -> list[tuple[str, str, Outcome]]:
    """Files into the tray as (path, id, outcome), each batch one transaction. They are looked into by `look_into`."""
    done: list[tuple[str, str, Outcome]] = []
    coming = list[Arrival]()

    def put() -> None:
        with writing(services, "ingest", email) as scope:
            received = receive_loose(scope, coming)
        done.extend((file.path, *one) for file, one in zip(coming, received, strict=True))
        progress("loose files", len(done), 0)
        coming.clear()

    for file in files:
        coming.append(file)
        if len(coming) >= _AT_ONCE:
            put()
    if coming:
        put()
    return done


def look_into(services: Services, progress: Progress) -> int:
    """Read what lies unread in the tray, and guess whose everything there may be; returns how many were read."""
    with services.desk.at_work(progress) as told:
        with reading(services, "intake") as scope:
            waiting = unread_loose(scope)
        for batch in batches(waiting, _AT_ONCE):
            readable = [one for one in batch if one.blob != one.id]
            parsed = services.parse_pool.map((one.name, services.blobs.get(one.blob)) for one in readable)
            seen = {one.id: _seen(one.name, result) for one, result in zip(readable, parsed, strict=True)}
            with writing(services, "intake") as scope:
                keep_seen(scope, {one.id: seen.get(one.id, Seen("application/octet-stream")) for one in batch})
            told("loose files read", len(batch), len(waiting))
        with writing(services, "intake") as scope:
            guess_again(scope)
    return len(waiting)


def _seen(name: str, parsed: Parsed) -> Seen:
    pages = [page.text for page in parsed.pages]
    if parsed.mail is not None:
        head = parsed.mail
        addresses = ", ".join((head.sender, *head.recipients, *head.copied))
        pages = [f"{addresses}\n{head.subject}\n{pages[0] if pages else ''}", *pages[1:]]
    kind = recognise(parsed, name)[0] if parsed.pages else None
    worst = next((f.message for f in parsed.findings if f.severity == "error"), None)
    finding = worst or (None if parsed.pages else "Nothing could be read in it.")
    return Seen(parsed.media_type, kind, tuple(pages), finding)


def file_loose(services: Services, email: str, loose_id: str, client_ref: str, progress: Progress) -> tuple[str, str]:
    """File a loose file as the client's, in one transaction with the trail, and have it read; returns the path there and the document's
    id. An archive's files and a message come in by their own doors, as from a client's folder."""
    with reading(services, "loose", email) as scope:
        found, place = filing_place(scope, loose_id, client_ref)
    files, mails = _unpacked(services, client_ref, place, services.blobs.get(found.blob))
    with writing(services, "loose", email) as scope:
        receive_all(scope, files)
        receive_mail(scope, address_book(scope), threaded(scope, mails))
        document = mark_filed(scope, found.id, client_ref, place)
        client_id = access_client(scope, client_ref).id
    if services.desk.free_within(20):
        index_new(services, progress, [client_id])
    else:
        services.desk.later(lambda: index_new(services, lambda *_: None, [client_id]))
    return place, document


def _unpacked(services: Services, ref: str, place: str, data: bytes) -> tuple[list[Incoming], list[Mail]]:
    keep = keeper(services, dry_run=False)
    raw = [RawMail(place, place, data, (ref,), "loose")] if is_mail(place) else []
    files: list[Incoming] = []
    for one in () if raw else arrived(ref, place, data, "loose", keep, services.parse_pool.parse, opener(services)):
        if isinstance(one, Incoming):
            files.append(one)
        else:
            raw.append(one)
    mails, rejected = read_mails(services, raw, keep) if raw else ([], [])
    broken = {row.file for row in rejected}
    # what only looks like a message becomes a plain document, where its reader explains it
    files += [Incoming(ref, m.path, keep(m.data), len(m.data), "loose") for m in raw if m.origin in broken]
    return files, [mail for _, mail in mails]


def counted(done: Sequence[tuple[str, str, Outcome]]) -> dict[str, int]:
    """How many came out how."""
    return dict(Counter(outcome for _, _, outcome in done))
