"""PDF, page by page: its text where it has one, OCR where it is a picture.

Owns the only use of PDFium, which is not safe in threads: everything of it happens inside `opened`. Never stores, never guesses at
what a page says: a page without words gets a finding.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ingestion.elements import Box, Element, Finding, Page, Parsed
from ingestion.identify import PDF, WHY_LOCKED
from ingestion.parse.blocks import LaidOut, lay_out
from ingestion.parse.broken import Unreadable
from ingestion.parse.glyphs import RawWord, upright, words_of
from ingestion.parse.layout import Line, lines, runs
from ingestion.parse.pdf_files import files_inside, holds_files, told_of
from ingestion.parse.pdf_marks import Marks, joined, pasted, read_marks
from ingestion.parse.wording import clean

if TYPE_CHECKING:
    from PIL.Image import Image

OCR_DPI = 200
MAX_PAGES = 2_000
# Scanned pages take seconds each: of one file so many are read, or as many as fit into this time, which lies below that of the sandbox.
MAX_SCANS = 500
SCAN_SECONDS = 900.0
# Fewer letters and digits than this on a page that shows pictures: a scan, perhaps with a stamp of the fax on it.
_FEW_CHARACTERS = 20
_STAMP_CHARACTERS = 250
# Letters drawn as outlines; a page that is blank but for its rules has fewer.
_MANY_PATHS = 40
# Dots; less holds no line of words.
_LEAST_SIDE = 20
_GLYPH_NUMBER, _MANY_GLYPH_NUMBERS = re.compile(r"\(cid:\d+\)"), 5
_UNKNOWN = re.compile("[\ufffd\ue000-\uf8ff]")
_LETTERS, _NO_VOWEL = re.compile(r"\b[A-Za-z]{3,}\b"), re.compile(r"\b[B-DF-HJ-NP-TV-XZb-df-hj-np-tv-xz]{3,}\b")
# Of words of three letters and more nearly all have a vowel, in whatever language; among letters at random two of three do.
_ENOUGH_WORDS, _SPOKEN = 30, 0.7
_ONE_PDFIUM = threading.RLock()


@contextmanager
def opened(data: bytes, passwords: Sequence[str] = ()) -> Iterator[Any]:
    """The PDFium document of `data`, one at a time in this process. Raises Unreadable if broken or locked."""
    import pypdfium2 as pdfium

    with _ONE_PDFIUM:
        document = _open(pdfium, data, passwords)
        try:
            if document.get_formtype():
                document.init_forms()
            yield document
        finally:
            document.close()


def _open(pdfium: Any, data: bytes, passwords: Sequence[str]) -> Any:
    locked = False
    for password in (None, *passwords):
        try:
            return pdfium.PdfDocument(data, password=password)
        except pdfium.PdfiumError as error:
            locked = locked or "password" in str(error).lower()
    if locked:
        raise Unreadable(WHY_LOCKED)
    raise Unreadable("is damaged and cannot be opened as a PDF; ask for it again")


def parse_pdf(
    name: str, data: bytes, *, passwords: Sequence[str] = (), on_page: Callable[[int], None] | None = None
) -> Parsed:
    """All pages of `data`; `on_page` is told each page's number when it is done. Raises Unreadable."""
    pages: list[Page] = []
    elements: list[Element] = []
    findings: list[Finding] = []
    with opened(data, passwords) as document:
        total = len(document)
        if total > MAX_PAGES:
            findings.append(Finding(name, f"{name} has {total} pages; only the first {MAX_PAGES} were read."))
        scans = _Scans()
        for number in range(1, min(total, MAX_PAGES) + 1):
            page, found, problem = _read_page(name, document, number, scans)
            pages.append(page)
            elements += found
            findings += [problem] if problem else []
            if on_page:
                on_page(number)
        title = _title(document)
        inside, left = files_inside(document)
        # Out of a file that a password opened nothing is taken (ingestion/containers.py).
        findings += told_of(name, inside, left, here=holds_files(data) and not passwords)
        findings += _form(name, document, pages)
    if scans.left_out:
        many = f"{len(scans.left_out)} scanned pages from page {scans.left_out[0]} on"
        findings.append(
            Finding(name, f"{name}: {many} were not read, it has too many of them; split it and add the parts.")
        )
    if not pages:
        findings.append(Finding(name, f"{name} has no pages; ask for it again.", "error"))
    return Parsed(PDF, tuple(pages), tuple(elements), tuple(findings), inside, title=title)


