"""What the records of a client said on a given day, since when and by what: the history of the fields that documents can feed.

Reads what workspace/records/history.py keeps. What was on record before any history was kept has no beginning. Never writes, and shows of a
taxpayer id the last four digits only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from store.tables import (
    Base,
    Client,
    ClientContact,
    Contact,
    Document,
    Engagement,
    EnteredDeadline,
    Person,
    RecordChange,
)
from workspace.money_sight import FEES, sees_money
from workspace.records.history import TRACKED, kept_text, name_of, shown
from workspace.scope import Scope, access_client


@dataclass(frozen=True)
class Spell:
    """How long a field of a record said one thing. `value` None: nothing. `since` None: from before history was kept; `until` None: it says
    so still. `by` is who or what said so, in words; `evidence` the contract's JSON of the words that were accepted."""

    record: str
    title: str
    field: str
    value: str | None
    since: date | None
    until: date | None
    by: str
    evidence: Mapping[str, Any] | None = None
    note: str = ""

    def covers(self, day: date) -> bool:
        """Whether it stood at the end of that day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


def record_history(scope: Scope, client_ref: str, field: str | None = None) -> tuple[Spell, ...]:
    """Every value that the client's records had, by record and field, the newest first; six queries. Raises NotFound outside the scope."""
    client = access_client(scope, client_ref)
    changes, money = _changes(scope, client.id), sees_money(scope)
    found: list[Spell] = []
    for title, row in _records(scope, client):
        for name in TRACKED[type(row)]:
            if (field is None or name == field) and (money or name not in FEES):
                found += _spells(title, row, name, [c for c in changes if c[0].record == name_of(row)])
    return tuple(found)


def believed_on(scope: Scope, client_ref: str, day: date, field: str | None = None) -> tuple[Spell, ...]:
    """What the records said at the end of a day; a record that was not there yet says nothing. Raises NotFound outside the scope."""
    return tuple(one for one in record_history(scope, client_ref, field) if one.covers(day) and one.value is not None)


def newest_words(scope: Scope, client_id: str) -> dict[tuple[str, str], str]:
    """Since when and by what each field says what it says, in words, by record and field; two queries."""
    words: dict[tuple[str, str], str] = {}
    for change, person, path in _changes(scope, client_id):
        for field in change.said:
            words[change.record, field] = (
                f"since {change.since:%b} {change.since.day}, {change.since.year}, {_by(change, person, path)}"
            )
    return words


_Change = tuple[RecordChange, str | None, str | None]


def _changes(scope: Scope, client_id: str) -> list[_Change]:
    """The client's changes, oldest first, with who accepted them and from which document."""
    found = scope.session.execute(
        select(RecordChange, Person.name)
        .outerjoin(Person, Person.id == RecordChange.person_id)
        .where(RecordChange.client_id == client_id, RecordChange.client_id.in_(scope.clients()))
        .order_by(RecordChange.at, RecordChange.id)
    ).tuples()
    rows = [(change, person) for change, person in found]
    ids = {(change.evidence or {}).get("document") for change, _ in rows}
    paths: dict[str, str] = {}
    if ids - {None}:
        query = select(Document.id, Document.path).where(Document.id.in_(ids - {None}), Document.client_id == client_id)
        paths = dict(scope.session.execute(query).tuples().all())
    return [(change, person, paths.get((change.evidence or {}).get("document", ""))) for change, person in rows]


def _records(scope: Scope, client: Client) -> Iterator[tuple[str, Base]]:
    yield client.name, client
    ties = select(Contact.name, ClientContact).join(Contact, Contact.id == ClientContact.contact_id)
    yield from scope.session.execute(
        ties.where(ClientContact.client_id == client.id).order_by(Contact.name, Contact.id)
    ).tuples()
    for table, title in ((Engagement, Engagement.ref), (EnteredDeadline, EnteredDeadline.title)):
        rows = select(title, table).where(table.client_id == client.id).order_by(title, table.id)
        yield from scope.session.execute(rows).tuples()


def _spells(title: str, row: Base, field: str, changes: Sequence[_Change]) -> list[Spell]:
    """The field's values, the newest first."""
    record, mine = name_of(row), [one for one in changes if field in one[0].said]
    if not mine:
        value = None if changes and not changes[0][0].was else kept_text(field, getattr(row, field))
        before = "on record before its history was kept"
        return [Spell(record, title, field, shown(field, value), None, None, before)] if value is not None else []
    found: list[Spell] = []
    first = mine[0][0]
    if first.was.get(field) is not None:
        before = "on record before its history was kept"
        found.append(Spell(record, title, field, shown(field, first.was[field]), None, first.since, before))
    for place, (change, person, path) in enumerate(mine):
        until = mine[place + 1][0].since if place + 1 < len(mine) else None
        value, by = shown(field, change.said[field]), _by(change, person, path)
        found.append(Spell(record, title, field, value, change.since, until, by, change.evidence, change.note))
    return found[::-1]


def _by(change: RecordChange, person: str | None, path: str | None) -> str:
    if change.source == "edit":
        return f"entered by {person or 'a person'}"
    if change.source != "accept":
        return "from the firm's folder"
    page = (change.evidence or {}).get("page")
    where = (
        f"{path}, page {page}"
        if path
        else "a mail"
        if (change.evidence or {}).get("kind") == "message"
        else "a document"
    )
    return f"accepted by {person or 'a person'} from {where}"


def as_json(spell: Spell) -> dict[str, Any]:
    """A spell as JSON; dates ISO."""
    return {
        "record": spell.record,
        "title": spell.title,
        "field": spell.field,
        "value": spell.value,
        "since": spell.since.isoformat() if spell.since else None,
        "until": spell.until.isoformat() if spell.until else None,
        "by": spell.by,
        "evidence": dict(spell.evidence) if spell.evidence else None,
        "note": spell.note,
    }
