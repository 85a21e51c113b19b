"""Tasks and a person's day as JSON. Hours are text, days ISO; every act that can be undone names its act."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement

from api.routes.acting import Doing, doing, seen, tagged
from api.routes.work_json import Number, Strict, Text, Word
from api.security import Asker, Sender, Who, reading
from store.tables import Client, Engagement, Task
from workspace.billing.amounts import hours_in
from workspace.scope import Scope
from workspace.undo import mark_of
from workspace.workflow import day, people, tasks
from workspace.workflow.states import DONE, OPEN

router = APIRouter(prefix="/api/v1", tags=["v1"])
PAGE = 100
Texts = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=30)]
Ids = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=tasks.MOST_NEEDS)]


class NewTask(Strict):
    """A task to add. `owner` is an address, the asker's without it; `requires` ids of tasks that come first; `every`: week, month,
    quarter, year, counted from `due`."""

    client: str
    title: str = Field(max_length=200)
    owner: str | None = None
    due: date | None = None
    engagement: str | None = None
    estimate_hours: Number = None
    requires: Ids = Field(default_factory=list[str])
    checklist: Texts = Field(default_factory=list[str])
    every: str | None = None


class TaskChange(Strict):
    """Fields to change; what is not sent stays."""

    title: Text = None
    due: date | None = None
    estimate_hours: Number = None
    requires: Ids | None = None
    checklist: Texts | None = None
    every: str | None = None


class Finish(Strict):
    """`tick`: tick what is left of the checklist."""

    tick: bool = False


class Until(Strict):
    """The day until which it is put off."""

    until: date


class Hand(Strict):
    """To whom, by address, and a word about it."""

    to: str
    note: Text = None


class Said(Strict):
    """A reason."""

    note: str = Field(max_length=200)


class Wait(Strict):
    """Whose move it is: client, person, third-party; and what is awaited."""

    on: str
    what: Text = None


class Tick(Strict):
    """Whether the item is done."""

    done: bool = True


class Item(BaseModel):
    """An item of a checklist."""

    text: str
    done_by: str | None
    done_on: date | None


class TaskOut(BaseModel):
    """A task. `blocked_by` are titles of what comes first and is open; `waiting_days` its age; `next` the one that comes next where it
    repeats; `mark` goes into If-Match; `act` undoes what was just done; `in_scope` false: handing it over took the client out of sight."""

    id: str
    client_ref: str | None = None
    client: str | None = None
    engagement: str | None = None
    title: str
    owner: str | None = None
    due: date | None
    status: str
    estimate_hours: str | None
    done_on: date | None
    requires: list[str]
    blocked_by: list[str] = []
    checklist: list[Item]
    waiting_on: str | None
    waiting_for: str | None
    waiting_since: date | None
    waiting_days: int | None = None
    handed_by: str | None = None
    handed_note: str | None
    accepted_on: date | None
    deferred_to: date | None
    every: str | None
    mark: str
    next: str | None = None
    act: str | None = None
    in_scope: bool = True


class Tasks(BaseModel):
    """A page of tasks and the cursor of the next."""

    items: list[TaskOut]
    next: str | None


class DayOut(BaseModel):
    """A person's day by section; `papers` are drafts and engagements that wait for her word."""

    sections: dict[str, list[TaskOut]]
    papers: list[dict[str, str | None]]
    open: int


def told(task: Task, **more: Any) -> TaskOut:
    """A task's own fields."""
    hours = task.estimate_hours
    return TaskOut(
        id=task.id,
        title=task.title,
        due=task.due,
        status=task.status,
        estimate_hours=None if hours is None else str(hours),
        done_on=task.done_on,
        requires=[str(key) for key in task.requires],
        checklist=[Item(**item) for item in task.checklist],
        waiting_on=task.waiting_on,
        waiting_for=task.waiting_for,
        waiting_since=task.waiting_since,
        handed_note=task.handed_note,
        accepted_on=task.accepted_on,
        deferred_to=task.deferred_to,
        every=task.every,
        mark=mark_of(task),
        **more,
    )


