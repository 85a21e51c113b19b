"""How each client stands in money and in what is awaited, in one query however many clients: receivables, open work, and whose move it is.

The sums are those of billing (workspace/billing/invoices.py, wip.py), added up by client in the database; each entry of time is rounded by
itself, as there.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    String,
    and_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)

from store.tables import (
    Adjustment,
    ClientRequest,
    Engagement,
    Expense,
    Invoice,
    Payment,
    Person,
    RequestItem,
    Task,
    TimeEntry,
)
from workspace.billing.amounts import ZERO
from workspace.billing.work import OPEN, OPEN_EXPENSE, cents_of
from workspace.pages.money import BUCKETS
from workspace.scope import Right, Scope
from workspace.snapshot.model import FINISHED
from workspace.workflow.states import OPEN as TASK_OPEN

_OVER_90 = BUCKETS[-2][1] or 90
WHOSE = {"client": "the client", "person": "a colleague", "third-party": "a third party"}


@dataclass(frozen=True)
class Waiting:
    """Whose move it is, since when (None: no day is on record), and for how many things of this kind."""

    whom: str
    since: date | None
    count: int


@dataclass(frozen=True)
class Standing:
    """A client's `receivable`, `over_90` days past due, and work in progress with open expenses, dollars; None without the right to see
    them. `waiting`, the longest first."""

    receivable: Decimal | None
    over_90: Decimal | None
    wip: Decimal | None
    waiting: tuple[Waiting, ...]


Branch = Any
"""A part of the one query: a Select of seven columns."""
NOTHING = Standing(ZERO, ZERO, ZERO, ())


@dataclass(frozen=True)
class Standings:
    """By client's id; `asked` are the items that clients owe by engagement's id."""

    of: dict[str, Standing]
    asked: dict[str, list[tuple[str, date | None]]]
    nothing: Standing

    def get(self, client_id: str) -> Standing:
        return self.of.get(client_id, self.nothing)


def shown_to(scope: Scope) -> tuple[bool, bool]:
    """Whether the asker may see what is owed, and what open work is worth."""
    return scope.has(Right.RATES_SEE) or scope.has(Right.PAYMENT_RECORD), scope.has(Right.RATES_SEE)


def standings_of(scope: Scope) -> Standings:
    """Every client of the asker that has anything; one query. Dollars only for who may see them."""
    scope.require(Right.CLIENT_READ)
    sees, rates = shown_to(scope)
    parts = [_asked(scope), _tasks(scope)]
    parts += [_invoices(scope)] if sees else []
    parts += [_time(scope), _expenses(scope), _taken(scope)] if rates else []
    rows: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    asked: dict[str, list[tuple[str, date | None]]] = defaultdict(list)
    found_rows: Any = scope.session.execute(union_all(*parts)).all()
    for kind, client_id, day, other, first, word, more in found_rows:
        rows[client_id][kind].append((day, _cents(first), word))
        if kind == "asked" and more is not None:
            asked[more].append((word, other))
    for items in asked.values():
        items.sort(key=lambda one: (one[1] or date.max, one[0]))
    found = {key: _standing(of, scope.today, sees=sees, rates=rates) for key, of in rows.items()}
    return Standings(found, dict(asked), _standing({}, scope.today, sees=sees, rates=rates))


def _cents(value: Any) -> Decimal | None:
    return None if value is None else Decimal(int(value)).scaleb(-2)


def _row(
    kind: str, client: Any, day: Any = None, other: Any = None, first: Any = None,
    word: Any = None, more: Any = None,
) -> Branch:  # fmt: skip
    """A branch of the one query: every branch has the same columns, money and hours as whole hundredths."""
    return select(
        literal(kind).label("kind"),
        client.label("client_id"),
        cast(null(), Date) if day is None else day,
        cast(null(), Date) if other is None else other,
        cast(null(), BigInteger) if first is None else type_coerce(first, BigInteger),
        cast(null(), String) if word is None else word,
        cast(null(), String) if more is None else more,
    )


def _asked(scope: Scope) -> Branch:
    item, list_ = RequestItem, ClientRequest
    asked_on = func.coalesce(item.requested_on, list_.asked_on)
    return (
        _row("asked", item.client_id, asked_on, item.due, word=item.item, more=list_.engagement_id)
        .join(list_, list_.id == item.request_id)
        .outerjoin(Engagement, Engagement.id == list_.engagement_id)
        .where(item.client_id.in_(scope.clients()), item.received_on.is_(None), list_.closed_on.is_(None))
        .where(or_(Engagement.id.is_(None), Engagement.stage.not_in(FINISHED)))
    )


def _tasks(scope: Scope) -> Branch:
    return _row("task", Task.client_id, Task.waiting_since, word=Task.waiting_on).where(
        Task.client_id.in_(scope.clients()), TASK_OPEN, Task.waiting_on.is_not(None)
    )


def _invoices(scope: Scope) -> Branch:
    paid = (
        select(Payment.invoice_id, func.sum(type_coerce(Payment.amount, BigInteger)).label("paid"))
        .where(Payment.client_id.in_(scope.clients()), Payment.paid_on <= scope.today)
        .group_by(Payment.invoice_id)
        .subquery()
    )
    left = type_coerce(Invoice.amount, BigInteger) - func.coalesce(paid.c.paid, 0)
    return (
        _row("invoice", Invoice.client_id, Invoice.due_on, first=left)
        .outerjoin(paid, paid.c.invoice_id == Invoice.id)
        .where(Invoice.client_id.in_(scope.clients()), left != 0)
    )


def _time(scope: Scope) -> Branch:
    """What open entries are worth by client, each rounded by itself as `amounts.value_of` does it."""
    rate = func.coalesce(TimeEntry.rate, Person.standard_rate)
    return (
        _row("time", TimeEntry.client_id, first=func.sum(cents_of(TimeEntry.hours, rate)))
        .join(Person, Person.id == TimeEntry.person_id)
        .where(TimeEntry.client_id.in_(scope.clients()), OPEN)
        .group_by(TimeEntry.client_id)
    )


def _expenses(scope: Scope) -> Branch:
    return _row("expense", Expense.client_id, first=func.sum(Expense.amount)).where(
        Expense.client_id.in_(scope.clients()), OPEN_EXPENSE
    ).group_by(Expense.client_id)  # fmt: skip


def _taken(scope: Scope) -> Branch:
    """What was written off open time and open expenses, or put on them."""
    return (
        _row("taken", Adjustment.client_id, first=func.sum(Adjustment.amount))
        .outerjoin(TimeEntry, TimeEntry.id == Adjustment.time_entry_id)
        .outerjoin(Expense, Expense.id == Adjustment.expense_id)
        .where(Adjustment.client_id.in_(scope.clients()))
        .where(and_(TimeEntry.id.is_not(None), OPEN) | and_(Expense.id.is_not(None), OPEN_EXPENSE))
        .group_by(Adjustment.client_id)
    )


def _standing(of: dict[str, list[Any]], today: date, *, sees: bool, rates: bool) -> Standing:
    balances = [(due, left or ZERO) for due, left, *_ in of.get("invoice", ())]
    old = [left for due, left in balances if left > 0 and (today - due).days > _OVER_90]
    worth = sum((amount or ZERO for _, amount, *_ in of.get("time", ())), ZERO)
    worth += sum((amount or ZERO for _, amount, *_ in of.get("expense", ())), ZERO)
    worth -= sum((amount or ZERO for _, amount, *_ in of.get("taken", ())), ZERO)
    return Standing(
        receivable=sum((left for _, left in balances), ZERO) if sees else None,
        over_90=sum(old, ZERO) if sees else None,
        wip=worth if rates else None,
        waiting=_waiting(of),
    )


def _waiting(of: dict[str, list[Any]]) -> tuple[Waiting, ...]:
    since: dict[str, list[date | None]] = defaultdict(list)
    for day, *_ in of.get("asked", ()):
        since["client"].append(day)
    for day, _, whom in of.get("task", ()):
        since[whom].append(day)
    found = [Waiting(WHOSE.get(whom, whom), _first(days), len(days)) for whom, days in since.items()]
    return tuple(sorted(found, key=lambda one: (one.since or date.max, one.whom)))


def _first(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)
