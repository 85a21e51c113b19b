"""What a firm's disk holds besides good files: each is read as far as it goes, or says what is wrong with it and what to do."""

import io
import struct
import zlib

import openpyxl
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from ingestion.containers import members
from ingestion.elements import Parsed
from ingestion.identify import identify
from ingestion.parse import ocr, parse, pdf, tables
from tests.ingestion.samples import NAMES, one_of_each, picture, zipped

PLAIN = (".txt", ".md", ".csv", ".html")


def told(parsed: Parsed) -> str:
    return " ".join(finding.message for finding in parsed.findings)


def test_there_is_one_of_each_kind() -> None:
    assert tuple(one_of_each()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_file_of_each_kind_says_so(name: str) -> None:
    parsed = parse(name, b"")
    assert told(parsed) == f"{name} is empty (0 bytes); ask for it again or download it fully."


@pytest.mark.parametrize("name", [n for n in NAMES if not n.endswith(PLAIN)])
@pytest.mark.parametrize("part", [0.02, 0.6])
def test_a_file_that_is_cut_off_says_so_and_keeps_what_is_there(name: str, part: float) -> None:
    data = one_of_each()[name]
    parsed = parse(name, data[: max(6, int(len(data) * part))])
    # Of a text nobody can tell that more was to come, nor of a mail, a mailbox and a GIF.
    whole = name in ("note.eml", "box.mbox", "receipt.gif") or parsed.media_type == "text/plain"
    assert parsed.findings or (whole and any(page.text for page in parsed.pages))


def test_a_cut_off_picture_is_told_whatever_another_library_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library that makes our PDFs tells Pillow, for the whole process, to take pictures that are cut off for whole ones."""
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", True)
    data = one_of_each()["receipt.png"]
    assert "damaged" in told(parse("receipt.png", data[: len(data) // 2]))


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_ending_changes_nothing(name: str) -> None:
    data = one_of_each()[name]
    identity = identify("file.xyz", data)
    # Kinds of plain text have nothing but their name.
    assert name.endswith(PLAIN) or identity == identify(name, data)
    assert identity.refused is None


def test_two_thousand_pages_are_read_and_more_are_cut_off_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(300, 200))
    for number in range(1, 2003):
        canvas.drawString(20, 100, f"Ledger page {number}")
        canvas.showPage()
    canvas.save()
    parsed = parse("ledger.pdf", out.getvalue())
    assert len(parsed.pages) == 2000
    assert parsed.pages[1999].text == "Ledger page 2000"
    assert told(parsed) == "ledger.pdf has 2002 pages; only the first 2000 were read."


def test_more_scanned_pages_than_there_is_time_for_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from reportlab.lib.utils import ImageReader

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(240, 200))
    for _ in range(3):
        canvas.drawImage(ImageReader(io.BytesIO(picture("Receipt"))), 0, 0, 240, 200)
        canvas.showPage()
    canvas.drawString(20, 100, "Typed page")
    canvas.save()
    monkeypatch.setattr(pdf, "MAX_SCANS", 1)
    parsed = parse("scans.pdf", out.getvalue())
    assert [page.source for page in parsed.pages] == ["ocr", "none", "none", "text"]
    assert told(parsed).startswith("scans.pdf: 2 scanned pages from page 2 on were not read")


def test_a_sheet_with_too_much_on_it_is_cut_off_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    book = openpyxl.Workbook(write_only=True)
    for title, rows, columns in (("Wide", 3, 405), ("Long", 40, 5), ("Never", 2, 2)):
        sheet = book.create_sheet(title)
        for row in range(rows):
            sheet.append([f"{row}.{column}" for column in range(columns)])
    out = io.BytesIO()
    book.save(out)
    monkeypatch.setattr(tables, "MAX_CELLS", 1300)
    parsed = parse("big.xlsx", out.getvalue())
    assert "sheet Wide has more than 400 columns; the rest was not read" in told(parsed)
    assert "sheet Long has more than 1,300 cells in all; rows 21 to 40 were not read: split it" in told(parsed)
    assert "sheet Never has more than 1,300 cells in all; rows 1 to 2 were not read" in told(parsed)
    assert len(parsed.elements[1].rows) == 20


def png_header(width: int, height: int) -> bytes:
    """A PNG that says how large it is and holds almost nothing: decoding it would take gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [10_500, 20_000, 60_000])
