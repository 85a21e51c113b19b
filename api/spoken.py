"""Events sent as they come, from a generator that is ended when the asker goes away. Decides nothing about what is said."""

from collections.abc import Generator

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class Spoken(StreamingResponse):
    """Server-sent events.

    Starlette leaves the generator of a reader who is gone to whoever drops it last, at times the collector of garbage: then it ends in
    whichever thread comes by, and that thread waits for what the generator began (a night stood still for it). Here it is ended at once, in
    a thread that may wait."""

    def __init__(self, events: Generator[str]) -> None:
        super().__init__(events, media_type="text/event-stream")
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(self._events.close)
