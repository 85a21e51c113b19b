"""Reminders of lists with a schedule: which are due, that one was drafted, who is told when they were of no use. Never sends.

A reminder is a draft for a partner's release and counts when it was released (or rejected: it was this round's). One mail reminds of all
lists of the client that have something missing and rounds left. It stops with the receipt: nothing is drafted for a list that is whole, a
draft that has nothing left to ask is withdrawn, and one that lists what came cannot be released.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from store import audit
from store.audit import AuditTag
from store.errors import Conflict
from store.ids import stable_id
from store.tables import (
    Client,
    ClientRequest,
    Deliverable,
    DeliverableVersion,
    Engagement,
    ItemMatch,
    Person,
    RequestItem,
    RequestReminder,
    Task,
)
from workspace.deadlines import add_business_days
from workspace.deliverables.model import OPEN
from workspace.deliverables.occasions import DueDraft, for_reminder
from workspace.requests.rows import noted
from workspace.requests.schedule import EVERY, FIRST, MOST, Chase, Schedule, next_escalation, next_reminder
from workspace.requests.standing import as_work, missing_of
from workspace.scope import Right, Scope
from workspace.snapshot import RequestItem as Item

SLUG = "pbc-follow-up"
_CLOSED = ("released", "rejected")
_FINISHED = ("filed", "done")
Listed = tuple[ClientRequest, Client, Engagement | None]


@dataclass(frozen=True)
class Chased:
    """A list with a schedule and how far it is. `missing`: texts of what is to be asked for again; `next_on` the day of the next reminder,
    `escalate_on` that on which somebody is told, None when there is none. `draft_id` is the reminder that waits for its release."""

    request_id: str
    title: str
    client_id: str
    client_ref: str
    engagement_ref: str | None
    schedule: Schedule
    chase: Chase
    missing: tuple[str, ...]
    paused: bool
    next_on: date | None
    escalate_on: date | None
    draft_id: str | None
    draft_revision: int
    revision: int
    rounds: int


@dataclass(frozen=True)
class Reminder:
    """A mail to draft: its occasion, and the lists that it reminds of with the number that it is of each."""

    client_ref: str
    client_id: str
    draft: DueDraft
    lists: tuple[tuple[str, int], ...]
    revision: int


def chased(scope: Scope, refs: Collection[str] | None = None) -> list[Chased]:
    """The asker's lists with a schedule of work that is not finished, by client; of these clients only. Five queries."""
    rows = _lists(scope, refs)
    if not rows:
        return []
    ids = [one[0].id for one in rows]
    missing = _missing(scope, ids, {one[0].id: one[2] for one in rows})
    clients = {one[1].id for one in rows}
    sent, rounds = _sent(scope, clients), _rounds(scope, clients)
    return [_one(row, missing[row[0].id], sent[row[1].id], rounds.get(row[1].id, 0)) for row in rows]


def _lists(scope: Scope, refs: Collection[str] | None) -> list[Listed]:
    query = (
        select(ClientRequest, Client, Engagement)
        .join(Client, Client.id == ClientRequest.client_id)
        .outerjoin(Engagement, Engagement.id == ClientRequest.engagement_id)
        .where(ClientRequest.client_id.in_(scope.clients()), ClientRequest.first_after.is_not(None))
        .where(ClientRequest.closed_on.is_(None))
        .where((Engagement.id.is_(None)) | (Engagement.stage.not_in(_FINISHED)))
        .order_by(Client.ref, ClientRequest.id)
    )
    found = scope.session.execute(query if refs is None else query.where(Client.ref.in_(refs)))
    return [(of, client, work) for of, client, work in found.tuples()]


