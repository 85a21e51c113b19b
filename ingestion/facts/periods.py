"""Periods and as-of dates as reports print them: "January 1 - March 31, 2026", "For the year ended December 31, 2025".

Never decides which fiscal year a client has.
"""

import re
from calendar import monthrange
from datetime import date

from ingestion.elements import ReadFact
from ingestion.facts.text import Found, Reading, Span, fact, page_text
from ingestion.facts.values import DATE, DATE_PATTERN, MONTH_PATTERN, MONTHS, iso_date

_TO = r"\s*(?:-|–|—|to|through|thru|and\s+ending|and\s+ended|ending|until)\s*(?:the\s+period\s+)?"
_BARE_DATE = DATE_PATTERN
_RANGE = re.compile(rf"(?P<a>{_BARE_DATE}),?{_TO}(?P<b>{_BARE_DATE})", re.IGNORECASE)
_SHORT = re.compile(
    rf"(?<!\w)(?P<m1>{MONTH_PATTERN})\s*(?P<d1>\d{{1,2}})?{_TO}(?:(?P<m2>{MONTH_PATTERN})\s*)?(?P<d2>\d{{1,2}})?,?\s+(?P<y>\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_MONTHS = re.compile(
    rf"(?<!\w)(?P<m1>{MONTH_PATTERN}),?\s+(?P<y1>\d{{4}}){_TO}(?P<m2>{MONTH_PATTERN}),?\s+(?P<y2>\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_NUMERIC = re.compile(
    r"(?<![\w/])(?P<m1>\d{1,2})/(?P<d1>\d{1,2}){to}(?P<m2>\d{1,2})/(?P<d2>\d{1,2})/(?P<y>\d{4}|\d{2})(?!\d)".replace(
        "{to}", _TO
    )
)
_ENDED = re.compile(
    rf"(?P<n>year|month|quarter|three\s+months|six\s+months|nine\s+months|"
    rf"twelve\s+months)s?\s+(?:then\s+)?end(?:ed|ing)\s+(?P<b>{_BARE_DATE})",
    re.IGNORECASE,
)
_MONTH = re.compile(rf"(?<!\w)(?P<m>{MONTH_PATTERN}),?\s+(?P<y>\d{{4}})(?!\d)", re.IGNORECASE)
_YEAR = re.compile(r"(?:calendar|tax|fiscal)\s+year\s+(?P<y>\d{4})(?!\d)", re.IGNORECASE)
_QUARTER = re.compile(
    r"(?<!\w)(?:Q(?P<q1>[1-4])|(?P<q2>first|second|third|fourth|1st|2nd|3rd|4th)\s+quarter)(?:\s+of)?,?\s+(?P<y>\d{4})",
    re.I,
)
_LENGTH = {"year": 12, "month": 1, "quarter": 3, "three": 3, "six": 6, "nine": 9, "twelve": 12}
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}

Period = tuple[str, str]


def find_period(reading: Reading, near: str = "", lines: int | None = None) -> tuple[Found, Found] | None:
    """First and last day of the period on a line with the words `near` (or on the line below), else of the first in the head.

    `lines` is how many lines from the top count as the head; None means all.
    """
    if near:
        label = re.compile(near, re.IGNORECASE)
        for index, line in enumerate(reading.lines):
            match = label.search(line.text)
            if match is None:
                continue
            hit = _on_line(reading, index, 0.95, match.end()) or _on_line(reading, index, 0.9)
            if hit is None and index + 1 < len(reading.lines) and reading.lines[index + 1].page == line.page:
                hit = _on_line(reading, index + 1, 0.9)
            if hit is not None:
                return hit
    for index in range(len(reading.lines[:lines])):
        hit = _on_line(reading, index, 0.85)
        if hit is not None:
            return hit
    return None


