"""A client's money, all computed as of a day: what is unpaid and for how long, what was paid, work in progress against its budget."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from store.tables import TimeEntry as Time
from workspace.billing.work import OPEN, work_of
from workspace.money_sight import as_seen, sees_money
from workspace.scope import Scope
from workspace.snapshot import take_snapshot
from workspace.snapshot.model import ZERO, Engagement, Invoice, Snapshot, TimeEntry

PARTS = ("engagements", "time", "invoices")
# Days past due, as the trade ages receivables: label and the last day of the bucket, None without end.
BUCKETS: tuple[tuple[str, int | None], ...] = (
    ("Current", 0),
    ("1–30", 30),
    ("31–60", 60),
    ("61–90", 90),
    ("Over 90", None),
)


@dataclass(frozen=True)
class Bucket:
    """Unpaid dollars of one age. `share` is percent of all that is unpaid, `before` the sum of the shares before it."""

    label: str
    amount: Decimal
    share: Decimal
    before: Decimal


@dataclass(frozen=True)
class Bill:
    """An invoice with its balance; `late` is days past due of an unpaid one, else 0."""

    invoice: Invoice
    engagement: Engagement | None
    balance: Decimal
    late: int


@dataclass(frozen=True)
class InProgress:
    """An engagement's time and bills in dollars at standard and hours. `unbilled` is open time less write-downs;
    `realization` is billed ÷ standard in percent, None without time; `used` is percent of the budget hours, None without a budget."""

    engagement: Engagement | None
    hours: Decimal
    standard: Decimal
    unbilled: Decimal
    billed: Decimal
    used: Decimal | None
    realization: Decimal | None


@dataclass(frozen=True)
class Accounts:
    """The client's money page. `unpaid` is the foot of the aging, `work` by the unbilled amount."""

    aging: tuple[Bucket, ...]
    unpaid: Decimal
    bills: tuple[Bill, ...]
    work: tuple[InProgress, ...]
    billed: Decimal
    collected: Decimal


def accounts_of(scope: Scope, client_ref: str) -> Accounts:
    """The client's money at the end of the scope's day, in seven queries. Raises NotFound outside the scope."""
    snapshot = as_seen(scope, take_snapshot(scope, client_ref, PARTS))
    today, unbilled = scope.today, defaultdict[str | None, Decimal](lambda: ZERO)
    open_time = work_of(scope, OPEN, Time.client_id == snapshot.client.id, Time.date <= today)
    for one in open_time if sees_money(scope) else ():
        unbilled[one.engagement_id] += one.value
    buckets = aging(snapshot.invoices, today)
    bills = sorted(snapshot.invoices, key=lambda bill: (bill.issued_on, bill.number), reverse=True)
    paid = (p.amount for bill in snapshot.invoices for p in bill.payments if p.paid_on <= today)
    return Accounts(
        aging=buckets,
        unpaid=sum((one.amount for one in buckets), ZERO),
        bills=tuple(_bill(snapshot, one, today) for one in bills),
        work=tuple(
            sorted(_in_progress(snapshot, unbilled, today), key=lambda one: (-one.unbilled, _ref(one.engagement)))
        ),
        billed=sum((bill.amount for bill in snapshot.invoices), ZERO),
        collected=sum(paid, ZERO),
    )


def aging(invoices: Iterable[Invoice], today: date) -> tuple[Bucket, ...]:
    """Unpaid balances by days past due on `today`. A credit lowers what is current."""
    amounts = [ZERO] * len(BUCKETS)
    for bill in invoices:
        balance, late = bill.balance(today), (today - bill.due_on).days
        place = next(n for n, (_, last) in enumerate(BUCKETS) if last is None or late <= last)
        amounts[0 if balance < 0 else place] += balance
    whole = sum((amount for amount in amounts if amount > 0), ZERO)
    buckets: list[Bucket] = []
    before = ZERO
    for (label, _), amount in zip(BUCKETS, amounts, strict=True):
        share = max(amount, ZERO) / whole * 100 if whole else ZERO
        buckets.append(Bucket(label, amount, share, before))
        before += share
    return tuple(buckets)


def _bill(snapshot: Snapshot, bill: Invoice, today: date) -> Bill:
    balance = bill.balance(today)
    late = max((today - bill.due_on).days, 0) if balance > 0 else 0
    return Bill(bill, snapshot.engagement(bill.engagement_id), balance, late)


def _in_progress(snapshot: Snapshot, unbilled: Mapping[str | None, Decimal], today: date) -> Iterable[InProgress]:
    """Engagements with time or a budget, and time that belongs to none."""
    for engagement in (*snapshot.engagements, None):
        identity = engagement.id if engagement else None
        entries = [one for one in snapshot.time if one.engagement_id == identity and one.date <= today]
        bills = [one for one in snapshot.invoices if one.engagement_id == identity and one.issued_on <= today]
        if entries or (engagement and engagement.is_open and engagement.budget_hours):
            yield _progress(engagement, entries, bills, unbilled[identity])


def _progress(
    engagement: Engagement | None, entries: list[TimeEntry], bills: list[Invoice], unbilled: Decimal
) -> InProgress:
    hours = sum((one.hours for one in entries), ZERO)
    standard = sum((one.value for one in entries), ZERO)
    billed = sum((bill.amount for bill in bills), ZERO)
    budget = engagement.budget_hours if engagement else None
    return InProgress(
        engagement=engagement,
        hours=hours,
        standard=standard,
        unbilled=unbilled,
        billed=billed,
        used=hours / budget * 100 if budget else None,
        realization=billed / standard * 100 if standard and billed else None,
    )


def _ref(engagement: Engagement | None) -> str:
    return engagement.ref if engagement else ""
