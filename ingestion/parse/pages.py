"""Pages put together from blocks, for formats that know paragraphs and tables but no geometry.

Owns the one rule of `Element`: its text is its page's text from `start` to `end`. Never opens a file.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingestion.elements import Element, ElementType, Page

CELL_BORDER = " | "


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, list item or table that a parser found; `text` is already clean. `rows` for tables only."""

    type: ElementType
    text: str
    page: int = 1
    rows: tuple[tuple[str, ...], ...] = ()


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
        label = (labels or {}).get(number)
        pages.append(Page(number=number, text=text, source="text" if text else "none", label=label))
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


def _without_empty_end(row: Sequence[str]) -> tuple[str, ...]:
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return tuple(row[:end])
