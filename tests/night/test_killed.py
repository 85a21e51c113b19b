"""A night that is killed and run again ends like an undisturbed one, with nothing done twice."""

import os
import signal
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from sqlalchemy import select

from api.settings import load_settings
from api.wiring import build
from store.tables import AuditEntry
from tests import beside
from tests.forked import begin
from tests.night.conftest import MONDAY, briefs, differences, dump, scan
from workspace.nights import begin_night
from workspace.scope import system_scope

# Named points in the life of a night: what the database then holds more of.
POINTS = {
    "it is begun": "SELECT count(*) FROM scans",
    "a client is scanned, and not drafted for": "SELECT count(*) FROM client_scans",
    "a draft is filed": "SELECT count(*) FROM deliverable_versions",
    "a client is done": "SELECT count(*) FROM client_scans WHERE read ->> 'drafts' IS NOT NULL",
    "a brief is written, and others are not": "SELECT count(*) FROM briefs",
}


@pytest.mark.slow
def test_killed_at_every_point_and_run_again_it_ends_like_an_undisturbed_night(home: Path, scanned: Path) -> None:
    for query in POINTS.values():
        kill_when_more(home, query)
    with build(load_settings(home), own_index=True) as services:
        result = scan(services)
        mine, told = dump(services.database), briefs(services.database)
        with services.database.reading() as session:
            tags = list(session.scalars(select(AuditEntry.tag)))
    with build(load_settings(scanned)) as undisturbed:
        theirs = dump(undisturbed.database)
        assert told == briefs(undisturbed.database)
    # entries of the trail stand in the order in which they came, and two clients are worked on at once
    assert differences(mine, theirs) <= {"audit", "audit_head"}
    assert sorted(entry["tag"] for entry in mine["audit"]) == sorted(entry["tag"] for entry in theirs["audit"])
    assert tags.count("scan:night:finished") == 1 and tags.count("brief:page:written") == 4
    assert (result.data["read"], result.data["failed"], result.data["drafted"]) == (3, 0, 7)


@pytest.mark.slow
def test_a_worker_takes_up_a_night_that_was_begun_and_ends_when_it_is_told_to(home: Path, scanned: Path) -> None:
    with build(load_settings(home)) as services, services.database.writing() as session:
        begin_night(system_scope(session, "night", now=services.clock.now(), today=MONDAY))
    with beside.looking(home) as count:
        worker = begin(home, "worker", environment=os.environ)
        while not count("SELECT count(*) FROM scans WHERE state = 'done'"):
            goes_on(worker)
    worker.terminate()
    worker.join(timeout=60)
    assert worker.exitcode == 0
    with build(load_settings(home)) as worked, build(load_settings(scanned)) as undisturbed:
        assert differences(dump(worked.database), dump(undisturbed.database)) <= {"audit", "audit_head"}


def kill_when_more(home: Path, query: str) -> None:
    """Start a scan in a process of its own and kill it as soon as the query counts more than before."""
    with beside.looking(home) as count:
        before = count(query)
        process = begin(home, "scan", environment=os.environ)
        while count(query) == before:
            goes_on(process)
    process.kill()
    process.join(timeout=30)
    assert process.exitcode == -signal.SIGKILL


def goes_on(process: ForkServerProcess) -> None:
    """Fail when the process has ended; else let it work for a moment."""
    process.join(timeout=0.005)
    assert process.exitcode is None, f"it ended ({process.exitcode}) before its time"
