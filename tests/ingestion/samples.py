"""One small, whole file of each kind that is read, made here: what tests cut, damage and mislabel."""

import datetime as dt
import io
import struct
import zipfile
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path

import docx
import openpyxl
import pptx
import pypdf
from openpyxl.comments import Comment
from PIL import Image, ImageDraw, ImageFont
from pypdf.annotations import Text
from reportlab.pdfgen.canvas import Canvas

from tests.ingestion.ole import message_file, slides_file, word_file

PICTURES = (".png", ".jpg", ".tif", ".gif", ".bmp", ".heic")
HEIC_PICTURE = Path(__file__).parent / "files" / "receipt.heic"

RTF = rb"""{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil\fcharset0 Arial;}{\f1\fcharset204 Times;}}
{\info{\title Engagement letter}{\author Bob}}{\header Maple CPA\par}
\pard\outlinelevel0 Scope of services\par
\pard Dear Ann,\par
We\u8217?ll prepare \'93all\'94 returns, \f1\'cf\'f0\f0  too, \u55357?\u56832? {\v hidden}{\*\unknown secret}in March.\par
\trowd\cellx1000\cellx2000\pard\intbl Fee\cell 1,200.00\cell\row
\trowd\pard\intbl Tax\cell 12.00\cell\row
\pard After the {\pict\bin4 {}{}x}table.{\footnote A note.}\par
\page Second page, {\field{\*\fldinst HYPERLINK "x"}{\fldrslt our site}}.\par
{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt Boxed words\par}}}
}"""
ICS = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
X-WR-CALNAME:Maple\r
BEGIN:VTIMEZONE\r
TZID:Eastern Standard Time\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
DTSTART;TZID="Eastern Standard Time":20260310T140000\r
DTEND;TZID="Eastern Standard Time":20260310T150000\r
RRULE:FREQ=MONTHLY;BYDAY=2TU;COUNT=12\r
EXDATE;TZID="Eastern Standard Time":20260414T140000\r
SUMMARY:Review\\, Maple \r
 Street\r
ORGANIZER;CN=Ann Lee:MAILTO:ann@firm.com\r
ATTENDEE;CN="Bo, B";PARTSTAT=ACCEPTED:mailto:bo@x.com\r
DESCRIPTION:Bring the K-1.\\nThanks\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20260415\r
DTEND;VALUE=DATE:20260416\r
SUMMARY:Tax day\r
END:VEVENT\r
BEGIN:VTODO\r
DUE:20260315T235959Z\r
SUMMARY:File extension\r
END:VTODO\r
END:VCALENDAR\r
"""
VCF = b"""BEGIN:VCARD
VERSION:3.0
N:Lee;Ann;;Dr.;
FN:Dr. Ann Lee
ORG:Maple Street Bakery\\, LLC;Finance
item1.TEL;TYPE=WORK,VOICE:+1 555 0100
EMAIL;TYPE=INTERNET:ann@maple.com
ADR;TYPE=WORK:;;12 Main St;Springfield;IL;62701;USA
NOTE:First line\\nSecond\\; line
PHOTO;ENCODING=b:AAAA
 BBBB
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=
=C3=BCrgen
TEL;HOME;VOICE:030 1
BDAY:19800203
END:VCARD
"""
OFX1 = b"""OFXHEADER:100
DATA:OFXSGML
VERSION:102
ENCODING:USASCII
CHARSET:1252

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260301120000<LANGUAGE>ENG
<FI><ORG>First Bank<FID>1</FI></SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS><CURDEF>USD
<BANKACCTFROM><BANKID>021000021<ACCTID>000123456789<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260201<DTEND>20260228
<STMTTRN><TRNTYPE>CHECK<DTPOSTED>20260203120000.000[-5:EST]<TRNAMT>-1,316.67<FITID>A1<CHECKNUM>1042<NAME>Oak &amp; Sons<MEMO>rent</STMTTRN>
<STMTTRN><TRNTYPE>DEP<DTPOSTED>20260227220000.000[-5:EST]<TRNAMT>2500<FITID>A2<NAME>DEPOSIT</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>4183.33<DTASOF>20260228</LEDGERBAL>
<AVAILBAL><BALAMT>4000.00<DTASOF>20260228</AVAILBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""
OFX2 = b"""<?xml version="1.0" encoding="UTF-8"?>
<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE"?>
<OFX><CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>USD</CURDEF>
<CCACCTFROM><ACCTID>4111111111111111</ACCTID></CCACCTFROM>
<BANKTRANLIST><DTSTART>20260101</DTSTART><DTEND>20260131</DTEND>
<STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20260105</DTPOSTED><TRNAMT>-24.05</TRNAMT><FITID>Z9</FITID>
<NAME>Caf\xc3\xa9 <![CDATA[A<B]]></NAME><MEMO></MEMO></STMTTRN></BANKTRANLIST>
<LEDGERBAL><BALAMT>-310.10</BALAMT><DTASOF>20260131</DTASOF></LEDGERBAL></CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>
"""
CSV = b"Date,Description,Amount\n2026-01-02,Rent,-1200.00\n2026-01-09,Deposit,2500.00\n"
HTML = b"<!DOCTYPE html><html><head><title>Notice</title></head><body><h1>Notice of change</h1><p>Pay <b>$500</b>.</p></body></html>"
MARKDOWN = b"# Minutes\n\nThe board met.\n\n| Item | Vote |\n|---|---|\n| Budget | yes |\n"
XML_WORKBOOK = b"""<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="Ledger"><Table><Row><Cell><Data ss:Type="String">Account</Data></Cell>
<Cell ss:Index="3"><Data ss:Type="String">Amount</Data></Cell></Row>
<Row ss:Index="4"><Cell><Data ss:Type="String">Cash</Data></Cell><Cell><Data ss:Type="DateTime">2026-03-09T00:00:00.000</Data></Cell>
<Cell><Data ss:Type="Number">1250.5</Data></Cell></Row></Table></Worksheet></Workbook>"""
TEXT = b"Dear Ann,\n\nThe lease ends on March 31, 2026.\n"


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tnef(
    *, body: str = "See the file.", files: dict[str, bytes] | None = None, properties: bytes | None = None
) -> bytes:
    """winmail.dat with a subject, a plain body and files."""

    def attribute(level: int, identity: int, value: bytes) -> bytes:
        return struct.pack("<BII", level, identity, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)

    def text(number: int, value: str) -> bytes:
        raw = value.encode("utf-16-le") + b"\x00\x00"
        return struct.pack("<HHII", 0x1F, number, 1, len(raw)) + raw + bytes(-len(raw) % 4)

    out = b"\x78\x9f\x3e\x22" + struct.pack("<H", 1) + attribute(1, 0x18004, b"Year end\x00")
    known = text(0x1000, body) + struct.pack("<HHI", 0x3, 0x3FDE, 65001)
    out += attribute(1, 0x69003, struct.pack("<I", 2) + known if properties is None else properties)
    for name, data in (files or {}).items():
        out += attribute(2, 0x69002, bytes(14)) + attribute(2, 0x18010, b"SHORT~1.PDF\x00")
        out += attribute(2, 0x6800F, data)
        out += attribute(2, 0x69005, struct.pack("<I", 1) + text(0x3707, name))
    return out


