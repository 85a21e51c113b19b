"""Rows on their way from one home to another: what stays behind and why, values that survive a line of JSON, and rows put where none are.

Ids stay what they were, and so does the trail. What the trail vouched for and could not come along (password hashes, sessions) is vouched
for again as it stands after the move. Asks nobody whether it may.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby, islice
from secrets import token_hex
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Date,
    LargeBinary,
    Select,
    String,
    Table,
    bindparam,
    null,
    select,
    update,
)
from sqlalchemy.orm import Session

from store import triggers, vouching
from store.database import Database
from store.errors import Broken
from store.fence import Job
from store.sealed import GuardedJson
from store.tables import AuditEntry, Base
from store.types import Instant, Scaled, plain

_SIGN_IN = "how people sign in stays with the home that they sign in to: they are invited anew"
_RUNNING = "what runs, and on which machines, is the other home's own"
_TOKEN = "what a secret opens stays behind with the secret: it is made anew"  # noqa: S105 - a reason

LEFT_OUT: Mapping[str, str] = {
    "calendar_feeds": _TOKEN,
    "door_challenges": _SIGN_IN,
    "door_links": _SIGN_IN,
    "kept_passwords": "passwords of clients' files: files that were opened stay open, others ask again",
    "keyed_creations": "answers to programs that ask twice, kept for a day",
    "known_devices": _SIGN_IN,
    "leases": _RUNNING,
    "leavings": "what is still to be taken away lies beside this home's records alone",
    "new_vectors": "made again from the passages",
    "passkeys": _SIGN_IN,
    "portal_links": "how contacts come in stays behind: they get new links",
    "portal_sessions": "how contacts come in stays behind: they get new links",
    "provider_links": _SIGN_IN,
    "recovery_codes": _SIGN_IN,
    "schema_floor": _RUNNING,
    "second_factors": _SIGN_IN,
    "service_accounts": _TOKEN,
    "sign_in_failures": _SIGN_IN,
    "sign_ins": _SIGN_IN,
    "webhook_attempts": _TOKEN,
    "webhook_posts": _TOKEN,
    "webhooks": _TOKEN,
    "workers": _RUNNING,
}
"""Tables that no export holds, with the reason."""

LEFT_OUT_COLUMNS: Mapping[tuple[str, str], str] = {
    ("people", "password_hash"): _SIGN_IN,
    ("signers", "token_hash"): "a signer's link stays behind: she is sent a new one",
}
"""Columns that no export holds, with the reason; what undo remembers of them and of the tables above stays behind too."""

OF_THE_WHOLE = frozenset({"acts", "briefs", "import_verdicts", "imports", "rejected_rows"})
"""Tables whose rows speak of several clients at once: they leave with everything, not with what one person sees."""

_REMEMBERED = {("acts", "changes"), ("imports", "changes")}
_TRAIL = "audit"
_HEAD = "audit_head"
_AT_ONCE = 500

Row = dict[str, Any]


def leaving() -> list[Table]:
    """The tables that go along, those that others point at first."""
    return [table for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT]


def columns_of(table: Table) -> list[Column[Any]]:
    """The columns that go along."""
    return [column for column in table.columns if (table.name, column.name) not in LEFT_OUT_COLUMNS]


def read_rows(session: Session, table: Table, *where: ColumnElement[bool]) -> Iterator[Row]:
    """The rows of a table by column, in the order of the key. A JSON column that holds JSON's own null is not in its row; one that holds
    nothing is None."""
    columns = columns_of(table)
    unsure = [column for column in columns if column.nullable and isinstance(column.type, JSON | GuardedJson)]
    asked: Select[Any] = select(*columns, *(column.is_(null()).label(f"{column.name} is") for column in unsure))
    keys = [column.collate("C") if isinstance(column.type, String) else column for column in table.primary_key.columns]
    order = table.primary_key.columns if session.get_bind().dialect.name == "sqlite" else keys  # by bytes on either
    asked = asked.where(*where).order_by(*order).execution_options(yield_per=_AT_ONCE)
    for found in session.execute(asked).mappings():
        row = {column.name: _readable(found[column.name]) for column in columns}
        for column in unsure:
            if row[column.name] is None and not found[f"{column.name} is"]:
                del row[column.name]
        for name in row.keys() & {name for of, name in _REMEMBERED if of == table.name}:
            row[name] = [_without_secrets(one) for one in row[name] if one["table"] not in LEFT_OUT]
        yield row


def _readable(value: Any) -> Any:
    return b64encode(value).decode() if isinstance(value, bytes) else value


def _without_secrets(change: Row) -> Row:
    """What undo remembers of a row, without the columns that stay behind."""
    secret = {name for table, name in LEFT_OUT_COLUMNS if table == change["table"]}
    sides = {side: {k: v for k, v in change[side].items() if k not in secret} for side in ("before", "after")}
    return {**change, **sides}


def line_of(row: Row) -> str:
    """A row as a line of JSON: exact, in the order in which its values are kept."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=plain)


def row_of(table: Table, line: str) -> Row:
    """The row that `line_of` wrote. Raises Broken for a line that is none of this table's."""
    try:
        found = json.loads(line)
        return {name: _typed(table.columns[name], value) for name, value in found.items()}
    except (ValueError, KeyError, TypeError, ArithmeticError, AttributeError):
        raise Broken(f"a line of {table.name} is no row of it: {line[:80]!r}") from None


