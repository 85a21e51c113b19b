"""How much time a date leaves: business days to it, less the work that remains, less the client's usual answer time (brief.md).

The number is that of the brief; here it also says how it came about, and what the recorded progress would make of it. Pure arithmetic.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workspace.signals.days import business_days_to
from workspace.signals.work import WORKDAYS, Remaining
from workspace.snapshot.model import ZERO, Engagement, Person

_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Slack:
    """Business days, to a tenth; `how` is the arithmetic in one or two sentences; `hours` the open budget hours, None: no budget."""

    days: Decimal
    how: str
    hours: Decimal | None


def slack_of(
    engagement: Engagement, due: date, today: date, logged: Decimal, owner: Person | None, answer: Decimal
) -> Slack:
    """The slack of an open engagement; `answer` is the client's usual answer time in business days, counted while it waits for the
    client."""
    weekly = owner.weekly_hours if owner else None
    budget = engagement.budget_hours
    left = Remaining(
        logged, None if budget is None else max(budget - logged, ZERO), None if weekly is None else weekly / WORKDAYS
    )
    wait = answer if waits(engagement) else ZERO
    to_go, work = business_days_to(today, due), left.days or ZERO
    days = (to_go - work - wait).quantize(_TENTH)
    parts = [_days_words(to_go), _work_words(budget, left, owner)]
    if wait:
        parts.append(f"less {_plain(wait)} that this client usually takes to answer")
    how = f"{', '.join(parts)}: {_plain(days)}."
    return Slack(days, how + _by_progress(engagement, left, to_go - wait), left.hours)


def waits(engagement: Engagement) -> bool:
    """Whether the client has to answer before it goes on."""
    return engagement.stage == "waiting-on-client"


def plain_slack(due: date, today: date) -> Slack:
    """The slack of a date that no work of ours stands before."""
    to_go = business_days_to(today, due)
    return Slack(Decimal(to_go).quantize(_TENTH), f"{_days_words(to_go)}; no work is counted.", None)


def _days_words(to_go: int) -> str:
    days = f"{abs(to_go)} business {'day' if abs(to_go) == 1 else 'days'}"
    return f"{days} past the date" if to_go < 0 else f"{days} to the date"


def _work_words(budget: Decimal | None, left: Remaining, owner: Person | None) -> str:
    if budget is None or left.hours is None:
        return "no budget hours are recorded, so no work is counted"
    if left.days is None:
        who = f"{owner.name} has no weekly hours on record" if owner else "nobody owns it"
        return f"{_plain(left.hours)} of {_plain(budget)} budget hours left, not counted in days because {who}"
    hours = (
        f"{_plain(left.hours)} of {_plain(budget)} budget hours left at {_plain(left.hours_a_day or ZERO)} hours a day"
    )
    return f"less {_plain(left.days.quantize(_TENTH))} days of work ({hours})"


def _by_progress(engagement: Engagement, left: Remaining, days: Decimal) -> str:
    """What the recorded progress says, where it says that more is left than the budget does."""
    if engagement.progress is None or engagement.budget_hours is None or left.hours is None or not left.hours_a_day:
        return ""
    by_progress = engagement.budget_hours * (100 - engagement.progress) / 100
    if by_progress <= left.hours:
        return ""
    slack = (days - by_progress / left.hours_a_day).quantize(_TENTH)
    if slack == (days - (left.days or ZERO)).quantize(_TENTH):
        return ""
    hours = _plain(by_progress.quantize(_TENTH))
    return (
        f" By its progress of {engagement.progress} % {hours} hours are left, and the slack would be {_plain(slack)}."
    )


def _plain(number: Decimal) -> str:
    """Without zeros at the end, with a true minus."""
    text = f"{number.normalize():f}"
    return text.replace("-", "−")
