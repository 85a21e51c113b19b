"""Signals that look beyond one client's file: an onboarding that stands still, a client the firm depends on, people with too much planned.

What is known of the whole firm comes with the snapshot (snapshot/firm.py): totals and names, no other client's rows.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from workspace.evidence import Evidence, RecordEvidence
from workspace.signals import words
from workspace.signals.proof import share, total
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.matters import FirmPart, PlannedWeek
from workspace.snapshot.model import ZERO, Engagement, Person, Snapshot, Task

Raised = Iterator[Signal | BlindSpot]
_FRIDAY = timedelta(days=4)


def onboarding_stalled(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """An open onboarding has steps left and none moved in 7 days (setting days): no step was done, no item received, no time worked on it.
    Date: the last move + 7 days. Data: tasks, request items and time of engagements of the template onboarding, the day it began. An
    onboarding without a checklist is a blind spot."""
    wait = timedelta(days=settings.days("onboarding-stalled", "days"))
    for engagement in snapshot.engagements:
        if engagement.template != "onboarding" or not engagement.is_open:
            continue
        steps = [task for task in snapshot.tasks if task.engagement_id == engagement.id]
        if not steps and not snapshot.requests_of(engagement):
            yield BlindSpot(
                snapshot.client.ref,
                f"whether {engagement.ref} moves",
                "the onboarding has no checklist: enter its steps",
            )
            continue
        moved = max(_moves(snapshot, engagement, steps, today), default=None, key=lambda one: one[0])
        left = [task for task in steps if task.is_open]
        waiting = [item for item in snapshot.requests_of(engagement) if item.received_on is None]
        if moved is not None and (left or waiting) and moved[0] + wait < today:
            open_steps = [task.title for task in left] + [item.item for item in waiting]
            yield _stalled(snapshot, engagement, moved, wait, open_steps)


def _moves(
    snapshot: Snapshot, engagement: Engagement, steps: list[Task], today: date
) -> Iterator[tuple[date, Evidence]]:
    """Everything that moved the onboarding, with its day."""
    for name in ("started_on", "letter_signed_on"):
        day = getattr(engagement, name)
        if day is not None and day <= today:
            yield day, engagement.evidence(name)
    for task in steps:
        if task.done_on is not None and task.done_on <= today:
            yield task.done_on, RecordEvidence(f"task:{task.id}", "done_on", task.done_on.isoformat())
    for item in snapshot.requests_of(engagement):
        if item.received_on is not None and item.received_on <= today:
            yield item.received_on, item.evidence("received_on")
    for entry in snapshot.time_on(engagement, today):
        yield entry.date, RecordEvidence(f"time:{entry.id}", "date", entry.date.isoformat())


def _stalled(
    snapshot: Snapshot, engagement: Engagement, moved: tuple[date, Evidence], wait: timedelta, left: list[str]
) -> Signal:
    day, proof = moved
    return Signal(
        slug="onboarding-stalled",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=engagement.ref,
        due=day + wait,
        nominal_due=day + wait,
        dollars=engagement.fee,
        headline=f"Nothing has moved in {engagement.title} since {words.day(day)}",
        rule=f"A step of an onboarding moves every {wait.days} days.",
        why_now=f"{words.count(len(left), 'step is', 'steps are')} open: {words.listed(left)}.",
        next_step="Call the client and agree who does the next step by when.",
        minutes=5,
        evidence=(proof, engagement.evidence("stage")),
        basis="record",
        engagement_ref=engagement.ref,
    )


def firm_concentration(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """The client was billed more than 20 % (setting percent) of what the firm billed in the twelve full months before this one. Asked of
    firms that billed at least 10 clients (clients): a smaller one knows. Data: this client's invoices, the firm's total. Dollars: what the
    client was billed."""
    firm = snapshot.firm
    if firm is None or firm.billed <= 0 or firm.billed_clients < settings.days("firm-concentration", "clients"):
        return
    bills = [bill for bill in snapshot.invoices if firm.first <= bill.issued_on <= firm.last]
    mine = sum((bill.amount for bill in bills), ZERO)
    limit = settings.of("firm-concentration", "percent")
    if 100 * mine / firm.billed > limit:
        own = total([bill.amount for bill in bills], [bill.evidence("amount") for bill in bills])
        percent, proof = share(mine, firm.billed, [own, _of_firm(firm)])
        yield Signal(
            slug="firm-concentration",
            cls="C",
            client_ref=snapshot.client.ref,
            subject=snapshot.client.ref,
            due=None,
            nominal_due=None,
            dollars=mine,
            headline=f"{words.plain(percent)} % of the firm's billing in twelve months came from this client",
            rule=f"No client is more than {words.plain(limit)} % of what the firm billed in twelve full months.",
            why_now=f"{words.dollars(mine)} of {words.dollars(firm.billed)} billed from {words.day(firm.first)} "
            f"to {words.day(firm.last)}.",
            next_step="Look at independence, at terms of payment, and at what the firm is without this client.",
            minutes=15,
            evidence=(proof,),
            basis="record",
        )


def _of_firm(firm: FirmPart) -> Evidence:
    return RecordEvidence("firm:billed", f"{firm.first.isoformat()} to {firm.last.isoformat()}", str(firm.billed))


def capacity_overload(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """Somebody's open tasks of one week, over all clients, come to more than 110 % of their weekly hours (setting percent) in this or one
    of the next 4 weeks; what is late counts in this week. One a person, raised at the client with most hours of their fullest week. Date:
    the Friday of the first such week. Data: tasks with owner, date and estimate; weekly hours, whose lack is a blind spot."""
    firm = snapshot.firm
    if firm is None:
        return
    by_person: dict[str, list[PlannedWeek]] = {}
    for week in firm.weeks:
        by_person.setdefault(week.person_id, []).append(week)
    limit = settings.of("capacity-overload", "percent")
    for person_id, weeks in by_person.items():
        person = snapshot.people.get(person_id)
        if person is None:
            continue
        if not person.weekly_hours:
            yield BlindSpot(
                snapshot.client.ref,
                f"whether {person.name} has time for what is planned",
                "no weekly hours are recorded: enter them in staff.csv",
            )
            continue
        over = [week for week in weeks if 100 * week.hours / person.weekly_hours > limit]
        if over:
            yield _overload(snapshot, person, person.weekly_hours, over, limit)


def _overload(snapshot: Snapshot, person: Person, weekly: Decimal, over: list[PlannedWeek], limit: Decimal) -> Signal:
    available = RecordEvidence(f"person:{person.email}", "weekly_hours", str(weekly))
    shares = [share(week.hours, weekly, [_planned(person, week), available]) for week in over]
    worst, percent = max(zip(over, (one for one, _ in shares), strict=True), key=lambda pair: pair[0].hours)
    friday = over[0].monday + _FRIDAY
    return Signal(
        slug="capacity-overload",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=person.email,
        due=friday,
        nominal_due=friday,
        dollars=None,
        headline=f"{person.name} is planned for {words.plain(worst.hours)} hours in the week of {words.day(worst.monday)}",
        rule=f"Planned hours of a week stay within {words.plain(limit)} % of the person's weekly hours.",
        why_now=f"{words.plain(percent)} % of {words.plain(weekly)} hours; {words.count(len(over), 'week is', 'weeks are')} over. "
        "This client has most of that week's hours.",
        next_step="Move work to somebody else or to a later week, or extend what can be extended.",
        minutes=15,
        evidence=tuple(proof for _, proof in shares),
        basis="record",
    )


def _planned(person: Person, week: PlannedWeek) -> Evidence:
    return RecordEvidence(
        f"person:{person.email}", f"planned hours, week of {week.monday.isoformat()}", str(week.hours)
    )
