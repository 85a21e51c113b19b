"""A dry run: what a rule would have done over the last 30 days, and for dates what it will do in the next 14. Writes nothing.

It meets what happened as the records tell it now, with today's conditions, owners and dates; a stage that work has left again is known from
the trail. Only clients that the asker may see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select

from store.audit import AuditTag
from store.tables import AuditEntry, AutomationFiring, Document, Engagement, Person, RequestItem, SignalRow, Task
from workspace.automations.acts import foretell
from workspace.automations.around import look_around
from workspace.automations.engine import firing_id
from workspace.automations.happened import (
    BEHIND,
    Event,
    at_stage,
    complete,
    dates,
    fits,
    of_client,
    of_task,
    papers,
    raised,
)
from workspace.automations.rules import Rule
from workspace.automations.tags import STAGE_TAGS
from workspace.platform.profile import firm_zone
from workspace.scope import Right, Scope
from workspace.workflow.states import DONE

AHEAD = timedelta(days=14)
MOST = 500


@dataclass(frozen=True)
class Would:
    """Something the rule would do: on a day, for a client, why, each act in words. `done`: it did so already."""

    day: date
    client_ref: str
    client: str
    subject: str
    why: str
    acts: tuple[str, ...]
    done: bool


@dataclass(frozen=True)
class DryRun:
    """`past` newest first, through yesterday; `now` today and, for dates, to come; `met` counts what set the rule off before its conditions
    were looked at, `more`: there was more than is shown."""

    since: date
    past: tuple[Would, ...]
    now: tuple[Would, ...]
    met: int
    more: bool


def dry_run(scope: Scope, rule: Rule, people: Sequence[Person] | None = None) -> DryRun:
    """Try a rule, kept or not; ten queries at most. `people` are the active ones where they were read already. Raises Forbidden without
    automation:set."""
    scope.require(Right.AUTOMATION_SET)
    since = scope.today - BEHIND
    found = {(one.subject, one.occasion): one for one in _events(scope, rule, since) if fits(rule.trigger, one)}
    events = sorted(found.values(), key=lambda one: (one.day, one.subject), reverse=True)
    around = look_around(scope, [rule], events[:MOST], people)
    cases = [case for one in events[:MOST] if (case := around.case(rule, one)) is not None]
    ids = {firing_id(rule.id, one.event): one for one in cases} if rule.id else {}
    fired = (
        set(scope.session.scalars(select(AutomationFiring.id).where(AutomationFiring.id.in_(ids)))) if ids else set()
    )
    would = [
        Would(
            case.event.day,
            case.client.ref,
            case.client.name,
            case.event.subject,
            case.event.why,
            tuple(foretell(scope, one, case, around) for one in rule.actions),
            bool(rule.id) and firing_id(rule.id, case.event) in fired,
        )
        for case in cases
    ]
    past = tuple(one for one in would if one.day < scope.today)
    now = tuple(reversed([one for one in would if one.day >= scope.today]))
    return DryRun(since, past, now, len(events), len(events) > MOST)


def _events(scope: Scope, rule: Rule, since: date) -> list[Event]:
    kind, value = rule.trigger.kind, rule.trigger.value
    if kind == "date":
        return dates(scope, rule.trigger, since, scope.today + AHEAD)
    if kind == "stage":
        return _stages(scope, value, since)
    if kind == "document":
        query = select(Document).where(Document.client_id.in_(scope.clients()), Document.duplicate_of.is_(None))
        query = query.where(Document.state == "read")
        if value:
            query = query.where(Document.kind == value)
        rows = scope.session.scalars(query.order_by(Document.received_at.desc()).limit(MOST + 1)).all()
        return [one for one in papers(scope, rows) if one.day >= since]
    if kind == "request":
        return complete(scope, RequestItem.client_id.in_(scope.clients()), since)
    if kind == "signal":
        return raised(scope, SignalRow.slug == value, since)
    if kind == "task":
        query_ = select(Task).where(DONE, Task.done_on >= since, Task.client_id.in_(scope.clients()))
        if value:
            query_ = query_.where(Task.title.icontains(value, autoescape=True))
        rows_ = scope.session.scalars(query_.order_by(Task.done_on.desc(), Task.id).limit(MOST + 1))
        return [of_task(one) for one in rows_]
    return [of_client(_plain(one), day) for one, day in _entries(scope, (AuditTag.CLIENT_MOVED,), since)]


def _entries(scope: Scope, tags: tuple[AuditTag, ...], since: date) -> list[tuple[AuditEntry, date]]:
    """The newest of the trail with their days, which are the firm's: in its evening it is the next day already elsewhere."""
    query = select(AuditEntry).where(
        AuditEntry.tag.in_([one.value for one in tags]), AuditEntry.client_id.in_(scope.clients())
    )
    rows = scope.session.scalars(query.order_by(AuditEntry.seq.desc()).limit(2000))
    zone = ZoneInfo(firm_zone(scope))
    return [(one, day) for one in rows if (day := one.at.astimezone(zone).date()) >= since]


def _plain(entry: AuditEntry) -> dict[str, Any]:
    return {"subject": entry.subject, "client_id": entry.client_id, "detail": entry.detail}


def _stages(scope: Scope, stage: str, since: date) -> list[Event]:
    """Work that entered the stage: by the trail, and by its own dates where a folder brought it."""
    came: dict[str, date] = {}
    for one, day in _entries(scope, STAGE_TAGS, since):
        entered = str(one.detail.get("stage", "not-started"))
        if entered == stage:
            came.setdefault(one.subject.partition(":")[2], day)
    column = {"in-progress": Engagement.started_on, "filed": Engagement.filed_on, "done": Engagement.finished_on}
    which: ColumnElement[bool] = Engagement.ref.in_(came)
    if not came and stage not in column:
        return []
    if stage in column:
        which |= (Engagement.stage == stage) & (column[stage] >= since) & (column[stage] <= scope.today)
    rows = scope.session.scalars(select(Engagement).where(which, Engagement.client_id.in_(scope.clients())))
    found = []
    for row in rows:
        own = {"in-progress": row.started_on, "filed": row.filed_on, "done": row.finished_on}.get(stage)
        entered_on = came.get(row.ref) or own
        if entered_on is not None:
            found.append(at_stage(row, stage, entered_on))
    return found
