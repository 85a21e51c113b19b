"""Stepping aside while a model thinks. Few clients are worked on at once, one a core; whoever waits for an answer leaves its desk to
another client and takes one again when the answer is there. So forty questions can be out while two cores are busy. And where the endpoint
has room, a client asks several questions at once (`at_once`), so that the last clients of a night need not ask theirs one by one.

Around what is not a client's work in the night (a person's question by day) nothing here does anything.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from datetime import datetime
from typing import Any, TypeVar

T = TypeVar("T")
_BESIDE = threading.BoundedSemaphore(32)  # threads of this process that work beside a client's own


class Desk:
    """One of the desks, while it is held."""

    def __init__(self, desks: threading.Semaphore) -> None:
        self.desks = desks
        self._held = False

    def take(self) -> None:
        """Wait for a desk; one that is held is kept."""
        if not self._held:
            self.desks.acquire()
            self._held = True

    def leave(self) -> None:
        """Let another have it."""
        if self._held:
            self._held = False
            self.desks.release()


_desk: ContextVar[Desk | None] = ContextVar("desk", default=None)


@contextmanager
def at_a_desk(desks: threading.Semaphore) -> Iterator[None]:
    """Around the work on one client: inside, `leave` and `back` mean its desk."""
    desk = Desk(desks)
    desk.take()
    token = _desk.set(desk)
    try:
        yield
    finally:
        _desk.reset(token)
        desk.leave()


class Room:
    """What the clients of nights share in one process: so many desks, and what is read once for all of them."""

    def __init__(self, desks: int) -> None:
        self._desks = threading.Semaphore(desks)
        self._read: tuple[object, Any] = (None, None)
        self._reading = threading.Lock()
        self.cancelled: set[datetime] = set()
        """The beginnings of nights that somebody ended: what was taken off the queue for them and not begun is left."""

    @contextmanager
    def desk(self) -> Iterator[None]:
        """Around the work on one client. No more clients are worked on at once than there are desks; those that wait for a model are not
        counted."""
        with at_a_desk(self._desks):
            yield

    def shared(self, key: object, read: Callable[[], T]) -> T:
        """What all clients of one night share, read by the first that asks; only that of the newest night is kept."""
        with self._reading:
            if self._read[0] != key:
                self._read = (key, read())
            found: T = self._read[1]
            return found


def leave() -> None:
    """A wait for a model begins here."""
    if desk := _desk.get():
        desk.leave()


def back() -> None:
    """It is over."""
    if desk := _desk.get():
        desk.take()


def at_once(works: Sequence[Callable[[], T]], room: Callable[[], bool]) -> list[T]:
    """What parts of a client's work give, in their order. Where there is `room` for more questions, a part goes on beside the next at a
    desk of its own; else, and outside the night, one is done after the other. What a part raises is raised when all have ended."""
    desk = _desk.get()
    given: list[Callable[[], T]] = []
    threads: ThreadPoolExecutor | None = None
    try:
        for number, work in enumerate(works, start=1):
            if desk and number < len(works) and room() and _BESIDE.acquire(blocking=False):
                threads = threads or ThreadPoolExecutor(len(works), thread_name_prefix="beside")
                given.append(threads.submit(copy_context().run, _beside, desk.desks, work).result)
            else:
                given.append(_value(work()))
    finally:
        if threads is not None:
            leave()  # what works beside needs a desk to come to its end
            threads.shutdown()
        back()
    return [one() for one in given]


def _beside(desks: threading.Semaphore, work: Callable[[], T]) -> T:
    try:
        with at_a_desk(desks):
            return work()
    finally:
        _BESIDE.release()


def _value(value: T) -> Callable[[], T]:
    return lambda: value
