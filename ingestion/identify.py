"""What a file is, by its content, and whether Tickmark reads it at all.

Owns the media types and the refusals that need no parser: stubs of cloud drives, empty files, files too big, unknown binary, zip bombs.
Never opens a document, never trusts a name: a name only decides between kinds of plain text.
"""

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass

from ingestion.elements import Finding, Severity

MAX_BYTES = 200_000_000
MAX_UNPACKED_BYTES = 1_000_000_000
# Office files shrink to a tenth, long runs of equal cells to a fiftieth; deflate itself ends at 1:1032.
MAX_RATIO = 150
SMALL_UNPACKED_BYTES = 50_000_000
MAX_ZIP_ENTRIES = 20_000

_OOXML = "application/vnd.openxmlformats-officedocument."
DOCX = _OOXML + "wordprocessingml.document"
XLSX = _OOXML + "spreadsheetml.sheet"
PPTX = _OOXML + "presentationml.presentation"
XLS = "application/vnd.ms-excel"
XML_SHEET = "application/vnd.ms-excel+xml"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
MSG = "application/vnd.ms-outlook"
EML = "message/rfc822"
MBOX = "application/mbox"
OFX = "application/x-ofx"
PDF = "application/pdf"
RTF = "application/rtf"
ICS = "text/calendar"
VCF = "text/vcard"
TNEF = "application/vnd.ms-tnef"
ZIP = "application/zip"
DOC = "application/msword"
PPT = "application/vnd.ms-powerpoint"
HEIC = "image/heic"
UNKNOWN = "application/octet-stream"
ODT = "application/vnd.oasis.opendocument.text"
ODP = "application/vnd.oasis.opendocument.presentation"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
WPD = "application/vnd.wordperfect"
IMAGES = frozenset(
    {"image/png", "image/jpeg", "image/tiff", "image/gif", "image/bmp", "image/webp", "image/avif", HEIC}
)

_STUBS = (
    ".gdoc", ".gsheet", ".gslides", ".gform", ".gdraw", ".gmap", ".gsite", ".gscript", ".gtable", ".gjam", ".glink",
    ".url", ".webloc", ".website", ".lnk", ".desktop", ".icloud", ".cloudf", ".paper", ".papert",
)  # fmt: skip
# Downloads that have not ended, and what programs keep beside the document while it is open.
_UNFINISHED = (".crdownload", ".part", ".partial", ".download", ".opdownload")
_QUICKBOOKS = (".qbw", ".qbb", ".qbm", ".qba", ".qbx", ".qby", ".qbo.bak", ".tlg", ".nd")
_SYSTEM_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini", ".gitkeep"})
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"GIF8", "image/gif"),
    (b"\x78\x9f\x3e\x22", TNEF),
    (b"\xffWPC", WPD),
    (b"!BDN", "application/x-outlook-pst"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/x-rar"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"MSCF\x00\x00\x00\x00", "application/vnd.ms-cab-compressed"),
    (b"\x00\x01\x00\x00Standard ", "application/x-msaccess"),
    (b"8BPS\x00\x01", "image/vnd.adobe.photoshop"),
    (b"\x1aE\xdf\xa3", "video/x-matroska"),
)
# Letters that a text may begin with: they count where no text follows.
_LETTERED_MAGIC = (
    (b"BZh", "application/x-bzip2"),
    (b"MZ", "application/x-msdownload"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
)
_SOUNDS = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_ZIP_MEMBERS = (
    ("word/document", DOCX),
    ("xl/workbook.bin", XLSB),
    ("xl/workbook", XLSX),
    ("ppt/presentation", PPTX),
    ("Index/Document.iwa", "application/vnd.apple.iwork"),
)
_BMP_HEADERS = frozenset(size.to_bytes(4, "little") for size in (12, 16, 40, 52, 56, 64, 108, 124))
_PACKAGE_MARKS = ("[Content_Types].xml", "META-INF/", "mimetype", "AndroidManifest.xml")
_OPEN_DOCUMENTS = (ODS, ODT, ODP)
# The brand in the first box of the file (ISO 14496-12, 23008-12).
_PICTURE_BRANDS = {b"avif": "image/avif", b"avis": "image/avif"} | dict.fromkeys(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), HEIC
)
_OLE_STREAMS = (
    ("EncryptedPackage", "application/encrypted"),
    ("__properties_version1.0", MSG),
    ("WordDocument", DOC),
    ("Workbook", XLS),
    ("Book", XLS),
    ("PowerPoint Document", PPT),
)
_HEADER_LINE = re.compile(
    rb"(?im)^(from|to|subject|date|received|message-id|mime-version|return-path|delivered-to|content-type|reply-to|x-[\w-]+):"
)
_PDF_LATER = re.compile(rb"(?m)^[^\w\n]*%PDF-\d")
_TAG = re.compile(rb"(?i)</?(?:a|b|br|i|em|font|li|ol|span|strong|td|th|tr|u|ul)\b[^>]*>")
_HTML = re.compile(rb"(?i)<(!doctype\s+html|html|head|body|table|div|h1|p)\b")

