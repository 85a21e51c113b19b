"""The firm's money in figures: receivables by age, realization by month, utilization, profitability by client, service and person.

Every figure is a sum of rows that the pages list beside it. Of the asker's clients only; Forbidden without rates:see.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select

from store.tables import Bill, BillLine, Invoice, Person, TimeEntry
from workspace.billing.amounts import ZERO, spread, value_of
from workspace.billing.invoices import Listed
from workspace.billing.work import Work, work_of
from workspace.deadlines import add_months
from workspace.pages.money import BUCKETS, Bucket
from workspace.scope import Right, Scope

HUNDRED = Decimal(100)
_WEEK = 7
_NO_FEE = ("expense", "retainer")
"""Lines of a bill that are no fee of its time."""


@dataclass(frozen=True)
class ByAge:
    """What one client owes by age, dollars, in the order of BUCKETS; `total` with its credits taken off."""

    client_ref: str
    client: str
    amounts: tuple[Decimal, ...]
    total: Decimal


@dataclass(frozen=True)
class Month:
    """A month's standard value of billable time worked, and what was billed in it (passed-on expenses and retainers are no fee), dollars.
    `realization` is billed ÷ standard in percent, None without time."""

    first: date
    standard: Decimal
    billed: Decimal

    @property
    def realization(self) -> Decimal | None:
        return self.billed / self.standard * HUNDRED if self.standard > 0 else None


@dataclass(frozen=True)
class Used:
    """A person's hours. `available` is weekly hours over the weeks of the period, None where none are recorded; percent of it billable."""

    email: str
    name: str
    hours: Decimal
    billable: Decimal
    available: Decimal | None

    @property
    def utilization(self) -> Decimal | None:
        return self.billable / self.available * HUNDRED if self.available else None


@dataclass(frozen=True)
class Earned:
    """What a client, a service or a person brought in a period, dollars. `billed` of a service or a person is its part of what its clients
    were billed, by standard value. `cost` is hours x cost rate, None where a rate is missing."""

    key: str
    name: str
    hours: Decimal
    standard: Decimal
    billed: Decimal
    cost: Decimal | None

    @property
    def margin(self) -> Decimal | None:
        return None if self.cost is None else self.billed - self.cost

    @property
    def realization(self) -> Decimal | None:
        return self.billed / self.standard * HUNDRED if self.standard > 0 else None


def bucket_of(one: Listed) -> int:
    """The place of an invoice in BUCKETS, by days past due; a credit lowers what is current."""
    return next(n for n, (_, last) in enumerate(BUCKETS) if last is None or one.late <= last)


def aged(found: Iterable[Listed]) -> tuple[Bucket, ...]:
    """Balances by age, with shares of all that is unpaid."""
    amounts = _by_age(found)
    whole = sum((amount for amount in amounts if amount > 0), ZERO)
    buckets: list[Bucket] = []
    before = ZERO
    for (label, _), amount in zip(BUCKETS, amounts, strict=True):
        share = max(amount, ZERO) / whole * HUNDRED if whole else ZERO
        buckets.append(Bucket(label, amount, share, before))
        before += share
    return tuple(buckets)


def _by_age(found: Iterable[Listed]) -> list[Decimal]:
    amounts = [ZERO] * len(BUCKETS)
    for one in found:
        amounts[bucket_of(one)] += one.balance
    return amounts


def aging_by_client(found: Iterable[Listed]) -> tuple[ByAge, ...]:
    """Clients that owe or have credit, the most first."""
    groups: dict[tuple[str, str], list[Listed]] = defaultdict(list)
    for one in found:
        if one.balance:
            groups[one.client_ref, one.client].append(one)
    rows = [
        ByAge(ref, name, tuple(_by_age(of)), sum((one.balance for one in of), ZERO))
        for (ref, name), of in groups.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.total, row.client)))


def months_of(scope: Scope, months: int = 12) -> tuple[Month, ...]:
    """The last months through the scope's own, the oldest first; three queries."""
    scope.require(Right.RATES_SEE)
    this = scope.today.replace(day=1)
    firsts = [add_months(this, -n) for n in reversed(range(months))]
    work, billed = defaultdict[date, Decimal](lambda: ZERO), defaultdict[date, Decimal](lambda: ZERO)
    rows = (
        select(TimeEntry.date, TimeEntry.hours, func.coalesce(TimeEntry.rate, Person.standard_rate))
        .join(Person, Person.id == TimeEntry.person_id)
        .where(TimeEntry.client_id.in_(scope.clients()), TimeEntry.billable)
        .where(TimeEntry.date.between(firsts[0], scope.today))
    )
    for on, hours, rate in scope.session.execute(rows):
        work[on.replace(day=1)] += value_of(hours, rate)
    for on, _, _, amount in billed_rows(scope, firsts[0], scope.today):
        billed[on.replace(day=1)] += amount
    return tuple(Month(first, work[first], billed[first]) for first in firsts)


