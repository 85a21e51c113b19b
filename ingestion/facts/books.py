"""A client's own books as their accounting program prints them: trial balance, profit and loss, balance sheet, receivables aging.

Each account, line or customer is a row of facts. Never adds anything up: footing is the practice's check, not the reader's.
"""

import re
from collections.abc import Sequence

from ingestion.elements import ReadFact
from ingestion.facts.amounts import Amounts, amount_lines, find_heads
from ingestion.facts.labels import labelled
from ingestion.facts.periods import find_period, period_in
from ingestion.facts.sides import assign_sides
from ingestion.facts.text import Found, Reading, fact, head, in_prose, label_pattern
from ingestion.facts.values import DATE, MONEY, NAME, name_text

# Headers of amount columns; "opening" is the balance before the period, "closing" the one after.
TRIAL_COLUMNS = {
    "debit": r"debits?(?: - year to date)?(?: balance)?|dr\.?",
    "credit": r"credits?(?: - year to date)?(?: balance)?|cr\.?",
    "opening": r"(?:opening|beginning|starting|prior(?: year| period)?)(?: balance)?",
    "closing": r"(?:closing|ending)(?: balance)?",
    "balance": r"balance|amount",
}
AGING_COLUMNS = {
    "current": r"current|not (?:yet )?due|0 ?[-–] ?30",
    "1-30": r"1 ?[-–] ?30(?: days)?(?: past due)?",
    "31-60": r"31 ?[-–] ?60(?: days)?(?: past due)?",
    "61-90": r"61 ?[-–] ?90(?: days)?(?: past due)?",
    "90+": r"91 (?:and|&) over|(?:>|over) ?90(?: days)?|90 ?\+|91 ?\+|(?:91|90) days? (?:and|&) over|91 or more|90 (?:and|&) over|older",
    "total": r"total(?: due| balance)?|balance",
}

_TOTAL_COLUMN = re.compile(r"total|ytd|year to date", re.IGNORECASE)

PROFIT_RESULTS: Sequence[tuple[str, str]] = (
    (
        "revenue",
        r"total (?:for )?(?:operating )?(?:income|revenues?|sales|trading "
        r"income)|(?:net )?(?:sales|revenues?)|total net (?:sales|revenues?)",
    ),
    (
        "cost_of_sales",
        r"total (?:for )?(?:cost of (?:goods sold|sales|revenues?|services)|"
        r"cogs|direct costs)|cost of (?:goods sold|sales|revenues?)|cogs",
    ),
    ("gross_profit", r"gross (?:profit|margin|income)(?: \(loss\))?"),
    (
        "net_income",
        r"net (?:income|profit|earnings|loss|surplus|\(loss\)|income \(loss\)|"
        r"income/\(?loss\)?|profit \(loss\)|\(loss\) income)(?: for the (?:year|period))?",
    ),
)
SHEET_RESULTS: Sequence[tuple[str, str]] = (
    ("total_assets", r"total (?:for )?assets"),
    ("total_liabilities", r"total (?:for )?liabilities"),
    (
        "total_equity",
        r"total (?:for )?(?:(?:stockholders|shareholders|owners?|members?|"
        r"partners)['’]?s?['’]? )?(?:equity|capital|net assets)(?: \(deficit\))?"
        r"|(?:stockholders|shareholders|owners?|members?|partners)['’]?s?['’]? equity|net assets",
    ),
)
# On a balance sheet the year's net income is a line of equity.
SUMS = re.compile(r"\W*(?:sub-?)?totals?\b", re.IGNORECASE)
DERIVED = re.compile(
    r"\W*(?:total\b|subtotal|gross (?:profit|margin)|net (?:(?:operating|ordinary|other) )?(?:income|profit|loss|earnings|revenue|sales)|"
    r"(?:income|profit|earnings) (?:from operations|before)|operating (?:income|profit)|ebitda)",
    re.IGNORECASE,
)


def _name_fact(name: str, row: Amounts, reading: Reading, number: int) -> ReadFact | None:
    value = name_text(row.label.text.replace("|", " "))
    return None if value is None else fact(name, NAME, Found(value, row.label, 0.95), reading, number)


def as_of(reading: Reading) -> list[ReadFact]:
    """The day of a trial balance or a balance sheet as a fact; [] where none is read."""
    top = head(reading, 15)
    found = labelled(top, (r"as (?:of|at)",), DATE) or in_prose(top, (r"as (?:of|at) <date>",), DATE)
    if found is None:
        period = find_period(top)
        found = (
            period[1] if period is not None else labelled(top, (r"date",), DATE) or in_prose(top, (r"<date>",), DATE)
        )
    return [] if found is None else [fact("as_of", DATE, found, reading)]


