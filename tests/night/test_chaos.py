"""A night that is killed at random, locked out, out of disk or left by its model comes to its end: nothing twice, nothing lost, and what
failed stands in the brief.

`TICKMARK_TEST_KILLS=50` kills fifty times in a row instead of twice (ten times in `make long`).
"""

import os
import random
import signal
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from agents import night_work
from agents import scan as scanning
from agents.engine import WORKERS
from agents.llm import Endpoint as Model
from agents.llm import ModelDoor
from agents.overnight import run_night
from agents.patience import A_CLIENT, IN_A_ROW, REST, Waiting
from agents.scan import scan_client
from api.settings import load_settings
from api.wiring import Services, build
from store.errors import TickmarkError
from store.tables import AuditEntry, DeliverableVersion, ModelCall
from store.types import canonical_json
from tests import beside
from tests.homes import LONG
from tests.night import forked
from tests.night.conftest import MONDAY, briefs, differences, dump, scan

KILLS = int(os.environ.get("TICKMARK_TEST_KILLS", "10" if LONG else "2"))
TRAIL = {"audit", "audit_head"}  # entries stand in the order in which they came


def same_as_undisturbed(services: Services, scanned: Path, but: set[str] = TRAIL) -> None:
    with build(load_settings(scanned)) as undisturbed:
        assert differences(dump(services.database), dump(undisturbed.database)) <= but
        if "briefs" not in but:
            assert briefs(services.database) == briefs(undisturbed.database)


def told_once(services: Services) -> None:
    """Every draft and every brief is on the trail once, however often its night began."""
    with services.database.reading() as session:
        entries = session.execute(
            select(AuditEntry.tag, AuditEntry.subject, func.count())
            .where(AuditEntry.tag.in_(("deliverable:version:filed", "brief:page:written")))
            .group_by(AuditEntry.tag, AuditEntry.subject)
        )
        twice = [(tag, subject) for tag, subject, n in entries.tuples() if n > 1 and tag != "brief:page:written"]
        assert not twice


def test_killed_at_random_again_and_again_the_night_ends_like_an_undisturbed_one(home: Path, scanned: Path) -> None:
    chance, context, killed = random.Random(20260309), forked.server(), 0
    while killed < KILLS:
        process = forked.begin(context, home)
        with beside.changes_of(home) as changed:
            left = chance.randrange(12)  # commits of somebody else that are seen before the kill
            while left and process.is_alive():
                process.join(0.001)
                left -= changed()
        process.kill()
        process.join()
        killed += process.exitcode == -signal.SIGKILL
    with build(load_settings(home), own_index=True) as services:
        first = scan(services)
        told = b"".join(briefs(services.database).values())
        # a client that was in hand whenever the process died is given up in that night, and the brief says so
        assert (b"again and again" in told) == (first.data["failed"] > 0)
        assert scan(services).data["failed"] == 0
        same_as_undisturbed(services, scanned)
        told_once(services)


