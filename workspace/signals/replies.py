"""Signals of who waits for whom: requests that are late, mails without an answer, a client who has gone quiet. Never writes a mail."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from math import ceil
from statistics import median

from workspace.deadlines import add_business_days
from workspace.evidence import Evidence, RecordEvidence
from workspace.signals import words
from workspace.signals.days import business_days_to
from workspace.signals.due import due_of
from workspace.signals.mail import Thread, asks, only_closes, quote, threads
from workspace.signals.signal import BlindSpot, Signal, SignalClass
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Engagement, Message, RequestItem, Snapshot

Raised = Iterator[Signal | BlindSpot]


def request_overdue(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """An item asked of the client for an open engagement, or on a list about none, is 3 days past its date (setting days) and not received.
    One an engagement, or such a list; it grows louder at 7 and 14 days. Data: request items, engagement stage."""
    grace = timedelta(days=settings.days("request-overdue", "days"))
    for engagement, asked in _asked(snapshot):
        open_items = [item for item in asked if item.received_on is None]
        late = [(item.due, item) for item in open_items if item.due is not None and item.due + grace <= today]
        if late:
            yield _overdue(snapshot, today, engagement, [item for _, item in late], min(due for due, _ in late))
        elif any(item.due is None for item in open_items):
            of = engagement.ref if engagement is not None else f"“{open_items[0].list_name}”"
            yield BlindSpot(
                snapshot.client.ref,
                f"whether the request of {of} is late",
                "open items have no due date: enter when the client is to answer",
            )


def _asked(snapshot: Snapshot) -> Iterator[tuple[Engagement | None, Sequence[RequestItem]]]:
    """What is asked for each open engagement, and on each list that is about none."""
    for engagement in snapshot.engagements:
        if engagement.is_open:
            yield engagement, snapshot.requests_of(engagement)
    alone: dict[str, list[RequestItem]] = {}
    for item in snapshot.requests_alone:
        alone.setdefault(item.list_id, []).append(item)
    yield from ((None, alone[key]) for key in sorted(alone))


def _overdue(
    snapshot: Snapshot, today: date, engagement: Engagement | None, late: list[RequestItem], due: date
) -> Signal:
    names = words.listed([item.item for item in late])
    what = engagement.title if engagement is not None else late[0].list_name
    return Signal(
        slug="request-overdue",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=engagement.ref if engagement is not None else late[0].list_id,
        due=due,
        nominal_due=due,
        dollars=engagement.fee if engagement is not None else None,
        headline=f"{words.count(len(late), 'item')} for {what} overdue: {names}",
        rule="Items asked of the client are chased 3, 7 and 14 days after their date.",
        why_now=f"The oldest was due on {words.day(due)}, {(today - due).days} days ago.",
        next_step="Send the follow-up with the open items only.",
        minutes=3,
        evidence=tuple(evidence for item in late for evidence in (item.evidence("item"), item.evidence("due"))),
        basis="record",
        engagement_ref=engagement.ref if engagement is not None else None,
        waits_on_client=True,
        # a list with a schedule is reminded of by it, and not once more
        deliverable_slug=None if all(item.scheduled for item in late) else "pbc-follow-up",
    )


def message_unanswered(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """The last word of a thread is the client's and has waited more than 1 business day where a partner is in To, else more than 2
    (settings partner_business_days, staff_business_days). A last word of at most 12 words (closing_words) that only says thanks waits for
    nothing. Data: mail threads; days in the firm's zone."""
    partners = {person.email for person in snapshot.people.values() if person.role == "partner"}
    for thread in threads(snapshot):
        mail = thread.last
        if mail.direction != "in" or only_closes(mail, settings.days("message-unanswered", "closing_words")):
            continue
        to_partner = any(address in partners for address in mail.to)
        wait = settings.days("message-unanswered", "partner_business_days" if to_partner else "staff_business_days")
        sent = _day(snapshot, mail)
        if business_days_to(sent, today) > wait:
            yield _unanswered(snapshot, today, thread, sent, wait, to_partner)
    if any(mail.sent_at is None for mail in snapshot.messages):
        yield BlindSpot(
            snapshot.client.ref, "whether every mail is answered", "some mails have no readable date and are left out"
        )


