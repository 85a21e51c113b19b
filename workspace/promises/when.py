# ruff: noqa: E501 - patterns are read as a table
"""The day that words like "by Friday", "end of the month", "tomorrow" or "the 15th" mean, counted from the day they were written.

Owns the reading of relative days. A day before that of writing is no promise's day and is not given.
"""

import calendar
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from workspace.deadlines import add_business_days

_DAYS = {name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "couple": 2,
    "three": 3,
    "few": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "ten": 10,
}
_WEEKDAY = r"(?P<weekday>mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|satur|sat|sun)(?:day)?\.?(?!\w)"
_MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_FRIDAY = 4


@dataclass(frozen=True)
class When:
    """A day, and where the words for it stand in the text that was read."""

    day: date
    start: int
    end: int


def when_in(text: str, written: date) -> When | None:
    """The first day, on or after that of writing, that the text names; None when it names none."""
    return min(_all(text, written), key=lambda found: (found.start, -found.end), default=None)


def _all(text: str, written: date) -> Iterator[When]:
    low = text.lower()
    for words, pattern, day_of in _WAYS:
        if not any(word in low for word in words):
            continue
        for match in pattern.finditer(text):
            day = day_of(match, written)
            if day is not None and written <= day <= written + timedelta(days=366):
                yield When(day, match.start(), match.end())


def _of_weekday(match: re.Match[str], written: date) -> date:
    wanted, lead = _DAYS[match["weekday"].lower()[:3]], (match["lead"] or "").lower()
    monday = written - timedelta(days=written.weekday())
    if "next" in lead:
        return monday + timedelta(days=7 + wanted)
    ahead = (wanted - written.weekday()) % 7
    return written + timedelta(days=ahead or 7)


def _of_week(match: re.Match[str], written: date) -> date:
    monday = written - timedelta(days=written.weekday())
    if "next" in match.group().lower():
        early = re.search(r"early|beginning|start|first", match.group(), re.IGNORECASE)
        return monday + timedelta(days=7 + (2 if early else _FRIDAY))
    friday = monday + timedelta(days=_FRIDAY)
    return friday if friday >= written else friday + timedelta(days=7)


def _of_month_end(match: re.Match[str], written: date) -> date:
    year, month = written.year, written.month
    if match["named"]:
        month = _MONTHS[match["named"].lower()[:3]]
        year += month < written.month
    elif "next" in match.group().lower():
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, calendar.monthrange(year, month)[1])


def _of_year_end(match: re.Match[str], written: date) -> date:
    if "quarter" in match.group().lower():
        month = (written.month + 2) // 3 * 3
        return date(written.year, month, calendar.monthrange(written.year, month)[1])
    return date(written.year, 12, 31)


def _of_ordinal(match: re.Match[str], written: date) -> date | None:
    day, year, month = int(match["day"]), written.year, written.month
    for _ in range(3):
        if 1 <= day <= calendar.monthrange(year, month)[1] and date(year, month, day) >= written:
            return date(year, month, day)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return None


def _of_month_day(match: re.Match[str], written: date) -> date | None:
    return _made(match["year"], _MONTHS[match["month"].lower()[:3]], int(match["day"]), written)


def _of_slashes(match: re.Match[str], written: date) -> date | None:
    return _made(match["year"], int(match["month"]), int(match["day"]), written)


def _made(year: str | None, month: int, day: int, written: date) -> date | None:
    full = (2000 + int(year) if len(year) == 2 else int(year)) if year else written.year
    try:
        found = date(full, month, day)
        return found if year or found >= written else date(full + 1, month, day)
    except ValueError:
        return None


def _of_count(match: re.Match[str], written: date) -> date | None:
    said = match["count"].lower().removeprefix("a ")
    count = int(said) if said.isdigit() else _NUMBERS.get(said)
    if count is None or count > 90:
        return None
    unit = match["unit"].lower()
    if "business" in unit or "working" in unit:
        return add_business_days(written, count)
    return written + timedelta(days=count * (7 if "week" in unit else 1))


