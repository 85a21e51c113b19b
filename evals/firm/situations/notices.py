"""Letters from tax agencies that need an answer, and those that were answered."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from evals.firm import days, money, projects
from evals.firm.documents import corporate
from evals.firm.documents import notices as paper
from evals.firm.documents.notice_words import STATE_AGENCIES
from evals.firm.documents.notices import Notice
from evals.firm.sample import Profile, Sample


def _amount(sample: Sample, profile: Profile, number: str) -> Decimal:
    low, high = {
        "CP3219A": (4200, 31000),
        "Letter 531": (9000, 64000),
        "LT11": (3000, 42000),
        "Letter 1058": (5200, 38000),
    }.get(number, (2150, 9800))
    return Decimal(sample.rng("notice", profile.ref, number).randint(low * 100, high * 100)) / 100


def _dated(sample: Sample, age: int, span: int, *, lands: bool) -> date:
    """A business day about `age` days ago whose day `span` later is a business day (`lands`) or is not."""
    day = sample.ago(age)
    while not days.is_business(day) or days.is_business(day + timedelta(days=span)) != lands:
        day -= timedelta(days=1)
    return day


def _notice(
    sample: Sample, profile: Profile, number: str, noticed: date, years_back: int, respond_by: date | None = None
) -> Notice:
    return Notice(number, noticed, sample.tax_year - years_back, _amount(sample, profile, number), respond_by)


def _plant(
    sample: Sample,
    profile: Profile,
    slug: str,
    notice: Notice,
    due: date,
    why: str,
    *,
    nominal: date | None = None,
    folder: str = "Notices",
    form: str = "pdf",
) -> str:
    path = paper.write(sample, profile, notice, folder=folder, form=form)
    dollars = None if notice.number == "CP12" else notice.amount
    quote = paper.deadline_words(notice)
    sample.plant(profile.ref, slug, path, why, due=due, nominal=nominal, dollars=dollars, document=path, quote=quote)
    return path


def _counted(sample: Sample, profile: Profile, slug: str, notice: Notice, span: int, *, form: str = "pdf") -> None:
    """A date that is counted from the notice's, then rolled."""
    nominal = notice.noticed + timedelta(days=span)
    why = f"{notice.number} of {notice.noticed} + {span} days = {nominal}, rolled to {days.roll(nominal)}"
    _plant(sample, profile, slug, notice, days.roll(nominal), why, nominal=nominal, form=form)


def _printed(
    sample: Sample, profile: Profile, slug: str, notice: Notice, *, folder: str = "Notices", form: str = "pdf"
) -> str:
    assert notice.respond_by is not None
    return _plant(
        sample,
        profile,
        slug,
        notice,
        notice.respond_by,
        f"{notice.number} prints {notice.respond_by}",
        folder=folder,
        form=form,
    )


def deficiency_printed(sample: Sample, profile: Profile) -> None:
    noticed = _dated(sample, 54, 90, lands=True)
    _printed(
        sample,
        profile,
        "notice-deficiency",
        _notice(sample, profile, "CP3219A", noticed, 2, noticed + timedelta(days=90)),
    )


def deficiency_rolled(sample: Sample, profile: Profile) -> None:
    _counted(
        sample,
        profile,
        "notice-deficiency",
        _notice(sample, profile, "Letter 531", _dated(sample, 41, 90, lands=False), 3),
        90,
    )


def deficiency_abroad(sample: Sample, profile: Profile) -> None:
    _counted(
        sample,
        profile,
        "notice-deficiency",
        _notice(sample, profile, "Letter 3219", _dated(sample, 46, 150, lands=False), 3),
        150,
    )


def levy_lt11(sample: Sample, profile: Profile) -> None:
    noticed = _dated(sample, 18, 30, lands=True)
    _printed(sample, profile, "notice-levy", _notice(sample, profile, "LT11", noticed, 2, noticed + timedelta(days=30)))


def levy_1058(sample: Sample, profile: Profile) -> None:
    _counted(
        sample,
        profile,
        "notice-levy",
        _notice(sample, profile, "Letter 1058", _dated(sample, 10, 30, lands=False), 4),
        30,
    )


def math_cp11(sample: Sample, profile: Profile) -> None:
    _counted(
        sample,
        profile,
        "notice-math-error",
        _notice(sample, profile, "CP11", _dated(sample, 24, 60, lands=False), 1),
        60,
    )


def math_cp12(sample: Sample, profile: Profile) -> None:
    _counted(
        sample,
        profile,
        "notice-math-error",
        _notice(sample, profile, "CP12", _dated(sample, 33, 60, lands=True), 1),
        60,
    )


def cp2000_printed(sample: Sample, profile: Profile) -> None:
    noticed = _dated(sample, 13, 30, lands=True)
    _printed(
        sample,
        profile,
        "notice-underreporter",
        _notice(sample, profile, "CP2000", noticed, 1, noticed + timedelta(days=30)),
    )


def letter2030_default(sample: Sample, profile: Profile) -> None:
    _counted(
        sample,
        profile,
        "notice-underreporter",
        _notice(sample, profile, "Letter 2030", _dated(sample, 9, 30, lands=True), 2),
        30,
    )


def cp14_printed(sample: Sample, profile: Profile) -> None:
    noticed = _dated(sample, 8, 21, lands=True)
    _printed(
        sample,
        profile,
        "notice-balance-due",
        _notice(sample, profile, "CP14", noticed, 1, noticed + timedelta(days=21)),
    )


