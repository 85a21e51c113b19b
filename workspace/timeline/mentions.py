"""Colleagues named in a note with an @, and what waits for a person because she was named.

Only who may see the client is ever suggested or told. An @ that names somebody else stays as it was written, and nothing says whether such
a person exists: a wall is not to be found out by trying names.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from store.errors import NotFound
from store.ids import stable_id
from store.tables import Client, Mention, Note, Person, TimelineNote
from workspace.scope import Right, Scope, access_client, people_with, sees_any, who_may_see
from workspace.timeline.cursor import decode, encode

AT_ONCE = 50
_NAMED = re.compile(r"(?<![\w@.])@([a-z0-9][\w.+'-]*(?:@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)?)", re.IGNORECASE)
_MOST = 30  # colleagues that one note can call


@dataclass(frozen=True)
class Colleague:
    """Somebody who can be named: `handle` is what stands after the @, the address up to its @ where that is enough."""

    handle: str
    email: str
    name: str
    role: str


@dataclass(frozen=True)
class MentionLine:
    """A note in which the asker was named. `who` wrote it; `read_at` None: she has not looked."""

    id: str
    note_id: str
    client_ref: str
    client: str
    kind: str
    who: str
    at: datetime
    text: str
    read_at: datetime | None


def mentionable(scope: Scope, client_ref: str) -> tuple[Colleague, ...]:
    """Who can be named in a note about the client: colleagues who do client work and may see it; two queries."""
    client = access_client(scope, client_ref)
    people = _seers(scope, [client.id]).get(client.id, [])
    handles = _handles(people)
    return tuple(
        Colleague(handles[one.id], one.email, one.name, one.role) for one in people if one.id != scope.person_id
    )


def seer(scope: Scope, client_ids: Collection[str], email: str) -> Person:
    """The person of that address, who may see all of these clients. Raises NotFound for anybody else, whether there is one or not."""
    seers = _seers(scope, client_ids)
    wanted = email.strip().lower()
    found = {p.id: p for one in seers.values() for p in one if p.email == wanted}
    if len(found) != 1 or not all(any(p.id in found for p in seers.get(one, ())) for one in client_ids):
        raise NotFound(f"nobody who works on this client has the address {email}")
    return next(iter(found.values()))


def seers_of(scope: Scope, client_ids: Collection[str]) -> dict[str, str]:
    """Who does client work and may see one of these clients of the asker at least: names by address; one query."""
    if not client_ids:
        return {}
    query = select(Person.email, Person.name).where(sees_any(client_ids, scope.now), people_with(Right.NOTE_WRITE))
    return dict(scope.session.execute(query).tuples().all())


def _seers(scope: Scope, client_ids: Collection[str]) -> dict[str, list[Person]]:
    found: dict[str, list[Person]] = {}
    if not client_ids:
        return found
    seen = Client.id.in_(scope.clients())
    query = who_may_see(client_ids, scope.now).where(seen, people_with(Right.NOTE_WRITE))
    for client_id, person in scope.session.execute(query).tuples():
        found.setdefault(client_id, []).append(person)
    return found


def _handles(people: Sequence[Person]) -> dict[str, str]:
    locals_: dict[str, int] = {}
    for one in people:
        short = one.email.split("@")[0]
        locals_[short] = locals_.get(short, 0) + 1
    return {one.id: short if locals_[short := one.email.split("@")[0]] == 1 else one.email for one in people}


def mention(scope: Scope, places: Sequence[tuple[str, str]], text: str) -> tuple[str, ...]:
    """Note down whom a text names, at the first of its (client id, note id) places that each may see; their addresses, sorted.

    Who was named in the note before is not told again."""
    names = {one.lower().rstrip(".'-") for one in _NAMED.findall(text)}
    if not names or scope.person_id is None:
        return ()
    seers = _seers(scope, [client for client, _ in places])
    there = set(
        scope.session.scalars(
            select(Mention.person_id).where(
                Mention.note_id.in_([note for _, note in places]), Mention.client_id.in_(scope.clients())
            )
        )
    )
    told: dict[str, str] = {}
    for client_id, note_id in places:
        people = seers.get(client_id, [])
        handles = _handles(people)
        for person in people:
            named = handles[person.id] in names or person.email in names
            if not named or person.id in there or person.id == scope.person_id or len(told) >= _MOST:
                continue
            there.add(person.id)
            told[person.id] = person.email
            scope.session.add(
                Mention(
                    id=stable_id("men", note_id, person.id),
                    client_id=client_id,
                    note_id=note_id,
                    person_id=person.id,
                    by_id=scope.person_id,
                    at=scope.now,
                    read_at=None,
                )
            )
    scope.session.flush()
    return tuple(sorted(told.values()))


def mentions_of(scope: Scope, *, unread: bool = False, cursor: str = "") -> tuple[tuple[MentionLine, ...], str | None]:
    """Where the asker was named, newest first, and the cursor of the next page; one query. What she may no longer see is left out."""
    writer, beside = aliased(Person), aliased(TimelineNote)
    query = (
        select(Mention, Client.ref, Client.name, func.coalesce(beside.kind, "note"), writer.name, Note.text)
        .join(Client, Client.id == Mention.client_id)
        .join(Note, Note.id == Mention.note_id)
        .join(writer, writer.id == Mention.by_id)
        .outerjoin(beside, beside.id == Note.id)
        .where(Mention.person_id == scope.person_id, Mention.client_id.in_(scope.clients()))
    )
    if unread:
        query = query.where(Mention.read_at.is_(None))
    if cursor:
        at, (identity,) = decode(cursor, 1)
        query = query.where((Mention.at < at) | ((Mention.at == at) & (Mention.id > identity)))
    rows = scope.session.execute(query.order_by(Mention.at.desc(), Mention.id).limit(AT_ONCE + 1)).tuples().all()
    lines = tuple(
        MentionLine(m.id, m.note_id, ref, client, kind, who, m.at, text, m.read_at)
        for m, ref, client, kind, who, text in rows[:AT_ONCE]
    )
    return lines, encode(lines[-1].at, lines[-1].id) if len(rows) > AT_ONCE else None


def unread(scope: Scope) -> int:
    """How many mentions wait for the asker; one query."""
    return scope.session.scalars(
        select(func.count())
        .select_from(Mention)
        .where(Mention.person_id == scope.person_id, Mention.read_at.is_(None), Mention.client_id.in_(scope.clients()))
    ).one()


def read_mentions(scope: Scope, ids: Collection[str] | None = None) -> int:
    """Say that the asker has looked at these mentions of hers, None: at all; how many were new. Looking is no act for the trail."""
    query = select(Mention).where(
        Mention.person_id == scope.person_id, Mention.read_at.is_(None), Mention.client_id.in_(scope.clients())
    )
    if ids is not None:
        query = query.where(Mention.id.in_(ids))
    found = scope.session.scalars(query).all()
    if ids is not None and not found:
        known = select(Mention.id).where(
            Mention.person_id == scope.person_id, Mention.id.in_(ids), Mention.client_id.in_(scope.clients())
        )
        if scope.session.scalars(known.limit(1)).first() is None:
            raise NotFound("there is no such mention")
    for one in found:
        one.read_at = scope.now
    return len(found)
