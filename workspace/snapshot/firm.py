"""What the whole firm's records say, read once for a scan, and the part of it that one client's snapshot may hold.

Totals and names only: revenue, planned hours by person and week, names on matters. A part never carries another client's ref, row or
file. Never judges.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from sqlalchemy import and_, func, or_, select

from store import tables
from store.ids import content_hash
from store.types import canonical_json
from workspace.deadlines import add_months
from workspace.scope import Right, Scope
from workspace.snapshot.as_of import known_by, work_since
from workspace.snapshot.matters import (
    CLIENT_SIDE,
    OTHER_SIDE,
    FirmPart,
    KnownName,
    Party,
    PlannedWeek,
    TrustEntry,
    TrustLedger,
)

ZERO = Decimal(0)
WEEKS = 4  # planned hours are read for this week and so many more


@dataclass(frozen=True)
class Firm:
    """The firm on one day. `planned` are hours by person and week, and in each by client; `names` by client, in order."""

    first: date
    last: date
    billed: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    planned: dict[tuple[str, date], dict[str, Decimal]] = field(
        default_factory=dict[tuple[str, date], dict[str, Decimal]]
    )
    names: tuple[tuple[str, KnownName], ...] = ()
    with_parties: frozenset[str] = frozenset()

    def part_of(self, client_id: str) -> FirmPart:
        """What one client's snapshot holds of it. A person's weeks go to one client: the one with most of the fullest week's hours."""
        weeks = [
            PlannedWeek(person, monday, sum(hours.values(), ZERO))
            for (person, monday), hours in sorted(self.planned.items())
            if self._bearers[person] == client_id
        ]
        known = self.names if client_id in self.with_parties else ()
        others = sorted({name for owner, name in known if owner != client_id}, key=lambda one: (one.name, one.side))
        mark = self._mark(client_id, weeks, others)
        return FirmPart(self.first, self.last, self._total, len(self.billed), tuple(weeks), tuple(others), mark)

    def _mark(self, client_id: str, weeks: list[PlannedWeek], names: list[KnownName]) -> str:
        percent = int(100 * self.billed.get(client_id, ZERO) / self._total) if self._total > 0 else 0
        told = [
            percent,
            [[one.person_id, one.monday.isoformat(), str(one.hours)] for one in weeks],
            [[one.name, one.side] for one in names],
        ]
        return content_hash(canonical_json(told).encode())[:16]

    @cached_property
    def _total(self) -> Decimal:
        return sum((self.billed[one] for one in sorted(self.billed)), ZERO)

    @cached_property
    def _bearers(self) -> dict[str, str]:
        """The client of each person with most hours in that person's fullest week; ties go to the earlier week, the smaller id."""
        fullest: dict[str, tuple[Decimal, date]] = {}
        for (person, monday), hours in sorted(self.planned.items()):
            load = sum(hours.values(), ZERO)
            if person not in fullest or load > fullest[person][0]:
                fullest[person] = (load, monday)
        return {
            person: min(self.planned[person, monday].items(), key=lambda pair: (-pair[1], pair[0]))[0]
            for person, (_, monday) in fullest.items()
        }


def take_firm(scope: Scope) -> Firm:
    """The firm as it stands in the scope's transaction, over the clients that the asker sees; seven queries at most.

    Raises Forbidden without scan:run: it is the night's, and no person's, to look over all clients."""
    scope.require(Right.SCAN_RUN)
    this_month = scope.today.replace(day=1)
    first, last = add_months(this_month, -12), this_month - timedelta(days=1)
    names, with_parties = _names(scope)
    return Firm(first, last, _billed(scope, first, last), _planned(scope), names, with_parties)


def _billed(scope: Scope, first: date, last: date) -> dict[str, Decimal]:
    bill = tables.Invoice
    query = (
        select(bill.client_id, func.sum(bill.amount))
        .where(bill.issued_on >= first, bill.issued_on <= last, bill.client_id.in_(scope.clients()))
        .group_by(bill.client_id)
    )
    return {client: amount for client, amount in scope.session.execute(query).tuples() if amount}


