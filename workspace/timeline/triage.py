"""What is done with mail in the inbox: given to somebody, made a task of, put on timelines, put off, done. Each act can be undone.

An act names messages with the marks under which they were seen: where somebody was faster, nothing of it is done. Several messages are
one act, all of it or nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from store import audit
from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import new_id, stable_id
from store.tables import Client, Engagement, Firm, MailSorting, Message, Task
from workspace.evidence import to_json
from workspace.promises import said_in_mail
from workspace.scope import Right, Scope, access_client
from workspace.signals.mail import quote
from workspace.timeline.inbox import UNSEEN, mail_of
from workspace.timeline.mentions import seer
from workspace.timeline.notes import MOST_PLACES, Place
from workspace.undo import expect, mark_of

MOST = 300  # messages of one act
TITLE = 160
_REPLY = re.compile(r"^(?:\s*(?:re|fwd?|aw)\s*:\s*)+", re.IGNORECASE)


@dataclass(frozen=True)
class Item:
    """A message as the asker saw it. `mark` None: she does not say, and nothing is held against it."""

    message: str
    mark: str | None = None


@dataclass(frozen=True)
class NewTask:
    """What a task made of mail shall be. `title` "": what the mail asks, else its subject; `owner` an address, None: the asker."""

    title: str = ""
    owner: str | None = None
    due: date | None = None
    engagement: str | None = None


@dataclass(frozen=True)
class _Hand:
    """A message in hand with its sorting, which is new where nobody had sorted it."""

    message: Message
    sorting: MailSorting


def assign(scope: Scope, items: Sequence[Item], email: str | None) -> int:
    """Give messages to the person of that address, who must see every client of them; None: to nobody. How many.

    Raises NotFound for a message or person that is not there for these clients, Conflict where somebody was faster."""
    hands = _take(scope, items)
    clients = sorted({hand.message.client_id for hand in hands})
    person = seer(scope, clients, email) if email else None
    for hand in hands:
        hand.sorting.assignee_id = person.id if person else None
        hand.sorting.state, hand.sorting.until = "open", None
    return _settle(scope, hands, "assign", to=person.email if person else None)


def done(scope: Scope, items: Sequence[Item]) -> int:
    """Nothing is left to do with these. How many; raises as `assign`."""
    hands = _take(scope, items)
    for hand in hands:
        hand.sorting.state, hand.sorting.until = "done", None
    return _settle(scope, hands, "done")


def reopen(scope: Scope, items: Sequence[Item]) -> int:
    """There is something to do after all: done and waiting messages come back. How many; raises as `assign`."""
    hands = _take(scope, items)
    for hand in hands:
        hand.sorting.state, hand.sorting.until = "open", None
    return _settle(scope, hands, "reopen")


def snooze(scope: Scope, items: Sequence[Item], until: date) -> int:
    """Out of sight until a day, when they come back where they were. How many; raises as `assign`, Invalid for a day that is not ahead."""
    if until <= scope.today:
        raise Invalid("choose a later day: what is put off until today is not put off")
    hands = _take(scope, items)
    for hand in hands:
        hand.sorting.state, hand.sorting.until = "open", until
    return _settle(scope, hands, "snooze", until=until.isoformat())


def make_tasks(scope: Scope, items: Sequence[Item], wanted: NewTask | None = None) -> tuple[str, ...]:
    """A task of each thread's newest message among these, with its words as evidence; all of them are done then. The tasks' ids.

    Raises as `assign`, Conflict where a message has its task already, NotFound for an engagement that is not the client's."""
    scope.require(Right.TASK_WRITE)
    wanted, hands = wanted or NewTask(), _take(scope, items)
    zone = ZoneInfo(scope.session.scalars(select(Firm.timezone).limit(1)).one_or_none() or "UTC")
    newest: dict[tuple[str, str], _Hand] = {}
    for hand in hands:
        if hand.sorting.task_id is not None:
            raise Conflict("a task was made of this mail already; its line links to it")
        key = hand.message.client_id, hand.message.thread
        if key not in newest or _later(hand.message, newest[key].message):
            newest[key] = hand
    clients = sorted({client for client, _ in newest})
    owner = seer(scope, clients, wanted.owner).id if wanted.owner else scope.person_id
    made: dict[tuple[str, str], str] = {}
    for key, hand in newest.items():
        made[key] = _task(scope, hand.message, wanted, owner, zone)
    for hand in hands:
        hand.sorting.task_id = made[hand.message.client_id, hand.message.thread]
        hand.sorting.state, hand.sorting.until = "done", None
    _settle(scope, hands, "task", tasks=sorted(made.values()))
    return tuple(made.values())


