"""Pages are made a few at a time, in the order in which they were asked for.

The threads of one process compute one after the other, and every row that a page reads is a chance for another thread to go first: of ten
pages begun at once each is done when all are. Begun one after the other, the first is done after a tenth of that time, and none is later.
Who waits for longer than `PATIENCE` goes ahead all the same, so that pages that hang hold up nobody else. Changes nothing of an answer.
"""

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

AT_ONCE = {"sqlite": 1}
"""Pages that are made at once, by the kind of database: one that computes in this process leaves nothing to wait for."""
OTHERWISE = 4
"""While one page waits for a database elsewhere, others compute."""
PATIENCE = 1.0
"""Seconds after which a page does not wait any longer."""


class Turns:
    """ASGI middleware around what only reads, static files aside. A turn ends when the answer begins: what streams holds up nobody."""

    def __init__(self, app: ASGIApp, at_once: int, patience: float = PATIENCE) -> None:
        self._app, self._at_once, self._patience = app, at_once, patience
        self._turns: asyncio.Semaphore | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reads = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if not reads or scope["path"].startswith("/static/"):
            await self._app(scope, receive, send)
            return
        turns = self._of_this_loop()
        holds = False
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                holds = await turns.acquire()

        def done() -> None:
            nonlocal holds
            if holds:
                holds = False
                turns.release()

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                done()
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            done()

    def _of_this_loop(self) -> asyncio.Semaphore:
        """The turns; they belong to the loop that answers, which is another where an application is opened again."""
        loop = asyncio.get_running_loop()
        if self._turns is None or self._loop is not loop:
            self._turns, self._loop = asyncio.Semaphore(self._at_once), loop
        return self._turns
