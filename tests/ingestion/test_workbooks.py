"""Workbooks and delimited files as firms have them: merged, hidden, commented, cut off; and where on the sheet a citation stands."""

import io
from dataclasses import fields

import openpyxl
import pytest

from api.marks import shown
from ingestion.elements import Page, Parsed
from ingestion.parse import parse, tables
from ingestion.parse.sheet_marks import column_number
from tests.ingestion.samples import one_of_each, rich_workbook, zipped
from workspace.viewer import Leaf, cell_range, column_letters


def told(parsed: Parsed) -> str:
    return " ".join(finding.message for finding in parsed.findings)


def leaf(parsed: Parsed, page: Page) -> Leaf:
    """The page as the viewer gets it."""
    words = tuple((w.start, w.end, w.box.left, w.box.top, w.box.right, w.box.bottom) for w in page.words)
    known = {"media_type": parsed.media_type, "label": page.label, "text": page.text, "words": words}
    return Leaf(**{**dict.fromkeys(field.name for field in fields(Leaf)), **known})  # type: ignore[arg-type]


def test_what_is_merged_stands_in_every_row_and_what_is_hidden_is_read_and_told() -> None:
    parsed = parse("rich.xlsx", rich_workbook())
    assert parsed.pages[0].text == (
        "General ledger\nGroup | Date | Amount | Share\nRent | 2026-03-09 | 1,234.50 | 25%\nRent | 2026-04-09 | -12 | 0.1\nTotal\n\n"
        "Comment on C3: Ask about this"
    )
    assert [finding.message for finding in parsed.findings] == [
        "rich.xlsx: sheet Owner's draw is hidden in Excel; read all the same.",
        "rich.xlsx, sheet Ledger has 1 hidden row and 1 hidden column; read all the same.",
        "rich.xlsx: sheet Chart is only a chart; its figures are those of the other sheets, it was not read by itself.",
        "rich.xlsx: 1 formula has no stored result and reads as empty; open it in Excel, save it, add it again.",
    ]


@pytest.mark.parametrize(
    ("words", "cells"),
    [
        ("1,234.50", "Ledger!C3"),
        ("General ledger", "Ledger!A1"),
        ("2026-03-09 | 1,234.50", "Ledger!B3:C3"),
        ("1,234.50 | 25%\nRent | 2026-04-09", "Ledger!A3:D4"),
        ("Total", "Ledger!A6"),
        ("Ask about", None),
    ],
)
def test_a_citation_of_a_sheet_is_a_range_of_its_cells(words: str, cells: str | None) -> None:
    parsed = parse("rich.xlsx", rich_workbook())
    page = leaf(parsed, parsed.pages[0])
    at = page.text.index(words)
    assert cell_range(page, at, at + len(words)) == cells


def test_a_bar_inside_a_cell_and_a_title_with_an_apostrophe_do_not_move_the_range() -> None:
    parsed = parse("rich.xlsx", rich_workbook())
    page = leaf(parsed, parsed.pages[1])
    at = page.text.index("apart")
    assert cell_range(page, at, at + 5) == "'Owner''s draw'!C5"
    assert cell_range(page, at, at) is None


def test_the_cells_of_a_citation_are_lit_in_the_grid() -> None:
    parsed = parse("rich.xlsx", rich_workbook())
    page = leaf(parsed, parsed.pages[0])
    at = page.text.index("1,234.50")
    grid, comment = shown(page, at, at + 8).blocks
    assert grid.numbers == (1, 2, 3, 4, 6)
    assert grid.letters == ["A", "B", "C", "D"]
    assert [(n, cell.parts[1]) for n, row in enumerate(grid.rows) for cell in row if cell.parts[1]] == [(2, "1,234.50")]
    assert "Comment" in comment.text[0]


def test_of_a_long_sheet_the_rows_around_the_citation_are_shown() -> None:
    rows = "".join(f"Account {n},{n}.50\n" for n in range(1, 1501))
    parsed = parse("ledger.csv", rows.encode())
    page = leaf(parsed, parsed.pages[0])
    at = page.text.index("Account 900 ")
    middle = shown(page, at, at + 11)
    assert middle.blocks[0].numbers[0] == 880
    assert (middle.before, middle.after) == (480, 1280)
    assert [cell.parts[1] for cell in middle.blocks[0].rows[20]] == ["Account 900", ""]
    assert (shown(page, 0, 0).before, shown(page, 0, 0).after) == (None, 401)
    assert shown(page, 0, 0, row=1300).blocks[0].numbers == tuple(range(1300, 1501))
    assert cell_range(page, at, at + 11) == "A900"


