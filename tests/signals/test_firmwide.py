"""What lies beyond one file: an onboarding that stands still, a client the firm depends on, people with too much planned."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.signals.builders import TODAY, bill, blind, engagement, item, only, raised, snapshot, worked
from workspace.snapshot import FirmPart, PlannedWeek, Snapshot, Task

LONG_AGO = date(2026, 1, 12)


def step(title: str, done: date | None = None, on: str = "E1") -> Task:
    return Task(f"k-{title}", f"id-{on}", title, "s", TODAY, "done" if done else "open", Decimal(2), done)


def onboarding(*steps: Task, **parts: Any) -> Snapshot:
    one = engagement(template="onboarding", title="Onboarding", started_on=LONG_AGO, fee=Decimal(900))
    return snapshot(engagements=(one,), tasks=steps, **parts)


@pytest.mark.parametrize(
    ("done", "fires"),
    [(TODAY - timedelta(days=8), True), (TODAY - timedelta(days=7), False), (TODAY, False)],
)
def test_onboarding_stalled(done: date, fires: bool) -> None:
    found = raised(onboarding(step("Prior returns", done), step("Chart of accounts")), "onboarding-stalled")
    assert bool(found) is fires
    if fires:
        assert (found[0].due, found[0].dollars, found[0].subject) == (date(2026, 3, 8), Decimal(900), "E1")


def test_an_onboarding_moves_by_any_step() -> None:
    left = step("Chart of accounts")
    old = onboarding(step("Prior returns", LONG_AGO), left)
    assert raised(replace(old, requests=(item("Bylaws", LONG_AGO, received=TODAY),)), "onboarding-stalled") == []
    assert raised(replace(old, time=(worked(TODAY, "1"),)), "onboarding-stalled") == []
    assert raised(onboarding(step("Prior returns", LONG_AGO)), "onboarding-stalled") == []  # nothing is left
    assert only(onboarding(left), "onboarding-stalled").due == LONG_AGO + timedelta(days=7)


def test_an_onboarding_without_steps_is_a_blind_spot() -> None:
    assert any("no checklist" in spot.why for spot in blind(onboarding()))


def firm(billed: str, clients: int = 12, weeks: tuple[PlannedWeek, ...] = ()) -> FirmPart:
    return FirmPart(date(2025, 3, 1), date(2026, 2, 28), Decimal(billed), clients, weeks)


@pytest.mark.parametrize(
    ("part", "fires"),
    [
        (firm("4999.00"), True),
        (firm("5000.00"), False),  # exactly a fifth
        (firm("4999.00", clients=9), False),
        (None, False),
    ],
)
def test_firm_concentration(part: FirmPart | None, fires: bool) -> None:
    old = bill("0", date(2025, 3, 30), "50000.00")  # issued on February 28, 2025
    found = raised(snapshot(invoices=(old, bill("1", TODAY, "1000.00")), firm=part), "firm-concentration")
    assert bool(found) is fires
    if fires:
        assert found[0].dollars == Decimal("1000.00")


def loaded(*hours: str, person: str = "s") -> Snapshot:
    mondays = [TODAY + timedelta(weeks=n) for n in range(len(hours))]
    return snapshot(
        firm=firm(
            "1.00", weeks=tuple(PlannedWeek(person, day, Decimal(h)) for day, h in zip(mondays, hours, strict=True))
        )
    )


@pytest.mark.parametrize(
    ("hours", "due"),
    [
        (("44.25",), date(2026, 3, 13)),
        (("44", "10"), None),  # 110 % of 40 and no more
        (("10", "50", "60"), date(2026, 3, 20)),
    ],
)
def test_capacity_overload(hours: tuple[str, ...], due: date | None) -> None:
    found = raised(loaded(*hours), "capacity-overload")
    assert [one.due for one in found] == ([due] if due else [])
    if len(hours) == 3:
        assert found[0].headline.startswith("Sam is planned for 60 hours") and len(found[0].evidence) == 2


def test_hours_of_somebody_without_a_week_are_a_blind_spot() -> None:
    what = loaded("10")
    people = {key: replace(one, weekly_hours=None) for key, one in what.people.items()}
    assert any("Sam has time" in spot.what for spot in blind(replace(what, people=people)))
    assert raised(loaded("99", person="gone"), "capacity-overload") == []
