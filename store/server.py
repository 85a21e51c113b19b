"""How a connection to PostgreSQL begins: its pool, its limits, its fence, and what it cannot keep. Loaded where there is one."""

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection

from store import fence
from store.errors import Broken
from store.waits import REACHED, Limits


def open_server(url: str, limits: Limits, reads: Callable[[str | bytes], Any]) -> Engine:
    """The engine over a PostgreSQL server; `reads` makes a JSON column's value."""
    engine = create_engine(
        url,
        pool_size=limits.pool,
        max_overflow=limits.overflow,
        pool_recycle=limits.recycle,
        pool_timeout=limits.room,
        pool_pre_ping=True,
        connect_args=dict(REACHED),
        json_deserializer=reads,
        hide_parameters=True,  # values of a statement are clients' facts: an error tells the statement alone
    )

    event.listen(engine, "connect", _as_unicode, insert=True)  # before the library asks anything

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.adapters.register_dumper(str, _without_nul())
        connection.add_notice_handler(_tell)
        connection.autocommit = True  # for what holds as long as the connection
        connection.execute(limits.statements())
        connection.autocommit = False

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("tickmark_fence"):
            fence.take_role(connection)

    return engine


def _as_unicode(connection: Any, record: Any) -> None:
    """Raises Broken for a database that cannot keep every letter, as one made under the locale C without a word about it."""
    kept = connection.info.parameter_status("server_encoding")
    if kept != "UTF8":
        raise Broken(
            f"the database {connection.info.dbname} keeps text as {kept}, which loses letters: make one that keeps UTF8 "
            "(CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0) and name that in TICKMARK_DATABASE_URL"
        )


def _tell(notice: Any) -> None:
    """What the second fence has to say goes to the log; a name of a table, no row."""
    if str(notice.message_primary).startswith("the second fence"):
        logging.getLogger("tickmark").warning("%s", notice.message_primary)


def _without_nul() -> type[Any]:
    """PostgreSQL keeps no NUL in a text; SQLite does. It says nothing to a reader, so it goes, rather than the whole record with it."""
    from psycopg.types.string import StrDumper

    class WithoutNul(StrDumper):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "") if "\0" in obj else obj)

    return WithoutNul
