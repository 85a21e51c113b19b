"""`meeting-brief`: what a partner reads before seeing a client.

Inputs: everything in the snapshot. Sections: since last time, promised both ways, numbers, topics, people. Figures: days of what came,
unpaid and past due amounts, hours against budget, the annual fee, the next dates. To: the client's partner; it stays in the firm.
Drafted on demand only.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from workspace.deliverables import sources
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import agency_letter
from workspace.deliverables.occasions import for_meeting, for_notice
from workspace.deliverables.support import Support
from workspace.signals.mail import threads
from workspace.signals.notice_reading import answered_by, notices_of
from workspace.snapshot import Message, Snapshot

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
        "we_owe": [_letter(support, one) for one in _last_words(snapshot, "in")],
        "they_owe": [
            {
                "name": support.words(item.item, item.evidence("item")),
                "due": support.day(item.due, item.evidence("due")),
            }
            for one in snapshot.engagements
            if one.is_open
            for item in sources.open_items(snapshot, one)
        ],
        "receivable": support.total([support.balance(one.invoice, today) for one in bills]),
        "past_due": support.total([support.balance(one.invoice, today) for one in late]) if late else None,
        **support.last_payment(today),
        "budgets": list(_budgets(support, snapshot, today)),
        "annual_fee": support.money(fee, snapshot.client.evidence("annual_fee")),
        "topics": list(_topics(support, snapshot, today)),
        "people": list(_people(support, snapshot)),
        "team": list(_team(support, snapshot)),
    }
    return Gathered(
        title=f"Meeting brief: {snapshot.client.name}",
        cls="D",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=(f"{partner.name} <{partner.email}>",) if partner else (),
        checks=CHECKS,
        unseen=tuple(f"{one.source}: {one.message}" for one in snapshot.findings if one.severity != "info")[:_MOST],
    )


def _news(support: Support, snapshot: Snapshot, today: date) -> Iterator[dict[str, object]]:
    """Mail, filings and payments of the last weeks, newest first."""
    found: list[tuple[date, str, dict[str, object]]] = []
    for one in snapshot.messages:
        on = snapshot.local_day(one.sent_at) if one.sent_at else None
        if on and today - _LATELY <= on <= today:
            what = "mail from the client," if one.direction == "in" else "mail from us,"
            found.append((on, one.id, {**_letter(support, one), "what": support.plain(what)}))
    for engagement in snapshot.engagements:
        if engagement.filed_on and today - _LATELY <= engagement.filed_on <= today:
            row: dict[str, object] = {
                "day": support.day(engagement.filed_on, engagement.evidence("filed_on")),
                "what": support.words(f"{engagement.title} filed", engagement.evidence("title")),
                "subject": None,
            }
            found.append((engagement.filed_on, engagement.ref, row))
    newest = sorted(found, key=lambda one: (one[0], one[1]), reverse=True)
    yield from (row for _, _, row in newest[:_MOST])


def _letter(support: Support, one: Message) -> dict[str, object]:
    on = support.snapshot.local_day(one.sent_at) if one.sent_at else None
    return {
        "day": support.day(on, sources.message_evidence(one, "sent_at")),
        "subject": support.words(one.subject, sources.message_evidence(one, "subject")),
        "sender": support.words(one.sender, sources.message_evidence(one, "sender"), name=True),
    }


def _last_words(snapshot: Snapshot, direction: str) -> list[Message]:
    """The last message of each thread that one side had."""
    return [one.last for one in threads(snapshot) if one.last.direction == direction and one.last.sent_at][-_MOST:]


def _budgets(support: Support, snapshot: Snapshot, today: date) -> Iterator[dict[str, object]]:
    for one in snapshot.engagements:
        entries = snapshot.time_on(one, today)
        if one.is_open and one.budget_hours and entries:
            yield {
                "title": support.words(one.title, one.evidence("title")),
                "budget": support.hours(one.budget_hours, one.evidence("budget_hours")),
                "used": support.hours_of(entries),
            }


def _topics(support: Support, snapshot: Snapshot, today: date) -> Iterator[dict[str, object]]:
    for notice in notices_of(snapshot):
        if answered_by(snapshot, notice) is None:
            case = agency_letter.case_of(snapshot, for_notice(notice.document.id))
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


def _people(support: Support, snapshot: Snapshot) -> Iterator[dict[str, object]]:
    for one in snapshot.contacts:
        evidence = sources.contact_evidence
        yield {
            "name": support.words(one.name, evidence(one), name=True),
            "title": support.words(one.title, evidence(one, "title")) if one.title else None,
            "share": support.percent(one.ownership_pct, evidence(one, "ownership_pct")),
            "primary": one.is_primary,
        }


def _team(support: Support, snapshot: Snapshot) -> Iterator[dict[str, object]]:
    ids = dict.fromkeys(one.owner_id for one in snapshot.engagements if one.is_open and one.owner_id)
    for one in (snapshot.people[each] for each in ids if each in snapshot.people):
        yield {
            "name": support.words(one.name, sources.person_evidence(one), name=True),
            "role": support.plain(one.role),
        }
