"""Alembic's entry: runs the migrations on the engine that `Database` hands over."""

from alembic import context
from sqlalchemy import Connection, text

from store import waits
from store.errors import Broken
from store.tables import Base
from store.waits import WITHOUT_END

engine = context.config.attributes["engine"]
_ONE_AT_A_TIME = 0x7169636B  # of several programs that start at once on one PostgreSQL, the first migrates and the others find it done


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(WITHOUT_END)
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_AT_A_TIME})
        connection.exec_driver_sql(waits.NOT_LONG)  # after the wait for another program that migrates
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=connection.dialect.name == "sqlite"
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "sqlite" and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise Broken(
            f"a migration left {len(broken)} rows without what they name, the first in {broken[0][0]}; nothing was changed"
        )


# SQLite changes a constraint by making the table anew, which references to it would stand in the way of; they are checked at the end. The
# switch counts only outside a transaction, so it is set beside SQLAlchemy, which would begin one.
with engine.connect() as connection:
    driver = connection.connection.driver_connection
    if engine.dialect.name == "sqlite":
        driver.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            _migrate(connection)
    finally:
        if engine.dialect.name == "sqlite":
            driver.execute("PRAGMA foreign_keys=ON")
