"""What the firm knows of a client beyond its records: proposed from mail and notes, accepted, added and ended by people.

Owns the entries and the trail of each act. A proposal is computed from the words each time and is no row: nothing is stored before a person
decides, so reading changes nothing and the night sees no other client than before. Never accepts by itself; words no sentence.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import select

from store import audit
from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import stable_id
from store.tables import Client, Knowledge, Person
from workspace.evidence import to_json
from workspace.knowledge_rules import TOPICS, Proposal, proposals
from workspace.scope import Right, Scope, access_client
from workspace.snapshot import Known, Snapshot, take_snapshot

PARTS = (
    "knowledge",
    "contacts",
    "messages",
    "notes",
    "documents",
    "requests",
    "invoices",
)  # the last three show what was kept
State = Literal["accepted", "proposed", "ended", "set-aside"]
_ORDER: dict[str, int] = {"accepted": 0, "proposed": 1, "ended": 2, "set-aside": 3}
_LONGEST = 600


@dataclass(frozen=True)
class Entry:
    """One thing that people know, or that words propose. `state`: accepted; proposed (no row yet); ended; set-aside, a proposal that a
    person did not want. `on` and `by` are those of the source, `evidence` the contract's JSON of its words, None where a person typed
    it. `accepted_by` is a name, None before."""

    id: str
    client_ref: str
    topic: str
    text: str
    state: State
    on: date
    by: str
    source: str
    evidence: dict[str, Any] | None
    valid_from: date | None = None
    valid_to: date | None = None
    accepted_by: str | None = None

    @property
    def heading(self) -> str:
        return TOPICS[self.topic]


def knowledge_of(scope: Scope, client_ref: str, *, all_states: bool = False) -> tuple[Entry, ...]:
    """The client's entries: accepted ones first, then proposals, newest first; with `all_states` also what was ended or set aside.
    Twelve queries. Raises NotFound outside the scope."""
    access_client(scope, client_ref)
    return entries(take_snapshot(scope, client_ref, PARTS), scope.today, all_states=all_states)


def entries(snapshot: Snapshot, today: date, *, all_states: bool = False, promises: bool = True) -> tuple[Entry, ...]:
    """The entries of a client whose snapshot has its knowledge, in the order of `knowledge_of`. Parts that were not read propose nothing;
    `promises` False where what shows them kept was not."""
    names = {key: one.name for key, one in snapshot.people.items()}
    stored = {one.id: _entry(one, snapshot.client.ref, names, today) for one in snapshot.knowledge}
    said = (
        _of_proposal(snapshot.client.id, snapshot.client.ref, one)
        for one in proposals(snapshot, today, promises=promises)
    )
    fresh = {one.id: one for one in said if one.id not in stored}
    wanted = [one for one in (*stored.values(), *fresh.values()) if all_states or one.state in ("accepted", "proposed")]
    newest = sorted(wanted, key=lambda one: (one.on, one.id), reverse=True)
    return tuple(sorted(newest, key=lambda one: _ORDER[one.state]))


def accept(scope: Scope, entry_id: str, *, valid_to: date | None = None) -> Entry:
    """Accept a proposal, or take up again what was ended; from today on it counts, until `valid_to` where one is given.

    Raises NotFound for an entry that the asker does not see, Forbidden without client:write or for the software, Conflict when it is
    accepted already."""
    person_id = _person(scope)
    found = _find(scope, entry_id)
    if found.state == "accepted":
        raise Conflict("it is accepted already")
    if valid_to is not None and valid_to <= scope.today:
        raise Invalid("the day until which it holds lies in the past")
    row = scope.session.get(Knowledge, entry_id) or _stored(scope, found)
    row.accepted_by, row.valid_from, row.valid_to = person_id, scope.today, valid_to
    _record(scope, AuditTag.KNOWLEDGE_ACCEPTED, row)
    return _again(scope, found.client_ref, entry_id)


def add(scope: Scope, client_ref: str, text: str, *, topic: str = "other", valid_to: date | None = None) -> Entry:
    """Write down something that the asker knows; it counts from today on. The same words are the same entry.

    Raises NotFound outside the scope, Forbidden without client:write or for the software, Invalid for no words or an unknown topic."""
    person_id = _person(scope)
    client = access_client(scope, client_ref, Right.CLIENT_WRITE)
    words = " ".join(text.split())
    if not words or len(words) > _LONGEST:
        raise Invalid(f"say in one to {_LONGEST} characters what is known of the client")
    if topic not in TOPICS:
        raise Invalid(f"there is no topic {topic!r}; there are {', '.join(TOPICS)}")
    if valid_to is not None and valid_to <= scope.today:
        raise Invalid("the day until which it holds lies in the past")
    entry_id = _id(client.id, words)
    name = scope.session.scalars(select(Person.name).where(Person.id == person_id)).one()
    source = {"kind": "person", "topic": topic, "on": scope.today.isoformat(), "by": name, "evidence": None}
    row = scope.session.get(Knowledge, entry_id) or Knowledge(
        id=entry_id, client_id=client.id, text=words, source=source
    )
    row.accepted_by, row.valid_from, row.valid_to = person_id, scope.today, valid_to
    scope.session.add(row)
    _record(scope, AuditTag.KNOWLEDGE_ADDED, row)
    return _again(scope, client.ref, entry_id)


def end(scope: Scope, entry_id: str) -> Entry:
    """End an accepted entry from today on, or set a proposal aside so that it is not proposed again.

    Raises NotFound, Forbidden as `accept`; Conflict when it is ended or set aside already."""
    _person(scope)
    found = _find(scope, entry_id)
    if found.state in ("ended", "set-aside"):
        raise Conflict("it is ended already")
    row = scope.session.get(Knowledge, entry_id) or _stored(scope, found)
    row.valid_to = scope.today
    _record(scope, AuditTag.KNOWLEDGE_ENDED, row)
    return _again(scope, found.client_ref, entry_id)


def as_json(entry: Entry) -> dict[str, Any]:
    """The entry as the contract's JSON."""
    return {
        "id": entry.id,
        "client": entry.client_ref,
        "topic": entry.topic,
        "text": entry.text,
        "state": entry.state,
        "source": {"kind": entry.source, "on": entry.on.isoformat(), "by": entry.by, "evidence": entry.evidence},
        "valid_from": entry.valid_from.isoformat() if entry.valid_from else None,
        "valid_to": entry.valid_to.isoformat() if entry.valid_to else None,
        "accepted_by": entry.accepted_by,
    }


