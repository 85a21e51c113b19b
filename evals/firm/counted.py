"""What rules over many rows give in a finished sample firm: realization, hours of a week, customers' shares of receivables.

Plants nothing that is not there already: it reads the records and says what must be raised of them.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from evals.firm import days
from evals.firm.records import Invoice
from evals.firm.sample import Profile, Sample
from store.ids import stable_id

_CENT, _TENTH = Decimal("0.01"), Decimal("0.1")


def count(sample: Sample) -> None:
    """Plants what the rules over all records give: realization, planned weeks, customers' shares of receivables."""
    for profile in sample.profiles.values():
        _realization(sample, profile)
    _weeks(sample)
    _customers(sample)


def _realization(sample: Sample, profile: Profile) -> None:
    """The last three invoices with time against those of twelve months before them, at least three."""
    rows = [row for e in sample.work_of(profile.ref) for row in sample.invoices.get(e.ref, [])]
    worth: list[tuple[Invoice, Decimal]] = []
    last: dict[str, date] = {}
    for row in sorted(rows, key=lambda row: (row.issued_on, row.number)):
        first = last.get(row.engagement_ref, date.min)
        time = [one for one in sample.time.get(row.engagement_ref, []) if first < one.date <= row.issued_on]
        last[row.engagement_ref] = row.issued_on
        value = sum(((one.hours * one.rate).quantize(_CENT) for one in time), Decimal(0))
        if value:
            worth.append((row, value))
    latest = worth[-3:]
    if len(worth) < 6:
        return
    day = latest[0][0].issued_on
    since = min(day.replace(year=day.year - 1, day=min(day.day, 28)), days.month_end(day.year - 1, day.month))
    since = since if day.day <= 28 else days.month_end(day.year - 1, day.month)
    before = [pair for pair in worth[:-3] if pair[0].issued_on >= since]
    if len(before) < 3:
        return
    now, then = (_percent(part) for part in (latest, before))
    if then - now >= 10:
        value = sum((value for _, value in latest), Decimal(0))
        dollars = (value * (then - now) / 100).quantize(_CENT)
        sample.plant(profile.ref, "realization-drop", profile.ref, f"{then} % fell to {now} %", dollars=dollars)


def _percent(bills: list[tuple[Invoice, Decimal]]) -> Decimal:
    billed = sum((row.amount for row, _ in bills), Decimal(0))
    return _tenths(100 * billed / sum((value for _, value in bills), Decimal(0)))


def _tenths(number: Decimal) -> Decimal:
    return number.quantize(_TENTH, rounding=ROUND_HALF_UP)


def _weeks(sample: Sample) -> None:
    """Open tasks by owner and week, late ones in this week, this week and four more, against 110 % of the weekly hours."""
    monday = sample.as_of - timedelta(days=sample.as_of.weekday())
    hours: dict[str, dict[date, dict[str, Decimal]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(Decimal)))
    for task in sample.tasks:
        if task.done_on is None and task.status != "done" and task.due and task.due < monday + timedelta(weeks=5):
            day = max(task.due, sample.as_of)
            week = day - timedelta(days=day.weekday())
            hours[task.owner][week][sample.engagements[task.engagement_ref].client_ref] += task.estimate_hours
    quiet: list[tuple[str, str]] = []
    for owner, weeks in sorted(hours.items()):
        total = {week: sum(clients.values(), Decimal(0)) for week, clients in weeks.items()}
        over = sorted(week for week, load in total.items() if load > sample.person(owner).weekly_hours * Decimal("1.1"))
        fullest = min(total, key=lambda week: (-total[week], week))
        most = min(weeks[fullest].items(), key=lambda pair: (-pair[1], stable_id("cl", pair[0])))[0]
        if over:
            why = f"{total[fullest]} hours are planned in the week of {fullest}"
            sample.plant(most, "capacity-overload", owner, why, due=over[0] + timedelta(days=4))
        else:
            quiet.append((most, f"{owner} has at most {total[fullest]} hours in a week"))
    loud = {one.client_ref for one in sample.planted if one.slug == "capacity-overload"}
    for ref, why in quiet:
        if ref not in loud:
            sample.decoy(ref, "capacity-overload", why)


def _customers(sample: Sample) -> None:
    """The customer with most of the latest aging: more than 20 %, and more than twice an equal share."""
    for document in sample.documents:
        if document.kind != "ar-aging":
            continue
        whole = next(Decimal(fact.value) for fact in document.facts if fact.name == "total")
        parts = [Decimal(fact.value) for fact in document.facts if fact.name == "amount" and Decimal(fact.value) > 0]
        most, ref = max(parts), document.path.split("/")[1]
        if 100 * most / whole > max(Decimal(20), Decimal(200) / len(parts)):
            why = f"one customer owes {_tenths(100 * most / whole)} % of the receivables"
            sample.plant(ref, "customer-concentration", document.path, why, dollars=most, document=document.path)
        elif 100 * most / whole > 20:
            why = f"one of {len(parts)} customers owes {_tenths(100 * most / whole)} %: more than a fifth, not twice an equal share"
            sample.decoy(ref, "customer-concentration", why)
