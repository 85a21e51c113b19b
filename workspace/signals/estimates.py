"""Signals of estimated tax: an instalment that comes or was missed, a projection that the year has left behind. Never pays anything."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from store.errors import Invalid
from workspace.books.apart import results
from workspace.deadlines import Deadline, add_business_days, estimates, year_end_of
from workspace.evidence import Evidence
from workspace.signals import words
from workspace.signals.proof import difference, product, setting, total
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import ZERO, Document, Fact, Snapshot

Raised = Iterator[Signal | BlindSpot]
_FORMS = {"1040-ES": "1040", "1040": "1040", "1041-ES": "1041", "1041": "1041", "1120-W": "1120", "1120": "1120"}
_MONTHS = 12


@dataclass(frozen=True)
class Instalment:
    """One row of a schedule. `form` is the return's, None where the row's names none that pays estimates."""

    form: str | None
    year: int | None
    due: date
    amount: Fact
    paid_on: Fact | None
    said: Fact
    document: Document
    facts: tuple[Fact, ...]

    @property
    def is_paid(self) -> bool:
        return self.paid_on is not None


def instalments(snapshot: Snapshot) -> tuple[Instalment, ...]:
    """The instalments of every schedule on file that have a due date and an amount, by due date and path."""
    found = [row for one in snapshot.of_kind("estimate-schedule") for row in _rows(one)]
    return tuple(sorted(found, key=lambda one: (one.due, one.document.path)))


def _rows(document: Document) -> Iterator[Instalment]:
    for row in document.rows():
        due, amount, year = row.get("due"), row.get("amount"), row.get("tax_year")
        if due is None or due.day is None or amount is None or amount.number is None:
            continue
        form = row["form"].value.upper().removeprefix("FORM ") if "form" in row else ""
        yield Instalment(
            form=_FORMS.get(form),
            year=int(year.value) if year is not None and year.value.isdigit() else None,
            due=due.day,
            amount=amount,
            paid_on=row.get("paid_on"),
            said=due,
            document=document,
            facts=tuple(row[name] for name in ("form", "tax_year", "due", "amount", "paid_on") if name in row),
        )


def estimate_due(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """An instalment of estimated tax has no payment date on its schedule, from 10 business days before it is due (setting business_days)
    to 60 days after (setting days). One that is past counts as missed only where the schedule notes payments at all, or an earlier
    instalment of the same year is paid on another; otherwise it is a blind spot. Date: the table's instalment, 1040-ES and 1041 Apr 15,
    Jun 15, Sep 15, Jan 15, corporations the 15th of months 4, 6, 9, 12, rolled; the schedule's own date where it is none of these. Data:
    estimate schedules. IRC §6654(c), §6655(c)."""
    every = instalments(snapshot)
    noted = {one.document.id for one in every if one.is_paid}
    ahead, days = settings.days("estimate-due", "business_days"), settings.days("estimate-due", "days")
    unknown: list[Instalment] = []
    for one in every:
        due, nominal, how = instalment_date(snapshot, one)
        soon = add_business_days(due, -ahead) <= today
        if one.is_paid or not one.amount.number or not soon or due < today - timedelta(days=days):
            continue
        if any(_same(one, other) for other in every if other.is_paid):
            continue
        if due < today and one.document.id not in noted:
            unknown.append(one)
        else:
            yield _due(snapshot, today, one, due, nominal, how)
    if unknown:
        last = unknown[-1]
        yield BlindSpot(
            snapshot.client.ref,
            f"whether the estimated tax of {words.day(last.due)} was paid",
            f"the schedule {last.document.path} notes no payments: ask the client for the confirmation",
        )


def _same(one: Instalment, other: Instalment) -> bool:
    """Two schedules of one instalment: the same form, year and date."""
    return (one.form, one.year, one.due) == (other.form, other.year, other.due)


def instalment_date(snapshot: Snapshot, one: Instalment) -> tuple[date, date, str]:
    """The date that counts, the one before the roll, and how it came about."""
    for deadline in _table(snapshot, one):
        if one.due in (deadline.due, deadline.nominal):
            return deadline.due, deadline.nominal, " ".join(deadline.how)
    return (
        one.due,
        one.due,
        f"The schedule says {words.day(one.due)}; the table has no instalment on that day: confirm it.",
    )


def _table(snapshot: Snapshot, one: Instalment) -> Sequence[Deadline]:
    if one.form is None or one.year is None:
        return ()
    try:
        return estimates(one.form, year_end_of(snapshot.client.fiscal_year_end, one.year))
    except Invalid:
        return ()


def _due(snapshot: Snapshot, today: date, one: Instalment, due: date, nominal: date, how: str) -> Signal:
    amount = one.amount.number or ZERO
    past = due < today
    return Signal(
        slug="estimate-due",
        cls="B",
        client_ref=snapshot.client.ref,
        subject=f"{one.form or 'estimate'} {one.year or due.year} {nominal.isoformat()}",
        due=due,
        nominal_due=nominal,
        dollars=amount,
        headline=f"Estimated tax of {words.dollars(amount)} {'was' if past else 'is'} due on {words.day(due)}",
        rule=how,
        why_now=f"It {'was' if past else 'is'} due {words.away(due, today)}, and the schedule has no day of payment.",
        next_step="Ask the client whether it was paid, and note the day; if not, pay now to stop the addition to tax."
        if past
        else "Send the client the voucher or the way to pay, and ask for the confirmation.",
        minutes=5,
        evidence=tuple(fact.evidence for fact in one.facts),
        basis="fact",
        waits_on_client=True,
    )


def estimate_stale(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """The tax on this year's income so far, taken to twelve months, differs from the year's scheduled estimates by more than 25 % (setting
    percent) and more than $5,000 (setting dollars), while an instalment is still to come. Income: net income of the latest profit and
    loss of the tax year that covers at least two months (setting months). Rate: corporations 21 % (setting corporate_rate, IRC §11(b));
    for individuals, estates and trusts the setting individual_rate, which a client's own setting gives and without which they are not
    judged. A corporation whose year is two months old and whose file has no profit and loss of it is a blind spot. Date: the next
    instalment. Dollars: the difference of tax. IRC §6655(e), §6654(d)(2)."""
    coming = [one for one in instalments(snapshot) if not one.is_paid and one.due >= today and one.form and one.year]
    seen: set[tuple[str | None, int | None]] = set()
    for one in coming:
        if (one.form, one.year) in seen:
            continue
        seen.add((one.form, one.year))
        rate = settings.of("estimate-stale", "corporate_rate" if one.form == "1120" else "individual_rate")
        books = year_to_date(snapshot, one, today, settings.days("estimate-stale", "months"))
        if books is not None and rate:
            yield from _stale(snapshot, today, settings, one, books, rate)
        elif books is None and one.form == "1120" and _is_next(snapshot, today, settings, one):
            yield BlindSpot(
                snapshot.client.ref,
                f"whether the {one.year} estimates still fit the year",
                "no profit and loss of this tax year is on file: ask for one before the instalment",
            )


def _is_next(snapshot: Snapshot, today: date, settings: Thresholds, one: Instalment) -> bool:
    """Whether an instalment comes so soon that somebody would look at it now, and enough of its year is over to say something."""
    soon = add_business_days(one.due, -settings.days("estimate-due", "business_days")) <= today
    try:
        start = year_end_of(snapshot.client.fiscal_year_end, (one.year or today.year) - 1) + timedelta(days=1)
    except Invalid:
        return False
    return soon and whole_months(start, today) >= settings.days("estimate-stale", "months")


def year_to_date(snapshot: Snapshot, one: Instalment, today: date, least: int) -> Document | None:
    """The latest profit and loss of the instalment's tax year, begun with it and of whole months."""
    if one.year is None:
        return None
    try:
        start = year_end_of(snapshot.client.fiscal_year_end, one.year - 1) + timedelta(days=1)
    except Invalid:
        return None
    fit: list[tuple[date, Document]] = []
    for document in results(snapshot):
        end = document.day("period_end")
        known = document.day("period_start") == start and document.number("net_income") is not None
        if known and end is not None and end <= today and whole_months(start, end) >= least:
            fit.append((end, document))
    return max(fit, key=lambda pair: (pair[0], pair[1].path))[1] if fit else None


