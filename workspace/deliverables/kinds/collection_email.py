"""`collection-email`: the mail that asks for payment of old invoices.

Inputs: invoices and payments. Sections: opening, invoices, history, what we ask, closing. Figures: each invoice with its dates, amount
and open balance, the total past due, the last payment. To: the client's main contact.
A partner checks that nothing is disputed. Drafted by the night when the oldest invoice is 60 days past due, then every 30 days.
"""

from datetime import date

from store.errors import Invalid
from workspace.deliverables import sources
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.occasions import for_receivable
from workspace.deliverables.sources import OpenInvoice
from workspace.deliverables.support import Support
from workspace.snapshot import Snapshot

CHECKS = (
    "Right client",
    "No invoice in the list is disputed, or paid outside the books",
    "The client's partner agrees that we ask now",
    "Tone",
)
_DISPUTE = ("dispute", "overcharged", "invoice", "bill", "billed", "fee", "charge")


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    late = [one.invoice.due_on for one in sources.open_invoices(snapshot, today) if one.late]
    if not late:
        raise Invalid(f"{snapshot.client.name} has no invoice past due")
    return for_receivable(snapshot.client.ref, min(late), today)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when nothing is past due any more."""
    bills = sources.open_invoices(snapshot, today)
    late = [one for one in bills if one.late]
    if not late:
        raise Invalid(f"{snapshot.client.name} has no invoice past due any more")
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    later = [one for one in bills if not one.late]
    variables = {
        **support.greeting(contact),
        "personal": support.is_client(contact),
        "total": support.total([support.balance(one.invoice, today) for one in late]),
        "invoices": [_row(support, one, today) for one in late],
        "later_total": support.total([support.balance(one.invoice, today) for one in later]) if later else None,
        **support.last_payment(today),
        "reply_by": None,
    }
    return Gathered(
        title=f"Past due invoices: {snapshot.client.name}",
        cls="C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=(*CHECKS, *_talk_of_bills(snapshot, late)),
        unseen=(*support.unseen_of_contact(contact), "Payments that are not in the books yet"),
    )


def _row(support: Support, one: OpenInvoice, today: date) -> dict[str, object]:
    bill = one.invoice
    return {
        "number": support.words(bill.number, bill.evidence("number"), name=True),
        "issued_on": support.day(bill.issued_on, bill.evidence("issued_on")),
        "due_on": support.day(bill.due_on, bill.evidence("due_on")),
        "amount": support.money(bill.amount, bill.evidence("amount")),
        "balance": support.amount(support.balance(bill, today)),
    }


def _talk_of_bills(snapshot: Snapshot, late: list[OpenInvoice]) -> tuple[str, ...]:
    """The client's mails since the oldest late invoice that speak of a bill: a dispute may lie in one."""
    since = min(one.invoice.issued_on for one in late)
    letters = [
        one
        for one in sources.letters_since(snapshot, since)
        if any(word in f"{one.subject} {one.body}".lower().split() for word in _DISPUTE)
    ]
    return tuple(f"Read the client's mail “{one.subject}”: it speaks of a bill" for one in letters[-2:])
