"""Time and expenses with what became of them: open, billed, written off, not billable. Reads only.

Owns the one rule of what is open. An entry is open when it is billable, is on no invoice, and was not written off; an entry that was loaded
(not entered here) is also billed when a loaded invoice of its engagement was issued on or after its day, as the signals count it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, exists, func, not_, select, type_coerce

from store.tables import Adjustment, Bill, Client, Engagement, Expense, Invoice, Person, TimeEntry
from workspace.billing.amounts import ZERO, value_of
from workspace.scope import Scope

_ISSUED_HERE = exists().where(Bill.invoice_id == Invoice.id)
BILLED_BEFORE: ColumnElement[bool] = and_(
    TimeEntry.entered_at.is_(None),
    exists().where(
        Invoice.client_id == TimeEntry.client_id,
        Invoice.engagement_id.is_not_distinct_from(TimeEntry.engagement_id),
        Invoice.issued_on >= TimeEntry.date,
        not_(_ISSUED_HERE),
    ),
)
"""A loaded entry that a loaded invoice of its engagement covers."""

OPEN: ColumnElement[bool] = and_(
    TimeEntry.billable, TimeEntry.invoice_id.is_(None), TimeEntry.written_off_on.is_(None), not_(BILLED_BEFORE)
)
OPEN_EXPENSE: ColumnElement[bool] = and_(Expense.invoice_id.is_(None), Expense.written_off_on.is_(None))


def cents_of(hours: Any, rate: Any) -> Any:
    """Hours x rate in cents as the database works it out, half to even as `amounts.value_of` does: both are whole hundredths, so nothing is
    lost on the way."""
    exact = type_coerce(hours, BigInteger) * func.coalesce(type_coerce(rate, BigInteger), 0)
    size = func.abs(exact, type_=BigInteger)
    whole, rest = size // 100, size % 100
    up = case((rest > 50, 1), (and_(rest == 50, whole % 2 == 1), 1), else_=0)
    return (whole + up) * case((exact < 0, -1), else_=1)


@dataclass(frozen=True)
class Work:
    """An entry of time with what became of it. `state`: open, billed, written-off, not-billable. `standard` is hours x rate in dollars,
    `value` what is left of it after write-downs and -ups. `entered`: here, not loaded; `approved`: by a manager."""

    id: str
    client_id: str
    client_ref: str
    client: str
    engagement_id: str | None
    engagement_ref: str | None
    engagement: str | None
    date: date
    person_id: str
    person: str
    hours: Decimal
    rate: Decimal | None
    service: str | None
    note: str | None
    state: str
    standard: Decimal
    value: Decimal
    invoice_id: str | None
    entered: bool
    approved: bool


@dataclass(frozen=True)
class Cost:
    """An expense with what became of it, dollars. `state`: open, billed, written-off."""

    id: str
    client_id: str
    client_ref: str
    client: str
    engagement_id: str | None
    engagement_ref: str | None
    engagement: str | None
    on: date
    memo: str
    amount: Decimal
    value: Decimal
    state: str
    invoice_id: str | None


def work_of(scope: Scope, *conditions: ColumnElement[bool], locked: bool = False) -> list[Work]:
    """Entries of the asker's clients, by day; two queries. Conditions speak of the entry's columns only. `locked` holds the rows until the
    transaction ends."""
    e = TimeEntry
    query = (
        select(e.id, e.client_id, Client.ref, Client.name, e.engagement_id, Engagement.ref, Engagement.title, e.date)
        .add_columns(e.person_id, Person.name, e.hours, func.coalesce(e.rate, Person.standard_rate), e.service, e.note)
        .add_columns(e.invoice_id, e.billable, e.entered_at, e.approved_by, e.written_off_on, BILLED_BEFORE)
        .join(Client, Client.id == e.client_id)
        .join(Person, Person.id == e.person_id)
        .outerjoin(Engagement, Engagement.id == e.engagement_id)
        .where(e.client_id.in_(scope.clients()), *conditions)
        .order_by(e.date, Person.name, e.id)
    )
    if locked:
        query = query.with_for_update(of=TimeEntry)
    rows = scope.session.execute(query).all()
    off = _adjusted(scope, Adjustment.time_entry_id, conditions, TimeEntry)
    return [_work(row, off.get(row[0], ZERO)) for row in rows]


def _adjusted(scope: Scope, column: Any, conditions: Sequence[ColumnElement[bool]], table: Any) -> dict[str, Decimal]:
    """What was taken off each entry or expense, by its id."""
    query = select(column, func.sum(Adjustment.amount)).join(table, table.id == column)
    query = query.where(Adjustment.client_id.in_(scope.clients()), *conditions).group_by(column)
    return dict(scope.session.execute(query).tuples().all())


def _work(row: Sequence[Any], off: Decimal) -> Work:
    """A row of `work_of`'s query; its first fourteen columns are the first fields of Work, in their order."""
    *fields, invoice_id, billable, entered_at, approved_by, written_off_on, before = row
    if invoice_id or (billable and not written_off_on and before):
        state = "billed"
    else:
        state = "not-billable" if not billable else "written-off" if written_off_on else "open"
    standard = value_of(fields[10], fields[11])
    told = [state, standard, standard - off, invoice_id, entered_at is not None, approved_by is not None]
    return Work(*[*fields, *told])


def costs_of(scope: Scope, *conditions: ColumnElement[bool]) -> list[Cost]:
    """Expenses of the asker's clients, by day; two queries."""
    query = (
        select(Expense, Client.ref, Client.name, Engagement.ref, Engagement.title)
        .join(Client, Client.id == Expense.client_id)
        .outerjoin(Engagement, Engagement.id == Expense.engagement_id)
        .where(Expense.client_id.in_(scope.clients()), *conditions)
        .order_by(Expense.on, Expense.id)
    )
    rows = scope.session.execute(query).tuples().all()
    off = _adjusted(scope, Adjustment.expense_id, conditions, Expense)
    found = []
    for e, ref, name, work_ref, title in rows:
        state = "billed" if e.invoice_id else "written-off" if e.written_off_on else "open"
        of = (e.id, e.client_id, ref, name, e.engagement_id, work_ref, title)
        found.append(Cost(*of, e.on, e.memo, e.amount, e.amount - off.get(e.id, ZERO), state, e.invoice_id))
    return found
