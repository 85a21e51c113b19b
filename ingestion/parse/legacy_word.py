"""Word files from before 2007 (MS-DOC): their words, headings and tables, without the program that wrote them.

Owns the piece table and the few paragraph properties that tell a heading from a cell. Never runs a macro or opens an object.
"""

import io
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.elements import Finding, Parsed
from ingestion.identify import DOC, WHY_LOCKED
from ingestion.parse.broken import BROKEN, Unreadable
from ingestion.parse.pages import Block, assemble, table
from ingestion.parse.text import kind_of
from ingestion.parse.wording import one_line, tidy

_MAGIC, _FIRST_VERSION = 0xA5EC, 0xC1
_ENCRYPTED, _TABLE_ONE = 0x0100, 0x0200
# Where the file information block keeps the piece table, the paragraph properties and the lengths of its parts (MS-DOC 2.5).
_CLX, _PAPX, _LENGTHS = 0x1A2, 0x102, 0x4C
_PART_KINDS = ("Text", "Text", "Header", "Text", "Text", "Text", "Text", "Text")
_IN_TABLE, _ROW_END = 0x2416, 0x2417
_OPERAND = (1, 1, 2, 4, 2, 2, 0, 3)
_FIELD = re.compile(r"\x13[^\x13\x14\x15]*(?:\x14([^\x13\x14\x15]*))?\x15")
_SIGNS = {0x0B: "\n", 0x1E: "-", 0x1F: None, 0x01: None, 0x02: None, 0x03: None, 0x04: None, 0x05: None, 0x08: None}
_NO_LAYOUT = (
    "was read without Word: its words, headings and tables are here, its page breaks and pictures are not; "
    "save it as PDF for those"
)


@dataclass(frozen=True)
class _Paragraph:
    """What a paragraph's properties say; `end` is where it ends in the stream."""

    style: int
    cell: bool
    row_end: bool


