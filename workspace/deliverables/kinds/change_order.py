"""`change-order`: work outside the engagement letter, put before the client: what was done, why it is outside, its price, the choice.

Inputs: time under a service that no letter lists, the letter's services, a mail that asked for it, the rates. Sections: opening, what
was asked, why it is outside, price, your choice, agreement. To: the client's main contact. A partner checks the facts. Drafted by the
night when scope-creep is raised, at most once a month; else on demand.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from store.errors import Invalid
from workspace.deliverables import sources, statements
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import worth
from workspace.deliverables.occasions import about, for_change
from workspace.deliverables.support import Printed, Support
from workspace.evidence import RecordEvidence
from workspace.signals.fees import asking, letter_of, out_of_scope, stems
from workspace.snapshot import Document, Engagement, Message, Snapshot, TimeEntry

CHECKS = (
    "Facts: the work was asked for, and is not in the letter in other words",
    "The time is on the right engagement",
    "Price: what the firm wants for it, and for it from now on",
    "Nothing of it is billed already",
)
Row = dict[str, object]


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    """The engagement named, else the open one with most time outside its letter."""
    found = [
        (sum(entry.hours for entry in extra), one.ref)
        for one in snapshot.engagements
        if engagement_ref in (None, one.ref) and one.is_open and (extra := _extra(snapshot, one, today))
    ]
    if not found:
        raise Invalid(
            f"no time of {snapshot.client.name} lies outside a letter: a letter whose services were read, and time by service, are needed"
        )
    return for_change(max(found)[1], today)


def _extra(snapshot: Snapshot, engagement: Engagement, today: date) -> list[TimeEntry]:
    """Time outside the engagement's letter; empty where no letter says what is inside."""
    letter = letter_of(snapshot, engagement)
    if letter is None or letter.fact("services") is None:
        return []
    return out_of_scope(snapshot, engagement, today)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when no time is outside the letter any more, or it has no rates."""
    engagement = snapshot.engagement_of_ref(about(occasion))
    extra = _extra(snapshot, engagement, today) if engagement else []
    letter = letter_of(snapshot, engagement) if engagement else None
    if engagement is None or letter is None or not extra:
        raise Invalid(f"no time of {about(occasion)} is outside its letter any more")
    value = worth.worth(extra)
    if value is None:
        raise Invalid(f"the time outside the letter of {engagement.ref} has no rates: enter them")
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    asked = asking(snapshot, frozenset().union(*(stems(one.service or "") for one in extra)), extra[0].date)
    variables = {
        **support.letter_to(contact),
        "engagement": support.words(engagement.title, engagement.evidence("title")),
        "work": [_row(support, name, entries) for name, entries in _by_service(extra)],
        "first": _day(support, extra[0]),
        "last": _day(support, extra[-1]) if extra[-1].date != extra[0].date else None,
        "hours": support.hours_of(extra),
        "value": support.amount(value),
        "asked": _mail(support, asked),
        "services": list(_services(support, letter)),
        "letter_date": _letter_date(support, letter),
        "reply_by": support.reply_by(today),
    }
    return Gathered(
        title=f"Change order: {engagement.title}",
        cls="C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=(*CHECKS, *_notes(extra)),
        unseen=(
            *support.unseen_of_contact(contact),
            *(() if asked else ("Who asked for the work: no mail of the client names it",)),
        ),
        engagement_id=engagement.id,
    )


def _notes(extra: list[TimeEntry]) -> Iterator[str]:
    """What was noted with the time: for the reviewer, since notes are the firm's own."""
    for note in dict.fromkeys(one.note for one in extra if one.note):
        yield f"Noted with the time: “{note}”"


def _by_service(extra: list[TimeEntry]) -> list[tuple[str, list[TimeEntry]]]:
    found: dict[str, list[TimeEntry]] = defaultdict(list)
    for one in extra:
        found[one.service or ""].append(one)
    return sorted(found.items())


def _row(support: Support, name: str, entries: list[TimeEntry]) -> Row:
    first = entries[0]
    service = support.words(name, RecordEvidence(f"time:{first.id}", "service", name))
    return {
        "service": service,
        "hours": support.hours_of(entries),
        "value": statements.printed(support, worth.worth(entries)),
    }


def _day(support: Support, entry: TimeEntry) -> Printed | None:
    return support.day(entry.date, RecordEvidence(f"time:{entry.id}", "date", entry.date.isoformat()))


def _mail(support: Support, asked: Message | None) -> Row | None:
    if asked is None or asked.sent_at is None:
        return None
    on = support.snapshot.local_day(asked.sent_at)
    return {
        "day": support.day(on, sources.message_evidence(asked, "sent_at")),
        "subject": support.words(asked.subject, sources.message_evidence(asked, "subject")),
    }


def _services(support: Support, letter: Document) -> Iterator[Printed]:
    for fact in letter.facts:
        if fact.name == "services":
            for service in filter(None, (part.strip(" .;\n") for part in fact.value.split(";"))):
                yield support.words(service, fact.evidence)


def _letter_date(support: Support, letter: Document) -> Printed | None:
    fact = letter.fact("letter_date")
    return support.day(fact.day, fact.evidence) if fact is not None else None
