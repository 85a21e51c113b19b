"""Stores a brief: one a day and person, with a row for each card, so that what was shown can be held against what became of it.

The same brief again changes nothing and leaves nothing on the trail. Never composes one.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete, select

from store import audit
from store.audit import AuditTag
from store.errors import Forbidden, NotFound
from store.ids import stable_id
from store.tables import Brief, BriefItem, Client, Person
from store.types import canonical_json
from workspace.scope import Scope

SECTIONS = ("needs_you", "worth_a_look")


def keep_brief(scope: Scope, payload: dict[str, Any]) -> str:
    """Keep what `compose_brief` made, in place of the person's earlier one of that day; the brief's id.

    The scope is the reader's own or the software's. Raises Forbidden for somebody else's, NotFound when the reader has left."""
    if scope.email != payload["for"] and scope.role != "system":
        raise Forbidden(f"{scope.email} keeps no brief of {payload['for']}")
    person = scope.session.scalars(select(Person.id).where(Person.email == payload["for"])).one_or_none()
    if person is None:
        raise NotFound(f"nobody who works here has the address {payload['for']}")
    as_of = date.fromisoformat(payload["as_of"])
    brief_id = stable_id("brf", as_of, payload["for"])
    kept = scope.session.get(Brief, brief_id)
    if kept is not None and canonical_json(kept.payload) == canonical_json(payload):
        return brief_id
    if kept is None:
        scope.session.add(Brief(id=brief_id, as_of=as_of, person_id=person, payload=payload))
    else:
        kept.payload = payload
        scope.session.execute(delete(BriefItem).where(BriefItem.brief_id == brief_id))
    scope.session.flush()
    scope.session.add_all(_items(scope, brief_id, payload))
    _record(scope, brief_id, payload)
    return brief_id


def _items(scope: Scope, brief_id: str, payload: Mapping[str, Any]) -> Iterator[BriefItem]:
    """One for each card, in its place. A client that has gone out of sight since the brief was composed has none."""
    found = scope.session.execute(select(Client.ref, Client.id).where(Client.id.in_(scope.clients())))
    clients = dict(found.tuples().all())
    for section in SECTIONS:
        for position, card in enumerate(payload[section], start=1):
            if card["client_ref"] in clients:
                yield BriefItem(
                    id=stable_id("bri", brief_id, section, position),
                    brief_id=brief_id,
                    section=section,
                    position=position,
                    client_id=clients[card["client_ref"]],
                    keys=card["keys"],
                )


def _record(scope: Scope, brief_id: str, payload: Mapping[str, Any]) -> None:
    """The software wrote it, in whosever name it did so."""
    audit.record(
        scope.session,
        AuditTag.BRIEF_WRITTEN,
        actor="system:brief",
        subject=f"brief:{brief_id}",
        now=scope.now,
        detail={
            "for": payload["for"],
            "as_of": payload["as_of"],
            "needs_you": len(payload["needs_you"]),
            "worth_a_look": len(payload["worth_a_look"]),
            "blind_spots": len(payload["blind_spots"]),
        },
    )
