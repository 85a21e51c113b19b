"""A provider of the tests' own that really answers on the loopback, in JSON."""

import http.server
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, Protocol


class Held(Protocol):
    """What a provider knows; `url` is where it answers."""

    url: str


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers with `say`, and prints nothing. `held` is what `listening` was given."""

    held: ClassVar[Any]

    def say(self, what: Mapping[str, Any], status: int = 200) -> None:
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@contextmanager
def listening(door: type[Answering], held: Held) -> Iterator[None]:
    """As long as the block lasts the provider answers at `held.url`."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Door", (door,), {"held": held})) as server:
        held.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()
