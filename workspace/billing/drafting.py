"""Drafts of invoices: from open time and expenses, for a fixed fee, for a part of it, or for a recurring fee. A draft is owed by nobody.

Every bill takes up the open time of its engagement through a day, whatever it charges for it; the difference between the fee and that time
is put on record when the invoice is issued.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select

from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import new_id
from store.tables import Bill, BillLine, Client, Engagement, Expense, Invoice, RecurringFee, TimeEntry
from workspace.acting import person_of, record
from workspace.billing.acts import engagement_of, setting, text_in
from workspace.billing.amounts import MOST, ZERO, cents
from workspace.billing.wip import open_costs, open_work
from workspace.billing.work import Cost, Work
from workspace.deadlines import add_months
from workspace.scope import Right, Scope, access_client

KINDS = ("hourly", "fixed", "progress", "retainer")
FEES = ("fee", "retainer")  # lines whose amount a person says, not time or expenses
_TERMS = 30


@dataclass(frozen=True)
class Wanted:
    """What to bill. `kind`: hourly (open time at its value), fixed (the fee, or what is left of it), progress (`percent` of the fee),
    retainer (`amount` in advance, which takes up no time and is drawn upon later: retainers.py).
    `through` None: today. `amount` stands in for what a fixed bill would charge; `terms` days until due, None for the firm's."""

    kind: str
    engagement: str | None = None
    through: date | None = None
    amount: Decimal | None = None
    percent: Decimal | None = None
    text: str | None = None
    terms: int | None = None
    expenses: bool = True


def draft_invoice(scope: Scope, client_ref: str, wanted: Wanted) -> str:
    """Make a draft; its id. Raises NotFound, Forbidden without invoice:write, Invalid for what cannot be billed so, Conflict when there is
    nothing to bill."""
    client = access_client(scope, client_ref, Right.INVOICE_WRITE)
    by, work = person_of(scope), engagement_of(scope, client, wanted.engagement)
    through = wanted.through or scope.today
    if wanted.kind not in KINDS:
        raise Invalid(f"an invoice is {', '.join(KINDS)}")
    if wanted.kind in ("fixed", "progress") and work is None:
        raise Invalid(f"a {wanted.kind} invoice is for an engagement")
    entries, costs, fee = list[Work](), list[Cost](), None
    if wanted.kind == "retainer":
        fee = _positive(wanted.amount or ZERO)
    else:
        fee = _fee(scope, work, wanted) if work is not None and wanted.kind != "hourly" else None
        entries, costs = _open(scope, client, work, through, wanted)
    of = {one.engagement_id for one in entries} | {one.engagement_id for one in costs}
    engagement_id = work.id if work else of.pop() if len(of) == 1 else None
    bill = Bill(
        id=new_id("bil"),
        client_id=client.id,
        engagement_id=engagement_id,
        kind=wanted.kind,
        text=text_in(wanted.text) or _text(wanted, work),
        through=through,
        terms=_terms(scope, wanted.terms),
        percent=wanted.percent if wanted.kind == "progress" else None,
        created_by=by,
        created_at=scope.now,
    )
    return _file(scope, bill, fee, entries, costs)


def _file(scope: Scope, bill: Bill, fee: Decimal | None, entries: Sequence[Work], costs: Sequence[Cost]) -> str:
    lines = _lines(bill, fee, entries, costs)
    if not lines:
        raise Conflict("there is nothing to bill: no open time or expense through that day")
    scope.session.add(bill)
    scope.session.flush()
    scope.session.add_all(lines)
    scope.session.flush()
    total = sum((line.amount for line in lines), ZERO)
    record(scope, AuditTag.BILL_DRAFTED, f"bill:{bill.id}", bill.client_id, kind=bill.kind, amount=total)
    return bill.id


def _terms(scope: Scope, given: int | None) -> int:
    terms: int = setting(scope, "terms", _TERMS) if given is None else given
    if not 0 <= terms <= 365:
        raise Invalid("an invoice is due within 0 to 365 days")
    return terms


def _text(wanted: Wanted, work: Engagement | None) -> str:
    title = work.title if work else "Professional services"
    if wanted.kind == "retainer":
        return f"Retainer: {title}"
    return (
        f"{title}: {wanted.percent.normalize():f} % of the fee"
        if wanted.percent and wanted.kind == "progress"
        else title
    )


