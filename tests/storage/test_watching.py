"""What whoever runs the service can see: whether it lives and is ready, figures, lines of the log with ids that join them, and traces from
a request to the question to a model; and that none of it names a client or lets a stranger look."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.logs import install
from api.metrics import metrics
from api.observed import id_of
from api.output import _plain, tell_as
from api.settings import load_settings
from api.traces import tracing
from api.wiring import Services, build
from store import telling
from store.telling import REQUEST
from tests import beside, on_postgresql
from tests.web.conftest import MONDAY, PASSWORD
from tests.web.conftest import served_home as served_home

HERE = "http://127.0.0.1:8420"
NAMES = ("C001", "C002", "Okafor", "ana@", "Ana ")


@contextmanager
def serving(home: Path, **settings: Any) -> Iterator[tuple[Services, TestClient]]:
    """The application as this machine's own browser sees it, signed in as Ana."""
    with build(load_settings(home).model_copy(update={"today": MONDAY, **settings}), own_index=True) as services:
        http = TestClient(create_app(services), base_url=HERE, follow_redirects=False, client=("127.0.0.1", 5))
        assert http.post("/sign-in", data={"email": "ana@alder.example", "password": PASSWORD}).status_code == 303
        yield services, http


def value(text: str, name: str, **labels: str) -> float:
    """The sum of the samples of that name with these labels."""
    found = 0.0
    for line in text.splitlines():
        if line.startswith((f"{name}{{", f"{name} ")) and all(f'{k}="{v}"' in line for k, v in labels.items()):
            found += float(line.rsplit(" ", 1)[1])
    return found


def test_it_lives_and_is_ready_part_by_part(served_home: Path, tmp_path: Path) -> None:
    from tests.homes import copied

    with serving(copied(served_home, tmp_path / "home")) as (services, http):
        assert http.get("/healthz").json() == {"ok": True}
        ready = http.get("/readyz")
        parts = {"database": "ok", "schema": "ok", "index": "ok", "files": "ok"}
        assert (ready.status_code, ready.json()) == (200, {"ready": True, **parts})
        with beside.gone(services):
            http.app.state.standing._found = None  # type: ignore[attr-defined]
            gone = http.get("/readyz")
            assert gone.status_code == 503 and gone.json()["database"] == gone.json()["schema"] == "fails"
            assert set(gone.json().values()) <= {True, False, "ok", "fails"}  # no address, no reason
            assert http.get("/healthz").status_code == 200


def test_a_chroma_server_that_is_away_leaves_it_ready(served_home: Path, tmp_path: Path) -> None:
    from tests.homes import copied

    with serving(copied(served_home, tmp_path / "home"), chroma_url="http://127.0.0.1:9") as (_, http):
        ready = http.get("/readyz")
        assert ready.status_code == 200 and ready.json()["index"] == "fails" and ready.json()["ready"] is True


@pytest.fixture(scope="module")
def seen(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, TestClient]]:
    from tests.homes import copied

    with pytest.MonkeyPatch.context() as patched:
        for name in ("DATABASE_URL", "CHROMA_URL", "BLOB_URL", "LLM_BASE_URL"):
            patched.delenv(f"TICKMARK_{name}", raising=False)
        home = copied(served_home, tmp_path_factory.mktemp("seen") / "home")
        with serving(home, log="json", metrics_token=None) as found:
            yield found


def test_figures_are_for_this_machine_or_who_shows_the_token(seen: tuple[Services, TestClient]) -> None:
    services, http = seen
    assert http.get("/metrics").status_code == 200
    for more in ({"x-forwarded-for": "203.0.113.7"}, {"forwarded": "for=203.0.113.7"}, {"host": "tickmark.example"}):
        assert http.get("/metrics", headers=more).status_code in (404, 421)
    stranger = TestClient(http.app, base_url=HERE, client=("203.0.113.7", 5))
    assert stranger.get("/metrics").status_code == 404
    assert stranger.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404
    before = services.settings
    services.settings = before.model_copy(update={"metrics_token": SecretStr("of the collector")})
    try:
        assert stranger.get("/metrics", headers={"authorization": "Bearer of the collector"}).status_code == 200
        assert stranger.get("/metrics", headers={"authorization": "Bearer of somebody"}).status_code == 404
    finally:
        services.settings = before


