"""The records of a practice on PostgreSQL: put there from a home, and held against another night's row by row."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, delete, func, insert, select, text

from api.settings import Settings
from api.wiring import Services, build, open_database
from store import audit
from store.database import Database
from store.fence import Job
from store.tables import AuditEntry, Base, ModelCall
from workspace.nights import begin_night
from workspace.scope import system_scope

# What two equal nights differ in: how long something took and when it was written, and the order of the trail.
_MOMENTS = {"at", "created_at", "finished_at", "started_at", "received_at", "seconds", "digest"}
_CALLS = ModelCall.__tablename__
_NAMED = {_CALLS: ["client_id", "inputs_hash"]}  # whose ids are drawn: a question is one by what was asked
# Who worked, who looked at pages meanwhile, and the order in which things were written down.
_PASSING = {"audit", "audit_head", "workers", "leases", "schema_floor", "sign_ins", "known_devices", "acts"}
_AT_ONCE = 1000  # rows

Row = dict[str, Any]
_ONCE = ("deliverable:version:drafted", "signal:item:raised", "scan:night:finished")
_COMPARED = ("client_scans", "signals", "deliverables", "deliverable_versions", "briefs", "brief_items", "outbox")


def put(home: Path, settings: Settings, url: str) -> None:
    """Every row of a home's SQLite into an empty PostgreSQL database."""
    target = open_database(settings.model_copy(update={"database_url": url}))
    target.migrate()
    with build(settings) as source, source.database.engine.connect() as here, target.engine.begin() as there:
        for table in Base.metadata.sorted_tables:
            there.execute(delete(table))
            for some in here.execute(select(table).execution_options(yield_per=_AT_ONCE)).partitions():
                there.execute(insert(table), [dict(row._mapping) for row in some])
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


@dataclass(frozen=True)
class Left:
    """What a night left: a hash of each row by table and key (of questions those that were answered), how often what happens once is on the
    trail again, how many questions a model answered more than once, how many went in vain, what the trail's chain has against it."""

    rows: dict[str, dict[str, bytes]]
    twice: int
    asked_twice: int
    in_vain: int
    faults: list[str]
    counts: dict[str, int] = field(default_factory=dict[str, int])


def left(database: Database) -> Left:
    """Everything that a night left in a database, but the moments."""
    rows: dict[str, dict[str, bytes]] = {}
    with database.engine.connect() as connection:
        for table in _tables():
            rows[table.name] = {key: _hash(_plain(table, row)) for key, row in _keyed(connection, table, None)}
        count = select(func.count()).select_from(ModelCall)
        answered = connection.scalar(count.where(ModelCall.outcome == "ok")) or 0
        in_vain = (connection.scalar(count) or 0) - answered
        happened = select(AuditEntry.tag, AuditEntry.subject, AuditEntry.detail).where(AuditEntry.tag.in_(_ONCE))
        told = Counter(str(tuple(row)) for row in connection.execute(happened))
    counts = {name: len(rows[name]) for name in _COMPARED if name in rows}
    twice = sum(n - 1 for n in told.values())
    with database.reading(Job.TRAIL) as session:
        faults = [str(one) for one in audit.verify(session)]
    return Left(rows, twice, answered - len(rows[_CALLS]), in_vain, faults, counts)


def _tables() -> Iterator[Table]:
    return (table for table in Base.metadata.sorted_tables if table.name not in _PASSING)


def _keyed(connection: Connection, table: Table, only: Collection[str] | None) -> Iterator[tuple[str, Row]]:
    """The rows of a table with their keys; of some keys only, where asked."""
    keys = _NAMED.get(table.name) or [column.name for column in table.primary_key.columns]
    for some in connection.execute(select(table).execution_options(yield_per=_AT_ONCE)).partitions():
        for row in some:
            key = "/".join(str(row._mapping[name]) for name in keys)
            answered = table.name != _CALLS or row._mapping["outcome"] == "ok"
            if answered and (only is None or key in only):
                yield key, dict(row._mapping)


def _plain(table: Table, row: Row) -> dict[str, str]:
    """By column; of a column that holds an object by each of its names, so that a difference can be told by where it is."""
    leave = _MOMENTS | ({"id"} if table.name in _NAMED else set())
    found = Row()
    for name, value in row.items():
        found |= {f"{name}.{part}": one for part, one in value.items()} if isinstance(value, dict) else {name: value}
    return {name: repr(value) for name, value in found.items() if name not in leave}


def _hash(row: Mapping[str, str]) -> bytes:
    return hashlib.sha256(repr(sorted(row.items())).encode()).digest()[:16]


@dataclass(frozen=True)
class Compared:
    """How two nights differ: rows that only one has, by table, and rows that are not the same, by table and column."""

    lost: dict[str, int]
    more: dict[str, int]
    other: dict[str, int]

    @property
    def is_equal(self) -> bool:
        return not (self.lost or self.more or self.other)


def compared(quiet: Left, stormy: Left, here: Database, there: Database) -> Compared:
    """What the disturbed night (`there`) lacks, has beyond, and has otherwise."""
    lost, more, other = Counter[str](), Counter[str](), Counter[str]()
    for table in _tables():
        one, two = quiet.rows[table.name], stormy.rows[table.name]
        lost[table.name] += len(one.keys() - two.keys())
        more[table.name] += len(two.keys() - one.keys())
        if differ := {key for key in one.keys() & two.keys() if one[key] != two[key]}:
            other.update(_columns(table, differ, here, there))
    return Compared(dict(+lost), dict(+more), dict(+other))


def _columns(table: Table, keys: Collection[str], here: Database, there: Database) -> Iterator[str]:
    """The column of each difference."""
    with here.engine.connect() as one, there.engine.connect() as two:
        before = {key: _plain(table, row) for key, row in _keyed(one, table, keys)}
        after = {key: _plain(table, row) for key, row in _keyed(two, table, keys)}
    for key in keys:
        mine, other = before[key], after[key]
        for column in mine.keys() | other.keys():
            if mine.get(column) != other.get(column):
                yield f"{table.name}.{column}"
