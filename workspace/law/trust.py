"""Client money in trust: ledgers, what moves on them, and the journal of the one account that holds it all (Model Rule 1.15).

A movement is an entry on a client's ledger and a line of the journal, written together; neither is changed or removed, a mistake is
reversed by a movement of its own. No ledger is below zero on any day: whoever moves money holds the ledger's row until her transaction
ends, and the database refuses what gets past that. Nothing is added to a month that was reconciled and signed. Dollars, to the cent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import exists, func, or_, select

from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import new_id, stable_id
from store.tables import Client, Engagement, TrustEntry, TrustLedger, TrustLine
from workspace.acting import person_of, record
from workspace.billing import payments
from workspace.billing.acts import reason_in, text_in
from workspace.billing.amounts import MOST, ZERO
from workspace.billing.invoices import find_invoice
from workspace.law.ledgers import (
    OWN,
    Ledger,
    Moved,
    ledger_of,
    ledgers,
    movements,
    own_balances,
    payable,
    signed_through,
)
from workspace.scope import Right, Scope, access_client

__all__ = [
    "OWN",
    "Ledger",
    "Moved",
    "Movement",
    "clear",
    "disburse",
    "ledger_of",
    "ledgers",
    "move_own",
    "movements",
    "open_ledger",
    "own_balances",
    "pay_invoice",
    "payable",
    "receive",
    "reverse",
    "set_evergreen",
    "signed_through",
]

KINDS = ("receipt", "disbursement", "transfer", "interest", "interest-paid", "firm-funds", "bank-charge", "reversal")
_OWN_KINDS = {
    "interest": ("interest", 1),
    "interest-paid": ("interest", -1),
    "firm-funds": ("firm", 1),
    "bank-charge": ("firm", -1),
}


@dataclass(frozen=True)
class Movement:
    """What to write down: dollars above 0, the day, who paid or was paid, the check's or wire's number, what for."""

    amount: Decimal
    on: date
    payee: str = ""
    number: str = ""
    memo: str = ""
    cleared_on: date | None = None


def open_ledger(scope: Scope, client_ref: str, matter_ref: str | None = None) -> TrustLedger:
    """The ledger of a client, or of one matter of its; made when there is none. Raises NotFound, Forbidden without trust:write."""
    client = access_client(scope, client_ref, Right.TRUST_WRITE)
    matter = None
    if matter_ref:
        matter = scope.session.scalars(
            select(Engagement).where(Engagement.ref == matter_ref, Engagement.client_id == client.id)
        ).one_or_none()
        if matter is None:
            raise NotFound(f"there is no matter {matter_ref} of client {client_ref}")
    identity = stable_id("trust", client.ref, matter.ref if matter else "")
    # two who open it at once wait for the client's row, so that there is one ledger
    scope.session.execute(select(Client.id).where(Client.id == client.id).with_for_update())
    found = scope.session.scalars(
        select(TrustLedger)
        .where(TrustLedger.client_id == client.id, TrustLedger.engagement_id == (matter.id if matter else None))
        .with_for_update()
    ).one_or_none()
    if found is None:
        found = TrustLedger(id=identity, client_id=client.id, engagement_id=matter.id if matter else None)
        scope.session.add(found)
        scope.session.flush()
    return found


def set_evergreen(scope: Scope, ledger_id: str, minimum: Decimal | None, fill_to: Decimal | None) -> TrustLedger:
    """Agree on an evergreen retainer: what the ledger must not go under, and what it is filled up to then. None ends it. Raises Invalid."""
    ledger = _held(scope, ledger_id)
    if minimum is not None and not 0 < minimum <= MOST:
        raise Invalid("the minimum is an amount above 0")
    if fill_to is not None and (minimum is None or not minimum <= fill_to <= MOST):
        raise Invalid("it is filled up to no less than the minimum")
    ledger.minimum, ledger.fill_to = minimum, fill_to
    scope.session.flush()
    return ledger


def receive(scope: Scope, ledger_id: str, move: Movement) -> str:
    """Money that came in for a client; the journal line's id. Raises NotFound, Forbidden without trust:write, Invalid, Conflict for a month
    that was signed."""
    return _move(scope, _held(scope, ledger_id), "receipt", _checked(scope, move)).id


def disburse(scope: Scope, ledger_id: str, move: Movement) -> str:
    """Money paid out for a client; the journal line's id. Raises as `receive`, Invalid without a payee, Conflict for more than there is on
    any day since."""
    if not text_in(move.payee):
        raise Invalid("say whom it is paid to")
    return _move(scope, _held(scope, ledger_id), "disbursement", _checked(scope, move)).id


def pay_invoice(scope: Scope, ledger_id: str, invoice_key: str, move: Movement) -> str:
    """Transfer earned money to the firm's operating account against an issued invoice: the ledger goes down and the invoice is paid, in one
    transaction. Raises as `disburse`, and Conflict for another client's or matter's invoice, for one that was issued later, or more
    than is owed on it."""
    ledger, checked = _held(scope, ledger_id), _checked(scope, move)
    invoice = find_invoice(scope, invoice_key, Right.PAYMENT_RECORD, locked=True)
    other = ledger.engagement_id and invoice.engagement_id and invoice.engagement_id != ledger.engagement_id
    if invoice.client_id != ledger.client_id or other:
        raise Conflict(f"invoice {invoice.number} is not of this ledger’s matter: no client’s money pays for another’s")
    if invoice.issued_on > checked.on:
        raise Conflict(f"invoice {invoice.number} was issued on {invoice.issued_on}: what is not billed is not earned")
    owed = payments.balance_of(scope, invoice)
    if checked.amount > owed:
        raise Conflict(f"{max(owed, ZERO):,.2f} is owed on invoice {invoice.number}; no more is taken for it")
    _enough(scope, ledger, checked.amount, checked.on)  # before the payment, for the better words
    memo = checked.memo or f"Invoice {invoice.number}"
    paid = payments.record_payment(scope, invoice.id, checked.amount, checked.on, memo=memo, from_trust=True)
    named = Movement(
        checked.amount, checked.on, checked.payee or "Operating account", checked.number, memo, checked.cleared_on
    )
    return _move(scope, ledger, "transfer", named, invoice_id=invoice.id, payment_id=paid).id


def move_own(scope: Scope, kind: str, move: Movement) -> str:
    """What belongs to no client: interest that the bank credits and that goes to the IOLTA program, and the firm's own money for
    the bank's charges, with these charges (Model Rule 1.15(b)). Raises Invalid, Forbidden without trust:reconcile, Conflict."""
    scope.require(Right.TRUST_RECONCILE)
    if kind not in _OWN_KINDS:
        raise Invalid(f"what belongs to no client is {', '.join(_OWN_KINDS)}")
    own, sign = _OWN_KINDS[kind]
    checked = _checked(scope, move)
    scope.session.execute(select(TrustLine.id).where(TrustLine.own == own).with_for_update()).all()
    held = own_balances(scope)[own]
    if sign < 0 and checked.amount > held:
        raise Conflict(f"{held:,.2f} is there of {OWN[own].lower()}: a client’s money pays no charge and no interest")
    line = _line(scope, kind, checked, sign * checked.amount, own=own)
    scope.session.flush()
    record(scope, AuditTag.TRUST_MOVED, f"trust:{line.id}", None, kind=kind, amount=line.amount, on=line.on)
    return line.id


