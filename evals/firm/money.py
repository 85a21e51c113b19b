"""Invoices and payments: what was billed for finished and monthly work, and how it was paid. Nothing is 60 days late here."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from evals.firm import days, hours
from evals.firm.records import Engagement, Invoice, Payment
from evals.firm.sample import Sample

_MONTHLY = ("monthly-close", "bookkeeping", "payroll", "sales-tax")
_TERMS = 30


def bill(sample: Sample) -> None:
    """Invoices of all engagements as a firm in good order would have issued them."""
    for engagement in sample.engagements.values():
        rng = sample.rng("money", engagement.ref)
        if engagement.template in _MONTHLY:
            _monthly(sample, engagement, rng)
        elif engagement.finished_on:
            issued = days.add_business(engagement.finished_on, rng.randint(0, 3))
            invoice(
                sample, engagement, min(issued, days.add_business(sample.as_of, -1)), _charge(sample, engagement), rng
            )


def _charge(sample: Sample, engagement: Engagement) -> Decimal:
    if engagement.fee_type == "fixed":
        return engagement.fee
    return hours.value_of([entry for entry in sample.time[engagement.ref] if entry.billable])


def _monthly(sample: Sample, engagement: Engagement, rng: Random) -> None:
    """A twelfth of the yearly fee at the end of each month that is over."""
    month = (engagement.fee / 12).quantize(Decimal("0.01"))
    for number in range(1, sample.as_of.month):
        invoice(sample, engagement, days.month_end(sample.as_of.year, number), month, rng)


def invoice(
    sample: Sample, engagement: Engagement, issued: date, amount: Decimal, rng: Random, *, paid: bool = True
) -> Invoice:
    """Issues an invoice; `paid` pays it after some weeks, if those have passed."""
    rows = sample.invoices.setdefault(engagement.ref, [])
    number = f"{engagement.ref}/{len(rows)}"
    row = Invoice(number, engagement.client_ref, engagement.ref, issued, issued + timedelta(days=_TERMS), amount)
    rows.append(row)
    paid_on = issued + timedelta(days=rng.randint(9, 38))
    if paid and paid_on < sample.as_of:
        sample.payments[number] = [Payment(number, paid_on, amount)]
    return row


def numbered(sample: Sample) -> tuple[list[Invoice], list[Payment]]:
    """All invoices and payments, numbered in the order of issue, as a billing system does."""
    issued = [row for rows in sample.invoices.values() for row in rows]
    ordered = sorted(issued, key=lambda row: (row.issued_on, row.client_ref, row.number))
    numbers = {row.number: str(20417 + index) for index, row in enumerate(ordered)}
    paid = [
        replace(row, invoice_number=numbers[row.invoice_number]) for rows in sample.payments.values() for row in rows
    ]
    return [replace(row, number=numbers[row.number]) for row in ordered], sorted(
        paid, key=lambda row: (row.paid_on, row.invoice_number, row.amount)
    )
