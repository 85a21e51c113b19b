"""A model that invents: questions of the sample firm worded by a scripted endpoint that quotes wrongly in many ways. What gets through?

The script says, of the sources that it is given, a true sentence, the same with an altered figure, with another passage named for it, an
invented quote, an invented name, and a sentence about itself. Only the true one may come back, and every citation must stand. Speaks Chat
Completions on the loopback; nothing leaves the machine.
"""

import json
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from agents.llm import Endpoint, ModelDoor
from evals.ground import Ground, SampleHome
from evals.runner import Score, Task, counted
from evals.tasks import questions
from evals.tasks.questions import Asked, Scored

MOST = 60  # questions
INVENTED = "The controller Zebulon Quackenbush approved a wire of $987,654.32 on July 4, 1999."
_SOURCE = re.compile(r"^(S\d+) \([^\n]*\):\n(.+?)(?=\n\nS\d+ \(|\n>>>|\Z)", re.MULTILINE | re.DOTALL)
_FIGURE = re.compile(r"\$[\d,]*\d")


@dataclass(frozen=True)
class Case:
    """A question whose answer the script words; `said` are what it said so far, newest last."""

    home: SampleHome
    services: Any
    asked: Asked
    said: list[list[str]]


@dataclass(frozen=True)
class Outcome:
    """The answer held against the stored file, and the sentences of the script that are false."""

    scored: Scored
    false: tuple[str, ...]


class _Doored:
    """The services of a home with a door to the script."""

    def __init__(self, services: Any, url: str) -> None:
        self._services = services
        self.door = ModelDoor(services.database, Endpoint(base_url=url, model="scripted", api_key="none"))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._services, name)


def cases(ground: Ground) -> Iterator[Case]:
    """Every eighth question that has an answer, at most sixty, over the clients that allow a model."""
    said: list[list[str]] = []
    for home in ground.samples:
        services = _Doored(home.services, ground.keep(_scripted(said)))
        found = [q for q in home.gold.questions if q.answer and q.kind in ("record", "document", "arithmetic")]
        for one in found[:: max(1, len(found) // MOST)][:MOST]:
            yield Case(home, services, Asked(one.client_ref, one.question, one.answer, one.kind), said)


def solve(case: Case) -> Outcome:
    """The chat's answer, with the script as its model."""
    case.said.clear()
    scored = questions.score(case.services, case.asked)
    return Outcome(scored, tuple(case.said[-1]) if case.said else ())


def score(case: Case, outcome: Outcome) -> Iterator[Score]:
    """Citations that stand; false sentences that were kept out; whether the gold's value is still said."""
    plain = outcome.scored.said
    through = [one for one in outcome.false if one in plain]
    yield from counted("citations that stand", outcome.scored.standing, outcome.scored.citations)
    yield from counted("false sentences kept out", len(outcome.false) - len(through), len(outcome.false))
    yield "answers without a leak", not outcome.scored.leaks
    yield "the script was asked", bool(case.said)
    yield "right all the same", outcome.scored.right


SCRIPTED = Task("scripted-answers", "of a model that invents, only what the file carries is said", cases, solve, score)


@contextmanager
def _scripted(said: list[list[str]]) -> Iterator[str]:
    """The endpoint's address while it listens; what it says falsely goes to `said`."""

    class Script(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            words, false = sentences(body["messages"][-1]["content"])
            said.append(false)
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            for piece in (json.dumps({"found": True, "sentences": words}), ""):
                finish = None if piece else "stop"
                choice = {"index": 0, "delta": {"content": piece}, "finish_reason": finish}
                chunk = {
                    "id": "c",
                    "object": "chat.completion.chunk",
                    "created": 1,
                    "model": "scripted",
                    "choices": [choice],
                }
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Script)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()


def sentences(prompt: str) -> tuple[list[dict[str, Any]], list[str]]:
    """What the script says of the sources in a prompt, and which of it is false."""
    sources = [(number, _first(text)) for number, text in _SOURCE.findall(prompt)]
    said: list[dict[str, Any]] = [{"text": INVENTED, "sources": ["S1"]}]
    false = [INVENTED]
    for number, text in sources[:1]:
        altered = _altered(text)
        if altered:
            said.append({"text": altered, "sources": [number]})
            false.append(altered)
        said.append({"text": text, "sources": [number]})
        said.append({"text": "I have sent it to the client.", "sources": [number]})
        false.append("I have sent it to the client.")
    said += _elsewhere(sources, false)
    return said, false


def _elsewhere(sources: Sequence[tuple[str, str]], false: list[str]) -> list[dict[str, Any]]:
    """A sentence under a source that was never given, and one under no source."""
    invented = "The engagement ends on February 30, 2031, says the letter of Quackenbush."
    false += [invented, "Nobody at the firm has read the file of Zebulon."]
    return [
        {"text": invented, "sources": ["S99"]},
        {"text": "Nobody at the firm has read the file of Zebulon.", "sources": []},
    ]


def _first(text: str) -> str:
    return " ".join(text.strip().splitlines()[0].split())


def _altered(text: str) -> str:
    """The sentence with its first amount raised by one; "" without an amount."""
    found = _FIGURE.search(text)
    if found is None:
        return ""
    raised = int(found.group().lstrip("$").replace(",", "")) + 1
    return f"{text[: found.start()]}${raised:,}{text[found.end() :]}"
