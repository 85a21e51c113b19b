"""The night over all clients: the same whatever the order and the number of workers, whole when a client fails, resumed after a stop."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from agents import engine, overnight
from agents.overnight import run_night
from api import night
from api.settings import load_settings
from api.wiring import Services, build
from store.errors import Busy, Invalid, NotFound
from store.tables import AuditEntry, ClientScan, Scan
from tests import beside
from tests.night.conftest import MONDAY, briefs, broken, differences, dump, scan
from workspace import nights
from workspace.scope import system_scope


@pytest.fixture
def again(settled: None, after: Path) -> Iterator[Services]:
    """The services over a home whose Monday was scanned."""
    with build(load_settings(after), own_index=True) as services:
        yield services


def trail(services: Services, tag: str) -> list[str]:
    with services.database.reading() as session:
        return list(session.scalars(select(AuditEntry.subject).where(AuditEntry.tag == tag)))


def test_the_same_night_twice_leaves_the_same_rows_and_the_same_briefs(again: Services) -> None:
    before, told = dump(again.database), briefs(again.database)
    assert sorted(told) == ["ana@alder.example", "ben@alder.example", "mia@alder.example", "sol@alder.example"]
    result = scan(again)
    assert result.data == {
        **result.data,
        "clients": 3,
        "read": 3,
        "unchanged": 0,
        "failed": 0,
        "raised": 7,
        "drafted": 7,  # two returns are only to be extended: their packages say what a status letter would
        "briefs": 4,
    }
    # two nights were run, and the trail says so; nothing else differs
    assert differences(before, dump(again.database)) == {"audit", "audit_head"}
    assert len(trail(again, "scan:night:finished")) == 2 and len(trail(again, "brief:page:written")) == 4
    assert briefs(again.database) == told


@pytest.mark.parametrize("workers", [1, 2])
def test_neither_order_nor_workers_show_in_what_is_written(services: Services, scanned: Path, workers: int) -> None:
    """The last client first, alone; then all of them."""
    now = services.clock.now()
    for ref in ("C003", "C002"):
        run_night(services, as_of=MONDAY, now=now, refs=[ref], workers=workers)
    assert briefs(services.database) == {}  # the briefs wait for the whole night
    run_night(services, as_of=MONDAY, now=now, workers=workers)
    with build(load_settings(scanned)) as undisturbed:
        assert briefs(services.database) == briefs(undisturbed.database)
        passing = {"audit", "audit_head"}  # entries of the trail stand in the order in which they came
        assert differences(dump(services.database), dump(undisturbed.database)) <= passing


def test_a_client_scanned_alone_after_the_night_stands_in_the_briefs(again: Services) -> None:
    told = briefs(again.database)
    mend = broken(again.database, "C001")
    result = scan(again, client="C001")
    assert (result.data["clients"], result.data["failed"], result.data["briefs"], result.failed) == (1, 1, 4, True)
    assert briefs(again.database) != told
    mend()
    scan(again, client="C001")
    assert briefs(again.database) == told


def test_a_client_that_fails_is_a_blind_spot_and_the_others_are_scanned(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    mend = broken(services.database, "C001")
    with caplog.at_level(logging.ERROR, "tickmark"):
        result = scan(services)
    assert (result.data["read"], result.data["failed"], result.failed) == (2, 1, False)
    assert "the scan of C001 failed" in caplog.text and "TypeError" in caplog.text
    with services.database.reading() as session:
        [why] = session.scalars(select(ClientScan.error).where(ClientScan.state == "failed"))
    assert why == "a defect of the program (TypeError); the log says more"
    assert b"the scan failed: a defect of the program" in briefs(services.database)["ana@alder.example"]
    assert b"the scan failed" not in briefs(services.database)["ben@alder.example"]
    mend()
    assert scan(services).data["failed"] == 0
    assert b"the scan failed" not in briefs(services.database)["ana@alder.example"]


def test_what_cannot_be_scanned_is_refused_before_anything_begins(again: Services) -> None:
    before = dump(again.database)
    with pytest.raises(NotFound, match="there is no client C999"):
        scan(again, client="C999")
    with pytest.raises(Invalid, match="not a day like 2026-03-09"):
        scan(again, as_of="yesterday")
    assert differences(before, dump(again.database)) == set()


def test_one_process_works_on_one_home_at_a_time_and_on_many_in_turn(services: Services, after: Path) -> None:
    with build(load_settings(after), own_index=True) as other:
        with overnight.opened(services), pytest.raises(Busy, match="works on another home"):
            scan(other)
        assert scan(other).data["read"] == 3
    assert scan(services).data["read"] == 3


def test_a_command_inside_the_server_uses_the_engine_that_runs(services: Services) -> None:
    with night.open_night(services):
        running = engine.current()
        assert scan(services).data["read"] == 3
        assert engine.current() is running and night.progress(services) is None
    with pytest.raises(Busy, match="not open"):
        night.start(services, MONDAY)


def test_a_page_begins_a_night_once_and_it_is_done_in_the_background(services: Services, scanned: Path) -> None:
    with night.open_night(services):
        assert night.start(services, MONDAY)
        engine.current().threads[-1].join()
        assert night.progress(services) is None
    with build(load_settings(scanned)) as undisturbed:
        assert differences(dump(services.database), dump(undisturbed.database)) <= {"audit", "audit_head"}


def test_the_night_begins_at_two_in_the_firms_own_zone(services: Services) -> None:
    from dbos import DBOS

    with night.open_night(services):
        [schedule] = DBOS.list_schedules()
        assert (schedule["schedule"], schedule["cron_timezone"]) == ("0 2 * * *", "America/Chicago")
        DBOS.trigger_schedule(schedule["schedule_name"]).get_result()
        engine.current().threads[-1].join()
    assert len(briefs(services.database)) == 4


def test_a_night_that_was_begun_and_never_finished_goes_on_when_the_engine_opens(services: Services) -> None:
    with services.database.writing() as session:
        scope = system_scope(session, "night", now=services.clock.now(), today=MONDAY)
        begun = nights.begin_night(scope)
    with night.open_night(services):
        engine.current().threads[-1].join()
    with services.database.reading() as session:
        [row] = session.scalars(select(Scan))
    assert (row.state, row.started_at) == ("done", begun)
    assert len(briefs(services.database)) == 4


def test_a_night_whose_engine_is_closed_goes_on_with_the_next(services: Services, scanned: Path) -> None:
    with night.open_night(services):
        assert night.start(services, MONDAY)
    with night.open_night(services):
        for thread in engine.current().threads:
            thread.join()
    with build(load_settings(scanned)) as undisturbed:
        assert differences(dump(services.database), dump(undisturbed.database)) <= {"audit", "audit_head"}


def test_the_work_of_a_worker_that_is_gone_is_taken_over(again: Services, after: Path) -> None:
    with again.database.writing() as session:
        for row in session.scalars(select(ClientScan)):
            session.delete(row)
    with beside.queue(after) as queue, queue.begin() as left:
        one = "SELECT workflow_uuid FROM workflow_status WHERE workflow_uuid LIKE '%/C002/%'"
        name = left.execute(text(one)).scalar_one()
        left.execute(
            text(
                "UPDATE workflow_status SET status = 'PENDING', executor_id = 'gone', output = NULL, completed_at = NULL,"
                " started_at_epoch_ms = 0 WHERE workflow_uuid = :name"
            ),
            {"name": name},
        )
    with overnight.opened(again) as running:
        running.adopt()
        assert running.wait([name], lambda count: None) == {}
    with again.database.reading() as session:
        assert [row.state for row in session.scalars(select(ClientScan))] == ["done"]


def test_the_queue_forgets_what_ended_long_ago(again: Services, after: Path) -> None:
    def remembered() -> int:
        with beside.queue(after) as queue, queue.connect() as there:
            return int(there.scalar(text("SELECT count(*) FROM workflow_status")) or 0)

    assert remembered() == 3
    with beside.queue(after) as queue, queue.begin() as there:
        there.execute(text("UPDATE workflow_status SET completed_at = 0"))
    scan(again, client="C001")
    assert remembered() == 1
