"""A reviewer's note is answered with the next version: what rules can do is done, the rest is said; and no checkpoint is needed for it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from agents import draft as drafting
from agents.draft import draft, draft_for_night, revise
from api.wiring import Services
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.tables import DeliverableVersion
from tests.deliverables.conftest import current
from workspace.deliverables.model import Section
from workspace.deliverables.occasions import DueDraft, due_drafts
from workspace.deliverables.reading import listing, show
from workspace.deliverables.render.text import body_text
from workspace.deliverables.review import approve, ask_changes, edit
from workspace.pages.head import waiting
from workspace.scope import Right, Scope, open_scope, system_scope
from workspace.signals import detect, resolve
from workspace.snapshot import take_snapshot

Opener = Callable[[Session], Scope]


@pytest.fixture
def late(services: Services, opener: Opener) -> str:
    """The follow-up on C001's overdue items, in review."""
    return draft(services, opener, "C001", "pbc-follow-up")


def sent_back(services: Services, opener: Opener, identity: str, note: str) -> int:
    """Ask for changes and take the answer: the number of the next version."""
    with services.database.writing() as session:
        ask_changes(opener(session), identity, note)
    return revise(services, opener, identity)


def shown(services: Services, opener: Opener, identity: str) -> dict[str, Any]:
    with services.database.reading() as session:
        return show(opener(session), identity)


def words(services: Services, opener: Opener, identity: str) -> str:
    found = shown(services, opener, identity)
    return body_text(found["sections"], "", headings=found["headings"])


def no_untied(services: Services, identity: str) -> bool:
    return current(services.database, identity).untied == 0


def test_a_wish_that_rules_know_is_met(services: Services, opener: Opener, late: str) -> None:
    before = words(services, opener, late)
    assert "If it does not apply to you" in before
    assert sent_back(services, opener, late, "Shorter please, and use March 25, 2026 as the date.") == 2
    after = words(services, opener, late)
    assert len(after) < len(before)
    assert "by March 25, 2026" in after
    found = shown(services, opener, late)
    assert found["state"] == "in_review"
    assert "Done: used the short form; asked for an answer by March 25, 2026." in found["note"]
    assert "Not done" not in found["note"]
    [mark] = [one for one in found["tickmarks"] if one["text"] == "March 25, 2026"]
    assert mark["evidence"]["record"].startswith("review:")
    assert no_untied(services, late)


def test_a_wish_that_rules_do_not_know_is_said(services: Services, opener: Opener, late: str) -> None:
    assert sent_back(services, opener, late, "Warmer. Mention that the lease was renewed in 2024.") == 2
    found = shown(services, opener, late)
    assert "used the warmer form" in found["note"]
    assert "Not done, for a person to edit: “Mention that the lease was renewed in 2024”." in found["note"]
    assert "lease was renewed" in found["checks"][0]
    assert "renewed" not in words(services, opener, late)


def test_what_is_left_out_is_gone_and_stays_gone(services: Services, opener: Opener, late: str) -> None:
    sent_back(services, opener, late, "Leave out “more time to pay”.")
    assert "more time to pay" not in words(services, opener, late)
    sent_back(services, opener, late, "Warmer")
    found = words(services, opener, late)
    assert "more time to pay" not in found
    assert "go through the list together" in found
    assert shown(services, opener, late)["version"] == 3
    sent_back(services, opener, late, "Drop the part about the unicorn")
    assert "Not done, for a person to edit: “leave out unicorn”" in shown(services, opener, late)["note"]


def test_a_wish_that_changes_nothing_is_not_called_done(services: Services, opener: Opener, late: str) -> None:
    sent_back(services, opener, late, "Shorter")
    sent_back(services, opener, late, "Shorter")
    note = shown(services, opener, late)["note"]
    assert "Done" not in note
    assert "shortest form" in note
    brief = draft(services, opener, "C001", "meeting-brief")
    sent_back(services, opener, brief, "Ask for an answer by March 25, 2026")
    assert "this text asks for no date" in shown(services, opener, brief)["note"]


def test_a_persons_words_are_kept(services: Services, opener: Opener, late: str) -> None:
    with services.database.writing() as session:
        version = current(services.database, late)
        sections = [Section(one["title"], one["markdown"]) for one in version.sections]
        sections[0] = Section("Opening", "Dear Ngozi,\n\nSol told me that you were away. Welcome back.")
        edit(opener(session), late, sections)
    assert sent_back(services, opener, late, "Use March 26, 2026 as the date. Shorter.") == 3
    after = words(services, opener, late)
    assert "Welcome back." in after
    assert "by March 26, 2026" in after
    assert "Not done, for a person to edit: “shorter”" in shown(services, opener, late)["note"]
    assert sent_back(services, opener, late, "Leave out “Welcome back”") == 4
    assert "Sol told me" in words(services, opener, late)
    assert "Welcome back." not in words(services, opener, late)


