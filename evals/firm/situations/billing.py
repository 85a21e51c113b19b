"""The firm's own money: budgets, finished work without an invoice, old receivables, old work in progress."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from evals.firm import days, hours, money, projects
from evals.firm.records import Engagement, Payment
from evals.firm.sample import Profile, Sample


def _use(sample: Sample, engagement: Engagement, share: str, progress: int) -> Decimal:
    """Logs that share of the budget and sets the progress; returns the hours."""
    total = (engagement.budget_hours * Decimal(share) * 4).quantize(Decimal(1)) / 4
    hours.reset(sample, engagement.ref)
    sample.change(engagement.ref, progress=progress)
    hours.log(sample, engagement, total, sample.ago(49), sample.ago(4), rng=sample.rng("use", engagement.ref))
    return total


def _over(sample: Sample, profile: Profile, share: str, progress: int) -> None:
    engagement = sample.main_work(profile.ref)
    total = _use(sample, engagement, share, progress)
    value = hours.value_of(sample.time[engagement.ref])
    why = f"{total} of {engagement.budget_hours} hours used at {progress} %"
    sample.plant(profile.ref, "wip-over-budget", engagement.ref, why, dollars=value)


def over_budget_early(sample: Sample, profile: Profile) -> None:
    _over(sample, profile, "0.87", 40)


def over_budget_full(sample: Sample, profile: Profile) -> None:
    _over(sample, profile, "1.13", 75)


def budget_under(sample: Sample, profile: Profile) -> None:
    """Just below four fifths with little done."""
    audit = next(e for e in sample.work_of(profile.ref) if e.template in ("audit", "review", "compilation"))
    _use(sample, audit, "0.78", 45)
    sample.decoy(profile.ref, "wip-over-budget", "78 % of the hours at 45 %")


def budget_ok(sample: Sample, profile: Profile) -> None:
    """Nearly all used, and nearly all done."""
    engagement = sample.main_work(profile.ref)
    sample.change(engagement.ref, stage="in-review")
    _use(sample, engagement, "0.93", 88)
    sample.decoy(profile.ref, "wip-over-budget", "93 % of the hours at 88 %")


def _finished_unbilled(sample: Sample, profile: Profile, ago: int) -> tuple[Engagement, date]:
    engagement, finished = sample.main_work(profile.ref), days.add_business(sample.as_of, -ago)
    for row in sample.invoices.pop(engagement.ref, []):
        sample.payments.pop(row.number, None)
    used = hours.hours_of(sample, engagement.ref)
    hours.reset(sample, engagement.ref)
    hours.log(
        sample,
        engagement,
        used,
        days.add_business(finished, -24),
        finished - timedelta(days=1),
        rng=sample.rng("done", engagement.ref),
    )
    return sample.change(engagement.ref, finished_on=finished, filed_on=finished), finished


def not_billed(sample: Sample, profile: Profile) -> None:
    engagement, finished = _finished_unbilled(sample, profile, 9)
    due = days.add_business(finished, 5)
    sample.plant(
        profile.ref,
        "done-not-billed",
        engagement.ref,
        f"finished {finished}, no invoice",
        due=due,
        dollars=engagement.fee,
    )


def not_billed_recent(sample: Sample, profile: Profile) -> None:
    _finished_unbilled(sample, profile, 5)
    sample.decoy(profile.ref, "done-not-billed", "finished five business days ago")


def billed(sample: Sample, profile: Profile) -> None:
    sample.decoy(profile.ref, "done-not-billed", "finished and billed")


def _invoice(
    sample: Sample, profile: Profile, past_due: int, amount: Decimal, paid: tuple[tuple[int, Decimal], ...] = ()
) -> None:
    """An invoice `past_due` days late for the oldest engagement; `paid`: days ago and amount."""
    engagement = min(sample.work_of(profile.ref), key=lambda e: (e.period_start, e.ref))
    row = money.invoice(
        sample, engagement, sample.ago(past_due + 30), amount, sample.rng("ar", profile.ref, past_due), paid=False
    )
    if paid:
        sample.payments[row.number] = [Payment(row.number, sample.ago(ago), part) for ago, part in paid]


def _size(sample: Sample, profile: Profile) -> Decimal:
    return Decimal(sample.rng("ar", profile.ref).randrange(900, 4800, 25))


def ar_60(sample: Sample, profile: Profile) -> None:
    amount = _size(sample, profile)
    _invoice(sample, profile, 67, amount)
    sample.plant(
        profile.ref, "ar-aging", profile.ref, f"{amount} is 67 days past due", due=sample.ago(67), dollars=amount
    )


def ar_90(sample: Sample, profile: Profile) -> None:
    """An old invoice with a part payment, one over sixty days, and a young one that does not count."""
    amount = _size(sample, profile)
    _invoice(sample, profile, 128, amount, ((95, Decimal(400)),))
    _invoice(sample, profile, 72, Decimal(1250))
    _invoice(sample, profile, 20, Decimal(875))
    total = amount - 400 + 1250
    sample.plant(
        profile.ref,
        "ar-aging",
        profile.ref,
        f"{amount - 400} is 128 days past due, 1250 is 72",
        due=sample.ago(128),
        dollars=total,
    )


def ar_59(sample: Sample, profile: Profile) -> None:
    _invoice(sample, profile, 59, _size(sample, profile))
    sample.decoy(profile.ref, "ar-aging", "59 days past due")


def ar_paid(sample: Sample, profile: Profile) -> None:
    amount = _size(sample, profile)
    _invoice(sample, profile, 95, amount, ((70, amount - 300), (31, Decimal(300))))
    sample.decoy(profile.ref, "ar-aging", "95 days past due, paid in two parts")


def wip_old(sample: Sample, profile: Profile) -> None:
    """A project of last autumn that was worked on and never billed."""
    started = days.roll(sample.ago(112))
    engagement = projects.project(
        sample,
        profile,
        "ADVISORY",
        "Buy-sell agreement and valuation questions",
        started=started,
        fee=Decimal(5200),
        logged=Decimal("13.5"),
        progress=62,
        days_worked=34,
    )
    old = sample.time[engagement.ref]
    first = min(entry.date for entry in old)
    why = f"{sum(entry.hours for entry in old)} hours since {first}, no invoice"
    sample.plant(
        profile.ref, "wip-aged", engagement.ref, why, due=first + timedelta(days=60), dollars=hours.value_of(old)
    )


def wip_59(sample: Sample, profile: Profile) -> None:
    """Unbilled work that is not sixty days old."""
    started = next(day for day in (sample.ago(60 - n) for n in range(9)) if days.is_business(day))
    projects.project(
        sample,
        profile,
        "ADVISORY",
        "State residency and nexus questions",
        started=started,
        fee=Decimal(3600),
        logged=Decimal(6),
        progress=55,
        days_worked=30,
    )
    sample.decoy(profile.ref, "wip-aged", "the oldest entry is not older than 60 days")


def wip_billed(sample: Sample, profile: Profile) -> None:
    """Old work with an invoice after it."""
    started = days.roll(sample.ago(120))
    engagement = projects.project(
        sample,
        profile,
        "ADVISORY",
        "Equipment lease or buy analysis",
        started=started,
        fee=Decimal(3000),
        logged=Decimal("8.25"),
        progress=58,
        days_worked=30,
    )
    value = hours.value_of(sample.time[engagement.ref])
    money.invoice(sample, engagement, days.add_business(started, 40), value, sample.rng("wip", profile.ref))
    sample.decoy(profile.ref, "wip-aged", "an interim invoice came after the time")


PLANTED: dict[str, Callable[[Sample, Profile], None]] = {
    f.__name__: f for f in (over_budget_early, over_budget_full, not_billed, ar_60, ar_90, wip_old)
}
DECOYS: dict[str, Callable[[Sample, Profile], None]] = {
    f.__name__: f for f in (budget_under, budget_ok, not_billed_recent, billed, ar_59, ar_paid, wip_59, wip_billed)
}
