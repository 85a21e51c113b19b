"""Sales tax: returns by the state's row that the firm entered, and sales that come near a threshold."""

from datetime import date
from typing import Any

import pytest

from tests.signals.builders import blind, document, engagement, only, raised, snapshot
from tests.signals.test_filings import log
from workspace.signals.states import state_in
from workspace.snapshot import Document, Snapshot, Task

PA = {
    "sales_tax_frequency": "monthly",
    "sales_tax_day": 20,
    "sales_tax_rolls": True,
    "sales_tax_form": "PA-3",
    "authority": "72 P.S. §7217",
}


def work(**fields: Any) -> Any:
    known = {"title": "Sales tax returns, 2026", "period_start": date(2026, 1, 1), "period_end": date(2026, 12, 31)}
    return engagement("S", "sales-tax", **(known | fields))


def of(*rows: tuple[str, str, str, str], row: dict[str, Any] | None = None, **parts: Any) -> Snapshot:
    states = {"PA": PA if row is None else row}
    papers = (log(*rows),) if rows else ()
    known: dict[str, Any] = {"engagements": (work(),), "documents": papers, "settings": {"states": states}}
    return snapshot(**(known | parts))


DECEMBER = ("PA-3", "2025", "Accepted", "2026-01-20")
JANUARY = ("PA-3", "2026", "Accepted", "2026-02-20")


# January is due on February 20, February on March 20; both are business days.
@pytest.mark.parametrize(
    ("rows", "today", "ends"),
    [
        ([DECEMBER], date(2026, 3, 9), ["PA 2026-01-31"]),
        ([DECEMBER, JANUARY], date(2026, 3, 9), []),
        ([DECEMBER, JANUARY], date(2026, 3, 13), ["PA 2026-02-28"]),  # five business days before
        ([DECEMBER, JANUARY], date(2026, 3, 12), []),
        ([DECEMBER, ("PA-3", "2026", "Rejected", "2026-02-20")], date(2026, 3, 9), ["PA 2026-01-31"]),
        ([DECEMBER, ("Sales tax", "2026", "Filed", "2026-02-19")], date(2026, 3, 9), []),
        ([DECEMBER, ("PA-3", "2026", "Accepted", "2026-03-05")], date(2026, 3, 9), []),  # January's, late
        ([("1120-S", "2025", "Accepted", "2026-03-05")], date(2026, 3, 9), []),
    ],
)
def test_monthly_returns(rows: list[tuple[str, str, str, str]], today: date, ends: list[str]) -> None:
    assert [one.subject for one in raised(of(*rows), "sales-tax-return", today)] == ends


@pytest.mark.parametrize(
    ("row", "due"),
    [
        ({**PA, "sales_tax_day": 22}, "2026-02-23"),  # a Sunday
        ({**PA, "sales_tax_day": 22, "sales_tax_rolls": False}, "2026-02-22"),
        ({**PA, "sales_tax_day": 31}, "2026-03-02"),  # the last of February is a Saturday
    ],
)
def test_the_states_own_roll(row: dict[str, Any], due: str) -> None:
    signal = only(of(DECEMBER, row=row), "sales-tax-return")
    assert str(signal.due) == due and "72 P.S. §7217" in signal.rule


def test_quarters_years_and_a_finished_task() -> None:
    quarterly = of(DECEMBER, row={**PA, "sales_tax_frequency": "quarterly"})
    assert raised(quarterly, "sales-tax-return") == []
    assert only(quarterly, "sales-tax-return", date(2026, 4, 15)).subject == "PA 2026-03-31"
    done = Task("t", None, "Sales tax return January 2026", done_on=date(2026, 2, 18))
    assert raised(of(DECEMBER, tasks=(done,)), "sales-tax-return") == []
    assert raised(of(DECEMBER, engagements=(work(stage="done"),)), "sales-tax-return") == []


@pytest.mark.parametrize("row", [{}, {"sales_tax_frequency": "monthly"}, {**PA, "sales_tax_day": "soon"}])
def test_a_state_that_the_firm_has_not_entered_is_told(row: dict[str, Any]) -> None:
    what = of(DECEMBER, row=row)
    assert raised(what, "sales-tax-return") == []
    [spot] = blind(what)
    assert spot.what == "when sales tax returns are due" and "Pennsylvania" in spot.why


def test_no_log_at_all_is_told_once_the_day_has_passed() -> None:
    assert raised(of(), "sales-tax-return") == []
    [spot] = blind(of())
    assert "January 2026" in spot.what
    assert blind(of(), date(2026, 2, 20)) == ()


def sales(*lines: tuple[str, str], end: str = "2025-12-31") -> Document:
    rows = [{"line": line, "amount": amount} for line, amount in lines]
    return document(f"books/P&L {end}.csv", "profit-and-loss", "", rows, period_start="2025-01-01", period_end=end)


def near(*documents: Document, dollars: Any = 100000, **parts: Any) -> Snapshot:
    return snapshot(documents=documents, settings={"states": {"OH": {"nexus_dollars": dollars}}}, **parts)


@pytest.mark.parametrize(
    ("what", "fires"),
    [
        (near(sales(("4010 Sales - Ohio", "80000.00"))), True),
        (near(sales(("4010 Sales - Ohio", "79999.99"))), False),
        (near(sales(("Sales - OH", "60000.00"), ("Service revenue, Ohio", "25000.00"))), True),
        (near(sales(("4010 Sales - Ohio", "90000.00"), end="2025-01-31")), False),  # 402 days ago
        (near(sales(("Ohio sales tax expense", "90000.00"))), False),
        (near(sales(("Sales - Pennsylvania", "900000.00"))), False),  # at home
        (near(sales(("Sales - Ohio", "90000.00")), engagements=(work(title="Sales tax returns, Ohio"),)), False),
    ],
)
def test_sales_into_a_state(what: Snapshot, fires: bool) -> None:
    assert bool(raised(what, "nexus-approaching")) is fires


def test_a_state_without_a_threshold_is_told_once() -> None:
    what = near(sales(("Sales - Ohio", "900.00"), ("Sales - Texas", "90000.00"), ("Sales - New York", "5.00")))
    assert raised(what, "nexus-approaching") == []
    [spot] = blind(what)
    assert "New York and Texas" in spot.what
    assert raised(near(sales(("Sales - Ohio", "1.00")), dollars=True), "nexus-approaching") == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("Sales - West Virginia", "WV"),
        ("Sales (OH)", "OH"),
        ("Sales:TX", "TX"),
        ("SALES OR SERVICES", None),
        ("Sales in general", None),
        ("Income - OTHER", None),
    ],
)
def test_a_line_names_a_state(line: str, code: str | None) -> None:
    assert state_in(line) == code
