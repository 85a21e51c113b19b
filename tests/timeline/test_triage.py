"""The inbox: which view holds what, every act with its undo, two people at one mail, and whose mail it is not."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from store.database import Database
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import stable_id
from store.tables import MailSorting, Message, PromiseReading, Task
from tests.signals import rows
from tests.signals.rows import MANAGER, NOW, OTHER, PARTNER, STAFF, TODAY, cl, eng, per
from tests.timeline.firm import acting, add_mail, firm, wall
from workspace.scope import Scope
from workspace.timeline import triage
from workspace.timeline.inbox import LINES, UNSEEN, VIEWS, inbox
from workspace.timeline.notes import Place
from workspace.timeline.places import find_timelines, place_of
from workspace.timeline.stream import Narrow, timeline
from workspace.timeline.triage import Item, NewTask
from workspace.undo import undo, undoable

HOUR = timedelta(hours=1)
Act = Callable[[Scope, Sequence[Item]], Any]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> Database:
    return _with_mail(firm(request.getfixturevalue("database" if request.param == "sqlite" else "postgres")))


@pytest.fixture
def there(database: Database) -> Database:
    return _with_mail(firm(database))


def _with_mail(database: Database) -> Database:
    """Four threads: a question of two mails, one we answered, thanks, and one of last year; another at C3."""
    with database.writing() as session:
        ask = "Hello Pat,\n\nCan you send me the K-1 by March 13?\n\nThanks"
        add_mail(session, "<q1@x>", NOW - 80 * HOUR, "We have sold the truck.", thread="<q1@x>")
        add_mail(session, "<q2@x>", NOW - 71 * HOUR, ask, thread="<q1@x>", subject="Re: The truck")
        add_mail(session, "<a1@x>", NOW - 60 * HOUR, "What is due?", thread="<a1@x>", client="C2")
        sent = {"direction": "out", "sender": PARTNER, "client": "C2"}
        add_mail(session, "<a2@x>", NOW - 50 * HOUR, "Nothing.", thread="<a1@x>", **sent)
        add_mail(session, "<t1@x>", NOW - 40 * HOUR, "Thank you!")
        add_mail(session, "<old@x>", NOW - timedelta(days=100), "Is this it?")
        add_mail(session, "<c3@x>", NOW - HOUR, "Secret of C3", client="C3")
    return database


def ids(scope: Scope, view: str) -> list[str]:
    return [line.id for thread in inbox(scope, view).threads for line in thread.lines]


def mail(name: str, client: str = "C1") -> str:
    return stable_id("msg", client, name)


def items(scope: Scope, *names: str) -> list[Item]:
    marks = triage.marks_of(scope, names)
    return [Item(name, marks[name]) for name in names]


def test_views_hold_what_they_say(either: Database) -> None:
    with acting(either) as scope:
        found = inbox(scope)
        assert found.counts == {"unsorted": 3, "mine": 0, "waiting": 0, "mentions": 0}
        thanks, answered, question = found.threads
        assert [len(one.lines) for one in found.threads] == [1, 1, 2] and question.number == 2 and answered.number == 2
        assert (question.waits, answered.waits, thanks.waits) == (1, None, None) and answered.answered
        ask = question.told[0]
        assert (ask.kind, ask.owes, ask.due) == ("ask", "us", date(2026, 3, 13)) and "K-1" in ask.what
        assert set(ids(scope, "all")) == {*ids(scope, "unsorted"), mail("<old@x>")}
        assert [one[0] for one in found.people] == [PARTNER, MANAGER, STAFF]
        first = inbox(scope, limit=2)
        assert first.next is not None
        rest = inbox(scope, cursor=first.next, limit=2)
        assert [one.key for one in (*first.threads, *rest.threads)] == [one.key for one in found.threads]
        with pytest.raises(Invalid):
            inbox(scope, "spam")
    with acting(either, OTHER) as scope:
        assert ids(scope, "all") == [mail("<c3@x>", "C3")]
    with acting(either, STAFF) as scope:
        assert mail("<c3@x>", "C3") not in ids(scope, "all")


def test_a_long_thread_shows_its_newest_mails_and_is_counted_once_in_every_view(either: Database) -> None:
    with either.writing() as session:
        for n in range(LINES + 3):
            add_mail(session, f"<l{n}@x>", NOW - (39 - n) * HOUR, f"Word {n}", thread="<l0@x>")
    with acting(either) as scope:
        triage.assign(scope, items(scope, mail("<q1@x>"), mail("<q2@x>")), PARTNER)
        for view in ("unsorted", "all"):
            long = next(thread for thread in inbox(scope, view).threads if thread.number == LINES + 3)
            assert [line.id for line in long.lines] == [mail(f"<l{n}@x>") for n in reversed(range(3, LINES + 3))]
        counts = [inbox(scope, view).counts for view in VIEWS]
        assert counts == [{"unsorted": 3, "mine": 1, "waiting": 0, "mentions": 0}] * len(VIEWS)
        first = inbox(scope, limit=1)
        assert inbox(scope, cursor=first.next or "", limit=1).counts == first.counts == counts[0]


def test_what_a_model_read_is_told_as_such(there: Database) -> None:
    with acting(there) as scope:
        promise = {
            "owes": "client",
            "what": "bring the deed",
            "due": "2026-03-20",
            "start": 0,
            "end": 5,
            "quote": "Thank",
        }
        reading = {"digest": "0" * 64, "reader": "model-x", "promises": [promise, promise | {"quote": "other"}]}
        scope.session.add(PromiseReading(id="prd_1", client_id=cl("C1"), source=mail("<t1@x>"), **reading))
        scope.session.flush()
        [told] = inbox(scope).threads[0].told
        assert (told.reader, told.what, told.due) == ("model-x", "bring the deed", date(2026, 3, 20))


ACTS: dict[str, tuple[Act, str]] = {
    "assign": (lambda s, i: triage.assign(s, i, PARTNER), "mine"),
    "done": (triage.done, "done"),
    "snooze": (lambda s, i: triage.snooze(s, i, TODAY + timedelta(days=2)), "waiting"),
    "task": (lambda s, i: triage.make_tasks(s, i, NewTask()), "done"),
}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_on_several_is_one_and_is_taken_back(there: Database, name: str) -> None:
    act, view = ACTS[name]
    both = (mail("<q1@x>"), mail("<q2@x>"), mail("<a1@x>", "C2"))
    with acting(there) as scope:
        before = {one: ids(scope, one) for one in VIEWS}
        with undoable(scope, name) as done:
            act(scope, items(scope, *both))
        assert set(ids(scope, view)) == set(both) and not set(ids(scope, "unsorted")) & set(both)
    with acting(there, later=HOUR) as scope:
        undo(scope, done.id)
        assert {one: ids(scope, one) for one in VIEWS} == before
        assert scope.session.scalar(select(func.count()).select_from(MailSorting)) == 0
        assert scope.session.scalar(select(func.count()).select_from(Task)) == 0


def test_a_task_has_the_mails_words_behind_it(there: Database) -> None:
    with acting(there) as scope:
        [made] = triage.make_tasks(scope, items(scope, mail("<q1@x>"), mail("<q2@x>")), NewTask(owner=STAFF))
        task = scope.session.get_one(Task, made)
        assert (task.title, task.due) == ("Can you send me the K-1 by March 13?", date(2026, 3, 13))
        assert task.owner_id == per(STAFF) and task.custom["message"] == mail("<q2@x>")
        [evidence] = task.custom["evidence"]
        body = scope.session.get_one(Message, mail("<q2@x>")).body
        assert (evidence["kind"], evidence["message_id"]) == ("message", "<q2@x>")
        assert body[evidence["start"] : evidence["end"]] == evidence["quote"]
        with pytest.raises(Conflict):
            triage.make_tasks(scope, [Item(mail("<q1@x>"))])
        [named] = triage.make_tasks(scope, items(scope, mail("<t1@x>")), NewTask("Answer", due=TODAY, engagement="E1"))
        other = scope.session.get_one(Task, named)
        assert (other.title, other.due, other.engagement_id) == ("Answer", TODAY, eng("E1"))
        with pytest.raises(NotFound):
            triage.make_tasks(scope, items(scope, mail("<a1@x>", "C2")), NewTask(engagement="E1"))


def test_snoozed_mail_comes_back_on_its_day(there: Database) -> None:
    one = mail("<q2@x>")
    with acting(there) as scope:
        triage.assign(scope, items(scope, one), STAFF)
        triage.snooze(scope, items(scope, one), TODAY + timedelta(days=1))
        with pytest.raises(Invalid):
            triage.snooze(scope, items(scope, one), TODAY)
    with acting(there, STAFF) as scope:
        assert one not in ids(scope, "mine") and one in ids(scope, "waiting")
    with acting(there, STAFF, timedelta(days=1)) as scope:
        assert one in ids(scope, "mine") and one not in ids(scope, "waiting")
        triage.done(scope, items(scope, one))
        triage.reopen(scope, items(scope, one))
        assert one in ids(scope, "mine")
        triage.assign(scope, items(scope, one), None)
        assert one in ids(scope, "unsorted")


def test_mail_on_several_timelines(there: Database) -> None:
    one = mail("<q2@x>")
    with acting(there) as scope:
        with undoable(scope, "place") as act:
            copies = triage.place(scope, items(scope, one), [Place("C2", "E2"), Place("C1", "E1")])
        assert copies == 1 and one in ids(scope, "unsorted")
        assert [e.id for e in timeline(scope, "C1", Narrow(engagement="E1"))[0].entries] == [one]
        [copy] = timeline(scope, "C2", Narrow(engagement="E2"))[0].entries
        assert copy.id == mail("<q2@x>", "C2") and copy.id not in ids(scope, "unsorted")
        assert "C2" not in str([entry for entry in scope.session.info["audit"] if entry["client_id"] == cl("C1")])
        with pytest.raises(NotFound):
            triage.place(scope, items(scope, one), [Place("C3")])
        with pytest.raises(Invalid):
            triage.place(scope, items(scope, one), [])
    with acting(there, later=HOUR) as scope:
        assert triage.place(scope, items(scope, one), [Place("C2")]) == 0  # it stands there already
        with pytest.raises(Conflict):
            undo(scope, act.id)  # it was sorted again since
        found = find_timelines(scope, "client e2")
        assert [place_of(scope, line.label) for line in found] == [Place("C2", "E2")]
        assert place_of(scope, "C1") == place_of(scope, "Client 1") == Place("C1")
        for wrong in ("C3", "Client 3", "x [C3]"):
            with pytest.raises(NotFound):
                place_of(scope, wrong)


def test_who_was_faster_is_not_overwritten(either: Database) -> None:
    """Two people at one mail at the same moment: one act stands, the other is refused, whichever way they meet."""
    one, meeting = mail("<q2@x>"), Barrier(2)

    def take(email: str) -> str:
        with acting(either, email) as scope:
            seen = [Item(one, UNSEEN)]
            if scope.session.get_bind().dialect.name != "sqlite":
                meeting.wait(timeout=20)  # on SQLite the second waits for the first before it begins
            triage.assign(scope, seen, email)
            return email

    with ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(partial(take, email)) for email in (PARTNER, MANAGER)]
    errors = [one.exception() for one in tries]
    assert [type(error) for error in errors if error] == [Conflict]
    [winner] = [one.result() for one in tries if one.exception() is None]
    with acting(either, winner) as scope:
        assert ids(scope, "mine") == [one]
        [stale] = items(scope, one)
        triage.done(scope, [stale])
        with pytest.raises(Conflict):
            triage.assign(scope, [stale, Item(mail("<t1@x>"), UNSEEN)], MANAGER)
        assert mail("<t1@x>") in ids(scope, "unsorted")  # nothing of the act was done


def test_whose_mail_it_is_not(there: Database) -> None:
    with acting(there) as scope:
        wall(scope.session, "C2", STAFF)
    with acting(there) as scope:
        foreign = (Item(mail("<c3@x>", "C3")), Item("msg_none"), Item(mail("<a2@x>", "C2")))
        for item in foreign:
            with pytest.raises(NotFound):
                triage.done(scope, [item])
        with pytest.raises(NotFound):  # behind a wall, of another's clients, unknown: the same
            triage.assign(scope, items(scope, mail("<a1@x>", "C2")), STAFF)
        for nobody in (OTHER, "x@firm.example"):
            with pytest.raises(NotFound):
                triage.assign(scope, items(scope, mail("<q2@x>")), nobody)
        for none in ([], [Item(str(n)) for n in range(301)]):
            with pytest.raises(Invalid):
                triage.done(scope, none)
    with acting(there, STAFF) as scope:
        assert mail("<a1@x>", "C2") not in ids(scope, "all")
        assert inbox(scope).counts["unsorted"] == 2
    with there.writing() as session, pytest.raises(Forbidden):
        triage.done(rows.night(session), [Item(mail("<q2@x>"))])
