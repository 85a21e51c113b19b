"""Files that came with an export: which client's folder each lay in, and the receipt that lets undo take them away again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from store.audit import AuditTag
from store.ids import new_id
from store.tables import Client, Import, ImportDecision, ImportedName, ImportVerdict
from workspace.acting import record
from workspace.imports.desk import key_of, name_key
from workspace.scope import Right, Scope

KIND = "document"
"""The kind of a verdict on a file. They are counted apart from rows of tables."""


@dataclass(frozen=True)
class Paper:
    """What became of a file: filed at the client `name` (created, unchanged), in the tray (held), or not taken (rejected). `row` is
    (table, id) of what it became."""

    file: str
    name: str
    verdict: str
    reason: str = ""
    row: tuple[str, str] | None = None


def folders_of(scope: Scope, systems: Sequence[str], names: Iterable[str]) -> Mapping[str, str]:
    """The ref of the client that each folder is called after: by its ref, its name here, the name there, or as a person decided. Where two
    clients have one name, a folder of it is nobody's."""
    scope.require(Right.IMPORT_RUN)
    seen = scope.session.execute(select(Client.ref, Client.name).where(Client.id.in_(scope.clients()))).tuples().all()
    refs, by_name = {ref for ref, _ in seen}, dict[str, set[str]]()
    for ref, name in seen:
        by_name.setdefault(name_key(name), set()).add(ref)
    there = dict(
        scope.session.execute(
            select(ImportedName.name, ImportedName.ref).where(
                ImportedName.system.in_(systems), ImportedName.kind == "client"
            )
        )
        .tuples()
        .all()
    )
    decided = select(ImportDecision.name, ImportDecision.ref).where(ImportDecision.system.in_(systems))
    decisions = dict(scope.session.execute(decided).tuples().all())
    found: dict[str, str] = {}
    for name in names:
        key = name_key(name)
        same = by_name.get(key, set()) if key else set()
        only = next(iter(same)) if len(same) == 1 else ""
        called = (name if name in refs else "") or there.get(key_of(name)) or decisions.get(key) or only
        if called in refs:
            found[name] = called
    return found


def note_papers(scope: Scope, number: int, system: str, papers: Sequence[Paper]) -> int:
    """Keep what became of files with the import of that number, or with a new one where no row was imported (`number` 0); its number."""
    scope.require(Right.IMPORT_RUN)
    if not any(one.verdict != "unchanged" for one in papers):
        return number
    session = scope.session
    kept = session.scalars(select(Import).where(Import.number == number)).one_or_none()
    if kept is None:
        number = (session.scalar(select(func.max(Import.number))) or 0) + 1
        kept = Import(id=new_id("imp"), number=number, system=system, at=scope.now, person_id=scope.person_id)
        kept.tables, kept.counts = {}, {}
        session.add(kept)
        session.flush()
    counts = {name: sum(one.verdict == verdict for one in papers) for verdict, name in _COUNTED.items()}
    kept.counts = {**kept.counts, **{name: many for name, many in counts.items() if many}}
    last = session.scalar(select(func.max(ImportVerdict.place)).where(ImportVerdict.import_id == kept.id))
    first = 0 if last is None else last + 1
    session.add_all(_kept(kept.id, first + place, one) for place, one in enumerate(papers))
    record(scope, AuditTag.IMPORT_BROUGHT, f"import:{kept.id}", None, number=number, system=system, **counts)
    return number


_COUNTED = {"created": "filed", "unchanged": "filed before", "held": "in the tray", "rejected": "not taken"}


def _kept(import_id: str, place: int, one: Paper) -> ImportVerdict:
    table, row = one.row or (None, None)
    return ImportVerdict(
        id=new_id("ver"),
        import_id=import_id,
        place=place,
        file=one.file[:300],
        line=0,
        kind=KIND,
        verdict=one.verdict,
        name=one.name[:300],
        reason=one.reason,
        row_table=table,
        row_id=row,
        cells={},
    )
