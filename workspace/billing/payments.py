"""Money that comes in on invoices: whole and in parts, too much of it, given back, taken back; and credit put to use on another invoice.

What is owed on an invoice is its amount less its payments. More than that stays on the invoice as the client's credit; using it is a pair
of rows that sum to 0. Nothing is ever deleted: a payment that did not hold is reversed by a row of its own.
"""

from datetime import date
from decimal import Decimal
from typing import Literal

from sqlalchemy import exists, func, select

from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import new_id, stable_id
from store.tables import Invoice, Payment, Receipt
from workspace.acting import person_of, record
from workspace.billing.acts import reason_in, text_in
from workspace.billing.amounts import ZERO
from workspace.billing.invoices import find_invoice
from workspace.scope import Right, Scope

METHODS = ("check", "ach", "card", "cash", "wire", "other")
FROM_TRUST = "trust"  # only workspace/law pays so: the client's ledger goes down in the same transaction
Kind = Literal["payment", "applied", "refund", "reversal"]


def balance_of(scope: Scope, invoice: Invoice) -> Decimal:
    """What is owed on an invoice, dollars; negative where the client has credit. One query."""
    paid = select(func.sum(Payment.amount)).where(
        Payment.invoice_id == invoice.id, Payment.client_id.in_(scope.clients())
    )
    return invoice.amount - (scope.session.scalar(paid) or ZERO)


def record_payment(
    scope: Scope,
    key: str,
    amount: Decimal,
    on: date,
    *,
    method: str = "check",
    memo: str | None = None,
    from_trust: bool = False,
) -> str:
    """Record money received on an invoice; the payment's id. More than is owed is kept as credit. Raises NotFound, Forbidden without
    payment:record, Invalid for an amount, a day to come or an unknown method, Conflict for a credit note."""
    invoice = find_invoice(scope, key, Right.PAYMENT_RECORD, locked=True)
    if amount <= 0:
        raise Invalid("a payment is more than 0")
    if on > scope.today:
        raise Invalid("a payment is recorded once it came in")
    if method not in METHODS:
        raise Invalid(f"money comes by {', '.join(METHODS)}")
    method = FROM_TRUST if from_trust else method
    if invoice.amount <= 0:
        raise Conflict(f"{invoice.number} is a credit note: nothing is paid on it")
    made = _add(scope, invoice, on, amount, "payment", method, text_in(memo) or "")
    record(
        scope,
        AuditTag.PAYMENT_RECORDED,
        f"invoice:{invoice.number}",
        invoice.client_id,
        amount=amount,
        on=on,
        method=method,
    )
    return made.id


def apply_credit(scope: Scope, from_key: str, to_key: str, amount: Decimal) -> None:
    """Put credit that lies on one invoice or credit note of a client to another of the same client. Raises NotFound, Forbidden without
    payment:record, Invalid for more than there is credit or than is owed, Conflict across clients."""
    first, second = sorted(
        (from_key, to_key)
    )  # held in one order, so that two who do this at once wait and do not block each other
    held = {key: find_invoice(scope, key, Right.PAYMENT_RECORD, locked=True) for key in (first, second)}
    source, target = held[from_key], held[to_key]
    if source.client_id != target.client_id or source.id == target.id:
        raise Conflict("credit is used on another invoice of the same client")
    most = min(-balance_of(scope, source), balance_of(scope, target))
    if not 0 < amount <= most:
        raise Invalid(f"at most {max(most, ZERO):,.2f} can be used so: what is credit there and owed here")
    apply_between(scope, source, target, amount)
    record(
        scope,
        AuditTag.PAYMENT_APPLIED,
        f"invoice:{target.number}",
        target.client_id,
        amount=amount,
        credit=source.number,
    )


def apply_between(scope: Scope, source: Invoice, target: Invoice, amount: Decimal) -> None:
    """The pair of rows that moves credit from one invoice to another."""
    there = _add(scope, source, scope.today, -amount, "applied", "credit", f"used on {target.number}")
    _add(scope, target, scope.today, amount, "applied", "credit", f"credit of {source.number}", pair=there.id)


def refund(scope: Scope, key: str, amount: Decimal, on: date, reason: str, *, method: str = "check") -> str:
    """Record that credit on an invoice was given back to the client; the payment's id. Raises as `record_payment`, Invalid for more than
    there is credit."""
    invoice = find_invoice(scope, key, Right.PAYMENT_RECORD, locked=True)
    why, credit = reason_in(reason), max(-balance_of(scope, invoice), ZERO)
    if not 0 < amount <= credit:
        raise Invalid(f"at most {credit:,.2f} of invoice {invoice.number} can be given back")
    if on > scope.today or method not in METHODS:
        raise Invalid(f"money is given back on a day up to today, by {', '.join(METHODS)}")
    made = _add(scope, invoice, on, -amount, "refund", method, why)
    record(
        scope,
        AuditTag.PAYMENT_REFUNDED,
        f"invoice:{invoice.number}",
        invoice.client_id,
        amount=amount,
        on=on,
        reason=why,
    )
    return made.id


def reverse_payment(scope: Scope, payment_id: str, reason: str, *, from_trust: bool = False) -> str:
    """Take a payment back that did not hold (a returned check, a slip of the pen); the id of the reversing row. Raises NotFound, Forbidden
    without payment:record, Conflict for what is no payment or was reversed before."""
    found = scope.session.scalars(
        select(Payment).where(Payment.id == payment_id, Payment.client_id.in_(scope.clients()))
    ).one_or_none()
    if found is None:
        raise NotFound(f"there is no payment {payment_id}")
    invoice = find_invoice(scope, found.invoice_id, Right.PAYMENT_RECORD, locked=True)
    why = reason_in(reason)
    receipt = scope.session.scalars(select(Receipt).where(Receipt.payment_id == payment_id)).one_or_none()
    reversed_before = exists().where(Receipt.pair_id == payment_id, Receipt.kind == "reversal")
    if (receipt and receipt.kind != "payment") or found.amount <= 0 or scope.session.scalar(select(reversed_before)):
        raise Conflict("only a payment that was not reversed before can be")
    if receipt is not None and (receipt.method == FROM_TRUST) is not from_trust:
        raise Conflict("this was paid from the trust account: reverse the transfer there, and the payment with it")
    made = _add(scope, invoice, scope.today, -found.amount, "reversal", "other", why, pair=payment_id)
    record(
        scope,
        AuditTag.PAYMENT_REVERSED,
        f"invoice:{invoice.number}",
        invoice.client_id,
        amount=found.amount,
        reason=why,
    )
    return made.id


def _add(
    scope: Scope,
    invoice: Invoice,
    on: date,
    amount: Decimal,
    kind: Kind,
    method: str,
    memo: str,
    *,
    pair: str | None = None,
) -> Payment:
    """A payment under its natural key, as a load of the exported firm names it (workspace/records/money.py), with how it came about."""
    nth = 0
    while scope.session.scalar(select(exists().where(Payment.id == stable_id("pay", invoice.number, on, nth)))):
        nth += 1
    key = stable_id("pay", invoice.number, on, nth)
    row = Payment(id=key, client_id=invoice.client_id, invoice_id=invoice.id, paid_on=on, amount=amount, custom={})
    scope.session.add(row)
    scope.session.flush()
    told = {
        "kind": kind,
        "method": method,
        "memo": memo,
        "pair_id": pair,
        "person_id": person_of(scope),
        "at": scope.now,
    }
    scope.session.add(Receipt(id=new_id("rcp"), client_id=invoice.client_id, payment_id=row.id, **told))
    scope.session.flush()
    return row
