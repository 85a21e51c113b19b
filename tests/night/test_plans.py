"""What a night reads of clients is found by the client: no statement goes through all rows of the firm, however large it is. SQLite alone
says so beforehand; its plans are the same for a small firm as for a large one, since it keeps no statistics."""

import re
from typing import Any

import pytest
from sqlalchemy import event

from api.wiring import Services
from tests import on_postgresql
from tests.night.conftest import MONDAY
from workspace.scope import system_scope
from workspace.snapshot import take_snapshots

REFS = ["C001", "C002", "C003"]
LARGE = {
    "documents",
    "document_versions",
    "document_pages",
    "facts",
    "book_figures",
    "messages",
    "notes",
    "time_entries",
}
"""Tables that grow with the firm, and of which a client has few rows."""
# a value that most rows have, or that says nothing of whose they are
COMMON = re.compile(r"\((?:superseded_by|state|kind|stage|duplicate_of)=")


@pytest.mark.skipif(on_postgresql.ON, reason="PostgreSQL plans by what is in the tables")
def test_the_snapshots_of_some_clients_are_found_by_these_clients(services: Services) -> None:
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    engine = services.database.engine
    event.listen(engine, "before_cursor_execute", note)
    with services.database.reading() as session:
        found = take_snapshots(system_scope(session, "night", now=services.clock.now(), today=MONDAY), REFS)
    event.remove(engine, "before_cursor_execute", note)
    assert set(found) == set(REFS) and len(asked) > 10
    steps = [step for statement, values in asked for step in plan(engine, statement, values)]
    read = [step for step in steps if step.split()[1] in LARGE]
    assert len(read) >= len(LARGE) - 1, "the plan names tables as they are"
    assert [one for one in read if one.startswith("SCAN ") or COMMON.search(one)] == []


def plan(engine: Any, statement: str, values: Any) -> list[str]:
    """The steps over tables of how SQLite would answer."""
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    return [str(row[3]) for row in rows if str(row[3]).startswith(("SCAN ", "SEARCH "))]
