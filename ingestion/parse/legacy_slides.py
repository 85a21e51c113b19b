"""PowerPoint files from before 2007 (MS-PPT): the words of each slide and its notes, without the program that wrote them.

Owns the walk from the newest save to its slides. Never runs a macro or opens an object.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import replace

from ingestion.elements import ElementType, Finding, Parsed
from ingestion.identify import PPT, WHY_LOCKED
from ingestion.parse.broken import BROKEN, Unreadable
from ingestion.parse.pages import Block, assemble, table
from ingestion.parse.wording import one_line, tidy

MAX_SAVES = 1_000
_ENCRYPTED = 0xF3D1C4DF
_EDIT, _DIRECTORY = 0x0FF5, 0x1772
_DOCUMENT, _LIST, _SLIDE_OF_LIST = 0x03E8, 0x0FF0, 0x03F3
_KIND, _WIDE, _NARROW, _REFERENCE = 0x0F9F, 0x0FA0, 0x0FA8, 0x0F9E
_TITLES = (0, 6)
_SLIDES, _NOTES, _NOTES_OF = 0, 2, 0x03F1
_GROUP, _SHAPE, _BOX, _ANCHOR = 0xF003, 0xF004, 0xF00D, 0xF00F
_NO_LAYOUT = "was read without PowerPoint: its words and tables are here, its pictures and charts are not; save it as PDF for those"

_Record = tuple[int, int, bytes]


def parse_ppt(name: str, data: bytes) -> Parsed:
    """A page for each slide, its notes below. Raises Unreadable."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            user, stream = ole.openstream("Current User").read(), ole.openstream("PowerPoint Document").read()
        if struct.unpack_from("<I", user, 12)[0] == _ENCRYPTED:
            raise Unreadable(WHY_LOCKED)
        places, document = _newest(stream, struct.unpack_from("<I", user, 16)[0])
        slides = list(_slides(stream, places, document))
    except BROKEN as error:
        raise Unreadable("is damaged and cannot be opened as a presentation; ask for it as PPTX or PDF") from error
    blocks = [replace(block, page=page) for page, slide in enumerate(slides, start=1) for block in slide]
    pages, elements = assemble(blocks, count=max(1, len(slides)))
    findings = [Finding(name, f"{name} {_NO_LAYOUT}.", "info")] if blocks else []
    findings += [
        Finding(
            name,
            f"{name}, page {page.number} unreadable: the slide has no words; nothing to do if that is right.",
            "info",
        )
        for page in pages
        if not page.text
    ]
    return Parsed(PPT, pages, elements, tuple(findings))


def _newest(stream: bytes, at: int) -> tuple[dict[int, int], int]:
    """Where each part lies, by its number: a save writes what changed and points to the save before."""
    places: dict[int, int] = {}
    document = 0
    for _ in range(MAX_SAVES):
        kind, body = _record(stream, at)[1:]
        if kind != _EDIT:
            raise ValueError("there is no save where one should be")
        before, directory, number = struct.unpack_from("<III", body, 8)
        document = document or number
        for part, place in _directory(_record(stream, directory)[2]):
            places.setdefault(part, place)
        if not before:
            break
        at = before
    return places, document


def _directory(body: bytes) -> Iterator[tuple[int, int]]:
    at = 0
    while at + 4 <= len(body):
        (head,) = struct.unpack_from("<I", body, at)
        first, count = head & 0xFFFFF, head >> 20
        for n, place in enumerate(struct.unpack_from(f"<{count}I", body, at + 4)):
            yield first + n, place
        at += 4 + 4 * count


def _slides(stream: bytes, places: dict[int, int], document: int) -> Iterator[list[Block]]:
    """The blocks of each slide, its notes last."""
    lists = [
        (instance, inner) for instance, kind, inner in _records(_record(stream, places[document])[2]) if kind == _LIST
    ]
    notes: dict[int, list[Block]] = {}
    for _, part, listed in _entries(lists, _NOTES):
        slide = next((_number(body) for _, kind, body in _inside(stream, places.get(part)) if kind == _NOTES_OF), 0)
        notes[slide] = _shown(stream, places.get(part), listed)
    for slide, part, listed in _entries(lists, _SLIDES):
        yield [*_shown(stream, places.get(part), listed), *notes.get(slide, [])]


