"""The signal of employment tax returns, 941 and its kin, that are due or missing. Never files one."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from store.errors import Invalid
from workspace.deadlines import Deadline, add_business_days, month_end, payroll_deposit, return_deadline
from workspace.evidence import Evidence
from workspace.signals import words
from workspace.signals.deposit_log import deposits, pay_runs
from workspace.signals.filing_log import Filing, filings
from workspace.signals.proof import due as counted
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Engagement, Snapshot

Raised = Iterator[Signal | BlindSpot]
FORMS = ("941", "940", "944", "945")


def payroll_return(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """An employment tax return (941 by the quarter; 940, 944, 945 by the year) of a period with wages is not filed, from 10 business days
    before its due date (setting business_days) to 120 days after it (setting days). Asked of a form that the client's e-file reports show
    for an earlier period, or that is an open engagement of its own. Filed is: any row of the form in the reports after the period's end, a
    finished engagement or a finished task that names form and period. Payroll work without any of these is a blind spot once the date has
    passed. Ten days more where every deposit of the quarter was on time. Data: e-file reports, registers, deposits, engagements.
    IRC §6011, Reg. 31.6071(a)-1."""
    log = [one for one in filings(snapshot) if one.form in FORMS]
    oldest = today - timedelta(days=settings.days("payroll-return", "days"))
    ahead = settings.days("payroll-return", "business_days")
    blind: list[str] = []
    for form in FORMS:
        for end in _periods(form, today):
            work = _own_work(snapshot, form, end)
            deadline = _deadline(snapshot, settings, form, end)
            if deadline is None or not (add_business_days(deadline.due, -ahead) <= today and deadline.due >= oldest):
                continue
            if _is_filed(snapshot, log, form, end):
                continue
            known = any(one.form == form and one.on is not None and one.on <= end for one in log)
            if (work is not None and work.is_open) or (known and _had_wages(snapshot, settings, form, end)):
                yield _unfiled(snapshot, today, form, end, deadline, work, log)
            elif form == "941" and deadline.due < today and not log and _payroll_work(snapshot, end):
                blind.append(f"whether Form {form} for {_named(form, end)} was filed")
    if blind:
        yield BlindSpot(
            snapshot.client.ref,
            blind[-1],
            "no e-file report on file shows employment tax returns: add one, or note the filing as a finished task",
        )


def _periods(form: str, today: date) -> list[date]:
    """The ends of the periods that can be due about now, oldest first."""
    ends = [month_end(today.year, today.month - back) for back in range(8, -1, -1)]
    return [end for end in ends if end.month == 12 or (form == "941" and end.month % 3 == 0)]


def _deadline(snapshot: Snapshot, settings: Thresholds, form: str, end: date) -> Deadline | None:
    try:
        return return_deadline(form, end, extended=form == "941" and _deposits_on_time(snapshot, settings, end))
    except Invalid:
        return None


def _deposits_on_time(snapshot: Snapshot, settings: Thresholds, end: date) -> bool:
    """A list shows a deposit for each month of the quarter and none after its date."""
    lookback = settings.of("payroll-deposit", "lookback_dollars")
    rows = deposits(snapshot, "tax")
    for month in range(end.month - 2, end.month + 1):
        day = month_end(end.year, month)
        mine = [row for row in rows if row.until is not None and row.until.replace(day=1) == day.replace(day=1)]
        if not mine or any(row.quarter is not None for row in mine):
            return False
        for row in mine:
            until = row.until or day
            due = payroll_deposit(until, lookback_total=lookback, liability=row.amount or lookback).due
            if row.deposited_on is None or row.deposited_on > due:
                return False
    return True


def _is_filed(snapshot: Snapshot, log: list[Filing], form: str, end: date) -> bool:
    following = month_end(end.year, end.month + (3 if form == "941" else 12))
    of_form = [one for one in log if one.form == form]
    for one in of_form:
        if one.on is not None and end < one.on <= following and one.year in (None, end.year):
            return True
    if form == "941" and len({one.on for one in of_form if one.year == end.year}) >= 4:
        return True  # all four of the year, whenever they were filed
    work = _own_work(snapshot, form, end)
    if work is not None and not work.is_open:
        return True
    return any(not task.is_open and _names(task.title, form, end) for task in snapshot.tasks)


def _names(title: str, form: str, end: date) -> bool:
    """Whether a task's title names the form and the period: "File Form 941 Q4 2025"."""
    if not re.search(rf"\b{form}\b", title) or str(end.year) not in title:
        return False
    return form != "941" or bool(re.search(rf"\bQ{end.month // 3}\b|\b{end:%B}\b", title))


def _own_work(snapshot: Snapshot, form: str, end: date) -> Engagement | None:
    """The engagement of that one return: payroll work whose period ends with it and whose title names the form."""
    for one in snapshot.engagements:
        if one.template == "payroll" and one.period_end == end and re.search(rf"\b{form}\b", one.title):
            return one
    return None


def _payroll_work(snapshot: Snapshot, end: date) -> Engagement | None:
    """The open payroll engagement whose period holds the return's."""
    for one in snapshot.engagements:
        start, last = one.period_start, one.period_end
        if (
            one.template == "payroll"
            and one.is_open
            and start is not None
            and last is not None
            and start <= end <= last
        ):
            return one
    return None


def _had_wages(snapshot: Snapshot, settings: Thresholds, form: str, end: date) -> bool:
    start = date(end.year, end.month - 2 if form == "941" else 1, 1)
    days = [run.paid_on for run in pay_runs(snapshot, settings)]
    days += [row.until for row in deposits(snapshot, "tax") if row.until is not None]
    return any(start <= day <= end for day in days) or _payroll_work(snapshot, end) is not None


def _unfiled(
    snapshot: Snapshot,
    today: date,
    form: str,
    end: date,
    deadline: Deadline,
    work: Engagement | None,
    log: list[Filing],
) -> Signal:
    last = max(
        (one for one in log if one.form == form and one.on is not None), key=lambda one: one.on or end, default=None
    )
    evidence: list[Evidence] = [] if last is None else list(last.evidence)
    if work is not None:
        evidence += [work.evidence("stage"), counted(deadline, [work.evidence("period_end")])]
    late = deadline.due < today
    return Signal(
        slug="payroll-return",
        cls="B",
        client_ref=snapshot.client.ref,
        subject=f"{form} {end.isoformat()}",
        due=deadline.due,
        nominal_due=deadline.nominal,
        dollars=work.fee if work is not None else None,
        headline=f"Form {form} for {_named(form, end)} {'was' if late else 'is'} due on {words.day(deadline.due)} and is not filed",
        rule=" ".join(deadline.how),
        why_now=f"The date {'passed' if late else 'comes'} {words.away(deadline.due, today)}"
        + (
            f"; the last one in the reports is of {words.day(last.on)}."
            if last is not None and last.on is not None
            else "."
        ),
        next_step="File it now, or note that the client's payroll service files it.",
        minutes=20,
        evidence=tuple(evidence),
        basis="fact" if last is not None else "record",
        engagement_ref=work.ref if work is not None else None,
    )


def _named(form: str, end: date) -> str:
    return f"the quarter ended {words.day(end)}" if form == "941" else str(end.year)
