"""Marking a passage: in text by splitting it, in a sheet's rows by their cells, on a page's picture by boxes in percent of the page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workspace.viewer import Leaf

BETWEEN = " | "  # what the parsers put between the cells of a row
_NUMBER = re.compile(r"[$(−-]*[\d,]*\.?\d+[%)]?")
CONTEXT = 2400  # characters either side of a passage in a panel


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
    """A stretch of a page: lines of text, or rows of a table."""

    text: tuple[str, str, str] = ("", "", "")
    rows: tuple[tuple[Cell, ...], ...] = ()


def blocks(text: str, start: int, end: int) -> list[Block]:
    """A page as text and tables, in order, with the passage marked in either. Two rows make a table."""
    found: list[Block] = []
    for first, lines in _runs(text):
        if len(lines) > 1 and BETWEEN in lines[0]:
            rows, at = [], first
            for line in lines:
                rows.append(tuple(_cells(line, start - at, end - at)))
                at += len(line) + 1
            found.append(Block(rows=_aligned(rows)))
        else:
            stretch = "\n".join(lines)
            found.append(Block(text=_clipped(stretch, start - first, end - first)))
    return found


def _runs(text: str) -> Iterator[tuple[int, list[str]]]:
    """Neighbouring lines that are rows, or that are none, with the offset at which they begin."""
    run: list[str] = []
    first = at = 0
    for line in text.split("\n"):
        if run and (BETWEEN in line) != (BETWEEN in run[0]):
            yield first, run
            run, first = [], at
        run.append(line)
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


def boxes_of(data: bytes, leaf: Leaf, start: int, end: int) -> list[tuple[float, float, float, float]]:
    """Where characters `start` to `end` of the page stand: left, top, width and height of each line, in percent of the page."""
    from ingestion.elements import Box, Word
    from ingestion.locate import boxes

    if not leaf.width or not leaf.height:
        return []
    words = [Word(s, e, Box(left, top, right, bottom)) for s, e, left, top, right, bottom in leaf.words]
    found = boxes(data, leaf.number, start, end, leaf.text, words)
    return [
        (
            round(100 * b.left / leaf.width, 2),
            round(100 * b.top / leaf.height, 2),
            round(100 * (b.right - b.left) / leaf.width, 2),
            round(100 * (b.bottom - b.top) / leaf.height, 2),
        )
        for b in found
    ]
