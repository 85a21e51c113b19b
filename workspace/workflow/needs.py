"""What waits for what between engagements: the K-1 of a partnership before the return of its partner. Never a circle."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from store.audit import AuditTag
from store.errors import Conflict, NotFound
from store.ids import stable_id
from store.tables import Client, Engagement, EngagementNeed
from workspace.acting import record
from workspace.billing.acts import text_in
from workspace.scope import Right, Scope

_FINISHED = ("filed", "done")


@dataclass(frozen=True)
class Needed:
    """An engagement that another one needs, as far as the asker may see it."""

    id: str
    ref: str
    title: str
    client_ref: str
    client: str
    stage: str
    due: date | None
    note: str | None

    @property
    def met(self) -> bool:
        return self.stage in _FINISHED


def add_need(scope: Scope, ref: str, needs_ref: str, note: str | None = None) -> EngagementNeed:
    """Say that an engagement cannot be finished before another. Both must be in the scope. The same link twice is one. Raises NotFound,
    Forbidden without engagement:write, Conflict when that would be a circle."""
    row, other = _both(scope, ref, needs_ref)
    scope.require(Right.ENGAGEMENT_WRITE)
    there = scope.session.get(EngagementNeed, stable_id("need", row.id, other.id))
    if there is not None:
        return there
    if goes_round(_all(scope), row.id, other.id):
        raise Conflict(f"{other.title} waits for {row.title} already: that would go round in a circle")
    made = EngagementNeed(
        id=stable_id("need", row.id, other.id),
        client_id=row.client_id,
        engagement_id=row.id,
        needs_id=other.id,
        note=text_in(note),
    )
    scope.session.add(made)
    record(scope, AuditTag.ENGAGEMENT_LINKED, f"engagement:{row.ref}", row.client_id, needs=other.ref)
    scope.session.flush()
    return made


def remove_need(scope: Scope, ref: str, needs_ref: str) -> None:
    """Take such a link away. Raises NotFound, Forbidden without engagement:write."""
    row, other = _both(scope, ref, needs_ref)
    scope.require(Right.ENGAGEMENT_WRITE)
    there = scope.session.get(EngagementNeed, stable_id("need", row.id, other.id))
    if there is None:
        raise NotFound(f"{ref} does not wait for {needs_ref}")
    scope.session.delete(there)
    record(scope, AuditTag.ENGAGEMENT_LINKED, f"engagement:{row.ref}", row.client_id, needs_no_more=other.ref)
    scope.session.flush()


def unmet(scope: Scope, ids: Iterable[str]) -> dict[str, list[Needed]]:
    """What each of these engagements needs that is not finished, as far as the asker may see both; one query."""
    link, other = EngagementNeed, aliased(Engagement)
    query = (
        select(link.engagement_id, other.id, other.ref, other.title, Client.ref, Client.name, other.stage)
        .add_columns(func.coalesce(other.extended_to, other.due), link.note)
        .join(other, other.id == link.needs_id)
        .join(Client, Client.id == other.client_id)
        .where(
            link.engagement_id.in_(list(ids)),
            link.client_id.in_(scope.clients()),
            other.client_id.in_(scope.clients()),
            other.stage.not_in(_FINISHED),
        )
        .order_by(other.due, other.ref)
    )
    found: defaultdict[str, list[Needed]] = defaultdict(list)
    for whose, *needed in scope.session.execute(query).tuples():
        found[whose].append(Needed(*needed))
    return found


def goes_round(links: Mapping[str, Sequence[str]], first: str, second: str) -> bool:
    """Whether `first` needing `second` would close a circle, where `links` says what each one needs."""
    seen: set[str] = set()
    left = [second]
    while left:
        at = left.pop()
        if at == first:
            return True
        if at not in seen:
            seen.add(at)
            left.extend(links.get(at, ()))
    return False


def _all(scope: Scope) -> dict[str, list[str]]:
    """Every link, whoever may see it: a circle is one even where part of it lies behind a wall. Nothing of them is shown."""
    links: defaultdict[str, list[str]] = defaultdict(list)
    for one, other in scope.session.execute(select(EngagementNeed.engagement_id, EngagementNeed.needs_id)).tuples():
        links[one].append(other)
    return links


def _both(scope: Scope, ref: str, needs_ref: str) -> tuple[Engagement, Engagement]:
    rows = {
        one.ref: one
        for one in scope.session.scalars(
            select(Engagement).where(Engagement.ref.in_([ref, needs_ref]), Engagement.client_id.in_(scope.clients()))
        )
    }
    for name in (ref, needs_ref):
        if name not in rows:
            raise NotFound(f"there is no engagement {name}")
    return rows[ref], rows[needs_ref]
