"""States' rules as a firm enters them, disaster postponements by state and county, and what becomes of the dates."""

from dataclasses import replace
from datetime import date

import pytest

from workspace.deadlines import Override, StateReturn, return_deadline, state_deadline
from workspace.deadlines.rules import table
from workspace.deadlines.state_rules import read_state_file
from workspace.signals.due import due_of
from workspace.snapshot import Client, Engagement, Postponement, Snapshot

HEAD = "state,form,title,entity_types,months,day,extension_months,extension_day,rolls,authority,from_year,through_year,status\n"
GOOD = "PA,PA-65,Pennsylvania return,1065;1120-S,4,15,6,,yes,72 P.S. §7335,,,\n"
PA = StateReturn("PA", "PA-65", "Pennsylvania return", ("1065", "1120-S"), 4, 15, 6, None, True, "72 P.S. §7335")


def test_a_file_is_read_row_by_row() -> None:
    rows, bad = read_state_file(
        HEAD + GOOD + GOOD + "\n" + "la,IT-540,,1040,5,last,6,15,no,La. R.S. 47:103,2020,2025,check\n"
    )
    assert bad == () and rows[0] == PA
    assert rows[1] == StateReturn(
        "LA", "IT-540", "LA IT-540", ("1040",), 5, 31, 6, 15, False, "La. R.S. 47:103", 2020, 2025, True
    )
    assert [rows[1].holds("1040", year) for year in (2019, 2020, 2025, 2026)] == [False, True, True, False]
    assert not rows[1].holds("1065", 2024)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("ZZ,F,T,1040,4,15,,,yes,law,,,", "ZZ is no state"),
        ("PA,F,T,1040;1099,4,15,,,yes,law,,,", "entity_types 1040;1099"),
        ("PA,F,T,1040,0,15,,,yes,law,,,", "months 0: write a whole number from 1 to 24"),
        ("PA,F,T,1040,4,32,,,yes,law,,,", "day 32: write a whole number from 1 to 31, or last"),
        ("PA,F,T,1040,4,15,six,,yes,law,,,", "extension_months six"),
        ("PA,F,T,1040,4,15,,,perhaps,law,,,", "rolls perhaps: write yes or no"),
        ("PA,F,T,1040,4,15,,,yes,,,,", "authority is empty"),
        (",F,,1040,4,15,,,yes,,,,", "state, authority are empty"),
        ("PA,F,T,1040,4,15,,,yes,law,2026,2025,", "from_year 2026 is after through_year 2025"),
        ("PA,F,T,1040,4,15,,,yes,law,,,maybe", "status maybe"),
        (GOOD.replace("4,15", "5,15").strip(), "stands twice"),
    ],
)
def test_a_bad_row_says_what_to_do_and_the_others_are_taken(row: str, said: str) -> None:
    rows, bad = read_state_file(HEAD + GOOD + row + "\n")
    assert rows == (PA,)
    assert [one.line for one in bad] == [3] and said in bad[0].why


def test_a_file_without_its_columns_is_told_at_once() -> None:
    assert read_state_file("")[1][0].why.startswith("the first line lacks the columns state, form")
    assert read_state_file("state,form\nPA,F\n")[1][0].line == 1


def test_a_states_date_is_counted_rolled_and_explained() -> None:
    plain, longer = state_deadline(PA, date(2027, 12, 31)), state_deadline(PA, date(2027, 12, 31), extended=True)
    assert (plain.nominal, plain.rolled, plain.due) == (date(2028, 4, 15), date(2028, 4, 18), date(2028, 4, 18))
    assert (longer.nominal, longer.due) == (date(2028, 10, 15), date(2028, 10, 16))
    assert "A state's rule, as the firm entered it." in plain.how
    assert "the state's own rule" in " ".join(plain.how) and plain.authority == "72 P.S. §7335"
    fixed = state_deadline(replace(PA, rolls=False, to_confirm=True), date(2027, 12, 31))
    assert (fixed.due, fixed.confirm) == (date(2028, 4, 15), True)
    assert "is not moved" in fixed.roll_policy
    assert state_deadline(replace(PA, extension_months=None), date(2027, 12, 31), extended=True).due == plain.due
    assert state_deadline(replace(PA, day=31), date(2026, 10, 31)).nominal == date(2027, 2, 28)


def test_every_rule_says_what_it_does_with_closed_days_and_when_it_holds() -> None:
    for rule in table():
        found = rule.roll_policy
        assert found and rule.years and rule.authority, rule.id
    assert (
        return_deadline("1065", date(2025, 12, 31)).roll_policy
        == "moves off a Saturday, Sunday or legal holiday (IRC §7503)"
    )


def test_rolled_and_postponed_are_told_apart() -> None:
    relief = Override("IR-2026-10", date(2026, 7, 1))
    found = return_deadline("1065", date(2025, 12, 31), override=relief)
    assert (found.nominal, found.rolled, found.due) == (date(2026, 3, 15), date(2026, 3, 16), date(2026, 7, 1))
    assert found.postponed_by == "IR-2026-10"
    assert return_deadline("1065", date(2025, 12, 31)).postponed_by is None


@pytest.mark.parametrize(
    ("county", "due", "confirm"),
    [
        ("Harris", "2026-07-01", False),
        ("harris county", "2026-07-01", False),
        ("Travis", "2026-03-16", False),
        (None, "2026-03-16", True),
    ],
)
def test_a_countys_postponement_reaches_its_clients(county: str | None, due: str, confirm: bool) -> None:
    """A client whose county nobody entered keeps the early date, and the page says what is missing."""
    engagement = Engagement("e", "E1", "1065", "2025 Form 1065", period_end=date(2025, 12, 31))
    storm = Postponement("TX-2026-01", date(2026, 3, 1), date(2026, 4, 30), date(2026, 7, 1), county="Harris County")
    client = Client("c", "C1", "Client", state="TX", county=county)
    found = due_of(Snapshot(client=client, engagements=(engagement,), postponements=(storm,)), engagement)
    assert found is not None
    assert (found.due.isoformat(), found.confirm) == (due, confirm)
    assert ("enter the client's county" in " ".join(found.how)) is confirm
