"""What has not started, planned anew: steps take the template's newest words, owners and dates; what a person added stays."""

from collections.abc import Sequence

from sqlalchemy import exists, select, union_all

from store.tables import Base, Client, Engagement, EngagementNeed, Task, TimeEntry
from workspace.scope import Scope
from workspace.workflow.starting import plan_steps, planned, step_values, task_id
from workspace.workflow.states import DONE
from workspace.workflow.templates import Template

_GOES_ALONG = ("tasks", "engagement_needs")


def not_started(scope: Scope, series_ids: Sequence[str]) -> list[Engagement]:
    """The engagements of these series at which nobody has begun: not by stage, by a step that is done, or by time logged."""
    done = exists().where(Task.engagement_id == Engagement.id, DONE)
    logged = exists().where(TimeEntry.engagement_id == Engagement.id)
    return list(
        scope.session.scalars(
            select(Engagement)
            .where(
                Engagement.series_id.in_(series_ids),
                Engagement.stage == "not-started",
                Engagement.started_on.is_(None),
                Engagement.client_id.in_(scope.clients()),
                ~done,
                ~logged,
            )
            .order_by(Engagement.series_nth)
        )
    )


def replan(scope: Scope, row: Engagement, template: Template, client: Client) -> None:
    """Make the steps of an engagement those of the template: known ones change, new ones come, those that are gone go."""
    tasks = list(scope.session.scalars(select(Task).where(Task.engagement_id == row.id, Task.step.is_not(None))))
    if not tasks:
        plan_steps(scope, row, template, client)
        return
    known = {task.step: task for task in tasks}
    plan = planned(scope, row, client)
    for place, step in enumerate(template.steps):
        values = step_values(step, plan, scope.today)
        task = known.pop(step.key, None)
        if task is None:
            nth = 0
            while scope.session.get(Task, task_id(row.ref, values["title"], nth)) is not None:
                nth += 1
            task = Task(
                id=task_id(row.ref, values["title"], nth),
                client_id=row.client_id,
                engagement_id=row.id,
                step=step.key,
                status="open",
                requires=[],
                checklist=[],
            )
            scope.session.add(task)
        task.place = place
        for name, value in values.items():
            setattr(task, name, value)
        ticked = {item["text"]: item for item in task.checklist}
        task.checklist = [ticked.get(text, {"text": text, "done_by": None, "done_on": None}) for text in step.checklist]
        scope.session.flush()
    gone = {task.id for task in known.values()}
    for task in known.values():
        scope.session.delete(task)
    _order(scope, row, template, gone)


def _order(scope: Scope, row: Engagement, template: Template, gone: set[str]) -> None:
    """Prerequisites by the template's keys; those that a person added to other tasks stay, less what is gone."""
    scope.session.flush()
    tasks = list(scope.session.scalars(select(Task).where(Task.engagement_id == row.id)))
    ids = {task.step: task.id for task in tasks if task.step}
    needs = {step.key: [ids[name] for name in step.needs] for step in template.steps}
    for task in tasks:
        wanted = needs[task.step] if task.step else [key for key in task.requires if key not in gone]
        if list(task.requires) != wanted:
            task.requires = wanted
    scope.session.flush()


def remove_unused(scope: Scope, rows: Sequence[Engagement]) -> int:
    """Take engagements away on which nothing hangs but their steps and links; how many went."""
    used = _used(scope, [row.id for row in rows])
    gone = [row for row in rows if row.id not in used]
    ids = [row.id for row in gone]
    for task in scope.session.scalars(select(Task).where(Task.engagement_id.in_(ids))):
        scope.session.delete(task)
    links = select(EngagementNeed).where(EngagementNeed.engagement_id.in_(ids) | EngagementNeed.needs_id.in_(ids))
    for need in scope.session.scalars(links):
        scope.session.delete(need)
    scope.session.flush()
    for row in gone:
        scope.session.delete(row)
    scope.session.flush()
    return len(gone)


def _used(scope: Scope, ids: Sequence[str]) -> set[str]:
    """Those of the engagements that another table refers to: documents asked for, letters, bills, drafts."""
    if not ids:
        return set()
    columns = [
        column
        for table in Base.metadata.sorted_tables
        if table.name not in _GOES_ALONG
        for column in table.columns
        if any(key.column.table.name == "engagements" for key in column.foreign_keys)
    ]
    found = scope.session.scalars(union_all(*(select(column).where(column.in_(ids)) for column in columns)))
    return {str(key) for key in found}
