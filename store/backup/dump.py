"""The records as one file, as they stand at one moment, whoever writes meanwhile: and back.

SQLite by its online backup; PostgreSQL by its own pg_dump and pg_restore, which must be on this machine.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, make_url, text

from store.database import Database
from store.errors import Broken, NotFound
from store.waits import Limits

_FIRST_LINES = 300


def dump(database: Database, to: Path) -> dict[str, Any]:
    """Write all records to a file and say what stands in it: dialect, schema, rows by table, length and head of the trail."""
    if database.engine.dialect.name == "sqlite":
        source = sqlite3.connect(str(database.engine.url.database), timeout=60)
        with closing(source), closing(sqlite3.connect(to)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            sound = copy.execute("PRAGMA quick_check").fetchone()[0]
        if sound != "ok":
            raise Broken(f"the database is damaged: {sound}; restore the newest backup that was made before")
        with reading(to) as connection:
            return {"dialect": "sqlite", **told(connection)}
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = str(connection.scalar(text("SELECT pg_export_snapshot()")))
        run_pg("pg_dump", database.url, f"--snapshot={snapshot}", "--format=custom", "--no-owner", f"--file={to}")
        return {"dialect": "postgresql", **told(connection)}


@contextmanager
def reading(file: Path) -> Iterator[Connection]:
    """A copy of SQLite records, to look at."""
    database = Database(f"sqlite:///{file}", limits=Limits(pool=1))
    try:
        with database.engine.connect() as connection:
            yield connection
    finally:
        database.close()


def told(connection: Connection) -> dict[str, Any]:
    """What stands in the records: schema, rows by table, the trail's length and head."""
    tables = sorted(name for name in inspect(connection).get_table_names() if not name.startswith("passage_words"))
    if "alembic_version" not in tables:
        raise NotFound("there are no records to back up")
    rows = {name: connection.scalar(text(f'SELECT COUNT(*) FROM "{name}"')) for name in tables}  # noqa: S608 - names of our tables
    head = connection.execute(text("SELECT seq, hash FROM audit_head WHERE id = 1")).one_or_none()
    return {
        "schema": connection.scalar(text("SELECT version_num FROM alembic_version")),
        "rows": rows,
        "trail": {"seq": head[0] if head else 0, "head": head[1] if head else ""},
    }


def undump(file: Path, dialect: str, database_url: str) -> None:
    """Bring records back to where there are none. Raises Broken, or NotFound without pg_restore."""
    if dialect == "sqlite":
        target = Path(str(make_url(database_url).database))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, target)  # within the home: a rename
        return
    run_pg(
        "pg_restore",
        database_url,
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "--single-transaction",
        str(file),
    )
    database = Database(database_url)
    try:
        database.raise_fence()  # rights are of this server's roles, not of that one's
    finally:
        database.close()


def run_pg(program: str, database_url: str, *arguments: str) -> None:
    """A program of PostgreSQL on a database; the password goes by the environment. Raises NotFound where it is not installed."""
    found = shutil.which(program)
    if found is None:
        raise NotFound(
            f"{program} is not on this machine; install PostgreSQL's client programs, of the server's version or newer"
        )
    url = make_url(database_url)
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    ran = subprocess.run(  # noqa: S603 - a program of the operator's, its arguments ours
        [found, f"--dbname={address}", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        said = (ran.stderr.strip().splitlines() or ["no reason was given"])[-1]
        raise Broken(f"{program} did not succeed: {said[:_FIRST_LINES]}")
