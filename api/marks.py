"""Marking a passage: in text by splitting it, in a sheet's rows by their cells, on a page's picture by boxes in percent of the page."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from workspace.viewer import Leaf, column_letters

BETWEEN = " | "  # what the parsers put between the cells of a row
_NUMBER = re.compile(r"[$(−-]*[\d,]*\.?\d+[%)]?")
CONTEXT = 2400  # characters either side of a passage in a panel
# Of a long sheet so much is shown at a time, and so many rows before a passage.
ROWS, CHARACTERS, CONTEXT_ROWS = 400, 150_000, 20


def split_marked(text: str, start: int, end: int) -> tuple[str, str, str]:
    """The text before, in and after the span. A span outside the text marks nothing."""
    if not 0 <= start < end <= len(text):
        return text, "", ""
    return text[:start], text[start:end], text[end:]


@dataclass(frozen=True)
class Cell:
    """A cell of a row: the text before, in and after the passage; numbers stand to the right."""

    parts: tuple[str, str, str]
    number: bool


@dataclass(frozen=True)
class Block:
    """A stretch of a page: lines of text, or rows of a table. `numbers`: those of a sheet's rows, empty for any other table."""

    text: tuple[str, str, str] = ("", "", "")
    rows: tuple[tuple[Cell, ...], ...] = ()
    numbers: tuple[int, ...] = ()

    @property
    def letters(self) -> list[str]:
        """A, B, … over the columns of a sheet."""
        return [column_letters(n) for n in range(1, len(self.rows[0]) + 1)] if self.numbers else []


@dataclass(frozen=True)
class Shown:
    """What of a page is shown: all of it, or some hundred rows of a long sheet. `start` and `end` count from where it begins; `before`
    and `after` are the rows at which the stretches before and after it begin, None at the ends."""

    blocks: list[Block]
    before: int | None = None
    after: int | None = None


def shown(leaf: Leaf, start: int, end: int, row: int = 0) -> Shown:
    """The page with its passage marked; of a long sheet the rows from `row` on, or those around the passage."""
    grid = leaf.grid
    starts = sorted(grid)
    if (len(starts) <= ROWS and len(leaf.text) <= CHARACTERS) or not starts:
        return Shown(blocks(leaf.text, start, end, grid))
    if row:
        first = next((n for n, at in enumerate(starts) if grid[at] >= row), 0)
    else:
        first = max(0, bisect_right(starts, start) - 1 - CONTEXT_ROWS) if end > start else 0
    last = min(first + ROWS, len(starts), max(first + 1, bisect_right(starts, starts[first] + CHARACTERS)))
    begins = starts[first] if first else 0
    ends = starts[last] if last < len(starts) else len(leaf.text)
    found = blocks(
        leaf.text[begins:ends].rstrip("\n"),
        start - begins,
        end - begins,
        {at - begins: grid[at] for at in starts[first:last]},
    )
    return Shown(
        found,
        grid[starts[max(0, first - ROWS)]] if first else None,
        grid[starts[last]] if last < len(starts) else None,
    )


def around(leaf: Leaf, start: int, end: int) -> list[Block]:
    """The passage and a panel's worth of the page around it."""
    text, first, last = cut(leaf.text, start, end)
    return blocks(text, first, last, {at - (start - first): row for at, row in leaf.grid.items()})


def blocks(text: str, start: int, end: int, grid: Mapping[int, int] | None = None) -> list[Block]:
    """A page as text and tables, in order, with the passage marked in either. Two rows make a table; `grid`: the lines that are rows of
    a sheet, by their first character, and which."""
    found: list[Block] = []
    for first, lines in _runs(text, grid or {}):
        numbers = tuple(
            (grid or {}).get(at, 0) for at in accumulate((len(line) + 1 for line in lines[:-1]), initial=first)
        )
        if any(numbers) or (len(lines) > 1 and BETWEEN in lines[0]):
            rows, at = [], first
            for line in lines:
                rows.append(tuple(_cells(line, start - at, end - at)))
                at += len(line) + 1
            found.append(Block(rows=_aligned(rows), numbers=numbers if any(numbers) else ()))
        else:
            stretch = "\n".join(lines)
            found.append(Block(text=_clipped(stretch, start - first, end - first)))
    return found


def _runs(text: str, grid: Mapping[int, int]) -> Iterator[tuple[int, list[str]]]:
    """Neighbouring lines that are rows (of one sheet, if it is one), or that are none, with the offset at which they begin."""
    run: list[str] = []
    first = at = 0
    before: tuple[bool, bool] | None = None
    for line in text.split("\n"):
        kind = (True, True) if at in grid else (False, BETWEEN in line)
        if run and kind != before:
            yield first, run
            run, first = [], at
        run.append(line)
        before = kind
        at += len(line) + 1
    yield first, run


def _cells(line: str, start: int, end: int) -> Iterator[Cell]:
    at = 0
    for text in line.split(BETWEEN):
        yield Cell(_clipped(text, start - at, end - at), _NUMBER.fullmatch(text.strip()) is not None)
        at += len(text) + len(BETWEEN)


def _aligned(rows: list[tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    """Rows of one width; what stands over numbers, at their head, stands to the right like them."""
    width = max(map(len, rows))
    numeric = {n for row in rows[1:] for n, cell in enumerate(row) if cell.number}
    head = tuple(Cell(cell.parts, cell.number or (n in numeric and n > 0)) for n, cell in enumerate(rows[0]))
    empty = Cell(("", "", ""), False)
    return tuple(row + (empty,) * (width - len(row)) for row in (head, *rows[1:]))


def _clipped(text: str, start: int, end: int) -> tuple[str, str, str]:
    """As `split_marked`, of a passage that may begin before the text or end after it."""
    low, high = max(start, 0), min(end, len(text))
    return split_marked(text, low, high) if low < high else (text, "", "")


def cut(text: str, start: int, end: int, around: int = CONTEXT) -> tuple[str, int, int]:
    """The text with at most `around` characters either side of the span, cut at lines where there are any; and the span in it."""
    first = 0 if start <= around else text.find("\n", start - around, start) + 1 or start - around
    last = len(text) if end + around >= len(text) else text.rfind("\n", end, end + around)
    return text[first : last if last > 0 else end + around], start - first, end - first


def boxes_of(
    data: bytes, leaf: Leaf, start: int, end: int, passwords: Sequence[str] = ()
) -> list[tuple[float, float, float, float]]:
    """Where characters `start` to `end` of the page stand: left, top, width and height of each line, in percent of the page."""
    from ingestion.elements import Box, Word
    from ingestion.locate import boxes

    if not leaf.width or not leaf.height:
        return []
    words = [Word(s, e, Box(left, top, right, bottom)) for s, e, left, top, right, bottom in leaf.words]
    found = boxes(data, leaf.number, start, end, leaf.text, words, passwords)
    return [
        (
            round(100 * b.left / leaf.width, 2),
            round(100 * b.top / leaf.height, 2),
            round(100 * (b.right - b.left) / leaf.width, 2),
            round(100 * (b.bottom - b.top) / leaf.height, 2),
        )
        for b in found
    ]
