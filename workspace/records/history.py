"""What records said over time: first values and changes of the fields that documents can feed, and who or what said so.

Owns what is kept of which record, and that a load does not undo in silence what a person accepted. Writers are the loads (upsert.py) and
the acceptance of a document's value (workspace/contradictions.py); reading is workspace/record_history.py's. Taxpayer ids are kept as
their last four digits and a digest.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select

from store.ids import stable_id
from store.tables import Base, Client, ClientContact, Engagement, EnteredDeadline, Person, RecordChange
from workspace.scope import Scope

TRACKED: Mapping[type[Base], tuple[str, ...]] = MappingProxyType(
    {
        Client: ("name", "entity_type", "tax_id", "address", "city", "state", "zip", "fiscal_year_end", "annual_fee"),
        ClientContact: ("title", "ownership_pct"),
        Engagement: ("fee", "due", "extended_to"),
        EnteredDeadline: ("due",),
    }
)
SECRET = ("tax_id",)
_IDS_AT_ONCE = 500


@dataclass(frozen=True)
class Source:
    """By what a value came: load, accept, or edit (a person wrote it). `person_id` only where a person did, `evidence` (the contract's JSON
    of the words) only where she accepted them."""

    kind: str
    person_id: str | None = None
    evidence: Mapping[str, Any] | None = None
    note: str = ""


LOAD = Source("load")
BY_A_PERSON = ("accept", "edit")


def kept_text(field: str, value: object) -> str | None:
    """A value as the history keeps it: plain text, None for an empty one, a taxpayer id without its digits."""
    if value in (None, ""):
        return None
    if field in SECRET:
        digits = "".join(c for c in str(value) if c.isalnum())
        return f"•••••{digits[-4:]} {hashlib.sha256(digits.encode()).hexdigest()}"
    if isinstance(value, Decimal):
        return format(value.normalize() + 0, "f")
    return value.isoformat() if isinstance(value, date) else str(value)


def name_of(row: Base) -> str:
    """The record's name of the trade."""
    match row:
        case Client(ref=ref):
            return f"client:{ref}"
        case Engagement(ref=ref):
            return f"engagement:{ref}"
        case ClientContact(contact_id=contact_id):
            return f"contact:{contact_id}"
        case EnteredDeadline(id=identity):
            return f"deadline:{identity}"
        case _:
            raise TypeError(f"{type(row).__name__} keeps no history")


def note_first(scope: Scope, row: Base, values: Mapping[str, Any]) -> None:
    """Keep the first values of a new record."""
    fields = TRACKED.get(type(row), ())
    said = {name: kept_text(name, values.get(name)) for name in fields if kept_text(name, values.get(name)) is not None}
    if fields:
        _keep(scope, row, said, {}, LOAD, scope.now, "first")


def note_change(scope: Scope, row: Base, before: Mapping[str, Any], after: Mapping[str, Any], source: Source) -> None:
    """Keep a change of tracked fields; `before` and `after` hold the same names."""
    names = [name for name in after if name in TRACKED.get(type(row), ())]
    said = {name: kept_text(name, after[name]) for name in names}
    was = {name: kept_text(name, before[name]) for name in names}
    if said != was:
        at = _after_the_last(scope, row)
        _keep(scope, row, said, was, source, at, at.isoformat())


def _after_the_last(scope: Scope, row: Base) -> datetime:
    """Now, or just after the record's newest change: the order of changes outlives a clock that was set back."""
    change = RecordChange
    query = select(func.max(change.at)).where(change.record == name_of(row), change.client_id == client_of(row))
    last = scope.session.scalars(query).one()
    return scope.now if last is None else max(scope.now, last + timedelta(microseconds=1))


def client_of(row: Base) -> str:
    """The id of the client that a tracked record is of."""
    client_id: str = row.id if isinstance(row, Client) else row.client_id  # type: ignore[attr-defined]
    return client_id


def _keep(
    scope: Scope, row: Base, said: dict[str, Any], was: dict[str, Any], source: Source, at: datetime, mark: str
) -> None:
    client_id, record = client_of(row), name_of(row)
    scope.session.add(
        RecordChange(
            id=stable_id("chg", client_id, record, mark),
            client_id=client_id,
            record=record,
            said=said,
            was=was,
            since=scope.today,
            at=at,
            source=source.kind,
            person_id=source.person_id,
            evidence=dict(source.evidence) if source.evidence is not None else None,
            note=source.note,
        )
    )


@dataclass(frozen=True)
class Accepted:
    """The newest word on a field where a person accepted it: what it replaced, when, by whom."""

    was: str | None
    said: str | None
    since: date
    by: str


def accepted_values(scope: Scope, rows: Iterable[Base]) -> dict[tuple[str, str, str], Accepted]:
    """The fields of these records whose newest change is a person's, by client id, record and field; a query for 500 records."""
    names = sorted({name_of(row) for row in rows})
    found: dict[tuple[str, str, str], Accepted] = {}
    for first in range(0, len(names), _IDS_AT_ONCE):
        query = (
            select(RecordChange, Person.name)
            .outerjoin(Person, Person.id == RecordChange.person_id)
            .where(
                RecordChange.record.in_(names[first : first + _IDS_AT_ONCE]),
                RecordChange.client_id.in_(scope.clients()),
            )
            .order_by(RecordChange.at, RecordChange.id)
        )
        for change, person in scope.session.execute(query).tuples():
            for field in change.said:
                key = (change.client_id, change.record, field)
                found.pop(key, None)
                if change.source in BY_A_PERSON:
                    found[key] = Accepted(change.was.get(field), change.said[field], change.since, person or "a person")
    return found


def held_back(
    scope: Scope, differing: Sequence[tuple[Base, dict[str, Any]]]
) -> tuple[dict[int, set[str]], tuple[str, ...]]:
    """Of rows with what a load would change in them: the fields to leave alone, by the row's place, and what to say about it.

    A value that a person accepted stands until the load brings another one than it brought before; then the new one is taken, and said."""
    tracked = [(place, row, given) for place, (row, given) in enumerate(differing) if _touches(row, given)]
    if not tracked:
        return {}, ()
    accepted = accepted_values(scope, [row for _, row, _ in tracked])
    left: dict[int, set[str]] = {}
    said: list[str] = []
    for place, row, given in tracked:
        client_id = client_of(row)
        for field, value in given.items():
            one = accepted.get((client_id, name_of(row), field))
            if one is None:
                continue
            stays = kept_text(field, value) == one.was
            if stays:
                left.setdefault(place, set()).add(field)
            said.append(_told(name_of(row), field, one, kept_text(field, value), stays=stays))
    return left, tuple(said)


def _touches(row: Base, given: Mapping[str, Any]) -> bool:
    return any(field in given for field in TRACKED.get(type(row), ()))


def _told(record: str, field: str, one: Accepted, brought: str | None, *, stays: bool) -> str:
    name = f"{record.replace(':', ' ')}, {field.replace('_', ' ')}"
    accepted, other = (shown(field, text) or "nothing" for text in (one.said, brought))
    if stays:
        return f"{name}: stays {accepted}, which {one.by} accepted on {one.since}; the folder still says {other}: correct it there"
    return f"{name}: now {other}, which is new in the folder; {one.by} had accepted {accepted} on {one.since}"


def shown(field: str, text: str | None) -> str | None:
    """A kept value as people may see it: of a taxpayer id the last four digits."""
    return text.split(" ")[0] if text is not None and field in SECRET else text
