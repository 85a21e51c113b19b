"""The client's own business: covenants, trial balances, shares and numbers that contradict the record."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from evals.firm import days, ledger, names
from evals.firm.documents import books, loans, tax_forms
from evals.firm.documents.loans import Covenant
from evals.firm.documents.tax_forms import K1
from evals.firm.ledger import Books, Loan
from evals.firm.render.blocks import percent
from evals.firm.sample import Profile, Sample

_TICK = Decimal("0.05")


def _loan(sample: Sample, profile: Profile, principal: Decimal) -> Loan:
    rng = sample.rng("loan", profile.ref)
    made = date(sample.tax_year - 2, rng.randint(2, 10), rng.choice((1, 15)))
    number = f"{rng.randint(10**9, 10**10 - 1)}"
    return Loan(
        profile.bank, number, principal, Decimal(rng.choice(("6.75", "7.00", "7.25", "7.5", "7.875"))), 84, made
    )


def _principal(found: Books, share: str) -> Decimal:
    return max(Decimal(40000), (-found.accounts[4000] * Decimal(share) / 5000).quantize(Decimal(1)) * 5000)


def _agree(sample: Sample, profile: Profile, loan: Loan, covenant: Covenant) -> str:
    sample.loans[profile.ref] = loan
    return loans.agreement(sample, profile, loan, covenant)


def _near(sample: Sample, profile: Profile, path: str, loan: Loan, covenant: Covenant, value: Decimal) -> None:
    """The next test day, and what was measured."""
    today = sample.as_of
    month = (today.month + 2) // 3 * 3 if covenant.tested == "quarterly" else 12
    test = days.month_end(today.year, month)
    why = (
        f"{covenant.metric} {value:.3f} against {covenant.operator} {covenant.threshold:.2f}, tested {covenant.tested}"
    )
    sample.plant(
        profile.ref,
        "covenant-near",
        path,
        why,
        due=test,
        dollars=loan.principal,
        document=path,
        quote=f"{covenant.threshold:.2f} to 1.00",
    )


def _size_for_dscr(sample: Sample, profile: Profile, target: Decimal) -> tuple[Loan, Books]:
    """A loan whose annual service puts the DSCR near `target`, and the books with it."""
    found = sample.books[profile.ref]
    first = _loan(sample, profile, Decimal(100000))
    principal = (found.cash_flow / target * 100000 / first.annual_service / 1000).quantize(Decimal(1)) * 1000
    loan = _loan(sample, profile, principal)
    return loan, ledger.with_loan(found, loan)


def covenant_dscr(sample: Sample, profile: Profile) -> None:
    covenant = Covenant("debt service coverage ratio", ">=", Decimal("1.25"), "annually")
    loan, found = _size_for_dscr(sample, profile, Decimal("1.30"))
    sample.books[profile.ref] = found
    value = found.cash_flow / loan.annual_service
    assert value <= covenant.threshold * Decimal("1.1")
    _near(sample, profile, _agree(sample, profile, loan, covenant), loan, covenant, value)


def covenant_current(sample: Sample, profile: Profile) -> None:
    covenant = Covenant("current ratio", ">=", Decimal("1.25"), "quarterly")
    found = sample.books[profile.ref]
    loan = _loan(sample, profile, _principal(found, "0.16"))
    sample.books[profile.ref] = found = ledger.with_current_ratio(ledger.with_loan(found, loan), Decimal("1.31"))
    assert found.current_ratio <= covenant.threshold * Decimal("1.1")
    _near(sample, profile, _agree(sample, profile, loan, covenant), loan, covenant, found.current_ratio)


def covenant_leverage(sample: Sample, profile: Profile) -> None:
    covenant = Covenant("leverage ratio", "<=", Decimal("2.50"), "quarterly")
    found = sample.books[profile.ref]
    loan = _loan(sample, profile, _principal(found, "0.12"))
    sample.books[profile.ref] = found = ledger.with_leverage(ledger.with_loan(found, loan), Decimal("2.41"))
    assert found.leverage >= covenant.threshold * Decimal("0.9")
    _near(sample, profile, _agree(sample, profile, loan, covenant), loan, covenant, found.leverage)


def covenant_clear(sample: Sample, profile: Profile) -> None:
    """A current ratio 13 to 18 % above what is asked; for a landlord a DSCR of 1.55 against 1.25."""
    found = sample.books[profile.ref]
    if profile.blueprint.industry == "real estate":
        loan, sample.books[profile.ref] = _size_for_dscr(sample, profile, Decimal("1.55"))
        _agree(sample, profile, loan, Covenant("debt service coverage ratio", ">=", Decimal("1.25"), "annually"))
        sample.decoy(profile.ref, "covenant-near", "debt service coverage 1.55 against 1.25: more than 10 % of room")
        return
    loan = _loan(sample, profile, _principal(found, "0.10"))
    sample.books[profile.ref] = found = ledger.with_loan(found, loan)
    threshold = (found.current_ratio / Decimal("1.15") / _TICK).quantize(Decimal(1)) * _TICK
    while found.current_ratio <= threshold * Decimal("1.12"):
        threshold -= _TICK
    _agree(sample, profile, loan, Covenant("current ratio", ">=", threshold, "quarterly"))
    sample.decoy(
        profile.ref,
        "covenant-near",
        f"current ratio {found.current_ratio:.3f} against {threshold:.2f}: more than 10 % of room",
    )


def covenant_none(sample: Sample, profile: Profile) -> None:
    """A loan without any financial covenant."""
    loans.agreement(sample, profile, _loan(sample, profile, Decimal(120000)), None)
    sample.decoy(profile.ref, "covenant-near", "the agreement has no financial covenant")


def tb_unequal(sample: Sample, profile: Profile) -> None:
    """Two digits changed places in one account, so debits and credits differ by a multiple of nine."""
    found = sample.books[profile.ref]
    right = found.accounts[6450]
    digits = list(str(int(right)))
    place = next(n for n in range(len(digits) - 1) if digits[n] != digits[n + 1])
    digits[place], digits[place + 1] = digits[place + 1], digits[place]
    wrong = Decimal("".join(digits)) + right % 1
    path = books.trial_balance(sample, profile, found, slip={6450: wrong})
    sample.settle(profile.ref, "trial-balance")
    why = f"Professional Fees {wrong} on paper makes debits and credits differ"
    sample.plant(
        profile.ref,
        "trial-balance-off",
        path,
        why,
        dollars=abs(wrong - right),
        document=path,
        quote="Professional Fees",
    )


def tb_no_roll(sample: Sample, profile: Profile) -> None:
    """It balances, but retained earnings did not take over last year's result."""
    before, found = sample.prior_books[profile.ref], sample.books[profile.ref]
    off = Decimal("7350.00")
    wrong = found.with_accounts({3900: found.accounts[3900] - off}, plug=3200)
    sample.books[profile.ref] = wrong
    books.trial_balance(sample, profile, before)
    path = books.trial_balance(sample, profile, wrong)
    sample.settle(profile.ref, "trial-balance")
    rolled = -(before.accounts[3900] - before.net_income)
    why = f"retained earnings {-wrong.accounts[3900]}, last year's with its net income are {rolled}"
    sample.plant(profile.ref, "trial-balance-off", path, why, dollars=off, document=path, quote="Retained Earnings")


