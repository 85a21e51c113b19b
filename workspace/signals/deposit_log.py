"""What payroll registers and lists of deposits say: wages paid, tax and deferrals deposited. Never decides what is late.

A list is a document of the kind `deposits`, one row a deposit; several lists of a client are one log. Its rows are federal employment
tax, employees' deferrals to a retirement plan, or another agency's, which nobody here looks at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from workspace.deadlines import month_end
from workspace.evidence import Evidence
from workspace.signals.proof import product, setting, total
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import ZERO, Document, Fact, Snapshot

Kind = Literal["tax", "deferral", "other"]
_DEFERRAL = re.compile(r"401|403|457|deferral|retirement|simple|sep\b|pension|elective", re.IGNORECASE)
_TAX = re.compile(r"\b94[1345]\b|federal|fed\b|eftps|fica|payroll tax|withholding|irs", re.IGNORECASE)
_OTHER = re.compile(r"\b940\b|futa|state|local|sui\b|suta|unemployment|\bst\b|city|county|child support", re.IGNORECASE)


@dataclass(frozen=True)
class Deposit:
    """One row. `paid_on` is its pay date; `month` the first day of the month and `quarter` that of the quarter it is for, where the list
    says a period instead. Dollars and days are None where the row has none."""

    kind: Kind
    paid_on: date | None
    month: date | None
    quarter: date | None
    amount: Decimal | None
    deposited_on: date | None
    document: Document
    facts: tuple[Fact, ...]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return tuple(fact.evidence for fact in self.facts)

    @property
    def until(self) -> date | None:
        """The last day of what the row is for."""
        if self.paid_on is not None:
            return self.paid_on
        if self.month is not None:
            return month_end(self.month.year, self.month.month)
        return None if self.quarter is None else month_end(self.quarter.year, self.quarter.month + 2)

    def is_for(self, day: date) -> bool:
        """Whether the row's pay date, month or quarter is that of wages paid on a day."""
        if self.paid_on is not None:
            return self.paid_on == day
        if self.month is not None:
            return self.month == day.replace(day=1)
        return self.quarter is not None and self.quarter == quarter_of(day)


@dataclass(frozen=True)
class PayRun:
    """Wages paid on a day, as a register has it. `tax` is the employment tax on them, an estimate; None where an amount was not read."""

    paid_on: date
    tax: Decimal | None
    proof: Evidence | None
    said: Evidence
    document: Document


def deposits(snapshot: Snapshot, kind: Kind) -> tuple[Deposit, ...]:
    """The rows of that kind of every list, in the order of the lists' paths and lines."""
    found = (row for one in snapshot.of_kind("deposits") for row in _rows(one))
    return tuple(row for row in found if row.kind == kind)


def _rows(document: Document) -> Iterator[Deposit]:
    for row in document.rows():
        month, quarter = _period(row["period"].value) if "period" in row else (None, None)
        yield Deposit(
            kind=_kind(row["kind"].value if "kind" in row else document.name),
            paid_on=row["pay_date"].day if "pay_date" in row else None,
            month=month,
            quarter=quarter,
            amount=row["amount"].number if "amount" in row else None,
            deposited_on=row["deposited_on"].day if "deposited_on" in row else None,
            document=document,
            facts=tuple(row[n] for n in ("kind", "pay_date", "period", "amount", "deposited_on") if n in row),
        )


def _kind(text: str) -> Kind:
    if _DEFERRAL.search(text):
        return "deferral"
    return "tax" if _TAX.search(text) or not _OTHER.search(text) else "other"


def _period(text: str) -> tuple[date | None, date | None]:
    """2026-01 is a month, 2025-Q4 a quarter."""
    month, quarter = re.fullmatch(r"(\d{4})-(\d\d)", text), re.fullmatch(r"(\d{4})-Q([1-4])", text)
    if month is not None and 1 <= int(month[2]) <= 12:
        return date(int(month[1]), int(month[2]), 1), None
    return None, date(int(quarter[1]), int(quarter[2]) * 3 - 2, 1) if quarter is not None else None


def quarter_of(day: date) -> date:
    """The first day of the calendar quarter of a day."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def pay_runs(snapshot: Snapshot, settings: Thresholds) -> tuple[PayRun, ...]:
    """The client's pay runs, by pay date. Tax: income tax withheld and the setting fica_share of gross wages, both halves."""
    found: list[PayRun] = []
    share = settings.of("payroll-deposit", "fica_share")
    for register in snapshot.of_kind("payroll-register"):
        paid_on, gross, withheld = (register.fact(name) for name in ("pay_date", "gross", "federal_withheld"))
        if paid_on is None or paid_on.day is None:
            continue
        tax, proof = None, None
        if gross is not None and withheld is not None and gross.number is not None and withheld.number is not None:
            fica, said = product(gross.number, share, [gross.evidence, setting("payroll-deposit", "fica_share", share)])
            tax, proof = withheld.number + fica, total([withheld.number, fica], [withheld.evidence, said])
        found.append(PayRun(paid_on.day, tax, proof, paid_on.evidence, register))
    return tuple(sorted(found, key=lambda one: (one.paid_on, one.document.path)))


def tax_of(runs: list[PayRun]) -> tuple[Decimal | None, Evidence | None]:
    """The tax on several runs and how it was added up; None where an amount of one of them was not read."""
    known = [(run.tax, run.proof) for run in runs if run.tax is not None and run.proof is not None]
    if not runs or len(known) < len(runs):
        return None, None
    amounts, proofs = [amount for amount, _ in known], [proof for _, proof in known]
    return sum(amounts, ZERO), total(amounts, proofs)
