"""`meeting-brief`: what a partner reads before seeing a client.

Inputs: everything in the snapshot. Sections: since last time, promised both ways, numbers, topics, people, what we know. Figures: days of
what came, unpaid and past due amounts, hours against budget, the annual fee, the next dates. To: the client's partner; it stays in the
firm. Drafted on demand only.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from workspace.deliverables import sources
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import agency_letter, known, promised
from workspace.deliverables.occasions import for_meeting
from workspace.deliverables.support import Printed, Support
from workspace.signals.mail import only_closes, threads
from workspace.signals.thresholds import resolve
from workspace.snapshot import Engagement, Invoice, Message, Payment, Snapshot

CHECKS = ("Right client", "Nothing here belongs to another client", "What was promised, and by whom")
_LATELY = timedelta(days=45)
_SOON = timedelta(days=60)
_MOST = 8


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    return for_meeting(today)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Never raises: a client with nothing on file has an empty brief."""
    support = Support(snapshot)
    partner = sources.signer(snapshot)
    bills = sources.open_invoices(snapshot, today)
    late = [one for one in bills if one.late]
    fee = snapshot.client.annual_fee
    variables = {
        "client": support.client(),
        "news": list(_news(support, snapshot, today)),
        "we_owe": [letter(support, one) for one in unanswered(snapshot)],
        "ours": list(promised.rows(support, today, "us")),
        "theirs": list(promised.rows(support, today, "client")),
        "they_owe": [
            {
                "name": support.words(item.item, item.evidence("item")),
                "due": support.day(item.due, item.evidence("due")),
            }
            for item in sources.owed(snapshot, [one for one in snapshot.engagements if one.is_open])
        ],
        "receivable": support.total([support.balance(one.invoice, today) for one in bills]),
        "past_due": support.total([support.balance(one.invoice, today) for one in late]) if late else None,
        **support.last_payment(today),
        "budgets": list(_budgets(support, snapshot, today)),
        "annual_fee": support.money(fee, snapshot.client.evidence("annual_fee")),
        "topics": list(topics(support, snapshot, today)),
        "people": list(people(support, snapshot)),
        "team": list(team(support, snapshot)),
        "known": known.rows(support, today),
    }
    return Gathered(
        title=f"Meeting brief: {snapshot.client.name}",
        cls="D",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=(f"{partner.name} <{partner.email}>",) if partner else (),
        checks=CHECKS,
        unseen=sources.unread(snapshot)[:_MOST],
    )


Row = dict[str, object]
News = Iterator[
    tuple[date, str, Callable[[], Row]]
]  # the day, an id for the order, and what gathers the row once it is wanted


def _news(support: Support, snapshot: Snapshot, today: date) -> Iterator[Row]:
    """Mail, filings and payments of the last weeks, newest first."""
    found = [*_mails(support, snapshot), *_filings(support, snapshot), *_payments(support, snapshot)]
    lately = [one for one in found if today - _LATELY <= one[0] <= today]
    newest = sorted(lately, key=lambda one: (one[0], one[1]), reverse=True)
    yield from (gathered() for _, _, gathered in newest[:_MOST])


def _mails(support: Support, snapshot: Snapshot) -> News:
    def row(one: Message) -> Row:
        what = "mail from the client," if one.direction == "in" else "mail from us,"
        return {**letter(support, one), "what": support.plain(what)}

    for one in snapshot.messages:
        if one.sent_at is not None:
            yield snapshot.local_day(one.sent_at), one.id, partial(row, one)


def _filings(support: Support, snapshot: Snapshot) -> News:
    def row(one: Engagement) -> Row:
        what = support.words(f"{one.title} filed", one.evidence("title"))
        return {"day": support.day(one.filed_on, one.evidence("filed_on")), "what": what, "subject": None}

    for one in snapshot.engagements:
        if one.filed_on is not None:
            yield one.filed_on, one.ref, partial(row, one)


def _payments(support: Support, snapshot: Snapshot) -> News:
    def row(bill: Invoice, one: Payment) -> Row:
        amount = support.money(one.amount, sources.payment_evidence(one, "amount"))
        number = support.words(bill.number, bill.evidence("number"), name=True)
        day = support.day(one.paid_on, sources.payment_evidence(one, "paid_on"))
        return {"day": day, "what": Printed(f"{amount} paid on invoice {number}"), "subject": None}

    for bill in snapshot.invoices:
        for one in bill.payments:
            yield one.paid_on, one.id, partial(row, bill, one)


def letter(support: Support, one: Message) -> dict[str, object]:
    """A mail by day, subject and sender."""
    on = support.snapshot.local_day(one.sent_at) if one.sent_at else None
    return {
        "day": support.day(on, sources.message_evidence(one, "sent_at")),
        "subject": support.words(one.subject, sources.message_evidence(one, "subject")),
        "sender": _sender(support, one),
    }


def _sender(support: Support, one: Message) -> Printed:
    """The contact's name where the address is one's, else the address."""
    for contact in support.snapshot.contacts:
        if contact.email and contact.email.lower() == one.sender.lower():
            return support.words(contact.name, sources.contact_evidence(contact), name=True)
    return support.words(one.sender, sources.message_evidence(one, "sender"), name=True)


def unanswered(snapshot: Snapshot) -> list[Message]:
    """The client's last words in threads that wait for ours, oldest first; a mere thanks waits for nothing."""
    words = resolve(snapshot.settings).days("message-unanswered", "closing_words")
    found = [one.last for one in threads(snapshot) if one.last.direction == "in" and not only_closes(one.last, words)]
    return sorted(found, key=lambda one: (str(one.sent_at), one.id))[-_MOST:]


def _budgets(support: Support, snapshot: Snapshot, today: date) -> Iterator[dict[str, object]]:
    for one in snapshot.engagements:
        entries = snapshot.time_on(one, today)
        if one.is_open and one.budget_hours and entries:
            yield {
                "title": support.words(one.title, one.evidence("title")),
                "budget": support.hours(one.budget_hours, one.evidence("budget_hours")),
                "used": support.hours_of(entries),
            }


def topics(support: Support, snapshot: Snapshot, today: date) -> Iterator[dict[str, object]]:
    """Notices that wait for an answer, the first last day first, then the dates of the next weeks."""
    for case in agency_letter.waiting(snapshot):
        read = agency_letter.variables(support, case, today)
        yield {"notice": read["notice"], "day": read["deadline"], "amount": read["amount"], "what": None}
    for one, due in sources.due_dates(snapshot):
        if due.due <= today + _SOON:
            late = "was due" if due.due < today else "due"
            yield {
                "what": support.words(f"{one.title}, {late}", one.evidence("title")),
                "day": support.due_day(one, due),
                "amount": None,
                "notice": None,
            }


def people(support: Support, snapshot: Snapshot) -> Iterator[dict[str, object]]:
    """Who stands behind the client."""
    for one in snapshot.contacts:
        evidence = sources.contact_evidence
        yield {
            "name": support.words(one.name, evidence(one), name=True),
            "title": support.words(one.title, evidence(one, "title")) if one.title else None,
            "share": support.percent(one.ownership_pct, evidence(one, "ownership_pct")),
            "primary": one.is_primary,
        }


def team(support: Support, snapshot: Snapshot) -> Iterator[dict[str, object]]:
    """Who of the firm has open work of the client."""
    ids = dict.fromkeys(one.owner_id for one in snapshot.engagements if one.is_open and one.owner_id)
    for one in (snapshot.people[each] for each in ids if each in snapshot.people):
        yield {
            "name": support.words(one.name, sources.person_evidence(one), name=True),
            "role": support.plain(one.role),
        }