def _later(one: Message, other: Message) -> bool:
    if one.sent_at is None or other.sent_at is None:
        return other.sent_at is None
    return (one.sent_at, one.id) > (other.sent_at, other.id)


def _task(scope: Scope, message: Message, wanted: NewTask, owner: str | None, zone: ZoneInfo) -> str:
    mail = mail_of(message)
    said = said_in_mail(mail, mail.sent_at.astimezone(zone).date()) if mail.sent_at else ()
    ask = next((one for one in said if one.kind == "ask" and one.owes == "us"), None)
    subject = _REPLY.sub("", message.subject) or "Answer a mail"
    title = " ".join((wanted.title or (ask.what if ask else subject)).split())[:TITLE]
    engagement_id = _engagement(scope, message.client_id, wanted.engagement)
    task = Task(
        id=new_id("task"),
        client_id=message.client_id,
        engagement_id=engagement_id,
        title=title,
        owner_id=owner,
        due=wanted.due or (ask.due if ask and ask.due and ask.due >= scope.today else None),
        status="open",
        custom={
            "source": "mail",
            "message": message.id,
            "evidence": [to_json(ask.evidence if ask else quote(mail))],
        },
    )
    scope.session.add(task)
    scope.session.flush()
    _record(scope, AuditTag.TASK_ADDED, f"task:{task.id}", message.client_id, title=title, message=message.id)
    return task.id


def place(scope: Scope, items: Sequence[Item], places: Sequence[Place]) -> int:
    """Put messages on more timelines: on an engagement's of their own client, or as a copy on another client's. How many copies were made.

    A copy carries the words, not the attachments, and needs no sorting. Raises as `assign`, NotFound for a place outside the scope."""
    if not 1 <= len(places) <= MOST_PLACES:
        raise Invalid(f"choose one to {MOST_PLACES} timelines")
    hands, copies = _take(scope, items), 0
    for wanted in places:
        client = access_client(scope, wanted.client, Right.MAIL_TRIAGE)
        engagement_id = _engagement(scope, client.id, wanted.engagement)
        for hand in hands:
            if hand.message.client_id == client.id:
                hand.sorting.engagement_id = engagement_id
            else:
                copies += _copy(scope, hand.message, client, engagement_id)
    _settle(scope, hands, "place")  # names no other client: this stands on the trail of each
    return copies


def _copy(scope: Scope, message: Message, client: Client, engagement_id: str | None) -> int:
    """The message on another client's timeline; 0 where it stands there already."""
    key = stable_id("msg", client.ref, message.message_id)
    same = (Message.client_id == client.id) & (Message.message_id == message.message_id)
    there = scope.session.scalars(select(Message).where(same, Message.client_id.in_(scope.clients()))).one_or_none()
    if there is None:
        names = ("message_id", "thread", "direction", "sender", "recipients", "subject", "sent_at", "body")
        values: dict[str, Any] = {name: getattr(message, name) for name in names}
        there = Message(id=key, client_id=client.id, document_id=None, **values)
        scope.session.add(there)
        scope.session.flush()
        made = _sorting(scope, there)
        made.state, made.engagement_id = "done", engagement_id
        scope.session.add(made)
        _record(scope, AuditTag.MAIL_SORTED, f"message:{there.id}", client.id, act="placed")
        return 1
    known = scope.session.get(MailSorting, stable_id("srt", there.id)) or _sorting(scope, there)
    if engagement_id is not None:
        known.engagement_id = engagement_id
        scope.session.add(known)
    return 0


