"""Invoices as they are shown: what stands on them, what was paid and credited, what is left, and who may do what next. Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import aliased

from store.errors import NotFound
from store.tables import Bill, BillLine, Client, Engagement, Invoice, Payment, Person, Receipt
from workspace.billing.acts import see_money
from workspace.billing.amounts import ZERO
from workspace.scope import Right, Scope


@dataclass(frozen=True)
class Line:
    """A line of a bill, dollars. `standard` is the value of the time behind it, None without rates:see."""

    place: int
    kind: str
    text: str
    hours: Decimal | None
    amount: Decimal
    standard: Decimal | None


@dataclass(frozen=True)
class Received:
    """Money, or credit, on an invoice. `kind`: payment, applied, refund, reversal; loaded ones are payments."""

    id: str
    on: date
    amount: Decimal
    kind: str
    method: str
    memo: str


@dataclass(frozen=True)
class Listed:
    """An invoice, a credit note or a draft for a list. `id` names its page; `number` None for a draft. `state`: draft, open, part-paid,
    paid, credited, credit (money of the client's that is not used yet). `balance` is what is owed, negative for a credit."""

    id: str
    number: str | None
    client_ref: str
    client: str
    engagement: str | None
    kind: str
    state: str
    issued_on: date | None
    due_on: date | None
    amount: Decimal
    balance: Decimal
    late: int


@dataclass(frozen=True)
class Shown:
    """An invoice for its page. `bill_id` None for one that was loaded; `credits` are the numbers of its credit notes, `about` the number
    of the invoice that a credit note is about. `revision` is a draft's."""

    listed: Listed
    bill_id: str | None
    engagement_ref: str | None
    text: str
    through: date | None
    terms: int
    revision: int
    lines: tuple[Line, ...]
    received: tuple[Received, ...]
    credits: tuple[tuple[str, str], ...]
    about: tuple[str, str] | None
    prepared_by: str | None
    issued_by: str | None
    address: tuple[str, ...]

    @property
    def expenses(self) -> Decimal:
        return sum((line.amount for line in self.lines if line.kind == "expense"), ZERO)

    @property
    def standard(self) -> Decimal | None:
        """Value of the time behind it, dollars; None without rates:see."""
        known = [line.standard for line in self.lines if line.standard is not None]
        return sum(known, ZERO) if known else None


def invoices_of(scope: Scope, client_id: str | None = None, *conditions: ColumnElement[bool]) -> list[Listed]:
    """Issued invoices and credit notes of the asker's clients, the newest first; two queries. Raises Forbidden as `see_money`."""
    see_money(scope)
    paid = select(Payment.invoice_id, func.sum(Payment.amount)).where(
        Payment.client_id.in_(scope.clients()), Payment.paid_on <= scope.today
    )
    query = (
        # columns, no objects: of thousands of invoices those cost more than the query
        select(Invoice.id, Invoice.number, Invoice.issued_on, Invoice.due_on, Invoice.amount)
        .add_columns(Client.ref, Client.name, Engagement.title, Bill.kind, Bill.voids, Bill.credits_id)
        .join(Client, Client.id == Invoice.client_id)
        .outerjoin(Engagement, Engagement.id == Invoice.engagement_id)
        .outerjoin(Bill, Bill.invoice_id == Invoice.id)
        .where(Invoice.client_id.in_(scope.clients()), *conditions)
        .order_by(Invoice.issued_on.desc(), Invoice.number.desc())
    )
    if client_id is not None:
        query, paid = query.where(Invoice.client_id == client_id), paid.where(Payment.client_id == client_id)
    received = dict(scope.session.execute(paid.group_by(Payment.invoice_id)).tuples().all())
    rows = scope.session.execute(query).all()
    voided = {row.credits_id for row in rows if row.voids}
    return [
        _issued(scope.today, row, row.ref, row.name, row.title, row.kind, received.get(row.id, ZERO), row.id in voided)
        for row in rows
    ]


def _issued(
    today: date,
    i: Invoice | Row[Any],
    ref: str,
    name: str,
    title: str | None,
    kind: str | None,
    paid: Decimal,
    voided: bool,
) -> Listed:
    """`kind` is that of the bill behind it, None for one that was loaded."""
    balance = i.amount - paid
    return Listed(
        id=i.id,
        number=i.number,
        client_ref=ref,
        client=name,
        engagement=title,
        kind="credit-note" if i.amount < 0 else kind or "loaded",
        state=_state(i, balance, paid, voided),
        issued_on=i.issued_on,
        due_on=i.due_on,
        amount=i.amount,
        balance=balance,
        late=max((today - i.due_on).days, 0) if balance > 0 else 0,
    )


def _state(i: Invoice | Row[Any], balance: Decimal, paid: Decimal, voided: bool) -> str:
    if balance < 0:
        return "credit"
    if voided or i.amount < 0:
        return "credited"
    if balance == 0:
        return "paid"
    return "part-paid" if paid else "open"


def drafts_of(scope: Scope, client_id: str | None = None) -> list[Listed]:
    """Drafts of invoices, the newest first; one query. Empty for who does not write invoices."""
    if not scope.has(Right.INVOICE_WRITE):
        return []
    total = select(func.sum(BillLine.amount)).where(BillLine.bill_id == Bill.id).correlate(Bill).scalar_subquery()
    query = (
        select(Bill, Client.ref, Client.name, Engagement.title, total)
        .join(Client, Client.id == Bill.client_id)
        .outerjoin(Engagement, Engagement.id == Bill.engagement_id)
        .where(Bill.client_id.in_(scope.clients()), Bill.state == "draft")
        .order_by(Bill.created_at.desc(), Bill.id)
    )
    if client_id is not None:
        query = query.where(Bill.client_id == client_id)
    return [
        Listed(bill.id, None, ref, name, title, bill.kind, "draft", None, None, amount or ZERO, ZERO, 0)
        for bill, ref, name, title, amount in scope.session.execute(query)
    ]


def find_invoice(scope: Scope, key: str, right: Right = Right.READ, *, locked: bool = False) -> Invoice:
    """The issued invoice of that number or id (its bill's does, too). Raises NotFound outside the scope, Forbidden without the right."""
    behind = select(Bill.invoice_id).where(Bill.id == key)
    query = select(Invoice).where(
        or_(Invoice.number == key, Invoice.id == key, Invoice.id.in_(behind)), Invoice.client_id.in_(scope.clients())
    )
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = scope.session.scalars(query).first()
    if found is None:
        raise NotFound(f"there is no invoice {key}")
    scope.require(right)
    return found


def bill_behind(scope: Scope, invoice: Invoice) -> Bill | None:
    """What an issued invoice was made from, None for one that was loaded."""
    wanted = select(Bill).where(Bill.invoice_id == invoice.id, Bill.client_id.in_(scope.clients()))
    return scope.session.scalars(wanted).one_or_none()


def show_invoice(scope: Scope, key: str) -> Shown:
    """An invoice, a credit note or a draft, by number or id; six queries. Raises NotFound outside the scope; a draft is shown to those who
    write invoices, an issued one to those who see money."""
    draft = scope.session.scalars(
        select(Bill).where(Bill.id == key, Bill.client_id.in_(scope.clients()), Bill.invoice_id.is_(None))
    ).one_or_none()
    if draft is not None:
        scope.require(Right.INVOICE_WRITE)
        return _show(scope, draft, None)
    invoice = find_invoice(scope, key)
    see_money(scope)
    return _show(scope, bill_behind(scope, invoice), invoice)


def _show(scope: Scope, bill: Bill | None, invoice: Invoice | None) -> Shown:
    of = invoice or bill
    assert of is not None
    client, work, prepared, issued = _around(scope, of, bill)
    lines = _lines(scope, bill, invoice)
    received = received_on(scope, [invoice.id])[invoice.id] if invoice else ()
    notes, about = _notes(scope, bill, invoice)
    title = work.title if work else None
    if invoice is None:
        assert bill is not None
        total, state = sum((line.amount for line in lines), ZERO), bill.state
        due = scope.today + timedelta(days=bill.terms)
        listed = Listed(bill.id, None, client.ref, client.name, title, bill.kind, state, None, due, total, ZERO, 0)
    else:
        paid = sum((one.amount for one in received if one.on <= scope.today), ZERO)
        voided = any(voids for *_, voids in notes)
        kind = bill.kind if bill else None
        listed = _issued(scope.today, invoice, client.ref, client.name, title, kind, paid, voided)
    return Shown(
        listed=listed,
        bill_id=bill.id if bill else None,
        engagement_ref=work.ref if work else None,
        text=bill.text if bill else "",
        through=bill.through if bill else None,
        terms=bill.terms if bill else (invoice.due_on - invoice.issued_on).days if invoice else 0,
        revision=bill.revision if bill else 0,
        lines=lines,
        received=received,
        credits=tuple((identity, number) for identity, number, _ in notes),
        about=about,
        prepared_by=prepared,
        issued_by=issued,
        address=_address(client),
    )


def _around(
    scope: Scope, of: Invoice | Bill, bill: Bill | None
) -> tuple[Client, Engagement | None, str | None, str | None]:
    prepared, issued = aliased(Person), aliased(Person)
    query = (
        select(Client, Engagement, prepared.name, issued.name)
        .select_from(Client)
        .outerjoin(Engagement, Engagement.id == of.engagement_id)
        .outerjoin(prepared, prepared.id == (bill.created_by if bill else None))
        .outerjoin(issued, issued.id == (bill.issued_by if bill else None))
        .where(Client.id == of.client_id, Client.id.in_(scope.clients()))
    )
    return scope.session.execute(query).one().tuple()


def _lines(scope: Scope, bill: Bill | None, invoice: Invoice | None) -> tuple[Line, ...]:
    if bill is None:
        return (Line(1, "fee", "As billed", None, invoice.amount, None),) if invoice else ()
    sees = scope.has(Right.RATES_SEE)
    wanted = select(BillLine).where(BillLine.bill_id == bill.id, BillLine.client_id.in_(scope.clients()))
    return tuple(
        Line(row.place, row.kind, row.text, row.hours, row.amount, row.standard if sees else None)
        for row in scope.session.scalars(wanted.order_by(BillLine.place))
    )


def received_on(scope: Scope, invoice_ids: Sequence[str]) -> dict[str, tuple[Received, ...]]:
    """What came in on each invoice, by day; one query."""
    query = (
        select(Payment, Receipt)
        .outerjoin(Receipt, Receipt.payment_id == Payment.id)
        .where(Payment.invoice_id.in_(invoice_ids), Payment.client_id.in_(scope.clients()))
        .order_by(Payment.paid_on, Payment.id)
    )
    found: dict[str, tuple[Received, ...]] = dict.fromkeys(invoice_ids, ())
    for paid, receipt in scope.session.execute(query).tuples():
        told = (receipt.kind, receipt.method, receipt.memo) if receipt else ("payment", "loaded", "")
        found[paid.invoice_id] += (Received(paid.id, paid.paid_on, paid.amount, *told),)
    return found


def _notes(
    scope: Scope, bill: Bill | None, invoice: Invoice | None
) -> tuple[list[tuple[str, str, bool]], tuple[str, str] | None]:
    """Credit notes about an invoice (id, number, whether it voids), and what a credit note is about."""
    if invoice is None:
        return [], None
    query = select(Invoice.id, Invoice.number, Bill.voids).join(Bill, Bill.invoice_id == Invoice.id)
    notes = scope.session.execute(query.where(Bill.credits_id == invoice.id).order_by(Invoice.number)).tuples().all()
    about = None
    if bill is not None and bill.credits_id is not None:
        wanted = select(Invoice.id, Invoice.number).where(Invoice.id == bill.credits_id)
        identity, number = scope.session.execute(wanted).one()
        about = (identity, number)
    return list(notes), about


def _address(client: Client) -> tuple[str, ...]:
    town = " ".join(part for part in (client.city and f"{client.city},", client.state, client.zip) if part)
    return tuple(line for line in (client.name, client.address, town if client.city else None) if line)


def unpaid(scope: Scope) -> ColumnElement[bool]:
    """The condition of an invoice on which something is owed, or lies as credit, on the scope's day."""
    paid = select(func.coalesce(func.sum(Payment.amount), 0)).where(
        Payment.invoice_id == Invoice.id, Payment.paid_on <= scope.today
    )
    return Invoice.amount != paid.correlate(Invoice).scalar_subquery()


def owed(found: Iterable[Listed]) -> Decimal:
    """What is owed in all, credits taken off."""
    return sum((one.balance for one in found), ZERO)