class _Scans:
    """How many scanned pages were read, how long that may go on, and the pages for which there was no time."""

    def __init__(self) -> None:
        self.read = 0
        self.until = time.monotonic() + SCAN_SECONDS
        self.left_out: list[int] = []

    def one_more(self, number: int) -> bool:
        """Whether page `number` may be read."""
        self.read += 1
        allowed = self.read <= MAX_SCANS and time.monotonic() < self.until
        if not allowed:
            self.left_out.append(number)
        return allowed


def _read_page(
    name: str, document: Any, number: int, scans: _Scans
) -> tuple[Page, tuple[Element, ...], Finding | None]:
    import pypdfium2 as pdfium

    try:
        page, marks = _load(document, number)
    except pdfium.PdfiumError:
        problem = Finding(name, f"{name}, page {number} unreadable: the page is damaged; ask for the file again.")
        return Page(number, "", "none"), (), problem
    try:
        width, height = page.get_size()
        laid = _text_of(page, number, marks)
        garbled = _is_garbled(laid.text)
        if not garbled and not _is_picture(page, laid.text):
            return _text_page(name, page, number, laid, scans)
        if not scans.one_more(number):
            return Page(number, laid.text, "text" if laid.text else "none", width, height), laid.elements, None
        image = _picture(page, OCR_DPI)
    finally:
        page.close()
    from ingestion.parse.ocr import read_picture

    read = read_picture(image, number, width, height)
    if not garbled and _weight(read.text) <= _weight(laid.text):
        read = laid
    if not read.text:
        problem = Finding(
            name, f"{name}, page {number} unreadable: no words found in its picture; ask for a better scan."
        )
        return Page(number, "", "none", width, height), (), problem
    return Page(number, read.text, "ocr", width, height, read.words), read.elements, None


def _text_page(
    name: str, page: Any, number: int, laid: LaidOut, scans: _Scans
) -> tuple[Page, tuple[Element, ...], Finding | None]:
    width, height = page.get_size()
    if laid.text:
        whole = _with_pictures(page, number, laid, scans)
        # Words of a picture are not in the file: the viewer could not find them itself.
        words = whole.words if whole is not laid else ()
        return Page(number, whole.text, "text", width, height, words), whole.elements, None
    problem = Finding(
        name, f"{name}, page {number} unreadable: the page is blank; nothing to do if that is right.", "info"
    )
    return Page(number, "", "none", width, height), (), problem


def _with_pictures(page: Any, number: int, laid: LaidOut, scans: _Scans) -> LaidOut:
    """The page's text with the words of what is pasted into it: a receipt, a notice."""
    from ingestion.parse.ocr import read_picture

    image = None
    for box in pasted(page, laid):
        if not scans.one_more(number):
            break
        image = image or _picture(page, OCR_DPI)
        scale = image.width / page.get_width()
        left, top = max(0.0, box.left), max(0.0, box.top)
        right, bottom = min(page.get_width(), box.right), min(page.get_height(), box.bottom)
        part = image.crop((int(left * scale), int(top * scale), int(right * scale), int(bottom * scale)))
        if min(part.size) > _LEAST_SIDE:
            laid = joined(laid, read_picture(part, number, right - left, bottom - top), left, top)
    return laid


def page_text(document: Any, number: int) -> LaidOut:
    """The text of page `number` (from 1) exactly as `parse_pdf` writes it, with its words' boxes: what `locate` asks."""
    page, marks = _load(document, number)
    try:
        return _text_of(page, number, marks)
    finally:
        page.close()


def picture(document: Any, number: int, *, width: int) -> "Image":
    """Page `number` as a picture `width` pixels wide, filled-in form fields included."""
    page, _ = _load(document, number)
    try:
        return _picture(page, 72 * width / page.get_size()[0])
    finally:
        page.close()


