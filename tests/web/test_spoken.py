"""A stream whose reader goes away is ended at once: the collector of garbage would end it later, in a thread of somebody else's."""

import threading
from collections.abc import Generator
from contextlib import suppress
from typing import Any

import anyio
import pytest
from starlette.requests import ClientDisconnect

from agents.chat import Event
from api.routes.chat import stream
from api.spoken import Spoken


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_who_goes_away_ends_what_is_said(version: str) -> None:
    ended: list[str] = []

    def said() -> Generator[Event]:
        try:
            while True:
                yield {"delta": "and so on "}
        finally:
            ended.append(threading.current_thread().name)

    kept = said()  # somebody else still holds it, as a frame in a ring of references does
    sent: list[Any] = []
    gone = anyio.Event()

    async def send(message: Any) -> None:
        sent.append(message)
        if len(sent) > 3:
            gone.set()
            if version == "2.4":  # such a server says so when something is sent, others when they are asked
                raise OSError("the connection is gone")
            await anyio.sleep(0)

    async def receive() -> Any:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def ask() -> None:
        scope = {"type": "http", "asgi": {"spec_version": version}}
        with suppress(ClientDisconnect):
            await Spoken(stream(kept))(scope, receive, send)

    anyio.run(ask)
    assert sent[1]["body"] == b'data: {"delta": "and so on "}\n\n'
    assert ended and ended[0] != threading.main_thread().name
    assert next(kept, None) is None
