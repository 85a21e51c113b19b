"""What people know of a client: proposed from words, accepted, added and ended by people, and on the trail."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from store.audit import AuditTag
from store.database import Database
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import stable_id
from store.tables import AuditEntry, Client, Knowledge, Note
from tests.deliverables.conftest import NOW, TODAY, people, person_id, writing
from tests.signals.builders import mail
from tests.signals.builders import snapshot as client
from workspace.knowledge import Entry, accept, add, end, knowledge_of
from workspace.knowledge_rules import proposals, topic_of
from workspace.scope import system_scope
from workspace.snapshot import Note as Noted
from workspace.snapshot import take_snapshot

SAID = "Called about the schedule. Prefers mail over phone, before noon."


@pytest.fixture
def firm(database: Database) -> Database:
    """The firm of the deliverables' tests with a note about C1 and one about C2."""
    people(database)
    with database.writing() as session:
        for ref, text in (("C1", SAID), ("C2", "Wants copies of all letters sent to the agencies.")):
            key = {"client_id": stable_id("cl", ref), "author_id": person_id("mia")}
            session.add(Note(id=f"note_{ref}", date=date(2026, 1, 6), text=text, **key))
    return database


def listed(firm: Database, name: str = "ana", ref: str = "C1", *, everything: bool = False) -> list[Entry]:
    with writing(firm, name) as scope:
        return list(knowledge_of(scope, ref, all_states=everything))


@pytest.mark.parametrize(
    ("sentence", "topic"),
    [
        ("Prefers mail over phone, before noon.", "channel"),
        ("The best way to reach me is my cell.", "channel"),
        ("Please don't call the office.", None),
        ("Please do not call in the evening.", "channel"),
        ("I will have to run it by my brother.", "decides"),
        ("Anna makes the final decisions.", "decides"),
        ("Not on Fridays, we are closed.", "times"),
        ("I am on vacation until March 20.", "times"),
        ("Pays by check as a rule, three weeks after the invoice.", "habit"),
        ("Do you prefer mail or phone?", None),
        ("The invoice is attached.", None),
        ("Please send the letter by mail.", None),
    ],
)
def test_a_sentence_is_about_one_topic_or_none(sentence: str, topic: str | None) -> None:
    assert topic_of(sentence) == topic


def test_only_the_clients_own_words_and_our_notes_propose() -> None:
    words = "Hello.\n\nI prefer e-mail to calls.\n\n> I prefer the phone.\n"
    ours = mail("m2", "out", date(2026, 2, 3), "I prefer e-mail as well.")
    theirs = mail("m1", "in", date(2026, 2, 2), words)
    note = Noted("n1", date(2026, 2, 4), "s", "Prefers mail over phone. I will look into the lease.")
    found = proposals(client(messages=(theirs, ours), notes=(note,)), TODAY)
    assert [(one.topic, one.text) for one in found] == [
        ("promise", "We promised: I will look into the lease."),
        ("channel", "Prefers mail over phone."),
        ("channel", "I prefer e-mail to calls."),
    ]
    quoted = found[2].evidence
    assert words[quoted.start : quoted.end] == quoted.quote  # type: ignore[union-attr]


def test_a_proposal_is_no_row_until_a_person_decides(firm: Database) -> None:
    [entry] = listed(firm)
    assert (entry.state, entry.topic, entry.by, entry.on) == ("proposed", "channel", "Mia Alder", date(2026, 1, 6))
    assert entry.evidence == {
        "kind": "record", "record": "note:note_C1", "field": "text", "value": "Prefers mail over phone, before noon.",
    }  # fmt: skip
    with firm.reading() as session:
        assert session.scalars(select(Knowledge.id)).all() == []
        before = session.scalars(select(Client.revision).where(Client.ref == "C1")).one()
    with writing(firm, "mia") as scope:
        done = accept(scope, entry.id)
    assert (done.state, done.accepted_by, done.valid_from) == ("accepted", "Mia Alder", TODAY)
    with firm.reading() as session:
        row = session.scalars(select(Knowledge)).one()
        assert (row.id, row.accepted_by) == (entry.id, person_id("mia"))
        assert session.scalars(select(Client.revision).where(Client.ref == "C1")).one() > before
        tags = session.scalars(select(AuditEntry.tag).order_by(AuditEntry.seq)).all()
        assert tags[-1] == AuditTag.KNOWLEDGE_ACCEPTED
        [known] = take_snapshot(system_scope(session, "night", now=NOW, today=TODAY), "C1").known(TODAY)
        assert (known.text, known.said_by) == ("Prefers mail over phone, before noon.", "Mia Alder")
    with writing(firm, "ana") as scope, pytest.raises(Conflict, match="accepted already"):
        accept(scope, entry.id)


def test_what_is_set_aside_is_not_proposed_again_and_can_be_taken_up(firm: Database) -> None:
    [entry] = listed(firm)
    with writing(firm, "ana") as scope:
        assert end(scope, entry.id).state == "set-aside"
    assert listed(firm) == []
    assert [one.state for one in listed(firm, everything=True)] == ["set-aside"]
    with writing(firm, "ana") as scope, pytest.raises(Conflict, match="ended already"):
        end(scope, entry.id)
    with writing(firm, "ana") as scope:
        assert accept(scope, entry.id).state == "accepted"


def test_what_is_added_holds_until_its_day_or_until_it_is_ended(firm: Database) -> None:
    with writing(firm, "ana") as scope:
        made = add(scope, "C1", "  Decides   with her sister ", topic="decides", valid_to=TODAY + timedelta(days=1))
        assert add(scope, "C1", "decides with her SISTER", topic="decides").id == made.id  # the same words
    assert (made.text, made.source, made.by) == ("Decides with her sister", "person", "Ana Alder")
    with writing(firm, "ana") as scope:
        assert end(scope, made.id).state == "ended"
    with firm.reading() as session:
        assert take_snapshot(system_scope(session, "night", now=NOW, today=TODAY), "C1").known(TODAY) == ()
    with writing(firm, "ana") as scope:
        for text, rest in (("", {}), ("x" * 601, {}), ("Yes", {"topic": "gossip"}), ("Yes", {"valid_to": TODAY})):
            with pytest.raises(Invalid):
                add(scope, "C1", text, **rest)  # type: ignore[arg-type]


def test_only_people_with_the_right_and_the_client_decide(firm: Database) -> None:
    [entry] = listed(firm)
    with writing(firm, "sol") as scope, pytest.raises(Forbidden, match="client:write"):
        accept(scope, entry.id)
    with writing(firm, "ben") as scope, pytest.raises(NotFound):  # C1 is not Ben's
        accept(scope, entry.id)
    with writing(firm, "mia") as scope, pytest.raises(NotFound):  # C2 is not Mia's
        add(scope, "C2", "Anything")
    with firm.writing() as session, pytest.raises(Forbidden, match="no person"):
        accept(system_scope(session, "night", now=NOW, today=TODAY), entry.id)
    with writing(firm, "ana") as scope, pytest.raises(NotFound):
        accept(scope, "knw_nothing")
