"""Payroll, estimates, vendors and sales tax: what is planted and what only looks like it. Who gets what stands in plant_filings.py."""

from datetime import date, timedelta
from decimal import Decimal

from evals.firm import days
from evals.firm.documents import filings, payroll
from evals.firm.documents.filings import Ack, Paid
from evals.firm.ledger import Books
from evals.firm.sample import Profile, Sample

_CENT = Decimal("0.01")


# ---------------------------------------------------------------- payroll


def _pay_dates(sample: Sample) -> tuple[date, date]:
    """Two Fridays of January."""
    first = date(sample.as_of.year, 1, 12)
    friday = first + timedelta(days=(4 - first.weekday()) % 7)
    return friday, friday + timedelta(days=14)


def _january(sample: Sample, profile: Profile, deposited: date) -> tuple[str, Decimal]:
    """Registers and the deposit of January, with that of December before it."""
    year = sample.as_of.year
    for day in _pay_dates(sample):
        payroll.register(sample, profile, day)
    rng = sample.rng("january", profile.ref)
    before, amount = (Decimal(rng.randint(520000, 1180000)) / 100 for _ in range(2))
    december = days.roll(date(year, 1, 15))
    rows = [Paid("941", f"December {year - 1}", before, december), Paid("941", f"January {year}", amount, deposited)]
    return filings.deposit_list(
        sample, profile, f"Payroll tax deposits {year}", "Payroll Tax Deposit Report", rows
    ), amount


def deposit_late(sample: Sample, profile: Profile) -> None:
    year = sample.as_of.year
    nominal = date(year, 2, 15)
    due = days.roll(nominal)
    path, amount = _january(sample, profile, due + timedelta(days=7))
    why = f"January's deposit was due on {due} and made seven days later"
    sample.plant(
        profile.ref, "payroll-deposit", f"941 {year}-01", why, due=due, nominal=nominal, dollars=amount, document=path
    )


def deposit_rolled(sample: Sample, profile: Profile) -> None:
    _january(sample, profile, days.roll(date(sample.as_of.year, 2, 15)))
    sample.decoy(profile.ref, "payroll-deposit", "deposited after the 15th, on the next business day")


def _returns_of(sample: Sample, quarters: int) -> list[Ack]:
    """Form 941 of last year's first quarters, each accepted."""
    year = sample.tax_year
    ends = [days.month_end(year, month) for month in (3, 6, 9, 12)][:quarters]
    return [Ack("941", year, "Accepted", days.add_business(end, 17)) for end in ends]


def return_941_missing(sample: Sample, profile: Profile) -> None:
    """The last quarter is missing; its deposits were on time, so it had ten days more."""
    year = sample.tax_year
    filings.efile_report(sample, profile, f"Payroll returns {year}", _returns_of(sample, 3))
    due = days.roll(date(year + 1, 2, 10))
    why = "three quarters were accepted, the fourth was not filed"
    sample.plant(profile.ref, "payroll-return", f"941 {year}-12-31", why, due=due, nominal=date(year + 1, 2, 10))


def return_941_filed(sample: Sample, profile: Profile) -> None:
    filings.efile_report(sample, profile, f"Payroll returns {sample.tax_year}", _returns_of(sample, 4))
    sample.decoy(profile.ref, "payroll-return", "all four quarters were accepted")


def _deferrals(sample: Sample, profile: Profile, business_days: int) -> tuple[str, date, Decimal]:
    first, second = _pay_dates(sample)
    rng = sample.rng("401k", profile.ref)
    amounts = [Decimal(rng.randint(90000, 320000)) / 100 for _ in range(2)]
    rows = [
        Paid("401(k) deferrals", first, amounts[0], days.add_business(first, business_days)),
        Paid("401(k) deferrals", second, amounts[1], days.add_business(second, 4)),
    ]
    name = f"401(k) deposits {sample.as_of.year}"
    return filings.deposit_list(sample, profile, name, "401(k) Contribution Deposits", rows), first, amounts[0]


def deferrals_late(sample: Sample, profile: Profile) -> None:
    path, day, amount = _deferrals(sample, profile, 12)
    why = "deposited on the twelfth business day after the pay date"
    due = days.add_business(day, 7)
    sample.plant(profile.ref, "deferrals-late", f"deferrals {day}", why, due=due, dollars=amount, document=path)


def deferrals_seventh(sample: Sample, profile: Profile) -> None:
    _deferrals(sample, profile, 7)
    sample.decoy(profile.ref, "deferrals-late", "deposited on the seventh business day")


# ---------------------------------------------------------------- estimates


def _instalments(year: int) -> list[date]:
    return [days.roll(date(year, month, 15)) for month in (4, 6, 9)] + [days.roll(date(year + 1, 1, 15))]


