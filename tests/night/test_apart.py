"""The process beside a server that does the work of nights: the same rows and briefs, whoever dies, and places of a model for both."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from agents import apart as processes
from agents import scan, unchanged
from agents.apart import Apart
from agents.overnight import run_night
from agents.places import Slots
from api.apart import entered
from api.settings import Settings, load_settings
from api.wiring import Services, build
from store.errors import Broken, Busy, NotFound
from tests.night import forked
from tests.night.conftest import MONDAY, briefs, differences, dump
from workspace.snapshot import take_snapshot

pytestmark = pytest.mark.skipif(
    os.environ.get("TICKMARK_TEST_DATABASE") == "postgresql", reason="where the records are on a server, workers do it"
)


@pytest.fixture
def beside(services: Services) -> Iterator[Services]:
    """The services with a process beside them, as a server has them but for how it is started."""
    with apart_of(services, entered):
        yield services


@contextmanager
def apart_of(services: Services, enter: Any) -> Iterator[None]:
    services.apart = apart = Apart(partial(enter, services.settings), forked.server())
    try:
        yield
    finally:
        services.apart = None
        apart.close()


def same_as_undisturbed(services: Services, scanned: Path) -> None:
    with build(load_settings(scanned)) as undisturbed:
        assert differences(dump(services.database), dump(undisturbed.database)) <= {"audit", "audit_head"}
        assert briefs(services.database) == briefs(undisturbed.database)


def test_a_night_in_the_process_beside_leaves_what_one_in_this_process_leaves_though_that_is_killed(
    beside: Services, scanned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for here in ((scan, "graph"), (unchanged, "take_snapshots")):
        monkeypatch.setattr(*here, refuse)  # nothing of it is done in this process
    killed: list[int] = []

    def kill(doing: str, done: int, of: int) -> None:
        apart: Any = beside.apart
        if done and not killed:
            killed.append(apart.pid)
            os.kill(apart.pid, signal.SIGKILL)

    night = run_night(beside, as_of=MONDAY, now=beside.clock.now(), progress=kill)
    assert (night.read, night.failed, night.briefs) == (3, 0, 4)
    assert killed and killed[0] != os.getpid()
    same_as_undisturbed(beside, scanned)


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("this is the work of the other process")


@contextmanager
def poisoned(settings: Settings) -> Iterator[Services]:
    """Services in which reading one client ends the process."""

    def end(scope: Any, ref: str) -> Any:
        if ref == "C002":
            os._exit(9)
        return take_snapshot(scope, ref)

    pytest.MonkeyPatch().setattr(scan, "take_snapshot", end)
    with entered(settings) as services:
        yield services


def test_a_client_that_ends_the_process_again_and_again_is_given_up_and_the_others_are_read(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "GIVEN_UP_AFTER", 2)  # each death costs a start
    with apart_of(services, poisoned):
        night = run_night(services, as_of=MONDAY, now=services.clock.now())
    assert (night.read, night.failed) == (2, 1)
    assert b"again and again" in b"".join(briefs(services.database).values())


def test_what_is_raised_there_is_raised_here_and_what_is_told_there_is_told_here(beside: Services) -> None:
    apart: Any = beside.apart
    now = beside.clock.now()
    with pytest.raises(NotFound, match="no client C999"):
        apart.do("client", MONDAY, now, "C999")
    with pytest.raises(Broken, match=r"a defect of the program \(KeyError\)"):
        apart.do("no such work", MONDAY, now)
    first = apart.pid
    apart.rest()
    assert apart.pid == first  # it is let go after minutes, not at once
    apart.close()
    with pytest.raises(Busy, match="it goes on when it is started again"):
        apart.do("client", MONDAY, now, "C001")


def test_what_waits_when_a_server_ends_is_told_to_go_on_later(services: Services) -> None:
    apart = Apart(partial(entered, services.settings))  # spawned, as a server does: that takes seconds
    said: list[str] = []

    def ask() -> None:
        try:
            apart.do("briefs", MONDAY, services.clock.now())
        except Busy as error:
            said.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    while apart.pid is None:
        thread.join(0.01)
    apart.close()
    thread.join()
    assert said == ["the night was interrupted; it goes on when it is started again"]


def test_two_processes_of_a_home_share_the_places_of_a_model(tmp_path: Path) -> None:
    mine, theirs = (Slots(tmp_path / "places", "model m", 2) for _ in range(2))
    with mine.one(0) as first, theirs.one(0) as second, mine.one(0) as third:
        assert (first, second, third) == (True, True, False)
        assert mine.full and not theirs.full
    with theirs.one(0) as first, theirs.one(0) as second, Slots(tmp_path / "places", "model n", 1).one(0) as other:
        assert first and second and other
