"""One at a time, among all processes on the same records: a lock that a thread may take again, and that a process which dies lets go.

On PostgreSQL an advisory lock of a connection of its own, on SQLite a locked file in the home. Keeps nothing, decides nothing.
"""

import fcntl
import hashlib
import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from store.database import Database

_POLL = 0.2  # seconds between two tries to take it


class Turn:
    """Use it as a context manager; whoever comes waits. Safe between threads."""

    def __init__(self, name: str, database: Database, home: Path) -> None:
        self._name, self._database = name, database
        self._file = home / f"{name}.turn"
        self._number = int.from_bytes(hashlib.sha256(f"tickmark {name}".encode()).digest()[:8], "big", signed=True)
        self._mine = threading.RLock()
        self._depth = 0
        self._handle: int | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> "Turn":
        self._mine.acquire()
        try:
            if self._depth == 0:
                self._take()
            self._depth += 1
        except BaseException:
            self._mine.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        try:
            if self._depth == 0:
                self._let_go()
        finally:
            self._mine.release()

    def _take(self) -> None:
        if self._database.engine.dialect.name == "sqlite":
            self._handle = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._handle, fcntl.LOCK_EX)
            return
        # asked again and again rather than waited for: a wait in the database would end with its statement timeout
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            while not connection.scalar(text("SELECT pg_try_advisory_lock(:n)"), {"n": self._number}):
                time.sleep(_POLL)
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _let_go(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        if self._connection is not None:
            # a connection that broke took the lock with it
            with suppress(SQLAlchemyError):
                self._connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": self._number})
            with suppress(SQLAlchemyError):
                self._connection.close()
            self._connection = None
