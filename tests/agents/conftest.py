"""A scripted endpoint that speaks Chat Completions on the loopback, and a small firm of two clients."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from store.database import Database
from store.ids import stable_id
from store.tables import Client, Firm, Person

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

    An answer is a text to stream, a function of the request's body that gives one, or a pair of status and headers."""

    url: str = ""
    script: list[Any] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
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
        for first in range(0, len(text), 7):
            self._event({"choices": [{"index": 0, "delta": {"content": text[first : first + 7]}}]})
        self._event({"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, chunk: dict[str, Any]) -> None:
        whole = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "stub", **chunk}
        self.wfile.write(f"data: {json.dumps(whole)}\n\n".encode())

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
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
