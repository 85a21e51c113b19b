"""Alembic's entry: runs the migrations on the engine that `Database` hands over."""

from alembic import context
from sqlalchemy import text

from store.tables import Base
from store.waits import WITHOUT_END

engine = context.config.attributes["engine"]
_ONE_AT_A_TIME = 0x7169636B  # of several programs that start at once on one PostgreSQL, the first migrates and the others find it done

with engine.begin() as connection:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(WITHOUT_END)
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_AT_A_TIME})
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=connection.dialect.name == "sqlite"
    )
    with context.begin_transaction():
        context.run_migrations()
