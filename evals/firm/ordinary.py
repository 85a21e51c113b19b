"""The ordinary papers of every client: what a quiet file holds. It leaves alone what a situation has settled."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from evals.firm import days, names, plant_taxes
from evals.firm.documents import bank, books, corporate, letters, loans, payroll, property, tax_forms, tax_papers
from evals.firm.documents.tax_forms import K1
from evals.firm.sample import Profile, Sample
from evals.firm.situations import business


def file_all(sample: Sample) -> None:
    """Papers of all clients, in the order of their refs."""
    for number, profile in enumerate(sample.profiles.values()):
        rng = sample.rng("ordinary", profile.ref)
        _letters(sample, profile)
        if profile.is_household:
            _household(sample, profile, rng, number)
        elif profile.blueprint.industry in ("estate", "trust"):
            _fiduciary(sample, profile, rng)
        else:
            _business(sample, profile, rng, number)
            _books(sample, profile, rng)
        _common(sample, profile, rng, number)


def _scans(sample: Sample, number: int, every: int, at: int) -> bool:
    """A few clients only: reading a scanned page takes seconds."""
    return not sample.light and number < 75 and number % every == at


def _letters(sample: Sample, profile: Profile) -> None:
    """One for each engagement of this year; payroll and sales tax stand in a rider that was signed on paper."""
    for engagement in sample.work_of(profile.ref):
        current = engagement.period_end.year >= sample.tax_year and engagement.template not in ("payroll", "sales-tax")
        if current and not sample.is_settled(profile.ref, f"letter:{engagement.ref}"):
            letters.write(sample, profile, engagement)


def _common(sample: Sample, profile: Profile, rng: Random, number: int) -> None:
    has_prior = profile.has("prior")
    if has_prior and rng.random() < 0.3:
        tax_papers.last_return(sample, profile)
    if rng.random() < 0.15 and not sample.is_settled(profile.ref, "authorization"):
        corporate.authorization(
            sample,
            profile,
            days.roll(date(sample.tax_year, rng.randint(2, 11), 3)),
            scanned=_scans(sample, number, 2, 1),
        )
    if rng.random() < 0.28:
        title, words = _MEMOS[rng.randrange(len(_MEMOS))]
        author = sample.person(profile.client.manager).name
        paragraphs = tuple(
            line.format(client=profile.name, year=sample.tax_year, last=sample.tax_year - 1) for line in words
        )
        corporate.memo(sample, profile, sample.ago(rng.randint(6, 55)), title, paragraphs, author=author)
    filed = [e for e in sample.work_of(profile.ref) if e.filed_on and e.template in days.RETURNS]
    if filed and rng.random() < 0.25 and not sample.is_settled(profile.ref, "acks"):
        rows = sorted((e.filed_on + timedelta(days=1), e.template, e.period_start.year) for e in filed if e.filed_on)
        tax_papers.acknowledgements(sample, profile, [(form, year, on) for on, form, year in rows])


_MEMOS = (
    (
        "Planning notes",
        (
            "Discussed {year} with {client} by phone. No change in business or residence was reported.",
            "Watch the state apportionment; last year's percentages were carried forward.",
        ),
    ),
    (
        "Basis and loss limits",
        (
            "Basis at the beginning of {year} agrees with the {last} return of {client}.",
            "Losses are not limited. At-risk and passive tests are in the workpapers.",
        ),
    ),
    (
        "Depreciation policy",
        (
            "Additions under $2,500 are expensed under the de minimis election, renewed annually for {client}.",
            "Bonus depreciation was elected out of for seven-year property in {last}.",
        ),
    ),
    (
        "Review points",
        (
            "Tied the figures of {client} to the trial balance without difference.",
            "Home office percentage is unchanged from {last}. Mileage log is in the file.",
        ),
    ),
)


def _household(sample: Sample, profile: Profile, rng: Random, number: int) -> None:
    year = sample.tax_year
    folder = f"Tax {year}"
    started = profile.blueprint.stage != "not-started"
    if started:
        tax_papers.organizer(sample, profile)
    if profile.blueprint.industry in ("wages", "owner"):
        for index, owner in enumerate(profile.owners if rng.random() < 0.6 else profile.owners[:1]):
            employer = names.EMPLOYERS[(number * 3 + index * 5) % len(names.EMPLOYERS)]
            picture = (
                "jpg"
                if _scans(sample, number, 24, 4) and index == 0
                else "png"
                if _scans(sample, number, 24, 15) and index == 0
                else ""
            )
            wages = Decimal(rng.randint(4100000, 16800000)) / 100
            tax_forms.w2(
                sample, profile, owner.name, employer, _ein(employer), wages, year, folder=folder, picture=picture
            )
    for kind, payers, low, high in _slips(profile, rng):
        payer = rng.choice(payers)
        tax_forms.f1099(
            sample, profile, kind, payer, _ein(payer), Decimal(rng.randint(low, high)) / 100, year, folder=folder
        )
    _owner_k1s(sample, profile)
    if rng.random() < 0.4:
        tax_papers.receipt(sample, profile)
    if profile.blueprint.industry in ("owner", "investor", "retired") and rng.random() < 0.7:
        tax_papers.estimates(sample, profile)
    if rng.random() < 0.1 and not sample.is_settled(profile.ref, "bank"):
        bank.statements(sample, profile, date(year, 12, 31), 2)


def _slips(profile: Profile, rng: Random) -> list[tuple[str, tuple[str, ...], int, int]]:
    """The 1099s a household of this kind gets: form, payers, from and to in cents."""
    kind = profile.blueprint.industry
    slips: list[tuple[str, tuple[str, ...], int, int]] = []
    if kind != "wages" or rng.random() < 0.5:
        slips.append(("1099-INT", names.BANKS, 1200, 214000))
    if kind in ("investor", "retired") or rng.random() < 0.35:
        slips.append(("1099-DIV", names.BROKERS, 22000, 1940000))
    if kind == "retired":
        slips.append(("1099-R", names.BROKERS, 900000, 6200000))
    elif rng.random() < 0.2:
        slips.append(("1099-NEC", names.EMPLOYERS, 120000, 1850000))
    return slips


def _ein(company: str) -> str:
    return f"00-{sum(ord(c) * (n + 7) for n, c in enumerate(company)) % 9999999:07d}"


def _owner_k1s(sample: Sample, profile: Profile) -> None:
    """Copies of the K-1s that the family's own entity issued to these taxpayers for last year."""
    group = profile.client.group
    for entity in sample.profiles.values() if group and len(sample.profiles) <= 200 else ():
        if (
            entity.client.group != group
            or entity.client.entity_type not in ("1065", "1120-S")
            or not entity.has("prior")
        ):
            continue
        if any(entity.has(key) for key in ("k1_share", "k1_rounding")):
            continue
        income = sample.prior_books[entity.ref].net_income
        mine = {owner.name for owner in profile.owners}
        for owner in entity.owners:
            if owner.name in mine and owner.percent:
                part = (income * owner.percent / 100).quantize(Decimal(1))
                paid = (max(part, Decimal(0)) * Decimal("0.6")).quantize(Decimal(1))
                slip = K1(
                    entity.client.entity_type,
                    entity.name,
                    entity.client.tax_id,
                    owner.name,
                    profile.client.tax_id,
                    sample.tax_year - 1,
                    owner.percent,
                    part,
                    paid,
                    business.address_of(entity),
                    business.address_of(profile),
                )
                tax_forms.k1(sample, profile.ref, slip, folder=f"Tax {sample.tax_year - 1}")


