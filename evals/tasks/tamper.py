"""A thousand random changes to a database behind the application, each by somebody with the file or the server, guards gone: found?

Every change is made in a transaction on the very records, verified by the product's own verification, and taken back. Changed are columns
that the trail vouches for, whole rows (removed, inserted, swapped), entries of the trail and its head, and stored files. Two kinds, an end
cut off with the head put right and a chain computed anew, can only be found by a head that was printed before: those are verified with one.
"""

import random
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Table,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from evals.ground import Ground
from evals.runner import Score, Task
from store import vouching
from store.audit import Printed, head
from store.backup.dump import dump
from store.blobs import FileBlobs
from store.chain import GENESIS, entry_hash
from store.seal import Seal
from store.sealed import give_seal
from store.tables import AuditEntry, AuditHead, Base, DocumentVersion
from store.types import Instant, Scaled
from workspace.scope import Scope, operator_scope
from workspace.trail import verify

CHANGES = 1000
AUDIT, HEAD = AuditEntry.metadata.tables["audit"], AuditHead.metadata.tables["audit_head"]


@dataclass(frozen=True)
class Attempt:
    """One change: what was done to which table, and whether verification said so."""

    table: str
    what: str
    found: bool


class Untouched(Exception):
    """This change cannot be made here (no row, nothing to swap); another is tried."""


@dataclass
class Intruder:
    """Somebody with the file of a database, a folder of blobs, and a seed."""

    connection: Connection
    blobs: Path
    dice: random.Random
    printed: Printed

    def tables(self) -> list[str]:
        """The vouched tables that have rows."""
        names = (name for name in vouching.VOUCHED if vouching.table_of(name) is not None)
        return [n for n in names if self.connection.scalar(select(func.count()).select_from(Base.metadata.tables[n]))]

    def row_of(self, table: Table, at_least: int = 1) -> list[dict[str, Any]]:
        """Random rows of a table. Raises Untouched where there are fewer."""
        key = next(iter(table.primary_key.columns))
        keys = list(self.connection.scalars(select(key).order_by(key)))
        if len(keys) < at_least:
            raise Untouched
        chosen = self.dice.sample(keys, at_least)
        rows = self.connection.execute(select(table).where(key.in_(chosen))).mappings().all()
        return [dict(row) for row in rows]


def column(by: Intruder, table: Table) -> str:
    """One column of one row holds something else."""
    [row] = by.row_of(table)
    vouched = [c for c in vouching.columns_of(table.name) if not c.primary_key]
    picked = by.dice.choice(vouched)
    value = other(by.dice, picked, row[picked.name])
    key = next(iter(table.primary_key.columns))
    by.connection.execute(update(table).where(key == row[key.name]).values({picked.name: value}))
    return f"{picked.name} changed"


def removed(by: Intruder, table: Table) -> str:
    [row] = by.row_of(table)
    key = next(iter(table.primary_key.columns))
    by.connection.execute(delete(table).where(key == row[key.name]))
    return "removed"


def inserted(by: Intruder, table: Table) -> str:
    """A row like another, under an id of its own."""
    [row] = by.row_of(table)
    unique = {c.name for c in table.columns if c.unique or c.primary_key}
    for c in table.columns:
        if c.name in unique or any(c.name in one.columns for one in table.constraints if len(one.columns) > 1):  # type: ignore[attr-defined]
            if isinstance(row[c.name], str) and (not c.foreign_keys or c.name in unique):
                row[c.name] = f"{row[c.name]}x"
            elif isinstance(row[c.name], int) and not isinstance(row[c.name], bool):
                row[c.name] += 1000
    by.connection.execute(insert(table).values(row))
    return "inserted"


def swapped(by: Intruder, table: Table) -> str:
    """Two rows exchange a value."""
    one, two = by.row_of(table, 2)
    differ = [c for c in vouching.columns_of(table.name) if not c.primary_key and one[c.name] != two[c.name]]
    if not differ:
        raise Untouched
    picked, key = by.dice.choice(differ), next(iter(table.primary_key.columns))
    if picked.unique:
        by.connection.execute(update(table).where(key == one[key.name]).values({picked.name: f"{one[picked.name]}~"}))
    by.connection.execute(update(table).where(key == two[key.name]).values({picked.name: one[picked.name]}))
    by.connection.execute(update(table).where(key == one[key.name]).values({picked.name: two[picked.name]}))
    return f"{picked.name} of two exchanged"


def entry_changed(by: Intruder, table: Table) -> str:
    [row] = by.row_of(AUDIT)
    names = (
        "at",
        "actor",
        "tag",
        "subject",
        "client_id",
        "detail",
        "digest",
        "vouched",
        "detail_hash",
        "previous",
        "hash",
    )
    picked = AUDIT.columns[by.dice.choice((*names, "salt"))]
    value = other(by.dice, picked, row[picked.name])
    by.connection.execute(update(AUDIT).where(AUDIT.c.seq == row["seq"]).values({picked.name: value}))
    return f"{picked.name} changed"


def entry_removed(by: Intruder, table: Table) -> str:
    [row] = by.row_of(AUDIT)
    by.connection.execute(delete(AUDIT).where(AUDIT.c.seq == row["seq"]))
    return "entry removed"