def _typed(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, Scaled):
        return Decimal(value)
    if isinstance(column.type, Instant):
        return datetime.fromisoformat(value)
    if isinstance(column.type, LargeBinary):
        return b64decode(value, validate=True)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value


def put(connection: Connection, rows: Callable[[Table], Iterable[Row]]) -> dict[str, int]:
    """Put rows into a home that has none, inside the transaction that is open, and say how many each table got. What a new home holds of
    itself (where its counters stand) gives way to what comes."""
    counts = dict[str, int]()
    with triggers.lifted(connection, on=("INSERT", "UPDATE", "DELETE")):
        for table in reversed(Base.metadata.sorted_tables):
            if LEFT_OUT.get(table.name) != _RUNNING:
                connection.execute(table.delete())
        for table in leaving():
            counts[table.name] = _put(connection, table, rows(table))
    return counts


def _put(connection: Connection, table: Table, rows: Iterable[Row]) -> int:
    """Rows of a table may point at each other: they stand first, and point then."""
    own = [c for c in table.columns if any(key.column.table is table for key in c.foreign_keys)]
    key, count, later = next(iter(table.primary_key.columns)), 0, list[Row]()
    coming = iter(rows)
    while batch := list(islice(coming, _AT_ONCE)):
        later += [{"row": row[key.name], **{c.name: row[c.name] for c in own}} for row in batch if _points(row, own)]
        ready = [row | {c.name: None for c in own} for row in batch]
        for empty, group in groupby(ready, key=lambda row: _empty(table, row)):
            given = [_given(table, row, empty) for row in group]
            connection.execute(table.insert().values({name: null() for name in empty}), given)
        count += len(batch)
    if later:
        values = {c.name: bindparam(f"to_{c.name}", type_=c.type) for c in own}
        moved = [{"row": one["row"], **{f"to_{c.name}": one[c.name] for c in own}} for one in later]
        connection.execute(update(table).where(key == bindparam("row")).values(values), moved)
    return count


def _points(row: Row, own: list[Column[Any]]) -> bool:
    return any(row[column.name] is not None for column in own)


def _empty(table: Table, row: Row) -> tuple[str, ...]:
    """JSON columns that hold nothing: given as a value, that would become JSON's null."""
    return tuple(
        name
        for name, value in row.items()
        if value is None and isinstance(table.columns[name].type, JSON | GuardedJson)
    )


def _given(table: Table, row: Row, empty: tuple[str, ...]) -> Row:
    """The values of a statement that says itself which are empty; JSON's null where a column is not in its row."""
    absent = [c.name for c in columns_of(table) if c.name not in row and isinstance(c.type, JSON | GuardedJson)]
    # where a hash must stand, one whose secret nobody has
    unknown = {
        c.name: token_hex(32) for c in table.columns if (table.name, c.name) in LEFT_OUT_COLUMNS and not c.nullable
    }
    return {name: value for name, value in row.items() if name not in empty} | dict.fromkeys(absent) | unknown


def note_changed_on_the_way(session: Session) -> None:
    """Have the trail vouch again, with the next entry, for rows that came without a secret, and say of those that did not come that they
    are gone."""
    last = dict[tuple[str, str], str | None]()
    told = select(AuditEntry.vouched).where(AuditEntry.vouched.is_not(null())).order_by(AuditEntry.seq)
    for vouched in session.scalars(told.execution_options(yield_per=_AT_ONCE)):
        for name, table in (vouched or {}).items():
            if name in LEFT_OUT:
                last.update({(name, key): digest for key, digest in table["rows"].items()})
    for (name, key), digest in last.items():
        if digest is not None:
            vouching.note_ids(session, name, [key])
    for name, secret in LEFT_OUT_COLUMNS:
        if vouching.table_of(name) is not None and secret in {c.name for c in vouching.columns_of(name)}:
            key_column = next(iter(Base.metadata.tables[name].primary_key.columns))
            vouching.note_ids(session, name, session.scalars(select(key_column)))


def differences(one: Database, other: Database, *, trail: int | None = None) -> list[str]:
    """Where two homes differ in what goes along: the table, and the first row of it. `trail`: so many entries are compared, and the head is
    not, where one of them has gone on since."""
    found = list[str]()
    with one.reading(Job.SYSTEM) as here, other.reading(Job.SYSTEM) as there:
        for table in leaving():
            if trail is not None and table.name == _HEAD:
                continue
            only = [table.c.seq <= trail] if trail is not None and table.name == _TRAIL else []
            said = _difference(read_rows(here, table, *only), read_rows(there, table, *only))
            found += [f"{table.name}: {said}"] if said else []
    return found


def _difference(here: Iterator[Row], there: Iterator[Row]) -> str:
    for number, left in enumerate(here, 1):
        right = next(there, None)
        if right is None:
            return f"row {number} is missing in the other"
        if left != right or left.keys() != right.keys():
            names = sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))
            return f"row {number} differs in {', '.join(names)}"
    return "there are more rows in the other" if next(there, None) is not None else ""
