"""What waits for a release or a review by the reader. Owns its order; never decides about a draft."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

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
