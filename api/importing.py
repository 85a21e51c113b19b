"""An export on its way in: which of its files are tables and which a client's documents, the dry run, the import, the documents after it.

Used by the command, the page and the JSON alike. Decides nothing about rows (`workspace/imports`) and reads no table (`ingestion/exports`).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import select

from api.commands.result import Progress
from api.commands.scopes import reading, scope_of, writing
from api.intake import RawMail, arrived, index_new, is_mail, keeper, opener, read_mails
from api.loose import arrival, look_into
from api.wiring import Services
from ingestion.containers import is_container, members
from ingestion.exports import Export, read_export
from ingestion.exports.recognise import Learned
from ingestion.exports.vocabulary import systems
from store.errors import Invalid
from store.tables import Document
from workspace import imports
from workspace.documents import Incoming, receive_all
from workspace.imports.papers import Paper, folders_of, note_papers
from workspace.intake.tray import receive_loose
from workspace.mail import address_book, receive_mail, threaded
from workspace.records.upsert import batches
from workspace.scope import Right, access_client

TABLES = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".iif", ".vcf", ".ics")
CLOSED = (".qbw", ".qbb", ".qbm", ".pst", ".ost", ".numbers")
_AROUND = frozenset({"documents", "client documents", "files", "accounts", "clients", "account documents"})
"""Folders that an export wraps around those of the clients."""
_AT_ONCE = 100
Files = Sequence[tuple[str, bytes]]


class _Undo(Exception):
    """Ends the transaction of a dry run without a trace."""


@dataclass(frozen=True)
class InFolder:
    """A file below a folder that may be a client's: `folder` the first level, `path` the rest."""

    folder: str
    path: str
    data: bytes


@dataclass(frozen=True)
class Brought:
    """Files with what became of them. `outcomes` are those of each system that tables are of, by its name: each is an import of its own,
    so that the next export of that system finds its rows again. `papers` are files that are no tables, `refs` the clients of the folders
    that are known."""

    export: Export
    outcomes: Mapping[str, imports.Outcome]
    papers: tuple[InFolder, ...] = ()
    refs: Mapping[str, str] = field(default_factory=dict[str, str])
    filed: tuple[Paper, ...] = ()

    papers_in: int = 0
    """The import that the files are noted with, 0 for none."""

    @property
    def system(self) -> str:
        """The first system that rows came from."""
        return next(iter(self.outcomes), "generic")

    @property
    def numbers(self) -> tuple[int, ...]:
        """The imports that were made, in order."""
        return tuple(sorted({self.papers_in, *(one.number for one in self.outcomes.values())} - {0}))

    @property
    def verdicts(self) -> tuple[imports.Verdict, ...]:
        return tuple(one for each in self.outcomes.values() for one in each.verdicts)

    @property
    def counts(self) -> Mapping[str, int]:
        return sum((Counter(one.counts) for one in self.outcomes.values()), Counter[str]())

    @property
    def sums(self) -> list[Mapping[str, Any]]:
        return [one for each in self.outcomes.values() for one in each.sums]

    @property
    def rows(self) -> int:
        return sum(one.rows for one in self.outcomes.values())


def checked(source: str) -> str | None:
    """The system that was named, None for auto. Raises Invalid for one that is not known."""
    source = source.strip().lower()
    if source in ("", "auto"):
        return None
    if source not in systems():
        raise Invalid(f"{source[:40]} is no source that is known; use auto or one of: {', '.join(systems())}")
    return source


def tell_apart(services: Services, files: Files) -> tuple[list[tuple[str, bytes]], list[InFolder]]:
    """Files that lie at the top, and those in folders; an archive is a folder whose own name does not count."""
    top: list[tuple[str, bytes]] = []
    below: list[InFolder] = []
    for name, data, parts in _placed(services, files):
        while len(parts) > 2 and parts[0].lower() in _AROUND:
            parts = parts[1:]
        if len(parts) < 2 or (len(parts) == 2 and parts[0].lower() in _AROUND):
            top.append((name, data))
        else:
            below.append(InFolder(parts[0], "/".join(parts[1:]), data))
    return top, below


