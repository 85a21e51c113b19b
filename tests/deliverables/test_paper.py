"""A deliverable on paper opens again as DOCX and PDF with the whole text; a draft says so on every page, a released one who freed it."""

import re
from io import BytesIO

import pytest

from store.database import Database
from store.errors import Conflict
from tests.deliverables.conftest import as_, filed, writing
from workspace.deliverables.model import Section
from workspace.deliverables.reading import show
from workspace.deliverables.release import release
from workspace.deliverables.render import as_docx, as_html, as_pdf, as_text
from workspace.deliverables.review import approve, edit

TEXT = (
    "Dear client,\n\nOf **$1,200.00** nothing was paid. It is due:\n\n- on March 20, 2026\n- at *our* office\n\n"
    "| Invoice | Open |\n|---|---:|\n| 7 | $1,200.00 |\n\n<b>A & B</b> [here](https://else.example) owe $77.00."
)
SAID = [
    "Dear client,",
    "$1,200.00",
    "nothing was paid. It is due:",
    "March 20, 2026",
    "our",
    "office",
    "Invoice",
    "owe",
]


@pytest.fixture
def draft(firm: Database) -> str:
    return filed(firm, TEXT)


@pytest.fixture
def freed(firm: Database, draft: str) -> str:
    with writing(firm, "ana") as scope:
        approve(scope, draft, override="$77.00 was agreed by telephone")
        release(scope, draft)
    return draft


def of_docx(data: bytes) -> str:
    """Everything that the document says, its header and foot included."""
    from docx import Document

    paper = Document(BytesIO(data))
    lines = [one.text for one in paper.paragraphs]
    lines += [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    for part in paper.sections:
        lines += [one.text for one in (*part.header.paragraphs, *part.footer.paragraphs)]
    return "\n".join(lines)


def of_pdf(data: bytes) -> list[str]:
    """The text of each page, on one line."""
    import pypdfium2

    paper = pypdfium2.PdfDocument(data)
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in paper]


def test_a_draft_says_that_it_is_one(firm: Database, draft: str) -> None:
    with firm.reading() as session:
        scope = as_(session, "ana")
        word, pages, mail = of_docx(as_docx(scope, draft)), of_pdf(as_pdf(scope, draft)), as_text(scope, draft)
    assert "DRAFT — not released" in word
    assert len(pages) > 1
    assert all("DRAFT — not released" in page for page in pages)
    assert mail.startswith("*** DRAFT — not released ***")
    for text in (word, " ".join(pages), mail):
        for words in SAID:
            assert words in text


def test_an_internal_copy_carries_the_proof(firm: Database, draft: str) -> None:
    with firm.reading() as session:
        scope = as_(session, "ana")
        word, pages = of_docx(as_docx(scope, draft)), of_pdf(as_pdf(scope, draft))
    for text in (word, " ".join(pages)):
        assert "Invoice 7, amount: 1200.00" in text
        assert "No source" in text
        assert "Harbor Bakery LLC · version 1 · prepared by Tickmark" in text
    assert re.search(r"\$1,200\.00\s?1", pages[0])  # the tickmark's number behind its figure
    assert re.search(r"\$77\.00\s?\?\d", pages[0])


def test_a_released_copy_says_who_freed_it_and_when_and_nothing_internal(firm: Database, freed: str) -> None:
    with firm.reading() as session:
        scope = as_(session, "ana")
        word, pages, mail = of_docx(as_docx(scope, freed)), of_pdf(as_pdf(scope, freed)), as_text(scope, freed)
        inside = of_docx(as_docx(scope, freed, internal=True))
    for text in (word, " ".join(pages)):
        assert "released by Ana Alder, March 9, 2026" in text
        assert "March 9, 2026" in text
        for words in ("DRAFT", "Proof", "No source", "prepared by", "To check", "Invoice 7, amount"):
            assert words not in text
    assert "DRAFT" not in mail
    assert "released by Ana Alder, March 9, 2026" in inside
    assert "Invoice 7, amount: 1200.00" in inside


def test_a_paper_is_set_in_the_pages_own_face_on_any_machine(firm: Database, freed: str) -> None:
    from pypdf import PdfReader

    with firm.reading() as session:
        paper = PdfReader(BytesIO(as_pdf(as_(session, "ana"), freed)))
    faces = {
        font["/BaseFont"].partition("+")[2] for page in paper.pages for font in page["/Resources"]["/Font"].values()
    }
    assert faces and all(face.startswith("Paper") for face in faces), faces  # the name that paper.css gives it


def test_a_signature_has_room_and_is_not_alone_on_a_page(firm: Database) -> None:
    """The last words before it go to the next page with it, whichever line is the last that fits."""
    from docx import Document
    from docx.shared import Pt

    for count in (21, 22, 23):
        lines = "\n\n".join(f"Line {number} of a letter." for number in range(count))
        letter = filed(firm, f"{lines}\n\nThe last words.\n\nSincerely,\n\nAna Alder, Partner", occasion=str(count))
        with firm.reading() as session:
            pages = of_pdf(as_pdf(as_(session, "ana"), letter))
        assert ["The last words" in page for page in pages] == ["Ana Alder, Partner" in page for page in pages]
    with firm.reading() as session:
        word = Document(BytesIO(as_docx(as_(session, "ana"), letter)))
    signed = next(one for one in word.paragraphs if one.text == "Sincerely,")
    assert signed.paragraph_format.keep_with_next and signed.paragraph_format.space_after == Pt(30)


def test_a_tables_columns_stand_under_each_other_in_a_mail(firm: Database) -> None:
    bill = filed(firm, "| | Open |\n|---|---:|\n| Invoice 7 | $1,200.00 |\n\nThank you.")
    with firm.reading() as session:
        mail = as_text(as_(session, "ana"), bill).splitlines()
    head = next(one for one in mail if one.endswith("Open"))
    assert len(head) == len(next(one for one in mail if one.startswith("Invoice 7")))


def test_there_is_no_clients_copy_of_a_draft(firm: Database, draft: str) -> None:
    with firm.reading() as session:
        for form in (as_docx, as_pdf, as_text):
            with pytest.raises(Conflict, match="was released"):
                form(as_(session, "ana"), draft, internal=False)


def test_nothing_in_a_text_becomes_active(firm: Database, draft: str) -> None:
    with writing(firm, "ana") as scope:
        edit(scope, draft, [Section("<script>x</script>", "<script>alert(1)</script> ![p](file:///etc/passwd) $5.00")])
    with firm.reading() as session:
        scope = as_(session, "ana")
        html = as_html(show(scope, draft))
        pages = of_pdf(as_pdf(scope, draft))
    assert "<script" not in html
    assert "<img" not in html
    assert "<a " not in html
    assert "<script>alert(" in " ".join(pages)  # printed as words


def test_every_mark_stands_behind_its_figure(firm: Database, draft: str) -> None:
    with firm.reading() as session:
        shown = show(as_(session, "ana"), draft)
    html = as_html(shown)
    figures = re.findall(r'<span class="fig (\w+)" data-tick="(\d+)">(.*?</svg></span>)</span>', html, re.DOTALL)
    said = [(status, int(tick), re.sub(r"<.*?>", "", inner)) for status, tick, inner in figures]
    assert said == [(mark["status"], n, mark["text"]) for n, mark in enumerate(shown["tickmarks"])]
    assert as_html(shown, style="none").count("<span") == 0
    assert len(re.findall(r'<sup class="tm">', as_html(shown, style="numbers"))) == len(shown["tickmarks"])
