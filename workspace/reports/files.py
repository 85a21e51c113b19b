"""Figures and rows as tables, and these as a workbook that a spreadsheet opens without computing anything in it."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from workspace.billing.tables import Table
from workspace.cells import is_formula, shown
from workspace.reports.model import Report, Row

_CENT = Decimal("0.01")
_ROW = ("part", "series", "day", "client_ref", "client", "what", "who", "amount")
_LONGEST = 32_000  # letters of a cell; a workbook takes 32,767


def figures_table(report: Report) -> Table:
    """A line for each part, and one of the sums."""
    share = (report.share,) if report.share else ()
    columns = ("key", "part", *(name.replace(" ", "_") for name in report.series), *share)
    lines = [
        (one.key, one.label, *one.values, *((_percent(one.share),) if report.share else ())) for one in report.figures
    ]
    total = ("total", "All", *report.totals, *((None,) if report.share else ()))
    return Table(report.name, columns, (*lines, total))


def rows_table(name: str, rows: Iterable[Row]) -> Table:
    """A line for each row."""
    lines = [(one.part, one.series, one.on, one.client_ref, one.client, one.what, one.who, one.amount) for one in rows]
    return Table(f"{name}-rows", _ROW, tuple(lines))


def _percent(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(_CENT)


def as_xlsx(tables: Sequence[Table]) -> bytes:
    """A workbook with a sheet for each table. Numbers and days are numbers and days; every text is text, whatever it begins with."""
    from openpyxl import Workbook  # takes a third of a second to import
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(table.name[:31])
        sheet.freeze_panes = "A2"
        head = [WriteOnlyCell(sheet, name.replace("_", " ")) for name in table.columns]
        for cell in head:
            cell.font = Font(bold=True)
        sheet.append(head)
        for row in table.rows:
            sheet.append([_cell(sheet, one) for one in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, str):
        text = shown(value)[:_LONGEST]
        cell = WriteOnlyCell(sheet, text)
        if text:
            cell.data_type = "s"
            cell.quotePrefix = is_formula(text)  # stays text when somebody edits the cell
        return cell
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, Decimal):
        cell.number_format = "#,##0.00"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    return cell
