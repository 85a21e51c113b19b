"""Invoices and bills from vendors. Never reads line items: the total, its tax and its dates are what the books need."""

import re

from ingestion.elements import ReadFact
from ingestion.facts.labels import Field, find, labelled, read_fields
from ingestion.facts.text import Found, Reading, fact, first_value, page_text
from ingestion.facts.values import CODE, DATE, MONEY, NAME, name_text

_NUMBER = (
    r"(?:tax )?invoice (?:number|no\.?|num|#|id)",
    r"(?:bill|document|receipt|reference) (?:number|no\.?|#)",
    r"inv(?:\.|oice)? ?#",
    r"fact(?:uur ?(?:nummer|nr\.?)|ure (?:n[°ºo]\.?|num[ée]ro))",
    r"#",
    r"invoice",
)
FIELDS = (
    Field(
        "date",
        DATE,
        (
            r"(?:tax )?(?:invoice|bill|billing|receipt) date",
            r"date (?:of (?:issue|invoice)|issued)",
            r"issue[d]? (?:date|on)",
            r"(?:order )?date",
            r"dated",
        ),
        (r"invoice[^.]{0,60}? (?:dated|of|on) <date>",),
    ),
    Field(
        "due",
        DATE,
        (r"(?:payment )?due(?: date| by| on)?", r"pay(?:ment)? by", r"date due"),
        (r"(?:due|payable|pay)(?: on| by)?(?: or before)? <date>",),
    ),
    Field(
        "tax",
        MONEY,
        (
            r"(?:sales |total |state )?tax(?: \([\d.]+ ?%\))?(?: amount)?(?: [\d.]+ ?%)?",
            r"(?:total )?(?:vat|gst|btw|tva)(?: \([\d.]+ ?%\))?",
        ),
    ),
)
_TOTAL = (
    r"(?:total )?(?:amount|balance) due(?: \(?(?:usd|us\$)\)?)?",
    r"(?:invoice|grand) total",
    r"total (?:due|amount(?: due)?|payable|for this (?:bill|invoice)|to pay|\(?(?:usd|eur|inc(?:l(?:uding|\.)?)? (?:vat|tax|btw))\)?)",
    r"(?:amount|sum) (?:payable|to pay|of this invoice)",
    r"somme à payer",
    r"total|totaal",
)
_VENDOR = (
    r"(?:vendor|supplier|seller|sold by|billed by|remit(?: payment)? to|payable to|from|bill from|issued by)(?: name)?",
)


def read(reading: Reading) -> list[ReadFact]:
    """The facts of an invoice; `total` is what is to be paid, the last one where totals repeat."""
    facts = [*read_fields(reading, FIELDS)]
    if not any(f.name == "date" for f in facts):
        first = next(
            (hit for line in reading.lines if (hit := first_value(line.page, line.text, DATE, 0.5, line.start))), None
        )
        facts += [] if first is None else [fact("date", DATE, first, reading)]
    for name, kind, found in (
        ("number", CODE, _number(reading)),
        ("total", MONEY, _total(reading)),
        ("vendor", NAME, _vendor(reading)),
    ):
        if found is not None:
            facts.append(fact(name, kind, found, reading))
    return facts


def _number(reading: Reading) -> Found | None:
    """What stands at "invoice number"; dates and amounts there are something else."""
    for label in _NUMBER:
        found = labelled(reading, (label,), CODE)
        if found is not None and not _in_date(reading, found) and not re.fullmatch(r"[\d,]+\.\d{2}", found.span.text):
            return found
    return None


def _in_date(reading: Reading, found: Found) -> bool:
    text = page_text(reading, found.span.page)
    around = DATE.pattern.finditer(text, max(0, found.span.start - 20), found.span.end + 20)
    return any(match.start() < found.span.end and found.span.start < match.end() for match in around)


def _total(reading: Reading) -> Found | None:
    for label in _TOTAL:
        hits = [found for i in range(len(reading.lines)) if (found := _total_at(reading, i, label)) is not None]
        if hits:
            return hits[-1] if label == _TOTAL[-1] else hits[0]
    return None


def _total_at(reading: Reading, index: int, label: str) -> Found | None:
    if not re.search(label.replace(" ", r"\s+"), reading.lines[index].text, re.IGNORECASE):
        return None
    around = Reading(reading.pages, reading.lines[index : index + 2])
    found = labelled(around, (label,), MONEY)
    return found if found is not None and found.confidence >= 0.75 else None


def _vendor(reading: Reading) -> Found | None:
    """The labelled vendor, else the first line of the letterhead that is a name."""
    found = find(Reading(reading.pages, reading.lines), Field("vendor", NAME, _VENDOR))
    if found is not None and found.confidence >= 0.85:
        return found
    for line in reading.lines[:6]:
        for cell in line.cells:
            value = name_text(cell.text)
            if value is not None and re.match(r"[A-Z]", value) and not _NOT_VENDOR.search(value) and len(value) <= 60:
                return Found(value, cell, 0.6)
    return None


_NOT_VENDOR = re.compile(
    r"\b(?:invoice|bill|receipt|statement|date|page|number|tel|phone|due|total|account|to)\b|:|@|www", re.IGNORECASE
)
