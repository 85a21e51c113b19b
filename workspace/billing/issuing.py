"""Issuing: a draft becomes an invoice with a number, locked; what is wrong with one is put right by a credit note, never by a change.

Issuing sends nothing. The paper is a file that a person downloads (paper.py); a letter with it goes the way of every deliverable, by review
and release. Everything of an act is one transaction: the number, the invoice, its time, and the difference between fee and time.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import func, select, update

from store.audit import AuditTag
from store.database import touch
from store.errors import Conflict, Invalid
from store.ids import new_id, stable_id
from store.tables import Adjustment, Bill, BillLine, Expense, Invoice, TimeEntry
from workspace.acting import person_of, record
from workspace.billing.acts import reason_in
from workspace.billing.amounts import ZERO
from workspace.billing.drafting import lines_of, own_draft
from workspace.billing.invoices import bill_behind, find_invoice
from workspace.billing.numbering import take_number
from workspace.billing.payments import apply_between, balance_of
from workspace.billing.wip import adjust_bill, open_costs, open_work
from workspace.scope import Right, Scope

_ADJUSTED = {
    "fee": "credit",
    "expense": "expense",
}  # the adjustment that a credited kind brings; a retainer paid for no time


def issue(scope: Scope, bill_id: str, *, revision: int | None = None) -> Invoice:
    """Issue a draft: its number is taken, its time is billed. Raises NotFound, Forbidden without invoice:issue, Conflict when the draft
    was changed since `revision`, when time or expenses of it are no longer open at its value, or when nothing is charged."""
    bill = own_draft(scope, bill_id, Right.INVOICE_ISSUE)
    if revision is not None and revision != bill.revision:
        raise Conflict("somebody changed this draft since; reload the page")
    lines = lines_of(scope, bill)
    _still_open(scope, bill, lines)
    total = sum((line.amount for line in lines), ZERO)
    if total <= 0:
        raise Conflict("an invoice charges more than 0")
    invoice = _number(scope, bill, total, "invoice")
    _take(scope, invoice, lines)
    charged = sum((line.amount for line in lines if line.kind in ("time", "fee")), ZERO)
    off = sum((line.standard for line in lines), ZERO) - charged
    if off:
        reason = f"invoice {invoice.number}: {charged:,.2f} charged for time worth {charged + off:,.2f}"
        adjust_bill(scope, bill.client_id, bill.engagement_id, invoice.id, "fee", off, reason)
    touch(scope.session, bill.client_id)
    scope.session.flush()
    record(
        scope, AuditTag.INVOICE_ISSUED, f"invoice:{invoice.number}", bill.client_id, amount=total, due=invoice.due_on
    )
    return invoice


def _still_open(scope: Scope, bill: Bill, lines: Sequence[BillLine]) -> None:
    """Hold the time and expenses of a draft, and see that each is open and worth what the draft says."""
    time = {line.time_entry_id: line.standard for line in lines if line.time_entry_id}
    costs = {line.expense_id: line.amount for line in lines if line.expense_id}
    scope.session.execute(select(Expense.id).where(Expense.id.in_(costs)).with_for_update())
    open_time = {one.id: one.value for one in open_work(scope, TimeEntry.id.in_(time), locked=True)} if time else {}
    open_cost = {one.id: one.value for one in open_costs(scope, Expense.id.in_(costs))} if costs else {}
    if open_time != time or open_cost != costs:
        raise Conflict(
            "time or expenses of this draft were changed, billed or written off since: discard it and draft anew"
        )


def _number(scope: Scope, bill: Bill, amount: Decimal, kind: str) -> Invoice:
    """The invoice with the next number, and the bill locked behind it."""
    number = take_number(scope)
    invoice = Invoice(
        id=stable_id("inv", number),
        client_id=bill.client_id,
        number=number,
        engagement_id=bill.engagement_id,
        kind=kind,
        issued_on=scope.today,
        due_on=scope.today + timedelta(days=bill.terms),
        amount=amount,
        custom={},
    )
    scope.session.add(invoice)
    scope.session.flush()
    bill.state, bill.invoice_id = "issued", invoice.id
    bill.issued_by, bill.issued_at = person_of(scope), scope.now
    scope.session.flush()
    return invoice


def _take(scope: Scope, invoice: Invoice, lines: Sequence[BillLine]) -> None:
    entries, costs = _behind(lines)
    scope.session.execute(update(TimeEntry).where(TimeEntry.id.in_(entries)).values(invoice_id=invoice.id))
    scope.session.execute(update(Expense).where(Expense.id.in_(costs)).values(invoice_id=invoice.id))


def _behind(lines: Sequence[BillLine]) -> tuple[list[str], list[str]]:
    """The ids of the entries and of the expenses of lines."""
    return [one.time_entry_id for one in lines if one.time_entry_id], [
        one.expense_id for one in lines if one.expense_id
    ]


def credit(scope: Scope, key: str, amount: Decimal, reason: str) -> Invoice:
    """Credit a part of an invoice; the credit note, with a number of its own, taken off what is owed on the invoice. The time behind it
    stays billed: what is credited counts as written off. Raises NotFound, Forbidden without invoice:issue, Invalid, Conflict when more is
    credited than was billed."""
    invoice, bill, why = _creditable(scope, key, reason)
    parts, rest = list[tuple[str, Decimal]](), amount
    left = left_of(scope, invoice, bill)
    whole = sum(left.values(), ZERO)
    if not 0 < amount <= whole:
        raise Invalid(f"between 0.01 and {whole:,.2f} of invoice {invoice.number} can be credited")
    for kind, most in left.items():
        part = min(rest, most)
        rest -= part
        parts.append((kind, part))
    note = credit_note(scope, invoice, parts, why)
    for kind, part in parts:
        if part and kind in _ADJUSTED:
            adjust_bill(scope, invoice.client_id, invoice.engagement_id, note.id, _ADJUSTED[kind], part, why)
    _settle(scope, invoice, note)
    _on_trail(scope, AuditTag.INVOICE_CREDITED, invoice, note, why)
    return note


def void(scope: Scope, key: str, reason: str) -> Invoice:
    """Take an invoice back: a credit note over all of it that was not credited yet. Its time and expenses are open again, and what was
    paid on it is the client's credit. Raises as `credit`."""
    invoice, bill, why = _creditable(scope, key, reason)
    if bill is None:
        raise Conflict("this invoice was loaded, not made here: credit its amount instead")
    left = left_of(scope, invoice, bill)
    if not any(left.values()):
        raise Conflict(f"invoice {invoice.number} is credited already")
    note = credit_note(scope, invoice, list(left.items()), why, voids=True)
    for kind, taken in _taken_off(scope, invoice).items():
        if taken:
            adjust_bill(scope, invoice.client_id, invoice.engagement_id, note.id, kind, -taken, why)
    for table in (TimeEntry, Expense):
        scope.session.execute(update(table).where(table.invoice_id == invoice.id).values(invoice_id=None))
    touch(scope.session, invoice.client_id)
    _settle(scope, invoice, note)
    _on_trail(scope, AuditTag.INVOICE_VOIDED, invoice, note, why)
    return note


