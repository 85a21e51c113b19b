"""The one committing door, its revisions, and migrations up and down on both databases."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select

from api.settings import load_settings
from api.wiring import build
from store import audit, fence, triggers
from store.database import Database, touch
from store.errors import TickmarkError
from store.tables import Base, Client, Invoice
from store.word_index import is_made_here
from tests.api.test_load import dump

NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
SINCE = {"book_figures", "document_versions"}
"""What the way down takes away, and where the way up orders the books to be read again."""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> Database:
    database: Database = request.getfixturevalue("database" if request.param == "sqlite" else "postgres")
    return database


def add_client(database: Database, ref: str = "C001") -> None:
    with database.writing() as session:
        session.add(Client(id=f"cl_{ref}", ref=ref, name="Alder & Finch LLC", entity_type="1065"))


def invoice(number: str, amount: str) -> Invoice:
    on = date(2026, 1, 5)
    return Invoice(
        id=f"inv_{number}", client_id="cl_C001", number=number, issued_on=on, due_on=on, amount=Decimal(amount)
    )


def revision(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(select(Client.revision)).one()


def test_migrations_go_up_and_down(either: Database) -> None:
    with either.engine.connect() as connection:
        assert triggers.missing(connection) == []
        assert set(inspect(connection).get_table_names()) >= set(Base.metadata.tables)
    either.downgrade()
    with either.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    either.migrate()


def test_migrations_go_down_and_up_over_a_loaded_firm(no_settings_from_outside: None, home: Path) -> None:
    """To where the tables of clients began to be many, and back: what stood before it stands as it was."""
    from alembic import command

    with build(load_settings(home), own_index=True) as services:
        database = services.database
        before = dump(database)
        command.downgrade(database.alembic(), "0031")
        database.migrate()
        after = dump(database)
        assert {name for name in before if before[name] != after[name]} <= SINCE
        with database.reading() as session:
            assert audit.verify(session) == []
        with database.engine.connect() as connection:
            assert triggers.missing(connection) == [] and (
                not database.is_fenced() or fence.why_down(connection) is None
            )


def test_the_migration_builds_what_the_tables_say(either: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with either.engine.connect() as connection:
        ours = {"include_name": lambda *name: not is_made_here(*name)}
        assert compare_metadata(MigrationContext.configure(connection, opts=ours), Base.metadata) == []


def test_a_failed_write_leaves_nothing(either: Database) -> None:
    add_client(either)
    with pytest.raises(RuntimeError), either.writing() as session:
        session.add(invoice("1001", "10.00"))
        session.flush()
        raise RuntimeError
    with either.reading() as session:
        assert session.scalar(select(func.count()).select_from(Invoice)) == 0
    assert revision(either) == 0


def test_money_sums_to_the_cent(either: Database) -> None:
    add_client(either)
    with either.writing() as session:
        session.add_all([invoice(str(n), "0.10") for n in range(10)])
    with either.reading() as session:
        assert session.scalar(select(func.sum(Invoice.amount))) == Decimal("1.00")


def test_money_with_a_third_decimal_is_refused(database: Database) -> None:
    add_client(database)
    with pytest.raises(Exception, match="more than 2 decimal places"), database.writing() as session:
        session.add(invoice("1", "0.101"))


def test_a_change_in_the_workspace_raises_the_revision_once(either: Database) -> None:
    add_client(either)
    with either.writing() as session:
        session.add_all([invoice(str(n), "5.00") for n in range(3)])
    assert revision(either) == 1
    with either.writing() as session:
        row = session.get_one(Invoice, "inv_1")
        row.amount = Decimal("5.00")  # the same value again is no change
    assert revision(either) == 1
    with either.writing() as session:
        touch(session, "cl_C001")
    assert revision(either) == 2


def test_a_reading_session_refuses_to_write(database: Database) -> None:
    with database.reading() as session:
        session.add(Client(id="cl_X", ref="X", name="X", entity_type="1040"))
        with pytest.raises(TickmarkError, match="asked to write"):
            session.flush()
