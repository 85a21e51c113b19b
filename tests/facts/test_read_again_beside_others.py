"""Documents are read again in the background also where somebody else holds the records meanwhile: the work waits, and goes on."""

import sqlite3
import threading
from contextlib import closing

import pytest
from sqlalchemy import event, update

from api import reading_again
from api.wiring import Services
from ingestion.reading_again import behind
from store.tables import DocumentVersion
from tests import on_postgresql


@pytest.mark.skipif(on_postgresql.ON, reason="holds the SQLite file itself; there rows are held, not the whole")
def test_records_that_are_held_for_too_long_end_no_background_work(services: Services) -> None:
    with services.database.writing() as session:
        session.execute(update(DocumentVersion).values(readers="rules of long ago"))
    waiting = behind(services.database)
    services.database.engine.dispose()
    event.listen(services.database.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=5"))
    file = services.home / "tickmark.db"
    waits: list[float] = []
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")

        class Ended(threading.Event):
            def wait(self, timeout: float | None = None) -> bool:
                waits.append(timeout or 0.0)
                if other.in_transaction:
                    other.execute("ROLLBACK")
                return self.is_set()

        reading_again._work(services, Ended())
    assert waiting > 0 and behind(services.database) == 0
    assert waits[0] == reading_again._AFTER_NO_ANSWER
