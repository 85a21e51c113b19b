"""The signal of a Schedule K-1 that came last year and has not come this year. Never asks the issuer."""

from collections.abc import Iterator
from datetime import date, timedelta

from store.errors import Invalid
from workspace.deadlines import Deadline, month_end, return_deadline
from workspace.signals import words
from workspace.signals.due import Due, due_evidence, due_of
from workspace.signals.names import same_name
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Document, Engagement, Snapshot

Raised = Iterator[Signal | BlindSpot]


def k1_awaited(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """An issuer of last year's K-1 has sent none for this year's open return, from the earlier of the issuer's due date + 5 days
    (setting issuer_days) and the return's due date - 15 days (return_days). Data: K-1s by issuer's EIN (name where a K-1 has
    none) and tax year; the client's own K-1s to its owners are not meant. IRC §6031(b), §6037(b), §6034A."""
    schedules = [one for one in snapshot.of_kind("k-1") if not own_k1(snapshot, one)]
    for engagement in snapshot.engagements:
        year = tax_year(engagement)
        due = due_of(snapshot, engagement)
        if not engagement.is_return or not engagement.is_open or year is None or due is None:
            continue
        came = [one for one in schedules if one.value("tax_year") == str(year)]
        for last in one_each([one for one in schedules if one.value("tax_year") == str(year - 1)]):
            if not any(same_issuer(last, one) for one in came):
                yield from _awaited(snapshot, today, settings, engagement, due, last, year)
    for one in schedules:
        if one.value("tax_year") is None or (one.value("issuer_ein") is None and one.value("issuer") is None):
            yield BlindSpot(
                snapshot.client.ref,
                f"the K-1 in {one.path}",
                "its tax year or its issuer could not be read, so it counts for no year: look at it",
            )


def tax_year(engagement: Engagement) -> int | None:
    """The year in which the engagement's period begins; for a period without a start, that of twelve months to its end."""
    if engagement.period_start is not None:
        return engagement.period_start.year
    end = engagement.period_end
    if end is None:
        return None
    return end.year if end == month_end(end.year, 12) else end.year - 1


def _awaited(
    snapshot: Snapshot,
    today: date,
    settings: Thresholds,
    engagement: Engagement,
    own: Due,
    last: Document,
    year: int,
) -> Raised:
    before = own.due - timedelta(days=settings.days("k1-awaited", "return_days"))
    issued = _issuer_due(last, year)
    after = None if issued is None else issued.due + timedelta(days=settings.days("k1-awaited", "issuer_days"))
    due = before if after is None else min(before, after)
    if today < due:
        return
    income = last.number("ordinary_income")
    issuer = last.value("issuer") or f"the issuer {last.value('issuer_ein')}"
    facts = [last.fact(name) for name in ("issuer", "issuer_ein", "tax_year", "ordinary_income")]
    evidence = [fact.evidence for fact in facts if fact is not None]
    yield Signal(
        slug="k1-awaited",
        cls="B",
        client_ref=snapshot.client.ref,
        subject=last.id,
        due=due,
        nominal_due=due,
        dollars=abs(income) if income is not None else None,
        headline=f"The {year} K-1 of {issuer} has not come",
        rule=f"A K-1 came for {year - 1} and none for {year}. Awaited from the earlier of the issuer's due date + "
        f"{settings.days('k1-awaited', 'issuer_days')} days and the return's due date - "
        f"{settings.days('k1-awaited', 'return_days')} days.",
        why_now=f"{engagement.title} is due on {words.day(own.due)} and cannot be finished without it.",
        next_step="Ask the client and the issuer for the K-1; plan the extension if it will be late.",
        minutes=5,
        evidence=(*evidence, *due_evidence(engagement, own)),
        basis="fact",
        engagement_ref=engagement.ref,
        waits_on_client=True,
        deliverable_slug="pbc-follow-up",
    )


def own_k1(snapshot: Snapshot, document: Document) -> bool:
    """A K-1 that the client issued itself."""
    ein = document.value("issuer_ein")
    if ein is not None and snapshot.client.tax_id:
        return ein == snapshot.client.tax_id
    return same_name(document.value("issuer"), snapshot.client.name)


def same_issuer(one: Document, other: Document) -> bool:
    eins = one.value("issuer_ein"), other.value("issuer_ein")
    if None not in eins:
        return eins[0] == eins[1]
    return same_name(one.value("issuer"), other.value("issuer"))


def one_each(documents: list[Document]) -> list[Document]:
    """The first K-1 of each issuer (a household may get one for each spouse)."""
    found: list[Document] = []
    for document in documents:
        if not any(same_issuer(document, one) for one in found):
            found.append(document)
    return found


def _issuer_due(document: Document, year: int) -> Deadline | None:
    """When the issuer's own calendar-year return, and with it the K-1, is due; None when its form was not read."""
    try:
        return return_deadline(document.value("form") or "", date(year, 12, 31))
    except Invalid:
        return None
