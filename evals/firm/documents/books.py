"""A client's books as QuickBooks Online and Xero export them: trial balance, profit and loss, balance sheet, receivables aging."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from random import Random

from evals.firm import days, names
from evals.firm.ledger import Books
from evals.firm.render import office, plain
from evals.firm.render.blocks import figures, parentheses
from evals.firm.sample import Profile, Sample

Rows = list[list[object]]
_XERO_TYPES = (
    (1499, "Current Asset"),
    (1999, "Fixed Asset"),
    (2499, "Current Liability"),
    (2999, "Non-current Liability"),
    (3999, "Equity"),
    (4999, "Revenue"),
    (5999, "Direct Costs"),
    (8999, "Expense"),
)


def trial_balance(sample: Sample, profile: Profile, books: Books, *, slip: Mapping[int, Decimal] | None = None) -> str:
    """Files a trial balance. `slip` replaces amounts on paper only, so that it no longer foots."""
    shown = {**books.accounts, **(slip or {})}
    rows = [(number, books.names[number], amount) for number, amount in shown.items()]
    layout = _layout(sample, profile)
    debit = sum((amount for _, _, amount in rows if amount > 0), Decimal(0))
    credit = sum((-amount for _, _, amount in rows if amount < 0), Decimal(0))
    facts: list[tuple[str, object] | tuple[str, object, int]] = [
        ("as_of", books.as_of),
        ("total_debit", debit),
        ("total_credit", credit),
    ]
    for index, (number, name, amount) in enumerate(rows):
        facts += [
            ("account", name if layout.startswith("xero") else f"{number} {name}", index),
            ("amount", amount, index),
        ]
    if layout.startswith("xero"):
        table = _xero(profile, books, rows, debit, credit)
    else:
        table = [*_title(profile, "Trial Balance", f"As of {days.long_date(books.as_of)}"), [None, "Debit", "Credit"]]
        table += [
            [f"{number} {name}", amount if amount > 0 else None, -amount if amount < 0 else None]
            for number, name, amount in rows
        ]
        table += [["TOTAL", debit, credit], [], [_footer(sample, books)]]
    return _file(sample, profile, f"Trial Balance {books.as_of}", table, layout, "trial-balance", facts)


def _xero(
    profile: Profile, books: Books, rows: list[tuple[int, str, Decimal]], debit: Decimal, credit: Decimal
) -> Rows:
    table: Rows = [["Trial Balance"], [profile.name], [f"As at {books.as_of.day} {books.as_of:%B %Y}"], []]
    table.append(["Account Code", "Account", "Account Type", "Debit - Year to date", "Credit - Year to date"])
    for number, name, amount in rows:
        kind = next(kind for top, kind in _XERO_TYPES if number <= top)
        table.append([str(number), name, kind, amount if amount > 0 else None, -amount if amount < 0 else None])
    return [*table, ["Total", None, None, debit, credit]]


def profit_and_loss(sample: Sample, profile: Profile, books: Books) -> str:
    """Files the statement of the year: each account, the subtotals, net income."""
    start = date(books.as_of.year, 1, 1)
    income, cost, expense = (
        _lines(books, *span, sign) for span, sign in (((4000, 4999), -1), ((5000, 5999), 1), ((6000, 8999), 1))
    )
    totals = [sum((amount for _, amount in part), Decimal(0)) for part in (income, cost, expense)]
    gross = totals[0] - totals[1]
    facts: list[tuple[str, object] | tuple[str, object, int]] = [
        ("period_start", start),
        ("period_end", books.as_of),
        ("revenue", totals[0]),
        ("cost_of_sales", totals[1]),
        ("gross_profit", gross),
        ("net_income", gross - totals[2]),
    ]
    for index, (name, amount) in enumerate([*income, *cost, *expense]):
        facts += [("line", name, index), ("amount", amount, index)]
    table: Rows = [
        *_title(profile, "Profit and Loss", f"January - December {books.as_of.year}"),
        [None, "Total"],
        ["Income"],
    ]
    table += [
        *_indented(income),
        ["Total Income", totals[0]],
        ["Cost of Goods Sold"],
        *_indented(cost),
        ["Total Cost of Goods Sold", totals[1]],
    ]
    table += [["Gross Profit", gross], ["Expenses"], *_indented(expense), ["Total Expenses", totals[2]]]
    table += [
        ["Net Operating Income", gross - totals[2]],
        ["Net Income", gross - totals[2]],
        [],
        [_footer(sample, books)],
    ]
    return _file(
        sample, profile, f"Profit and Loss {books.as_of.year}", table, _qbo(sample, profile), "profit-and-loss", facts
    )


def balance_sheet(sample: Sample, profile: Profile, books: Books) -> str:
    """Files the balance sheet; equity holds the year's net income, and both sides agree."""
    parts = {
        "Current Assets": _lines(books, 1000, 1499, 1),
        "Other Assets": _lines(books, 1500, 1999, 1),
        "Current Liabilities": _lines(books, 2000, 2499, -1),
        "Long-Term Liabilities": _lines(books, 2500, 2999, -1),
        "Equity": [*_lines(books, 3000, 3999, -1), ("Net Income", books.net_income)],
    }
    sums = {name: sum((amount for _, amount in lines), Decimal(0)) for name, lines in parts.items()}
    assets, owed = (
        sums["Current Assets"] + sums["Other Assets"],
        sums["Current Liabilities"] + sums["Long-Term Liabilities"],
    )
    facts: list[tuple[str, object] | tuple[str, object, int]] = [
        ("as_of", books.as_of),
        ("total_assets", assets),
        ("total_liabilities", owed),
        ("total_equity", sums["Equity"]),
    ]
    for index, (name, amount) in enumerate(line for lines in parts.values() for line in lines):
        facts += [("line", name, index), ("amount", amount, index)]

    def section(name: str) -> Rows:
        return [[f"  {name}"], *_indented(parts[name], 4), [f"  Total {name}", sums[name]]] if parts[name] else []

    table: Rows = [
        *_title(profile, "Balance Sheet", f"As of {days.long_date(books.as_of)}"),
        [None, "Total"],
        ["ASSETS"],
    ]
    table += [
        *section("Current Assets"),
        *section("Other Assets"),
        ["TOTAL ASSETS", assets],
        ["LIABILITIES AND EQUITY"],
    ]
    table += [
        *section("Current Liabilities"),
        *section("Long-Term Liabilities"),
        ["Total Liabilities", owed],
        *section("Equity"),
    ]
    table += [["TOTAL LIABILITIES AND EQUITY", owed + sums["Equity"]], [], [_footer(sample, books)]]
    return _file(sample, profile, f"Balance Sheet {books.as_of}", table, _qbo(sample, profile), "balance-sheet", facts)


