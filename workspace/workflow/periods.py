"""Periods and dates of engagements: which days a period has, what it is called, when its work and each step are due. Pure arithmetic.

Period `n` is always counted from the last day of period 0, never from the period before, so that no month end drifts (Jan 31, Feb 28,
Mar 31). Dates of returns come from the deadline engine.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from store.errors import Invalid
from workspace.deadlines import add_business_days, add_months, is_business_day, month_end, return_deadline, year_end_of

MONTHS = {"month": 1, "quarter": 3, "year": 12}
EVERY = tuple(MONTHS)
_ONE = timedelta(days=1)
_PERIOD = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", re.IGNORECASE)


def is_month_end(day: date) -> bool:
    return (day + _ONE).month != day.month


def later(day: date, months: int) -> date:
    """`day` so many months later; the last day of a month stays the last day."""
    return month_end(day.year, day.month + months) if is_month_end(day) else add_months(day, months)


def end_of(first_end: date, every: str, nth: int) -> date:
    """The last day of period `nth` of a series whose period 0 ends on `first_end`."""
    return later(first_end, MONTHS[every] * nth)


def start_of(end: date, every: str) -> date:
    """The first day of the period that ends on `end`."""
    return later(end, -MONTHS[every]) + _ONE


def nth_in(first_end: date, every: str, day: date) -> int:
    """The period that `day` lies in, negative before period 0."""
    months = (day.year - first_end.year) * 12 + day.month - first_end.month
    nth = months // MONTHS[every]
    while end_of(first_end, every, nth) < day:
        nth += 1
    while end_of(first_end, every, nth - 1) >= day:
        nth -= 1
    return nth


def length_of(start: date | None, end: date | None) -> str | None:
    """month, quarter or year by the days of a period, None for any other length."""
    if start is None or end is None:
        return None
    return next((every for every in EVERY if start_of(end, every) == start), None)


def name_of(start: date | None, end: date | None) -> str:
    """2025, Q3 2026, October 2026; both days for any other length. A year is named by the one it begins in."""
    every = length_of(start, end)
    if start is None or end is None:
        return ""
    if every == "year":
        return str(start.year)
    if every == "quarter" and end.month % 3 == 0:
        return f"Q{end.month // 3} {end.year}"
    if every == "month":
        return f"{end:%B %Y}"
    return f"{start.isoformat()} to {end.isoformat()}"


def tag_of(start: date | None, end: date | None) -> str:
    """The period as part of a ref: 2025, 2026-Q3, 2026-10, 2026-09-30; "" without one."""
    every = length_of(start, end)
    if start is None or end is None:
        return ""
    if every == "quarter" and end.month % 3 == 0:
        return f"{end.year}-Q{end.month // 3}"
    return {"year": str(start.year), "month": f"{end:%Y-%m}"}.get(every or "", end.isoformat())


def period_in(text: str, fiscal_year_end: str = "12-31") -> tuple[date, date]:
    """The days of 2025, 2026-Q3 or 2026-10, or of two days with "to" between. A year runs to the fiscal year end ("MM-DD"). Raises
    Invalid."""
    words = text.strip()
    found = _PERIOD.fullmatch(words)
    try:
        if found is None:
            first, _, last = (part.strip() for part in words.partition("to"))
            start, end = date.fromisoformat(first), date.fromisoformat(last)
            if start > end:
                raise Invalid("the period ends before it begins")
            return day_in(start), day_in(end)
        year, quarter, month = int(found[1]), found[2], found[3]
        day_in(date(year, 1, 1))
        if quarter:
            end = month_end(year, int(quarter) * 3)
            return start_of(end, "quarter"), end
        end = month_end(year, int(month)) if month else year_end_of(fiscal_year_end, year)
        return start_of(end, "month" if month else "year"), end
    except ValueError:
        raise Invalid(
            f"the period is {text!r}: write 2025, 2026-Q3, 2026-10, or two days as 2026-01-01 to 2026-06-30"
        ) from None


def day_in(day: date) -> date:
    """A day that a person may enter: of 1990 to 2100. Raises Invalid."""
    if not 1990 <= day.year <= 2100:
        raise Invalid(f"{day.isoformat()} is no day of ours: between 1990 and 2100")
    return day


def due_on(due: Mapping[str, Any], start: date | None, end: date | None, state: str | None = None) -> date | None:
    """When work on a period is due, by the `due` of its template (templates.py). None where it says nothing, or the period lacks what is
    counted from. Raises Invalid for a form that the deadline table does not have."""
    if "form" in due and end is not None:
        return return_deadline(str(due["form"]), end, state=state).due
    if "months" in due and end is not None:
        last = month_end(end.year, end.month + int(due["months"]))
        day = int(due.get("day", 0))
        return next_business_day(last.replace(day=min(day, last.day)) if day else last)
    if "business_days" in due and end is not None:
        return add_business_days(end, int(due["business_days"]))
    if "days_after_end" in due and end is not None:
        return next_business_day(end + timedelta(days=int(due["days_after_end"])))
    if "days_after_start" in due and start is not None:
        return next_business_day(start + timedelta(days=int(due["days_after_start"])))
    return None


def step_on(days: int, counted: date | None) -> date | None:
    """The business day of a step: what is done before a date falls on the one before a weekend, what follows it on the one after; the
    date itself stays as it is."""
    if counted is None or days == 0:
        return counted
    day = counted + timedelta(days=days)
    return business_day_before(day) if days < 0 else next_business_day(day)


def business_day_before(day: date) -> date:
    """`day`, or the last business day before it."""
    while not is_business_day(day):
        day -= _ONE
    return day


def next_business_day(day: date) -> date:
    """`day`, or the first business day after it."""
    while not is_business_day(day):
        day += _ONE
    return day


REPEATS = ("week", "month", "quarter", "year")


def again_on(anchor: date, every: str, nth: int) -> date:
    """When a task that comes again is due the `nth` time, counted from its first day."""
    return anchor + timedelta(weeks=nth) if every == "week" else later(anchor, MONTHS[every] * nth)
