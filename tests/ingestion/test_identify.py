"""What a file is by its content, and what is refused with which words."""

import io
import zipfile

import pytest

from ingestion.identify import (
    DOCX,
    EML,
    HEIC,
    ICS,
    MAX_BYTES,
    MBOX,
    OFX,
    PDF,
    RTF,
    TNEF,
    UNKNOWN,
    VCF,
    XLSX,
    ZIP,
    clean_name,
    identify,
)

MAIL = b"From: a@b.com\r\nTo: c@d.com\r\nSubject: Hi\r\n\r\nHello"


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("scan.docx", b"%PDF-1.7\n", PDF),
        ("printed.pdf", b"\x1b%-12345X@PJL\n%PDF-1.4\n1 0 obj\n", PDF),
        ("about.txt", b"A file of this kind begins with\n%PDF-1.4 and nothing else.\n", "text/plain"),
        ("winmail.dat", b"\x78\x9f\x3e\x22\x01\x00\n%PDF-1.4\n1 0 obj", TNEF),
        ("files.bin", zipped(a=b"1"), ZIP),
        ("files.zip", zipped(**{"word__documents 2025.pdf": b"1", "xl__workbook.xlsx": b"2"}), ZIP),
        ("old.doc", b"{\\rtf1 x}", RTF),
        ("meet.txt", b"\xef\xbb\xbfBEGIN:VCALENDAR\r\nVERSION:2.0\r\n", ICS),
        ("ann.txt", b"begin:vcard\nFN:Ann\nend:vcard\n", VCF),
        ("photo.jpg", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1", HEIC),
        ("photo.bin", b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00", "image/avif"),
        ("BM notes.txt", b"BM was here and wrote this down.\n", "text/plain"),
        ("letter.pdf", zipped(**{"word__document.xml": b"<x/>"}), DOCX),
        ("a.bin", zipped(**{"xl__workbook.xml": b"<x/>"}), XLSX),
        ("photo.txt", b"\x89PNG\r\n\x1a\n" + b"\x00" * 20, "image/png"),
        ("x.jpeg", b"\xff\xd8\xff\xe0" + b"\x00" * 20, "image/jpeg"),
        ("mail.txt", MAIL, EML),
        ("in.mbox", b"From a@b.com Mon Jan  1 00:00:00 2026\n" + MAIL, MBOX),
        ("bank.qbo", b"OFXHEADER:100\nDATA:OFXSGML\n<OFX></OFX>", OFX),
        ("page", b"<!DOCTYPE html><html><body>Hi</body></html>", "text/html"),
        ("notes.md", b"# Title\n\nText", "text/markdown"),
        ("books.iif", b"!TRNS\tDATE\tACCNT\tAMOUNT\n!ENDTRNS\nTRNS\t1/2/2026\tCash\t5\n", "text/csv"),
        ("a.csv", b"Date,Amount\n2026-01-01,5\n", "text/csv"),
        ("export.txt", b"Date,Payee,Amount\n2026-01-01,A,5\n2026-01-02,B,6\n", "text/csv"),
        ("memo.txt", b"On May 5, 2025 we paid $7,544.00.\n" * 3, "text/plain"),  # as many commas in each, and sentences
        ("letter.txt", b"Dear Ann,\nDate: it was late, and dark.\n", "text/plain"),
        ("utf16.txt", "Grüße".encode("utf-16"), "text/plain"),
    ],
)
def test_type_is_told_by_content_not_by_name(name: str, data: bytes, media_type: str) -> None:
    identity = identify(name, data)
    assert (identity.media_type, identity.refused) == (media_type, None)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("Budget.gsheet", b'{"url": "https://docs.example"}', "download the document itself"),
        ("site.url", b"[InternetShortcut]", "download the document itself"),
        ("Return.lnk", b"L\x00\x00\x00", "download the document itself"),
        ("~$letter.docx", b"owner", "not a document"),
        ("empty.pdf", b"", "empty (0 bytes)"),
        ("papers.tar", bytes(257) + b"ustar" + bytes(200), "is a TAR archive; unpack it"),
        ("papers.tar.bz2", b"BZh91AY&SY\x00\xff\x00\x01", "is a BZIP2 archive"),
        ("call.mp3", b"ID3\x04\x00\x00" + bytes(200), "is a recording"),
        ("books.accdb", b"\x00\x01\x00\x00Standard ACE DB\x00", "is an Access database"),
        ("plan.svg", b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"></svg>', "print it to PDF"),
        ("tool.exe", b"MZ\x90\x00\x03" + b"\x00" * 100, "is a program, not a document"),
        ("old.rar", b"Rar!\x1a\x07\x00", "unpack it"),
        ("files.7z", b"7z\xbc\xaf\x27\x1c", "unpack it"),
        ("mail.pst", b"!BDN" + bytes(20), "save its messages from Outlook"),
        ("Maple.qbw", b"\x00\x01", "export the reports"),
        ("backup.qbb", b"\x00\x01", "export the reports"),
        ("K-1.pdf.crdownload", b"%PDF-1.4", "has not ended"),
        ("._letter.docx", b"\x00\x05\x16\x07", "not a document"),
        (
            "drawing.vsdx",
            zipped(**{"[Content_Types].xml": b"<x/>", "visio__document.xml": b"<x/>"}),
            "not a kind of file",
        ),
        ("book.epub", zipped(mimetype=b"application/epub+zip"), "not a kind of file"),
        ("budget.numbers", zipped(**{"Index__Document.iwa": b"x"}), "export it there as PDF"),
    ],
)
def test_what_is_not_read_says_what_to_do(name: str, data: bytes, words: str) -> None:
    refused = identify(name, data).refused
    assert refused is not None
    assert refused.message.startswith(name)
    assert words in refused.message


