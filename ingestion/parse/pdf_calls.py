"""PDFium's text page asked in bulk: all characters at once, the place of a word instead of its letters', what a piece of text has in
common once.

Owns the calls that convert nothing: pypdfium2's own look at every argument, which costs more than PDFium's answer. Used only inside
`pdf.opened`, one thread at a time. Never decides what a word is.
"""

import ctypes
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any

_FORCE_BOLD = 1 << 18
_AT_ONCE = 1024  # words whose answers lie in memory before they are read


Place = tuple[float, float, float, float, float, float, bool, int]
"""Where a word stands in the page's own coordinates: its left, top, right and bottom; where its first letter stands on its baseline;
whether it is bold; and by how many quarters its letters are turned clockwise on the page, less than 0 if PDFium does not know."""


@dataclass(frozen=True)
class _Calls:
    """PDFium's functions without a check of their arguments; `slots` are addresses in `numbers`, six a word."""

    count_rects: Callable[..., int]
    rect: Callable[..., int]
    origin: Callable[..., int]
    text_object: Callable[..., int | None]
    font: Callable[..., int | None]
    angle: Callable[..., float]
    numbers: Any
    slots: Sequence[tuple[Any, ...]]


@lru_cache(maxsize=1)
def _calls() -> _Calls:
    import pypdfium2.raw as raw

    numbers = (ctypes.c_double * (6 * _AT_ONCE))()
    size = ctypes.sizeof(ctypes.c_double)
    return _Calls(
        count_rects=_bare(raw.FPDFText_CountRects, ctypes.c_int),
        rect=_bare(raw.FPDFText_GetRect, ctypes.c_int),
        origin=_bare(raw.FPDFText_GetCharOrigin, ctypes.c_int),
        text_object=_bare(raw.FPDFText_GetTextObject, ctypes.c_void_p),
        font=_bare(raw.FPDFTextObj_GetFont, ctypes.c_void_p),
        angle=_bare(raw.FPDFText_GetCharAngle, ctypes.c_float),
        numbers=numbers,
        slots=[tuple(ctypes.byref(numbers, (6 * word + i) * size) for i in range(6)) for word in range(_AT_ONCE)],
    )


def _bare(function: Any, result: Any) -> Any:
    """The same function, told nothing of its arguments: integers go as C's int, the rest as it is given."""
    return ctypes.PYFUNCTYPE(result)(ctypes.cast(function, ctypes.c_void_p).value or 0)


