"""Engagement letters: unsigned, signed too late, about to end, with another fee than the record."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from evals.firm import days, hours, money
from evals.firm.documents import letters
from evals.firm.records import Engagement
from evals.firm.sample import Profile, Sample


def _times(sample: Sample, ref: str) -> list[date]:
    return sorted(entry.date for entry in sample.time[ref])


def letter_unsigned(sample: Sample, profile: Profile) -> None:
    ref = sample.returns[profile.ref]
    sample.change(ref, letter_signed_on=None)
    first = _times(sample, ref)[0]
    value = hours.value_of(sample.time[ref])
    sample.plant(profile.ref, "letter-unsigned", ref, f"sent, not signed; time since {first}", due=first, dollars=value)


def letter_late(sample: Sample, profile: Profile) -> None:
    """Signed after the work had begun."""
    ref = sample.returns[profile.ref]
    first = _times(sample, ref)[0]
    signed = days.add_business(first, 12)
    sample.change(ref, letter_signed_on=signed)
    value = hours.value_of([entry for entry in sample.time[ref] if entry.date < signed])
    sample.plant(profile.ref, "letter-unsigned", ref, f"signed {signed}, first time {first}", due=first, dollars=value)


def letter_same_day(sample: Sample, profile: Profile) -> None:
    """The first hour was worked on the day of the signature."""
    ref = sample.returns[profile.ref]
    sample.change(ref, letter_signed_on=_times(sample, ref)[0])
    sample.decoy(profile.ref, "letter-unsigned", "signed on the day of the first time entry")


def _running_year(sample: Sample, profile: Profile, end: date) -> Engagement:
    """Turns the client's monthly service into one whose year ends on `end`, with the work and the invoices of that year."""
    found = [e for e in sample.work_of(profile.ref) if e.template in ("monthly-close", "bookkeeping", "payroll")]
    ref = found[0].ref if found else _open_service(sample, profile).ref
    start = days.months_after(end, -11, 1)
    sent = days.add_business(start, -12)
    title = f"{sample.engagements[ref].title.split(',')[0]}, {start:%B %Y} - {end:%B %Y}"
    share = Decimal((sample.as_of - start).days) / 365
    engagement = sample.change(
        ref,
        title=title,
        period_start=start,
        period_end=end,
        progress=int(share * 100),
        letter_sent_on=sent,
        letter_signed_on=days.add_business(sent, 3),
        started_on=start,
    )
    hours.reset(sample, ref)
    used = (engagement.budget_hours * share * Decimal("0.9") * 4).quantize(Decimal(1)) / 4
    rng = sample.rng("year", ref)
    hours.log(sample, engagement, used, days.roll(start), sample.ago(4), rng=rng)
    billed = {row.issued_on for row in sample.invoices.get(ref, [])}
    for month in days.month_ends(days.months_after(sample.as_of, -1, 1), 12):
        if start < month and month not in billed:
            money.invoice(sample, engagement, month, (engagement.fee / 12).quantize(Decimal("0.01")), rng)
    return engagement


def _open_service(sample: Sample, profile: Profile) -> Engagement:
    main = sample.engagements[sample.returns[profile.ref]]
    fee = (profile.client.annual_fee * 2 / 300).quantize(Decimal(1)) * 300
    engagement = Engagement(
        f"{profile.ref}-BOOKKEEPING-{sample.as_of.year % 100}",
        profile.ref,
        "bookkeeping",
        "Monthly bookkeeping",
        main.period_start,
        main.period_end,
        None,
        "in-progress",
        50,
        "fixed",
        fee,
        (fee / 130 * 2).quantize(Decimal(1)) / 2,
        main.owner,
    )
    return sample.open(engagement)


def letter_expiring(sample: Sample, profile: Profile) -> None:
    end = days.month_end(sample.as_of.year, sample.as_of.month)
    engagement = _running_year(sample, profile, end)
    path = letters.write(sample, profile, engagement, layout="formal")
    sample.settle(profile.ref, f"letter:{engagement.ref}")
    quote = days.long_date(end)
    sample.plant(
        profile.ref,
        "letter-expiring",
        path,
        f"ends {end}, no renewal on file",
        due=end,
        dollars=engagement.fee,
        document=path,
        quote=quote,
    )


def letter_renewed(sample: Sample, profile: Profile) -> None:
    """Ends as soon, but next year's letter lies beside it."""
    end = days.month_end(sample.as_of.year, sample.as_of.month)
    engagement = _running_year(sample, profile, end)
    letters.write(sample, profile, engagement)
    letters.write(sample, profile, engagement, period_end=days.month_end(end.year + 1, end.month))
    sample.settle(profile.ref, f"letter:{engagement.ref}")
    sample.decoy(profile.ref, "letter-expiring", "the renewal is on file")


def letter_far(sample: Sample, profile: Profile) -> None:
    """Ends more than sixty days ahead."""
    end = next(
        end for end in days.month_ends(date(sample.as_of.year, 12, 1), 12) if end > sample.as_of + timedelta(days=60)
    )
    engagement = _running_year(sample, profile, end)
    letters.write(sample, profile, engagement)
    sample.settle(profile.ref, f"letter:{engagement.ref}")
    sample.decoy(profile.ref, "letter-expiring", f"ends {end}, more than 60 days ahead")


def letter_fee(sample: Sample, profile: Profile) -> None:
    """The signed letter says less than the billing record."""
    engagement = sample.engagements[sample.returns[profile.ref]]
    agreed = engagement.fee - Decimal(400)
    path = letters.write(sample, profile, engagement, fee=agreed, layout="formal")
    sample.settle(profile.ref, f"letter:{engagement.ref}")
    why = f"letter says {agreed}, the engagement {engagement.fee}"
    sample.plant(
        profile.ref,
        "document-contradicts-record",
        path,
        why,
        dollars=engagement.fee - agreed,
        document=path,
        quote=f"${agreed:,.2f}",
    )


def fee_same(sample: Sample, profile: Profile) -> None:
    """The letter names another amount too, but not as this year's fee."""
    engagement = sample.engagements[sample.returns[profile.ref]]
    before = engagement.fee - Decimal(250)
    letters.write(
        sample,
        profile,
        engagement,
        layout="short",
        remark=f"For comparison, the fee for the prior year was ${before:,.2f}.",
    )
    sample.settle(profile.ref, f"letter:{engagement.ref}")
    sample.decoy(profile.ref, "document-contradicts-record", "the other amount in the letter is last year's fee")


PLANTED: dict[str, Callable[[Sample, Profile], None]] = {
    f.__name__: f for f in (letter_unsigned, letter_late, letter_expiring, letter_fee)
}
DECOYS: dict[str, Callable[[Sample, Profile], None]] = {
    f.__name__: f for f in (letter_same_day, letter_renewed, letter_far, fee_same)
}
