"""The formula of brief.md against cases computed by hand, its ties, and what holds of it everywhere."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.signals.builders import DEFAULT, STAFF, TODAY, engagement, item, snapshot, worked
from tests.workspace.worlds import raised, signal
from workspace.deadlines import add_business_days
from workspace.rank import HORIZON, exposure_of, order, slack_days, terms
from workspace.signals import resolve

EMPTY = snapshot()
WORKING = snapshot(engagements=(engagement(),))  # 20 budget hours of an owner with 8 hours a day: 2.5 days


@pytest.mark.parametrize(
    ("fields", "urgency", "exposure", "score"),
    [
        # 9 business days of 60 are left; log10(7427.96) / 5
        (
            {"slug": "notice-levy", "due": date(2026, 3, 20), "dollars": "7426.96", "basis": "fact"},
            "0.85",
            "0.7742",
            "69.59",
        ),
        # 5 business days, less 2.5 of work, less 2 for the client's answer: 0.5 of 30
        (
            {"slug": "extension-needed", "due": date(2026, 3, 16), "dollars": "4000", "on": "E1", "waits": True},
            "0.9833",
            "0.7204",
            "83.86",
        ),
        # the same, but the client need not act
        (
            {"slug": "extension-needed", "due": date(2026, 3, 16), "dollars": "4000", "on": "E1"},
            "0.9167",
            "0.7204",
            "80.86",
        ),
        ({"slug": "wip-over-budget"}, "0.5", "0", "39.30"),
        ({"slug": "wip-over-budget", "basis": "model"}, "0.5", "0", "19.65"),
        ({"slug": "return-overdue", "due": date(2025, 11, 17), "dollars": "4200"}, "1", "0.7247", "84.69"),
        (
            {"slug": "document-expiring", "due": date(2026, 4, 2), "dollars": "111600", "basis": "fact"},
            "0",
            "1",
            "22.16",
        ),
        ({"slug": "notice-levy", "due": TODAY, "dollars": "99999"}, "1", "1", "98.25"),
    ],
)
def test_cases_computed_by_hand(fields: dict[str, Any], urgency: str, exposure: str, score: str) -> None:
    of = {"due": fields.get("due"), "basis": fields.get("basis", "record"), "engagement_ref": fields.get("on")}
    of |= {"dollars": Decimal(fields["dollars"]) if "dollars" in fields else None, "waits_on_client": "waits" in fields}
    found = terms(signal(fields["slug"], **of), WORKING, TODAY, DEFAULT)
    assert (found.urgency, found.exposure, found.score) == (Decimal(urgency), Decimal(exposure), Decimal(score))


@pytest.mark.parametrize(("cls", "days"), [("A", 60), ("B", 30), ("C", 21), ("D", 14)])
def test_each_class_has_its_horizon(cls: str, days: int) -> None:
    """At the horizon nothing is urgent yet, half-way it is half urgent."""
    assert HORIZON[cls] == days
    far, near = (signal(cls=cls, due=add_business_days(TODAY, number)) for number in (days, days // 2))
    assert terms(far, EMPTY, TODAY, DEFAULT).urgency == 0
    half = Decimal(days - days // 2) / days
    assert terms(near, EMPTY, TODAY, DEFAULT).urgency == half.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def test_slack_counts_business_days_less_work_less_the_clients_answer() -> None:
    one = signal(due=date(2026, 3, 20), engagement_ref="E1", waits_on_client=True)
    assert slack_days(one, WORKING, TODAY, DEFAULT) == 9 - Decimal("2.5") - 2
    logged = snapshot(engagements=(engagement(),), time=(worked(date(2026, 3, 2), "16"),))
    assert slack_days(one, logged, TODAY, DEFAULT) == 9 - Decimal("0.5") - 2
    answers = tuple(item(f"i{n}", TODAY, received=TODAY - timedelta(days=14 - n)) for n in (1, 2, 3, 10))
    usual = snapshot(requests=answers)  # asked on February 23; the fourth of five came after eight business days
    assert slack_days(replace(one, engagement_ref=None), usual, TODAY, DEFAULT) == 9 - 8


def test_work_without_budget_owner_or_hours_takes_no_days() -> None:
    one = signal(due=date(2026, 3, 20), engagement_ref="E1")
    for fields in ({"budget_hours": None}, {"owner_id": None}, {"stage": "filed"}):
        what = snapshot(engagements=(engagement(**fields),))
        assert slack_days(one, what, TODAY, DEFAULT) == 9
    idle = snapshot(engagements=(engagement(),), people={"s": replace(STAFF, weekly_hours=None)})
    assert slack_days(one, idle, TODAY, DEFAULT) == 9
    assert slack_days(signal(), WORKING, TODAY, DEFAULT) is None


def test_weights_are_the_firms() -> None:
    firm = resolve({"rank": {"urgency": "1", "consequence": "0", "exposure": "0"}})
    assert terms(signal(), EMPTY, TODAY, firm).score == 50


def test_ties_go_by_date_amount_and_ref() -> None:
    early, late = date(2026, 3, 10), date(2026, 3, 20)
    wanted = [
        order(2, Decimal(60), None, None, "C9"),
        order(2, Decimal(50), early, Decimal(10), "C2"),
        order(2, Decimal(50), late, Decimal(20), "C3"),
        order(2, Decimal(50), late, Decimal(10), "C1"),
        order(2, Decimal(50), late, Decimal(10), "C2"),
        order(2, Decimal(50), None, Decimal(99), "C1"),
    ]
    backwards = wanted[::-1]
    assert sorted(backwards) == wanted


def test_an_unacknowledged_right_stands_on_top_then_what_is_pinned() -> None:
    low, high = Decimal(10), Decimal(99)
    right = raised("notice-levy", score=low, state="open")
    pinned = raised(score=low, state="pinned", subject="pinned")
    loud = raised(score=high)
    assert sorted([loud, pinned, right], key=lambda one: one.sort_key) == [right, pinned, loud]
    for state in ("acknowledged", "delegated"):
        seen = replace(right, state=state)
        assert sorted([seen, pinned, loud], key=lambda one: one.sort_key) == [pinned, loud, seen]
    assert replace(right, state="pinned").unseen


AMOUNTS = st.none() | st.decimals(min_value=-1000, max_value=10_000_000, places=2)
SIGNALS = st.builds(
    lambda cls, basis, dollars, days, waits: signal(
        cls=cls,
        basis=basis,
        dollars=dollars,
        due=None if days is None else TODAY + timedelta(days=days),
        waits_on_client=waits,
        engagement_ref="E1",
    ),
    st.sampled_from("ABCD"),
    st.sampled_from(["record", "fact", "model"]),
    AMOUNTS,
    st.none() | st.integers(-400, 400),
    st.booleans(),
)


@given(SIGNALS)
def test_terms_and_score_stay_in_their_bounds(one: Any) -> None:
    found = terms(one, WORKING, TODAY, DEFAULT)
    assert 0 <= found.score <= 100
    for term in (found.urgency, found.consequence, found.exposure, found.confidence):
        assert 0 <= term <= 1


@given(SIGNALS, st.integers(1, 60))
def test_a_later_date_is_never_louder(one: Any, later: int) -> None:
    if one.due is not None:
        after = replace(one, due=one.due + timedelta(days=later))
        first, second = (terms(each, WORKING, TODAY, DEFAULT) for each in (one, after))
        assert second.score <= first.score
        assert (second.slack_days or 0) >= (first.slack_days or 0)


@given(AMOUNTS, AMOUNTS)
def test_more_dollars_are_never_quieter(one: Decimal | None, other: Decimal | None) -> None:
    less, more = sorted((one or Decimal(0), other or Decimal(0)))
    assert 0 <= exposure_of(less) <= exposure_of(more) <= 1
