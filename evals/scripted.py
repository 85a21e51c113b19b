"""A model on the loopback that says what a function makes of each request: for measuring what the product does with a bad one.

Speaks Chat Completions as a stream. Keeps every request to the letter; nothing leaves the machine.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = dict[str, Any]
_PIECE = 4_000  # characters of a chunk of the stream


@dataclass
class Script:
    """A scripted model: where it listens, what it says to a request, and the requests so far, newest last."""

    says: Callable[[Body], str]
    url: str = ""
    requests: list[str] = field(default_factory=list[str])


@contextmanager
def scripted(says: Callable[[Body], str]) -> Iterator[Script]:
    """The script, listening for the time of the block."""
    script = Script(says)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["content-length"])).decode()
            script.requests.append(asked)
            text = script.says(json.loads(asked))
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            for first in range(0, len(text), _PIECE):
                self._tell(text[first : first + _PIECE], None)
            self._tell("", "stop")
            self.wfile.write(b"data: [DONE]\n\n")

        def _tell(self, piece: str, finish: str | None) -> None:
            choice = {"index": 0, "delta": {"content": piece}, "finish_reason": finish}
            chunk = {
                "id": "c",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "scripted",
                "choices": [choice],
            }
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    script.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()


def asked_for(body: Body) -> str:
    """The name of the prompt that a request carries."""
    return str(body["response_format"]["json_schema"]["name"])


def shown(body: Body) -> str:
    """Everything that a request shows the model."""
    return "\n".join(str(message["content"]) for message in body["messages"])


def nothing_to_say(body: Body) -> str:
    """An answer by the schema that holds nothing."""
    return json.dumps(_least(body["response_format"]["json_schema"]["schema"]))


def _least(schema: Body) -> Any:
    match schema["type"]:
        case "object":
            return {name: _least(schema["properties"][name]) for name in schema["required"]}
        case "array":
            return [_least(schema["items"]) for _ in range(schema.get("minItems", 0))]
        case "string":
            return schema.get("enum", [""])[0]
        case kind:
            return False if kind == "boolean" else 0
