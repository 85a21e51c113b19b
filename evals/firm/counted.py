"""What rules over many rows give in a finished sample firm: realization, officers' pay, hours of a week, shares of receivables.

Plants nothing that is not there already: it reads the records and says what must be raised of them.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from evals.firm import days
from evals.firm.gold import DocumentGold
from evals.firm.records import Invoice
from evals.firm.sample import Profile, Sample
from store.ids import stable_id

_CENT, _TENTH = Decimal("0.01"), Decimal("0.1")


def count(sample: Sample) -> None:
    """Plants what the rules over all records give: realization, officers' pay, planned weeks, customers' shares of receivables."""
    for profile in sample.profiles.values():
        _realization(sample, profile)
        _officers(sample, profile)
    _weeks(sample)
    _customers(sample)


def _realization(sample: Sample, profile: Profile) -> None:
    now, then, value = realization(sample, profile) or (Decimal(0), Decimal(0), Decimal(0))
    if then - now >= 10:
        dollars = (value * (then - now) / 100).quantize(_CENT)
        sample.plant(profile.ref, "realization-drop", profile.ref, f"{then} % fell to {now} %", dollars=dollars)


def realization(sample: Sample, profile: Profile) -> tuple[Decimal, Decimal, Decimal] | None:
    """Percent billed of the last three invoices with time, that of twelve months before them, at least three, and the value of the last
    three; None where there are fewer."""
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
        return None
    day = latest[0][0].issued_on
    since = min(day.replace(year=day.year - 1, day=min(day.day, 28)), days.month_end(day.year - 1, day.month))
    since = since if day.day <= 28 else days.month_end(day.year - 1, day.month)
    before = [pair for pair in worth[:-3] if pair[0].issued_on >= since]
    if len(before) < 3:
        return None
    return _percent(latest), _percent(before), sum((value for _, value in latest), Decimal(0))


def _percent(bills: list[tuple[Invoice, Decimal]]) -> Decimal:
    billed = sum((row.amount for row, _ in bills), Decimal(0))
    return _tenths(100 * billed / sum((value for _, value in bills), Decimal(0)))


def _tenths(number: Decimal) -> Decimal:
    return number.quantize(_TENTH, rounding=ROUND_HALF_UP)


def _officers(sample: Sample, profile: Profile) -> None:
    """An S corporation's pay of officers by its trial balance of the year end; books that came out so by chance count too."""
    found = sample.books.get(profile.ref)
    known = any(one.client_ref == profile.ref and one.slug == "officer-compensation" for one in sample.planted)
    if found is None or known or profile.client.entity_type != "1120-S":
        return
    last = found.as_of.isoformat()
    paper = next((one.path for one in sample.documents if _is_balance_of(one, profile.ref, last)), None)
    wages, taken = found.accounts.get(6000, Decimal(0)), found.accounts.get(3200, Decimal(0))
    profit = found.net_income + wages
    if paper is not None and taken > 0 and profit > 0 and wages * 100 < profit * 40:
        why = f"officer wages are {_tenths(100 * wages / profit)} % of profit before them, with distributions"
        sample.plant(profile.ref, "officer-compensation", paper, why, dollars=taken, document=paper)


def _is_balance_of(document: DocumentGold, ref: str, day: str) -> bool:
    ours = document.kind == "trial-balance" and document.path.split("/")[1] == ref
    return ours and any(fact.name == "as_of" and fact.value == day for fact in document.facts)


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
