"""The same night on PostgreSQL, where the engine keeps its queue beside the records: the same rows, the same briefs."""

from pathlib import Path

import pytest
from sqlalchemy import delete, insert, inspect, select

from api.settings import load_settings
from api.wiring import build
from store.database import Database
from store.sealed import give_seal
from store.tables import Base
from tests.night.conftest import briefs, differences, dump, scan


def copy(source: Database, target: Database) -> None:
    """Every row of one database into another that holds what a new one holds."""
    with source.engine.connect() as here, target.engine.begin() as there:
        # in whatever order rows come that name others of their own table
        there.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in Base.metadata.sorted_tables:
            there.execute(delete(table))
            rows = [dict(row._mapping) for row in here.execute(select(table))]
            if rows:
                there.execute(insert(table), rows)


@pytest.mark.postgres
@pytest.mark.slow
def test_a_night_on_postgres_ends_like_one_on_sqlite(home: Path, scanned: Path, postgres: Database) -> None:
    (home / "dbos.db").unlink(missing_ok=True)  # that of the home before, which on PostgreSQL has none
    with build(load_settings(home)) as loaded:
        # what lies sealed there is opened with the home's keys
        give_seal(postgres.engine.dialect, loaded.database.seal)
        copy(loaded.database, postgres)
    settings = load_settings(home).model_copy(update={"database_url": postgres.url})
    with build(settings, own_index=True) as services, build(load_settings(scanned)) as undisturbed:
        scan(services)
        passing = {"audit", "audit_head", "workers"}
        assert differences(dump(services.database), dump(undisturbed.database)) <= passing
        assert briefs(services.database) == briefs(undisturbed.database)
        told = briefs(services.database)
        scan(services)
        assert briefs(services.database) == told
    assert "workflow_status" in inspect(postgres.engine).get_table_names(schema="dbos")
    assert not (home / "dbos.db").exists()
