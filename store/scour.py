"""What deleted rows leave behind in the files of a database, taken away: freed pages, old segments of the word index, the log."""

from sqlalchemy import Engine

from store.word_index import forget_removed


def scour(engine: Engine) -> None:
    """Write the database anew without what was deleted. Takes as long as the database is large; others wait on SQLite. On PostgreSQL
    tables are vacuumed; its write-ahead log and replicas are the operator's."""
    if engine.dialect.name != "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET statement_timeout = 0; SET lock_timeout = 0")
            # also what the planner noted of values that are gone; its notes are rows too
            connection.exec_driver_sql("VACUUM (FULL, ANALYZE)")
            connection.exec_driver_sql("VACUUM FULL pg_statistic")
            connection.invalidate()  # its limits are gone
        return
    with engine.begin() as connection:
        forget_removed(connection)
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        for statement in ("PRAGMA secure_delete = ON", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            cursor.execute(statement)
            cursor.fetchall()
        cursor.close()
    finally:
        raw.close()
