"""A client's own books as numbers: a chart of accounts that balances, years that roll, a loan that amortizes. No files."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from random import Random

from evals.firm import days

CENT = Decimal("0.01")

NAMES = {
    1010: "Operating Checking",
    1050: "Money Market",
    1200: "Accounts Receivable",
    1300: "Inventory",
    1400: "Prepaid Expenses",
    1510: "Machinery and Equipment",
    1590: "Accumulated Depreciation",
    1700: "Security Deposits",
    2010: "Accounts Payable",
    2050: "Credit Card Payable",
    2100: "Line of Credit",
    2200: "Payroll Liabilities",
    2300: "Current Portion of Long-Term Debt",
    2600: "Notes Payable - Bank",
    3000: "Paid-in Capital",
    3200: "Distributions",
    3900: "Retained Earnings",
    4000: "Sales",
    4900: "Sales Discounts and Refunds",
    5000: "Materials and Supplies",
    5100: "Direct Labor",
    5200: "Subcontractors",
    6000: "Officer Compensation",
    6100: "Salaries and Wages",
    6150: "Payroll Taxes",
    6200: "Rent Expense",
    6250: "Insurance",
    6300: "Utilities",
    6350: "Repairs and Maintenance",
    6400: "Office and Software",
    6450: "Professional Fees",
    6500: "Advertising",
    6550: "Vehicle and Fuel",
    6700: "Depreciation Expense",
    7000: "Interest Expense",
}
# Yearly revenue in thousands, and shares of revenue: cost of sales, receivables, inventory, fixed assets.
_SHAPES: dict[str, tuple[tuple[int, int], float, float, float, float]] = {
    "manufacturing": ((1800, 5200), 0.58, 0.105, 0.10, 0.42),
    "construction": ((900, 3000), 0.55, 0.09, 0.015, 0.28),
    "professional": ((700, 2400), 0.36, 0.12, 0.0, 0.10),
    "health": ((1100, 2800), 0.33, 0.06, 0.02, 0.30),
    "food": ((800, 2600), 0.52, 0.03, 0.035, 0.34),
    "real estate": ((320, 900), 0.14, 0.02, 0.0, 3.2),
    "transport": ((1200, 4000), 0.57, 0.10, 0.005, 0.50),
    "nonprofit": ((350, 1600), 0.42, 0.05, 0.01, 0.35),
}
_OPERATING = {
    6000: 0.30,
    6100: 0.26,
    6150: 0.055,
    6200: 0.10,
    6250: 0.045,
    6300: 0.04,
    6350: 0.03,
    6400: 0.03,
    6450: 0.02,
    6500: 0.025,
    6550: 0.03,
}
_RENAMED: dict[str, dict[int, str]] = {
    "real estate": {4000: "Rental Income", 1510: "Buildings and Improvements", 5000: "Property Operating Costs"},
    "nonprofit": {
        4000: "Contributions and Grants",
        5000: "Program Expenses",
        3000: "Net Assets Contributed",
        6000: "Executive Salaries",
    },
    "health": {4000: "Patient Fees", 5000: "Clinical Supplies"},
    "professional": {4000: "Professional Fees Earned", 5000: "Project Costs"},
}


@dataclass(frozen=True)
class Loan:
    """A level-payment term loan; `annual_service` is twelve payments."""

    lender: str
    number: str
    principal: Decimal
    rate: Decimal
    months: int
    made: date

    @property
    def payment(self) -> Decimal:
        monthly = self.rate / 1200
        return (self.principal * monthly / (1 - (1 + monthly) ** -self.months)).quantize(CENT)

    @property
    def annual_service(self) -> Decimal:
        return self.payment * 12

    @property
    def maturity(self) -> date:
        return days.months_after(self.made, self.months, self.made.day)

    def balance(self, on: date) -> Decimal:
        """After the payments due up to `on`, one a month from the month after it was made."""
        left = self.principal
        for _ in range((on.year - self.made.year) * 12 + on.month - self.made.month):
            left -= self.payment - (left * self.rate / 1200).quantize(CENT)
        return left


@dataclass(frozen=True)
class Books:
    """A trial balance: account number → amount, debits positive. It always balances unless a situation breaks it on paper."""

    as_of: date
    names: Mapping[int, str]
    accounts: Mapping[int, Decimal]

    def total(self, low: int, high: int) -> Decimal:
        """Sum of the accounts from `low` to `high`, debits positive."""
        return sum((amount for number, amount in self.accounts.items() if low <= number <= high), Decimal(0))

    @property
    def net_income(self) -> Decimal:
        return -self.total(4000, 8999)

    @property
    def current_ratio(self) -> Decimal:
        return self.total(1000, 1499) / -self.total(2000, 2499)

    @property
    def leverage(self) -> Decimal:
        return -self.total(2000, 2999) / -(self.total(3000, 3999) - self.net_income)

    @property
    def cash_flow(self) -> Decimal:
        """Net income before interest and depreciation, what a DSCR is measured on."""
        return self.net_income + self.accounts.get(7000, Decimal(0)) + self.accounts.get(6700, Decimal(0))

    def with_accounts(self, changes: Mapping[int, Decimal], plug: int) -> "Books":
        """The same books with other amounts; `plug` takes the difference so that they still balance."""
        accounts = {**self.accounts, **changes}
        accounts[plug] = accounts.get(plug, Decimal(0)) - sum(accounts.values())
        return replace(self, accounts=dict(sorted(accounts.items())))


def first_year(industry: str, year: int, rng: Random, tax_rate: bool) -> Books:
    """Books of a first year; retained earnings take what balances them. `tax_rate`: an income tax line, for a C corporation."""
    (low, high), cost, receivable, stock, fixed = _SHAPES[industry]
    revenue = Decimal(rng.randint(low, high) * 1000)
    accounts = _income(revenue, cost, fixed, rng, tax_rate)
    gross_fixed = _part(revenue, fixed, rng)
    accounts |= {
        1010: _part(revenue, 0.06, rng),
        1050: _part(revenue, 0.025, rng),
        1200: _part(revenue, receivable, rng),
        1300: _part(revenue, stock, rng),
        1400: _part(revenue, 0.008, rng),
        1510: gross_fixed,
        1590: -_part(gross_fixed, 0.42, rng),
        1700: Decimal(rng.choice((2500, 4000, 6200, 8500))),
        2010: -_part(revenue, 0.045, rng),
        2050: -_part(revenue, 0.006, rng),
        2200: -_part(revenue, 0.007, rng),
        3000: -Decimal(rng.choice((1000, 5000, 10000, 25000, 50000))),
    }
    profit = -sum(amount for number, amount in accounts.items() if number >= 4000)
    if industry != "nonprofit" and not tax_rate and profit > 0:
        accounts[3200] = (profit * Decimal("0.6") / 500).quantize(Decimal(1)) * 500
    kept = {number: amount for number, amount in accounts.items() if amount}
    books = Books(date(year, 12, 31), {**NAMES, 7900: "Income Tax Expense", **_RENAMED.get(industry, {})}, kept)
    return books.with_accounts({}, plug=3900)


def next_year(books: Books, industry: str, rng: Random, tax_rate: bool) -> Books:
    """The year after: income grows, retained earnings roll, cash takes the difference and never runs dry."""
    _, cost, _, _, fixed = _SHAPES[industry]
    revenue = (-books.accounts[4000] * Decimal(rng.randint(101, 112)) / 100).quantize(CENT)
    income = _income(revenue, cost, fixed, rng, tax_rate)
    old = books.accounts
    moved = {
        number: (old[number] * Decimal(rng.randint(94, 108)) / 100).quantize(CENT)
        for number in (1200, 1300, 1400, 2010, 2050, 2200)
        if number in old
    }
    bought = (old[1510] * Decimal(rng.randint(1, 5)) / 100).quantize(Decimal(1))
    moved |= {1510: old[1510] + bought, 1590: old[1590] - income[6700], 3900: old[3900] - books.net_income}
    profit = -sum(income.values())
    taken = (max(Decimal(0), profit) * Decimal("0.7") / 500).quantize(Decimal(1)) * 500
    if 3200 in old:
        moved[3200] = old[3200] + taken
    kept = {number: amount for number, amount in {**old, **moved, **income}.items() if amount}
    later = replace(books, as_of=date(books.as_of.year + 1, 12, 31), accounts=kept).with_accounts({}, plug=1010)
    if later.accounts[1010] < 8000:
        later = later.with_accounts({1010: _part(revenue, 0.03, rng)}, plug=1510)
    return later


def with_loan(books: Books, loan: Loan) -> Books:
    """The loan's balance on the day of the books, its next twelve months current; retained earnings take the difference."""
    balance = loan.balance(books.as_of)
    current = balance - loan.balance(days.month_end(books.as_of.year + 1, books.as_of.month))
    interest = loan.annual_service - (loan.balance(date(books.as_of.year - 1, 12, 31)) - balance)
    return books.with_accounts({2300: -current, 2600: current - balance, 7000: interest}, plug=3900)


