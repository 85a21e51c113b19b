"""Exports of a small bakery's books as accounting programs write them, for the tests of books."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

Amounts = Mapping[str, str]
NAME = "Harbor Bakery Inc"


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    wide = max(len(row) for row in rows)
    lines = (",".join(f'"{cell}"' for cell in (*row, *[""] * (wide - len(row)))) for row in rows)
    return "\n".join(lines).encode()


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def profit_by_month(year: int, months: Sequence[int], *, basis: str = "Accrual", flour: str = "400") -> bytes:
    """A profit and loss of QuickBooks with a column a month and a total; sales grow by 100 a month, flour stays."""
    names = [f"{date(year, month, 1):%b %Y}" for month in months]
    sales = [Decimal(1000 + 100 * month) for month in months]
    cost = [Decimal(flour)] * len(months)
    rent = [Decimal(200)] * len(months)

    def row(name: str, amounts: Sequence[Decimal]) -> list[str]:
        return [name, *(_money(one) for one in amounts), _money(sum(amounts, Decimal(0)))]

    gross = [a - b for a, b in zip(sales, cost, strict=True)]
    net = [a - b for a, b in zip(gross, rent, strict=True)]
    title = f"{date(year, months[0], 1):%B} - {date(year, months[-1], 1):%B}, {year}"
    return _csv(
        [
            [NAME],
            ["Profit and Loss"],
            [title],
            [],
            ["", *names, "Total"],
            ["Income"],
            row("   4000 Sales", sales),
            row("Total Income", sales),
            ["Cost of Goods Sold"],
            row("   5000 Flour", cost),
            row("Total Cost of Goods Sold", cost),
            row("Gross Profit", gross),
            ["Expenses"],
            row("   Rent", rent),
            row("Total Expenses", rent),
            row("Net Income", net),
            [],
            [f"Thursday, April 9, {year} 09:10 AM GMT-5 - {basis} Basis"],
        ]
    )


def profit_of_month(year: int, month: int, sales: str, flour: str = "400.00", rent: str = "200.00") -> bytes:
    """A profit and loss of one month in one column."""
    amounts = [Decimal(one) for one in (sales, flour, rent)]
    net = amounts[0] - amounts[1] - amounts[2]
    return _csv(
        [
            [NAME],
            ["Profit and Loss"],
            [f"{date(year, month, 1):%B %Y}"],
            ["", "Total"],
            ["Income"],
            ["   4000 Sales", _money(amounts[0])],
            ["Total Income", _money(amounts[0])],
            ["Cost of Goods Sold"],
            ["   5000 Flour", _money(amounts[1])],
            ["Total Cost of Goods Sold", _money(amounts[1])],
            ["Gross Profit", _money(amounts[0] - amounts[1])],
            ["Expenses"],
            ["   Rent", _money(amounts[2])],
            ["Total Expenses", _money(amounts[2])],
            ["Net Income", _money(net)],
        ]
    )


def trial_balance(day: date, accounts: Amounts) -> bytes:
    """A trial balance of QuickBooks: debit positive amounts by account, each on its side, with the sums of both."""
    amounts = {name: Decimal(amount) for name, amount in accounts.items()}
    rows = [[name, _money(a) if a >= 0 else "", _money(-a) if a < 0 else ""] for name, a in amounts.items()]
    debit = sum((a for a in amounts.values() if a > 0), Decimal(0))
    credit = sum((-a for a in amounts.values() if a < 0), Decimal(0))
    head = [[NAME], ["Trial Balance"], [f"As of {day:%B} {day.day}, {day.year}"], [], ["", "Debit", "Credit"]]
    return _csv([*head, *rows, ["TOTAL", _money(debit), _money(credit)]])


def rolling_trial_balance(title: str, rows: Sequence[tuple[str, str, str, str, str]]) -> bytes:
    """Account, opening, debit, credit, closing; amounts as given."""
    head = ["Account", "Opening balance", "Debit", "Credit", "Closing balance"]
    return _csv([[NAME], ["Trial Balance"], [title], [], head, *rows])


def balance_sheet(columns: Sequence[str], cash: Sequence[str], owed: Sequence[str], capital: Sequence[str]) -> bytes:
    """A balance sheet with a column a day ("Mar 31, 2026"), amounts as given."""
    equal = [f"{Decimal(a) + Decimal(b):,.2f}" for a, b in zip(owed, capital, strict=True)]
    return _csv(
        [
            [NAME],
            ["Balance Sheet"],
            [f"As of {columns[0]}"],
            [],
            ["", *columns],
            ["ASSETS"],
            ["  Current Assets"],
            ["    1010 Checking", *cash],
            ["  Total Current Assets", *cash],
            ["TOTAL ASSETS", *cash],
            ["LIABILITIES AND EQUITY"],
            ["  Current Liabilities"],
            ["    2000 Accounts Payable", *owed],
            ["Total Liabilities", *owed],
            ["  Equity"],
            ["    3000 Common Stock", *capital],
            ["  Total Equity", *capital],
            ["TOTAL LIABILITIES AND EQUITY", *equal],
        ]
    )


def firm_folder(folder: Path) -> Path:
    """A firm with two clients, C1 with books to come and C2 without."""
    folder.mkdir(parents=True)
    (folder / "firm.toml").write_text('name = "Small & Co"\ntimezone = "America/New_York"\n')
    (folder / "staff.csv").write_text("email,name,role\nana@small.example,Ana Small,partner\n")
    (folder / "clients.csv").write_text(
        "ref,name,entity_type,partner,fiscal_year_end\n"
        f"C1,{NAME},1120-S,ana@small.example,12-31\nC2,Empty Client LLC,1065,ana@small.example,12-31\n"
    )
    return folder


BALANCED: Amounts = {
    "1010 Checking": "1300.00",
    "2000 Accounts Payable": "-300.00",
    "3000 Retained Earnings": "-400.00",
    "4000 Sales": "-1100.00",
    "5000 Flour": "400.00",
    "6000 Rent": "100.00",
}
"""A trial balance that foots."""
