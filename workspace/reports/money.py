"""Reports over money: receivables by age, work in progress by age, realization by month, who the revenue comes from, utilization."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select

from store.errors import Invalid
from store.tables import Firm, Invoice, Person, TimeEntry
from workspace.billing.invoices import invoices_of, unpaid
from workspace.billing.reports import billed_rows, bucket_of, utilization_of, year_back
from workspace.billing.rows import Where, invoice_rows, time_rows
from workspace.billing.wip import open_by_day, open_costs, open_work
from workspace.billing.work import cents_of
from workspace.deadlines import add_months
from workspace.pages.money import BUCKETS
from workspace.portfolio.concentration import concentration_of, twelve_months
from workspace.portfolio.page import limit_in
from workspace.reports.model import ZERO, Figure, Report, Row, Span, figures_from
from workspace.scope import Right, Scope

TOP = 12
OTHERS, UNSEEN = "others", "unseen"
AGES = (("0-30", "0–30 days", 30), ("31-60", "31–60", 60), ("61-90", "61–90", 90), ("91-180", "91–180", 180))
_AGE_PARTS = (*((key, label) for key, label, _ in AGES), ("over-180", "Over 180"))
_MOST_MONTHS = 36


def aging(scope: Scope, span: Span, rows: list[Row]) -> Report:
    """What is unpaid, by days past due, as of today, from its rows."""
    found = figures_from(rows, _bucket_parts(), ("unpaid",))
    figures = tuple(replace(one, marked=n == len(found) - 1 and one.values[0] > 0) for n, one in enumerate(found))
    today = scope.today
    return Report(
        "aging",
        "Receivables by age",
        "unpaid invoices by days past due, credits taken off",
        "dollars",
        ("unpaid",),
        figures,
        today,
        today,
    )


def _bucket_parts() -> tuple[tuple[str, str], ...]:
    return tuple((str(n), label) for n, (label, _) in enumerate(BUCKETS))


def aging_rows(scope: Scope, span: Span, part: str | None) -> list[Row]:
    """The invoices with a balance; two queries."""
    rows = [
        Row(
            str(bucket_of(one)),
            "unpaid",
            one.due_on,
            one.client_ref,
            one.client,
            one.number or "",
            "",
            one.balance,
            f"invoice:{one.number}",
        )
        for one in invoices_of(scope, None, unpaid(scope))
        if one.balance
    ]
    return _of_part(rows, part)


def wip(scope: Scope, span: Span) -> Report:
    """Open time and expenses by days since they were worked or spent, as of today; four queries. Raises Forbidden without rates:see."""
    series, today = ("time", "expenses"), scope.today
    sums = {key: [ZERO, ZERO] for key, _ in _AGE_PARTS}
    for place, found in enumerate(open_by_day(scope)):
        for day, worth in found.items():
            sums[_age(today, day)][place] += worth
    figures = tuple(Figure(key, label, tuple(sums[key])) for key, label in _AGE_PARTS)
    return Report(
        "wip",
        "Work in progress by age",
        "open time less write-downs and open expenses, by days since the work",
        "dollars",
        series,
        figures,
        today,
        today,
    )


def wip_rows(scope: Scope, span: Span, part: str | None) -> list[Row]:
    """Open entries of time and open expenses; four queries."""
    rows = [
        Row(
            _age(scope.today, one.date),
            "time",
            one.date,
            one.client_ref,
            one.client,
            one.engagement or one.service or "",
            one.person,
            one.value,
            f"time:{one.client_ref}",
        )
        for one in open_work(scope)
    ]
    rows += [
        Row(
            _age(scope.today, one.on),
            "expenses",
            one.on,
            one.client_ref,
            one.client,
            one.memo,
            "",
            one.value,
            f"time:{one.client_ref}",
        )
        for one in open_costs(scope)
    ]
    return _of_part(rows, part)


def _age(today: date, day: date) -> str:
    days = (today - day).days
    return next((key for key, _, last in AGES if days <= last), "over-180")


def realization(scope: Scope, span: Span) -> Report:
    """Standard value of billable time worked and fees billed, by month; two queries. Raises Forbidden without rates:see, Invalid."""
    scope.require(Right.RATES_SEE)
    first, last = _months_span(scope, span)
    worth = func.sum(cents_of(TimeEntry.hours, func.coalesce(TimeEntry.rate, Person.standard_rate)))
    worked = scope.session.execute(
        select(TimeEntry.date, worth)
        .join(Person, Person.id == TimeEntry.person_id)
        .where(TimeEntry.client_id.in_(scope.clients()), TimeEntry.billable, TimeEntry.date.between(first, last))
        .group_by(TimeEntry.date)
    ).tuples()
    standard, billed = defaultdict[str, Decimal](lambda: ZERO), defaultdict[str, Decimal](lambda: ZERO)
    for on, cents in worked:
        standard[_month(on)] += Decimal(int(cents)).scaleb(-2)
    for on, _, _, fee in billed_rows(scope, first, last):
        billed[_month(on)] += fee
    figures = []
    for key, label in _months(first, last):
        share = billed[key] / standard[key] * 100 if standard[key] > 0 else None
        figures.append(Figure(key, label, (standard[key], billed[key]), share))
    return Report(
        "realization",
        "Realization by month",
        "fees billed against the standard value of billable time worked",
        "dollars",
        ("standard", "billed"),
        tuple(figures),
        first,
        last,
        "realization",
        stacked=False,
    )


def realization_rows(scope: Scope, span: Span, part: str | None) -> list[Row]:
    """Billable entries and invoices of the months."""
    first, last = _months_span(scope, span)
    if part is not None:
        first, last = _clipped(part, first, last)
    where = Where(first, last)
    rows = [
        Row(
            _month(one.date),
            "standard",
            one.date,
            one.client_ref,
            one.client,
            one.engagement or one.service or "",
            one.person,
            one.standard,
            f"time:{one.client_ref}",
        )
        for one in time_rows(scope, replace(where, state="billable"))
    ]
    for bill in invoice_rows(scope, where):
        one = bill.listed
        if one.issued_on is not None:
            rows.append(
                Row(
                    _month(one.issued_on),
                    "billed",
                    one.issued_on,
                    one.client_ref,
                    one.client,
                    one.number or "",
                    "",
                    bill.fee,
                    f"invoice:{one.number}",
                )
            )
    return rows


def _month(day: date) -> str:
    return day.strftime("%Y-%m")


def _months(first: date, last: date) -> tuple[tuple[str, str], ...]:
    found, month = [], first.replace(day=1)
    while month <= last:
        found.append((_month(month), f"{month:%b %Y}"))
        month = add_months(month, 1)
    return tuple(found)


def _months_span(scope: Scope, span: Span) -> tuple[date, date]:
    """The days asked for, else the twelve months with this one. Raises Invalid."""
    first, last = _between(span, (add_months(scope.today.replace(day=1), -11), scope.today))
    if (last.year - first.year) * 12 + last.month - first.month >= _MOST_MONTHS:
        raise Invalid(f"a report by month has at most {_MOST_MONTHS} months")
    return first, last


def _clipped(part: str, first: date, last: date) -> tuple[date, date]:
    """The days of a month within a span. Raises Invalid for what is no month of it."""
    if part not in dict(_months(first, last)):
        raise Invalid(f"the report has no month {part}")
    start = date.fromisoformat(f"{part}-01")
    return max(start, first), min(add_months(start, 1) - timedelta(days=1), last)


def _between(span: Span, own: tuple[date, date]) -> tuple[date, date]:
    """The days asked for, else the report's own. Raises Invalid in the wrong order."""
    first, last = span.first or own[0], span.last or own[1]
    if first > last:
        raise Invalid("a report goes from a day through a later one")
    return first, last


