"""What waits for a release or a review by the reader. Owns its order; never decides about a draft."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from store.tables import Client, Deliverable
from workspace.brief.gather import drafts_of
from workspace.brief.material import Drafted
from workspace.deliverables.kinds import KINDS
from workspace.scope import Right, Scope

# What a manager can do something about, and what a partner can; a draft that was sent back is its writer's again.
_REVIEW, _RELEASE = ("in_review",), ("approved", "in_review")


def release_queue(
    scope: Scope, drafts: Iterable[Drafted], clients: Mapping[str, tuple[str, str]]
) -> list[dict[str, Any]]:
    """The drafts that wait for the asker: approved ones first for who may release, then those in review; by class, the oldest first.

    `clients` gives ref and name by id. Empty for who may not review."""
    states = _RELEASE if scope.has(Right.DELIVERABLE_RELEASE) else _REVIEW
    if not scope.has(Right.DELIVERABLE_REVIEW):
        return []
    waiting = [one for one in drafts if one.state in states and one.client_id in clients]
    waiting.sort(key=lambda one: (states.index(one.state), one.cls, one.since, clients[one.client_id][0], one.id))
    return [_row(one, *clients[one.client_id], scope.today) for one in waiting]


def first_of_queue(scope: Scope, zone: ZoneInfo, most: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The first `most` of the queue as it is now, and the summary of all of it; two queries, of which the second reads those few alone."""
    states = _RELEASE if scope.has(Right.DELIVERABLE_RELEASE) else _REVIEW
    if not scope.has(Right.DELIVERABLE_REVIEW):
        return [], release_summary([])
    row = Deliverable
    found = scope.session.execute(
        select(row.created_at, row.state, row.cls, Client.ref, row.id, Client.id, Client.name)
        .join(Client, Client.id == row.client_id)
        .where(row.client_id.in_(scope.clients()), row.state.in_(states), row.current_version_id.is_not(None))
        .order_by(row.created_at)
    ).all()
    waiting: list[tuple[int, str, date, str, str, str, str]] = []
    moment, day = None, scope.today
    for created, state, cls, ref, key, client_id, name in found:
        if created != moment:  # those of one night share their moment
            moment, day = created, created.astimezone(zone).date()
        waiting.append((states.index(state), cls, day, ref, key, client_id, name))
    waiting.sort()
    summary = {
        "count": len(waiting),
        **{name: sum(states[place] == name for place, *_ in waiting) for name in _RELEASE},
        "oldest_days": max(((scope.today - since).days for _, _, since, *_ in waiting), default=None),
        "by_class": dict(sorted(Counter(cls for _, cls, *_ in waiting).items())),
    }
    if not waiting:
        return [], summary
    clients = {client_id: (ref, name) for *_, ref, _, client_id, name in waiting[:most]}
    few = [one[4] for one in waiting[:most]] if len(waiting) > most else None
    return release_queue(scope, drafts_of(scope, zone, only=few), clients), summary


def _row(one: Drafted, ref: str, name: str, today: date) -> dict[str, Any]:
    return {
        "deliverable_id": one.id,
        "slug": one.slug,
        "kind": KINDS[one.slug].title if one.slug in KINDS else one.slug,
        "title": one.title,
        "client_ref": ref,
        "client": name,
        "class": one.cls,
        "state": one.state,
        "version": one.version,
        "untied": one.untied,
        "as_of": one.as_of.isoformat(),
        "age_days": (today - one.since).days,
    }


def release_summary(queue: list[dict[str, Any]]) -> dict[str, Any]:
    """How many wait, in which state, since when, of which class."""
    states = Counter(row["state"] for row in queue)
    return {
        "count": len(queue),
        "approved": states["approved"],
        "in_review": states["in_review"],
        "oldest_days": max((row["age_days"] for row in queue), default=None),
        "by_class": dict(sorted(Counter(row["class"] for row in queue).items())),
    }
