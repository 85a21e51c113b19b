"""Statements of bank and loan accounts. Never reads transactions: those come from the bank's own files."""

import re

from ingestion.elements import ReadFact
from ingestion.facts.labels import Field, labelled, read_fields
from ingestion.facts.loans_leases import LOAN_STATEMENT_FIELDS
from ingestion.facts.periods import period_facts
from ingestion.facts.text import Found, Reading, fact, matches, trimmed
from ingestion.facts.values import ACCOUNT, MONEY, NAME, name_text

_BANK_NAME = re.compile(
    r"(?-i:[A-Z][\w&.'’-]*(?:[^\S\n][\w&.'’-]+){0,5})[^\S\n](?:Bank|Credit[^\S\n]Union|"
    r"Trust(?:[^\S\n]Company)?|Savings|Bancorp|Federal[^\S\n]Savings)(?!\w)"
    r"(?:[^\S\n](?:and|&)[^\S\n]Trust)?(?:,?[^\S\n](?:N\.?A\.?|FSB|of[^\S\n][A-Z]\w+(?:[^\S\n][A-Z]\w+)?))?"
    r"|(?-i:Bank[^\S\n]of(?:[^\S\n](?:the[^\S\n])?[A-Z]\w+){1,3})",
    re.IGNORECASE,
)
_ACCOUNT_LABELS = (
    r"account(?: (?:number|no\.?|#|ending(?: in)?))?(?: \(last four\))?",
    r"acct\.?(?: (?:number|no\.?|#))?",
    r"loan (?:number|no\.?|account|#)",
)
FIELDS = (
    Field(
        "opening_balance",
        MONEY,
        (
            r"(?:opening|beginning|starting|previous) (?:ledger |account |statement )?balance",
            r"balance (?:forward|brought forward|last statement)",
        ),
        (r"(?:opening|beginning|previous) balance[^$.]{0,40}<money>",),
    ),
    Field(
        "closing_balance",
        MONEY,
        (
            r"(?:closing|ending|new|final) (?:ledger |account |statement )?balance",
            r"balance (?:this statement|carried forward)",
        ),
        (r"(?:closing|ending|new) balance[^$.]{0,40}<money>",),
    ),
)


def read_bank(reading: Reading) -> list[ReadFact]:
    """The facts of a bank statement."""
    near = r"statement\s+period|period|from|for\s+the\s+(?:month|period)|statement\s+dates?|through"
    return [
        *_bank(reading, "bank"),
        *_account(reading),
        *period_facts(reading, rf"\b(?:{near})\b"),
        *read_fields(reading, FIELDS),
    ]


def read_loan_statement(reading: Reading) -> list[ReadFact]:
    """The facts of a loan statement."""
    facts = [*_account(reading), *read_fields(reading, LOAN_STATEMENT_FIELDS)]
    if any(f.name == "lender" for f in facts):
        return facts
    return [*facts, *_bank(reading, "lender")]


def _bank(reading: Reading, name: str) -> list[ReadFact]:
    """The labelled bank, else the first name of a bank, else the letterhead."""
    found = labelled(
        Reading(reading.pages, reading.lines[:25]), (r"(?:name of )?(?:bank|financial institution)(?: name)?",), NAME
    )
    if found is not None and found.confidence >= 0.85:
        return [fact(name, NAME, found, reading)]
    for page, match in matches(reading, _BANK_NAME):
        value = name_text(match.group())
        if value is not None and len(value.split()) > 1:
            return [
                fact(
                    name, NAME, Found(value, trimmed(page.number, page.text, match.start(), match.end()), 0.8), reading
                )
            ]
    for line in reading.lines[:1]:
        value = name_text(line.cells[0].text) if line.cells else None
        if value is not None and len(value) <= 60 and not value.lower().endswith("statement"):
            return [fact(name, NAME, Found(value, line.cells[0], 0.5), reading)]
    return []


def _account(reading: Reading) -> list[ReadFact]:
    found = labelled(reading, _ACCOUNT_LABELS, ACCOUNT)
    if found is None:
        hit = next(matches(reading, re.compile(r"(?:ending\s+in\s+|[xX*•]{2,}[\s-]*)\d{4}(?!\d)")), None)
        if hit is None:
            return []
        page, match = hit
        found = Found(match.group()[-4:], trimmed(page.number, page.text, match.start(), match.end()), 0.75)
    return [fact("account_last4", ACCOUNT, found, reading)]
