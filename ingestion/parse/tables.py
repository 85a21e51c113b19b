"""Sheets of cells, whatever program made them: a page for each sheet, a table on each; and the kinds of workbook before and beside XLSX.

Owns how a cell is written as text, and how much of a sheet is taken. Never computes a formula: it reads the results the program stored.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ingestion.elements import Finding, Parsed
from ingestion.identify import ODS, WHY_LOCKED, XLS
from ingestion.parse.broken import BROKEN, Unreadable, broken
from ingestion.parse.pages import Block, assemble, sheet
from ingestion.parse.wording import one_line
from ingestion.parse.xml import read_broken_xml, read_xml

MAX_ROWS = 50_000
MAX_COLUMNS = 400
# Of a whole workbook: what one child reads well within its time, and what people can still find something in.
MAX_CELLS = 600_000
MAX_REPEATED = 1_000
_QUOTED_PARTS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"

Row = tuple[int, list[str]]
"""The number of a row, as its program counts it, and its cells from the first column on."""


@dataclass(frozen=True)
class Sheet:
    """Rows that hold something, and what stands under them."""

    title: str
    rows: list[Row]
    notes: tuple[Block, ...] = ()


def parse_xls(name: str, data: bytes) -> Parsed:
    """Workbooks of Excel before 2007. Raises Unreadable."""
    import xlrd

    findings: list[Finding] = []
    sheets: list[Sheet] = []
    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), formatting_info=True)
        for one in book.sheets():
            rows = limited(name, one.name, _xls_rows(book, one), findings, used=cells_of(sheets), last=one.nrows)
            sheets.append(Sheet(one.name, rows))
        hidden = [one.name for one in book.sheets() if one.visibility]
    except broken() as error:
        locked = "password" in str(error).lower() or "encrypted" in str(error).lower()
        why = WHY_LOCKED if locked else "is damaged; ask for it again"
        raise Unreadable(why) from error
    for title in hidden:
        findings.append(Finding(name, f"{name}: sheet {title} is hidden in Excel; read all the same.", "info"))
    return sheets_parsed(name, XLS, sheets, findings)


def parse_ods(name: str, data: bytes) -> Parsed:
    """OpenDocument workbooks: the text each cell shows. Raises Unreadable."""
    findings: list[Finding] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            root = read_xml(archive.read("content.xml"))
    except BROKEN as error:
        raise Unreadable("is damaged or protected by a password; ask for it as XLSX") from error
    sheets: list[Sheet] = []
    for one in root.iter(_TABLE + "table"):
        title = one.get(_TABLE + "name", "")
        sheets.append(Sheet(title, limited(name, title, _ods_rows(one), findings, used=cells_of(sheets))))
    return sheets_parsed(name, ODS, sheets, findings)


def parse_xml_workbook(name: str, data: bytes) -> Parsed:
    """The workbook that Excel 2003 wrote as XML, and that programs still export under the name of XLS; of a damaged one what is left.
    Raises Unreadable."""
    findings: list[Finding] = []
    try:
        root = read_xml(data)
    except BROKEN:
        root = read_broken_xml(data)
        findings.append(
            Finding(name, f"{name} is damaged or cut off; what is left of its cells was read: ask for it again.")
        )
    sheets: list[Sheet] = []
    for one in root.iter(_SS + "Worksheet") if root is not None else ():
        title = one.get(_SS + "Name", "")
        sheets.append(Sheet(title, limited(name, title, _xml_rows(one), findings, used=cells_of(sheets))))
    if not sheets:
        raise Unreadable("is damaged and cannot be opened as a workbook; ask for it again")
    return sheets_parsed(name, XLS, sheets, findings)


def cell_text(value: object, number_format: str = "General") -> str:
    """A cell as text: ISO dates, numbers with the format's thousands and percent sign, never rounded below cents."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value, number_format)
    return one_line(str(value))


def _number(value: float, number_format: str) -> str:
    if isinstance(value, int) and number_format == "General":
        return str(value)
    # Excel itself keeps 15 digits; more is the noise of binary fractions.
    exact = Decimal(f"{value:.15g}")
    if not exact.is_finite():
        return str(value)
    if number_format in {"General", "@", ""}:
        return f"{exact.normalize():f}"
    shape = _QUOTED_PARTS.sub("", number_format.split(";")[0])
    percent = "%" in shape
    exact = exact * 100 if percent else exact
    shown = len(match[1]) if (match := re.search(r"\.([0#?]+)", shape)) else 0
    places = max(shown, min(2, _places(exact)))
    return f"{exact:{',' if '#,#' in shape or '0,0' in shape else ''}.{places}f}{'%' if percent else ''}"


