"""The records of a practice on PostgreSQL: put there from a home, and held against another night's row by row."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, delete, func, insert, select, text

from api.settings import Settings
from api.wiring import Services, build, open_database
from store.database import Database
from store.tables import AuditEntry, Base, ModelCall
from workspace.nights import begin_night
from workspace.scope import system_scope

# What two equal nights differ in: how long something took and when it was written, and the order of the trail.
_MOMENTS = {"at", "created_at", "finished_at", "started_at", "received_at", "seconds", "digest"}
_NAMED = {
    "model_calls": ["client_id", "inputs_hash", "outcome"]
}  # whose ids are drawn: a question is one by what was asked
_PASSING = {"audit", "audit_head", "workers", "leases"}
_ONCE = ("deliverable:version:drafted", "signal:item:raised", "scan:night:finished")
_COMPARED = ("client_scans", "signals", "deliverables", "deliverable_versions", "briefs", "brief_items", "outbox")


def put(home: Path, settings: Settings, url: str) -> None:
    """Every row of a home's SQLite into an empty PostgreSQL database."""
    target = open_database(settings.model_copy(update={"database_url": url}))
    target.migrate()
    with build(settings) as source, source.database.engine.connect() as here, target.engine.begin() as there:
        for table in Base.metadata.sorted_tables:
            there.execute(delete(table))
            rows = [dict(row._mapping) for row in here.execute(select(table))]
            for first in range(0, len(rows), 1000):
                there.execute(insert(table), rows[first : first + 1000])
    target.close()


def copied(admin_url: str, template: str, name: str) -> None:
    """A database as another one stands, to which nobody is connected."""
    engine = create_engine(admin_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()


def order_night(services: Services, begun: datetime) -> None:
    """Write down that the night of today was begun, so that whoever leads goes on with it."""
    with services.database.writing() as session:
        begin_night(system_scope(session, "night", now=begun, today=services.clock.today()))


Row = dict[str, str]


@dataclass(frozen=True)
class Left:
    """What a night left: the rows of each table as hashes by key, how often what happens once is on the trail again, how many questions a
    model answered more than once."""

    rows: dict[str, dict[str, Row]]
    twice: int
    asked_twice: int
    counts: dict[str, int] = field(default_factory=dict[str, int])


def left(database: Database) -> Left:
    """Everything that a night left in a database, but the moments."""
    rows: dict[str, dict[str, Row]] = {}
    with database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name not in _PASSING:
                keys = _NAMED.get(table.name) or [column.name for column in table.primary_key.columns]
                found = (dict(row._mapping) for row in connection.execute(select(table)))
                leave = _MOMENTS | ({"id"} if table.name in _NAMED else set())
                rows[table.name] = {"/".join(str(row[key]) for key in keys): _hashed(row, leave) for row in found}
        asked = connection.scalar(select(func.count()).select_from(ModelCall)) or 0
        happened = select(AuditEntry.tag, AuditEntry.subject, AuditEntry.detail).where(AuditEntry.tag.in_(_ONCE))
        told = Counter(str(tuple(row)) for row in connection.execute(happened))
    counts = {name: len(rows[name]) for name in _COMPARED if name in rows}
    twice = sum(n - 1 for n in told.values())
    return Left(rows, twice, asked - len(rows["model_calls"]), counts)


def _hashed(row: dict[str, Any], leave: set[str]) -> Row:
    """By column; of a column that holds an object by each of its names, so that a difference can be told by where it is."""
    found = dict[str, Any]()
    for name, value in row.items():
        found |= {f"{name}.{part}": one for part, one in value.items()} if isinstance(value, dict) else {name: value}
    return {
        name: hashlib.sha256(repr(value).encode()).hexdigest()[:16]
        for name, value in found.items()
        if name not in leave
    }


@dataclass(frozen=True)
class Compared:
    """How two nights differ: rows that only one has, by table, and rows that are not the same, by table and column."""

    lost: dict[str, int]
    more: dict[str, int]
    other: dict[str, int]

    @property
    def is_equal(self) -> bool:
        return not (self.lost or self.more or self.other)


def compared(quiet: Left, stormy: Left) -> Compared:
    """What the disturbed night lacks, has beyond, and has otherwise."""
    lost, more, other = Counter[str](), Counter[str](), Counter[str]()
    for name, there in quiet.rows.items():
        here = stormy.rows[name]
        lost[name] += len(there.keys() - here.keys())
        more[name] += len(here.keys() - there.keys())
        for key in here.keys() & there.keys():
            one, two = there[key], here[key]
            other.update(f"{name}.{column}" for column in one.keys() | two.keys() if one.get(column) != two.get(column))
    return Compared(dict(+lost), dict(+more), dict(+other))
