"""`handover-memo`: everything that whoever takes a client over has to know, in one paper that stays in the firm.

Inputs: everything in the snapshot. Sections: people, history, in work, promises, habits, open risks, calendar. Figures: fees, bills and
what is unpaid, days of promises with who owes them, each entry of what people know with its source, the dates of the next year. To:
nobody; it goes into the file. A partner checks that no private remark is in it. Drafted on demand only.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from workspace.deliverables import sources
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import agency_letter, known, matters, meeting_brief, promised, worth
from workspace.deliverables.occasions import for_handover
from workspace.deliverables.support import Printed, Support
from workspace.evidence import RecordEvidence
from workspace.knowledge_rules import proposals
from workspace.snapshot import Engagement, Note, Snapshot
from workspace.tie_out import Fact, derive, from_record

CHECKS = (
    "Right client, and nothing here belongs to another client",
    "No private remark about a person: only what the work needs",
    "Every promise is named, also those made by telephone and not written down",
    "Ask those who worked for the client what is missing",
)
_HABITS = ("channel", "decides", "times", "habit", "other")
_YEAR = timedelta(days=365)
_AHEAD = timedelta(days=366)  # a return that was extended is due in the second half of a year
_MOST = 12
_NOTES = 8


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    return for_handover(today)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Never raises: a client with nothing on file has a short memo."""
    support = Support(snapshot)
    client = snapshot.client
    habits = known.rows(support, today, _HABITS)
    bills = sources.open_invoices(snapshot, today)
    late = [one for one in bills if one.late]
    variables = {
        "client": support.client(),
        "since": support.day(client.since, client.evidence("since")),
        "group": support.words(client.group, client.evidence("group"), name=True) if client.group else None,
        "industry": support.words(client.industry, client.evidence("industry"))
        if client.industry and client.entity_type != "1040"
        else None,
        "people": list(_people(support, snapshot)),
        "team": list(_team(support, snapshot)),
        "done": [_done(support, one) for one in _finished(snapshot)],
        "annual_fee": support.money(client.annual_fee, client.evidence("annual_fee")),
        "billed": _billed(support, snapshot, today),
        **support.last_payment(today),
        "notes": [_note(support, one) for one in snapshot.notes[-_NOTES:][::-1]],
        "trust": [support.amount(held) for one in snapshot.trust if (held := matters.held(one, today)) is not None],
        "work": [_work(support, one) for one in snapshot.engagements if one.is_open],
        "ours": list(promised.rows(support, today, "us")),
        "theirs": list(promised.rows(support, today, "client")),
        "said": known.rows(support, today, ("promise",)),
        "unanswered": [meeting_brief.letter(support, one) for one in meeting_brief.unanswered(snapshot)],
        "items": list(_items(support, snapshot)),
        "habits": habits,
        "notices": [one for one in meeting_brief.topics(support, snapshot, today) if one["notice"]],
        "overdue": [one for one in _dates(support, snapshot, today) if one["late"]],
        "past_due": support.total([support.balance(one.invoice, today) for one in late]) if late else None,
        "unsigned": list(_unsigned(support, snapshot)),
        "unbilled": _unbilled(support, snapshot, today),
        "dates": [one for one in _dates(support, snapshot, today) if not one["late"]],
    }
    return Gathered(
        title=f"Handover memo: {client.name}",
        cls="D",
        as_of=today,
        facts=support.facts,
        variables=variables,
        checks=CHECKS,
        unseen=(
            *_not_accepted(snapshot, today),
            *sources.unread(snapshot),
            "What was said and never written down",
        )[:_MOST],
    )


def _not_accepted(snapshot: Snapshot, today: date) -> tuple[str, ...]:
    """Remarks in mail and notes that no person has accepted or set aside: the memo leaves them out."""
    accepted = {one.text for one in snapshot.knowledge}
    left = sum(one.text not in accepted for one in proposals(snapshot, today))
    if not left:
        return ()
    some = "One remark" if left == 1 else f"{left} remarks"
    return (f"{some} on the client's habits that nobody has accepted yet: `tickmark knowledge {snapshot.client.ref}`",)


def _note(support: Support, one: Note) -> dict[str, object]:
    return {
        "day": support.day(one.date, RecordEvidence(f"note:{one.id}", "date", one.date.isoformat())),
        "by": worth.person(support, one.author_id),
        "text": support.words(one.text, RecordEvidence(f"note:{one.id}", "text", one.text)),
    }