def test_letters_and_numbers_of_columns_are_each_others_opposite() -> None:
    assert [column_letters(n) for n in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert all(column_number(column_letters(n)) == n for n in range(1, 1000))


def ledger(rows: int) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Ledger"
    for n in range(rows):
        sheet.append([f"Account {n}", n + 0.5])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_that_is_cut_off_says_what_could_be_read() -> None:
    data = ledger(400)
    parsed = parse("ledger.xlsx", data[: data.index(b"xl/worksheets/sheet1.xml") + 2500])
    assert "Account 1 | 1.5" in parsed.pages[0].text
    assert told(parsed) == (
        "ledger.xlsx is damaged or cut off; 1 sheet could still be read, only in part, dates show as numbers: ask for it again."
    )


def test_a_workbook_without_its_directory_keeps_all_sheets_with_their_names() -> None:
    data = ledger(40)
    parsed = parse("ledger.xlsx", data[: data.rindex(b"PK\x01\x02") - 200])
    assert parsed.pages[0].label == "Ledger"
    assert "Account 39 | 39.5" in parsed.pages[0].text
    assert "1 sheet could still be read" in told(parsed)


def test_cells_whose_words_are_lost_are_counted() -> None:
    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>Rent</t></si></sst>'
    cells = b'<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>7</v></c><c r="C1"><v>5</v></c></row>'
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + cells
    packed = zipped(
        {"xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": strings, "[Content_Types].xml": b"<Types/>"}
    )
    parsed = parse("ledger.xlsx", packed[:-30])
    assert parsed.pages[0].text == "Rent |  | 5"
    assert "1 cell lost its words" in told(parsed)


def test_a_sheet_far_down_counts_its_rows_as_excel_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["B2000"], sheet["C2001"] = "far down", 5
    out = io.BytesIO()
    book.save(out)
    parsed = parse("far.xlsx", out.getvalue())
    page = leaf(parsed, parsed.pages[0])
    assert cell_range(page, 0, len(page.text)) == "Sheet!B2000:C2001"
    assert told(parsed) == ""


def test_the_workbook_that_excel_2003_wrote_as_xml_is_read() -> None:
    parsed = parse("export.xls", one_of_each()["export.xls"])
    assert parsed.pages[0].text == "Account |  | Amount\nCash | 2026-03-09 | 1250.5"
    assert [word.box.bottom for word in parsed.pages[0].words] == [1, 4]


@pytest.mark.parametrize(
    ("data", "text", "why"),
    [
        (b"sep=;\r\nDate;Amount\r\n2026-01-02;5,00\r\n", "Date | Amount\n2026-01-02 | 5,00", ""),
        ("Name\tAmount\nMüller\t5\n".encode("utf-16"), "Name | Amount\nMüller | 5", ""),
        ("Name\tAmount\nMüller\t5\n".encode("utf-16-be"), "Name | Amount\nMüller | 5", ""),
        ("Name;Amount\nMüller – Söhne;5\n".encode("cp1252"), "Name | Amount\nMüller – Söhne | 5", ""),
        (
            b'A,B\n"never closed,2\n3,4\n5,6\n',
            "A | B\nnever closed | 2\n3 | 4\n5 | 6",
            "mark in line 2 is never closed",
        ),
        (b'A,B\n"two\nlines",2\n', "A | B\ntwo lines | 2", ""),
        (b"A,B\r1,2\r", "A | B\n1 | 2", ""),
    ],
)
def test_delimited_files_as_programs_write_them(data: bytes, text: str, why: str) -> None:
    parsed = parse("export.csv", data)
    assert parsed.pages[0].text == text
    assert why in told(parsed)


def test_a_cell_longer_than_the_usual_limit_is_read() -> None:
    assert len(parse("export.csv", b"A,B\n" + b"x" * 200_000 + b",2\n").pages[0].text) > 200_000
