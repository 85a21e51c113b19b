"""Time off: who may enter whose, and what it takes off the hours that are there."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from api.commands import find
from api.commands.result import silent
from api.wiring import Services
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.portfolio.capacity import capacity_of
from workspace.portfolio.time_off import add_time_off, remove_time_off, time_off
from workspace.portfolio.workload import Worker, workload_of
from workspace.scope import Scope, open_scope
from workspace.undo import undo, undoable

MONDAY = date(2026, 3, 9)
ANA, MIA, SOL = "ana@alder.example", "mia@alder.example", "sol@alder.example"


def free(scope: Scope, email: str) -> list[Decimal | None]:
    loads = {one.email: one for _, one in capacity_of(scope, 4).loads}
    return [week.free for week in loads[email].weeks]


def test_days_off_are_taken_off_the_week_and_come_back_with_undo(services: Services) -> None:
    with services.database.writing() as session:
        mia = open_scope(session, MIA, clock=services.clock)
        before = free(mia, SOL)
        with undoable(mia, "Entered time off") as act:
            made = add_time_off(mia, MONDAY + timedelta(days=8), MONDAY + timedelta(days=12), SOL, " skiing ")
        assert (made.days, made.note, made.mine) == (4, "skiing", False)
        assert free(mia, SOL) == [before[0], Decimal(8), *before[2:]]
        week = dict(capacity_of(mia, 4).loads)[made.person_id].weeks[1]
        assert week.off == 4
        undo(mia, act.id)
        assert free(mia, SOL) == before


def test_a_day_off_of_this_week_that_has_passed_is_not_taken_off_twice() -> None:
    thursday = MONDAY + timedelta(days=3)
    worker = Worker("p", "Sol", SOL, "staff", Decimal(40), ((MONDAY - timedelta(days=3), MONDAY + timedelta(days=3)),))
    [load] = workload_of({"p": worker}, [("C1", [("p", "2026-03-13", "16")])], thursday, 4)
    assert (load.weeks[0].free, load.weeks[0].off, load.weeks[0].short) == (Decimal(8), 1, Decimal(8))


def test_everybody_enters_her_own_and_who_plans_enters_anybodys(services: Services) -> None:
    with services.database.writing() as session:
        sol, mia, admin = (
            open_scope(session, email, clock=services.clock) for email in (SOL, MIA, "adm@alder.example")
        )
        hers = add_time_off(sol, MONDAY, MONDAY)
        theirs = add_time_off(mia, MONDAY, MONDAY)
        assert [one.id for one in time_off(sol)] == [hers.id]
        assert {one.id for one in time_off(mia)} == {hers.id, theirs.id}
        with pytest.raises(Forbidden, match="capacity:read"):
            add_time_off(sol, MONDAY, MONDAY, MIA)
        with pytest.raises(NotFound):
            remove_time_off(sol, theirs.id)
        with pytest.raises(Forbidden, match="time:write"):
            add_time_off(admin, MONDAY, MONDAY)
        remove_time_off(mia, hers.id)
        assert time_off(sol) == []


def test_days_that_cannot_be_are_refused_in_a_line(services: Services) -> None:
    day = timedelta(days=1)
    with services.database.writing() as session:
        sol = open_scope(session, SOL, clock=services.clock)
        add_time_off(sol, MONDAY + 7 * day, MONDAY + 9 * day)
        with pytest.raises(Conflict, match="already"):
            add_time_off(sol, MONDAY + 9 * day, MONDAY + 11 * day)
        with pytest.raises(Invalid, match="earlier day first"):
            add_time_off(sol, MONDAY + day, MONDAY)
        with pytest.raises(Invalid, match="passed"):
            add_time_off(sol, MONDAY - 9 * day, MONDAY - 2 * day)
        with pytest.raises(Invalid, match="a year"):
            add_time_off(sol, MONDAY + 20 * day, MONDAY + 500 * day)


def test_the_command_lists_enters_and_takes_away(services: Services) -> None:
    def run(name: str, **given: str) -> Any:
        return find(name).load()(services, given, silent)

    made = run("time-off-add", **{"first": "2026-03-16", "last": "2026-03-18", "note": "skiing", "as": SOL})
    assert made.data["days"] == 3 and "Sol" in made.text and "skiing" in made.text
    [one] = run("time-off-list", **{"as": MIA}).data
    assert (one["email"], one["first"]) == (SOL, "2026-03-16")
    with pytest.raises(Conflict, match="already"):
        run("time-off-add", first="2026-03-17", person=SOL, **{"as": MIA})
    with pytest.raises(Invalid, match="not a day"):
        run("time-off-add", first="tomorrow", **{"as": SOL})
    gone = run("time-off-remove", id=made.data["id"], **{"as": SOL})
    assert run("time-off-list", **{"as": SOL}).data == []
    run("undo", act=gone.data["act"], **{"as": SOL})
    assert len(run("time-off-list", **{"as": SOL}).data) == 1
