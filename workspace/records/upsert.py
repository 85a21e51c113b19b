"""Rows put into a table by their id: added, changed where a value differs, or left alone. And who is known under a name.

A batch costs one query per 500 rows. A column that the caller did not give is not compared and not touched.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from sqlalchemy import inspect, select

from store.rows import Rejected, Row
from store.tables import Base, Client, Engagement, Invoice, Person
from workspace.directory.loading import merged_refs
from workspace.records.history import LOAD, held_back, note_change, note_first
from workspace.scope import Scope

T = TypeVar("T")
B = TypeVar("B", bound=Base)
_BATCH = 500


@dataclass(frozen=True)
class Applied:
    """What became of rows: how many were new, changed, the same; those that could not be taken, with the reason; and what is to be said
    about values that a person had accepted."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: tuple[Rejected, ...] = ()
    kept: tuple[str, ...] = ()

    def __add__(self, other: "Applied") -> "Applied":
        return Applied(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.rejected + other.rejected,
            self.kept + other.kept,
        )

    @property
    def changed(self) -> bool:
        return bool(self.created or self.updated)


def put(scope: Scope, table: type[B], wanted: Sequence[B]) -> Applied:
    """Make the rows of `table` as wanted; each is an object outside the session, with its id and the values that it should have.

    Ids must differ. Rows that reference each other must be put in the order of the reference.
    """
    done = Applied()
    for batch in batches(wanted):
        known = _rows_by_id(scope, table, [_id(row) for row in batch])
        pairs = [(row, known.get(_id(row))) for row in batch]
        new = [row for row, there in pairs if there is None]
        scope.session.add_all(new)
        scope.session.flush()  # the history names the client
        for row in new:
            note_first(scope, row, _given(row))
        differing = [
            (there, differs) for row, there in pairs if there is not None and (differs := _differs(there, row))
        ]
        left, kept = held_back(scope, differing)
        changed = sum(_assign(scope, there, given, left.get(n, set())) for n, (there, given) in enumerate(differing))
        done += Applied(len(new), changed, len(batch) - len(new) - changed, kept=kept)
        scope.session.flush()
    return done


def batches(items: Sequence[T], size: int = _BATCH) -> Iterator[Sequence[T]]:
    """The items in pieces of `size`, in order."""
    return (items[first : first + size] for first in range(0, len(items), size))


def _rows_by_id(scope: Scope, table: type[B], ids: list[str]) -> dict[str, B]:
    key = inspect(table).primary_key[0]
    return {_id(row): row for row in scope.session.scalars(select(table).where(key.in_(ids)))}


def _id(row: Base) -> str:
    identity: str = row.id  # type: ignore[attr-defined]
    return identity


def _given(row: Base) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def _differs(there: Base, row: Base) -> dict[str, Any]:
    """The values of `row` that `there` does not have."""
    return {name: value for name, value in _given(row).items() if getattr(there, name) != value}


def _assign(scope: Scope, row: Base, values: Mapping[str, Any], left: Collection[str]) -> bool:
    """Whether anything was changed; what is equal is not assigned, so that nothing is written and no revision rises."""
    taken = {name: value for name, value in values.items() if name not in left}
    before = {name: getattr(row, name) for name in taken}
    for name, value in taken.items():
        setattr(row, name, value)
    note_change(scope, row, before, taken, LOAD)
    return bool(taken)


def known_people(scope: Scope) -> dict[str, str]:
    """Everybody of the firm, by e-mail address: the person's id."""
    return dict(scope.session.execute(select(Person.email, Person.id)).tuples().all())


def known_clients(scope: Scope, refs: Iterable[str]) -> dict[str, str]:
    """The clients of these refs that the asker may see: the client's id by ref, of one that was merged the id of what it became."""
    found: dict[str, str] = {}
    for batch in batches(sorted(set(refs))):
        query = select(Client.ref, Client.id).where(Client.ref.in_(batch), Client.id.in_(scope.clients()))
        found.update((ref, identity) for ref, identity in scope.session.execute(query))
    if found:
        found.update((ref, kept) for ref, kept in merged_refs(scope).items() if ref in found)
    return found


@dataclass(frozen=True)
class Known:
    """A row that others name: its id, its client's, and what people call it."""

    id: str
    client_id: str
    title: str


def known_engagements(scope: Scope, refs: Iterable[str | None]) -> dict[str, Known]:
    """The engagements of these refs at clients that the asker may see."""
    found: dict[str, Known] = {}
    for batch in batches(sorted({ref for ref in refs if ref})):
        query = select(Engagement.ref, Engagement.id, Engagement.client_id, Engagement.title).where(
            Engagement.ref.in_(batch), Engagement.client_id.in_(scope.clients())
        )
        found.update((ref, Known(*rest)) for ref, *rest in scope.session.execute(query))
    return found


def known_invoices(scope: Scope, numbers: Iterable[str]) -> dict[str, Known]:
    """The invoices of these numbers to clients that the asker may see."""
    found: dict[str, Known] = {}
    for batch in batches(sorted(set(numbers))):
        query = select(Invoice.number, Invoice.id, Invoice.client_id).where(
            Invoice.number.in_(batch), Invoice.client_id.in_(scope.clients())
        )
        found.update(
            (number, Known(identity, client, number)) for number, identity, client in scope.session.execute(query)
        )
    return found


def lacking(*named: tuple[str, str | None, Collection[str]]) -> str | None:
    """The reason to reject a row that names somebody or something unknown; each is (column, value, the values known)."""
    for column, value, known in named:
        if value is not None and value not in known:
            return f"{column} {value} is not known: {_WHERE[column]}"
    return None


_WHERE = {
    "client_ref": "clients.csv has no such client that could be read",
    "engagement_ref": "engagements.csv has no such engagement that could be read",
    "invoice_number": "invoices.csv has no such invoice that could be read",
    **dict.fromkeys(
        ("partner", "manager", "owner", "staff", "author", "entered_by", "confirmed_by"),
        "staff.csv has nobody of that address (somebody who left stands there with active = false)",
    ),
}


def reject(file: str, row: Row, reason: str) -> Rejected:
    """The row of a file, not taken for this reason."""
    cells = {name: str(value) for name, value in asdict(row).items() if value not in (None, "") and name not in _INNER}
    return Rejected(file, row.line, reason, {**cells, **row.custom})


_INNER = ("line", "nth", "custom")
