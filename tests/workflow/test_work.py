"""Engagements from templates, their stages, tasks in their order, hand-overs and what they wait for; undone, and nobody's change lost."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from store.database import Database
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.tables import AuditEntry, Client, Engagement, Person, Task, Wall
from tests.signals.rows import NOW
from tests.workflow.desk import MANAGER, OTHER, PARTNER, STAFF, TODAY, acting, add_engagement, eng, firm, per, steps
from workspace.scope import Scope, system_scope
from workspace.undo import mark_of, undo, undoable
from workspace.workflow import tasks
from workspace.workflow.board import Filter, board_of, listing, loads
from workspace.workflow.day import my_day
from workspace.workflow.engagements import change_engagement, move_stage
from workspace.workflow.needs import add_need, remove_need, unmet
from workspace.workflow.people import still_sees
from workspace.workflow.starting import Start, start_engagement
from workspace.workflow.tasks import NewTask
from workspace.workflow.templates import change_template, library, template_of, version_of, versions_of


@pytest.fixture
def house(database: Database) -> Database:
    return firm(database)


def began(scope: Scope, template: str = "1065", period: str = "2026", owner: str | None = STAFF) -> Engagement:
    return start_engagement(scope, Start("C1", template, period, owner))


def test_steps_become_tasks_with_owners_dates_and_order(house: Database) -> None:
    with acting(house) as scope:
        row = began(scope)
        assert (row.ref, row.title, row.due) == ("C1-1065-2026", "2026 Form 1065", date(2027, 3, 15))
        assert row.budget_hours == library()["1065"].hours and row.template_version == 0
        made = steps(scope, row.ref)
        assert list(made) == [step.key for step in library()["1065"].steps]
        assert {made[key].owner_id for key in ("prepare", "k1s")} == {per(STAFF)}
        assert (made["review"].owner_id, made["sign-off"].owner_id) == (per(MANAGER), per(PARTNER))
        assert made["prepare"].requires == [made["tie"].id, made["capital"].id]
        assert made["review"].due == date(2027, 3, 1) and made["file"].due == row.due
        assert made["file"].checklist[0]["text"] == "Signed 8879-PE on file"
        with pytest.raises(Conflict, match="C1-1065-2026"):
            began(scope)
        second = start_engagement(scope, Start("C1", "1065", "2026", STAFF, title="2026 Form 1065, amended"))
        assert second.ref == "C1-1065-2026-2"


def test_work_that_starts_late_is_not_planned_into_the_past(house: Database) -> None:
    with acting(house) as scope:
        late = began(scope, "1120-S", "2025")
        planned = [task.due for task in steps(scope, late.ref).values() if task.due]
        assert late.due == date(2026, 3, 16) and min(planned) == TODAY and max(planned) == late.due
        close = began(scope, "monthly-close", "2026-02")
        assert "Reconcile the bank and card accounts for February 2026" in {
            t.title for t in steps(scope, close.ref).values()
        }
        matter = start_engagement(scope, Start("C1", "matter"))
        assert matter.due is None and steps(scope, matter.ref)["conflict"].due == TODAY
        with pytest.raises(Invalid, match="which period"):
            start_engagement(scope, Start("C1", "1065"))


def test_a_start_is_undone_with_everything_it_made(house: Database) -> None:
    with acting(house) as scope:
        with undoable(scope, "Started") as act:
            row = began(scope)
        assert len(steps(scope, row.ref)) == 10
        undo(scope, act.id)
        assert scope.session.scalars(select(Engagement).where(Engagement.ref == "C1-1065-2026")).all() == []
        assert scope.session.scalars(select(Task.id)).all() == []


def test_stages_note_their_days_and_who_may_move_them(house: Database) -> None:
    with acting(house) as scope:
        began(scope)
    with acting(house, STAFF) as scope:
        row = move_stage(scope, "C1-1065-2026", "in-review")
        assert row.started_on == TODAY
        with pytest.raises(Forbidden, match="engagement:write"):
            move_stage(scope, row.ref, "filed")
        with pytest.raises(Forbidden, match="engagement:write"):
            move_stage(scope, "E1", "ready-to-file")
    with acting(house, MANAGER) as scope:
        row = move_stage(scope, "C1-1065-2026", "filed")
        assert (row.filed_on, row.finished_on, row.progress) == (TODAY, TODAY, 100)
        row = move_stage(scope, row.ref, "in-progress")
        assert (row.filed_on, row.finished_on, row.started_on) == (None, None, TODAY)
        row = move_stage(scope, row.ref, "not-started")
        assert row.started_on is None
        with pytest.raises(Invalid):
            move_stage(scope, row.ref, "somewhere")
    with acting(house, OTHER) as scope, pytest.raises(NotFound):
        move_stage(scope, "C1-1065-2026", "in-progress")


def test_no_change_is_lost_and_the_owner_takes_her_tasks_along(house: Database) -> None:
    with acting(house) as scope:
        row = began(scope)
        seen = mark_of(row)
        change_engagement(scope, row.ref, {"due": date(2027, 3, 10), "budget_hours": Decimal("9.5")}, seen)
        with pytest.raises(Conflict, match="changed by somebody"):
            change_engagement(scope, row.ref, {"title": "x"}, seen)
        tasks.finish_task(scope, steps(scope, row.ref)["request"].id, tick=True)
        change_engagement(scope, row.ref, {"owner": MANAGER})
        made = steps(scope, row.ref)
        assert made["prepare"].owner_id == per(MANAGER) and made["request"].owner_id == per(STAFF)
        for wrong in (
            {"progress": 101},
            {"fee_type": "by weight"},
            {"title": " "},
            {"ref": "E9"},
            {"fee": Decimal(-1)},
        ):
            with pytest.raises(Invalid):
                change_engagement(scope, row.ref, wrong)


def test_nothing_is_done_before_what_comes_first(house: Database) -> None:
    with acting(house) as scope:
        row = began(scope)
        made = steps(scope, row.ref)
        with pytest.raises(Conflict, match="first comes “Ask for the books and the partnership agreement”"):
            tasks.finish_task(scope, made["tie"].id)
        with pytest.raises(Conflict, match="its checklist is open: Trial balance and general ledger"):
            tasks.finish_task(scope, made["request"].id)
        for place in range(3):
            tasks.tick_item(scope, made["request"].id, place)
        tasks.finish_task(scope, made["request"].id)
        assert row.stage == "in-progress" and row.started_on == TODAY
        assert row.progress == int(Decimal("0.5") * 100 / library()["1065"].hours)
        tasks.finish_task(scope, made["tie"].id, tick=True)
        assert made["tie"].checklist[0] == {
            "text": "Bank reconciliations of the last month",
            "done_by": per(PARTNER),
            "done_on": TODAY.isoformat(),
        }
        with pytest.raises(Conflict, match="“Tie the trial balance"):
            tasks.reopen_task(scope, made["request"].id)
        with pytest.raises(Conflict, match="circle"):
            tasks.change_task(scope, made["letter"].id, {"requires": [made["letter"].id]})
        tasks.change_task(scope, made["letter"].id, {"requires": [made["review"].id]})
        with pytest.raises(Conflict, match="circle"):
            tasks.change_task(scope, made["capital"].id, {"requires": [made["letter"].id, made["tie"].id]})
        tasks.cancel_task(scope, made["capital"].id)
        tasks.finish_task(scope, made["prepare"].id, tick=True)  # what was cancelled holds nothing up


def test_a_task_that_comes_again_is_counted_from_its_first_day(house: Database) -> None:
    with acting(house) as scope:
        row = tasks.add_task(scope, NewTask("C1", "Deposit", due=date(2026, 1, 31), every="month", checklist=["Paid"]))
        following = tasks.finish_task(scope, row.id, tick=True)
        assert following is not None and following.due == date(2026, 3, 31)  # February's has passed
        assert following.checklist == [{"text": "Paid", "done_by": None, "done_on": None}]
        tasks.reopen_task(scope, row.id)
        again = tasks.finish_task(scope, row.id)
        assert again is not None and again.id == following.id
        second = again.id
    with acting(house, day=date(2026, 3, 31)) as scope:
        following = tasks.finish_task(scope, second, tick=True)
        assert following is not None and (following.due, following.nth) == (date(2026, 4, 30), 3)
        with pytest.raises(Invalid, match="first due date"):
            tasks.add_task(scope, NewTask("C1", "Deposit", every="month"))


def test_handing_over_asks_and_may_end_what_one_sees(house: Database) -> None:
    with acting(house, STAFF) as scope:
        rows = scope.session.scalars(select(Engagement).where(Engagement.owner_id == per(STAFF))).all()
        for row in rows:
            row.owner_id = per(MANAGER)
        scope.session.add(Task(id="t1", client_id=rows[0].client_id, title="Call", owner_id=per(STAFF), status="open"))
        scope.session.flush()
        assert still_sees(scope, rows[0].client_id)
        tasks.hand_task(scope, "t1", MANAGER, "You know him better")
        assert not still_sees(scope, rows[0].client_id)
        with pytest.raises(NotFound):
            tasks.finish_task(scope, "t1")
    with acting(house, MANAGER) as scope:
        [offered] = my_day(scope).offered
        assert (offered.handed_by, offered.task.handed_note) == ("Sam", "You know him better")
        with pytest.raises(Invalid, match="why it goes back"):
            tasks.return_task(scope, "t1", " ")
        tasks.return_task(scope, "t1", "He asked for you")
    with acting(house, STAFF) as scope:
        tasks.accept_task(scope, "t1")
        assert my_day(scope).offered == ()
        with pytest.raises(Conflict):
            tasks.accept_task(scope, "t1")


def test_work_goes_to_nobody_who_may_not_see_the_client(house: Database) -> None:
    with acting(house) as scope:
        client = scope.session.scalars(select(Client).where(Client.ref == "C1")).one()
        scope.session.add(Person(id="new", email="new@firm.example", name="New", role="staff"))
        scope.session.add(Person(id="ad", email="ad@firm.example", name="Ad", role="admin"))
        scope.session.flush()
        scope.session.add(Wall(id="w", client_id=client.id, person_id="new", reason="cousin", set_on=TODAY))
        row = tasks.add_task(scope, NewTask("C1", "Call"))
        for address in (OTHER, "new@firm.example", "ad@firm.example"):
            with pytest.raises(Invalid):
                tasks.hand_task(scope, row.id, address)
        with pytest.raises(NotFound):
            tasks.hand_task(scope, row.id, "nobody@firm.example")
        with pytest.raises(Conflict, match="has it already"):
            tasks.hand_task(scope, row.id, PARTNER)


def test_a_day_has_every_open_task_once_and_says_why(house: Database) -> None:
    with acting(house) as scope:
        for title, due in (
            ("late", -3),
            ("now", 0),
            ("soon", 5),
            ("far", 40),
            ("first", 2),
            ("second", 3),
            ("wait", 1),
        ):
            tasks.add_task(scope, NewTask("C1", title, due=TODAY + timedelta(days=due)))
        tasks.add_task(scope, NewTask("C1", "sometime"))
        named = {task.title: task for task in scope.session.scalars(select(Task))}
        tasks.change_task(scope, named["second"].id, {"requires": [named["first"].id]})
        tasks.wait_for(scope, named["wait"].id, "client", "the signed 8879")
        tasks.defer_task(scope, named["far"].id, TODAY + timedelta(days=1))
        tasks.add_task(scope, NewTask("C1", "asked", owner=STAFF))
        with pytest.raises(Invalid):
            tasks.defer_task(scope, named["now"].id, TODAY)
        with pytest.raises(Invalid):
            tasks.wait_for(scope, named["now"].id, "the weather")
    with acting(house, day=TODAY + timedelta(days=1)) as scope:
        day = my_day(scope)
        said = {
            part: [row.task.title for row in getattr(day, part)]
            for part in ("overdue", "today", "soon", "undated", "waiting", "blocked", "deferred", "later", "asked")
        }
        assert said == {
            "overdue": ["late", "now"],
            "today": ["far"],
            "soon": ["first", "soon"],
            "undated": ["sometime"],
            "waiting": ["wait"],
            "blocked": ["second"],
            "deferred": [],
            "later": [],
            "asked": ["asked"],
        }
        assert day.waiting[0].age == 1 and day.blocked[0].blocked_by == ("first",) and day.open == 8
        tasks.came_in(scope, day.waiting[0].task.id)
        tasks.finish_task(scope, day.overdue[0].task.id)
        assert [row.task.title for row in my_day(scope).done] == ["late"]


def test_engagements_wait_for_each_other_and_never_in_a_circle(house: Database) -> None:
    with acting(house, MANAGER) as scope:
        add_engagement(scope.session, "K1", "C3", template="1065", title="The partnership")
        add_need(scope, "E3", "K1", "its K-1")
        add_need(scope, "E1", "E3")
        assert add_need(scope, "E1", "E3").needs_id == eng("E3")
        for one, other in (("E3", "E1"), ("E1", "E1"), ("K1", "E1")):
            with pytest.raises(Conflict, match="circle"):
                add_need(scope, one, other)
        with pytest.raises(Conflict, match="needs The partnership of Client 3 first, which is in progress"):
            move_stage(scope, "E3", "filed")
    with acting(house, PARTNER) as scope:  # C3 is not hers: nothing of it is shown, and it holds nothing of hers up
        assert unmet(scope, [eng("E3")]) == {} and unmet(scope, [eng("E1")])[eng("E1")][0].ref == "E3"
        move_stage(scope, "E3", "ready-to-file")
        with pytest.raises(NotFound):
            add_need(scope, "E3", "K1")
    with acting(house, MANAGER) as scope:
        move_stage(scope, "K1", "done")
        move_stage(scope, "E3", "filed")
        remove_need(scope, "E1", "E3")
        with pytest.raises(NotFound):
            remove_need(scope, "E1", "E3")


def test_the_board_counts_exactly_and_shows_a_few(house: Database) -> None:
    with acting(house) as scope:
        for number in range(30):
            add_engagement(
                scope.session, f"X{number}", "C2", due=TODAY + timedelta(days=number - 2), title=f"Job {number}"
            )
        columns = {one.stage: one for one in board_of(scope, Filter(), shown=5)}
        assert (columns["in-progress"].count, len(columns["in-progress"].cards)) == (33, 5)
        assert columns["in-progress"].more == 28 and columns["filed"].count == 0
        assert [card.ref for card in columns["in-progress"].cards] == ["X0", "X1", "X2", "X3", "X4"]
        found, total = listing(scope, Filter(due="late"))
        assert total == 2 and [card.ref for card in found] == ["X0", "X1"]
        assert listing(scope, Filter(words="job 29"))[1] == 1 and listing(scope, Filter(client="C1"), "person")[1] == 2
        [sam] = loads(scope, Filter())
        assert (sam.name, sam.engagements, sam.hours_left) == ("Sam", 33, Decimal(33 * 20))
    with acting(house, OTHER) as scope:
        assert all(one.count == 0 for one in board_of(scope, Filter()))


def test_a_template_is_changed_as_a_next_version_and_what_was_made_stays(house: Database) -> None:
    with acting(house) as scope:
        before = began(scope)
        mine = [step.plain() for step in library()["1065"].steps[:2]] + [{"title": "Ring the partners", "days": -30}]
        made = change_template(scope, "1065", {"steps": mine}, seen=0)
        assert (made.version, made.steps[2].key) == (1, "ring-the-partners")
        assert change_template(scope, "1065", {"steps": mine}, seen=1).version == 1  # the same is no version
        with pytest.raises(Conflict, match="version 1"):
            change_template(scope, "1065", {"title": "x"}, seen=0)
        after = began(scope, period="2027")
        assert after.template_version == 1 and len(steps(scope, after.ref)) == 3 and len(steps(scope, before.ref)) == 10
        assert [one.version for one in versions_of(scope, "1065")] == [1]
        assert version_of(scope, "1065", 0) == library()["1065"] and template_of(scope, "1065").version == 1
    with acting(house, STAFF) as scope, pytest.raises(Forbidden, match="template:write"):
        change_template(scope, "1065", {"title": "x"})


def test_the_software_works_under_its_own_name_on_the_trail(house: Database) -> None:
    with house.writing() as session:
        scope = system_scope(session, "automation", now=NOW, today=TODAY)
        row = start_engagement(scope, Start("C1", "payroll", "2026-Q1"))
        assert row.owner_id == per(MANAGER)
        move_stage(scope, row.ref, "in-progress")
    with house.reading() as session:
        tags = session.scalars(select(AuditEntry.tag).where(AuditEntry.actor == "system:automation")).all()
        assert tags == ["engagement:work:started", "engagement:stage:moved"]
