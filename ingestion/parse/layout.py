"""Words with boxes to lines in reading order: columns one after the other, the cells of a table's row on one line.

Owns the geometry shared by PDF text and OCR. All lengths are in the unit of the boxes given; y grows downwards.
Never opens a file, never decides what a line means (see `blocks.py`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from statistics import median
from typing import NamedTuple

from ingestion.elements import Box

# In heights of the line's letters. A justified line stretches its blanks to about one; columns of a table stand further apart.
_CELL_GAP = 1.25
_BLANK_GAP = 0.25
_DIGIT_GAP = 0.5
# A currency sign this far from the word before begins the next cell.
_SIGN_GAP = 0.6
_SAME_LINE = 0.45
_MIN_COLUMN_LINES = 4
_PROSE_LETTERS = 18
_BY_BASE, _BY_LEFT = attrgetter("base", "left"), attrgetter("left")
_OPENING = frozenset("$€£¥(#") | {"$(", "($", "US$", "-$", "R$"}
_CLOSING = frozenset(")%*") | {")%", "%)"}


class Glyphs(NamedTuple):
    """A word as it stands on the page. `base` is the height by which words of one line are known (baseline or middle)."""

    text: str
    box: Box
    base: float
    height: float
    bold: bool = False


@dataclass(frozen=True)
class Run:
    """Words that surely follow each other on one line, left to right. `glued[i]`: no blank before word i. Its place is worked out
    once, when it is made: a page is sorted many times."""

    words: tuple[Glyphs, ...]
    glued: tuple[bool, ...]
    left: float = field(init=False)
    right: float = field(init=False)
    base: float = field(init=False)
    height: float = field(init=False)

    def __post_init__(self) -> None:
        words = self.words
        first = words[0]
        right, height = first.box.right, first.height
        if len(words) > 1:
            right = max([word.box.right for word in words[-3:]])
            height = max([word.height for word in words])
        # What `object.__setattr__` would do one by one.
        self.__dict__.update(left=first.box.left, right=right, base=first.base, height=height)

    @cached_property
    def text(self) -> str:
        if not any(self.glued[1:]):
            return " ".join([word.text for word in self.words])
        return "".join(
            [
                word.text if glue or not i else " " + word.text
                for i, (word, glue) in enumerate(zip(self.words, self.glued, strict=True))
            ]
        )

    @cached_property
    def is_prose(self) -> bool:
        """Whether it has as many letters as a line of prose, however narrow its column."""
        return len(self.text) >= _PROSE_LETTERS and sum(map(str.isalpha, self.text)) >= _PROSE_LETTERS


@dataclass(frozen=True)
class Line:
    """One line of the page: its cells from left to right, one if it is plain text."""

    cells: tuple[Run, ...]

    @cached_property
    def base(self) -> float:
        bases = [cell.base for cell in self.cells]
        return median(bases) if len(bases) > 1 else bases[0]

    @cached_property
    def height(self) -> float:
        return max([cell.height for cell in self.cells])


def runs(words: Sequence[Glyphs], follows: Sequence[bool]) -> list[Run]:
    """Words in the file's order to runs. `follows[i]`: the file says word i continues word i-1's line."""
    found: list[Run] = []
    start = 0
    for i in range(1, len(words) + 1):
        if i < len(words) and follows[i] and _near(words[i - 1], words[i]):
            continue
        found.append(Run(tuple(words[start:i]), (True, *(False,) * (i - start - 1))))
        start = i
    return found if words else []


def lines(pieces: Sequence[Run]) -> list[Line]:
    """All runs of a page as lines in reading order."""
    out: list[Line] = []
    for group in _reading_groups(list(pieces)):
        out += [_join_cells(row) for row in _rows(group)]
    return out


def _near(before: Glyphs, word: Glyphs) -> bool:
    height = before.height if before.height > word.height else word.height
    gap = word.box.left - before.box.right
    limit = _SIGN_GAP if word.text in _OPENING else _CELL_GAP
    return -2 * height < gap < limit * height and abs(word.base - before.base) < 0.6 * height


def _rows(pieces: Sequence[Run]) -> list[list[Run]]:
    """Runs clustered by base line, top to bottom, each cluster left to right."""
    usual = median([piece.height for piece in pieces])
    rows: list[tuple[float, list[Run]]] = []
    base, row = -math.inf, list[Run]()
    for piece in sorted(pieces, key=_BY_BASE):
        tolerance = _SAME_LINE * max(min(piece.height, 2 * usual), 0.6 * usual)
        if piece.base - base < tolerance:
            row.append(piece)
        else:
            base, row = piece.base, [piece]
            rows.append((base, row))
    return [sorted(row, key=_BY_LEFT) if len(row) > 1 else row for _, row in rows]


def _join_cells(row: Sequence[Run]) -> Line:
    """Neighbours without a cell's gap become one cell; a lone currency sign or bracket joins its number."""
    cells: list[Run] = [row[0]]
    for piece in row[1:]:
        last = cells[-1]
        height = max(last.height, piece.height)
        gap = piece.left - last.right
        sign = last.text in _OPENING or piece.text in _CLOSING
        limit = _SIGN_GAP if piece.words[0].text in _OPENING else _CELL_GAP
        if gap < limit * height or (sign and gap < 12 * height):
            # A thin 1 leaves much white around it.
            digits = last.words[-1].text[-1:].isdigit() and piece.words[0].text[:1].isdigit()
            glue = gap < (_DIGIT_GAP if digits else _BLANK_GAP) * height or sign
            cells[-1] = Run(last.words + piece.words, (*last.glued, glue, *piece.glued[1:]))
        else:
            cells.append(piece)
    return Line(tuple(cells))


