"""The second fence on PostgreSQL, behind `Scope`: row-level security around every table with clients' rows. Nothing of it on SQLite.

A reading session takes a role that may only read, and that sees the rows of the clients which the session was given and of nobody else; a
session that was given none sees no client at all. A writing session reads as the owner of the tables, whom row-level security does not
bind, but once it is a person's it may write rows of her clients only (write_fence.py). What a person sees is decided in workspace/scope.py;
here it is only held. The software's own jobs lift the fence by name.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, case, func, literal, select, text, union_all
from sqlalchemy.orm import Session

from store import write_fence
from store.tables import Client

P = ParamSpec("P")
R = TypeVar("R")


class HasSession(Protocol):
    """A scope, as far as the fence knows it."""

    @property
    def session(self) -> Session: ...


Asking = TypeVar("Asking", bound=HasSession)
ROLE = "tickmark_reader"
STATE = "fence"
"""Where a fenced session keeps how it stands."""
BLIND, SEES, LIFTED = "blind", "sees", "lifted"
STRICT = "fence strict"
"""Where a writing session keeps what becomes of a row that is not hers to write (write_fence.py)."""
WRITES, HELD = "writes", "held"
"""A writing session: whose it is nobody said yet; a person's, held to her clients."""
UNCOUNTED = {"tickmark_uncounted": True}
"""On a statement that `counting_queries` passes over."""


class Job(StrEnum):
    """Why a session is read without a fence, or a part of one: each is named where it is done. Closed and alphabetical."""

    ABSENCE = "absence"  # whether something is nobody's: what is hidden must not look as if it were not there
    BUDGET = "budget"  # what a person's day has cost, also with a client that she sees no more
    CONFLICTS = "conflicts"  # what a search for conflicts found, without the words of whom one may not see
    DOOR = "door"  # who comes in, before there is a scope
    GOVERN = "govern"  # walls and broken glass, for who watches over them
    INGESTION = "ingestion"  # reads files into records and into the index; knows no permissions
    RULE = "rule"  # what the rule of sight itself asks
    SYSTEM = "system"  # a scope of the software (workspace/scope.py)
    TEST = "test"  # a test looks for itself
    TOTALS = "totals"  # sums over the whole firm, of which nobody is named but the asker's own
    TRAIL = "trail"  # the chain holds as a whole or not at all; who may verify it reads none of the entries by it
    UNDO = "undo"  # what one did oneself is taken back, also where the act gave the client to somebody else
    WORDS = "words"  # the index of words is no use inside a fence; what it finds is asked for again inside


_POLICY = """USING ({column} IS NULL OR CASE (SELECT current_setting('tickmark.sight', true))
  WHEN 'only' THEN {column} IN (SELECT unnest(string_to_array(current_setting('tickmark.clients', true), ',')))
  WHEN 'but' THEN {column} NOT IN (SELECT unnest(string_to_array(current_setting('tickmark.clients', true), ',')))
  ELSE false END)"""
"""Each sub-select is asked once a statement and hashed. The list is the shorter of the two: whom one sees, or whom one does not."""

_TABLES = """SELECT c.relname AS name, c.relrowsecurity AS secured,
    EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'fence') AS policed,
    EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'fence_writes') AS watched
  FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND (c.relname = 'clients'
    OR EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'client_id' AND NOT a.attisdropped))
  ORDER BY c.relname"""

_UNREAD = """SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
  AND NOT has_table_privilege(:role, oid, 'SELECT') ORDER BY relname"""

_MAKE_ROLE = """DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'tickmark_reader') THEN CREATE ROLE tickmark_reader NOLOGIN; END IF;
  IF NOT pg_has_role(current_user, 'tickmark_reader', 'MEMBER') THEN GRANT tickmark_reader TO CURRENT_USER; END IF;
EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN NULL; END $$"""