# What a finding says of a locked file, whatever its format: a password that is given later has these read again.
LOCKED = "is protected by a password"
WHY_LOCKED = f"{LOCKED} that is not known; give it on the page of the document or with `tickmark unlock`, or add a copy without it"
ENCRYPTED = "application/encrypted"

_WHY_REFUSED = {
    ENCRYPTED: WHY_LOCKED,
    "application/vnd.apple.iwork": "is in the format of Pages, Numbers or Keynote; export it there as PDF or an Office file and add that",
    "application/x-quickbooks": "is a company file or backup of QuickBooks; export the reports you need there as XLSX and add those",
    "application/x-outlook-pst": "is an Outlook data file; save its messages from Outlook as MSG or MBOX files and add those",
    "application/x-7z-compressed": "is a 7-Zip archive; unpack it and add the files inside",
    "application/x-rar": "is a RAR archive; unpack it and add the files inside",
    "application/gzip": "is a GZIP archive; unpack it and add the files inside",
    "application/x-bzip2": "is a BZIP2 archive; unpack it and add the files inside",
    "application/x-xz": "is an XZ archive; unpack it and add the files inside",
    "application/x-tar": "is a TAR archive; unpack it and add the files inside",
    "application/vnd.ms-cab-compressed": "is a CAB archive; unpack it and add the files inside",
    "application/x-iso9660-image": "is the image of a disc; open it and add the files inside",
    "application/x-msaccess": "is an Access database; export its tables there as XLSX and add those",
    "application/x-msdownload": "is a program, not a document; nothing to do",
    "image/vnd.adobe.photoshop": "is a Photoshop file; export it there as PDF or PNG and add that",
    "application/postscript": "is a PostScript file; print it to PDF and add that",
    "image/svg+xml": "is a drawing (SVG); print it to PDF and add that",
    **dict.fromkeys(
        ("audio/mpeg", "audio/ogg", "audio/wav", "video/x-msvideo", "video/mp4", "video/x-matroska"),
        "is a recording, which Tickmark does not hear or see; add a note of what is said in it",
    ),
    UNKNOWN: "is not a kind of file Tickmark reads; add it as PDF, Office file, image, mail or text",
}


@dataclass(frozen=True)
class Identity:
    """What `data` is. `refused` is None for a file that a parser takes, otherwise the sentence a person reads."""

    media_type: str
    refused: Finding | None


def identify(name: str, data: bytes) -> Identity:
    """The media type of `data` by content; `name` decides only between kinds of plain text and tells stubs."""
    name = clean_name(name)
    if refusal := _refuse_unseen(name, data):
        return refusal
    media_type = _media_type(name, data)
    if media_type in _WHY_REFUSED:
        return _refused(name, media_type, _WHY_REFUSED[media_type])
    if data[:2] == b"PK" and (bomb := _zip_danger(data)):
        return _refused(name, media_type, bomb)
    return Identity(media_type, None)


