"""The firm's own money and the books of its clients: what is planted and what only looks like it. README.md states the rules.

Changes records and files papers before the ordinary ones. What rules over many rows give is counted at the end (counted.py).
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from evals.firm import counted, days, money, plant_filings
from evals.firm.documents import bank, books, filings
from evals.firm.documents.bank import Line
from evals.firm.records import Engagement, Payment, Task, Time
from evals.firm.render import plain
from evals.firm.render.blocks import figures
from evals.firm.roster import BLUEPRINTS
from evals.firm.sample import Profile, Sample

_CENT, _TENTH = Decimal("0.01"), Decimal("0.1")
Situation = Callable[[Sample, Profile], None]


def apply(sample: Sample) -> None:
    """Plants what the tables at the end say, client by client, then the two clients that the firm lives on."""
    for number, profile in enumerate(sample.profiles.values()):
        name = BLUEPRINTS[number % len(BLUEPRINTS)].name
        for situation in (*PLANTED.get(name, ()), *DECOYS.get(name, ())):
            situation(sample, profile)
    _two_whales(sample)


# ---------------------------------------------------------------- fees


def _relabel(sample: Sample, profile: Profile, service: str, hours: Decimal) -> list[Time]:
    """Gives so many hours of the client's return another service; their sum, days and rates stay. Returns them."""
    ref, left = sample.main_work(profile.ref).ref, hours
    kept: list[Time] = []
    other: list[Time] = []
    for entry in sample.time[ref]:
        part = min(left, entry.hours)
        if part:
            other.append(replace(entry, service=service, hours=part, note=f"{service}, asked for by phone"))
            left -= part
        if entry.hours > part:
            kept.append(replace(entry, hours=entry.hours - part))
    sample.time[ref] = [*kept, *other]
    return other


def creep(sample: Sample, profile: Profile) -> None:
    engagement = sample.main_work(profile.ref)
    moved = _relabel(sample, profile, "Bookkeeping", Decimal("2.5"))
    value = sum((entry.hours * entry.rate for entry in moved), Decimal(0)).quantize(_CENT)
    sample.plant(profile.ref, "scope-creep", engagement.ref, "2.5 hours of bookkeeping on a tax letter", dollars=value)


def creep_small(sample: Sample, profile: Profile) -> None:
    tenth = sample.main_work(profile.ref).budget_hours / 10
    hours = min(Decimal(2), (tenth * 4).to_integral_value(rounding="ROUND_FLOOR") / 4)
    _relabel(sample, profile, "Bookkeeping", hours)
    sample.decoy(profile.ref, "scope-creep", f"{hours} hours outside the letter: neither 2 hours nor 10 % are passed")


def _work_to(sample: Sample, engagement: Engagement, share: str) -> Decimal:
    """Adds time of the owner until the fee is about that share of all time, and returns the value of it all."""
    entries = sample.time[engagement.ref]
    value = sum((entry.hours * entry.rate for entry in entries), Decimal(0))
    model = entries[-1]
    more = ((engagement.fee / Decimal(share) - value) / model.rate * 4).quantize(Decimal(1)) / 4
    while more > 0:
        part = min(more, Decimal("6"))
        entries.append(replace(model, hours=part, note="Open items list, second round"))
        more -= part
    return sum((entry.hours * entry.rate for entry in entries), Decimal(0)).quantize(_CENT)


def _two_years(sample: Sample, profile: Profile) -> tuple[Engagement, Engagement]:
    now = sample.main_work(profile.ref)
    return next(e for e in sample.work_of(profile.ref) if e.template == now.template and e.ref != now.ref), now


def underwater(sample: Sample, profile: Profile) -> None:
    before, now = _two_years(sample, profile)
    _work_to(sample, before, "0.64")
    value = _work_to(sample, now, "0.61")
    why = "the fee buys about 64 and 61 % of the time of two years"
    sample.plant(profile.ref, "fixed-fee-underwater", now.ref, why, dollars=value - now.fee)


