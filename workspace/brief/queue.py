"""What waits for a release or a review by the reader. Owns its order; never decides about a draft."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select

from store.tables import Client, Deliverable
from workspace.brief.gather import drafted, drafts
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


@dataclass(frozen=True, order=True)
class _Group:
    """Drafts that wait, of one state (`place` among the states), class and moment; `since` is the firm's day of it."""

    place: int
    cls: str
    since: date
    born: datetime
    count: int

    @property
    def rank(self) -> tuple[int, str, date]:
        """Where its drafts stand in the queue; among those of one rank refs and ids decide."""
        return self.place, self.cls, self.since


def first_of_queue(scope: Scope, zone: ZoneInfo, most: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The first `most` of the queue as it is now, and the summary of all of it; two queries, of which the first counts, and the second
    reads those few alone."""
    if not scope.has(Right.DELIVERABLE_REVIEW):
        return [], release_summary([])
    states = _RELEASE if scope.has(Right.DELIVERABLE_RELEASE) else _REVIEW
    row = Deliverable
    waits = and_(row.client_id.in_(scope.clients()), row.state.in_(states), row.current_version_id.is_not(None))
    born = row.created_at
    found = scope.session.execute(
        select(row.state, row.cls, born, func.count()).where(waits).group_by(row.state, row.cls, born)
    ).tuples()
    groups = sorted(
        _Group(states.index(state), cls, at.astimezone(zone).date(), at, count) for state, cls, at, count in found
    )
    summary = _summary([(states[one.place], one.cls, (scope.today - one.since).days, one.count) for one in groups])
    if not groups:
        return [], summary
    query = drafts().add_columns(Client.ref, Client.name).join(Client, Client.id == row.client_id).where(waits)
    if most < summary["count"]:
        last = _last_rank(groups, most)
        before = [one for one in groups if one.rank < last]
        of_last = _any_of([one for one in groups if one.rank == last], states)
        # all of the ranks before, and of the last one those whose refs come first
        query = query.where(or_(_any_of(before, states), of_last))
        query = query.order_by(case((of_last, 1), else_=0), Client.ref, row.id).limit(most)
    rows = scope.session.execute(query).all()
    days = {one.born: one.since for one in groups}
    clients = {one.client_id: (one.ref, one.name) for one in rows}
    return release_queue(scope, [drafted(one, days[one.created_at]) for one in rows], clients), summary


def _last_rank(groups: Sequence[_Group], most: int) -> tuple[int, str, date]:
    """The rank in which the first `most` of more end."""
    counted = accumulate(one.count for one in groups)
    return next(one.rank for one, behind in zip(groups, counted, strict=True) if behind >= most)


def _any_of(groups: Iterable[_Group], states: Sequence[str]) -> ColumnElement[bool]:
    born: dict[tuple[int, str], list[datetime]] = {}
    for one in groups:
        born.setdefault((one.place, one.cls), []).append(one.born)
    row = Deliverable
    return or_(
        false(),
        *(
            and_(row.state == states[place], row.cls == cls, row.created_at.in_(moments))
            for (place, cls), moments in born.items()
        ),
    )


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
    return _summary([(row["state"], row["class"], row["age_days"], 1) for row in queue])


def _summary(found: Sequence[tuple[str, str, int, int]]) -> dict[str, Any]:
    """Of drafts by state, class and age in days, and how many there are of each."""
    states, classes = Counter[str](), Counter[str]()
    for state, cls, _, count in found:
        states[state] += count
        classes[cls] += count
    return {
        "count": states.total(),
        **{name: states[name] for name in _RELEASE},
        "oldest_days": max((age for _, _, age, _ in found), default=None),
        "by_class": dict(sorted(classes.items())),
    }