def test_a_picture_too_large_is_never_decoded(side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image.Image, "convert", lambda *_: pytest.fail("the picture was decoded"))
    parsed = parse("map.png", png_header(side, side))
    assert "too large a picture" in told(parsed)
    assert "scan it at 200 dpi" in told(parsed)


def test_a_mail_in_a_mail_without_end_is_opened_three_deep_and_told() -> None:
    data = b"From: ann@maple.com\nSubject: innermost\n\nwords"
    for level in range(200):
        data = f"From: ann@maple.com\nSubject: level {level}\nContent-Type: message/rfc822\n\n".encode() + data
    assert parse("deep.eml", data).findings
    found = list(members("deep.eml", data, parse, messages=True))
    assert 1 <= len(found) <= 4
    assert found[-1].refused


def test_parts_within_parts_without_end_are_explained() -> None:
    data = b"From: a@b.c\nSubject: x\n"
    for level in range(3000):
        data += f'Content-Type: multipart/mixed; boundary="{level}"\n\n--{level}\n'.encode()
    parsed = parse("deep.eml", data)
    assert parsed.findings


def test_mixed_encodings_lose_no_letter() -> None:
    parsed = parse("note.txt", "Müller, ".encode() + "Grüße, ".encode("cp1252") + "café".encode())
    assert parsed.pages[0].text == "Müller, Grüße, café"
    assert parse("note.txt", "Müller".encode("utf-16")).pages[0].text == "Müller"


@pytest.mark.parametrize("name", ["../../etc/pass\x07wd.txt", "C:\\a\\in\u202evoice.txt", "x" * 500 + ".txt"])
def test_a_name_with_a_path_or_controls_is_clean_wherever_it_shows(name: str) -> None:
    parsed = parse(name, b"\x00\x01")
    shown = parsed.findings[0].message
    assert "/" not in shown
    assert "\\" not in shown
    assert shown.isprintable()
    assert len(shown) < 400


def test_a_bomb_is_refused_before_it_is_opened() -> None:
    for name, member in (("a.docx", "word/document.xml"), ("a.xlsx", "xl/workbook.xml"), ("a.zip", "zeros.bin")):
        assert "zip bomb" in told(parse(name, zipped({member: bytes(60_000_000)})))


def test_a_fax_with_a_page_that_is_damaged_keeps_the_others() -> None:
    out = io.BytesIO()
    pages = [Image.open(io.BytesIO(picture(words))).convert("L") for words in ("Page one", "Page two")]
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])
    data = bytearray(out.getvalue())
    parsed = parse("fax.tif", bytes(data[: len(data) * 2 // 3]))
    assert "Page one" in parsed.pages[0].text
    assert "beyond page 1" in told(parsed)


def test_more_frames_than_are_read_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    blank = Image.new("L", (60, 60), "white")
    blank.save(out, "TIFF", save_all=True, append_images=[blank, blank])
    monkeypatch.setattr(ocr, "MAX_FRAMES", 2)
    parsed = parse("fax.tif", out.getvalue())
    assert "fax.tif has 3 pages; only the first 2 were read: split it." in told(parsed)
    assert [page.source for page in parsed.pages] == ["none", "none"]


def test_a_word_file_with_a_damaged_part_keeps_its_words() -> None:
    data = bytearray(one_of_each()["letter.docx"])
    # The style sheet is damaged, the letter itself is whole.
    at = data.index(b"word/styles.xml") + 200
    data[at : at + 400] = bytes(400)
    parsed = parse("letter.docx", bytes(data))
    assert parsed.pages[0].text == "Our services\n\nWe will prepare the return.\n\nFee | $2,400"
    assert told(parsed) == "letter.docx is damaged or cut off; what is left of its words was read: ask for it again."


def test_a_presentation_that_is_cut_off_keeps_the_slides_it_has() -> None:
    data = one_of_each()["deck.pptx"]
    parsed = parse("deck.pptx", data[: data.index(b"ppt/slides/slide1.xml") + 1500])
    assert parsed.pages[0].text == "Year end"
    assert "what is left of its words was read" in told(parsed)
