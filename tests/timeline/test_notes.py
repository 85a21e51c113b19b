"""Notes and calls on timelines: several at once, changed with their history, and whom an @ reaches across walls."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from store import audit
from store.audit import AuditTag
from store.database import Database
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.tables import AuditEntry, Mention, Note, NoteEdit, Task
from tests.signals.rows import MANAGER, NOW, OTHER, STAFF, cl, per
from tests.timeline.firm import acting, firm, wall
from workspace.timeline.mentions import mention, mentionable, mentions_of, read_mentions, unread
from workspace.timeline.notes import Called, Place, add_note, edit_note, log_call, show_note
from workspace.timeline.stream import Narrow, timeline
from workspace.undo import undo, undoable

BOTH = (Place("C1", "E1"), Place("C2"))


@pytest.fixture
def there(database: Database) -> Database:
    return firm(database)


def test_a_note_on_several_timelines_is_one_text(there: Database) -> None:
    with acting(there, MANAGER) as scope, undoable(scope, "note") as act:
        made = add_note(scope, BOTH, "  They sell the <b>house</b>.\r\nBy May.  ")
    with acting(there, STAFF) as scope:
        [one] = timeline(scope, "C1", Narrow(engagement="E1"))[0].entries
        [other] = timeline(scope, "C2")[0].entries
        assert one.text == other.text == "They sell the <b>house</b>.\nBy May."
        assert one.note is not None and one.note.also == (("C2", "Client 2"),) and not one.note.own
        with pytest.raises(Forbidden):
            edit_note(scope, one.id, "mine now")
    with acting(there, MANAGER, timedelta(minutes=5)) as scope:
        mark = show_note(scope, made.id).parts.mark
        changed = edit_note(scope, made.ids[1], "They keep the house.")
        assert set(changed.ids) == set(made.ids)
        with pytest.raises(Conflict):
            edit_note(scope, made.id, "They rent the house.", mark)
        assert edit_note(scope, made.id, "They keep the house.").ids == (made.id,)  # nothing changed, nothing kept
        shown = show_note(scope, made.id)
        assert shown.text == "They keep the house." and shown.parts.edits == 1 and shown.at == NOW
        assert [(one.text, one.who) for one in shown.earlier] == [("They sell the <b>house</b>.\nBy May.", "Mia")]
    with acting(there, MANAGER) as scope, pytest.raises(Conflict):
        undo(scope, act.id)  # changed since: what was written is not swept away
    with acting(there, MANAGER) as scope:
        assert scope.session.scalar(select(func.count()).select_from(NoteEdit)) == 2
        acts = select(AuditEntry.tag).where(AuditEntry.tag != AuditTag.TRAIL_ROWS_VOUCHED).order_by(AuditEntry.seq)
        tags = scope.session.scalars(acts).all()
        assert tags == ["note:text:added"] * 2 + ["note:text:edited"] * 2 and audit.verify(scope.session) == []


def test_a_wall_parts_a_note_from_its_sibling(there: Database) -> None:
    with acting(there, MANAGER) as scope:
        made = add_note(scope, BOTH, "One text")
        wall(scope.session, "C2", MANAGER)
    with acting(there, MANAGER) as scope:
        assert show_note(scope, made.id).parts.also == ()
        assert edit_note(scope, made.id, "Another text").ids == (made.id,)
        with pytest.raises(NotFound):
            show_note(scope, made.ids[1])
    with acting(there) as scope:
        assert show_note(scope, made.ids[1]).text == "One text"


def test_a_call_and_the_task_that_follows(there: Database) -> None:
    called = Called("  Dale   North ", 12, "reached", follow_up="Compare the offers", owner=STAFF)
    with acting(there) as scope, undoable(scope, "call") as act:
        made = log_call(scope, [Place("C1", "E1")], called, "Two offers.\n@sam compares them.")
        task = scope.session.get_one(Task, made.task_id)
        assert (task.owner_id, task.title, task.engagement_id is not None) == (per(STAFF), "Compare the offers", True)
        assert made.mentioned == (STAFF,)
    with acting(there) as scope:
        [call] = timeline(scope, "C1", Narrow(kinds=("call",)))[0].entries
        assert (call.title, call.what, call.kind) == ("Dale North", "reached", "call")
        assert call.note is not None and (call.note.minutes, call.note.task) == (12, made.task_id)
        undo(scope, act.id)
        assert scope.session.get(Task, made.task_id) is None and timeline(scope, "C1")[0].entries == ()
        wrong = (
            Called(""),
            Called("x", -1),
            Called("x", outcome="shouted"),
            Called("x", at=NOW + timedelta(days=1)),
        )
        for one in wrong:
            with pytest.raises(Invalid):
                log_call(scope, [Place("C1")], one)
        with pytest.raises(NotFound):
            log_call(scope, [Place("C1")], Called("x", follow_up="y", owner=OTHER))
        for places, text in (([], "x"), ([Place("C1")], " \0 "), ([Place("C1")], "x" * 20_001)):
            with pytest.raises(Invalid):
                add_note(scope, places, text)
        for place in (Place("C3"), Place("C1", "E2"), Place("C9")):
            with pytest.raises(NotFound):
                add_note(scope, [Place("C1"), place], "x")


def test_an_at_reaches_only_who_may_see_the_client(there: Database) -> None:
    with acting(there) as scope:
        assert [one.email for one in mentionable(scope, "C1")] == [MANAGER, STAFF]
        wall(scope.session, "C1", STAFF)
    with acting(there) as scope:
        assert [one.email for one in mentionable(scope, "C1")] == [MANAGER]
        # walled off, of another partner's clients, unknown, an address elsewhere, herself: none of them, and nothing tells them apart
        text = f"@sam @olga @nobody mail@mia.example @pat, see (@mia) and @{MANAGER}."
        made = add_note(scope, [Place("C1")], text)
        assert made.mentioned == (MANAGER,)
        detail = scope.session.info["audit"][-1]["detail"]
        assert STAFF not in str(detail)
        # on two timelines she is told of the one that she may see
        both = add_note(scope, [Place("C1"), Place("C2")], "For @sam")
        assert both.mentioned == (STAFF,)
        [row] = scope.session.scalars(select(Mention).where(Mention.person_id == per(STAFF)))
        assert (row.client_id, row.note_id) == (cl("C2"), both.ids[1])
        edit_note(scope, both.id, "For @sam and @mia")
        assert mention(scope, [(cl("C1"), both.id)], "@mia") == ()  # told once
        with pytest.raises(NotFound):
            mentionable(scope, "C3")
    with acting(there, STAFF) as scope:
        [line] = mentions_of(scope)[0]
        assert (line.client_ref, line.text, line.read_at, unread(scope)) == ("C2", "For @sam and @mia", None, 1)
        assert read_mentions(scope, [line.id]) == 1 and unread(scope) == 0
        assert mentions_of(scope, unread=True)[0] == () and read_mentions(scope) == 0
        wall(scope.session, "C2", MANAGER)
    with acting(there, MANAGER) as scope:
        found, _ = mentions_of(scope)
        assert {one.client_ref for one in found} == {"C1"} and len(found) == 2
        with pytest.raises(NotFound):
            read_mentions(scope, [line.id])  # another's


def test_mentions_come_in_pages(there: Database) -> None:
    with acting(there) as scope:
        for number in range(53):
            add_note(scope, [Place("C1")], f"{number} for @mia")
    with acting(there, MANAGER) as scope:
        first, cursor = mentions_of(scope)
        assert len(first) == 50 and cursor is not None
        rest, end = mentions_of(scope, cursor=cursor)
        assert len(rest) == 3 and end is None and len({one.id for one in (*first, *rest)}) == 53


def test_the_software_writes_no_note(there: Database) -> None:
    from tests.signals.rows import night

    with there.writing() as session, pytest.raises(Forbidden):
        add_note(night(session), [Place("C1")], "x")
    with acting(there) as scope:
        assert scope.session.scalar(select(func.count()).select_from(Note)) == 0
