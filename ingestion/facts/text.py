"""Shared finders: lines and cells of a parsed document, values beside, below or under their label, values in prose.

Every find carries its span, so that `quote == page.text[start:end]`. Never knows a document's kind.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ingestion.elements import Page, Parsed, ReadFact
from ingestion.facts.values import (
    COUNT_PATTERN,
    DATE_PATTERN,
    MONEY_PATTERN,
    NAME_PATTERN,
    PERCENT_PATTERN,
    TAX_ID_PATTERN,
    YEAR_PATTERN,
    ValueKind,
)

# A value further than this behind its label on the same line belongs to something else.
REACH = 70
OCR_TRUST = 0.9

Columns = Literal["index", "place", "order"]


@dataclass(frozen=True)
class Span:
    """A run of characters of one page; `text` is exactly what stands there."""

    page: int
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Line:
    """One line and its cells, left to right.

    `columns` tells what a cell's column is known by: its `index` (a sheet or ruled table keeps its empty cells), its
    `place` (plain text in columns), or only its `order` (paper, where empty cells leave nothing behind).
    """

    page: int
    start: int
    end: int
    text: str
    cells: tuple[Span, ...]
    columns: Columns


@dataclass(frozen=True)
class Reading:
    """A parsed document as the finders see it. `items`: the entries of its lists, as the parser marked them."""

    pages: tuple[Page, ...]
    lines: tuple[Line, ...]
    items: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(page.text for page in self.pages)


@dataclass(frozen=True)
class Found:
    """A value with the words it was read from, and how sure the way of finding it makes us (0 to 1)."""

    value: str
    span: Span
    confidence: float


@dataclass(frozen=True)
class Field:
    """What to look for: labels (best first) and prose patterns.

    Both are regular expressions in which a space stands for any white space. A prose pattern holds one of `<date>`,
    `<money>`, `<percent>`, `<name>`, `<taxid>`, `<year>`, `<count>` where the value stands, or its own group `v`.
    """

    name: str
    kind: ValueKind
    labels: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()


def open_reading(parsed: Parsed) -> Reading:
    """Lines and cells of every page."""
    pages = tuple(page for page in parsed.pages if page.text.strip())
    on_paper = parsed.media_type == "application/pdf" or parsed.media_type.startswith("image/")
    items = tuple(Span(e.page, e.start, e.end, e.text) for e in parsed.elements if e.type == "ListItem")
    return Reading(pages, tuple(line for page in pages for line in _lines(page, on_paper)), items)


def page_text(reading: Reading, number: int) -> str:
    """The text of the page with that number."""
    return next(page.text for page in reading.pages if page.number == number)


def _lines(page: Page, on_paper: bool) -> Iterator[Line]:
    start = 0
    for text in page.text.split("\n"):
        if text.strip():
            ruled = " | " in text or "\t" in text or text.startswith("| ")
            cells = tuple(_cells(page.number, text, start, ruled))
            columns: Columns = "order" if on_paper else "index" if ruled else "place"
            yield Line(page.number, start, start + len(text), text, cells, columns)
        start += len(text) + 1


def _cells(page: int, text: str, offset: int, ruled: bool) -> Iterator[Span]:
    separator = r"\||\t" if ruled else r"[^\S\n]{2,}"
    at = 0
    for stop, following in [*((m.start(), m.end()) for m in re.finditer(separator, text)), (len(text), len(text))]:
        cell = trimmed(page, text, at, stop, offset)
        if cell.text or ruled:
            yield cell
        at = following


def trimmed(page: int, text: str, start: int, end: int, offset: int = 0) -> Span:
    """The span of text[start:end] without white space at its ends; `offset` is added to its place."""
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    body = piece.strip()
    return Span(page, offset + left, offset + left + len(body), body)


def fact(name: str, kind: ValueKind, found: Found, reading: Reading, row: int | None = None) -> ReadFact:
    """The fact of a find; what was read by OCR is trusted less."""
    span = found.span
    source = next(page.source for page in reading.pages if page.number == span.page)
    confidence = round(found.confidence * (OCR_TRUST if source == "ocr" else 1.0), 2)
    return ReadFact(name, kind.type, found.value, span.page, span.start, span.end, span.text, confidence, row)


def read_fields(reading: Reading, fields: Sequence[Field]) -> list[ReadFact]:
    """One fact a field, where it is found. The labelled value wins over the one in prose."""
    found = ((field, find(reading, field)) for field in fields)
    return [fact(field.name, field.kind, hit, reading) for field, hit in found if hit is not None]


def find(reading: Reading, field: Field) -> Found | None:
    """The best value of a field: by label, else in prose."""
    return labelled(reading, field.labels, field.kind) or in_prose(reading, field.prose, field.kind)


@lru_cache(maxsize=2048)
def label_pattern(label: str) -> re.Pattern[str]:
    """A label as it may be printed: any white space for a space, not inside a longer word."""
    return re.compile(rf"(?<![\w-])(?:{spaced(label)})(?:(?<!\w)|(?![\w-]))", re.IGNORECASE)


@lru_cache(maxsize=2048)
def prose_pattern(template: str) -> re.Pattern[str]:
    """A prose pattern with its places for values filled in."""
    places = {
        "<date>": DATE_PATTERN,
        "<money>": MONEY_PATTERN,
        "<percent>": PERCENT_PATTERN,
        "<name>": NAME_PATTERN,
        "<taxid>": TAX_ID_PATTERN,
        "<year>": YEAR_PATTERN,
        "<count>": COUNT_PATTERN,
    }
    pattern = spaced(template)
    for place, value in places.items():
        pattern = pattern.replace(place, f"(?P<v>{value})")
    return re.compile(pattern, re.IGNORECASE)


def spaced(pattern: str) -> str:
    """A regular expression in which each space matches any white space, and " ?" white space or none."""
    return re.sub(r" +", r"\\s+", re.sub(r" \?", r"\\s*", pattern))


def matches(reading: Reading, pattern: re.Pattern[str]) -> Iterator[tuple[Page, re.Match[str]]]:
    """Every match of a pattern, page by page."""
    for page in reading.pages:
        for match in pattern.finditer(page.text):
            yield page, match


def in_prose(reading: Reading, templates: Sequence[str], kind: ValueKind) -> Found | None:
    """The first value that a prose pattern finds; patterns are tried in order."""
    for template in templates:
        for page, match in matches(reading, prose_pattern(template)):
            found = value_at(page.number, page.text, match.start("v"), match.end("v"), kind, 0.85)
            if found is not None:
                return found
    return None


def value_at(
    page: int, text: str, start: int, end: int, kind: ValueKind, confidence: float, offset: int = 0
) -> Found | None:
    """The value that text[start:end] is; None where it is no value of that kind."""
    span = trimmed(page, text, start, end, offset)
    if kind.type == "money" and re.search(r"(?:dollars|/100)\W?$", text[:start].rstrip(), re.IGNORECASE):
        # "Two Million Dollars ($2,000,000)" is not a loss.
        bare = span.text.strip("()")
        inner = span.text.find(bare)
        span = Span(page, span.start + inner, span.start + inner + len(bare), bare)
    value = kind.canonical(span.text)
    return None if value is None or not span.text else Found(value, span, confidence)


def first_value(
    page: int, text: str, kind: ValueKind, confidence: float, offset: int = 0, reach: int | None = None
) -> Found | None:
    """The first value of a kind in a piece of text that starts at `offset` of its page."""
    for match in kind.pattern.finditer(text):
        if reach is not None and match.start() > reach:
            return None
        found = value_at(page, text, match.start(), match.end(), kind, confidence, offset)
        if found is not None:
            return found
    return None


def labelled(reading: Reading, labels: Sequence[str], kind: ValueKind) -> Found | None:
    """The value that stands right of a label or below it; the first label that has one wins, its surest place first."""
    for label in labels:
        best: Found | None = None
        for index, line in enumerate(reading.lines):
            for match in label_pattern(label).finditer(line.text):
                found = _beside_or_below(reading, index, match, kind)
                if found is not None and (best is None or found.confidence > best.confidence):
                    best = found
        if best is not None:
            return best
    return None


def _beside_or_below(reading: Reading, index: int, match: re.Match[str], kind: ValueKind) -> Found | None:
    line = reading.lines[index]
    first = cell_at(line, line.start + match.start())
    last = cell_at(line, line.start + match.end() - 1)
    if first is None or last is None:
        return None
    before = line.text[line.cells[first].start - line.start : match.start()]
    opens = _is_numbering(before)
    right = _right(line, last, match.end(), kind, opens)
    if right is not None and right.confidence >= 0.9:
        return right
    below = _below(reading, index, (first, last), match.end(), kind) if opens else None
    candidates = [found for found in (right, below) if found is not None]
    return max(candidates, key=lambda found: found.confidence, default=None)


def cell_at(line: Line, position: int) -> int | None:
    """The index of the cell that covers a position of the page."""
    return next((i for i, cell in enumerate(line.cells) if cell.start <= position < cell.end), None)


def _is_numbering(before: str) -> bool:
    """What may stand before a label at the start of its cell: nothing, a box's number, a bullet."""
    return (
        re.fullmatch(
            r"\W*(?:(?:box|line|item|part)\s+)?(?:\d{1,2}[a-z]?|[A-Za-z](?:\d|/[a-z])?|[ivx]+)?\W*", before, re.I
        )
        is not None
    )


