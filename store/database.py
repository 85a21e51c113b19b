"""The one door to the database: `reading()` and `writing()`. Nothing else commits (ARCHITECTURE.md, law 2).

At the end of a write the door itself raises the revision of every client whose workspace changed, marks the kept summaries that what
changed makes stale, and appends the audit entries that were recorded on the way, so that none of it can be forgotten or left behind by a
rollback.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event, inspect, make_url, text, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import ORMExecuteState, Session

from store import audit, fence, vouching, waits, write_fence
from store.errors import Broken, TickmarkError
from store.seal import Seal
from store.sealed import give_seal
from store.tables import Client, ClientSummary, Person, Scanned, Summed
from store.waits import Limits

JOBS = "jobs"
"""Where a session keeps what the software may do on its own (`Database.jobs`)."""
READING = "reading"
"""Where a reading session keeps what was found out in it; a writing one has no such place."""
EVERYBODY = "*"
MIGRATIONS = Path(__file__).parent / "migrations"
_SEALED_SINCE = "0029"
_TRIES, _PAUSE = 30, 2.0  # seconds
_PAGES_KB = 8_000  # of a SQLite file, for each connection of the pool: more is kept for hours; the system keeps the file's pages anyway
_ONE_STATE = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""How a reading transaction begins on PostgreSQL, where each statement would else see what was committed a moment ago."""


class Database:
    """SQLite or PostgreSQL behind two context managers. Safe to share between threads; `close()` when done."""

    def __init__(self, url: str, *, limits: Limits | None = None, seal: Seal | None = None) -> None:
        """`seal` are the keys of what lies sealed in it; None: those in the folder of a SQLite file, none elsewhere."""
        self.url = url
        self.engine = _open_engine(url, limits or Limits())
        self.seal = seal or _beside(self.engine)
        give_seal(self.engine.dialect, self.seal)
        self._writer = self.engine.execution_options(tickmark_begin="BEGIN IMMEDIATE")
        self._reader = (
            self.engine if self.engine.dialect.name == "sqlite" else self.engine.execution_options(**_ONE_STATE)
        )
        self._fenced = self._reader.execution_options(tickmark_fence=True)
        self._is_fenced: bool | None = None
        # the names under which the software works on its own, with what each may (workspace/scope.py); None: any name, everything
        self.jobs: Mapping[str, frozenset[Any]] | None = None
        # what becomes of a row that a person's transaction writes of a client whom she does not see (store/write_fence.py)
        self.fence_writes = write_fence.TELL
        # what follows from what was done, in its transaction
        self.before_commit: Callable[[Session], None] | None = None
        # asked before anything is kept; raises when the work is another worker's by now (agents/engine.py)
        self.guard: Callable[[], None] | None = None

    @contextmanager
    def reading(self, job: fence.Job | None = None) -> Iterator[Session]:
        """A session that sees one consistent state and refuses to write. On PostgreSQL it sees no client before a scope is opened on it
        (store/fence.py), unless it is for a `job` that has no scope."""
        reader, info = self._reader, dict[str, Any]({READING: {}, JOBS: self.jobs})
        if job is None and self.is_fenced():
            reader, info = self._fenced, info | {fence.STATE: fence.BLIND}
        with Session(reader, autoflush=False, info=info) as session:
            event.listen(session, "before_flush", _refuse_flush)
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: all of it is committed at the end, or none when an exception leaves the block."""
        with Session(self._writer, info=self._of_a_writer()) as session:
            event.listen(session, "before_flush", _note_touched)
            event.listen(session, "before_flush", vouching.note_rows)
            event.listen(session, "do_orm_execute", vouching.note_statement)
            if self.engine.dialect.name != "sqlite":
                event.listen(session, "do_orm_execute", _as_it_is_now)
            yield session
            if self.guard is not None:
                self.guard()
            session.flush()
            fence.ends(session)
            if self.before_commit is not None and session.info.get("audit"):
                self.before_commit(session)
                session.flush()
            _raise_revisions(session)
            _mark_stale(session)
            audit.append(session)
            session.commit()

    def _of_a_writer(self) -> dict[str, Any]:
        fenced = {fence.STATE: fence.WRITES, fence.STRICT: self.fence_writes} if self.is_fenced() else {}
        return {JOBS: self.jobs, **fenced}

    def is_current(self) -> bool:
        """Whether this release can work on the schema as it is; asks without loading Alembic. A newer one will do as long as what came
        since only adds (the floor, store/tables/workers.py). Raises Broken, saying what to do, when it is too new."""
        newest = max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py")).split("_", 1)[0]
        found = self.version()
        if found is None or found <= newest:
            return found == newest
        if newest < (floor := self._floor()):
            raise Broken(
                f"the records were made ready for a newer Tickmark (schema {found}); this one knows {newest} and {floor} is the least: "
                "install the newer release here"
            )
        return True

    def _floor(self) -> str:
        with self.engine.connect() as connection:
            return str(connection.scalar(text("SELECT revision FROM schema_floor")))

    def is_fenced(self) -> bool:
        """Whether reading sessions stand behind the fence; asked once."""
        if self._is_fenced is None:
            self._is_fenced = self.engine.dialect.name == "postgresql" and self.why_unfenced() is None
        return self._is_fenced

    def why_unfenced(self) -> str | None:
        """Why row-level security does not hold on PostgreSQL, and what to do."""
        with self.engine.connect() as connection:
            return fence.why_down(connection)

    def raise_fence(self) -> None:
        """Put the fence around what stands without it, as far as the login may."""
        if self.engine.dialect.name == "postgresql" and not self.is_fenced():
            _when_nobody_reads(self._raise_around)
            self._is_fenced = None

    def _raise_around(self) -> None:
        with self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(waits.NOT_LONG)
                fence.raise_around(connection)

    def migrate(self) -> None:
        """Bring the schema to this release's; does nothing when it is there already."""
        from alembic import command

        before = self.version()
        _when_nobody_reads(lambda: command.upgrade(self.alembic(), "head"))
        _when_nobody_reads(self._raise_around)  # also around the tables that came just now
        self._is_fenced = None
        if before is not None and before < _SEALED_SINCE:
            self.tidy()

    def version(self) -> str | None:
        """The migration that the schema is at; None for a database in which nothing was made."""
        with self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found

    def tidy(self) -> None:
        """Write a SQLite file anew: what was changed just now lies in its free pages and its log as it was before."""
        if self.engine.dialect.name != "sqlite":
            return
        raw = self.engine.raw_connection()
        try:
            for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                raw.cursor().execute(statement)
        finally:
            raw.close()

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


