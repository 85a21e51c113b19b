"""Which days the law leaves out: District of Columbia holidays, Patriots' Day in Maine and Massachusetts, court holidays.

Owns business days and the roll of IRC §7503 (Reg. 301.7503-1). Knows no form and no notice. Which days are holidays comes from
the package `holidays`, computed once a year and kept.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

_DAY = timedelta(days=1)
# The statewide holidays that the IRS follows where the office for an act is: Patriots' Day only.
_STATEWIDE = {"MA": "Patriots' Day", "ME": "Patriots' Day"}


@lru_cache(maxsize=512)
def _named(year: int, state: str | None) -> Mapping[date, str]:
    from holidays import country_holidays

    return dict(country_holidays("US", subdiv=state, years=year, expand=False))


@lru_cache(maxsize=512)
def legal_holidays(year: int, state: str | None = None) -> Mapping[date, str]:
    """The legal holidays of §7503 in a calendar year, as observed, with their names: those of the District of Columbia
    (Emancipation Day and Inauguration Day among them), and Patriots' Day where `state` is "MA" or "ME"."""
    days = dict(_named(year, "DC"))
    extra = _STATEWIDE.get(state or "")
    if extra is not None:
        days |= {day: name for day, name in _named(year, state).items() if name == extra}
    return days


@lru_cache(maxsize=512)
def court_holidays(year: int, state: str | None = None) -> Mapping[date, str]:
    """The legal holidays of FRCP 6(a)(6): the federal ones, and those of the state where the court sits."""
    return {**_named(year, None), **(_named(year, state) if state else {})}


@lru_cache(maxsize=16_384)  # the calendar and the night ask for the same days thousands of times
def is_business_day(day: date, state: str | None = None) -> bool:
    """Neither Saturday nor Sunday nor a legal holiday of §7503."""
    return day.weekday() < 5 and day not in legal_holidays(day.year, state)


def add_business_days(day: date, count: int, state: str | None = None) -> date:
    """The `count`-th business day after `day` (before it when negative); `day` itself, rolled nowhere, when 0.

    `day` is not counted, whether it is a business day or not.
    """
    step = _DAY if count > 0 else -_DAY
    left = abs(count)
    while left:
        day += step
        left -= is_business_day(day, state)
    return day


@lru_cache(maxsize=16_384)
def business_days_between(start: date, end: date, state: str | None = None) -> int:
    """How many business days lie in the half-open span [start, end): `start` counts if it is one, `end` never does.

    Negative when `end` is before `start`; Monday to Friday of a week without holidays is 4, Monday to Monday 5.
    """
    if end < start:
        return -business_days_between(end, start, state)
    return sum(is_business_day(start + timedelta(days=n), state) for n in range((end - start).days))


def roll(day: date, state: str | None = None) -> date:
    """`day`, or the next day that is not a Saturday, Sunday or legal holiday (IRC §7503)."""
    while not is_business_day(day, state):
        day += _DAY
    return day


def court_roll(day: date, state: str | None = None) -> date:
    """`day`, or the next day that is not a Saturday, Sunday or legal holiday (FRCP 6(a)(1)(C))."""
    while day.weekday() >= 5 or day in court_holidays(day.year, state):
        day += _DAY
    return day


def why_rolled(first: date, last: date, holidays_of: Mapping[date, str]) -> str | None:
    """What each day from `first` up to, not including, `last` is, in one sentence; None when the two are one day."""
    if first == last:
        return None
    days = [first + timedelta(days=n) for n in range((last - first).days)]
    return "; ".join(f"{in_words(day)} is {holidays_of.get(day) or f'a {day:%A}'}" for day in days)


def holidays_from(first: date, last: date, state: str | None = None, *, court: bool = False) -> Mapping[date, str]:
    """The legal holidays of the years that `first` to `last` touch, with their names."""
    named = court_holidays if court else legal_holidays
    return {day: name for year in range(first.year, last.year + 1) for day, name in named(year, state).items()}


def in_words(day: date) -> str:
    """A date as a letter writes it: "March 5, 2026"."""
    return f"{day:%B} {day.day}, {day.year}"


def month_end(year: int, month: int) -> date:
    """The last day of a month; `month` may lie outside 1 to 12 and then counts into other years."""
    following = year * 12 + month  # months since year 0, of the month after
    return date(following // 12, following % 12 + 1, 1) - _DAY


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or the last day of a month that is too short (Reg. 20.6075-1)."""
    last = month_end(day.year, day.month + months)
    return last.replace(day=min(day.day, last.day))
