"""Workbooks of Excel since 2007: a page for each sheet, with the results stored in its cells, and what else stands on it.

Owns what of a workbook is told beside its values: what is hidden, merged, commented, left out. Never computes a formula, never runs a
macro.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from ingestion.elements import Finding, Parsed
from ingestion.identify import XLSX
from ingestion.parse.broken import Unreadable, broken
from ingestion.parse.pages import Block
from ingestion.parse.pictures import in_package, words_in
from ingestion.parse.rescue_sheets import rebuilt
from ingestion.parse.sheet_marks import BookMarks, Marks, read_marks, without_charts
from ingestion.parse.tables import MAX_COLUMNS, Row, Sheet, cell_text, cells_of, limited, sheets_parsed

_ROWS_A_SIGN = 250
_NUMBER = re.compile(r"[-+($€£]*[\d.,]*\d[\d.,]*[%)]*|\d{4}-\d\d-\d\d.*")
_MANY_NAMES = 6

OnPage = Callable[[int], None]


def parse_xlsx(name: str, data: bytes, *, on_page: OnPage | None = None) -> Parsed:
    """Every sheet, hidden ones too; of a damaged file what is left. `on_page` hears the number of the sheet now and then, so that a long
    one is known to go on. Raises Unreadable."""
    try:
        return _book(name, data, on_page)
    except broken() as error:
        left = rebuilt(data)
        if left is None:
            raise Unreadable("is damaged and cannot be opened as a workbook; ask for it again") from error
    try:
        parsed = _book(name, left.data, on_page)
    except broken() as error:
        raise Unreadable("is damaged and cannot be opened as a workbook; ask for it again") from error
    if not any(page.text for page in parsed.pages):
        raise Unreadable("is damaged and no cell of it could be read; ask for it again")
    why = f"{name} is damaged or cut off; {left.lost}: ask for it again."
    return replace(parsed, findings=(Finding(name, why), *parsed.findings))


def _book(name: str, data: bytes, on_page: OnPage | None) -> Parsed:
    import openpyxl

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        marks = read_marks(archive)
        changed = without_charts(archive)
        book = openpyxl.load_workbook(
            io.BytesIO(_exchanged(archive, changed) if changed else data), read_only=True, data_only=True
        )
        findings: list[Finding] = []
        sheets: list[Sheet] = []
        for number, sheet in enumerate(book.worksheets, start=1):
            sheet.reset_dimensions()
            about = marks.sheets.get(sheet.title, Marks())
            rows = limited(
                name, sheet.title, _rows(sheet, number, on_page), findings, used=cells_of(sheets), last=about.last_row
            )
            sheets.append(Sheet(sheet.title, _filled(rows, about.merged), _notes(about)))
        book.close()
        findings += _told(name, marks)
        pictures = words_in(name, in_package(archive, "xl/media/", len(sheets) + 1), findings, on_page)
    return sheets_parsed(name, XLSX, sheets, findings, more=pictures)


def _exchanged(archive: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for entry in archive.infolist():
            copy.writestr(entry.filename, changed.get(entry.filename) or archive.read(entry))
    return out.getvalue()


def _rows(sheet: Any, number: int, on_page: OnPage | None) -> Iterator[Row]:
    for n, row in enumerate(sheet.iter_rows(), start=1):
        if row:
            # Only numbers are shown by their format, and asking for it takes longer than reading the cell.
            yield (
                n,
                [
                    cell_text(c.value, c.number_format if isinstance(c.value, int | float) else "")
                    for c in row[: MAX_COLUMNS + 1]
                ],
            )
        if on_page and n % _ROWS_A_SIGN == 0:
            on_page(number)


def _filled(rows: list[Row], merged: Iterable[tuple[int, int, int, int]]) -> list[Row]:
    """The words of a merged cell in each row it covers, and over each column in a row of headings; numbers are never repeated."""
    by_number = dict(rows)
    for left, top, right, bottom in merged:
        first = by_number.get(top, [])
        words = first[left - 1] if left <= len(first) else ""
        if not words or _NUMBER.fullmatch(words):
            continue
        for number in range(top, min(bottom, top + 1000) + 1):
            cells = by_number.get(number, [])
            if number > top and any(cells):
                _write(cells, left, words)
            others = [cell for at, cell in enumerate(cells, start=1) if cell and not left <= at <= right]
            if others and not any(_NUMBER.fullmatch(cell) for cell in others):
                for column in range(left + 1, min(right, MAX_COLUMNS) + 1):
                    _write(cells, column, words)
    return rows


def _write(cells: list[str], column: int, words: str) -> None:
    cells += [""] * (column - len(cells))
    cells[column - 1] = cells[column - 1] or words


def _notes(marks: Marks) -> tuple[Block, ...]:
    """Comments and text boxes, under the cells."""
    return tuple(
        Block("ListItem" if cell else "Text", f"Comment on {cell}: {words}" if cell else words)
        for cell, words in marks.notes
        if words
    )


def _told(name: str, marks: BookMarks) -> Iterator[Finding]:
    if marks.hidden:
        yield Finding(name, f"{name}: {_named(marks.hidden)} hidden in Excel; read all the same.", "info")
    for title, about in marks.sheets.items():
        parts = [
            f"{count} hidden {what}{'' if count == 1 else 's'}"
            for count, what in ((about.hidden_rows, "row"), (about.hidden_columns, "column"))
            if count
        ]
        if parts:
            yield Finding(name, f"{name}, sheet {title} has {' and '.join(parts)}; read all the same.", "info")
    if marks.charts:
        why = f"{_named(marks.charts)} only a chart; its figures are those of the other sheets"
        yield Finding(name, f"{name}: {why}, it was not read by itself.", "info")
    missing = sum(about.without_result for about in marks.sheets.values())
    if missing:
        formulas = (
            "1 formula has no stored result and reads"
            if missing == 1
            else f"{missing:,} formulas have no stored result and read"
        )
        yield Finding(name, f"{name}: {formulas} as empty; open it in Excel, save it, add it again.")


def _named(titles: tuple[str, ...]) -> str:
    """sheet Payroll is; sheets Payroll, Owners are."""
    shown = ", ".join(titles[:_MANY_NAMES]) + (" and more" if len(titles) > _MANY_NAMES else "")
    return f"sheet {shown} is" if len(titles) == 1 else f"sheets {shown} are"
