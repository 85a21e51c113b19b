"""Payroll: deposits that are late, missing or due, the returns of the tax, deferrals that were held."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.signals.builders import blind, document, engagement, only, raised, snapshot
from tests.signals.test_filings import log
from workspace.signals import resolve
from workspace.snapshot import Document, Snapshot, Task


def register(paid_on: str, gross: str = "20000.00", withheld: str = "2000.00") -> Document:
    facts = {"pay_date": paid_on, "gross": gross, "federal_withheld": withheld}
    return document(f"Payroll/{paid_on}.pdf", "payroll-register", "", None, **{k: v for k, v in facts.items() if v})


def deposits(*rows: tuple[str, str, str], kind: str = "941", path: str = "Payroll/deposits.csv") -> Document:
    """Rows of (pay date or period, amount, day of deposit)."""
    facts = []
    for when, amount, deposited in rows:
        name = "pay_date" if len(when) == 10 else "period"
        row = {"kind": kind, name: when, "amount": amount, "deposited_on": deposited}
        facts.append({key: value for key, value in row.items() if value})
    return document(path, "deposits", "Deposit report", facts)


def of(*documents: Document, **parts: Any) -> Snapshot:
    return snapshot(documents=documents, **parts)


SEMIWEEKLY = resolve({"payroll-deposit": {"lookback_dollars": 80000}})


# January's tax is due on February 15, a Sunday, and the 16th is Washington's Birthday.
@pytest.mark.parametrize(
    ("deposited", "fires"),
    [("2026-02-17", False), ("2026-02-18", True)],
)
def test_a_monthly_deposit_is_late_after_the_roll(deposited: str, fires: bool) -> None:
    found = raised(of(deposits(("2026-01", "9000.00", deposited))), "payroll-deposit")
    assert [(one.due, one.nominal_due, one.dollars, one.subject) for one in found] == (
        [(date(2026, 2, 17), date(2026, 2, 15), Decimal("9000.00"), "941 2026-01")] if fires else []
    )


def test_a_late_deposit_of_long_ago_is_past() -> None:
    what = of(deposits(("2025-09", "9000.00", "2025-10-20")))
    assert raised(what, "payroll-deposit") == []
    assert raised(what, "payroll-deposit", date(2026, 2, 1)) != []


# Paid on Friday, January 9: a semiweekly depositor has until Wednesday, January 14. Paid on Monday: until Friday.
@pytest.mark.parametrize(
    ("paid", "deposited", "due"),
    [
        ("2026-01-09", "2026-01-14", None),
        ("2026-01-09", "2026-01-15", date(2026, 1, 14)),
        ("2026-01-12", "2026-01-16", None),
        ("2026-01-12", "2026-01-20", date(2026, 1, 16)),
    ],
)
def test_a_semiweekly_depositor_by_its_own_lookback(paid: str, deposited: str, due: date | None) -> None:
    what = of(deposits((paid, "9000.00", deposited)))
    found = raised(what, "payroll-deposit", settings=SEMIWEEKLY)
    assert [one.due for one in found] == ([due] if due else [])
    assert raised(what, "payroll-deposit") == []  # monthly: February 17


def test_a_hundred_thousand_are_due_on_the_next_business_day() -> None:
    what = of(deposits(("2026-01-09", "104000.00", "2026-01-13")))
    assert only(what, "payroll-deposit").due == date(2026, 1, 12)


def test_a_deposit_that_the_list_goes_beyond_is_missing() -> None:
    listed = deposits(("2025-12", "8000.00", "2026-01-15"), ("2026-02", "8000.00", "2026-03-06"))
    signal = only(of(register("2026-01-16"), register("2026-01-30"), listed), "payroll-deposit")
    assert (signal.subject, signal.due) == ("941 2026-01", date(2026, 2, 17))
    assert signal.dollars == Decimal("10120.00")  # twice 2,000 and 15.3 % of 20,000
    assert "not on the list" in signal.headline


def test_a_list_that_ends_before_says_nothing() -> None:
    listed = deposits(("2025-12", "8000.00", "2026-01-15"))
    for what in (of(register("2026-01-16"), listed), of(register("2026-01-16"))):
        assert raised(what, "payroll-deposit") == []
        [spot] = blind(what)
        assert "wages paid on January 16, 2026" in spot.what


@pytest.mark.parametrize(
    ("today", "fires"),
    [(date(2026, 3, 9), True), (date(2026, 3, 6), False), (date(2026, 3, 16), True)],  # due March 16
)
def test_a_deposit_that_comes(today: date, fires: bool) -> None:
    what = of(register("2026-02-20"), deposits(("2026-01", "8000.00", "2026-02-13")))
    found = raised(what, "payroll-deposit", today)
    assert [(one.due, one.nominal_due) for one in found] == ([(date(2026, 3, 16), date(2026, 3, 15))] if fires else [])
    assert raised(of(register("2026-02-20")), "payroll-deposit", today) == []  # nobody keeps a list


@pytest.mark.parametrize("kind", ["PA unemployment", "401(k)", "940"])
def test_other_deposits_are_no_federal_tax(kind: str) -> None:
    what = of(deposits(("2026-01", "9000.00", "2026-02-27"), kind=kind))
    assert raised(what, "payroll-deposit") == []


def test_a_quarters_row_cannot_be_held_against_a_date() -> None:
    what = of(register("2025-12-12"), deposits(("2025-Q4", "25000.00", "2026-01-30")))
    assert raised(what, "payroll-deposit") == [] and blind(what) == ()


ON_TIME = deposits(
    ("2025-10", "8000.00", "2025-11-17"), ("2025-11", "8000.00", "2025-12-15"), ("2025-12", "8000.00", "2026-01-15")
)
LATE = deposits(
    ("2025-10", "8000.00", "2025-11-17"), ("2025-11", "8000.00", "2025-12-16"), ("2025-12", "8000.00", "2026-01-15")
)
THREE = [("941", "2025", "Accepted", day) for day in ("2025-04-28", "2025-07-25", "2025-10-28")]


# The fourth quarter is due on January 31, a Saturday; ten days more with every deposit on time.
@pytest.mark.parametrize(
    ("paid", "today", "due"),
    [
        (LATE, date(2026, 3, 9), (date(2026, 1, 31), date(2026, 2, 2))),
        (ON_TIME, date(2026, 3, 9), (date(2026, 2, 10), date(2026, 2, 10))),
        (LATE, date(2026, 1, 16), (date(2026, 1, 31), date(2026, 2, 2))),
        (LATE, date(2026, 1, 15), None),
        (LATE, date(2026, 6, 2), (date(2026, 1, 31), date(2026, 2, 2))),
        (LATE, date(2026, 6, 3), None),
    ],
)
def test_a_quarter_is_missing(paid: Document, today: date, due: tuple[date, date] | None) -> None:
    found = raised(of(log(*THREE), paid), "payroll-return", today)
    assert [(one.nominal_due, one.due) for one in found if one.subject == "941 2025-12-31"] == ([due] if due else [])


@pytest.mark.parametrize(
    "what",
    [
        of(log(*THREE, ("941", "2025", "Accepted", "2026-01-29")), LATE),
        of(log(*THREE, ("941", "2025", "Rejected", "2026-01-29")), LATE),  # efile-rejected speaks
        of(log(*THREE), LATE, tasks=(Task("t", None, "File Form 941 Q4 2025", done_on=date(2026, 1, 30)),)),
        of(log(*THREE)),  # no wages in the quarter
        of(LATE),  # no payroll work and no report: nobody knows whose return it is
    ],
)
def test_a_quarter_that_is_filed_or_not_ours(what: Snapshot) -> None:
    assert raised(what, "payroll-return") == [] and blind(what) == ()


def test_an_engagement_of_the_return_itself_is_enough() -> None:
    work = engagement(
        "P", "payroll", title="Form 941, fourth quarter", period_start=date(2025, 10, 1), period_end=date(2025, 12, 31)
    )
    assert only(snapshot(engagements=(work,)), "payroll-return").due == date(2026, 2, 2)
    done = engagement("P", "payroll", title="Form 941", period_end=date(2025, 12, 31), stage="done")
    assert raised(snapshot(engagements=(done,)), "payroll-return") == []


def test_payroll_work_without_any_report_is_told() -> None:
    work = engagement("P", "payroll", title="Payroll", period_start=date(2025, 10, 1), period_end=date(2026, 3, 31))
    what = snapshot(engagements=(work,))
    assert raised(what, "payroll-return") == []
    [spot] = blind(what)
    assert "Form 941 for the quarter ended December 31, 2025" in spot.what
    assert blind(what, date(2026, 2, 2)) == ()  # its day is not over


# Paid on Friday, January 16: the 19th is a holiday, so the seventh business day is January 28.
@pytest.mark.parametrize(
    ("when", "deposited", "due"),
    [
        ("2026-01-16", "2026-01-28", None),
        ("2026-01-16", "2026-01-29", date(2026, 1, 28)),
        ("2026-01", "2026-02-23", None),  # the fifteenth business day of February
        ("2026-01", "2026-02-24", date(2026, 2, 23)),
        ("2025-02-28", "2025-03-31", None),  # more than a year ago
    ],
)
def test_deferrals(when: str, deposited: str, due: date | None) -> None:
    found = raised(of(deposits((when, "1500.00", deposited), kind="401(k) deferrals")), "deferrals-late")
    assert [(one.due, one.dollars) for one in found] == ([(due, Decimal("1500.00"))] if due else [])


def test_deferrals_that_are_not_deposited() -> None:
    going_on = deposits(("2026-01-16", "1500.00", ""), ("2026-01-30", "1500.00", "2026-02-04"), kind="401(k)")
    assert only(of(going_on), "deferrals-late").subject == "deferrals 2026-01-16"
    last = of(deposits(("2026-01-16", "1500.00", ""), kind="401(k)"))
    assert raised(last, "deferrals-late") == []
    assert any("deferrals" in spot.what for spot in blind(last))
    assert blind(of(deposits(("2026-02-27", "1500.00", ""), kind="401(k)"))) == ()  # still in time
