"""A parsed document as lines and cells, and values found in its prose.

Every find carries its span, so that `quote == page.text[start:end]`. Labels are `labels.py`; never knows a document's kind.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Literal, NamedTuple

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
from ingestion.literals import lowered, needed

OCR_TRUST = 0.9

Columns = Literal["index", "place", "order"]


class Span(NamedTuple):
    """A run of characters of one page; `text` is exactly what stands there. A tuple, because a document has thousands."""

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

    @cached_property
    def low(self) -> str:
        """All its text as plain texts are looked up in it."""
        return lowered(self.text)

    @cached_property
    def _low_lines(self) -> tuple[str, list[int]]:
        """The same of its lines, one after the other, and where each begins."""
        lines = [lowered(line.text) for line in self.lines]
        begins = list(accumulate((len(line) + 1 for line in lines), initial=0))
        return "\n".join(lines), begins

    def lines_with(self, texts: Collection[str]) -> list[int]:
        """The numbers of the lines in which one of these texts stands, each as `literals.needed` has them."""
        low, begins = self._low_lines
        found: set[int] = set()
        for text in texts:
            at = low.find(text) if self.lines else -1
            while at >= 0:
                number = bisect_right(begins, at) - 1
                found.add(number)
                at = low.find(text, begins[number + 1]) if number + 1 < len(self.lines) else -1
        return sorted(found)


@dataclass(frozen=True)
class Found:
    """A value with the words it was read from, and how sure the way of finding it makes us (0 to 1)."""

    value: str
    span: Span
    confidence: float


def open_reading(parsed: Parsed) -> Reading:
    """Lines and cells of every page."""
    pages = tuple(page for page in parsed.pages if page.text.strip())
    on_paper = parsed.media_type == "application/pdf" or parsed.media_type.startswith("image/")
    items = tuple(Span(e.page, e.start, e.end, e.text) for e in parsed.elements if e.type == "ListItem")
    return Reading(pages, tuple(line for page in pages for line in _lines(page, on_paper)), items)


def head(reading: Reading, lines: int | None = None) -> Reading:
    """The first page, or its first lines."""
    first = reading.pages[0].number
    return Reading(reading.pages[:1], tuple(line for line in reading.lines if line.page == first)[:lines])


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


_BAR, _GAP = re.compile(r"\||\t"), re.compile(r"[^\S\n]{2,}")


def _cells(page: int, text: str, offset: int, ruled: bool) -> Iterator[Span]:
    at = 0
    borders = [match.span() for match in (_BAR if ruled else _GAP).finditer(text)]
    for stop, following in (*borders, (len(text), len(text))):
        cell = trimmed(page, text, at, stop, offset)
        if cell.text or ruled:
            yield cell
        at = following


def trimmed(page: int, text: str, start: int, end: int, offset: int = 0) -> Span:
    """The span of text[start:end] without white space at its ends; `offset` is added to its place."""
    piece = text[start:end]
    body = piece.strip()
    left = offset + start + (len(piece) - len(piece.lstrip()) if len(body) < len(piece) else 0)
    return Span(page, left, left + len(body), body)


def fact(name: str, kind: ValueKind, found: Found, reading: Reading, row: int | None = None) -> ReadFact:
    """The fact of a find; what was read by OCR is trusted less."""
    span = found.span
    source = next(page.source for page in reading.pages if page.number == span.page)
    confidence = round(found.confidence * (OCR_TRUST if source == "ocr" else 1.0), 2)
    return ReadFact(name, kind.type, found.value, span.page, span.start, span.end, span.text, confidence, row)


@lru_cache(maxsize=2048)
def label_pattern(label: str) -> re.Pattern[str]:
    """A label as it may be printed: any white space for a space, not inside a longer word."""
    return re.compile(rf"(?<![\w-])(?:{spaced(label)})(?:(?<!\w)|(?![\w-]))", re.IGNORECASE)


@lru_cache(maxsize=2048)
def label_texts(label: str) -> frozenset[str]:
    """Texts of which a line holds one where the label stands in it."""
    return needed(label).texts


@lru_cache(maxsize=2048)
def prose_pattern(template: str) -> re.Pattern[str]:
    """A prose pattern with its places for values filled in."""
    pattern = spaced(template)
    for place, value in _PLACES.items():
        pattern = pattern.replace(place, f"(?P<v>{value})")
    return re.compile(pattern, re.IGNORECASE)


@lru_cache(maxsize=2048)
def _prose_texts(template: str) -> frozenset[str]:
    """Texts of which a page holds one where the prose pattern fits."""
    for place in _PLACES:
        template = template.replace(place, ".+")
    return needed(template).texts


_PLACES = {
    "<date>": DATE_PATTERN,
    "<money>": MONEY_PATTERN,
    "<percent>": PERCENT_PATTERN,
    "<name>": NAME_PATTERN,
    "<taxid>": TAX_ID_PATTERN,
    "<year>": YEAR_PATTERN,
    "<count>": COUNT_PATTERN,
}


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
    low = reading.low
    for template in templates:
        if not any(text in low for text in _prose_texts(template)):
            continue
        for page, match in matches(reading, prose_pattern(template)):
            start = (
                _own_party(page.text, *match.span("v")) if kind.pattern.pattern == NAME_PATTERN else match.start("v")
            )
            found = value_at(page.number, page.text, start, match.end("v"), kind, 0.85)
            if found is not None:
                return found
    return None


# "as Lessor, and Harbor Bakery Inc, as Lessee": the role of the party before is no part of a name.
_OTHER_ROLE = re.compile(
    r"(?:lessor|lessee|landlord|tenant|lender|borrower|seller|buyer|purchaser|company|issuer|owner|grantor|grantee)s?,?\s+and\s+",
    re.IGNORECASE,
)


def _own_party(text: str, start: int, end: int) -> int:
    """Where a party's name begins: behind the other party that stands before it, "between Quarry Stone Inc and Jordan Lee"."""
    role = _OTHER_ROLE.match(text, start, end)
    if role is not None:
        return role.end()
    if re.search(r"\bbetween\s+$", text[:start], re.IGNORECASE):
        return max((match.end() for match in re.finditer(r"\s+and\s+", text[start:end])), default=0) + start
    return start


# "Alice Paek  20 Other information": the numbered box beside a value of a form, where no rule stands between the two.
_NEXT_BOX = re.compile(r"[^\S\n]{2,}\d{1,2}[A-Z]?\s+[A-Z][a-z]")


def value_at(
    page: int, text: str, start: int, end: int, kind: ValueKind, confidence: float, offset: int = 0
) -> Found | None:
    """The value that text[start:end] is; None where it is no value of that kind."""
    if kind.fills and (beyond := _NEXT_BOX.search(text, start, end)):
        end = beyond.start()
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