def test_requests_are_counted_by_route_and_no_client_is_named(seen: tuple[Services, TestClient]) -> None:
    _, http = seen
    before = http.get("/metrics").text
    assert http.get("/clients/C001", headers={"accept": "text/html"}).status_code == 200
    assert http.get("/clients/C999").status_code == 404
    assert http.get("/no/such/C001").status_code == 404
    assert http.get("/portal/").status_code in (200, 303, 307, 401, 404)
    after = http.get("/metrics").text

    def more(name: str, **labels: str) -> float:
        return value(after, name, **labels) - value(before, name, **labels)

    page = {"method": "GET", "route": "/clients/{ref}"}
    assert more("tickmark_request_seconds_count", status="200", **page) == 1
    assert more("tickmark_request_seconds_count", status="404", **page) == 1
    assert more("tickmark_request_seconds_count", status="404", route="none") >= 1
    assert more("tickmark_request_queries_sum", route="/clients/{ref}") >= 4
    assert value(after, "tickmark_queue", of="documents") == 0
    assert value(after, "tickmark_night_last", outcome="clients") > 0
    assert "tickmark_database_connections" in after and "process_resident_memory_bytes" in after
    assert not [name for name in NAMES if name in after]


def test_a_request_has_a_line_and_an_id_and_no_name(
    seen: tuple[Services, TestClient], capfd: pytest.CaptureFixture[str]
) -> None:
    services, http = seen
    capfd.readouterr()
    answer = http.get("/clients/C001?q=secret-word", headers={"x-request-id": "proxy-4711-abc"})
    assert answer.headers["x-request-id"] == "proxy-4711-abc"
    printed = capfd.readouterr().err
    line = json.loads(printed.splitlines()[-1])
    assert line.items() >= {"event": "request", "request": "proxy-4711-abc", "status": 200, "method": "GET"}.items()
    assert line["route"] == "/clients/{ref}" and line["ms"] > 0 and line["queries"] > 3
    with services.database.engine.connect() as connection:
        person = connection.exec_driver_sql("SELECT id FROM people WHERE email = 'ana@alder.example'").scalar()
    assert line["person"] == person and "secret-word" not in printed
    assert not [name for name in NAMES if name in printed]

    ours = http.get("/clients/C001").headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{16}", ours)


@pytest.mark.parametrize(
    "given", [b"short", b"two words here", b"900-70-1234", b"a" * 65, b"line\nbreak-in-it", b"\xff" * 9]
)
def test_an_id_that_is_no_plain_word_is_not_taken(given: bytes) -> None:
    assert re.fullmatch("[0-9a-f]{16}", id_of({"headers": [(b"x-request-id", given)]}))


def test_lines_of_loggers_and_what_is_told_are_json_with_the_id(capfd: pytest.CaptureFixture[str]) -> None:
    import logging

    from api.output import complain, tell

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    token = REQUEST.set("night-2026-03-09-ab")
    try:
        install("json")
        logging.getLogger("tickmark").warning("the night of %s: %s", MONDAY, "password=hunter2")
        tell("Tickmark serves")
        complain("backups: the disk is full")
    finally:
        REQUEST.reset(token)
        tell_as(_plain)
        root.handlers[:], root.level = handlers, level
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["log", "told", "told"]
    assert {line["request"] for line in lines} == {"night-2026-03-09-ab"} and "hunter2" not in json.dumps(lines)


def test_what_a_page_left_to_be_done_later_has_its_id(seen: tuple[Services, TestClient]) -> None:
    services, _ = seen
    found = list[str]()
    token = REQUEST.set("of-the-page")
    try:
        services.desk.later(lambda: found.append(REQUEST.get()))
    finally:
        REQUEST.reset(token)
    services.desk.rest()
    assert found == ["of-the-page"]


