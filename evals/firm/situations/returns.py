"""Returns: late, at risk, without an extension, waiting for a K-1."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from evals.firm import days, hours, names
from evals.firm.documents import tax_forms
from evals.firm.documents.tax_forms import K1
from evals.firm.sample import Profile, Sample


def _dates(sample: Sample, profile: Profile) -> tuple[date, date]:
    engagement = sample.engagements[sample.returns[profile.ref]]
    return days.return_due(engagement.template, engagement.period_end)


def at_risk(sample: Sample, profile: Profile) -> None:
    """More hours left than the days until the due date can hold; the return is also short of an extension."""
    ref = sample.returns[profile.ref]
    fee = Decimal(9800) + profile.client.annual_fee.quantize(Decimal(1)) % 7 * 100
    engagement = sample.change(ref, stage="waiting-on-client", progress=15, fee=fee, budget_hours=Decimal(66))
    hours.reset(sample, ref)
    hours.log(sample, engagement, Decimal("8.5"), sample.ago(48), sample.ago(4), rng=sample.rng("risk", ref))
    nominal, due = _dates(sample, profile)
    daily = sample.person(engagement.owner).weekly_hours / 5
    slack = days.business_days(sample.as_of, due) - (engagement.budget_hours - hours.hours_of(sample, ref)) / daily
    assert slack <= 0, f"{profile.ref} is not at risk on {sample.as_of}"
    why = f"{days.business_days(sample.as_of, due)} business days left, {slack:.2f} after the hours that remain"
    sample.plant(profile.ref, "return-at-risk", ref, why, due=due, nominal=nominal, dollars=fee)
    needs_extension(sample, profile)


def needs_extension(sample: Sample, profile: Profile) -> None:
    ref = sample.returns[profile.ref]
    nominal, due = _dates(sample, profile)
    engagement = sample.engagements[ref]
    why = f"stage {engagement.stage}, no extension, due {due}"
    sample.plant(profile.ref, "extension-needed", ref, why, due=due, nominal=nominal, dollars=engagement.fee)


def overdue(sample: Sample, profile: Profile) -> None:
    ref = sample.returns[profile.ref]
    nominal, due = _dates(sample, profile)
    engagement = sample.engagements[ref]
    sample.plant(
        profile.ref,
        "return-overdue",
        ref,
        f"due {due}, stage {engagement.stage}, no extension",
        due=due,
        nominal=nominal,
        dollars=engagement.fee,
    )


def _held_interest(sample: Sample, profile: Profile, year: int, issuer: str = "") -> tuple[str, K1]:
    """Files the K-1 of an interest that the client holds in a partnership that is no client of ours."""
    rng = sample.rng("held", profile.ref)
    index = rng.randrange(len(names.PARTNERSHIPS))
    share, base = Decimal(rng.randint(300, 2400)) / 100, Decimal(rng.randint(1800, 46000))
    income = base + 437 * (year % 3)
    slip = K1(
        "1065",
        issuer or names.PARTNERSHIPS[index],
        f"00-{4410023 + index * 8117:07d}",
        profile.name if not profile.is_household else profile.owners[0].name,
        profile.client.tax_id,
        year,
        share,
        income,
        (income * Decimal("0.6")).quantize(Decimal(1)),
        recipient_address=f"{profile.client.address}\n{profile.client.city}, {profile.client.state} {profile.client.zip}",
    )
    return tax_forms.k1(sample, profile.ref, slip, folder=f"Tax {year}"), slip


def k1_awaited(sample: Sample, profile: Profile) -> None:
    """Last year's K-1 is there, this year's is not, and the client's own return is due in days."""
    path, slip = _held_interest(sample, profile, sample.tax_year - 1)
    _, due = _dates(sample, profile)
    _, issuer_due = days.return_due("1065", date(sample.tax_year, 12, 31))
    trigger = min(issuer_due + timedelta(days=5), due - timedelta(days=15))
    assert trigger <= sample.as_of
    why = f"{slip.issuer} sent one for {slip.year}, none for {sample.tax_year}; needed since {trigger}"
    sample.plant(
        profile.ref, "k1-awaited", path, why, due=trigger, dollars=abs(slip.income), document=path, quote=slip.issuer
    )


def k1_not_yet(sample: Sample, profile: Profile) -> None:
    _held_interest(sample, profile, sample.tax_year - 1)
    sample.decoy(profile.ref, "k1-awaited", "the issuer's due date + 5 and the return's due date - 15 are both ahead")


def k1_renamed(sample: Sample, profile: Profile) -> None:
    """This year's K-1 is there, the issuer writes its name another way; the EIN is the same."""
    _, slip = _held_interest(sample, profile, sample.tax_year - 1)
    _held_interest(sample, profile, sample.tax_year, issuer=slip.issuer.upper().replace(",", ""))
    sample.decoy(profile.ref, "k1-awaited", "this year's is on file under another spelling, same EIN")


def extension_filed(sample: Sample, profile: Profile) -> None:
    sample.decoy(profile.ref, "extension-needed", "extension on file")


def overdue_extended(sample: Sample, profile: Profile) -> None:
    """The nominal date has passed, the extended one has not."""
    engagement = sample.engagements[sample.returns[profile.ref]]
    sample.change(engagement.ref, extended_to=days.extended_due(engagement.template, engagement.period_end))
    sample.decoy(profile.ref, "return-overdue", "extension on file")


def extension_not_due(sample: Sample, profile: Profile) -> None:
    sample.decoy(profile.ref, "extension-needed", "not started, but the due date is more than ten business days ahead")


def at_risk_clear(sample: Sample, profile: Profile) -> None:
    sample.decoy(profile.ref, "return-at-risk", "not started, and weeks of slack")


PLANTED: dict[str, Callable[[Sample, Profile], None]] = {
    f.__name__: f for f in (at_risk, needs_extension, overdue, k1_awaited)
}
DECOYS: dict[str, Callable[[Sample, Profile], None]] = {
    f.__name__: f for f in (k1_not_yet, k1_renamed, extension_filed, overdue_extended, extension_not_due, at_risk_clear)
}