def estimate_missed(sample: Sample, profile: Profile) -> None:
    year = sample.tax_year
    amount = Decimal(sample.rng("missed", profile.ref).randrange(1800, 6400, 100)).quantize(_CENT)
    dates = _instalments(year)
    rows = [(due, amount, days.add_business(due, -2) if index < 3 else None) for index, due in enumerate(dates)]
    path = filings.estimate_schedule(sample, profile, "1040-ES", year, rows)
    why = "three instalments have a day of payment, the fourth has none"
    subject = f"1040 {year} {date(year + 1, 1, 15)}"
    sample.plant(
        profile.ref,
        "estimate-due",
        subject,
        why,
        due=dates[3],
        nominal=date(year + 1, 1, 15),
        dollars=amount,
        document=path,
    )


def estimate_far(sample: Sample, profile: Profile) -> None:
    year = sample.as_of.year
    amount = Decimal(sample.rng("far", profile.ref).randrange(1200, 4800, 100)).quantize(_CENT)
    filings.estimate_schedule(sample, profile, "1040-ES", year, [(due, amount, None) for due in _instalments(year)])
    sample.decoy(profile.ref, "estimate-due", "the first instalment is more than ten business days ahead")


def _this_year(sample: Sample, profile: Profile, tax_share: Decimal) -> tuple[str, Decimal, Decimal]:
    """The corporation's schedule of this year, and two months of profit whose tax is `tax_share` of it."""
    year = sample.as_of.year
    amount = Decimal(sample.rng("stale", profile.ref).randrange(6000, 9000, 250)).quantize(_CENT)
    dates = [days.roll(date(year, month, 15)) for month in (4, 6, 9, 12)]
    filings.estimate_schedule(sample, profile, "1120-W", year, [(due, amount, None) for due in dates])
    net = (amount * 4 * tax_share / Decimal("1.26")).quantize(Decimal(1)).quantize(_CENT)  # six times 21 %
    cost, rent, wages = net * 9, net * Decimal("1.5"), net * Decimal("4.5")
    path = filings.profit_and_loss(
        sample,
        profile,
        f"Profit and Loss January - February {year}",
        (date(year, 1, 1), days.month_end(year, 2)),
        [("4000 Sales", net + cost + rent + wages)],
        [("5000 Materials and Supplies", cost)],
        [("6100 Salaries and Wages", wages), ("6200 Rent Expense", rent)],
    )
    return path, net, amount * 4


def estimate_stale(sample: Sample, profile: Profile) -> None:
    path, net, planned = _this_year(sample, profile, Decimal("2.2"))
    off = ((net * Decimal("0.21")).quantize(_CENT) * 12 / 2 - planned).quantize(_CENT)
    due = days.roll(date(sample.as_of.year, 4, 15))
    nominal = date(sample.as_of.year, 4, 15)
    why = "two months of profit are more than twice what the estimates allow for"
    sample.plant(
        profile.ref,
        "estimate-stale",
        f"1120 {sample.as_of.year}",
        why,
        due=due,
        nominal=nominal,
        dollars=off,
        document=path,
    )


def estimate_fits(sample: Sample, profile: Profile) -> None:
    _this_year(sample, profile, Decimal("1.2"))
    sample.decoy(profile.ref, "estimate-stale", "profit is a fifth above the estimates, not a quarter")


# ---------------------------------------------------------------- vendors


def nec_missing(sample: Sample, profile: Profile) -> None:
    year = sample.tax_year
    rows = [("Lamar Ostrow", Decimal("8420.00"), True), ("Keystone Drywall, LLC", Decimal("23150.00"), True)]
    rows += [("Tessa Brill", Decimal("599.00"), True), ("Penn Crane Rental, Inc.", Decimal("7300.00"), True)]
    sample.settle(profile.ref, "vendors")
    name = f"1099 contractor payments {year}"
    path = filings.contractors(sample, profile, name, year, f"January - December {year}", rows)
    why = "two contractors of $600 and more, no Form 1099-NEC filed"
    due = days.roll(date(year + 1, 1, 31))
    dollars = Decimal("31570.00")
    sample.plant(
        profile.ref,
        "information-returns",
        path,
        why,
        due=due,
        nominal=date(year + 1, 1, 31),
        dollars=dollars,
        document=path,
        quote="Lamar Ostrow",
    )


def nec_filed(sample: Sample, profile: Profile) -> None:
    year = sample.tax_year
    sample.settle(profile.ref, "vendors")
    rows = [("Lamar Ostrow", Decimal("11260.00"), True), ("Brill & Daughter", Decimal("4380.50"), True)]
    name = f"1099 contractor payments {year}"
    filings.contractors(sample, profile, name, year, f"January - December {year}", rows)
    nec_accepted(sample, profile)
    sample.decoy(profile.ref, "information-returns", "the Forms 1099-NEC were accepted")


