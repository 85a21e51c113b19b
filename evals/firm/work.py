"""Engagements of every client in a state that raises nothing: stages, letters, fees, budgets. Situations disturb it later."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from evals.firm import days
from evals.firm.records import Engagement
from evals.firm.sample import Profile, Sample

# Progress in percent, and the share of the budget that is used, by stage.
_PROGRESS = {
    "not-started": ((0, 0), (0, 0)),
    "waiting-on-client": ((10, 25), (8, 20)),
    "in-progress": ((35, 58), (30, 55)),
    "in-review": ((85, 92), (78, 90)),
    "ready-to-file": ((96, 98), (84, 95)),
    "filed": ((100, 100), (84, 97)),
    "done": ((100, 100), (84, 97)),
}
_FORM_TITLES = {
    "1120-S": "Form 1120-S",
    "1120": "Form 1120",
    "1065": "Form 1065",
    "1040": "Form 1040",
    "1041": "Form 1041",
    "990": "Form 990",
}
# Slug, title, share of the annual return fee, step of the fee.
_YEARLY = {
    "close": ("monthly-close", "Monthly close and controllership", Decimal("3.6"), 600),
    "bookkeeping": ("bookkeeping", "Monthly bookkeeping", Decimal("1.8"), 300),
    "payroll": ("payroll", "Payroll and payroll tax returns", Decimal("1.1"), 120),
    "salestax": ("sales-tax", "Sales tax returns", Decimal("0.6"), 120),
}
_PROJECTS = {
    "audit": ("audit", "Audit of the {year} financial statements", 16500, (6, 30)),
    "review": ("review", "Review of the {year} financial statements", 8200, (4, 30)),
    "compilation": ("compilation", "Compilation of the {year} financial statements", 3400, (4, 30)),
    "advisory": ("advisory", "Succession and entity planning", 4800, None),
    "onboarding": ("onboarding", "Onboarding and review of prior books", 2200, None),
}


def engage(sample: Sample) -> None:
    """All engagements of all clients."""
    for profile in sample.profiles.values():
        rng = sample.rng("work", profile.ref)
        _main(sample, profile, rng)
        for service in profile.blueprint.services.split():
            _service(sample, profile, service, rng)


def budget_for(fee: Decimal) -> Decimal:
    """Hours at a blended rate of about $165, to the half hour."""
    return max(Decimal(3), (fee / 165 * 2).quantize(Decimal(1)) / 2)


def main_template(profile: Profile) -> str | None:
    """The template of the client's own return; a law firm that is an LLC files Form 1065. None: no return of ours."""
    entity = profile.client.entity_type
    return "1065" if entity == "law" else entity if entity in days.RETURNS else None


def _main(sample: Sample, profile: Profile, rng: Random) -> None:
    template = main_template(profile)
    if template is None:
        return
    end = profile.period_end
    start = days.months_after(end, -11, 1) if end.month != 12 else date(end.year, 1, 1)
    stage = "in-progress" if profile.blueprint.stage == "extended" else profile.blueprint.stage
    sent = date(sample.as_of.year, 1, rng.randint(5, 7))
    title = (
        f"{start.year} {_FORM_TITLES[template]}"
        if end.month == 12
        else f"{_FORM_TITLES[template]}, year ended {days.long_date(end)}"
    )
    engagement = _opened(sample, profile, template, title, (start, end), stage, profile.client.annual_fee, sent, rng)
    changes: dict[str, date] = {"due": days.return_due(template, end)[1]}
    if profile.blueprint.stage == "extended":
        changes["extended_to"] = days.extended_due(template, end)
    if stage == "filed":
        finished = days.add_business(sample.as_of, -rng.randint(2, 12))
        changes |= {"finished_on": finished, "filed_on": finished}
    sample.change(engagement.ref, **changes)
    sample.returns[profile.ref] = engagement.ref


def _service(sample: Sample, profile: Profile, service: str, rng: Random) -> None:
    if service == "prior":
        _prior(sample, profile, rng)
    elif service in _YEARLY:
        _yearly(sample, profile, service, rng)
    else:
        _project(sample, profile, service, rng)


