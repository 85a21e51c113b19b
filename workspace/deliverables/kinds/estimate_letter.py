"""`estimate-letter`: the estimated tax a client pays next, how it was computed, and the dates that follow.

Inputs: the instalments of the estimate schedule, a corporation's profit and loss of the year so far. Sections: opening, this payment,
how it was computed, how to pay, the dates, closing. Figures: instalments with their dates, what was paid, the tax at this year's pace. To:
the client's main contact. A partner checks the assumptions. Drafted by the night when an instalment comes or was missed, or the schedule
no longer fits the year.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from store.errors import Invalid
from workspace.deliverables import sources, statements
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.occasions import about, for_estimate
from workspace.deliverables.support import Printed, Support
from workspace.evidence import RecordEvidence
from workspace.signals.estimates import Instalment, instalment_date, instalments, whole_months, year_to_date
from workspace.signals.thresholds import resolve
from workspace.snapshot import Document, Snapshot
from workspace.tie_out import Fact, derive, from_record, worded

CHECKS = (
    "Assumptions: what this year brings that the schedule does not know",
    "What was paid, and that this instalment really is open",
    "The safe harbor that the client relies on",
    "Right client, right year, right state vouchers",
)
_NAMES = {"1040": "Form 1040-ES", "1041": "Form 1041-ES", "1120": "corporate estimated tax"}
Row = dict[str, object]


@dataclass(frozen=True)
class _Pace:
    """The year so far taken to twelve months."""

    income: Fact
    through: tuple[date, Fact]
    rate: Fact
    tax: Fact
    planned: Fact
    off: Fact


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    """The next instalment that is open, else the last one that was missed."""
    every = instalments(snapshot)
    paid = {(one.form, one.year, one.due) for one in every if one.is_paid}
    unpaid = [one for one in every if (one.form, one.year, one.due) not in paid and one.amount.number]
    dated = [(instalment_date(snapshot, one)[0], one) for one in unpaid]
    ahead = [pair for pair in dated if pair[0] >= today]
    if not dated:
        raise Invalid(
            f"no estimate schedule of {snapshot.client.name} with an unpaid instalment is on file: "
            "put one into the client's file, with form, year, date and amount"
        )
    due, one = ahead[0] if ahead else dated[-1]
    return for_estimate(one.form or "estimate", str(one.year or due.year), due)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the instalment is paid, or its schedule is gone."""
    form, _, year = about(occasion).partition(" ")
    rows = [
        one
        for one in instalments(snapshot)
        if (one.form or "estimate") == form and str(one.year or instalment_date(snapshot, one)[0].year) == year
    ]
    due = date.fromisoformat(occasion.rpartition("@")[2])
    this = next((one for one in rows if instalment_date(snapshot, one)[0] == due and not one.is_paid), None)
    if this is None:
        raise Invalid(f"the instalment of {due.isoformat()} is noted as paid, or its schedule is gone")
    same = [one for one in rows if one.document.id == this.document.id]
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    pace = _pace(snapshot, today, this, same)
    variables = {
        **support.letter_to(contact),
        "form": support.words(_NAMES.get(form, "estimated tax"), this.facts[0].evidence),
        "corporate": form == "1120",
        "year": support.words(year, next((one for one in this.facts if one.name == "tax_year"), this.said).evidence),
        "amount": support.amount(_amount(this)),
        "due": _due(support, this, due),
        "late": due < today,
        "paid": [_row(support, one) for one in same if one.is_paid],
        "paid_total": support.amount(derive.total("paid", [_amount(one) for one in same if one.is_paid]))
        if sum(one.is_paid for one in same) > 1
        else None,
        "following": [_row(support, one) for one in same if not one.is_paid and one.due > this.due],
        **_worded(support, pace),
    }
    return Gathered(
        title=f"Estimated tax {year}: {snapshot.client.name}",
        cls="B",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=(*_doubts(snapshot, this), *CHECKS),
        unseen=(*support.unseen_of_contact(contact), *_unseen(pace)),
    )


