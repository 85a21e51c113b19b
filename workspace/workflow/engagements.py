"""Engagements as they change: their dates, owner and budget, and the stage they are at."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.rows import STAGES
from store.tables import Client, Engagement, Task
from workspace.acting import record
from workspace.law.matters import closed_by_stage
from workspace.money_sight import without_amounts
from workspace.scope import Right, Scope
from workspace.undo import expect
from workspace.workflow.needs import unmet
from workspace.workflow.people import can_have, may_work, person_at
from workspace.workflow.periods import day_in
from workspace.workflow.starting import client_by_id
from workspace.workflow.states import OPEN, is_done

FINISHED = ("filed", "done")
LATE_STAGES = ("ready-to-file", *FINISHED)
_CHANGES = ("title", "due", "extended_to", "owner", "fee_type", "fee", "budget_hours", "progress")
FEE_TYPES = ("fixed", "hourly")


def engagement_at(scope: Scope, ref: str) -> Engagement:
    """The engagement of that ref, or id. Raises NotFound outside the scope."""
    found = scope.session.scalars(
        select(Engagement).where(
            (Engagement.ref == ref) | (Engagement.id == ref), Engagement.client_id.in_(scope.clients())
        )
    ).first()
    if found is None:
        raise NotFound(f"there is no engagement {ref}")
    return found


def change_engagement(scope: Scope, ref: str, changes: Mapping[str, Any], mark: str | None = None) -> Engagement:
    """Change any of title, due, extended_to, owner (an address), fee_type, fee, budget_hours, progress. Open tasks of the owner before go
    with the engagement to the new one. Raises NotFound, Forbidden without engagement:write, Conflict by `mark`, Invalid."""
    row = engagement_at(scope, ref)
    scope.require(Right.ENGAGEMENT_WRITE)
    expect(row, mark, "the engagement")
    if unknown := set(changes) - set(_CHANGES):
        raise Invalid(f"an engagement has no {sorted(unknown)[0]!r} that can be changed here")
    values = without_amounts(scope, changes, "fee", "fee_type")
    if "owner" in values:
        _give(scope, row, values.pop("owner"))
    if "title" in values and not str(values["title"] or "").strip():
        raise Invalid("an engagement needs a title")
    if values.get("fee_type") not in (None, *FEE_TYPES):
        raise Invalid(f"the fee is one of {', '.join(FEE_TYPES)}")
    for name in ("fee", "budget_hours", "progress"):
        if (value := values.get(name)) is not None and (value < 0 or (name == "progress" and value > 100)):
            raise Invalid(f"{name.replace('_', ' ')} cannot be {value}")
    for name in ("due", "extended_to"):
        if values.get(name) is not None:
            day_in(values[name])
    said: dict[str, Any] = {}
    for name, value in values.items():
        given = " ".join(str(value).split())[:200] if name == "title" else value
        if getattr(row, name) != given:
            said[name] = given
            setattr(row, name, given)
    if said:
        record(scope, AuditTag.ENGAGEMENT_CHANGED, f"engagement:{row.ref}", row.client_id, **said)
    scope.session.flush()
    return row


def _give(scope: Scope, row: Engagement, address: str | None) -> None:
    """Hand the engagement and the open tasks of its owner to somebody; None: to nobody."""
    client = client_by_id(scope, row.client_id)
    person = person_at(scope, address) if address else None
    if person is not None:
        can_have(scope, client, person)
    after = person.id if person else None
    before, row.owner_id = row.owner_id, after
    if before == after:
        return
    if after is not None:
        for task in scope.session.scalars(
            select(Task).where(Task.engagement_id == row.id, OPEN, Task.owner_id == before)
        ):
            task.owner_id = after
    who = person.email if person else "nobody"
    record(scope, AuditTag.ENGAGEMENT_CHANGED, f"engagement:{row.ref}", row.client_id, owner=who)


def move_stage(scope: Scope, ref: str, stage: str, mark: str | None = None) -> Engagement:
    """Move an engagement to a stage, and note when it was begun, filed and finished.

    Its owner may move it as far as review, who has engagement:write anywhere. Raises NotFound, Forbidden, Invalid for no such stage,
    Conflict by `mark`, when it would be finished before what it needs, and for a matter as workspace/law/matters.py says of closing."""
    if stage not in STAGES:
        raise Invalid(f"a stage is one of {', '.join(STAGES)}")
    row = engagement_at(scope, ref)
    if stage in LATE_STAGES:
        scope.require(Right.ENGAGEMENT_WRITE)
    else:
        may_work(scope, Right.ENGAGEMENT_WRITE, row.owner_id)
    expect(row, mark, "the engagement")
    if row.stage == stage:
        return row
    if row.stage in FINISHED and not scope.has(Right.ENGAGEMENT_WRITE):
        raise Forbidden(f"{scope.email} ({scope.role}) lacks the right {Right.ENGAGEMENT_WRITE.value}")
    if stage in LATE_STAGES and (first := next(iter(unmet(scope, [row.id]).get(row.id, ())), None)) is not None:
        raise Conflict(f"{row.title} needs {first.title} of {first.client} first, which is {words(first.stage)}")
    if row.template == "matter" and stage in FINISHED and row.stage not in FINISHED:
        closed_by_stage(scope, row)
    before = row.stage
    row.stage = stage
    begin(row, scope.today)
    row.finished_on = (row.finished_on or scope.today) if stage in FINISHED else None
    row.filed_on = (
        (row.filed_on or scope.today) if stage == "filed" else None if stage not in FINISHED else row.filed_on
    )
    if stage in FINISHED and row.progress is not None:
        row.progress = 100
    record(scope, AuditTag.ENGAGEMENT_MOVED, f"engagement:{row.ref}", row.client_id, was=before, stage=stage)
    scope.session.flush()
    return row


def begin(row: Engagement, today: date) -> None:
    """Note the day on which an engagement that is not "not started" was begun."""
    if row.stage == "not-started":
        row.started_on = None
    elif row.started_on is None:
        row.started_on = today


def progressed(scope: Scope, engagement_id: str | None) -> None:
    """After a task was done or opened again: the engagement is begun with its first done step; where the steps came from a template, its
    progress is the share of estimated hours that is done."""
    row = scope.session.get(Engagement, engagement_id) if engagement_id else None
    if row is None or row.stage in FINISHED:
        return
    tasks = scope.session.scalars(select(Task).where(Task.engagement_id == row.id, Task.status != "cancelled")).all()
    done = [task for task in tasks if is_done(task)]
    if done and row.stage == "not-started":
        row.stage = "in-progress"
        begin(row, scope.today)
    if row.template_version is not None:
        weights = [task.estimate_hours or 1 for task in tasks]
        total = sum(weights)
        share = sum(task.estimate_hours or 1 for task in done)
        row.progress = int(share * 100 / total) if total else 0


def words(stage: str) -> str:
    """A stage as a sentence has it."""
    return stage.replace("-", " ")


def client_of(scope: Scope, row: Engagement | Task) -> Client:
    """The client of an engagement or task that the asker sees."""
    return client_by_id(scope, row.client_id)
