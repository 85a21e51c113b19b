"""The index on a Chroma server: a firm is loaded, searched, verified and made anew over it; it is killed in the middle, and nothing is
lost; several processes use it at once; what stands before it may ask for a token."""

import hashlib
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.commands import find
from api.commands.doctor import run as doctor
from api.commands.intake import take_in
from api.commands.result import silent
from api.execute import execute
from api.index_later import index_later, waiting
from api.intake import index_new
from api.settings import load_settings
from api.wiring import Services, build
from ingestion import indexing
from store.chroma_server import ChromaServer
from store.database import Database
from store.errors import Broken, Busy
from store.lock import HomeLock
from store.turns import Turn
from store.vectors import VectorIndex
from tests.homes import takes_long
from tests.storage.conftest import ChromaProcess
from workspace.search import engine as search_engine
from workspace.sign_in import set_password

PASSWORD = "a long enough password"


@pytest.fixture
def firms_own(chroma: ChromaProcess, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The settings of a firm whose index is on the server, in a database of the test's own."""
    name = "t-" + hashlib.sha256(request.node.name.encode()).hexdigest()[:20]
    monkeypatch.setenv("TICKMARK_CHROMA_URL", chroma.url)
    monkeypatch.setenv("TICKMARK_CHROMA_DATABASE", name)
    return name


@pytest.fixture
def on_server(firms_own: str, home: Path) -> Iterator[Services]:
    """The loaded small firm, its index made anew on the server."""
    with build(load_settings(home), own_index=True) as services:
        assert indexing.rebuild(services.database, services.index, services.embedder) > 0
        yield services


def run(services: Services, name: str, **arguments: object) -> dict[str, object]:
    data = find(name).load()(services, arguments, silent).data
    assert isinstance(data, dict)
    return data


def test_a_firm_on_a_server_is_searched_verified_and_made_anew(on_server: Services) -> None:
    assert run(on_server, "index-verify")["faults"] == []
    with on_server.database.reading() as session:
        client_id, _, _, shelf = indexing._clients(on_server.database)[0]
    assert session is not None and on_server.index.ids(client_id if not shelf else f"{client_id}-{shelf}")
    on_server.index.clear(client_id)
    assert [fault["client_ref"] for fault in run(on_server, "index-verify")["faults"]] == ["C001"]  # type: ignore[union-attr,index]
    assert run(on_server, "index-rebuild")["passages"] and run(on_server, "index-verify")["faults"] == []


def test_two_firms_on_one_server_do_not_see_each_other(chroma: ChromaProcess) -> None:
    one, other = (VectorIndex(None, ChromaServer(chroma.url, database=name)) for name in ("firm-one", "firm-two"))
    one.put("shelf", ["a"], np.eye(1, 4, dtype=np.float32))
    assert (one.shelves(), other.shelves()) == ({"shelf"}, set())
    other.clear("shelf")
    assert one.ids("shelf") == {"a"} and other.ids("shelf") == set()


def test_a_server_killed_in_the_middle_costs_no_answer_and_nothing_that_came_in(
    on_server: Services, chroma: ChromaProcess, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(search_engine, "_COMPARED", 0)  # every client is one of many passages
    shutil.rmtree(on_server.home / "corpora")  # what was kept of it while it was one of few
    text = "The walk-in cooler was repaired on February 3, 2026 for $1,840.00."
    with on_server.database.writing() as session:
        set_password(session, "ana@alder.example", PASSWORD, on_server.clock.now())
    http = TestClient(create_app(on_server), base_url="http://tickmark.example", headers={"accept": "text/html"})
    http.post("/sign-in", data={"email": "ana@alder.example", "password": PASSWORD})
    assert "by its words alone" not in http.get("/clients/C001/search?q=invoice").text

    chroma.kill()
    try:
        taken = take_in(on_server, "ana@alder.example", "C001", [("cooler.txt", text.encode())])
        assert taken["accepted"] == 1
        with pytest.raises(Busy, match=r"the index is unreachable: http://127\.0\.0\.1:\d+ does not answer"):
            index_new(on_server, silent)
        assert waiting(on_server) == 1

        page = http.get("/clients/C001/search?q=invoice")
        assert page.status_code == 200 and "Found by its words alone: the index is unreachable" in page.text
        assert 'href="/documents/' in page.text
        said = http.get("/api/v1/clients/C001/search?q=invoice")
        assert said.status_code == 200 and said.json() and "unreachable" in said.headers["Tickmark-Note"]
        told = find("search").load()(on_server, {"client": "C001", "query": "invoice"}, silent)
        assert told.data and "Found by its words alone: the index is unreachable" in told.text
        with pytest.raises(Busy, match="unreachable"):
            run(on_server, "index-verify")
    finally:
        chroma.start()

    done = threading.Event()
    monkeypatch.setattr("api.index_later.tell", lambda _: done.set())
    with index_later(on_server, every=0.05):
        assert done.wait(60)
    assert waiting(on_server) == 0 and run(on_server, "index-verify")["faults"] == []
    found = run_list(on_server, "search", client="C001", query="walk-in cooler")
    assert found[0]["path"] == "cooler.txt"


def run_list(services: Services, name: str, **arguments: object) -> list[dict[str, object]]:
    data = find(name).load()(services, arguments, silent).data
    assert isinstance(data, list)
    return data


@takes_long
def test_what_a_server_lost_is_told_and_made_again(firms_own: str, home: Path, tmp_path: Path) -> None:
    """A server of its own, started anew on nothing, while the program holds what it knew of the old one."""
    server = ChromaProcess(tmp_path / "lost")
    server.start()
    try:
        settings = load_settings(home).model_copy(update={"chroma_url": server.url})
        with build(settings, own_index=True) as services:
            indexing.rebuild(services.database, services.index, services.embedder)
            server.kill()
            server.folder = tmp_path / "new"
            server.start()
            assert len(run(services, "index-verify")["faults"]) > 0  # type: ignore[arg-type]
            assert run(services, "index-rebuild")["passages"] and run(services, "index-verify")["faults"] == []
    finally:
        server.kill()


def test_commands_work_beside_whoever_has_the_home(on_server: Services, small_firm: Path, tmp_path: Path) -> None:
    """`on_server` owns the home as a worker does, and serves nothing."""
    note = tmp_path / "memo.txt"
    note.write_text("The pump of the boiler was exchanged in January 2026.")
    home = on_server.home
    assert execute(home, "ingest", {"client": "C001", "paths": [str(note)]}, silent).failed is False
    found = execute(home, "search", {"client": "C001", "query": "pump of the boiler"}, silent).data
    assert found[0]["path"] == "memo.txt"
    assert execute(home, "index-verify", {}, silent).data["faults"] == []
    with pytest.raises(Busy, match="in use by"):
        execute(home, "scan", {}, silent)
    with pytest.raises(Busy, match="in use by"):
        HomeLock(home).acquire("serve")


def both_in_turn(first: Turn, second: Turn) -> None:
    """While one has the turn the other waits for it, and gets it when it is let go."""
    taken = threading.Event()

    def other() -> None:
        with second:
            taken.set()

    with first, first:
        thread = threading.Thread(target=other, daemon=True)
        thread.start()
        assert not taken.wait(0.3)
    assert taken.wait(30)
    thread.join()
    with first:
        pass


def test_reading_is_one_at_a_time_among_processes(database: Database, tmp_path: Path) -> None:
    both_in_turn(Turn("reading", database, tmp_path), Turn("reading", database, tmp_path))


@pytest.mark.postgres
def test_reading_is_one_at_a_time_among_machines(postgres: Database, tmp_path: Path) -> None:
    """Each machine has a home of its own; the records are what they share."""
    (tmp_path / "one").mkdir()
    both_in_turn(Turn("reading", postgres, tmp_path / "one"), Turn("reading", postgres, tmp_path / "two"))


@pytest.fixture
def guarded(chroma: ChromaProcess) -> Iterator[str]:
    """A proxy before the server that lets in who shows the word."""

    class Proxy(BaseHTTPRequestHandler):
        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            bearer = self.headers.get("authorization") == "Bearer open-sesame"
            if not (bearer or self.headers.get("x-chroma-token") == "open-sesame"):
                status, answer = 401, b"who are you"
            else:
                given = httpx.request(
                    self.command,
                    f"{chroma.url}{self.path}",
                    content=body,
                    headers={"content-type": "application/json"},
                )
                status, answer = given.status_code, given.content
            self.send_response(status)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_DELETE = do_PUT = _pass

        def log_message(self, *_: object) -> None:
            """Nobody listens."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_token_goes_along_in_the_header_that_is_set(
    guarded: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector = np.eye(1, 4, dtype=np.float32)
    for header in ("Authorization", "X-Chroma-Token"):
        index = VectorIndex(None, ChromaServer(guarded, "open-sesame", header, "by-token"))
        index.put("shelf", ["a"], vector)
        assert [one.passage_id for one in index.near("shelf", vector[0], 3)] == ["a"]
    assert "open-sesame" not in repr(ChromaServer(guarded, "open-sesame"))
    with pytest.raises(Broken, match=r"refuses us \(status 401\); set TICKMARK_CHROMA_TOKEN"):
        VectorIndex(None, ChromaServer(guarded, "guessed", database="by-token")).look()

    monkeypatch.setenv("TICKMARK_CHROMA_URL", guarded)
    told = {check["what"]: check for check in doctor(home).data}
    assert told["index"]["state"] == "missing" and "TICKMARK_CHROMA_TOKEN" in told["index"]["message"]
    monkeypatch.setenv("TICKMARK_CHROMA_TOKEN", "open-sesame")
    assert {check["what"]: check for check in doctor(home).data}["index"]["state"] == "ok"
