"""Word, PowerPoint, workbooks and delimited files, made here."""

import datetime as dt
import io

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml

from ingestion.parse import parse, tables
from ingestion.parse.tables import cell_text
from tests.ingestion.samples import one_of_each, picture

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word_file() -> docx.document.Document:
    document = docx.Document()
    document.core_properties.title = "Engagement letter"
    document.add_heading("Our services", level=1)
    document.add_paragraph("We will prepare the return.")
    document.add_paragraph("Form 1120-S", style="List Bullet")
    cells = document.add_table(rows=2, cols=2)
    for row, values in enumerate((("Service", "Fee"), ("Tax return", "$2,400"))):
        for column, value in enumerate(values):
            cells.cell(row, column).text = value
    return document


def saved(document: docx.document.Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def workbook(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_word_file_gives_headings_lists_and_tables() -> None:
    parsed = parse("letter.docx", saved(word_file()))
    assert parsed.title == "Engagement letter"
    assert [(e.type, e.text) for e in parsed.elements] == [
        ("Title", "Our services"),
        ("Text", "We will prepare the return."),
        ("ListItem", "Form 1120-S"),
        ("Table", "Service | Fee\nTax return | $2,400"),
    ]
    assert parsed.elements[3].rows == (("Service", "Fee"), ("Tax return", "$2,400"))
    assert all(parsed.pages[0].text[e.start : e.end] == e.text for e in parsed.elements)


def test_a_cell_over_two_columns_keeps_the_next_one_in_its_place() -> None:
    document = docx.Document()
    cells = document.add_table(rows=2, cols=3)
    cells.cell(0, 0).merge(cells.cell(0, 1)).text = "Total"
    cells.cell(0, 2).text = "9"
    cells.cell(1, 1).text = "b"
    assert parse("t.docx", saved(document)).elements[0].rows == (("Total", "", "9"), ("", "b"))


def test_controls_insertions_and_text_boxes_are_read_and_deletions_are_not() -> None:
    document = word_file()
    body = document.element.body
    body.insert(
        0, parse_xml(f"<w:sdt {W}><w:sdtContent><w:p><w:r><w:t>Fee: $9,100</w:t></w:r></w:p></w:sdtContent></w:sdt>")
    )
    tracked = "<w:ins w:id='1'><w:r><w:t>new clause</w:t></w:r></w:ins><w:del w:id='2'><w:r><w:delText>old</w:delText></w:r></w:del>"
    body.insert(1, parse_xml(f"<w:p {W}>{tracked}</w:p>"))
    box = "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>In the margin</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    body.insert(2, parse_xml(f"<w:p {W}><w:r><w:t>Before the box</w:t></w:r>{box}</w:p>"))
    text = parse("tracked.docx", saved(document)).pages[0].text
    assert text.startswith("Fee: $9,100\n\nnew clause\n\nBefore the box\n\nIn the margin")
    assert "old" not in text


def test_slides_are_pages_and_charts_give_their_figures() -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    deck = pptx.Presentation()
    for title in ("Results", "Outlook"):
        deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = title
    figures = CategoryChartData()
    figures.categories = ["2024", "2025"]
    figures.add_series("Revenue", (120, 135))
    deck.slides[1].shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 3_000_000, 3_000_000, figures)
    out = io.BytesIO()
    deck.save(out)
    parsed = parse("deck.pptx", out.getvalue())
    assert [page.text.split("\n")[0] for page in parsed.pages] == ["Results", "Outlook"]
    assert parsed.elements[-1].rows == (("", "Revenue"), ("2024", "120"), ("2025", "135"))


def test_every_sheet_is_a_page_with_its_name() -> None:
    book = openpyxl.Workbook()
    book.active.title = "Trial balance"
    book.active.append(["Account", "Debit", "As of"])
    book.active.append(["Cash", 1234.5, dt.date(2025, 12, 31)])
    book.active["B2"].number_format = "#,##0.00"
    book.create_sheet("Notes").append(["See lease"])
    book.create_sheet("Empty")
    parsed = parse("books.xlsx", workbook(book))
    assert [(page.label, page.source) for page in parsed.pages] == [
        ("Trial balance", "text"),
        ("Notes", "text"),
        ("Empty", "none"),
    ]
    assert parsed.pages[0].text == "Account | Debit | As of\nCash | 1,234.50 | 2025-12-31"
    assert "sheet Empty unreadable" in parsed.findings[0].message


def test_formulas_that_were_never_computed_are_told() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Total", "=SUM(1,2)"])
    assert "1 formula has no stored result" in parse("made.xlsx", workbook(book)).findings[0].message


def test_a_sheet_beyond_the_limit_is_cut_with_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    parsed = parse("ledger.csv", b"a,b\n" * 5)
    assert len(parsed.elements[0].rows) == 3
    assert "more than 3 rows" in parsed.findings[0].message


@pytest.mark.parametrize(
    ("value", "shape", "text"),
    [
        (0.1 + 0.2, "General", "0.3"),
        (1234567.0, "General", "1234567"),
        (1234.5, "#,##0.00", "1,234.50"),
        (1234.56, "#,##0", "1,234.56"),
        (-75, "_($* #,##0.00_);_($* (#,##0.00)", "-75.00"),
        (0.075, "0.0%", "7.5%"),
        (True, "General", "TRUE"),
        (None, "General", ""),
        (dt.datetime.fromisoformat("2026-01-02T03:04:00"), "General", "2026-01-02 03:04:00"),
    ],
)
def test_cells_are_written_as_the_sheet_shows_them_but_never_lose_cents(value: object, shape: str, text: str) -> None:
    assert cell_text(value, shape) == text


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (
            b"Date;Betrag\n2026-01-01;5,20\n2026-01-02;6,10\n",
            (("Date", "Betrag"), ("2026-01-01", "5,20"), ("2026-01-02", "6,10")),
        ),
        (b'Name,Amount\n"Doe, Ann","1,200"\n\n', (("Name", "Amount"), ("Doe, Ann", "1,200"))),
        (b"A\tB\n1\t\n", (("A", "B"), ("1",))),
        ("Café,1\nBar,2\n".encode("cp1252"), (("Café", "1"), ("Bar", "2"))),
    ],
)
def test_delimited_files_keep_their_rows(data: bytes, rows: tuple[tuple[str, ...], ...]) -> None:
    assert parse("x.csv", data).elements[0].rows == rows


