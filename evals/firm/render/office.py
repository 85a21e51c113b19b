"""Blocks to DOCX and sheets to XLSX, the same bytes each time: archives are rewritten with one fixed date."""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from evals.firm.render.blocks import Block, Blocks, Break, Fields, Heading, Letterhead, Points, Table, Text

_STAMP = datetime(2026, 1, 5, 9, 0, 0)  # noqa: DTZ001 - both libraries want a naive time in the file's properties
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def docx(blocks: Blocks) -> bytes:
    """A Word document with styled headings and real tables."""
    from docx import Document
    from docx.shared import Pt
    from docx.styles.style import ParagraphStyle

    document = Document()
    normal = document.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    normal.font.name, normal.font.size = "Garamond", Pt(11)
    for name in ("created", "modified"):
        setattr(document.core_properties, name, _STAMP)
    document.core_properties.author = ""
    for block in blocks:
        _add(document, block)
    out = BytesIO()
    document.save(out)
    return fixed_archive(out.getvalue())


def xlsx(
    sheets: Sequence[tuple[str, Sequence[Sequence[object]]]], *, widths: Sequence[int] = (), bold: Sequence[int] = ()
) -> bytes:
    """A workbook of (name, rows). Decimals become numbers; `bold` are row numbers from 1 on every sheet."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.worksheets[0])  # a new workbook comes with one
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([float(cell) if isinstance(cell, Decimal) else cell for cell in row])
        for number, width in enumerate(widths):
            sheet.column_dimensions["ABCDEFGHIJ"[number]].width = width
        for number in bold:
            for cell in sheet[number]:
                cell.font = Font(bold=True)
        _money_format(sheet)
    out = BytesIO()
    book.save(out)
    return fixed_archive(out.getvalue())


def _money_format(sheet: object) -> None:
    for row in sheet.iter_rows():  # type: ignore[attr-defined]
        for cell in row:
            if isinstance(cell.value, float):
                cell.number_format = "#,##0.00"


def fixed_archive(data: bytes) -> bytes:
    """The same members in the same order, all with one date, and that date in the properties."""
    out = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(out, "w", ZIP_DEFLATED, compresslevel=6) as target:
        for member in source.infolist():
            content = source.read(member)
            if member.filename == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>2026-01-05T09:00:00Z\g<2>", content)
            target.writestr(ZipInfo(member.filename, (2026, 1, 5, 9, 0, 0)), content, ZIP_DEFLATED)
    return out.getvalue()


def _add(document: object, block: Block) -> None:
    match block:
        case Heading(text=words, level=level):
            document.add_heading(words, level)  # type: ignore[attr-defined]
        case Text(text=words):
            document.add_paragraph(words)  # type: ignore[attr-defined]
        case Points(items=items, numbered=numbered):
            for item in items:
                document.add_paragraph(item, style="List Number" if numbered else "List Bullet")  # type: ignore[attr-defined]
        case Fields(pairs=pairs):
            _table(document, [("", ""), *pairs][1:], "Table Grid")
        case Table(header=header, rows=rows):
            _table(document, [header, *rows], "Light List Accent 1")
        case Letterhead(name=name, lines=lines):
            document.add_heading(name, 2)  # type: ignore[attr-defined]
            document.add_paragraph("\n".join(lines))  # type: ignore[attr-defined]
        case Break():
            document.add_page_break()  # type: ignore[attr-defined]


def _table(document: object, rows: Sequence[Sequence[str]], style: str) -> None:
    table = document.add_table(rows=0, cols=len(rows[0]))  # type: ignore[attr-defined]
    table.style = style
    for row in rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    document.add_paragraph("")  # type: ignore[attr-defined]
