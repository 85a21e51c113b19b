"""Workbooks and delimited files: a page for each sheet, a table on each.

Owns how a cell is written as text. Never computes a formula: it reads the results the program stored.
"""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from ingestion.elements import Finding, Parsed
from ingestion.identify import ODS, XLS, XLSX
from ingestion.parse.broken import BROKEN, Unreadable
from ingestion.parse.pages import Block, assemble, table
from ingestion.parse.text import decode
from ingestion.parse.wording import one_line
from ingestion.parse.xml import read_xml

MAX_ROWS = 50_000
MAX_COLUMNS = 400
# Of a whole workbook: what one child reads well within its time and memory.
MAX_CELLS = 2_500_000
_ROWS_A_SIGN = 500
MAX_REPEATED = 1_000
_FORMULA_WITHOUT_RESULT = re.compile(rb"(?:</f>|<f[^>]*/>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_QUOTED_PARTS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"

_Sheets = list[tuple[str, list[list[str]]]]


def parse_xlsx(name: str, data: bytes, *, on_page: Callable[[int], None] | None = None) -> Parsed:
    """Every sheet, hidden ones too, with the results stored in its cells. `on_page` hears the number of the sheet now and then, so
    that a long one is known to go on. Raises Unreadable."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    findings: list[Finding] = []
    sheets: _Sheets = []
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows = _xlsx_rows(sheet, len(sheets) + 1, on_page)
            sheets.append((sheet.title, _limited(name, sheet.title, rows, findings, _cells(sheets))))
        book.close()
    except (*BROKEN, InvalidFileException) as error:
        raise Unreadable("is damaged and cannot be opened as a workbook; ask for it again") from error
    if missing := _formulas_without_result(data):
        why = f"{name}: {missing} formulas have no stored result and read as empty; open it in Excel, save it, add it again."
        findings.append(Finding(name, why))
    return _parsed(name, XLSX, sheets, findings)


def parse_xls(name: str, data: bytes) -> Parsed:
    """Workbooks of Excel before 2007. Raises Unreadable."""
    import xlrd
    from xlrd.biffh import XLRDError
    from xlrd.compdoc import CompDocError

    findings: list[Finding] = []
    sheets: _Sheets = []
    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), formatting_info=True)
        for sheet in book.sheets():
            sheets.append((sheet.name, _limited(name, sheet.name, _xls_rows(book, sheet), findings, _cells(sheets))))
    except (*BROKEN, XLRDError, CompDocError) as error:
        locked = "password" in str(error).lower() or "encrypted" in str(error).lower()
        why = "is protected by a password; add a copy without it" if locked else "is damaged; ask for it again"
        raise Unreadable(why) from error
    return _parsed(name, XLS, sheets, findings)


def parse_ods(name: str, data: bytes) -> Parsed:
    """OpenDocument workbooks: the text each cell shows. Raises Unreadable."""
    findings: list[Finding] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            root = read_xml(archive.read("content.xml"))
    except BROKEN as error:
        raise Unreadable("is damaged or protected by a password; ask for it as XLSX") from error
    sheets: _Sheets = []
    for sheet in root.iter(_TABLE + "table"):
        title = sheet.get(_TABLE + "name", "")
        sheets.append((title, _limited(name, title, _ods_rows(sheet), findings, _cells(sheets))))
    return _parsed(name, ODS, sheets, findings)


def parse_csv(name: str, data: bytes) -> Parsed:
    """One page, one table; the delimiter is the one that cuts most lines alike."""
    text = decode(data).replace("\x00", "")
    findings: list[Finding] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        rows = _limited(name, "", ([one_line(cell) for cell in row] for row in reader), findings)
    except csv.Error as error:
        raise Unreadable(f"cannot be read as a table ({error}); export it again") from error
    return _parsed(name, "text/csv", [("", rows)], findings)


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


def _limited(
    name: str, sheet: str, rows: Iterable[list[str]], findings: list[Finding], used: int = 0
) -> list[list[str]]:
    """The rows that are taken, at most so many and so wide; `used` cells of the file were taken before. What is cut off is told."""
    where = f"{name}, sheet {sheet}" if sheet else name
    kept: list[list[str]] = []
    wide = False
    for row in rows:
        wide = wide or any(row[MAX_COLUMNS:])
        row = row[:MAX_COLUMNS]
        used += sum(map(bool, row))
        if len(kept) == MAX_ROWS or used > MAX_CELLS:
            limit = f"{MAX_ROWS:,} rows" if len(kept) == MAX_ROWS else f"{MAX_CELLS:,} cells in all"
            why = f"{where} has more than {limit}; what follows row {len(kept):,} was not read: split it, by year for instance."
            findings.append(Finding(name, why))
            break
        kept.append(row)
    if wide:
        findings.append(Finding(name, f"{where} has more than {MAX_COLUMNS} columns; the rest was not read: split it."))
    return kept


def _cells(sheets: _Sheets) -> int:
    return sum(bool(cell) for _, rows in sheets for row in rows for cell in row)


def _parsed(name: str, media_type: str, sheets: _Sheets, findings: list[Finding]) -> Parsed:
    blocks: list[Block] = []
    labels: dict[int, str] = {}
    for number, (title, rows) in enumerate(sheets, start=1):
        blocks.append(table(rows, number))
        if title:
            labels[number] = one_line(title)
    pages, elements = assemble(blocks, labels=labels, count=len(sheets))
    for page in pages:
        if not page.text and len(pages) > 1:
            findings.append(
                Finding(name, f"{name}, sheet {page.label or page.number} unreadable: it is empty.", "info")
            )
    return Parsed(media_type, pages, elements, tuple(findings))


def _formulas_without_result(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/") and n.endswith(".xml")]
        return sum(len(_FORMULA_WITHOUT_RESULT.findall(archive.read(sheet))) for sheet in sheets)


def _xlsx_rows(sheet: Any, number: int, on_page: Callable[[int], None] | None) -> Iterator[list[str]]:
    for n, row in enumerate(sheet.iter_rows(), start=1):
        yield [cell_text(c.value, c.number_format) for c in row[: MAX_COLUMNS + 1]]
        if on_page and n % _ROWS_A_SIGN == 0:
            on_page(number)


def _xls_rows(book: Any, sheet: Any) -> Iterator[list[str]]:
    for row in range(sheet.nrows):
        yield [_xls_cell(book, sheet.cell(row, column)) for column in range(min(sheet.ncols, MAX_COLUMNS + 1))]


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


def _ods_rows(sheet: Any) -> Iterator[list[str]]:
    for row in sheet.iter(_TABLE + "table-row"):
        cells: list[str] = []
        for cell in row.iter(_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            words = one_line(" ".join("".join(p.itertext()) for p in cell.iter(_TEXT + "p")))
            repeated = min(int(cell.get(_TABLE + "number-columns-repeated", "1")), MAX_COLUMNS + 1 - len(cells))
            cells += [words] * repeated
        # Programs end a sheet with a million repeated empty rows.
        times = int(row.get(_TABLE + "number-rows-repeated", "1")) if any(cells) else 1
        for _ in range(min(times, MAX_REPEATED)):
            yield cells


def _delimiter(text: str) -> str:
    lines = [line for line in text.splitlines()[:60] if line.strip()]

    def agreement(delimiter: str) -> tuple[int, int]:
        widths = [len(next(csv.reader([line], delimiter=delimiter), [])) for line in lines]
        usual = max(set(widths), key=widths.count) if widths else 1
        cut = max(widths, default=1)
        return (widths.count(usual) if usual > 1 else sum(width > 1 for width in widths) // 2, cut)

    return max(",\t;|", key=agreement)