_BEHIND_LABEL = re.compile(r"(?:\s*\([^()]*\))?[\s.:#*_…–—-]*")


_BY_DATE = re.compile(
    rf"\s*\W?(?:if paid |due |payable )?(?:by|as of|on|through|at)\s+{DATE_PATTERN}\)?[\s.:#*_…–—-]*", re.IGNORECASE
)


def _right(line: Line, column: int, end: int, kind: ValueKind, opens: bool) -> Found | None:
    cell = line.cells[column]
    stop = cell.end - line.start
    gap = _BEHIND_LABEL.match(line.text, end, stop)
    at = max(end, gap.end()) if gap else end
    if kind.type == "money" and (dated := _BY_DATE.match(line.text, end, stop)):
        at = dated.end()  # "Amount due by March 23, 2026: $1,200.55"
    if kind.fills:
        return _right_text(line, column, end, at, kind)
    # A minus or an opening parenthesis belongs to the value.
    while at > end and line.text[at - 1] in "-(" and line.text[at : at + 1].strip():
        at -= 1
    own = _typed(line, at, stop, kind, opens)
    if own is not None or line.text[at:stop].strip():
        return own
    following = next((c for c in line.cells[column + 1 :] if c.text), None)
    if following is None:
        return None
    return _typed(line, following.start - line.start, following.end - line.start, kind, opens)


