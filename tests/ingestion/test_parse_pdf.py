"""PDF and pictures: text, tables, columns, forms, scans, mixed files, locked and broken ones."""

import io
from collections.abc import Callable

import pypdf
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import LETTER
from reportlab.pdfgen.canvas import Canvas

from ingestion.elements import Parsed
from ingestion.locate import boxes
from ingestion.parse import parse
from tests.ingestion.samples import form

Draw = Callable[[Canvas], None]
WORDS = (
    "The Borrower shall maintain at all times a ratio of cash flow to debt service of not less than one point two. "
    "The ratio is tested at the end of each fiscal quarter from the statements delivered to the Lender under this section. "
    "Failure to maintain the ratio is an event of default unless it is cured within thirty days after written notice."
)
PROSE = WORDS.split(" ")


def pdf(*pages: Draw) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=LETTER, invariant=True)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def letter(canvas: Canvas) -> None:
    canvas.setFont("Helvetica-Bold", 14)
    canvas.drawString(72, 720, "Notice of balance due")
    canvas.setFont("Helvetica", 11)
    canvas.drawString(72, 690, "Our records show that an amount is owed for the year 2024.")
    canvas.drawString(72, 676, "Please pay it by the date shown below.")


def table(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 10)
    for y, row in (
        (700, ("Account", "2025", "2024")),
        (686, ("Cash", "27,502", "34,940")),
        (672, ("Total", "1,100", "(75)")),
    ):
        canvas.drawString(72, y, row[0])
        canvas.drawRightString(360, y, row[1])
        canvas.drawRightString(460, y, row[2])
    canvas.drawString(310, 672, "$")


def columns(canvas: Canvas) -> None:
    canvas.setFont("Times-Roman", 10)
    for x, words in ((72, PROSE[:48]), (320, [word.upper() for word in PROSE[:48]])):
        for i in range(8):
            canvas.drawString(x, 700 - 12 * i, " ".join(words[6 * i : 6 * i + 6]))


# The reader enlarges the shorter side of a picture: nearly square ones on small pages cost a third of strips on whole ones.
def picture(text: str, size: tuple[int, int] = (640, 520)) -> Image.Image:
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((40, 60), text, fill="black", font=ImageFont.load_default(40))
    return image


def scan(text: str) -> Draw:
    def draw(canvas: Canvas) -> None:
        from reportlab.lib.utils import ImageReader

        canvas.setPageSize((300, 240))
        canvas.drawImage(ImageReader(picture(text)), 10, 10, 280, 227.5)

    return draw


def spans_hold(parsed: Parsed) -> bool:
    return all(parsed.pages[e.page - 1].text[e.start : e.end] == e.text for e in parsed.elements)


def test_text_is_read_with_its_heading() -> None:
    parsed = parse("notice.pdf", pdf(letter))
    assert parsed.pages[0].source == "text"
    assert (parsed.pages[0].width, parsed.pages[0].height) == (612, 792)
    assert [(e.type, e.text) for e in parsed.elements] == [
        ("Title", "Notice of balance due"),
        (
            "Text",
            "Our records show that an amount is owed for the year 2024.\nPlease pay it by the date shown below.",
        ),
    ]
    assert spans_hold(parsed)


def test_the_cells_of_a_row_stand_on_one_line() -> None:
    parsed = parse("books.pdf", pdf(table))
    (element,) = parsed.elements
    assert element.rows == (("Account", "2025", "2024"), ("Cash", "27,502", "34,940"), ("Total", "$1,100", "(75)"))
    assert element.text == "Account | 2025 | 2024\nCash | 27,502 | 34,940\nTotal | $1,100 | (75)"


def test_columns_of_prose_are_read_one_after_the_other() -> None:
    text = parse("paper.pdf", pdf(columns)).pages[0].text
    assert " ".join(text.split()) == " ".join(PROSE[:48]) + " " + " ".join(PROSE[:48]).upper()


def test_text_turned_on_its_side_reads_like_any_other() -> None:
    def sideways(canvas: Canvas) -> None:
        canvas.rotate(90)
        canvas.drawString(100, -300, "Statement of cash flows")
        canvas.drawString(100, -314, "Net income 79,082")

    assert parse("wide.pdf", pdf(sideways)).pages[0].text == "Statement of cash flows\nNet income 79,082"