def clean_name(name: str) -> str:
    """The last part of `name`, NFC, without control or direction characters, at most 200 long; "unnamed" if nothing is left."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    # Cc controls, Cf formats (a right-to-left override hides an ending), Cs lone surrogates, Zl and Zp line breaks.
    kept = "".join(c for c in last if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}).strip()
    if kept.strip(".") == "":
        return "unnamed"
    if len(kept) <= 200:
        return kept
    stem, dot, ending = kept.rpartition(".")
    return stem[: 199 - len(ending)] + dot + ending if dot and len(ending) <= 10 else kept[:200]


def _refuse_unseen(name: str, data: bytes) -> Identity | None:
    lower = name.lower()
    if lower.startswith(("~$", "._", ".~lock.")) or lower in _SYSTEM_FILES:
        return _refused(name, UNKNOWN, "is a file of the computer's own, not a document; nothing to do", "info")
    if lower.endswith(_STUBS):
        return _refused(
            name, UNKNOWN, "is only a link to a document kept elsewhere; download the document itself and add that"
        )
    if lower.endswith(_UNFINISHED):
        return _refused(name, UNKNOWN, "is a download that has not ended; download it again and add the whole file")
    if lower.endswith(_QUICKBOOKS):
        return _refused(name, "application/x-quickbooks", _WHY_REFUSED["application/x-quickbooks"])
    if not data:
        return _refused(name, "application/x-empty", "is empty (0 bytes); ask for it again or download it fully")
    if len(data) > MAX_BYTES:
        size = f"is too big ({len(data) / 1e6:,.0f} MB, the limit is {MAX_BYTES / 1e6:,.0f} MB); split it into parts"
        return _refused(name, UNKNOWN, size)
    return None


def _refused(name: str, media_type: str, why: str, severity: Severity = "error") -> Identity:
    return Identity(media_type, Finding(name, f"{name} {why}.", severity))


def _media_type(name: str, data: bytes) -> str:
    head = data[:1024]
    if head.startswith(b"%PDF-"):
        return PDF
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:4] == b"RIFF" and head[8:12] in _SOUNDS:
        return _SOUNDS[head[8:12]]
    # Two letters are no proof: the size of its own header, which is one of a few, stands behind them.
    if head.startswith(b"BM") and head[14:18] in _BMP_HEADERS:
        return "image/bmp"
    if head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS:
        return _PICTURE_BRANDS[head[8:12]]
    if head[4:8] == b"ftyp":
        return "video/mp4"
    if data[257:262] == b"ustar":
        return "application/x-tar"
    if data[32_769:32_774] == b"CD001":
        return "application/x-iso9660-image"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_type(data)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole_type(data)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        return RTF
    # Printers and mail programs put lines of their own before it; a mail or a text that only speaks of it has no objects.
    if _PDF_LATER.search(head) and b" obj" in data[:8192] and not _is_mail(head.lstrip()):
        return PDF
    return _text_type(name, data)


def _zip_type(data: bytes) -> str:
    """The kind of a ZIP by its members; of one whose directory is broken by what its first members show."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members, whole = archive.namelist(), True
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        members, whole = _local_names(data), False
    for prefix, media_type in _ZIP_MEMBERS:
        # The main part may lie where it was cut off; what else lies in its folder tells as much, but not of the binary kind.
        sought = prefix if whole or media_type == XLSB else prefix.split("/")[0] + "/"
        if any(member.startswith(sought) and member.endswith((".xml", ".bin", ".iwa", ".rels")) for member in members):
            return media_type
    # An OpenDocument file says what it is in its first member, which is stored as it is.
    stored = next((kind for kind in _OPEN_DOCUMENTS if data[38 : 38 + len(kind)] == kind.encode()), None)
    if stored:
        return stored
    if not any(member.startswith(_PACKAGE_MARKS) for member in members):
        return ZIP
    # A package of some program is no archive of documents; cut off before its parts it can only be an Office file.
    return UNKNOWN if whole else DOCX


def _local_names(data: bytes) -> list[str]:
    """The names in the headers before each member, of the first few."""
    starts = [match.start() for match in re.finditer(b"PK\x03\x04", data[:2_000_000])][:50]
    return [
        data[at + 30 : at + 30 + int.from_bytes(data[at + 26 : at + 28], "little")].decode("latin-1") for at in starts
    ]


