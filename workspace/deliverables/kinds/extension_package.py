"""`extension-package`: what a client gets with an extension: the form, the new date, the payment that goes with it, what remains to do.

Inputs: the return's dates, the tax projected from the year's profit and loss (a corporation's, at its rate), or the payment that an
estimate schedule notes with the extension; what was paid. Sections: opening, what we file, the payment, what remains, closing. To: the
client's main contact. A partner checks the payment and the states. Drafted by the night when an extension is needed or planned; for a
return that pays tax only where its payment can be computed, since an amount is never guessed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from store.errors import Invalid
from workspace.deadlines import return_deadline
from workspace.deadlines.with_returns import EXTENSION
from workspace.deliverables import sources, statements
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.occasions import about, for_extension
from workspace.deliverables.support import Printed, Support
from workspace.signals.due import Due, due_of
from workspace.signals.estimates import Instalment, instalments
from workspace.signals.k1 import tax_year
from workspace.snapshot import Engagement, Snapshot
from workspace.tie_out import Fact, derive, from_record

CHECKS = (
    "The payment: the projection, what was paid and withheld, and what the client can pay",
    "States: which follow the federal extension, which want a form or a payment of their own",
    "The new date, and that the client agrees to the extension",
    "Nothing in the list has been sent already",
)
_PAYS = ("1040", "1041", "1120")


@dataclass(frozen=True)
class _Payment:
    """What is to be paid with the extension. `tax` None: the balance itself stands in a schedule, or the year's `income` is a loss."""

    balance: Fact
    tax: Fact | None = None
    income: Fact | None = None
    rate: Fact | None = None
    paid: Fact | None = None


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    """The return named, else the first one due that is not ready and not extended."""
    found = []
    for one in snapshot.engagements:
        due = _own_due(snapshot, one)
        if one.is_return and one.is_open and due is not None and due.due >= today and engagement_ref in (None, one.ref):
            found.append((due.due, one.ref))
    if not found:
        raise Invalid(
            f"{snapshot.client.name} has no open return whose date is still ahead: an extension is filed by the due date"
        )
    return for_extension(min(found)[1])


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when there is no such return, its date has passed, or its payment cannot be computed."""
    engagement = snapshot.engagement_of_ref(about(occasion))
    due = _own_due(snapshot, engagement) if engagement else None
    if engagement is None or due is None or not engagement.is_return or not engagement.is_open:
        raise Invalid(f"{about(occasion)} is no open return with a due date")
    if due.due < today:
        raise Invalid(f"{engagement.title} was due on {due.due:%B} {due.due.day}: it can no longer be extended")
    support = Support(snapshot)
    payment = _payment(snapshot, engagement, due) if engagement.template in _PAYS else None
    contact = sources.addressee(snapshot)
    variables = {
        **support.letter_to(contact),
        "engagement": support.words(engagement.title, engagement.evidence("title")),
        "form": support.form_with(EXTENSION, engagement),
        "personal": support.is_client(contact),
        "template": engagement.template,
        "due": support.due_day(_unextended(engagement), due),
        "extended_due": _extended(support, engagement),
        "filed": engagement.extended_to is not None,
        **_printed(support, payment),
        "open_items": [
            {"name": support.words(one.item, one.evidence("item")), "due": support.day(one.due, one.evidence("due"))}
            for one in sources.open_items(snapshot, engagement)
        ],
        "asked": bool(snapshot.requests_of(engagement)),
        "reply_by": support.reply_by(today, due.due),
    }
    return Gathered(
        title=f"Extension: {engagement.title}",
        cls="B",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=(*_doubts(due), *CHECKS),
        unseen=(*support.unseen_of_contact(contact), *_unseen(payment, engagement)),
        engagement_id=engagement.id,
    )


def _unextended(engagement: Engagement) -> Engagement:
    return replace(engagement, extended_to=None)


def _own_due(snapshot: Snapshot, engagement: Engagement) -> Due | None:
    """The date before any extension."""
    return due_of(snapshot, _unextended(engagement))


def _extended(support: Support, one: Engagement) -> Printed | None:
    """The date on record, else the table's."""
    if one.extended_to is not None:
        return support.day(one.extended_to, one.evidence("extended_to"))
    if one.period_end is None:
        return None
    try:
        later = return_deadline(one.template, one.period_end, extended=True, state=support.snapshot.client.state)
    except Invalid:
        return None
    ended = from_record("period end", "date", one.period_end, one.evidence("period_end"))
    return support.computed_day(later, [ended])


def _payment(snapshot: Snapshot, engagement: Engagement, due: Due) -> _Payment:
    """The payment that a schedule notes with the extension, else the projected tax less what was paid. Raises Invalid without either."""
    year = tax_year(engagement)
    for one in instalments(snapshot):
        noted = "4868" in one.said.quote or "7004" in one.said.quote or one.due in (due.due, due.nominal)
        if one.year == year and noted and not one.is_paid:
            return _Payment(_amount(one))
    statement = _year(snapshot, engagement)
    if engagement.template != "1120" or statement is None:
        raise Invalid(
            f"the payment with the extension of {engagement.title} is not computed: "
            + (
                "put a profit and loss of its year into the client's file"
                if engagement.template == "1120"
                else "put an estimate schedule with a row for the extension into the client's file"
            )
        )
    income = statement.amount("net_income")
    if income is None:
        raise Invalid(f"the net income of {statement.document.path} could not be read: correct it on its page")
    return _projected(snapshot, income, year)


def _projected(snapshot: Snapshot, income: Fact, year: int | None) -> _Payment:
    if Decimal(income.value) <= 0:
        return _Payment(income, income=income)
    rate, factor = statements.corporate_rate(snapshot)
    tax = derive.product("tax", income, factor)
    made = [_amount(one) for one in instalments(snapshot) if one.year == year and one.is_paid]
    paid = derive.total("paid", made) if made else None
    balance = derive.difference("balance", tax, paid) if paid else tax
    return _Payment(balance, tax, income, rate, paid)


def _amount(one: Instalment) -> Fact:
    return from_record("instalment", "money", one.amount.value, one.amount.evidence)


def _year(snapshot: Snapshot, engagement: Engagement) -> statements.Statement | None:
    """The profit and loss of the engagement's whole year."""
    for one in statements.statements(snapshot):
        if one.end == engagement.period_end and one.months == 12:
            return one
    return None


def _printed(support: Support, payment: _Payment | None) -> dict[str, object]:
    if payment is None:
        return {"pays": False, "projected": False, "overpaid": False, "loss": False}
    overpaid = Decimal(payment.balance.value) <= 0
    known: dict[str, object] = {"pays": True, "projected": payment.tax is not None, "overpaid": overpaid}
    known["loss"] = payment.tax is None and payment.income is not None
    for name in ("balance", "tax", "income", "rate", "paid"):
        known[name] = statements.printed(support, getattr(payment, name))
    return known


def _doubts(due: Due) -> tuple[str, ...]:
    return tuple(one for one in due.how if "confirm" in one.lower()) if due.confirm else ()


def _unseen(payment: _Payment | None, engagement: Engagement) -> Iterator[str]:
    if payment is not None and payment.tax is not None:
        yield "Differences between book and tax income, credits and losses carried forward: the projection has none of them"
    if payment is not None and payment.tax is not None and payment.paid is None:
        yield "Estimated tax paid for the year: no payment is noted on a schedule"
    yield "State returns and their extensions: the record has none of their own"
    if engagement.template in ("1065", "1120-S"):
        yield "Taxes that the entity pays itself to a state"