def _people(support: Support, snapshot: Snapshot) -> Iterator[dict[str, object]]:
    """Who stands behind the client, each with the address and telephone by which to `reach` them."""
    for row, one in zip(meeting_brief.people(support, snapshot), snapshot.contacts, strict=True):
        ways = [(field, said) for field in ("email", "phone") if (said := getattr(one, field))]
        yield {
            **row,
            "reach": [support.words(said, sources.contact_evidence(one, field), name=True) for field, said in ways],
        }


def _team(support: Support, snapshot: Snapshot) -> Iterator[dict[str, object]]:
    """Partner, manager, and who runs open work, each once."""
    client = snapshot.client
    ids = [client.partner_id, client.manager_id, *(one.owner_id for one in snapshot.engagements if one.is_open)]
    for person_id in dict.fromkeys(ids):
        found = snapshot.people.get(person_id or "")
        if found is not None:
            yield {"name": worth.person(support, found.id), "role": support.plain(found.role)}


def _finished(snapshot: Snapshot) -> list[Engagement]:
    done = [one for one in snapshot.engagements if not one.is_open]
    return sorted(done, key=lambda one: (one.filed_on or one.finished_on or date.min, one.ref), reverse=True)[:_MOST]


def _done(support: Support, one: Engagement) -> dict[str, object]:
    return {
        "title": support.words(one.title, one.evidence("title")),
        "filed_on": support.day(one.filed_on, one.evidence("filed_on")),
        "finished_on": support.day(one.finished_on, one.evidence("finished_on")),
        "fee": support.money(one.fee, one.evidence("fee")),
    }


def _work(support: Support, one: Engagement) -> dict[str, object]:
    return {
        "title": support.words(one.title, one.evidence("title")),
        "stage": one.stage,
        "owner": worth.person(support, one.owner_id),
        "fee": support.money(one.fee, one.evidence("fee")),
        "fixed": one.fee_type != "hourly",
    }


def _billed(support: Support, snapshot: Snapshot, today: date) -> Printed | None:
    """What was billed in the last twelve months; None where nothing was."""
    bills = [one for one in snapshot.invoices if today - _YEAR < one.issued_on <= today]
    if not bills:
        return None
    return support.total([from_record("amount", "money", one.amount, one.evidence("amount")) for one in bills])


def _items(support: Support, snapshot: Snapshot) -> Iterator[dict[str, object]]:
    for item in sources.owed(snapshot, [one for one in snapshot.engagements if one.is_open]):
        yield {
            "name": support.words(item.item, item.evidence("item")),
            "due": support.day(item.due, item.evidence("due")),
        }


def _unsigned(support: Support, snapshot: Snapshot) -> Iterator[dict[str, object]]:
    for one in snapshot.engagements:
        if one.is_open and one.letter_sent_on is not None and one.letter_signed_on is None:
            yield {
                "title": support.words(one.title, one.evidence("title")),
                "sent_on": support.day(one.letter_sent_on, one.evidence("letter_sent_on")),
            }


def _unbilled(support: Support, snapshot: Snapshot, today: date) -> Printed | None:
    """All unbilled time at standard rates; None where there is none."""
    parts: list[Fact] = [
        found
        for one in (*snapshot.engagements, None)
        if (found := worth.worth(worth.unbilled(snapshot, one, today))) is not None
    ]
    if not parts:
        return None
    return support.amount(parts[0] if len(parts) == 1 else derive.total("unbilled", parts))


def _dates(support: Support, snapshot: Snapshot, today: date) -> Iterator[dict[str, object]]:
    """Dates of the work, those that people entered, and the last days of notices that wait for an answer, by day."""
    found: list[tuple[date, str, dict[str, object]]] = list(_last_days(support, snapshot, today))
    for one, due in sources.due_dates(snapshot):
        title = support.words(one.title, one.evidence("title"))
        found.append((due.due, one.ref, {"day": support.due_day(one, due), "what": title, "late": due.due < today}))
    for entry in snapshot.entered:
        if entry.due >= today:
            day = support.day(entry.due, entry.evidence("due"))
            title = support.words(entry.title, entry.evidence("title"))
            found.append((entry.due, entry.id, {"day": day, "what": title, "late": False}))
    yield from (row for day, _, row in sorted(found, key=lambda one: one[:2]) if day <= today + _AHEAD)


def _last_days(support: Support, snapshot: Snapshot, today: date) -> Iterator[tuple[date, str, dict[str, object]]]:
    """The last day of each notice that waits for an answer; what has passed stands among the risks."""
    for case in agency_letter.waiting(snapshot):
        if case.deadline is not None and case.deadline.due >= today:
            what = Printed(f"{agency_letter.notice_name(support, case)}, last day")
            row: dict[str, object] = {"day": agency_letter.deadline_day(support, case), "what": what, "late": False}
            yield case.deadline.due, case.document.id, row