def _prior(sample: Sample, profile: Profile, rng: Random) -> None:
    """Last year's return: filed, billed, paid."""
    template = main_template(profile)
    if template is None:
        return
    year = sample.tax_year - 1
    period = (date(year, 1, 1), date(year, 12, 31))
    due = days.return_due(template, period[1])[1]
    finished = days.add_business(due, -rng.randint(1, 16))
    fee = (profile.client.annual_fee * Decimal("0.95") / 25).quantize(Decimal(1)) * 25
    sent = date(year + 1, 1, rng.randint(6, 14))
    engagement = _opened(sample, profile, template, f"{year} {_FORM_TITLES[template]}", period, "done", fee, sent, rng)
    sample.change(engagement.ref, due=due, finished_on=finished, filed_on=finished, started_on=sent + timedelta(days=9))


def _yearly(sample: Sample, profile: Profile, service: str, rng: Random) -> None:
    """A service of twelve months that is billed monthly; two months and a few days of this year are behind it."""
    slug, title, share, step = _YEARLY[service]
    year = sample.as_of.year
    fee = max(Decimal(step * 6), (profile.client.annual_fee * share / step).quantize(Decimal(1)) * step)
    sent = date(year - 1, 12, rng.randint(3, 12))
    period = (date(year, 1, 1), date(year, 12, 31))
    engagement = _opened(sample, profile, slug, f"{title}, {year}", period, "in-progress", fee, sent, rng)
    sample.change(
        engagement.ref, progress=18, budget_hours=(fee / 130 * 2).quantize(Decimal(1)) / 2, started_on=date(year, 1, 2)
    )


def _project(sample: Sample, profile: Profile, service: str, rng: Random) -> None:
    slug, title, price, due = _PROJECTS[service]
    year = sample.as_of.year
    fee = Decimal(price + 100 * rng.randint(-8, 8))
    start, end = (date(year - 1, 1, 1), date(year - 1, 12, 31)) if due else (date(year, 1, 1), date(year, 6, 30))
    stage = profile.blueprint.stage if main_template(profile) is None else "in-progress"
    sent = date(year, 1, rng.randint(5, 7))
    engagement = _opened(sample, profile, slug, title.format(year=year - 1), (start, end), stage, fee, sent, rng)
    if due:
        sample.change(engagement.ref, due=date(year, *due))
    if slug == "advisory":
        sample.change(engagement.ref, fee_type="hourly")
    if stage == "filed":
        finished = days.add_business(sample.as_of, -rng.randint(3, 10))
        sample.change(engagement.ref, stage="done", finished_on=finished)


def _opened(
    sample: Sample,
    profile: Profile,
    template: str,
    title: str,
    period: tuple[date, date],
    stage: str,
    fee: Decimal,
    sent: date,
    rng: Random,
) -> Engagement:
    """An engagement whose letter was signed before any work could begin."""
    low, high = _PROGRESS[stage][0]
    code = template.replace("-", "").upper()
    signed = sent + timedelta(days=rng.randint(1, 4))
    return sample.open(
        Engagement(
            ref=f"{profile.ref}-{code}-{period[1].year % 100}",
            client_ref=profile.ref,
            template=template,
            title=title,
            period_start=period[0],
            period_end=period[1],
            due=None,
            stage=stage,
            progress=rng.randint(low, high),
            fee_type="fixed",
            fee=fee,
            budget_hours=budget_for(fee),
            owner=profile.owner_email,
            letter_sent_on=sent,
            letter_signed_on=signed,
            started_on=None if stage == "not-started" else max(signed + timedelta(days=1), date(sent.year, 1, 12)),
        )
    )


def used_share(engagement: Engagement, rng: Random) -> Decimal:
    """The share of the budget that a quiet engagement has used by now."""
    if engagement.template in {slug for slug, *_ in _YEARLY.values()}:
        return Decimal(rng.randint(16, 21)) / 100
    low, high = _PROGRESS[engagement.stage][1]
    return Decimal(rng.randint(low, high)) / 100