def test_a_truncated_letter_keeps_its_words_and_a_truncated_workbook_is_a_finding() -> None:
    data = saved(word_file())
    parsed = parse("a.docx", data[: len(data) // 2])
    assert "Tax return | $2,400" in parsed.pages[0].text
    assert "cut off; what is left of its words was read" in parsed.findings[0].message
    data = workbook(openpyxl.Workbook())
    parsed = parse("a.xlsx", data[: len(data) // 2])
    assert parsed.pages == ()
    assert parsed.findings[0].severity == "error"


def test_notes_comments_and_what_reaches_over_rows_are_read() -> None:
    parsed = parse("notes.docx", one_of_each()["notes.docx"])
    assert parsed.pages[0].text == (
        "Maple CPA\n\nThe fee is $2,400.\n\nFees | Return\nFees | Payroll\n\nComment by Ann: Check the fee"
    )


def test_a_letter_that_is_only_a_picture_is_read_from_it() -> None:
    document = docx.Document()
    document.add_picture(io.BytesIO(picture("Total 86.40")))
    document.add_picture(io.BytesIO(picture("logo", size=(100, 60))))
    parsed = parse("receipt.docx", saved(document))
    assert parsed.pages[0].text == "Picture 1\n\nTotal 86.40"
    assert parsed.findings == ()


def test_hidden_slides_are_read_and_told() -> None:
    deck = pptx.Presentation()
    for words in ("Shown", "Kept back"):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = words
    deck.slides[1]._element.set("show", "0")
    out = io.BytesIO()
    deck.save(out)
    parsed = parse("deck.pptx", out.getvalue())
    assert [page.text for page in parsed.pages] == ["Shown", "Kept back"]
    assert parsed.findings[0].message == "deck.pptx: slide 2 is hidden; read all the same."
