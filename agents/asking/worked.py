"""The arithmetic that answers from records say aloud, each with its proof in the formulas of `tie_out.derive`.

Where a sentence says how far off a day is, today stands among the operands: an answer is given once, on that day.
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from workspace.deliverables.sources import payment_evidence
from workspace.evidence import DerivedEvidence, Evidence, RecordEvidence
from workspace.signals.proof import difference, total
from workspace.snapshot import Invoice


def balance(bill: Invoice, today: date) -> Evidence:
    """What is unpaid on a bill: its amount, less what was paid on it through `today`."""
    paid = [one for one in bill.payments if one.paid_on <= today]
    if not paid:
        return bill.evidence("amount")
    amounts = [one.amount for one in paid]
    got = total(amounts, [payment_evidence(one, "amount") for one in paid])
    return difference(bill.amount, sum(amounts, Decimal(0)), [bill.evidence("amount"), got])


def distance(day: date, proof: Evidence, today: date) -> DerivedEvidence:
    """The calendar days between `today` and a day that `proof` says, whichever comes first."""
    now = RecordEvidence("calendar:today", "date", today.isoformat())
    (start, first), (end, second) = sorted([(today, now), (day, proof)], key=lambda pair: pair[0])
    return DerivedEvidence(f"days_between({start}, {end}) = {(end - start).days}", (first, second))


def share(part: Decimal, whole: Decimal, inputs: Sequence[Evidence]) -> DerivedEvidence:
    """`part` in whole percent of `whole`, which is not zero."""
    return DerivedEvidence(f"share({part}, {whole}) = {percent(part, whole)}", tuple(inputs))


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """`part` in percent of `whole`, half up to a whole number as `tie_out` rounds."""
    return (part * 100 / whole).quantize(Decimal(1), rounding=ROUND_HALF_UP)


def counted(rows: Sequence[Evidence]) -> DerivedEvidence:
    """How many rows there are, each by one field of its own."""
    once = tuple(dict.fromkeys(rows))
    return DerivedEvidence(f"count({len(once)} rows) = {len(once)}", once)