def _missing(scope: Scope, ids: Collection[str], work: Mapping[str, Engagement | None]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    rows = scope.session.execute(
        select(RequestItem, ItemMatch.id)
        .outerjoin(ItemMatch, (ItemMatch.item_id == RequestItem.id) & (ItemMatch.state == "proposed"))
        .where(RequestItem.request_id.in_(ids), RequestItem.received_on.is_(None))
        .order_by(RequestItem.due, RequestItem.item, RequestItem.id)
    ).tuples()
    seen: set[str] = set()
    for row, pair in rows:
        of = work[row.request_id]
        item = Item(row.id, row.request_id, row.item, wants=row.wants, have=row.have, proposed=pair is not None)
        if row.id not in seen and missing_of(item, as_work(of), scope.today) is not None:
            found[row.request_id].append(row.item)
        seen.add(row.id)
    return defaultdict(tuple, {key: tuple(texts) for key, texts in found.items()})


def _sent(scope: Scope, clients: Collection[str]) -> dict[str, list[tuple[RequestReminder, str]]]:
    """By client the reminders with what became of each, in order."""
    found: dict[str, list[tuple[RequestReminder, str]]] = defaultdict(list)
    rows = scope.session.execute(
        select(RequestReminder, Deliverable.state)
        .join(Deliverable, Deliverable.id == RequestReminder.deliverable_id)
        .where(RequestReminder.client_id.in_(clients))
        .order_by(RequestReminder.drafted_on, RequestReminder.number)
    ).tuples()
    for row, state in rows:
        found[row.client_id].append((row, state))
    return found


def _rounds(scope: Scope, clients: Collection[str]) -> dict[str, int]:
    """By client how many of its reminders wait no more, however they ended: the next mail is another one."""
    rows = scope.session.execute(
        select(Deliverable.client_id, func.count())
        .where(
            Deliverable.client_id.in_(clients),
            Deliverable.slug == SLUG,
            Deliverable.occasion.startswith("reminder:"),
            Deliverable.state.not_in(OPEN),
        )
        .group_by(Deliverable.client_id)
    ).tuples()
    return dict(rows.all())


def _one(row: Listed, missing: tuple[str, ...], sent: Sequence[tuple[RequestReminder, str]], rounds: int) -> Chased:
    of, client, work = row
    schedule = Schedule(of.first_after or FIRST, of.every or EVERY, of.at_most or MOST)
    mine = [(one, state) for one, state in sent if one.request_id == of.id]
    closed = [one for one, state in mine if state in _CLOSED]
    waits = next((one for one, state in mine if state in OPEN), None)
    chase = Chase(
        of.asked_on,
        len(closed),
        max((one.drafted_on for one in closed), default=None),
        waits is not None,
        of.escalated,
        of.escalated_on,
    )
    runs = bool(missing) and of.paused_on is None
    return Chased(
        request_id=of.id,
        title=work.title if work is not None else of.title,
        client_id=client.id,
        client_ref=client.ref,
        engagement_ref=work.ref if work is not None else None,
        schedule=schedule,
        chase=chase,
        missing=missing,
        paused=of.paused_on is not None,
        next_on=next_reminder(schedule, chase) if runs and waits is None else None,
        escalate_on=next_escalation(schedule, chase) if runs else None,
        draft_id=waits.deliverable_id if waits is not None else None,
        draft_revision=waits.revision if waits is not None else 0,
        revision=client.revision,
        rounds=rounds,
    )


def due_reminders(scope: Scope, refs: Collection[str] | None = None, *, now: bool = False) -> list[Reminder]:
    """The mails to draft today, one a client: where a list's day has come, or where a draft waits and the client's file changed since.
    `now`: also before the day, because a person asks. Raises Forbidden without request:write."""
    scope.require(Right.REQUEST_WRITE)
    by_client: dict[str, list[Chased]] = defaultdict(list)
    for one in chased(scope, refs):
        by_client[one.client_ref].append(one)
    found = []
    for ref, lists in by_client.items():
        waits = [one for one in lists if one.draft_id is not None]
        stale = any(one.draft_revision != one.revision for one in waits)
        come = any(one.next_on is not None and (now or one.next_on <= scope.today) for one in lists)
        if stale or (come and not waits):
            told = [one for one in lists if may_remind(one)]
            draft = DueDraft(SLUG, for_reminder(ref, lists[0].rounds + 1))
            numbers = tuple((one.request_id, one.chase.sent + 1) for one in told)
            found.append(Reminder(ref, lists[0].client_id, draft, numbers, lists[0].revision))
    return found


def may_remind(one: Chased) -> bool:
    """Whether a mail may name the list: something is missing, it is not paused, and it has a round left."""
    return bool(one.missing) and not one.paused and one.chase.sent < one.schedule.at_most


def record_reminder(scope: Scope, reminder: Reminder, deliverable_id: str | None) -> None:
    """That the mail was drafted, for each list that it reminds of; None: nothing was left to ask, and a draft that waits is withdrawn."""
    scope.require(Right.REQUEST_WRITE)
    if deliverable_id is None:
        withdraw_whole(scope, reminder.client_id)
        return
    state = scope.session.scalars(select(Deliverable.state).where(Deliverable.id == deliverable_id)).one()
    for request_id, number in reminder.lists:
        key = stable_id("rem", request_id, number)
        row = scope.session.get(RequestReminder, key)
        if row is None:
            row = RequestReminder(
                id=key,
                client_id=reminder.client_id,
                request_id=request_id,
                number=number,
                drafted_on=scope.today,
                deliverable_id=deliverable_id,
                revision=reminder.revision,
            )
            scope.session.add(row)
            noted(scope, AuditTag.REQUEST_REMINDED, f"list:{request_id}", reminder.client_id, number=number)
        elif state in OPEN:
            if row.deliverable_id != deliverable_id:
                row.deliverable_id, row.drafted_on = deliverable_id, scope.today
            row.revision = reminder.revision
    _drop(scope, deliverable_id, {request_id for request_id, _ in reminder.lists})
    scope.session.flush()


def _drop(scope: Scope, deliverable_id: str, still: set[str]) -> None:
    """A list that the waiting mail no longer reminds of was not reminded of by it."""
    wanted = select(RequestReminder).where(RequestReminder.deliverable_id == deliverable_id)
    for row in scope.session.scalars(wanted).all():
        if row.request_id not in still:
            scope.session.delete(row)


def withdraw_whole(scope: Scope, client_id: str) -> None:
    """Withdraw the client's reminders that wait and have nothing left to ask: everything came, or lies there to be looked at, or the lists
    were closed."""
    waits = {one.deliverable_id for one, state in _sent(scope, [client_id])[client_id] if state in OPEN}
    ref = scope.session.scalars(select(Client.ref).where(Client.id == client_id)).one()
    if not waits or any(may_remind(one) for one in chased(scope, [ref])):
        return
    for draft_id in sorted(waits):
        row = scope.session.get_one(Deliverable, draft_id)
        row.state = "withdrawn"
        audit.record(
            scope.session,
            AuditTag.DELIVERABLE_WITHDRAWN,
            actor=scope.email,
            subject=f"deliverable:{row.id}",
            now=scope.now,
            client_id=client_id,
            detail={"why": "nothing of what it asks for is missing any more"},
        )
    scope.session.flush()


def escalate(scope: Scope, refs: Collection[str] | None = None) -> int:
    """Tell the owner of the engagement, an interval later the client's partner, of lists whose reminders are used up: as a task. How many.

    The same day twice makes no second task. Raises Forbidden without task:write."""
    scope.require(Right.TASK_WRITE)
    told = 0
    for one in chased(scope, refs):
        if one.escalate_on is None or one.escalate_on > scope.today:
            continue
        row = scope.session.get_one(ClientRequest, one.request_id)
        level = one.chase.escalated + 1
        person = _whom(scope, one, level)
        if person is not None:
            scope.session.add(_task(scope, one, level, person))
            told += 1
        row.escalated, row.escalated_on = level, scope.today
        noted(scope, AuditTag.REQUEST_ESCALATED, f"list:{row.id}", row.client_id, level=level, person=person)
    scope.session.flush()
    return told


def _whom(scope: Scope, one: Chased, level: int) -> str | None:
    client = scope.session.get_one(Client, one.client_id)
    work = scope.session.get(ClientRequest, one.request_id)
    owner = None
    if work is not None and work.engagement_id is not None:
        owner = scope.session.scalars(select(Engagement.owner_id).where(Engagement.id == work.engagement_id)).one()
    order = (owner, client.manager_id, client.partner_id) if level == 1 else (client.partner_id, client.manager_id)
    known = scope.session.scalars(select(Person.id).where(Person.id.in_([p for p in order if p]), Person.active)).all()
    return next((person for person in order if person in known), None)


def _task(scope: Scope, one: Chased, level: int, person: str) -> Task:
    count = len(one.missing)
    what = "1 item is" if count == 1 else f"{count} items are"
    said = f"{one.chase.sent} reminder{'' if one.chase.sent == 1 else 's'}"
    title = f"Call the client: {what} still missing after {said}, {one.title}"
    engagement_id = scope.session.get_one(ClientRequest, one.request_id).engagement_id
    return Task(
        id=stable_id("task", "request", one.request_id, one.chase.sent, level),
        client_id=one.client_id,
        engagement_id=engagement_id,
        title=title[:300],
        owner_id=person,
        due=add_business_days(scope.today, 1),
        status="open",
        custom={},
    )


_LINE = re.compile(r"^\s*(?:[-*•]|\d+\.)\s+(.+?)\s*$")


def must_be_missing(scope: Scope, row: Deliverable, version: DeliverableVersion) -> None:
    """Raises Conflict when a reminder asks for an item that came, for which a paper lies there to be looked at, or whose list was closed:
    it must not go out."""
    if row.slug != SLUG:
        return
    asked = {
        _plain(found[1])
        for one in version.sections
        for line in str(one["markdown"]).splitlines()
        if (found := _LINE.match(line))
    }
    rows = scope.session.execute(
        select(RequestItem, ItemMatch.id, ClientRequest.closed_on)
        .join(ClientRequest, ClientRequest.id == RequestItem.request_id)
        .outerjoin(ItemMatch, (ItemMatch.item_id == RequestItem.id) & (ItemMatch.state == "proposed"))
        .where(RequestItem.client_id == row.client_id)
    ).tuples()
    there: dict[str, bool] = {}
    # two items of the same words: as long as one of them is missing it may be asked for
    for item, pair, closed_on in rows:
        text = _plain(item.item)
        done = item.received_on is not None or pair is not None or closed_on is not None
        there[text] = there.get(text, True) and done
    came = sorted(
        text for text in (t for t, is_there in there.items() if is_there) if any(_asks(line, text) for line in asked)
    )
    if came:
        raise Conflict(
            f"this asks for what has come, waits to be looked at or is not asked for any more ({', '.join(came[:3])}): "
            "it is drafted anew within a minute, or take it out"
        )


def _plain(text: str) -> str:
    return " ".join(text.replace("\\", "").replace("**", "").lower().split())


def _asks(line: str, text: str) -> bool:
    return line == text or line.startswith((f"{text}, asked for on ", f"{text}, due ", f"{text}; still missing"))
