"""Webhooks as people keep them: made, changed, silenced, their secret renewed, their log read. Speaks to no server (api/hooks.py).

Whoever may manage webhooks sees that they are there and may silence them; only its maker changes where one goes and what it tells, since it
sees what its maker sees. A log shows the entries of clients that its reader may see.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select

from store import audit
from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import new_id
from store.seal import Seal
from store.tables import Person, Webhook, WebhookAttempt, WebhookPost
from workspace.platform.addresses import plain_url
from workspace.platform.events import is_event
from workspace.scope import Right, Scope

MOST = 20
LONGEST_NOTE = 200
OVERLAP = timedelta(hours=24)  # for which the old secret signs too
KEPT = timedelta(days=30)  # delivered events stay in the log
MOST_REPLAYED = 500


@dataclass(frozen=True)
class Listed:
    """A webhook for a list. `waiting` events are on their way, `last_status` of the last try (None: no answer, or none yet); `mine`: the
    asker made it."""

    id: str
    url: str
    note: str
    events: tuple[str, ...]
    state: str
    why: str
    failures: int
    maker: str
    mine: bool
    created_at: datetime
    old_until: datetime | None
    waiting: int
    last_at: datetime | None
    last_status: int | None


@dataclass(frozen=True)
class Try:
    """One try to deliver. `status` is the answer's, None when there was none."""

    at: datetime
    status: int | None
    milliseconds: int
    error: str


@dataclass(frozen=True)
class Sent:
    """An event in the log of a webhook, with its tries, the newest first. `seq` is the trail's entry, None for a test."""

    id: str
    seq: int | None
    event: str
    state: str
    attempts: int
    created_at: datetime
    next_at: datetime
    payload: dict[str, object]
    tries: tuple[Try, ...]


def add_webhook(
    scope: Scope, seal: Seal, url: str, events: Sequence[str], note: str = "", *, loopback: bool = False
) -> tuple[str, str]:
    """Subscribe an address to events from now on: the webhook's id and its secret, which is told once.

    Raises Forbidden without webhook:manage, Invalid for an address that cannot be one, for events that are none, and past MOST."""
    scope.require(Right.WEBHOOK_MANAGE)
    url, asked = plain_url(url, loopback=loopback), _events(events)
    if (scope.session.scalar(select(func.count()).select_from(Webhook)) or 0) >= MOST:
        raise Invalid(f"there are {MOST} webhooks already; remove one")
    if scope.person_id is None:
        raise Forbidden("a webhook needs a person whose eyes it has: say who with --as")
    secret = _secret()
    row = Webhook(
        id=new_id("hook"),
        person_id=scope.person_id,
        url=url,
        note=_note(note),
        events=asked,
        secret=seal.close(secret),
        state="on",
        why="",
        failures=0,
        position=audit.head(scope.session)[0],
        created_at=scope.now,
    )
    scope.session.add(row)
    _record(scope, AuditTag.WEBHOOK_ADDED, row)
    scope.session.flush()
    return row.id, secret


def change_webhook(
    scope: Scope,
    webhook_id: str,
    *,
    url: str | None = None,
    events: Sequence[str] | None = None,
    note: str | None = None,
    state: str | None = None,
    loopback: bool = False,
) -> Webhook:
    """Change what is given. `state` on goes on where it stopped, off keeps what happens meanwhile. Raises NotFound, Invalid, and Forbidden
    without webhook:manage or where only its maker may."""
    row = webhook(scope, webhook_id)
    if row.person_id != scope.person_id and (url is not None or events is not None):
        raise Forbidden("only the one who made a webhook changes where it goes and what it tells")
    if url is not None:
        row.url = plain_url(url, loopback=loopback)
    if events is not None:
        row.events = _events(events)
    if note is not None:
        row.note = _note(note)
    if state is not None:
        if state not in ("on", "off"):
            raise Invalid("a webhook is on or off")
        if state == "on" and row.person_id != scope.person_id:
            raise Forbidden("only the one who made a webhook turns it on")
        row.state, row.why, row.failures = state, "", 0
        if state == "on":
            _at_once(scope, row.id)
    _record(scope, AuditTag.WEBHOOK_CHANGED, row)
    scope.session.flush()
    return row


