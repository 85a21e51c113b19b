"""What goes out by mail: a released item of the outbox to its recipients, a person's own brief to that person. Nothing else ever does.

A post is queued once for each, claimed by one process before it speaks to the server, and settled afterwards. What was claimed and never
settled is unsure: the server may have taken it, so it is not sent again until a person has looked. Speaks to no server (api/post.py).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from store import audit
from store.audit import AuditTag
from store.errors import Conflict, NotFound
from store.ids import stable_id
from store.tables import Brief, Client, Deliverable, OutboxItem, Person, Post, Release
from workspace.brief.trail import trail_of
from workspace.deliverables.model import OPEN
from workspace.deliverables.release import addresses
from workspace.scope import Right, Scope

REMINDER = "pbc-follow-up"
TOGETHER = timedelta(minutes=5)  # a reminder waits so long for that of another client of the group
GIVEN_UP_AFTER = 8  # tries: about four hours
_FIRST_WAIT = timedelta(minutes=1)
ABANDONED = timedelta(minutes=10)  # no server takes so long to answer


@dataclass(frozen=True)
class Letter:
    """A claimed post with what the server is told. `brief` is the JSON of a brief, else `subject` and `body` are the released text; `along`
    are the posts whose released text stands in it too."""

    id: str
    message_id: str
    recipients: tuple[str, ...]
    subject: str
    body: str
    brief: dict[str, Any] | None = None
    along: tuple[str, ...] = ()

    @property
    def posts(self) -> tuple[str, ...]:
        """The posts that go with it, its own first: what becomes of it becomes of each."""
        return (self.id, *self.along)


@dataclass(frozen=True)
class Listed:
    """A post for a list. `client_ref`, `client` and `deliverable_id` are None for a brief; `attempts` so far; `error` what the server said
    last, or ""."""

    id: str
    what: str
    client_ref: str | None
    recipients: tuple[str, ...]
    state: str
    attempts: int
    next_at: datetime
    sent_at: datetime | None
    error: str
    client: str | None = None
    deliverable_id: str | None = None

    @property
    def to_decide(self) -> bool:
        """Whether a person has to say what becomes of it."""
        return self.state in ("unsure", "refused")


def queue_posts(scope: Scope, *, briefs: bool) -> int:
    """Queue what is not queued yet: mail of the outbox, and with `briefs` those of the scope's day; how many. Two queries and what is new.
    Raises Forbidden without scan:run."""
    scope.require(Right.SCAN_RUN)
    items = scope.session.scalars(
        select(OutboxItem)
        .outerjoin(Post, Post.outbox_id == OutboxItem.id)
        .where(
            OutboxItem.channel == "mail",
            OutboxItem.sent_at.is_(None),
            Post.id.is_(None),
            OutboxItem.client_id.in_(scope.clients()),
        )
        .order_by(OutboxItem.id)
    ).all()
    made = [_post(scope, addresses(item.recipients), outbox_id=item.id, client_id=item.client_id) for item in items]
    held = _await_others(scope, [item.client_id for item in items])
    for post in made:
        post.next_at += TOGETHER if post.outbox_id in held else timedelta(0)
    if briefs:
        found = scope.session.execute(
            select(Brief.id, Person.email)
            .join(Person, Person.id == Brief.person_id)
            .outerjoin(Post, Post.brief_id == Brief.id)
            .where(Brief.as_of == scope.today, Person.active, Post.id.is_(None))
            .order_by(Brief.id)
        ).tuples()
        made += [_post(scope, (email,), brief_id=brief_id) for brief_id, email in found]
    scope.session.add_all(made)
    scope.session.flush()
    return len(made)


def _await_others(scope: Scope, clients: Collection[str]) -> set[str]:
    """The outbox items of these clients that are reminders, while a reminder of another client of their group waits for its release: they
    are held for a while, so that one person gets one mail."""
    if not clients:
        return set()
    other, owner, draft = aliased(Client), aliased(Deliverable), aliased(Deliverable)
    rows = scope.session.scalars(
        select(OutboxItem.id)
        .join(Release, Release.id == OutboxItem.release_id)
        .join(owner, owner.id == Release.deliverable_id)
        .join(Client, Client.id == OutboxItem.client_id)
        .join(other, (other.group_id == Client.group_id) & (other.id != Client.id))
        .join(draft, draft.client_id == other.id)
        .where(OutboxItem.client_id.in_(clients), owner.slug == REMINDER, draft.slug == REMINDER, draft.state.in_(OPEN))
    )
    return set(rows)


def _post(scope: Scope, to: tuple[str, ...], **source: str) -> Post:
    identity = stable_id("pst", *source.values())
    domain = to[0].rpartition("@")[2]
    return Post(
        id=identity,
        recipients=list(to),
        message_id=f"<{identity}@{domain}>",
        state="waiting",
        attempts=0,
        next_at=scope.now,
        error="",
        **source,
    )


def claim(scope: Scope) -> Letter | None:
    """The next post whose time has come, claimed: nobody else sends it. None: there is none. Raises Forbidden without scan:run.

    Commit before you speak to the server, and settle afterwards."""
    scope.require(Right.SCAN_RUN)
    query = select(Post).where(Post.state == "waiting", Post.next_at <= scope.now).order_by(Post.next_at, Post.id)
    post = scope.session.scalars(query.limit(1).with_for_update(skip_locked=True)).one_or_none()
    if post is None:
        return None
    post.state, post.attempts, post.tried_at = "sending", post.attempts + 1, scope.now
    scope.session.flush()
    to = tuple(post.recipients)
    if post.brief_id is not None:
        brief = scope.session.get_one(Brief, post.brief_id)
        told = {**brief.payload, "trail": trail_of(scope, brief.payload)}
        return Letter(post.id, post.message_id, to, f"Brief of {brief.as_of}", "", told)
    item = scope.session.get_one(OutboxItem, post.outbox_id)
    return _with_others(scope, post, item)


def _with_others(scope: Scope, post: Post, item: OutboxItem) -> Letter:
    """The letter of a claimed post; of a reminder with the other released reminders of the client's group to the same addresses, which are
    claimed with it. Each text stands as it was released, under the client's name."""
    owner, one = aliased(Client), aliased(Client)
    rows = scope.session.execute(
        select(Post, OutboxItem, one.name)
        .join(OutboxItem, OutboxItem.id == Post.outbox_id)
        .join(Release, Release.id == OutboxItem.release_id)
        .join(Deliverable, Deliverable.id == Release.deliverable_id)
        .join(one, one.id == OutboxItem.client_id)
        .join(owner, owner.id == item.client_id)
        .where(Deliverable.slug == REMINDER, or_(one.id == owner.id, one.group_id == owner.group_id))
        .where(or_(Post.id == post.id, Post.state == "waiting"))
        .order_by(Post.id)
        .with_for_update(of=Post, skip_locked=True)
    ).tuples()
    found = [row for row in rows if list(row[0].recipients) == list(post.recipients)]
    others = [row for row in found if row[0].id != post.id]
    to = tuple(post.recipients)
    if not others or len(others) == len(found):  # nothing goes along, or it is no reminder itself
        return Letter(post.id, post.message_id, to, item.subject, item.body)
    for other, _, _ in others:
        other.state, other.attempts, other.tried_at = "sending", other.attempts + 1, scope.now
    scope.session.flush()
    parts = sorted(found, key=lambda row: row[0].id != post.id)
    body = "\n\n\n".join(f"{name}\n{'-' * min(len(name), 60)}\n\n{text.body}" for _, text, name in parts)
    subject = f"{item.subject}, and {len(others)} more"
    return Letter(post.id, post.message_id, to, subject, body, along=tuple(row[0].id for row in others))