def receivables(sample: Sample, profile: Profile, books: Books) -> str | None:
    """Files the A/R aging summary, which adds up to the ledger's receivables; None where there are none."""
    owed = books.accounts.get(1200)
    if not owed:
        return None
    rng = sample.rng("aging", profile.ref)
    customers = names.TRADES[profile.blueprint.industry][0]
    lines = [
        (name, _buckets(part, rng)) for name, part in zip(customers, _parts(owed, len(customers), rng), strict=True)
    ]
    totals = [sum((buckets[n] for _, buckets in lines), Decimal(0)) for n in range(5)]
    labels = ("current", "1-30", "31-60", "61-90", "90+")
    facts: list[tuple[str, object] | tuple[str, object, int]] = [
        ("as_of", books.as_of),
        *zip(labels, totals, strict=True),
        ("total", sum(totals, Decimal(0))),
    ]
    for index, (name, buckets) in enumerate(lines):
        facts += [("customer", name, index), ("amount", sum(buckets, Decimal(0)), index)]
    table: Rows = [
        *_title(profile, "A/R Aging Summary", f"As of {days.long_date(books.as_of)}"),
        [None, "Current", "1 - 30", "31 - 60", "61 - 90", "91 and over", "Total"],
    ]
    table += [[name, *(bucket or None for bucket in buckets), sum(buckets, Decimal(0))] for name, buckets in lines]
    table += [["TOTAL", *totals, sum(totals, Decimal(0))], [], [_footer(sample, books)]]
    return _file(sample, profile, f"AR Aging Summary {books.as_of}", table, _qbo(sample, profile), "ar-aging", facts)


def _parts(total: Decimal, count: int, rng: Random) -> list[Decimal]:
    weights = [rng.randint(4, 20) for _ in range(count)]
    parts = [(total * weight / sum(weights)).quantize(Decimal("0.01")) for weight in weights]
    return [*parts[:-1], total - sum(parts[:-1], Decimal(0))]


def _buckets(amount: Decimal, rng: Random) -> list[Decimal]:
    """Mostly current; now and then a part that is late."""
    late = (amount * Decimal(rng.choice((0, 0, 10, 25, 40))) / 100).quantize(Decimal("0.01"))
    buckets = [amount - late, Decimal(0), Decimal(0), Decimal(0), Decimal(0)]
    buckets[rng.choice((1, 1, 1, 2, 2, 3, 4))] += late
    return buckets


def _lines(books: Books, low: int, high: int, sign: int) -> list[tuple[str, Decimal]]:
    return [
        (f"{number} {books.names[number]}", sign * amount)
        for number, amount in books.accounts.items()
        if low <= number <= high
    ]


def _indented(lines: list[tuple[str, Decimal]], depth: int = 3) -> Rows:
    return [[" " * depth + name, amount] for name, amount in lines]


def _title(profile: Profile, report: str, when: str) -> Rows:
    return [[profile.name], [report], [when], []]


def _footer(sample: Sample, books: Books) -> str:
    made = days.add_business(sample.as_of, -8)
    return f"Accrual Basis  {made:%A}, {days.long_date(made)}  {10 + books.as_of.year % 3}:{14 + len(books.accounts):02d} AM GMT-05:00"


def _layout(sample: Sample, profile: Profile) -> str:
    """The program and format of a client's books, always the same for one client."""
    if sample.light:
        return "qbo-csv"
    return sample.rng("books", profile.ref).choice(
        ("qbo-csv", "qbo-csv", "qbo-xlsx", "qbo-xlsx", "xero-xlsx", "xero-csv")
    )


def _qbo(sample: Sample, profile: Profile) -> str:
    return f"qbo-{_layout(sample, profile).split('-')[1]}"


def _file(
    sample: Sample,
    profile: Profile,
    name: str,
    table: Rows,
    layout: str,
    kind: str,
    facts: list[tuple[str, object] | tuple[str, object, int]],
) -> str:
    path = f"books/{profile.ref}/{name}"
    if layout.endswith("xlsx"):
        data = office.xlsx([(name[:28], table)], widths=(42, 16, 16, 18, 18, 16, 16), bold=(1, 2))
        return sample.document(f"{path}.xlsx", data, kind, facts)
    write = parentheses if kind == "profit-and-loss" else figures
    text = [[write(cell) if isinstance(cell, Decimal) else cell for cell in row] for row in table]
    return sample.document(f"{path}.csv", plain.csv_bytes(text, bom=layout.startswith("xero")), kind, facts)
