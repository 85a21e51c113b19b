"""Old and new programs on one schema: a newer schema that only adds is worked on, one that took something away is refused in words."""

import re

import pytest
from sqlalchemy import text

from store.database import MIGRATIONS, Database
from store.errors import Broken


def newer(database: Database, floor: str) -> None:
    """As a newer program leaves the schema, with the least that programs must know."""
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9001'"))
        connection.execute(text("UPDATE schema_floor SET revision = :floor"), {"floor": floor})


def test_a_newer_schema_is_worked_on_as_long_as_it_only_adds(database: Database) -> None:
    assert database.is_current()
    newer(database, "0036")
    assert database.is_current()
    newer(database, "9001")
    with pytest.raises(
        Broken, match=r"made ready for a newer Tickmark \(schema 9001\).*install the newer release here"
    ):
        database.is_current()


def test_an_older_schema_is_brought_up_to_date(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert not database.is_current()


def test_a_migration_that_takes_away_raises_the_floor() -> None:
    takes = re.compile(r"op\.(drop_table|drop_column|rename_table|alter_column)|\.(drop_column|alter_column)\(")
    for path in sorted((MIGRATIONS / "versions").glob("[0-9]*.py")):
        if path.name <= "0036_workers.py":
            continue
        upgrade = path.read_text(encoding="utf-8").partition("def upgrade")[2].partition("def downgrade")[0]
        assert not takes.search(upgrade) or "schema_floor" in upgrade, (
            f"{path.name} takes something away: see 0036_workers.py"
        )
