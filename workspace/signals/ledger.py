"""A trial balance as read from a document, and the figures that covenants are made of.

A chart of accounts is numbered: 1 assets (1500 and up other than current), 2 liabilities (2500 and up long-term), 3 equity, 4 income,
5 and up costs. Accounts without a number belong nowhere, and then no figure is computed. Never judges a figure.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from store.errors import Invalid
from workspace.books.apart import apart
from workspace.deadlines import year_end_of
from workspace.evidence import Evidence
from workspace.signals.proof import difference, quotient, ratio, total
from workspace.snapshot.model import ZERO, Document, Fact, Snapshot

_NUMBER = re.compile(r"\W*(\d{4})\d{0,3}(?!\d)")
_SURE = 0.6  # below this, intake only guessed whether an amount is a debit or a credit


@dataclass(frozen=True)
class Account:
    """One line. `number` is the first four digits of its number, None without one. `net` is debit less credit, dollars."""

    name: str
    number: int | None
    debit: Decimal
    credit: Decimal
    debit_proof: Evidence
    credit_proof: Evidence
    sure: bool

    @property
    def net(self) -> Decimal:
        return self.debit - self.credit

    def proof(self, sign: int) -> Evidence:
        """What says the net amount times `sign`: the amount's words, or the difference where both columns are filled."""
        if self.debit and self.credit:
            a, b = (self.debit, self.debit_proof), (self.credit, self.credit_proof)
            (first, said), (second, also) = (a, b) if sign > 0 else (b, a)
            return difference(first, second, [said, also])
        return self.debit_proof if self.debit else self.credit_proof


@dataclass(frozen=True)
class Figure:
    """A computed amount with the lines it was added up from."""

    amount: Decimal
    proof: Evidence


@dataclass(frozen=True)
class TrialBalance:
    """The accounts of one document at one day."""

    document: Document
    as_of: date
    accounts: tuple[Account, ...]

    @cached_property
    def is_numbered(self) -> bool:
        """Every account with an amount has a number."""
        return bool(self.accounts) and all(a.number is not None for a in self.accounts if a.net)

    @property
    def is_sure(self) -> bool:
        """Intake saw which column each amount stands in."""
        return bool(self.accounts) and all(account.sure for account in self.accounts)

    def figure(self, belongs: Callable[[Account], bool], sign: int = 1) -> Figure:
        """The sum of the net amounts of the accounts that belong, times `sign` (-1 for credit balances)."""
        chosen = [account for account in self.accounts if account.net and belongs(account)]
        amounts = [sign * account.net for account in chosen]
        return Figure(sum(amounts, ZERO), total(amounts, [account.proof(sign) for account in chosen]))

    def between(self, first: int, last: int, sign: int = 1) -> Figure:
        """The sum of the accounts numbered `first` to `last`."""
        return self.figure(lambda a: a.number is not None and first <= a.number <= last, sign)

    def named(self, *words: str, sign: int = 1) -> Figure:
        """The sum of the accounts whose name holds one of the words."""
        return self.figure(lambda a: any(word in a.name.lower() for word in words), sign)

    def net_income(self) -> Figure:
        """Income less costs of the year to date: the accounts 4000 and up."""
        return self.between(4000, 9999, -1)


def trial_balances(snapshot: Snapshot) -> Iterator[TrialBalance]:
    """The client's trial balances that have a day, by day and path."""
    found = [(one.day("as_of"), one) for one in apart(snapshot, "trial-balance")]
    dated = [(as_of, one) for as_of, one in found if as_of is not None]
    for as_of, document in sorted(dated, key=lambda pair: (pair[0], pair[1].path)):
        yield TrialBalance(document, as_of, tuple(_accounts(document)))


def _accounts(document: Document) -> Iterator[Account]:
    for row in document.rows():
        name = row.get("account")
        if name is not None:
            sides = [row[side] for side in ("debit", "credit") if side in row]
            debit, credit = _amount(row.get("debit")), _amount(row.get("credit"))
            yield Account(
                name=name.value,
                number=account_number(name.value),
                debit=debit,
                credit=credit,
                debit_proof=row.get("debit", name).evidence,
                credit_proof=row.get("credit", name).evidence,
                sure=all(fact.confidence >= _SURE for fact in sides),
            )


def _amount(fact: Fact | None) -> Decimal:
    return (fact.number if fact is not None else None) or ZERO


def account_number(name: str) -> int | None:
    """The first four digits of the number an account's name begins with: "1010 · Checking" is 1010."""
    match = _NUMBER.match(name)
    return int(match[1]) if match else None


def year_end_before(fiscal_year_end: str, day: date) -> date | None:
    """The last fiscal year end before `day`; None for a fiscal year end that is no day."""
    return max((end for end in _year_ends(fiscal_year_end, day) if end < day), default=None)


def year_end_from(fiscal_year_end: str, day: date) -> date | None:
    """The first fiscal year end on or after `day`; None for a fiscal year end that is no day."""
    return min((end for end in _year_ends(fiscal_year_end, day) if end >= day), default=None)


def _year_ends(fiscal_year_end: str, day: date) -> list[date]:
    try:
        return [year_end_of(fiscal_year_end, year) for year in range(day.year - 3, day.year + 2)]
    except Invalid:
        return []


def is_year_end(fiscal_year_end: str, day: date) -> bool:
    """Whether a day is a fiscal year end of the client."""
    return year_end_from(fiscal_year_end, day) == day


def quarter_end(day: date, months: int = 3) -> date:
    """The last day of the calendar quarter (or of the month, or half-year: `months`) that `day` lies in."""
    month = (day.month + months - 1) // months * months
    following = date(day.year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


@dataclass(frozen=True)
class Ratio:
    """A covenant's ratio, to four places, with how it was computed."""

    value: Decimal
    proof: Evidence


def covenant_ratio(metric: str, books: TrialBalance, debt_service: Fact | None) -> Ratio | None:
    """The value of `current_ratio`, `leverage` or `dscr`; None where its denominator is missing or 0, or the metric is another."""
    parts = covenant_parts(metric, books, debt_service)
    return _ratio(*parts) if parts is not None else None


def covenant_parts(metric: str, books: TrialBalance, debt_service: Fact | None) -> tuple[Figure, Figure] | None:
    """What a covenant's ratio divides, and by what; None where the metric is another or the agreement's figure is missing.

    Current assets by current liabilities; all liabilities by equity with the year's net income; net income with interest and depreciation
    by the annual debt service that the agreement states.
    """
    if metric == "current_ratio":
        return books.between(1000, 1499), books.between(2000, 2499, -1)
    if metric == "leverage":
        return books.between(2000, 2999, -1), books.between(3000, 9999, -1)
    if metric == "dscr" and debt_service is not None and debt_service.number:
        # Net income with interest and depreciation added back is the result without them.
        cash = books.figure(lambda a: (a.number or 0) >= 4000 and not added_back(a), -1)
        return cash, Figure(debt_service.number, debt_service.evidence)
    return None


def added_back(account: Account) -> bool:
    """An expense that a debt service coverage adds back: interest, depreciation."""
    name = account.name.lower()
    return (account.number or 0) >= 5000 and ("interest" in name or "depreciation" in name)


def _ratio(above: Figure, below: Figure) -> Ratio | None:
    if below.amount == 0:
        return None
    return Ratio(quotient(above.amount, below.amount), ratio(above.amount, below.amount, [above.proof, below.proof]))
