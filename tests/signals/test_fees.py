"""What the firm earns on its work: services outside the letter, fixed fees under water, realization that falls."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.signals.builders import TODAY, blind, document, engagement, mail, only, raised, snapshot, worked
from workspace.evidence import MessageEvidence
from workspace.signals import resolve
from workspace.snapshot import Document, Engagement, Invoice, Snapshot, TimeEntry

FEBRUARY = date(2026, 2, 2)


def letter(services: str = "Preparation of 2025 Form 1120-S", ref: str = "E1") -> Document:
    facts: dict[str, Any] = {"services": services, "fee": "4000.00"} if services else {"fee": "4000.00"}
    return document("letter.pdf", "engagement-letter", f"Our reference: {ref}", **facts)


def served(service: str | None, hours: str, day: date = FEBRUARY) -> TimeEntry:
    return replace(worked(day, hours), id=f"{service}{hours}{day}", service=service)


def creeping(*entries: TimeEntry, paper: Document | None = None, **fields: Any) -> Snapshot:
    return snapshot(engagements=(engagement(**fields),), documents=(paper or letter(),), time=entries)


@pytest.mark.parametrize(
    ("entries", "fires"),
    [
        ((served("Bookkeeping", "2.25"),), True),
        ((served("Bookkeeping", "2"),), False),  # 10 % of 20 hours, no more
        ((served("Bookkeeping", "1.5"), served("Payroll", "0.75")), True),
        ((served("Tax preparation", "9"),), False),
        ((served("Client service", "9"),), False),  # a word that says nothing
        ((served(None, "9"), served("Bookkeeping", "1")), False),
    ],
)
def test_scope_creep(entries: tuple[TimeEntry, ...], fires: bool) -> None:
    found = raised(creeping(*entries), "scope-creep")
    assert bool(found) is fires
    if fires:
        assert found[0].dollars == sum(entry.value for entry in entries) and found[0].subject == "E1"


def test_a_tenth_of_a_small_budget_is_enough() -> None:
    assert raised(creeping(served("Bookkeeping", "1.25"), budget_hours=Decimal(12)), "scope-creep") != []
    assert raised(creeping(served("Bookkeeping", "1.2"), budget_hours=Decimal(12)), "scope-creep") == []
    assert raised(creeping(served("Bookkeeping", "1.25"), budget_hours=None), "scope-creep") == []


def test_what_another_letter_or_engagement_covers_is_agreed() -> None:
    what = creeping(served("Bookkeeping", "5"))
    also = replace(what, engagements=(*what.engagements, engagement("E2", "bookkeeping", title="Bookkeeping, 2026")))
    assert raised(also, "scope-creep") == []
    listed = replace(what, documents=(letter("Preparation of Form 1120-S; Monthly bookkeeping"),))
    assert raised(listed, "scope-creep") == []
    assert raised(replace(what, documents=(letter(ref="E9"),)), "scope-creep") == []  # no letter of this engagement


def test_the_mail_that_asked_for_it_is_shown() -> None:
    asked = mail("m1", "in", date(2026, 1, 20), "Could you do the bookkeeping for January as well?")
    signal = only(replace(creeping(served("Bookkeeping", "5")), messages=(asked,)), "scope-creep")
    assert any(isinstance(one, MessageEvidence) for one in signal.evidence)


def test_what_scope_lacks_is_told() -> None:
    for what in (creeping(served("Bookkeeping", "5"), paper=letter("")), creeping(served(None, "5"))):
        assert raised(what, "scope-creep") == []
        assert [spot.what for spot in blind(what) if "in scope" in spot.what] == ["whether the work on E1 is in scope"]


def period(year: int, hours: str, fee: str = "700", stage: str = "done", **fields: Any) -> tuple[Engagement, TimeEntry]:
    """A year's fixed fee and its time at $100."""
    ref = f"E{year}"
    known: dict[str, Any] = {
        "title": f"{year} return",
        "fee": Decimal(fee),
        "period_end": date(year, 12, 31),
        "stage": stage,
    }
    return engagement(ref, **(known | fields)), worked(date(year + 1, 2, 2), hours, ref)