def entries_reordered(by: Intruder, table: Table) -> str:
    """Two entries change places, each with the hash it had."""
    one, two = by.row_of(AUDIT, 2)
    by.connection.execute(delete(AUDIT).where(AUDIT.c.seq.in_([one["seq"], two["seq"]])))
    for row, seq in ((one, two["seq"]), (two, one["seq"])):
        by.connection.execute(insert(AUDIT).values({**row, "seq": seq}))
    return "two entries exchanged"


def details_blanked(by: Intruder, table: Table) -> str:
    """As an erasure leaves an entry, without one."""
    [row] = by.row_of(AUDIT)
    by.connection.execute(update(AUDIT).where(AUDIT.c.seq == row["seq"]).values(detail={}, salt=None))
    return "details removed"


def end_cut(by: Intruder, table: Table) -> str:
    last = by.connection.scalar(select(func.max(AUDIT.c.seq))) or 0
    by.connection.execute(delete(AUDIT).where(AUDIT.c.seq > last - by.dice.randint(1, max(1, last // 3))))
    return "end cut off"


def head_changed(by: Intruder, table: Table) -> str:
    what = by.dice.choice(("seq", "hash", "gone"))
    if what == "gone":
        by.connection.execute(delete(HEAD))
    elif what == "seq":
        by.connection.execute(update(HEAD).values(seq=HEAD.c.seq + by.dice.choice((-1, 1, 7))))
    else:
        by.connection.execute(update(HEAD).values(hash=_hex(by.dice)))
    return f"head: {what}"


def end_cut_and_mended(by: Intruder, table: Table) -> str:
    """The newest entries go, and the head says so: only a printed head knows better."""
    end_cut(by, table)
    _mend_head(by)
    return "end cut off, head put right"


def written_anew(by: Intruder, table: Table) -> str:
    """An entry is changed, and every hash from there on computed anew, with the product's own function."""
    [row] = by.row_of(AUDIT)
    rows = by.connection.execute(select(AUDIT).where(AUDIT.c.seq >= row["seq"]).order_by(AUDIT.c.seq)).mappings().all()
    before = by.connection.scalar(select(AUDIT.c.hash).where(AUDIT.c.seq == row["seq"] - 1)) or GENESIS
    for number, found in enumerate(rows):
        new = {**found, "previous": before, "actor": "somebody@else.example" if not number else found["actor"]}
        new["hash"] = before = entry_hash(new)
        by.connection.execute(update(AUDIT).where(AUDIT.c.seq == new["seq"]).values(new))
    _mend_head(by)
    return "chain computed anew"


def _mend_head(by: Intruder) -> None:
    last = by.connection.execute(select(AUDIT.c.seq, AUDIT.c.hash).order_by(AUDIT.c.seq.desc()).limit(1)).one()
    by.connection.execute(update(HEAD).values(seq=last.seq, hash=last.hash))


def blob_replaced(by: Intruder, table: Table) -> str:
    """The bytes of a stored file are others, or it is gone. Put back by who called."""
    names = list(by.connection.scalars(select(DocumentVersion.blob).distinct().order_by(DocumentVersion.blob)))
    if not names:
        raise Untouched
    name = by.dice.choice(names)
    path = by.blobs / name[:2] / name
    kept = by.blobs / "kept"
    shutil.copy(path, kept)
    (by.blobs / "kept.name").write_text(str(path))
    if by.dice.random() < 0.3:
        path.unlink()
        return "bytes removed"
    data = bytearray(path.read_bytes())
    data[by.dice.randrange(len(data))] ^= 1 + by.dice.randrange(255)
    path.write_bytes(bytes(data))
    return "bytes changed"


def _put_blob_back(folder: Path) -> None:
    if (folder / "kept.name").exists():
        shutil.move(folder / "kept", (folder / "kept.name").read_text())
        (folder / "kept.name").unlink()


Change = Callable[[Intruder, Table], str]
ROWS: tuple[tuple[Change, int], ...] = ((column, 50), (removed, 12), (inserted, 10), (swapped, 10))
TRAIL: tuple[tuple[Change, int], ...] = (
    *((entry_changed, 8), (entry_removed, 2), (entries_reordered, 2), (details_blanked, 2)),
    *((end_cut, 2), (head_changed, 2), (end_cut_and_mended, 2), (written_anew, 2), (blob_replaced, 2)),
)
PRINTED = (end_cut_and_mended, written_anew)
"""What nothing inside the database can show."""


def attempts(url: str, blobs: Path, seal: Seal, changes: int, seed: int, clock: Scope) -> Iterator[Attempt]:
    """That many random changes to records and to a folder of their blobs, each verified and taken back. A SQLite file is a copy that nobody
    has open: its guards are gone for good. `clock` lends its day and moment, `seal` its keys."""
    with _opened(url, seal) as engine, engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            with connection.begin():
                for name in list(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))):
                    connection.execute(text(f'DROP TRIGGER "{name}"'))
        with Session(connection) as session:
            printed = Printed(*head(session))
        by = Intruder(connection, blobs, random.Random(seed), printed)
        by.connection.rollback()
        done = 0
        while done < changes:
            made = _attempt(by, clock)
            if made is not None:
                done += 1
                yield made


def _attempt(by: Intruder, clock: Scope) -> Attempt | None:
    change = by.dice.choices(*zip(*ROWS, *TRAIL, strict=True))[0]
    on_rows = any(change is one for one, _ in ROWS)
    transaction = by.connection.begin()
    try:
        name = by.dice.choice(by.tables()) if on_rows else "blobs" if change is blob_replaced else "audit"
        what = change(by, Base.metadata.tables.get(name, AUDIT))
        with Session(by.connection, autoflush=False) as session:
            scope = operator_scope(session, "audit", now=clock.now, today=clock.today)
            heads = [by.printed] if change in PRINTED else []
            files = FileBlobs(str(by.blobs)) if change is blob_replaced else None
            return Attempt(name, what, bool(verify(scope, heads, files)))
    except (
        Untouched,
        SQLAlchemyError,
        ValueError,
    ):  # the database itself would not have it, or nothing was there to change
        return None
    finally:
        transaction.rollback()
        _put_blob_back(by.blobs)


@contextmanager
def _opened(url: str, seal: Seal) -> Iterator[Engine]:
    """Without foreign keys, on PostgreSQL without triggers too: who has the file, or the server, has no need to keep them."""
    engine = create_engine(url)
    give_seal(engine.dialect, seal)
    sqlite = engine.dialect.name == "sqlite"

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        if sqlite:
            connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if sqlite else "SET LOCAL session_replication_role = replica")

    try:
        yield engine
    finally:
        engine.dispose()


def other(dice: random.Random, column: Column[Any], value: Any) -> Any:
    """Another value of a column's type; raises ValueError where nothing else fits."""
    if value is None:
        return _some(dice, column)
    if column.nullable and dice.random() < 0.1:
        return None
    if isinstance(value, bool):
        return not value
    if isinstance(value, datetime | date):
        return value + timedelta(days=dice.choice((-400, -1, 1, 30)))
    if isinstance(value, Decimal):
        places = column.type.places if isinstance(column.type, Scaled) else 2
        return value + Decimal(dice.choice((-100, -1, 1, 9))).scaleb(-places)
    if isinstance(value, int | float):
        return value + dice.choice((-1, 1, 10))
    if isinstance(value, str):
        return _other_text(dice, value)
    if isinstance(value, list):
        return [*value, "x"] if not value or dice.random() < 0.5 else value[1:]
    if isinstance(value, dict):
        return {**value, "x": 1} if not value or dice.random() < 0.5 else dict(list(value.items())[1:])
    raise ValueError(f"nothing to put for {type(value)}")


def _other_text(dice: random.Random, value: str) -> str:
    if not value:
        return "x"
    at = dice.randrange(len(value))
    letter = dice.choice([c for c in "abcdef0123456789 " if c != value[at]])
    return value[:at] + letter + value[at + 1 :]


def _some(dice: random.Random, column: Column[Any]) -> Any:
    kind = column.type
    if isinstance(kind, Instant):
        return datetime.fromisoformat("2026-01-02T03:04:05+00:00")
    values: dict[type, Any] = {
        str: "x",
        bool: True,
        int: 7,
        float: 0.5,
        Decimal: Decimal(5),
        dict: {"x": 1},
        list: ["x"],
    }
    values[date] = date(2026, 1, 2)
    if isinstance(kind, Scaled):
        return Decimal(5)
    if type(kind).__name__ == "JSON":
        return {"x": dice.randrange(9)}
    return values[kind.python_type]


def _hex(dice: random.Random) -> str:
    return f"{dice.getrandbits(256):064x}"


def _dataset(ground: Ground) -> Iterable[list[Attempt]]:
    """One case: all changes to a small sample firm, after its night."""
    small = Ground(ground.homes, 4, ground.seeds[:1], ground.pack, ground.progress, ground.reuse)
    yield ground.keep(_small(small))


@contextmanager
def _small(ground: Ground) -> Iterator[list[Attempt]]:
    from evals.ground import open_ground

    with open_ground(ground):
        [sample] = ground.samples
        services = sample.services
        copy = Path(services.home) / "tampered"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        url = services.database.url
        if services.database.engine.dialect.name == "sqlite":
            url = f"sqlite:///{copy / 'tickmark.db'}"
            dump(services.database, copy / "tickmark.db")
        blobs = shutil.copytree(Path(services.home) / "blobs", copy / "blobs")
        with sample.reading() as scope:
            found = list(attempts(url, blobs, services.seal, CHANGES, ground.seeds[0], scope))
        shutil.rmtree(copy)
        yield found


def _solved(case: list[Attempt]) -> list[Attempt]:
    return case


def _scored(case: Sequence[Attempt], solved: object) -> Iterator[Score]:
    for one in case:
        yield "changes found", float(one.found)
        yield f"changes found: {one.table}", float(one.found)


TAMPER = Task(
    "tamper", "changes to the database behind the application, found by `audit verify`", _dataset, _solved, _scored
)