def _open(
    scope: Scope, client: Client, work: Engagement | None, through: date, wanted: Wanted
) -> tuple[list[Work], list[Cost]]:
    """Open time and expenses of the client, of the engagement where one is named, through a day."""
    of_time = [TimeEntry.client_id == client.id, TimeEntry.date <= through]
    of_cost = [Expense.client_id == client.id, Expense.on <= through]
    if work is not None:
        of_time.append(TimeEntry.engagement_id == work.id)
        of_cost.append(Expense.engagement_id == work.id)
    entries = open_work(scope, *of_time)
    return entries, open_costs(scope, *of_cost) if wanted.expenses else []


def _fee(scope: Scope, work: Engagement, wanted: Wanted) -> Decimal:
    """What a fixed or a progress bill charges. A part is the fee up to it less the parts before, so that all parts sum to the fee."""
    if wanted.kind == "fixed" and wanted.amount is not None:
        return _positive(wanted.amount)
    if work.fee is None:
        raise Invalid(f"{work.ref} has no fee on record: give the amount")
    if wanted.kind == "fixed":
        left = work.fee - billed_on(scope, work.id)
        if left <= 0:
            raise Conflict(f"the whole fee of {work.ref} is billed already: give the amount")
        return left
    percent = wanted.percent
    if percent is None or not 0 < percent <= 100:
        raise Invalid("a progress invoice is for more than 0 and at most 100 percent of the fee")
    percents, amounts = _parts(scope, work.id)
    if percents + percent > 100:
        raise Conflict(f"{percents.normalize():f} % of the fee of {work.ref} is billed or drafted already")
    return _positive(cents(work.fee * (percents + percent) / 100) - amounts)


def _positive(amount: Decimal) -> Decimal:
    if not 0 < amount <= MOST:
        raise Invalid("an invoice is for more than 0")
    return amount


def billed_on(scope: Scope, engagement_id: str) -> Decimal:
    """Dollars invoiced on an engagement less its credit notes, drafts not counted. Passed-on expenses and retainers are no fee."""
    whole = select(func.sum(Invoice.amount)).where(
        Invoice.engagement_id == engagement_id, Invoice.client_id.in_(scope.clients())
    )
    passed_on = (
        select(func.sum(BillLine.amount))
        .join(Bill, Bill.id == BillLine.bill_id)
        .where(Bill.engagement_id == engagement_id, Bill.state == "issued", BillLine.kind.in_(("expense", "retainer")))
        .where(BillLine.client_id.in_(scope.clients()))
    )
    return (scope.session.scalar(whole) or ZERO) - (scope.session.scalar(passed_on) or ZERO)


def _parts(scope: Scope, engagement_id: str) -> tuple[Decimal, Decimal]:
    """Percent and dollars of the progress bills of an engagement that stand or are drafted; voided ones do not."""
    voided = select(Bill.credits_id).where(Bill.voids, Bill.credits_id.is_not(None))
    query = select(Bill.id, Bill.percent).where(
        Bill.engagement_id == engagement_id,
        Bill.client_id.in_(scope.clients()),
        Bill.kind == "progress",
        Bill.state != "discarded",
        Bill.invoice_id.is_(None) | Bill.invoice_id.not_in(voided),
    )
    bills = dict(scope.session.execute(query).tuples().all())
    fees = select(func.sum(BillLine.amount)).where(BillLine.bill_id.in_(bills), BillLine.kind == "fee")
    return sum((one or ZERO for one in bills.values()), ZERO), scope.session.scalar(fees) or ZERO


def _lines(bill: Bill, fee: Decimal | None, entries: Sequence[Work], costs: Sequence[Cost]) -> list[BillLine]:
    lines: list[BillLine] = []

    def add(kind: str, text: str, amount: Decimal, standard: Decimal = ZERO, **of: object) -> None:
        place = len(lines) + 1
        key = {"id": f"{bill.id}.{place}", "client_id": bill.client_id, "bill_id": bill.id, "place": place}
        lines.append(BillLine(**key, kind=kind, text=text, amount=amount, standard=standard, **of))

    if fee is not None:
        add("retainer" if bill.kind == "retainer" else "fee", bill.text, fee)
    for one in entries:
        what = ": ".join(part for part in (one.service or one.engagement or "Time", one.note) if part)
        words = f"{one.date:%b} {one.date.day}, {what}"
        amount = one.value if fee is None else ZERO
        add("time", words, amount, one.value, hours=one.hours, time_entry_id=one.id)
    for cost in costs:
        add("expense", cost.memo, cost.value, expense_id=cost.id)
    return lines


