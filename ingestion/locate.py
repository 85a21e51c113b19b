"""Where a passage stands on its page, and the page as a picture: what a viewer needs to light up a citation.

Owns the way back from characters to places. Never changes a page's text: for a PDF it lays the page out again by the parser's own
function and looks the characters up in that.
"""

import io
import re
from collections.abc import Sequence

from ingestion.elements import Box, Word
from ingestion.identify import IMAGES, PDF

MAX_WIDTH = 4000


def boxes(
    data: bytes,
    page: int,
    start: int,
    end: int,
    page_text: str,
    words: Sequence[Word],
    passwords: Sequence[str] = (),
) -> list[Box]:
    """Boxes, one a line or a table's cell, over characters `start` to `end` of `page_text`, in points from the page's top left.

    `words` are the page's own (OCR); empty for PDF text, which is then asked of `data`. An empty list: the place is not known,
    because the format has none or the stored text is no longer what the PDF gives.
    """
    if words:
        return _over(words, start, end)
    if b"%PDF-" not in data[:1024]:
        return []
    text, found = _laid_out_again(data, page, passwords)
    if text != page_text:
        moved = _same_words(page_text[start:end], text)
        if moved is None:
            return []
        start, end = moved
    return _over(found, start, end)


def render(data: bytes, media_type: str, page: int, *, width: int, passwords: Sequence[str] = ()) -> bytes:
    """Page `page` (from 1) as PNG, `width` pixels wide (at most 4,000). Raises ValueError for a format without pages to show."""
    width = max(1, min(width, MAX_WIDTH))
    if media_type == PDF:
        from ingestion.parse.pdf import opened, picture

        with opened(data, passwords) as document:
            if not 1 <= page <= len(document):
                raise ValueError(f"the file has no page {page}")
            image = picture(document, page, width=width)
    elif media_type in IMAGES:
        from ingestion.parse.ocr import frame

        image = frame(data, page)
        image = image.resize((width, max(1, round(image.height * width / image.width))))
    else:
        raise ValueError(f"{media_type} has no pages that can be shown as a picture")
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=4)
    return out.getvalue()


def _laid_out_again(data: bytes, page: int, passwords: Sequence[str]) -> tuple[str, tuple[Word, ...]]:
    from ingestion.parse.broken import Unreadable
    from ingestion.parse.pdf import opened, page_text

    try:
        with opened(data, passwords) as document:
            if not 1 <= page <= len(document):
                return "", ()
            laid = page_text(document, page)
    except Unreadable:
        return "", ()
    return laid.text, laid.words


def _same_words(quote: str, text: str) -> tuple[int, int] | None:
    """Where the quote's letters and digits stand in `text`, whatever is between them; None unless in just one place."""
    letters = [re.escape(c) for c in quote if c.isalnum()]
    if not letters:
        return None
    found = list(re.finditer(r"[\W_]*".join(letters), text))
    return found[0].span() if len(found) == 1 else None


def _over(words: Sequence[Word], start: int, end: int) -> list[Box]:
    """One box for each stretch of words that stand side by side."""
    lit: list[Box] = []
    for word in words:
        if word.start >= end or word.end <= start:
            continue
        box = _part(word, start, end)
        if lit and _beside(lit[-1], box):
            last = lit[-1]
            lit[-1] = Box(
                min(last.left, box.left),
                min(last.top, box.top),
                max(last.right, box.right),
                max(last.bottom, box.bottom),
            )
        else:
            lit.append(box)
    return lit


def _part(word: Word, start: int, end: int) -> Box:
    """The part of a word's box that the span covers, letters taken as equally wide."""
    box, length = word.box, word.end - word.start
    if (start <= word.start and word.end <= end) or box.bottom - box.top > 1.5 * (box.right - box.left):
        return box
    step = (box.right - box.left) / length
    left = box.left + step * max(0, start - word.start)
    return Box(round(left, 2), box.top, round(box.right - step * max(0, word.end - end), 2), box.bottom)


def _beside(before: Box, box: Box) -> bool:
    """On one line and not a table's column apart. Words of a page turned sideways stand above each other and stay apart."""
    height = max(before.bottom - before.top, box.bottom - box.top)
    overlap = min(before.bottom, box.bottom) - max(before.top, box.top)
    return (
        overlap > 0.3 * min(before.bottom - before.top, box.bottom - box.top)
        and -height < box.left - before.right < 2 * height
    )
