"""Several workers on one PostgreSQL: one leads, what a dead one had goes on, one that is drained ends in order, places are shared."""

import os
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from agents import overnight
from agents.engine import share_of
from agents.places import Places
from agents.roster import Roster
from api.commands import find
from api.commands.result import Result, silent
from api.settings import load_settings
from api.wiring import Services, build
from store import workers
from store.database import Database
from store.errors import Busy, Conflict, NotFound
from store.sealed import give_seal
from store.tables import Person
from tests.forked import begin
from tests.night.conftest import MONDAY, briefs, differences, dump
from tests.night.test_postgres import copy
from tests.web.conftest import PASSWORD, visiting
from workspace.nights import begin_night
from workspace.scope import system_scope
from workspace.sign_in import set_password

pytestmark = pytest.mark.postgres
PASSING = {"audit", "audit_head", "workers", "leases"}


@pytest.fixture
def shared(fresh: Path, postgres: Database) -> Iterator[Services]:
    """Services over an empty PostgreSQL."""
    with build(load_settings(fresh).model_copy(update={"database_url": postgres.url}), purpose="worker") as services:
        yield services


def on_list(services: Services, name: str, life: str, **more: str) -> Roster:
    """A worker of that name that has joined, as another machine's would."""
    kind, home = more.get("kind", "worker"), Path("/homes") / name / more.get("home", "a")
    named: Any = SimpleNamespace(worker=name, purpose=kind, home=home, database=services.database)
    roster = Roster(named, "1", 2, 8, 32, life)
    roster.join()
    return roster


def fall_silent(database: Database, name: str) -> None:
    """As if nothing had been heard of it for a minute."""
    with database.engine.begin() as connection:
        moved = "UPDATE workers SET beat_at = beat_at - interval '1 minute' WHERE id = :id"
        connection.execute(text(moved), {"id": name})
        lapsed = "UPDATE leases SET until = until - interval '1 minute' WHERE holder = (SELECT life FROM workers WHERE id = :id)"
        connection.execute(text(lapsed), {"id": name})


def test_one_leads_a_server_before_a_worker_and_another_when_it_falls_silent(shared: Services) -> None:
    first, second = on_list(shared, "one", "1"), on_list(shared, "two", "2")
    first.beat(0)
    second.beat(0)
    assert (first.leads, second.leads) == (True, False)
    fall_silent(shared.database, "one")
    second.beat(0)
    assert second.leads
    first.beat(3)  # it was only cut off: it finds itself taken for dead, and is on the list again
    assert (first.leads, first.absences, [one["id"] for one in first.living()]) == (False, 1, ["one", "two"])
    server = on_list(shared, "web", "3", kind="serve")
    second.beat(0)
    server.beat(0)
    assert (second.leads, server.leads) == (False, True)
    server.leave()
    second.beat(0)
    assert second.leads


def test_a_name_is_one_process_s_and_its_own_home_s_after_a_crash(shared: Services) -> None:
    on_list(shared, "one", "1", home="a")
    with pytest.raises(Busy, match=r"another worker is called one and was heard of 0 seconds ago"):
        on_list(shared, "one", "2", home="b")
    again = on_list(shared, "one", "3", home="a")
    again.beat(0)
    assert again.leads
    fall_silent(shared.database, "one")
    on_list(shared, "one", "4", home="b")
    again.beat(0)
    assert (again.leads, again.absences) == (False, 1)


def test_one_process_drives_a_night_and_another_when_it_is_lost(shared: Services) -> None:
    first, second = on_list(shared, "one", "1"), on_list(shared, "two", "2")
    with first.driving("night"):
        with pytest.raises(Busy, match="run by one now"), second.driving("night"):
            pass
        first.beat(0)
        assert first.still_drives("night")
        fall_silent(shared.database, "one")
        with second.driving("night"):
            first.beat(0)
            assert second.still_drives("night") and not first.still_drives("night")
    with first.driving("night"):
        pass


def test_a_worker_is_drained_by_its_name_and_seen_on_the_list(shared: Services) -> None:
    told: list[str] = []
    roster = on_list(shared, "one", "1")
    roster.on_drain = lambda: told.append("end")
    on_list(shared, "web", "2", kind="serve")
    roster.beat(5)
    shown = run(shared, "workers")
    assert [(one["id"], one["state"], one["in_hand"]) for one in shown.data] == [
        ("one", "working", 5),
        ("web", "working", 0),
    ]
    assert "working   one  worker, 0.1.0" in shown.text
    run(shared, "worker-drain", id="one")
    roster.beat(5)
    roster.beat(4)
    assert told == ["end"] and not roster.leads
    roster.leave()
    assert run(shared, "workers").data[-1]["state"] == "gone"
    with pytest.raises(Conflict, match="runs as `tickmark serve`"):
        run(shared, "worker-drain", id="web")
    with pytest.raises(Conflict, match="gone already"):
        run(shared, "worker-drain", id="one")
    with pytest.raises(NotFound, match="`tickmark workers` lists them"):
        run(shared, "worker-drain", id="three")


