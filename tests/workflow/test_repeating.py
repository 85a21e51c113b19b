"""Series and roll-forward: a change reaches only what has not started, dates never drift, and nothing is made twice."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from store.database import Database
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.tables import ClientRequest, Engagement, RequestItem, Series, Task
from tests.signals.rows import NOW, cl
from tests.workflow.desk import (
    MANAGER,
    OTHER,
    STAFF,
    TODAY,
    acting,
    add_engagement,
    add_time,
    eng,
    firm,
    per,
    steps,
    trying,
)
from workspace.deadlines import month_end
from workspace.scope import Scope, system_scope
from workspace.undo import mark_of, undo, undoable
from workspace.workflow import series, tasks
from workspace.workflow.engagements import move_stage
from workspace.workflow.periods import due_on, end_of
from workspace.workflow.roll_forward import candidates, next_budget, next_title, preview, roll_forward
from workspace.workflow.series import NewSeries, series_lines, start_series
from workspace.workflow.starting import Start, start_engagement
from workspace.workflow.templates import change_template, library

TRIES = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
FEW = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture
def house(database: Database) -> Database:
    return firm(database)


def made_of(scope: Scope, row: Series) -> list[Engagement]:
    wanted = select(Engagement).where(Engagement.series_id == row.id).order_by(Engagement.series_nth)
    return list(scope.session.scalars(wanted))


def test_a_series_makes_the_next_ahead_and_joins_what_is_there(house: Database) -> None:
    with acting(house) as scope:
        there = start_engagement(scope, Start("C1", "monthly-close", "2026-02"))
        row, made = start_series(scope, NewSeries("C1", "monthly-close", "2026-01", owner=STAFF, fee=Decimal("400")))
        assert [one.ref for one in made] == [
            f"C1-monthly-close-2026-0{month}" for month in (1, 2, 3, 4)
        ]  # March runs, April comes
        assert made[1].id == there.id and made[0].fee == Decimal("400")
        assert series.make_due(scope) == []
        key = row.id
        with pytest.raises(Conflict, match="already"):
            start_series(scope, NewSeries("C1", "monthly-close", "2026-03"))
        for wrong in ("2026-Q1", "2019-01", "x"):
            with pytest.raises(Invalid):
                start_series(scope, NewSeries("C2", "monthly-close", wrong))
    with acting(house, day=date(2026, 5, 1)) as scope:
        assert [one.period_end for one in series.make_due(scope)] == [date(2026, 5, 31), date(2026, 6, 30)]
        [line] = series_lines(scope)
        assert (line.made, line.open_, line.next_end) == (6, 6, date(2026, 7, 31))
    with acting(house, OTHER) as scope:
        assert series_lines(scope) == [] and series.make_due(scope) == []
        with pytest.raises(NotFound):
            series.pause_series(scope, key)
    with acting(house, STAFF) as scope, pytest.raises(Forbidden):
        series.make_due(scope)


def test_a_change_reaches_only_what_has_not_started(house: Database) -> None:
    with acting(house) as scope:
        row, made = start_series(scope, NewSeries("C1", "monthly-close", "2025-12", owner=STAFF))
        moved, done, timed, free, ahead = made
        move_stage(scope, moved.ref, "in-progress")
        tasks.finish_task(scope, steps(scope, done.ref)["statements"].id, tick=True)
        done.stage = "not-started"  # a step is done all the same
        done.started_on = None
        add_time(scope.session, TODAY, "0.5", None)
        scope.session.flush()
        from store.tables import TimeEntry

        entry = scope.session.scalars(select(TimeEntry)).one()
        entry.engagement_id = timed.id
        own = tasks.add_task(scope, tasks.NewTask("C1", "Ask about the loan", engagement=free.ref, owner=STAFF))
        changed = [step.plain() for step in library()["monthly-close"].steps if step.key not in ("flux", "report")]
        changed[-1]["needs"] = ["reconcile"]
        changed.append({"key": "call", "title": "Call the owner about {period}", "days": 0, "needs": ["review"]})
        change_template(scope, "monthly-close", {"steps": changed})
        before = {one.id: (one.owner_id, one.due, one.budget_hours, len(steps(scope, one.ref))) for one in made}
        values = {"owner": MANAGER, "budget_hours": Decimal(6), "due": {"months": 1, "day": 20}}
        _, reached = series.change_series(scope, row.id, values, mark_of(row))
        assert reached == 2
        for one in (moved, done, timed):
            assert before[one.id] == (one.owner_id, one.due, one.budget_hours, len(steps(scope, one.ref)))
        for one, due in ((free, date(2026, 4, 20)), (ahead, date(2026, 5, 20))):
            assert (one.owner_id, one.due, one.budget_hours) == (per(MANAGER), due, Decimal(6))
            mine = steps(scope, one.ref)
            assert "flux" not in mine and mine["call"].title == f"Call the owner about {one.period_end:%B %Y}"
            assert mine["review"].requires == [mine["reconcile"].id] and mine["post"].owner_id == per(MANAGER)
        assert own.owner_id == per(STAFF) and own.title in steps(scope, free.ref)
        with pytest.raises(Invalid, match="end it and begin another"):
            series.change_series(scope, row.id, {"every": "year"})


def test_a_pause_makes_nothing_and_an_end_takes_away_what_had_not_begun(house: Database) -> None:
    with acting(house) as scope:
        row, _ = start_series(scope, NewSeries("C1", "monthly-close", "2026-03", ahead=2))
        series.pause_series(scope, row.id)
        key = row.id
    with acting(house, day=date(2026, 8, 20)) as scope:
        assert series.make_due(scope) == []
        made = series.resume_series(scope, key)
        assert [one.period_end.month for one in made if one.period_end] == [8, 9, 10]
        assert series.make_due(scope) == []  # what passed in the pause is not made later
        scope.session.add(ClientRequest(id="r", client_id=cl("C1"), engagement_id=made[2].id, title="October"))
        with undoable(scope, "Ended") as act:
            row, gone = series.end_series(scope, key)
        assert gone == 1 and [one.period_end.month for one in made_of(scope, row) if one.period_end][-2:] == [8, 10]
        undo(scope, act.id)
        assert [one.period_end.month for one in made_of(scope, row) if one.period_end] == [3, 4, 5, 8, 9, 10]
        series.end_series(scope, key)
        with pytest.raises(Conflict, match="ended"):
            series.change_series(scope, key, {"fee": None})


@TRIES
@given(
    first=st.sampled_from(["2026-01", "2026-02", "2025-12"]),
    days=st.lists(st.integers(1, 70), min_size=1, max_size=4),
    ahead=st.integers(0, 3),
)
def test_a_series_has_each_period_once_whenever_it_is_made(
    house: Database, first: str, days: list[int], ahead: int
) -> None:
    with trying(house) as scope:
        row, _ = start_series(scope, NewSeries("C1", "sales-tax", first, "month", ahead=ahead))
        day = TODAY
        for passed in days:
            day += timedelta(days=passed)
            later = Scope(scope.session, scope.person_id, scope.email, scope.role, scope.now, day)
            series.make_due(later)
            series.make_due(later)
        made = made_of(scope, row)
        assert [one.series_nth for one in made] == list(range(len(made)))
        for nth, one in enumerate(made):
            end = end_of(row.first_end, "month", nth)
            assert one.period_end == end == month_end(end.year, end.month)
            assert one.due == due_on(library()["sales-tax"].due, one.period_start, end) and one.due.day in range(20, 25)
        last = made[-1].period_start
        assert last is not None and (last.year * 12 + last.month) - (day.year * 12 + day.month) == ahead


def test_a_year_is_rolled_forward_once(house: Database) -> None:
    with acting(house) as scope:
        finished(scope, "F1", hours="10.10")
        [plan] = preview(scope, ["F1"])
        assert (plan.state, plan.title, plan.due) == ("new", "2026 Form 1120-S C1", date(2027, 3, 15))
        assert (plan.actual, plan.budget, plan.steps, plan.requests) == (Decimal("10.10"), Decimal("10.25"), 2, 2)
        assert scope.session.scalars(select(func.count()).where(Engagement.rolled_from.is_not(None))).one() == 0
        with undoable(scope, "Rolled") as act:
            [done] = roll_forward(scope, ["F1"])
        assert done.state == "new"
        made = scope.session.scalars(select(Engagement).where(Engagement.rolled_from == eng("F1"))).one()
        assert (made.ref, made.stage, made.fee, made.owner_id) == ("C1-1120-S-2026", "not-started", 4000, per(STAFF))
        mine = steps(scope, made.ref)
        assert mine["Review 2026"].requires == [mine["Prepare 2026"].id]
        assert mine["Prepare 2026"].due == made.due - timedelta(days=14) and mine["Prepare 2026"].status == "open"
        items = scope.session.scalars(select(RequestItem).where(RequestItem.client_id == cl("C1"))).all()
        carried = sorted(one.item for one in items if one.requested_on is None)
        assert carried == ["2026 bank statements", "Officer W-2s"] and all(
            not i.received_on for i in items if not i.requested_on
        )
        again = roll_forward(scope, ["F1"])
        assert (again[0].state, again[0].ref) == ("there", made.ref)
        undo(scope, act.id)
        assert preview(scope, ["F1"])[0].state == "new" and steps(scope, "C1-1120-S-2026") == {}


def test_what_cannot_be_rolled_forward_says_why(house: Database) -> None:
    with acting(house) as scope:
        finished(scope, "F1", hours="0")
        finished(scope, "F2", hours="0")  # the same work, twice
        add_engagement(scope.session, "P", period_end=None, stage="done")
        add_engagement(scope.session, "N", "C2", stage="done", template="1065", title="Their 1065")
        add_engagement(
            scope.session, "N2", "C2", template="1065", title="By hand",
            period_start=date(2026, 1, 1), period_end=date(2026, 12, 31),
        )  # fmt: skip
        said = {one.source: (one.state, one.why or one.ref) for one in preview(scope, ["F1", "F2", "P", "E1", "N"])}
        assert said == {
            "F1": ("new", None),
            "F2": ("refused", "another one chosen makes it"),
            "P": ("refused", "it has no period"),
            "E1": ("refused", "it is not finished"),
            "N": ("there", "N2"),
        }
        assert {one.ref for one in candidates(scope, 2025)} == {"F1", "F2", "N"}
        roll_forward(scope, ["F1", "F2"])
        assert scope.session.scalars(select(func.count()).where(Engagement.rolled_from.is_not(None))).one() == 1
    with acting(house, OTHER) as scope:
        assert candidates(scope, 2025) == []
        with pytest.raises(NotFound):
            preview(scope, ["F1"])
    with acting(house, STAFF) as scope, pytest.raises(Forbidden):
        roll_forward(scope, ["F1"])


def finished(scope: Scope, ref: str, hours: str, **fields: object) -> None:
    """A filed 1120-S of C1 with two steps, a request of three items (one twice) and hours."""
    base = {"stage": "filed", "due": date(2026, 3, 16), "filed_on": date(2026, 3, 2), "owner_id": per(STAFF)}
    add_engagement(scope.session, ref, **(base | fields))
    if Decimal(hours):
        add_time(scope.session, date(2026, 2, 1), hours, ref)
    first = Task(
        id=f"{ref}a", client_id=cl("C1"), engagement_id=eng(ref), title="Prepare 2025", owner_id=per(STAFF),
        due=date(2026, 3, 2), status="done", done_on=date(2026, 3, 1), place=0,
    )  # fmt: skip
    second = Task(
        id=f"{ref}b", client_id=cl("C1"), engagement_id=eng(ref), title="Review 2025", owner_id=per(MANAGER),
        due=date(2026, 3, 9), status="done", done_on=date(2026, 3, 1), requires=[f"{ref}a"], place=1,
    )  # fmt: skip
    struck = Task(id=f"{ref}c", client_id=cl("C1"), engagement_id=eng(ref), title="Amend", status="cancelled", place=2)
    scope.session.add_all([first, second, struck])
    scope.session.flush()
    scope.session.add(ClientRequest(id=f"{ref}r", client_id=cl("C1"), engagement_id=eng(ref), title="Documents"))
    scope.session.flush()
    for number, item in enumerate(("2025 bank statements", "Officer W-2s", "Officer W-2s")):
        scope.session.add(
            RequestItem(
                id=f"{ref}i{number}", client_id=cl("C1"), request_id=f"{ref}r", item=item,
                requested_on=date(2026, 1, 5), received_on=date(2026, 2, 1),
            )
        )  # fmt: skip
    scope.session.flush()


@FEW
@given(
    years=st.integers(2, 4),
    template=st.sampled_from(["1120-S", "audit", "990"]),
    end=st.sampled_from([date(2024, 2, 29), date(2025, 12, 31), date(2025, 6, 30), date(2023, 2, 28)]),
    hours=st.integers(0, 4000),
)
def test_rolled_again_and_again_nothing_drifts(
    house: Database, years: int, template: str, end: date, hours: int
) -> None:
    with trying(house) as scope:
        start = end_of(end, "year", -1) + timedelta(days=1)
        row = start_engagement(scope, Start("C1", template, f"{start} to {end}", title="Work of the year"))
        if hours:
            add_time(scope.session, TODAY, str(Decimal(hours) / 100), None)
        for nth in range(1, years + 1):
            for task in steps(scope, row.ref).values():
                task.status, task.done_on = "done", TODAY
            row.stage, row.filed_on = "filed", TODAY
            scope.session.flush()
            first = roll_forward(scope, [row.ref])
            assert [one.state for one in first] == ["new"]
            assert [one.state for one in roll_forward(scope, [row.ref])] == ["there"]
            made = scope.session.scalars(select(Engagement).where(Engagement.rolled_from == row.id)).one()
            assert made.period_end == end_of(end, "year", nth)
            assert made.period_start == end_of(end, "year", nth - 1) + timedelta(days=1)
            assert made.due == due_on(library()[template].due, made.period_start, made.period_end, "PA")
            mine = steps(scope, made.ref)
            assert [task.step for task in mine.values()] == [step.key for step in library()[template].steps]
            for step in library()[template].steps:
                assert mine[step.key].requires == [mine[name].id for name in step.needs]
            row = made


@given(st.decimals(0, 2000, places=2), st.none() | st.decimals(0, 500, places=2))
def test_a_budget_follows_the_hours_worked(actual: Decimal, before: Decimal | None) -> None:
    budget = next_budget(actual, before)
    if actual == 0:
        assert budget == before
    else:
        assert budget is not None and actual <= budget < actual + Decimal("0.25") and budget * 4 == int(budget * 4)


@pytest.mark.parametrize(
    ("title", "end", "following"),
    [
        ("2025 Form 1040", date(2025, 12, 31), "2026 Form 1040"),
        ("Audit 2024 to 2025", date(2025, 6, 30), "Audit 2025 to 2026"),
        ("Form 1120", date(2025, 12, 31), "Form 1120"),
        ("Form 2025-A", date(2025, 12, 31), "Form 2025-A"),
    ],
)
def test_a_title_moves_on_by_a_year(title: str, end: date, following: str) -> None:
    assert next_title(title, end) == following


def test_the_night_makes_what_series_have_come_to_and_none_holds_up_another(house: Database) -> None:
    with acting(house) as scope:
        good, _ = start_series(scope, NewSeries("C1", "payroll", "2026-Q1"))
        bad, _ = start_series(scope, NewSeries("C2", "payroll", "2026-Q1"))
        bad.due = {"form": "no such form"}
        ids = good.id, bad.id
    with house.writing() as session:
        night = system_scope(session, "night", now=NOW, today=date(2026, 7, 1))
        assert [one.ref for one in series.advance(night)] == ["C1-payroll-2026-Q3", "C1-payroll-2026-Q4"]
        assert series.advance(night) == []
    with acting(house, day=date(2026, 7, 1)) as scope:
        counts = {line.series.id: line.made for line in series_lines(scope)}
        assert [counts[key] for key in ids] == [4, 2]