def _fiduciary(sample: Sample, profile: Profile, rng: Random) -> None:
    year = sample.tax_year
    bank.statements(sample, profile, date(year, 12, 31), 2)
    payer = rng.choice(names.BROKERS)
    tax_forms.f1099(
        sample,
        profile,
        "1099-DIV",
        payer,
        _ein(payer),
        Decimal(rng.randint(180000, 2600000)) / 100,
        year,
        folder=f"Tax {year}",
    )
    trustee = profile.owners[0]
    words = (
        f"Please find below the fiduciary fees and distributions of {year}. Fees of $4,800.00 were paid in four installments.",
        "No real property was sold during the year.",
    )
    corporate.letter(
        sample, profile, sample.ago(rng.randint(20, 50)), trustee.name, f"Fiduciary accounting {year}", words
    )


def _business(sample: Sample, profile: Profile, rng: Random, number: int) -> None:
    year, entity = sample.tax_year, profile.client.entity_type
    close, scanned = profile.has("close") or profile.has("bookkeeping"), _scans(sample, number, 25, 22)
    if not sample.is_settled(profile.ref, "bank") and (close or scanned or rng.random() < 0.45):
        closing = sample.books[profile.ref].accounts[1010]
        bank.statements(sample, profile, date(year, 12, 31), 3 if close else 2, closing=closing, picture=scanned)
    if profile.has("payroll"):
        for back in (2, 1):
            payroll.register(sample, profile, date(year, 12, 26) - timedelta(days=14 * back))
        payroll.deposits(sample, profile)
    if rng.random() < 0.55 or _scans(sample, number, 25, 10):
        corporate.minutes(
            sample,
            profile,
            days.roll(date(year, rng.randint(3, 11), rng.randint(2, 26))),
            scanned=_scans(sample, number, 25, 10),
        )
    if not sample.is_settled(profile.ref, "certificate") and rng.random() < 0.35:
        property.certificate(
            sample,
            profile,
            date(year + 1, rng.randint(7, 12), rng.randint(1, 28)),
            what=rng.choice(("insurance", "insurance", "licence", "permit")),
        )
    if (
        not sample.is_settled(profile.ref, "lease")
        and profile.blueprint.industry != "real estate"
        and rng.random() < 0.4
    ):
        end = days.month_end(year + rng.randint(3, 5), rng.randint(1, 12))
        property.lease(sample, profile, end, notice_by=end - timedelta(days=180))
    if not sample.is_settled(profile.ref, "w9") and rng.random() < 0.35:
        business.w9_own(sample, profile, profile.client.tax_id)
    if rng.random() < 0.25 and not sample.is_settled(profile.ref, "vendors"):
        tax_papers.vendor_totals(sample, profile)
        plant_taxes.nec_accepted(sample, profile)
    if entity == "1120":
        tax_papers.estimates(sample, profile)
        if rng.random() < 0.5:
            corporate.stock_agreement(sample, profile, date(year, rng.randint(2, 11), rng.randint(1, 28)))
    shares = {owner.name: owner.percent for owner in profile.owners if owner.percent}
    if profile.has("prior") and entity in ("1065", "1120-S") and not sample.is_settled(profile.ref, "k1s"):
        business.issue_k1s(sample, profile, shares, year - 1)
    loan = sample.loans.get(profile.ref)
    if loan:
        loans.statement(sample, profile, loan, date(year, 12, 31))


def _books(sample: Sample, profile: Profile, rng: Random) -> None:
    """Reports of the client's program; the more, the closer the firm works with its books."""
    found = sample.books[profile.ref]
    close = any(profile.has(key) for key in ("close", "audit", "review", "compilation")) or profile.ref in sample.loans
    if not sample.is_settled(profile.ref, "trial-balance"):
        books.trial_balance(sample, profile, found)
    if (close or rng.random() < 0.35) and not sample.is_settled(profile.ref, "profit-and-loss"):
        books.profit_and_loss(sample, profile, found)
    if close or rng.random() < 0.15:
        books.balance_sheet(sample, profile, found)
    if close or rng.random() < 0.15:
        books.receivables(sample, profile, found)