def _after(days: int) -> Callable[[re.Match[str], date], date]:
    return lambda match, written: written + timedelta(days=days)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_BY = r"(?:\b(?:no later than|not later than|by|before|until|till|on|for|at|around|about|come) (?:the )?(?:close of business |cob |eod |noon |end of day )?(?:on )?)?"
_WAYS: tuple[tuple[Sequence[str], re.Pattern[str], Callable[[re.Match[str], date], date | None]], ...] = (
    (("tomorrow",), _pattern(_BY + r"\bthe day after tomorrow\b"), _after(2)),
    (("tomorrow",), _pattern(_BY + r"(?<!after )\btomorrow\b"), _after(1)),
    (
        ("today", "tonight", "this ", "eod", "cob", "end of ", "close of "),
        _pattern(
            r"(?:\b(?:by|before) )?\b(?:(?:later )?today|tonight|this (?:afternoon|morning|evening)|eod|cob|(?:the )?end of (?:the )?(?:business )?day|"
            r"close of business)\b(?!,? (?:on |tomorrow|next|mon|tue|wed|thu|fri|sat|sun))"
        ),
        _after(0),
    ),
    (tuple(_DAYS), _pattern(_BY + r"\b(?P<lead>(?:this |next |coming |this coming )?)" + _WEEKDAY), _of_weekday),
    (
        ("week", "eow"),
        _pattern(
            r"(?:\b(?:by|before) )?(?:\b(?:early|late|later|sometime|(?:the )?(?:end|beginning|start|middle|first part) of)\s+)?(?:the )?"
            r"\b(?:(?:this|next) week|eow|week[’']?s end)\b|\b(?:the )?end of (?:the )?week\b"
        ),
        _of_week,
    ),
    (
        ("end of ", "month", "eom"),
        _pattern(
            r"(?:\bby )?\b(?:the )?end of (?:(?:the |this |next )?month\b|(?P<named>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*)"
            r"|\b(?:by )?(?:month[- ]end|eom)\b|\bnext month\b"
        ),
        _of_month_end,
    ),
    (
        ("year", "quarter"),
        _pattern(r"\b(?:the )?end of (?:the |this )?(?:year|quarter)\b|\byear[- ]end\b"),
        _of_year_end,
    ),
    (
        tuple(_MONTHS),
        _pattern(_BY + _MONTH + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?P<year>20\d\d))?(?![\d:])"),
        _of_month_day,
    ),
    (
        tuple(_MONTHS),
        _pattern(_BY + r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: of)? " + _MONTH + r"(?:,?\s+(?P<year>20\d\d))?(?!\w)"),
        _of_month_day,
    ),
    (
        ("/",),
        _pattern(_BY + r"(?<![\d/-])(?P<month>\d{1,2})/(?P<day>\d{1,2})(?:/(?P<year>(?:20)?\d\d))?(?![\d/])"),
        _of_slashes,
    ),
    (("20",), _pattern(_BY + r"(?<!\d)(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)"), _of_slashes),
    ((" the ",), _pattern(r"\b(?:by|before|until|on|for) the (?P<day>\d{1,2})(?:st|nd|rd|th)\b(?! of)"), _of_ordinal),
    (
        ("day", "week"),
        _pattern(
            r"\b(?:in|within)(?: the next| about| around)? (?:the )?(?P<count>\d{1,2}|a couple(?= of)|a few|an?|one|two|three|four|five|six|ten|couple|few)"
            r"(?: of)? (?P<unit>(?:business |working )?(?:days?|weeks?))\b"
        ),
        lambda match, written: _of_count(match, written),
    ),
)
"""Words of which one at least stands where the pattern finds anything, the pattern, and the day it means. Most sentences hold few of the
words, and to look for them costs a hundredth of the pattern."""
