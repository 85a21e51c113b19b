"""The way of a request of a test to the loop on which the application answers, and back. No test here."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from inspect import isawaitable
from typing import Any

from anyio import Event
from anyio.from_thread import BlockingPortal


class Straight:
    """What starlette's client asks of a portal, with four turns between threads a request. The portal itself starts a task for each call,
    and waits for its beginning and its end: sixteen turns, most of the time of a small page."""

    def __init__(self, portal: BlockingPortal) -> None:
        self._loop = portal.call(asyncio.get_running_loop)

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What it gives on the loop."""
        if function is Event or hasattr(function, "__origin__"):
            return function(*arguments)  # an event, a stream: neither belongs to a loop before it is used there
        return self.start_task_soon(function, *arguments).result()

    def start_task_soon(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Begins it on the loop; nobody waits."""

        async def run() -> Any:
            given: Awaitable[Any] | Any = function(*arguments)
            return await given if isawaitable(given) else given

        return asyncio.run_coroutine_threadsafe(run(), self._loop)
