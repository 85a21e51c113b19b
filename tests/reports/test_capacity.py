"""Capacity: hours by person and week, and moving work: what is told before is what happens, no change is lost, all comes back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.database import Database
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.tables import Engagement, Person, Task, Wall
from tests.billing.firm import acting, firm
from tests.signals.rows import MANAGER, OTHER, PARTNER, STAFF, TODAY, add_engagement, add_time, cl, eng, per
from workspace.deadlines import is_business_day
from workspace.portfolio import capacity_of, move, preview
from workspace.portfolio.capacity import marks_of, pieces_of
from workspace.portfolio.rebalance import day_in_week
from workspace.portfolio.workload import monday_of
from workspace.scope import Scope
from workspace.undo import undo, undoable

D = Decimal
NEXT = date(2026, 3, 16)
DAYS = st.integers(-60, 400).map(lambda n: TODAY + timedelta(days=n))


@pytest.fixture
def desk(database: Database) -> Database:
    """Sam has a task of 30 hours this week, one of 20 next week, and 12 hours of a budget until April 3; a task is nobody's."""
    firm(database)
    with database.writing() as session:
        for ref in ("E1", "E2", "E3"):
            session.get_one(Engagement, eng(ref)).budget_hours = None
        add_engagement(
            session, "B", "C1", template="bookkeeping", title="Clean-up", budget_hours=D(20), due=date(2026, 4, 3)
        )
        add_engagement(session, "R", "C2", title="Return", budget_hours=D(10), due=date(2026, 3, 16), owner_id=None)
        add_time(session, TODAY - timedelta(days=3), "8", "B")
        known = {"client_id": cl("C1"), "engagement_id": eng("E1"), "status": "open", "requires": []}
        for key, owner, due, hours in (
            ("t1", STAFF, date(2026, 3, 12), D(30)),
            ("t2", STAFF, date(2026, 3, 18), D(20)),
            ("t3", None, date(2026, 3, 2), D(4)),
            ("t4", STAFF, None, None),
        ):
            owner_id = per(owner) if owner else None
            session.add(Task(id=key, title=f"Step {key}", owner_id=owner_id, due=due, estimate_hours=hours, **known))
    return database


def weeks(scope: Scope, email: str = STAFF) -> list[Decimal]:
    load = capacity_of(scope).load_of(per(email))
    assert load is not None
    return [one.hours for one in load.weeks]


@given(st.sampled_from(["task", "engagement"]), st.integers(1, 50_000), DAYS, DAYS)
def test_pieces_add_up_and_lie_between_this_week_and_the_date(
    kind: str, hundredths: int, due: date, today: date
) -> None:
    hours = D(hundredths) / 100
    pieces = pieces_of(kind, hours, due, today)
    assert sum(part for _, part in pieces) == hours
    assert all(
        monday_of(today) <= week <= max(due, today) and week.weekday() == 0 and part > 0 for week, part in pieces
    )


@given(st.none() | DAYS, DAYS.filter(lambda day: monday_of(day) + timedelta(days=6) >= TODAY))
def test_a_day_in_another_week_is_in_that_week_and_not_over(due: date | None, week: date) -> None:
    day = day_in_week(due, week, TODAY)
    assert monday_of(day) == monday_of(week) and day >= TODAY
    assert is_business_day(day) or not any(
        is_business_day(one) for n in range(5) if (one := monday_of(week) + timedelta(days=n)) >= TODAY
    )


def test_hours_stand_where_the_records_put_them(desk: Database) -> None:
    with acting(desk) as scope:
        found = capacity_of(scope)
        budget = next(one for one in found.items if one.key == "engagement:B")
        assert budget.hours == 12 and [week for week, _ in budget.pieces] == [
            TODAY + timedelta(weeks=n) for n in range(4)
        ]
        assert weeks(scope)[:2] == [30 + budget.pieces[0][1], 20 + budget.pieces[1][1]]
        assert {one.key for one in found.unassigned} == {"task:t3", "engagement:R"} and found.unestimated == 1
        late = next(one for one in found.items if one.key == "task:t3")
        assert late.late and late.pieces == ((TODAY, D(4)),)
        assert {one.name for one in found.people.values()} == {"Pat", "Mia", "Sam", "Olga"}
        with pytest.raises(Invalid):
            capacity_of(scope, 60)


