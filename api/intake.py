"""Files and mails from the edge into the workspace: bytes into the blobs, messages read, and what is new made searchable.

Used by the commands load and ingest and by uploads in the browser. Decides nothing: whose a mail is, what is a duplicate, what is
refused are questions of `workspace` and `ingestion`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.commands.result import Progress
from api.commands.scopes import reading, writing
from api.versions import find_versions
from api.wiring import Services
from ingestion.containers import Read, is_container, members
from ingestion.elements import Parsed
from ingestion.firm_folder import MAIL_SUFFIXES
from ingestion.indexing import retire
from ingestion.pipeline import Finished, Workbench, run
from store import audit
from store.audit import AuditTag
from store.errors import NotFound
from store.fence import Job
from store.ids import content_hash
from store.rows import Rejected
from store.tables import Client
from workspace.documents import Incoming
from workspace.mail import Enclosure, Mail, address_book
from workspace.notices import record_new_notices
from workspace.passwords import Password, passwords_of
from workspace.scope import access_client, system_scope

_READINGS = 3

Keep = Callable[[bytes], str]
"""Where bytes go; gives their SHA-256. For a dry run it only counts the hash."""


Opens = Callable[[str], Sequence[str]]
"""What may open the locked files of a client, by its ref."""


@dataclass(frozen=True)
class FileHere:
    """A file on disk that is to become a document of the client `ref` at `path`."""

    ref: str
    path: str
    file: Path
    source: str


@dataclass(frozen=True)
class RawMail:
    """A message as bytes: `origin` is how a person would find it, `path` where it will stand. `refs` are set where the place says
    whose it is."""

    origin: str
    path: str
    data: bytes
    refs: tuple[str, ...] = ()
    source: str = "mail"


def keeper(services: Services, dry_run: bool) -> Keep:
    """The blobs, or for a dry run nothing."""
    return content_hash if dry_run else services.blobs.put


def is_mail(path: str) -> bool:
    """Whether a file of a client's folder is a message of its own (a mailbox is taken apart in `mail/` only)."""
    return path.lower().endswith((".eml", ".msg"))


def read_bytes(file: Path, limit_mb: int) -> tuple[bytes, str]:
    """The bytes of a file, or the sentence that says why there are none. A file that is being written is read again, and refused when
    it does not come to rest: half a document must not pass for a whole one."""
    try:
        for _ in range(_READINGS):
            before = file.stat()
            if before.st_size > limit_mb * 1_000_000:
                why = f"is too big ({before.st_size / 1e6:,.0f} MB, the limit is {limit_mb:,} MB); split it into parts."
                return b"", f"{file.name} {why}"
            data, after = file.read_bytes(), file.stat()
            if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size) and len(
                data
            ) == after.st_size:
                return data, ""
    except OSError as error:
        return b"", f"{file.name} cannot be read from the disk ({error.strerror}); check its permissions."
    return b"", f"{file.name} was changed while it was read; add it again when it is finished."


def arriving(
    file: FileHere, limit_mb: int, keep: Keep, read: Read, opens: Opens | None = None
) -> Iterator[Incoming | RawMail]:
    """The file with its bytes kept; of an archive or mailbox also what lies in it, messages as such. What is a message by its name
    comes in by the door of mail and is not for here."""
    data, why = read_bytes(file.file, limit_mb)
    if why:
        yield Incoming(file.ref, file.path, "", 0, file.source, why)
    else:
        yield from arrived(file.ref, file.path, data, file.source, keep, read, opens)


def arrived(
    ref: str, path: str, data: bytes, source: str, keep: Keep, read: Read, opens: Opens | None = None
) -> Iterator[Incoming | RawMail]:
    """As `arriving`, for bytes that are here already. `opens` gives what may open locked members of an archive."""
    yield Incoming(ref, path, keep(data), len(data), source)
    folder, _, name = path.rpartition("/")
    passwords = opens(ref) if opens is not None and data[:2] == b"PK" else ()
    for member in members(name, data, read, passwords=passwords) if data else ():
        # the container's own name may have been cleaned, its place is where the file lies
        place = "/".join(part for part in (folder, name, member.path.partition("/")[2]) if part)
        if is_mail(place) and member.data:
            yield RawMail(place, place, member.data, (ref,), source)
        else:
            blob = "" if member.refused else keep(member.data)
            yield Incoming(ref, place, blob, len(member.data), source, member.refused)


def mail_files(root: Path, files: Iterable[Path], limit_mb: int) -> Iterator[RawMail | Rejected]:
    """The messages of a firm folder's `mail/`, a mailbox taken apart; what cannot be read is rejected."""
    from ingestion.parse.mail import read_mbox

    for file in files:
        origin = file.relative_to(root).as_posix()
        data, why = read_bytes(file, limit_mb)
        if why:
            yield Rejected(origin, 0, why)
        elif file.suffix.lower() == MAIL_SUFFIXES[-1]:
            stem = origin.rsplit(".", 1)[0]
            for n, message in enumerate(read_mbox(data), start=1):
                yield RawMail(f"{origin} message {n}", f"{stem}/{content_hash(message)[:16]}.eml", message)
        else:
            yield RawMail(origin, origin, data)