def underwater_once(sample: Sample, profile: Profile) -> None:
    before, now = _two_years(sample, profile)
    _work_to(sample, before, "0.64")
    value = _work_to(sample, now, "0.74")
    assert now.fee >= value * Decimal("0.7")
    sample.decoy(profile.ref, "fixed-fee-underwater", "under water last year, above 70 % this year")


def _controllership(sample: Sample, profile: Profile, last: Decimal) -> str:
    """A service of last year, billed monthly at 90 % of its time, and at `last` of it in the last three months; returns its ref."""
    year, amount = sample.tax_year, Decimal(900)
    ref = f"{profile.ref}-CONTROL-{year % 100}"
    engagement = sample.open(
        Engagement(
            ref=ref,
            client_ref=profile.ref,
            template="advisory",
            title=f"Advisory retainer, {year}",
            period_start=date(year, 1, 1),
            period_end=date(year, 12, 31),
            due=None,
            stage="done",
            progress=100,
            fee_type="hourly",
            fee=amount * 12,
            budget_hours=Decimal(96),
            owner=profile.owner_email,
            letter_sent_on=date(year - 1, 12, 8),
            letter_signed_on=date(year - 1, 12, 11),
            started_on=date(year, 1, 6),
            finished_on=date(year, 12, 31),
        )
    )
    rate, rng = sample.person(profile.owner_email).standard_rate, sample.rng("retainer", profile.ref)
    for month in range(1, 13):
        end = days.month_end(year, month)
        on = days.add_business(end, -7)
        hours = (amount / (last if month > 9 else Decimal("0.90")) / rate).quantize(_CENT)
        entry = Time(
            on, profile.owner_email, profile.ref, ref, hours, "Advisory", True, rate, "Monthly call and review"
        )
        sample.time.setdefault(ref, []).append(entry)
        money.invoice(sample, engagement, end, amount, rng)
    for bill in sample.invoices[ref]:
        sample.payments[bill.number] = [Payment(bill.number, bill.issued_on + timedelta(days=21), bill.amount)]
    return ref


def realization(sample: Sample, profile: Profile) -> None:
    _controllership(sample, profile, Decimal("0.70"))  # counted at the end


def realization_held(sample: Sample, profile: Profile) -> None:
    """What else the client was billed moves the mean of the months before, so the last three are set against that mean."""
    ref = _controllership(sample, profile, Decimal("0.90"))
    for points in (6, 4, 2):
        _, then, _ = counted.realization(sample, profile) or (0, Decimal(90), 0)
        for place in (-3, -2, -1):
            entry, bill = sample.time[ref][place], sample.invoices[ref][place]
            hours = (bill.amount * 100 / (then - points) / entry.rate).quantize(_CENT)
            sample.time[ref][place] = replace(entry, hours=hours)
        found = counted.realization(sample, profile)
        if found is None or found[1] - found[0] < 8:
            break
    sample.decoy(profile.ref, "realization-drop", f"{points} points below the months before")


# ---------------------------------------------------------------- the firm


def _steps(sample: Sample, engagement: Engagement, done: date) -> None:
    rows = (
        ("Prior returns received", done, done),
        ("Chart of accounts agreed", None, None),
        ("Bank access set up", None, None),
    )
    for number, (title, due, on) in enumerate(rows):
        when = due or days.add_business(sample.as_of, 4 + 3 * number)
        sample.tasks.append(
            Task(engagement.ref, title, engagement.owner, when, "done" if on else "open", Decimal(1), on)
        )


def onboarding(sample: Sample, profile: Profile) -> None:
    done = sample.ago(12)
    engagement = sample.open(
        Engagement(
            ref=f"{profile.ref}-ONBOARDING-{sample.as_of.year % 100}",
            client_ref=profile.ref,
            template="onboarding",
            title="Onboarding of the new management company",
            period_start=date(sample.as_of.year, 1, 1),
            period_end=date(sample.as_of.year, 6, 30),
            due=None,
            stage="in-progress",
            progress=33,
            fee_type="fixed",
            fee=Decimal(1400),
            budget_hours=Decimal(9),
            owner=profile.owner_email,
            letter_sent_on=sample.ago(34),
            letter_signed_on=sample.ago(31),
            started_on=sample.ago(28),
        )
    )
    _steps(sample, engagement, done)
    why = "the last step was done twelve days ago, two are open"
    due = done + timedelta(days=7)
    sample.plant(profile.ref, "onboarding-stalled", engagement.ref, why, due=due, dollars=engagement.fee)