def fixed(*periods: tuple[Engagement, TimeEntry]) -> Snapshot:
    return snapshot(engagements=tuple(one for one, _ in periods), time=tuple(time for _, time in periods))


@pytest.mark.parametrize(
    ("before", "now", "fires"),
    [
        (period(2024, "10.01"), period(2025, "10.01"), True),
        (period(2024, "10"), period(2025, "10.01"), False),  # 70 % is not under it
        (period(2024, "10.01"), period(2025, "10"), False),
        (period(2024, "10.01"), period(2025, "10.01", stage="in-progress"), True),  # it can only get worse
        (period(2024, "10.01"), period(2025, "10", stage="in-progress"), False),
        (period(2024, "10.01", fee_type="hourly"), period(2025, "10.01"), False),
        (period(2024, "10.01", template="1040"), period(2025, "10.01"), False),
    ],
)
def test_fixed_fee_underwater(
    before: tuple[Engagement, TimeEntry], now: tuple[Engagement, TimeEntry], fires: bool
) -> None:
    found = raised(fixed(before, now), "fixed-fee-underwater")
    assert bool(found) is fires
    if fires:
        assert (found[0].subject, found[0].dollars) == ("E2025", Decimal("301.00"))


def test_a_fee_over_time_without_rates_is_a_blind_spot() -> None:
    one, time = period(2025, "20")
    what = fixed((one, replace(time, rate=None)))
    assert raised(what, "fixed-fee-underwater") == []
    assert any("carries its time" in spot.what for spot in blind(what))


def months(values: list[str], amount: str = "1000.00") -> Snapshot:
    """A fee billed at each month's end over an entry worth the value, the last on February 28."""
    ends = [TODAY.replace(day=1) - timedelta(days=1)]
    while len(ends) < len(values):
        ends.append(ends[-1].replace(day=1) - timedelta(days=1))
    bills: list[Invoice] = []
    time: list[TimeEntry] = []
    for number, (end, value) in enumerate(zip(reversed(ends), values, strict=True)):
        bills.append(Invoice(f"n{number}", f"{number}", end, end, Decimal(amount), "id-E1"))
        time.append(replace(worked(end - timedelta(days=5), value, rate="1"), id=f"t{number}"))
    return snapshot(
        engagements=(engagement(template="bookkeeping", budget_hours=None, fee=None),),
        invoices=tuple(bills),
        time=tuple(time),
    )


@pytest.mark.parametrize(
    ("values", "fires"),
    [
        (["1000"] * 9 + ["1120"] * 3, True),  # 100 % to 89.3 %
        (["1000"] * 9 + ["1110"] * 3, False),  # 90.1 %
        (["1000"] * 3 + ["2000"] * 3, True),
        (["1000"] * 2 + ["2000"] * 3, False),  # two are too few to tell
        (["500"] + ["2000"] * 12 + ["2000"] * 3, False),  # the good one lies more than a year back
    ],
)
def test_realization_drop(values: list[str], fires: bool) -> None:
    assert bool(raised(months(values), "realization-drop")) is fires


def test_realization_counts_what_the_old_rate_would_have_billed() -> None:
    signal = only(months(["1000"] * 3 + ["2000"] * 3), "realization-drop")
    assert (signal.dollars, signal.due) == (Decimal("3000.00"), None)
    assert "50 %" in signal.headline and "100 %" in signal.headline


def test_realization_without_rates_is_a_blind_spot() -> None:
    what = months(["1000"] * 6)
    what = replace(what, time=tuple(replace(entry, rate=None) for entry in what.time))
    assert any("realization" in spot.what for spot in blind(what))


def test_a_firm_sets_its_own_points() -> None:
    what = months(["1000"] * 3 + ["1120"] * 3)
    assert raised(what, "realization-drop", settings=resolve({"realization-drop": {"points": 20}})) == []
