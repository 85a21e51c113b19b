"""The figures of statements as programs export them: each amount with its period, its account, its side and its cell."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.elements import Page, Parsed
from ingestion.facts import recognise
from ingestion.facts.account_types import numbered, section_type, type_of
from ingestion.facts.figures import ReadFigure, read_figures
from ingestion.facts.text import open_reading
from ingestion.parse.delimited import parse_csv
from tests.books import exports

XERO = b"""Trial Balance
Harbor Bakery Inc
As at 31 December 2025

Account Code,Account,Account Type,Debit - Year to date,Credit - Year to date
090,Checking,Bank,"1,300.00",
200,Sales,Revenue,,"1,300.00"
Total,,,"1,300.00","1,300.00"
"""
YEARS = b"""Harbor Bakery Inc,,
Income Statement,,
"For the year ended December 31, 2025",,
,2025,2024
Revenue,,
Sales,"5,000","4,000"
Total Revenue,"5,000","4,000"
Wages,"1,000",900
Sundry,10,20
Net Income,"3,990","3,080"
"""
BUDGET = b"""Harbor Bakery Inc,,,,
Profit and Loss,,,,
March 2026,,,,
,Mar 2026,Feb 2026,Budget Mar 2026,% Change
Income,,,,
Sales,200.00,100.00,150.00,100.0%
Total Income,200.00,100.00,150.00,100.0%
Net Income,200.00,100.00,150.00,100.0%
"""


def figures(name: str, data: bytes) -> tuple[ReadFigure, ...]:
    parsed = parse_csv(name, data)
    reading = open_reading(parsed)
    found = read_figures(reading, recognise(parsed, name, reading)[0])
    pages = {page.number: page.text for page in parsed.pages}
    for one in found:
        for span in (one.found.span, one.period.told, one.named):
            assert pages[span.page][span.start : span.end] == span.text
    return found


def amounts(found: tuple[ReadFigure, ...], measure: str = "") -> dict[tuple[str, str], Decimal]:
    """By account and last day, debit positive."""
    summed: dict[tuple[str, str], Decimal] = {}
    for one in found:
        if one.role == "account" and measure in ("", one.measure):
            key = (one.account, one.period.end.isoformat())
            summed[key] = summed.get(key, Decimal(0)) + one.amount
    return summed


@given(st.lists(st.integers(1, 12), min_size=2, max_size=6, unique=True).map(sorted))
def test_a_statement_by_month_has_each_month_and_the_whole(months: list[int]) -> None:
    months = list(range(months[0], months[-1] + 1))  # a report has no gap
    found = figures("P&L.csv", exports.profit_by_month(2025, months))
    spans = {(one.period.start, one.period.end) for one in found}
    assert len(spans) == len(months) + 1
    (whole,) = [
        s for s in spans if s[0] == date(2025, months[0], 1) and (s[1].month, len(months)) == (months[-1], len(months))
    ]
    for account in ("Sales", "Flour", "Rent"):
        own = {(f.period.start, f.period.end): f.amount for f in found if f.account == account}
        assert sum((amount for span, amount in own.items() if span != whole), Decimal(0)) == own[whole]
    net = {(f.period.start, f.period.end): f.amount for f in found if f.account == "net_income"}
    for span in spans:
        lines = [f.amount for f in found if f.role == "account" and (f.period.start, f.period.end) == span]
        assert sum(lines, Decimal(0)) == net[span]  # income is negative, so is a net income
    assert {one.basis for one in found} == {"accrual"}
    assert all(one.beyond for one in found)


def test_each_figure_names_its_cell() -> None:
    found = figures("P&L.csv", exports.profit_by_month(2026, [1, 2, 3]))
    sales = [one for one in found if one.account == "Sales"]
    assert [(one.cell, one.found.span.text, one.number, one.type, one.told_by) for one in sales] == [
        ("B7", "1,100.00", "4000", "income", "section"),
        ("C7", "1,200.00", "4000", "income", "section"),
        ("D7", "1,300.00", "4000", "income", "section"),
        ("E7", "3,600.00", "4000", "income", "section"),
    ]


def test_a_trial_balance_is_debit_positive_and_its_facts_state_it() -> None:
    found = figures("TB.csv", exports.trial_balance(date(2026, 3, 31), exports.BALANCED))
    assert sum(amounts(found).values(), Decimal(0)) == 0
    assert amounts(found)["Sales", "2026-03-31"] == Decimal("-1100.00")
    assert {(one.account, one.amount) for one in found if one.role == "total"} == {
        ("total_debit", Decimal("1800.00")),
        ("total_credit", Decimal("-1800.00")),
    }
    assert not any(one.beyond for one in found)


def test_a_trial_balance_that_rolls_has_three_measures() -> None:
    rows = [
        ("1010 Checking", "1,000.00", "500.00", "200.00", "1,300.00"),
        ("4000 Sales", "0.00", "", "300.00", "-300.00"),
    ]
    found = figures("TB.csv", exports.rolling_trial_balance("January 1 - March 31, 2026", rows))
    cash = {
        measure: amounts(found, measure)["Checking", "2026-03-31"] for measure in ("opening", "activity", "closing")
    }
    assert cash == {"opening": Decimal(1000), "activity": Decimal(300), "closing": Decimal(1300)}
    assert {one.period.start for one in found} == {date(2026, 1, 1)}


def test_the_account_types_of_xero_count() -> None:
    found = figures("TB.csv", XERO)
    told = {one.account: (one.number, one.type, one.told_by) for one in found if one.role == "account"}
    assert told == {"Checking": ("090", "asset", "section"), "Sales": ("200", "income", "section")}
    assert {one.period.start for one in found} == {None}


def test_years_beside_each_other_are_the_same_span_and_what_nothing_tells_is_said() -> None:
    found = figures("P&L.csv", YEARS)
    assert {(one.period.start, one.period.end) for one in found} == {
        (date(year, 1, 1), date(year, 12, 31)) for year in (2024, 2025)
    }
    types = {one.account: (one.type, one.told_by) for one in found if one.role == "account"}
    assert types == {"Sales": ("income", "section"), "Wages": ("expense", "name"), "Sundry": (None, None)}


def test_a_budget_and_a_percentage_are_no_periods() -> None:
    found = figures("P&L.csv", BUDGET)
    assert {(one.period.end.month, one.found.span.text) for one in found if one.account == "Sales"} == {
        (3, "200.00"),
        (2, "100.00"),
    }


def test_a_balance_sheet_has_days() -> None:
    sheet = exports.balance_sheet(
        ["Mar 31, 2026", "Dec 31, 2025"], ["500.00", "400.00"], ["100.00", "200.00"], ["400.00", "200.00"]
    )
    found = figures("BS.csv", sheet)
    assert {one.period.start for one in found} == {None}
    for day in ("2026-03-31", "2025-12-31"):
        assert sum(a for (_, end), a in amounts(found).items() if end == day) == 0
        assert sum(one.amount for one in found if one.role == "total" and one.period.end.isoformat() == day) == 0


def test_other_sheets_of_a_workbook_are_not_read_into_the_first() -> None:
    text = parse_csv("P&L.csv", exports.profit_of_month(2026, 3, "900.00")).pages[0].text
    pages = (Page(1, text, label="P&L"), Page(2, "Balance Sheet\n1010 Checking | 77.00", label="BS"))
    found = read_figures(open_reading(Parsed("application/xlsx", pages)), "profit-and-loss")
    assert {one.found.span.page for one in found} == {1}


def test_a_statement_without_a_day_has_no_figures() -> None:
    assert figures("Trial balance.csv", b"Trial Balance\n,Debit,Credit\n1010 Cash,5.00,\n4000 Sales,,5.00\n") == ()
    assert read_figures(open_reading(Parsed("text/plain", ())), "trial-balance") == ()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("1010 · Checking", ("1010", "Checking")),
        ("1010 Checking", ("1010", "Checking")),
        ("4000:Sales", ("4000", "Sales")),
        ("401k match", (None, "401k match")),
        ("Rent", (None, "Rent")),
        ("1010", (None, "1010")),
    ],
)
def test_an_account_is_a_number_and_a_name(words: str, expected: tuple[str | None, str]) -> None:
    assert numbered(words) == expected


def test_a_heading_comes_before_a_number_and_a_number_before_a_name() -> None:
    assert type_of("4000", "Rent", "expense") == ("expense", "section")
    assert type_of("4000", "Rent", None) == ("income", "number")
    assert type_of("400", "Rent", None) == ("expense", "name")
    assert type_of(None, "Zanzibar", None) is None
    assert section_type("LIABILITIES AND EQUITY") == (True, None)
    assert section_type("Total for the quarter")[0] is False
