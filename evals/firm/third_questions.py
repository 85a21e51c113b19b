"""Questions about single clients in a third author's words (third_wordings.py): the topics of questions.py, and further fields of the
records that staff ask for. Every answer is the generator's own truth, or a sum over its rows.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from evals.firm import days
from evals.firm.gold import Question
from evals.firm.questions import Asked, Money, elsewhere, records, unmistakable
from evals.firm.records import Invoice, Payment
from evals.firm.render.blocks import dollars
from evals.firm.sample import Sample
from evals.firm.staff_questions import is_plain, question, spoken
from evals.firm.third_wordings import ARITHMETIC, DOCUMENT, ELSEWHERE, PREMISES, RECORD, UNANSWERABLE

VOICES = ("third", "third, held out")


def ask(sample: Sample, invoices: list[Invoice], payments: list[Payment]) -> Iterator[Question]:
    """Some hundred and twenty in a firm of 75 clients: each wording once, of another client each."""
    fields = {**records(sample), **_fields(sample, invoices, payments)}
    sums = {**Money(sample, invoices, payments).asked(), **_sums(sample, invoices, payments)}
    for wordings, kind, topics in ((RECORD, "record", fields), (ARITHMETIC, "arithmetic", sums)):
        for topic, words in wordings.items():
            plain = [one for one in topics[topic] if is_plain(sample, one)]
            yield from _worded(sample, kind, topic, words, plain)
    for (kind, name), words in DOCUMENT.items():
        found = unmistakable(sample, kind, name, words)
        yield from _worded(sample, "document", f"{kind}:{name}", words, found)
    refs = list(sample.profiles)
    for kind, asked in (("unanswerable", UNANSWERABLE), ("trap", PREMISES)):
        draw = sample.rng("third", kind)
        for number, text in enumerate(asked):
            yield question(draw.choice(refs), text, "", kind, number, VOICES)
    for (kind, name), words in ELSEWHERE.items():
        pairs = elsewhere(sample, kind, name, sample.rng("third", "elsewhere", kind))
        for number, (ref, stated) in enumerate(pairs[: len(words)]):
            yield question(ref, words[number].format(**spoken(sample, stated)), "", "trap", number, VOICES)


def _worded(sample: Sample, kind: str, topic: str, words: tuple[str, ...], found: list[Asked]) -> Iterator[Question]:
    """Each wording once, of another client each."""
    sample.rng("third", topic).shuffle(found)
    for number, (text, (ref, filling, answer)) in enumerate(zip(words, found, strict=False)):
        asked = text.format(**spoken(sample, filling))
        # topics of one wording go to either side
        yield question(ref, asked, answer, kind, number + (len(topic) if len(words) == 1 else 0), VOICES)


def _fields(sample: Sample, invoices: list[Invoice], payments: list[Payment]) -> dict[str, list[Asked]]:
    works = [sample.engagements[ref] for ref in sample.returns.values()]
    profiles = list(sample.profiles.values())
    return {
        "filed": [(e.client_ref, {"title": e.title}, days.long_date(e.filed_on)) for e in works if e.filed_on],
        "budget": [(e.client_ref, {"title": e.title}, f"{e.budget_hours.normalize():f}") for e in works],
        "began": [(e.client_ref, {"title": e.title}, days.long_date(e.started_on)) for e in works if e.started_on],
        "sent": [
            (e.client_ref, {"title": e.title}, days.long_date(e.letter_sent_on)) for e in works if e.letter_sent_on
        ],
        "paid": _paid(sample, invoices, payments),
        "invoice": [(one.client_ref, {"number": one.number}, dollars(one.amount)) for one in invoices],
        "town": [(p.ref, {}, p.client.city) for p in profiles if p.client.city],
        "year-end": [(p.ref, {}, p.client.fiscal_year_end) for p in profiles],
    }


def _paid(sample: Sample, invoices: list[Invoice], payments: list[Payment]) -> list[Asked]:
    """The day of each client's last payment."""
    whose = {one.number: one.client_ref for one in invoices}
    last: dict[str, date] = {}
    for one in payments:
        if one.paid_on <= sample.as_of:
            ref = whose[one.invoice_number]
            last[ref] = max(last.get(ref, one.paid_on), one.paid_on)
    return [(ref, {}, days.long_date(on)) for ref, on in last.items()]


def _sums(sample: Sample, invoices: list[Invoice], payments: list[Payment]) -> dict[str, list[Asked]]:
    """What is past due, and how many bills are unpaid, of clients where that is something."""
    late: dict[str, Decimal] = {}
    bills: dict[str, int] = {}
    for one in invoices:
        paid = sum(
            (p.amount for p in payments if p.invoice_number == one.number and p.paid_on <= sample.as_of), Decimal(0)
        )
        if one.issued_on > sample.as_of or paid >= one.amount:
            continue
        bills[one.client_ref] = bills.get(one.client_ref, 0) + 1
        if one.due_on < sample.as_of:
            late[one.client_ref] = late.get(one.client_ref, Decimal(0)) + one.amount - paid
    return {
        "past-due": [(ref, {}, dollars(amount)) for ref, amount in late.items()],
        "bills": [(ref, {}, str(count)) for ref, count in bills.items()],
    }