def reverse(scope: Scope, line_id: str, reason: str) -> str:
    """Take a movement back by one of its own, dated today; a transfer's payment with it. Raises NotFound, Forbidden, Conflict for what was
    reversed before, is itself a reversal, or would leave a ledger below zero."""
    scope.require(Right.TRUST_WRITE)
    why = reason_in(reason)
    seen = or_(TrustLine.client_id.in_(scope.clients()), TrustLine.own.is_not(None))
    line = scope.session.scalars(select(TrustLine).where(TrustLine.id == line_id, seen)).one_or_none()
    if line is None:
        raise NotFound(f"there is no trust movement {line_id}")
    if line.own is not None:
        scope.require(Right.TRUST_RECONCILE)
    ledger = None
    if line.entry_id is not None:
        ledger = _held(scope, scope.session.get_one(TrustEntry, line.entry_id).ledger_id)
    if line.kind == "reversal" or scope.session.scalar(select(exists().where(TrustLine.reverses_id == line.id))):
        raise Conflict("a movement is reversed once, and a reversal is not: enter the movement anew")
    move = Movement(abs(line.amount), scope.today, line.payee or "", line.number or "", f"Reversed: {why}")
    if ledger is None:
        if line.amount > own_balances(scope)[line.own or ""]:
            raise Conflict("it was paid on already: reverse that first")
        back = _line(scope, "reversal", move, -line.amount, own=line.own, reverses=line.id)
        scope.session.flush()
    else:
        if line.payment_id is not None:
            payments.reverse_payment(scope, line.payment_id, why, from_trust=True)
        back = _move(scope, ledger, "reversal", move, amount=-line.amount, reverses=line.id, invoice_id=line.invoice_id)
    record(scope, AuditTag.TRUST_REVERSED, f"trust:{line.id}", line.client_id, amount=line.amount, reason=why)
    return back.id