def onboarding_moves(sample: Sample, profile: Profile) -> None:
    engagement = next(e for e in sample.work_of(profile.ref) if e.template == "onboarding")
    last = max(sample.time[engagement.ref], key=lambda entry: entry.date)
    sample.time[engagement.ref].append(
        replace(last, date=sample.ago(3), hours=Decimal("0.5"), note="Call with bookkeeper")
    )
    sample.decoy(profile.ref, "onboarding-stalled", "no step was closed for weeks, but it was worked on last week")


def _two_whales(sample: Sample) -> None:
    """One client with 27 % of what the firm billed in twelve months, and one with 18; in a firm of the roster's size only."""
    whales: dict[str, Profile] = {}
    for number, profile in enumerate(sample.profiles.values()):
        if number < len(BLUEPRINTS) and BLUEPRINTS[number].name in (WHALE, NO_WHALE):
            whales[BLUEPRINTS[number].name] = profile
    large, small = whales.get(WHALE), whales.get(NO_WHALE)
    if len(sample.profiles) != len(BLUEPRINTS) or large is None or small is None:
        return
    billed = _billed(sample)
    rest = sum((amount for ref, amount in billed.items() if ref not in (large.ref, small.ref)), Decimal(0))
    whole = rest / Decimal("0.55")
    for profile, share in ((large, Decimal("0.27")), (small, Decimal("0.18"))):
        fee = ((whole * share - billed[profile.ref]) / 100).quantize(Decimal(1)) * 100
        _transaction(sample, profile, fee)
    now = _billed(sample)
    sample.plant(large.ref, "firm-concentration", large.ref, "27 % of twelve months' billing", dollars=now[large.ref])
    sample.decoy(small.ref, "firm-concentration", "18 % of twelve months' billing")


def _billed(sample: Sample) -> dict[str, Decimal]:
    """What each client was billed in the twelve full months before this one."""
    last = sample.as_of.replace(day=1) - timedelta(days=1)
    first = date(last.year - 1, last.month, 1)
    first = days.month_end(first.year, first.month) + timedelta(days=1)
    found: dict[str, Decimal] = defaultdict(Decimal)
    for rows in sample.invoices.values():
        for row in rows:
            if first <= row.issued_on <= last:
                found[row.client_ref] += row.amount
    return found


def _transaction(sample: Sample, profile: Profile, fee: Decimal) -> None:
    """A large project of last year, worked by the senior, billed and paid."""
    year, senior = sample.tax_year, sample.role("senior")[0]
    ref = f"{profile.ref}-DEAL-{year % 100}"
    engagement = sample.open(
        Engagement(
            ref=ref,
            client_ref=profile.ref,
            template="advisory",
            title="Financial due diligence for the merger",
            period_start=date(year, 4, 1),
            period_end=date(year, 12, 31),
            due=None,
            stage="done",
            progress=100,
            fee_type="fixed",
            fee=fee,
            budget_hours=(fee / 165).quantize(Decimal(1)),
            owner=senior.email,
            letter_sent_on=date(year, 3, 24),
            letter_signed_on=date(year, 3, 27),
            started_on=date(year, 4, 1),
            finished_on=date(year, 11, 14),
        )
    )
    left, on = (fee / Decimal("1.02") / senior.standard_rate * 4).quantize(Decimal(1)) / 4, date(year, 4, 1)
    while left > 0:
        part = min(left, Decimal("7.5"))
        entry = Time(
            on, senior.email, profile.ref, ref, part, "Advisory", True, senior.standard_rate, "Quality of earnings"
        )
        sample.time.setdefault(ref, []).append(entry)
        left, on = left - part, min(days.add_business(on, 2), date(year, 11, 13))
    bill = money.invoice(sample, engagement, date(year, 11, 17), fee, sample.rng("deal", profile.ref))
    sample.payments[bill.number] = [Payment(bill.number, date(year, 12, 9), fee)]


