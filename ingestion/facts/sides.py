"""Debit or credit, where a trial balance on paper leaves the empty column out: the account's usual side, held against the printed totals.

Never changes an amount, and says how sure it is.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from ingestion.facts.amounts import Amounts
from ingestion.facts.text import Found

Row = tuple[Amounts, Mapping[str, Found]]

_DEBIT = re.compile(
    r"receivable|prepaid|expense|cost of|draws?\b|distributions?|dividends? "
    r"(?:paid|declared)|returns|discounts? (?:given|allowed)|due from|"
    r"treasury stock|depreciation expense|tax expense|loss\b",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"payable|\bloan|mortgage|line of credit|credit card|accrued|unearned|deferred (?:revenue|income|rent)|accumulated|allowance for|"
    r"withh(?:eld|olding)|liabilit|due to|equity|capital|\bstock\b|retained|paid-in|contributions?|\bsales\b|revenues?|"
    r"income\b|fees earned|gain\b|net assets|customer deposits",
    re.IGNORECASE,
)
# Charts of accounts begin with 1 for assets, 2 liabilities, 3 equity, 4 income, 5 and up for costs.
_CREDIT_NUMBER = re.compile(r"\W*[234]\d{2,5}\b")


def assign_sides(rows: Sequence[Row], totals: Mapping[str, Found]) -> list[Row]:
    """The rows with each lone amount given its side. Sure where the sides foot to the printed totals, else only a guess."""
    lone = [i for i, (row, named) in enumerate(rows) if not named and len(row.amounts) == 1]
    if not lone:
        return list(rows)
    sides = {i: usual_side(rows[i][0].label.text) for i in lone}
    foots = _foots(rows, sides, totals)
    if not foots:
        repaired = next((one for i in lone if _foots(rows, one := {**sides, i: _other(sides[i])}, totals)), None)
        sides, foots = (repaired, True) if repaired is not None else (sides, False)
    confidence = 0.85 if foots else 0.5
    return [(row, _named(row, sides[i], confidence) if i in sides else named) for i, (row, named) in enumerate(rows)]


def usual_side(account: str) -> str:
    """The side on which an account of this name or number usually stands."""
    if re.search(r"accumulated", account, re.IGNORECASE):
        return "credit"
    if _DEBIT.search(account):
        return "debit"
    return "credit" if _CREDIT_NUMBER.match(account) or _CREDIT.search(account) else "debit"


def _other(side: str) -> str:
    return "debit" if side == "credit" else "credit"


def _named(row: Amounts, side: str, confidence: float) -> Mapping[str, Found]:
    found = next(iter(row.amounts.values()))
    return {side: Found(found.value, found.span, confidence)}


def _foots(rows: Sequence[Row], sides: Mapping[int, str], totals: Mapping[str, Found]) -> bool:
    if not totals:
        return False
    for side, total in totals.items():
        known = [named[side].value for _, named in rows if side in named]
        guessed = [next(iter(rows[i][0].amounts.values())).value for i, chosen in sides.items() if chosen == side]
        if sum(map(Decimal, [*known, *guessed]), Decimal(0)) != Decimal(total.value):
            return False
    return True