def test_the_night_does_not_write_over_what_a_person_asked_for(services: Services, opener: Opener, late: str) -> None:
    sent_back(services, opener, late, "Warmer")
    kept = words(services, opener, late)
    with services.database.engine.begin() as connection:
        connection.execute(text("UPDATE request_items SET due = '2026-01-15' WHERE received_on IS NULL"))
    with services.database.reading() as session:
        occasion = shown(services, opener, late)["occasion"]
        assert draft_for_night(services, night(services), "C001", DueDraft("pbc-follow-up", occasion)) == late
        del session
    assert words(services, opener, late) == kept
    assert draft(services, opener, "C001", "pbc-follow-up") == late  # another round, and this one is worked on


def night(services: Services) -> Opener:
    return lambda session: system_scope(session, "night", now=services.clock.now(), today=services.clock.today())


def threads(services: Services) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(services.home / "threads.db")) as connection:
        return connection.execute("SELECT DISTINCT thread_id FROM checkpoints").fetchall()


def test_the_graph_waits_at_its_interrupt_and_goes_on_in_another_process(
    services: Services, opener: Opener, late: str
) -> None:
    from langgraph.checkpoint.sqlite import SqliteSaver

    config: Any = {"configurable": {"thread_id": late}}
    for number in (1, 2):
        with closing(sqlite3.connect(services.home / "threads.db", check_same_thread=False)) as connection:
            state = drafting.build(SqliteSaver(connection)).get_state(config)
        assert state.next == ("wait",)
        assert state.values == {"deliverable": late, "version": number}
        [asked] = [one.value for task in state.tasks for one in task.interrupts]
        assert asked == {"deliverable": late, "version": number}
        if number == 1:
            assert sent_back(services, opener, late, "Shorter") == 2
    assert threads(services) == [(late,)]


def test_a_lost_checkpoint_loses_nothing(services: Services, opener: Opener, late: str) -> None:
    for path in services.home.glob("threads.db*"):
        path.unlink()
    assert sent_back(services, opener, late, "Shorter, and use March 25, 2026 as the date.") == 2
    assert "by March 25, 2026" in words(services, opener, late)
    for path in services.home.glob("threads.db*"):
        path.unlink()
    assert sent_back(services, opener, late, "Warmer") == 3
    kept = words(services, opener, late)
    assert "by March 25, 2026" in kept  # the earlier note stands in the rows
    assert "go through the list together" in kept
    with services.database.reading() as session:
        versions = session.scalars(
            select(DeliverableVersion)
            .where(DeliverableVersion.deliverable_id == late)
            .order_by(DeliverableVersion.number)
        ).all()
        assert [one.number for one in versions] == [1, 2, 3]
        assert all(one.model == "template" and one.prompt_version.startswith("pbc-follow-up ") for one in versions)
        gathered = [{str(fact) for fact in one.facts if fact.get("name") != "reply_by"} for one in versions]
        assert gathered[0] == gathered[1] == gathered[2]  # the notes changed the words, not what they rest on


def test_what_the_night_drafted_can_be_revised(services: Services, opener: Opener) -> None:
    with services.database.reading() as session:
        scope = night(services)(session)
        snapshot = take_snapshot(scope, "C001")
        due = due_drafts(detect(snapshot, scope.today, resolve(snapshot.settings)).signals, scope.today)
    assert [one.slug for one in due] == [
        "extension-package",
        "notice-explanation",
        "notice-response",
        "pbc-follow-up",
        "status-letter",
    ]
    found = [draft_for_night(services, night(services), "C001", one, snapshot) for one in due]
    again = [draft_for_night(services, night(services), "C001", one) for one in due]
    assert found == again
    assert all(current(services.database, one).number == 1 for one in found if one)
    assert not (services.home / "threads.db").exists()  # the night keeps no checkpoints
    assert found[2] is not None
    assert sent_back(services, opener, found[2], "Shorter") == 2


def test_what_is_due_no_more_is_not_drafted(services: Services) -> None:
    gone = DueDraft("notice-response", "notice:doc_gone")
    assert draft_for_night(services, night(services), "C001", gone) is None


def test_a_file_that_no_longer_calls_for_it_is_said(services: Services, opener: Opener, late: str) -> None:
    with services.database.engine.begin() as connection:
        connection.execute(text("UPDATE request_items SET received_on = '2026-03-08'"))
    assert sent_back(services, opener, late, "Shorter") == 2
    found = shown(services, opener, late)
    assert found["checks"][0].startswith("The client's file no longer calls for this: nothing of E001 is open")
    assert "Not done, for a person to edit: “shorter”" in found["note"]