def settle(scope: Scope, post_id: str, *, refused: str = "", later: str = "") -> str:
    """What became of a claimed post: sent, or `refused` by the server for good, or to be tried `later`; the state it has now.

    Waits double from a minute on; after GIVEN_UP_AFTER tries it counts as refused. Raises Conflict when it is not being sent."""
    scope.require(Right.SCAN_RUN)
    post = scope.session.get(Post, post_id, with_for_update=True)
    if post is None or post.state != "sending":
        raise Conflict(f"the message {post_id} is not being sent")
    post.error = refused or later
    if later and post.attempts < GIVEN_UP_AFTER:
        post.state, post.next_at = "waiting", scope.now + _FIRST_WAIT * 2 ** (post.attempts - 1)
    elif refused or later:
        post.state = "refused"
        _record(scope, post, AuditTag.POST_REFUSED)
    else:
        _went(scope, post)
        _record(scope, post, AuditTag.POST_SENT)
    scope.session.flush()
    return post.state


def doubt(scope: Scope) -> int:
    """Mark as unsure what was claimed long ago and never settled; how many. Raises Forbidden without scan:run."""
    scope.require(Right.SCAN_RUN)
    query = select(Post).where(Post.state == "sending", Post.tried_at < scope.now - ABANDONED)
    lost = scope.session.scalars(query).all()
    for post in lost:
        post.state = "unsure"
        post.error = "it was being sent when the program ended: ask whether it arrived, then say so"
        _record(scope, post, AuditTag.POST_UNSURE)
    scope.session.flush()
    return len(lost)