# The reader of pictures enlarges the shorter side: a square costs a third of a strip.
def picture(text: str, *, size: tuple[int, int] = (480, 400), kind: str = "PNG") -> bytes:
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((30, 50), text, fill="black", font=ImageFont.load_default(44))
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def mail(*attachments: tuple[str, bytes], subject: str = "Papers", identity: str = "<papers@maple.com>") -> bytes:
    message = EmailMessage()
    for key, value in (
        ("From", "ann@maple.com"),
        ("To", "cpa@firm.com"),
        ("Subject", subject),
        ("Message-ID", identity),
    ):
        message[key] = value
    message["Date"] = "Mon, 02 Mar 2026 09:30:00 -0500"
    message.set_content("The papers are attached.")
    for name, data in attachments:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=-{number}-=")
    return message.as_bytes()


# fmt: off
NAMES = (
    "letter.pdf", "letter.docx", "books.xlsx", "deck.pptx", "form.pdf", "notes.docx", "rich.xlsx", "export.xls",
    "books.ods", "letter.doc", "deck.ppt", "note.msg", "note.eml", "box.mbox", "winmail.dat", "letter.rtf",
    "meetings.ics", "people.vcf", "bank.qbo", "card.ofx", "bank.csv", "page.html", "minutes.md", "letter.txt",
    "papers.zip", "receipt.png", "receipt.jpg", "fax.tif", "receipt.gif", "receipt.bmp", "receipt.heic",
)
# fmt: on
"""What `one_of_each` makes, for who only wants the names: making them takes half a second."""


