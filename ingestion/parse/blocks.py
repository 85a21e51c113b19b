"""Lines of a laid-out page to its text, its elements and its words' places.

Owns what a line means: heading, list item, paragraph, row of a table. Never opens a file, never reorders lines.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from ingestion.elements import Element, ElementType, Word
from ingestion.parse.layout import Line, Run
from ingestion.parse.pages import CELL_BORDER

_LIST_ITEM = re.compile(r"^(?:[•▪●◦‣–·*-]\s+\S|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+\S)")
_NUMBERING = re.compile(r"^(?:item\s+)?(?:\d{1,2}[A-Z]?|[IVX]{1,4}|[A-Z])(?:\.\d{1,2})*\.?$", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"^(?:page\s+)?[-–]?\s*\d{1,4}\s*[-–]?(?:\s*(?:of|/)\s*\d{1,4})?$", re.IGNORECASE)
_MAX_TITLE_WORDS = 14
# Line pitch in heights of letters; more is a new paragraph.
_PARAGRAPH_GAP = 2.1
_MAX_LABEL_LINES = 4


@dataclass(frozen=True)
class LaidOut:
    """A page's text with its elements, and `placed`, which finds where its words stand: few ask."""

    text: str
    elements: tuple[Element, ...]
    placed: Callable[[], tuple[Word, ...]] = tuple

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """Each word's place, in text order; boxes are those of the glyphs given."""
        return self.placed()


def lay_out(page: int, lines: Sequence[Line]) -> LaidOut:
    """Text of `lines`: one line each, cells of a table joined by " | ", an empty line between blocks."""
    writer = _Writer(page)
    usual = median([line.height for line in lines]) if lines else 1.0
    titles = [_is_title(line, usual) for line in lines]
    at = 0
    while at < len(lines):
        rows = _table_length(lines, at)
        if rows:
            writer.table(lines[at : at + rows])
            at += rows
        else:
            end = _paragraph_end(lines, at, usual, titles)
            writer.paragraph(_kind(lines, at, end, titles[at]), lines[at:end])
            at = end
    return LaidOut("".join(writer.parts), tuple(writer.elements), writer.words)


class _Writer:
    """Writes the text and keeps count of where everything stands."""

    def __init__(self, page: int) -> None:
        self.page = page
        self.parts: list[str] = []
        self.elements: list[Element] = []
        self.runs: list[tuple[int, Run]] = []
        self.at = 0
        self.first = 0

    def paragraph(self, kind: ElementType, lines: Sequence[Line]) -> None:
        start = self._begin()
        for i, line in enumerate(lines):
            if i:
                self._put("\n")
            self._line(line, "  ")
        self._end(kind, start, ())

    def table(self, lines: Sequence[Line]) -> None:
        start = self._begin()
        for i, line in enumerate(lines):
            if i:
                self._put("\n")
            self._line(line, CELL_BORDER)
        self._end("Table", start, tuple(tuple(cell.text for cell in line.cells) for line in lines))

    def _begin(self) -> int:
        if self.parts:
            self._put("\n\n")
        self.first = len(self.parts)
        return self.at

    def _end(self, kind: ElementType, start: int, rows: tuple[tuple[str, ...], ...]) -> None:
        text = "".join(self.parts[self.first :])
        self.elements.append(Element(kind, text, self.page, start, self.at, rows))

    def _line(self, line: Line, border: str) -> None:
        for i, cell in enumerate(line.cells):
            if i:
                self._put(border)
            self._run(cell)

    def _run(self, run: Run) -> None:
        self.runs.append((self.at, run))
        self._put(run.text)

    def words(self) -> tuple[Word, ...]:
        return tuple(word for at, run in self.runs for word in _words(at, run))

    def _put(self, text: str) -> None:
        self.parts.append(text)
        self.at += len(text)


def _words(at: int, run: Run) -> Iterator[Word]:
    for i, (word, glued) in enumerate(zip(run.words, run.glued, strict=True)):
        at += bool(i) and not glued
        yield Word(at, at + len(word.text), word.box)
        at += len(word.text)


def _table_length(lines: Sequence[Line], at: int) -> int:
    """How many lines from `at` are one table, 0 if none starts here: two or more lines of cells that stand below each other."""
    if len(lines[at].cells) < 2:
        return 0
    last = at
    for i in range(at + 1, len(lines)):
        if not _close(lines[i - 1], lines[i]) or i - last > _MAX_LABEL_LINES + 1:
            break
        if len(lines[i].cells) < 2:
            if not _is_row_label(lines[i], lines[last]):
                break
        elif _aligned(lines[last], lines[i]) or (last > at and _aligned(lines[last - 1], lines[i])):
            last = i
        else:
            break
    return last - at + 1 if last > at else 0


def _close(above: Line, below: Line) -> bool:
    return 0 < below.base - above.base < 4.5 * max(above.height, below.height)


def _is_row_label(line: Line, row: Line) -> bool:
    """A line with one cell may stand inside a table: a group's heading or a label that runs over two lines."""
    return line.cells[0].right < row.cells[-1].left


def _aligned(above: Line, below: Line) -> bool:
    """Some cell after the first stands under one of the line above: same left, right or middle, within a letter."""
    slack = max(above.height, below.height)
    for a in above.cells[1:]:
        for b in below.cells[1:]:
            if (
                abs(a.left - b.left) < slack
                or abs(a.right - b.right) < slack
                or abs(a.left + a.right - b.left - b.right) < 2 * slack
            ):
                return True
    return False


def _paragraph_end(lines: Sequence[Line], at: int, usual: float, titles: Sequence[bool]) -> int:
    """Where the paragraph that starts at `at` ends: at a gap, a heading, a list item, a table, another size of letters."""
    title = titles[at]
    end = at + 1
    while end < len(lines):
        above, line = lines[end - 1], lines[end]
        pitch = line.base - above.base
        if pitch <= 0 or pitch > _PARAGRAPH_GAP * max(above.height, 0.8 * usual):
            break
        if titles[end] != title or _LIST_ITEM.match(line.cells[0].text) or _table_length(lines, end):
            break
        if title and abs(line.height - above.height) > 0.25 * above.height:
            break
        end += 1
    return end


def _is_title(line: Line, usual: float) -> bool:
    cells = line.cells[1:] if _NUMBERING.match(line.cells[0].text) else line.cells
    if len(cells) != 1:
        return False
    text = cells[0].text
    if text.endswith((".", ",", ";")) or len(text.split()) > _MAX_TITLE_WORDS:
        return False
    letters = sum(map(str.isalpha, text))
    if letters < 3:
        return False
    if line.height > 1.25 * usual or sum(map(str.isupper, text)) > 0.75 * letters:
        return True
    return all(word.bold for word in cells[0].words)


def _kind(lines: Sequence[Line], at: int, end: int, title: bool) -> ElementType:
    text = lines[at].cells[0].text
    if end - at == 1 and len(lines[at].cells) == 1 and _PAGE_NUMBER.match(text):
        return "Footer" if at > 2 else "Header"
    if _LIST_ITEM.match(text):
        return "ListItem"
    return "Title" if end - at <= 3 and title else "Text"
