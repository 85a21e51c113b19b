"""What is on its way to webhooks: fed from the trail in its order, claimed, settled. Speaks to no server (api/hooks.py).

Each webhook remembers the last entry of the trail that was looked at for it. The trail has no gaps and its order is that of the commits, so
nothing is told twice into the outbox, nothing is left out, and the order is exact. An event goes out only when the one before it was taken:
a receiver that is down stops its own line and no other.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import aliased

from store import audit
from store.audit import AuditTag
from store.errors import Conflict
from store.ids import new_id, stable_id
from store.seal import Seal
from store.tables import AuditEntry, Client, Person, Webhook, WebhookAttempt, WebhookPost
from workspace.platform.events import event_of, fits
from workspace.platform.hooks import KEPT
from workspace.scope import Right, Scope, scope_for

WAITS = (30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
"""Seconds between one try and the next: about a day. After the last one the webhook is turned off."""
ABANDONED = timedelta(minutes=2)  # longer than any try takes
_AT_ONCE = 500  # entries of the trail that one round looks at, for one webhook
# who signs in and how is nobody's event: passwords and sessions stay inside the house
_PRIVATE = ("person:",)


@dataclass(frozen=True)
class Envelope:
    """A claimed event: where it goes, what it says, and the secrets that sign it."""

    id: str
    webhook_id: str
    url: str
    event: str
    payload: dict[str, Any]
    secrets: tuple[str, ...] = field(repr=False)
    attempt: int


def feed(scope: Scope) -> int:
    """Put what the trail has had since into the outbox of every webhook that is on; how many events. For each webhook two queries.

    A webhook whose maker left the firm, or may keep none any more, is turned off. Raises Forbidden without scan:run."""
    scope.require(Right.SCAN_RUN)
    end = audit.head(scope.session)[0]
    made = 0
    hooks = scope.session.execute(
        select(Webhook, Person)
        .join(Person, Person.id == Webhook.person_id)
        .where(Webhook.state != "failed", Webhook.position < end)
        .order_by(Webhook.id)
        .with_for_update(of=Webhook)
    ).tuples()
    for hook, person in hooks.all():
        eyes = scope_for(scope, person)
        if not person.active or not eyes.has(Right.WEBHOOK_MANAGE):
            _turn_off(scope, hook, f"{person.name} may keep no webhook any more")
            continue
        made += _feed_one(eyes, hook, end)
    scope.session.flush()
    return made


def _feed_one(scope: Scope, hook: Webhook, end: int) -> int:
    """`scope` is that of the webhook's maker: what she may not see is passed over."""
    entries = scope.session.execute(
        select(AuditEntry, Client.ref)
        .outerjoin(Client, Client.id == AuditEntry.client_id)
        .where(AuditEntry.seq > hook.position, AuditEntry.seq <= hook.position + _AT_ONCE)
        .order_by(AuditEntry.seq)
    ).tuples()
    seen = set(scope.session.scalars(scope.clients()))
    made = 0
    for entry, ref in entries:
        event = event_of(entry.tag)
        hidden = entry.client_id is not None and entry.client_id not in seen
        if hidden or entry.tag.startswith(_PRIVATE) or not fits(event, hook.events):
            continue
        identity = stable_id("evt", hook.id, entry.seq)
        scope.session.add(
            WebhookPost(
                id=identity,
                webhook_id=hook.id,
                seq=entry.seq,
                event=event,
                client_id=entry.client_id,
                payload=_payload(identity, event, entry, ref),
                state="waiting",
                attempts=0,
                created_at=scope.now,
                next_at=scope.now,
            )
        )
        made += 1
    hook.position = min(end, hook.position + _AT_ONCE)
    return made


def _payload(identity: str, event: str, entry: AuditEntry, ref: str | None) -> dict[str, Any]:
    """Ids and refs, and nothing that stands in a client's file."""
    kind, _, name = entry.subject.partition(":")
    return {
        "id": identity,
        "event": event,
        "tag": entry.tag,
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "client_ref": ref,
        "subject": {"kind": kind, "id": name} if _is_id(name) else {"kind": kind, "id": None},
    }


def _is_id(name: str) -> bool:
    return 0 < len(name) <= 60 and all(c.isascii() and (c.isalnum() or c in "_-.") for c in name)


