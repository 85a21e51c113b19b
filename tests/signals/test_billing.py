"""The firm's money and letters: budgets, unbilled and unpaid work, letters unsigned or running out."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.signals.builders import TODAY, bill, blind, document, engagement, only, raised, snapshot, worked
from workspace.evidence import DerivedEvidence
from workspace.signals import resolve
from workspace.snapshot import Document, Invoice, TimeEntry

FEBRUARY = date(2026, 2, 2)


@pytest.mark.parametrize(
    ("hours", "fields", "fires"),
    [
        ("16", {"progress": 59}, True),  # 80 % of 20
        ("16", {"progress": 60}, False),
        ("15.99", {"progress": 10}, False),
        ("16", {"progress": None}, False),
        ("20", {"progress": 95}, True),
        ("19.99", {"progress": 95}, False),
        ("25", {"progress": 95, "stage": "done"}, False),
        ("32", {"progress": 10, "budget_hours": None}, True),  # $3,200 of a $4,000 fee
        ("31.9", {"progress": 10, "budget_hours": None}, False),
    ],
)
def test_over_budget(hours: str, fields: dict[str, Any], fires: bool) -> None:
    what = snapshot(engagements=(engagement(**fields),), time=(worked(FEBRUARY, hours),))
    found = raised(what, "wip-over-budget")
    assert bool(found) is fires
    if fires:
        assert found[0].dollars == Decimal(hours) * 100 and found[0].due is None


def test_a_budget_nobody_entered_is_a_blind_spot() -> None:
    what = snapshot(engagements=(engagement(budget_hours=None, fee=None),), time=(worked(FEBRUARY, "9"),))
    assert raised(what, "wip-over-budget") == []
    assert any("within budget" in spot.what for spot in blind(what))


# Five business days after Monday, March 2 are March 9: not yet more than five.
@pytest.mark.parametrize(
    ("finished", "bills", "fires"),
    [
        (date(2026, 2, 27), (), True),
        (date(2026, 3, 2), (), False),
        (date(2026, 2, 27), (bill("1", TODAY, "10", on="E1"),), False),
        (date(2026, 2, 27), (bill("1", TODAY, "10", on="E2"),), True),
    ],
)
def test_done_not_billed(finished: date, bills: tuple[Invoice, ...], fires: bool) -> None:
    what = snapshot(engagements=(engagement(stage="done", finished_on=finished),), invoices=bills)
    found = raised(what, "done-not-billed")
    assert bool(found) is fires
    if fires:
        assert (found[0].due, found[0].dollars) == (date(2026, 3, 6), Decimal(4000))


def test_hourly_work_is_billed_by_its_billable_time() -> None:
    done = engagement(stage="filed", filed_on=FEBRUARY, fee_type="hourly", fee=None)
    time = (worked(FEBRUARY, "3"), worked(FEBRUARY, "2", billable=False))
    assert only(snapshot(engagements=(done,), time=time), "done-not-billed").dollars == Decimal(300)
    undated = snapshot(engagements=(engagement(stage="done"),))
    assert raised(undated, "done-not-billed") == [] and any("without an invoice" in s.what for s in blind(undated))
    assert raised(snapshot(engagements=(engagement(),)), "done-not-billed") == []


SIXTY = TODAY - timedelta(days=60)


@pytest.mark.parametrize(
    ("bills", "dollars"),
    [
        ((bill("1", SIXTY, "500"),), "500"),
        ((bill("1", SIXTY + timedelta(days=1), "500"),), None),
        ((bill("1", SIXTY, "500", paid="500"),), None),
        ((bill("1", SIXTY, "500", paid="200"), bill("2", SIXTY - timedelta(days=5), "70")), "370"),
        ((bill("1", SIXTY, "500"), bill("2", TODAY, "900")), "500"),
        ((bill("1", SIXTY, "-500"),), None),  # a credit note owes nothing
    ],
)
def test_receivables(bills: tuple[Invoice, ...], dollars: str | None) -> None:
    found = raised(snapshot(invoices=bills), "ar-aging")
    assert [signal.dollars for signal in found] == ([] if dollars is None else [Decimal(dollars)])
    if found:
        assert found[0].subject == "C1" and found[0].due == min(b.due_on for b in bills if b.balance(TODAY) > 0)


def test_the_firm_may_look_earlier() -> None:
    what = snapshot(invoices=(bill("1", TODAY - timedelta(days=45), "500"),))
    assert raised(what, "ar-aging", settings=resolve({"ar-aging": {"days": 45}})) != []
    assert raised(what, "ar-aging") == []


@pytest.mark.parametrize(
    ("entries", "bills", "dollars"),
    [
        ((worked(SIXTY - timedelta(days=1), "2"),), (), "200"),
        ((worked(SIXTY, "2"),), (), None),
        ((worked(SIXTY - timedelta(days=1), "2", billable=False),), (), None),
        # an invoice issued on the entry's day or later bills it, one before does not
        ((worked(date(2025, 12, 10), "2"),), (bill("1", date(2026, 1, 9), "1", on="E1"),), None),
        ((worked(date(2025, 12, 11), "2"),), (bill("1", date(2026, 1, 9), "1", on="E1"),), "200"),
        ((worked(date(2025, 12, 10), "2"),), (bill("1", date(2026, 1, 9), "1", on="E2"),), "200"),
        ((worked(date(2025, 12, 10), "2"), worked(date(2026, 3, 1), "9")), (), "200"),
    ],
)
def test_old_unbilled_time(entries: tuple[TimeEntry, ...], bills: tuple[Invoice, ...], dollars: str | None) -> None:
    found = raised(snapshot(engagements=(engagement(),), time=entries, invoices=bills), "wip-aged")
    assert [signal.dollars for signal in found] == ([] if dollars is None else [Decimal(dollars)])
    if found:
        assert found[0].due == entries[0].date + timedelta(days=60)


def test_time_without_an_engagement_is_the_clients() -> None:
    assert only(snapshot(time=(worked(date(2025, 12, 1), "1", on=None),)), "wip-aged").subject == "C1"


@pytest.mark.parametrize(
    ("sent", "signed", "dollars"),
    [
        (date(2026, 1, 5), None, "500"),
        (date(2026, 1, 5), date(2026, 2, 3), "200"),
        (date(2026, 1, 5), date(2026, 2, 2), None),  # signed on the day work began
        (None, date(2026, 1, 2), None),
        (None, None, None),
    ],
)
def test_letter_unsigned(sent: date | None, signed: date | None, dollars: str | None) -> None:
    time = (worked(FEBRUARY, "2"), worked(date(2026, 2, 20), "3"))
    what = snapshot(engagements=(engagement(letter_sent_on=sent, letter_signed_on=signed),), time=time)
    found = raised(what, "letter-unsigned")
    assert [signal.dollars for signal in found] == ([] if dollars is None else [Decimal(dollars)])
    assert any("letter covers E1" in spot.what for spot in blind(what)) is (sent is None and signed is None)


def letter(end: str, path: str = "Letters/a.pdf") -> Document:
    facts = {"period_end": end, "fee": "6000.00"}
    return document(path, "engagement-letter", "", None, **{k: v for k, v in facts.items() if v})


@pytest.mark.parametrize(
    ("letters", "fires"),
    [
        ((letter("2026-05-08"),), True),  # in 60 days
        ((letter("2026-05-09"),), False),
        ((letter("2026-03-09"),), True),
        ((letter("2026-03-08"),), False),
        ((letter("2026-04-30"), letter("2027-04-30", "b.pdf")), False),
        ((letter("2026-04-30"), letter("2026-04-30", "b.pdf")), True),
    ],
)
def test_letter_expiring(letters: tuple[Document, ...], fires: bool) -> None:
    found = raised(snapshot(documents=letters), "letter-expiring")
    assert bool(found) is fires
    if fires:
        assert found[0].dollars == Decimal("6000.00")


def test_a_letter_without_an_end_is_told() -> None:
    assert any("ends" in spot.what for spot in blind(snapshot(documents=(letter(""),))))


def test_sums_show_their_entries() -> None:
    time = (worked(FEBRUARY, "2"), worked(date(2026, 2, 20), "3"))
    what = snapshot(engagements=(engagement(letter_sent_on=FEBRUARY),), time=time)
    [proof] = [one for one in only(what, "letter-unsigned").evidence if isinstance(one, DerivedEvidence)]
    assert proof.formula == "sum(200.00, 300.00) = 500.00" and len(proof.inputs) == 2