def test_a_drain_can_be_taken_back_until_the_worker_hears_of_it(shared: Services) -> None:
    told: list[str] = []
    roster = on_list(shared, "one", "1")
    roster.on_drain = lambda: told.append("end")
    run(shared, "worker-drain", id="one")
    roster.beat(2)
    assert run(shared, "worker-stay", id="one").data == {"id": "one", "state": "working"}
    roster.beat(2)
    roster.beat(2)
    assert told == [] and run(shared, "workers").data[0]["state"] == "working"
    with pytest.raises(Conflict, match="was not told to end; it is working"):
        run(shared, "worker-stay", id="one")
    run(shared, "worker-drain", id="one")
    roster.beat(2)
    roster.beat(2)
    assert told == ["end"] and run(shared, "workers").data[0]["ending"]
    with pytest.raises(Conflict, match="start it again on its machine"):
        run(shared, "worker-stay", id="one")


def test_the_page_lists_workers_and_ends_one(shared: Services) -> None:
    with shared.database.writing() as session:
        session.add(Person(id="adm", email="adm@alder.example", name="Adm", role="admin"))
        session.flush()
        set_password(session, "adm@alder.example", PASSWORD, shared.clock.now())
    admin = visiting(shared)("adm")
    assert "Nobody works on clients now." in admin.get("/workers").text
    roster = on_list(shared, "one", "1")
    on_list(shared, "web", "2", kind="serve")
    on_list(shared, "lost", "3")
    fall_silent(shared.database, "lost")
    roster.beat(5)
    shown = admin.get("/workers").text
    assert "lost</b> was last heard of" in shown and shown.count("/workers/drain") == 1
    answer = admin.follow(admin.post("/workers/drain", id="one"))
    assert "for some seconds it can be undone" in answer.text and "told to end" in answer.text
    assert "It goes on." in admin.follow(admin.post("/workers/stay", id="one")).text
    refused = admin.post("/workers/drain", id="web")
    assert refused.status_code == 409 and "end that process itself" in refused.text
    assert admin.post("/workers/stay", id="none").status_code == 404


def run(services: Services, name: str, **arguments: str) -> Result:
    return find(name).load()(services, arguments, silent)


def test_places_are_shared_given_back_and_free_again_when_who_held_them_is_gone(shared: Services) -> None:
    database = shared.database
    on_list(shared, "one", "1")
    mine, theirs = (Places(database, "model m", 2, holder=life) for life in ("1", "2"))
    with mine.one(0) as first, mine.one(0) as second, theirs.one(0) as third:
        assert (first, second, third) == (True, True, False)
        assert theirs.full
        fall_silent(database, "one")
        with database.writing() as session:
            assert workers.bury(session) == ["one"]
        with theirs.one(0) as fourth:
            assert fourth and not theirs.full
    with mine.one(0) as first, theirs.one(0) as second:
        assert first and second


def test_what_each_takes_is_the_least_and_its_share_of_the_models_places() -> None:
    assert share_of([]) == 0
    # half as many again as there are places: some of their answers wait for a desk
    assert share_of([(8, 32)]) == 8 + 48
    assert share_of([(8, 32), (16, 32), (16, 32)]) == 8 + 16


def test_who_was_away_keeps_nothing_of_a_client_that_is_another_s(shared: Services) -> None:
    with overnight.opened(shared) as running, running.hand():
        with shared.database.writing():
            pass
        running.roster.absences += 1
        with pytest.raises(Busy, match="another has the client by now"), shared.database.writing():
            pass
    with shared.database.writing():
        pass


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_leaves_its_clients_to_the_other(
    home: Path, scanned: Path, postgres: Database, tmp_path: Path
) -> None:
    with build(load_settings(home)) as loaded:
        give_seal(postgres.engine.dialect, loaded.database.seal)
        copy(loaded.database, postgres)
        seal = loaded.seal.file
    with build(load_settings(home).model_copy(update={"database_url": postgres.url})) as services:
        with services.database.writing() as session:
            begin_night(system_scope(session, "night", now=services.clock.now(), today=MONDAY))
        told = {"TICKMARK_DATABASE_URL": postgres.url, "TICKMARK_SEAL_KEY_FILE": str(seal)}
        first = begin(tmp_path / "one", "worker", environment=os.environ | told | {"TICKMARK_WORKER": "one"})
        until(first, lambda: counted(postgres, "SELECT count(*) FROM client_scans") > 0)
        first.kill()
        first.join()
        second = begin(tmp_path / "two", "worker", environment=os.environ | told | {"TICKMARK_WORKER": "two"})
        fall_silent(postgres, "one")
        until(second, lambda: counted(postgres, "SELECT count(*) FROM scans WHERE state = 'done'") > 0)
        assert run(services, "worker-drain", id="two").data["state"] == "draining"
        second.join(60)
        assert second.exitcode == 0
        with build(load_settings(scanned)) as undisturbed:
            assert differences(dump(services.database), dump(undisturbed.database)) <= PASSING
            assert briefs(services.database) == briefs(undisturbed.database)
        assert counted(postgres, "SELECT count(*) FROM audit WHERE tag = 'scan:night:finished'") == 1


def until(process: ForkServerProcess, come: Callable[[], bool]) -> None:
    """Look until it has come; fail when the process ends before."""
    while not come():
        process.join(0.02)
        assert process.exitcode is None, f"it ended ({process.exitcode}) before its time"


def counted(database: Database, query: str) -> int:
    with database.engine.connect() as connection:
        return int(connection.scalar(text(query)) or 0)
