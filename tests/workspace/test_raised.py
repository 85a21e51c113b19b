"""Which decision is in force, and that what is told apart by slug names signals that there are."""

from datetime import date
from typing import Any

import pytest

from store.tables import SignalDecision
from tests.signals.rows import NOW, TODAY
from tests.workspace.worlds import in_days, raised
from workspace.brief import cards
from workspace.merge import CAUSES, CHAINS
from workspace.raised import SINCE, state_of
from workspace.signals import DETECTORS


def decided(decision: str, **fields: Any) -> SignalDecision:
    return SignalDecision(id="d", key="k", decision=decision, evidence_hash="before", person_id="p", at=NOW, **fields)


@pytest.mark.parametrize(
    ("decision", "until", "evidence", "today", "state"),
    [
        (None, None, "before", TODAY, "open"),
        ("dismiss", None, "before", in_days(400), "dismissed"),
        ("dismiss", None, "after", TODAY, "open"),
        ("acknowledge", None, "before", in_days(400), "acknowledged"),
        ("acknowledge", None, "after", TODAY, "open"),
        ("pin", None, "after", TODAY, "open"),
        ("snooze", in_days(2), "after", in_days(1), "snoozed"),
        ("snooze", in_days(2), "before", in_days(2), "open"),
        ("snooze", None, "before", in_days(400), "snoozed"),
        ("snooze", None, "after", TODAY, "open"),
        ("delegate", None, "after", in_days(400), "delegated"),
        ("reopen", None, "before", TODAY, "open"),
    ],
)
def test_the_state_that_a_decision_gives(
    decision: str | None, until: date | None, evidence: str, today: date, state: str
) -> None:
    made = None if decision is None else decided(decision, until=until)
    assert state_of(made, evidence, today) == state


def test_slugs_that_are_told_apart_are_those_of_detectors() -> None:
    known = {one.slug for one in DETECTORS}
    chained = {slug for chain in CHAINS for slug in (*chain.slugs, *chain.causes)}
    for named in (SINCE, chained, set(CAUSES), cards._OF_THE_FIRM):
        assert named <= known
    assert all(chain.slugs[0] in CAUSES for chain in CHAINS)


def test_a_stored_signal_is_the_one_that_was_raised() -> None:
    one = raised("extension-needed", due=in_days(7), nominal_due=in_days(6), engagement_ref="E1")
    back = one.as_signal()
    assert (back.slug, back.cls, back.due, back.nominal_due, back.engagement_ref) == (
        one.slug,
        one.cls,
        one.due,
        one.nominal_due,
        one.engagement_ref,
    )