# ---------------------------------------------------------------- books


def close_late(sample: Sample, profile: Profile) -> None:
    engagement = next(e for e in sample.work_of(profile.ref) if e.template in ("monthly-close", "bookkeeping"))
    if sample.light:  # tasks are not made there
        return
    for place, task in enumerate(sample.tasks):
        if task.engagement_ref == engagement.ref and task.title == "January reconciliations":
            sample.tasks[place] = replace(task, status="in-progress", done_on=None)
    due = days.add_business(date(sample.as_of.year, 1, 31), 10)
    sample.plant(
        profile.ref, "close-late", engagement.ref, "January is not reconciled, due on business day 10", due=due
    )


def close_running(sample: Sample, profile: Profile) -> None:
    sample.decoy(profile.ref, "close-late", "February is open, and its business day 10 has not come")


def _unsorted(sample: Sample, profile: Profile, share: str) -> tuple[str, Decimal]:
    """Puts that share of expense in an account for what nobody has placed; returns the trial balance, which counts, and the amount."""
    found = sample.books[profile.ref]
    expense = found.total(5000, 8999)
    amount = (expense * Decimal(share)).quantize(_CENT)
    named = replace(found, names={**found.names, 6990: "Uncategorized Expense"})
    sample.books[profile.ref] = changed = named.with_accounts({6990: amount}, plug=1010)
    sample.settle(profile.ref, "trial-balance")
    sample.settle(profile.ref, "profit-and-loss")
    balance = books.trial_balance(sample, profile, changed)
    books.profit_and_loss(sample, profile, changed)
    return balance, amount


def unsorted(sample: Sample, profile: Profile) -> None:
    path, amount = _unsorted(sample, profile, "0.016")
    why = "1.6 % of expense is uncategorized"
    sample.plant(profile.ref, "uncategorized-balance", path, why, dollars=amount, document=path)


def unsorted_little(sample: Sample, profile: Profile) -> None:
    _unsorted(sample, profile, "0.006")
    sample.decoy(profile.ref, "uncategorized-balance", "0.6 % of expense is uncategorized")


def _months(sample: Sample, profile: Profile, last: str) -> tuple[str, Decimal]:
    """Seven monthly statements with a margin of 41 %, the last with `last`; returns the last one and its revenue."""
    rng = sample.rng("months", profile.ref)
    month = (-sample.books[profile.ref].accounts[4000] / 1200).quantize(Decimal(1)) * 100
    end = sample.as_of.replace(day=1) - timedelta(days=1)
    path, revenue = "", Decimal(0)
    for number, close in enumerate(days.month_ends(end, 7)):
        revenue = month + Decimal(rng.randint(-12, 12)) * 50
        gross = (revenue * Decimal(last if number == 6 else "0.41")).quantize(_CENT)
        path = _statement(sample, profile, close, revenue, gross)
    return path, revenue


def _statement(sample: Sample, profile: Profile, end: date, revenue: Decimal, gross: Decimal) -> str:
    rent = (revenue * Decimal("0.3")).quantize(_CENT)
    return filings.profit_and_loss(
        sample,
        profile,
        f"Profit and Loss {end:%Y-%m}",
        (end.replace(day=1), end),
        [("4000 Sales", revenue)],
        [("5000 Materials and Supplies", revenue - gross)],
        [("6200 Rent Expense", rent)],
    )


def margin(sample: Sample, profile: Profile) -> None:
    path, revenue = _months(sample, profile, "0.34")
    dollars = (revenue * 7 / 100).quantize(_CENT)
    why = "34 % in the last month after 41 % in six"
    sample.plant(profile.ref, "margin-swing", path, why, dollars=dollars, document=path)


def margin_steady(sample: Sample, profile: Profile) -> None:
    _months(sample, profile, "0.372")
    sample.decoy(profile.ref, "margin-swing", "37.2 % in the last month after 41 % in six")


