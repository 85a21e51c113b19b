"""A mail server of nobody's on the loopback: counts every message that it took by its Message-ID, keeps none. It may kill who sends, when
it has the whole message and has not said so."""

import os
import re
import signal
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import cast

_ID = re.compile(rb"^message-id:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)


class Sink(socketserver.ThreadingTCPServer):
    """`received` counts; `victim` is the process that is killed by the next message, None when nobody is."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.received: Counter[str] = Counter()
        self.victim: int | None = None
        self.lock = threading.Lock()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def take(self, data: bytes) -> None:
        """A whole message is here."""
        found = _ID.search(data)
        with self.lock:
            self.received[found[1].decode() if found else "none"] += 1
            victim, self.victim = self.victim, None
        if victim is not None:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        with suppress(OSError):
            self._say("220 sink")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    self._say("354 go on")
                    cast(Sink, self.server).take(b"".join(iter(self.rfile.readline, b".\r\n")))
                self._say("221 bye" if word == b"QUIT" else "250 ok")
                if word == b"QUIT":
                    return

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def open_sink() -> Iterator[Sink]:
    """The server for as long as the block lasts."""
    with Sink() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