def test_what_a_scan_drafted_before_it_failed_is_counted_by_the_one_after(
    services: Services, scanned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise TickmarkError("stopped")

    with monkeypatch.context() as patched:
        patched.setattr(scanning, "conclude_scan", stop)
        assert scan(services).data["failed"] == 3
    assert scan(services).data["failed"] == 0
    same_as_undisturbed(services, scanned)


@pytest.fixture
def hasty(services: Services) -> Services:
    """The services over a database that does not wait for a lock."""
    beside.impatient(services)
    return services


def test_a_database_that_another_process_locks_for_a_while_costs_nothing(hasty: Services, scanned: Path) -> None:
    refused: list[str] = []
    with beside.locked(hasty.home) as release:

        def refuse(context: Any) -> None:
            refused.append(str(context.original_exception))
            if len(refused) == 3:
                release()

        event.listen(hasty.database.engine, "handle_error", refuse)
        assert run_night(hasty, as_of=MONDAY, now=hasty.clock.now(), workers=1).failed == 0
    assert len(refused) >= 3 and all(beside.LOCKED in one for one in refused)
    same_as_undisturbed(hasty, scanned)


def test_locked_out_for_longer_than_a_night_is_patient_it_stops_and_goes_on_later(
    hasty: Services, scanned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the second client on; neither the scan nor its failure can be written down."""
    locks: list[Any] = []

    def second(services: Services, ref: str, **day: Any) -> Any:
        if ref == "C002" and not locks:
            locks.append(beside.locked(services.home))
            locks[0].__enter__()
        return scan_client(services, ref, **day)

    with monkeypatch.context() as patched:
        patched.setattr(night_work, "scan_client", second)
        with pytest.raises(OperationalError, match=beside.LOCKED):
            run_night(hasty, as_of=MONDAY, now=hasty.clock.now(), workers=1)
    locks[0].__exit__(None, None, None)
    assert briefs(hasty.database) == {}
    assert scan(hasty).data["failed"] == 0
    same_as_undisturbed(hasty, scanned)
    told_once(hasty)


@contextmanager
def full_but_for(services: Services, pages: int) -> Iterator[None]:
    """So many pages more and the disk is full; on PostgreSQL, so many transactions that write to the trail, and then what the server says
    whose disk is full."""
    engine = services.database.engine
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            full = [int(connection.exec_driver_sql("PRAGMA page_count").scalar_one()) + pages]
        engine.dispose()
        event.listen(engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count={full[0]}"))
        yield
        full[0] = 1_000_000
        engine.dispose()
        return
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SEQUENCE room")
        connection.exec_driver_sql(
            f"CREATE FUNCTION room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('room') > {pages} THEN "
            "RAISE EXCEPTION 'could not extend file, the disk is full' USING ERRCODE = 'disk_full'; END IF; RETURN NULL; END $$"
        )
        connection.exec_driver_sql("CREATE TRIGGER room BEFORE INSERT ON audit EXECUTE FUNCTION room()")
    yield
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER room ON audit")


@pytest.mark.parametrize("pages", [2, 12])
def test_on_a_full_disk_the_night_stops_and_with_room_again_it_ends(
    services: Services, scanned: Path, pages: int
) -> None:
    with full_but_for(services, pages):
        try:
            failed = scan(services).data["failed"]
            assert failed and b"disk is full" in b"".join(briefs(services.database).values())
        except OperationalError as error:
            assert "full" in str(error)
    assert scan(services).data["failed"] == 0
    same_as_undisturbed(services, scanned)
    told_once(services)


CLIENTS = 3  # of the small firm; while one waits for a model, the next is worked on


class Stopwatch:
    """A clock that goes on only while somebody waits."""

    def __init__(self) -> None:
        self.at = 1000.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def with_model(services: Services, url: str, waiting: Waiting | None = None, **more: Any) -> None:
    services._made["door"] = ModelDoor(services.database, Model(url, "stub", "k", **more), waiting)


def the_night_ends_in_the_firms_own_words(services: Services, scanned: Path, why: str, workers: int = WORKERS) -> None:
    result = run_night(services, as_of=MONDAY, now=services.clock.now(), workers=workers)
    assert (result.read, result.failed) == (3, 0)
    with build(load_settings(scanned)) as undisturbed:
        assert texts(services) == texts(undisturbed)
        mine, theirs = dump(services.database), dump(undisturbed.database)
        assert mine["signals"] == theirs["signals"] and mine["facts"] == theirs["facts"]
    told = b"".join(briefs(services.database).values()).decode()
    assert "what stub was to read or to word" in told and why in told


def texts(services: Services) -> list[Any]:
    """The drafts as they are worded."""
    with services.database.reading() as session:
        rows = select(DeliverableVersion.id, DeliverableVersion.sections).order_by(DeliverableVersion.id)
        return [tuple(row) for row in session.execute(rows)]


def asked(services: Services) -> int:
    with services.database.reading() as session:
        return session.scalars(select(func.count()).select_from(ModelCall)).one()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("Sure, here you are!", "it is no JSON"),
        ("<raw>data: {broken\n\n", "did not speak the protocol"),
        ("<silence>", "silent for too long"),
        ((401, {}), "status 401"),
    ],
)
def test_a_model_that_is_slow_or_answers_garbage_is_left_alone(
    services: Services, scanned: Path, endpoint: Any, answer: Any, why: str
) -> None:
    endpoint.script = [answer]
    with_model(services, endpoint.url, deadline=0.2, patience=0.1)
    the_night_ends_in_the_firms_own_words(services, scanned, why)
    # each client may have a question out: what the others were asking when the third failure came is the last
    assert IN_A_ROW <= asked(services) <= IN_A_ROW + CLIENTS - 1
    assert len(endpoint.requests) < 3 * (IN_A_ROW + CLIENTS - 1)


def test_a_model_that_is_down_costs_a_few_questions(services: Services, scanned: Path) -> None:
    watch = Stopwatch()
    with_model(services, "http://127.0.0.1:9/v1", Waiting(watch.now, watch.sleep))
    the_night_ends_in_the_firms_own_words(services, scanned, "cannot be reached")


def test_an_endpoint_that_is_busy_for_ten_minutes_is_asked_as_it_says_and_holds_no_client_longer_than_its_patience(
    services: Services, scanned: Path, endpoint: Any
) -> None:
    watch, at = Stopwatch(), defaultdict[str, list[float]](list)

    def busy(body: object) -> Any:
        at[canonical_json(body)].append(watch.at)
        return (429, {"Retry-After": "20"})

    endpoint.script = [busy]
    with_model(services, endpoint.url, Waiting(watch.now, watch.sleep))
    the_night_ends_in_the_firms_own_words(services, scanned, "status 429", workers=1)
    assert IN_A_ROW <= asked(services) <= IN_A_ROW + CLIENTS - 1
    # the clients wait side by side, and the watch adds up what each of them waits: none longer than its patience
    assert watch.at - 1000 <= CLIENTS * A_CLIENT
    # others that wait move the same watch on, so no question is asked again sooner than it says; some is asked again
    waited = [after - before for times in at.values() for before, after in pairwise(times)]
    assert waited and min(waited) >= 20


def test_an_endpoint_that_asks_for_ten_minutes_is_asked_once_in_them_and_then_again(
    services: Services, endpoint: Any
) -> None:
    watch = Stopwatch()
    endpoint.script = [(429, {"Retry-After": "600"})]
    with_model(services, endpoint.url, Waiting(watch.now, watch.sleep))
    assert scan(services).data["failed"] == 0
    assert len(endpoint.requests) <= CLIENTS and watch.at == 1000  # all may ask at once; nobody waits
    watch.at += 600
    with services.door.patiently() as patience:
        assert not patience.why_not()
    assert REST < 600