def test_a_move_does_what_was_told_before_and_is_undone(desk: Database) -> None:
    with acting(desk, MANAGER) as scope:
        before = weeks(scope), weeks(scope, MANAGER)
        told = preview(scope, "task:t2", MANAGER, TODAY + timedelta(weeks=2))
        assert (weeks(scope), weeks(scope, MANAGER)) == before, "looking changes nothing"
        assert [(one.person, one.monday, one.before - one.after) for one in told.weeks] == [
            ("Mia", date(2026, 3, 23), -20), ("Sam", NEXT, 20)
        ]  # fmt: skip
        with undoable(scope, "Moved") as act:
            move(scope, "task:t2", MANAGER, TODAY + timedelta(weeks=2))
        row = scope.session.get_one(Task, "t2")
        assert (row.owner_id, row.due) == (per(MANAGER), date(2026, 3, 25)), "the weekday stays"
        after = {(one.person, one.monday): one.after for one in told.weeks}
        assert after == {("Mia", date(2026, 3, 23)): weeks(scope, MANAGER)[2], ("Sam", NEXT): weeks(scope)[1]}
        undo(scope, act.id)
        assert (weeks(scope), weeks(scope, MANAGER)) == before


def test_too_much_for_a_week_is_said_before(desk: Database) -> None:
    with acting(desk) as scope:
        told = preview(scope, "task:t2", "", TODAY)
        assert told.due == date(2026, 3, 11) and any(one.over for one in told.weeks)
        assert told.warnings and told.warnings[0].startswith("Sam would have 53 hours of 40")


def test_an_engagement_goes_with_its_steps_and_a_statutory_date_stays(desk: Database) -> None:
    with acting(desk) as scope:
        move(scope, "engagement:R", STAFF)
        assert capacity_of(scope).in_cell(per(STAFF), NEXT)
        with pytest.raises(Invalid, match="the law sets the date"):
            move(scope, "engagement:R", "", date(2026, 4, 6))
        told = move(scope, "engagement:B", "", date(2026, 3, 23))
        assert told.due == date(2026, 3, 27)
        with pytest.raises(Conflict, match="stands there already"):
            move(scope, "engagement:B", STAFF, date(2026, 3, 27))


def test_what_cannot_be_is_refused(desk: Database) -> None:
    with acting(desk) as scope:
        mark = marks_of(scope, [one for one in capacity_of(scope).items if one.key == "task:t1"])["task:t1"]
        scope.session.get_one(Task, "t1").title = "Another"
        scope.session.flush()
        with pytest.raises(Conflict, match="changed by somebody"):
            move(scope, "task:t1", MANAGER, None, mark)
        with pytest.raises(Invalid, match="does not see"):
            move(scope, "task:t1", OTHER)
        with pytest.raises(Invalid, match="is over"):
            preview(scope, "task:t1", "", TODAY - timedelta(days=8))
        for key in ("task:t4", "task:none", "engagement:E1", "nonsense"):
            with pytest.raises(NotFound):
                preview(scope, key, MANAGER)
    with acting(desk, STAFF) as scope, pytest.raises(Forbidden, match="capacity:read"):
        capacity_of(scope)
    with acting(desk, OTHER) as scope:
        assert not capacity_of(scope).items and not any(weeks(scope))
        with pytest.raises(NotFound):
            move(scope, "task:t1", OTHER)


def test_a_wall_and_somebody_who_left(desk: Database) -> None:
    with acting(desk) as scope:
        scope.session.get_one(Person, per(STAFF)).active = False
        scope.session.flush()
        assert {"task:t1", "task:t2", "engagement:B"} <= {one.key for one in capacity_of(scope).unassigned}
        scope.session.add(Wall(id="w", client_id=cl("C1"), person_id=per(PARTNER), reason="Conflict", set_on=TODAY))
        scope.session.flush()
        assert {one.client_ref for one in capacity_of(scope).items} == {"C2"} and capacity_of(scope).unestimated == 0
