"""The second fence on PostgreSQL around what a person's transaction writes: a row of a client whom she does not see is refused, or told
to the log, as `Database.fence_writes` says.

Triggers on every table with clients' rows look at each row that is added, changed or removed, as it was and as it becomes. They are at
rest until the transaction was told whose it is (fence.py); whoever sees every client, and the software, is told nothing. A client that is
made in the transaction is its own. Reads are not held: a number without a gap, a search for conflicts look across all clients.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select, text
from sqlalchemy.orm import Session

_MODE, _LIST, _STRICT = "tickmark.writes", "tickmark.written", "tickmark.strict"
TELL, REFUSE = "tell", "refuse"
_UNCOUNTED = {"tickmark_uncounted": True}  # as fence.UNCOUNTED

_STRANGE = """(CASE current_setting('tickmark.writes', true)
    WHEN 'only' THEN strpos(current_setting('tickmark.written', true), ',' || {row}.{column} || ',') = 0
    WHEN 'but' THEN strpos(current_setting('tickmark.written', true), ',' || {row}.{column} || ',') > 0
    ELSE false END)"""

_FUNCTION = """CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP <> 'INSERT' AND {old} OR TG_OP <> 'DELETE' AND {new} THEN
    IF current_setting('tickmark.strict', true) = 'refuse' THEN
      RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
        MESSAGE = 'the second fence: a row of ' || TG_TABLE_NAME || ' is of a client of whom this transaction may write nothing';
    END IF;
    RAISE WARNING USING
      MESSAGE = 'the second fence: a row of ' || TG_TABLE_NAME || ' is of a client of whom this transaction should write nothing';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$"""

_MADE = """CREATE OR REPLACE FUNCTION fence_made() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM set_config('tickmark.written', current_setting('tickmark.written', true) || NEW.id || ',', true);
  RETURN NULL;
END $$"""


def make(connection: Connection) -> None:
    """The functions of the triggers."""
    for name, column in (("fence_writes", "client_id"), ("fence_writes_client", "id")):
        old, new = (_STRANGE.format(row=row, column=column) for row in ("OLD", "NEW"))
        connection.execute(text(_FUNCTION.format(name=name, old=old, new=new)))
    connection.execute(text(_MADE))


def put(connection: Connection, table: str) -> None:
    """The triggers of a table; `clients` is one of its own."""
    mode, trigger = "current_setting('tickmark.writes', true)", "CREATE TRIGGER fence_writes BEFORE"
    held = f"FOR EACH ROW WHEN ({mode} IN ('only', 'but')) EXECUTE FUNCTION"
    if table != "clients":
        connection.execute(text(f'{trigger} INSERT OR UPDATE OR DELETE ON "{table}" {held} fence_writes()'))
        return
    made = f"FOR EACH ROW WHEN ({mode} = 'only') EXECUTE FUNCTION fence_made()"
    connection.execute(text(f"{trigger} UPDATE OR DELETE ON clients {held} fence_writes_client()"))
    connection.execute(text(f"CREATE TRIGGER fence_made AFTER INSERT ON clients {made}"))


def drop(connection: Connection) -> None:
    """Take the triggers and their functions away."""
    for name in ("fence_writes", "fence_writes_client", "fence_made"):
        connection.execute(text(f"DROP FUNCTION IF EXISTS {name}() CASCADE"))


def told(mode: ColumnElement[str], given: Any, strict: str) -> Select[Any, Any, Any]:
    """The statement that tells a transaction whose rows it may write: those of the clients `given`, or of all `but` them. Who sees
    everybody is held to nothing."""
    once = select(mode.label("mode"), given.label("given")).cte("told")
    held = case((and_(once.c.mode == "but", once.c.given == ""), ""), else_=once.c.mode)
    listed = func.concat(",", once.c.given, ",")
    return select(
        func.set_config(_MODE, held, True), func.set_config(_LIST, listed, True), func.set_config(_STRICT, strict, True)
    )


@contextmanager
def lifted(session: Session) -> Iterator[None]:
    """Without it for the time of the block, in which a person's transaction writes what is the firm's."""
    session.flush()
    connection = session.connection()
    before = connection.scalar(select(func.current_setting(_MODE, True)), execution_options=_UNCOUNTED)
    if not before:
        yield
        return
    _set(connection, "")
    try:
        yield
        session.flush()
    finally:
        if goes_on(connection):
            _set(connection, before)


def let_go(session: Session) -> None:
    """For the rest of the transaction."""
    _set(session.connection(), "")


def _set(connection: Connection, mode: str) -> None:
    connection.execute(select(func.set_config(_MODE, mode, True)), execution_options=_UNCOUNTED)


def goes_on(connection: Connection) -> bool:
    """Whether anything can still be said in the transaction: not after an error, nor to a server that is away."""
    if connection.closed or connection.invalidated:
        return False
    raw: Any = connection.connection.driver_connection
    return bool(raw.info.transaction_status.name == "INTRANS")
