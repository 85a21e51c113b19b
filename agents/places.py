"""The places of a model's endpoint that all who work for a firm share: on PostgreSQL a row in SQL for each question that is out (`Places`),
on SQLite, where a server and its night are two processes of one machine, a locked file in the home for each (`Slots`).

Taking a row is one short statement, giving it back another; nothing is held in the database while the model thinks but the row, which runs
out by itself when whoever took it is gone; a file's lock goes with its process. What each process may ask at once is its own affair
(endpoints.py).
"""

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from socket import gethostname
from typing import Protocol
from urllib.parse import urlsplit

from store import workers
from store.database import Database

_LOOK = 0.1  # seconds between two looks for a place that came free
_LONGER = 10.0  # seconds for which a place is held beyond what its question may take


class SharedPlaces(Protocol):
    """Places that others take too. `full`: the last that was asked for did not come at once."""

    full: bool

    def one(self, seconds: float) -> AbstractContextManager[bool]:
        """A place for a question that takes at most so many seconds, waited for as long; False when none came free."""
        ...


@dataclass
class Places:
    """One endpoint's places. `full`: the last that was asked for did not come at once. One thread of a process looks at a time."""

    database: Database
    name: str
    at_most: int
    full: bool = False
    holder: str = field(default_factory=workers.life)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @contextmanager
    def one(self, seconds: float) -> Iterator[bool]:
        """A place for a question that takes at most so many seconds, waited for as long; False when none came free."""
        slot = self._taken(seconds)
        try:
            yield slot is not None
        finally:
            if slot is not None:
                self._give(slot)

    def _taken(self, seconds: float) -> int | None:
        end = time.monotonic() + seconds
        if not self._turn.acquire(timeout=max(seconds, 0.0)):
            return None
        try:
            at_once = slot = self._free(seconds)
            while slot is None and time.monotonic() < end:
                self.full = True
                time.sleep(_LOOK)
                slot = self._free(seconds)
            self.full = at_once is None
            return slot
        finally:
            self._turn.release()

    def _free(self, seconds: float) -> int | None:
        from sqlalchemy.exc import OperationalError

        with suppress(OperationalError), self.database.writing() as session:  # a database that is away has none to give
            return workers.take(session, self.name, self.at_most, self.holder, seconds + _LONGER)
        return None

    def _give(self, slot: int) -> None:
        from sqlalchemy.exc import OperationalError

        with suppress(OperationalError), self.database.writing() as session:  # else it runs out by itself
            workers.release(session, self.name, slot, self.holder)


@dataclass
class Slots:
    """One endpoint's places on this machine: `at_most` files in `folder`, each locked while it is taken."""

    folder: Path
    name: str
    at_most: int
    full: bool = False

    @contextmanager
    def one(self, seconds: float) -> Iterator[bool]:
        """A place, waited for so many seconds; False when none came free."""
        slot = self._taken(time.monotonic() + seconds)
        try:
            yield slot is not None
        finally:
            if slot is not None:
                os.close(slot)

    def _taken(self, end: float) -> int | None:
        at_once = slot = self._free()
        while slot is None and time.monotonic() < end:
            self.full = True
            time.sleep(_LOOK)
            slot = self._free()
        self.full = at_once is None
        return slot

    def _free(self) -> int | None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark = hashlib.sha256(self.name.encode()).hexdigest()[:16]
        for number in range(self.at_most):
            handle = os.open(self.folder / f"{mark}-{number}", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
            else:
                return handle
        return None


def places(database: Database, base_url: str, model: str, at_most: int, folder: Path | None) -> SharedPlaces | None:
    """The shared places of an endpoint; None where one process uses it alone, which on SQLite is the one without a `folder`. One on the
    loopback is each machine's own."""
    if database.url.startswith("sqlite"):
        return Slots(folder, f"{base_url} {model}", at_most) if folder is not None else None
    loopback = (urlsplit(base_url).hostname or "") in ("localhost", "127.0.0.1", "::1")
    name = f"model {gethostname() if loopback else ''} {base_url} {model}"
    return Places(database, name[:300], at_most)
