"""Whether one client's words are kept with another's: rows of every table, the ledger, checkpoints of threads, the log.

Only looks; what is asked before is leaks.py's.
"""

import logging
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing

from sqlalchemy import Table, select

from api.wiring import Services
from evals.canaries import Planted
from store.tables import Base, Client

Kept = tuple[str, str, tuple[str, ...]]
"""A place, the words of others that lie there, and the words that must not: the same, so that what is found is a leak."""


class Log(logging.Handler):
    """Every line that the program logs, for the time of the block."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps the line."""
        self.lines.append(self.format(record))

    def __enter__(self) -> "Log":
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)


def kept_elsewhere(services: Services, words: Sequence[Planted], log: Log) -> Iterator[Kept]:
    """By place, the words that lie with another client than their own; in the log none may lie."""
    whose = {secret.lower(): one.ref for one in words for secret in one.secrets}
    pattern = re.compile("|".join(map(re.escape, whose)))
    with services.database.reading() as session:
        refs = dict(session.execute(select(Client.id, Client.ref)).tuples().all())
        for table in Base.metadata.sorted_tables:
            if "client_id" in table.c:
                rows = session.execute(select(table)).mappings()
                yield _told(f"rows of {table.name}", _strangers(rows, table, refs, whose, pattern))
    yield _told("checkpoints of threads", _in_checkpoints(services, whose, pattern))
    yield _told("lines of the log", [word for line in log.lines for word in pattern.findall(line.lower())])


def _told(place: str, found: Sequence[str]) -> Kept:
    return place, " ".join(found), tuple(found)


def _strangers(
    rows: object, table: Table, refs: Mapping[str, str], whose: Mapping[str, str], pattern: re.Pattern[str]
) -> list[str]:
    found: list[str] = []
    for row in rows:  # type: ignore[attr-defined]
        text = " ".join(str(value) for value in row.values() if isinstance(value, str | dict | list)).lower()
        owner = refs.get(row["client_id"] or "")
        found += [word for word in pattern.findall(text) if owner is not None and whose[word] != owner]
    return found


def _in_checkpoints(services: Services, whose: Mapping[str, str], pattern: re.Pattern[str]) -> list[str]:
    """A checkpoint's thread begins with the ref of its client."""
    file = services.home / "threads.db"
    if not file.exists():
        return []
    found: list[str] = []
    with closing(sqlite3.connect(file)) as connection:
        for name in ("checkpoints", "writes"):
            for row in connection.execute(f"SELECT * FROM {name}"):
                ref = str(row[0]).split(":", 1)[0]
                text = " ".join(
                    one.decode("utf-8", "ignore") if isinstance(one, bytes) else str(one) for one in row
                ).lower()
                found += [word for word in pattern.findall(text) if whose[word] != ref]
    return found
