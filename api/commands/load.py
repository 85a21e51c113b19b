"""`tickmark load`: a firm folder into the home, in order: records, documents and books, mail, then reading and indexing, then the receipt.

The export of a whole firm comes into an empty home as it was (move_in.py). Each batch of rows or files is one transaction, so a load that
was ended in the middle goes on when it is started again.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.commands import move_in
from api.commands.reconciliation import describe
from api.commands.result import Arguments, Progress, Result
from api.intake import (
    FileHere,
    Keep,
    RawMail,
    arriving,
    index_new,
    is_mail,
    keeper,
    mail_files,
    opener,
    read_bytes,
    read_mails,
)
from api.wiring import Services
from ingestion.firm_folder import FirmFolder, FolderFile, read_folder
from ingestion.firm_tables import TABLES, Table
from store.rows import ContactRow, CorrectionRow, Rejected
from workspace.cells import unfolded
from workspace.documents import Incoming, receive_all
from workspace.loads import finish_load, unread
from workspace.mail import Mail, address_book, filed_files, receive_mail, threaded
from workspace.records import APPLY, Applied, apply_firm
from workspace.records.billing import FILES, apply_billing
from workspace.records.directory import FILES as DIRECTORY_FILES
from workspace.records.directory import apply_directory
from workspace.records.upsert import batches, known_clients
from workspace.scope import Scope, system_scope
from workspace.signals import resolve

SOURCE = "firm-folder"
_ROWS_AT_ONCE = 2000
_FILES_AT_ONCE = 200

Begin = Callable[[], AbstractContextManager[Scope]]
"""Opens a transaction and gives its scope."""


@dataclass
class Tally:
    """What a load did, file by file; `digest` grows with everything that came in."""

    tables: dict[str, Applied] = field(default_factory=dict[str, Applied])
    documents: dict[str, int] = field(default_factory=dict[str, int])
    mail: dict[str, int] = field(default_factory=dict[str, int])
    rejected: list[Rejected] = field(default_factory=list[Rejected])
    with_mail: list[FileHere] = field(default_factory=list[FileHere])
    """Archives and mailboxes of clients that hold messages."""
    changed: bool = False
    digest: Any = field(default_factory=hashlib.sha256)

    def count(self, of: dict[str, int], outcome: str, by: int = 1) -> None:
        of[outcome] = of.get(outcome, 0) + by
        self.changed |= bool(by) and outcome not in ("unchanged", "refused", "elsewhere")


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`folder`: where it lies; `dry_run`: tell what would happen and leave everything as it is."""
    dry_run = bool(arguments.get("dry_run"))
    moved = move_in.moved(services, Path(arguments["folder"]), dry_run, progress)
    if moved is not None:
        return moved
    folder = read_folder(Path(arguments["folder"]))
    tally, keep = Tally(rejected=list(folder.rejected)), keeper(services, dry_run)
    with _transactions(services, dry_run) as begin:
        _load_records(begin, folder, tally, progress)
        _load_billing(begin, folder, tally)
        _load_files(begin, folder, tally, keep, services, progress)
        _load_mail(begin, folder, tally, keep, services, progress)
        for table in TABLES:
            if table.row is CorrectionRow:  # of documents, which must be there
                _load_table(begin, folder, table, tally, progress)
    findings: tuple[Any, ...] = ()
    if not dry_run:
        index_new(services, progress)
        with services.database.writing() as session:
            scope = _scope(services, session)
            finish_load(scope, SOURCE, _receipt(folder, tally), tally.rejected, changed=tally.changed)
            findings = unread(scope)
        _write_rejected(services.home / "rejected-rows.csv", tally.rejected)
    notes = [*folder.notes, *(f"firm.toml: {fault}" for fault in resolve(folder.firm.settings or {}).all_faults)]
    return describe(tally.tables, tally.documents, tally.mail, tally.rejected, findings, notes, services.home, dry_run)


class _Undo(Exception):
    """Ends the one transaction of a dry run without a trace."""


@contextmanager
def _transactions(services: Services, dry_run: bool) -> Iterator[Begin]:
    """A transaction for each batch; for a dry run one for all, which is taken back."""
    if not dry_run:
        yield lambda: _transaction(services)
        return
    with suppress(_Undo), services.database.writing() as session:
        scope = _scope(services, session)
        yield lambda: nullcontext(scope)
        raise _Undo


