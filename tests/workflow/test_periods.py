"""Periods, due dates, and the library: nothing drifts, month ends stay month ends, every template plans real steps in their order."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store.errors import Invalid
from store.rows import TEMPLATES
from workspace.deadlines import is_business_day
from workspace.workflow.needs import goes_round
from workspace.workflow.periods import (
    EVERY,
    REPEATS,
    again_on,
    due_on,
    end_of,
    is_month_end,
    later,
    length_of,
    name_of,
    nth_in,
    period_in,
    start_of,
    step_on,
    tag_of,
)
from workspace.workflow.templates import checked, checked_due, library

DAYS = st.dates(date(1995, 1, 1), date(2090, 12, 31))
_ONE = timedelta(days=1)


@given(DAYS, st.sampled_from(EVERY), st.integers(0, 60))
@example(date(2000, 1, 28), "month", 60)  # the 28th is the last of some Februaries
def test_periods_follow_each_other_without_gap_or_drift(first: date, every: str, nth: int) -> None:
    end, following = end_of(first, every, nth), end_of(first, every, nth + 1)
    assert end < following
    for one in (end, following):
        last = (one.replace(day=28) + 4 * _ONE).replace(day=1) - _ONE
        assert one == last if is_month_end(first) else one.day == min(first.day, last.day)
    if is_month_end(first):
        assert start_of(following, every) == end + _ONE
        assert length_of(start_of(end, every), end) == every
    assert nth_in(first, every, end) == nth and nth_in(first, every, end + _ONE) == nth + 1


@given(DAYS, st.sampled_from(REPEATS), st.integers(0, 200))
def test_what_comes_again_is_counted_from_its_first_day(anchor: date, every: str, nth: int) -> None:
    day = again_on(anchor, every, nth)
    assert again_on(anchor, every, nth + 1) > day
    if every == "week":
        assert day.weekday() == anchor.weekday()
    elif is_month_end(anchor):
        assert is_month_end(day)
    else:
        assert day.day == min(anchor.day, (later(day.replace(day=1), 1) - _ONE).day)


@given(DAYS, st.integers(-400, 400))
def test_a_step_falls_on_a_business_day_near_its_day(counted: date, days: int) -> None:
    day = step_on(days, counted)
    assert day is not None
    if days == 0:
        assert day == counted
    else:
        wanted = counted + timedelta(days=days)
        assert is_business_day(day) and abs((day - wanted).days) <= 5
        assert day <= wanted if days < 0 else day >= wanted


@pytest.mark.parametrize(
    ("text", "start", "end", "name", "tag"),
    [
        ("2025", "2025-01-01", "2025-12-31", "2025", "2025"),
        ("2026-Q3", "2026-07-01", "2026-09-30", "Q3 2026", "2026-Q3"),
        ("2024-02", "2024-02-01", "2024-02-29", "February 2024", "2024-02"),
        ("2026-01-05 to 2026-02-10", "2026-01-05", "2026-02-10", "2026-01-05 to 2026-02-10", "2026-02-10"),
    ],
)
def test_a_period_reads_as_it_is_named(text: str, start: str, end: str, name: str, tag: str) -> None:
    first, last = period_in(text)
    assert (first.isoformat(), last.isoformat()) == (start, end)
    assert (name_of(first, last), tag_of(first, last)) == (name, tag)


def test_a_fiscal_year_is_named_by_the_year_it_begins_in() -> None:
    first, last = period_in("2025", "06-30")
    assert (first, last, name_of(first, last)) == (date(2025, 7, 1), date(2026, 6, 30), "2025")
    for wrong in ("", "next year", "2026-13", "2026-Q5", "1820", "2026-02-10 to 2026-01-05"):
        with pytest.raises(Invalid):
            period_in(wrong)


@pytest.mark.parametrize(
    ("template", "period", "due"),
    [
        ("1040", "2025", "2026-04-15"),
        ("1065", "2025", "2026-03-16"),
        ("1120-S", "2026", "2027-03-15"),
        ("1041", "2025", "2026-04-15"),
        ("990", "2026", "2027-05-17"),
        ("payroll", "2026-Q2", "2026-07-31"),
        ("payroll", "2025-Q4", "2026-02-02"),
        ("sales-tax", "2026-Q1", "2026-04-20"),
        ("monthly-close", "2026-02", "2026-03-13"),
        ("audit", "2025", "2026-04-30"),
    ],
)
def test_a_template_is_due_by_the_law_or_its_rule(template: str, period: str, due: str) -> None:
    start, end = period_in(period)
    assert due_on(library()[template].due, start, end) == date.fromisoformat(due)


def test_every_slug_of_the_contract_has_steps_in_their_order() -> None:
    assert tuple(library()) == TEMPLATES
    for slug, one in library().items():
        assert len(one.steps) >= 5 and one.hours > 0, slug
        assert {step.role for step in one.steps} >= {"preparer", "manager"} or slug == "matter", slug
        assert any(step.needs for step in one.steps) and one.due_words, slug
        assert (
            checked(slug, {"title": one.title, "due": one.due, "steps": [s.plain() for s in one.steps]}, one.every)
            == one
        )


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [{"title": ""}],
        [{"title": "A", "role": "king"}],
        [{"title": "A", "days": "soon"}],
        [{"title": "A", "needs": ["b"]}, {"title": "B"}],
        [{"title": "A", "needs": ["a"]}],
        [{"title": "A"}, {"title": "A"}],
        [{"title": "A", "hours": "lots"}],
        ["A"],
    ],
)
def test_a_template_that_cannot_be_is_refused(steps: list[object]) -> None:
    with pytest.raises(Invalid):
        checked("1040", {"title": "{period} x", "steps": steps}, "year")


def test_a_due_date_is_counted_in_one_way() -> None:
    assert checked_due({"months": "1", "day": "20"}) == {"months": 1, "day": 20}
    for wrong in ({"months": 1, "business_days": 2}, {"day": 3}, {"moon": 1}, {"business_days": "ten"}):
        with pytest.raises(Invalid):
            checked_due(wrong)


NODES = st.integers(0, 7).map(str)


@given(st.lists(st.tuples(NODES, NODES), max_size=24))
def test_links_never_close_a_circle(wanted: list[tuple[str, str]]) -> None:
    links: dict[str, list[str]] = {}
    for one, other in wanted:
        if not goes_round(links, one, other):
            links.setdefault(one, []).append(other)
    left = {key: set(value) for key, value in links.items()}
    while left:  # without a circle somebody always waits for nobody
        free = [key for key, needs in left.items() if not needs & left.keys()]
        assert free, left
        for key in free:
            del left[key]
