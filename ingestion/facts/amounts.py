"""Lines of figures: words with amounts behind them, under a header of columns. What every accounting report is made of.

Owns how a column is known on each kind of page. Never knows which report it reads and never adds up.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingestion.facts.text import Found, Line, Reading, Span, label_pattern, trimmed, value_at
from ingestion.facts.values import MONEY

_LABEL_COLUMN = re.compile(
    r"(?:account|customer|client|name|description|line|item)(?: (?:name|full name|title))?", re.IGNORECASE
)
_CODE_COLUMN = re.compile(r"account (?:code|no\.?|number|#)|code|acct\.? ?(?:no\.?|#)?|number|no\.?|#", re.IGNORECASE)
_TOTAL = re.compile(r"\W*(?:(?:grand|report|net)\s+)?(?:sub-?)?totals?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Amounts:
    """A line of a report: its words, and its amounts by where they stand.

    The key is a cell's index, the place of the amount's right end, or its order, as the line's `columns` says.
    """

    line: Line
    label: Span
    amounts: Mapping[int, Found]

    @property
    def is_total(self) -> bool:
        return _TOTAL.match(self.label.text) is not None


@dataclass(frozen=True)
class Heads:
    """The header line of amount columns: name → key, like those of `Amounts`. `label` and `code` are cells of the words."""

    line: Line
    index: int
    places: Mapping[str, int]
    label: int | None = None
    code: int | None = None

    def of(self, row: Amounts) -> dict[str, Found]:
        """The amounts of a row by column name; empty where the row does not tell which is which."""
        if self.line.columns == row.line.columns == "index":
            return {name: row.amounts[place] for name, place in self.places.items() if place in row.amounts}
        if row.line.columns == "order":
            ordered = sorted(self.places, key=lambda name: self.places[name])
            whole = len(ordered) == len(row.amounts)
            return dict(zip(ordered, row.amounts.values(), strict=True)) if whole else {}
        named: dict[str, Found] = {}
        for place, found in row.amounts.items():
            nearest = min(self.places, key=lambda name: abs(self.places[name] - place))
            named.setdefault(nearest, found)
        return named


def amount_lines(lines: Sequence[Line], heads: Heads | None = None) -> Iterator[Amounts]:
    """The lines that have words and at least one amount behind them."""
    for line in lines:
        row = _indexed(line, heads) if line.columns == "index" else _plain(line)
        if row is not None:
            yield row


def _indexed(line: Line, heads: Heads | None) -> Amounts | None:
    places = set(heads.places.values()) if heads is not None else None
    amounts = {
        i: found
        for i, cell in enumerate(line.cells)
        if (places is None or i in places) and (found := whole_amount(cell)) is not None
    }
    words = [i for i, cell in enumerate(line.cells) if i not in amounts and re.search(r"[A-Za-z]", cell.text)]
    chosen = heads.label if heads is not None and heads.label in words else next(iter(words), None)
    if chosen is None or not amounts:
        return None
    label = line.cells[chosen]
    if heads is not None and heads.code is not None and heads.code < chosen and line.cells[heads.code].text:
        label = trimmed(
            line.page, line.text, line.cells[heads.code].start - line.start, label.end - line.start, line.start
        )
    return Amounts(line, label, amounts)


def whole_amount(cell: Span) -> Found | None:
    """The amount that is all a cell says; a bare whole number is one in a column of amounts."""
    for pattern in (MONEY.pattern, MONEY.whole):
        if pattern is not None and pattern.fullmatch(cell.text):
            return value_at(cell.page, cell.text, 0, len(cell.text), MONEY, 0.95, cell.start)
    return None


_NO_AMOUNT = re.compile(r"(?:[\s|$%–—-]|(?<![\d.,])[\d.]+\s?%)*")


def _plain(line: Line) -> Amounts | None:
    """Words, then the run of amounts that ends the line; a figure inside the words belongs to them."""
    if len(line.cells) > 2 and all(whole_amount(cell) is not None for cell in line.cells[1:]):
        hits = [(cell.start - line.start, cell.end - line.start) for cell in line.cells[1:]]
    else:
        hits = [match.span() for match in MONEY.pattern.finditer(line.text)]
    tail: list[tuple[int, int]] = []
    stop = len(line.text)
    for start, end in reversed(hits):
        if _NO_AMOUNT.fullmatch(line.text, end, stop) is None:
            break
        tail.insert(0, (start, end))
        stop = start
    label = _without_leader(trimmed(line.page, line.text, 0, stop, line.start))
    if not tail or not re.search(r"[A-Za-z]{2}", label.text):
        return None
    values = [(end, value_at(line.page, line.text, start, end, MONEY, 0.9, line.start)) for start, end in tail]
    kept = [(end, found) for end, found in values if found is not None]
    by_order = line.columns == "order"
    return Amounts(line, label, {(i if by_order else end): found for i, (end, found) in enumerate(kept)})


def _without_leader(label: Span) -> Span:
    body = label.text.rstrip(" .$_|")
    return Span(label.page, label.start, label.start + len(body), body)


def find_heads(reading: Reading, columns: Mapping[str, str], needed: Sequence[str], least: int) -> Heads | None:
    """The first line that names at least `least` of the columns, all of `needed` among them."""
    for index, line in enumerate(reading.lines):
        indexed = line.columns == "index"
        places = _cell_places(line, columns) if indexed else _word_places(line, columns)
        if len(places) >= least and all(name in places for name in needed):
            if not indexed:
                return Heads(line, index, places)
            return Heads(line, index, places, _cell_like(line, _LABEL_COLUMN), _cell_like(line, _CODE_COLUMN))
    return None


def _cell_like(line: Line, pattern: re.Pattern[str]) -> int | None:
    return next((i for i, cell in enumerate(line.cells) if pattern.fullmatch(cell.text.strip(" *"))), None)


def _cell_places(line: Line, columns: Mapping[str, str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for name, words in columns.items():
        taken = places.values()
        cells = enumerate(line.cells)
        hit = next((i for i, c in cells if i not in taken and label_pattern(words).fullmatch(c.text)), None)
        if hit is not None:
            places[name] = hit
    return places


def _word_places(line: Line, columns: Mapping[str, str]) -> dict[str, int]:
    if len(line.text) > 200 or re.search(r"[.;]\s", line.text):
        return {}
    places: dict[str, int] = {}
    for name, words in columns.items():
        hit = next((m.end() for m in label_pattern(words).finditer(line.text) if m.end() not in places.values()), None)
        if hit is not None:
            places[name] = hit
    return places