def test_many_small_words_and_words_written_piece_by_piece_know_their_place() -> None:
    def crowded(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 4)
        for row in range(30):
            canvas.drawString(40, 760 - 8 * row, " ".join(f"w{row}n{i}" for i in range(40)))
        canvas.setFont("Helvetica-Bold", 12)
        canvas.drawString(40, 300, "Bor")
        canvas.setFont("Helvetica", 12)
        canvas.drawString(40 + canvas.stringWidth("Bor", "Helvetica-Bold", 12), 300, "rower 7")

    data = pdf(crowded)
    text = parse("crowded.pdf", data).pages[0].text
    (small,), (pieced,) = (
        boxes(data, 1, text.index(word), text.index(word) + len(word), text, ()) for word in ("w29n39", "Borrower")
    )
    assert 792 - 528 - 4 < small.top < small.bottom < 792 - 528 + 1
    assert pieced.left == pytest.approx(40, abs=2)
    assert pieced.right == pytest.approx(40 + 50, abs=5)


def test_what_was_typed_into_a_form_is_text() -> None:
    def typed(canvas: Canvas) -> None:
        canvas.drawString(72, 720, "Name of taxpayer")
        canvas.acroForm.textfield(name="n", value="Maple Street Bakery LLC", x=72, y=680, width=300, height=20)

    assert "Maple Street Bakery LLC" in parse("w9.pdf", pdf(typed)).pages[0].text


def test_a_form_says_which_boxes_are_ticked_what_is_pinned_to_it_and_what_is_inside_it() -> None:
    parsed = parse("w9.pdf", form())
    text = parsed.pages[0].text
    assert "☒ S corporation\n☐ C corporation" in text
    assert text.endswith("\n\nComment: Please confirm the basis")
    assert parsed.findings[0].message == "w9.pdf has 1 file inside it (books.csv), taken in beside it."
    at = text.index("Please confirm")
    (pinned,) = boxes(form(), 1, at, at + 6, text, ())
    assert (pinned.top, pinned.bottom) == (72, 92)


def test_a_receipt_pasted_into_a_letter_is_read_where_it_stands() -> None:
    def pasted(canvas: Canvas) -> None:
        from reportlab.lib.utils import ImageReader

        canvas.setPageSize((300, 600))
        canvas.drawString(20, 570, "Here is the receipt you asked for.")
        canvas.drawImage(ImageReader(picture("Taxi 44.10")), 10, 60, 280, 227.5)

    (page,) = parse("letter.pdf", pdf(pasted)).pages
    assert page.source == "text"
    assert page.text == "Here is the receipt you asked for.\n\nTaxi 44.10"
    at = page.text.index("44.10")
    (box,) = boxes(pdf(pasted), 1, at, at + 5, page.text, page.words)
    assert 600 - 60 - 227.5 < box.top < box.bottom < 600 - 60


def test_letters_that_are_not_those_on_the_page_are_read_from_its_picture() -> None:
    def garbled(canvas: Canvas) -> None:
        scan("Amount due 86.40")(canvas)
        lines = canvas.beginText(10, 220)
        lines.setFont("Helvetica", 5)
        lines.setTextRenderMode(3)
        for _ in range(8):
            # "the amount that is owed for the year", each letter 29 places on
            lines.textLine("WKH DPRXQW WKDW LV RZHG IRU WKH BHDU SDLG WR WKH WUHDVXUB")
        canvas.drawText(lines)

    (page,) = parse("notice.pdf", pdf(garbled)).pages
    assert (page.source, page.text) == ("ocr", "Amount due 86.40")


def test_a_mixed_pdf_is_read_page_by_page() -> None:
    parsed = parse("mixed.pdf", pdf(letter, scan("Invoice 4711 total 1,250.00"), lambda canvas: None))
    assert [page.source for page in parsed.pages] == ["text", "ocr", "none"]
    assert "4711" in parsed.pages[1].text
    assert "1,250.00" in parsed.pages[1].text
    (finding,) = parsed.findings
    assert finding.message.startswith("mixed.pdf, page 3 unreadable")
    assert finding.severity == "info"
    assert spans_hold(parsed)


