"""Returns: the date that counts, late, at risk, to be extended, and the K-1 that has not come."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.signals.builders import DEFAULT, blind, document, engagement, only, raised, snapshot, worked
from workspace.signals import due_of, resolve
from workspace.signals.days import business_days_to
from workspace.snapshot import Document, Postponement, Snapshot

MARCH_16 = date(2026, 3, 16)


def of(**fields: Any) -> Snapshot:
    return snapshot(engagements=(engagement(**fields),))


@pytest.mark.parametrize(
    ("fields", "nominal", "due"),
    [
        ({}, "2026-03-15", "2026-03-16"),  # the 15th is a Sunday
        ({"due": date(2026, 3, 16)}, "2026-03-15", "2026-03-16"),
        ({"due": date(2026, 3, 15)}, "2026-03-15", "2026-03-16"),
        ({"due": date(2026, 3, 10)}, "2026-03-10", "2026-03-10"),  # the firm's own date
        ({"extended_to": date(2026, 9, 15), "due": date(2026, 3, 16)}, "2026-09-15", "2026-09-15"),
        ({"template": "1040"}, "2026-04-15", "2026-04-15"),
        ({"template": "1120", "period_end": date(2025, 11, 30)}, "2026-03-15", "2026-03-16"),
        ({"template": "monthly-close", "due": date(2026, 3, 14)}, "2026-03-14", "2026-03-14"),
    ],
)
def test_the_date_that_counts(fields: dict[str, Any], nominal: str, due: str) -> None:
    what = of(**fields)
    found = due_of(what, what.engagements[0])
    assert found is not None and (str(found.nominal), str(found.due)) == (nominal, due) and found.how


def test_work_without_a_date_has_none_and_a_return_without_one_is_told() -> None:
    what = of(template="advisory")
    assert due_of(what, what.engagements[0]) is None and blind(what) == ()
    assert any("E1" in spot.what for spot in blind(of(period_end=None)))


def test_a_postponement_moves_the_tables_date() -> None:
    storm = Postponement("PA-2026-01", date(2026, 3, 1), date(2026, 4, 30), date(2026, 7, 1))
    what = replace(of(), postponements=(storm,))
    found = due_of(what, what.engagements[0])
    assert found is not None and (found.nominal, found.due) == (date(2026, 3, 15), date(2026, 7, 1))


# On Monday, March 9, five business days are left to March 16; Sam has eight hours a day.
@pytest.mark.parametrize(
    ("budget", "logged", "stage", "fires"),
    [
        ("40", "0", "in-progress", True),  # 5 - 40/8 = 0
        ("40", "0.25", "in-progress", False),
        ("39.75", "0", "in-review", False),
        ("60", "20", "in-review", True),
        ("60", "20", "ready-to-file", False),
        ("60", "20", "filed", False),
    ],
)
def test_at_risk_when_no_slack_is_left(budget: str, logged: str, stage: str, fires: bool) -> None:
    time = (worked(date(2026, 3, 2), logged),) if logged != "0" else ()
    what = snapshot(engagements=(engagement(budget_hours=Decimal(budget), stage=stage),), time=time)
    assert bool(raised(what, "return-at-risk")) is fires


def test_at_risk_on_the_due_day_and_never_after() -> None:
    assert raised(of(stage="in-review"), "return-at-risk", MARCH_16) != []
    assert raised(of(stage="in-review"), "return-at-risk", date(2026, 3, 17)) == []


def test_without_hours_nobody_can_say_whether_it_will_be_ready() -> None:
    for missing in ({"budget_hours": None}, {"owner_id": None}, {"owner_id": "gone"}):
        what = of(**missing)
        assert raised(what, "return-at-risk") == []
        assert any("whether E1 will be ready" in spot.what for spot in blind(what))
    assert blind(of(template="1040", budget_hours=None)) == ()  # April is far


def test_at_risk_shows_its_arithmetic() -> None:
    what = snapshot(engagements=(engagement(budget_hours=Decimal(60)),), time=(worked(date(2026, 3, 2), "20"),))
    signal = only(what, "return-at-risk")
    assert (signal.due, signal.nominal_due, signal.dollars) == (MARCH_16, date(2026, 3, 15), Decimal(4000))
    assert "5 - 5 = 0" in signal.rule and signal.basis == "record"
    formulas = [getattr(one, "formula", "") for one in signal.evidence]
    assert "difference(60, 20) = 40" in formulas


@pytest.mark.parametrize(
    ("fields", "fires"),
    [
        ({"period_end": date(2025, 11, 30)}, True),  # due February 17
        ({"period_end": date(2025, 11, 30), "stage": "ready-to-file"}, True),
        ({"period_end": date(2025, 11, 30), "stage": "filed"}, False),
        ({"period_end": date(2025, 11, 30), "extended_to": date(2026, 8, 17)}, False),
        ({"period_end": date(2025, 5, 31), "extended_to": date(2026, 2, 17)}, True),
        ({}, False),
        ({"template": "advisory", "due": date(2026, 1, 1)}, False),
    ],
)
def test_overdue(fields: dict[str, Any], fires: bool) -> None:
    assert bool(raised(of(**fields), "return-overdue")) is fires


# Ten business days before Monday, March 16 are March 2.
@pytest.mark.parametrize(
    ("today", "fields", "fires"),
    [
        (date(2026, 3, 2), {}, True),
        (date(2026, 3, 1), {}, False),
        (MARCH_16, {"stage": "waiting-on-client"}, True),
        (date(2026, 3, 17), {}, False),
        (date(2026, 3, 9), {"stage": "in-review"}, False),
        (date(2026, 3, 9), {"extended_to": date(2026, 9, 15)}, False),
        (date(2026, 3, 9), {"template": "1040"}, False),
    ],
)
def test_extension_needed(today: date, fields: dict[str, Any], fires: bool) -> None:
    assert bool(raised(of(**fields), "extension-needed", today)) is fires


def k1(year: str, ein: str = "00-7654321", issuer: str = "Quarry Road Holdings, LLC", form: str = "1065") -> Document:
    facts = {"issuer": issuer, "issuer_ein": ein, "tax_year": year, "form": form, "ordinary_income": "-1200.00"}
    return document(f"K-1/{year} {issuer}.pdf", "k-1", "", None, **{k: v for k, v in facts.items() if v})


def taxpayer(*documents: Document, **fields: Any) -> Snapshot:
    return snapshot(engagements=(engagement(template="1040", **fields),), documents=documents)


# A 1065's K-1 is due on March 16, so it is awaited from March 21; the 1040's date less 15 days is March 31.
@pytest.mark.parametrize(
    ("today", "documents", "fires"),
    [
        (date(2026, 3, 21), (k1("2024"),), True),
        (date(2026, 3, 20), (k1("2024"),), False),
        (date(2026, 3, 21), (k1("2024"), k1("2025")), False),
        (date(2026, 3, 21), (k1("2024"), k1("2025", issuer="Renamed Holdings, LLC")), False),
        (date(2026, 3, 21), (k1("2024"), k1("2025", ein="00-1111111")), True),
        (date(2026, 3, 21), (k1("2024", ein=""), k1("2025")), False),  # then the name tells
        (date(2026, 3, 31), (k1("2024", form="1041"),), True),  # trust: April 20 is later than March 31
        (date(2026, 3, 30), (k1("2024", form=""),), False),
        (date(2026, 3, 31), (k1("2024", form=""),), True),
        (date(2026, 3, 31), (k1("2023"),), False),
        (date(2026, 3, 31), (k1("2024", ein="00-1234567"),), False),  # the client's own
    ],
)
def test_k1_awaited(today: date, documents: tuple[Document, ...], fires: bool) -> None:
    assert bool(raised(taxpayer(*documents), "k1-awaited", today)) is fires


def test_k1_of_a_return_that_is_due_sooner_or_done() -> None:
    business = snapshot(engagements=(engagement(),), documents=(k1("2024"),))
    signal = only(business, "k1-awaited")
    assert (signal.due, signal.dollars, signal.waits_on_client) == (date(2026, 3, 1), Decimal("1200.00"), True)
    assert raised(taxpayer(k1("2024"), stage="filed"), "k1-awaited", date(2026, 4, 1)) == []
    extended = taxpayer(k1("2024"), extended_to=date(2026, 10, 15))
    assert only(extended, "k1-awaited", date(2026, 3, 21)).due == date(2026, 3, 21)


def test_two_spouses_get_one_signal_and_an_unread_k1_is_told() -> None:
    hers = replace(k1("2024"), id="hers", path="hers.pdf")
    assert len(raised(taxpayer(k1("2024"), hers), "k1-awaited", date(2026, 3, 31))) == 1
    assert any("K-1" in spot.what for spot in blind(taxpayer(k1("", issuer="X"))))


def test_thresholds_are_the_firms() -> None:
    early = resolve({"extension-needed": {"business_days": 30}})
    assert raised(of(template="1040"), "extension-needed", settings=early) != []
    assert raised(of(template="1040"), "extension-needed", settings=DEFAULT) == []


@given(st.dates(date(2025, 1, 1), date(2028, 12, 31)), st.integers(0, 60), st.integers(0, 60))
def test_business_days_add_up(start: date, first: int, second: int) -> None:
    middle = date.fromordinal(start.toordinal() + first)
    end = date.fromordinal(middle.toordinal() + second)
    assert business_days_to(start, middle) + business_days_to(middle, end) == business_days_to(start, end)
    assert business_days_to(end, start) == -business_days_to(start, end)
