"""Room for records that come back for a try: on PostgreSQL a database beside the firm's, for the time of a block. Touches no other."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from store.database import Database
from store.errors import Busy, Conflict

_MARK = "made by `tickmark backup test`, which drops it again"
_LONGEST_NAME = 63  # of what PostgreSQL tells apart


@contextmanager
def room_beside(database: Database) -> Iterator[str | None]:
    """The address of an empty database; '' on SQLite, which needs none, None where the login may make none. What a try that was killed left
    is dropped first. Raises Busy while another try has it, Conflict where a database of that name is somebody else's."""
    if database.engine.dialect.name == "sqlite":
        yield ""
        return
    with _told(database) as connection:
        may = connection.scalar(text("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"))
        name = f"{database.engine.url.database}_backup_test"[:_LONGEST_NAME]
        if may:
            _make(connection, name)
    if not may:
        yield None
        return
    try:
        yield database.engine.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with _told(database) as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {_quoted(connection, name)} WITH (FORCE)")


def _make(connection: Connection, name: str) -> None:
    there = text("SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = :name")
    found, quoted = connection.scalar(there, {"name": name}), _quoted(connection, name)
    if found is not None and found != _MARK:
        raise Conflict(f"there is a database {name} that Tickmark did not make; rename it, or drop it yourself")
    try:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {quoted}")
        connection.exec_driver_sql(f"CREATE DATABASE {quoted}")
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in ("55006", "42P04"):  # in use, made meanwhile
            raise
        raise Busy("another test of a backup is being made on this server; try again when it is done") from None
    connection.exec_driver_sql(f"COMMENT ON DATABASE {quoted} IS '{_MARK}'")


@contextmanager
def _told(database: Database) -> Iterator[Connection]:
    """Databases are made and dropped outside of a transaction."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)