def _person(scope: Scope) -> str:
    scope.require(Right.CLIENT_WRITE)
    if scope.person_id is None:
        raise Forbidden(f"{scope.email} is no person: a person says what is known of a client")
    return scope.person_id


def _id(client_id: str, words: str) -> str:
    """Says in its middle which client it is about, so that a proposal, which is no row, is found again by its id."""
    return f"knw_{client_id[-8:]}{stable_id('x', client_id, words.casefold())[2:14]}"


def _find(scope: Scope, entry_id: str) -> Entry:
    tail = entry_id.removeprefix("knw_")[:8]
    if len(tail) == 8 and tail.isalnum():
        refs = scope.session.scalars(select(Client.ref).where(Client.id.endswith(tail), Client.id.in_(scope.clients())))
        for ref in refs.all():
            for one in knowledge_of(scope, ref, all_states=True):
                if one.id == entry_id:
                    access_client(scope, ref, Right.CLIENT_WRITE)
                    return one
    raise NotFound(f"there is no entry {entry_id}")


def _again(scope: Scope, client_ref: str, entry_id: str) -> Entry:
    scope.session.flush()
    return next(one for one in knowledge_of(scope, client_ref, all_states=True) if one.id == entry_id)


def _of_proposal(client_id: str, client_ref: str, one: Proposal) -> Entry:
    evidence = to_json(one.evidence)
    kind = "mail" if evidence["kind"] == "message" else "note"
    return Entry(_id(client_id, one.text), client_ref, one.topic, one.text, "proposed", one.on, one.by, kind, evidence)


def _stored(scope: Scope, entry: Entry) -> Knowledge:
    """The row of a proposal, about to be decided."""
    client = access_client(scope, entry.client_ref, Right.CLIENT_WRITE)
    source = {
        "kind": entry.source,
        "topic": entry.topic,
        "on": entry.on.isoformat(),
        "by": entry.by,
        "evidence": entry.evidence,
    }
    row = Knowledge(id=entry.id, client_id=client.id, text=entry.text, source=source)
    scope.session.add(row)
    return row


def _entry(one: Known, client_ref: str, names: dict[str, str], today: date) -> Entry:
    over = one.valid_to is not None and one.valid_to <= today
    state: State = "set-aside" if not one.accepted_by else "ended" if over else "accepted"
    evidence = to_json(one.source)
    typed = str(evidence.get("record", "")).startswith("knowledge:")
    return Entry(
        id=one.id,
        client_ref=client_ref,
        topic=one.topic,
        text=one.text,
        state=state,
        on=one.said_on,
        by=one.said_by,
        source="person" if typed else "mail" if evidence["kind"] == "message" else "note",
        evidence=None if typed else evidence,
        valid_from=one.valid_from,
        valid_to=one.valid_to,
        accepted_by=names.get(one.accepted_by),
    )


def _record(scope: Scope, tag: AuditTag, row: Knowledge) -> None:
    scope.session.flush()
    audit.record(
        scope.session,
        tag,
        actor=scope.email,
        subject=f"knowledge:{row.id}",
        now=scope.now,
        client_id=row.client_id,
        detail={"text": row.text, "valid_to": row.valid_to.isoformat() if row.valid_to else None},
    )
