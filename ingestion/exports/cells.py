"""The rows under a recognised header into typed values, each column read as a whole.

Owns which fields are dates, money, hours or yes and no. Never knows what a row means.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingestion.exports.recognise import Recognised
from ingestion.exports.values import (
    day_first,
    decimal_comma,
    read_date,
    read_hours,
    read_list,
    read_money,
    read_truth,
    two_ways,
)

DATES = frozenset({"date", "due", "start", "done", "deadline", "since", "pending", "end", "statute"})
MONEY = frozenset(
    {"amount", "open", "rate", "fee", "paid", "debit", "credit", "unit", "line_amount", "tax", "discount", "balance"}
)
HOURS = frozenset({"hours", "budget", "quantity"})
TRUTH = frozenset({"billable", "not_billable"})
LISTS = frozenset({"tags", "attendees"})
_NONE = frozenset({"-", "--", "n/a", "na", "none", "null", "\u2014"})


@dataclass(frozen=True)
class Cells:
    """A row: its line, typed values of known fields, what the unknown columns held, all cells as they stood, and cells that could not be
    read. `reason`: why the whole row cannot be taken."""

    line: int
    values: Mapping[str, Any]
    custom: Mapping[str, str]
    cells: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    faults: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class TypedRows:
    """The rows of a table, and what a person should know of how they were read."""

    rows: tuple[Cells, ...]
    notes: tuple[str, ...]


def typed_rows(known: Recognised) -> TypedRows:
    """Every row under the header."""
    below = known.grid.rows[known.header + 1 :]
    header = known.grid.rows[known.header][1]
    first_is_day, notes = _order(known, below)
    commas = {
        name: decimal_comma(cells[place] for _, cells in below if place < len(cells))
        for name, place in known.columns.items()
        if name in MONEY | HOURS
    }
    rows = tuple(
        _row(known, header, line, cells, first_is_day, commas) for line, cells in below if not _repeats(header, cells)
    )
    return TypedRows(rows, notes)


def _repeats(header: Sequence[str], cells: Sequence[str]) -> bool:
    """A header that a printed report writes again on each page."""
    return len(cells) > 1 and tuple(cells) == tuple(header[: len(cells)])


def _order(known: Recognised, below: Sequence[tuple[int, tuple[str, ...]]]) -> tuple[bool, tuple[str, ...]]:
    """Whether the table writes days first: its columns are asked together, one program writes them all."""
    dates = [
        cells[place]
        for name, place in known.columns.items()
        if name in DATES
        for _, cells in below
        if place < len(cells) and cells[place]
    ]
    said = day_first(dates)
    if said is None and (example := two_ways(dates)):
        note = (
            f"{known.grid.place}: dates such as {example} were read with the month first; none of them says otherwise"
        )
        return False, (note,)
    return bool(said), ()


def _row(
    known: Recognised,
    header: Sequence[str],
    line: int,
    cells: tuple[str, ...],
    first_is_day: bool,
    commas: Mapping[str, bool],
) -> Cells:
    values: dict[str, Any] = {}
    faults: list[str] = []
    for name, place in known.columns.items():
        text = cells[place].strip() if place < len(cells) else ""
        if not text or text.lower() in _NONE:
            continue
        value = _value(name, text, first_is_day, commas.get(name, False))
        if value is None:
            faults.append(f"{header[place] or name} is {text[:40]!r}, which is {_wanted(name)}")
        else:
            values[name] = value
    lists = {
        name: tuple(cells[place].strip() for place in places if place < len(cells) and cells[place].strip())
        for name, places in known.lists.items()
    }
    custom = {
        name: cells[place].strip() for name, place in known.more.items() if place < len(cells) and cells[place].strip()
    }
    as_it_stood = dict(_named(header, cells))
    reason = ""
    if any(cells[len(header) :]):
        reason = f"the row has {len(cells)} cells, the header {len(header)}: one of its cells holds a separator"
    return Cells(line, values, custom, as_it_stood, lists, tuple(faults), reason)


def _named(header: Sequence[str], cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    for place, cell in enumerate(cells):
        name = header[place] if place < len(header) and header[place] else f"column {place + 1}"
        yield name, cell


def _value(name: str, text: str, first_is_day: bool, comma: bool) -> Any:
    if name in DATES:
        return read_date(text, first_is_day)
    if name in MONEY:
        return read_money(text, comma)
    if name in HOURS:
        return read_hours(text, comma)
    if name in TRUTH:
        return read_truth(text)
    return read_list(text) if name in LISTS else text


def _wanted(name: str) -> str:
    if name in DATES:
        return "no day that exists"
    if name in MONEY:
        return "no amount in dollars and cents"
    return "no number of hours" if name in HOURS else "neither yes nor no"