def _at_once(scope: Scope, webhook_id: str) -> None:
    """What waits is tried again now, with all its tries before it."""
    waiting = select(WebhookPost).where(WebhookPost.webhook_id == webhook_id, WebhookPost.state == "waiting")
    for post in scope.session.scalars(waiting.order_by(WebhookPost.created_at).limit(MOST_REPLAYED)):
        post.next_at, post.attempts = scope.now, 0


def renew_secret(scope: Scope, seal: Seal, webhook_id: str) -> str:
    """A new secret, told once; the old one signs too for a day. Raises Forbidden for anybody but its maker."""
    row = webhook(scope, webhook_id)
    if row.person_id != scope.person_id:
        raise Forbidden("only the one who made a webhook renews its secret")
    secret = _secret()
    row.old_secret, row.old_until, row.secret = row.secret, scope.now + OVERLAP, seal.close(secret)
    _record(scope, AuditTag.WEBHOOK_CHANGED, row, renewed=True)
    scope.session.flush()
    return secret


def remove_webhook(scope: Scope, webhook_id: str) -> None:
    """Take it away, with its log. Raises NotFound, Forbidden without webhook:manage."""
    row = webhook(scope, webhook_id)
    posts = scope.session.scalars(select(WebhookPost).where(WebhookPost.webhook_id == row.id)).all()
    tries = scope.session.scalars(
        select(WebhookAttempt)
        .join(WebhookPost, WebhookPost.id == WebhookAttempt.post_id)
        .where(WebhookPost.webhook_id == row.id)
    ).all()
    for level in (tries, posts, [row]):
        for one in level:
            scope.session.delete(one)
        scope.session.flush()
    _record(scope, AuditTag.WEBHOOK_REMOVED, row)


def ping(scope: Scope, webhook_id: str) -> str:
    """Put a test event before everything that waits; its id. Raises NotFound, Forbidden, Conflict when the webhook is not on."""
    row = webhook(scope, webhook_id)
    if row.state != "on":
        raise Conflict("this webhook is not on; turn it on first")
    identity = new_id("evt")
    payload: dict[str, object] = {
        "id": identity,
        "event": "webhook.test",
        "tag": None,
        "seq": None,
        "at": scope.now.isoformat(),
        "client_ref": None,
        "subject": {"kind": "webhook", "id": row.id},
    }
    scope.session.add(_post(scope, row, identity, None, "webhook.test", None, payload))
    scope.session.flush()
    return identity


def replay(scope: Scope, post_id: str) -> str:
    """Send an event of the log again, as it was; the webhook's id. Raises NotFound outside the scope, Forbidden, Conflict while it
    waits."""
    scope.require(Right.WEBHOOK_MANAGE)
    post = scope.session.scalars(select(WebhookPost).where(WebhookPost.id == post_id, _seen(scope))).one_or_none()
    if post is None:
        raise NotFound("there is no such event")
    if post.state != "done":
        raise Conflict("this event is on its way already")
    post.state, post.attempts, post.next_at = "waiting", 0, scope.now
    scope.session.flush()
    return post.webhook_id


def webhook(scope: Scope, webhook_id: str) -> Webhook:
    """The webhook. Raises NotFound, Forbidden without webhook:manage."""
    scope.require(Right.WEBHOOK_MANAGE)
    row = scope.session.get(Webhook, webhook_id)
    if row is None:
        raise NotFound(f"there is no webhook {webhook_id}")
    return row