def _when_nobody_reads(change: Callable[[], object]) -> None:
    """Change tables; a wait for somebody who reads them ends soon (store/waits.py), and it is begun anew."""
    for left in reversed(range(_TRIES)):
        try:
            change()
        except OperationalError as error:
            if not left or getattr(error.orig, "sqlstate", None) != "55P03":  # a lock that was not had
                raise
            time.sleep(_PAUSE)
        else:
            return


def _json(text: str | bytes) -> Any:
    """A JSON column's value. Pages of a large firm read thousands: orjson takes a quarter of the time, and leaves to the standard reader
    what it refuses (whole numbers beyond 64 bits, NaN)."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _beside(engine: Engine) -> Seal | None:
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    return Seal(Path(file).parent) if file and file != ":memory:" else None


def _open_engine(url: str, limits: Limits) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        from store.server import open_server

        return open_server(url, limits, _json)
    arguments = {"timeout": 60, "check_same_thread": False}
    # values of a statement are clients' facts: an error tells the statement alone
    engine = create_engine(
        url, pool_size=limits.pool, connect_args=arguments, json_deserializer=_json, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver must not open transactions of its own
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"cache_size=-{_PAGES_KB}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("tickmark_begin", "BEGIN"))

    return engine


def _refuse_flush(session: Session, context: object, instances: object) -> None:
    if session.new or session.deleted or any(session.is_modified(row) for row in session.dirty):
        raise TickmarkError("a reading session was asked to write; this is a defect of the program")


def _as_it_is_now(state: ORMExecuteState) -> None:
    """A row that was waited for is read again, also where the session had it already: whoever was first has changed it. On SQLite nobody is
    beside a writer."""
    if state.is_select and getattr(state.statement, "_for_update_arg", None) is not None:
        state.update_execution_options(populate_existing=True)


def _note_touched(session: Session, context: object, instances: object) -> None:
    touched: set[str] = session.info.setdefault("touched", set())
    stale: set[str] = session.info.setdefault("stale", set())
    for row in (*session.new, *session.deleted, *(r for r in session.dirty if session.is_modified(r))):
        if isinstance(row, Scanned):
            touched.add(row.client_id)
        elif isinstance(row, Summed):
            stale.add(row.client_id)
        elif isinstance(row, Client) and not inspect(row).pending:
            touched.add(row.id)
        elif isinstance(row, Person) and inspect(row).attrs.standard_rate.history.deleted:
            stale.add(EVERYBODY)  # what the open time of each client is worth hangs on it


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
            .execution_options(synchronize_session=False, **vouching.UNVOUCHED)
        )


def _mark_stale(session: Session) -> None:
    """The kept summaries that are made of what changed, though no workspace did."""
    stale = sorted(session.info.pop("stale", ()))
    for first in range(0, len(stale), 500):
        batch = stale[first : first + 500]
        wanted = update(ClientSummary).values(revision=-1).execution_options(synchronize_session=False)
        session.execute(wanted if EVERYBODY in stale else wanted.where(ClientSummary.client_id.in_(batch)))


@contextmanager
def counting_queries(engine: Engine) -> Iterator[list[str]]:
    """Collects the statements that `engine` runs inside the block, without the fence's, which are the same for every page; for tests that
    hold a page to its number of queries."""
    statements: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if not (context and context.execution_options.get("tickmark_uncounted")):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
