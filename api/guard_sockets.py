"""The web server's protocol with bounds of its own: a request's head has a largest size, and a time within which it must be there.

The server reads heads of any length, and waits for them for ever; a stranger could hold connections and memory with that. Bodies are
counted and timed later, where it is known who sends them (api/guard_requests.py).
"""

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD = 65_536
HEAD_PATIENCE = 20.0


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 on one connection. Ends it with 400 when a head is too large, without a word when none is there in time."""

    patience = HEAD_PATIENCE
    _in_head, _head = True, 0
    _timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._in_head:
            self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > MOST_HEAD and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._wait()

    def on_headers_complete(self) -> None:
        self._in_head, self._head = False, 0
        self._came()
        super().on_headers_complete()

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(self.patience, self._too_slow)

    def _came(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if not self.transport.is_closing():
            self.transport.close()
