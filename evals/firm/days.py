"""The generator's own calendar: business days, the roll, due dates of returns.

Written apart from the product's deadline engine on purpose, so that the gold is a second opinion. Sources: `domain/deadlines.md`.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import holidays

# Months after the period's end whose 15th is the due date (IRC §6072), and the extension in months (§6081).
RETURNS = {"1065": (3, 6), "1120-S": (3, 6), "1120": (4, 6), "1040": (4, 6), "1041": (4, 5), "990": (5, 6)}


@cache
def _legal_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("US", subdiv="DC", years=[year]))


def is_business(day: date) -> bool:
    """Monday to Friday and no legal holiday of the District of Columbia."""
    return day.weekday() < 5 and day not in _legal_holidays(day.year)


def roll(day: date) -> date:
    """The day itself or the next business day (IRC §7503)."""
    while not is_business(day):
        day += timedelta(days=1)
    return day


def add_business(day: date, count: int) -> date:
    """The `count`-th business day after `day`, before it when negative."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not is_business(day):
            day += step
    return day


def business_days(start: date, end: date) -> int:
    """Business days after `start` up to and including `end`; 0 when `end` is not later."""
    return sum(is_business(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def months_after(day: date, months: int, day_of_month: int) -> date:
    """The given day of the month that lies `months` after the month of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, day_of_month)


def return_due(template: str, period_end: date) -> tuple[date, date]:
    """Nominal and rolled due date of a return; `template` is one of RETURNS."""
    nominal = months_after(period_end, RETURNS[template][0], 15)
    return nominal, roll(nominal)


def extended_due(template: str, period_end: date) -> date:
    """The rolled extended due date, counted from the nominal one (1041: five and a half months)."""
    months = RETURNS[template][0] + RETURNS[template][1]
    last = months_after(period_end, months, 30 if template == "1041" else 15)
    return roll(last)


def month_ends(last: date, count: int) -> Iterator[date]:
    """`count` month ends, oldest first, up to the month of `last`."""
    for back in range(count - 1, -1, -1):
        first = months_after(last, -back, 1)
        yield month_end(first.year, first.month)


def long_date(day: date) -> str:
    """March 9, 2026."""
    return f"{day:%B} {day.day}, {day.year}"


def short_date(day: date) -> str:
    """03/09/2026."""
    return f"{day:%m/%d/%Y}"