def _reading_groups(pieces: list[Run]) -> list[list[Run]]:
    """The page cut into groups that are read one after the other: bands across, and in a band the columns of prose."""
    gutter = _gutter(pieces)
    if gutter is None:
        return [pieces] if pieces else []
    groups: list[list[Run]] = []
    band: list[Run] = []
    for row in _rows(pieces):
        if any(piece.left < gutter < piece.right for piece in row):
            groups += _columns(band, gutter)
            groups.append(row)
            band = []
        else:
            band += row
    groups += _columns(band, gutter)
    return _merged(groups)


def _columns(band: list[Run], gutter: float) -> list[list[Run]]:
    left = [piece for piece in band if piece.right <= gutter]
    right = [piece for piece in band if piece.right > gutter]
    if len(_prose(left)) < _MIN_COLUMN_LINES or len(_prose(right)) < _MIN_COLUMN_LINES:
        return [band] if band else []
    return [*_reading_groups(left), [], *_reading_groups(right), []]


def _merged(groups: Sequence[list[Run]]) -> list[list[Run]]:
    """Neighbouring groups as one, so that a table broken by a crossing line stays whole; an empty group is a border."""
    merged: list[list[Run]] = [[]]
    for group in groups:
        if group:
            merged[-1] = merged[-1] + group
        elif merged[-1]:
            merged.append([])
    return [group for group in merged if group]


def _gutter(pieces: Sequence[Run]) -> float | None:
    """Where the white stripe between two columns of prose stands, None if the page has none."""
    prose = _prose(pieces)
    if len(prose) < 2 * _MIN_COLUMN_LINES:
        return None
    best: tuple[int, float] | None = None
    for edge in sorted({round(piece.left) - 1.0 for piece in prose}):
        left = [p for p in prose if p.right <= edge]
        right = [p for p in prose if p.left >= edge]
        crossing = len(prose) - len(left) - len(right)
        score = min(len(_full(left)), len(_full(right)))
        if score >= _MIN_COLUMN_LINES and crossing <= 2 * score and (best is None or score > best[0]):
            best = (score, edge)
    return best[1] if best else None


def _prose(pieces: Sequence[Run]) -> list[Run]:
    return [piece for piece in pieces if piece.is_prose]


def _full(side: Sequence[Run]) -> list[Run]:
    """The lines that fill their column, if most do: prose does, the labels of a table do not."""
    if not side:
        return []
    widths = [piece.right - piece.left for piece in side]
    widest = sorted(widths)[-max(1, len(widths) // 10)]
    full = [p for p, width in zip(side, widths, strict=True) if width >= 0.8 * widest]
    return full if len(full) >= 0.5 * len(side) else []
