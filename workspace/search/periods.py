"""Periods: which ones a question names, which ones a document is of, and how well the two agree.

Owns the reading of years, quarters, months and days in a question and in a path. Never reads the clock: `today` is given.
"""

import calendar
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_ORDINAL = r"(?P<ordinal>first|second|third|fourth|1st|2nd|3rd|4th)"
_QUARTER = rf"(?:q(?P<quarter>[1-4])|{_ORDINAL}\s+(?:fiscal\s+)?quarter)"
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
# From the narrowest: what one of them has read is not read again.
_WRITTEN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d){_YEAR}-(?P<mm>\d\d)-(?P<dd>\d\d)(?!\d)",
        rf"(?<!\d)(?P<mm>\d{{1,2}})/(?P<dd>\d{{1,2}})/{_YEAR}",
        rf"\b{_MONTH}\s+(?P<dd>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}",
        rf"(?<!\d){_YEAR}-(?P<mm>\d\d)(?![\d-])",
        rf"\b{_MONTH},?\s+(?:of\s+)?{_YEAR}",
        rf"\b{_QUARTER},?\s*(?:of\s+)?(?:fiscal\s+(?:year\s+)?|fy\s*)?{_YEAR}",
        rf"(?<!\d){_YEAR}[\s,_-]*{_QUARTER}\b",
        rf"\b{_QUARTER}\b",
        rf"\b(?P<fiscal>fy|fiscal(?:\s+year)?)\s*{_YEAR}",
        rf"(?<![\d$,.]){_YEAR}(?![,.]\d)",
        r"\b(?P<last>last|previous|prior)\s+(?P<unit>year|quarter|month)\b",
        r"\b(?P<this>this|current)\s+(?P<unit>year|quarter|month)\b",
    )
)
_QUARTERS_BACK = 8
_EACH_QUARTER_BACK = 0.1
# The dates by which a person calls a paper; a due date or an expiry is not one.
_OWN_DATES = (
    "as_of",
    "statement_date",
    "pay_date",
    "notice_date",
    "letter_date",
    "date",
    "grant_date",
    "mailed_on",
    "signed_on",
)
DATED = ("period_start", "period_end", "tax_year", *_OWN_DATES)


@dataclass(frozen=True)
class Span:
    """First and last day."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def shared(self, other: "Span") -> int:
        """How many days both have."""
        return max(0, (min(self.last, other.last) - max(self.first, other.first)).days + 1)


@dataclass(frozen=True)
class AskedPeriod:
    """A period that a question names; `weight` below 1 for a year that it leaves open."""

    span: Span
    weight: float = 1.0


def asked_periods(text: str, *, today: date, fiscal_year_end: str) -> tuple[AskedPeriod, ...]:
    """The periods that a question names. A quarter without a year is the last one that has begun, then the earlier ones. Fiscal years
    and quarters of fiscal years are the client's (`fiscal_year_end` is MM-DD)."""
    fiscal = bool(re.search(r"\b(?:fiscal|fy)\b|\bfy\d", text, re.IGNORECASE))
    year_end = fiscal_year_end if fiscal else "12-31"
    return tuple(period for match in _matches(text) for period in _periods(match, today, year_end))


def period_named(text: str, *, today: date, fiscal_year_end: str) -> Span | None:
    """The period that a text is the name of, and nothing else: 2025, 2025-Q3, September 2025, FY2025, last quarter, or two of them with
    .. between; a quarter without a year is the last one that has begun. None for what is no period."""
    first, between, last = text.partition("..")
    if between:
        begins, ends = (_named(part, today, fiscal_year_end) for part in (first, last))
        return Span(begins.first, ends.last) if begins and ends and begins.first <= ends.last else None
    return _named(text, today, fiscal_year_end)


def _named(text: str, today: date, fiscal_year_end: str) -> Span | None:
    plain = text.strip()
    if not any(match[0] == plain for pattern in _WRITTEN for match in pattern.finditer(plain)):
        return None
    found = asked_periods(plain, today=today, fiscal_year_end=fiscal_year_end)
    return found[0].span if found else None


def spans_of(facts: Mapping[str, str], path: str) -> tuple[Span, ...]:
    """The periods that a document is of, by its facts; without any, by its name, then by its folders."""
    found = tuple(_by_facts(facts))
    if found:
        return found
    for part in reversed(path.split("/")):
        by_name = tuple(p.span for match in _matches(part) for p in _periods(match, None, "12-31"))
        if by_name:
            return by_name
    return ()