def raise_around(connection: Connection) -> None:
    """Put the fence around every table with clients' rows, where it is not yet. Makes the role where the login may."""
    if connection.dialect.name != "postgresql":
        return
    with connection.begin_nested():
        connection.exec_driver_sql(_MAKE_ROLE)
    write_fence.make(connection)
    for name, secured, policed, watched in connection.execute(text(_TABLES)).tuples().all():
        if not watched:
            write_fence.put(connection, name)
        if not secured:
            connection.exec_driver_sql(f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY')
        if not policed:
            using = _POLICY.format(column="id" if name == "clients" else "client_id")
            connection.exec_driver_sql(f'CREATE POLICY fence ON "{name}" FOR SELECT {using}')
    if connection.scalar(text("SELECT to_regrole(:role) IS NOT NULL"), {"role": ROLE}):
        schema = connection.scalar(select(func.quote_ident(func.current_schema())))
        connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {ROLE}")
        connection.exec_driver_sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {ROLE}")


def take_down(connection: Connection) -> None:
    """Take the fence away again. The role stays: other databases of the server may use it."""
    if connection.dialect.name != "postgresql":
        return
    for name, _, policed, _ in connection.execute(text(_TABLES)).tuples().all():
        if policed:
            connection.exec_driver_sql(f'DROP POLICY fence ON "{name}"')
        connection.exec_driver_sql(f'ALTER TABLE "{name}" DISABLE ROW LEVEL SECURITY')
    write_fence.drop(connection)
    if connection.scalar(text("SELECT to_regrole(:role) IS NOT NULL"), {"role": ROLE}):
        schema = connection.scalar(select(func.quote_ident(func.current_schema())))
        connection.exec_driver_sql(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {ROLE}")
        connection.exec_driver_sql(f"REVOKE ALL ON SCHEMA {schema} FROM {ROLE}")


def why_down(connection: Connection) -> str | None:
    """Why there is no fence, and what to do; None where it stands."""
    user = connection.scalar(text("SELECT quote_ident(current_user)"))
    role = connection.execute(
        text(
            "SELECT rolsuper OR rolbypassrls, pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = :role"
        ),
        {"role": ROLE},
    ).one_or_none()
    if role is None:
        return f"the role {ROLE} is not there: CREATE ROLE {ROLE} NOLOGIN; GRANT {ROLE} TO {user};, then start Tickmark again"
    if role[0]:
        return f"the role {ROLE} may pass every fence: ALTER ROLE {ROLE} NOSUPERUSER NOBYPASSRLS"
    if not role[1]:
        return f"the login may not take the role {ROLE}: GRANT {ROLE} TO {user}"
    tables = connection.execute(text(_TABLES)).tuples().all()
    if not tables:
        return "nothing was made in this database yet"
    bare = [name for name, *held in tables if not all(held)]
    if bare:
        return f"without a fence: {', '.join(bare)}; starting Tickmark again puts it around"
    if connection.scalar(text("SELECT row_security_active('clients')")):
        return f"{user} does not own the tables, so the fence would hold its own work: connect as their owner"
    unread = connection.scalars(text(_UNREAD), {"role": ROLE}).all()
    if unread:
        return f"the role {ROLE} may not read {', '.join(unread)}; starting Tickmark again lets it"
    return None


def take_role(connection: Connection) -> None:
    """What a fenced transaction begins with."""
    _say(connection, f"SET LOCAL ROLE {ROLE}")


def see(session: Session, clients: Select[str]) -> None:
    """Give a session that sees nobody yet these clients to see, or one that writes these to write about; another is left as it is."""
    if not waits(session):
        return
    writes = session.info[STATE] == WRITES
    seen = clients.cte("seen")
    hidden = select(Client.id).where(Client.id.not_in(select(seen.c[0]))).cte("hidden")
    many, others = (select(func.count()).select_from(one).scalar_subquery() for one in (seen, hidden))
    counted = select((many <= others).label("fewer")).cte("counted")
    fewer = select(counted.c.fewer).scalar_subquery()
    listed = union_all(select(seen.c[0].label("id")).where(fewer), select(hidden.c.id).where(~fewer)).subquery()
    given = select(func.coalesce(func.string_agg(listed.c.id, ","), "")).scalar_subquery()
    mode = case((fewer, "only"), else_="but")
    if writes:
        _hold(session, mode, given)
        return
    told = select(
        func.set_config("tickmark.sight", mode, True),
        func.set_config("tickmark.clients", given, True),
    )
    with lifted(session, Job.RULE):
        session.execute(told, execution_options=UNCOUNTED)
    session.info[STATE] = SEES


def see_these(session: Session, client_ids: tuple[str, ...]) -> None:
    """The same by their ids."""
    if not waits(session):
        return
    if session.info[STATE] == WRITES:
        _hold(session, literal("only"), literal(",".join(client_ids)))
        return
    told = select(
        func.set_config("tickmark.sight", "only", True), func.set_config("tickmark.clients", ",".join(client_ids), True)
    )
    session.execute(told, execution_options=UNCOUNTED)
    session.info[STATE] = SEES


def _hold(session: Session, mode: ColumnElement[str], given: Any) -> None:
    session.flush()  # what was written before is not hers
    told = write_fence.told(mode, given, session.info.get(STRICT, write_fence.REFUSE))
    session.execute(told, execution_options=UNCOUNTED)
    session.info[STATE] = HELD


def lift(session: Session, job: Job) -> None:
    """Let a session that sees nobody yet see everybody, for a job of the software. One that is a person's stays hers."""
    if session.info.get(STATE) == BLIND:
        _say(session.connection(), "SET LOCAL ROLE NONE")
    if waits(session):
        session.info[STATE] = LIFTED


@contextmanager
def lifted(session: Session, job: Job) -> Iterator[None]:
    """Without the fence for the time of the block."""
    if session.info.get(STATE) == HELD:
        with write_fence.lifted(session):
            yield
        return
    if not stands(session):
        yield
        return
    before = session.info[STATE]
    connection = session.connection()
    _say(connection, "SET LOCAL ROLE NONE")
    session.info[STATE] = LIFTED
    try:
        yield
    finally:
        session.info[STATE] = before
        if write_fence.goes_on(connection):
            _say(connection, f"SET LOCAL ROLE {ROLE}")


def waits(session: Session) -> bool:
    """Whether the first scope that is opened on a session will say what it may."""
    return session.info.get(STATE) in (BLIND, WRITES)


def ends(session: Session) -> None:
    """What a person did is written: what follows from it in her transaction is the software's own."""
    if session.info.get(STATE) == HELD:
        write_fence.let_go(session)
        session.info[STATE] = LIFTED


def stands(session: Session) -> bool:
    """Whether the fence is around what this session reads now."""
    return session.info.get(STATE) in (BLIND, SEES)


def beyond(job: Job) -> Callable[[Callable[Concatenate[Asking, P], R]], Callable[Concatenate[Asking, P], R]]:
    """Around a function of the workspace that must know of all clients, and shows by its own rule what the asker may see."""

    def around(function: Callable[Concatenate[Asking, P], R]) -> Callable[Concatenate[Asking, P], R]:
        @wraps(function)
        def unfenced(scope: Asking, /, *rest: P.args, **named: P.kwargs) -> R:
            with lifted(scope.session, job):
                return function(scope, *rest, **named)

        return unfenced

    return around


def _say(connection: Connection, statement: str) -> None:
    """What the fence says is no query of a page."""
    connection.exec_driver_sql(statement, execution_options=UNCOUNTED)
