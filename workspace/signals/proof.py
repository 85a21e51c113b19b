"""Derived evidence of the detectors: arithmetic written as it was computed, over the evidence of its operands.

A formula never holds today's date: evidence changes only when the data do. Computes nothing that it does not write down.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from workspace.evidence import DerivedEvidence, Evidence, RecordEvidence
from workspace.snapshot.model import ZERO, TimeEntry


def total(amounts: Sequence[Decimal], inputs: Sequence[Evidence]) -> DerivedEvidence:
    """sum(a, b) = c."""
    shown = ", ".join(str(amount) for amount in amounts)
    return DerivedEvidence(f"sum({shown}) = {sum(amounts, ZERO)}", tuple(inputs))


def difference(a: Decimal, b: Decimal, inputs: Sequence[Evidence]) -> DerivedEvidence:
    """a - b = c."""
    return DerivedEvidence(f"{a} - {b} = {a - b}", tuple(inputs))


def ratio(a: Decimal, b: Decimal, inputs: Sequence[Evidence]) -> DerivedEvidence:
    """a / b = c, to four places."""
    return DerivedEvidence(f"{a} / {b} = {(a / b).quantize(Decimal('0.0001'))}", tuple(inputs))


def days_after(start: date, days: int, reached: date, inputs: Sequence[Evidence]) -> DerivedEvidence:
    """start + n days = reached."""
    return DerivedEvidence(f"{start} + {days} days = {reached}", tuple(inputs))


def time_value(entries: Sequence[TimeEntry]) -> tuple[Decimal, DerivedEvidence]:
    """The dollars of time entries, hours by rate, and their sum as evidence."""
    inputs = [RecordEvidence(f"time:{entry.id}", "value", str(entry.value)) for entry in entries]
    amounts = [entry.value for entry in entries]
    return sum(amounts, ZERO), total(amounts, inputs)


def hours(entries: Sequence[TimeEntry]) -> tuple[Decimal, DerivedEvidence]:
    """The hours of time entries, and their sum as evidence."""
    inputs = [RecordEvidence(f"time:{entry.id}", "hours", str(entry.hours)) for entry in entries]
    amounts = [entry.hours for entry in entries]
    return sum(amounts, ZERO), total(amounts, inputs)