def whole_months(start: date, end: date) -> int:
    """Whole months from the first of one to the last of another."""
    following = end + timedelta(days=1)
    return (following.year - start.year) * 12 + following.month - start.month


def _stale(
    snapshot: Snapshot, today: date, settings: Thresholds, one: Instalment, books: Document, rate: Decimal
) -> Raised:
    name = "corporate_rate" if one.form == "1120" else "individual_rate"
    net, start, end = (books.fact(key) for key in ("net_income", "period_start", "period_end"))
    year = [other for other in instalments(snapshot) if (other.form, other.year) == (one.form, one.year)]
    year = [other for other in year if other.document.id == one.document.id]
    if net is None or net.number is None or start is None or end is None or start.day is None or end.day is None:
        return
    months = whole_months(start.day, end.day)
    so_far, said = product(net.number, rate, [net.evidence, setting("estimate-stale", name, rate)])
    tax = max((so_far * _MONTHS / months).quantize(Decimal("0.01")), ZERO)
    planned = sum((other.amount.number or ZERO for other in year), ZERO)
    plan = total([other.amount.number or ZERO for other in year], [other.amount.evidence for other in year])
    off = abs(tax - planned)
    enough = planned == 0 or off * 100 > planned * settings.of("estimate-stale", "percent")
    if not enough or off <= settings.of("estimate-stale", "dollars"):
        return
    due, nominal, how = instalment_date(snapshot, one)
    evidence: list[Evidence] = [end.evidence, said, plan]
    if months == _MONTHS:
        evidence.append(difference(tax, planned, [said, plan]))
    yield Signal(
        slug="estimate-stale",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=f"{one.form} {one.year}",
        due=due,
        nominal_due=nominal,
        dollars=off,
        headline=f"The {one.year} estimates are {words.dollars(off)} {'short' if tax > planned else 'too high'} at this year's pace",
        rule=f"Net income through {words.day(end.day)} × {rate} × 12 ÷ {months} = {words.dollars(tax)} of tax against "
        f"{words.dollars(planned)} scheduled. {how}",
        why_now=f"The next instalment is due {words.away(due, today)}.",
        next_step="Project the year again and change the instalments that are left.",
        minutes=30,
        evidence=tuple(evidence),
        basis="fact",
    )