def row_out(row: day.Row) -> TaskOut:
    """A task as a list has it."""
    return told(
        row.task,
        client_ref=row.client_ref,
        client=row.client,
        engagement=row.engagement_ref,
        owner=row.owner,
        blocked_by=list(row.blocked_by),
        waiting_days=row.age,
        handed_by=row.handed_by,
    )


def shown(scope: Scope, task: Task, response: Response) -> TaskOut:
    """A task that was just changed, as far as the asker still sees its client."""
    if not people.still_sees(scope, task.client_id):
        return told(task, in_scope=False)
    made = row_out(day.row_of(scope, task))
    tagged(response, made.mark)
    return made


def _act(
    request: Request, response: Response, who: Asker, label: str, act: Callable[[Doing, str | None], Task]
) -> TaskOut:
    with doing(request, who, label) as now:
        made = shown(now.scope, act(now, seen(request)), response)
    made.act = (now.act.id or None) if made.in_scope else None
    return made


@router.get("/tasks")
def listed(
    request: Request,
    who: Who,
    client: Word = "",
    engagement: Word = "",
    person: Word = "",
    status: Word = "open",
    cursor: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Tasks:
    """Tasks by due date: `status` open, done, cancelled or all; `person` is an id, "me" the asker."""
    with reading(request, who) as scope:
        states = {"open": OPEN, "done": DONE, "cancelled": Task.status == "cancelled"}
        wanted: list[ColumnElement[bool]] = [states[status]] if status in states else []
        if person:
            wanted.append(Task.owner_id == (who.person_id if person == "me" else person))
        if client:
            wanted.append(Client.ref == client)
        if engagement:
            wanted.append(Engagement.ref == engagement)
        found = day.task_rows(scope, *wanted, limit=PAGE + 1, offset=(cursor - 1) * PAGE)
    following = str(cursor + 1) if len(found) > PAGE else None
    return Tasks(items=[row_out(row) for row in found[:PAGE]], next=following)


@router.post("/tasks", status_code=201)
def add(request: Request, response: Response, who: Sender, wanted: NewTask) -> TaskOut:
    """Add a task."""
    given = wanted.model_dump(exclude={"estimate_hours"})
    estimate = hours_in(wanted.estimate_hours) if wanted.estimate_hours else None
    new = tasks.NewTask(**given, estimate=estimate)
    made = _act(request, response, who, "Added a task", lambda now, _: tasks.add_task(now.scope, new))
    response.headers["Location"] = f"/api/v1/tasks/{made.id}"
    return made


@router.get("/tasks/{task_id}")
def one(request: Request, response: Response, who: Who, task_id: str) -> TaskOut:
    """One task; the ETag goes into If-Match of a change."""
    with reading(request, who) as scope:
        return shown(scope, tasks.task_at(scope, task_id), response)


@router.patch("/tasks/{task_id}")
def change(request: Request, response: Response, who: Sender, task_id: str, changed: TaskChange) -> TaskOut:
    """Change a task."""
    given = changed.model_dump(exclude_unset=True)
    if given.get("estimate_hours") is not None:
        given["estimate_hours"] = hours_in(given["estimate_hours"])
    for name in ("requires", "checklist"):
        if given.get(name, ()) is None:
            given[name] = []
    return _act(
        request, response, who, "Changed a task", lambda now, mark: tasks.change_task(now.scope, task_id, given, mark)
    )


@router.post("/tasks/{task_id}/done")
def done(request: Request, response: Response, who: Sender, task_id: str, how: Finish) -> TaskOut:
    """Mark a task as done; refused while what comes first, or its checklist, is open."""
    following: list[str] = []

    def act(now: Doing, mark: str | None) -> Task:
        made = tasks.finish_task(now.scope, task_id, tick=how.tick, mark=mark)
        following.extend([made.id] if made is not None else [])
        return tasks.task_at(now.scope, task_id)

    answer = _act(request, response, who, "Marked a task as done", act)
    answer.next = following[0] if following else None
    return answer


@router.post("/tasks/{task_id}/open")
def reopen(request: Request, response: Response, who: Sender, task_id: str) -> TaskOut:
    """Open a task again."""
    return _act(
        request, response, who, "Opened a task again", lambda now, mark: tasks.reopen_task(now.scope, task_id, mark)
    )


@router.post("/tasks/{task_id}/cancel")
def cancel(request: Request, response: Response, who: Sender, task_id: str) -> TaskOut:
    """Take a task off the list."""
    return _act(
        request, response, who, "Took a task off", lambda now, mark: tasks.cancel_task(now.scope, task_id, mark)
    )


@router.post("/tasks/{task_id}/defer")
def defer(request: Request, response: Response, who: Sender, task_id: str, to: Until) -> TaskOut:
    """Keep a task out of the day's work until a day."""
    return _act(
        request,
        response,
        who,
        "Put a task off",
        lambda now, mark: tasks.defer_task(now.scope, task_id, to.until, mark),
    )


@router.post("/tasks/{task_id}/hand")
def hand(request: Request, response: Response, who: Sender, task_id: str, to: Hand) -> TaskOut:
    """Give a task to somebody. `in_scope` false in the answer: its client is no longer among the asker's."""
    return _act(
        request,
        response,
        who,
        "Handed a task over",
        lambda now, mark: tasks.hand_task(now.scope, task_id, to.to, to.note, mark),
    )


@router.post("/tasks/{task_id}/accept")
def accept(request: Request, response: Response, who: Sender, task_id: str) -> TaskOut:
    """Take a task that one was handed."""
    return _act(request, response, who, "Took a task", lambda now, mark: tasks.accept_task(now.scope, task_id, mark))


@router.post("/tasks/{task_id}/return")
def give_back(request: Request, response: Response, who: Sender, task_id: str, why: Said) -> TaskOut:
    """Give a task back to who handed it over."""
    return _act(
        request,
        response,
        who,
        "Gave a task back",
        lambda now, mark: tasks.return_task(now.scope, task_id, why.note, mark),
    )


@router.post("/tasks/{task_id}/wait")
def wait(request: Request, response: Response, who: Sender, task_id: str, whose: Wait) -> TaskOut:
    """Say whose move it is."""
    return _act(
        request,
        response,
        who,
        "Noted whom a task waits for",
        lambda now, mark: tasks.wait_for(now.scope, task_id, whose.on, whose.what, mark),
    )


@router.post("/tasks/{task_id}/arrived")
def arrived(request: Request, response: Response, who: Sender, task_id: str) -> TaskOut:
    """What it waited for is here."""
    return _act(
        request, response, who, "What a task waited for is here", lambda now, m: tasks.came_in(now.scope, task_id, m)
    )


@router.post("/tasks/{task_id}/checklist/{place}")
def tick(request: Request, response: Response, who: Sender, task_id: str, place: int, how: Tick) -> TaskOut:
    """Tick an item of the checklist by its place from 0, or take the tick away."""
    return _act(
        request,
        response,
        who,
        "Ticked an item" if how.done else "Took a tick away",
        lambda now, mark: tasks.tick_item(now.scope, task_id, place, done=how.done, mark=mark),
    )


@router.get("/day")
def my_day(request: Request, who: Who) -> DayOut:
    """The asker's open tasks by section, and what waits for her word."""
    with reading(request, who) as scope:
        found = day.my_day(scope)
    names = (
        "offered",
        "overdue",
        "today",
        "soon",
        "later",
        "undated",
        "waiting",
        "blocked",
        "deferred",
        "done",
        "asked",
    )
    papers: list[dict[str, str | None]] = [
        {"href": one.href, "title": one.title, "client_ref": one.client_ref, "client": one.client, "what": one.what}
        for one in found.papers
    ]
    return DayOut(
        sections={name: [row_out(row) for row in getattr(found, name)] for name in names},
        papers=papers,
        open=found.open,
    )
