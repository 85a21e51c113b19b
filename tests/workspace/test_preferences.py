"""How letters are liked: learnt from edits, proposed, accepted or switched off by a partner, on the trail, and never a figure."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from store.audit import AuditTag
from store.database import Database
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.tables import AuditEntry, Preference
from tests.deliverables.conftest import DAY, FEE, letter, people, writing
from workspace.deliverables.compose import Written, tick
from workspace.deliverables.filing import file_draft
from workspace.deliverables.manner import follow
from workspace.deliverables.model import Section
from workspace.deliverables.review import edit
from workspace.preference_rules import lessons
from workspace.preferences import Liked, accept, in_force, preferences_of, switch_off

DRAFTED = (
    Section(
        "Opening",
        "Dear Ngozi,\n\nWe are writing about $1,200.00. You may have paid already, in which case please disregard this note. "
        "We thank you for your patience.",
    ),
    Section(
        "What we ask", "Please let us have it by March 20, 2026. If it does not apply, please let us know about it."
    ),
    Section("Next dates", "- March 20, 2026: the fee"),
    Section("Closing", "Please call if anything differs from what you expected.\n\nSincerely,\n\nAna Alder, Partner"),
)


def edited(**parts: str) -> tuple[Section, ...]:
    """The draft with these parts in other words; "" takes one out. `opening`, `ask`, `dates`, `closing`."""
    names = dict(zip(("opening", "ask", "dates", "closing"), DRAFTED, strict=True))
    kept = [Section(one.title, parts.get(name, one.markdown)) for name, one in names.items()]
    return tuple(one for one in kept if one.markdown)


@pytest.mark.parametrize(
    ("after", "shown"),
    [
        (edited(opening=DRAFTED[0].markdown.replace("Dear Ngozi,", "Dear Dr. Okafor,")), [("greeting", "Dear Dr. Okafor,")]),
        (edited(closing=DRAFTED[3].markdown.replace("Sincerely,", "Kind regards,")), [("closing", "Kind regards,")]),
        (edited(closing=DRAFTED[3].markdown.replace("Please call if", "Do ring us when")), [("closing", None), ("phrase", None)]),
        (
            edited(closing=DRAFTED[3].markdown.replace("Please call", "Kindly call").replace("Sincerely,", "Kind regards,")),
            [("closing", None), ("closing", "Kind regards,"), ("phrase", "Kindly")],
        ),
        (edited(opening="Dear Ngozi,\n\nWe are writing about $1,200.00."), [("short-opening", "")]),
        (edited(ask=DRAFTED[1].markdown.replace("let us have", "kindly send")), [("phrase", "kindly send")]),
        (edited(dates=""), [("leave-out", "")]),
        (edited(opening=DRAFTED[0].markdown.replace("We are", "I am").replace("We thank", "I thank")), [("voice", "I")]),
        (edited(ask=DRAFTED[1].markdown.replace("March 20", "March 25")), []),  # a figure is a fact
        (edited(ask=DRAFTED[1].markdown.replace("have it", "have Marla Quist")), []),  # and so is a name
        (DRAFTED, []),
    ],
)  # fmt: skip
def test_an_edit_shows_what_it_shows(after: tuple[Section, ...], shown: list[tuple[str, str | None]]) -> None:
    found = lessons(DRAFTED, after)
    assert [one.kind for one in found] == [kind for kind, _ in shown]
    assert all(words in (None, one.after) for one, (_, words) in zip(found, shown, strict=True))


@pytest.fixture
def firm(database: Database) -> Database:
    return people(database)


def drafted(firm: Database, client: str, occasion: str) -> str:
    draft = replace(letter("x"), sections=DRAFTED, tickmarks=tick(DRAFTED, (FEE, DAY)))
    with writing(firm, "system") as scope:
        return file_draft(scope, client, "status-letter", occasion, draft)


def change(firm: Database, identity: str, name: str, **parts: str) -> None:
    with writing(firm, name) as scope:
        edit(scope, identity, edited(**parts))


def listed(firm: Database, name: str = "ana", client: str | None = None) -> list[Liked]:
    with writing(firm, name) as scope:
        return list(preferences_of(scope, client))


KINDLY = DRAFTED[1].markdown.replace("let us have", "kindly send")
DOCTOR = DRAFTED[0].markdown.replace("Dear Ngozi,", "Dear Dr. Okafor,")


def test_an_edit_is_proposed_with_its_source_and_accepted_by_a_partner(firm: Database) -> None:
    identity = drafted(firm, "C1", "one")
    change(firm, identity, "mia", opening=DOCTOR)
    [one] = listed(firm)
    assert (one.state, one.level, one.kind) == ("proposed", "client", "greeting")
    assert one.words == "greet as “Dear Dr. Okafor”, not “Dear Ngozi”"
    [source] = one.sources
    assert (source["deliverable"], source["version"], source["by"]) == (identity, 2, "Mia Alder")
    assert (source["before"], source["after"]) == ("Dear Ngozi,", "Dear Dr. Okafor,")
    with writing(firm, "mia") as scope, pytest.raises(Forbidden, match="deliverable:release"):
        accept(scope, one.id)
    with writing(firm, "ben") as scope, pytest.raises(NotFound):
        accept(scope, one.id)
    with writing(firm, "ana") as scope:
        with pytest.raises(Invalid, match="no preference of the whole firm"):
            accept(scope, one.id, level="firm")
        assert in_force(scope, "C1") == ()
        done = accept(scope, one.id)
        assert done.cited == "greet as “Dear Dr. Okafor”, not “Dear Ngozi” (Ana, 9 Mar)"
        assert [liked.id for liked in in_force(scope, "C1")] == [one.id] and in_force(scope, "C2") == ()
        with pytest.raises(Conflict, match="accepted already"):
            accept(scope, one.id)
        assert switch_off(scope, one.id).state == "off" and in_force(scope, "C1") == ()
        with pytest.raises(Conflict, match="off already"):
            switch_off(scope, one.id)
        assert accept(scope, one.id).state == "accepted"
    with firm.reading() as session:
        tags = session.scalars(
            select(AuditEntry.tag).where(AuditEntry.subject == f"preference:{one.id}").order_by(AuditEntry.seq)
        )
        accepted, off = AuditTag.PREFERENCE_ACCEPTED, AuditTag.PREFERENCE_OFF
        assert list(tags) == [AuditTag.PREFERENCE_PROPOSED, accepted, off, accepted]


def test_a_phrase_has_to_be_replaced_twice_and_what_is_taken_back_is_forgotten(firm: Database) -> None:
    first = drafted(firm, "C1", "one")
    change(firm, first, "ana", ask=KINDLY)
    assert listed(firm) == []
    second = drafted(firm, "C1", "two")
    change(firm, second, "ana", ask=KINDLY)
    [one] = listed(firm)
    assert one.words == "write “kindly send” for “let us have”" and len(one.sources) == 2
    change(firm, second, "ana", closing=DRAFTED[3].markdown + "\n")  # as it was drafted
    assert listed(firm) == []
    with firm.reading() as session:
        assert [row.state for row in session.scalars(select(Preference))] == ["seen"]


def test_staff_teach_nothing_and_two_clients_make_it_the_firms(firm: Database) -> None:
    one, other = drafted(firm, "C1", "one"), drafted(firm, "C2", "one")
    change(firm, one, "sol", ask=KINDLY)
    assert listed(firm) == []
    change(firm, one, "ana", ask=KINDLY, dates="")
    change(firm, other, "ana", ask=KINDLY)
    [firms] = listed(firm)
    assert (firms.level, firms.state, firms.client_ref) == ("firm", "proposed", "C2")
    with writing(firm, "ana") as scope:
        accept(scope, firms.id)
        assert [liked.id for liked in in_force(scope, "C1")] == [firms.id]
    with writing(firm, "mia") as scope:  # C2 is not hers: what was learnt there counts and shows nothing of it
        [seen] = preferences_of(scope)
        assert (seen.words, seen.client_ref, seen.sources) == (firms.words, "", ())


def test_a_text_follows_what_is_in_force_and_no_figure_or_fixed_word_is_lost(firm: Database) -> None:
    identity = drafted(firm, "C1", "one")
    change(
        firm,
        identity,
        "ana",
        opening="Dear Dr. Okafor,\n\nWe are writing about $1,200.00.",
        closing=DRAFTED[3].markdown.replace("Sincerely,", "Kind regards,"),
    )
    with writing(firm, "ana") as scope:
        for one in preferences_of(scope):
            accept(scope, one.id)
        likes = in_force(scope, "C1")
    written = follow(Written(DRAFTED, "template", "t"), likes, "status-letter", ())
    assert written.sections[0].markdown == "Dear Dr. Okafor,\n\nWe are writing about $1,200.00."
    assert written.sections[3].markdown.endswith("Kind regards,\n\nAna Alder, Partner")
    assert len(written.follows) == 3 and "shorter openings (Ana, 9 Mar)" in written.follows
    assert written.said().startswith("Follows: ") and {fact.evidence.record for fact in written.facts} == {  # type: ignore[union-attr]
        f"preference:{next(one.id for one in likes if one.kind == 'greeting')}"
    }
    assert follow(written, likes, "status-letter", ()).sections == written.sections
    kept = follow(Written(DRAFTED, "template", "t", allowed=("You may have paid already",)), likes, "x", ("Closing",))
    assert "You may have paid already" in kept.sections[0].markdown and kept.sections[3] == DRAFTED[3]


def test_the_voice_changes_whole_words_and_leaves_records_alone() -> None:
    voice = Liked("prf_1", "C1", "voice", None, "we", "I", "client", "accepted", (), "Ana Alder", None)
    text = "We are late, and we’re sorry: our list went to us.\n\n- We Care LLC\n\nDear We,"
    found = follow(Written((Section("A", text), Section("Fixed", "We agree.")), "t", "t"), [voice], "x", ("Fixed",))
    assert found.sections[0].markdown == "I am late, and I’m sorry: my list went to me.\n\n- We Care LLC\n\nDear We,"
    assert found.sections[1].markdown == "We agree."
