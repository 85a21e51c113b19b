"""What a file from outside must not be, beside what `identify` refuses: programs, scripts, documents with macros, locked archives, and
what was cut off on the way. Pure; looks at bytes and opens no document.

Stricter than intake from the firm's own folders: somebody outside sends these, and nobody has looked at them.
"""

import io
import re
import zipfile

from ingestion import identify as kinds
from ingestion.identify import clean_name, identify

ALLOWED = kinds.IMAGES | {
    kinds.PDF, kinds.DOCX, kinds.XLSX, kinds.PPTX, kinds.XLS, kinds.DOC, kinds.PPT, kinds.ODS, kinds.ODT, kinds.ODP,
    kinds.RTF, kinds.OFX, kinds.EML, kinds.MSG, kinds.ICS, kinds.VCF, kinds.ZIP, kinds.XML_SHEET, "text/csv",
    "text/plain", "text/markdown",
}  # fmt: skip
MACROS = "holds macros"
_SCRIPTS = (
    ".bat", ".cmd", ".com", ".cpl", ".exe", ".hta", ".htm", ".html", ".jar", ".js", ".jse", ".lnk", ".mht", ".mhtml",
    ".msc", ".msi", ".php", ".pif", ".pl", ".ps1", ".psm1", ".py", ".rb", ".reg", ".scr", ".sh", ".svg", ".url",
    ".vbe", ".vbs", ".wsf", ".xhtml",
)  # fmt: skip
_PROGRAM = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"#!")
_MACRO_PARTS = ("vbaproject.bin", "/activex/", "vbadata.xml")
_OPEN_MACROS = ("basic/", "scripts/")
_OLE_MACROS = ("Macros", "_VBA_PROJECT_CUR", "VBA")
_LOCKED = 0x1
_MEMBERS, _UNPACKED = 200, 400_000_000
_PACKAGES = (kinds.DOCX, kinds.XLSX, kinds.PPTX, kinds.XLSB)


def unwanted(name: str, data: bytes) -> tuple[str, str]:
    """The media type, and why a file stays outside, as the end of a sentence that begins with its name; "" when it may come in."""
    found = identify(name, data)
    if found.refused is not None:
        return found.media_type, found.refused.message.removeprefix(clean_name(name)).strip().rstrip(".")
    shown = clean_name(name).lower()
    if shown.endswith(_SCRIPTS) or data.startswith(_PROGRAM):
        return found.media_type, "is a program or a script"
    if found.media_type not in ALLOWED | set(_PACKAGES):
        return found.media_type, "is not a kind of file that is taken from outside"
    return found.media_type, _inside(found.media_type, data)


def _inside(media_type: str, data: bytes) -> str:
    if media_type in _PACKAGES or media_type in (kinds.ODS, kinds.ODT, kinds.ODP):
        return MACROS if _has_macros(data, media_type) else ""
    if media_type in (kinds.XLS, kinds.DOC, kinds.PPT):
        return MACROS if _ole_macros(data) else ""
    if media_type == kinds.ZIP:
        return _in_archive(data)
    return _cut_off(media_type, data)


def _has_macros(data: bytes, media_type: str) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = [one.lower() for one in package.namelist()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    if media_type in _PACKAGES:
        return any(part in f"/{one}" for one in names for part in _MACRO_PARTS)
    return any(one.startswith(_OPEN_MACROS) and not one.endswith("/") for one in names)


def _ole_macros(data: bytes) -> bool:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            return any(part in _OLE_MACROS for path in file.listdir(storages=True) for part in path)
    except (OSError, ValueError, IndexError, KeyError):
        return False


def _in_archive(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            if any(one.flag_bits & _LOCKED for one in entries):
                return "is an archive that is locked with a password"
            if len(entries) > _MEMBERS or sum(one.file_size for one in entries) > _UNPACKED:
                return "is an archive with too much in it"
            for one in entries:
                if one.filename.startswith("__MACOSX/") or one.filename.endswith(".DS_Store"):
                    continue
                media_type, why = unwanted(one.filename, archive.read(one))
                if media_type == kinds.ZIP and not why:
                    why = "is another archive"
                if why:
                    return f"holds {clean_name(one.filename)}, which {why}"
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, RuntimeError, EOFError):
        return "is an archive that is damaged"
    return ""


def _cut_off(media_type: str, data: bytes) -> str:
    """A picture or a PDF without its end: half of it stayed behind on the way."""
    ends = {
        "image/jpeg": b"\xff\xd9" in data[2:],
        "image/png": b"IEND" in data[-4096:],
        kinds.PDF: re.search(rb"%%EOF|startxref", data[-65_536:]) is not None,
    }
    return "" if ends.get(media_type, True) else CUT_OFF


CUT_OFF = "ends in the middle: it did not arrive whole"