def utilization(scope: Scope, span: Span) -> Report:
    """Hours by person, billable and other, with billable against weekly hours; two queries."""
    first, last = _between(span, year_back(scope.today))
    figures = tuple(
        Figure(one.email, one.name, (one.billable, one.hours - one.billable), one.utilization)
        for one in utilization_of(scope, first, last)
    )
    return Report(
        "utilization",
        "Utilization by person",
        "hours worked at your clients; percent is billable against weekly hours",
        "hours",
        ("billable", "not billable"),
        figures,
        first,
        last,
        "utilization",
        upright=False,
    )


def utilization_rows(scope: Scope, span: Span, part: str | None) -> list[Row]:
    """Entries of time of who works here, of one person by her address."""
    first, last = _between(span, year_back(scope.today))
    here = select(Person.id, Person.email).where(Person.active, Person.role != "admin")
    people = dict(scope.session.execute(here).tuples().all())
    found = time_rows(scope, Where(first, last, person=part))
    return [
        Row(
            people[one.person_id],
            "not billable" if one.state == "not-billable" else "billable",
            one.date,
            one.client_ref,
            one.client,
            one.engagement or one.service or "",
            one.person,
            one.hours,
            f"time:{one.client_ref}",
        )
        for one in found
        if one.person_id in people
    ]