def _planned(scope: Scope) -> dict[tuple[str, date], dict[str, Decimal]]:
    """Hours of open tasks that have an owner, a date and an estimate; what is late is still to do this week. On a day gone by a task that
    was done later was still to do, and work that came later was none."""
    task, work, monday = tables.Task, tables.Engagement, scope.today - timedelta(days=scope.today.weekday())
    to_do = and_(task.done_on.is_(None), task.status.not_in(("done", "cancelled")))
    later: Collection[str | None] = ()
    moment = known_by(scope, "UTC")
    if moment is not None:
        to_do, later = or_(to_do, task.done_on > scope.today), work_since(scope, moment)
    query = (
        select(task.owner_id, task.due, task.client_id, work.ref, func.sum(task.estimate_hours))
        .outerjoin(work, work.id == task.engagement_id)
        .where(
            to_do,
            task.owner_id.is_not(None),
            task.due < monday + timedelta(weeks=WEEKS + 1),
            task.estimate_hours > 0,
            task.client_id.in_(scope.clients()),
        )
        .group_by(task.owner_id, task.due, task.client_id, work.ref)
    )
    found: dict[tuple[str, date], dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for owner, due, client, ref, hours in scope.session.execute(query).tuples():
        if ref not in later:
            day = max(due, scope.today) if due else scope.today
            found[owner or "", day - timedelta(days=day.weekday())][client] += hours or ZERO
    return {key: dict(hours) for key, hours in found.items()}


def _names(scope: Scope) -> tuple[tuple[tuple[str, KnownName], ...], frozenset[str]]:
    """Names on matters by client, and the firm's clients as names; nothing where no matter has parties."""
    party = tables.Party
    rows = scope.session.execute(
        select(party.client_id, party.name, party.aliases, party.role).where(party.client_id.in_(scope.clients()))
    ).tuples()
    found: set[tuple[str, KnownName]] = set()
    owners: set[str] = set()
    for client, name, aliases, role in rows:
        owners.add(client)
        side = "client" if role in CLIENT_SIDE else "opponent" if role in OTHER_SIDE else None
        if side is not None:
            found |= {(client, KnownName(one, side)) for one in (name, *aliases)}
    if owners:
        clients = select(tables.Client.id, tables.Client.name).where(tables.Client.id.in_(scope.clients()))
        found |= {(client, KnownName(name, "client")) for client, name in scope.session.execute(clients).tuples()}
    ordered = sorted(found, key=lambda pair: (pair[0], pair[1].name, pair[1].side))
    return tuple(ordered), frozenset(owners)


def read_parties(scope: Scope, ids: Collection[str]) -> dict[str, list[Party]]:
    """The parties of each client's matters, by name."""
    party = tables.Party
    rows = scope.session.scalars(
        select(party)
        .where(party.client_id.in_(ids), party.client_id.in_(scope.clients()))
        .order_by(party.name, party.id)
    )
    found: dict[str, list[Party]] = defaultdict(list)
    for p in rows:
        found[p.client_id].append(Party(p.id, p.engagement_id, p.name, p.role, tuple(p.aliases)))
    return found


def read_trust(scope: Scope, ids: Collection[str]) -> dict[str, list[TrustLedger]]:
    """Each client's trust ledgers with their entries, in one query."""
    ledger, entry = tables.TrustLedger, tables.TrustEntry
    rows = scope.session.execute(
        select(ledger, entry)
        .outerjoin(entry, entry.ledger_id == ledger.id)
        .where(ledger.client_id.in_(ids), ledger.client_id.in_(scope.clients()))
        .order_by(ledger.id, entry.on, entry.id)
    ).tuples()
    ledgers: dict[str, tables.TrustLedger] = {}
    entries: dict[str, list[TrustEntry]] = defaultdict(list)
    for one, movement in rows:
        ledgers[one.id] = one
        if movement is not None:
            entries[one.id].append(TrustEntry(movement.id, movement.on, movement.amount, movement.memo))
    found: dict[str, list[TrustLedger]] = defaultdict(list)
    for one in ledgers.values():
        own = tuple(entries[one.id])
        found[one.client_id].append(TrustLedger(one.id, one.engagement_id, one.minimum, one.reconciled_on, own))
    return found
