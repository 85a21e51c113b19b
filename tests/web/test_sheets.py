"""What a citation of a workbook opens: the sheet as a grid, the cited cells lit and named as Excel names them."""

import io
import re

import openpyxl

from api.commands.intake import take_in
from api.wiring import Services
from tests.web.conftest import Visits, ids


def books() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Trial balance"
    sheet.append(["Maple Street Bakery"])
    sheet.append([])
    sheet.append(["Account", "Debit", "Credit"])
    for n in range(500):
        sheet.append([f"Account {n}", n + 0.5, None])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_citation_opens_the_sheet_with_its_cells_lit(own: tuple[Services, Visits]) -> None:
    services, visit = own
    take_in(services, "ana@alder.example", "C002", [("books.xlsx", books())])
    (document,) = ids(services, "SELECT id FROM documents WHERE name = 'books.xlsx'")
    (text,) = ids(services, "SELECT text FROM document_pages WHERE label = 'Trial balance'")
    at = text.index("450.5")
    page = visit("ana").get(f"/documents/{document}?start={at}&end={at + 5}")
    assert "Cells <strong>&#39;Trial balance&#39;!B454</strong>" in page.text
    assert re.search(
        r'<th scope="row">454</th><td class="">Account 450</td><td class="num cell-lit"><mark[^>]*>450\.5</mark></td>',
        page.text,
    )
    assert '<th scope="col">B</th>' in page.text
    assert "Account 0</td>" not in page.text
    first = visit("ana").get(f"/documents/{document}")
    assert "Account 0</td>" in first.text
    assert "Rows from 402</a>" in first.text
