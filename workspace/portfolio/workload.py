"""Who has how much to do by when: hours that remain before the dates of each week, against the hours that are there until then. Pure.

The hours are those the last scan read: open tasks with an estimate by their date, and the budget that is left of work without such
tasks by its due date. Only clients that the asker sees: somebody who also works for others has more. Plans nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
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
    until then taken together. `clients` are (ref, hours), the most first; `off` the business days of it on which she does not work."""

    monday: date
    hours: Decimal
    free: Decimal | None
    short: Decimal
    clients: tuple[tuple[str, Decimal], ...]
    off: int = 0

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
    """A person of the firm as the workload needs her; `off` are the first and last days of her time off."""

    id: str
    name: str
    email: str
    role: str
    weekly_hours: Decimal | None
    off: tuple[tuple[date, date], ...] = ()


Cell = dict[str, Decimal]
"""Hours by the client's ref, of one person in one week."""


Work = Sequence[tuple[str, Sequence[Sequence[str]]]]
"""Refs of clients, each with its rows of (owner, day due, hours), as client_reading's `work` has them."""


def workload_of(
    people: Mapping[str, Worker],
    work: Work,
    today: date,
    weeks: int = WEEKS,
    *,
    everyone: bool = False,
    named: int | None = None,
) -> tuple[Load, ...]:
    """Everybody with hours (with `everyone`: of all these people), those who will lack most first. Only the first
    `named` have the clients of their weeks, None: all."""
    due, later = _by_week(people, work, today, weeks)
    days = _workdays(today, weeks)
    loads = [(_load(people[one], due.get(one, {}), later.get(one, ZERO), days, today), one) for one in {*due, *later}]
    if everyone:
        loads += [
            (_load(one, {}, ZERO, days, today), key)
            for key, one in people.items()
            if key not in due and key not in later
        ]
    loads.sort(key=lambda pair: (-pair[0].short, -pair[0].total, pair[0].name, pair[0].email))
    first = loads[:named]
    behind = _behind({key for _, key in first}, work, today)
    return tuple(_named(load, behind[key]) for load, key in first) + tuple(load for load, _ in loads[len(first) :])


def _by_week(
    people: Mapping[str, Worker], work: Work, today: date, weeks: int
) -> tuple[dict[str, dict[date, Decimal]], dict[str, Decimal]]:
    """Hours by owner and week, and by owner those that are due after the last week."""
    end = monday_of(today) + timedelta(weeks=weeks)
    sums: dict[tuple[str, str], Decimal] = {}  # many rows, few days: a day is looked at once for each owner
    hours, mondays = _Hours(), _Mondays(today)
    for _, rows in work:
        for owner, day_due, text in rows:
            key = owner, day_due
            sums[key] = sums.get(key, ZERO) + hours[text]
    due: dict[str, dict[date, Decimal]] = {}
    later: dict[str, Decimal] = {}
    for (owner, day_due), whole in sums.items():
        if owner not in people:
            continue
        monday = mondays[day_due]
        if monday < end:
            of = due.setdefault(owner, {})
            of[monday] = of.get(monday, ZERO) + whole
        else:
            later[owner] = later.get(owner, ZERO) + whole
    return due, later


def _behind(owners: Collection[str], work: Work, today: date) -> dict[str, dict[date, Cell]]:
    """The hours of these people by week and client."""
    found: dict[str, dict[date, Cell]] = {owner: {} for owner in owners}
    hours, mondays = _Hours(), _Mondays(today)
    for ref, rows in work:
        for owner, day_due, text in rows:
            if owner in found:
                of, monday = found[owner], mondays[day_due]
                cell = of.get(monday)
                if cell is None:
                    cell = of[monday] = {}
                cell[ref] = cell.get(ref, ZERO) + hours[text]
    return found


class _Hours(dict[str, Decimal]):
    """Hours by their text: many rows, few amounts."""

    def __missing__(self, text: str) -> Decimal:
        found = self[text] = Decimal(text)
        return found


class _Mondays(dict[str, date]):
    """The week of a day by its text: many rows, few days. What is late is due today."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today

    def __missing__(self, text: str) -> date:
        found = self[text] = monday_of(max(date.fromisoformat(text), self._today))
        return found


def monday_of(day: date) -> date:
    """The Monday that names the week of a day."""
    return day - timedelta(days=day.weekday())


def _workdays(today: date, weeks: int) -> dict[date, int]:
    """The business days of each week, of this one those that are left."""
    mondays = [monday_of(today) + timedelta(weeks=number) for number in range(weeks)]
    return {one: business_days_between(max(one, today), one + timedelta(days=7)) for one in mondays}


def _load(person: Worker, due: Mapping[date, Decimal], later: Decimal, days: Mapping[date, int], today: date) -> Load:
    """Her weeks, without their clients."""
    weeks: list[Week] = []
    needed = there = ZERO
    for monday, count in days.items():
        hours = due.get(monday, ZERO)
        off = _days_off(person, monday, today) if person.off else 0
        free = None if person.weekly_hours is None else person.weekly_hours / _WORKDAYS * (count - off)
        needed, there = needed + hours, there + (free or ZERO)
        short = max(needed - there, ZERO).quantize(_TENTH) if free is not None and hours else ZERO
        weeks.append(Week(monday, hours, free, short, (), off))
    return Load(person.name, person.email, person.role, person.weekly_hours, tuple(weeks), later)


def _days_off(person: Worker, monday: date, today: date) -> int:
    """The business days of a week that are left and on which she does not work; spans do not overlap."""
    first, end = max(monday, today), monday + timedelta(days=7)
    spans = ((max(since, first), min(until + timedelta(days=1), end)) for since, until in person.off)
    return sum(business_days_between(since, until) for since, until in spans if since < until)


def _named(load: Load, due: Mapping[date, Cell]) -> Load:
    """The same with the clients of its weeks, the most hours first."""

    def most(monday: date) -> tuple[tuple[str, Decimal], ...]:
        return tuple(sorted(due.get(monday, {}).items(), key=lambda pair: (-pair[1], pair[0])))

    return replace(load, weeks=tuple(replace(week, clients=most(week.monday)) for week in load.weeks))