def _on_line(reading: Reading, index: int, confidence: float, start: int = 0) -> tuple[Found, Found] | None:
    """The period that begins on a line behind `start`; it may run on over the next line."""
    line = reading.lines[index]
    following = reading.lines[index + 1] if index + 1 < len(reading.lines) else line
    end = following.end if following.page == line.page else line.end
    at = line.start + start
    text = page_text(reading, line.page)[at:end]
    hit = period_in(text, line.end - at)
    if hit is None:
        return None
    (first, last), begin, stop = hit
    span = Span(line.page, at + begin, at + stop, text[begin:stop])
    return Found(first, span, confidence), Found(last, span, confidence)


def period_in(text: str, before: int | None = None) -> tuple[Period, int, int] | None:
    """The period written in a piece of text: ISO first and last day, and where it stands; it must begin before `before`."""
    for pattern, read in (
        (_RANGE, _from_range),
        (_NUMERIC, _from_numeric),
        (_MONTHS, _from_months),
        (_SHORT, _from_short),
        (_ENDED, _from_end),
        (_QUARTER, _from_quarter),
        (_MONTH, _from_month),
        (_YEAR, _from_year),
    ):
        for match in pattern.finditer(text):
            period = read(match)
            begins = before is None or match.start() < before
            if begins and period is not None and period[0] <= period[1]:
                return period, match.start(), match.end()
    return None


def _from_range(match: re.Match[str]) -> Period | None:
    first, last = iso_date(match["a"]), iso_date(match["b"])
    return (first, last) if first and last else None


def _from_numeric(match: re.Match[str]) -> Period | None:
    first = iso_date(f"{match['m1']}/{match['d1']}/{match['y']}")
    last = iso_date(f"{match['m2']}/{match['d2']}/{match['y']}")
    return (first, last) if first and last else None


def _from_months(match: re.Match[str]) -> Period | None:
    first = _whole_months(int(match["y1"]), _month(match["m1"]), 1)
    last = _whole_months(int(match["y2"]), _month(match["m2"]), 1)
    return (first[0], last[1]) if first and last else None


def _from_short(match: re.Match[str]) -> Period | None:
    year, first_month = int(match["y"]), _month(match["m1"])
    last_month = _month(match["m2"]) if match["m2"] else first_month
    if match["m2"] is None and match["d2"] is None:
        return None
    first = iso_date(f"{first_month}/{match['d1'] or 1}/{year}")
    last_day = match["d2"] or monthrange(year, last_month)[1]
    last = iso_date(f"{last_month}/{last_day}/{year}")
    return (first, last) if first and last else None


def _from_end(match: re.Match[str]) -> Period | None:
    last = iso_date(match["b"])
    return None if last is None else (_start_of(date.fromisoformat(last), _LENGTH[match["n"].split()[0].lower()]), last)


def _start_of(last: date, months: int) -> str:
    """First day of a period of whole months that ends on `last`."""
    index = last.year * 12 + last.month - months
    return date(index // 12, index % 12 + 1, 1).isoformat()


def _from_month(match: re.Match[str]) -> Period | None:
    return _whole_months(int(match["y"]), _month(match["m"]), 1)


def _from_year(match: re.Match[str]) -> Period | None:
    return _whole_months(int(match["y"]), 1, 12)


def _from_quarter(match: re.Match[str]) -> Period | None:
    quarter = int(match["q1"]) if match["q1"] else _QUARTERS[match["q2"].lower()]
    return _whole_months(int(match["y"]), quarter * 3 - 2, 3)


def _whole_months(year: int, month: int, count: int) -> Period | None:
    if not 1900 <= year <= 2199:
        return None
    last = month + count - 1
    return date(year, month, 1).isoformat(), date(year, last, monthrange(year, last)[1]).isoformat()


def _month(word: str) -> int:
    return MONTHS.index(word[:3].lower()) + 1


def period_facts(reading: Reading, near: str = "", lines: int | None = None) -> list[ReadFact]:
    """`period_start` and `period_end`, where a period is found."""
    hit = find_period(reading, near, lines)
    if hit is None:
        return []
    return [fact("period_start", DATE, hit[0], reading), fact("period_end", DATE, hit[1], reading)]