def _on_trail(scope: Scope, tag: AuditTag, invoice: Invoice, note: Invoice, why: str) -> None:
    told = {"note": note.number, "amount": -note.amount, "reason": why}
    record(scope, tag, f"invoice:{invoice.number}", invoice.client_id, **told)


def _taken_off(scope: Scope, invoice: Invoice) -> dict[str, Decimal]:
    """What the invoice and its credit notes took off time (restored) and off expenses (expense), dollars."""
    query = select(Adjustment.kind, Adjustment.amount).join(Bill, Bill.invoice_id == Adjustment.invoice_id)
    mine = (Adjustment.invoice_id == invoice.id) | (Bill.credits_id == invoice.id)
    found = {"restored": ZERO, "expense": ZERO}
    for kind, amount in scope.session.execute(query.where(mine, Adjustment.client_id == invoice.client_id)):
        found["expense" if kind == "expense" else "restored"] += amount
    return found


def _creditable(scope: Scope, key: str, reason: str) -> tuple[Invoice, Bill | None, str]:
    invoice = find_invoice(scope, key, Right.INVOICE_ISSUE, locked=True)
    person_of(scope)
    if invoice.amount <= 0:
        raise Conflict(f"{invoice.number} is a credit note")
    return invoice, bill_behind(scope, invoice), reason_in(reason)


def left_of(scope: Scope, invoice: Invoice, bill: Bill | None) -> dict[str, Decimal]:
    """What of an invoice was not credited yet, dollars by kind: fee (with the time), expense, retainer. One query."""
    left: dict[str, Decimal] = {"fee": ZERO, "expense": ZERO, "retainer": ZERO}
    if bill is None:
        left["fee"] = invoice.amount
    else:
        for line in lines_of(scope, bill):
            left["fee" if line.kind == "time" else line.kind] += line.amount
    query = (
        select(BillLine.kind, func.sum(BillLine.amount))
        .join(Bill, Bill.id == BillLine.bill_id)
        .where(Bill.credits_id == invoice.id, Bill.state == "issued", BillLine.client_id.in_(scope.clients()))
    )
    for kind, amount in scope.session.execute(query.group_by(BillLine.kind)):
        left[kind] += amount  # a credit note's lines are below 0
    return left


def credit_note(
    scope: Scope, invoice: Invoice, parts: Sequence[tuple[str, Decimal]], why: str, *, voids: bool = False
) -> Invoice:
    """A credit note about an invoice with a line for each kind of `parts` that is not 0, issued today and due at once. Settles nothing."""
    bill = Bill(
        id=new_id("bil"),
        client_id=invoice.client_id,
        engagement_id=invoice.engagement_id,
        kind="credit",
        text=f"Credit for invoice {invoice.number}: {why}",
        through=scope.today,
        terms=0,
        credits_id=invoice.id,
        voids=voids,
        created_by=person_of(scope),
        created_at=scope.now,
    )
    scope.session.add(bill)
    scope.session.flush()
    for place, (kind, amount) in enumerate((part for part in parts if part[1]), start=1):
        key = {"id": f"{bill.id}.{place}", "client_id": bill.client_id, "bill_id": bill.id, "place": place}
        text = f"Expenses of invoice {invoice.number}" if kind == "expense" else bill.text
        scope.session.add(BillLine(**key, kind=kind, text=text, amount=-amount, standard=ZERO))
    scope.session.flush()
    return _number(scope, bill, -sum((amount for _, amount in parts), ZERO), "credit-note")


def _settle(scope: Scope, invoice: Invoice, note: Invoice) -> None:
    """Take the note off what is still owed on its invoice; what is more than that stays the client's credit."""
    amount = min(max(balance_of(scope, invoice), ZERO), -note.amount)
    if amount:
        apply_between(scope, note, invoice, amount)
    scope.session.flush()
