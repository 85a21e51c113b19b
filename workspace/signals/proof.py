"""Derived evidence of the detectors: arithmetic in the formulas of `tie_out.derive`, over the evidence of its operands.

A formula never holds today's date: evidence changes only when the data do. `tie_out.derive.check` computes each again.
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from workspace.deadlines import Deadline
from workspace.evidence import DerivedEvidence, Evidence, RecordEvidence
from workspace.snapshot.model import ZERO, TimeEntry

CENT = Decimal("0.01")


def total(amounts: Sequence[Decimal], inputs: Sequence[Evidence]) -> DerivedEvidence:
    """sum(a, b) = c."""
    shown = ", ".join(str(amount) for amount in amounts)
    return DerivedEvidence(f"sum({shown}) = {sum(amounts, ZERO)}", tuple(inputs))


def difference(a: Decimal, b: Decimal, inputs: Sequence[Evidence]) -> DerivedEvidence:
    """difference(a, b) = a - b."""
    return DerivedEvidence(f"difference({a}, {b}) = {a - b}", tuple(inputs))


def quotient(a: Decimal, b: Decimal) -> Decimal:
    """a by b, to four places, half up as `tie_out` rounds."""
    return (a / b).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


def ratio(a: Decimal, b: Decimal, inputs: Sequence[Evidence]) -> DerivedEvidence:
    """ratio(a, b) = a / b, to four places."""
    return DerivedEvidence(f"ratio({a}, {b}) = {quotient(a, b)}", tuple(inputs))


def share(part: Decimal, whole: Decimal, inputs: Sequence[Evidence]) -> tuple[Decimal, DerivedEvidence]:
    """share(part, whole) = percent, to one place, half up as `tie_out` rounds."""
    percent = (100 * part / whole).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return percent, DerivedEvidence(f"share({part}, {whole}) = {percent}", tuple(inputs))


def due(deadline: Deadline, starts: Sequence[Evidence]) -> DerivedEvidence:
    """due(rule, form; inputs) = day. `starts` say the dates that the deadline was counted from."""
    inputs = "; ".join(f"{key}={value}" for key, value in deadline.inputs.items())
    return DerivedEvidence(f"due({deadline.rule_id}, {deadline.form}; {inputs}) = {deadline.due}", tuple(starts))


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


def product(a: Decimal, b: Decimal, inputs: Sequence[Evidence]) -> tuple[Decimal, DerivedEvidence]:
    """product(a, b) = a * b, to the cent, half up as `tie_out` rounds."""
    result = (a * b).quantize(CENT, rounding=ROUND_HALF_UP)
    return result, DerivedEvidence(f"product({a}, {b}) = {result}", tuple(inputs))


def days_between(start: date, end: date, inputs: Sequence[Evidence]) -> DerivedEvidence:
    """days_between(start, end) = calendar days from the one day to the other."""
    return DerivedEvidence(f"days_between({start}, {end}) = {(end - start).days}", tuple(inputs))


def median(values: Sequence[int], inputs: Sequence[Evidence]) -> tuple[int, DerivedEvidence]:
    """median(a, b, c) = the middle one in order of size, of an even number the larger of the two."""
    middle = sorted(values)[len(values) // 2]
    return middle, DerivedEvidence(f"median({', '.join(map(str, values))}) = {middle}", tuple(inputs))


def setting(slug: str, name: str, value: Decimal) -> RecordEvidence:
    """A threshold in force, as evidence for arithmetic that uses it."""
    return RecordEvidence(f"setting:{slug}", name, str(value))
