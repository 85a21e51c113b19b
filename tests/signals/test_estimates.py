"""Estimated tax: instalments that come or were missed, and projections that the year has left behind."""

from datetime import date
from decimal import Decimal

import pytest

from tests.signals.builders import CLIENT, blind, document, only, raised, snapshot
from workspace.signals import resolve
from workspace.snapshot import Document, Snapshot


def schedule(
    *rows: tuple[str, str, str], form: str = "1040-ES", year: str = "2025", path: str = "Estimates.csv"
) -> Document:
    """Rows of (due date, amount, day of payment)."""
    facts = []
    for due, amount, paid in rows:
        row = {"form": form, "tax_year": year, "due": due, "amount": amount, "paid_on": paid}
        facts.append({name: value for name, value in row.items() if value})
    return document(path, "estimate-schedule", "", facts)


def of(*documents: Document) -> Snapshot:
    return snapshot(documents=documents)


PAID = ("2025-09-15", "2000.00", "2025-09-11")


# April 15, 2026 is a Wednesday; ten business days before it is April 1. January 15 is a Thursday.
@pytest.mark.parametrize(
    ("rows", "year", "today", "due"),
    [
        ([("2026-04-15", "2000.00", "")], "2026", date(2026, 4, 1), "2026-04-15"),
        ([("2026-04-15", "2000.00", "")], "2026", date(2026, 3, 31), None),
        ([("2026-04-15", "2000.00", "2026-04-02")], "2026", date(2026, 4, 9), None),
        ([PAID, ("2026-01-15", "2000.00", "")], "2025", date(2026, 3, 9), "2026-01-15"),
        ([PAID, ("2026-01-15", "2000.00", "")], "2025", date(2026, 3, 16), "2026-01-15"),
        ([PAID, ("2026-01-15", "2000.00", "")], "2025", date(2026, 3, 17), None),
        ([("2026-01-15", "0.00", "")], "2025", date(2026, 1, 12), None),
    ],
)
def test_an_instalment(rows: list[tuple[str, str, str]], year: str, today: date, due: str | None) -> None:
    found = raised(of(schedule(*rows, year=year)), "estimate-due", today)
    assert [str(one.due) for one in found] == ([due] if due else [])


# June 15, 2025 is a Sunday.
@pytest.mark.parametrize("printed", ["2025-06-15", "2025-06-16"])
def test_the_tables_date_counts_whatever_the_schedule_prints(printed: str) -> None:
    signal = only(of(schedule((printed, "2000.00", ""))), "estimate-due", date(2025, 6, 9))
    assert (signal.nominal_due, signal.due) == (date(2025, 6, 15), date(2025, 6, 16))
    assert (signal.subject, signal.dollars) == ("1040 2025 2025-06-15", Decimal("2000.00"))


def test_a_corporation_pays_in_december_and_by_its_own_year() -> None:
    december = schedule(("2026-12-15", "5000.00", ""), form="1120-W", year="2026")
    assert only(of(december), "estimate-due", date(2026, 12, 10)).due == date(2026, 12, 15)
    fiscal = snapshot(
        client=type(CLIENT)("cl", "C1", "Greenleaf, Inc.", "1120", fiscal_year_end="11-30"),
        documents=(schedule(("2026-03-15", "5000.00", ""), form="1120-W", year="2025"),),
    )
    assert only(fiscal, "estimate-due").due == date(2026, 3, 16)


def test_a_schedule_that_notes_no_payments_is_told_once() -> None:
    what = of(schedule(("2025-09-15", "2000.00", ""), ("2026-01-15", "2000.00", "")))
    assert raised(what, "estimate-due") == []
    [spot] = blind(what)
    assert "January 15, 2026" in spot.what


def test_a_payment_on_another_schedule_counts() -> None:
    old = schedule(("2026-01-15", "2000.00", ""), PAID, path="a.csv")
    new = schedule(("2026-01-15", "2000.00", "2026-01-14"), path="b.csv")
    assert raised(of(old, new), "estimate-due") == []


def books(net: str, end: str = "2026-02-28", start: str = "2026-01-01") -> Document:
    facts = {"period_start": start, "period_end": end, "net_income": net}
    return document(f"books/P&L {end}.csv", "profit-and-loss", "", None, **{k: v for k, v in facts.items() if v})


YEAR = schedule(
    *[(f"2026-{month}-15", "5000.00", "") for month in ("04", "06", "09", "12")], form="1120-W", year="2026"
)


# Twelve months of two are six times; 21 % of 126,000 is 26,460, 32.3 % above 20,000.
@pytest.mark.parametrize(
    ("net", "fires"),
    [
        ("21000.00", True),
        ("19841.27", True),  # 25,000.00 of tax to the cent is 25.0 % and 5,000: the first cent above fires
        ("19841.00", False),
        ("-4000.00", True),  # no tax at all: 20,000 too high
        ("15873.00", False),
    ],
)
def test_a_projection_that_the_year_has_left(net: str, fires: bool) -> None:
    found = raised(of(YEAR, books(net)), "estimate-stale")
    assert bool(found) is fires


def test_how_much_and_by_when() -> None:
    signal = only(of(YEAR, books("21000.00")), "estimate-stale")
    assert (signal.dollars, signal.due, signal.subject) == (Decimal("6460.00"), date(2026, 4, 15), "1120 2026")
    settings = resolve({"estimate-stale": {"percent": 40}})
    assert raised(of(YEAR, books("21000.00")), "estimate-stale", settings=settings) == []


@pytest.mark.parametrize(
    "other",
    [
        books("90000.00", end="2026-01-31"),  # one month says little
        books("90000.00", end="2025-12-31", start="2025-01-01"),  # another year
        books("90000.00", start=""),
    ],
)
def test_without_books_of_the_year_nothing_is_said_but_before_an_instalment(other: Document) -> None:
    assert raised(of(YEAR, other), "estimate-stale") == [] and blind(of(YEAR, other)) == ()
    assert any("still fit the year" in spot.what for spot in blind(of(YEAR, other), date(2026, 4, 8)))


def test_a_persons_rate_is_the_clients_own_setting() -> None:
    rows = [(f"2026-{month}-15", "5000.00", "") for month in ("04", "06", "09")]
    what = of(schedule(*rows, year="2026"), books("30000.00"))
    assert raised(what, "estimate-stale") == []
    settings = resolve({"estimate-stale": {"individual_rate": "0.32"}})
    assert only(what, "estimate-stale", settings=settings).dollars == Decimal("42600.00")
