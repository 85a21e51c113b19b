"""What an exported firm says of its time and money beyond the contract's files, from `records/*.jsonl` of the export: rates, expenses,
drafts, bills with their lines, write-offs, how payments came about, and what became of each entry of time.

Rows are taken by the ids that the export gave them, into a home that has none of its own yet. A row whose client, person, invoice or entry
is not there is told and left out, with everything that hangs on it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, Integer, select

from store.ids import stable_id
from store.rows import Rejected
from store.tables import (
    Adjustment,
    Base,
    Bill,
    BillLine,
    Client,
    Counter,
    Engagement,
    Expense,
    Person,
    Rate,
    Receipt,
    RecurringFee,
    TimeEntry,
    Timer,
)
from store.types import Instant, Scaled
from workspace.records.upsert import Applied
from workspace.scope import Right, Scope

Raw = Mapping[str, Any]
# in the order in which they reference each other; counters and time_entries are no rows of their own here
_ADDED: tuple[type[Base], ...] = (Rate, RecurringFee, Timer, Expense, Bill, BillLine, Receipt, Adjustment)
FILES = (*(table.__tablename__ for table in _ADDED), "time_entries", "counters")
_FATE = ("invoice_id", "entered_at", "approved_by", "approved_on", "written_off_on")
_ISSUED = ("state", "invoice_id", "issued_by", "issued_at")


def apply_billing(scope: Scope, files: Mapping[str, Sequence[Raw]]) -> Applied:
    """Take the rows of these files, by the name of their table (FILES), in a home that has no time or money of its own yet; in any other
    they are left alone, since that home has gone on. Raises Forbidden without client:write."""
    scope.require(Right.CLIENT_WRITE)
    if not _is_fresh(scope):
        return Applied(unchanged=sum(len(files.get(table.__tablename__, ())) for table in _ADDED))
    entries = files.get("time_entries", ())
    moved, known = dict(_ids_after_load(scope, entries)), dict[str, set[str]]()
    done, rejected, bills = Applied(), list[Rejected](), list[tuple[Bill, Raw]]()
    for table in _ADDED:
        name = table.__tablename__
        for line, raw in enumerate(files.get(name, ()), start=1):
            row: dict[str, Any] = {
                **raw,
                "time_entry_id": moved.get(raw.get("time_entry_id") or "", raw.get("time_entry_id")),
            }
            if why := _lacking(scope, table, row, known):
                rejected.append(Rejected(f"records/{name}.jsonl", line, why, dict(raw)))
                continue
            # a bill is locked once it is issued: its lines come first
            held = {"state": "draft", "invoice_id": None} if table is Bill else {}
            made = _made(table, {**row, **held})
            scope.session.add(made)
            known.setdefault(name, set()).add(row["id"])
            bills += [(made, row)] if isinstance(made, Bill) else []
            done += Applied(created=1)
        scope.session.flush()
    for bill, told in bills:
        for column, value in values_of(Bill, told).items():
            if column in _ISSUED:
                setattr(bill, column, value)
    scope.session.flush()
    fates = _fates(scope, entries, moved, _ids(scope, "invoices", known))
    return done + fates + _count_on(scope, files) + Applied(rejected=tuple(rejected))


def _is_fresh(scope: Scope) -> bool:
    entered = select(TimeEntry.id).where(TimeEntry.entered_at.is_not(None)).limit(1)
    own = (select(Bill.id).limit(1), select(Adjustment.id).limit(1), select(Receipt.id).limit(1), entered)
    return all(scope.session.scalar(query) is None for query in own)


def _made(table: type[Base], row: Raw) -> Base:
    return table(**values_of(table, row))


def values_of(table: type[Base], row: Raw) -> dict[str, Any]:
    """The columns of a row as its table has them, from the export's JSON."""
    return {column.key: _value(column, row.get(column.key)) for column in table.__table__.columns}


def _value(column: ColumnElement[Any], value: Any) -> Any:
    """A value of the export's JSON as its column has it."""
    if value is None or isinstance(column.type, Boolean | Integer):
        return value
    if isinstance(column.type, Scaled):
        return Decimal(str(value))
    if isinstance(column.type, Instant):
        return datetime.fromisoformat(str(value))
    return date.fromisoformat(str(value)) if isinstance(column.type, Date) else value


def _lacking(scope: Scope, table: type[Base], row: Raw, known: dict[str, set[str]]) -> str | None:
    """What a row references that is not there; a client outside the scope is not."""
    for column in table.__table__.columns:
        for key in column.foreign_keys:
            value, of = row.get(column.key), key.column.table.name
            if value is not None and value not in _ids(scope, of, known):
                return f"what it names as {column.key.removesuffix('_id')} was not loaded"
    return None


def _ids(scope: Scope, table: str, known: dict[str, set[str]]) -> set[str]:
    """The ids of a table, read once."""
    if table not in known:
        column = Base.metadata.tables[table].c.id
        query = select(column).where(column.in_(scope.clients())) if table == "clients" else select(column)
        known[table] = set(scope.session.scalars(query))
    return known[table]


def _ids_after_load(scope: Scope, entries: Sequence[Raw]) -> Iterator[tuple[str, str]]:
    """The id of each exported entry of time in this home: entries that agree in their natural key are numbered anew by a load, in the order
    in which they stood (workspace/export.py), so that one that was deleted between them leaves no hole."""
    people = dict(scope.session.execute(select(Person.id, Person.email)).tuples().all())
    clients = dict(scope.session.execute(select(Client.id, Client.ref)).tuples().all())
    works = dict(scope.session.execute(select(Engagement.id, Engagement.ref)).tuples().all())
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for one in entries:
        work = works.get(one["engagement_id"], "") if one["engagement_id"] else ""
        person, client = people.get(one["person_id"], ""), clients.get(one["client_id"], "")
        groups[one["date"], person, client, work, one["service"] or ""].append(one["id"])
    for key, ids in groups.items():
        places = {stable_id("time", *key, n): n for n in range(len(ids))}
        for nth, old in enumerate(sorted(sorted(ids), key=lambda one: places.get(one, len(ids)))):
            yield old, stable_id("time", *key, nth)


def _fates(scope: Scope, entries: Sequence[Raw], moved: Mapping[str, str], invoices: set[str]) -> Applied:
    """What became of entries that stand here as they were loaded: billed, approved, written off, entered by hand."""
    told = {moved[one["id"]]: one for one in entries if any(one.get(name) for name in _FATE)}
    if not told:
        return Applied()
    changed = 0
    for row in scope.session.scalars(select(TimeEntry).where(TimeEntry.client_id.in_(scope.clients()))):
        given = values_of(TimeEntry, told[row.id]) if row.id in told else {}
        for name in _FATE if given else ():
            if name != "invoice_id" or given[name] in invoices:
                setattr(row, name, given[name])
        changed += bool(given)
    scope.session.flush()
    return Applied(updated=changed)


def _count_on(scope: Scope, files: Mapping[str, Sequence[Raw]]) -> Applied:
    """The next number follows the last that the exported firm gave out."""
    for one in files.get("counters", ()):
        row = scope.session.get(Counter, one["name"], with_for_update=True)
        if row is not None and row.last < int(one["last"]):
            row.last = int(one["last"])
            return Applied(updated=1)
    return Applied()
