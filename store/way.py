"""Way for people: what is done behind the pages waits a moment while somebody's page is made.

The threads of one process compute one after the other, and every row that a page reads is a chance for another thread to go first: beside a
night on all cores a page would wait for it hundreds of times. So who works behind (`behind`) looks up before each statement that only reads
whether somebody is being answered, and if so waits, for a twentieth of a second at most; then it has a slice of its own, so that a night
comes to its end however many people work. Never waits in the middle of a write, which others would wait for. Counts for the process.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, event

LONGEST = 0.05
"""Seconds that it waits at once."""
SLICE = 0.01
"""Seconds that it then works, whoever is answered."""

_behind: ContextVar[bool] = ContextVar("behind", default=False)
_slice = threading.local()


class _Asked:
    """How many are being answered. Safe between threads."""

    def __init__(self) -> None:
        self.lock, self.many = threading.Lock(), 0
        self.clear = threading.Event()
        self.clear.set()

    def change(self, by: int) -> None:
        with self.lock:
            self.many += by
            if self.many:
                self.clear.clear()
            else:
                self.clear.set()


_asked = _Asked()


class Answering:
    """Around a request of somebody who waits: until the answer begins (`begun`), at the latest to the end of the block. What goes on after
    that, a stream of words or of progress, is no reason to stand still."""

    def __init__(self) -> None:
        self._waits = False

    def __enter__(self) -> "Answering":
        self._waits = True
        _asked.change(1)
        return self

    def __exit__(self, *_: object) -> None:
        self.begun()

    def begun(self) -> None:
        """The first words are on their way."""
        if self._waits:
            self._waits = False
            _asked.change(-1)


@contextmanager
def behind() -> Iterator[None]:
    """Around work for which nobody waits, in this thread and in what it hands its context to."""
    token = _behind.set(True)
    try:
        yield
    finally:
        _behind.reset(token)


def give() -> None:
    """Wait while somebody is being answered, if this is work behind."""
    if not _behind.get() or _asked.clear.is_set():
        return
    now = time.monotonic()
    if now < getattr(_slice, "until", 0.0):
        return
    if not _asked.clear.wait(LONGEST):
        _slice.until = time.monotonic() + SLICE


def give_before_reading(engine: Engine) -> None:
    """Have it given before every statement on this engine that is not part of a write."""

    def look_up(connection: Any, *_: object) -> None:
        if "tickmark_begin" not in connection.get_execution_options():
            give()

    event.listen(engine, "before_cursor_execute", look_up)