@lru_cache(maxsize=1)
def one_of_each() -> dict[str, bytes]:
    """Name to bytes; the name has the right ending."""
    return {
        "letter.pdf": _pdf(),
        "letter.docx": _word(),
        "books.xlsx": _workbook(),
        "deck.pptx": _deck(),
        "form.pdf": form(),
        "notes.docx": _word_with_notes(),
        "rich.xlsx": rich_workbook(),
        "export.xls": XML_WORKBOOK,
        "books.ods": _open_sheet(),
        "letter.doc": word_file([("Scope of work\r", 1, False, False), ("We prepare the return.\r", 0, False, False)]),
        "deck.ppt": slides_file([("Year end", "Cash is up"), ("Next steps", "Sign by March 10")]),
        "note.msg": message_file(
            {0x37: "Papers", 0x1000: "The papers are attached.", 0x0C1F: "ann@maple.com"}, attachments={"a.txt": TEXT}
        ),
        "note.eml": mail(("a.txt", TEXT)),
        "box.mbox": _mailbox(),
        "winmail.dat": tnef(files={"K-1 2025.pdf": _pdf()}),
        "letter.rtf": RTF,
        "meetings.ics": ICS,
        "people.vcf": VCF,
        "bank.qbo": OFX1,
        "card.ofx": OFX2,
        "bank.csv": CSV,
        "page.html": HTML,
        "minutes.md": MARKDOWN,
        "letter.txt": TEXT,
        "papers.zip": zipped({"letter.txt": TEXT, "bank.csv": CSV}),
        "receipt.png": picture("Receipt total 86.40"),
        "receipt.jpg": picture("Receipt total 86.40", kind="JPEG"),
        "fax.tif": picture("Receipt total 86.40", kind="TIFF"),
        "receipt.gif": picture("Receipt total 86.40", kind="GIF"),
        "receipt.bmp": picture("Receipt total 86.40", kind="BMP"),
        "receipt.heic": HEIC_PICTURE.read_bytes(),
    }


def _pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792), invariant=1)
    canvas.drawString(72, 720, "Notice of balance due")
    canvas.drawString(72, 690, "Please pay $1,250.00 by March 31, 2026.")
    canvas.save()
    return out.getvalue()


def form() -> bytes:
    """A filled-in tax form, with a comment pinned to it and a file put inside."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792), invariant=1)
    canvas.drawString(72, 720, "Request for Taxpayer Identification")
    canvas.drawString(72, 690, "Name")
    canvas.acroForm.textfield(name="name", value="Maple Street Bakery", x=150, y=684, width=200, height=18)
    for y, words, ticked in ((660, "S corporation", True), (640, "C corporation", False)):
        canvas.acroForm.checkbox(name=words, checked=ticked, x=72, y=y - 2, size=14)
        canvas.drawString(95, y, words)
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(out.getvalue()))
    writer.add_annotation(0, Text(text="Please confirm the basis", rect=(400, 700, 420, 720)))
    writer.add_attachment("books.csv", CSV)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def rich_workbook() -> bytes:
    """Merged cells, hidden rows, columns and sheets, a comment, a formula without its result, a sheet that is only a chart."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Ledger"
    sheet["A1"] = "General ledger"
    sheet.merge_cells("A1:D1")
    sheet.append(["Group", "Date", "Amount", "Share"])
    sheet.append(["Rent", dt.date(2026, 3, 9), 1234.5, 0.25])
    for cell, shape in (("B3", "mm/dd/yyyy"), ("C3", "#,##0.00"), ("D3", "0%")):
        sheet[cell].number_format = shape
    sheet.append([None, dt.date(2026, 4, 9), -12, 0.1])
    sheet.merge_cells("A3:A4")
    sheet["C6"] = "=SUM(C3:C4)"
    sheet["A6"] = "Total"
    sheet["C3"].comment = Comment("Ask about this", "Ann")
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["D"].hidden = True
    hidden = book.create_sheet("Owner's draw")
    hidden.sheet_state = "hidden"
    hidden["C5"] = "kept | apart"
    book.create_chartsheet("Chart")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _word_with_notes() -> bytes:
    document = docx.Document()
    paragraph = document.add_paragraph("The fee is $2,400.")
    document.add_comment(paragraph.runs[0], text="Check the fee", author="Ann")
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "Fees"
    table.cell(0, 1).text, table.cell(1, 1).text = "Return", "Payroll"
    document.sections[0].header.paragraphs[0].text = "Maple CPA"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _word() -> bytes:
    document = docx.Document()
    document.add_heading("Our services", level=1)
    document.add_paragraph("We will prepare the return.")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Fee", "$2,400"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Account", "Amount"), ("Cash", 1250.5), ("Rent", -1200)):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _deck() -> bytes:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    assert slide.shapes.title is not None
    slide.shapes.title.text = "Year end"
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _open_sheet() -> bytes:
    names = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    names += 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    cells = "".join(f"<table:table-cell><text:p>{words}</text:p></table:table-cell>" for words in ("Cash", "1,250.00"))
    rows = f"<table:table-row>{cells}</table:table-row>"
    body = f"<office:body><office:spreadsheet><table:table table:name='Books'>{rows}</table:table></office:spreadsheet></office:body>"
    content = f"<office:document-content {names}>{body}</office:document-content>".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(zipfile.ZipInfo("content.xml"), content)
    return out.getvalue()


def _mailbox() -> bytes:
    stamp = b"From ann@maple.com Mon Mar  2 09:30:00 2026\n"
    return b"\n".join(stamp + mail(identity=f"<{n}@maple.com>", subject=f"Papers {n}") for n in (1, 2))
