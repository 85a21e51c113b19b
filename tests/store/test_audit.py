"""The trail: every change, removal and insertion behind the application is found and named."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from store import audit, triggers
from store.audit import AuditTag
from store.database import Database

NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def trail(request: pytest.FixtureRequest) -> Database:
    """A database whose trail has five entries."""
    database: Database = request.getfixturevalue("database" if request.param == "sqlite" else "postgres")
    for number in range(5):
        with database.writing() as session:
            audit.record(session, AuditTag.CHAT_ASKED, actor="ana@firm.example", subject=f"chat:{number}", now=NOW)
    return database


def faults(database: Database) -> list[audit.Fault]:
    with database.reading() as session:
        return audit.verify(session)


def behind_the_application(database: Database, statement: str) -> None:
    """Run SQL as somebody would who may also drop the triggers."""
    with database.engine.begin() as connection:
        triggers.remove(connection)
        connection.execute(text(statement))
        triggers.install(connection)


def test_an_untouched_trail_holds(trail: Database) -> None:
    assert faults(trail) == []


def test_several_entries_of_one_transaction_chain(trail: Database) -> None:
    with trail.writing() as session:
        for subject in ("a:1", "a:2", "a:3"):
            audit.record(session, AuditTag.CHAT_ASKED, actor="x", subject=subject, now=NOW, detail={"n": 1})
    assert faults(trail) == []
    with trail.reading() as session:
        assert audit.head(session)[0] == 8


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x' WHERE seq = 2", "DELETE FROM audit WHERE seq = 2"])
def test_the_database_refuses_to_change_the_trail(trail: Database, statement: str) -> None:
    with pytest.raises(Exception, match="audit trail cannot be"), trail.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_changed_entry_is_named(trail: Database) -> None:
    behind_the_application(trail, "UPDATE audit SET actor = 'mallory' WHERE seq = 3")
    assert [(f.seq, f.message) for f in faults(trail)] == [(3, "entry 3 (chat:question:asked, chat:2) was changed")]


def test_a_removed_entry_is_named(trail: Database) -> None:
    behind_the_application(trail, "DELETE FROM audit WHERE seq = 3")
    assert [(f.seq, f.message) for f in faults(trail)] == [(3, "entry 3 is missing")]


def test_entries_cut_off_the_end_are_noticed(trail: Database) -> None:
    behind_the_application(trail, "DELETE FROM audit WHERE seq >= 4")
    assert "the trail ends at entry 3, its head says 5" in faults(trail)[0].message


def test_an_inserted_entry_is_named(trail: Database) -> None:
    behind_the_application(
        trail,
        "INSERT INTO audit (seq, at, actor, tag, subject, client_id, detail, digest, previous, hash) "
        "SELECT 6, at, actor, tag, subject, client_id, detail, digest, hash, hash FROM audit WHERE seq = 5",
    )
    found = faults(trail)
    assert found[0].seq == 6
    assert any("its head says 5" in fault.message for fault in found)


def test_an_entry_that_does_not_follow_is_refused(trail: Database) -> None:
    with pytest.raises(Exception, match="must follow"), trail.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit (seq, at, actor, tag, subject, client_id, detail, digest, previous, hash) "
                "SELECT 9, at, actor, tag, subject, client_id, detail, digest, previous, hash FROM audit WHERE seq = 5"
            )
        )


def test_a_dropped_guard_is_noticed(trail: Database) -> None:
    with trail.engine.begin() as connection:
        triggers.remove(connection)
        assert "audit_no_update" in triggers.missing(connection)
