"""Which days count: the calendar against an independent reckoning of the D.C. holidays, and the arithmetic of business days."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workspace.deadlines.calendar import (
    add_business_days,
    add_months,
    business_days_between,
    court_roll,
    in_words,
    is_business_day,
    legal_holidays,
    month_end,
    roll,
)

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "real" / "deadlines"
days = st.dates(date(2006, 1, 1), date(2060, 12, 31))


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _observed(day: date) -> date:
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def reckoned(year: int) -> set[date]:
    """The D.C. holidays on which nobody works, from the words of 5 U.S.C. §6103 and D.C. Code §28-2701, without the package."""
    fixed = [(1, 1), (4, 16), (7, 4), (11, 11), (12, 25)] + ([(6, 19)] if year >= 2021 else [])
    found = {_observed(date(year, month, day)) for month, day in fixed} | {_observed(date(year + 1, 1, 1))}
    found |= {_nth(year, 1, 0, 3), _nth(year, 2, 0, 3), _nth(year, 9, 0, 1), _nth(year, 10, 0, 2), _nth(year, 11, 3, 4)}
    found.add(_nth(year, 6, 0, 1) - timedelta(days=7))  # the last Monday of May
    if year % 4 == 1:
        inauguration = date(year, 1, 20)
        found.add(inauguration + timedelta(days=inauguration.weekday() == 6))
    return {day for day in found if day.year == year and day.weekday() < 5}


@pytest.mark.parametrize("year", range(2006, 2051))
def test_the_holidays_are_those_of_the_statutes(year: int) -> None:
    assert {day for day in legal_holidays(year) if day.weekday() < 5} == reckoned(year)


@pytest.mark.skipif(not REAL.exists(), reason="shared/data/real is not beside this checkout")
def test_the_holidays_are_those_of_the_development_pack() -> None:
    rows = [json.loads(line) for line in (REAL / "holidays_us_dc.jsonl").read_text().splitlines()]
    assert len(rows) == 54
    years = sorted({int(row["date"][:4]) for row in rows})
    ours = {day.isoformat(): name for year in years for day, name in legal_holidays(year).items()}
    assert ours == {row["date"]: row["name"] for row in rows}


def test_patriots_day_counts_in_maine_and_massachusetts_only() -> None:
    monday = date(2026, 4, 20)
    assert [is_business_day(monday, state) for state in (None, "NY", "MA", "ME")] == [True, True, False, False]


def test_a_holiday_of_a_state_other_than_patriots_day_is_not_a_legal_holiday_of_section_7503() -> None:
    assert is_business_day(date(2026, 3, 31), "CA")  # César Chávez Day
    assert court_roll(date(2026, 3, 31), "CA") == date(2026, 4, 1)


def test_a_court_outside_dc_does_not_keep_emancipation_day() -> None:
    assert court_roll(date(2026, 4, 16)) == date(2026, 4, 16)
    assert court_roll(date(2026, 4, 16), "DC") == date(2026, 4, 17)


@given(days)
def test_roll_gives_the_first_business_day_not_before(day: date) -> None:
    rolled = roll(day)
    assert is_business_day(rolled)
    assert rolled >= day
    assert not any(is_business_day(day + timedelta(days=n)) for n in range((rolled - day).days))
    assert roll(rolled) == rolled


@given(days, st.integers(1, 60))
def test_counting_business_days_forward_and_measuring_agree(day: date, count: int) -> None:
    reached = add_business_days(day, count)
    assert is_business_day(reached)
    assert business_days_between(day + timedelta(days=1), reached + timedelta(days=1)) == count


@given(days, st.integers(-60, -1))
def test_counting_business_days_back_and_measuring_agree(day: date, count: int) -> None:
    reached = add_business_days(day, count)
    assert business_days_between(reached, day) == -count


@given(days, st.integers(0, 40), st.integers(0, 40))
def test_the_span_is_half_open_so_that_spans_add_up(day: date, first: int, second: int) -> None:
    middle, end = day + timedelta(days=first), day + timedelta(days=first + second)
    assert business_days_between(day, end) == business_days_between(day, middle) + business_days_between(middle, end)
    assert business_days_between(end, day) == -business_days_between(day, end)


def test_a_week_measured_by_hand() -> None:
    monday = date(2026, 3, 2)
    assert business_days_between(monday, monday) == 0
    assert business_days_between(monday, date(2026, 3, 6)) == 4
    assert business_days_between(monday, date(2026, 3, 9)) == 5
    assert add_business_days(date(2026, 7, 2), 1) == date(2026, 7, 6)  # July 3 is observed as Independence Day
    assert add_business_days(date(2026, 7, 4), 0) == date(2026, 7, 4)


@given(days, st.integers(-40, 40))
def test_months_keep_the_day_or_take_the_last(day: date, months: int) -> None:
    reached = add_months(day, months)
    assert (reached.year * 12 + reached.month) - (day.year * 12 + day.month) == months
    assert reached.day == day.day or (reached.day < day.day and (reached + timedelta(days=1)).day == 1)


def test_february_ends_where_the_year_says() -> None:
    assert [month_end(year, 2).day for year in (2024, 2025, 2028, 2100)] == [29, 28, 29, 28]
    assert add_months(date(2024, 2, 29), 24) == date(2026, 2, 28)
    assert in_words(date(2026, 3, 5)) == "March 5, 2026"
