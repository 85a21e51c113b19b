"""Who has how much to do by when: hours that remain before the dates of each week, against the hours that are there until then. Pure.

The hours are those the last scan read: open tasks with an estimate by their date, and the budget that is left of work without such
tasks by its due date. Only clients that the asker sees: somebody who also works for others has more. Plans nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from workspace.deadlines import business_days_between

WEEKS = 8
ZERO = Decimal(0)
_TENTH = Decimal("0.1")
_WORKDAYS = 5


@dataclass(frozen=True)
class Week:
    """`monday` names it. `hours` fall due in it (what is late, in the first); `free` are the person's hours in it, of this week what is
    left, holidays taken off, None where no weekly hours are recorded. `short` are the hours that will be lacking by its end, all weeks
    until then taken together. `clients` are (ref, hours), the most first."""

    monday: date
    hours: Decimal
    free: Decimal | None
    short: Decimal
    clients: tuple[tuple[str, Decimal], ...]

    @property
    def percent(self) -> int | None:
        """The hours of the week against those that are free in it."""
        if not self.free:
            return None
        return int((100 * self.hours / self.free).to_integral_value(rounding=ROUND_HALF_UP))


@dataclass(frozen=True)
class Load:
    """One person's weeks. `short` is the most that will be lacking at the end of a week, `short_by` the first such week's Friday."""

    name: str
    email: str
    role: str
    weekly_hours: Decimal | None
    weeks: tuple[Week, ...]
    later: Decimal

    @property
    def total(self) -> Decimal:
        return sum((week.hours for week in self.weeks), ZERO)

    @property
    def short(self) -> Decimal:
        return max((week.short for week in self.weeks), default=ZERO)

    @property
    def short_by(self) -> date | None:
        return next((week.monday + timedelta(days=4) for week in self.weeks if week.short), None)

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "email": self.email,
            "role": self.role,
            "weekly_hours": str(self.weekly_hours) if self.weekly_hours is not None else None,
            "hours_later": str(self.later),
            "hours_short": str(self.short),
            "short_by": self.short_by.isoformat() if self.short_by else None,
            "weeks": [
                {
                    "monday": week.monday.isoformat(),
                    "hours": str(week.hours),
                    "free": str(week.free) if week.free is not None else None,
                    "short": str(week.short),
                    "clients": [{"client_ref": ref, "hours": str(hours)} for ref, hours in week.clients],
                }
                for week in self.weeks
            ],
        }


@dataclass(frozen=True)
class Worker:
    """A person of the firm as the workload needs her."""

    id: str
    name: str
    email: str
    role: str
    weekly_hours: Decimal | None


def workload_of(
    people: Mapping[str, Worker],
    work: Iterable[tuple[str, str, str, str]],
    today: date,
    weeks: int = WEEKS,
    *,
    everyone: bool = False,
) -> tuple[Load, ...]:
    """Everybody with hours (with `everyone`: of all these people), those who will lack most first. `work` are (client ref, owner, day due,
    hours), as client_reading's `work` has them."""
    first = monday_of(today)
    end = first + timedelta(weeks=weeks)
    due: dict[str, dict[date, dict[str, Decimal]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(lambda: ZERO)))
    later: dict[str, Decimal] = defaultdict(lambda: ZERO)
    weeks_of: dict[str, date | None] = {}  # many rows, few days
    for ref, owner, day_due, text in work:
        if owner not in people:
            continue
        if day_due not in weeks_of:
            day = max(date.fromisoformat(day_due), today)
            weeks_of[day_due] = monday_of(day) if day < end else None
        monday, hours = weeks_of[day_due], Decimal(text)
        if monday is None:
            later[owner] += hours
        else:
            due[owner][monday][ref] += hours
    shown = set(people) if everyone else {*due, *later}
    loads = [_load(people[one], due[one], later[one], today, weeks) for one in shown]
    return tuple(sorted(loads, key=lambda one: (-one.short, -one.total, one.name, one.email)))


def monday_of(day: date) -> date:
    """The Monday that names the week of a day."""
    return day - timedelta(days=day.weekday())


def _load(
    person: Worker, due: Mapping[date, Mapping[str, Decimal]], later: Decimal, today: date, number_of_weeks: int
) -> Load:
    weeks: list[Week] = []
    needed = there = ZERO
    for number in range(number_of_weeks):
        monday = monday_of(today) + timedelta(weeks=number)
        clients = due.get(monday, {})
        hours, free = sum(clients.values(), ZERO), free_in(person.weekly_hours, monday, today)
        needed, there = needed + hours, there + (free or ZERO)
        short = max(needed - there, ZERO).quantize(_TENTH) if free is not None and hours else ZERO
        most = tuple(sorted(clients.items(), key=lambda pair: (-pair[1], pair[0])))
        weeks.append(Week(monday, hours, free, short, most))
    return Load(person.name, person.email, person.role, person.weekly_hours, tuple(weeks), later)


def free_in(weekly: Decimal | None, monday: date, today: date) -> Decimal | None:
    """Hours that are there in a week: those of its business days from today on; None where no weekly hours are recorded."""
    if weekly is None:
        return None
    start = max(monday, today)
    return weekly / _WORKDAYS * business_days_between(start, monday + timedelta(days=7))