def _load(document: Any, number: int) -> tuple[Any, Marks]:
    """The page with filled-in form fields and stamps made part of it, so that their words are text like any other; and its marks."""
    import pypdfium2.raw as raw

    page = document[number - 1]
    marks = read_marks(document, page)
    annotated = document.formenv or raw.FPDFPage_GetAnnotCount(page) > 0
    if annotated and raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS:
        page.close()
        page = document[number - 1]
    return page, marks


def _picture(page: Any, dpi: float) -> "Image":
    # No side over 6,000 pixels: a poster or a broken page size must not take all memory.
    scale = min(dpi / 72, 6000 / max(page.get_size()))
    picture: Image = page.render(scale=scale).to_pil().convert("RGB")
    return picture


def _title(document: Any) -> str | None:
    title = clean(document.get_metadata_value("Title") or "").strip()
    return title or None


def _form(name: str, document: Any, pages: Sequence[Page]) -> Iterator[Finding]:
    """A form that only its own program shows."""
    import pypdfium2.raw as raw

    if document.get_formtype() == raw.FORMTYPE_XFA_FULL and any("Please wait" in page.text for page in pages[:1]):
        yield Finding(
            name, f"{name} is a form that only Adobe's reader fills; open it there, print it to PDF and add that."
        )


def _weight(text: str) -> int:
    return sum(map(str.isalnum, text))


def _is_picture(page: Any, text: str) -> bool:
    """Whether the words of the page are in a picture, or written with a font that does not say which letters it draws."""
    import pypdfium2.raw as raw

    weight = _weight(text)
    unknown = 0 if text.isascii() else len(_UNKNOWN.findall(text))
    if unknown > 0.3 * (weight + unknown):
        return True
    if weight >= _STAMP_CHARACTERS:
        return False
    drawn = list(page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH), max_depth=3))
    # Together: some scanners cut a page into strips.
    pictured = sum(_area(item) for item in drawn if item.type == raw.FPDF_PAGEOBJ_IMAGE)
    share = pictured / (page.get_width() * page.get_height())
    if weight < _FEW_CHARACTERS:
        return bool(share > 0.05) or len(drawn) >= _MANY_PATHS
    return bool(share > 0.5)


def _is_garbled(text: str) -> bool:
    """Whether the file's own letters are not those that it draws: words of them have no vowels, or are numbers of glyphs."""
    if text.count("(cid:") >= _MANY_GLYPH_NUMBERS and len(_GLYPH_NUMBER.findall(text)) >= _MANY_GLYPH_NUMBERS:
        return True
    words = len(_LETTERS.findall(text))
    return words >= _ENOUGH_WORDS and words - len(_NO_VOWEL.findall(text)) < _SPOKEN * words


def _area(item: Any) -> float:
    left, bottom, right, top = item.get_bounds()
    return float((right - left) * (top - bottom))


def _text_of(page: Any, number: int, marks: Marks) -> LaidOut:
    """Text that runs as most of the page does, then what is written sideways in the margins, then the comments."""
    words = marks.with_boxes(words_of(page))
    by_turn: dict[int, list[RawWord]] = {}
    for word in words:
        by_turn.setdefault(word.turn, []).append(word)
    found: list[Line] = []
    shown: dict[int, Box] = {}
    for same_turn in sorted(by_turn.values(), key=len, reverse=True):
        standing = upright(same_turn)
        if same_turn[0].turn:
            shown |= {id(word.box): raw.box for word, raw in zip(standing, same_turn, strict=True)}
        found += lines(runs(standing, [word.follows for word in same_turn]))
    laid = lay_out(number, found)
    return marks.with_notes(_as_shown(laid, shown) if shown else laid, number)


def _as_shown(laid: LaidOut, shown: Mapping[int, Box]) -> LaidOut:
    """With the boxes of words that were turned to be read, by the identity of the box they were read by, as the page shows them."""
    words = tuple(replace(word, box=shown.get(id(word.box), word.box)) for word in laid.words)
    return replace(laid, placed=lambda: words)
