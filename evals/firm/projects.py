"""Small projects outside the yearly work: their letter, their time. For situations that need an engagement of their own."""

from datetime import date, timedelta
from decimal import Decimal

from evals.firm import days, hours, work
from evals.firm.records import Engagement
from evals.firm.sample import Profile, Sample


def project(
    sample: Sample,
    profile: Profile,
    code: str,
    title: str,
    *,
    started: date,
    fee: Decimal,
    logged: Decimal,
    progress: int,
    days_worked: int = 20,
) -> Engagement:
    """A small hourly project of its own, with its letter and its time, for situations that need one."""
    sent = days.add_business(started, -6)
    engagement = Engagement(
        ref=f"{profile.ref}-{code}-{started.year % 100}",
        client_ref=profile.ref,
        template="advisory",
        title=title,
        period_start=started,
        period_end=days.month_end(sample.as_of.year, 6),
        due=None,
        stage="in-progress",
        progress=progress,
        fee_type="fixed" if progress == 100 else "hourly",
        fee=fee,
        budget_hours=work.budget_for(fee) + 2,
        owner=profile.owner_email,
        letter_sent_on=sent,
        letter_signed_on=days.add_business(sent, 2),
        started_on=started,
    )
    sample.open(engagement)
    last = min(started + timedelta(days=days_worked), days.add_business(sample.as_of, -4))
    hours.log(sample, engagement, logged, started, last, rng=sample.rng("project", engagement.ref))
    return engagement
