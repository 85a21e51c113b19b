"""Pages put together from blocks, for formats that know paragraphs and tables but no geometry.

Owns the one rule of `Element`: its text is its page's text from `start` to `end`. Never opens a file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingestion.elements import Box, Element, ElementType, Page, Word

CELL_BORDER = " | "


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, list item or table that a parser found; `text` is already clean. `rows` for tables only; `numbers` are
    those of a sheet's rows, as its program counts them."""

    type: ElementType
    text: str
    page: int = 1
    rows: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[int, ...] = ()


def sheet(rows: Sequence[tuple[int, Sequence[str]]], page: int = 1) -> Block:
    """The Table block of a sheet: rows with their numbers, none of them empty. A bar inside a cell is broken, so that cells can be told
    apart in the text."""
    kept = tuple(_without_empty_end([cell.replace(CELL_BORDER, " ¦ ") for cell in row]) for _, row in rows)
    return Block("Table", "\n".join(CELL_BORDER.join(row) for row in kept), page, kept, tuple(n for n, _ in rows))


def table(rows: Iterable[Sequence[str]], page: int = 1) -> Block:
    """A Table block: empty rows left out, empty cells at a row's end cut off."""
    kept = tuple(trimmed for row in rows if (trimmed := _without_empty_end(row)))
    return Block("Table", "\n".join(CELL_BORDER.join(row) for row in kept), page, kept)


def assemble(
    blocks: Iterable[Block], *, labels: Mapping[int, str] | None = None, count: int = 0
) -> tuple[tuple[Page, ...], tuple[Element, ...]]:
    """Pages 1 to the highest number seen (or `count`), their text the blocks with an empty line between."""
    by_page: dict[int, list[Block]] = {}
    for block in blocks:
        if block.text.strip():
            by_page.setdefault(block.page, []).append(block)
    pages: list[Page] = []
    elements: list[Element] = []
    for number in range(1, max([count, *by_page]) + 1):
        text, placed = _place(by_page.get(number, []))
        elements += placed
        words = tuple(
            mark
            for block, element in zip(by_page.get(number, []), placed, strict=True)
            for mark in _rows_on_the_grid(block, element.start)
        )
        label = (labels or {}).get(number)
        pages.append(Page(number=number, text=text, source="text" if text else "none", label=label, words=words))
    return tuple(pages), tuple(elements)


def _place(blocks: Sequence[Block]) -> tuple[str, list[Element]]:
    parts: list[str] = []
    elements: list[Element] = []
    at = 0
    for block in blocks:
        elements.append(Element(block.type, block.text, block.page, at, at + len(block.text), block.rows))
        parts.append(block.text)
        at += len(block.text) + 2
    return "\n\n".join(parts), elements


def _rows_on_the_grid(block: Block, at: int) -> Iterator[Word]:
    """Each row of a sheet's table and its place on the sheet, in columns and rows (see `Page`)."""
    for number, row in zip(block.numbers, block.rows, strict=False):
        end = at + sum(map(len, row)) + len(CELL_BORDER) * (len(row) - 1)
        yield Word(at, end, Box(0, number - 1, len(row), number))
        at = end + 1


def _without_empty_end(row: Sequence[str]) -> tuple[str, ...]:
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return tuple(row[:end])
