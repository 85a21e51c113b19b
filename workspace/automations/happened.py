"""What happened, as a rule's trigger sees it: read from entries of the trail, from today's date, from a client's documents.

An occasion names one happening of one subject for good: a stage on a day, a date with its distance, the arrival of a document. With the
rule and the subject it makes the id of a firing, so that nothing is done twice. Reads only.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from store.audit import AuditTag
from store.tables import (
    Client,
    ClientRequest,
    Document,
    Engagement,
    EngagementLetter,
    ItemMatch,
    RequestItem,
    SignalRow,
    Task,
)
from workspace.automations.rules import Rule, Trigger
from workspace.automations.tags import LETTER_TAGS, REQUEST_TAGS, STAGE_TAGS
from workspace.directory.lifecycle import GONE
from workspace.scope import Scope
from workspace.workflow.states import DONE

FINISHED = ("filed", "done")
BEHIND = timedelta(days=30)
"""How far back a date that was missed (nothing ran) is still made up for, and how far a dry run looks."""


@dataclass(frozen=True, order=True)
class Event:
    """Something that happened. `value` is what a trigger of its kind waits for; `day` when it happened or is due, `base` the date that a
    date trigger counts from; `why` says it in words."""

    kind: str
    subject: str
    occasion: str
    value: str
    client_id: str
    day: date
    why: str
    engagement_id: str | None = None
    base: date | None = field(default=None, compare=False)


def said_day(day: date) -> str:
    """A day as a sentence has it: Mar 16, 2026."""
    return f"{day:%b} {day.day}, {day.year}"


def fits(trigger: Trigger, event: Event) -> bool:
    """Whether this is what the trigger waits for."""
    if trigger.kind != event.kind:
        return False
    if trigger.kind == "task":
        return trigger.value.casefold() in event.value.casefold()
    if trigger.kind == "date":
        return event.value == dated(trigger)
    return not trigger.value or trigger.value == event.value


def dated(trigger: Trigger) -> str:
    """A date with its distance, as events name it: `due-10`."""
    return f"{trigger.value}{trigger.days:+d}"


def from_entries(scope: Scope, entries: Iterable[Mapping[str, Any]], rules: Collection[Rule]) -> list[Event]:
    """What these entries of the trail ({tag, subject, client_id, detail}) say happened, as far as one of the rules asks."""
    asked = {one.trigger.kind for one in rules}
    by_tag: dict[str, list[Mapping[str, Any]]] = {}
    for one in entries:
        by_tag.setdefault(str(one["tag"]), []).append(one)
    found: list[Event] = []
    done = [str(one["subject"]).partition(":")[2] for one in by_tag.get(AuditTag.TASK_DONE, ())]
    tasks = _tasks(scope, done) if done and asked & {"task", "stage"} else []
    if "stage" in asked:
        refs = [str(e["subject"]).partition(":")[2] for tag in STAGE_TAGS for e in by_tag.get(tag, ())]
        found += stages(scope, Engagement.ref.in_(refs)) if refs else []
        begun = {task.engagement_id for task in tasks if task.engagement_id}
        if begun:  # the first step that is done begins the work, without a word on the trail
            wanted = Engagement.id.in_(begun) & (Engagement.started_on == scope.today)
            found += stages(scope, wanted & (Engagement.stage == "in-progress"))
    if "task" in asked:
        found += [of_task(one) for one in tasks]
    if "request" in asked:
        about = [str(e["subject"]).partition(":")[2] for tag in REQUEST_TAGS for e in by_tag.get(tag, ())]
        found += complete(scope, _lists_of(about), scope.today - BEHIND) if about else []
    if "client" in asked:
        found += [of_client(one, scope.today) for one in by_tag.get(AuditTag.CLIENT_MOVED, ())]
    if "signal" in asked:
        for one in by_tag.get(AuditTag.SIGNAL_RAISED, ()):
            found += raised(scope, SignalRow.key.in_(one["detail"].get("signals", ())), scope.today)
    letters = {str(e["client_id"]) for tag in LETTER_TAGS for e in by_tag.get(tag, ())}
    if letters:
        signed = [one for one in rules if one.trigger == Trigger("date", "letter-signed", 0)]
        found += [e for one in signed for e in dates(scope, one.trigger, scope.today, scope.today, letters)]
    return sorted(set(found))


def _tasks(scope: Scope, ids: Collection[str]) -> list[Task]:
    return list(scope.session.scalars(select(Task).where(Task.id.in_(ids), DONE, Task.client_id.in_(scope.clients()))))


def of_task(task: Task) -> Event:
    """That a task is done."""
    day = task.done_on or date.min
    why = f"the task “{task.title}” was done"
    return Event("task", f"task:{task.id}", f"done@{day}", task.title, task.client_id, day, why, task.engagement_id)


def of_client(entry: Mapping[str, Any], day: date) -> Event:
    """That a client moved, from its entry on the trail."""
    detail = entry["detail"]
    after, before = str(detail["after"]), str(detail["before"])
    why = f"the client became {after}, was {before}"
    return Event("client", f"client:{detail['client']}", f"{after}@{day}", after, str(entry["client_id"]), day, why)


def stages(scope: Scope, which: ColumnElement[bool]) -> list[Event]:
    """That work stands at the stage where it stands, as of today."""
    rows = scope.session.scalars(select(Engagement).where(which, Engagement.client_id.in_(scope.clients())))
    return [at_stage(one, one.stage, scope.today) for one in rows]


def at_stage(work: Engagement, stage: str, day: date) -> Event:
    """That work entered a stage on a day."""
    why = f"{work.title} entered “{stage.replace('-', ' ')}”"
    return Event("stage", f"engagement:{work.ref}", f"{stage}@{day}", stage, work.client_id, day, why, work.id)


def _lists_of(about: Collection[str]) -> ColumnElement[bool]:
    """The request lists of these items, or of the items of these matches."""
    items = select(ItemMatch.item_id).where(ItemMatch.id.in_(about))
    lists = select(RequestItem.request_id).where(RequestItem.id.in_(about) | RequestItem.id.in_(items))
    return ClientRequest.id.in_(lists)


def complete(scope: Scope, which: ColumnElement[bool], since: date) -> list[Event]:
    """Request lists of which everything has come, the last of it on `since` or later."""
    rows = scope.session.execute(
        select(ClientRequest, func.max(RequestItem.received_on))
        .join(RequestItem, RequestItem.request_id == ClientRequest.id)
        .where(which, ClientRequest.client_id.in_(scope.clients()))
        .group_by(ClientRequest.id)
        .having(func.count() == func.count(RequestItem.received_on), func.max(RequestItem.received_on) >= since)
    ).tuples()
    return [
        Event(
            "request",
            f"request:{row.id}",
            f"complete@{day}",
            "",
            row.client_id,
            day,
            f"everything on “{row.title}” has come",
            row.engagement_id,
        )
        for row, day in rows
        if day is not None
    ]


def raised(scope: Scope, which: ColumnElement[bool], since: date, until: date | None = None) -> list[Event]:
    """Signals that were seen first on `since` or later, as the newest scan that raised them words them."""
    rows = scope.session.execute(
        select(SignalRow, Engagement.id)
        .outerjoin(Engagement, Engagement.ref == SignalRow.detail["engagement_ref"].as_string())
        .where(which, SignalRow.first_seen >= since, SignalRow.first_seen <= (until or scope.today))
        .where(SignalRow.client_id.in_(scope.clients()))
        .order_by(SignalRow.as_of)
    ).tuples()
    newest = {row.key: (row, work) for row, work in rows}
    return [
        Event(
            "signal",
            f"signal:{key}",
            f"raised@{row.first_seen}",
            row.slug,
            row.client_id,
            row.first_seen,
            f"the signal {row.slug} was raised: {row.headline}",
            work,
        )
        for key, (row, work) in newest.items()
    ]


def dates(
    scope: Scope, trigger: Trigger, first: date, last: date, clients: Collection[str] | None = None
) -> list[Event]:
    """Open work whose date, so many days before or after, falls on `first` to `last`; one query. Clients who are gone are left out."""
    base: Any = {
        "due": func.coalesce(Engagement.extended_to, Engagement.due),
        "period-end": Engagement.period_end,
        "letter-signed": EngagementLetter.signed_on,
    }[trigger.value]
    away = timedelta(days=trigger.days)
    query: Select[Engagement, date] = (
        select(Engagement, base)
        .join(Client, Client.id == Engagement.client_id)
        .where(Engagement.stage.not_in(FINISHED), Client.status.not_in(GONE), Client.id.in_(scope.clients()))
        .where(base >= first - away, base <= last - away)
    )
    if trigger.value == "letter-signed":
        query = query.join(EngagementLetter, EngagementLetter.engagement_id == Engagement.id)
    if clients is not None:
        query = query.where(Engagement.client_id.in_(clients))
    return [_dated(trigger, work, on, on + away) for work, on in scope.session.execute(query).tuples()]


def _dated(trigger: Trigger, work: Engagement, base: date, day: date) -> Event:
    what = {"due": "is due", "period-end": "ends its period", "letter-signed": "has its letter signed"}[trigger.value]
    why = f"{work.title} {what} on {said_day(base)}"
    value = dated(trigger)
    return Event("date", f"engagement:{work.ref}", f"{value}@{base}", value, work.client_id, day, why, work.id, base)


def papers(scope: Scope, found: Sequence[Document]) -> list[Event]:
    """That these documents arrived, each for the work whose request it answers or may answer; one query."""
    works = dict(
        scope.session.execute(
            select(ItemMatch.document_id, ClientRequest.engagement_id)
            .join(RequestItem, RequestItem.id == ItemMatch.item_id)
            .join(ClientRequest, ClientRequest.id == RequestItem.request_id)
            .where(ItemMatch.document_id.in_([one.id for one in found]), ItemMatch.state != "refused")
            .where(ItemMatch.client_id.in_(scope.clients()))
            .order_by(ItemMatch.confidence, ItemMatch.id)
        )
        .tuples()
        .all()
    )
    return [
        Event(
            "document",
            f"document:{one.id}",
            "arrived",
            one.kind or "",
            one.client_id,
            one.received_at.date(),
            f"the document {one.name} ({one.kind or 'of no known kind'}) arrived",
            works.get(one.id),
        )
        for one in found
    ]
