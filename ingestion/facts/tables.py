"""Tables of a document, their header row recognised by its words, and their rows as facts.

Header names drift and reports have title rows, so a header is found by scoring, never by position. Never knows a document's kind.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingestion.elements import ReadFact
from ingestion.facts.text import Found, Line, Reading, Span, fact, first_value, label_pattern, value_at
from ingestion.facts.values import ValueKind

TABLE_TRUST = 0.95


@dataclass(frozen=True)
class Column:
    """A column to look for: its fact name, its kind of value, and the words its header may have (regular expressions)."""

    name: str
    kind: ValueKind
    headers: tuple[str, ...]


@dataclass(frozen=True)
class Header:
    """A header row: where it stands among the reading's lines, and which of its cells is which column."""

    index: int
    columns: Mapping[str, int]


def find_header(reading: Reading, columns: Sequence[Column], needed: Sequence[str], least: int = 2) -> Header | None:
    """The line that names most of the columns, all of `needed` among them; the first such line on a tie."""
    best: Header | None = None
    for index, line in enumerate(reading.lines):
        if len(line.cells) < least:
            continue
        named = _named(line, columns)
        if len(named) < least or any(name not in named for name in needed):
            continue
        if best is None or len(named) > len(best.columns):
            best = Header(index, named)
    return best


def _named(line: Line, columns: Sequence[Column]) -> dict[str, int]:
    """Which cell of a line is the header of which column; an exact header wins over one that only contains the words."""
    named: dict[str, int] = {}
    for exact in (True, False):
        for column in columns:
            if column.name in named:
                continue
            hit = _cell_of(line, column, exact, set(named.values()))
            if hit is not None:
                named[column.name] = hit
    return named


def _cell_of(line: Line, column: Column, exact: bool, taken: set[int]) -> int | None:
    for header in column.headers:
        pattern = label_pattern(header)
        for i, cell in enumerate(line.cells):
            if i in taken or len(cell.text) > 60:
                continue
            words = cell.text.strip(" *:#")
            if pattern.fullmatch(words) if exact else pattern.search(words):
                return i
    return None


def cells_below(reading: Reading, header: Header) -> Iterator[tuple[Line, dict[int, Span]]]:
    """The lines under a header with their cells by the header's column index, until the next header-like repeat ends."""
    top = reading.lines[header.index]
    for line in reading.lines[header.index + 1 :]:
        if line.text.strip() == top.text.strip():
            continue  # the header is printed again on the next page
        yield line, aligned(top, line)


def aligned(header: Line, line: Line) -> dict[int, Span]:
    """The cells of a line by the index of the header cell they stand under; by place where nothing rules the columns."""
    if header.columns == line.columns == "index":
        return {i: cell for i, cell in enumerate(line.cells) if cell.text}
    if len(header.cells) == len(line.cells) or line.columns == "order":
        return dict(enumerate(line.cells))
    placed: dict[int, Span] = {}
    for cell in line.cells:
        index = min(range(len(header.cells)), key=lambda i: _distance(header, header.cells[i], line, cell))
        placed.setdefault(index, cell)
    return placed


def _distance(header: Line, top: Span, line: Line, cell: Span) -> tuple[int, int]:
    left, right = top.start - header.start, top.end - header.start
    begin, end = cell.start - line.start, cell.end - line.start
    gap = max(0, left - end, begin - right)
    return gap, min(abs(left - begin), abs(right - end))


def cell_value(cell: Span, kind: ValueKind) -> Found | None:
    """The value that a table's cell holds: names whole, others the first value of their kind."""
    if kind.fills or (kind.whole is not None and kind.whole.fullmatch(cell.text)):
        return value_at(cell.page, cell.text, 0, len(cell.text), kind, TABLE_TRUST, cell.start)
    return first_value(cell.page, cell.text, kind, TABLE_TRUST, cell.start)


def read_rows(
    reading: Reading, columns: Sequence[Column], needed: Sequence[str], least: int = 2, valued: Sequence[str] = ()
) -> list[ReadFact]:
    """A fact a cell, grouped by row; rows of totals and rows that lack one of `valued` are left out."""
    header = find_header(reading, columns, needed, least)
    if header is None:
        return []
    kinds = {column.name: column.kind for column in columns}
    facts: list[ReadFact] = []
    row = 0
    for line, cells in cells_below(reading, header):
        if is_total(line.text):
            continue
        found = row_values(cells, columns, header)
        if any(name not in found for name in (*needed, *valued)):
            continue
        facts += [fact(name, kinds[name], hit, reading, row) for name, hit in found.items()]
        row += 1
    return facts


def row_values(cells: Mapping[int, Span], columns: Sequence[Column], header: Header) -> dict[str, Found]:
    """The values of one row by column name."""
    found: dict[str, Found] = {}
    for column in columns:
        cell = cells.get(header.columns.get(column.name, -1))
        hit = None if cell is None else cell_value(cell, column.kind)
        if hit is not None:
            found[column.name] = hit
    return found


def is_total(text: str) -> bool:
    """A row that sums others."""
    return re.match(r"\W*(?:grand\s+)?(?:sub)?totals?\b", text, re.IGNORECASE) is not None