def concentration(scope: Scope, span: Span) -> Report:
    """What the asker's clients were billed and their share of the firm's billing; dollars with revenue:read, else percent; two queries."""
    shown = scope.has(Right.REVENUE_READ)
    settings = scope.session.scalars(select(Firm.settings).order_by(Firm.id).limit(1)).one_or_none()
    found = concentration_of(scope, limit_in(settings), _between(span, twelve_months(scope.today)))
    mine = found.clients
    figures = [
        Figure(
            one.ref or "",
            one.name,
            (_worth(one.billed, one.percent, shown),),
            one.percent if shown else None,
            one.marked,
        )
        for one in mine[:TOP]
    ]
    rest = mine[TOP:]
    if rest:
        amount = sum((_worth(one.billed, one.percent, shown) for one in rest), ZERO)
        share = sum((one.percent for one in rest), ZERO) if shown else None
        figures.append(Figure(OTHERS, f"{len(rest)} more of yours", (amount,), share))
    if found.unseen:
        seen = sum((one.billed or ZERO for one in mine), ZERO)
        amount = (found.total or ZERO) - seen if shown else found.unseen_percent
        share = found.unseen_percent if shown else None
        figures.append(Figure(UNSEEN, f"{found.unseen} of the firm that are not yours", (amount,), share, rest=True))
    says = f"share of what the firm billed; who is above {float(found.limit):g} percent is marked"
    return Report(
        "concentration",
        "Concentration of revenue",
        says,
        "dollars" if shown else "percent",
        ("billed",),
        tuple(figures),
        found.first,
        found.last,
        "share" if shown else "",
        upright=False,
    )


def _worth(billed: Decimal | None, percent: Decimal, shown: bool) -> Decimal:
    return (billed or ZERO) if shown else percent


def concentration_rows(scope: Scope, span: Span, part: str | None) -> list[Row]:
    """The invoices of the clients with their amounts; without revenue:read the clients with their percent."""
    report = concentration(scope, span)
    named = {one.key for one in report.figures if one.key not in (OTHERS, UNSEEN)}
    if not scope.has(Right.REVENUE_READ):
        found = concentration_of(scope, ZERO, (report.first, report.last))
        rows = [
            Row(
                one.ref if one.ref in named else OTHERS,
                "billed",
                None,
                one.ref or "",
                one.name,
                "share of the firm",
                "",
                one.percent,
                f"client:{one.ref}",
            )
            for one in found.clients
        ]
        return _of_part(rows, part)
    bills = invoices_of(scope, None, Invoice.issued_on.between(report.first, report.last))
    sums = defaultdict[str, Decimal](lambda: ZERO)
    for bill in bills:
        sums[bill.client_ref] += bill.amount
    rows = [
        Row(
            one.client_ref if one.client_ref in named else OTHERS,
            "billed",
            one.issued_on,
            one.client_ref,
            one.client,
            one.number or "",
            "",
            one.amount,
            f"invoice:{one.number}",
        )
        for one in bills
        if sums[one.client_ref] > 0  # as the shares are counted
    ]
    return _of_part(rows, part)


def _of_part(rows: Sequence[Row], part: str | None) -> list[Row]:
    return [one for one in rows if part in (None, one.part)]
