"""Every sealed text of a database, by the key it is sealed with; and sealing them again under the newest.

They are found by how they begin, in whatever column they lie, so that none has to be listed anywhere. What a document says is never
looked at, nor what the database lets nobody change: nothing is sealed there. Commits nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import JSON, Column, String, bindparam, text
from sqlalchemy.orm import Session

from store.seal import OLD_PREFIX, PREFIX, SEALED, Seal
from store.sealed import Guarded, GuardedJson, Sealed
from store.tables import Base
from store.triggers import GUARDS

OLD = "old form"
AT_ONCE = 200
_TEXT_OF_DOCUMENTS = {"document_pages", "passages", "messages", "new_vectors"}


@dataclass(frozen=True)
class Place:
    """A column in which sealed texts may lie. `inside`: they stand within a longer text (JSON)."""

    table: str
    key: str
    column: str
    inside: bool


@dataclass
class Found:
    """How many texts are sealed under each key, by its id; `OLD` those of earlier releases; `lost` what nothing here opens, by the key
    they name."""

    under: Counter[str] = field(default_factory=Counter[str])
    lost: Counter[str] = field(default_factory=Counter[str])


@cache
def places() -> tuple[Place, ...]:
    """All columns that are looked at."""
    kept = {guard.table for guard in GUARDS if guard.on == "UPDATE" and guard.refuse_when == "1 = 1"}
    return tuple(
        Place(table.name, key.name, column.name, isinstance(column.type, GuardedJson))
        for table in Base.metadata.sorted_tables
        if table.name not in kept | _TEXT_OF_DOCUMENTS
        for key in [next(iter(table.primary_key.columns))]
        for column in table.columns
        if column is not key and _may_hold(column)
    )


def _may_hold(column: Column[object]) -> bool:
    if isinstance(column.type, Sealed | Guarded | GuardedJson):
        return True
    length = getattr(column.type, "length", None)
    return isinstance(column.type, String) and not isinstance(column.type, JSON) and (length is None or length > 100)


def look(session: Session, seal: Seal) -> Found:
    """Counts all of them; opens only those whose key is not named."""
    found, here = Found(), {key.id for key in seal.ring()}
    for place in places():
        for _, held in _rows(session, place):
            for name in _keys_of(held):
                known = name in here or (name == OLD and seal.open(held) is not None)
                if known:
                    found.under[name] += 1
                elif name != OLD:  # what only looks like an earlier release's is somebody's text
                    found.lost[name] += 1
    return found


def behind(session: Session, seal: Seal) -> list[tuple[Place, list[str]]]:
    """Where texts lie that another key than the newest sealed, by the keys of their rows."""
    newest = seal.newest().id
    return [
        (place, rows)
        for place in places()
        if (rows := [key for key, held in _rows(session, place) if any(name != newest for name in _keys_of(held))])
    ]


def seal_again(session: Session, seal: Seal, place: Place, keys: Sequence[str]) -> int:
    """Seal these rows of a column under the newest key; how many changed. What nothing here opens stays as it is."""
    changed = []
    for key, held in _rows(session, place, keys):
        new = SEALED.sub(lambda match: seal.again(match.group()), held) if PREFIX in held else seal.again(held)
        if new != held:
            changed.append({"key": key, "new": new})
    if changed:
        is_json = place.inside and session.get_bind().dialect.name == "postgresql"
        value = "CAST(:new AS JSON)" if is_json else ":new"
        session.connection().execute(
            text(f'UPDATE {place.table} SET "{place.column}" = {value} WHERE "{place.key}" = :key'),  # noqa: S608 - names of our tables
            changed,
        )
    return len(changed)


def _rows(session: Session, place: Place, keys: Sequence[str] | None = None) -> Iterator[tuple[str, str]]:
    column = f'CAST("{place.column}" AS TEXT)'
    like = (
        f"{column} LIKE '%{PREFIX}%'"
        if place.inside
        else f"({column} LIKE '{PREFIX}%' OR {column} LIKE '{OLD_PREFIX}%')"
    )
    query = f'SELECT "{place.key}", {column} FROM {place.table} WHERE {like}'  # noqa: S608 - names of our tables
    if keys is None:
        found = session.connection().execute(text(query))
    else:
        locked = " FOR UPDATE" if session.get_bind().dialect.name == "postgresql" else ""
        wanted = text(f'{query} AND "{place.key}" IN :keys{locked}').bindparams(bindparam("keys", expanding=True))
        found = session.connection().execute(wanted, {"keys": list(keys)})
    yield from found.tuples()


def _keys_of(held: str) -> list[str]:
    if PREFIX in held:
        return [match["key"] for match in SEALED.finditer(held)]
    return [OLD]
