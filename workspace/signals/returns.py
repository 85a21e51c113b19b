"""Signals of returns: late, at risk of being late, to be extended. Never files and never extends anything."""

from collections.abc import Iterator
from datetime import date

from workspace.deadlines import add_business_days
from workspace.evidence import Evidence
from workspace.signals import words
from workspace.signals.days import business_days_to
from workspace.signals.due import Due, due_evidence, due_of
from workspace.signals.proof import difference, hours
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.signals.work import Remaining, remaining
from workspace.snapshot.model import ZERO, Engagement, Snapshot

Raised = Iterator[Signal | BlindSpot]
BEFORE_REVIEW = ("not-started", "waiting-on-client", "in-progress")
BEFORE_READY = (*BEFORE_REVIEW, "in-review")


def return_at_risk(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A return not yet ready to file whose slack is 0 or less (setting slack_days): business days to the due date less the open budget
    hours at the owner's hours a day. Data: stage, budget and logged hours, weekly hours, due date. IRC §6072."""
    limit = settings.of("return-at-risk", "slack_days")
    soon = settings.days("extension-needed", "business_days")
    for engagement, due in _returns(snapshot, BEFORE_READY):
        if due.due < today:
            continue
        work = remaining(snapshot, engagement, today)
        left = business_days_to(today, due.due)
        if work.days is None and left <= soon:
            yield BlindSpot(
                snapshot.client.ref,
                f"whether {engagement.ref} will be ready by {words.day(due.due)}",
                "it has no budget hours, no owner, or an owner without weekly hours: enter them",
            )
        if left - (work.days or ZERO) <= limit:
            yield _at_risk(snapshot, today, engagement, due, work)


def _at_risk(snapshot: Snapshot, today: date, engagement: Engagement, due: Due, work: Remaining) -> Signal:
    evidence: list[Evidence] = [*due_evidence(engagement, due), engagement.evidence("stage")]
    if engagement.budget_hours is not None:
        logged, proof = hours(snapshot.time_on(engagement, today))
        evidence.append(difference(engagement.budget_hours, logged, [engagement.evidence("budget_hours"), proof]))
    left, days = business_days_to(today, due.due), work.days or ZERO
    slack = f"{left} - {words.tenths(days)} = {words.tenths(left - days)}"
    return Signal(
        slug="return-at-risk",
        cls="B",
        client_ref=snapshot.client.ref,
        subject=engagement.ref,
        due=due.due,
        nominal_due=due.nominal,
        dollars=engagement.fee,
        headline=f"{engagement.title} will not be ready by {words.day(due.due)}",
        rule=f"Slack: business days to the due date less the owner's days of work left, {slack}. {' '.join(due.how)}",
        why_now=f"{words.count(work.hours or ZERO, 'budget hour')} left to work, {_stage(engagement)}; "
        f"due {words.away(due.due, today)}.",
        next_step="Give the work more hours now, or plan the extension.",
        minutes=10,
        evidence=tuple(evidence),
        basis="record",
        engagement_ref=engagement.ref,
        waits_on_client=_waits(engagement),
        deliverable_slug="status-letter",
    )


def return_overdue(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A return whose due date has passed and that is not filed; with an extension, one whose extended date has passed. Data: stage,
    due date, extension. IRC §6651(a)(1), §6698, §6699."""
    for engagement, due in _returns(snapshot):
        if not engagement.is_open or due.due >= today:
            continue
        late = "its extended date" if engagement.extended_to else "its due date"
        yield Signal(
            slug="return-overdue",
            cls="B",
            client_ref=snapshot.client.ref,
            subject=engagement.ref,
            due=due.due,
            nominal_due=due.nominal,
            dollars=engagement.fee,
            headline=f"{engagement.title} was due on {words.day(due.due)} and is not filed",
            rule=f"A return past {late} that is neither filed nor done. {' '.join(due.how)}",
            why_now=f"The date passed {words.away(due.due, today)}; penalties run by the month or part of one.",
            next_step="File now, or tell the client what the delay costs and why.",
            minutes=15,
            evidence=(*due_evidence(engagement, due), engagement.evidence("stage"), engagement.evidence("extended_to")),
            basis="record",
            engagement_ref=engagement.ref,
            waits_on_client=_waits(engagement),
            deliverable_slug="status-letter",
        )


def extension_needed(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A return before review without an extension on file, from 10 business days before its due date (setting business_days) to that
    day. Data: stage, due date, extended_to. IRC §6081."""
    ahead = settings.days("extension-needed", "business_days")
    for engagement, due in _returns(snapshot, BEFORE_REVIEW):
        if engagement.extended_to or not add_business_days(due.due, -ahead) <= today <= due.due:
            continue
        yield Signal(
            slug="extension-needed",
            cls="B",
            client_ref=snapshot.client.ref,
            subject=engagement.ref,
            due=due.due,
            nominal_due=due.nominal,
            dollars=engagement.fee,
            headline=f"{engagement.title} needs an extension by {words.day(due.due)}",
            rule=f"No extension on file {words.count(ahead, 'business day')} before the due date, work before review. "
            f"{' '.join(due.how)}",
            why_now=f"The return is {_stage(engagement)} and due {words.away(due.due, today)}.",
            next_step="File the extension, or move the return to review.",
            minutes=10,
            evidence=(*due_evidence(engagement, due), engagement.evidence("stage"), engagement.evidence("extended_to")),
            basis="record",
            engagement_ref=engagement.ref,
            waits_on_client=_waits(engagement),
            deliverable_slug="extension-package",
        )


def _returns(snapshot: Snapshot, stages: tuple[str, ...] = ()) -> Iterator[tuple[Engagement, Due]]:
    """The returns in these stages (all when empty) that have a date."""
    for engagement in snapshot.engagements:
        if engagement.is_return and (not stages or engagement.stage in stages):
            due = due_of(snapshot, engagement)
            if due is not None:
                yield engagement, due


def return_without_date(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """Raises nothing: tells of open returns for which no date is known, so that none of the others could look at them."""
    for engagement in snapshot.engagements:
        if engagement.is_return and engagement.is_open and due_of(snapshot, engagement) is None:
            yield BlindSpot(
                snapshot.client.ref,
                f"when {engagement.ref} ({engagement.title}) is due",
                "it has no due date and no period end that the table knows: enter one",
            )


def _stage(engagement: Engagement) -> str:
    return "waiting on the client" if engagement.stage == "waiting-on-client" else engagement.stage.replace("-", " ")


def _waits(engagement: Engagement) -> bool:
    return engagement.stage == "waiting-on-client"
