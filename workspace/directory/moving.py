"""How rows go from one row to another when two are merged: every reference in every table, by the columns' foreign keys.

Rows change one by one through the session, so that the act keeps each. Owns what happens where the kept side has such a row already; who
may merge and what may not move is for merge_contacts.py and merge_clients.py.
"""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import UniqueConstraint, func, select

from store.errors import Conflict
from store.tables import Base
from workspace.scope import Scope

CLASSES = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}


def references(target: str) -> Iterator[tuple[str, str]]:
    """(table, column) of every foreign key to `target`, e.g. "contacts.id"; in the order in which tables depend on each other."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.target_fullname == target for key in column.foreign_keys):
                yield table.name, column.name


def held(scope: Scope, target: str, identity: str) -> dict[str, int]:
    """How many rows of each table name that row."""
    counts: dict[str, int] = {}
    for table, column in references(target):
        of = CLASSES[table]
        query = select(func.count()).select_from(of).where(getattr(of, column) == identity)
        if number := scope.session.scalars(query).one():
            counts[table] = counts.get(table, 0) + number
    return counts


def repoint(scope: Scope, table: str, column: str, source: str, kept: str, *, clash: str = "refuse") -> int:
    """Make the rows that name `source` name `kept`; how many. Where a unique key forbids it: `clash` is refuse, drop (the source's row
    goes) or stay. Raises Conflict."""
    of = CLASSES[table]
    rows: list[Any] = list(scope.session.scalars(select(of).where(getattr(of, column) == source)))
    if not rows:
        return 0
    taken = [(names, _keys(scope, of, names, column, kept)) for names in _unique(table, column)]
    moved = 0
    for row in rows:
        clashes = any(tuple(getattr(row, name) for name in names) in keys for names, keys in taken)
        if clashes and clash == "refuse":
            raise Conflict(
                f"both have a row of the same kind in {table.replace('_', ' ')}; take one of them away first"
            )
        if clashes and clash == "drop":
            scope.session.delete(row)
        elif not clashes:
            setattr(row, column, kept)
            moved += 1
    scope.session.flush()
    return moved


def _unique(table: str, column: str) -> list[tuple[str, ...]]:
    """The other columns of each unique key that the column is part of."""
    return [
        tuple(c.name for c in key.columns if c.name != column)
        for key in Base.metadata.tables[table].constraints
        if isinstance(key, UniqueConstraint) and column in key.columns
    ]


def _keys(scope: Scope, of: Any, names: Collection[str], column: str, kept: str) -> set[tuple[Any, ...]]:
    columns = [getattr(of, name) for name in names] or [getattr(of, column)]
    return {tuple(row) for row in scope.session.execute(select(*columns).where(getattr(of, column) == kept))}