def with_current_ratio(books: Books, target: Decimal) -> Books:
    """Equipment bought on the line of credit until the current ratio is about `target`."""
    more = books.total(1000, 1499) / target + books.total(2000, 2499)
    drawn = max(Decimal(0), more).quantize(Decimal(1))
    return books.with_accounts({2100: -drawn}, plug=1510)


def with_leverage(books: Books, target: Decimal) -> Books:
    """A shareholder's loan in place of retained earnings until leverage is about `target`."""
    assets = books.total(1000, 1999)
    owed = -books.total(2000, 2999)
    shift = (assets * target / (1 + target) - owed).quantize(Decimal(1))
    changed = books.with_accounts({2700: -max(Decimal(0), shift)}, plug=3900)
    return replace(changed, names={**changed.names, 2700: "Loans from Shareholders"})


def _income(revenue: Decimal, cost: float, fixed: float, rng: Random, tax_rate: bool) -> dict[int, Decimal]:
    """Income and expense accounts of a year; profit is 7 to 13 % of revenue before tax."""
    accounts = {4000: -revenue, 4900: _part(revenue, 0.008, rng)}
    accounts |= {
        5000: _part(revenue, cost * 0.55, rng),
        5100: _part(revenue, cost * 0.33, rng),
        5200: _part(revenue, cost * 0.12, rng),
    }
    accounts[6700] = _part(revenue, min(0.05, fixed * 0.09), rng)
    margin = Decimal(rng.randint(70, 130)) / 1000
    room = revenue * (1 - margin) - sum(amount for number, amount in accounts.items() if number > 4000)
    weights = sum(_OPERATING.values())
    accounts |= {number: _part(room, share / weights, rng) for number, share in _OPERATING.items()}
    if tax_rate:
        profit = -sum(accounts.values())
        accounts[7900] = (max(Decimal(0), profit) * Decimal("0.21")).quantize(CENT)
    return accounts


def _part(amount: Decimal, share: float, rng: Random) -> Decimal:
    return (amount * Decimal(str(share)) * Decimal(rng.randint(9400, 10600)) / 10000).quantize(CENT)