def read_trial_balance(reading: Reading) -> list[ReadFact]:
    """as_of, total_debit, total_credit, and a row an account: account, debit or credit, opening and closing where printed."""
    facts = as_of(reading)
    heads = find_heads(reading, TRIAL_COLUMNS, ("debit", "credit"), 2)
    if heads is None:
        return facts
    totals: dict[str, Found] = {}
    rows: list[tuple[Amounts, dict[str, Found]]] = []
    for row in amount_lines(reading.lines[heads.index + 1 :], heads):
        if row.is_total:
            totals = heads.of(row) or totals
        elif name_text(row.label.text) is not None:
            rows.append((row, heads.of(row)))
    facts += [fact(f"total_{side}", MONEY, totals[side], reading) for side in ("debit", "credit") if side in totals]
    for number, (row, named) in enumerate(assign_sides(rows, totals)):
        label = _name_fact("account", row, reading, number)
        facts += [] if label is None else [label, *(fact(n, MONEY, f, reading, number) for n, f in named.items())]
    return facts


def read_profit_and_loss(reading: Reading) -> list[ReadFact]:
    """period_start, period_end, the four results, and a row a line: line, amount."""
    top = head(reading, 12)
    period = find_period(top)
    facts = (
        []
        if period is None
        else [fact(n, DATE, f, reading) for n, f in zip(("period_start", "period_end"), period, strict=True)]
    )
    return [*facts, *_lines(reading, PROFIT_RESULTS, DERIVED)]


def read_balance_sheet(reading: Reading) -> list[ReadFact]:
    """as_of, the three totals, and a row a line: line, amount."""
    return [*as_of(reading), *_lines(reading, SHEET_RESULTS, SUMS)]


def _lines(reading: Reading, results: Sequence[tuple[str, str]], derived: re.Pattern[str]) -> list[ReadFact]:
    """The report's results (a total wins over a bare line of the name), and its other lines as rows."""
    chosen: dict[str, tuple[bool, Found]] = {}
    rows: list[ReadFact] = []
    number = 0
    place = total_place(reading)
    for row in amount_lines(reading.lines):
        amount = _amount_of(row, place)
        words = re.sub(r"^\W+", "", row.label.text).strip(" :.|")
        for name, pattern in results:
            if label_pattern(pattern).fullmatch(words) and (
                name not in chosen or (row.is_total and not chosen[name][0]) or name == "net_income"
            ):
                chosen[name] = (row.is_total, amount)
        if (
            derived.match(row.label.text)
            or period_in(row.label.text)
            or re.match(r"(?:as of|page|printed)\b", words, re.I)
        ):
            continue
        label = _name_fact("line", row, reading, number)
        if label is not None:
            rows += [label, fact("amount", MONEY, amount, reading, number)]
            number += 1
    return [*(fact(name, MONEY, found, reading) for name, (_, found) in chosen.items()), *rows]


def total_place(reading: Reading) -> int | None:
    """The index of a column headed "Total" in a ruled report of several periods."""
    for line in reading.lines[:12]:
        if line.columns == "index" and len(line.cells) > 2:
            hit = next((i for i, cell in enumerate(line.cells) if _TOTAL_COLUMN.fullmatch(cell.text)), None)
            if hit is not None:
                return hit
    return None


def _amount_of(row: Amounts, total_place: int | None) -> Found:
    """The amount of a line: that of the total column, else the first."""
    if total_place is not None and total_place in row.amounts:
        return row.amounts[total_place]
    return row.amounts[min(row.amounts)]


def read_aging(reading: Reading) -> list[ReadFact]:
    """as_of, the buckets of the report's total, and a row a customer: customer and its buckets."""
    facts = as_of(reading)
    heads = find_heads(reading, AGING_COLUMNS, ("31-60", "61-90"), 3)
    if heads is None:
        return facts
    number = 0
    for row in amount_lines(reading.lines[heads.index + 1 :], heads):
        named = heads.of(row)
        if row.is_total:
            if not re.match(r"\W*total for\b", row.label.text, re.IGNORECASE):
                facts += [fact(name, MONEY, found, reading) for name, found in named.items() if not _has(facts, name)]
            continue
        label = _name_fact("customer", row, reading, number)
        if label is None:
            continue
        facts += [label, *(fact(name, MONEY, found, reading, number) for name, found in named.items())]
        number += 1
    return facts


def _has(facts: Sequence[ReadFact], name: str) -> bool:
    return any(f.name == name and f.row is None for f in facts)
