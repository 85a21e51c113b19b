"""The columns of a statement that stand for periods: one a month, this year beside last, the days of a balance sheet.

Owns how a column's heading is read. A budget, a change or a percentage is no period. Never reads an amount.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from ingestion.facts.amounts import Amounts, Heads
from ingestion.facts.periods import find_period, period_in
from ingestion.facts.text import Found, Line, Reading, Span, head
from ingestion.facts.values import DATE, iso_date

_NO_PERIOD = re.compile(r"budget|change|variance|over|under|forecast|%|\bof (?:income|revenue|sales)\b", re.IGNORECASE)
_TOTAL = re.compile(r"total|ytd|year to date", re.IGNORECASE)
_YEAR = re.compile(r"(?:FY\s?)?(20\d\d)", re.IGNORECASE)
_AS_OF = re.compile(r"^\W*(?:as (?:of|at)|at)\s+", re.IGNORECASE)
_TOP = 20  # lines among which the header stands


@dataclass(frozen=True)
class Column:
    """The period that a column is about; `start` None: its last day only. `told`: the words that name it."""

    start: date | None
    end: date
    told: Span = field(compare=False)


@dataclass(frozen=True)
class Columns:
    """The header line's columns by name of `heads`; the amounts begin at line `below`."""

    heads: Heads
    periods: dict[str, Column]
    below: int

    def of(self, row: Amounts) -> Sequence[tuple[Column, Found]]:
        """The amounts of a line, each with its period; those of other columns are left out."""
        named = self.heads.of(row)
        return [(self.periods[name], found) for name, found in named.items() if name in self.periods]


def report_columns(reading: Reading, *, days: bool = False) -> Columns | None:
    """The header of a report with two periods or more; None for a report of one. `days`: its columns are about their last day only."""
    whole = whole_period(reading)
    for index, line in enumerate(reading.lines[:_TOP]):
        told = [(n, period_of(cell, whole)) for n, cell in enumerate(line.cells) if cell.text.strip()]
        periods = {n: Column(None if days else one.start, one.end, one.told) for n, one in told if one is not None}
        if len(set(periods.values())) < 2 or len(line.cells) < 2:
            continue
        return _columns(line, index, periods, whole)
    return None


def whole_period(reading: Reading) -> Column | None:
    """The period that the report's title names."""
    found = find_period(head(reading, 12))
    if found is None:
        return None
    return Column(date.fromisoformat(found[0].value), date.fromisoformat(found[1].value), found[0].span)


def _columns(line: Line, index: int, periods: dict[int, Column], whole: Column | None) -> Columns:
    places: dict[str, int] = {}
    named: dict[str, Column] = {}
    for n, cell in enumerate(line.cells):
        if not cell.text.strip() or (n == 0 and n not in periods):
            continue  # the heading of the lines' names
        name = str(n)
        places[name] = n if line.columns == "index" else _right(line, cell)
        if n in periods:
            named[name] = periods[n]
        elif _TOTAL.fullmatch(cell.text.strip()):
            all_of = _all_of(list(periods.values()), cell)
            named[name] = whole if whole is not None and whole == all_of else all_of
    return Columns(Heads(line, index, places), _once(named), index + 1)


def _right(line: Line, cell: Span) -> int:
    return cell.end - line.start


def _once(named: dict[str, Column]) -> dict[str, Column]:
    """Without a column whose period another one has: the first counts."""
    first = {one: name for name, one in reversed(named.items())}
    return {name: one for name, one in named.items() if first[one] == name}


def _all_of(periods: Sequence[Column], cell: Span) -> Column:
    starts = [one.start for one in periods if one.start is not None]
    return Column(min(starts) if starts else None, max(one.end for one in periods), cell)


def period_of(cell: Span, whole: Column | None) -> Column | None:
    """The period that a column's heading names. `whole` is the report's: "2024" beside a report of 2025 is the same span of 2024."""
    words = _AS_OF.sub("", cell.text.strip())
    if not words or _NO_PERIOD.search(words) or len(words) > 40:
        return None
    year = _YEAR.fullmatch(words)
    if year is not None:
        return _same_span(int(year[1]), whole, cell)
    found = period_in(words)
    if found is not None and len(words) - (found[2] - found[1]) <= 8:
        return Column(date.fromisoformat(found[0][0]), date.fromisoformat(found[0][1]), cell)
    day = iso_date(words) if DATE.pattern.fullmatch(words) else None
    return Column(None, date.fromisoformat(day), cell) if day else None


def _same_span(year: int, whole: Column | None, cell: Span) -> Column:
    if whole is None or whole.start is None:
        return Column(date(year, 1, 1), date(year, 12, 31), cell)
    years = year - whole.end.year
    return Column(_moved(whole.start, years), _moved(whole.end, years), cell)


def _moved(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # February 29
        return day.replace(year=day.year + years, day=28)
