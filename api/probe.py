"""What a worker answers to whoever watches it: /healthz, /readyz and /metrics on an address of their own, and nothing else.

`tickmark serve` answers the same on its own address (api/routes/health.py). Never a page, never a record.
"""

import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from api.metrics import metrics
from api.standing import Standing, figures
from api.wiring import Services
from store.errors import Busy, Invalid

_HERE = ("127.0.0.1", "::1")


@contextmanager
def open_probe(services: Services) -> Iterator[None]:
    """Answer as long as the block lasts; without TICKMARK_PROBE nothing listens. Raises Busy when the address cannot be had."""
    where = services.settings.probe
    if where is None:
        yield
        return
    host, _, port = where.rpartition(":")
    if not host or not port.isdecimal():
        raise Invalid(f"the setting probe cannot be used: {where}; give it as 0.0.0.0:8421")
    metrics()  # counts from now on
    try:
        server = ThreadingHTTPServer((host, int(port)), _answers(services))
    except OSError as error:
        raise Busy(f"{where} cannot be used for the probe ({error.strerror})") from None
    thread = threading.Thread(target=server.serve_forever, name="probe", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answers(services: Services) -> type[BaseHTTPRequestHandler]:
    standing = Standing(services)

    class Answers(BaseHTTPRequestHandler):
        timeout = 10
        server_version = sys_version = ""

        def do_GET(self) -> None:
            match self.path:
                case "/healthz":
                    self._say(200, json.dumps({"ok": True}).encode())
                case "/readyz":
                    found = standing.ready()
                    body = json.dumps({"ready": found.ok, **found.parts}).encode()
                    self._say(200 if found.ok else 503, body)
                case "/metrics" if self._may_count():
                    self._say(200, metrics().text(figures(services)), "text/plain; version=0.0.4; charset=utf-8")
                case _:
                    self._say(404, b'{"error": "There is no such page."}')

        def _may_count(self) -> bool:
            wanted = services.settings.metrics_token
            if wanted is None:
                return self.client_address[0] in _HERE and "x-forwarded-for" not in self.headers
            shown = self.headers.get("authorization", "").encode("utf-8", "replace")
            return hmac.compare_digest(shown, f"Bearer {wanted.get_secret_value()}".encode())

        def _say(self, status: int, body: bytes, kind: str = "application/json") -> None:
            self.send_response(status)
            for name, value in (
                ("content-type", kind),
                ("content-length", str(len(body))),
                ("cache-control", "no-store"),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Looks every few seconds are no news."""

    return Answers