def claim(scope: Scope, seal: Seal) -> Envelope | None:
    """The next event whose time has come, the first in its webhook's line, claimed: nobody else sends it. None: there is none.

    What its maker may not see any more (a wall, another partner) is passed over and never sent. Commit before you speak to the receiver,
    and settle afterwards. Raises Forbidden without scan:run."""
    scope.require(Right.SCAN_RUN)
    while (found := _next(scope)) is not None:
        post, hook = found
        if post.client_id is None or _seen_by_maker(scope, hook, post.client_id):
            break
        post.state = "done"
        scope.session.flush()
    else:
        return None
    post.state, post.attempts, post.tried_at = "sending", post.attempts + 1, scope.now
    old = hook.old_secret if hook.old_until is not None and hook.old_until > scope.now else None
    signing = tuple(opened for one in (hook.secret, old) if one and (opened := seal.open(one)))
    scope.session.flush()
    return Envelope(post.id, hook.id, hook.url, post.event, dict(post.payload), signing, post.attempts)


def _seen_by_maker(scope: Scope, hook: Webhook, client_id: str) -> bool:
    person = scope.session.get_one(Person, hook.person_id)
    eyes = scope_for(scope, person)
    return scope.session.scalar(eyes.clients().where(Client.id == client_id)) is not None


def _next(scope: Scope) -> tuple[WebhookPost, Webhook] | None:
    earlier = aliased(WebhookPost)
    # a test has no place in the line; nothing passes what is being sent
    before = (
        select(earlier.id)
        .where(
            earlier.webhook_id == WebhookPost.webhook_id,
            earlier.state != "done",
            earlier.id != WebhookPost.id,
            (earlier.state == "sending") | (func.coalesce(earlier.seq, 0) < func.coalesce(WebhookPost.seq, 0)),
        )
        .exists()
    )
    found = scope.session.execute(
        select(WebhookPost, Webhook)
        .join(Webhook, Webhook.id == WebhookPost.webhook_id)
        .where(WebhookPost.state == "waiting", WebhookPost.next_at <= scope.now, Webhook.state == "on", ~before)
        .order_by(WebhookPost.next_at, WebhookPost.id)
        .limit(1)
        .with_for_update(of=WebhookPost, skip_locked=True)
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def settle(scope: Scope, post_id: str, *, status: int | None, milliseconds: int, error: str = "") -> str:
    """What became of a claimed event: `status` 2xx is taken, anything else is tried again later; the state it has now.

    After the last try the webhook is turned off, and the event waits in it. Raises Conflict when it is not being sent."""
    scope.require(Right.SCAN_RUN)
    post = scope.session.get(WebhookPost, post_id, with_for_update=True)
    if post is None or post.state != "sending":
        raise Conflict("this event is not being sent")
    hook = scope.session.get_one(Webhook, post.webhook_id, with_for_update=True)
    scope.session.add(
        WebhookAttempt(
            id=new_id("try"),
            post_id=post.id,
            at=scope.now,
            status=status,
            milliseconds=milliseconds,
            error=" ".join(error.split())[:300],
        )
    )
    if status is not None and 200 <= status < 300:
        post.state, hook.failures = "done", 0
    else:
        post.state, hook.failures = "waiting", hook.failures + 1
        if post.attempts > len(WAITS):
            _turn_off(scope, hook, f"{post.attempts} tries in a row were not taken: {error or f'status {status}'}")
        else:
            post.next_at = scope.now + timedelta(seconds=WAITS[post.attempts - 1])
    scope.session.flush()
    return post.state


def release_abandoned(scope: Scope) -> int:
    """Put back what was claimed and never settled, because the program ended; how many. The receiver may have it: it has the same id."""
    scope.require(Right.SCAN_RUN)
    lost = scope.session.scalars(
        select(WebhookPost).where(WebhookPost.state == "sending", WebhookPost.tried_at < scope.now - ABANDONED)
    ).all()
    for post in lost:
        post.state, post.next_at = "waiting", scope.now
    return len(lost)


def forget(scope: Scope) -> None:
    """Take what was delivered long ago out of the logs. Raises Forbidden without scan:run."""
    scope.require(Right.SCAN_RUN)
    old = select(WebhookPost.id).where(WebhookPost.state == "done", WebhookPost.created_at < scope.now - KEPT)
    scope.session.execute(delete(WebhookAttempt).where(WebhookAttempt.post_id.in_(old)))
    scope.session.execute(delete(WebhookPost).where(WebhookPost.id.in_(old)))


def next_moment(scope: Scope) -> datetime | None:
    """When the next event may be tried, None when none waits."""
    return scope.session.scalar(
        select(func.min(WebhookPost.next_at))
        .join(Webhook, Webhook.id == WebhookPost.webhook_id)
        .where(WebhookPost.state == "waiting", Webhook.state == "on")
    )


def _turn_off(scope: Scope, hook: Webhook, why: str) -> None:
    hook.state, hook.why = "failed", why[:300]
    audit.record(
        scope.session,
        AuditTag.WEBHOOK_FAILED,
        actor=scope.email,
        subject=f"webhook:{hook.id}",
        now=scope.now,
        detail={"url": hook.url, "why": hook.why},
    )