def _typed(line: Line, start: int, stop: int, kind: ValueKind, opens: bool) -> Found | None:
    """A value at the start of, or not far into, a stretch of a line."""
    text = line.text[start:stop]
    if kind.whole is not None and (weak := kind.whole.fullmatch(text.strip())):
        return value_at(line.page, line.text, start, stop, kind, 0.9 if opens else 0.8, line.start) if weak else None
    found = first_value(line.page, text, kind, 0.95 if opens else 0.85, line.start + start, REACH)
    if found is None:
        return None
    gap = text[: found.span.start - line.start - start]
    if ":" in gap or ". " in gap or ";" in gap:
        return None
    away = 0.1 if re.search(r"[A-Za-z]{2}", gap) else 0.0
    return Found(found.value, found.span, round(found.confidence - away, 2))


def _right_text(line: Line, column: int, end: int, at: int, kind: ValueKind) -> Found | None:
    """A text value: the rest of the label's cell, else the next cell."""
    cell = line.cells[column]
    stop = cell.end - line.start
    separated = ":" in line.text[end:at]
    if at < stop:
        if not separated and not re.match(r"[A-Z0-9]", line.text[at:stop]):
            return None
        return value_at(line.page, line.text, at, stop, kind, 0.95 if separated else 0.7, line.start)
    following = next((c for c in line.cells[column + 1 :] if c.text), None)
    if following is None or following.text.endswith(":"):
        return None
    confidence = 0.95 if separated else 0.9
    return value_at(
        line.page, line.text, following.start - line.start, following.end - line.start, kind, confidence, line.start
    )


def _below(reading: Reading, index: int, columns: tuple[int, int], end: int, kind: ValueKind) -> Found | None:
    """The value under a label that fills its cells `columns` (first, last), or stands among other labels of a header row."""
    line = reading.lines[index]
    behind = line.text[end : line.cells[columns[1]].end - line.start].strip(" :.#")
    if len(behind) > 40 or (kind.fills and behind and not behind.startswith("(")):
        return None
    for under in reading.lines[index + 1 : index + 3]:
        if under.page != line.page:
            return None
        target = _cell_under(line, columns, under)
        if target is None:
            continue
        found = _whole_or_first(under, target, kind)
        if found is not None:
            return Found(found.value, found.span, 0.9 if under is reading.lines[index + 1] else 0.75)
        if kind.fills:
            return None
    return None


def _whole_or_first(line: Line, cell: Span, kind: ValueKind) -> Found | None:
    start, stop = cell.start - line.start, cell.end - line.start
    if kind.fills:
        return None if cell.text.endswith(":") else value_at(line.page, line.text, start, stop, kind, 0.9, line.start)
    if kind.whole is not None and kind.whole.fullmatch(cell.text):
        return value_at(line.page, line.text, start, stop, kind, 0.9, line.start)
    return first_value(line.page, cell.text, kind, 0.9, cell.start, 25)


def _cell_under(line: Line, columns: tuple[int, int], under: Line) -> Span | None:
    """What the next line holds in the same columns: by index or order where that says it, else by place."""
    first, last = columns
    alone = sum(len(cell.text) > 3 for cell in line.cells) == 1
    if len(under.cells) == 1 and (alone or first == 0):
        return under.cells[0]
    if line.columns == under.columns == "index" or len(line.cells) == len(under.cells) or under.columns == "order":
        cells = [cell for cell in under.cells[first : last + 1] if cell.text]
    else:
        left, right = line.cells[first].start - line.start, line.cells[last].end - line.start
        cells = [c for c in under.cells if c.start - under.start < right + 2 and c.end - under.start > left - 2]
        cells = cells if last > first else cells[:1]
    if not cells:
        return None
    return trimmed(under.page, under.text, cells[0].start - under.start, cells[-1].end - under.start, under.start)
