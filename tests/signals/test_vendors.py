"""Payments to vendors: Forms 1099-NEC that are not filed, vendors without a Form W-9."""

from datetime import date
from decimal import Decimal

import pytest

from tests.signals.builders import CLIENT, blind, document, engagement, only, raised, snapshot
from tests.signals.test_filings import log
from workspace.snapshot import Document, Snapshot, Task


def vendors(*rows: tuple[str, str, str], year: str = "2025", path: str = "1099 contractors.csv") -> Document:
    """Rows of (name, paid, W-9 on file)."""
    facts = []
    for name, paid, w9 in rows:
        row = {"name": name, "paid": paid, "w9_on_file": w9, "year": year}
        facts.append({key: value for key, value in row.items() if value})
    return document(path, "vendor-totals", "Contractor payments", facts)


def of(*documents: Document) -> Snapshot:
    return snapshot(documents=documents)


ONE = vendors(("Lamar Ostrow", "600.00", "yes"))


# Through 2025 from $600, in 2026 from $2,000; January 31, 2026 is a Saturday.
@pytest.mark.parametrize(
    ("listed", "today", "due"),
    [
        (ONE, date(2026, 3, 9), date(2026, 2, 2)),
        (ONE, date(2026, 1, 2), date(2026, 2, 2)),  # twenty business days before, Dr. King's day not counted
        (ONE, date(2025, 12, 31), None),
        (ONE, date(2026, 8, 1), date(2026, 2, 2)),
        (ONE, date(2026, 8, 2), None),
        (vendors(("Lamar Ostrow", "599.99", "yes")), date(2026, 3, 9), None),
        (vendors(("Lamar Ostrow, Inc.", "6000.00", "yes")), date(2026, 3, 9), None),
        (vendors(("Lamar Ostrow", "1999.99", "yes"), year="2026"), date(2027, 1, 20), None),
        (vendors(("Lamar Ostrow", "2000.00", "yes"), year="2026"), date(2027, 1, 20), date(2027, 2, 1)),
    ],
)
def test_forms_1099_nec(listed: Document, today: date, due: date | None) -> None:
    found = raised(of(listed), "information-returns", today)
    assert [one.due for one in found] == ([due] if due else [])


def copy(recipient: str, payer: str = CLIENT.name, year: str = "2025") -> Document:
    return document(f"1099 {recipient}.pdf", "1099", form="1099-NEC", payer=payer, recipient=recipient, tax_year=year)


def w9(name: str, classification: str) -> Document:
    return document(f"W-9 {name}.pdf", "w-9", name=name, classification=classification)


@pytest.mark.parametrize(
    "more",
    [
        log(("1099-NEC", "2025", "Accepted", "2026-01-28")),
        log(("1096", "2025", "Sent", "2026-01-28")),
        copy("Lamar Ostrow"),
        w9("Lamar Ostrow", "S corporation"),
    ],
)
def test_what_is_filed_or_exempt(more: Document) -> None:
    assert raised(of(ONE, more), "information-returns") == []


def test_finished_work_that_names_it_counts() -> None:
    done = Task("t", None, "1099 filing 2025", done_on=date(2026, 1, 29))
    assert raised(snapshot(documents=(ONE,), tasks=(done,)), "information-returns") == []
    work = engagement("N", "bookkeeping", title="1099s for 2025", stage="done")
    assert raised(snapshot(documents=(ONE,), engagements=(work,)), "information-returns") == []


def test_only_those_without_a_copy_are_named() -> None:
    listed = vendors(
        ("Lamar Ostrow", "900.00", "yes"), ("Tessa Brill", "700.00", "yes"), ("Small Jobs", "90.00", "yes")
    )
    signal = only(of(listed, copy("Tessa Brill")), "information-returns")
    assert signal.dollars == Decimal("900.00") and "1 vendor" in signal.headline
    assert only(of(listed, copy("Tessa Brill", year="2024")), "information-returns").dollars == Decimal("1600.00")


def test_a_plain_list_of_vendors_is_a_reminder_before_the_day_and_a_blind_spot_after_it() -> None:
    plain = vendors(("Dutchland Produce", "48000.00", "yes"), path="Vendor totals 2025.csv")
    assert raised(of(plain), "information-returns", date(2026, 1, 20)) != []
    assert raised(of(plain), "information-returns") == []
    [spot] = blind(of(plain))
    assert "Form 1099-NEC" in spot.what
    assert raised(of(plain, log(("1099-NEC", "2024", "Accepted", "2025-01-28"))), "information-returns") != []


def test_a_list_without_a_year_is_told() -> None:
    what = of(vendors(("Lamar Ostrow", "6000.00", "yes"), year=""))
    assert raised(what, "information-returns") == [] and any("Form 1099" in spot.what for spot in blind(what))


# 80 % of $600 is $480, of $2,000 $1,600.
@pytest.mark.parametrize(
    ("paid", "has", "year", "fires"),
    [
        ("480.00", "no", "2025", True),
        ("479.99", "no", "2025", False),
        ("480.00", "yes", "2025", False),
        ("1600.00", "no", "2026", True),
        ("1599.99", "no", "2026", False),
        ("9000.00", "no", "2024", False),  # two years ago
    ],
)
def test_a_vendor_without_a_w9(paid: str, has: str, year: str, fires: bool) -> None:
    found = raised(of(vendors(("Marlon Pruitt", paid, has), year=year)), "vendor-without-w9")
    assert [(one.due, one.dollars) for one in found] == ([(None, Decimal(paid))] if fires else [])


def test_a_w9_on_file_is_one_whatever_the_list_says() -> None:
    listed = vendors(("Marlon Pruitt", "9000.00", "no"), year="2026")
    assert raised(of(listed, w9("Marlon Pruitt", "Individual")), "vendor-without-w9") == []
    assert raised(of(vendors(("Pruitt Hauling Corp.", "9000.00", "no"), year="2026")), "vendor-without-w9") == []


def test_a_list_without_the_column_is_told() -> None:
    what = of(vendors(("Marlon Pruitt", "9000.00", ""), year="2026"))
    assert raised(what, "vendor-without-w9") == []
    assert any("Form W-9 on file" in spot.what for spot in blind(what))