def _zip_danger(data: bytes) -> str | None:
    """Why the archive must not be unpacked; None if it may be, or if it is broken (the parser explains that)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    unpacked = sum(entry.file_size for entry in entries)
    ratio = unpacked / len(data)
    if (
        len(entries) > MAX_ZIP_ENTRIES
        or unpacked > MAX_UNPACKED_BYTES
        or (unpacked > SMALL_UNPACKED_BYTES and ratio > MAX_RATIO)
    ):
        return (
            f"would unpack to {unpacked / 1e6:,.0f} MB from {len(data) / 1e6:,.1f} MB, which looks like a trap (zip bomb); "
            "it was not opened: ask the sender for a PDF"
        )
    return None


def _ole_type(data: bytes) -> str:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            for stream, media_type in _OLE_STREAMS:
                if ole.exists(stream):
                    return media_type
    except (OSError, ValueError, IndexError, KeyError):
        return UNKNOWN
    return UNKNOWN


def _text_type(name: str, data: bytes) -> str:
    head = _head_as_utf8(data)
    if not _is_text(head):
        return next((kind for magic, kind in _LETTERED_MAGIC if head.startswith(magic)), UNKNOWN)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    marked = _marked_type(start)
    if marked:
        return marked
    if start.startswith(b"From ") and len(_HEADER_LINE.findall(head)) >= 2:
        return MBOX
    if _is_mail(start):
        return EML
    ending = name.lower().rpartition(".")[2]
    if ending in {"md", "markdown"}:
        return "text/markdown"
    if _HTML.match(start) or (ending in {"html", "htm"} and (_HTML.search(start) or _TAG.search(start))):
        return "text/html"
    return "text/csv" if _is_csv(ending, head) else "text/plain"


def _marked_type(start: bytes) -> str | None:
    """The kinds of text that say themselves what they are."""
    if start[:15].upper() == b"BEGIN:VCALENDAR":
        return ICS
    if start[:11].upper() == b"BEGIN:VCARD":
        return VCF
    if b"OFXHEADER" in start[:300] or b"<OFX>" in start[:2000].upper():
        return OFX
    if start.startswith(b"%!PS"):
        return "application/postscript"
    if start.startswith(b"<"):
        if b"urn:schemas-microsoft-com:office:spreadsheet" in start[:2000] and b"<Workbook" in start[:2000]:
            return XML_SHEET
        if re.match(rb"(?s)(?:<\?xml.*?\?>|<!--.*?-->|<!DOCTYPE svg.*?>|\s)*<svg\b", start[:4000]):
            return "image/svg+xml"
    return None


def utf16_name(data: bytes) -> str | None:
    """The codec of text in UTF-16, told by its byte order mark or by its many zero bytes; None for any other."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    head = data[:2000]
    even, odd = head[0::2], head[1::2]
    for zeros, others, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if len(head) >= 8 and zeros.count(0) > 0.6 * len(zeros) and others.count(0) < 0.05 * len(others):
            return name
    return None


def _head_as_utf8(data: bytes) -> bytes:
    encoding = utf16_name(data)
    return data[:16_384].decode(encoding, "replace").encode("utf-8") if encoding else data[:8192]


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    controls = sum(byte < 32 and byte not in b"\t\n\r\x0c\x1b" for byte in head)
    return controls <= 1 + len(head) // 100


def _is_mail(start: bytes) -> bool:
    """Mail begins with header lines: the first line is one, and at least two known names stand before the first empty line."""
    block = re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]
    first = block.split(b"\n", 1)[0]
    names = {match.lower() for match in _HEADER_LINE.findall(block)}
    letters = {b"from", b"to", b"subject", b"date"}
    typed = names - letters
    return bool(re.match(rb"[\w-]+:", first)) and len(names) >= 2 and (bool(typed) or b"from" in names)


def _is_csv(ending: str, head: bytes) -> bool:
    """Named so and with a delimiter, or at least three lines that all hold the same number (two or more) of them."""
    lines = [line for line in head.split(b"\n")[:40] if line.strip()]
    if ending in {"csv", "tsv", "iif"}:
        return any(delimiter in head for delimiter in (b",", b";", b"\t", b"|"))
    whole = lines[:-1] if len(head) == 8192 else lines
    prose = 2 * sum(line.rstrip()[-1:] in b".!?" for line in whole) > len(whole)  # sentences with as many commas each
    for delimiter in (b"\t",) if prose else (b",", b"\t", b";"):
        counts = {line.count(delimiter) for line in whole}
        if len(whole) >= 3 and len(counts) == 1 and counts.pop() >= 2:
            return True
    return False