def clear(scope: Scope, line_ids: Sequence[str], on: date | None) -> int:
    """Note the day on which the bank booked these movements, None to take the note back; how many changed. Raises NotFound, Invalid,
    Forbidden without trust:write, Conflict where a signed month would change."""
    scope.require(Right.TRUST_WRITE)
    if on is not None and on > scope.today:
        raise Invalid("the bank books nothing on a day to come")
    seen = or_(TrustLine.client_id.in_(scope.clients()), TrustLine.own.is_not(None))
    rows = scope.session.scalars(select(TrustLine).where(TrustLine.id.in_(line_ids), seen).with_for_update()).all()
    if len(rows) != len(set(line_ids)):
        raise NotFound("one of these movements is none of yours")
    signed = signed_through(scope)
    for row in rows:
        if on is not None and on < row.on:
            raise Invalid(f"it was written on {row.on}: the bank did not book it before")
        if signed and any(day is not None and day <= signed for day in (row.cleared_on, on)) and row.cleared_on != on:
            raise Conflict(f"the account is signed through {signed}: what cleared by then stays so")
    changed = [row for row in rows if row.cleared_on != on]
    for row in changed:
        row.cleared_on = on
    scope.session.flush()
    for row in changed:
        record(scope, AuditTag.TRUST_CLEARED, f"trust:{row.id}", row.client_id, on=on)
    return len(changed)


def _checked(scope: Scope, move: Movement) -> Movement:
    if not 0 < move.amount <= MOST:
        raise Invalid("a movement is more than 0")
    if move.on.year < 1950:
        raise Invalid(f"{move.on} is a slip of the pen: write the year in full")
    if move.on > scope.today:
        raise Invalid("money is written down once it moved, not for a day to come")
    if move.cleared_on is not None and not move.on <= move.cleared_on <= scope.today:
        raise Invalid("the bank books a movement between its day and today")
    signed = signed_through(scope)
    if signed is not None and move.on <= signed:
        raise Conflict(
            f"the account is reconciled and signed through {signed}: date it after, or reverse what was wrong"
        )
    words = (text_in(each) or "" for each in (move.payee, move.number, move.memo))
    payee, number, memo = words
    return Movement(move.amount, move.on, payee, number[:30], memo, move.cleared_on)


