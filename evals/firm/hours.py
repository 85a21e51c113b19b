# ruff: noqa: E501 - lists of tasks and items, one kind a line
"""Time entries, tasks and requests of every engagement, so that hours fit the stage and nothing is late."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from evals.firm import days, work
from evals.firm.records import Engagement, Request, Task, Time
from evals.firm.sample import Sample

_SERVICE = {
    "monthly-close": (
        "Close",
        ("Bank and card reconciliations", "Accruals and prepaid roll-forward", "Close review with controller"),
    ),
    "bookkeeping": ("Bookkeeping", ("Coded bank feed", "Reconciled operating account", "Vendor bills and 1099 coding")),
    "payroll": ("Payroll", ("Biweekly payroll run", "Deposits and registers", "New hire setup")),
    "sales-tax": ("Sales tax", ("Taxable sales by location", "Monthly return prepared and filed")),
    "advisory": (
        "Advisory",
        ("Modelled buy-out of minority owner", "Call on entity structure", "Memo on succession options"),
    ),
    "audit": (
        "Audit",
        ("Planning and risk assessment", "Confirmations", "Grant compliance testing", "Fixed asset lead sheet"),
    ),
    "review": ("Review", ("Inquiries of management", "Analytical procedures", "Draft of notes")),
    "compilation": ("Compilation", ("Trial balance grouping", "Draft statements")),
    "onboarding": ("Onboarding", ("Prior returns and trial balances", "Chart of accounts clean-up")),
}
_TAX_NOTES = (
    "Input of source documents",
    "Workpapers and tie-out",
    "Depreciation schedule",
    "Basis schedules",
    "Open items list",
    "State return",
)
_TASKS = {
    "return": (
        "Organizer and document request",
        "Enter source documents",
        "Prepare return and workpapers",
        "Detail review",
        "Partner review",
        "E-file authorization",
    ),
    "service": (
        "January reconciliations",
        "February reconciliations",
        "March reconciliations",
        "Quarterly review call",
    ),
    "onboarding": (
        "Prior returns received",
        "Trial balance of the last year received",
        "Chart of accounts agreed",
        "Bank access set up",
    ),
    "project": ("Planning", "Fieldwork", "Analytical review", "Draft report", "Partner sign-off"),
}
_ITEMS = {
    "1040": ("All 2025 Forms W-2", "Forms 1099-INT, 1099-DIV and 1099-B", "Charitable contribution receipts", "Property tax bills paid in 2025", "Signed organizer", "Form 1095-A, if you had marketplace coverage"),
    "1120-S": ("Year-end bank and credit card statements", "Fixed asset purchases with invoices", "Officer health insurance premiums", "Loan statements at December 31", "Shareholder distributions detail"),
    "1065": ("Year-end bank statements", "Partner capital contributions and draws", "Closing statements for property bought or sold", "Mortgage interest statements", "Guaranteed payments detail"),
    "1120": ("Year-end inventory count", "Board minutes for the year", "Accrued bonus detail", "State apportionment data", "Estimated tax payments made"),
    "1041": ("Brokerage Form 1099 composite", "Accounting of fiduciary fees paid", "Distributions to beneficiaries", "Appraisals at date of death"),
    "990": ("Grant agreements in effect", "Donor acknowledgment letters over $250", "Board list with hours and compensation", "Functional expense allocation"),
    "other": ("Bank statements through year end", "Reserve study", "Owner receivables list", "Insurance policies in force"),
}  # fmt: skip


def record(sample: Sample) -> None:
    """Time, tasks and requests of all engagements."""
    for engagement in list(sample.engagements.values()):
        rng = sample.rng("hours", engagement.ref)
        used = (engagement.budget_hours * work.used_share(engagement, rng) * 4).quantize(Decimal(1)) / 4
        log(sample, engagement, used, *_window(sample, engagement), rng=rng)
        _tasks(sample, engagement, rng)
        _requests(sample, engagement, rng)


def _window(sample: Sample, engagement: Engagement) -> tuple[date, date]:
    first = engagement.started_on or sample.as_of
    last = engagement.finished_on - timedelta(days=1) if engagement.finished_on else sample.ago(3)
    return first, max(first, last)


def log(
    sample: Sample,
    engagement: Engagement,
    total: Decimal,
    first: date,
    last: date,
    *,
    rng: Random,
    billable: bool = True,
) -> None:
    """Adds entries of together exactly `total` hours on business days from `first` (which has one) to `last`."""
    left, on, entries = total, first, sample.time.setdefault(engagement.ref, [])
    choices = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    choices = [day for day in choices if days.is_business(day)] or [first]
    size = max(Decimal("0.75"), (total / 9 * 4).quantize(Decimal(1)) / 4)
    service, notes = _SERVICE.get(engagement.template, ("Tax preparation", _TAX_NOTES))
    while left > 0:
        hours = min(left, size + Decimal(rng.randint(-2, 3)) / 4)
        who = _worker(sample, engagement, rng)
        note = rng.choice(notes)
        rate = sample.person(who).standard_rate
        entries.append(Time(on, who, engagement.client_ref, engagement.ref, hours, service, billable, rate, note))
        left, on = left - hours, rng.choice(choices)


def hours_of(sample: Sample, engagement_ref: str) -> Decimal:
    return sum((entry.hours for entry in sample.time.get(engagement_ref, [])), Decimal(0))


def value_of(entries: list[Time]) -> Decimal:
    """Hours × rate, to the cent."""
    return sum((entry.hours * entry.rate for entry in entries), Decimal(0)).quantize(Decimal("0.01"))


def reset(sample: Sample, engagement_ref: str) -> None:
    """Takes away all time of an engagement, so that a situation can log its own."""
    sample.time.pop(engagement_ref, None)


def _worker(sample: Sample, engagement: Engagement, rng: Random) -> str:
    """Mostly the owner; some review by the manager, a little by the client's partner."""
    draw = rng.random()
    if draw < 0.82:
        return engagement.owner
    partner = sample.profiles[engagement.client_ref].client.partner
    return sample.role("manager")[0].email if draw < 0.94 else partner


