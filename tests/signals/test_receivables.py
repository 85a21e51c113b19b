"""Bills that are not paid: old by the firm's days, late by the client's own, and where its own are not known."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.signals.builders import TODAY, bill, blind, only, raised, snapshot
from workspace.deliverables.occasions import due_drafts
from workspace.evidence import DerivedEvidence
from workspace.signals import resolve
from workspace.snapshot import Invoice, Payment


def paid(number: str, issued: date, after: int, amount: str = "100") -> Invoice:
    """An invoice of 30 days that was paid so many days after its date."""
    received = Payment(f"pay-{number}", issued + timedelta(days=after), Decimal(amount))
    return Invoice(number, number, issued, issued + timedelta(days=30), Decimal(amount), None, "invoice", (received,))


def history(*days: int) -> tuple[Invoice, ...]:
    """One invoice a month from January 2025 on, each paid after so many days."""
    return tuple(paid(f"h{n}", date(2025, 1, 5) + timedelta(days=30 * n), after) for n, after in enumerate(days))


def open_for(days: int, number: str = "open") -> Invoice:
    """An invoice that is open for so many days and was due after 30."""
    return bill(number, TODAY - timedelta(days=days - 30), "500")


@pytest.mark.parametrize(
    ("before", "open_days", "fires"),
    [
        ((20, 25, 40), 40, True),  # pays in 25 days: 40 are its usual and 15
        ((20, 25, 40), 39, False),
        ((25, 20, 40, 70), 55, True),  # of an even number the later of the two in the middle
        ((25, 20, 40, 70), 54, False),
        ((2, 3, 5), 31, True),  # at once, so the first day past due is late
        ((2, 3, 5), 30, False),  # never before it is due
        ((80, 80, 80), 89, False),  # 59 days past due, and nothing new from this client
        ((20, 25), 89, False),  # too few to know
        ((), 89, False),
    ],
)
def test_late_by_its_own_days(before: tuple[int, ...], open_days: int, fires: bool) -> None:
    found = raised(snapshot(invoices=(*history(*before), open_for(open_days))), "ar-aging")
    assert bool(found) is fires
    if fires:
        assert (found[0].dollars, found[0].subject, found[0].headline) == (
            Decimal(500),
            "C1",
            "$500 unpaid, which is late for this client",
        )


def test_the_usual_days_are_shown_with_each_bill_they_are_of() -> None:
    signal = only(snapshot(invoices=(*history(20, 25, 40), open_for(40))), "ar-aging")
    assert signal.why_now == (
        "Invoice open is open for 40 days, 10 days past due. The usual of its last 3 paid invoices is 25 days."
    )
    [usual] = [one for one in signal.evidence if isinstance(one, DerivedEvidence) and one.formula.startswith("median")]
    assert usual.formula == "median(20, 25, 40) = 25"
    assert next(one.formula for one in usual.inputs if isinstance(one, DerivedEvidence)) == (
        "days_between(2025-01-05, 2025-01-25) = 20"
    )
    assert due_drafts([signal], TODAY) == [], "the mail that asks for payment is drafted at 60 days"


def test_at_sixty_days_the_firms_rule_speaks() -> None:
    bills = (*history(20, 25, 40), open_for(90), open_for(60, "younger"))
    signal = only(snapshot(invoices=bills), "ar-aging")
    assert (signal.dollars, signal.headline) == (Decimal(500), "$500 unpaid for 60 days or more")
    assert signal.why_now.endswith("This client usually pays 5 days before the due date.")
    assert [one.slug for one in due_drafts([signal], TODAY)] == ["collection-email"]


@pytest.mark.parametrize(("open_days", "told"), [(45, True), (44, False), (90, False)])
def test_a_client_whose_days_are_not_known_is_a_blind_spot(open_days: int, told: bool) -> None:
    spots = blind(snapshot(invoices=(*history(20, 25), open_for(open_days))))
    assert [spot.what for spot in spots if "late for this client" in spot.what] == (
        ["whether invoice open is late for this client"] if told else []
    )


def test_only_the_newest_twelve_and_what_was_settled_count() -> None:
    slow_once = history(*[90] * 6, *[10] * 12)
    assert raised(snapshot(invoices=(*slow_once, open_for(31))), "ar-aging")
    half = bill("half", date(2025, 6, 1), "900", paid="450")
    note = bill("note", date(2025, 6, 1), "-200")
    tomorrow = paid("later", TODAY - timedelta(days=20), 21)
    assert blind(snapshot(invoices=(*history(20, 25), note, tomorrow, open_for(50))))
    assert only(snapshot(invoices=(*history(20, 25, 30), half)), "ar-aging").headline.endswith("90 days or more")


def test_the_firm_may_be_more_patient() -> None:
    what = snapshot(invoices=(*history(20, 25, 40), open_for(40)))
    assert raised(what, "ar-aging", settings=resolve({"ar-aging": {"own_days": 16}})) == []
    assert raised(what, "ar-aging", settings=resolve({"ar-aging": {"own_payments": 4}})) == []
