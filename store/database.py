"""The one door to the database: `reading()` and `writing()`. Nothing else commits (ARCHITECTURE.md, law 2).

At the end of a write the door itself raises the revision of every client whose workspace changed and appends the audit
entries that were recorded on the way, so that neither can be forgotten or left behind by a rollback.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event, inspect, make_url, text, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from store import audit
from store.errors import TickmarkError
from store.tables import Client, Scanned

READING = "reading"
"""Where a reading session keeps what was found out in it; a writing one has no such place."""
MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """SQLite or PostgreSQL behind two context managers. Safe to share between threads; `close()` when done."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = url
        self.engine = _open_engine(url, pool_size)
        self._writer = self.engine.execution_options(tickmark_begin="BEGIN IMMEDIATE")
        # what follows from what was done, in its transaction
        self.before_commit: Callable[[Session], None] | None = None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one consistent state and refuses to write."""
        with Session(self.engine, autoflush=False, info={READING: {}}) as session:
            event.listen(session, "before_flush", _refuse_flush)
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: all of it is committed at the end, or none when an exception leaves the block."""
        with Session(self._writer) as session:
            event.listen(session, "before_flush", _note_touched)
            yield session
            session.flush()
            if self.before_commit is not None and session.info.get("audit"):
                self.before_commit(session)
                session.flush()
            _raise_revisions(session)
            audit.append(session)
            session.commit()

    def is_current(self) -> bool:
        """Whether the schema is this release's; asks without loading Alembic."""
        newest = max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py")).split("_", 1)[0]
        with self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return False
            return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == newest)

    def migrate(self) -> None:
        """Bring the schema to this release's; does nothing when it is there already."""
        from alembic import command

        command.upgrade(self.alembic(), "head")

    def downgrade(self) -> None:
        """Take every table away again; for tests of the migrations."""
        from alembic import command

        command.downgrade(self.alembic(), "base")

    def alembic(self) -> Any:
        """Alembic's configuration for this database."""
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["engine"] = self.engine
        return config

    def close(self) -> None:
        self.engine.dispose()


def _json(text: str | bytes) -> Any:
    """A JSON column's value. Pages of a large firm read thousands: orjson takes a quarter of the time, and leaves to the standard reader
    what it refuses (whole numbers beyond 64 bits, NaN)."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _open_engine(url: str, pool_size: int) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_size=pool_size, pool_pre_ping=True, json_deserializer=_json)
    arguments = {"timeout": 60, "check_same_thread": False}
    engine = create_engine(url, pool_size=pool_size, connect_args=arguments, json_deserializer=_json)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver must not open transactions of its own
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("tickmark_begin", "BEGIN"))

    return engine


def _refuse_flush(session: Session, context: object, instances: object) -> None:
    if session.new or session.deleted or any(session.is_modified(row) for row in session.dirty):
        raise TickmarkError("a reading session was asked to write; this is a defect of the program")


def _note_touched(session: Session, context: object, instances: object) -> None:
    touched: set[str] = session.info.setdefault("touched", set())
    for row in (*session.new, *session.deleted, *(r for r in session.dirty if session.is_modified(r))):
        if isinstance(row, Scanned):
            touched.add(row.client_id)
        elif isinstance(row, Client) and not inspect(row).pending:
            touched.add(row.id)


def touch(session: Session, client_id: str) -> None:
    """Say that a client's workspace changed by a statement the session does not see row by row."""
    session.info.setdefault("touched", set()).add(client_id)


def _raise_revisions(session: Session) -> None:
    touched = sorted(session.info.pop("touched", ()))
    for first in range(0, len(touched), 500):
        batch = touched[first : first + 500]
        session.execute(
            update(Client)
            .where(Client.id.in_(batch))
            .values(revision=Client.revision + 1)
            .execution_options(synchronize_session=False)
        )


@contextmanager
def counting_queries(engine: Engine) -> Iterator[list[str]]:
    """Collects the statements that `engine` runs inside the block; for tests that hold a page to its number of queries."""
    statements: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