def _entries(lists: list[tuple[int, bytes]], which: int) -> Iterator[tuple[int, int, list[Block]]]:
    """For each slide of a list its identity, the number of its part, and its words as the outline has them."""
    for instance, body in lists:
        found: list[tuple[int, int, list[_Record]]] = []
        for record in _records(body) if instance == which else ():
            if record[1] == _SLIDE_OF_LIST:
                found.append((_number(record[2], 12), _number(record[2]), []))
            elif found:
                found[-1][2].append(record)
        for slide, part, records in found:
            yield slide, part, list(_texts(records, []))


def _shown(stream: bytes, place: int | None, listed: list[Block]) -> list[Block]:
    """The words in the order in which they are drawn; those of the outline that no shape shows come last."""
    drawn = list(_drawn(_inside(stream, place), listed))
    return [block for block in (*drawn, *(one for one in listed if one not in drawn)) if block.text]


def _inside(stream: bytes, place: int | None) -> list[_Record]:
    return [] if place is None else list(_records(_record(stream, place)[2]))


def _drawn(records: list[_Record], listed: list[Block]) -> Iterator[Block]:
    for instance, kind, body in records:
        inner = list(_records(body)) if instance < 0 else []
        if kind == _GROUP and (rows := _grid(inner, listed)):
            yield table(rows)
        elif inner:
            yield from _drawn(inner, listed)
        else:
            continue
    yield from _texts(records, listed)


def _grid(shapes: list[_Record], listed: list[Block]) -> list[list[str]]:
    """The rows of a table, which is a group of boxes that share their tops and their left sides; none of any other group."""
    cells: list[tuple[int, int, str]] = []
    for instance, kind, body in shapes:
        inner = list(_records(body)) if instance < 0 and kind == _SHAPE else []
        anchor = next((b for _, k, b in inner if k == _ANCHOR and len(b) >= 16), b"")
        words = " ".join(block.text for block in _drawn(inner, listed))
        if anchor and any(k == _BOX for _, k, _ in inner):
            left, top = struct.unpack_from("<ii", anchor)
            cells.append((top, left, one_line(words)))
    tops, lefts = sorted({top for top, _, _ in cells}), sorted({left for _, left, _ in cells})
    if len(tops) < 2 or len(lefts) < 2 or len(cells) < len(tops) + len(lefts) - 1:
        return []
    rows = [[""] * len(lefts) for _ in tops]
    for top, left, words in cells:
        rows[tops.index(top)][lefts.index(left)] = words
    return rows


def _texts(records: list[_Record], listed: list[Block]) -> Iterator[Block]:
    what: ElementType = "Text"
    for _, kind, body in records:
        if kind == _KIND and len(body) >= 4:
            what = "Title" if _number(body) in _TITLES else "Text"
        elif kind == _WIDE:
            yield Block(what, _plain(body.decode("utf-16-le", "replace")))
        elif kind == _NARROW:
            yield Block(what, _plain(body.decode("latin-1")))
        elif kind == _REFERENCE and len(body) >= 4 and _number(body) < len(listed):
            yield listed[_number(body)]


def _number(body: bytes, at: int = 0) -> int:
    return int.from_bytes(body[at : at + 4], "little")


def _plain(text: str) -> str:
    return tidy(text.replace("\x0b", "\n")).strip()


def _record(stream: bytes, at: int) -> _Record:
    head, kind, length = struct.unpack_from("<HHI", stream, at)
    return head >> 4, kind, stream[at + 8 : at + 8 + length]


def _records(body: bytes) -> Iterator[_Record]:
    """The records one after the other; of a container the instance is -1 below, but for lists, whose instance tells which."""
    at = 0
    while at + 8 <= len(body):
        head, kind, length = struct.unpack_from("<HHI", body, at)
        instance = -1 if head & 15 == 15 and kind != _LIST else head >> 4
        yield instance, kind, body[at + 8 : at + 8 + length]
        at += 8 + length
