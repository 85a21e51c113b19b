"""The signal of bills that the client has not paid: old by the firm's days, or late for this client by its own. Never writes to anybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workspace.evidence import DerivedEvidence, Evidence, RecordEvidence
from workspace.signals import words
from workspace.signals.proof import days_between, difference, median, total
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import ZERO, Invoice, Snapshot

Raised = Iterator[Signal | BlindSpot]
_LAST = 12  # how a client paid years ago says little of how it pays


@dataclass(frozen=True)
class PaymentDays:
    """How many days after its date this client's bills are paid, as the middle one of `of`, the newest twelve that were paid in full.
    `late` is the same counted from the due date."""

    days: int
    late: int
    of: int
    proof: DerivedEvidence


def ar_aging(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """The client's oldest open invoice is 60 days or more past due (setting days); or, where none is so old, an invoice is past due and
    open for 15 days longer than this client takes to pay (setting own_days): the median from an invoice's date to the payment that
    settled it, of the newest twelve, where at least 3 are settled (setting own_payments).

    One a client; dollars are the open balance of all its invoices that are so late. Data: invoices and payments. Without that history
    the firm's days alone hold, and an invoice that is past due by the 15 days is a blind spot: whether that is late for this client is
    not known."""
    bills = sorted(
        (one for one in snapshot.invoices if one.balance(today) > 0 and one.due_on < today),
        key=lambda one: (one.due_on, one.number),
    )
    age, more = settings.days("ar-aging", "days"), settings.days("ar-aging", "own_days")
    old = [one for one in bills if (today - one.due_on).days >= age]
    own = payment_days(snapshot, today, settings.days("ar-aging", "own_payments")) if bills else None
    if old:
        yield _old(snapshot, today, old, age, own)
    elif own is not None:
        late = [one for one in bills if (today - one.issued_on).days >= own.days + more]
        if late:
            yield _late(snapshot, today, late, own, more)
    elif bills and (today - bills[0].due_on).days >= more:
        yield BlindSpot(
            snapshot.client.ref,
            f"whether invoice {bills[0].number} is late for this client",
            f"fewer than {settings.days('ar-aging', 'own_payments')} of its invoices were paid in full; "
            f"it is raised once it is {age} days past due",
        )


def payment_days(snapshot: Snapshot, today: date, least: int) -> PaymentDays | None:
    """How this client pays by what it paid through `today`; None where fewer than `least` of its invoices are settled. Credit notes and
    bills paid in advance, before their date, say nothing."""
    settled = [(day, one) for one in snapshot.invoices if (day := _settled_on(one, today)) is not None]
    newest = sorted(settled, key=lambda pair: (pair[1].issued_on, pair[1].number))[-_LAST:]
    if len(newest) < max(least, 1):
        return None
    taken = [(day - one.issued_on).days for day, one in newest]
    proofs = [days_between(one.issued_on, day, [one.evidence("issued_on"), _paid(one, day)]) for day, one in newest]
    days, proof = median(taken, proofs)
    late = sorted((day - one.due_on).days for day, one in newest)[len(newest) // 2]
    return PaymentDays(days, late, len(newest), proof)


def _settled_on(bill: Invoice, today: date) -> date | None:
    """The day on which nothing was left to pay; None where something is, where nothing was billed, or where that was before the bill."""
    if bill.amount <= 0 or bill.balance(today) > 0:
        return None
    day = min(one.paid_on for one in bill.payments if bill.balance(one.paid_on) <= 0)
    return day if day >= bill.issued_on else None


def _paid(bill: Invoice, day: date) -> Evidence:
    settled = next(one for one in bill.payments if one.paid_on == day)
    return RecordEvidence(f"payment:{settled.id}", "paid_on", day.isoformat())


def _old(snapshot: Snapshot, today: date, old: list[Invoice], age: int, own: PaymentDays | None) -> Signal:
    oldest = old[0]
    days = (today - oldest.due_on).days
    owed, proof = _owed(old, today)
    return _signal(
        snapshot,
        oldest,
        owed,
        headline=f"{words.dollars(owed)} unpaid for {'90 days or more' if days >= 90 else f'{age} days or more'}",
        rule=f"The oldest open invoice is {age} days or more past due.",
        why_now=f"Invoice {oldest.number} is {days} days past due; "
        f"{words.count(len(old), 'invoice is', 'invoices are')} that old.{_habit(own)}",
        next_step="Send the reminder, and decide whether work goes on before payment.",
        evidence=(oldest.evidence("due_on"), proof),
        deliverable_slug="collection-email",
    )


def _late(snapshot: Snapshot, today: date, late: list[Invoice], own: PaymentDays, more: int) -> Signal:
    """Late by the client's own days only: no mail is drafted for it by itself, a call is what is called for."""
    oldest = late[0]
    owed, proof = _owed(late, today)
    open_for, past = (today - oldest.issued_on).days, (today - oldest.due_on).days
    return _signal(
        snapshot,
        oldest,
        owed,
        headline=f"{words.dollars(owed)} unpaid, which is late for this client",
        rule=f"An open invoice is past due and open for {words.count(more, 'day')} longer than this client usually takes to pay.",
        why_now=f"Invoice {oldest.number} is open for {words.count(open_for, 'day')}, {words.count(past, 'day')} past due. "
        f"The usual of its last {own.of} paid invoices is {words.count(own.days, 'day')}.",
        next_step="Ask whether the invoice arrived and whether something is wrong with it.",
        evidence=(oldest.evidence("issued_on"), oldest.evidence("due_on"), proof, own.proof),
        deliverable_slug=None,
    )


def _signal(
    snapshot: Snapshot,
    oldest: Invoice,
    owed: Decimal,
    *,
    headline: str,
    rule: str,
    why_now: str,
    next_step: str,
    evidence: tuple[Evidence, ...],
    deliverable_slug: str | None,
) -> Signal:
    return Signal(
        slug="ar-aging",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=snapshot.client.ref,
        due=oldest.due_on,
        nominal_due=oldest.due_on,
        dollars=owed,
        headline=headline,
        rule=rule,
        why_now=why_now,
        next_step=next_step,
        minutes=5,
        evidence=evidence,
        basis="record",
        waits_on_client=True,
        deliverable_slug=deliverable_slug,
    )


def _owed(bills: list[Invoice], today: date) -> tuple[Decimal, Evidence]:
    """The open balance of the invoices together, in the order in which the client has them, with its sum."""
    chosen = sorted(bills, key=lambda one: (one.issued_on, one.number))
    balances = [one.balance(today) for one in chosen]
    return sum(balances, ZERO), total(balances, [_balance(one, today) for one in chosen])


def _balance(bill: Invoice, today: date) -> Evidence:
    paid = [one for one in bill.payments if one.paid_on <= today]
    if not paid:
        return bill.evidence("amount")
    received = [RecordEvidence(f"payment:{one.id}", "amount", str(one.amount)) for one in paid]
    got = total([one.amount for one in paid], received)
    return difference(bill.amount, sum((one.amount for one in paid), ZERO), [bill.evidence("amount"), got])


def _habit(own: PaymentDays | None) -> str:
    if own is None:
        return ""
    side = "after" if own.late >= 0 else "before"
    return f" This client usually pays {words.count(abs(own.late), 'day')} {side} the due date."