def parse_doc(name: str, data: bytes) -> Parsed:
    """One page in the file's order: body, then notes, margins and text boxes. Raises Unreadable."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            document = ole.openstream("WordDocument").read()
            flags = struct.unpack_from("<H", document, 0x0A)[0]
            side = ole.openstream("1Table" if flags & _TABLE_ONE else "0Table").read()
        blocks = list(_blocks(document, side, flags))
    except BROKEN as error:
        raise Unreadable("is damaged and cannot be opened as a Word file; ask for it as DOCX or PDF") from error
    pages, elements = assemble(blocks, count=1)
    return Parsed(DOC, pages, elements, (Finding(name, f"{name} {_NO_LAYOUT}.", "info"),) if pages[0].text else ())


def _blocks(document: bytes, side: bytes, flags: int) -> Iterator[Block]:
    magic, version = struct.unpack_from("<HH", document)
    if magic != _MAGIC or version < _FIRST_VERSION:
        raise Unreadable("is in the format of Word before 1997; save it as DOCX or PDF and add it again")
    if flags & _ENCRYPTED:
        raise Unreadable(WHY_LOCKED)
    text, places = _text(document, side)
    paragraphs = _paragraphs(document, side)
    lengths = struct.unpack_from("<8I", document, _LENGTHS)
    at = 0
    for kind, length in zip(_PART_KINDS, lengths, strict=True):
        part = text[at : at + length]
        yield from _part(part, [paragraphs.get(place) for place in places[at : at + length]], kind)
        at += length


def _text(document: bytes, side: bytes) -> tuple[str, list[int]]:
    """All characters in order, and the place in the stream just after each: a text that was edited lies in pieces."""
    start, length = struct.unpack_from("<II", document, _CLX)
    table_of = side[start : start + length]
    at = 0
    while table_of[at] == 1:
        at += 3 + struct.unpack_from("<H", table_of, at + 1)[0]
    (size,) = struct.unpack_from("<I", table_of, at + 1)
    pieces = table_of[at + 5 : at + 5 + size]
    count = (size - 4) // 12
    limits = struct.unpack_from(f"<{count + 1}I", pieces)
    words: list[str] = []
    places: list[int] = []
    for n in range(count):
        (where,) = struct.unpack_from("<I", pieces, 4 * (count + 1) + 8 * n + 2)
        long = limits[n + 1] - limits[n]
        narrow = bool(where & 0x40000000)
        first = (where & 0x3FFFFFFF) // 2 if narrow else where
        raw = document[first : first + (long if narrow else 2 * long)]
        # Halves of a character beyond U+FFFF stay apart here, so that each keeps its place.
        piece = (
            raw.decode("cp1252", "replace")
            if narrow
            else "".join(map(chr, struct.unpack(f"<{len(raw) // 2}H", raw[: len(raw) // 2 * 2])))
        )
        words.append(piece)
        step = 1 if narrow else 2
        places += range(first + step, first + step * (len(piece) + 1), step)
    return "".join(words), places


def _paragraphs(document: bytes, side: bytes) -> dict[int, _Paragraph]:
    """Properties by where the paragraph ends in the stream: pages of 512 bytes, each with its ends in front and its count behind."""
    start, length = struct.unpack_from("<II", document, _PAPX)
    bins = side[start : start + length]
    found: dict[int, _Paragraph] = {}
    if len(bins) < 12:
        return found
    count = (len(bins) - 4) // 8
    for number in struct.unpack_from(f"<{count}I", bins, 4 * (count + 1)):
        page = document[512 * (number & 0x3FFFFF) :][:512]
        if len(page) < 512:
            continue
        runs = page[511]
        ends = struct.unpack_from(f"<{runs + 1}I", page)
        for n in range(runs):
            offset = 2 * page[4 * (runs + 1) + 13 * n]
            found[ends[n + 1]] = _properties(page, offset) if offset else _Paragraph(0, False, False)
    return found


def _properties(page: bytes, offset: int) -> _Paragraph:
    words = page[offset]
    offset, size = (offset + 2, 2 * page[offset + 1]) if words == 0 else (offset + 1, 2 * words - 1)
    style = int.from_bytes(page[offset : offset + 2], "little")
    changes = page[offset + 2 : offset + size]
    at, on = 0, set[int]()
    while at + 3 <= len(changes):
        code = int.from_bytes(changes[at : at + 2], "little")
        long = _OPERAND[code >> 13] or 1 + changes[at + 2]
        if code in (_IN_TABLE, _ROW_END) and changes[at + 2]:
            on.add(code)
        at += 2 + long
    return _Paragraph(style, bool(on), _ROW_END in on)


def _part(text: str, ends: list[_Paragraph | None], kind: str) -> Iterator[Block]:
    rows: list[list[str]] = []
    cells: list[str] = []
    held: list[str] = []
    start = 0
    for match in re.finditer("[\r\x07\x0c]", text):
        words, mark = _plain(text[start : match.start()]), match.group()
        how = ends[match.start()] if match.start() < len(ends) else None
        start = match.end()
        if mark == "\x07" and (how is None or not how.row_end):
            cells.append(one_line(" ".join([*held, words])))
            held = []
        elif mark == "\x07":
            rows.append(cells)
            cells = []
        elif how is not None and how.cell and mark == "\r":
            held.append(words)
        else:
            yield from _flushed(rows, cells)
            rows, cells = [], []
            yield from _paragraph(words, how, kind)
    yield from _flushed(rows, cells)
    yield from _paragraph(_plain(text[start:]), None, kind)


def _flushed(rows: list[list[str]], cells: list[str]) -> Iterator[Block]:
    if rows or cells:
        yield table([*rows, cells])


def _paragraph(words: str, how: _Paragraph | None, kind: str) -> Iterator[Block]:
    if not words:
        return
    if kind == "Header":
        yield Block("Header", words)
    else:
        # The styles 1 to 9 are the headings in every file (MS-DOC 2.9.271).
        yield Block("Title" if how and 1 <= how.style <= 9 else kind_of(words), words)


def _plain(words: str) -> str:
    """What is read: of a field its result, no anchors of pictures and notes."""
    before = ""
    while before != words:
        before, words = words, _FIELD.sub(lambda match: match[1] or "", words)
    whole = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return tidy(whole.translate(_SIGNS)).strip()