def cp14_default(sample: Sample, profile: Profile) -> None:
    _counted(
        sample,
        profile,
        "notice-balance-due",
        _notice(sample, profile, "CP14", _dated(sample, 11, 21, lands=True), 2),
        21,
    )


def cp504(sample: Sample, profile: Profile) -> None:
    noticed = _dated(sample, 17, 30, lands=True)
    _printed(
        sample,
        profile,
        "notice-balance-due",
        _notice(sample, profile, "CP504", noticed, 2, noticed + timedelta(days=30)),
        form="scan",
    )


def state_notice(sample: Sample, profile: Profile) -> None:
    """A state's assessment, by its printed date; the state is the client's."""
    noticed = _dated(sample, 15, 30, lands=True)
    _, _, number = STATE_AGENCIES[profile.client.state]
    notice = _notice(sample, profile, number, noticed, 1, noticed + timedelta(days=30))
    _printed(sample, profile, "notice-state", replace(notice, agency=STATE_AGENCIES[profile.client.state][0]))


def _unopened(sample: Sample, profile: Profile, path: str, notice: Notice) -> None:
    by = days.add_business(notice.noticed, 1)
    why = f"{notice.number} of {notice.noticed} lies unopened in {path.split('/')[-2]}"
    sample.plant(
        profile.ref,
        "notice-unopened",
        path,
        why,
        due=by,
        dollars=notice.amount,
        document=path,
        quote=days.long_date(notice.noticed),
    )


def cp2000_unopened(sample: Sample, profile: Profile) -> None:
    noticed = _dated(sample, 9, 30, lands=True)
    notice = _notice(sample, profile, "CP2000", noticed, 2, noticed + timedelta(days=30))
    path = _printed(sample, profile, "notice-underreporter", notice, folder="Inbox", form="png")
    _unopened(sample, profile, path, notice)


def cp503_unopened(sample: Sample, profile: Profile) -> None:
    noticed = _dated(sample, 6, 21, lands=True)
    notice = _notice(sample, profile, "CP503", noticed, 1, noticed + timedelta(days=21))
    path = _printed(sample, profile, "notice-balance-due", notice, folder="Unopened", form="jpg")
    _unopened(sample, profile, path, notice)


def notice_wrong_id(sample: Sample, profile: Profile) -> None:
    """A notice in this client's file that bears another taxpayer's number."""
    noticed = _dated(sample, 7, 21, lands=True)
    own = profile.client.tax_id
    other = own[:-2] + own[-1] + own[-2] if own[-1] != own[-2] else own[:-1] + str((int(own[-1]) + 3) % 10)
    notice = replace(_notice(sample, profile, "CP14", noticed, 1, noticed + timedelta(days=21)), taxpayer_id=other)
    path = _printed(sample, profile, "notice-balance-due", notice)
    why = f"notice says {other}, client is {own}"
    sample.plant(
        profile.ref, "document-contradicts-record", path, why, dollars=notice.amount, document=path, quote=other
    )


def notice_receipt(sample: Sample, profile: Profile) -> None:
    """A notice of deficiency whose petition went out by certified mail."""
    noticed = _dated(sample, 61, 90, lands=True)
    notice = _notice(sample, profile, "CP3219A", noticed, 2, noticed + timedelta(days=90))
    paper.write(sample, profile, notice)
    corporate.mail_receipt(
        sample,
        profile,
        days.add_business(noticed, 22),
        "United States Tax Court, 400 Second Street NW, Washington, DC 20217",
        "CP3219A",
    )
    sample.decoy(profile.ref, "notice-deficiency", "petition mailed, certified receipt on file")


def notice_filed(sample: Sample, profile: Profile) -> None:
    """A CP2000 that was answered: the engagement for it is filed and billed."""
    noticed = _dated(sample, 26, 30, lands=True)
    notice = _notice(sample, profile, "CP2000", noticed, 2, noticed + timedelta(days=30))
    paper.write(sample, profile, notice)
    engagement = projects.project(
        sample,
        profile,
        "CP2000",
        f"CP2000 response, tax year {notice.year}",
        started=noticed + timedelta(days=4),
        fee=Decimal(650),
        logged=Decimal("3.5"),
        progress=100,
    )
    done = days.add_business(sample.as_of, -3)
    sample.change(engagement.ref, stage="filed", finished_on=done, filed_on=done)
    money.invoice(sample, engagement, days.add_business(done, 1), engagement.fee, sample.rng("notice-fee", profile.ref))
    sample.decoy(profile.ref, "notice-underreporter", "response filed, engagement is at filed")


def notice_fresh(sample: Sample, profile: Profile) -> None:
    """A notice in the inbox that is one business day old."""
    noticed = days.add_business(sample.as_of, -1)
    respond = days.roll(noticed + timedelta(days=21))
    _printed(
        sample, profile, "notice-balance-due", _notice(sample, profile, "CP14", noticed, 1, respond), folder="Inbox"
    )
    sample.decoy(profile.ref, "notice-unopened", "one business day old")


PLANTED: dict[str, Callable[[Sample, Profile], None]] = {
    f.__name__: f
    for f in (
        *(
            deficiency_printed,
            deficiency_rolled,
            deficiency_abroad,
            levy_lt11,
            levy_1058,
            math_cp11,
            math_cp12,
            cp2000_printed,
        ),
        *(
            letter2030_default,
            cp14_printed,
            cp14_default,
            cp504,
            state_notice,
            cp2000_unopened,
            cp503_unopened,
            notice_wrong_id,
        ),
    )
}
DECOYS: dict[str, Callable[[Sample, Profile], None]] = {
    f.__name__: f for f in (notice_receipt, notice_filed, notice_fresh)
}