def own_draft(scope: Scope, bill_id: str, right: Right = Right.INVOICE_WRITE) -> Bill:
    """The draft of that id, held until the transaction ends. Raises NotFound, Forbidden, Conflict when it is no draft any more."""
    bill = scope.session.scalars(
        select(Bill)
        .where(Bill.id == bill_id, Bill.client_id.in_(scope.clients()))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if bill is None:
        raise NotFound(f"there is no draft {bill_id}")
    scope.require(right)
    if bill.state != "draft":
        raise Conflict(f"this invoice is {bill.state} and stays as it is")
    return bill


def change_draft(
    scope: Scope,
    bill_id: str,
    *,
    revision: int | None = None,
    text: str | None = None,
    amount: Decimal | None = None,
    terms: int | None = None,
    leave_out: Collection[int] = (),
) -> None:
    """Change a draft: its words, the fee it charges, the days until due; `leave_out` are the places of lines of time or expenses to leave
    open. Raises as `own_draft`, Conflict when somebody changed it since `revision`, Invalid for an amount of an hourly bill."""
    bill = own_draft(scope, bill_id)
    if revision is not None and revision != bill.revision:
        raise Conflict("somebody changed this draft since; reload the page")
    lines = lines_of(scope, bill)
    if amount is not None:
        fee = next((line for line in lines if line.kind in FEES), None)
        if fee is None:
            raise Invalid("an hourly invoice charges what its time is worth: write the time down or up instead")
        if bill.kind == "progress" and amount != fee.amount:
            raise Invalid("a progress invoice charges its percentage: discard it and draft another")
        fee.amount = _positive(amount)
    for line in lines:
        if line.place in leave_out and line.kind not in FEES:
            scope.session.delete(line)
    if text_in(text):
        bill.text = text_in(text) or bill.text
        for line in lines:
            line.text = bill.text if line.kind in FEES else line.text
    bill.terms = _terms(scope, bill.terms if terms is None else terms)
    bill.revision += 1
    scope.session.flush()
    record(
        scope,
        AuditTag.BILL_CHANGED,
        f"bill:{bill.id}",
        bill.client_id,
        amount=amount,
        terms=terms,
        left_out=len(leave_out),
    )


def discard_draft(scope: Scope, bill_id: str) -> None:
    """Set a draft aside; its time stays open. Raises as `own_draft`."""
    bill = own_draft(scope, bill_id)
    bill.state = "discarded"
    scope.session.flush()
    record(scope, AuditTag.BILL_DISCARDED, f"bill:{bill.id}", bill.client_id)


def lines_of(scope: Scope, bill: Bill) -> list[BillLine]:
    """The lines of a bill in their order."""
    wanted = select(BillLine).where(BillLine.bill_id == bill.id, BillLine.client_id.in_(scope.clients()))
    return list(scope.session.scalars(wanted.order_by(BillLine.place)))


def set_recurring(
    scope: Scope,
    client_ref: str,
    amount: Decimal,
    text: str,
    first: date,
    *,
    months: int = 1,
    engagement: str | None = None,
) -> str:
    """Have a fee drafted every so many months from a day on; the schedule's id. Raises as `draft_invoice`."""
    client = access_client(scope, client_ref, Right.INVOICE_WRITE)
    by, work = person_of(scope), engagement_of(scope, client, engagement)
    if months not in (1, 3, 6, 12):
        raise Invalid("a fee recurs every 1, 3, 6 or 12 months")
    row = RecurringFee(
        id=new_id("fee"),
        client_id=client.id,
        engagement_id=work.id if work else None,
        text=text_in(text) or (work.title if work else "Professional services"),
        amount=_positive(amount),
        months=months,
        next_on=first,
        created_by=by,
    )
    scope.session.add(row)
    scope.session.flush()
    record(scope, AuditTag.FEE_SET, f"fee:{row.id}", client.id, amount=amount, months=months, first=first)
    return row.id


def end_recurring(scope: Scope, fee_id: str) -> None:
    """Draft a recurring fee no more. Raises NotFound, Forbidden, Conflict when it ended before."""
    row = scope.session.scalars(
        select(RecurringFee)
        .where(RecurringFee.id == fee_id, RecurringFee.client_id.in_(scope.clients()))
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no recurring fee {fee_id}")
    scope.require(Right.INVOICE_WRITE)
    if row.ended_on and row.ended_on <= scope.today:
        raise Conflict("this fee ended already")
    row.ended_on = min(scope.today, row.next_on)  # what was due and not drafted is drafted no more
    scope.session.flush()
    record(scope, AuditTag.FEE_ENDED, f"fee:{row.id}", row.client_id)


@dataclass(frozen=True)
class Fee:
    """A recurring fee for a list, dollars; `next_on` is the day of its next draft, `ended_on` the day from which there is none, None: it
    goes on."""

    id: str
    client_ref: str
    client: str
    engagement: str | None
    text: str
    amount: Decimal
    months: int
    next_on: date
    ended_on: date | None = None


def recurring_listed(scope: Scope, client_id: str | None = None) -> tuple[Fee, ...]:
    """The recurring fees that go on, by the day of their next draft; one query. Raises Forbidden without rates:see."""
    scope.require(Right.RATES_SEE)
    query = (
        select(RecurringFee, Client.ref, Client.name, Engagement.title)
        .join(Client, Client.id == RecurringFee.client_id)
        .outerjoin(Engagement, Engagement.id == RecurringFee.engagement_id)
        .where(RecurringFee.client_id.in_(scope.clients()), _goes_on())
        .order_by(RecurringFee.next_on, RecurringFee.id)
    )
    if client_id is not None:
        query = query.where(RecurringFee.client_id == client_id)
    return tuple(
        Fee(fee.id, ref, name, title, fee.text, fee.amount, fee.months, fee.next_on, fee.ended_on)
        for fee, ref, name, title in scope.session.execute(query).tuples()
    )


def _goes_on() -> ColumnElement[bool]:
    return RecurringFee.ended_on.is_(None) | (RecurringFee.next_on < RecurringFee.ended_on)


def draft_recurring(scope: Scope) -> list[str]:
    """Draft every recurring fee whose day has come, once for each period; the ids of the drafts. They are issued by a person."""
    scope.require(Right.INVOICE_WRITE)
    by, made = person_of(scope), list[str]()
    due = select(RecurringFee).where(
        RecurringFee.client_id.in_(scope.clients()),
        _goes_on(),
        RecurringFee.next_on <= scope.today,
    )
    for fee in scope.session.scalars(due.order_by(RecurringFee.id).with_for_update()).all():
        while fee.next_on <= scope.today and (fee.ended_on is None or fee.next_on < fee.ended_on):
            bill = Bill(
                id=new_id("bil"),
                client_id=fee.client_id,
                engagement_id=fee.engagement_id,
                kind="recurring",
                text=f"{fee.text}, {fee.next_on:%B %Y}",
                through=fee.next_on,
                terms=_terms(scope, None),
                recurring_id=fee.id,
                created_by=by,
                created_at=scope.now,
            )
            made.append(_file(scope, bill, fee.amount, _not_taken(scope, fee), ()))
            fee.next_on = add_months(fee.next_on, fee.months)
    return made


def _not_taken(scope: Scope, fee: RecurringFee) -> list[Work]:
    """Open time of the fee's engagement that no other draft takes up; a fee without one takes up no time."""
    if fee.engagement_id is None:
        return []
    drafted = (
        select(BillLine.time_entry_id)
        .join(Bill, Bill.id == BillLine.bill_id)
        .where(Bill.state == "draft", BillLine.time_entry_id.is_not(None))
    )
    same = (TimeEntry.engagement_id == fee.engagement_id, TimeEntry.date <= fee.next_on)
    return open_work(scope, *same, TimeEntry.id.not_in(drafted))