def billed_rows(scope: Scope, first: date, last: date) -> list[tuple[date, str, str, Decimal]]:
    """Day, client id, invoice id and fee of every invoice and credit note of a period, expenses and retainers taken out; one query."""
    passed_on = (
        select(func.sum(BillLine.amount))
        .join(Bill, Bill.id == BillLine.bill_id)
        .where(Bill.invoice_id == Invoice.id, BillLine.kind.in_(_NO_FEE))
        .correlate(Invoice)
        .scalar_subquery()
    )
    query = select(Invoice.issued_on, Invoice.client_id, Invoice.id, Invoice.amount, passed_on).where(
        Invoice.client_id.in_(scope.clients()), Invoice.issued_on.between(first, last)
    )
    rows = scope.session.execute(query).tuples()
    return [(on, client, invoice, amount - (passed or ZERO)) for on, client, invoice, amount, passed in rows]


def passed_on(scope: Scope) -> dict[str, Decimal]:
    """What of each invoice is an expense or a retainer and so no fee, by its id; those that hold none are not there. One query."""
    query = (
        select(Bill.invoice_id, func.sum(BillLine.amount))
        .join(BillLine, BillLine.bill_id == Bill.id)
        .where(Bill.client_id.in_(scope.clients()), BillLine.kind.in_(_NO_FEE))
        .group_by(Bill.invoice_id)
    )
    return {invoice: amount for invoice, amount in scope.session.execute(query).tuples() if invoice is not None}


def utilization_of(scope: Scope, first: date, last: date) -> tuple[Used, ...]:
    """Everybody active, by name, with the hours at the asker's clients; two queries. A period is counted in weeks of seven days."""
    scope.require(Right.RATES_SEE)
    weeks = Decimal((last - first).days + 1) / _WEEK
    query = (
        select(TimeEntry.person_id, TimeEntry.billable, func.sum(TimeEntry.hours))
        .where(TimeEntry.client_id.in_(scope.clients()), TimeEntry.date.between(first, last))
        .group_by(TimeEntry.person_id, TimeEntry.billable)
    )
    worked = {(person, billable): hours for person, billable, hours in scope.session.execute(query)}
    people = scope.session.scalars(select(Person).where(Person.active, Person.role != "admin").order_by(Person.name))
    return tuple(
        Used(
            one.email,
            one.name,
            worked.get((one.id, True), ZERO) + worked.get((one.id, False), ZERO),
            worked.get((one.id, True), ZERO),
            one.weekly_hours * weeks if one.weekly_hours else None,
        )
        for one in people
    )


def profitability_of(scope: Scope, first: date, last: date) -> dict[str, tuple[Earned, ...]]:
    """By client, service and person over a period, the most billed first; five queries."""
    scope.require(Right.RATES_SEE)
    work = work_of(scope, TimeEntry.date.between(first, last))
    costs = dict(scope.session.execute(select(Person.id, Person.cost_rate)).tuples().all())
    billed = defaultdict[str, Decimal](lambda: ZERO)
    for _, client, _, amount in billed_rows(scope, first, last):
        billed[client] += amount
    parts = _parts(work, billed)
    by: dict[str, Callable[[Work], tuple[str, str]]] = {
        "client": lambda one: (one.client_ref, one.client),
        "service": lambda one: (one.service or "", one.service or "Without a service"),
        "person": lambda one: (one.person_id, one.person),
    }
    return {name: _earned(work, parts, costs, key) for name, key in by.items()}


def _parts(work: Sequence[Work], billed: dict[str, Decimal]) -> dict[str, Decimal]:
    """What of its client's bills falls on each entry, by standard value of billable time (by hours where none has a value)."""
    of_client: dict[str, list[Work]] = defaultdict(list)
    for one in work:
        if one.state != "not-billable" and one.hours > 0:
            of_client[one.client_id].append(one)
    parts: dict[str, Decimal] = {}
    for client, entries in of_client.items():
        values = [one.standard for one in entries]
        weights = values if sum(values, ZERO) > 0 else [one.hours for one in entries]
        parts.update(zip((one.id for one in entries), spread(billed.get(client, ZERO), weights), strict=True))
    return parts


def _earned(
    work: Sequence[Work],
    parts: dict[str, Decimal],
    costs: dict[str, Decimal | None],
    key: Callable[[Work], tuple[str, str]],
) -> tuple[Earned, ...]:
    groups: dict[tuple[str, str], list[Work]] = defaultdict(list)
    for one in work:
        groups[key(one)].append(one)
    found = []
    for (identity, name), entries in groups.items():
        known = [
            value_of(one.hours, costs.get(one.person_id)) for one in entries if costs.get(one.person_id) is not None
        ]
        found.append(
            Earned(
                key=identity,
                name=name,
                hours=sum((one.hours for one in entries), ZERO),
                standard=sum((one.standard for one in entries), ZERO),
                billed=sum((parts.get(one.id, ZERO) for one in entries), ZERO),
                cost=sum(known, ZERO) if len(known) == len(entries) else None,
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.billed, -one.standard, one.name)))


def year_back(today: date) -> tuple[date, date]:
    """The twelve months through a day."""
    return add_months(today, -12) + timedelta(days=1), today
