"""`tickmark ingest` and uploads: files or folders into one client's workspace, then read and indexed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from api.commands.result import Arguments, Progress, Result, silent
from api.commands.scopes import scope_of
from api.intake import FileHere, RawMail, arrived, arriving, index_new, is_mail, keeper, opener, read_bytes, read_mails
from api.wiring import Services
from ingestion.firm_folder import walk
from store.errors import Busy, Invalid
from workspace.documents import Incoming, receive_all
from workspace.loads import unread
from workspace.mail import address_book, receive_mail, threaded
from workspace.passwords import keep_password
from workspace.records.upsert import batches
from workspace.scope import Right, access_client

_AT_ONCE = 200
_PATIENCE = 20.0  # seconds that a page waits for another's reading


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref; `paths`: files and folders; `as`: the person who adds them, else the operator; `password` of locked ones."""
    ref, email = arguments["client"], arguments.get("as")
    with (
        services.database.reading() as session
    ):  # first, so that what waits to be read is not told to who may not see the client
        access_client(scope_of(services, session, "ingest", email), ref, Right.DOCUMENT_ADD)
    if arguments.get("password") is not None:
        with services.database.writing() as session:
            keep_password(scope_of(services, session, "ingest", email), services.seal, ref, arguments["password"])
    files = [file for path in arguments["paths"] for file in _below(Path(path), ref)]
    outcomes: Counter[str] = Counter()
    limit, keep = services.settings.max_file_mb, keeper(services, dry_run=False)
    mails: list[RawMail] = []
    for batch in batches(files, _AT_ONCE):
        ready: list[Incoming] = []
        for file in batch:
            if is_mail(file.path):
                data, why = read_bytes(file.file, limit)
                if data and not why:
                    mails.append(RawMail(file.path, file.path, data, (ref,), file.source))
                    continue
            found = list(arriving(file, limit, keep, services.parse_pool.parse, opener(services)))
            ready += [one for one in found if isinstance(one, Incoming)]
            mails += [one for one in found if isinstance(one, RawMail)]
        outcomes += _receive(services, email, ref, ready)
        progress("files", outcomes.total(), max(outcomes.total(), len(files)))
    outcomes += _receive_mails(services, email, mails)
    return _finish(services, ref, outcomes, progress)


def take_in(services: Services, email: str, client_ref: str, uploads: Sequence[tuple[str, bytes]]) -> dict[str, int]:
    """Files that a person sends from her browser, as (name, bytes); returns how many were accepted, duplicate, unchanged, refused.

    They are searchable when this returns, unless somebody else is reading for longer than a page may take: then soon after.
    Raises NotFound for a client outside her scope, Forbidden without the right document:add.
    """
    outcomes, client_id = receive_uploads(services, email, client_ref, uploads)
    if services.desk.free_within(_PATIENCE):
        try:
            index_new(services, silent, [client_id])
        except Busy:
            if services.index.away is None:
                raise  # otherwise what came in is kept, and read when the index answers again (api/index_later.py)
    else:
        services.desk.later(lambda: index_new(services, silent, [client_id]))
    return outcomes


def receive_uploads(
    services: Services, email: str, client_ref: str, uploads: Sequence[tuple[str, bytes]]
) -> tuple[dict[str, int], str]:
    """As `take_in`, but nothing is read yet; returns the outcomes and the client's id."""
    keep = keeper(services, dry_run=False)
    with services.database.reading() as session:
        access_client(scope_of(services, session, "upload", email), client_ref, Right.DOCUMENT_ADD)
    mails = [RawMail(n, n, data, (client_ref,), "upload") for n, data in uploads if is_mail(n) and data]
    others: list[Incoming] = []
    for name, data in uploads:
        if not (is_mail(name) and data):
            found = list(arrived(client_ref, name, data, "upload", keep, services.parse_pool.parse, opener(services)))
            others += [one for one in found if isinstance(one, Incoming)]
            mails += [one for one in found if isinstance(one, RawMail)]
    outcomes = _receive(services, email, client_ref, others) + _receive_mails(services, email, mails)
    with services.database.reading() as session:
        client_id = access_client(scope_of(services, session, "upload", email), client_ref).id
    return dict(outcomes), client_id


def _below(path: Path, ref: str) -> Iterator[FileHere]:
    if path.is_file():
        yield FileHere(ref, path.name, path, "upload")
    elif path.is_dir():
        for file in walk(path):
            yield FileHere(ref, str(PurePosixPath(path.name, file.relative_to(path).as_posix())), file, "upload")
    else:
        raise Invalid(f"there is no file or folder {path}")


def _receive(services: Services, email: str | None, ref: str, files: Sequence[Incoming]) -> Counter[str]:
    with services.database.writing() as session:
        scope = scope_of(services, session, "ingest", email)
        access_client(scope, ref, Right.DOCUMENT_ADD)
        return Counter(received.outcome for received in receive_all(scope, files))


def _receive_mails(services: Services, email: str | None, raw: Sequence[RawMail]) -> Counter[str]:
    """Messages in a client's own folder; what only looks like one becomes a plain document, where its reader explains it."""
    outcomes: Counter[str] = Counter()
    keep = keeper(services, dry_run=False)
    mails, rejected = read_mails(services, raw, keep) if raw else ([], [])
    broken = {row.file for row in rejected}
    rest = [Incoming(m.refs[0], m.path, keep(m.data), len(m.data), m.source) for m in raw if m.origin in broken]
    with services.database.writing() as session:
        scope = scope_of(services, session, "ingest", email)
        filed = receive_mail(scope, address_book(scope), threaded(scope, [mail for _, mail in mails]))
        outcomes.update("accepted" if done.new else "unchanged" for done in filed)
        outcomes.update(received.outcome for received in receive_all(scope, rest))
    return outcomes


def _finish(services: Services, ref: str, outcomes: Counter[str], progress: Progress) -> Result:
    with services.database.reading() as session:
        scope = scope_of(services, session, "ingest", None)
        client_id = access_client(scope, ref).id
    finished = index_new(services, progress, [client_id])
    with services.database.reading() as session:
        findings = [f for f in unread(scope_of(services, session, "ingest", None)) if f.client_ref == ref]
    data: dict[str, Any] = {
        "client_ref": ref,
        **{name: outcomes[name] for name in ("accepted", "duplicate", "unchanged", "refused")},
        "read": finished.read,
        "unreadable": finished.refused,
        "findings": [{"path": f.path, "message": f.message, "severity": f.severity} for f in findings],
    }
    counted = ", ".join(f"{count} {name}" for name, count in sorted(outcomes.items())) or "nothing to take in"
    lines = [f"{ref}: {counted}; {finished.read} read, {finished.refused} could not be read."]
    return Result(data, "\n".join([*lines, *(f"  {f.path}: {f.message}" for f in findings)]))