def webhooks(scope: Scope) -> list[Listed]:
    """Every webhook of the firm, those that failed first; three queries. Raises Forbidden without webhook:manage."""
    scope.require(Right.WEBHOOK_MANAGE)
    waits = dict(
        scope.session.execute(
            select(WebhookPost.webhook_id, func.count())
            .where(WebhookPost.state != "done", _seen(scope))
            .group_by(WebhookPost.webhook_id)
        )
        .tuples()
        .all()
    )
    newest = (
        select(WebhookPost.webhook_id, func.max(WebhookAttempt.at).label("at"))
        .join(WebhookPost, WebhookPost.id == WebhookAttempt.post_id)
        .group_by(WebhookPost.webhook_id)
        .subquery()
    )
    last = {
        webhook_id: (at, status)
        for webhook_id, at, status in scope.session.execute(
            select(newest.c.webhook_id, WebhookAttempt.at, WebhookAttempt.status)
            .join(WebhookPost, WebhookPost.id == WebhookAttempt.post_id)
            .join(newest, (newest.c.webhook_id == WebhookPost.webhook_id) & (newest.c.at == WebhookAttempt.at))
        ).tuples()
    }
    rows = scope.session.execute(
        select(Webhook, Person)
        .join(Person, Person.id == Webhook.person_id)
        .order_by((Webhook.state == "failed").desc(), Webhook.created_at, Webhook.id)
    ).tuples()
    return [
        Listed(
            row.id,
            row.url,
            row.note,
            tuple(row.events),
            row.state,
            row.why,
            row.failures,
            person.name,
            row.person_id == scope.person_id,
            row.created_at,
            row.old_until if row.old_until and row.old_until > scope.now else None,
            waits.get(row.id, 0),
            *last.get(row.id, (None, None)),
        )
        for row, person in rows
    ]


def log(scope: Scope, webhook_id: str, limit: int = 50) -> list[Sent]:
    """The newest events of a webhook with their tries, of clients that the asker may see; three queries."""
    row = webhook(scope, webhook_id)
    posts = scope.session.scalars(
        select(WebhookPost)
        .where(WebhookPost.webhook_id == row.id, _seen(scope))
        .order_by(WebhookPost.created_at.desc(), WebhookPost.seq.desc(), WebhookPost.id)
        .limit(limit)
    ).all()
    tries: dict[str, list[Try]] = {post.id: [] for post in posts}
    for one in scope.session.scalars(
        select(WebhookAttempt).where(WebhookAttempt.post_id.in_(tries)).order_by(WebhookAttempt.at.desc())
    ):
        tries[one.post_id].append(Try(one.at, one.status, one.milliseconds, one.error))
    return [
        Sent(
            post.id,
            post.seq,
            post.event,
            post.state,
            post.attempts,
            post.created_at,
            post.next_at,
            dict(post.payload),
            tuple(tries[post.id]),
        )
        for post in posts
    ]


def _seen(scope: Scope) -> ColumnElement[bool]:
    return or_(WebhookPost.client_id.is_(None), WebhookPost.client_id.in_(scope.clients()))


def _post(
    scope: Scope,
    row: Webhook,
    identity: str,
    seq: int | None,
    event: str,
    client_id: str | None,
    payload: dict[str, object],
) -> WebhookPost:
    return WebhookPost(
        id=identity,
        webhook_id=row.id,
        seq=seq,
        event=event,
        client_id=client_id,
        payload=payload,
        state="waiting",
        attempts=0,
        created_at=scope.now,
        next_at=scope.now,
    )


def _events(asked: Sequence[str]) -> list[str]:
    found = sorted({one.strip() for one in asked} - {""})
    if not found:
        raise Invalid("say what the address is told of, such as invoice.issued, or * for everything")
    if wrong := [one for one in found if not is_event(one)]:
        raise Invalid(f"there is no event {wrong[0]}")
    return found


def _note(note: str) -> str:
    return " ".join(note.split())[:LONGEST_NOTE]


def _secret() -> str:
    return "whsec_" + secrets.token_urlsafe(32)


def _record(scope: Scope, tag: AuditTag, row: Webhook, **more: object) -> None:
    detail = {"url": row.url, "events": list(row.events), "state": row.state, **more}
    audit.record(scope.session, tag, actor=scope.email, subject=f"webhook:{row.id}", now=scope.now, detail=detail)
