"""A night that is killed at random, locked out, out of disk or left by its model comes to its end: nothing twice, nothing lost, and what
failed stands in the brief.

`TICKMARK_TEST_KILLS=50` kills fifty times in a row instead of a few.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from agents import overnight
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
from tests.night import forked
from tests.night.conftest import MONDAY, briefs, differences, dump, scan

KILLS = int(os.environ.get("TICKMARK_TEST_KILLS", "4"))
TRAIL = {"audit", "audit_head"}  # entries stand in the order in which they came
Locked = Callable[[], None]


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
        with changes_of(home / "tickmark.db") as changed:
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


@contextmanager
def changes_of(path: Path) -> Iterator[Callable[[], bool]]:
    """Whether another process has committed since it was asked last."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30, isolation_level=None)) as connection:
        seen = [connection.execute("PRAGMA data_version").fetchone()]

        def changed() -> bool:
            now = connection.execute("PRAGMA data_version").fetchone()
            before, seen[0] = seen[0], now
            return bool(now != before)

        yield changed


@pytest.fixture
def hasty(services: Services) -> Services:
    """The services over a database that does not wait for a lock."""
    services.database.engine.dispose()
    event.listen(services.database.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=5"))
    return services


@contextmanager
def another_process_locks(path: Path) -> Iterator[Locked]:
    """The database is locked by a process of its own until what is given is called."""
    code = (
        "import sqlite3, sys\n"
        "held = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)\n"
        "held.execute('BEGIN IMMEDIATE')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    words = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"held\n"

        def release() -> None:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=30)

        yield release
        if process.poll() is None:
            release()


def test_a_database_that_another_process_locks_for_a_while_costs_nothing(hasty: Services, scanned: Path) -> None:
    refused: list[str] = []
    with another_process_locks(hasty.home / "tickmark.db") as release:

        def refuse(context: Any) -> None:
            refused.append(str(context.original_exception))
            if len(refused) == 3:
                release()

        event.listen(hasty.database.engine, "handle_error", refuse)
        assert run_night(hasty, as_of=MONDAY, now=hasty.clock.now(), workers=1).failed == 0
    assert len(refused) >= 3 and set(refused) == {"database is locked"}
    same_as_undisturbed(hasty, scanned)


def test_locked_out_for_longer_than_a_night_is_patient_it_stops_and_goes_on_later(
    hasty: Services, scanned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the second client on; neither the scan nor its failure can be written down."""
    locks: list[Any] = []

    def second(services: Services, ref: str, **day: Any) -> Any:
        if ref == "C002" and not locks:
            locks.append(another_process_locks(services.home / "tickmark.db"))
            locks[0].__enter__()
        return scan_client(services, ref, **day)

    with monkeypatch.context() as patched:
        patched.setattr(overnight, "scan_client", second)
        with pytest.raises(OperationalError, match="database is locked"):
            run_night(hasty, as_of=MONDAY, now=hasty.clock.now(), workers=1)
    locks[0].__exit__(None, None, None)
    assert briefs(hasty.database) == {}
    assert scan(hasty).data["failed"] == 0
    same_as_undisturbed(hasty, scanned)
    told_once(hasty)


@pytest.mark.parametrize("pages", [2, 12])
def test_on_a_full_disk_the_night_stops_and_with_room_again_it_ends(
    services: Services, scanned: Path, pages: int
) -> None:
    engine = services.database.engine
    with engine.connect() as connection:
        full = [int(connection.exec_driver_sql("PRAGMA page_count").scalar_one()) + pages]
    engine.dispose()

    def limit(connection: Any, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count={full[0]}")

    event.listen(engine, "connect", limit)
    try:
        failed = scan(services).data["failed"]
        assert failed and b"database or disk is full" in b"".join(briefs(services.database).values())
    except OperationalError as error:
        assert "full" in str(error)
    full[0] = 1_000_000
    engine.dispose()
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