def _held(scope: Scope, ledger_id: str) -> TrustLedger:
    """The ledger, this transaction's until it ends: two who move its money at once wait for each other."""
    found = scope.session.scalars(
        select(TrustLedger)
        .where(TrustLedger.id == ledger_id, TrustLedger.client_id.in_(scope.clients()))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound(f"there is no trust ledger {ledger_id}")
    scope.require(Right.TRUST_WRITE)
    return found


def _enough(scope: Scope, ledger: TrustLedger, amount: Decimal, on: date) -> None:
    """Raises Conflict where the ledger, less `amount` from a day on, would be below zero on any day."""
    days = scope.session.execute(
        select(TrustEntry.on, func.sum(TrustEntry.amount))
        .where(TrustEntry.ledger_id == ledger.id)
        .group_by(TrustEntry.on)
        .order_by(TrustEntry.on)
    ).tuples()
    balance, least, when = ZERO, None, on
    for day, total in days:
        if day > on and least is None:
            least = balance
        balance += total
        if day >= on and (least is None or balance < least):
            least, when = balance, day
    least = balance if least is None else least
    if amount > least:
        at = "" if when <= on else f" on {when}"
        raise Conflict(f"the ledger holds {least:,.2f}{at}: {amount:,.2f} would take it below zero")


def _move(
    scope: Scope,
    ledger: TrustLedger,
    kind: str,
    move: Movement,
    *,
    amount: Decimal | None = None,
    reverses: str | None = None,
    invoice_id: str | None = None,
    payment_id: str | None = None,
) -> TrustLine:
    signed = amount if amount is not None else move.amount if kind == "receipt" else -move.amount
    if signed < 0:
        _enough(scope, ledger, -signed, move.on)
    client = scope.session.get_one(Client, ledger.client_id)
    matter = scope.session.get_one(Engagement, ledger.engagement_id).ref if ledger.engagement_id else ""
    memo = move.memo or {"receipt": "Received", "disbursement": "Paid"}.get(kind, kind.capitalize())
    entry = TrustEntry(
        id=_natural(scope, client.ref, matter, move.on, memo),
        client_id=ledger.client_id,
        ledger_id=ledger.id,
        on=move.on,
        amount=signed,
        memo=memo,
        entered_at=scope.now,
    )
    scope.session.add(entry)
    scope.session.flush()
    line = _line(
        scope, kind, move, signed, entry=entry, reverses=reverses, invoice_id=invoice_id, payment_id=payment_id
    )
    scope.session.flush()
    if kind != "reversal":
        told = {"kind": kind, "amount": signed, "on": move.on, "ledger": ledger.id}
        record(scope, AuditTag.TRUST_MOVED, f"trust:{line.id}", ledger.client_id, **told)
    return line


def _natural(scope: Scope, client_ref: str, matter_ref: str, on: date, memo: str) -> str:
    """The id of a new entry, as a load of the exported firm names it (workspace/records/matters.py)."""
    nth = 0
    while scope.session.get(TrustEntry, stable_id("move", client_ref, matter_ref, on, memo, nth)) is not None:
        nth += 1
    return stable_id("move", client_ref, matter_ref, on, memo, nth)


def _line(
    scope: Scope,
    kind: str,
    move: Movement,
    amount: Decimal,
    *,
    entry: TrustEntry | None = None,
    own: str | None = None,
    reverses: str | None = None,
    invoice_id: str | None = None,
    payment_id: str | None = None,
) -> TrustLine:
    line = TrustLine(
        id=new_id("line"),
        client_id=entry.client_id if entry else None,
        entry_id=entry.id if entry else None,
        own=own,
        kind=kind,
        on=move.on,
        amount=amount,
        payee=move.payee or None,
        number=move.number or None,
        memo=entry.memo if entry else move.memo or kind.replace("-", " ").capitalize(),
        cleared_on=move.cleared_on,
        reverses_id=reverses,
        invoice_id=invoice_id,
        payment_id=payment_id,
        person_id=person_of(scope),
        at=scope.now,
    )
    scope.session.add(line)
    return line