def agreement(asked: Sequence[AskedPeriod], spans: Sequence[Span]) -> float:
    """How much of what the document is of lies in what is asked, 0 to 1."""
    return max((one.weight * one.span.shared(span) / span.days for one in asked for span in spans), default=0.0)


def _by_facts(facts: Mapping[str, str]) -> Iterator[Span]:
    first, last = _day(facts.get("period_start")), _day(facts.get("period_end"))
    if first and last and first <= last:
        yield Span(first, last)
    if re.fullmatch(r"(?:19|20)\d\d", facts.get("tax_year", "")):
        yield _months(int(facts["tax_year"]), 1, 12)
    for name in _OWN_DATES:
        day = _day(facts.get(name))
        if day:
            yield Span(day, day)
            break


def _matches(text: str) -> Iterator[re.Match[str]]:
    rest = text
    for pattern in _WRITTEN:
        for match in list(pattern.finditer(rest)):
            yield match
            rest = rest[: match.start()] + " " * len(match[0]) + rest[match.end() :]


def _periods(match: re.Match[str], today: date | None, year_end: str) -> Iterator[AskedPeriod]:
    part = match.groupdict()
    year = int(part["year"]) if part.get("year") else None
    quarter = int(part["quarter"]) if part.get("quarter") else _ORDINALS.get((part.get("ordinal") or "").lower())
    month = int(part["mm"]) if part.get("mm") else _month(part.get("month"))
    if part.get("unit"):
        if today:
            yield AskedPeriod(
                _relative(part["unit"].lower(), today, back=1 if part.get("last") else 0, year_end=year_end)
            )
    elif quarter and year is None:
        yield from _open_quarters(quarter, today, year_end) if today else ()
    elif year is not None and (span := _written(year, quarter, month, part.get("dd"), year_end)):
        yield AskedPeriod(span)


def _written(year: int, quarter: int | None, month: int | None, day: str | None, year_end: str) -> Span | None:
    if quarter:
        return _quarter(year, quarter, year_end)
    if month is None:
        return _fiscal_year(year, year_end)
    if not 1 <= month <= 12:
        return None
    if day is None:
        return _months(year, month, 1)
    one = _day(f"{year}-{month:02d}-{int(day):02d}")
    return Span(one, one) if one else None


def _open_quarters(quarter: int, today: date, year_end: str) -> Iterator[AskedPeriod]:
    """The quarter of this year and of those before it, those that have not begun left out."""
    begun = [
        span
        for back in range(-1, _QUARTERS_BACK // 4 + 1)
        if (span := _quarter(today.year - back, quarter, year_end)).first <= today
    ]
    for back, span in enumerate(begun):
        yield AskedPeriod(span, 1.0 - back * _EACH_QUARTER_BACK)


def _relative(unit: str, today: date, *, back: int, year_end: str) -> Span:
    if unit == "month":
        index = today.year * 12 + today.month - 1 - back
        return _months(index // 12, index % 12 + 1, 1)
    year = today.year if _fiscal_year(today.year, year_end).last >= today else today.year + 1
    if unit == "year":
        return _fiscal_year(year - back, year_end)
    quarters = [_quarter(y, q, year_end) for y in (year - 1, year) for q in range(1, 5)]
    current = next(at for at, span in enumerate(quarters) if span.last >= today)
    return quarters[current - back]


def _fiscal_year(year: int, year_end: str) -> Span:
    """The year that ends in `year`."""
    return _months(year - 1, int(year_end[:2]) % 12 + 1, 12) if year_end[:2] != "12" else _months(year, 1, 12)


def _quarter(year: int, quarter: int, year_end: str) -> Span:
    first = _fiscal_year(year, year_end).first
    index = first.year * 12 + first.month - 1 + 3 * (quarter - 1)
    return _months(index // 12, index % 12 + 1, 3)


def _months(year: int, month: int, count: int) -> Span:
    index = year * 12 + month - 1 + count - 1
    last_year, last_month = index // 12, index % 12 + 1
    return Span(date(year, month, 1), date(last_year, last_month, calendar.monthrange(last_year, last_month)[1]))


def _month(word: str | None) -> int | None:
    return _MONTHS.index(word[:3].lower()) + 1 if word else None


def _day(written: str | None) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return None
