"""By day: a changed client is scanned again once its files are read, a missed night is made up, and a night can be cancelled."""

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Select, func, select

from agents import by_day, engine, night_work, overnight
from agents.scan import scan_client
from api.commands import find
from api.commands.result import silent
from api.settings import load_settings
from api.wiring import Services, build
from store.errors import Conflict
from store.tables import AuditEntry, Client, ClientScan, Document, DocumentVersion, Scan
from tests.night.conftest import MONDAY, TUESDAY, briefs, scan


@pytest.fixture
def again(after: Path) -> Iterator[Services]:
    """The services over a home whose Monday was scanned."""
    with build(load_settings(after), own_index=True) as services:
        yield services


def state_of(services: Services, day: date) -> str | None:
    with services.database.reading() as session:
        return session.scalars(select(Scan.state).where(Scan.as_of == day)).one_or_none()


def _files(ref: str) -> Select[str]:
    return select(Document.id).join(Client, Client.id == Document.client_id).where(Client.ref == ref)


def ingest(services: Services, path: Path, words: str) -> None:
    path.write_text(words)
    assert find("ingest").load()(services, {"client": "C002", "paths": [str(path)]}, silent).data["accepted"] == 1


def test_a_client_that_changed_by_day_is_scanned_when_it_has_come_to_rest(again: Services, tmp_path: Path) -> None:
    assert by_day.changed(again) == []
    ingest(again, tmp_path / "memo.txt", "The walk-in cooler was repaired on February 3, 2026 for $1,840.00.")
    [order] = by_day.changed(again)
    assert order.ref == "C002"
    with overnight.opened(again):
        seen = by_day.scan_changed(again, [])
        assert seen == [order]  # it may not have come to rest
        ingest(again, tmp_path / "more.txt", "The invoice of the repair is to be paid by March 20, 2026.")
        [later] = seen = by_day.scan_changed(again, seen)
        assert later.revision > order.revision
        assert by_day.scan_changed(again, seen) == []
    assert by_day.changed(again) == []
    with again.database.reading() as session:
        scanned = select(ClientScan.read).join(Client, Client.id == ClientScan.client_id).where(Client.ref == "C002")
        read = session.scalars(scanned).one()
        assert read["counts"]["documents"] == len(session.scalars(_files("C002")).all())


def test_a_file_that_is_not_read_yet_keeps_its_client_waiting(again: Services, tmp_path: Path) -> None:
    ingest(again, tmp_path / "memo.txt", "The second oven was sold on February 3, 2026.")
    with again.database.writing() as session:
        for version in session.scalars(select(DocumentVersion).where(DocumentVersion.document_id.in_(_files("C002")))):
            version.stage = "received"
    assert by_day.changed(again) == []


def test_nobody_is_scanned_by_day_before_the_first_night(services: Services) -> None:
    assert by_day.changed(services) == []
    with overnight.opened(services):
        assert not by_day.make_up(services)


def test_the_watch_scans_in_the_background(again: Services, tmp_path: Path) -> None:
    ingest(again, tmp_path / "memo.txt", "The walk-in cooler was repaired on February 3, 2026 for $1,840.00.")
    done = threading.Event()
    with overnight.opened(again) as running:
        by_day.watch(again, every=0.05)
        while by_day.changed(again) and not done.wait(0.05):
            assert running.watches[-1].is_alive()
    assert by_day.changed(again) == []


@pytest.mark.parametrize(("hour", "begun"), [(1, False), (2, True), (9, True)])
def test_a_night_that_was_missed_is_made_up_once_its_hour_has_passed(
    again: Services, monkeypatch: pytest.MonkeyPatch, hour: int, begun: bool
) -> None:
    at = again.clock.now().replace(year=2026, month=3, day=10, hour=hour + 5, minute=30)  # Chicago is five hours behind
    monkeypatch.setattr(type(again.clock), "today", lambda _: TUESDAY)
    monkeypatch.setattr(type(again.clock), "now", lambda _: at)
    with overnight.opened(again) as running:
        assert by_day.make_up(again) is begun
        for thread in running.threads:
            thread.join()
        assert not by_day.make_up(again)
    assert state_of(again, TUESDAY) == ("done" if begun else None)


def test_a_cancelled_night_keeps_what_is_done_and_begins_anew(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanned = threading.Event()

    def one_and_cancel(services: Services, ref: str, **day: object) -> object:
        if scanned.is_set():  # begun before the night knew of it; the third must not be
            while not engine.current().room.cancelled:
                engine.current().stopping.wait(0.01)
        saved = scan_client(services, ref, as_of=MONDAY, now=services.clock.now())
        if not scanned.is_set():
            assert find("scan-cancel").load()(services, {}, silent).data["cancelled"]
            scanned.set()
        return saved

    with monkeypatch.context() as patched:
        patched.setattr(night_work, "scan_client", one_and_cancel)
        with pytest.raises(Conflict, match=r"the night was cancelled; [12] of 3 clients are done") as told:
            overnight.run_night(services, as_of=MONDAY, now=services.clock.now(), workers=1)
    done = int(str(told.value).split("; ")[1][0])  # the one after it may have been begun by then
    assert state_of(services, MONDAY) == "cancelled" and briefs(services.database) == {}
    with services.database.reading() as session:
        assert session.execute(select(func.count()).select_from(ClientScan)).scalar_one() == done
        assert "scan:night:cancelled" in session.scalars(select(AuditEntry.tag)).all()
    assert find("scan-cancel").load()(services, {}, silent).failed
    assert scan(services).data["read"] == 3
    assert state_of(services, MONDAY) == "done"
