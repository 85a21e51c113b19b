"""Automations act once, in one transaction with what set them off, end by themselves, and do nothing that leaves the firm."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.audit import AuditTag
from store.database import Database
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.tables import (
    Automation,
    AutomationDraft,
    AutomationFiring,
    Client,
    ClientRequest,
    ClientTag,
    Deliverable,
    Engagement,
    EngagementLetter,
    Mention,
    Note,
    Post,
    Release,
    RequestItem,
    Task,
    Wall,
)
from tests.billing.firm import acting, firm
from tests.signals.rows import MANAGER, NOW, PARTNER, STAFF, TODAY, cl, eng, per
from workspace.automations import dry_run, engine, keep, log
from workspace.automations.library import library
from workspace.automations.rules import ACTIONS, MOVES, as_plain, as_rule
from workspace.directory.fields import define
from workspace.directory.lifecycle import move
from workspace.directory.tags import add_tag
from workspace.directory.words import note
from workspace.requests.proposals import receive
from workspace.scope import Scope, access_client, system_scope
from workspace.undo import undo
from workspace.workflow.engagements import move_stage
from workspace.workflow.tasks import NewTask, add_task, finish_task


def software(session: Session, today: date = TODAY) -> Scope:
    """The scope that automations act with."""
    return system_scope(session, engine.ACTOR, now=NOW, today=today)


def following(database: Database) -> Database:
    """The database with automations at its committing door, as the program has it."""

    def follow(session: Session) -> None:
        engine.settle(software(session))

    database.before_commit = follow
    return database


@pytest.fixture
def works(database: Database) -> Database:
    """The small firm."""
    return following(firm(database))


def rule(name: str, trigger: dict[str, Any], *actions: dict[str, Any], **conditions: Any) -> dict[str, Any]:
    return {"name": name, "trigger": trigger, "actions": list(actions), "conditions": conditions}


def on(database: Database, given: dict[str, Any], email: str = PARTNER) -> str:
    with acting(database, email) as scope:
        made, _ = keep.add(scope, given)
        keep.switch(scope, made, on=True)
    return made


def entered(stage: str) -> dict[str, Any]:
    return {"kind": "stage", "value": stage}


def to(stage: str) -> dict[str, Any]:
    return {"kind": "stage", "value": stage}


def task(title: str, who: str = "preparer", **more: Any) -> dict[str, Any]:
    return {"kind": "task", "value": title, "who": who, **more}


def titles(database: Database) -> list[str]:
    with acting(database) as scope:
        return sorted(scope.session.scalars(select(Task.title)))


def firings(scope: Scope) -> set[tuple[str, str, str, str]]:
    rows = scope.session.scalars(select(AutomationFiring))
    return {(one.automation_id, one.subject, one.occasion, one.state) for one in rows}


def test_a_stage_brings_its_task_in_the_same_transaction_once_a_day(works: Database) -> None:
    on(works, rule("Review", entered("in-review"), task("Review {work}", "manager", days=2, since="today")))
    with acting(works) as scope:
        move_stage(scope, "E1", "in-review")
    with acting(works) as scope:
        [made] = scope.session.scalars(select(Task).where(Task.title.startswith("Review")))
        assert made.owner_id == per(MANAGER) and made.engagement_id == eng("E1")
        assert made.due == TODAY + timedelta(days=2) and "automation" in made.custom
        href = f"/tasks/{made.id}"
    for stage in ("in-progress", "in-review"):  # to and fro on the same day is the same occasion
        with acting(works) as scope:
            move_stage(scope, "E1", stage)
    assert len(titles(works)) == 1
    with acting(works) as scope:
        [line], many = log.log(scope)
    assert many == 1 and line.state == "done" and line.client_ref == "C1" and "in review" in line.why
    assert line.did[0]["href"] == href and MANAGER.split("@")[0] in line.did[0]["what"].lower()


def test_off_or_outside_its_conditions_nothing_happens(works: Database) -> None:
    with acting(works) as scope:
        keep.add(scope, rule("Off", entered("in-review"), task("Never")))
    unmet: dict[str, dict[str, Any]] = {
        "Type": {"entity_types": ["990"]},
        "Tag": {"tag": "VIP"},
        "Other partner": {"partner": MANAGER},
        "Other work": {"templates": ["990"]},
        "Other stage": {"stages": ["done"]},
    }
    for name, conditions in unmet.items():
        on(works, rule(name, entered("in-review"), task(f"Never: {name}"), **conditions))
    on(works, rule("Mine", entered("in-review"), task("Yes"), partner=PARTNER, stages=["in-review"]))
    with acting(works) as scope:
        move_stage(scope, "E1", "in-review")
    assert titles(works) == ["Yes"]


def test_a_rolled_back_act_leaves_nothing_and_a_failing_rule_does_not_stop_it(works: Database) -> None:
    on(works, rule("Field", entered("in-review"), task("Half"), {"kind": "request", "value": "matter"}))
    on(works, rule("Fine", entered("in-review"), task("Whole")))
    with pytest.raises(RuntimeError), acting(works) as scope:
        move_stage(scope, "E1", "in-review")
        raise RuntimeError
    with acting(works) as scope:
        assert not firings(scope)
        scope.session.get_one(Engagement, eng("E1")).owner_id = None
        client = scope.session.scalars(select(Client).where(Client.ref == "C1")).one()
        client.partner_id = client.manager_id = None
    with works.writing() as session:  # nobody is left to give a task to
        move_stage(software(session), "E1", "in-review")
    with works.reading() as session:
        rows = session.scalars(select(AutomationFiring)).all()
        assert {one.state for one in rows} == {"failed"} and len(rows) == 2
        assert all("nobody who may see" in one.problem and not one.did for one in rows)
        assert session.get_one(Engagement, eng("E1")).stage == "in-review" and not session.scalars(select(Task)).all()


def test_a_chain_runs_and_a_circle_ends(works: Database) -> None:
    on(works, rule("On", entered("in-review"), to("waiting-on-client")))
    on(works, rule("Back", entered("waiting-on-client"), to("in-review"), task("Round")))
    with acting(works) as scope:
        move_stage(scope, "E1", "in-review")
    with acting(works) as scope:
        assert set(scope.session.scalars(select(AutomationFiring.depth))) == {0, 1}
        assert scope.session.get_one(Engagement, eng("E1")).stage == "in-review"
    assert titles(works) == ["Round"]


RULES = st.lists(
    st.tuples(
        st.sampled_from(MOVES),
        st.lists(st.sampled_from([*MOVES, "task", "tag"]), min_size=1, max_size=3, unique=True),
        st.sampled_from([None, *MOVES]),
    ),
    min_size=1,
    max_size=8,
)


@contextmanager
def tried(database: Database) -> Iterator[Scope]:
    with database.engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield Scope(session, per(PARTNER), PARTNER, "partner", NOW, TODAY)
        outer.rollback()


def outcome(database: Database, rules: list[Any], order: list[int], moves: list[tuple[str, str]]) -> Any:
    """What random rules leave behind: firings, stages, tasks and tags; after settling once, and once more."""
    with tried(database) as scope:
        for number in order:
            trigger, acts, stage = rules[number]
            does = [
                task(f"T{number}")
                if one == "task"
                else {"kind": "tag", "value": f"t{number}"}
                if one == "tag"
                else to(one)
                for one in acts
                if one != trigger
            ] or [task(f"T{number}")]
            plain = as_plain(as_rule(rule(f"R{number}", entered(trigger), *does, stages=[stage] if stage else [])))
            scope.session.add(
                Automation(
                    id=f"auto_{number}", since=NOW, origin=None, changed_by=per(PARTNER), changed_at=NOW, **plain
                )
            )
        scope.session.flush()
        for ref, stage in moves:
            move_stage(scope, ref, stage)
        by = software(scope.session)

        def left() -> Any:
            works = scope.session.execute(select(Engagement.ref, Engagement.stage)).tuples().all()
            made = scope.session.scalars(select(Task.title)).all()
            tags = scope.session.scalar(select(func.count()).select_from(ClientTag))
            return firings(scope), dict(works), sorted(made), tags

        engine.settle(by)
        once = left()
        assert engine.settle(by) == 0 and left() == once
        assert all(one.depth <= engine.DEEPEST for one in scope.session.scalars(select(AutomationFiring)))
        return once


@settings(max_examples=12)
@given(RULES, st.data())
def test_any_rules_end_and_neither_order_nor_repetition_matters(works_once: Database, rules: Any, data: Any) -> None:
    moves = [("E1", "not-started"), ("E2", "in-review"), ("E3", "waiting-on-client")]
    moves = moves[: data.draw(st.integers(1, 3))]
    straight = outcome(works_once, rules, list(range(len(rules))), moves)
    order = data.draw(st.permutations(range(len(rules))))
    assert outcome(works_once, rules, list(order), list(reversed(moves))) == straight
    assert len(straight[0]) <= len(rules) * len(moves)


@pytest.fixture(scope="module")
def works_once(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Any) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("rules") / "tickmark.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    made = firm(Database(f"sqlite:///{path}"))
    yield made
    made.close()


def test_a_date_brings_what_is_due_once_and_makes_up_for_no_day_before_it_was_on(works: Database) -> None:
    with acting(works) as scope:
        for ref, days in (("E1", 10), ("E2", 9), ("E3", 11)):
            scope.session.get_one(Engagement, eng(ref)).due = TODAY + timedelta(days=days)
    on(
        works,
        rule(
            "Ten", {"kind": "date", "value": "due", "days": -10}, task("Ten days left: {client}", days=-3, since="due")
        ),
    )
    for _ in range(2):
        with works.writing() as session:
            scope = software(session)
            engine.meet(scope, engine.due(scope))
    with acting(works) as scope:
        [made] = scope.session.scalars(select(Task))
        assert made.engagement_id == eng("E1") and made.due is not None
        assert TODAY < made.due <= TODAY + timedelta(days=7)
        assert not engine.due(software(scope.session))
        tomorrow = engine.due(software(scope.session, TODAY + timedelta(days=1)))
        assert [one.subject for one in tomorrow] == ["engagement:E3"]


def test_tasks_clients_and_first_steps_set_it_off(works: Database) -> None:
    on(works, rule("After", {"kind": "task", "value": "bank"}, task("Reconcile")))
    on(works, rule("Begun", entered("in-progress"), {"kind": "tag", "value": "begun"}))
    on(works, rule("Leaves", {"kind": "client", "value": "leaving"}, task("Bill the rest", "manager")))
    with acting(works) as scope:
        row = add_task(scope, NewTask("C1", "Get the BANK statements", engagement="E1"))
        scope.session.get_one(Engagement, eng("E1")).stage = "not-started"
        scope.session.flush()
        finish_task(scope, row.id)
    with acting(works) as scope:
        assert scope.session.scalar(select(func.count()).select_from(ClientTag)) == 1
        move(scope, "C2", "leaving", "sold the shop")
    assert titles(works) == ["Bill the rest", "Get the BANK statements", "Reconcile"]


def test_undo_takes_back_a_firing_and_it_is_not_done_again(works: Database) -> None:
    on(works, rule("All", entered("in-review"), task("One"), {"kind": "draft", "value": "status-letter"},
                   {"kind": "tell", "value": "Look at {client}", "who": "manager"}))  # fmt: skip
    with acting(works) as scope:
        move_stage(scope, "E1", "in-review")
    with acting(works, MANAGER) as scope:
        [line], _ = log.log(scope)
        assert line.undoable and [one["state"] for one in line.drafts] == ["waiting"]
        [mention] = scope.session.scalars(select(Mention))
        assert mention.person_id == per(MANAGER) and mention.by_id == per(PARTNER)
        assert "Look at" in scope.session.get_one(Note, mention.note_id).text
        log.take_back(scope, line.id)
        with pytest.raises(Conflict):
            log.take_back(scope, line.id)
    with acting(works) as scope:
        assert [one.state for one in scope.session.scalars(select(AutomationDraft))] == ["dropped"]
        assert not scope.session.scalars(select(Task)).all()
        move_stage(scope, "E1", "in-progress")
        move_stage(scope, "E1", "in-review")
    with acting(works) as scope:
        assert [line.state for line in log.log(scope)[0]] == ["undone"] and not scope.session.scalars(
            select(Task)
        ).all()


def test_nothing_leaves_the_firm_and_work_goes_no_further_than_review(works: Database) -> None:
    assert set(ACTIONS) == {
        "task",
        "stage",
        "request",
        "draft",
        "tag",
        "untag",
        "client-field",
        "engagement-field",
        "tell",
    }
    for stage in ("ready-to-file", "filed", "done"):
        with pytest.raises(Invalid):
            as_rule(rule("x", entered("in-review"), to(stage)))
    on(works, rule("Back", entered("done"), to("in-progress")))
    on(works, rule("Draft", entered("done"), {"kind": "draft", "value": "status-letter"}))
    with acting(works) as scope:
        move_stage(scope, "E1", "done")
    with acting(works) as scope:
        assert scope.session.get_one(Engagement, eng("E1")).stage == "done"
        assert {line.state for line in log.log(scope)[0]} == {"failed", "done"}
        for table in (Release, Post, Deliverable):
            assert not scope.session.scalars(select(table)).all()


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(works: Database) -> None:
    with acting(works) as scope:
        move_stage(scope, "E1", "in-review")
        move_stage(scope, "E3", "in-review")
    asked = as_rule(rule("Try", entered("in-review"), task("Review {work}", "manager", days=2, since="today")))
    with works.reading() as session:  # a reading session refuses to write
        scope = Scope(session, per(PARTNER), PARTNER, "partner", NOW, TODAY)
        found = dry_run.dry_run(scope, asked)
        assert {one.client_ref for one in found.now} == {"C1", "C2"} and not found.past
        assert "add “Review" in found.now[0].acts[0] and "due Mar 11, 2026" in found.now[0].acts[0]
        later = Scope(session, per(PARTNER), PARTNER, "partner", NOW, TODAY + timedelta(days=5))
        assert len(dry_run.dry_run(later, asked).past) == 2
        ahead = as_rule(rule("Ahead", {"kind": "date", "value": "due", "days": -1}, task("Soon")))
        session.expire_all()
        assert all(one.day >= TODAY for one in dry_run.dry_run(scope, ahead).now)
    assert titles(works) == []


def test_who_is_behind_a_wall_sees_neither_log_nor_count_nor_dry_run(works: Database) -> None:
    made = on(works, rule("Review", entered("in-review"), task("Look")))
    with acting(works) as scope:
        move_stage(scope, "E1", "in-review")
    with acting(works) as scope:
        [line], _ = log.log(scope)
        assert keep.listed(scope, made).fired == 1
        client_id = scope.session.get_one(AutomationFiring, line.id).client_id
        scope.session.add(Wall(id="wall", client_id=client_id, person_id=per(PARTNER), reason="kin", set_on=TODAY))
    with acting(works) as scope:
        assert (
            log.log(scope) == ((), 0) and keep.listed(scope, made).fired == 0 and keep.listed(scope, made).last is None
        )
        found = dry_run.dry_run(scope, engine.rule_of(keep.automation(scope, made)))
        assert found.met == 0 and not found.now
        with pytest.raises(NotFound):
            log.take_back(scope, line.id)


def test_rules_are_checked_kept_changed_with_marks_and_undone(works: Database) -> None:
    given_ = rule("Plain", {"kind": "stage", "value": "In review"}, task("Look", days="-2", since="due"))
    with acting(works) as scope:
        made, _ = keep.add(scope, given_)
        assert keep.listed(scope, made).rule.trigger.value == "in-review"
        with pytest.raises(Conflict):
            keep.add(scope, given_)
        mark = keep.listed(scope, made).mark
        keep.change(scope, made, {**given_, "name": "Other"}, mark)
        with pytest.raises(Conflict):
            keep.change(scope, made, {**given_, "name": "Third"}, mark)
        act = keep.remove(scope, made)
    with acting(works) as scope:
        undo(scope, act)
        assert keep.listed(scope, "Other").id == made
    with acting(works, STAFF) as scope, pytest.raises(Forbidden):
        keep.automations(scope)
    for wrong in (
        rule("", entered("in-review"), task("x")),
        rule("x", {"kind": "moon"}, task("x")),
        rule("x", entered("in-review")),
        rule("x", entered("in-review"), to("in-review")),
        rule("x", entered("in-review"), {"kind": "draft", "value": "a-poem"}),
        rule("x", entered("in-review"), {"kind": "release", "value": "it"}),
        rule("x", {"kind": "date", "value": "due", "days": "900"}, task("x")),
        rule("x", entered("in-review"), task("x", "the cat")),
    ):
        with acting(works) as scope, pytest.raises(Invalid):
            keep.add(scope, wrong)
    for unknown in (task("x", "nobody@nowhere.example"), {"kind": "client-field", "value": "Shoe", "text": "9"}):
        with acting(works) as scope, pytest.raises(Invalid):
            keep.add(scope, rule("y", entered("in-review"), unknown))


def test_everything_in_the_library_can_be_kept_and_is_off(works: Database) -> None:
    with acting(works) as scope:
        for one in library():
            keep.add(scope, as_plain(one.rule), one.slug)
        assert len(library()) >= 10 and all(one.since is None for one in keep.automations(scope))


def test_every_act_does_its_work_together_and_is_told_beforehand(works: Database) -> None:
    with acting(works) as scope:
        define(scope, "engagement", "Season", "choice", ("early", "late"))
        define(scope, "client", "Shelf", "number")
    acts = [
        {"kind": "tag", "value": "waits"},
        {"kind": "request", "value": ""},
        {"kind": "engagement-field", "value": "Season", "text": "late"},
        {"kind": "client-field", "value": "Shelf", "text": "12"},
        {"kind": "untag", "value": "waits"},
        {"kind": "stage", "value": "waiting-on-client"},
    ]
    made = on(works, rule("All", entered("in-review"), *acts))
    with acting(works) as scope:
        move_stage(scope, "E1", "in-review")
    with acting(works) as scope:
        [told] = dry_run.dry_run(scope, engine.rule_of(keep.automation(scope, made))).now
    assert len(told.acts) == len(acts) and "list 1120-S" in told.acts[1]
    with acting(works) as scope:
        work = scope.session.get_one(Engagement, eng("E1"))
        assert (work.stage, work.custom["Season"]) == ("waiting-on-client", "late")
        assert scope.session.get_one(Client, cl("C1")).custom["Shelf"] == "12"
        assert scope.session.scalars(select(RequestItem)).all() and not scope.session.scalars(select(ClientTag)).all()
        [line], _ = log.log(scope)
        assert [one["what"].split()[0] for one in line.did] == ["tagged", "put", "set", "set", "took", "moved"]
        log.take_back(scope, line.id)
    with acting(works) as scope:
        work = scope.session.get_one(Engagement, eng("E1"))
        assert (work.stage, work.custom) == ("in-review", {}) and not scope.session.scalars(select(RequestItem)).all()


def test_a_complete_list_and_a_signed_letter_set_it_off_at_once(works: Database) -> None:
    on(works, rule("Papers", {"kind": "request"}, task("Begin")))
    on(works, rule("Letter", {"kind": "date", "value": "letter-signed"}, task("Welcome")))
    with acting(works) as scope:
        common = {"client_id": cl("C1"), "request_id": "req"}
        scope.session.add(ClientRequest(id="req", client_id=cl("C1"), engagement_id=eng("E1"), title="Papers"))
        scope.session.flush()
        for number in (1, 2):
            scope.session.add(RequestItem(id=f"item{number}", item=f"Paper {number}", **common))
    for number, so_far in ((1, []), (2, ["Begin"])):
        with acting(works) as scope:
            receive(scope, f"item{number}", TODAY - timedelta(days=1))
        assert titles(works) == so_far
    with acting(works) as scope:
        scope.session.add(EngagementLetter(id="let", client_id=cl("C2"), engagement_id=eng("E3"), signed_on=TODAY))
        note(scope, AuditTag.LETTER_SIGNED, "signing:x", cl("C2"))
    assert titles(works) == ["Begin", "Welcome"]


def test_on_postgresql_every_trigger_is_asked_for_and_met(postgres: Database) -> None:
    works = following(firm(postgres))
    triggers = [entered("in-review"), {"kind": "request"}, {"kind": "document", "value": "w-2"}, {"kind": "task"}]
    triggers += [{"kind": "signal", "value": "ar-aging"}, {"kind": "client", "value": "leaving"}]
    triggers += [{"kind": "date", "value": base, "days": 0} for base in ("due", "period-end", "letter-signed")]
    rules = [on(works, rule(f"R{n}", one, task(f"T{n}"), tag="all")) for n, one in enumerate(triggers)]
    with acting(works) as scope:
        for ref in ("C1", "C2"):
            add_tag(scope, access_client(scope, ref), "all")
        scope.session.get_one(Engagement, eng("E1")).due = TODAY
        move_stage(scope, "E1", "in-review")
        finish_task(scope, add_task(scope, NewTask("C1", "Ring the bank")).id)
        move(scope, "C2", "leaving", "sold")
    with works.writing() as session:
        found = engine.due(software(session))
        assert engine.meet(software(session), found) == 1
    assert titles(works) == ["Ring the bank", "T0", "T3", "T5", "T6"]
    with acting(works) as scope:
        assert log.log(scope)[1] == 4
        would = [dry_run.dry_run(scope, engine.rule_of(keep.automation(scope, one))) for one in rules]
        assert [len(one.now) for one in would] == [1, 0, 0, 1, 0, 1, 1, 0, 0]
