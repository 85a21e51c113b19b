"""Returns and estimates: every cell of the practice's table of dates, known dates of past years, an independent computation."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import Invalid
from workspace.deadlines import (
    Deadline,
    Override,
    deadlines_for,
    estimates,
    month_end,
    payroll_returns,
    return_deadline,
    roll,
    year_end_of,
)

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "real" / "deadlines" / "due_dates.jsonl"

# The table "Dates to test against": nominal, then the day it falls on in 2026, 2027 and 2028.
ROLLS = """
Jan 15: Jan 15, Jan 15, Jan 18
Jan 31: Feb 2, Feb 1, Jan 31
Feb 15: Feb 17, Feb 16, Feb 15
Feb 28: Mar 2, Mar 1, Feb 28
Mar 15: Mar 16, Mar 15, Mar 15
Apr 15: Apr 15, Apr 15, Apr 18
Apr 30: Apr 30, Apr 30, May 1
May 15: May 15, May 17, May 15
Jul 31: Jul 31, Aug 2, Jul 31
Sep 30: Sep 30, Sep 30, Oct 2
Oct 15: Oct 15, Oct 15, Oct 16
Oct 31: Nov 2, Nov 1, Oct 31
Nov 15: Nov 16, Nov 15, Nov 15
"""
YEARS = (2026, 2027, 2028)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _day(year: int, words: str) -> date:
    month, day = words.split()
    return date(year, MONTHS.index(month) + 1, int(day))


CELLS = [
    (_day(year, nominal), _day(year, due))
    for line in ROLLS.strip().splitlines()
    for nominal, dues in [line.split(": ")]
    for year, due in zip(YEARS, dues.split(", "), strict=True)
]


def _rule_that_lands_on(nominal: date) -> Deadline:
    """A rule of the table whose nominal date in that year is `nominal`."""
    last, day = date(nominal.year - 1, 12, 31), (nominal.month, nominal.day)
    found = {
        (1, 15): lambda: estimates("1040-ES", last)[3],
        (1, 31): lambda: return_deadline("940", last),
        (2, 15): lambda: return_deadline("1099-B", last),
        (2, 28): lambda: return_deadline("1099-MISC", last, copy="paper"),
        (3, 15): lambda: return_deadline("1065", last),
        (4, 15): lambda: return_deadline("1120", last),
        (4, 30): lambda: return_deadline("941", date(nominal.year, 3, 31)),
        (5, 15): lambda: return_deadline("990", last),
        (7, 31): lambda: return_deadline("5500", last),
        (9, 30): lambda: return_deadline("1041", last, extended=True),
        (10, 15): lambda: return_deadline("1040", last, extended=True),
        (10, 31): lambda: return_deadline("941", date(nominal.year, 9, 30)),
        (11, 15): lambda: return_deadline("990", last, extended=True),
    }
    return found[day]()


@pytest.mark.parametrize(("nominal", "due"), CELLS)
def test_each_cell_of_the_table_of_dates(nominal: date, due: date) -> None:
    assert roll(nominal) == due
    found = _rule_that_lands_on(nominal)
    assert (found.nominal, found.due) == (nominal, due)
    assert (found.rolled_because is None) == (nominal == due)


@pytest.mark.skipif(not REAL.exists(), reason="shared/data/real is not beside this checkout")
def test_the_dates_of_the_development_pack() -> None:
    rows = [json.loads(line) for line in REAL.read_text().splitlines()]
    assert len(rows) == 44
    for row in rows:
        nominal = date.fromisoformat(row["nominal"])
        assert roll(nominal).isoformat() == row["due"], row
        if (nominal.month, nominal.day) in {(1, 15), (1, 31), (3, 15), (4, 15), (4, 30), (9, 30), (10, 15), (10, 31)}:
            assert _rule_that_lands_on(nominal).due.isoformat() == row["due"], row


@pytest.mark.parametrize(
    ("form", "plain", "extended"),
    [
        ("1065", "2026-03-15", "2026-09-15"),
        ("1120-S", "2026-03-15", "2026-09-15"),
        ("1120", "2026-04-15", "2026-10-15"),
        ("1040", "2026-04-15", "2026-10-15"),
        ("1041", "2026-04-15", "2026-09-30"),
        ("990", "2026-05-15", "2026-11-15"),
        ("990-EZ", "2026-05-15", "2026-11-15"),
        ("990-PF", "2026-05-15", "2026-11-15"),
        ("709", "2026-04-15", "2026-10-15"),
        ("5500", "2026-07-31", "2026-10-15"),
        ("5500-EZ", "2026-07-31", "2026-10-15"),
        ("FinCEN 114", "2026-04-15", "2026-10-15"),
        ("940", "2026-01-31", "2026-02-10"),
        ("944", "2026-01-31", "2026-02-10"),
        ("945", "2026-01-31", "2026-02-10"),
        ("Form W-2", "2026-01-31", "2026-03-02"),
        ("1099-NEC", "2026-01-31", "2026-03-02"),
    ],
)
def test_calendar_year_returns_and_their_extensions(form: str, plain: str, extended: str) -> None:
    last = date(2025, 12, 31)
    assert return_deadline(form, last).nominal.isoformat() == plain
    assert return_deadline(form, last, extended=True).nominal.isoformat() == extended


def test_copies_of_information_returns_have_their_own_dates() -> None:
    last = date(2025, 12, 31)
    copies = ("recipient", "recipient-8-10", "paper", "e-file")
    assert [return_deadline("1099-MISC", last, copy=copy).nominal.isoformat()[5:] for copy in copies] == [
        "01-31",
        "02-15",
        "02-28",
        "03-31",
    ]
    assert return_deadline("1099-MISC", last) == return_deadline("1099-MISC", last, copy="recipient")
    assert return_deadline("1099-MISC", date(2027, 12, 31), copy="paper").nominal == date(2028, 2, 28)  # a leap year


def test_quarters_of_form_941_with_and_without_the_ten_days() -> None:
    plain = [one.nominal.isoformat() for one in payroll_returns(2026) if one.form == "941"]
    on_time = [one.nominal.isoformat() for one in payroll_returns(2026, deposits_on_time=True) if one.form == "941"]
    assert plain == ["2026-04-30", "2026-07-31", "2026-10-31", "2027-01-31"]
    assert on_time == ["2026-05-10", "2026-08-10", "2026-11-10", "2027-02-10"]


@pytest.mark.parametrize(
    ("year_end", "state", "due"),
    [  # as announced by the IRS in those years
        ("2010-12-31", None, "2011-04-18"),
        ("2015-12-31", None, "2016-04-18"),
        ("2015-12-31", "MA", "2016-04-19"),
        ("2016-12-31", None, "2017-04-18"),
        ("2017-12-31", None, "2018-04-17"),
        ("2021-12-31", None, "2022-04-18"),
        ("2021-12-31", "ME", "2022-04-19"),
        ("2022-12-31", None, "2023-04-18"),
        ("2023-12-31", None, "2024-04-15"),
        ("2023-12-31", "MA", "2024-04-17"),
    ],
)
def test_individual_returns_of_years_past(year_end: str, state: str | None, due: str) -> None:
    assert return_deadline("1040", date.fromisoformat(year_end), state=state).due.isoformat() == due


def test_abroad_gives_two_months_and_never_more_than_the_extension() -> None:
    last = date(2025, 12, 31)
    assert return_deadline("1040", last, abroad=True).due == date(2026, 6, 15)
    assert return_deadline("1040", last, abroad=True, extended=True).due == date(2026, 10, 15)
    assert return_deadline("1120", last, abroad=True).due == date(2026, 4, 15)


def test_an_extension_is_counted_from_the_date_before_the_roll() -> None:
    found = return_deadline("1040", date(2027, 12, 31), extended=True)  # April 15, 2028 rolls to April 18
    assert (found.nominal, found.due) == (date(2028, 10, 15), date(2028, 10, 16))


@pytest.mark.parametrize(
    ("year_end", "rule", "plain", "extended"),
    [
        ("2025-06-30", "1120-june", "2025-09-15", "2026-04-15"),
        ("2026-06-30", "1120-june", "2026-09-15", "2027-04-15"),  # began July 1, 2025
        ("2027-06-30", "1120", "2027-10-15", "2028-04-15"),  # began July 1, 2026
        ("2026-05-31", "1120", "2026-09-15", "2027-03-15"),
        ("2026-07-31", "1120", "2026-11-15", "2027-05-15"),
    ],
)
def test_corporations_with_a_june_year(year_end: str, rule: str, plain: str, extended: str) -> None:
    end = date.fromisoformat(year_end)
    one, two = return_deadline("1120", end), return_deadline("1120", end, extended=True)
    assert (one.rule_id, one.nominal.isoformat(), two.nominal.isoformat()) == (rule, plain, extended)
    assert one.confirm is (rule == "1120-june")


@pytest.mark.parametrize(
    ("form", "year_end", "nominal"),
    [
        ("1065", "2024-02-29", "2024-05-15"),
        ("1120-S", "2025-02-28", "2025-05-15"),
        ("990", "2026-06-30", "2026-11-15"),
        ("1120", "2026-09-30", "2027-01-15"),
        ("1041", "2026-10-31", "2027-02-15"),
        ("5500", "2026-06-30", "2027-01-31"),
        ("706", "2025-05-31", "2026-02-28"),  # no February 31
        ("706", "2027-05-31", "2028-02-29"),
    ],
)
def test_fiscal_years_and_leap_years(form: str, year_end: str, nominal: str) -> None:
    assert return_deadline(form, date.fromisoformat(year_end)).nominal.isoformat() == nominal


def test_a_year_that_does_not_end_with_a_month_is_to_be_confirmed() -> None:
    slipped = return_deadline("1120", date(2027, 1, 2))  # a 52-53-week year: counts as December 31, 2026
    assert (slipped.nominal, slipped.confirm) == (date(2027, 4, 15), True)
    short = return_deadline("1065", date(2026, 6, 10))
    assert (short.nominal, short.confirm) == (date(2026, 9, 15), True)


def test_estimates_of_individuals_and_corporations() -> None:
    nominal = {
        form: [one.nominal.isoformat() for one in estimates(form, date(2026, 12, 31))] for form in ("1040-ES", "1120")
    }
    assert nominal["1040-ES"] == ["2026-04-15", "2026-06-15", "2026-09-15", "2027-01-15"]
    assert nominal["1120"] == ["2026-04-15", "2026-06-15", "2026-09-15", "2026-12-15"]
    fiscal = [one.nominal.isoformat() for one in estimates("1120", date(2026, 6, 30))]
    assert fiscal == ["2025-10-15", "2025-12-15", "2026-03-15", "2026-06-15"]


def test_what_the_table_does_not_have_is_refused_and_not_guessed() -> None:
    with pytest.raises(Invalid, match="no extension"):
        return_deadline("990-N", date(2025, 12, 31), extended=True)
    with pytest.raises(Invalid, match="enter it by hand"):
        return_deadline("8865", date(2025, 12, 31))
    with pytest.raises(Invalid, match="years beginning in 2014"):
        return_deadline("1120", date(2014, 12, 31))
    with pytest.raises(Invalid, match="no due date"):
        estimates("1065", date(2025, 12, 31))


def test_a_disaster_postponement_wins_over_the_table() -> None:
    relief = Override("IR-2025-10", date(2026, 10, 15), date(2026, 1, 7), date(2026, 10, 14))
    found = return_deadline("1065", date(2025, 12, 31), override=relief)
    assert (found.nominal, found.due) == (date(2026, 3, 15), date(2026, 10, 15))
    assert found.rolled_because == "postponed by IR-2025-10 (IRC §7508A)"
    assert found.inputs["postponed by"] == "IR-2025-10"


@pytest.mark.parametrize(
    "relief",
    [
        Override("IR-1", date(2026, 3, 1)),  # never shortens
        Override("IR-2", date(2026, 10, 15), first_day=date(2026, 3, 17)),
        Override("IR-3", date(2026, 10, 15), last_day=date(2026, 3, 15)),
    ],
)
def test_a_postponement_that_does_not_reach_the_date_changes_nothing(relief: Override) -> None:
    found = return_deadline("1065", date(2025, 12, 31), override=relief)
    assert found.due == date(2026, 3, 16)
    assert "changes nothing" in found.how[-1]


def test_how_a_date_came_about_can_be_read() -> None:
    found = return_deadline("1065", date(2025, 12, 31))
    assert found.how == (
        "Tax year end: December 31, 2025.",
        "Form 1065 is due on day 15 of month 3 after the tax year end: March 15, 2026 (IRC §6072(b), §6081).",
        "March 15, 2026 is a Sunday; the next day that counts is March 16, 2026 (IRC §7503).",
    )
    assert found.inputs == {"tax year end": "2025-12-31"}
    assert found.years == "years beginning in 2016 or later"
    assert found.rolled_because == "March 15, 2026 is a Sunday"
    assert return_deadline("1040", date(2027, 12, 31)).rolled_because == (
        "April 15, 2028 is a Saturday; April 16, 2028 is Emancipation Day; April 17, 2028 is Emancipation Day (observed)"
    )


# An independent computation: month arithmetic on a single number, and a roll that knows which days near a 15th are off.
SIMPLE = {"1065": (3, 6), "1120-S": (3, 6), "1040": (4, 6), "990": (5, 6)}


def _is_off(day: date) -> bool:
    third_monday = day.isoweekday() == 1 and 15 <= day.day <= 21
    if day.month in (1, 2) and third_monday:  # King, Washington
        return True
    emancipation = {6: 15, 7: 17}.get(date(day.year, 4, 16).isoweekday(), 16)
    return day.isoweekday() > 5 or (day.month == 4 and day.day == emancipation)


@given(st.sampled_from(sorted(SIMPLE)), st.integers(2017, 2060), st.integers(1, 12), st.booleans())
def test_against_an_independent_computation(form: str, year: int, month: int, extended: bool) -> None:
    months, more = SIMPLE[form]
    number = year * 12 + (month - 1) + months + (more if extended else 0)
    nominal = date(number // 12, number % 12 + 1, 15)
    due = nominal
    while _is_off(due):
        due += timedelta(days=1)
    found = return_deadline(form, month_end(year, month), extended=extended)
    assert (found.nominal, found.due) == (nominal, due)


def test_the_year_of_a_client() -> None:
    found = deadlines_for("1120", "12-31", 2025)
    assert [(one.rule_id, one.due.isoformat()) for one in found] == [
        ("1120-estimate", "2025-04-15"),
        ("1120-estimate", "2025-06-16"),
        ("1120-estimate", "2025-09-15"),
        ("1120-estimate", "2025-12-15"),
        ("1120", "2026-04-15"),
        ("1120", "2026-10-15"),
    ]
    assert [one.inputs.get("extended") for one in deadlines_for("1065", "12-31", 2025)] == [None, "yes"]
    assert deadlines_for("law", "12-31", 2025) == ()


@pytest.mark.parametrize(
    ("fiscal_year_end", "tax_year", "end"),
    [
        ("12-31", 2025, "2025-12-31"),
        ("06-30", 2025, "2026-06-30"),
        ("01-31", 2025, "2026-01-31"),
        ("02-28", 2027, "2028-02-29"),
        ("02-29", 2026, "2027-02-28"),
        ("12-27", 2025, "2025-12-27"),
        ("01-02", 2026, "2027-01-02"),
    ],
)
def test_the_year_end_of_a_fiscal_year(fiscal_year_end: str, tax_year: int, end: str) -> None:
    assert year_end_of(fiscal_year_end, tax_year).isoformat() == end


@pytest.mark.parametrize("wrong", ["13-01", "June", "", "12/31"])
def test_a_fiscal_year_end_that_is_no_day_is_refused(wrong: str) -> None:
    with pytest.raises(Invalid, match="MM-DD"):
        year_end_of(wrong, 2025)