def _vendors(sample: Sample, profile: Profile, person: str) -> tuple[str, Decimal]:
    sample.settle(profile.ref, "vendors")
    rows = (
        ("Apex Elevator Service", Decimal("8412.60")),
        (person, Decimal("14250.00")),
        ("Snavely Paving", Decimal("5130.25")),
    )
    year = sample.tax_year
    facts: list[tuple[str, object, int]] = []
    for index, (name, paid) in enumerate(rows):
        facts += [("name", name, index), ("paid", paid, index), ("w9_on_file", "yes", index), ("year", year, index)]
    title = [[profile.name], ["Vendor Payment Summary"], [f"January - December {year}"], []]
    table = [*title, ["Vendor", "Total paid", "W-9 on file"], *([name, figures(paid), "Yes"] for name, paid in rows)]
    path = f"documents/{profile.ref}/Tax {year}/Vendor totals {year}.csv"
    plant_filings.nec_accepted(sample, profile)
    return sample.document(path, plain.csv_bytes(table), "vendor-totals", facts), rows[1][1]


def related(sample: Sample, profile: Profile) -> None:
    owner = profile.owners[1].name
    path, paid = _vendors(sample, profile, owner)
    why = f"{owner}, an owner, is paid as a vendor"
    sample.plant(profile.ref, "related-party", path, why, dollars=paid, document=path, quote=owner)


def related_not(sample: Sample, profile: Profile) -> None:
    last = profile.owners[0].name.split()[-1]
    _vendors(sample, profile, f"Theodora {last}")
    sample.decoy(profile.ref, "related-party", "a vendor with an owner's family name and another first name")


def _cash(sample: Sample, profile: Profile, balances: tuple[int, int, int, int]) -> None:
    """Statements of the last three months between these balances."""
    sample.settle(profile.ref, "bank")
    end = sample.as_of.replace(day=1) - timedelta(days=1)
    for number, close in enumerate(days.month_ends(end, 3)):
        opening, closing = Decimal(balances[number]), Decimal(balances[number + 1])
        took = Decimal("8150.00")
        lines = [
            Line(close.replace(day=11), "Deposit  Client payments", took),
            Line(close.replace(day=24), "ACH  Payroll and rent", closing - opening - took),
        ]
        bank.file_month(sample, profile, close, opening, lines)


def runway(sample: Sample, profile: Profile) -> None:
    _cash(sample, profile, (61400, 44200, 27300, 11900))
    why = "11,900 in the bank, 49,500 less than three months before"
    sample.plant(profile.ref, "cash-runway", profile.ref, why, dollars=Decimal(49500 - 11900))


def runway_enough(sample: Sample, profile: Profile) -> None:
    _cash(sample, profile, (61400, 52000, 43500, 34600))
    sample.decoy(profile.ref, "cash-runway", "cash for 3.9 months at the rate it is spent")


WHALE, NO_WHALE = "Eastlake Orthodontics, LLP", "Pemberton Freight Brokers, Inc."
PLANTED: Mapping[str, tuple[Situation, ...]] = {
    "Blue Heron Bistro, LLC": (creep,),
    "Clifford & Edith Treadwell": (underwater,),
    "Maple Grove Self Storage, LLC": (realization,),
    "Chestnut Hill Condominium Association": (onboarding,),
    "Eastlake Orthodontics, LLP": (close_late,),
    "Calloway & Voss Architects, LLP": (unsorted,),
    "Sandoval Brothers Farms, LLC": (margin,),
    "Quarry Road Holdings, LLC": (related,),
    "Delacroix & Stein, LLC": (runway,),
}
DECOYS: Mapping[str, tuple[Situation, ...]] = {
    "Penn Alley Ventures, LLC": (creep_small, unsorted_little),
    "Juniper Physical Therapy, P.C.": (underwater_once,),
    "Stonebridge Commons Partners, LP": (realization_held,),
    "Hope Street Recovery House": (onboarding_moves,),
    "Delacroix & Stein, LLC": (close_running,),
    "Harbor Lane Properties, LLC": (margin_steady, related_not),
    "Sandoval Brothers Farms, LLC": (runway_enough,),
}
