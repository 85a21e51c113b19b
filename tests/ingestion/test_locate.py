"""From a span of a page's text to its place, and the page as a picture."""

import io

import pypdf
import pytest
from PIL import Image
from reportlab.lib.pagesizes import LETTER
from reportlab.pdfgen.canvas import Canvas

from ingestion.elements import Box, Word
from ingestion.locate import boxes, render
from ingestion.parse import parse


@pytest.fixture(scope="module")
def letter() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=LETTER)
    canvas.setFont("Courier", 10)
    canvas.drawString(100, 700, "Balance due 1,250.00 now")
    canvas.drawString(100, 686, "and no later")
    canvas.showPage()
    canvas.drawString(100, 700, "Turned page")
    canvas.showPage()
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(out.getvalue()))
    writer.pages[1].rotate(90)
    writer.write(turned := io.BytesIO())
    return turned.getvalue()


def located(data: bytes, page: int, quote: str) -> list[Box]:
    text = parse("x.pdf", data).pages[page - 1].text
    start = text.index(quote)
    return boxes(data, page, start, start + len(quote), text, ())


def test_a_quote_is_lit_where_it_was_drawn(letter: bytes) -> None:
    # Courier: six points a letter, drawn on a baseline 92 points from the top.
    (box,) = located(letter, 1, "due 1,250.00")
    assert box.left == pytest.approx(100 + 8 * 6, abs=2)
    assert box.right == pytest.approx(100 + 20 * 6, abs=2)
    assert 80 < box.top < box.bottom < 95


def test_part_of_a_word_and_a_quote_over_two_lines(letter: bytes) -> None:
    (box,) = located(letter, 1, "250")
    assert (box.left, box.right) == (pytest.approx(100 + 14 * 6, abs=3), pytest.approx(100 + 17 * 6, abs=3))
    assert len(located(letter, 1, "now\nand")) == 2


def test_a_rotated_page_is_lit_as_it_is_shown(letter: bytes) -> None:
    page = parse("x.pdf", letter).pages[1]
    assert (page.text, page.width, page.height) == ("Turned page", 792, 612)
    found = located(letter, 2, "Turned")
    assert found[0].left > 690
    assert found[0].top == pytest.approx(100, abs=3)


def test_a_text_stored_by_an_older_layout_is_found_by_its_letters(letter: bytes) -> None:
    stored = "Balance  due | 1,250.00 now"
    (box,) = boxes(letter, 1, 9, 23, stored, ())
    assert box.left == pytest.approx(148, abs=2)
    assert boxes(letter, 1, 0, 5, "quite another text", ()) == []
    assert boxes(b"plain words", 1, 0, 5, "plain words", ()) == []


def test_ocr_words_are_joined_line_by_line() -> None:
    words = (
        Word(0, 5, Box(10, 10, 60, 20)),
        Word(6, 9, Box(64, 10, 90, 20)),
        Word(10, 14, Box(10, 24, 50, 34)),
        Word(15, 18, Box(300, 24, 330, 34)),
    )
    assert boxes(b"", 1, 0, 18, "Total due 1250 USD", words) == [
        Box(10, 10, 90, 20),
        Box(10, 24, 50, 34),
        Box(300, 24, 330, 34),
    ]


def test_pages_and_pictures_are_shown_as_png(letter: bytes) -> None:
    shown = Image.open(io.BytesIO(render(letter, "application/pdf", 1, width=500)))
    assert (shown.format, shown.size) == ("PNG", (500, 648))
    out = io.BytesIO()
    Image.new("RGB", (300, 100), "white").save(out, "JPEG")
    assert Image.open(io.BytesIO(render(out.getvalue(), "image/jpeg", 1, width=150))).size == (150, 50)


@pytest.mark.parametrize(("media_type", "page"), [("application/pdf", 9), ("text/plain", 1)])
def test_what_cannot_be_shown_is_an_error(letter: bytes, media_type: str, page: int) -> None:
    with pytest.raises(ValueError, match="no page"):
        render(letter, media_type, page, width=100)