def _tasks(sample: Sample, engagement: Engagement, rng: Random) -> None:
    if engagement.period_end.year < sample.tax_year or sample.light:
        return
    group = (
        "return"
        if engagement.template in days.RETURNS
        else "service"
        if engagement.template in _SERVICE and engagement.due is None
        else "project"
    )
    titles = _TASKS.get(engagement.template, _TASKS[group])
    done = round(engagement.progress / 100 * len(titles))
    share = (engagement.budget_hours / len(titles) * 4).quantize(Decimal(1)) / 4
    start = engagement.started_on or days.roll(sample.as_of + timedelta(days=4))
    for index, title in enumerate(titles):
        finished = index < done
        on = days.roll(start + timedelta(days=3 + 6 * index))
        done_on = min(on, engagement.finished_on or days.add_business(sample.as_of, -1)) if finished else None
        due = on if finished else days.add_business(sample.as_of, 3 + 4 * (index - done) + rng.randint(0, 2))
        status = "done" if finished else "in-progress" if index == done and engagement.progress else "open"
        sample.tasks.append(Task(engagement.ref, title, engagement.owner, due, status, share, done_on))


def _requests(sample: Sample, engagement: Engagement, rng: Random) -> None:
    """What the client was asked for: all in when the work is past preparation, else a few items not due yet."""
    wanted = _ITEMS.get(engagement.template, _ITEMS["other"])
    is_return = engagement.template in days.RETURNS
    if (
        engagement.stage == "not-started"
        or engagement.period_end.year < sample.tax_year
        or not (is_return or engagement.due)
    ):
        return
    asked = days.roll(date(sample.as_of.year, 1, rng.randint(14, 22)))
    still_open = {"waiting-on-client": 2, "in-progress": 1}.get(engagement.stage, 0)
    for index, item in enumerate(wanted):
        missing = index >= len(wanted) - still_open
        due = days.add_business(sample.as_of, rng.randint(3, 9)) if missing else days.roll(asked + timedelta(days=21))
        received = None if missing else min(asked + timedelta(days=rng.randint(4, 24)), sample.ago(2))
        sample.requests.setdefault(engagement.ref, []).append(Request(engagement.ref, item, asked, due, received))