def test_two_hundred_megabytes_are_refused_by_size_alone() -> None:
    refused = identify("backup.pdf", bytes(MAX_BYTES + 1)).refused
    assert refused is not None
    assert "too big (200 MB" in refused.message


def test_a_docx_that_would_unpack_to_gigabytes_is_not_opened() -> None:
    bomb = zipped(**{"word__document.xml": bytes(60_000_000)})
    identity = identify("terms.docx", bomb)
    assert identity.media_type == DOCX
    assert identity.refused is not None
    assert "zip bomb" in identity.refused.message


def test_a_word_file_that_shrinks_as_usual_is_opened() -> None:
    assert identify("a.docx", zipped(**{"word__document.xml": b"word " * 100_000})).refused is None


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\W-9.pdf", "W-9.pdf"),
        ("in\x00voice\r\n.pdf", "invoice.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("Cafe\u0301.pdf", "Café.pdf"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("\ud800x.txt", "x.txt"),
        ("a" * 300 + ".pdf", "a" * 196 + ".pdf"),
    ],
)
def test_names_lose_paths_and_control_characters(name: str, cleaned: str) -> None:
    assert clean_name(name) == cleaned


def test_a_nul_byte_means_binary() -> None:
    assert identify("x.txt", b"text\x00more").media_type == UNKNOWN


@pytest.mark.parametrize("text", ["MZ Consulting, invoice 12", "ID3 Partners", "BZh is no archive here"])
def test_letters_that_begin_a_program_may_begin_a_letter(text: str) -> None:
    assert identify("note.txt", text.encode()).media_type == "text/plain"


@pytest.mark.parametrize(
    ("name", "text"), [("page.html", "<html><p>Müller</p></html>"), ("bank.ofx", "OFXHEADER:100\n<OFX></OFX>")]
)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_text_of_two_bytes_a_letter_is_told_like_any_other(name: str, text: str, encoding: str) -> None:
    assert identify(name, text.encode(encoding)).media_type == identify(name, text.encode()).media_type


def test_a_workbook_that_is_cut_off_is_still_a_workbook() -> None:
    from tests.ingestion.samples import one_of_each

    data = one_of_each()["books.xlsx"]
    assert identify("books.xlsx", data[: len(data) // 2]).media_type == identify("books.xlsx", data).media_type
