"""One import: entries into records in the order in which they need each other, a verdict for every row, what undoes it, the receipt."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from store.audit import AuditTag
from store.entries import Entry, Total
from store.ids import new_id
from store.rows import Rejected
from store.tables import Import, ImportVerdict
from workspace.acting import record
from workspace.imports.clients import bring_clients
from workspace.imports.contacts import bring_contacts
from workspace.imports.desk import Desk, Placed, Verdict, open_desk
from workspace.imports.events import bring_events
from workspace.imports.money import bring_expenses, bring_invoices, bring_time
from workspace.imports.work import bring_engagements, bring_tasks
from workspace.scope import Right, Scope
from workspace.undo import Undoing, remembering

VERDICTS = ("created", "updated", "unchanged", "merged", "joined", "held", "rejected")


@dataclass(frozen=True)
class Outcome:
    """What an import did, or in a dry run would do. `id` is "" when nothing came that changes anything and nothing was refused.
    `rows` is how many rows came; the verdicts' counts add up to it. `made` are the refs of new clients."""

    id: str
    number: int
    verdicts: tuple[Verdict, ...]
    counts: Mapping[str, int]
    sums: Sequence[Mapping[str, Any]]
    rows: int
    made: frozenset[str] = frozenset()

    @property
    def held(self) -> tuple[Verdict, ...]:
        """What waits for a person to say which client is meant."""
        return tuple(one for one in self.verdicts if one.verdict == "held")


def bring_in(
    scope: Scope,
    system: str,
    entries: Iterable[Entry],
    totals: Iterable[Total],
    rejected: Iterable[Rejected],
    tables: Mapping[str, str],
    brought: Collection[str] = (),
) -> Outcome:
    """Put what an export says into the records, inside the transaction of the scope; roll it back for a dry run. `brought` are the refs of
    clients that the asker brought in just now from another system, for whomever."""
    scope.require(Right.IMPORT_RUN)
    desk = open_desk(scope, system, brought)
    by_kind: dict[str, list[Entry]] = {}
    for one in entries:
        by_kind.setdefault(one.kind, []).append(one)
    with remembering(scope) as act:
        _bring(desk, by_kind, list(totals))
        scope.session.flush()
    unread = [Verdict(one.file, one.line, "", "rejected", "", one.reason, None, one.row) for one in rejected]
    verdicts = tuple(_in_order([*_told(desk, act), *desk.refused, *unread]))
    counts = Counter(one.verdict for one in _once(verdicts))
    rows = sum(counts.values())
    if not act.changes and not desk.refused and not unread:
        return Outcome("", 0, verdicts, counts, desk.sums, rows, frozenset(desk.new))
    number = (scope.session.scalar(select(func.max(Import.number))) or 0) + 1
    identity = new_id("imp")
    kept = Import(
        id=identity,
        number=number,
        system=system,
        at=scope.now,
        person_id=scope.person_id,
        tables=dict(tables),
        counts={name: counts[name] for name in VERDICTS if counts[name]},
        sums=list(desk.sums),
        changes=act.changes,
    )
    scope.session.add(kept)
    scope.session.flush()
    scope.session.add_all(_kept(identity, place, one) for place, one in enumerate(verdicts))
    record(scope, AuditTag.IMPORT_BROUGHT, f"import:{identity}", None, number=number, system=system, **kept.counts)
    return Outcome(identity, number, verdicts, counts, desk.sums, rows, frozenset(desk.new))


def _bring(desk: Desk, by_kind: Mapping[str, list[Entry]], totals: list[Total]) -> None:
    """In the order of the reference: clients, people, work, time, money."""
    bring_clients(desk, by_kind.get("client", []))
    bring_contacts(desk, by_kind.get("contact", []))
    bring_engagements(desk, by_kind.get("engagement", []))
    bring_tasks(desk, by_kind.get("task", []))
    bring_time(desk, by_kind.get("time", []))
    bring_expenses(desk, by_kind.get("expense", []))
    bring_invoices(desk, by_kind.get("invoice", []), by_kind.get("balance", []), totals)
    bring_events(desk, by_kind.get("event", []))
    for kind in ("figure", "payment"):
        for one in by_kind.get(kind, []):
            desk.refuse(one, kind, "this belongs to a client's own books: import it with --client REF")


def _told(desk: Desk, act: Undoing) -> Iterable[Verdict]:
    """What became of each row that was placed, by what the session did to the row it went into."""
    done = {(one["table"], one["id"]): one["what"] for one in act.changes}
    for one in desk.placed:
        what = done.get(one.target)
        verdict = {"added": "created", "changed": "updated"}.get(str(what), "unchanged")
        if one.merged and verdict != "created":
            verdict = "merged"
        yield Verdict(
            one.entry.file, one.entry.line, one.entry.kind, verdict, one.name, _why(one), one.target, one.entry.cells
        )


def _why(one: Placed) -> str:
    return "; ".join(part for part in (one.merged, *one.notes) if part)


def _in_order(verdicts: Iterable[Verdict]) -> list[Verdict]:
    return sorted(verdicts, key=lambda one: (one.file, one.line))


def _once(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """One verdict for each row, though a row makes a client and its contact: that of what the row itself is, else the weightiest."""
    best: dict[tuple[str, int], Verdict] = {}
    for one in verdicts:
        key = (one.file, one.line)
        if key not in best or VERDICTS.index(one.verdict) > VERDICTS.index(best[key].verdict) >= 5:
            best.setdefault(key, one)
        elif one.verdict in ("held", "rejected") and best[key].kind == one.kind:
            best[key] = one
    return list(best.values())


def _kept(import_id: str, place: int, one: Verdict) -> ImportVerdict:
    table, row = one.target or (None, None)
    return ImportVerdict(
        id=new_id("ver"),
        import_id=import_id,
        place=place,
        file=one.file[:300],
        line=one.line,
        kind=one.kind,
        verdict=one.verdict,
        name=one.name[:300],
        reason=one.reason,
        row_table=table,
        row_id=row,
        cells=dict(one.cells) if one.verdict in ("held", "rejected") else {},
    )
