"""The words of a PDF page as PDFium sees them: characters, boxes, baselines, in the file's own order.

Owns the calls per character and the page's turn. Never decides a reading order.
"""

import ctypes
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from ingestion.elements import Box
from ingestion.parse.layout import Glyphs
from ingestion.parse.wording import clean

_FORCE_BOLD = 1 << 18
_BREAKS = frozenset({0x0A, 0x0D})
# PDFium's own sign for a word divided at the end of a line; the rest of the word stands on the next.
_DIVIDED = frozenset({0x02, 0xFFFE})
_BLANKS = frozenset({0x20, 0xA0, 0x09, 0x2002, 0x2003, 0x2009, 0x202F, 0x3000})


@dataclass(frozen=True)
class RawWord:
    """A word in display coordinates (points from the top left), `x`, `y` where its first letter stands on its baseline.

    `turn`: quarters by which it is turned clockwise on the display. `follows`: no line break before it in the file.
    """

    text: str
    box: Box
    x: float
    y: float
    bold: bool
    turn: int
    follows: bool


@dataclass(frozen=True)
class View:
    """How page coordinates become display coordinates: x' = a x + b y + c, y' = d x + e y + f (crop box and rotation)."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f

    @property
    def turn(self) -> int:
        """Quarters by which the page itself is turned clockwise."""
        return round(math.atan2(self.d, self.a) / (math.pi / 2)) % 4

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        (x1, y1), (x2, y2) = self.point(left, bottom), self.point(right, top)
        return Box(round(min(x1, x2), 2), round(min(y1, y2), 2), round(max(x1, x2), 2), round(max(y1, y2), 2))


def view(page: Any) -> View:
    """Asks PDFium where three points land, in hundredths of a point."""
    import pypdfium2.raw as raw

    width, height = (int(side * 100) for side in page.get_size())
    x, y = ctypes.c_int(), ctypes.c_int()

    def land(px: float, py: float) -> tuple[float, float]:
        raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, px, py, ctypes.byref(x), ctypes.byref(y))
        return x.value / 100, y.value / 100

    (cx, cy), (ax, ay), (bx, by) = land(0, 0), land(1000, 0), land(0, 1000)
    return View((ax - cx) / 1000, (bx - cx) / 1000, cx, (ay - cy) / 1000, (by - cy) / 1000, cy)


def words_of(page: Any) -> list[RawWord]:
    """The page's words in the file's order."""
    textpage = page.get_textpage()
    try:
        return _Reader(textpage, view(page)).words()
    finally:
        textpage.close()


def upright(words: Sequence[RawWord]) -> list[Glyphs]:
    """Words of one turn as they stand once the page is turned so that they run to the right."""
    turned = [_turned(word) for word in words]
    usual = median(box.bottom - box.top for box, _ in turned)
    return [
        # A dash or a dot is as tall as the letters it stands between.
        Glyphs(word.text, box, base, max(box.bottom - box.top, 0.7 * usual), word.bold)
        for word, (box, base) in zip(words, turned, strict=True)
    ]


def _turned(word: RawWord) -> tuple[Box, float]:
    box, turn = word.box, word.turn
    if turn == 1:
        return Box(box.top, -box.right, box.bottom, -box.left), -word.x
    if turn == 2:
        return Box(-box.right, -box.bottom, -box.left, -box.top), -word.y
    if turn == 3:
        return Box(-box.bottom, box.left, -box.top, box.right), word.x
    return box, word.y


class _Reader:
    """Walks once over the characters of a text page; the C variables are made once and used for each call."""

    def __init__(self, textpage: Any, view: View) -> None:
        import pypdfium2.raw as raw

        self._raw = raw
        self._page = textpage.raw
        self._count = textpage.count_chars()
        self._view = view
        self._numbers = [ctypes.c_double() for _ in range(4)]
        self._name = ctypes.create_string_buffer(128)
        self._flags = ctypes.c_int()
        self._refs = [ctypes.byref(number) for number in self._numbers]

    def words(self) -> list[RawWord]:
        words: list[RawWord] = []
        codes: list[int] = []
        first = 0
        follows = False
        unicode = self._raw.FPDFText_GetUnicode
        for i in range(self._count + 1):
            code = unicode(self._page, i) if i < self._count else 0x0A
            blank = code in _BREAKS or code in _BLANKS
            if not blank:
                first = first if codes else i
                codes.append(code)
            if codes and (blank or code in _DIVIDED):
                if word := self._word(first, codes, follows):
                    words.append(word)
                    follows = True
                codes = []
            if code in _BREAKS or code in _DIVIDED:
                follows = False
        return words

    def _word(self, first: int, codes: Sequence[int], follows: bool) -> RawWord | None:
        text = clean("".join(_letters(codes)))
        box = self._box(first, len(codes))
        if not text.strip() or box is None:
            return None
        x, y = self._numbers[:2]
        self._raw.FPDFText_GetCharOrigin(self._page, first, *self._refs[:2])
        at = self._view.point(x.value, y.value)
        angle = self._raw.FPDFText_GetCharAngle(self._page, first)
        turn = (round(angle / (math.pi / 2)) + self._view.turn) % 4 if angle >= 0 else 0
        return RawWord(text, box, at[0], at[1], self._bold(first), turn, follows)

    def _bold(self, at: int) -> bool:
        """By the font's name and flags (ISO 32000-1, table 123: ForceBold); PDFium's weight calls Arial Italic bold."""
        length = self._raw.FPDFText_GetFontInfo(self._page, at, self._name, len(self._name), ctypes.byref(self._flags))
        name = self._name.value.lower() if 0 < length <= len(self._name) else b""
        return bool(self._flags.value & _FORCE_BOLD) or any(word in name for word in (b"bold", b"black", b"heavy"))

    def _box(self, first: int, count: int) -> Box | None:
        left, right, bottom, top = self._numbers
        edges: list[tuple[float, float, float, float]] = []
        for i in range(first, first + count):
            # Characters that PDFium added itself (a hyphen at a line's end) have an empty box at 0.
            if self._raw.FPDFText_GetCharBox(self._page, i, *self._refs) and right.value > left.value:
                edges.append((left.value, bottom.value, right.value, top.value))
        if not edges:
            return None
        lefts, bottoms, rights, tops = zip(*edges, strict=True)
        return self._view.box(min(lefts), min(bottoms), max(rights), max(tops))


def _letters(codes: Sequence[int]) -> list[str]:
    """Code points to characters; PDFium gives those beyond U+FFFF as two surrogates."""
    letters: list[str] = []
    high = 0
    for code in codes:
        if high and 0xDC00 <= code < 0xE000:
            letters.append(chr(0x10000 + ((high - 0xD800) << 10) + code - 0xDC00))
        elif not 0xD800 <= code < 0xE000 and code <= 0x10FFFF:
            letters.append(chr(code))
        high = code if 0xD800 <= code < 0xDC00 else 0
    return letters
