"""The client's own business: margins that move, customers it depends on, payments to its own people."""

from decimal import Decimal
from typing import Any

import pytest

from tests.signals.builders import accounts, blind, document, only, raised, snapshot
from workspace.deadlines import month_end
from workspace.signals.business import OWNERS_LOAN
from workspace.snapshot import Contact, Document, Snapshot


def month(year: int, number: int, gross: str, revenue: str = "1000.00", cost: bool = False) -> Document:
    end = month_end(year, number)
    facts: dict[str, Any] = {
        "period_start": end.replace(day=1).isoformat(),
        "period_end": end.isoformat(),
        "revenue": revenue,
    }
    facts |= {"cost_of_sales": str(Decimal(revenue) - Decimal(gross))} if cost else {"gross_profit": gross}
    return document(f"pl/{end}.csv", "profit-and-loss", **facts)


BEFORE = (*(month(2025, number, "400.00") for number in range(8, 13)), month(2026, 1, "400.00"))


@pytest.mark.parametrize(
    ("latest", "fires"),
    [
        (month(2026, 2, "350.00"), True),
        (month(2026, 2, "350.60"), False),  # 35.1 %
        (month(2026, 2, "450.00"), True),
        (month(2026, 2, "449.00", cost=True), False),
        (month(2026, 2, "350.00", cost=True), True),
    ],
)
def test_margin_swing(latest: Document, fires: bool) -> None:
    found = raised(snapshot(documents=(*BEFORE, latest)), "margin-swing")
    assert bool(found) is fires
    if fires:
        assert (found[0].dollars, found[0].cls, found[0].due) == (Decimal("50.00"), "D", None)


def test_a_margin_needs_seven_months_in_a_row() -> None:
    gap = snapshot(documents=(*BEFORE[:3], *BEFORE[4:], month(2026, 2, "100.00")))
    assert raised(gap, "margin-swing") == []
    assert any("margin of February 2026" in spot.what for spot in blind(gap))
    year = document(
        "y.csv",
        "profit-and-loss",
        period_start="2025-01-01",
        period_end="2025-12-31",
        revenue="1.00",
        gross_profit="1.00",
    )
    assert blind(snapshot(documents=(year, month(2026, 2, "1.00")))) == ()


def aging(*owed: str, as_of: str = "2026-02-28", total: str = "") -> Document:
    rows = [{"customer": f"Customer {number}", "total": amount} for number, amount in enumerate(owed)]
    whole = total or str(sum(Decimal(one) for one in owed))
    return document(f"ar-{as_of}.csv", "ar-aging", rows=rows, as_of=as_of, total=whole)


@pytest.mark.parametrize(
    ("owed", "fires"),
    [
        (("21.00", *["7.90"] * 10), True),
        (("20.00", *["8.00"] * 10), False),
        (("34.00", *["13.20"] * 5), True),  # more than twice a sixth
        (("33.00", *["13.40"] * 5), False),
        (("60.00", "40.00"), False),
        (("100.00",), False),
    ],
)
def test_customer_concentration(owed: tuple[str, ...], fires: bool) -> None:
    found = raised(snapshot(documents=(aging(*owed),)), "customer-concentration")
    assert bool(found) is fires
    if fires:
        assert found[0].dollars == Decimal(owed[0]) and "Customer 0" in found[0].headline


def test_the_latest_aging_counts_and_an_unread_one_is_told() -> None:
    old = aging("90.00", *["1.00"] * 10, as_of="2025-12-31")
    assert raised(snapshot(documents=(old, aging(*["10.00"] * 10))), "customer-concentration") == []
    unread = document("ar.csv", "ar-aging", rows=[{"customer": "A"}], as_of="2026-02-28")
    assert any("owes too much" in spot.what for spot in blind(snapshot(documents=(unread,))))


OWNER = Contact("k", "Erik Lindqvist", title="President", ownership_pct=Decimal(60))


def vendors(*names: str, year: str = "2025") -> Document:
    rows = [{"name": name, "paid": "5200.00", "w9_on_file": "yes", "year": year} for name in names]
    return document(f"vendors-{year}.csv", "vendor-totals", rows=rows)


def paying(*documents: Document) -> Snapshot:
    return snapshot(contacts=(OWNER,), documents=documents)


@pytest.mark.parametrize(
    ("documents", "fires"),
    [
        ((vendors("Keener Fasteners", "LINDQVIST, ERIK"),), True),
        ((vendors("Keener Fasteners", "Erika Lindqvist"),), False),
        ((vendors("Erik Lindqvist", year="2024"), vendors("Erik Lindqvist")), True),  # it was new in 2024
        ((document("i.pdf", "invoice", vendor="Erik Lindqvist", total="90.00"),), True),
        ((document("m.pdf", "minutes", officers="Anna Berg, Secretary"), vendors("Anna Berg")), True),
    ],
)
def test_payments_to_the_clients_own_people(documents: tuple[Document, ...], fires: bool) -> None:
    assert bool(raised(paying(*documents), "related-party")) is fires


def test_a_payee_that_an_earlier_list_has_is_not_new() -> None:
    [signal] = raised(paying(vendors("Erik Lindqvist", year="2024"), vendors("Erik Lindqvist")), "related-party")
    assert (signal.subject, signal.dollars) == ("vendors-2024.csv", Decimal("5200.00"))


def books(as_of: str, loan: str, name: str = "2700 Loans from Shareholders") -> Document:
    lines = [("1010 Cash", loan or "1.00", ""), ("3900 Retained earnings", "", "" if loan else "1.00")]
    lines += [(name, "", loan)] if loan else []
    return document(f"books/{as_of}.csv", "trial-balance", rows=accounts(*lines), as_of=as_of)


@pytest.mark.parametrize(
    ("before", "now", "dollars"),
    [
        ("5000.00", "5000.00", None),
        ("5000.00", "4000.00", None),
        ("5000.00", "5000.01", Decimal("0.01")),
        ("", "3000.00", Decimal("3000.00")),
    ],
)
def test_loans_of_owners(before: str, now: str, dollars: Decimal | None) -> None:
    found = raised(snapshot(documents=(books("2024-12-31", before), books("2025-12-31", now))), "related-party")
    assert [one.dollars for one in found] == ([] if dollars is None else [dollars])


def test_a_loan_without_earlier_books_is_a_blind_spot() -> None:
    what = snapshot(documents=(books("2025-12-31", "5000.00"),))
    assert raised(what, "related-party") == []
    assert any("went up" in spot.what for spot in blind(what))


@pytest.mark.parametrize(
    ("account", "fits"),
    [
        ("Due to Member", True),
        ("Note payable - stockholder", True),
        ("Advances to officers", True),
        ("Loans to related parties", True),
        ("Notes Payable - Bank", False),
        ("Officer Compensation", False),
        ("Membership dues", False),
    ],
)
def test_names_of_owners_loans(account: str, fits: bool) -> None:
    assert bool(OWNERS_LOAN.match(account)) is fits


def test_nothing_is_said_of_an_unremarkable_client() -> None:
    what = snapshot(contacts=(OWNER,), documents=(aging(*["10.00"] * 10), vendors("Keener Fasteners"), *BEFORE))
    found = [slug for slug in ("margin-swing", "customer-concentration", "related-party") if raised(what, slug)]
    assert found == []
    assert only(snapshot(documents=(*BEFORE, month(2026, 2, "1.00"))), "margin-swing").subject == "pl/2026-02-28.csv"
