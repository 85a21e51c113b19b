"""What an XLSX says about its cells beside their values: which are merged, hidden or commented, and which formulas have no result.

Owns the reading of those parts of the package by their raw XML, since the fast reader of workbooks passes them over. Never reads a value.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.parse.wording import one_line
from ingestion.parse.xml import read_broken_xml

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FORMULA_WITHOUT_RESULT = re.compile(rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)\s*(?:<v\s*/>|<v></v>)?\s*</(?:\w+:)?c>")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]+)(\d+):([A-Z]+)(\d+)\"")
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\shidden=\"(?:1|true)\"")
_HIDDEN_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*?\shidden=\"(?:1|true)\"[^>]*>")
_MANY_MERGES = 20_000


@dataclass(frozen=True)
class Marks:
    """Of one sheet. `merged`: first and last column and row of each merged range, counted from 1. `notes`: comments with their cell
    ("A3"), and the words of text boxes with "". `last_row` is 0 where the file does not count its rows."""

    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: int = 0
    hidden_columns: int = 0
    without_result: int = 0
    last_row: int = 0
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class BookMarks:
    """Of a workbook: each sheet's by its title, and the sheets that are only a chart."""

    sheets: dict[str, Marks] = field(default_factory=dict[str, Marks])
    hidden: tuple[str, ...] = ()
    charts: tuple[str, ...] = ()


def column_number(letters: str) -> int:
    """A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def read_marks(archive: zipfile.ZipFile) -> BookMarks:
    """The marks of a workbook; what of it is damaged is left out."""
    book = _xml(archive, "xl/workbook.xml")
    links = _links(archive, "xl/workbook.xml")
    sheets: dict[str, Marks] = {}
    hidden: list[str] = []
    charts: list[str] = []
    for sheet in book.iter(_MAIN + "sheet") if book is not None else ():
        title = sheet.get("name", "")
        kind, part = links.get(sheet.get(_LINK, ""), ("", ""))
        if sheet.get("state", "visible") != "visible":
            hidden.append(title)
        if kind == "chartsheet":
            charts.append(title)
        elif part in archive.namelist():
            sheets[title] = _marks(archive, part)
    return BookMarks(sheets, tuple(hidden), tuple(charts))


def without_charts(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """The parts to exchange so that a workbook has no sheets that are only charts: the reader of workbooks stumbles over them."""
    from ingestion.parse.xml import write_xml

    book, links = _xml(archive, "xl/workbook.xml"), _links(archive, "xl/workbook.xml")
    if book is None or not any(kind == "chartsheet" for kind, _ in links.values()):
        return {}
    for sheet in list(book.iter(_MAIN + "sheet")):
        if links.get(sheet.get(_LINK, ""), ("", ""))[0] == "chartsheet":
            sheet.getparent().remove(sheet)
    # Names and the view count sheets by their place, which has changed.
    for part in [*book.iter(_MAIN + "definedNames"), *book.iter(_MAIN + "bookViews")]:
        part.getparent().remove(part)
    return {"xl/workbook.xml": write_xml(book)}


def _marks(archive: zipfile.ZipFile, part: str) -> Marks:
    raw = archive.read(part)
    merged = [
        (column_number(left.decode()), int(top), column_number(right.decode()), int(bottom))
        for left, top, right, bottom in _MERGED.findall(raw)[:_MANY_MERGES]
    ]
    return Marks(
        tuple(merged),
        len(_HIDDEN_ROW.findall(raw)),
        sum(map(_columns, _HIDDEN_COLUMN.findall(raw))),
        len(_FORMULA_WITHOUT_RESULT.findall(raw)),
        _last_row(raw),
        tuple(_notes(archive, part)),
    )


def _last_row(raw: bytes) -> int:
    at = raw.rfind(b"<row ")
    found = re.search(rb'\sr="(\d{1,7})"', raw[at : at + 200]) if at >= 0 else None
    return int(found[1]) if found else 0


def _columns(element: bytes) -> int:
    first, last = re.search(rb'\smin="(\d+)"', element), re.search(rb'\smax="(\d+)"', element)
    # All columns to the right of the last one that is used: nobody hid anything there.
    return int(last[1]) - int(first[1]) + 1 if first and last and int(last[1]) < 16_384 else 0


def _notes(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str]]:
    for kind, target in _links(archive, part).values():
        root = _xml(archive, target) if kind in ("comments", "drawing") else None
        if root is None:
            continue
        for comment in root.iter(_MAIN + "comment"):
            yield comment.get("ref", ""), one_line(" ".join(t.text or "" for t in comment.iter(_MAIN + "t")))
        for paragraph in root.iter(_DRAWING + "p"):
            yield "", one_line("".join(t.text or "" for t in paragraph.iter(_DRAWING + "t")))


def _links(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """The relations of a part: id to kind ("worksheet", "comments") and the part it leads to."""
    folder, name = posixpath.split(part)
    root = _xml(archive, f"{folder}/_rels/{name}.rels")
    found: dict[str, tuple[str, str]] = {}
    for link in root if root is not None else ():
        target = link.get("Target", "") if hasattr(link, "get") else ""
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[link.get("Id", "")] = (link.get("Type", "").rpartition("/")[2], path)
    return found


def _xml(archive: zipfile.ZipFile, part: str) -> Any:
    return read_broken_xml(archive.read(part)) if part in archive.namelist() else None
