"""When a list is reminded of: first after so many business days, then every so many, so often at most, then somebody is told. Pure."""

from dataclasses import dataclass
from datetime import date

from store.errors import Invalid
from workspace.deadlines import add_business_days

FIRST, EVERY, MOST = 5, 5, 3
_LONGEST, _MOST = 90, 12


@dataclass(frozen=True)
class Schedule:
    """Business days to the first reminder and between two, and how many at most."""

    first_after: int = FIRST
    every: int = EVERY
    at_most: int = MOST

    def __post_init__(self) -> None:
        """Raises Invalid outside 1 to 90 business days and 1 to 12 reminders."""
        if not (1 <= self.first_after <= _LONGEST and 1 <= self.every <= _LONGEST):
            raise Invalid(f"reminders come after 1 to {_LONGEST} business days")
        if not 1 <= self.at_most <= _MOST:
            raise Invalid(f"a list is reminded of 1 to {_MOST} times")


@dataclass(frozen=True)
class Chase:
    """How far a list's reminders are: `sent` were released or rejected, the last on `last`; `open` one waits for its release."""

    asked_on: date | None
    sent: int = 0
    last: date | None = None
    open: bool = False
    escalated: int = 0
    escalated_on: date | None = None


def next_reminder(schedule: Schedule, chase: Chase) -> date | None:
    """The day of the next reminder; None when there is none: all were sent, or nobody was asked yet."""
    if chase.sent >= schedule.at_most or chase.asked_on is None:
        return None
    if chase.last is None:
        return add_business_days(chase.asked_on, schedule.first_after)
    return add_business_days(chase.last, schedule.every)


def next_escalation(schedule: Schedule, chase: Chase) -> date | None:
    """The day on which the next person is told: the owner one interval after the last reminder, the partner one after that; None before
    the reminders are used up and after both were told."""
    if chase.sent < schedule.at_most or chase.open or chase.escalated >= 2:
        return None
    since = chase.escalated_on if chase.escalated else chase.last
    return add_business_days(since, schedule.every) if since is not None else None
