"""What a person does with a draft: edits it, approves it in spite of a figure without a source, releases it, is refused."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from store.audit import AuditTag
from store.database import Database, counting_queries
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.tables import AuditEntry, Deliverable, OutboxItem, Release, Review
from tests.deliverables.conftest import TIED, UNTIED, current, filed, letter, writing
from workspace.deliverables.filing import file_draft
from workspace.deliverables.model import Section
from workspace.deliverables.reading import listing, show
from workspace.deliverables.release import release
from workspace.deliverables.review import approve, ask_changes, edit, record_refusal, reject


def rows(database: Database, table: Any) -> list[Any]:
    with database.reading() as session:
        return list(session.scalars(select(table)))


def trail(database: Database, tag: AuditTag) -> list[AuditEntry]:
    return [entry for entry in rows(database, AuditEntry) if entry.tag == tag.value]


def edited(database: Database, identity: str, words: str, name: str = "ana") -> None:
    with writing(database, name) as scope:
        edit(scope, identity, [Section("Opening", words)])


def test_a_wrong_figure_put_in_by_hand_needs_a_reason(firm: Database) -> None:
    identity = filed(firm)
    edited(firm, identity, UNTIED)
    version = current(firm, identity)
    assert [(m["text"], m["status"]) for m in version.tickmarks] == [
        ("$9,999.00", "untied"),
        ("March 20, 2026", "tied"),
    ]
    with pytest.raises(Invalid, match="1 figure has no source"), writing(firm, "ana") as scope:
        approve(scope, identity)
    with pytest.raises(Invalid, match="1 figure has no source"), writing(firm, "ana") as scope:
        approve(scope, identity, override="   ")
    with writing(firm, "ana") as scope:
        approve(scope, identity, override="read from the client's own letter")
    [entry] = trail(firm, AuditTag.DELIVERABLE_OVERRIDDEN)
    assert entry.detail["override"] == "read from the client's own letter"
    assert (entry.actor, entry.detail["untied"], entry.detail["hash"]) == ("ana@firm.example", 1, version.content_hash)
    with writing(firm, "ana") as scope:
        assert show(scope, identity)["override"] == "read from the client's own letter"


def test_an_override_without_need_is_none(firm: Database) -> None:
    identity = filed(firm)
    with writing(firm, "ana") as scope:
        approve(scope, identity, override="just so")
    assert trail(firm, AuditTag.DELIVERABLE_OVERRIDDEN) == []
    assert [one.override for one in rows(firm, Review)] == [None]


@pytest.mark.parametrize(
    ("words", "untied"),
    [
        ("Pay $1,200.00 by March 20, 2026.", []),
        ("Pay $1,200 by March 21, 2026.", ["March 21, 2026"]),
        ("Pay 12% of it within 60 days.", ["12%", "60 days"]),
        ("Ask Quarry Stone about it.", ["Quarry Stone"]),  # another client of Ana's
        ("Please send it to Marla Quist.", ["Marla Quist"]),
        ("Pay half of it next week.", ["half", "next week"]),
    ],
)
def test_what_a_person_writes_is_traced_like_all_else(firm: Database, words: str, untied: list[str]) -> None:
    identity = filed(firm)
    edited(firm, identity, words)
    assert [m["text"] for m in current(firm, identity).tickmarks if m["status"] == "untied"] == untied


def test_an_edit_takes_back_an_approval_and_the_same_text_is_no_edit(firm: Database) -> None:
    identity = filed(firm)
    with writing(firm, "ana") as scope:
        approve(scope, identity)
        assert edit(scope, identity, [Section("Opening", TIED + "\r\n")]) == 1
    edited(firm, identity, "Dear client, all is well.", "sol")
    with pytest.raises(Conflict, match="not approved"), writing(firm, "ana") as scope:
        release(scope, identity)
    with writing(firm, "ana") as scope:
        assert scope.session.get_one(Deliverable, identity).state == "in_review"
    with pytest.raises(Invalid, match="empty"), writing(firm, "ana") as scope:
        edit(scope, identity, [Section("Opening", " \n ")])


def test_a_decision_about_another_text_is_none(firm: Database) -> None:
    identity = filed(firm)
    seen = current(firm, identity).content_hash
    edited(firm, identity, "Dear client, all is well.")
    for decide in (
        lambda scope: approve(scope, identity, expected=seen),
        lambda scope: ask_changes(scope, identity, "shorter", expected=seen[:12]),
        lambda scope: edit(scope, identity, [Section("Opening", "Mine")], expected=seen),
    ):
        with pytest.raises(Conflict, match="has changed since"), writing(firm, "ana") as scope:
            decide(scope)
    with pytest.raises(Conflict, match="has changed since"), writing(firm, "ana") as scope:
        approve(scope, identity, expected=current(firm, identity).content_hash[:7])  # too short to mean one text


def test_release_is_one_transaction(firm: Database) -> None:
    identity = filed(firm, "Dear client,\n\n- $1,200.00 is due")
    with writing(firm, "ana") as scope:
        approve(scope, identity)
        freed = release(scope, identity)
    [row], [item], [entry] = rows(firm, Release), rows(firm, OutboxItem), trail(firm, AuditTag.DELIVERABLE_RELEASED)
    version = current(firm, identity)
    assert (row.id, row.version_id, row.content_hash) == (freed, version.id, version.content_hash)
    assert entry.subject == f"release:{freed}"
    assert entry.detail["hash"] == version.content_hash
    assert (item.release_id, item.channel, item.sent_at) == (freed, "mail", None)
    assert item.recipients == ["Ngozi Okafor <ngozi@harbor.example>"]
    assert item.body == "Dear client,\n\n- $1,200.00 is due\nAlder & Finch CPAs\n"
    with pytest.raises(Conflict, match="released already"), writing(firm, "ana") as scope:
        release(scope, identity)


def test_a_release_that_fails_leaves_nothing(firm: Database) -> None:
    identity = filed(firm)
    with writing(firm, "ana") as scope:
        approve(scope, identity)
    with pytest.raises(ZeroDivisionError), writing(firm, "ana") as scope:
        release(scope, identity)
        raise ZeroDivisionError
    assert (rows(firm, Release), rows(firm, OutboxItem), trail(firm, AuditTag.DELIVERABLE_RELEASED)) == ([], [], [])
    with writing(firm, "ana") as scope:
        release(scope, identity)
    assert len(rows(firm, OutboxItem)) == 1


REFUSALS: list[tuple[str, str, Callable[[Any, str], object]]] = [
    ("sol", "deliverable:review", lambda scope, one: approve(scope, one)),
    ("sol", "deliverable:review", lambda scope, one: ask_changes(scope, one, "shorter")),
    ("sol", "deliverable:release", lambda scope, one: release(scope, one)),
    ("mia", "deliverable:release", lambda scope, one: release(scope, one)),
    ("system", "deliverable:review", lambda scope, one: approve(scope, one)),
    ("system", "deliverable:release", lambda scope, one: release(scope, one)),
    ("system", "is no person", lambda scope, one: edit(scope, one, [Section("Opening", "x")])),
]


@pytest.mark.parametrize(("name", "reason", "act"), REFUSALS)
def test_who_may_not_is_told_why_and_it_is_noted(
    firm: Database, name: str, reason: str, act: Callable[[Any, str], object]
) -> None:
    identity = filed(firm)
    with writing(firm, "ana") as scope:
        approve(scope, identity)
    with pytest.raises(Forbidden, match=reason) as refused, writing(firm, name) as scope:
        act(scope, identity)
    with writing(firm, name) as scope:
        record_refusal(scope, identity, "release", refused.value)
    [entry] = trail(firm, AuditTag.REVIEW_REFUSED)
    assert entry.subject == f"deliverable:{identity}"
    assert reason in entry.detail["reason"]


def test_who_does_not_see_the_client_sees_no_deliverable(firm: Database) -> None:
    identity = filed(firm)  # C1 is not Ben's
    for act in (show, approve, release, lambda scope, one: record_refusal(scope, one, "release", Forbidden("x"))):
        with pytest.raises(NotFound), writing(firm, "ben") as scope:
            act(scope, identity)
    with writing(firm, "ben") as scope:
        assert listing(scope) == []
    assert trail(firm, AuditTag.REVIEW_REFUSED) == []


def test_a_note_is_needed_to_send_back_or_reject(firm: Database) -> None:
    identity = filed(firm)
    for decide in (ask_changes, reject):
        with pytest.raises(Invalid), writing(firm, "ana") as scope:
            decide(scope, identity, "  ")
    with writing(firm, "mia") as scope:
        reject(scope, identity, "the client paid")
    for decide in (ask_changes, reject):
        with pytest.raises(Conflict, match="rejected"), writing(firm, "ana") as scope:
            decide(scope, identity, "again")
    with writing(firm, "system") as scope:  # and the night does not draft it again
        assert file_draft(scope, "C1", "status-letter", "one", letter("Dear client, once more.")) == identity
    assert current(firm, identity).number == 1


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_of_two_who_release_at_once_one_wins(backend: str, request: pytest.FixtureRequest) -> None:
    from tests.deliverables.conftest import people

    database = people(request.getfixturevalue("database" if backend == "sqlite" else "postgres"))
    identity = filed(database, client="C2")
    with writing(database, "ben") as scope:
        approve(scope, identity)
    outcomes = _at_once(database, ["ana", "ben"], lambda scope: release(scope, identity))
    assert sorted(outcomes) == ["Conflict", "done"]
    assert len(rows(database, Release)) == len(rows(database, OutboxItem)) == 1


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_of_two_who_decide_at_once_the_second_sees_the_first(backend: str, request: pytest.FixtureRequest) -> None:
    from tests.deliverables.conftest import people

    database = people(request.getfixturevalue("database" if backend == "sqlite" else "postgres"))
    identity = filed(database)
    outcomes = _at_once(database, ["ana", "mia"], lambda scope: approve(scope, identity))
    assert sorted(outcomes) == ["Conflict", "done"]
    assert [one.number for one in rows(database, Review)] == [1]


def _at_once(database: Database, names: list[str], act: Callable[[Any], object]) -> list[str]:
    """What came of each, when all begin together."""
    barrier, outcomes = threading.Barrier(len(names)), []

    def run(name: str) -> None:
        barrier.wait(20)
        try:
            with writing(database, name) as scope:
                act(scope)
            outcomes.append("done")
        except Conflict:
            outcomes.append("Conflict")

    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def test_an_earlier_round_makes_way_unless_somebody_touched_it(firm: Database) -> None:
    first = filed(firm, occasion="request:E1@1")
    second = filed(firm, "Dear client, $1,200.00 is late.", occasion="request:E1@2")
    with writing(firm, "system") as scope:
        assert scope.session.get_one(Deliverable, first).state == "superseded"
    edited(firm, second, "Dear client, all is well.")
    assert filed(firm, occasion="request:E1@3") == second  # the one that Ana works on stays
    other = filed(firm, occasion="request:E2@1")
    assert other not in (first, second)


def test_a_draft_is_better_read_but_never_less_grave(firm: Database) -> None:
    identity = filed(firm, cls="B")
    with writing(firm, "system") as scope:
        file_draft(scope, "C1", "status-letter", "one", letter("Dear client, $1,200.00.", "A"))
        file_draft(scope, "C1", "status-letter", "one", letter("Dear client, once more.", "C"))
    with writing(firm, "system") as scope:
        assert scope.session.get_one(Deliverable, identity).cls == "A"
    assert current(firm, identity).number == 3


def test_the_list_and_the_page_cost_few_queries(firm: Database) -> None:
    identities = [filed(firm, occasion=f"about:{n}") for n in range(5)]
    with writing(firm, "ana") as scope:
        approve(scope, identities[0])
    with firm.reading() as session, counting_queries(firm.engine) as queries:
        from tests.deliverables.conftest import as_

        found = listing(as_(session, "ana"))
        assert [one["state"] for one in found] == ["in_review"] * 4 + ["approved"]
        assert len(queries) <= 3
        queries.clear()
        show(as_(session, "ana"), identities[0])
        assert len(queries) <= 8