def _places(number: Decimal) -> int:
    exponent = round(number, 2).normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def limited(
    name: str, title: str, rows: Iterable[Row], findings: list[Finding], *, used: int = 0, last: int = 0
) -> list[Row]:
    """The rows that hold something, at most so many and so wide; `used` cells of the file were taken before, `last` is the number of the
    sheet's last row where it is known. What is cut off is told."""
    where = f"{name}, sheet {title}" if title else name
    kept: list[Row] = []
    wide = False
    for number, cells in rows:
        wide = wide or any(cells[MAX_COLUMNS:])
        cells = cells[:MAX_COLUMNS]
        filled = sum(map(bool, cells))
        used += filled
        if filled and (len(kept) == MAX_ROWS or used > MAX_CELLS):
            limit = f"{MAX_ROWS:,} rows" if len(kept) == MAX_ROWS else f"{MAX_CELLS:,} cells in all"
            more = f" to {last:,}" if last > number else " and those that follow"
            why = f"{where} has more than {limit}; rows {number:,}{more} were not read: split it, by year for instance."
            findings.append(Finding(name, why))
            break
        if filled:
            kept.append((number, cells))
    if wide:
        findings.append(Finding(name, f"{where} has more than {MAX_COLUMNS} columns; the rest was not read: split it."))
    return kept


def cells_of(sheets: Sequence[Sheet]) -> int:
    """How many cells hold something."""
    return sum(bool(cell) for one in sheets for _, row in one.rows for cell in row)


def sheets_parsed(
    name: str, media_type: str, sheets: Sequence[Sheet], findings: list[Finding], *, more: Sequence[Block] = ()
) -> Parsed:
    """A page for each sheet, and one behind them for `more`."""
    blocks: list[Block] = []
    labels: dict[int, str] = {}
    for number, one in enumerate(sheets, start=1):
        blocks += [sheet(one.rows, number), *(replace(note, page=number) for note in one.notes)]
        if one.title:
            labels[number] = one_line(one.title)
    pages, elements = assemble([*blocks, *more], labels=labels, count=len(sheets))
    for page in pages:
        if not page.text and len(pages) > 1:
            findings.append(
                Finding(name, f"{name}, sheet {page.label or page.number} unreadable: it is empty.", "info")
            )
    return Parsed(media_type, pages, elements, tuple(findings))


def _xls_rows(book: Any, one: Any) -> Iterator[Row]:
    for row in range(one.nrows):
        yield row + 1, [_xls_cell(book, one.cell(row, column)) for column in range(min(one.ncols, MAX_COLUMNS + 1))]


def _xls_cell(book: Any, cell: Any) -> str:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        return cell_text(xlrd.xldate.xldate_as_datetime(cell.value, book.datemode))
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return cell_text(bool(cell.value))
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#ERROR"))
    shape = "General"
    if cell.ctype == xlrd.XL_CELL_NUMBER and cell.xf_index is not None:
        shape = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
    return cell_text(cell.value, shape)


def _ods_rows(one: Any) -> Iterator[Row]:
    number = 0
    for row in one.iter(_TABLE + "table-row"):
        cells: list[str] = []
        for cell in row.iter(_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            words = one_line(" ".join("".join(p.itertext()) for p in cell.iter(_TEXT + "p")))
            repeated = min(int(cell.get(_TABLE + "number-columns-repeated", "1")), MAX_COLUMNS + 1 - len(cells))
            cells += [words] * repeated
        # Programs end a sheet with a million repeated empty rows.
        times = int(row.get(_TABLE + "number-rows-repeated", "1"))
        for repeated in range(min(times, MAX_REPEATED) if any(cells) else 0):
            yield number + repeated + 1, cells
        number += times


def _xml_rows(one: Any) -> Iterator[Row]:
    number = 0
    for row in one.iter(_SS + "Row"):
        number = _index(row, number)
        cells: list[str] = []
        for cell in row.iter(_SS + "Cell"):
            cells += [""] * min(_index(cell, len(cells)) - 1 - len(cells), MAX_COLUMNS)
            written = cell.find(_SS + "Data")
            words = one_line("".join(written.itertext())) if written is not None else ""
            day = re.fullmatch(r"(\d{4}-\d\d-\d\d)T00:00:00(?:\.0+)?", words)
            cells.append(day[1] if day else words)
        yield number, cells


def _index(node: Any, before: int) -> int:
    """The place a row or cell says it has, or the next."""
    written = node.get(_SS + "Index", "")
    return max(int(written), before + 1) if written.isdigit() else before + 1