def tb_plain(sample: Sample, profile: Profile) -> None:
    """Two years that balance and roll."""
    books.trial_balance(sample, profile, sample.prior_books[profile.ref])
    books.trial_balance(sample, profile, sample.books[profile.ref])
    sample.settle(profile.ref, "trial-balance")
    sample.decoy(profile.ref, "trial-balance-off", "two years, both balance, and retained earnings roll")


def issue_k1s(sample: Sample, profile: Profile, shares: dict[str, Decimal], year: int) -> dict[str, str]:
    """Files the K-1s that a client issued to its owners; returns recipient → path."""
    template = "1065" if profile.client.entity_type == "law" else profile.client.entity_type
    income = (sample.books if year == sample.tax_year else sample.prior_books)[profile.ref].net_income
    paths = {}
    for position, (recipient, share) in enumerate(shares.items()):
        part = (income * share / 100).quantize(Decimal(1))
        paid = (max(part, Decimal(0)) * Decimal("0.6")).quantize(Decimal(1))
        number = f"XXX-XX-{(sum(map(ord, recipient)) * 7 + position) % 10000:04d}"
        slip = K1(
            template,
            profile.name,
            profile.client.tax_id,
            recipient,
            number,
            year,
            share,
            part,
            paid,
            address_of(profile),
            _home(sample, profile, recipient),
        )
        paths[recipient] = tax_forms.k1(sample, profile.ref, slip, folder=f"Tax {year}/K-1s issued")
    return paths