def test_ocr_words_know_their_place_in_points() -> None:
    page = parse("scan.pdf", pdf(scan("Payroll deposit"))).pages[0]
    assert [page.text[word.start : word.end] for word in page.words] == ["Payroll", "deposit"]
    first = page.words[0].box
    # Drawn at 10 points, 40 of 640 pixels in, on 280 points.
    assert first.left == pytest.approx(10 + 40 * 280 / 640, abs=4)
    assert 240 - 227.5 < first.top < first.bottom < 240 - 10 - 227.5 / 2


def test_a_picture_scanned_sideways_is_turned() -> None:
    out = io.BytesIO()
    lines = "Engagement letter 2026\nMaple Street Bakery LLC\nTotal fee 4,200.00"
    picture(lines, (560, 480)).rotate(90, expand=True).save(out, "PNG", dpi=(150, 150))
    page = parse("scan.png", out.getvalue()).pages[0]
    assert "Maple Street Bakery" in page.text
    assert (page.width, page.height) == (pytest.approx(230.4, abs=0.2), pytest.approx(268.8, abs=0.2))
    assert all(word.box.right <= 235 and word.box.bottom <= 273 for word in page.words)


def test_a_tiff_is_read_frame_by_frame() -> None:
    out = io.BytesIO()
    blank = Image.new("RGB", (400, 400), "white")
    picture("Fax page one").save(out, "TIFF", save_all=True, append_images=[blank])
    parsed = parse("fax.tif", out.getvalue())
    assert [page.source for page in parsed.pages] == ["ocr", "none"]
    assert "Fax page one" in parsed.pages[0].text
    assert "page 2 unreadable" in parsed.findings[0].message


def test_a_locked_pdf_is_a_finding_and_opens_with_its_password() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(letter)))
    writer.encrypt("sesame", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    locked = parse("k1.pdf", out.getvalue())
    assert locked.pages == ()
    assert "protected by a password" in locked.findings[0].message
    assert (
        parse("k1.pdf", out.getvalue(), passwords=("wrong", "sesame")).pages[0].text.startswith("Notice of balance due")
    )


@pytest.mark.parametrize("cut", [20, 300])
def test_a_truncated_pdf_is_a_finding(cut: int) -> None:
    parsed = parse("cut.pdf", pdf(letter)[:cut])
    assert parsed.pages == ()
    assert parsed.findings[0].severity == "error"
    assert "ask for it again" in parsed.findings[0].message


def test_a_broken_picture_is_a_finding() -> None:
    out = io.BytesIO()
    picture("hello").save(out, "PNG")
    parsed = parse("x.png", out.getvalue()[:200])
    assert "damaged" in parsed.findings[0].message


def test_parsing_twice_gives_the_same() -> None:
    data = pdf(letter, table, columns)
    assert parse("a.pdf", data) == parse("a.pdf", data)


def scanned(angle: float) -> tuple[str, Image.Image]:
    """A scan of a letter with a table, turned anticlockwise by `angle` degrees: what is read, and the picture."""
    image = Image.new("RGB", (720, 560), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(32)
    for i, (left, right) in enumerate(
        (("Maple Street Bakery", ""), ("Total fee", "4,200.00"), ("Amount due", "4,452.00"))
    ):
        draw.text((60, 90 + 120 * i), left, fill="black", font=font)
        draw.text((500, 90 + 120 * i), right, fill="black", font=font)
    turned = image.rotate(angle, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    out = io.BytesIO()
    turned.save(out, "PNG", dpi=(72, 72))
    (page,) = parse("scan.png", out.getvalue()).pages
    box = next(word.box for word in page.words if "4,452" in page.text[word.start : word.end])
    lit = turned.convert("L").crop((round(box.left), round(box.top), round(box.right), round(box.bottom)))
    return page.text, lit


@pytest.mark.parametrize("angle", [180, 270, -4])
def test_a_scan_is_read_upright_and_straight_and_its_words_lie_where_they_are_seen(angle: float) -> None:
    text, lit = scanned(angle)
    assert text == "Maple Street Bakery\n\nTotal fee | 4,200.00\nAmount due | 4,452.00"
    dark = sum(value < 100 for value in lit.getdata()) / (lit.width * lit.height)
    assert dark > 0.08
