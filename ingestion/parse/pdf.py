"""PDF, page by page: its text where it has one, OCR where it is a picture.

Owns the only use of PDFium, which is not safe in threads: everything of it happens inside `opened`. Never stores, never guesses at
what a page says: a page without words gets a finding.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ingestion.elements import Box, Element, Finding, Page, Parsed
from ingestion.identify import PDF
from ingestion.parse.blocks import LaidOut, lay_out
from ingestion.parse.broken import Unreadable
from ingestion.parse.glyphs import RawWord, upright, words_of
from ingestion.parse.layout import Line, lines, runs
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
        raise Unreadable("is protected by a password; add a copy without the password")
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
    if scans.left_out:
        many = f"{len(scans.left_out)} scanned pages from page {scans.left_out[0]} on"
        findings.append(
            Finding(name, f"{name}: {many} were not read, it has too many of them; split it and add the parts.")
        )
    if not pages:
        findings.append(Finding(name, f"{name} has no pages; ask for it again.", "error"))
    return Parsed(PDF, tuple(pages), tuple(elements), tuple(findings), title=title)


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
        page = _load(document, number)
    except pdfium.PdfiumError:
        problem = Finding(name, f"{name}, page {number} unreadable: the page is damaged; ask for the file again.")
        return Page(number, "", "none"), (), problem
    try:
        width, height = page.get_size()
        laid = _text_of(page, number)
        if not _is_picture(page, laid.text):
            return _text_page(name, page, number, laid)
        if not scans.one_more(number):
            return Page(number, laid.text, "text" if laid.text else "none", width, height), laid.elements, None
        image = _picture(page, OCR_DPI)
    finally:
        page.close()
    from ingestion.parse.ocr import read_picture

    read = read_picture(image, number, width, height)
    if _weight(read.text) <= _weight(laid.text):
        read = laid
    if not read.text:
        problem = Finding(
            name, f"{name}, page {number} unreadable: no words found in its picture; ask for a better scan."
        )
        return Page(number, "", "none", width, height), (), problem
    return Page(number, read.text, "ocr", width, height, read.words), read.elements, None


def _text_page(name: str, page: Any, number: int, laid: LaidOut) -> tuple[Page, tuple[Element, ...], Finding | None]:
    width, height = page.get_size()
    if laid.text:
        return Page(number, laid.text, "text", width, height), laid.elements, None
    problem = Finding(
        name, f"{name}, page {number} unreadable: the page is blank; nothing to do if that is right.", "info"
    )
    return Page(number, "", "none", width, height), (), problem


def page_text(document: Any, number: int) -> LaidOut:
    """The text of page `number` (from 1) exactly as `parse_pdf` writes it, with its words' boxes: what `locate` asks."""
    page = _load(document, number)
    try:
        return _text_of(page, number)
    finally:
        page.close()


def picture(document: Any, number: int, *, width: int) -> "Image":
    """Page `number` as a picture `width` pixels wide, filled-in form fields included."""
    page = _load(document, number)
    try:
        return _picture(page, 72 * width / page.get_size()[0])
    finally:
        page.close()


def _load(document: Any, number: int) -> Any:
    """The page with filled-in form fields made part of it, so that their values are text like any other."""
    import pypdfium2.raw as raw

    page = document[number - 1]
    if document.formenv and raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS:
        page.close()
        page = document[number - 1]
    return page


def _picture(page: Any, dpi: float) -> "Image":
    # No side over 6,000 pixels: a poster or a broken page size must not take all memory.
    scale = min(dpi / 72, 6000 / max(page.get_size()))
    picture: Image = page.render(scale=scale).to_pil().convert("RGB")
    return picture


def _title(document: Any) -> str | None:
    title = clean(document.get_metadata_value("Title") or "").strip()
    return title or None


def _weight(text: str) -> int:
    return sum(map(str.isalnum, text))


def _is_picture(page: Any, text: str) -> bool:
    """Whether the words of the page are in a picture, or written with a font that does not say which letters it draws."""
    import pypdfium2.raw as raw

    weight = _weight(text)
    unknown = sum(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" for c in text)
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


def _area(item: Any) -> float:
    left, bottom, right, top = item.get_bounds()
    return float((right - left) * (top - bottom))


def _text_of(page: Any, number: int) -> LaidOut:
    """Text that runs as most of the page does, then what is written sideways in the margins."""
    words = words_of(page)
    by_turn: dict[int, list[RawWord]] = {}
    for word in words:
        by_turn.setdefault(word.turn, []).append(word)
    found: list[Line] = []
    shown: dict[int, Box] = {}
    for same_turn in sorted(by_turn.values(), key=len, reverse=True):
        standing = upright(same_turn)
        shown |= {id(word.box): raw.box for word, raw in zip(standing, same_turn, strict=True)}
        found += lines(runs(standing, [word.follows for word in same_turn]))
    laid = lay_out(number, found)
    return replace(laid, words=tuple(replace(word, box=shown[id(word.box)]) for word in laid.words))
