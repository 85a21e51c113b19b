"""A workbook that is cut off or damaged, put together again from the parts of it that are still there.

Owns the package around those parts: what the reader of workbooks needs and the file no longer has. Never invents a value: a cell whose
words are lost is empty, and how many they are is told.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

from ingestion.parse.wording import one_line
from ingestion.parse.xml import read_broken_xml, write_xml
from ingestion.salvage import Piece, salvaged

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_S = f"{{{_MAIN}}}"
_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
_STRINGS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"


@dataclass(frozen=True)
class Rebuilt:
    """A workbook that opens. `sheets` were found, `cut` of them only in part; `wordless`: cells whose words were in a part that is
    lost; `undated`: dates show as numbers, since the formats are lost."""

    data: bytes
    sheets: int
    cut: int
    wordless: int
    undated: bool

    @property
    def lost(self) -> str:
        """What is missing, as the rest of a sentence."""
        said = [f"{self.sheets} sheet{'' if self.sheets == 1 else 's'} could still be read"]
        said += ["only in part" if self.sheets == 1 else f"{self.cut} of them only in part"] if self.cut else []
        if self.wordless:
            said += ["1 cell lost its words" if self.wordless == 1 else f"{self.wordless:,} cells lost their words"]
        said += ["dates show as numbers"] if self.undated else []
        return ", ".join(said)


def rebuilt(data: bytes) -> Rebuilt | None:
    """The workbook from what is left of it; None when no sheet is."""
    pieces = {piece.path: piece for piece in salvaged(data)}
    roots = {path: read_broken_xml(piece.data) for path, piece in pieces.items() if _SHEET.fullmatch(path)}
    sheets = {
        path: root for path, root in roots.items() if root is not None and root.find(_S + "sheetData") is not None
    }
    if not sheets:
        return None
    strings, styles = _whole(pieces, _STRINGS), _styles(pieces)
    known = len(strings) if strings is not None else 0
    wordless = sum(_plain(root, known, styled=styles is not None) for root in sheets.values())
    parts = {path: write_xml(root) for path, root in sheets.items()}
    parts |= {_STRINGS: write_xml(strings)} if strings is not None else {}
    parts |= {_STYLES: styles} if styles is not None else {}
    cut = sum(not pieces[path].whole for path in sheets)
    return Rebuilt(_packed(parts, _titles(pieces, sheets)), len(sheets), cut, wordless, styles is None)


def _whole(pieces: Mapping[str, Piece], path: str) -> Any:
    return read_broken_xml(pieces[path].data) if path in pieces else None


def _styles(pieces: Mapping[str, Piece]) -> bytes | None:
    """The formats, if whole: half of them would call numbers dates."""
    piece = pieces.get(_STYLES)
    return piece.data if piece is not None and piece.whole else None


def _plain(root: Any, known: int, *, styled: bool) -> int:
    """Takes out of a sheet what leads to lost parts; how many cells lost their words."""
    wordless = 0
    for cell in list(root.iter(_S + "c")):
        if not styled:
            cell.attrib.pop("s", None)
        value = cell.findtext(_S + "v") or ""
        if cell.get("t") == "s" and not (value.isdigit() and int(value) < known):
            cell.getparent().remove(cell)
            wordless += bool(value)
    # What stands after the cells may lead to parts that are gone.
    for after in [node for node in root if node.tag not in (_S + "sheetData", _S + "mergeCells", _S + "cols")]:
        root.remove(after)
    return wordless


def _titles(pieces: Mapping[str, Piece], sheets: Mapping[str, Any]) -> dict[str, str]:
    """The sheets in order, each by its name if the list of names is left, else by its number."""
    book, links = _whole(pieces, "xl/workbook.xml"), _whole(pieces, "xl/_rels/workbook.xml.rels")
    targets: dict[str, str] = {}
    for link in links if links is not None else ():
        targets[link.get("Id", "")] = "xl/" + link.get("Target", "").removeprefix("/xl/")
    named: dict[str, str] = {}
    for sheet in book.iter(_S + "sheet") if book is not None else ():
        path = targets.get(sheet.get(f"{{{_OFFICE}}}id", ""), f"xl/worksheets/sheet{sheet.get('sheetId')}.xml")
        if path in sheets:
            named[path] = one_line(sheet.get("name", ""))[:31]
    for path in sorted(sheets, key=lambda path: int(path.removeprefix("xl/worksheets/sheet").removesuffix(".xml"))):
        named.setdefault(path, f"Sheet {path.removeprefix('xl/worksheets/sheet').removesuffix('.xml')}")
    return named


def _packed(parts: Mapping[str, bytes], titles: Mapping[str, str]) -> bytes:
    """The package (ECMA-376, part 2) around the parts."""
    called = dict.fromkeys(titles, _TYPES + "worksheet+xml")
    called |= {
        path: f"{_TYPES}{kind}+xml"
        for path, kind in ((_STRINGS, "sharedStrings"), (_STYLES, "styles"))
        if path in parts
    }
    kinds = {path: kind.removeprefix(_TYPES).removesuffix("+xml") for path, kind in called.items()}
    links = "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/{kinds[path]}" Target="/{path}"/>' for n, path in enumerate(called)
    )
    sheets = "".join(
        f'<sheet name={quoteattr(titles[path] or f"Sheet {n}")} sheetId="{n + 1}" r:id="r{n}"/>'
        for n, path in enumerate(titles)
    )
    book = f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'
    types = "".join(
        f'<Override PartName="/{path}" ContentType="{kind}"/>'
        for path, kind in {"xl/workbook.xml": _TYPES + "sheet.main+xml", **called}.items()
    )
    relations = f'<Relationships xmlns="{_PACKAGE}/relationships">'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        default = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types">{default}{types}</Types>')
        first = f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        archive.writestr("_rels/.rels", f"{relations}{first}</Relationships>")
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/_rels/workbook.xml.rels", f"{relations}{links}</Relationships>")
        for path, part in parts.items():
            archive.writestr(path, part)
    return out.getvalue()
