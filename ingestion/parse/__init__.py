"""Bytes to pages, elements and findings; a module for each family of formats.

Front door: `parse`. In production it runs inside `ingestion.sandbox`. Never stores, never opens an attachment, never uses the network.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ingestion.elements import Finding, Parsed
from ingestion.identify import DOCX, EML, IMAGES, MBOX, MSG, ODS, OFX, PDF, PPTX, XLS, XLSX, clean_name, identify
from ingestion.parse.broken import BROKEN, Unreadable

OnPage = Callable[[int], None]


def parse(name: str, data: bytes, *, passwords: Sequence[str] = (), on_page: OnPage | None = None) -> Parsed:
    """What `data` holds. Bad content is told in findings and never raises; MemoryError does.

    `passwords` are tried on a locked PDF. `on_page` hears the number of each page of a PDF or picture once it is read.
    """
    name = clean_name(name)
    identity = identify(name, data)
    if identity.refused:
        return Parsed(identity.media_type, findings=(identity.refused,))
    try:
        parsed = _read(name, data, identity.media_type, passwords, on_page)
    except Unreadable as error:
        return Parsed(identity.media_type, findings=(Finding(name, f"{name} {error}.", "error"),))
    except BROKEN as error:
        why = f"{name} could not be read ({type(error).__name__}); ask for it again or add it as PDF."
        return Parsed(identity.media_type, findings=(Finding(name, why, "error"),))
    return _explained(name, parsed)


def _read(name: str, data: bytes, media_type: str, passwords: Sequence[str], on_page: OnPage | None) -> Parsed:
    from ingestion.parse import mail, ocr, office, pdf, tables, text

    if media_type in IMAGES:
        return ocr.parse_picture(name, data, media_type, on_page=on_page)
    readers: dict[str, Callable[[], Parsed]] = {
        PDF: lambda: pdf.parse_pdf(name, data, passwords=passwords, on_page=on_page),
        DOCX: lambda: office.parse_docx(data),
        PPTX: lambda: office.parse_pptx(data),
        XLSX: lambda: tables.parse_xlsx(name, data),
        XLS: lambda: tables.parse_xls(name, data),
        ODS: lambda: tables.parse_ods(name, data),
        EML: lambda: mail.parse_eml(name, data),
        MSG: lambda: mail.parse_msg(name, data),
        MBOX: lambda: mail.parse_mbox(name, data),
        OFX: lambda: text.parse_text(data, OFX),
        "text/csv": lambda: tables.parse_csv(name, data),
        "text/html": lambda: text.parse_html(data),
        "text/markdown": lambda: text.parse_markdown(data),
        "text/plain": lambda: text.parse_text(data, "text/plain"),
    }
    return readers[media_type]()


def _explained(name: str, parsed: Parsed) -> Parsed:
    """No page is silently empty: a file without any words says so even where its parser did not."""
    if parsed.findings or any(page.text for page in parsed.pages):
        return parsed
    finding = Finding(name, f"{name}, page 1 unreadable: no words found in it; ask for it again or add it as PDF.")
    return replace(parsed, findings=(finding,))
