"""Files and mails from the edge into the workspace: bytes into the blobs, messages read, and what is new made searchable.

Used by the commands load and ingest and by uploads in the browser. Decides nothing: whose a mail is, what is a duplicate, what is
refused are questions of `workspace` and `ingestion`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from api.commands.result import Progress
from api.wiring import Services
from ingestion.elements import Parsed
from ingestion.firm_folder import MAIL_SUFFIXES
from ingestion.pipeline import Finished, Workbench, run
from store.ids import content_hash
from store.rows import Rejected
from workspace.documents import Incoming
from workspace.mail import Enclosure, Mail
from workspace.notices import record_new_notices
from workspace.scope import system_scope

Keep = Callable[[bytes], str]
"""Where bytes go; gives their SHA-256. For a dry run it only counts the hash."""


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
    """The bytes of a file, or the sentence that says why there are none."""
    try:
        size = file.stat().st_size
        if size > limit_mb * 1_000_000:
            why = f"is too big ({size / 1e6:,.0f} MB, the limit is {limit_mb:,} MB); split it into parts."
            return b"", f"{file.name} {why}"
        return file.read_bytes(), ""
    except OSError as error:
        return b"", f"{file.name} cannot be read from the disk ({error.strerror}); check its permissions."


def incoming(file: FileHere, limit_mb: int, keep: Keep) -> Incoming:
    """The file with its bytes kept."""
    data, why = read_bytes(file.file, limit_mb)
    return Incoming(file.ref, file.path, "" if why else keep(data), len(data), file.source, why)


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
    mails: list[tuple[str, Mail]] = []
    rejected: list[Rejected] = []
    for mail, result in zip(raw, parsed, strict=True):
        if result.mail is None:
            why = result.findings[0].message if result.findings else "it has no headers of a mail."
            rejected.append(Rejected(mail.origin, 0, f"this is no message that can be read: {why}"))
        else:
            mails.append((mail.origin, _mail(mail, result, keep)))
    return sorted(mails, key=lambda m: (_moment(m[1]), m[1].path)), rejected


def _mail(raw: RawMail, parsed: Parsed, keep: Keep) -> Mail:
    headers = parsed.mail
    assert headers is not None
    blob = keep(raw.data)
    references = headers.references or ((headers.in_reply_to,) if headers.in_reply_to else ())
    return Mail(
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
        enclosures=tuple(Enclosure(a.name, keep(a.data), len(a.data)) for a in parsed.attachments),
        client_refs=raw.refs,
        source=raw.source,
    )


def _moment(mail: Mail) -> float:
    return mail.sent_at.timestamp() if mail.sent_at else 0.0


def index_new(services: Services, progress: Progress, client_ids: Collection[str] | None = None) -> Finished:
    """Make everything that was received and not finished searchable, and record the notices among it."""
    bench = Workbench(services.database, services.blobs, services.parse_pool, services.embedder, services.index)
    finished = run(bench, progress, client_ids)
    with services.database.writing() as session:
        record_new_notices(system_scope(session, "intake", now=services.clock.now(), today=services.clock.today()))
    return finished
