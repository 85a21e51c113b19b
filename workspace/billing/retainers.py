"""Retainers: money asked for in advance. A retainer is billed and paid like any invoice, and stands for no time.

Using it on a later bill is a credit note about the retainer's invoice, whose credit goes to that bill: what is owed falls by it, and what
the firm still holds is the retainer that was paid less such notes. It is the firm's money in advance, never money in trust (trust ledgers
are records of their own).
"""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from store.audit import AuditTag
from store.errors import Conflict, Invalid
from store.tables import Bill, BillLine, Client, Invoice, Payment
from workspace.acting import record
from workspace.billing.acts import see_money
from workspace.billing.amounts import ZERO
from workspace.billing.invoices import bill_behind, find_invoice
from workspace.billing.issuing import credit_note, left_of
from workspace.billing.payments import apply_between, balance_of
from workspace.scope import Right, Scope


@dataclass(frozen=True)
class Retainer:
    """A retainer, dollars: what it was billed at, and what is held of it: paid, not drawn and not credited."""

    number: str
    client_ref: str
    client: str
    billed: Decimal
    held: Decimal


def held_on(scope: Scope, invoice: Invoice, bill: Bill) -> Decimal:
    """What can be drawn on a retainer, dollars."""
    return max(left_of(scope, invoice, bill)["retainer"] - max(balance_of(scope, invoice), ZERO), ZERO)


def draw(scope: Scope, key: str, on_key: str, amount: Decimal) -> Invoice:
    """Use a part of a retainer on another invoice of its client; the credit note. Raises NotFound, Forbidden without invoice:issue,
    Invalid for more than is held or owed, Conflict for what is no retainer or another client's invoice."""
    first, second = sorted((key, on_key))  # held in one order, as payments.apply_credit does
    held = {one: find_invoice(scope, one, Right.INVOICE_ISSUE, locked=True) for one in (first, second)}
    source, target = held[key], held[on_key]
    bill = bill_behind(scope, source)
    if bill is None or bill.kind != "retainer":
        raise Conflict(f"invoice {source.number} is no retainer")
    if source.client_id != target.client_id or source.id == target.id:
        raise Conflict("a retainer is used on another invoice of the same client")
    most = min(held_on(scope, source, bill), balance_of(scope, target))
    if not 0 < amount <= most:
        raise Invalid(f"at most {max(most, ZERO):,.2f} can be used so: what is held there and owed here")
    note = credit_note(scope, source, [("retainer", amount)], f"used on invoice {target.number}")
    apply_between(scope, note, target, amount)
    told = {"amount": amount, "on": target.number, "note": note.number}
    record(scope, AuditTag.RETAINER_DRAWN, f"invoice:{source.number}", source.client_id, **told)
    return note


def retainers_of(scope: Scope, client_id: str | None = None) -> tuple[Retainer, ...]:
    """Retainers of the asker's clients of which something is held, the oldest first; one query. Raises Forbidden as `see_money`."""
    see_money(scope)
    note = aliased(Bill)
    paid = select(func.sum(Payment.amount)).where(Payment.invoice_id == Invoice.id).correlate(Invoice).scalar_subquery()
    taken = (
        select(func.sum(BillLine.amount))
        .join(note, note.id == BillLine.bill_id)
        .where(note.credits_id == Invoice.id, note.state == "issued")
        .correlate(Invoice)
        .scalar_subquery()
    )
    query = (
        select(Invoice, Client.ref, Client.name, paid, taken)
        .join(Bill, Bill.invoice_id == Invoice.id)
        .join(Client, Client.id == Invoice.client_id)
        .where(Bill.kind == "retainer", Invoice.client_id.in_(scope.clients()))
        .order_by(Invoice.issued_on, Invoice.number)
    )
    if client_id is not None:
        query = query.where(Invoice.client_id == client_id)
    found = []
    for invoice, ref, name, received, credited in scope.session.execute(query).tuples():
        owed = max(invoice.amount - (received or ZERO), ZERO)
        held = max(invoice.amount + (credited or ZERO) - owed, ZERO)
        if held:
            found.append(Retainer(invoice.number, ref, name, invoice.amount, held))
    return tuple(found)
