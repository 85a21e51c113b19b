"""Which timelines there are to put something on: clients and their engagements, found by words, and read back from what a person chose.

Also the firm's zone, which tells on which day a moment falls.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select

from store.errors import Invalid, NotFound
from store.tables import Client, Engagement, Firm
from workspace.scope import Right, Scope
from workspace.timeline.notes import Place

MOST = 12
_REF = re.compile(r"\[([^\[\]]+)\]\s*$")


@dataclass(frozen=True)
class Timeline:
    """A timeline to choose: `label` names it and ends with its ref in brackets."""

    label: str
    client: str
    engagement: str | None = None


@dataclass(frozen=True)
class Choice:
    """A client to choose: `label` is its ref and its name, which a form takes as well as the ref alone."""

    label: str
    client: str


def find_timelines(scope: Scope, words: str) -> tuple[Timeline, ...]:
    """Clients, then open engagements, whose names or refs hold all the words; two queries."""
    scope.require(Right.CLIENT_READ)
    wanted = words.split()[:6]
    clients = select(Client.name, Client.ref).where(Client.id.in_(scope.clients()))
    open_work = (
        select(Client.name, Client.ref, Engagement.title, Engagement.ref)
        .join(Client, Client.id == Engagement.client_id)
        .where(Engagement.client_id.in_(scope.clients()), Engagement.stage.not_in(("filed", "done")))
    )
    for word in wanted:
        clients = clients.where(_holds(word, Client.name, Client.ref))
        open_work = open_work.where(_holds(word, Client.name, Client.ref, Engagement.title, Engagement.ref))
    found = [
        Timeline(f"{name} [{ref}]", ref)
        for name, ref in scope.session.execute(clients.order_by(Client.name, Client.ref).limit(MOST)).tuples()
    ]
    rows = scope.session.execute(open_work.order_by(Client.name, Engagement.ref).limit(MOST)).tuples()
    return tuple(found) + tuple(Timeline(f"{name}, {title} [{e}]", ref, e) for name, ref, title, e in rows)


def find_clients(scope: Scope, words: str) -> tuple[Choice, ...]:
    """The asker's clients, former ones aside, whose names or refs hold all the words, the first by name; one query."""
    scope.require(Right.CLIENT_READ)
    query = select(Client.ref, Client.name).where(Client.id.in_(scope.clients()), Client.status != "former")
    for word in words.split()[:6]:
        query = query.where(_holds(word, Client.name, Client.ref))
    rows = scope.session.execute(query.order_by(Client.name, Client.ref).limit(MOST)).tuples()
    return tuple(Choice(f"{ref} {name}", ref) for ref, name in rows)


def _holds(word: str, *columns: Any) -> ColumnElement[bool]:
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def place_of(scope: Scope, text: str) -> Place:
    """The timeline that a person named: a label of `find_timelines`, a ref, or a client's whole name. Raises NotFound."""
    marked = _REF.search(text)
    wanted = (marked[1] if marked else text).strip()
    if not wanted:
        raise Invalid("say which client or engagement")
    query = select(Client.ref).where(Client.id.in_(scope.clients()), or_(Client.ref == wanted, Client.name == wanted))
    refs = scope.session.scalars(query.limit(2)).all()
    if len(refs) == 1:
        return Place(refs[0])
    work = select(Client.ref).join(Engagement, Engagement.client_id == Client.id)
    found = scope.session.scalars(
        work.where(Engagement.ref == wanted, Engagement.client_id.in_(scope.clients()))
    ).one_or_none()
    if found is None:
        raise NotFound(f"there is no client or engagement {wanted}; choose one that is suggested, or give its ref")
    return Place(found, wanted)


def zone_of(scope: Scope) -> ZoneInfo:
    """The zone of the firm's wall; one query."""
    return ZoneInfo(scope.session.scalars(select(Firm.timezone).limit(1)).one_or_none() or "UTC")


def on_the_wall(scope: Scope, local: datetime, zone: str | None = None) -> datetime:
    """The moment, UTC, at which the clock on the wall shows `local`, which has no zone of its own: the firm's wall, or that of `zone`."""
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    return local.replace(tzinfo=ZoneInfo(zone) if zone else zone_of(scope)).astimezone(UTC)
