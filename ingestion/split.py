"""Pages to passages: pieces short enough to embed and to quote, never over a page's border.

Owns where a passage begins and ends, and what stands over it as `context`. Never changes a word: a passage is a span of its page.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingestion.elements import Element, Page, Parsed, Split

MAX_WORDS = 200
# A passage this long is closed at the next heading; shorter ones take the heading's section in.
_ENOUGH_WORDS = 60
_MAX_CONTEXT_WORDS = 40
_MAX_CAPTION_WORDS = 30
# What stands at the head or foot of every page has few words.
_MARGIN_WORDS = 8
_CELL_BORDER = " | "
_SENTENCE_END = re.compile(r"(?<=[.!?;:])\s+|\n+")
_WORD = re.compile(r"\S+")
_YEAR = re.compile(r"^(?:19|20)\d\d$")
_NUMBER = re.compile(r"^[($€£-]*\d[\d,.]*[)%]*$")


@dataclass(frozen=True)
class _Piece:
    """A span of a page that stays whole. `over` is what a piece of a table needs to be understood: its caption, its header row."""

    start: int
    end: int
    words: int
    starts_section: bool = False
    over: str = ""


def split(parsed: Parsed) -> tuple[Split, ...]:
    """Passages of at most 200 words in page order. Together they hold every word of every page.

    `context` is the title of the section (or of the file or sheet) and, inside a long table, the table's header row; a table that goes
    on over the page keeps the header it began with.
    """
    passages: list[Split] = []
    section = _cut(parsed.title or "")
    by_page: dict[int, list[Element]] = {}
    for element in parsed.elements:
        by_page.setdefault(element.page, []).append(element)
    open_table: _OpenTable | None = None
    for page in parsed.pages:
        elements = sorted(by_page.get(page.number, []), key=lambda e: e.start)
        goes_on = _goes_on(open_table, elements)
        found, section = _split_page(page, elements, section, goes_on)
        passages += found
        open_table = _left_open(elements, goes_on)
    return tuple(passages)


@dataclass(frozen=True)
class _OpenTable:
    """A table that ends its page: its header, and what its rows look like."""

    header: str
    shape: tuple[str, ...]


def _left_open(elements: Sequence[Element], goes_on: "tuple[int, str] | None") -> _OpenTable | None:
    """The last table of a page, if nothing but the page's foot stands under it."""
    above_foot = [e for e in elements if not _is_margin(e)]
    if not above_foot or above_foot[-1].type != "Table" or not above_foot[-1].rows:
        return None
    table = above_foot[-1]
    header = goes_on[1] if goes_on and goes_on[0] == table.start else _header(table.rows)
    return _OpenTable(header, _shape(table.rows[-1])) if header else None


def _goes_on(open_table: _OpenTable | None, elements: Sequence[Element]) -> tuple[int, str] | None:
    """Where the table of the page before goes on, and under which header; None if another begins, or the header stands there again."""
    first = next((e for e in elements if not _is_margin(e)), None)
    if open_table is None or first is None or first.type != "Table" or not first.rows:
        return None
    row = first.rows[0]
    again = _CELL_BORDER.join(row) in open_table.header or open_table.header in _CELL_BORDER.join(row)
    same = _shape(row) == open_table.shape and "number" in open_table.shape
    return (first.start, open_table.header) if same and not again else None


def _shape(row: Sequence[str]) -> tuple[str, ...]:
    return tuple("number" if _NUMBER.match(cell) else "words" if cell else "" for cell in row)


def _is_margin(element: Element) -> bool:
    return element.type in ("Header", "Footer") or (
        element.type != "Table" and len(element.text.split()) <= _MARGIN_WORDS
    )


def _split_page(
    page: Page, elements: Sequence[Element], section: str, goes_on: tuple[int, str] | None
) -> tuple[list[Split], str]:
    passages: list[Split] = []
    held: list[_Piece] = []
    over = section
    titles = {e.start: _cut(e.text) for e in elements if e.type == "Title"}
    for piece in _pieces(page, elements, goes_on):
        words = sum(p.words for p in held)
        other_table = bool(held) and bool(piece.over or held[-1].over)
        new_section = piece.starts_section and words >= _ENOUGH_WORDS
        if held and (words + piece.words > MAX_WORDS or new_section or other_table):
            passages.append(_passage(page, held, over))
            held = []
        if not held:
            # What stands over a passage is the heading before it; a heading that begins it is part of its own text.
            over = section
        if piece.starts_section:
            section = titles[piece.start]
        held.append(piece)
    if held:
        passages.append(_passage(page, held, over))
    return passages, section


