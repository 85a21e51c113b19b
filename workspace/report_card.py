"""How good the briefs of some days were: what of "Needs you" was acted on (precision), and what was raised before it was urgent (recall).

Read from the briefs as they were kept, of one reader or of all whom the asker may ask about. Never writes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from store.tables import Brief, Person
from workspace.brief.yesterday import SOON
from workspace.review_times import Reviewer, reviewers
from workspace.scope import Right, Scope
from workspace.signals.days import business_days_to

WEEK = 7


@dataclass(frozen=True)
class Missed:
    """Something that was urgent when it was first raised. `arrived`: its paper came only then, so nobody could have known."""

    client_ref: str
    client: str
    headline: str
    due: date
    as_of: date
    arrived: bool


@dataclass(frozen=True)
class ReportCard:
    """Of the briefs from `first` to `last`: `shown` cards of "Needs you" whose day after is known, how many of them were `acted_on`
    and how many `dismissed`, the others being open; `in_time` counts what became urgent and had been raised before, `missed` is what had
    not, with what `arrived` that very night. `reviewers`: the time that reviews took, and the drills (review_times.py)."""

    first: date
    last: date
    briefs: int
    shown: int
    acted_on: int
    dismissed: tuple[tuple[str, str, str], ...]
    in_time: int
    missed: tuple[Missed, ...] = field(default=())
    reviewers: tuple[Reviewer, ...] = field(default=())

    @property
    def precision(self) -> float | None:
        """Acted on among those that were decided; None when nothing was."""
        decided = self.acted_on + len(self.dismissed)
        return self.acted_on / decided if decided else None

    @property
    def recall(self) -> float | None:
        """Raised in time among what became urgent and could have been known; None when nothing became urgent."""
        late = sum(not one.arrived for one in self.missed)
        return self.in_time / (self.in_time + late) if self.in_time + late else None

    def as_json(self) -> dict[str, Any]:
        return {
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "briefs": self.briefs,
            "shown": self.shown,
            "acted_on": self.acted_on,
            "dismissed": [
                {"client": client, "headline": headline, "reason": reason}
                for client, headline, reason in self.dismissed
            ],
            "in_time": self.in_time,
            "missed": [vars(one) | {"due": one.due.isoformat(), "as_of": one.as_of.isoformat()} for one in self.missed],
            "precision": self.precision,
            "recall": self.recall,
            "reviewers": [one.as_json() for one in self.reviewers],
        }


def report_card(scope: Scope, last: date | None = None, days: int = WEEK, email: str | None = None) -> ReportCard:
    """Of the `days` days that end with `last` (None: the scope's), of the asker's own briefs. The software asks about `email`, or with
    None about everybody's. Five queries. Raises Forbidden for anybody else's."""
    last = last or scope.today
    first = last - timedelta(days=days - 1)
    query = select(Brief.as_of, Brief.payload).join(Person, Person.id == Brief.person_id)
    if scope.role == "system":
        query = query.where(Person.email == email) if email else query
    else:
        scope.require(Right.CLIENT_READ)
        query = query.where(Brief.person_id == scope.person_id)
    rows = scope.session.execute(
        query.where(Brief.as_of >= first, Brief.as_of <= last).order_by(Brief.as_of, Person.email)
    ).tuples()
    found = reviewers(scope, first, last)
    wanted = tuple(one for one in found if email is None or one.email == email)
    return replace(_card(first, last, list(rows)), reviewers=wanted)


def _card(first: date, last: date, briefs: list[tuple[date, Mapping[str, Any]]]) -> ReportCard:
    shown = acted = 0
    dismissed: dict[tuple[str, str, str], None] = {}
    missed: dict[str, Missed] = {}
    in_time: set[str] = set()
    for as_of, brief in briefs:
        before = brief.get("yesterday") or {}
        shown += before.get("shown", 0)
        acted += before.get("acted_on", 0)
        dismissed |= {(one["client"], one["headline"], one["reason"]): None for one in before.get("dismissed", [])}
        missed |= {one["key"]: _missed(one, as_of) for one in before.get("unraised", []) if one["key"] not in missed}
        in_time |= set(_raised_before(brief, as_of))
    told = tuple(sorted(missed.values(), key=lambda one: (one.arrived, one.due, one.client_ref, one.headline)))
    return ReportCard(first, last, len(briefs), shown, acted, tuple(dismissed), len(in_time - missed.keys()), told)


def _missed(one: Mapping[str, Any], as_of: date) -> Missed:
    due = date.fromisoformat(one["due"])
    return Missed(one["client_ref"], one["client"], one["headline"], due, as_of, bool(one.get("arrived")))


def _raised_before(brief: Mapping[str, Any], as_of: date) -> Iterable[str]:
    """The keys of signals with a deadline at most SOON business days off that an earlier day raised first. A brief kept by a release
    before this one does not say when its lines were first seen."""
    for card in (*brief["needs_you"], *brief["worth_a_look"]):
        for line in card["lines"]:
            known = line.get("first_seen", as_of.isoformat()) < as_of.isoformat()
            due = date.fromisoformat(line["due"]) if line["due"] and line["date_is"] == "due" else None
            if known and due is not None and business_days_to(as_of, due) <= SOON:
                yield line["key"]
