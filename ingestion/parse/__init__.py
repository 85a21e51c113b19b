"""Bytes to pages, elements and findings; a module for each family of formats.

Front door: `parse`. In production it runs inside `ingestion.sandbox`. Never stores, never opens an attachment, never uses the network.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from ingestion import identify as kind
from ingestion.copies import copy_finding
from ingestion.elements import Finding, Parsed
from ingestion.identify import IMAGES, PDF, clean_name, identify
from ingestion.injection import findings
from ingestion.parse.broken import Unreadable, broken
from ingestion.parse.locked import decrypted, is_locked

_PAGE_TOLD = re.compile(r"\b(?:pages?|sheet)\b.*(?:unreadable|not read|beyond)")

OnPage = Callable[[int], None]


def parse(name: str, data: bytes, *, passwords: Sequence[str] = (), on_page: OnPage | None = None) -> Parsed:
    """What `data` holds. Bad content is told in findings and never raises; MemoryError does.

    `passwords` are tried on a locked PDF or Office file. `on_page` hears the number of each page of a PDF or picture once it is read,
    and of a long sheet while it is.
    """
    name = clean_name(name)
    parsed = _parsed(name, data, passwords, on_page)
    if passwords and is_locked(parsed):
        opened = decrypted(data, passwords)
        return parsed if opened is None else _parsed(name, opened, (), on_page)
    return parsed


def _parsed(name: str, data: bytes, passwords: Sequence[str], on_page: OnPage | None) -> Parsed:
    identity = identify(name, data)
    if identity.refused:
        return Parsed(identity.media_type, findings=(identity.refused,))
    try:
        parsed = _read(name, data, identity.media_type, passwords, on_page)
    except Unreadable as error:
        return Parsed(identity.media_type, findings=(Finding(name, f"{name} {error}.", "error"),))
    except broken() as error:
        why = f"{name} is damaged and could not be read ({type(error).__name__}); ask for it again or add it as PDF."
        return Parsed(identity.media_type, findings=(Finding(name, why, "error"),))
    return _with_orders(name, _with_copy(name, _explained(name, parsed)))


def _read(name: str, data: bytes, media_type: str, passwords: Sequence[str], on_page: OnPage | None) -> Parsed:
    if media_type in IMAGES:
        from ingestion.parse import ocr

        return ocr.parse_picture(name, data, media_type, on_page=on_page)
    if media_type == PDF:
        from ingestion.parse import pdf

        return pdf.parse_pdf(name, data, passwords=passwords, on_page=on_page)
    return _readers(name, data, on_page)[media_type]()


def _readers(name: str, data: bytes, on_page: OnPage | None) -> dict[str, Callable[[], Parsed]]:
    """How each kind without pictures is read."""
    from ingestion.parse import (
        archive,
        cards,
        convert,
        delimited,
        mail,
        office,
        ofx,
        outlook,
        rtf,
        tables,
        text,
        tnef,
        xlsx,
    )

    return {
        kind.DOCX: lambda: office.parse_docx(name, data, on_page=on_page),
        kind.PPTX: lambda: office.parse_pptx(name, data, on_page=on_page),
        kind.XLSX: lambda: xlsx.parse_xlsx(name, data, on_page=on_page),
        kind.XLS: lambda: tables.parse_xls(name, data),
        kind.XML_SHEET: lambda: tables.parse_xml_workbook(name, data),
        kind.ODS: lambda: tables.parse_ods(name, data),
        kind.EML: lambda: mail.parse_eml(name, data),
        kind.MSG: lambda: outlook.parse_msg(name, data),
        kind.MBOX: lambda: mail.parse_mbox(name, data),
        kind.TNEF: lambda: tnef.parse_tnef(name, data),
        kind.ICS: lambda: cards.parse_ics(name, data),
        kind.VCF: lambda: cards.parse_vcf(name, data),
        kind.OFX: lambda: ofx.parse_ofx(name, data),
        kind.RTF: lambda: rtf.parse_rtf(name, data),
        kind.ZIP: lambda: archive.parse_zip(name, data),
        **{old: partial(convert.parse_old, name, data, old) for old in convert.OLD},
        "text/csv": lambda: delimited.parse_csv(name, data),
        "text/html": lambda: text.parse_html(data),
        "text/markdown": lambda: text.parse_markdown(data),
        "text/plain": lambda: text.parse_text(data, "text/plain"),
    }


def _explained(name: str, parsed: Parsed) -> Parsed:
    """No page is silently empty: where its parser told nothing of it, it is told here."""
    if not parsed.findings and not any(page.text for page in parsed.pages):
        why = f"{name}, page 1 unreadable: no words found in it; ask for it again or add it as PDF."
        return replace(parsed, findings=(Finding(name, why),))
    told = any(_PAGE_TOLD.search(finding.message) for finding in parsed.findings)
    blank = [page.number for page in parsed.pages if not page.text]
    if told or not blank or not any(page.text for page in parsed.pages):
        return parsed
    which = f"page {blank[0]}" if len(blank) == 1 else f"pages {', '.join(map(str, blank[:20]))}"
    more = " and more" if len(blank) > 20 else ""
    why = f"{name}, {which}{more} unreadable: nothing is written there; nothing to do if that is right."
    return replace(parsed, findings=(*parsed.findings, Finding(name, why, "info")))


def _with_orders(name: str, parsed: Parsed) -> Parsed:
    """What tries to instruct an assistant is told; the words stay as they are."""
    found = tuple(findings(parsed, name))
    return replace(parsed, findings=(*parsed.findings, *found)) if found else parsed


def _with_copy(name: str, parsed: Parsed) -> Parsed:
    """A file that is named as the copy of another says of which."""
    finding = copy_finding(name)
    return replace(parsed, findings=(*parsed.findings, finding)) if finding else parsed
