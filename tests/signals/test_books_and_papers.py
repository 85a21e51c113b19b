"""The client's books and papers: covenants, trial balances, statements, leases, and documents against the record."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.signals.builders import CLIENT, accounts, blind, document, engagement, notice, only, raised, snapshot
from workspace.signals.names import ids_differ, same_name
from workspace.snapshot import Contact, Document, Snapshot


def books(as_of: str, *lines: tuple[str, str, str], path: str = "") -> Document:
    return document(path or f"books/{as_of}.csv", "trial-balance", "", accounts(*lines), as_of=as_of)


def year(as_of: str = "2025-12-31", cash: str = "150.00", retained: str = "40.00", path: str = "") -> Document:
    """Assets 150, current liabilities 100, long-term 10, equity 40, result 0 before interest of 5 and a sale of 5."""
    return books(
        as_of,
        ("1000 Cash", cash, ""),
        ("2000 Accounts Payable", "", "100.00"),
        ("2500 Bank Loan", "", "10.00"),
        ("3900 Retained Earnings", "", retained),
        ("4000 Sales", "", "60.00"),
        ("6000 Wages", "55.00", ""),
        ("7000 Interest Expense", "5.00", ""),
        path=path,
    )


def agreement(metric: str, operator: str, limit: str, tested: str = "quarterly", **facts: str) -> Document:
    rows = [
        {
            "covenant_metric": metric,
            "covenant_operator": operator,
            "covenant_threshold": limit,
            "covenant_tested": tested,
        }
    ]
    known = {"principal": "250000.00", "annual_debt_service": "5.00"}
    return document("Loans/a.pdf", "loan-agreement", "", rows, **{k: v for k, v in (known | facts).items() if v})


@pytest.mark.parametrize(
    ("covenant", "fires"),
    [
        # current ratio 150 / 100 = 1.5
        (agreement("current_ratio", ">=", "1.37"), True),  # 1.37 * 1.1 = 1.507
        (agreement("current_ratio", ">=", "1.36"), False),  # 1.496
        (agreement("current_ratio", ">=", "2.00"), True),  # broken
        # leverage 110 / (40 + 0) = 2.75
        (agreement("leverage", "<=", "3.05"), True),  # 3.05 * 0.9 = 2.745
        (agreement("leverage", "<=", "3.06"), False),
        (agreement("leverage", "<=", "2.00"), True),
        # debt service coverage (60 - 55) / 5 = 1
        (agreement("dscr", ">=", "1.00"), True),
        (agreement("dscr", ">=", "0.90"), False),
    ],
)
def test_covenant_near(covenant: Document, fires: bool) -> None:
    assert bool(raised(snapshot(documents=(year(), covenant)), "covenant-near")) is fires


def test_a_covenant_names_its_next_test_and_shows_its_lines() -> None:
    what = snapshot(documents=(year(), agreement("current_ratio", ">=", "1.5")))
    signal = only(what, "covenant-near")
    assert (signal.due, signal.dollars) == (date(2026, 3, 31), Decimal("250000.00"))
    assert any(getattr(one, "formula", "") == "ratio(150.00, 100.00) = 1.5000" for one in signal.evidence)
    yearly = snapshot(documents=(year(), agreement("current_ratio", ">=", "1.5", "annually")))
    assert only(yearly, "covenant-near").due == date(2026, 12, 31)
    monthly = snapshot(documents=(year(), agreement("current_ratio", ">=", "1.5", "monthly")))
    assert only(monthly, "covenant-near", date(2026, 12, 31)).due == date(2026, 12, 31)


def test_the_latest_books_count_and_debt_service_asks_for_a_full_year() -> None:
    rich = year("2026-01-31", cash="900.00")
    assert raised(snapshot(documents=(year(), rich, agreement("current_ratio", ">=", "1.5"))), "covenant-near") == []
    assert raised(snapshot(documents=(year(), rich, agreement("dscr", ">=", "1.0"))), "covenant-near") != []


@pytest.mark.parametrize(
    ("documents", "why"),
    [
        ((agreement("current_ratio", ">=", "1.5"),), "no trial balance"),
        ((agreement("dscr", ">=", "1.5"), year("2026-01-31")), "no trial balance"),
        (
            (agreement("current_ratio", ">=", "1.5"), books("2025-12-31", ("Cash", "5.00", ""), ("Sales", "", "5.00"))),
            "numbers",
        ),
        ((agreement("dscr", ">=", "1.5", annual_debt_service=""), year()), "could not be read"),
    ],
)
def test_what_a_covenant_lacks_is_told(documents: tuple[Document, ...], why: str) -> None:
    what = snapshot(documents=documents)
    assert raised(what, "covenant-near") == []
    assert any(why in spot.why for spot in blind(what))


def test_debits_and_credits() -> None:
    assert raised(snapshot(documents=(year(),)), "trial-balance-off") == []
    signal = only(snapshot(documents=(year(cash="152.50"),)), "trial-balance-off")
    assert signal.dollars == Decimal("2.50") and signal.due is None


def test_retained_earnings_roll_from_the_last_year_end() -> None:
    def pair(retained: str, earlier: str = "2024-12-31") -> Snapshot:
        cash = str(Decimal("110.00") + Decimal(retained))
        return snapshot(documents=(year(earlier), year("2025-12-31", cash=cash, retained=retained)))

    assert raised(pair("40.00"), "trial-balance-off") == []
    signal = only(pair("47.00"), "trial-balance-off")
    assert signal.dollars == Decimal("7.00") and signal.subject == "books/2025-12-31.csv"
    assert raised(pair("47.00", "2023-12-31"), "trial-balance-off") == []  # two years apart: nothing to roll from


def test_distributions_may_be_closed_or_left() -> None:
    def of(as_of: str, retained: str) -> Document:
        return books(
            as_of,
            ("1000 Cash", retained, ""),
            ("3500 Distributions", "10.00", ""),
            ("3900 Retained Earnings", "", retained),
            ("4000 Sales", "", "10.00"),
        )

    for later, fires in (("50.00", False), ("40.00", False), ("45.00", True)):
        what = snapshot(documents=(of("2024-12-31", "40.00"), of("2025-12-31", later)))
        assert bool(raised(what, "trial-balance-off")) is fires


def test_where_columns_were_guessed_the_printed_totals_decide() -> None:
    def guessed(total_credit: str) -> Document:
        one = year(cash="999.00")
        facts = tuple(replace(f, confidence=0.5) if f.name in ("debit", "credit") else f for f in one.facts)
        totals = document("t", "x", total_debit="210.00", total_credit=total_credit).facts if total_credit else ()
        return replace(one, facts=(*facts, *totals))

    assert raised(snapshot(documents=(guessed("210.00"),)), "trial-balance-off") == []
    assert only(snapshot(documents=(guessed("209.00"),)), "trial-balance-off").dollars == Decimal("1.00")
    assert any("foots" in spot.what for spot in blind(snapshot(documents=(guessed(""),))))


def statement(month: str, account: str = "4411", start: str = "") -> Document:
    last = {"01": "31", "02": "28"}.get(month[-2:], "30")
    facts = {
        "bank": "First Bank",
        "account_last4": account,
        "period_start": start or f"{month}-01",
        "period_end": f"{month}-{last}",
    }
    return document(f"Bank/{account} {month}.pdf", "bank-statement", "", None, **{k: v for k, v in facts.items() if v})


@pytest.mark.parametrize(
    ("documents", "subjects"),
    [
        ((statement("2025-11"), statement("2026-01")), ["4411 2025-12"]),
        ((statement("2025-11"), statement("2026-02")), ["4411 2025-12", "4411 2026-01"]),
        ((statement("2025-11"), statement("2025-12"), statement("2026-01")), []),
        ((statement("2025-11"), statement("2026-01", "9900")), []),
        ((statement("2025-11"), statement("2026-01", start="2025-12-01")), []),  # one statement of two months
        ((statement("2026-01", start="2025-12-28"), statement("2025-11")), ["4411 2025-12"]),
        ((statement("2025-11"),), []),
    ],
)
def test_missing_statement(documents: tuple[Document, ...], subjects: list[str]) -> None:
    found = raised(snapshot(documents=documents), "duplicate-or-missing-document")
    assert [signal.subject for signal in found] == subjects


def test_a_statement_that_could_not_be_read_is_told() -> None:
    assert any("statement" in spot.what for spot in blind(snapshot(documents=(document("s.pdf", "bank-statement"),))))


def lease(
    end: str, notice_by: str = "", place: str = "12 Queen St", path: str = "lease.pdf", tenant: str = "Lindqvist"
) -> Document:
    facts = {"tenant": tenant, "property": place, "end": end, "notice_by": notice_by, "monthly_rent": "1000.00"}
    return document(path, "lease", "", None, **{k: v for k, v in facts.items() if v})


def certificate(expires: str, what: str = "insurance", path: str = "ins.pdf") -> Document:
    facts = {"what": what, "holder": "Lindqvist Cabinetry", "expires_on": expires}
    return document(path, "certificate", "", None, **{k: v for k, v in facts.items() if v})


@pytest.mark.parametrize(
    ("documents", "due"),
    [
        ((lease("2026-05-08"),), "2026-05-08"),  # in 60 days
        ((lease("2026-05-09"),), None),
        ((lease("2026-12-31", "2026-04-01"),), "2026-04-01"),
        ((lease("2026-05-01", "2026-03-08"),), "2026-05-01"),  # notice is over, the end is near
        ((lease("2026-03-08"),), None),
        ((lease("2026-04-30"), lease("2029-04-30", path="new.pdf")), None),
        ((lease("2026-04-30"), lease("2029-04-30", place="99 King St", path="b.pdf")), "2026-04-30"),
        ((lease("2026-04-30"), lease("2029-04-30", tenant="Somebody Else", path="b.pdf")), "2026-04-30"),
        ((certificate("2026-04-01"),), "2026-04-01"),
        ((certificate("2026-04-01"), certificate("2027-04-01", path="b.pdf")), None),
        ((certificate("2026-04-01"), certificate("2027-04-01", "licence", "b.pdf")), "2026-04-01"),
    ],
)
def test_document_expiring(documents: tuple[Document, ...], due: str | None) -> None:
    found = raised(snapshot(documents=documents), "document-expiring")
    assert [str(signal.due) for signal in found] == ([] if due is None else [due])
    if found:
        assert found[0].dollars == (Decimal("12000.00") if found[0].subject.startswith("lease") else None)


def test_a_paper_without_an_end_is_told() -> None:
    assert any("runs out" in spot.what for spot in blind(snapshot(documents=(certificate(""),))))


@pytest.mark.parametrize(
    ("taxpayer_id", "fires"),
    [("00-1234567", False), ("00-7654321", True), ("XX-XXX4567", False), ("XX-XXX9999", True), ("", False)],
)
def test_the_id_of_a_notice(taxpayer_id: str, fires: bool) -> None:
    what = snapshot(documents=(notice("CP2000", taxpayer_id=taxpayer_id),))
    found = raised(what, "document-contradicts-record")
    assert bool(found) is fires
    if fires:
        assert found[0].dollars == Decimal("1000.00")
    no_record = snapshot(client=replace(CLIENT, tax_id=None), documents=what.documents)
    assert raised(no_record, "document-contradicts-record") == []


@pytest.mark.parametrize(("name", "fires"), [("Lindqvist Cabinetry Inc", True), ("Some Vendor LLC", False)])
def test_the_id_of_a_w9(name: str, fires: bool) -> None:
    w9 = document("w9.pdf", "w-9", name=name, taxpayer_id="00-9999999")
    assert bool(raised(snapshot(documents=(w9,)), "document-contradicts-record")) is fires


@pytest.mark.parametrize(
    ("share", "issuer_ein", "fires"),
    [
        ("60", "00-1234567", False),
        ("60.04", "00-1234567", False),
        ("55", "00-1234567", True),
        ("55", "00-2222222", False),
    ],
)
def test_the_share_on_a_k1(share: str, issuer_ein: str, fires: bool) -> None:
    k1 = document(
        "k1.pdf", "k-1", issuer_ein=issuer_ein, recipient="ERIK LINDQVIST", ownership_percent=share, tax_year="2025"
    )
    owner = Contact("x", "Erik Lindqvist", ownership_pct=Decimal(60))
    assert bool(raised(snapshot(documents=(k1,), contacts=(owner,)), "document-contradicts-record")) is fires


@pytest.mark.parametrize(
    ("fee", "text", "end", "dollars"),
    [
        ("4500.00", "Our ref E1.", "2025-12-31", "500.00"),
        ("4000.00", "Our ref E1.", "2025-12-31", None),
        ("4500.00", "Our ref E12.", "2025-12-31", None),
        ("4500.00", "Our ref E1.", "2026-12-31", None),
    ],
)
def test_the_fee_of_a_letter(fee: str, text: str, end: str, dollars: str | None) -> None:
    letter = document("l.pdf", "engagement-letter", text, None, fee=fee, period_start="2025-01-01", period_end=end)
    found = raised(snapshot(documents=(letter,), engagements=(engagement(),)), "document-contradicts-record")
    assert [str(signal.dollars) for signal in found] == ([] if dollars is None else [dollars])


@pytest.mark.parametrize(("fee", "fires"), [("6400.00", False), ("6500.00", True)])
def test_the_fee_of_a_letter_of_two_services_is_their_sum(fee: str, fires: bool) -> None:
    days = {"period_start": "2025-01-01", "period_end": "2025-12-31"}
    letter = document("l.pdf", "engagement-letter", "Our ref E1.", None, fee=fee, **days)
    work = (engagement(), replace(engagement(), id="e2", ref="E2", template="payroll", fee=Decimal(2400)))
    assert bool(raised(snapshot(documents=(letter,), engagements=work), "document-contradicts-record")) is fires


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Lindqvist Cabinetry, Inc.", "LINDQVIST CABINETRY INC", True),
        ("Lindqvist, Erik", "Erik Lindqvist", True),
        ("Calloway & Voss Architects, LLP", "Calloway and Voss Architects", True),
        ("Erik Lindqvist", "Anna Lindqvist", False),
        ("Tidewater Dental Group, P.C.", "Tidewater Dental Group PC", True),
        ("Inc.", "LLC", False),
        ("", "", False),
    ],
)
def test_names(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same


def test_ids_of_different_length_differ() -> None:
    assert ids_differ("00-123456", "00-1234567") and not ids_differ(None, "00-1234567")
