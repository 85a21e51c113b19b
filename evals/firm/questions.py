"""Questions about single clients with their answers: from records, from papers, by arithmetic, and ones without an answer."""

from decimal import Decimal

from evals.firm import days
from evals.firm.gold import DocumentGold, Question
from evals.firm.records import Engagement, Invoice, Payment
from evals.firm.render.blocks import dollars
from evals.firm.sample import Sample


def ask(sample: Sample, invoices: list[Invoice], payments: list[Payment]) -> list[Question]:
    """About twenty questions over as many clients; fewer in a small firm."""
    return [
        *_records(sample)[:6],
        *_documents(sample)[:7],
        *_arithmetic(sample, invoices, payments)[:4],
        *_without(sample)[:4],
    ]


def _mains(sample: Sample) -> list[Engagement]:
    return [sample.engagements[ref] for ref in sample.returns.values()]


def _records(sample: Sample) -> list[Question]:
    """Due dates, fees, extensions and signatures, from three kinds of engagements."""
    out = []
    for engagement in _mains(sample)[::5]:
        if engagement.due:
            out.append(
                Question(
                    engagement.client_ref,
                    f"When is the {engagement.title} due?",
                    days.long_date(engagement.due),
                    "record",
                )
            )
    for engagement in [e for e in _mains(sample) if e.extended_to][:2]:
        assert engagement.extended_to is not None
        out.insert(
            0,
            Question(
                engagement.client_ref,
                f"Until when is the {engagement.title} extended?",
                days.long_date(engagement.extended_to),
                "record",
            ),
        )
    for fee in _mains(sample)[1:2]:
        out.insert(0, Question(fee.client_ref, f"What is our fee for the {fee.title}?", dollars(fee.fee), "record"))
    return out


def _documents(sample: Sample) -> list[Question]:
    """One question for each kind of paper that a text file of a client answers."""
    asked = {
        "lease": ("monthly_rent", "What monthly rent does the lease provide for?"),
        "loan-agreement": ("maturity", "When does the bank loan mature?"),
        "notice": ("amount_due", "What amount does the notice {notice_number} ask for?"),
        "certificate": ("number", "What is the number of the {what} certificate?"),
        "bank-statement": (
            "closing_balance",
            "What was the ending balance on the bank statement for the period ended {period_end}?",
        ),
        "minutes": ("date", "When was the annual meeting held?"),
        "k-1": ("ordinary_income", "What ordinary business income does the {tax_year} K-1 from {issuer} show?"),
    }
    out = []
    for kind, (name, words) in asked.items():
        found = next(
            (d for d in sample.documents if d.kind == kind and not d.scan and _single(sample, d) and _fact(d, name)),
            None,
        )
        if found:
            stated = {fact.name: fact.value for fact in found.facts if fact.row is None}
            out.append(Question(found.path.split("/")[1], words.format(**stated), stated[name], "document"))
    return out


def _single(sample: Sample, document: DocumentGold) -> bool:
    """Whether the client has only this one of its kind, so that the question has one answer."""
    ref = document.path.split("/")[1]
    return (
        document.kind in ("bank-statement", "k-1")
        or sum(d.kind == document.kind and d.path.split("/")[1] == ref for d in sample.documents) == 1
    )


def _fact(document: DocumentGold, name: str) -> bool:
    return any(fact.name == name and fact.row is None for fact in document.facts)


def _arithmetic(sample: Sample, invoices: list[Invoice], payments: list[Payment]) -> list[Question]:
    """Open balances and hours left: sums over a client's rows."""
    paid: dict[str, Decimal] = {}
    for payment in payments:
        paid[payment.invoice_number] = paid.get(payment.invoice_number, Decimal(0)) + payment.amount
    owed: dict[str, Decimal] = {}
    for invoice in invoices:
        owed[invoice.client_ref] = (
            owed.get(invoice.client_ref, Decimal(0)) + invoice.amount - paid.get(invoice.number, Decimal(0))
        )
    out = [
        Question(ref, "How much does this client owe us in total?", dollars(total), "arithmetic")
        for ref, total in owed.items()
        if total > 0
    ][:2]
    for engagement in [e for e in _mains(sample) if e.stage in ("in-progress", "in-review")][:2]:
        used = sum((entry.hours for entry in sample.time.get(engagement.ref, [])), Decimal(0))
        out.append(
            Question(
                engagement.client_ref,
                f"How many budget hours are left on the {engagement.title}?",
                str(engagement.budget_hours - used),
                "arithmetic",
            )
        )
    return out


def _without(sample: Sample) -> list[Question]:
    """Questions whose answer no file holds, and questions with a false premise."""
    profiles = list(sample.profiles.values())
    business = next(p for p in profiles if not p.is_household)
    household = next((p for p in profiles if p.is_household), business)
    return [
        Question(household.ref, "What did the client pay for the swimming pool?", "", "unanswerable"),
        Question(business.ref, "What is the name of the company's patent attorney?", "", "unanswerable"),
        Question(
            household.ref,
            "When did the client's Form 706 get filed?",
            "No Form 706 is in the file or among the engagements.",
            "trap",
        ),
        Question(
            business.ref,
            "Why was the Chapter 11 petition withdrawn?",
            "The file says nothing of a Chapter 11 petition.",
            "trap",
        ),
    ]