def decide_post(scope: Scope, post_id: str, decision: str) -> str:
    """What a person says of a post that did not go by itself: `again`, `sent` (it arrived, or went by hand), `aside` (it is not to go);
    its state.

    Raises NotFound outside the scope, Forbidden without deliverable:release, Conflict when nothing is to be decided."""
    scope.require(Right.DELIVERABLE_RELEASE)
    post = scope.session.scalars(select(Post).where(Post.id == post_id, _mine(scope))).one_or_none()
    if post is None:
        raise NotFound(f"there is no message {post_id}")
    if post.state in ("sent", "sending", "set-aside") or (post.state == "waiting" and decision == "again"):
        raise Conflict(f"nothing is to be decided about this message: it is {post.state.replace('-', ' ')}")
    if decision == "again":
        post.state, post.attempts, post.next_at, post.error = "waiting", 0, scope.now, ""
    elif decision == "sent":
        _went(scope, post)
    else:
        post.state = "set-aside"
    _record(scope, post, AuditTag.POST_DECIDED)
    scope.session.flush()
    return post.state


def posts(scope: Scope, limit: int = 200) -> tuple[Listed, ...]:
    """What the asker may see of the mail: that of their clients, and their own briefs; what needs a person first; one query."""
    order = func.coalesce(Post.sent_at, Post.next_at).desc()
    rows = scope.session.execute(
        select(Post, Client.ref, OutboxItem.subject, Brief.as_of, Client.name, Release.deliverable_id)
        .outerjoin(Client, Client.id == Post.client_id)
        .outerjoin(OutboxItem, OutboxItem.id == Post.outbox_id)
        .outerjoin(Release, Release.id == OutboxItem.release_id)
        .outerjoin(Brief, Brief.id == Post.brief_id)
        .where(_mine(scope))
        .order_by(Post.state.in_(("unsure", "refused")).desc(), order, Post.id)
        .limit(limit)
    ).tuples()
    return tuple(
        Listed(
            post.id,
            subject or f"Brief of {as_of}",
            ref,
            tuple(post.recipients),
            post.state,
            post.attempts,
            post.next_at,
            post.sent_at,
            post.error,
            client,
            deliverable,
        )
        for post, ref, subject, as_of, client, deliverable in rows
    )


@dataclass(frozen=True)
class Lying:
    """An item of the outbox that no mail server is to get: a paper to print or to file; or a mail that is not queued yet."""

    deliverable_id: str
    what: str
    client_ref: str
    client: str
    recipients: tuple[str, ...]
    mailed: bool
    released_at: datetime


def lying(scope: Scope, limit: int = 200) -> tuple[Lying, ...]:
    """What was released and has no post: newest first; one query."""
    rows = scope.session.execute(
        select(OutboxItem, Release.deliverable_id, Release.at, Client.ref, Client.name)
        .join(Release, Release.id == OutboxItem.release_id)
        .join(Client, Client.id == OutboxItem.client_id)
        .outerjoin(Post, Post.outbox_id == OutboxItem.id)
        .where(Post.id.is_(None), OutboxItem.sent_at.is_(None), OutboxItem.client_id.in_(scope.clients()))
        .order_by(Release.at.desc(), OutboxItem.id)
        .limit(limit)
    ).tuples()
    return tuple(
        Lying(deliverable, item.subject, ref, name, tuple(item.recipients), item.channel == "mail", at)
        for item, deliverable, at, ref, name in rows
    )


def _mine(scope: Scope) -> Any:
    own = select(Brief.id).where(Brief.person_id == scope.person_id)
    seen = Post.client_id.in_(scope.clients())
    return or_(seen, Post.brief_id.is_not(None)) if scope.role == "system" else or_(seen, Post.brief_id.in_(own))


def _went(scope: Scope, post: Post) -> None:
    post.state, post.sent_at, post.error = "sent", scope.now, ""
    if post.outbox_id is not None:
        scope.session.get_one(OutboxItem, post.outbox_id).sent_at = scope.now


def _record(scope: Scope, post: Post, tag: AuditTag) -> None:
    audit.record(
        scope.session,
        tag,
        actor=scope.email,
        subject=f"post:{post.id}",
        now=scope.now,
        client_id=post.client_id,
        detail={"state": post.state, "to": list(post.recipients), "attempts": post.attempts, "error": post.error},
    )