def nec_accepted(sample: Sample, profile: Profile) -> None:
    """The report that shows last year's Forms 1099-NEC as accepted."""
    year = sample.tax_year
    rows = [Ack("1099-NEC", year, "Accepted", days.roll(date(year + 1, 1, 27)))]
    filings.efile_report(sample, profile, f"1099 filing {year}", rows)


def _this_years_contractors(sample: Sample, profile: Profile, last: tuple[str, Decimal]) -> str:
    year = sample.as_of.year
    rows = [
        ("Corbin Hauling, LLC", Decimal("6240.00"), True),
        ("Dana Whitlow", Decimal("912.50"), False),
        (*last, False),
    ]
    name = f"Contractor payments {year} to date"
    return filings.contractors(sample, profile, name, year, f"January - February {year}", rows)


def w9_missing(sample: Sample, profile: Profile) -> None:
    path = _this_years_contractors(sample, profile, ("Marlon Pruitt", Decimal("1720.00")))
    why = "paid 86 % of this year's $2,000 without a W-9"
    sample.plant(
        profile.ref,
        "vendor-without-w9",
        path,
        why,
        dollars=Decimal("1720.00"),
        document=path,
        quote="Marlon Pruitt",
    )


def w9_below(sample: Sample, profile: Profile) -> None:
    _this_years_contractors(sample, profile, ("Marlon Pruitt", Decimal("1590.00")))
    sample.decoy(profile.ref, "vendor-without-w9", "no W-9, but paid just under 80 % of this year's $2,000")


# ---------------------------------------------------------------- sales tax


def sales_tax_log(sample: Sample, profile: Profile, *, filed: bool, last: int = 18) -> None:
    """The log of Pennsylvania's returns; NJ's first quarter is not over."""
    sample.settle(profile.ref, "sales-tax-log")
    if profile.client.state != "PA":
        return
    year = sample.as_of.year
    rows = [Ack("PA-3", year - 1, "Accepted", days.roll(date(year - 1, 12, 18)))]
    rows.append(Ack("PA-3", year - 1, "Accepted", days.roll(date(year, 1, 19))))
    if filed:
        rows.append(Ack("PA-3", year, "Accepted", days.roll(date(year, 2, last))))
    filings.efile_report(sample, profile, f"Sales tax filings {year}", rows)


def sales_tax_missing(sample: Sample, profile: Profile) -> None:
    sales_tax_log(sample, profile, filed=False)
    year = sample.as_of.year
    nominal = date(year, 2, 20)
    why = "November and December are in the log, January is not"
    sample.plant(
        profile.ref, "sales-tax-return", f"PA {days.month_end(year, 1)}", why, due=days.roll(nominal), nominal=nominal
    )


def sales_tax_last_day(sample: Sample, profile: Profile) -> None:
    sales_tax_log(sample, profile, filed=True, last=20)
    sample.decoy(profile.ref, "sales-tax-return", "January was filed on its last day")


def _sales_by_state(sample: Sample, profile: Profile, ohio: Decimal) -> str:
    """Last year's profit and loss with sales by state; the rest as in the books."""
    sample.settle(profile.ref, "profit-and-loss")
    found = sample.books[profile.ref]
    sales = -found.accounts[4000]
    income = [("4000 Sales - Pennsylvania", sales - ohio), ("4010 Sales - Ohio", ohio)]
    income += [(_line(found, n), -found.accounts[n]) for n in found.accounts if 4000 < n <= 4999]
    cost, expense = (
        [(_line(found, n), amount) for n, amount in found.accounts.items() if low <= n <= high]
        for low, high in ((5000, 5999), (6000, 8999))
    )
    year = sample.tax_year
    span = (date(year, 1, 1), date(year, 12, 31))
    return filings.profit_and_loss(sample, profile, f"Profit and Loss {year}", span, income, cost, expense)


def _line(found: Books, number: int) -> str:
    return f"{number} {found.names[number]}"


def nexus_near(sample: Sample, profile: Profile) -> None:
    path = _sales_by_state(sample, profile, Decimal("92400.00"))
    why = "sales into Ohio are 92.4 % of the threshold that the firm entered"
    sample.plant(profile.ref, "nexus-approaching", "nexus OH", why, document=path, quote="92,400.00")


def nexus_below(sample: Sample, profile: Profile) -> None:
    _sales_by_state(sample, profile, Decimal("78900.00"))
    sample.decoy(profile.ref, "nexus-approaching", "sales into Ohio are 78.9 % of the threshold")
