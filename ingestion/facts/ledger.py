"""A general ledger as accounting programs print it: under each account its entries, a row of facts each.

Owns which entries are kept: of each account and month the largest, for a ledger of a year has thousands and a reader of it asks for the few
that moved a line; of accounts for what nobody has placed nearly all, since they are counted. Never adds anything up and never says what an
entry was for.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ingestion.elements import ReadFact
from ingestion.facts.periods import period_facts
from ingestion.facts.tables import Column, cells_below, find_header, is_total, row_values
from ingestion.facts.text import Found, Reading, Span, fact, head, trimmed
from ingestion.facts.values import DATE, ENTRY, MONEY, name_text

OF_A_MONTH = 6  # entries kept of an account and month
OF_UNPLACED = 60  # the same where nobody has said what they are
MOST = 1500  # entries kept of a document
_UNPLACED = re.compile(r"uncategori[sz]ed|unclassified|ask (?:my|our|the) accountant|\bsuspense\b", re.IGNORECASE)
_SIDES = ("amount", "debit", "credit")
COLUMNS = (
    Column("date", DATE, (r"(?:transaction |trans\.? |posting |entry )?date",)),
    Column("account", ENTRY, (r"(?:distribution )?account(?: name)?",)),
    Column("name", ENTRY, (r"name|payee|vendor|contact|customer",)),
    Column("memo", ENTRY, (r"memo/description|memo|description|details",)),
    Column("debit", MONEY, (r"debits?|dr\.?",)),
    Column("credit", MONEY, (r"credits?|cr\.?",)),
    Column("amount", MONEY, (r"amount",)),
)
_NO_ACCOUNT = re.compile(
    r"\W*(?:(?:beginning|opening|closing|ending|starting) balance|balance forward|net (?:movement|change)|page\b|printed\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Entry:
    account: Found
    cells: dict[str, Found]

    @property
    def key(self) -> tuple[str, str]:
        return self.account.value, self.cells["date"].value[:7]

    @property
    def size(self) -> Decimal:
        return max(abs(Decimal(self.cells[side].value)) for side in _SIDES if side in self.cells)


def read_ledger(reading: Reading) -> list[ReadFact]:
    """period_start, period_end, and a row an entry: account, date, name, memo, and amount or debit or credit as printed."""
    found = _kept(list(_entries(reading)))
    kinds = {column.name: column.kind for column in COLUMNS}
    facts = period_facts(head(reading, 12))
    for row, entry in enumerate(found):
        cells = {"account": entry.account, **{name: hit for name, hit in entry.cells.items() if name != "account"}}
        facts += [fact(name, kinds[name], hit, reading, row) for name, hit in cells.items()]
    return facts


def _entries(reading: Reading) -> Iterator[_Entry]:
    """Every line with a day and an amount, under the account whose heading came last or that it names itself."""
    header = find_header(reading, COLUMNS, ("date",), 3)
    if header is None or not any(side in header.columns for side in _SIDES):
        return
    account: Found | None = None
    for line, cells in cells_below(reading, header):
        found = row_values(cells, COLUMNS, header)
        if "date" not in found:
            account = _heading(cells, line.text) or account
            continue
        sides = {side: found[side] for side in _SIDES if side in found and Decimal(found[side].value)}
        own = found.get("account") or account
        if sides and own is not None:
            yield _Entry(own, {name: hit for name, hit in found.items() if name not in _SIDES or name in sides})


def _heading(cells: dict[int, Span], text: str) -> Found | None:
    """The account that a line without a day names; None where it is a sum or a balance."""
    first = next((one for _, one in sorted(cells.items()) if re.search(r"[A-Za-z]", one.text)), None)
    if first is None or is_total(text) or is_total(first.text) or _NO_ACCOUNT.match(first.text):
        return None
    span = trimmed(first.page, first.text, 0, len(first.text), first.start)
    value = name_text(span.text)
    return None if value is None else Found(value, span, 0.9)


def _kept(entries: list[_Entry]) -> list[_Entry]:
    """The largest of each account and month, in the order in which they stand."""
    ranked = sorted(range(len(entries)), key=lambda at: (-entries[at].size, at))
    seen: dict[tuple[str, str], int] = defaultdict(int)
    kept: list[int] = []
    for at in ranked:
        seen[entries[at].key] += 1
        most = OF_UNPLACED if _UNPLACED.search(entries[at].account.value) else OF_A_MONTH
        if seen[entries[at].key] <= most:
            kept.append(at)
    return [entries[at] for at in sorted(kept[:MOST])]