def _home(sample: Sample, profile: Profile, owner: str) -> str:
    """An address of the owner in the same town."""
    client = profile.client
    return f"{names.street(sample.rng('home', owner), False)}\n{client.city}, {client.state} {client.zip}"


def k1_share(sample: Sample, profile: Profile) -> None:
    """Last year's K-1s give two partners each other's share."""
    shares = {owner.name: owner.percent for owner in profile.owners if owner.percent is not None}
    first, second = list(shares)[:2]
    shares[first], shares[second] = shares[second], shares[first]
    paths = issue_k1s(sample, profile, shares, sample.tax_year - 1)
    sample.settle(profile.ref, "k1s")
    for owner in profile.owners[:2]:
        why = f"K-1 says {shares[owner.name]} %, the record {owner.percent} %"
        sample.plant(
            profile.ref,
            "document-contradicts-record",
            paths[owner.name],
            why,
            document=paths[owner.name],
            quote=f"{percent(shares[owner.name])} %",
        )


def k1_rounding(sample: Sample, profile: Profile) -> None:
    """Thirds: the form shows six decimals, the record two."""
    exact = {Decimal("66.67"): Decimal("66.666667"), Decimal("33.33"): Decimal("33.333333")}
    shares = {
        owner.name: exact.get(owner.percent or Decimal(0), owner.percent or Decimal(0)) for owner in profile.owners
    }
    issue_k1s(sample, profile, shares, sample.tax_year - 1)
    sample.settle(profile.ref, "k1s")
    sample.decoy(profile.ref, "document-contradicts-record", "66.666667 % is 66.67 % to the two decimals of the record")


CLASSES = {
    "1120-S": "S corporation",
    "1120": "C corporation",
    "1065": "Partnership",
    "law": "Partnership",
    "1041": "Trust/estate",
    "990": "C corporation",
    "other": "C corporation",
}


def address_of(profile: Profile) -> str:
    """Two lines."""
    client = profile.client
    return f"{client.address}\n{client.city}, {client.state} {client.zip}"


def w9_own(sample: Sample, profile: Profile, tax_id: str) -> str:
    """The client's own Form W-9, as it gives it to its customers."""
    client, address = profile.client, address_of(profile)
    signed = days.roll(date(sample.tax_year, 3, 1 + sum(map(ord, profile.ref)) % 27))
    return tax_forms.w9(
        sample,
        profile.ref,
        profile.name,
        tax_id,
        CLASSES.get(client.entity_type, "Individual/sole proprietor"),
        address,
        profile.owners[0].name,
        signed,
        folder="Permanent",
    )


def w9_id(sample: Sample, profile: Profile) -> None:
    own = profile.client.tax_id
    wrong = own[:-1] + str((int(own[-1]) + 5) % 10)
    path = w9_own(sample, profile, wrong)
    sample.settle(profile.ref, "w9")
    sample.plant(
        profile.ref,
        "document-contradicts-record",
        path,
        f"W-9 says {wrong}, client is {own}",
        document=path,
        quote=wrong,
    )


def w9_vendor(sample: Sample, profile: Profile) -> None:
    """A vendor's W-9 in the client's file: another name and another number, as it should be."""
    rng = sample.rng("vendor", profile.ref)
    vendor = names.company(rng, "construction", "1065")
    tax_forms.w9(
        sample,
        profile.ref,
        vendor,
        f"00-{rng.randint(1000000, 1999999)}",
        "Partnership",
        "77 Mill Race Lane\nLancaster, PA 17602",
        names.person(rng),
        date(sample.tax_year, 5, 6),
        folder="Vendors",
    )
    sample.decoy(profile.ref, "document-contradicts-record", "the W-9 is a vendor's")


PLANTED: dict[str, Callable[[Sample, Profile], None]] = {
    f.__name__: f for f in (covenant_dscr, covenant_current, covenant_leverage, tb_unequal, tb_no_roll, k1_share, w9_id)
}
DECOYS: dict[str, Callable[[Sample, Profile], None]] = {
    f.__name__: f for f in (covenant_clear, covenant_none, tb_plain, k1_rounding, w9_vendor)
}