@contextmanager
def _transaction(services: Services) -> Iterator[Scope]:
    with services.database.writing() as session:
        yield _scope(services, session)


def _scope(services: Services, session: Any) -> Scope:
    return system_scope(session, "load", now=services.clock.now(), today=services.clock.today())


def _load_records(begin: Begin, folder: FirmFolder, tally: Tally, progress: Progress) -> None:
    with begin() as scope:
        tally.tables["firm.toml"] = apply_firm(scope, folder.firm)
    for table in TABLES:
        if table.row is not CorrectionRow:
            _load_table(begin, folder, table, tally, progress)


def _load_billing(begin: Begin, folder: FirmFolder, tally: Tally) -> None:
    """What an export says of time and money beyond the contract's files, where the folder is one."""
    if not (folder.root / "records" / "bills.jsonl").is_file():
        return
    with begin() as scope:
        applied = apply_billing(scope, _lines_of(folder, FILES))
        applied += apply_directory(scope, _lines_of(folder, DIRECTORY_FILES))
    tally.tables["records/"] = applied
    tally.rejected += applied.rejected
    tally.changed |= applied.changed


def _lines_of(folder: FirmFolder, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The rows of these tables that an export wrote, of those that it did write."""
    paths = {name: folder.root / "records" / f"{name}.jsonl" for name in names}
    return {
        name: [json.loads(line) for line in path.read_bytes().split(b"\n") if line.strip()]
        for name, path in paths.items()
        if path.is_file()
    }


def _load_table(begin: Begin, folder: FirmFolder, table: Table, tally: Tally, progress: Progress) -> None:
    if table.file not in folder.tables:
        return
    rows, applied = folder.tables[table.file], Applied()
    # whoever stands behind several clients is told from all rows at once
    size = max(len(rows), 1) if table.row is ContactRow else _ROWS_AT_ONCE
    for batch in batches(rows, size):
        with begin() as scope:
            applied += APPLY[table.row](scope, batch)
        progress(table.file, applied.created + applied.updated + applied.unchanged, len(rows))
    tally.tables[table.file] = applied
    tally.rejected += applied.rejected
    tally.changed |= applied.changed


def _load_files(
    begin: Begin, folder: FirmFolder, tally: Tally, keep: Keep, services: Services, progress: Progress
) -> None:
    with begin() as scope:
        known = known_clients(scope, {file.ref for file in folder.files})
    files = [file for file in folder.files if file.ref in known and not is_mail(file.path)]
    tally.rejected += _left_behind(folder.files, known)
    limit, opens = services.settings.max_file_mb, opener(services)
    for batch in batches(files, _FILES_AT_ONCE):
        here = [FileHere(f.ref, f.path, f.file, f.source) for f in batch]
        found = [(file, one) for file in here for one in arriving(file, limit, keep, services.parse_pool.parse, opens)]
        ready = [one for _, one in found if isinstance(one, Incoming)]
        tally.with_mail += dict.fromkeys(file for file, one in found if isinstance(one, RawMail))
        with begin() as scope:
            received = receive_all(scope, ready)
        for file, outcome in zip(ready, received, strict=True):
            tally.count(tally.documents, outcome.outcome)
            tally.digest.update(f"{file.client_ref}\0{file.path}\0{file.blob}\n".encode(errors="replace"))
        taken = sum(tally.documents.values())
        progress("files", taken, max(taken, len(files)))


def _left_behind(files: Sequence[FolderFile], known: dict[str, str]) -> list[Rejected]:
    """Clients whose row was rejected: their files cannot be taken either, and that is said once for each."""
    refs = dict.fromkeys((f"{'books' if f.source == 'books' else 'documents'}/{f.ref}", f.ref) for f in files)
    why = "the row of this client in clients.csv was rejected; its files were not taken"
    return [Rejected(place, 0, why) for place, ref in refs if ref not in known]


def _load_mail(
    begin: Begin, folder: FirmFolder, tally: Tally, keep: Keep, services: Services, progress: Progress
) -> None:
    """Messages of `mail/`, and those that lie in a client's own folder."""
    waiting: list[RawMail] = []
    mails: list[tuple[str, Mail]] = []
    with begin() as scope:
        known = known_clients(scope, {file.ref for file in folder.files})
        places = {file.path for file in folder.files if is_mail(file.path)}
    for raw in _raw_mails(folder, tally, known, keep, services):
        tally.digest.update(f"{raw.path}\0{hashlib.sha256(raw.data).hexdigest()}\n".encode(errors="replace"))
        waiting.append(raw)
        if len(waiting) >= _FILES_AT_ONCE:
            mails += _read_new(begin, waiting, places, tally, keep, services)
            waiting = []
    mails += _read_new(begin, waiting, places, tally, keep, services)
    mails.sort(key=lambda m: (m[1].sent_at.timestamp() if m[1].sent_at else 0.0, m[1].path))
    with begin() as scope:
        book = address_book(scope)
        ready = list(zip((origin for origin, _ in mails), threaded(scope, [m for _, m in mails]), strict=True))
    for batch in batches(ready, _FILES_AT_ONCE):
        with begin() as scope:
            filed = receive_mail(scope, book, [mail for _, mail in batch])
        for (origin, mail), done in zip(batch, filed, strict=True):
            outcome = "accepted" if done.new else "duplicate" if done.clients else "elsewhere"
            # a copy of a message on file is looked at again with every load, and changes nothing
            tally.count(tally.mail, "unchanged" if outcome == "duplicate" else outcome)
            if not done.clients:
                tally.rejected.append(Rejected(origin, 0, _whose(mail)))
        progress("mail", sum(tally.mail.values()), len(mails))


def _raw_mails(
    folder: FirmFolder, tally: Tally, known: dict[str, str], keep: Keep, services: Services
) -> Iterator[RawMail]:
    limit = services.settings.max_file_mb
    for file in folder.files:
        if is_mail(file.path) and file.ref in known:
            data, why = read_bytes(file.file, limit)
            origin = file.file.relative_to(folder.root).as_posix()
            if why or not data:
                tally.rejected.append(Rejected(origin, 0, why or "the file is empty (0 bytes); ask for it again."))
            else:
                yield RawMail(origin, file.path, data, (file.ref,), file.source)
    for here in tally.with_mail:
        for one in arriving(here, limit, keep, services.parse_pool.parse, opener(services)):
            if isinstance(one, RawMail):
                yield one
    for raw in mail_files(folder.root, folder.mail, limit):
        if isinstance(raw, Rejected):
            tally.rejected.append(raw)
        else:
            yield raw


def _read_new(
    begin: Begin, raw: Sequence[RawMail], places: set[str], tally: Tally, keep: Keep, services: Services
) -> list[tuple[str, Mail]]:
    """The messages that are not on file as they are; those are only counted."""
    hashed = [(mail, hashlib.sha256(mail.data).hexdigest()) for mail in raw]
    with begin() as scope:
        there = filed_files(scope, {mail.path for mail in raw} | places)
    new = [mail for mail, blob in hashed if (mail.path, blob) not in there]
    tally.count(tally.mail, "unchanged", len(raw) - len(new))
    mails, rejected = read_mails(services, new, keep)
    tally.rejected += rejected
    return mails


def _whose(mail: Mail) -> str:
    addresses = ", ".join(dict.fromkeys((mail.sender, *mail.recipients, *mail.copied)))
    return f"no client has a contact of these addresses: {addresses}; add one to contacts.csv and load again"


def _receipt(folder: FirmFolder, tally: Tally) -> dict[str, Any]:
    """What came in, whatever was there before: the same for a load at once and one that was ended and started again."""
    for table in TABLES:
        file = folder.root / table.file
        tally.digest.update(file.read_bytes() if file.is_file() else b"")
    rows = {name: len(rows) for name, rows in folder.tables.items()}
    files = {"documents": len(folder.files), "mail": len(folder.mail), "rejected": len(tally.rejected)}
    return {"rows": rows, **files, "digest": tally.digest.hexdigest()}


def _write_rejected(path: Path, rejected: Sequence[Rejected]) -> None:
    """The file that a person opens to repair what was not taken; gone when there is nothing to repair."""
    if not rejected:
        path.unlink(missing_ok=True)
        return
    with path.open("w", newline="", encoding="utf-8", errors="replace") as handle:
        writer = csv.writer(handle)
        writer.writerow(("file", "line", "reason", "row"))
        writer.writerows(
            (unfolded(r.file), r.line, unfolded(r.reason), json.dumps(r.row, ensure_ascii=False)) for r in rejected
        )
