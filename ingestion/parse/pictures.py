"""Pictures pasted into documents: a scan in a Word file, a receipt on a slide. Their words, within a budget, or a finding.

Owns which pictures are worth reading. Never reads a logo: what is small or a mere strip is ornament.
"""

import contextlib
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator

from ingestion.elements import Finding
from ingestion.parse.broken import BROKEN, broken
from ingestion.parse.pages import Block
from ingestion.parse.wording import tidy

MAX_PICTURES = 20
_LEAST_WIDTH, _LEAST_HEIGHT = 400, 250
_MOST_PIXELS, _MOST_BYTES = 40_000_000, 50_000_000
_KINDS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp")


Found = Iterable[tuple[int, bytes]]
"""The page a picture is on, and its file."""


def in_package(archive: zipfile.ZipFile, folder: str, page: int) -> Iterator[tuple[int, bytes]]:
    """The pictures of an Office file, all as of one page."""
    for entry in archive.infolist():
        if (
            entry.filename.startswith(folder)
            and entry.filename.lower().endswith(_KINDS)
            and entry.file_size < _MOST_BYTES
        ):
            with contextlib.suppress(*BROKEN):
                yield page, archive.read(entry)


def words_in(
    name: str, pictures: Found, findings: list[Finding], on_page: Callable[[int], None] | None = None
) -> list[Block]:
    """The words of pictures, each under its own heading; of a picture used twice once. What is not read is told."""
    blocks: list[Block] = []
    seen: set[bytes] = set()
    read = left = 0
    for page, data in pictures:
        key = hashlib.sha256(data).digest()
        if key in seen:
            continue
        seen.add(key)
        if read == MAX_PICTURES:
            left += 1
            continue
        words = _words(data, page)
        read += words is not None
        blocks += [Block("Title", f"Picture {read}", page), *words] if words else []
        if on_page:
            on_page(page)
    if left:
        more = "1 more picture in it was" if left == 1 else f"{left} more pictures in it were"
        findings.append(Finding(name, f"{name}: {more} not read; add those that matter by themselves."))
    return blocks


def _words(data: bytes, page: int) -> list[Block] | None:
    """The picture's paragraphs and tables; None for one that is not worth reading or cannot be."""
    from PIL import Image

    from ingestion.parse.ocr import read_picture, upright_picture

    try:
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
            if width < _LEAST_WIDTH or height < _LEAST_HEIGHT or width * height > _MOST_PIXELS:
                return None
            laid = read_picture(upright_picture(image), 1, width, height)
    except broken():
        return None
    return [Block(one.type, tidy(one.text), page, one.rows) for one in laid.elements]