def _placed(services: Services, files: Files) -> Iterator[tuple[str, bytes, tuple[str, ...]]]:
    """Each file with the folders that it lies in, archives at the top opened once."""
    for name, data in files:
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if len(parts) > 1 or not name.lower().endswith(".zip") or not is_container(name, data):
            yield name, data, parts
            continue
        found = list(members(name, data, services.parse_pool.parse))
        nested = {one.path for one in found if is_container(one.path, one.data)}
        kept = [one for one in found if not any(one.path.startswith(f"{outer}/") for outer in nested)]
        if any(one.refused for one in kept):
            yield name, data, parts  # its reader says what cannot be taken out of it
            continue
        inner = [PurePosixPath(one.path).parts[1:] for one in kept]
        wrapped = len({one[0] for one in inner if one}) == 1 and all(len(one) > 1 for one in inner)
        for one, path in zip(kept, inner, strict=True):
            # a single folder around everything is the export's own, unless its files lie right in it, as a client's do
            yield one.path, one.data, path[1:] if wrapped and any(len(p) > 2 for p in inner) else path


def read(services: Services, files: Files, system: str | None) -> Export:
    """What the files say, by the parser with limits, with the mappings that people made."""
    with services.database.reading() as session:
        known = imports.learned(scope_of(services, session, "import", None))
    maps = {name: Learned(one.kind, one.columns, not one.kind) for name, one in known.items()}
    return read_export(files, services.parse_pool.parse, system, maps)


def by_system(export: Export, system: str | None) -> dict[str, Export]:
    """What tables of each system say, in the order of the vocabulary: practice systems before books, what is nobody's last. All of it for a
    system that was named."""
    if system is not None:
        return {system: export}
    told = {place: system_of(name) for place, name in export.tables.items()}
    order = [one for one in systems() if one in told.values()] or ["generic"]

    def of(place: str) -> str:
        return told.get(place, order[0])

    return {
        name: Export(
            tuple(one for one in export.entries if of(one.file) == name),
            tuple(one for one in export.totals if of(one.file) == name),
            tuple(one for one in export.rejected if of(one.file) == name),
            tables={place: what for place, what in export.tables.items() if of(place) == name},
        )
        for name in order
    }


def system_of(table: str) -> str:
    """The system that a recognised table is of, by what it is called."""
    first = table.split(" ")[0].lower()
    return first if first in systems() else "generic"


def bring(
    services: Services,
    files: Files,
    system: str | None,
    email: str | None,
    progress: Progress,
    *,
    dry_run: bool,
    decided: Mapping[str, str | None] | None = None,
) -> Brought:
    """Read the files and bring them in, or with `dry_run` tell what would become of each row and file. Rows are one transaction; documents
    follow once their clients are on record."""
    top, below = tell_apart(services, files)
    progress("files of the export", 0, len(files))
    export = read(services, top, system) if top else Export()
    if below:
        named = {str(one.values["name"]) for one in export.entries if one.kind == "client"}
        known = _known(services, system, email, below) | dict.fromkeys(named, "")
        tables = [one for one in below if one.folder not in known and _is_table(services, one, system)]
        if tables:
            taken = {id(one) for one in tables}
            below = [one for one in below if id(one) not in taken]
            export = read(services, [*top, *((f"{one.folder}/{one.path}", one.data) for one in tables)], system)
    progress("rows of the export", 0, sum(export.rows.values()))
    groups = by_system(export, system)
    outcomes, refs = _put(services, groups, decided or {}, dry_run, email, {one.folder for one in below})
    brought = Brought(export, outcomes, tuple(below), refs)
    return brought if dry_run or not below else _file(services, brought, email, progress)


def _known(services: Services, system: str | None, email: str | None, below: Sequence[InFolder]) -> dict[str, str]:
    with reading(services, "import", email) as scope:
        return dict(folders_of(scope, [system] if system else systems(), {one.folder for one in below}))


def _is_table(services: Services, one: InFolder, system: str | None) -> bool:
    """Whether a file of a folder that is no client's belongs to the export: an export in a folder of its own."""
    if one.path.lower().endswith(CLOSED):
        return True  # its refusal says how to export it
    if not one.path.lower().endswith(TABLES):
        return False
    return bool(read(services, [(one.path, one.data)], system).tables)


def _put(
    services: Services,
    groups: Mapping[str, Export],
    decided: Mapping[str, str | None],
    dry_run: bool,
    email: str | None,
    folders: set[str],
) -> tuple[Mapping[str, imports.Outcome], Mapping[str, str]]:
    """Bring the rows in, in one transaction, which a dry run takes back; and whose the folders are when the clients are there."""
    done: list[tuple[Mapping[str, imports.Outcome], Mapping[str, str]]] = []
    with suppress(_Undo), writing(services, "import", email) as scope:
        outcomes: dict[str, imports.Outcome] = {}
        made: set[str] = set()
        for system, one in groups.items():
            for name, ref in decided.items():
                imports.decide(scope, system, name, ref)
            scope.session.flush()
            done_of = imports.bring_in(scope, system, one.entries, one.totals, one.rejected, one.tables, made)
            outcomes[system] = done_of
            made |= done_of.made
            scope.session.flush()
        done.append((outcomes, dict(folders_of(scope, list(groups), folders)) if folders else {}))
        if dry_run:
            raise _Undo
    return done[0]


