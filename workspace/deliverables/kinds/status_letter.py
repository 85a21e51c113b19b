"""`status-letter`: where all work for a client stands.

Inputs: engagements, requests, due dates, letters. Sections: opening, done, in work, about the due date, waiting for you, next dates,
closing. Figures: each engagement with its date, each open item, the extended date. To: the client's main contact.
A partner checks the dates. Drafted by the night when a return is overdue or at risk, or is to be extended and
has no extension package, at most once a month.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from store.errors import Invalid
from workspace.deadlines import return_deadline
from workspace.deadlines.with_returns import EXTENSION
from workspace.deliverables import sources
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.occasions import for_status
from workspace.deliverables.support import Support
from workspace.signals.due import Due
from workspace.signals.returns import extension_needed, return_at_risk, return_overdue
from workspace.signals.signal import Signal
from workspace.signals.thresholds import resolve
from workspace.snapshot import Engagement, Snapshot
from workspace.tie_out import from_record

CHECKS = (
    "Right client, right periods",
    "Every date is the one we work to",
    "An extension is really what we propose, and the payment that goes with it is computed",
    "Nothing in the list has been sent already",
    "Tone",
)
_RECENT = timedelta(days=120)
_HORIZON = timedelta(days=75)
_DETECTORS = (return_at_risk, return_overdue, extension_needed)


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    if not any(one.is_open for one in snapshot.engagements):
        raise Invalid(f"{snapshot.client.name} has no work in hand")
    return for_status(today)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the client has no open engagement."""
    at_work = [one for one in snapshot.engagements if one.is_open]
    if not at_work:
        raise Invalid(f"{snapshot.client.name} has no work in hand")
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    dues = {one.id: due for one, due in sources.due_dates(snapshot)}
    at_risk = _at_risk(snapshot, today)
    risky = [one for one in at_work if one.id in dues and one.ref in at_risk]
    ahead = [dues[one.id].due for one in risky if dues[one.id].due >= today]
    variables = {
        **support.letter_to(contact),
        "personal": support.is_client(contact),
        "done": [_done(support, one) for one in snapshot.engagements if _lately_done(one, today)],
        "work": [_work(support, one, dues.get(one.id), today) for one in _by_date(at_work, dues)],
        "risky": [_risk(support, one, dues[one.id], today) for one in _by_date(risky, dues)],
        "open_items": [
            {
                "name": support.words(item.item, item.evidence("item")),
                "due": support.day(item.due, item.evidence("due")),
            }
            for item in sources.owed(snapshot, _by_date(at_work, dues))
        ],
        "unsigned": list(_unsigned(support, at_work)),
        "dates": list(_dates(support, snapshot, today)),
        "reply_by": support.reply_by(today, min(ahead, default=None)) if risky else None,
    }
    return Gathered(
        title=f"Status of our work: {snapshot.client.name}",
        cls="B" if risky else "C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=CHECKS,
        unseen=(*support.unseen_of_contact(contact), *_undated(at_work, dues)),
        engagement_id=risky[0].id if len(risky) == 1 else None,
    )


def _at_risk(snapshot: Snapshot, today: date) -> set[str]:
    """The refs of returns that the signals call late, at risk or to be extended, unless they are extended already and still in time:
    a letter says no more of a date than the brief does."""
    settings = resolve(snapshot.settings)
    raised = [one for detector in _DETECTORS for one in detector(snapshot, today, settings) if isinstance(one, Signal)]
    extended = {one.ref for one in snapshot.engagements if one.extended_to is not None and one.extended_to >= today}
    return {one.subject for one in raised} - extended


def _lately_done(engagement: Engagement, today: date) -> bool:
    finished = engagement.filed_on or engagement.finished_on
    return not engagement.is_open and finished is not None and today - _RECENT <= finished <= today


def _by_date(engagements: list[Engagement], dues: dict[str, Due]) -> list[Engagement]:
    return sorted(engagements, key=lambda one: (dues[one.id].due if one.id in dues else date.max, one.ref))


def _done(support: Support, one: Engagement) -> dict[str, object]:
    return {
        "title": support.words(one.title, one.evidence("title")),
        "filed_on": support.day(one.filed_on, one.evidence("filed_on")),
        "finished_on": support.day(one.finished_on, one.evidence("finished_on")),
    }


def _work(support: Support, one: Engagement, due: Due | None, today: date) -> dict[str, object]:
    return {
        "title": support.words(one.title, one.evidence("title")),
        "stage": one.stage,
        "due": support.due_day(one, due),
        "late": due is not None and due.due < today,
        "extended": one.extended_to is not None,
    }


def _risk(support: Support, one: Engagement, due: Due, today: date) -> dict[str, object]:
    return {
        "title": support.words(one.title, one.evidence("title")),
        "due": support.due_day(one, due),
        "late": due.due < today,
        "extension": support.form_with(EXTENSION, one),
        "extended_due": _extended(support, one),
    }


def _extended(support: Support, one: Engagement) -> object:
    """The date that an extension would give, by the table; None where the table has none."""
    if one.period_end is None:
        return None
    try:
        later = return_deadline(one.template, one.period_end, extended=True, state=support.snapshot.client.state)
    except Invalid:
        return None
    ended = from_record("period end", "date", one.period_end, one.evidence("period_end"))
    return support.computed_day(later, [ended])


def _unsigned(support: Support, engagements: list[Engagement]) -> Iterator[dict[str, object]]:
    for one in engagements:
        if one.letter_sent_on is not None and one.letter_signed_on is None:
            yield {
                "title": support.words(one.title, one.evidence("title")),
                "sent_on": support.day(one.letter_sent_on, one.evidence("letter_sent_on")),
            }


def _dates(support: Support, snapshot: Snapshot, today: date) -> Iterator[dict[str, object]]:
    for one, due in sources.due_dates(snapshot):
        if today <= due.due <= today + _HORIZON:
            yield {"day": support.due_day(one, due), "what": support.words(one.title, one.evidence("title"))}


def _undated(engagements: list[Engagement], dues: dict[str, Due]) -> tuple[str, ...]:
    return tuple(f"When {one.title} is due: no date is on record" for one in engagements if one.id not in dues)