def _engagement(scope: Scope, client_id: str, ref: str | None) -> str | None:
    if not ref:
        return None
    found = scope.session.scalars(
        select(Engagement.id).where(
            Engagement.ref == ref, Engagement.client_id == client_id, Engagement.client_id.in_(scope.clients())
        )
    ).one_or_none()
    if found is None:
        raise NotFound(f"there is no engagement {ref} of this client")
    return found


def _take(scope: Scope, items: Sequence[Item]) -> list[_Hand]:
    """The messages in hand, each as it was seen. On PostgreSQL whoever is second waits here for the first."""
    scope.require(Right.MAIL_TRIAGE)
    if scope.person_id is None:
        raise Forbidden(f"{scope.email} is no person: say who sorts with --as")
    wanted = {item.message: item.mark for item in items}
    if not 1 <= len(wanted) <= MOST:
        raise Invalid(f"choose one to {MOST} messages" if wanted else "choose a message first: tick it")
    found = scope.session.scalars(
        select(Message)
        .where(Message.id.in_(wanted), Message.direction == "in", Message.client_id.in_(scope.clients()))
        .order_by(Message.id)
    ).all()
    if len(found) != len(wanted):
        raise NotFound("there is no such message in your inbox")
    sorted_by_now = {
        row.message_id: row
        for row in scope.session.scalars(
            select(MailSorting)
            .where(MailSorting.message_id.in_(wanted), MailSorting.client_id.in_(scope.clients()))
            .order_by(MailSorting.message_id)
            .with_for_update()
        )
    }
    for message in found:
        _expect(sorted_by_now.get(message.id), wanted[message.id])
    return [_Hand(message, sorted_by_now.get(message.id) or _sorting(scope, message)) for message in found]


def _expect(sorting: MailSorting | None, mark: str | None) -> None:
    """Raises Conflict when the message is not as it was seen."""
    if sorting is not None:
        expect(sorting, mark, "this mail")
    elif mark and mark.strip('"') != UNSEEN:
        raise Conflict(
            "this mail was sorted by somebody meanwhile; nothing of yours was saved: look at it and send again"
        )


def _sorting(scope: Scope, message: Message) -> MailSorting:
    return MailSorting(
        id=stable_id("srt", message.id),
        client_id=message.client_id,
        message_id=message.id,
        state="open",
        person_id=scope.person_id,
        at=scope.now,
    )


def _settle(scope: Scope, hands: Sequence[_Hand], act: str, **detail: Any) -> int:
    """Write the sortings down and put each on the trail. Raises Conflict when somebody sorted one of them at the same moment."""
    for hand in hands:
        hand.sorting.person_id, hand.sorting.at = scope.person_id or "", scope.now
        scope.session.add(hand.sorting)
        _record(scope, AuditTag.MAIL_SORTED, f"message:{hand.message.id}", hand.message.client_id, act=act, **detail)
    try:
        scope.session.flush()
    except IntegrityError as error:
        raise Conflict(
            "this mail was sorted by somebody meanwhile; nothing of yours was saved: look at it and send again"
        ) from error
    return len(hands)


def marks_of(scope: Scope, message_ids: Sequence[str]) -> dict[str, str]:
    """The marks of these messages as they stand now, by id; one query."""
    rows = scope.session.scalars(
        select(MailSorting).where(MailSorting.message_id.in_(message_ids), MailSorting.client_id.in_(scope.clients()))
    )
    return dict.fromkeys(message_ids, UNSEEN) | {row.message_id: mark_of(row) for row in rows}


def _record(scope: Scope, tag: AuditTag, subject: str, client_id: str, **detail: Any) -> None:
    audit.record(
        scope.session,
        tag,
        actor=scope.email,
        subject=subject,
        now=scope.now,
        client_id=client_id,
        detail=detail,
    )
