"""Whoever changes, removes or slips in a version, a review or a release behind the application is found, and the row is named."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from store import audit, triggers
from store.database import Database
from tests.deliverables.conftest import current, filed, people, writing
from workspace.deliverables.release import release
from workspace.deliverables.review import approve


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def released(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A firm in which one letter was drafted, approved and released."""
    database = people(request.getfixturevalue("database" if request.param == "sqlite" else "postgres"))
    identity = filed(database)
    with writing(database, "ana") as scope:
        approve(scope, identity)
    with writing(database, "ana") as scope:
        release(scope, identity)
    assert faults(database) == []
    yield database


def faults(database: Database) -> list[str]:
    with database.reading() as session:
        return [fault.message for fault in audit.verify(session)]


def behind(database: Database, *statements: str) -> None:
    """Run SQL as somebody who may also drop the triggers, and puts them back."""
    with database.engine.begin() as connection:
        triggers.remove(connection)
        for statement in statements:
            connection.execute(text(statement))
        triggers.install(connection)


CHANGED = [
    ("deliverable_versions", 'sections = \'[{"title": "", "markdown": "Pay $5"}]\'', "version dvr_"),
    ("deliverable_versions", "tickmarks = '[]'", "version dvr_"),
    ("deliverable_versions", "recipients = '[\"eve@else.example\"]'", "version dvr_"),
    ("deliverable_versions", "untied = 0, number = 2", "version dvr_"),
    ("reviews", "decision = 'changes'", "review rev_"),
    ("reviews", "override = 'seen'", "review rev_"),
    ("reviews", "person_id = (SELECT id FROM people WHERE email = 'mia@firm.example')", "review rev_"),
    ("releases", "person_id = (SELECT id FROM people WHERE email = 'ben@firm.example')", "release rel_"),
    ("releases", "content_hash = 'abc'", "release rel_"),
]


@pytest.mark.parametrize(("table", "change", "named"), CHANGED)
def test_a_changed_row_is_named(released: Database, table: str, change: str, named: str) -> None:
    behind(released, f"UPDATE {table} SET {change}")
    [found] = faults(released)
    assert found.startswith(named)
    assert "was changed after entry" in found


REMOVED = [
    (["DELETE FROM outbox", "DELETE FROM releases"], "release rel_"),
    (["DELETE FROM reviews"], "review rev_"),
]


@pytest.mark.parametrize(("statements", "named"), REMOVED)
def test_a_removed_row_is_named(released: Database, statements: list[str], named: str) -> None:
    behind(released, *statements)
    found = faults(released)
    assert len(found) == len(statements)  # each row that was taken away is named, and no other
    assert all("was removed" in one for one in found)
    assert any(one.startswith(named) for one in found)


_VERSION = (
    "deliverable_id, content_hash, sections, tickmarks, facts, checks, unseen, recipients, untied, model, prompt_version, author_id, "
    "note, created_at, client_id"
)
_REVIEW = "client_id, deliverable_id, version_id, content_hash, decision, note, person_id, at"
INSERTED = [
    (
        f"INSERT INTO deliverable_versions (id, number, {_VERSION}) SELECT 'dvr_x', 7, {_VERSION} FROM deliverable_versions",
        "version dvr_x",
    ),
    (f"INSERT INTO reviews (id, number, {_REVIEW}) SELECT 'rev_x', 7, {_REVIEW} FROM reviews", "review rev_x"),
]


@pytest.mark.parametrize(("statement", "named"), INSERTED)
def test_an_inserted_row_is_named(released: Database, statement: str, named: str) -> None:
    behind(released, statement)
    assert faults(released) == [f"{named} is not on the trail: it was inserted behind the application"]


def test_an_entry_that_vouches_cannot_be_turned(released: Database) -> None:
    """The digest of a row is under the entry's own hash: who changes both the row and its digest breaks the chain."""
    forged = "UPDATE audit SET vouched = NULL, digest = NULL WHERE CAST(vouched AS TEXT) LIKE '%releases%'"
    behind(released, forged)
    found = faults(released)
    assert any(one.startswith("entry ") and "was changed" in one for one in found)
    assert any(one.startswith("release rel_") for one in found)


def test_the_hash_of_a_version_is_that_of_its_words(firm: Database) -> None:
    from workspace.deliverables.model import content_hash

    version = current(firm, filed(firm))
    said = (version.sections, version.tickmarks, version.recipients)
    assert version.content_hash == content_hash("status-letter", version.client_id, *said)
    assert version.content_hash != content_hash(
        "status-letter", version.client_id, said[0], said[1], ["eve@else.example"]
    )