class TextPage:
    """An open text page of PDFium, while it is open."""

    def __init__(self, textpage: Any) -> None:
        self._page = textpage.raw
        self._bare_page = ctypes.cast(textpage.raw, ctypes.c_void_p)
        self._count: int = textpage.count_chars()
        self._bold: dict[int | None, bool] = {}
        # What PDFium added itself is part of nothing.
        self._known: dict[int | None, tuple[bool, int]] = {None: (False, 0)}

    @property
    def characters(self) -> str:
        """All characters, each at its own index; what lies beyond U+FFFF stands as two surrogates, as PDFium counts it."""
        import pypdfium2.raw as raw

        if self._count <= 0:
            return ""
        room = (ctypes.c_ushort * (self._count + 1))()
        written = raw.FPDFText_GetText(self._page, 0, self._count, room) - 1
        text = ctypes.string_at(room, 2 * self._count).decode("utf-16-le", "surrogatepass")
        if written != self._count or len(text) != self._count:
            # The text leaves out what is no character; the indices count it.
            return "".join(map(self._character, range(self._count)))
        # One sign for a divided word and for a letter that the font does not tell; the characters themselves keep them apart.
        return re.sub("\ufffe", lambda sign: self._character(sign.start()), text)

    def _character(self, at: int) -> str:
        import pypdfium2.raw as raw

        code = raw.FPDFText_GetUnicode(self._page, at)
        return chr(code) if code < 0x110000 else "\0"

    def places(self, spans: Sequence[tuple[int, int]]) -> list[Place | None]:
        """For each word, given by its first character and how many it has, where it stands; None where it is nowhere."""
        found: list[Place | None] = []
        for first in range(0, len(spans), _AT_ONCE):
            found += self._places(spans[first : first + _AT_ONCE])
        return found

    def _places(self, spans: Sequence[tuple[int, int]]) -> list[Place | None]:
        calls, page = _calls(), self._bare_page
        count_rects, rect, origin = calls.count_rects, calls.rect, calls.origin
        apart: list[int] = []
        for number, ((first, count), (left, top, right, bottom, x, y)) in enumerate(
            zip(spans, calls.slots, strict=False)
        ):
            if count_rects(page, first, count) == 1:
                rect(page, 0, left, top, right, bottom)
            else:
                apart.append(number)
            origin(page, first, x, y)
        numbers = calls.numbers[: 6 * len(spans)]
        manners = self._manners([first for first, _ in spans])
        columns = [numbers[i::6] for i in range(6)]
        found: list[Place | None] = list(zip(*columns, *manners, strict=True))
        for number in apart:
            around, place = self._around(*spans[number]), found[number]
            found[number] = (*around, *place[4:]) if around and place else None
        return found

    def _manners(self, firsts: Sequence[int]) -> tuple[list[bool], list[int]]:
        """Bold and turn of words, by the pieces of text that their first characters are part of."""
        known = self._known
        pieces = list(map(_calls().text_object, repeat(self._bare_page), firsts))
        for piece, first in zip(pieces, firsts, strict=True):
            if piece not in known:
                known[piece] = self._manner(piece, first)
        return [known[piece][0] for piece in pieces], [known[piece][1] for piece in pieces]

    def _around(self, first: int, count: int) -> tuple[float, float, float, float] | None:
        """Left, top, right and bottom of letters that were written piece by piece."""
        import pypdfium2.raw as raw

        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        edges: list[tuple[float, float, float, float]] = []
        for i in range(first, first + count):
            asked = (ctypes.byref(number) for number in (left, right, bottom, top))
            # Characters that PDFium added itself (a hyphen at a line's end) have an empty box at 0.
            if raw.FPDFText_GetCharBox(self._page, i, *asked) and right.value > left.value:
                edges.append((left.value, top.value, right.value, bottom.value))
        if not edges:
            return None
        lefts, tops, rights, bottoms = zip(*edges, strict=True)
        return min(lefts), max(tops), max(rights), min(bottoms)

    def _manner(self, piece: int | None, at: int) -> tuple[bool, int]:
        """Whether a piece of text, of which this is a character, is bold, and its turn."""
        calls = _calls()
        font = calls.font(ctypes.c_void_p(piece))
        if font not in self._bold:
            self._bold[font] = self._is_bold(at)
        angle = calls.angle(self._bare_page, at)
        return self._bold[font], round(angle / (math.pi / 2)) if angle >= 0 else -1

    def _is_bold(self, at: int) -> bool:
        """By the font's name and flags (ISO 32000-1, table 123: ForceBold); PDFium's weight calls Arial Italic bold."""
        import pypdfium2.raw as raw

        name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        length = raw.FPDFText_GetFontInfo(self._page, at, name, len(name), ctypes.byref(flags))
        font = name.value.lower() if 0 < length <= len(name) else b""
        return bool(flags.value & _FORCE_BOLD) or any(word in font for word in (b"bold", b"black", b"heavy"))


def shows_pictures(page: Any) -> bool:
    """Whether a page has pictures, or parts that may hold some; to be asked before anything is asked of its many objects."""
    import pypdfium2.raw as raw

    bare, count = ctypes.cast(page.raw, ctypes.c_void_p), raw.FPDFPage_CountObjects(page)
    one, kind = _objects()
    kinds = {kind(ctypes.c_void_p(one(bare, number))) for number in range(count)}
    return not kinds.isdisjoint((raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM))


@lru_cache(maxsize=1)
def _objects() -> tuple[Callable[..., int | None], Callable[..., int]]:
    import pypdfium2.raw as raw

    return _bare(raw.FPDFPage_GetObject, ctypes.c_void_p), _bare(raw.FPDFPageObj_GetType, ctypes.c_int)
