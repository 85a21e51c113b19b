"""Which clients and engagements a person follows, and how much came in since she last looked. Hers alone: nobody else sees it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, union_all

from store import audit
from store.audit import AuditTag
from store.errors import Forbidden, NotFound
from store.ids import stable_id
from store.tables import Client, Engagement, Watch
from workspace.scope import Right, Scope, access_client
from workspace.timeline.sources import Source, sources_for


@dataclass(frozen=True)
class WatchLine:
    """Something that is watched. `engagement` (ref, title) None: the whole client. `new` counts what came since `seen_at`."""

    id: str
    client_ref: str
    client: str
    engagement: tuple[str, str] | None
    since: datetime
    seen_at: datetime
    new: int

    @property
    def href(self) -> str:
        """Its timeline."""
        return f"/clients/{self.client_ref}/timeline" + (f"?engagement={self.engagement[0]}" if self.engagement else "")


def watch(scope: Scope, client_ref: str, engagement_ref: str | None = None) -> str:
    """Follow a client, or one engagement; the watch's id. To follow twice changes nothing. Raises NotFound outside the scope."""
    client = access_client(scope, client_ref)
    engagement_id = _engagement(scope, client, engagement_ref)
    key = _key(scope, client.id, engagement_id)
    if scope.session.get(Watch, key) is None:
        scope.session.add(
            Watch(
                id=key,
                client_id=client.id,
                person_id=scope.person_id or "",
                engagement_id=engagement_id,
                since=scope.now,
                seen_at=scope.now,
            )
        )
        _record(scope, AuditTag.WATCH_SET, key, client.id)
    return key


def unwatch(scope: Scope, watch_id: str) -> None:
    """Follow no longer. Raises NotFound for what is not the asker's."""
    row = _own(scope, watch_id)
    scope.session.delete(row)
    _record(scope, AuditTag.WATCH_ENDED, row.id, row.client_id)


def look(scope: Scope, watch_id: str) -> None:
    """Say that the asker has looked, now. No entry of the trail: looking is no act."""
    _own(scope, watch_id).seen_at = scope.now


def watch_on(scope: Scope, client_ref: str, engagement_ref: str = "") -> Watch | None:
    """The asker's watch on this timeline, None without one; one query."""
    query = (
        select(Watch)
        .join(Client, Client.id == Watch.client_id)
        .outerjoin(Engagement, Engagement.id == Watch.engagement_id)
        .where(Client.ref == client_ref, Watch.person_id == scope.person_id, Watch.client_id.in_(scope.clients()))
        .where(Engagement.ref == engagement_ref if engagement_ref else Watch.engagement_id.is_(None))
    )
    return scope.session.scalars(query.order_by(Watch.id).limit(1)).first()


def watches_of(scope: Scope) -> tuple[WatchLine, ...]:
    """What the asker watches, with the most news first; two queries, however many there are."""
    found = scope.session.execute(
        select(Watch, Client.ref, Client.name, Engagement.ref, Engagement.title)
        .join(Client, Client.id == Watch.client_id)
        .outerjoin(Engagement, Engagement.id == Watch.engagement_id)
        .where(Watch.person_id == scope.person_id, Watch.client_id.in_(scope.clients()))
    ).tuples()
    counted = _news(scope)
    lines = [
        WatchLine(w.id, ref, name, (e_ref, title) if e_ref else None, w.since, w.seen_at, counted.get(w.id, 0))
        for w, ref, name, e_ref, title in found
    ]
    return tuple(sorted(lines, key=lambda one: (-one.new, one.client, one.engagement or ("", ""))))


def _news(scope: Scope) -> dict[str, int]:
    """How many entries came since each watch was looked at. What the asker did herself is news too: she may have forgotten."""
    parts = [_counted(scope, one) for one in sources_for(scope)]
    both = union_all(*parts).subquery()
    rows = scope.session.execute(select(both.c.watch, func.sum(both.c.new)).group_by(both.c.watch)).tuples()
    return {watch_id: int(new) for watch_id, new in rows}


def _counted(scope: Scope, source: Source):  # type: ignore[no-untyped-def] # a Select of (watch, new)
    watched = select(Watch.client_id).where(Watch.person_id == scope.person_id)
    told = source.query.where(source.client_id.in_(scope.clients()), source.client_id.in_(watched)).subquery()
    where = [Watch.person_id == scope.person_id, told.c.came > Watch.seen_at]
    where.append(or_(Watch.engagement_id.is_(None), told.c.engagement_id == Watch.engagement_id))
    return (
        select(Watch.id.label("watch"), func.count().label("new"))
        .join(told, told.c.client_id == Watch.client_id)
        .where(*where)
        .group_by(Watch.id)
    )


def _own(scope: Scope, watch_id: str) -> Watch:
    row = scope.session.scalars(
        select(Watch).where(
            Watch.id == watch_id, Watch.person_id == scope.person_id, Watch.client_id.in_(scope.clients())
        )
    ).one_or_none()
    if row is None:
        raise NotFound("you do not watch this")
    return row


def _engagement(scope: Scope, client: Client, ref: str | None) -> str | None:
    if not ref:
        return None
    found = scope.session.scalars(
        select(Engagement.id).where(Engagement.ref == ref, Engagement.client_id == client.id)
    ).one_or_none()
    if found is None:
        raise NotFound(f"there is no engagement {ref} of client {client.ref}")
    return found


def _key(scope: Scope, client_id: str, engagement_id: str | None) -> str:
    if scope.person_id is None:
        raise Forbidden(f"{scope.email} is no person: say who watches with --as")
    scope.require(Right.CLIENT_READ)
    return stable_id("wat", scope.person_id, client_id, engagement_id or "")


def _record(scope: Scope, tag: AuditTag, watch_id: str, client_id: str) -> None:
    audit.record(scope.session, tag, actor=scope.email, subject=f"watch:{watch_id}", now=scope.now, client_id=client_id)