def read_mails(services: Services, raw: Sequence[RawMail], keep: Keep) -> tuple[list[tuple[str, Mail]], list[Rejected]]:
    """Messages with their origin, by time of sending; and those that are no messages."""
    parsed = services.parse_pool.map((mail.path.rsplit("/", 1)[-1], mail.data) for mail in raw)
    opens = _of_mails(services)
    mails: list[tuple[str, Mail]] = []
    rejected: list[Rejected] = []
    for mail, result in zip(raw, parsed, strict=True):
        if result.mail is None:
            why = result.findings[0].message if result.findings else "it has no headers of a mail."
            rejected.append(Rejected(mail.origin, 0, f"this is no message that can be read: {why}"))
        else:
            mails.append((mail.origin, _mail(mail, result, keep, services.parse_pool.parse, opens)))
    return sorted(mails, key=lambda m: (_moment(m[1]), m[1].path)), rejected


def _enclosures(parsed: Parsed, keep: Keep, read: Read, opens: Callable[[], Sequence[str]]) -> Iterator[Enclosure]:
    """The attachments, each with what lies in it: an archive's files, the files of a message that was attached."""
    for attachment in parsed.attachments:
        yield Enclosure(attachment.name, keep(attachment.data), len(attachment.data))
        holds = is_container(attachment.name, attachment.data, messages=True)
        passwords = opens() if holds else ()
        for member in members(attachment.name, attachment.data, read, messages=True, passwords=passwords):
            blob = "" if member.refused else keep(member.data)
            yield Enclosure(member.path, blob, len(member.data), member.refused)


def _mail(raw: RawMail, parsed: Parsed, keep: Keep, read: Read, opens: Callable[[Mail], Sequence[str]]) -> Mail:
    headers = parsed.mail
    assert headers is not None
    blob = keep(raw.data)
    references = headers.references or ((headers.in_reply_to,) if headers.in_reply_to else ())
    mail = Mail(
        path=raw.path,
        blob=blob,
        size=len(raw.data),
        message_id=headers.message_id or f"<{blob[:24]}@no-message-id>",
        subject=headers.subject,
        sender=headers.sender,
        recipients=headers.recipients,
        copied=headers.copied,
        sent_at=datetime.fromisoformat(headers.sent_at) if headers.sent_at else None,
        references=tuple(references),
        body="\n".join(page.text for page in parsed.pages),
        client_refs=raw.refs,
        source=raw.source,
    )
    return replace(mail, enclosures=tuple(_enclosures(parsed, keep, read, partial(opens, mail))))


def _moment(mail: Mail) -> float:
    return mail.sent_at.timestamp() if mail.sent_at else 0.0


def opener(services: Services) -> Opens:
    """What may open locked members of a client's archives, asked of the records when an archive is met."""

    def known(ref: str) -> Sequence[str]:
        with services.database.reading() as session:
            scope = system_scope(session, "intake", now=services.clock.now(), today=services.clock.today())
            try:
                client = access_client(scope, ref)
            except NotFound:
                return ()  # a client that a dry run has not written down
            return [one.secret for one in passwords_of(scope, services.seal, [client.id]).get(client.id, ())]

    return known


def _of_mails(services: Services) -> Callable[[Mail], Sequence[str]]:
    """What may open locked attachments of a message: the passwords of the client that it concerns. Of several clients none, for what is
    taken out goes to all of them."""
    opens = opener(services)

    def known(mail: Mail) -> Sequence[str]:
        refs = mail.client_refs
        if not refs:
            with services.database.reading() as session:
                scope = system_scope(session, "intake", now=services.clock.now(), today=services.clock.today())
                refs = address_book(scope).clients(mail)
        return opens(refs[0]) if len(refs) == 1 else ()

    return known


def openers(services: Services) -> Callable[[Collection[str]], Mapping[str, Sequence[Password]]]:
    """What may open the locked files of clients, asked of the records when a locked one is met."""

    def known(client_ids: Collection[str]) -> Mapping[str, Sequence[Password]]:
        with services.database.reading() as session:
            scope = system_scope(session, "intake", now=services.clock.now(), today=services.clock.today())
            return passwords_of(scope, services.seal, client_ids)

    return known


def _note_unlocked(services: Services, session: Session, opened: Sequence[tuple[str, str, str]]) -> None:
    """A password of a client's was used: on the trail, by what it is, never itself."""
    for client_id, document_id, told in opened:
        about: dict[str, Any] = {
            "actor": "system:intake",
            "subject": f"document:{document_id}",
            "now": services.clock.now(),
        }
        audit.record(
            session, AuditTag.DOCUMENT_OPENED_LOCKED, **about, client_id=client_id, detail={"opened_with": told}
        )


def index_new(services: Services, progress: Progress, client_ids: Collection[str] | None = None) -> Finished:
    """Make everything that was received and not finished searchable, link what is a version of another document, and record the
    notices among it."""
    bench = Workbench(
        *(services.database, services.blobs, services.parse_pool, services.embedder, services.index),
        openers(services),
        partial(_note_unlocked, services),
    )
    with services.desk.at_work(progress) as told:
        finished = run(bench, told, client_ids)
        begin = partial(reading, services, "intake"), partial(writing, services, "intake")
        if find_versions(*begin, client_ids):
            retire(services.database, services.index, client_ids)
        with services.database.writing() as session:
            record_new_notices(system_scope(session, "intake", now=services.clock.now(), today=services.clock.today()))
        _ready_to_search(services, client_ids)
    return finished


def _ready_to_search(services: Services, client_ids: Collection[str] | None) -> None:
    """What is searched of these clients is made now, where their papers changed, and not while somebody waits for an answer."""
    with services.database.reading(Job.INGESTION) as session:
        query = select(Client.id).order_by(Client.id)
        ids = list(session.scalars(query if client_ids is None else query.where(Client.id.in_(client_ids))))
    for client_id in ids:  # a short transaction each: no write waits behind the making of all
        with reading(services, "intake") as scope:
            if client := scope.session.get(Client, client_id):
                services.searcher.make_ready(scope, client)
