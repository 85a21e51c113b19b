"""What people put on a PDF page besides its print: boxes ticked in a form, notes and comments, pictures pasted into a letter.

Owns where these stand and how they are written as text. Never reads the print itself (glyphs.py), never changes the file.
"""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ingestion.elements import Box, Element, Word
from ingestion.parse.blocks import LaidOut
from ingestion.parse.glyphs import RawWord, view
from ingestion.parse.pdf_calls import shows_pictures
from ingestion.parse.wording import one_line

TICKED, NOT_TICKED = "☒", "☐"
# Of the page, in dots, and the words of print that may stand on it: less is a logo, more is a page's background or a scan with its text.
_LEAST_SHARE, _LEAST_WIDTH, _LEAST_HEIGHT, _MOST_WORDS = 0.06, 300, 150, 2
_MANY_NOTES = 500


@dataclass(frozen=True)
class Marks:
    """`boxes`: the boxes of a form, each as a word; `notes`: where a comment is pinned and its words."""

    boxes: tuple[RawWord, ...] = ()
    notes: tuple[tuple[Box, str], ...] = ()

    def with_boxes(self, words: Sequence[RawWord]) -> list[RawWord]:
        """The page's words with its boxes; the letter by which a font draws a tick is not a word."""
        if not self.boxes:
            return list(words)
        kept = [w for w in words if len(w.text) > 1 or not any(_inside(w.box, box.box) for box in self.boxes)]
        return [*kept, *self.boxes]

    def with_notes(self, laid: LaidOut, page: int) -> LaidOut:
        """The page's text with its comments under it; those that the page shows as print are there already."""
        shown = "".join(laid.text.split())
        for box, words in self.notes:
            if "".join(words.split()) not in shown:
                laid = appended(laid, page, f"Comment: {words}", box)
        return laid


def read_marks(document: Any, page: Any) -> Marks:
    """The marks of a page, which must not have been flattened."""
    import pypdfium2.raw as raw

    count = raw.FPDFPage_GetAnnotCount(page)
    if count <= 0:
        return Marks()
    seen = view(page)
    boxes: list[RawWord] = []
    notes: list[tuple[Box, str]] = []
    for index in range(min(count, _MANY_NOTES * 4)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            rect = raw.FS_RECTF()
            if raw.FPDFAnnot_GetRect(annotation, ctypes.byref(rect)):
                box = seen.box(rect.left, rect.bottom, rect.right, rect.top)
                boxes += _tick(document, annotation, box)
                notes += _note(annotation, box)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return Marks(tuple(boxes), tuple(notes[:_MANY_NOTES]))


def _tick(document: Any, annotation: Any, box: Box) -> Iterator[RawWord]:
    import pypdfium2.raw as raw

    if not document.formenv or raw.FPDFAnnot_GetSubtype(annotation) != raw.FPDF_ANNOT_WIDGET:
        return
    kind = raw.FPDFAnnot_GetFormFieldType(document.formenv, annotation)
    if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
        text = TICKED if raw.FPDFAnnot_IsChecked(document.formenv, annotation) else NOT_TICKED
        # Its foot a little above the lower edge, where the letters beside it stand.
        yield RawWord(text, box, box.left, box.bottom - 0.2 * (box.bottom - box.top), False, 0, False)


def _note(annotation: Any, box: Box) -> Iterator[tuple[Box, str]]:
    import pypdfium2.raw as raw

    spoken = (
        raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE, raw.FPDF_ANNOT_STRIKEOUT,
        raw.FPDF_ANNOT_SQUARE, raw.FPDF_ANNOT_CIRCLE, raw.FPDF_ANNOT_LINE, raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_INK, raw.FPDF_ANNOT_CARET,
    )  # fmt: skip
    if raw.FPDFAnnot_GetSubtype(annotation) not in spoken:
        return
    length = raw.FPDFAnnot_GetStringValue(annotation, b"Contents", None, 0)
    if not 2 < length < 100_000:
        return
    buffer = ctypes.create_string_buffer(length)
    raw.FPDFAnnot_GetStringValue(annotation, b"Contents", ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
    if words := one_line(buffer.raw[: length - 2].decode("utf-16-le", "replace")):
        yield box, words


def pasted(page: Any, laid: LaidOut) -> list[Box]:
    """The pictures on a page of print that may hold words of their own, from the top down."""
    import pypdfium2.raw as raw

    if not shows_pictures(page):
        return []
    seen, area = view(page), page.get_width() * page.get_height()
    found: list[Box] = []
    for item in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        left, bottom, right, top = item.get_bounds()
        width, height = item.get_px_size()
        if (right - left) * (top - bottom) < _LEAST_SHARE * area or width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
            continue
        box = seen.box(left, bottom, right, top)
        if sum(_inside(word.box, box) for word in laid.words) <= _MOST_WORDS:
            found.append(box)
    return sorted(found, key=lambda box: box.top)


def appended(laid: LaidOut, page: int, text: str, box: Box) -> LaidOut:
    """A line under the page's text that stands at one place."""
    start = len(laid.text) + 2 if laid.text else 0
    end = start + len(text)
    return LaidOut(
        f"{laid.text}\n\n{text}" if laid.text else text,
        (*laid.elements, Element("ListItem", text, page, start, end)),
        lambda: (*laid.words, Word(start, end, box)),
    )


def joined(laid: LaidOut, other: LaidOut, left: float, top: float) -> LaidOut:
    """The text of a picture that begins at a place of the page, under the page's own."""
    if not other.text:
        return laid
    at = len(laid.text) + 2 if laid.text else 0
    words = tuple(
        Word(w.start + at, w.end + at, Box(w.box.left + left, w.box.top + top, w.box.right + left, w.box.bottom + top))
        for w in other.words
    )
    return LaidOut(
        f"{laid.text}\n\n{other.text}" if laid.text else other.text,
        (*laid.elements, *(replace(e, start=e.start + at, end=e.end + at) for e in other.elements)),
        lambda: (*laid.words, *words),
    )


def _inside(box: Box, around: Box) -> bool:
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return around.left <= x <= around.right and around.top <= y <= around.bottom