def test_a_trace_goes_from_the_request_through_the_workspace_to_the_model(served_home: Path, tmp_path: Path) -> None:
    """Asked of a model that answers nothing useful: what it was asked, and under which ids, is what counts."""
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from agents.endpoints import Endpoint
    from agents.llm import ModelDoor
    from tests.homes import copied
    from tests.storage.stub import asked_stub

    kept = InMemorySpanExporter()
    with (
        asked_stub() as stub,
        tracing(SimpleSpanProcessor(kept)),
        serving(copied(served_home, tmp_path / "home")) as (services, http),
        services.with_door(ModelDoor(services.database, Endpoint(stub.url, "stub", deadline=5.0))),
    ):
        before = http.get("/metrics").text
        trace = "0af7651916cd43dd8448eb211c80319c"
        more = {"traceparent": f"00-{trace}-b7ad6b7169203331-01", "x-request-id": "asked-by-ana"}
        csrf = re.search(r'name="csrf" value="([0-9a-f]+)"', http.get("/style").text)
        assert csrf is not None
        answer = http.post(
            "/api/v1/clients/C001/ask",
            json={"question": "When was the oven bought?"},
            headers={**more, "x-csrf-token": csrf[1]},
        )
        assert answer.status_code == 200, answer.text
        after = http.get("/metrics").text
    spans = {span.name: span for span in kept.get_finished_spans() if span.context.trace_id == int(trace, 16)}
    request, model = spans["request"], spans["model call"]
    assert request.parent.span_id == int("b7ad6b7169203331", 16)
    assert (
        request.attributes["http.route"] == "/api/v1/clients/{ref}/ask"
        and request.attributes["request_id"] == "asked-by-ana"
    )
    asking = spans["workspace, asking"]
    assert asking.parent.span_id == request.context.span_id and "workspace, looking up" in spans
    assert model.parent.span_id == asking.context.span_id
    assert stub.heads and {head["x-request-id"] for head in stub.heads} == {"asked-by-ana"}
    assert all(head["traceparent"].split("-")[1] == trace for head in stub.heads)
    told = json.dumps([dict(span.attributes) for span in spans.values()], default=str)
    assert not [name for name in NAMES if name in told] and "oven" not in told
    calls = "tickmark_model_calls_total"
    assert value(after, calls, model="stub") - value(before, calls, model="stub") == len(stub.heads)


def test_without_a_collector_no_tracer_is_loaded(served_home: Path, tmp_path: Path) -> None:
    from tests.homes import copied

    home = copied(served_home, tmp_path / "home")
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from api.app import create_app\nfrom api.settings import load_settings\nfrom api.traces import open_traces\n"
        "from api.wiring import build\n"
        f"with open_traces(), build(load_settings(Path({str(home)!r})), own_index=True) as services:\n"
        "    create_app(services)\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])\n"
    )
    environment = {key: one for key, one in os.environ.items() if not key.startswith("OTEL_")}
    environment |= on_postgresql.told(home)
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=root, env=environment, check=True
    )
    assert ran.stdout.strip() == "[]"


def test_a_worker_answers_its_probe(served_home: Path, tmp_path: Path) -> None:
    import socket

    import httpx

    from api.probe import open_probe
    from tests.homes import copied

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        at = f"127.0.0.1:{free.getsockname()[1]}"
    settings = load_settings(copied(served_home, tmp_path / "home")).model_copy(update={"probe": at})
    with (
        build(settings, own_index=True) as services,
        open_probe(services),
        httpx.Client(base_url=f"http://{at}") as http,
    ):
        assert http.get("/healthz").json() == {"ok": True}
        assert http.get("/readyz").json()["ready"] is True
        assert "tickmark_night_last" in http.get("/metrics").text
        services.settings = settings.model_copy(update={"metrics_token": SecretStr("of the collector")})
        assert http.get("/metrics").status_code == 404
        shown = {"authorization": "Bearer of the collector"}
        assert http.get("/metrics", headers=shown).status_code == 200
        assert http.get("/clients/C001").status_code == http.get("/").status_code == 404


def test_a_collector_that_is_named_and_packages_that_are_missing_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from api.traces import open_traces
    from store.errors import Invalid

    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(Invalid, match=r"tickmark\[telemetry\]"), open_traces():
        pass


def test_watching_costs_a_request_little() -> None:
    """Processor time of the middleware alone around an application that answers at once, and of the same application without it: the bar is
    0.3 ms a request, measured over many so that the machine's other work does not count."""
    import asyncio

    from api.observed import Observed

    async def answers(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        """To nobody."""

    watched = object.__new__(Observed)
    watched._app, watched._metrics, watched._logs = answers, metrics(), None
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"x")] * 12, "state": {}}

    def spent(app: Any) -> float:
        async def many() -> None:
            for _ in range(2_000):
                await app(dict(scope), None, send)

        began = time.process_time()
        asyncio.run(many())
        return (time.process_time() - began) / 2_000

    spent(watched)
    assert spent(watched) - spent(answers) < 0.0003
    assert telling.REQUEST.get() == ""
