"""What somebody beside the application sees of the records of a home, and does to them: another process, or who has the disk. On SQLite it
opens the files themselves, on PostgreSQL (tests/on_postgresql.py) a connection of its own. No test here."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect, make_url, text

from api.wiring import Services
from tests import on_postgresql

LOCKED = "lock timeout" if on_postgresql.ON else "database is locked"
"""What a writer is told whom another process keeps out."""
_NOT_MADE_YET = "no such table|unable to open|does not exist"
_HOLD = """
import sys, sqlite3, psycopg
if sys.argv[1].startswith("postgresql:"):
    held = psycopg.connect(sys.argv[1])
    held.execute("LOCK TABLE audit_head IN EXCLUSIVE MODE")
else:
    held = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
    held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""
"""Nobody else writes: on SQLite nothing at all, on PostgreSQL nothing that stands on the trail."""


def _address(home: Path) -> str:
    return make_url(on_postgresql.records(home)).set(drivername="postgresql").render_as_string(hide_password=False)


def _reader(home: Path) -> Any:
    if not on_postgresql.ON:
        file = f"file:{home / 'tickmark.db'}?mode=ro"
        return sqlite3.connect(file, uri=True, timeout=30, isolation_level=None, check_same_thread=False)
    import psycopg

    return psycopg.connect(_address(home), autocommit=True)


@contextmanager
def looking(home: Path) -> Iterator[Callable[[str], int]]:
    """What a query counts in the records that another process works on; 0 while they are not made yet."""
    from psycopg import ProgrammingError

    opened: list[Any] = []
    with ExitStack() as stack:

        def count(query: str) -> int:
            try:
                if not opened:
                    opened.append(stack.enter_context(closing(_reader(home))))
                return int(opened[0].execute(query).fetchone()[0])
            except (sqlite3.OperationalError, ProgrammingError) as error:
                if not re.search(_NOT_MADE_YET, str(error)):
                    raise
                return 0

        yield count


@contextmanager
def changes_of(home: Path) -> Iterator[Callable[[], bool]]:
    """Whether another process has committed since it was asked last; on PostgreSQL, whether a transaction that wrote has ended."""
    asked = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text" if on_postgresql.ON else "PRAGMA data_version"
    with closing(_reader(home)) as connection:
        seen = [connection.execute(asked).fetchone()]

        def changed() -> bool:
            now = connection.execute(asked).fetchone()
            before, seen[0] = seen[0], now
            return bool(now != before)

        yield changed


@contextmanager
def locked(home: Path) -> Iterator[Callable[[], None]]:
    """A process of its own keeps every writer out until what is given is called."""
    at = _address(home) if on_postgresql.ON else str(home / "tickmark.db")
    words = [sys.executable, "-c", _HOLD, at]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"held\n"

        def release() -> None:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=30)

        yield release
        if process.poll() is None:
            release()


def impatient(services: Services) -> None:
    """From now on its database waits for no lock."""
    engine = services.database.engine
    engine.dispose()

    def prepare(connection: Any, _: object) -> None:
        if on_postgresql.ON:
            connection.autocommit = True
            connection.execute("SET lock_timeout = 5")
            connection.autocommit = False
        else:
            connection.execute("PRAGMA busy_timeout=5")

    event.listen(engine, "connect", prepare)


@contextmanager
def queue(home: Path) -> Iterator[Engine]:
    """The tables of the night's queue, under their own names."""
    url, arguments = f"sqlite:///{home / 'dbos.db'}", dict[str, Any]()
    if on_postgresql.ON:
        url, arguments = on_postgresql.records(home), {"options": "-csearch_path=dbos"}
    engine = create_engine(url, connect_args=arguments)
    try:
        yield engine
    finally:
        engine.dispose()


def raw(home: Path) -> bytes:
    """The bytes of the records as they lie on the disk, what was removed and not written over included."""
    if not on_postgresql.ON:
        files = [home / "tickmark.db", home / "tickmark.db-wal"]
        return b"".join(file.read_bytes() for file in files if file.exists())
    with closing(_reader(home)) as connection:
        connection.execute("CHECKPOINT")
        folder = connection.execute("SHOW data_directory").fetchone()[0]
        number = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()[0]
    return b"".join(file.read_bytes() for file in sorted(Path(folder, "base", str(number)).iterdir()) if file.is_file())


def texts(home: Path) -> Iterator[tuple[str, str]]:
    """(table, text) of every row of every table, sealed values as they lie there. Numbers and moments are left out."""
    engine = create_engine(on_postgresql.records(home))
    try:
        with engine.connect() as connection:
            for table in inspect(connection).get_table_names():
                for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                    yield table, " ".join(str(value) for value in row if isinstance(value, str | dict | list))
    finally:
        engine.dispose()


def flat(services: Services) -> None:
    """Nothing lies in the log of SQLite any more: its file can be copied and read alone."""
    if not on_postgresql.ON:
        with services.database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def gone(services: Services) -> Iterator[None]:
    """The records cannot be reached for the time of the block, by nobody."""
    services.database.close()
    file, away = services.home / "tickmark.db", services.home / "elsewhere.db"
    if on_postgresql.ON:
        name = make_url(services.database.url).database
        on_postgresql.told_server(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        on_postgresql.told_server(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    else:
        file.rename(away)
        file.mkdir()  # nothing can be opened there
    try:
        yield
    finally:
        if on_postgresql.ON:
            on_postgresql.told_server(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        else:
            file.rmdir()
            away.rename(file)
