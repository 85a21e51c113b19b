"""Work behind the pages waits while somebody is answered, never in a write, and comes to its end all the same."""

import threading
from collections.abc import Iterator

import pytest

from store import way
from store.database import Database


@pytest.fixture(autouse=True)
def own_waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Nobody waits for the clock here: what would be waited is written down."""
    waits: list[float] = []

    class Clear(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0.0)
            return self.is_set()

    asked = way._Asked()
    asked.clear = Clear()
    asked.clear.set()
    monkeypatch.setattr(way, "_asked", asked)
    monkeypatch.setattr(way, "_slice", threading.local())
    yield waits


def test_only_work_behind_waits_and_only_while_somebody_is_answered(own_waits: list[float]) -> None:
    way.give()
    with way.behind():
        way.give()
    assert own_waits == []
    with way.Answering():
        way.give()  # a page does not wait for another page
        assert own_waits == []
        with way.behind():
            way.give()
    assert own_waits == [way.LONGEST]


def test_who_waited_has_a_slice_of_its_own(own_waits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    at = [100.0]
    monkeypatch.setattr(way.time, "monotonic", lambda: at[0])
    with way.Answering(), way.behind():
        way.give()
        at[0] += way.SLICE / 2
        way.give()
        assert len(own_waits) == 1
        at[0] += way.SLICE
        way.give()
    assert len(own_waits) == 2


def test_an_answer_that_has_begun_is_waited_for_no_more(own_waits: list[float]) -> None:
    with way.behind(), way.Answering() as first, way.Answering() as second:
        first.begun()
        first.begun()  # said twice, counted once
        way.give()
        assert len(own_waits) == 1
        second.begun()
        way.give()
    assert len(own_waits) == 1 and way._asked.many == 0


def test_a_reading_statement_waits_and_a_writing_one_does_not(own_waits: list[float], database: Database) -> None:
    database.is_fenced()  # asked once for each process, before a transaction is begun; SQLite is never
    way.give_before_reading(database.engine)
    with way.behind(), way.Answering():
        with database.writing() as session:
            session.connection().exec_driver_sql("SELECT 1")
        assert own_waits == []
        with database.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
    assert len(own_waits) == 1
