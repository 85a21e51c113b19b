"""The files put into a PDF: an invoice's own XML, the books beside a return, what a portfolio is made of.

Owns the limits of what is taken out. Never opens what it takes out; where the files go is for `ingestion.containers`.
"""

import ctypes
from collections.abc import Iterator
from typing import Any

from ingestion.elements import Attachment, Finding
from ingestion.identify import MAX_BYTES, clean_name

MOST = 200
_TOLD = 5
# The stream of a file inside carries its type in plain letters, whatever else of the PDF is packed.
_MARK = b"/EmbeddedFile"


def holds_files(data: bytes) -> bool:
    """Whether a PDF may have files inside it; it is not opened for that."""
    return _MARK in data


def files_inside(document: Any, limit: int = MAX_BYTES) -> tuple[tuple[Attachment, ...], int]:
    """The files inside an open PDFium document, together at most `limit` bytes, and how many could not be taken."""
    taken: list[Attachment] = []
    count = document.count_attachments()
    for number in range(min(count, MOST)):
        attachment = document.get_attachment(number)
        data = _data(attachment, limit)
        if data:
            limit -= len(data)
            taken.append(Attachment(clean_name(attachment.get_name()), data))
    return tuple(taken), count - len(taken)


def told_of(name: str, taken: tuple[Attachment, ...], left: int, *, here: bool) -> Iterator[Finding]:
    """What a person is told of the files inside. `here`: those that were taken out become documents of their own."""
    names = [one.name for one in taken][:_TOLD]
    listed = f" ({', '.join(names)}{', and more' if len(taken) > _TOLD else ''})" if names else ""
    count = len(taken) if here else len(taken) + left
    what = "1 file" if count == 1 else f"{count} files"
    if here and taken:
        yield Finding(name, f"{name} has {what} inside it{listed}, taken in beside it.", "info")
    elif count and not here:
        yield Finding(name, f"{name} has {what} inside it{listed}, not read; save and add what matters.")
    if here and left:
        more = "1 file" if left == 1 else f"{left} files"
        why = "damaged, empty, too big or too many"
        yield Finding(
            name, f"{name} has {more} inside it that could not be taken out ({why}); save and add what matters."
        )


def _data(attachment: Any, limit: int) -> bytes | None:
    """The bytes of a file; its size is asked first, so that a bomb is not unpacked twice."""
    import pypdfium2.raw as raw

    size = ctypes.c_ulong()
    if not raw.FPDFAttachment_GetFile(attachment, None, 0, size) or not 0 < size.value <= limit:
        return None
    buffer = (ctypes.c_char * size.value)()
    got = raw.FPDFAttachment_GetFile(attachment, buffer, size.value, size)
    return bytes(buffer.raw) if got and size.value == len(buffer) else None