def expected(brought: Brought, names: Mapping[str, str]) -> tuple[Paper, ...]:
    """What would become of each file; `names` are clients' names by ref."""
    return tuple(
        Paper(f"{one.folder}/{one.path}", names.get(ref, ref), "created")
        if (ref := brought.refs.get(one.folder))
        else Paper(f"{one.folder}/{one.path}", "", "held", _nobody(one.folder))
        for one in brought.papers
    )


def _nobody(folder: str) -> str:
    return f"no client is called {folder[:80]!r}: it goes to the tray of Intake, where you say whose it is"


def _file(services: Services, brought: Brought, email: str | None, progress: Progress) -> Brought:
    """Documents to their clients, by client one transaction; what is nobody's to the tray."""
    by_ref: dict[str, list[InFolder]] = {}
    for one in brought.papers:
        by_ref.setdefault(brought.refs.get(one.folder, ""), []).append(one)
    filed: list[Paper] = []
    client_ids: list[str] = []
    for ref, papers in by_ref.items():
        if not ref:
            filed += _to_the_tray(services, email, papers)
            continue
        client_id, done = _to_client(services, email, ref, papers)
        client_ids.append(client_id)
        filed += done
        progress("documents filed", len(filed), len(brought.papers))
    with writing(services, "import", email) as scope:
        number = note_papers(scope, next(iter(brought.numbers), 0), brought.system, filed)
    if any(one.verdict == "held" for one in filed):
        services.desk.later(_looking(services))
    if client_ids:
        services.desk.later(_indexing(services, client_ids))
    return Brought(brought.export, brought.outcomes, brought.papers, brought.refs, tuple(filed), number)


def _looking(services: Services) -> Callable[[], object]:
    return lambda: look_into(services, lambda *_: None)


def _indexing(services: Services, client_ids: Sequence[str]) -> Callable[[], object]:
    return lambda: index_new(services, lambda *_: None, client_ids)


def _to_client(
    services: Services, email: str | None, ref: str, papers: Sequence[InFolder]
) -> tuple[str, tuple[Paper, ...]]:
    keep = keeper(services, dry_run=False)
    mails = [
        RawMail(one.path, one.path, one.data, (ref,), "import") for one in papers if is_mail(one.path) and one.data
    ]
    files: list[Incoming] = []
    for one in papers:
        if not (is_mail(one.path) and one.data):
            found = arrived(ref, one.path, one.data, "import", keep, services.parse_pool.parse, opener(services))
            for part in found:
                (files if isinstance(part, Incoming) else mails).append(part)  # type: ignore[arg-type]
    letters, broken = read_mails(services, mails, keep) if mails else ([], [])
    said = {one.file for one in broken}
    files += [Incoming(ref, m.path, keep(m.data), len(m.data), "import") for m in mails if m.origin in said]
    with writing(services, "import", email) as scope:
        client = access_client(scope, ref, Right.DOCUMENT_ADD)
        there = select(Document.id, Document.path, Document.state).where(Document.client_id == client.id)
        before = {identity for identity, _, _ in scope.session.execute(there).tuples()}
        for batch in batches(files, _AT_ONCE):
            receive_all(scope, batch)
        receive_mail(scope, address_book(scope), threaded(scope, [mail for _, mail in letters]))
        scope.session.flush()
        after = scope.session.execute(there).tuples().all()
        new = [
            Paper(
                path, client.name, "created", "it cannot be read" if state == "refused" else "", ("documents", identity)
            )
            for identity, path, state in after
            if identity not in before
        ]
        made = {one.file for one in new}
        old = [
            Paper(one.path, client.name, "unchanged", "it was there before") for one in papers if one.path not in made
        ]
        return client.id, (*new, *old)


def _to_the_tray(services: Services, email: str | None, papers: Sequence[InFolder]) -> list[Paper]:
    coming = [arrival(services, f"{one.folder}/{one.path}", one.data, "import") for one in papers]
    with writing(services, "import", email) as scope:
        received = receive_loose(scope, coming)
    return [
        Paper(
            file.path,
            "",
            "held" if outcome in ("waiting", "refused") else "unchanged",
            _nobody(one.folder) if outcome == "waiting" else file.refused or "it lay in the tray before",
            ("loose_files", identity) if outcome in ("waiting", "refused") else None,
        )
        for one, file, (identity, outcome) in zip(papers, coming, received, strict=True)
    ]
