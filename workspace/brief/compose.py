"""Makes a person's brief from what the scans left behind. Reads only; the same rows give the same JSON, byte for byte."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from store.tables import Brief
from workspace.brief.blind import blind_spots
from workspace.brief.cards import as_json, cards_of
from workspace.brief.changed import changed
from workspace.brief.gather import gather
from workspace.brief.horizon import horizon
from workspace.brief.material import Material
from workspace.brief.money import money
from workspace.brief.queue import release_queue, release_summary
from workspace.brief.team import tasks, team
from workspace.brief.verdict import verdict
from workspace.brief.waiting import waiting
from workspace.brief.yesterday import yesterday
from workspace.scope import Scope

# The partner asks "what needs me, is everyone served, are we paid"; the manager "are we on track"; the others "what changed, what is
# urgent, will I meet my dates".
ORDER: Mapping[str, tuple[str, ...]] = {
    "partner": (
        "needs_you",
        "release_queue",
        "horizon",
        "changed",
        "waiting",
        "money",
        "team",
        "blind_spots",
        "worth_a_look",
        "yesterday",
    ),
    "manager": (
        "horizon",
        "waiting",
        "needs_you",
        "release_queue",
        "team",
        "changed",
        "money",
        "blind_spots",
        "worth_a_look",
        "yesterday",
    ),
    "own": ("changed", "needs_you", "tasks", "horizon", "waiting", "worth_a_look", "blind_spots", "yesterday"),
}


def compose_brief(scope: Scope) -> dict[str, Any]:
    """The brief of the scope's person for the scope's day, from that day's scans; the JSON is described in this package's docstring.

    The queries of gather.py, however many clients there are. A client that was not read that day stands as its last scan
    left it, and is a blind spot. Raises Forbidden for administrators and the software, who serve no client.
    """
    material = gather(scope)
    cards = cards_of(material)
    clients = {one.id: (one.ref, one.name) for one in material.clients.values()}
    queue = _queue_then(scope, material)
    queue = release_queue(scope, material.drafts, clients) if queue is None else queue
    payload: dict[str, Any] = {
        "as_of": material.today.isoformat(),
        "for": material.reader.email,
        "name": material.reader.name,
        "role": material.reader.role,
        "reading": material.reading,
        "order": list(ORDER[material.reading]),
        "scanned": _scanned(material),
        "needs_you": list(as_json(material, cards.needs)),
        "worth_a_look": list(as_json(material, cards.look)),
        "needs_more": cards.needs_more,
        "more": len(cards.more),
        "release_queue": queue,
        "release_summary": release_summary(queue),
        **horizon(material),
        **changed(material),
        "waiting": waiting(material),
        "money": money(material),
        "team": team(material),
        "tasks": tasks(material),
        "blind_spots": blind_spots(material),
        "yesterday": yesterday(material, cards),
    }
    return {"verdict": verdict(payload)} | payload


def _queue_then(scope: Scope, material: Material) -> list[dict[str, Any]] | None:
    """What waited on a day gone by, as the brief of that day was first kept: nothing else remembers in which state a draft was. None for
    the newest day, and where there was no brief."""
    if material.known_by is None:
        return None
    kept = select(Brief.payload).where(Brief.person_id == scope.person_id, Brief.as_of == scope.today)
    payload = scope.session.scalars(kept).one_or_none()
    return None if payload is None else list(payload["release_queue"])


def _scanned(material: Material) -> dict[str, int]:
    """Of the reader's clients. Quiet is a client that was read and of which nothing open is raised, for whomever."""
    loud = {one.client_id for one in material.raised if one.is_open}
    read = {one.id for one in material.clients.values() if one.is_read}
    failed = sum(one.state == "failed" for one in material.clients.values())
    return {
        "clients": len(read),
        "quiet": len(read - loud),
        "failed": failed,
        "missing": len(material.clients) - len(read) - failed,
    }