def test_only_what_was_sent_back_is_revised_and_only_once(services: Services, opener: Opener, late: str) -> None:
    with pytest.raises(Conflict, match="no changes are asked for: the deliverable is in review"):
        revise(services, opener, late)
    sent_back(services, opener, late, "Shorter")
    with pytest.raises(Conflict):
        revise(services, opener, late)
    assert current(services.database, late).number == 2


def test_a_text_edited_meanwhile_is_not_written_over(
    services: Services, opener: Opener, late: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading the note and filing the answer, Sol edits the letter: hers stays."""
    with services.database.writing() as session:
        ask_changes(opener(session), late, "Shorter")
    compose = drafting.composing.compose

    def meanwhile(*given: Any, **named: Any) -> Any:
        with services.database.writing() as session:
            edit(open_scope(session, "sol@alder.example", clock=services.clock), late, [Section("Opening", "Mine.")])
        return compose(*given, **named)

    monkeypatch.setattr(drafting.composing, "compose", meanwhile)
    with pytest.raises(Conflict, match="somebody was faster"):
        revise(services, opener, late)
    assert words(services, opener, late) == "Mine.\n"


def test_who_may_draft(services: Services, opener: Opener) -> None:
    def ben(session: Session) -> Scope:
        return open_scope(session, "ben@alder.example", clock=services.clock)

    def admin(session: Session) -> Scope:
        return open_scope(session, "adm@alder.example", clock=services.clock)

    with pytest.raises(NotFound):
        draft(services, ben, "C001", "pbc-follow-up")
    with pytest.raises(Forbidden):
        draft(services, admin, "C001", "pbc-follow-up")
    with pytest.raises(Invalid, match="there are change-order, close-report, collection-email"):
        draft(services, opener, "C001", "love-letter")
    with pytest.raises(Invalid, match="no engagement E999"):
        draft(services, opener, "C001", "pbc-follow-up", engagement_ref="E999")
    with pytest.raises(Invalid, match="no invoice past due"):
        draft(services, opener, "C002", "collection-email")


def test_the_engagement_that_is_named_is_the_one(services: Services, opener: Opener) -> None:
    identity = draft(services, opener, "C002", "pbc-follow-up", engagement_ref="E002")
    assert shown(services, opener, identity)["engagement_ref"] == "E002"


def test_who_sees_no_amounts_is_not_shown_a_draft_that_she_could_not_open(services: Services, opener: Opener) -> None:
    mail, late = (draft(services, opener, "C001", slug) for slug in ("collection-email", "status-letter"))
    with services.database.reading() as session:
        ana = opener(session)
        blind = replace(ana, own=ana.rights - {Right.MONEY_SEE})
        assert {mail, late} <= {one["id"] for one in listing(ana)}
        listed = {one["id"] for one in listing(blind)}
        assert late in listed and mail not in listed
        assert waiting(ana) - waiting(blind) == len([one for one in listing(ana) if one["id"] not in listed])
        assert all(show(blind, one)["id"] == one for one in listed)
        with pytest.raises(Forbidden):
            show(blind, mail)


def test_a_released_letter_is_not_drafted_again(services: Services, opener: Opener) -> None:
    from workspace.deliverables.release import release

    mail = draft(services, opener, "C001", "collection-email")
    with services.database.writing() as session:
        approve(opener(session), mail)
        release(opener(session), mail)
    assert draft(services, opener, "C001", "collection-email") == mail
    assert shown(services, opener, mail)["state"] == "released"
    with pytest.raises(Conflict, match="released"):
        revise(services, opener, mail)


def test_the_firms_own_wording_comes_first(services: Services, opener: Opener) -> None:
    folder = services.home / "templates"
    folder.mkdir()
    own = folder / "collection-email.md"
    own.write_text("+++\nversion = '7'\n+++\n## Opening\n\nDear {{ greeting }}, we miss {{ total }}.\n\n{{ signer }}\n")
    mail = draft(services, opener, "C001", "collection-email")
    assert words(services, opener, mail).startswith("Dear Ngozi, we miss $2,000.00.")
    assert "collection-email 7" in shown(services, opener, mail)["prompt_version"]
    own.write_text("+++\nversion = '8'\n+++\n## Opening\n\nWe miss {{ everything }}.\n")
    due = DueDraft("collection-email", shown(services, opener, mail)["occasion"])
    with pytest.raises(Invalid, match="everything"):
        draft_for_night(services, night(services), "C001", due)


def test_a_day_that_is_asked_for_is_a_date(services: Services, opener: Opener, late: str) -> None:
    sent_back(services, opener, late, "Use March 25, 2026 as the date")
    [fact] = [one for one in current(services.database, late).facts if one.get("name") == "reply_by"]
    assert date.fromisoformat(fact["value"]) == date(2026, 3, 25)
