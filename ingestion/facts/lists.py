"""Lists a firm keeps or receives: e-file acknowledgements, deposits, estimate schedules, vendor totals. A row of facts each.

Never decides whether a filing or a deposit was on time.
"""

import re

from ingestion.elements import ReadFact
from ingestion.facts.periods import period_in
from ingestion.facts.tables import Column, read_rows
from ingestion.facts.text import Reading, fact, head, in_prose
from ingestion.facts.values import DATE, ENTRY, FLAG, MONEY, NAME, YEAR, ValueKind, line_text


def month_or_quarter(text: str) -> str | None:
    """A month as 2025-10, a quarter as 2025-Q4, anything else as printed."""
    found = period_in(text)
    if found is None:
        return line_text(text)
    (first, last), _, _ = found
    months = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:7]) - int(first[5:7]) + 1
    if months == 3:
        return f"{first[:4]}-Q{(int(first[5:7]) + 2) // 3}"
    return first[:7] if months == 1 else line_text(text)


PERIOD = ValueKind("text", re.compile(r"\S[^\n]*"), month_or_quarter, fills=True)
ACKNOWLEDGEMENTS = (
    Column("form", ENTRY, (r"(?:return |tax )?form(?: type)?", r"return(?: type)?", r"type")),
    Column("tax_year", YEAR, (r"(?:tax )?(?:year|yr|period)",)),
    Column(
        "submission",
        ENTRY,
        (r"submission(?: id)?", r"(?:dcn|efin|transmission)(?: id)?", r"confirmation(?: (?:id|number))?", r"id"),
    ),
    Column("status", NAME, (r"(?:ack(?:nowledge?ment)?|irs|filing|e-?file) status", r"status", r"result")),
    Column(
        "date",
        DATE,
        (
            r"(?:ack(?:nowledge?ment)?|status|accepted|response|completed) date",
            r"date(?: (?:acknowledged|accepted|of status))?",
            r"(?:sent|transmitted|filed)(?: on| date)?",
            r"acknowledged(?: on)?",
        ),
    ),
    Column(
        "code",
        ENTRY,
        (r"(?:error|reject(?:ion)?|rule)(?: ?(?:code|number|no\.?|rule))?s?", r"codes?", r"business rule"),
    ),
)
DEPOSITS = (
    Column(
        "kind", ENTRY, (r"(?:deposit |tax )?(?:kind|type)", r"(?:tax )?form", r"description", r"payment", r"deposit")
    ),
    Column("pay_date", DATE, (r"pay(?:roll|check)? date", r"check date", r"pay ?day", r"liability date")),
    Column("period", PERIOD, (r"(?:tax |pay |liability )?period(?: end(?:ing)?)?", r"quarter")),
    Column("amount", MONEY, (r"(?:deposit |payment |total )?amount(?: deposited| paid)?", r"total", r"deposit")),
    Column(
        "deposited_on",
        DATE,
        (
            r"(?:date )?deposited(?: on)?",
            r"deposit(?:ed)? date",
            r"(?:settlement|payment|paid|effective) (?:date|on)",
            r"date (?:paid|settled)",
            r"settled(?: on)?",
            r"date",
        ),
    ),
)
ESTIMATES = (
    Column("form", ENTRY, (r"(?:tax )?form(?: number)?", r"voucher(?: form)?", r"type")),
    Column("tax_year", YEAR, (r"(?:tax )?year",)),
    Column("due", DATE, (r"due(?: date| on| by)?", r"payment due")),
    Column("amount", MONEY, (r"(?:estimated |payment |installment )?(?:amount|tax|payment)(?: due)?", r"estimate")),
    Column("paid_on", DATE, (r"(?:date )?paid(?: on| date)?", r"payment date", r"date of payment")),
)
VENDORS = (
    Column("name", NAME, (r"(?:vendor|payee|contractor|supplier)(?: (?:full )?name)?", r"name")),
    Column(
        "paid",
        MONEY,
        (
            r"(?:total |amount |ytd )?(?:paid|payments|amount)(?: (?:in )?\d{4})?(?: ytd)?",
            r"total(?: \d{4})?",
            r"(?:19|20)\d{2}(?: total| paid)?",
        ),
    ),
    Column("w9_on_file", FLAG, (r"(?:form )?w-?9(?: (?:on file|received|status))?\??",)),
    Column("year", YEAR, (r"(?:calendar |tax )?year",)),
)
_HEAD_YEAR = (
    r"(?:tax|calendar) year <year>",
    r"(?:for|year|estimates?|payments?|paid in|through \w+ \d+,) <year>",
    r"(?<!\d)<year>",
)


def read_acknowledgements(reading: Reading) -> list[ReadFact]:
    """A row a filing."""
    return read_rows(reading, ACKNOWLEDGEMENTS, ("status",), 3)


def read_deposits(reading: Reading) -> list[ReadFact]:
    """A row a deposit."""
    return read_rows(reading, DEPOSITS, ("amount",), 3)


def read_estimates(reading: Reading) -> list[ReadFact]:
    """A row an instalment; a year that only the heading tells is every row's."""
    return _with_year("tax_year", read_rows(reading, ESTIMATES, ("due", "amount"), 2), reading)


def read_vendors(reading: Reading) -> list[ReadFact]:
    """A row a vendor; a year that only the heading tells is every row's."""
    return _with_year("year", read_rows(reading, VENDORS, ("name", "paid"), 2), reading)


def _with_year(name: str, rows: list[ReadFact], reading: Reading) -> list[ReadFact]:
    if any(f.name == name for f in rows):
        return rows
    found = in_prose(head(reading), _HEAD_YEAR, YEAR)
    numbers = sorted({f.row for f in rows if f.row is not None})
    return rows if found is None else [*rows, *(fact(name, YEAR, found, reading, number) for number in numbers)]
