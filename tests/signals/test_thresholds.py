"""Thresholds are data that a firm overrides; what it writes wrongly is told and the default stays."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.signals.builders import snapshot
from workspace.signals import DEFAULTS, DETECTORS, detect, resolve


def test_layers_follow_each_other() -> None:
    table = resolve({"ar-aging": {"days": 45}, "wip-aged": {"days": 90}}, {"ar-aging": {"days": 30}})
    assert (table.of("ar-aging", "days"), table.days("wip-aged", "days")) == (Decimal(30), 90)
    assert table.faults == () and resolve().of("ar-aging", "days") == 60


def test_what_cannot_be_used_is_told() -> None:
    table = resolve({"ar-aging": {"days": "soon", "weeks": 3}, "wip-aged": 60, "mail": {"anything": 1}})
    assert table.table == resolve().table
    assert [fault.split(" ")[0] for fault in table.faults] == [
        "settings.ar-aging.days",
        "settings.ar-aging.weeks",
        "settings.wip-aged",
    ]
    assert resolve({"ar-aging": {"days": True}}).faults and resolve({"ar-aging": {"days": -1}}).faults


@given(
    st.dictionaries(
        st.sampled_from([*DEFAULTS, "other"]),
        st.one_of(st.integers(), st.text(), st.none(), st.floats(), st.dictionaries(st.text(), st.floats())),
    )
)
def test_any_settings_leave_every_threshold_a_number(settings: dict[str, object]) -> None:
    table = resolve(settings)
    assert all(value.is_finite() and value >= 0 for row in table.table.values() for value in row.values())


def test_every_detector_states_its_rule_once() -> None:
    slugs = [detector.slug for detector in DETECTORS]
    assert len(slugs) == len(set(slugs)) >= 24
    assert all(detector.function.__doc__ for detector in DETECTORS)
    assert set(DEFAULTS) - {"rank", "flux-memo"} <= set(slugs)


def test_a_client_without_anything_is_quiet() -> None:
    found = detect(snapshot(), date(2026, 3, 9), resolve())
    assert found.signals == () and found.blind_spots == ()