def _amount(one: Instalment) -> Fact:
    return from_record("instalment", "money", one.amount.value, one.amount.evidence)


def _due(support: Support, one: Instalment, due: date) -> Printed | None:
    """The date that counts; where it was rolled, the schedule's own words stand behind it."""
    return support.day(due, one.said.evidence, "due")


def _row(support: Support, one: Instalment) -> Row:
    paid = one.paid_on
    return {
        "amount": support.amount(_amount(one)),
        "due": support.day(instalment_date(support.snapshot, one)[0], one.said.evidence),
        "paid_on": support.day(paid.day, paid.evidence) if paid is not None and paid.day else None,
    }


def _pace(snapshot: Snapshot, today: date, this: Instalment, same: list[Instalment]) -> _Pace | None:
    """A corporation's tax at this year's pace beside what is scheduled; None where no statement of the year is on file."""
    least = resolve(snapshot.settings).days("estimate-stale", "months")
    books = year_to_date(snapshot, this, today, least) if this.form == "1120" else None
    known = _read(books) if books is not None else None
    if known is None:
        return None
    income, start, end, said = known
    months = whole_months(start, end)
    covered = RecordEvidence("setting:estimate-letter", f"months through {end.isoformat()}", str(months))
    year = statements.number(
        "months of a year", 12, RecordEvidence("setting:estimate-letter", "months of a year", "12")
    )
    times = derive.ratio("times", year, statements.number("months", months, covered), places=6)
    rate, factor = statements.corporate_rate(snapshot)
    tax = derive.product("tax of the year", derive.product("tax so far", income, factor), times)
    planned = derive.total("scheduled", [_amount(one) for one in same])
    return _Pace(income, (end, said), rate, tax, planned, _gap(tax, planned))


def _gap(tax: Fact, planned: Fact) -> Fact:
    """The difference as a positive amount."""
    more = Decimal(tax.value) >= Decimal(planned.value)
    return derive.difference("gap", tax, planned) if more else derive.difference("gap", planned, tax)


def _read(books: Document) -> tuple[Fact, date, date, Fact] | None:
    net, first, last = books.fact("net_income"), books.fact("period_start"), books.fact("period_end")
    income = statements.read_amount("income", net)
    if income is None or first is None or last is None or first.day is None or last.day is None:
        return None
    if Decimal(income.value) <= 0:
        return None
    said = Fact("end", "date", last.value, worded("date", last.value), last.evidence)
    return income, first.day, last.day, said


def _stale(snapshot: Snapshot, pace: _Pace) -> bool:
    """Whether the schedule no longer fits, by the thresholds of estimate-stale."""
    settings = resolve(snapshot.settings)
    off, planned = Decimal(pace.off.value), Decimal(pace.planned.value)
    enough = planned == 0 or 100 * off > planned * settings.of("estimate-stale", "percent")
    return enough and off > settings.of("estimate-stale", "dollars")


def _worded(support: Support, pace: _Pace | None) -> Row:
    snapshot = support.snapshot
    if pace is None:
        return {"pace": None}
    return {
        "pace": {
            "income": support.amount(pace.income),
            "through": support.amount(pace.through[1]),
            "rate": support.amount(pace.rate),
            "tax": support.amount(pace.tax),
            "planned": support.amount(pace.planned),
            "off": support.amount(pace.off),
            "stale": _stale(snapshot, pace),
            "more": Decimal(pace.tax.value) > Decimal(pace.planned.value),
        }
    }


def _doubts(snapshot: Snapshot, one: Instalment) -> Iterator[str]:
    how = instalment_date(snapshot, one)[2]
    if "confirm" in how.lower():
        yield how


def _unseen(pace: _Pace | None) -> Iterator[str]:
    if pace is None:
        yield "This year's income so far: the amounts are those of the schedule, not computed again"
    else:
        yield "Differences between book and tax income, and what the rest of the year brings"
    yield "State estimates, and payments that no schedule notes"