def _passage(page: Page, held: Sequence[_Piece], section: str) -> Split:
    start, end = held[0].start, held[-1].end
    parts = dict.fromkeys(part for part in (section, page.label or "", *held[0].over.split("\n")) if part)
    return Split(page.number, start, end, page.text[start:end], "\n".join(parts))


def _pieces(page: Page, elements: Sequence[Element], goes_on: tuple[int, str] | None) -> Iterator[_Piece]:
    """The page cut so that each piece fits; text outside all elements is a piece too."""
    at = 0
    caption = ""
    for element in elements:
        if element.start < at:
            continue
        yield from _sentences(page.text, at, element.start)
        carried = goes_on[1] if goes_on and goes_on[0] == element.start else ""
        yield from _element_pieces(page.text, element, caption, carried)
        at = element.end
        if element.type != "Table":
            short = _count(page.text, element.start, element.end) <= _MAX_CAPTION_WORDS
            caption = " ".join(element.text.split()) if short else ""
    yield from _sentences(page.text, at, len(page.text))


def _element_pieces(text: str, element: Element, caption: str, carried: str) -> Iterator[_Piece]:
    words = _count(text, element.start, element.end)
    if words <= MAX_WORDS:
        yield _Piece(element.start, element.end, words, element.type == "Title", carried)
    elif element.type == "Table":
        yield from _rows(text, element, caption, carried)
    else:
        yield from _sentences(text, element.start, element.end)


def _rows(text: str, table: Element, caption: str, carried: str) -> Iterator[_Piece]:
    """Groups of whole rows under the table's caption; each but the first carries the header row too. `carried`: the header from the page
    before, which the first carries as well."""
    header = "\n".join(part for part in (caption, carried or _header(table.rows)) if part)
    caption = header if carried else caption
    room = MAX_WORDS - len(header.split())
    group: list[tuple[int, int, int]] = []
    first = True
    for start, end in _lines(text, table.start, table.end):
        words = _count(text, start, end)
        if words > room:
            yield from _group(group, caption if first else header)
            first = first and not group
            yield from _chunks(text, start, end)
            group, first = [], False
            continue
        if group and sum(row[2] for row in group) + words > room:
            yield from _group(group, caption if first else header)
            group, first = [], False
        group.append((start, end, words))
    yield from _group(group, caption if first else header)


def _group(rows: Sequence[tuple[int, int, int]], over: str) -> Iterator[_Piece]:
    if rows:
        yield _Piece(rows[0][0], rows[-1][1], sum(row[2] for row in rows), over=over)


def _header(rows: Sequence[tuple[str, ...]]) -> str:
    """The row that names the columns: the first of the top ten with two or more cells, most of them not numbers.

    A row of years under it ("2022 | 2021" under "June 25, | September 25,") belongs to it.
    """
    for i, row in enumerate(rows[:10]):
        cells = [cell for cell in row if cell]
        if len(cells) >= 2 and sum(bool(_NUMBER.match(cell)) for cell in cells) < len(cells) / 2:
            below = rows[i + 1] if i + 1 < len(rows) else ()
            years = " " + _CELL_BORDER.join(below) if below and all(_YEAR.match(cell) for cell in below) else ""
            return _cut(_CELL_BORDER.join(row) + years)
    return ""


def _sentences(text: str, start: int, end: int) -> Iterator[_Piece]:
    """Sentences gathered up to the limit; one that is longer itself is cut between words."""
    held: tuple[int, int, int] | None = None
    for s, e in _spans(_SENTENCE_END, text, start, end):
        words = _count(text, s, e)
        if held and held[2] + words > MAX_WORDS:
            yield _Piece(*held)
            held = None
        if words > MAX_WORDS:
            yield from _chunks(text, s, e)
        elif words:
            held = (held[0], e, held[2] + words) if held else (s, e, words)
    if held:
        yield _Piece(*held)


def _chunks(text: str, start: int, end: int) -> Iterator[_Piece]:
    words = [match.span() for match in _WORD.finditer(text, start, end)]
    for i in range(0, len(words), MAX_WORDS):
        part = words[i : i + MAX_WORDS]
        yield _Piece(part[0][0], part[-1][1], len(part))


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    return _spans(re.compile(r"\n"), text, start, end)


def _spans(border: re.Pattern[str], text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches between borders, without white space around them, empty ones left out."""
    at = start
    for match in border.finditer(text, start, end):
        yield from _stripped(text, at, match.start())
        at = match.end()
    yield from _stripped(text, at, end)


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    part = text[start:end]
    if part.strip():
        left = len(part) - len(part.lstrip())
        yield start + left, start + len(part.rstrip())


def _count(text: str, start: int, end: int) -> int:
    return len(_WORD.findall(text, start, end))


def _cut(title: str) -> str:
    return " ".join(title.split()[:_MAX_CONTEXT_WORDS])
