"""A scripted endpoint that speaks Chat Completions on the loopback, a small firm of two clients, and a loaded home to ask about."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from agents.llm import Endpoint as Model
from api.commands import find
from api.commands.result import silent
from api.settings import load_settings
from api.wiring import Services, build
from store.database import Database
from store.ids import stable_id
from store.tables import Client, Firm, Person
from tests.agents.chats import MEMO, Doored

NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
TODAY = date(2026, 3, 9)


class Noon:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOW

    def today(self) -> date:
        return TODAY


@dataclass
class Endpoint:
    """What the stub will answer, call by call (the last answer stays), and what it was asked.

    An answer is a text to stream, a function of the request's body that gives one, or a pair of status and headers. At "<wait>" in a
    text the stream waits for `release`, at "<gone>" it ends without a word."""

    url: str = ""
    script: list[Any] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)

    def next(self, body: dict[str, Any]) -> Any:
        self.requests.append(body)
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return answer(body) if isinstance(answer, Callable) else answer  # type: ignore[arg-type]

    @property
    def said(self) -> str:
        """Everything that was ever sent here."""
        return json.dumps(self.requests, ensure_ascii=False)


class _Handler(BaseHTTPRequestHandler):
    endpoint: Endpoint

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.endpoint.paths.append(self.path)
        answer = self.endpoint.next(body)
        if isinstance(answer, tuple):
            self.send_response(answer[0])
            for name, value in answer[1].items():
                self.send_header(name, value)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self._stream(answer)

    def _stream(self, text: str) -> None:
        if text == "<silence>":
            self.endpoint.release.wait(20)
            return
        if text.startswith("<raw>"):
            self.wfile.write(text.removeprefix("<raw>").encode())
            return
        told, gone, _ = text.partition("<gone>")
        for number, part in enumerate(told.split("<wait>")):
            if number and not self.endpoint.release.wait(20):
                return
            for first in range(0, len(part), 7):
                self._event({"choices": [{"index": 0, "delta": {"content": part[first : first + 7]}}]})
        if gone:
            return
        self._event({"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, chunk: dict[str, Any]) -> None:
        whole = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "stub", **chunk}
        self.wfile.write(f"data: {json.dumps(whole)}\n\n".encode())

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with scripted() as state:
        yield state


@pytest.fixture
def second() -> Iterator[Endpoint]:
    """Another endpoint beside the first."""
    with scripted() as state:
        yield state


@contextmanager
def scripted() -> Iterator[Endpoint]:
    state = Endpoint()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"endpoint": state}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    yield state
    state.release.set()
    server.shutdown()
    server.server_close()


def pid(name: str) -> str:
    return stable_id("per", f"{name}@firm.example")


def cid(ref: str) -> str:
    return stable_id("cl", ref)


@pytest.fixture
def firm(database: Database) -> Database:
    """A firm with a partner, a second partner, and a client of each: C1 Harbor Bakery LLC and C2 Quarry Stone Inc."""
    with database.writing() as session:
        session.add(Firm(id="firm", name="Alder & Finch CPAs"))
        for name, role in (("maria", "partner"), ("paul", "partner"), ("sam", "staff")):
            email = f"{name}@firm.example"
            session.add(Person(id=stable_id("per", email), email=email, name=name.title() + " Alder", role=role))
        session.flush()
        session.add(
            Client(
                id=cid("C1"),
                ref="C1",
                name="Harbor Bakery LLC",
                entity_type="1065",
                tax_id="00-1234567",
                partner_id=pid("maria"),
                manager_id=pid("paul"),
            )
        )
        session.add(Client(id=cid("C2"), ref="C2", name="Quarry Stone Inc", entity_type="1120", partner_id=pid("paul")))
    return database


@pytest.fixture(scope="session")
def chat_home(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """One home for the tests of the chat, with a memo of its own: asking changes nothing but the threads and the trail."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "DATABASE_URL", "CHROMA_URL", "BLOB_URL", "LLM_BASE_URL", "LLM_MODEL"):
            patch.delenv(f"TICKMARK_{name}", raising=False)
        patch.setenv("TICKMARK_TODAY", "2026-03-09")
        home = shutil.copytree(loaded, tmp_path_factory.mktemp("chat") / "home")
        with build(load_settings(home), own_index=True) as services:
            memo = tmp_path_factory.mktemp("memo") / "Memo on the oven.txt"
            memo.write_text(MEMO, encoding="utf-8")
            find("ingest").load()(services, {"client": "C001", "paths": [str(memo)]}, silent)
            yield services


@pytest.fixture
def home_alone(chat_home: Services) -> Any:
    """The shared home without a model."""
    return Doored(chat_home, None)


@pytest.fixture
def with_model(chat_home: Services, endpoint: Endpoint) -> Any:
    """The same with the scripted endpoint as its model."""
    return Doored(chat_home, Model(base_url=endpoint.url, model="stub", api_key="k"))
