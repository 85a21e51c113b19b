"""How long reviews took, and what of the drills was caught, by reviewer: a person's own figures, everybody's for a partner.

Never writes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from sqlalchemy import select

from store.tables import Drill, Person, Review
from workspace.brief.gather import zone_of
from workspace.scope import Right, Scope


@dataclass(frozen=True)
class Reviewer:
    """The reviews of one person in some days. `timed` of them had their time measured on the page (idle minutes left out), `seconds` in
    all; `middle` is the median of one, None without any. Of the drills: `caught`, `missed`, and `unclear`, which counts neither way."""

    email: str
    name: str
    reviews: int
    timed: int
    seconds: int
    middle: int | None
    caught: int
    missed: int
    unclear: int

    def as_json(self) -> dict[str, Any]:
        return {**vars(self)}


def reviewers(scope: Scope, first: date, last: date) -> tuple[Reviewer, ...]:
    """Whoever reviewed or had a drill from `first` to `last`, by the firm's calendar, among the asker's clients: all of
    them for a partner and for the software, else the asker alone. Three queries. Raises Forbidden without client:read."""
    scope.require(Right.CLIENT_READ)
    zone = zone_of(scope)
    begins = datetime.combine(first, time(), tzinfo=zone)
    ends = datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)
    reviewed = scope.session.execute(
        select(Person.email, Person.name, Review.seconds)
        .join(Review, Review.person_id == Person.id)
        .where(Review.client_id.in_(scope.clients()), Review.at >= begins, Review.at < ends)
        .where(_whose(scope))
    ).tuples()
    drilled = scope.session.execute(
        select(Person.email, Person.name, Drill.outcome)
        .join(Drill, Drill.person_id == Person.id)
        .where(Drill.client_id.in_(scope.clients()), Drill.decided_at >= begins, Drill.decided_at < ends)
        .where(_whose(scope))
    ).tuples()
    return _by_person(list(reviewed), [(email, name, str(outcome)) for email, name, outcome in drilled])


def _whose(scope: Scope) -> Any:
    everybody = scope.role in ("partner", "system")
    return Person.id.is_not(None) if everybody else Person.id == scope.person_id


def _by_person(
    reviewed: Iterable[tuple[str, str, int | None]], drilled: Iterable[tuple[str, str, str]]
) -> tuple[Reviewer, ...]:
    names: dict[str, str] = {}
    times: dict[str, list[int | None]] = {}
    outcomes: dict[str, list[str]] = {}
    for email, name, seconds in reviewed:
        names[email] = name
        times.setdefault(email, []).append(seconds)
    for email, name, outcome in drilled:
        names[email] = name
        outcomes.setdefault(email, []).append(outcome)
    return tuple(
        _reviewer(email, name, times.get(email, []), outcomes.get(email, [])) for email, name in sorted(names.items())
    )


def _reviewer(email: str, name: str, times: list[int | None], outcomes: list[str]) -> Reviewer:
    timed = [one for one in times if one is not None]
    return Reviewer(
        email,
        name,
        len(times),
        len(timed),
        sum(timed),
        round(median(timed)) if timed else None,
        *(outcomes.count(name) for name in ("caught", "missed", "unclear")),
    )