def _unanswered(snapshot: Snapshot, today: date, thread: Thread, sent: date, wait: int, to_partner: bool) -> Signal:
    mail, due = thread.last, add_business_days(sent, wait)
    who = "a partner" if to_partner else "the firm"
    return Signal(
        slug="message-unanswered",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=thread.root,
        due=due,
        nominal_due=due,
        dollars=None,
        headline=f"“{mail.subject}” has waited for an answer since {words.day(sent)}",
        rule=f"A mail to {who} is answered within {words.count(wait, 'business day')}.",
        why_now=f"{mail.sender} wrote {words.count(business_days_to(sent, today), 'business day')} ago.",
        next_step="Answer, or say when the answer comes.",
        minutes=5,
        evidence=(quote(mail), RecordEvidence(f"message:{mail.message_id}", "sent_at", _stamp(mail))),
        basis="record",
    )


def client_silent(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A client of whom at least 4 mails came (setting messages) has not written for more than 3 times their own median gap (gaps) while we
    wait: an item of an open engagement, or of a list about none, is open, or our last word in a thread asks. Class C; the class of returns
    (B) while a return of the client is due within 30 days (deadline_days). Data: mail, request items."""
    inbound = [mail for mail in snapshot.messages if mail.direction == "in" and mail.sent_at is not None]
    if len(inbound) < max(settings.days("client-silent", "messages"), 2):
        return
    days = sorted(_day(snapshot, mail) for mail in inbound)
    gap = Decimal(median([(b - a).days for a, b in pairwise(days)]))
    limit = settings.of("client-silent", "gaps") * gap
    waiting = [*_open_items(snapshot), *_open_questions(snapshot)]
    if (today - days[-1]).days <= limit or not waiting:
        return
    yield _silent(snapshot, today, settings, inbound[-1], gap, days[-1] + timedelta(days=ceil(limit)), waiting)


def _silent(
    snapshot: Snapshot,
    today: date,
    settings: Thresholds,
    last: Message,
    gap: Decimal,
    due: date,
    waiting: list[tuple[str, Evidence]],
) -> Signal:
    heard = _day(snapshot, last)
    near = _next_return(snapshot, today, settings.days("client-silent", "deadline_days"))
    cls: SignalClass = "B" if near else "C"
    before = f" {near[0].title} is due on {words.day(near[1])}." if near else ""
    return Signal(
        slug="client-silent",
        cls=cls,
        client_ref=snapshot.client.ref,
        subject=snapshot.client.ref,
        due=due,
        nominal_due=due,
        dollars=None,
        headline=f"No word since {words.day(heard)}, and we wait for {words.listed([what for what, _ in waiting], 2)}",
        rule=f"Quiet for more than {words.plain(settings.of('client-silent', 'gaps'))} times this client's median gap of "
        f"{words.count(gap, 'day')} between mails while we wait for something.",
        why_now=f"{words.count((today - heard).days, 'day')} of silence.{before}",
        next_step="Call the client; another mail will wait as long.",
        minutes=10,
        evidence=(
            RecordEvidence(f"message:{last.message_id}", "sent_at", _stamp(last)),
            *(proof for _, proof in waiting),
        ),
        basis="record",
        engagement_ref=near[0].ref if near else None,
        waits_on_client=True,
        deliverable_slug="pbc-follow-up",
    )


def _open_items(snapshot: Snapshot) -> Iterator[tuple[str, Evidence]]:
    for _, asked in _asked(snapshot):
        for item in asked:
            if item.received_on is None:
                yield item.item, item.evidence("item")


def _open_questions(snapshot: Snapshot) -> Iterator[tuple[str, Evidence]]:
    for thread in threads(snapshot):
        if thread.last.direction == "out" and asks(thread.last):
            yield f"an answer to “{thread.last.subject}”", quote(thread.last)


def _next_return(snapshot: Snapshot, today: date, days: int) -> tuple[Engagement, date] | None:
    """The client's open return that is due first, when that is within `days`."""
    found: list[tuple[date, str, Engagement]] = []
    for engagement in snapshot.engagements:
        due = due_of(snapshot, engagement) if engagement.is_return and engagement.is_open else None
        if due is not None and today <= due.due <= today + timedelta(days=days):
            found.append((due.due, engagement.ref, engagement))
    return (min(found)[2], min(found)[0]) if found else None


def _day(snapshot: Snapshot, mail: Message) -> date:
    assert mail.sent_at is not None  # callers look at dated mails only
    return snapshot.local_day(mail.sent_at)


def _stamp(mail: Message) -> str:
    return mail.sent_at.isoformat() if mail.sent_at else ""
