"""The rows behind a figure: entries of time, expenses, invoices and money received, narrowed to what the figure counts. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from store.errors import Invalid, NotFound
from store.tables import Client, Engagement, Expense, Invoice, Payment, Person, Receipt, TimeEntry
from workspace.billing.acts import see_money
from workspace.billing.amounts import ZERO
from workspace.billing.invoices import Listed, invoices_of, unpaid
from workspace.billing.reports import bucket_of, passed_on
from workspace.billing.work import OPEN, OPEN_EXPENSE, Cost, Work, costs_of, work_of
from workspace.pages.money import BUCKETS
from workspace.scope import Right, Scope, access_client

STATES = ("open", "billed", "written-off", "not-billable")
NONE = "-"  # stands for "without one" where a service or an engagement is asked for


@dataclass(frozen=True)
class Where:
    """What rows to show; None: all. `client` and `engagement` are refs, `person` an address or an id, `age` a place in BUCKETS (of unpaid
    invoices), `state` one of STATES or `billable`. `-` as engagement or service: those without one."""

    first: date | None = None
    last: date | None = None
    client: str | None = None
    engagement: str | None = None
    person: str | None = None
    service: str | None = None
    state: str | None = None
    age: int | None = None


@dataclass(frozen=True)
class Billed:
    """An invoice or credit note with the part of it that is fee, dollars."""

    listed: Listed
    fee: Decimal


@dataclass(frozen=True)
class Came:
    """Money on an invoice, dollars; above 0 what came in. `kind`: payment, applied, refund, reversal."""

    id: str
    on: date
    number: str
    client_ref: str
    client: str
    amount: Decimal
    kind: str
    method: str
    memo: str


def time_rows(scope: Scope, where: Where) -> list[Work]:
    """Entries by day. Raises NotFound, Forbidden without rates:see, Invalid for an unknown state."""
    scope.require(Right.RATES_SEE)
    wanted: list[ColumnElement[bool]] = list(_of_client(scope, TimeEntry.client_id, where))
    wanted += _between(TimeEntry.date, where)
    if where.engagement:
        wanted.append(_engagement(scope, TimeEntry.engagement_id, where.engagement))
    if where.person:
        wanted.append(TimeEntry.person_id == _person(scope, where.person))
    if where.service:
        wanted.append(TimeEntry.service.is_(None) if where.service == NONE else TimeEntry.service == where.service)
    if where.state == "open":
        wanted.append(OPEN)
    elif where.state == "billable":
        wanted.append(TimeEntry.billable.is_(True))
    elif where.state and where.state not in STATES:
        raise Invalid(f"time is {', '.join(STATES)}")
    return [one for one in work_of(scope, *wanted) if where.state in (None, "billable", one.state)]


def expense_rows(scope: Scope, where: Where) -> list[Cost]:
    """Expenses by day: all with rates:see, else those the asker entered. Raises NotFound."""
    wanted: list[ColumnElement[bool]] = list(_of_client(scope, Expense.client_id, where))
    wanted += _between(Expense.on, where)
    if where.engagement:
        wanted.append(_engagement(scope, Expense.engagement_id, where.engagement))
    if where.state == "open":
        wanted.append(OPEN_EXPENSE)
    if not scope.has(Right.RATES_SEE):
        wanted.append(Expense.entered_by == scope.person_id)
    return costs_of(scope, *wanted)


def invoice_rows(scope: Scope, where: Where) -> list[Billed]:
    """Issued invoices and credit notes, the newest first. Raises NotFound, Forbidden as `see_money`."""
    client = access_client(scope, where.client).id if where.client else None
    wanted = list(_between(Invoice.issued_on, where))
    if where.engagement:
        wanted.append(_engagement(scope, Invoice.engagement_id, where.engagement))
    if where.age is not None or where.state == "unpaid":
        wanted.append(unpaid(scope))
    found = invoices_of(scope, client, *wanted)
    if where.age is not None:
        if not 0 <= where.age < len(BUCKETS):
            raise Invalid(f"an age is 0 to {len(BUCKETS) - 1}")
        found = [one for one in found if one.balance and bucket_of(one) == where.age]
    passed = passed_on(scope)
    return [Billed(one, one.amount - passed.get(one.id, ZERO)) for one in found]


def money_rows(scope: Scope, where: Where, most: int | None = None) -> list[Came]:
    """Money received, credit used, refunds and reversals, the newest first. Raises NotFound, Forbidden as `see_money`."""
    see_money(scope)
    query = (
        select(Payment, Invoice.number, Client.ref, Client.name, Receipt)
        .join(Invoice, Invoice.id == Payment.invoice_id)
        .join(Client, Client.id == Payment.client_id)
        .outerjoin(Receipt, Receipt.payment_id == Payment.id)
        .where(Payment.client_id.in_(scope.clients()), *_of_client(scope, Payment.client_id, where))
        .where(*_between(Payment.paid_on, where))
        .order_by(Payment.paid_on.desc(), Invoice.number.desc(), Payment.id)
        .limit(most)
    )
    return [
        Came(p.id, p.paid_on, number, ref, name, p.amount, *((r.kind, r.method, r.memo) if r else ("payment", "", "")))
        for p, number, ref, name, r in scope.session.execute(query).tuples()
    ]


def _of_client(scope: Scope, column: InstrumentedAttribute[str], where: Where) -> Sequence[ColumnElement[bool]]:
    return [column == access_client(scope, where.client).id] if where.client else []


def _between(column: InstrumentedAttribute[date], where: Where) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [column >= where.first] if where.first else []
    return found + ([column <= where.last] if where.last else [])


def _engagement(scope: Scope, column: InstrumentedAttribute[str | None], ref: str) -> ColumnElement[bool]:
    if ref == NONE:
        return column.is_(None)
    ours = select(Engagement.id).where(Engagement.ref == ref, Engagement.client_id.in_(scope.clients()))
    if scope.session.scalar(ours) is None:
        raise NotFound(f"there is no engagement {ref}")
    return column.in_(ours)


def _person(scope: Scope, email: str) -> str:
    found = scope.session.scalars(
        select(Person.id).where(or_(Person.email == email.strip().lower(), Person.id == email))
    ).one_or_none()
    if found is None:
        raise NotFound(f"nobody who works here has the address {email}")
    return found
