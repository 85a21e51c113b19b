"""The words of a PDF page as PDFium sees them: characters, boxes, baselines, in the file's own order.

Owns the page's turn and what makes a word. Never decides a reading order, never calls PDFium for what a whole word or a piece of text
has in common (pdf_calls.py does, once).
"""

import ctypes
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

from ingestion.elements import Box
from ingestion.parse.layout import Glyphs
from ingestion.parse.pdf_calls import TextPage
from ingestion.parse.wording import clean

_BREAKS = "\n\r"
# PDFium's own sign for a word divided at the end of a line; the rest of the word stands on the next.
_DIVIDED = "\x02\ufffe"
_BLANKS = "\x20\xa0\x09\u2002\u2003\u2009\u202f\u3000"
_PIECE = re.compile(f"[^{_BREAKS}{_DIVIDED}{_BLANKS}]+[{_DIVIDED}]?|[{_DIVIDED}{_BREAKS}]")


class RawWord(NamedTuple):
    """A word in display coordinates (points from the top left), `x`, `y` where its first letter stands on its baseline.

    `turn`: quarters by which it is turned clockwise on the display. `follows`: no line break before it in the file. A tuple, because a
    page has thousands.
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

    @property
    def upright(self) -> bool:
        """Whether a page's left and top are the display's."""
        return self.a > 0 and self.e < 0 and self.b == self.d == 0

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
        return _words(TextPage(textpage), view(page))
    finally:
        textpage.close()


def _words(page: TextPage, seen: View) -> list[RawWord]:
    pieces = [(match.start(), match.group()) for match in _PIECE.finditer(page.characters)]
    places = iter(page.places([(first, len(text)) for first, text in pieces if text not in _BREAKS]))
    place_on = _upright(seen) if seen.upright else _turned_page(seen)
    found: list[RawWord] = []
    follows = False
    for _, text in pieces:
        if text in _BREAKS:
            follows = False
            continue
        place = next(places)
        word = text if text.isascii() and text.isprintable() else clean(_joined(text))
        if place is not None and word.strip():
            found.append(RawWord(word, *place_on(*place), follows))
            follows = True
        if text[-1] in _DIVIDED:
            follows = False
    return found


_Shown = tuple[Box, float, float, bool, int]
"""A word's box, baseline, weight and turn on the display."""


def _upright(seen: View) -> Callable[..., _Shown]:
    """What `_turned_page` does, for a page that is not turned, which nearly all are: no corner can change places with another."""
    a, c, e, f = seen.a, seen.c, seen.e, seen.f

    def on(left: float, top: float, right: float, bottom: float, x: float, y: float, bold: bool, turn: int) -> _Shown:
        box = Box(round(a * left + c, 2), round(e * top + f, 2), round(a * right + c, 2), round(e * bottom + f, 2))
        return box, a * x + c, e * y + f, bold, turn % 4 if turn > 0 else 0

    return on


def _turned_page(seen: View) -> Callable[..., _Shown]:
    turned = seen.turn

    def on(left: float, top: float, right: float, bottom: float, x: float, y: float, bold: bool, turn: int) -> _Shown:
        box, at = seen.box(left, bottom, right, top), seen.point(x, y)
        return box, *at, bold, (turn + turned) % 4 if turn >= 0 else 0

    return on


def _joined(text: str) -> str:
    """Characters beyond U+FFFF, which PDFium gives as two surrogates, as one; a lone one is none."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


def upright(words: Sequence[RawWord]) -> list[Glyphs]:
    """Words of one turn as they stand once the page is turned so that they run to the right."""
    turned = [_turned(word) for word in words] if words[0].turn else [(word.box, word.y) for word in words]
    heights = [box.bottom - box.top for box, _ in turned]
    # A dash or a dot is as tall as the letters it stands between.
    least = 0.7 * median(heights)
    return [
        Glyphs(word.text, box, base, height if height > least else least, word.bold)
        for word, (box, base), height in zip(words, turned, heights, strict=True)
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
