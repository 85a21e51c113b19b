"""A person's day and what is done to a task, in the browser."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.days import day_in
from api.routes.acting import doing
from api.routes.work_pages import REFUSED, back_to, day_page, task_page
from api.said import redirect
from api.security import Asker, Sender, Who
from store.errors import Invalid
from store.tables import Task
from workspace.billing.amounts import hours_in
from workspace.scope import Scope
from workspace.workflow import people, tasks

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=300)]
Long = Annotated[str, Form(max_length=8000)]
Act = Callable[[Scope], Task]
Several = Annotated[list[str] | None, Form(max_length=tasks.MOST_NEEDS)]


@router.get("/day")
def shown(request: Request, who: Who) -> Response:
    """The asker's day."""
    return day_page(request, who)


@router.get("/tasks/{task_id}")
def one(request: Request, who: Who, task_id: str) -> Response:
    """One task."""
    return task_page(request, who, task_id)


@router.post("/tasks")
def add(
    request: Request,
    who: Sender,
    title: Text,
    client: Text,
    due: Text = "",
    owner: Text = "",
    engagement: Text = "",
    estimate: Text = "",
    every: Text = "",
    back: Text = "/day",
) -> Response:
    """A task; `client` begins with its ref, as the list of choices has it."""

    def act(scope: Scope) -> Task:
        hours = hours_in(estimate) if estimate.strip() else None
        new = tasks.NewTask(
            client.split(" ")[0], title, owner or None, day_in(due), engagement or None, hours, every=every or None
        )
        return tasks.add_task(scope, new)

    return _done(request, who, "Added a task", act, "task-add", back)


@router.post("/tasks/{task_id}/change")
def change(
    request: Request,
    who: Sender,
    task_id: str,
    title: Text,
    due: Text = "",
    estimate: Text = "",
    every: Text = "",
    checklist: Long = "",
    requires: Several = None,
    mark: Text = "",
    back: Text = "/day",
) -> Response:
    """The whole form; `checklist` is a line an item."""

    def act(scope: Scope) -> Task:
        values = {
            "title": title,
            "due": day_in(due),
            "estimate_hours": hours_in(estimate) if estimate.strip() else None,
            "every": every or None,
            "checklist": checklist.splitlines(),
            "requires": requires or [],
        }
        return tasks.change_task(scope, task_id, values, mark or None)

    return _done(request, who, "Changed a task", act, "task-change", back)


@router.post("/tasks/{task_id}/tick/{place}")
def tick(request: Request, who: Sender, task_id: str, place: int, done: Text = "true", back: Text = "/day") -> Response:
    def act(scope: Scope) -> Task:
        return tasks.tick_item(scope, task_id, place, done=done == "true")

    ticked = "task-tick" if done == "true" else "task-untick"
    return _done(request, who, "Ticked an item", act, ticked, back)


@router.post("/tasks/{task_id}/hand")
def hand(
    request: Request, who: Sender, task_id: str, to: Text, note: Text = "", mark: Text = "", back: Text = "/day"
) -> Response:
    """To whom: an address, as the list of choices has it."""

    def act(scope: Scope) -> Task:
        return tasks.hand_task(scope, task_id, to.split(" ")[0], note, mark or None)

    return _done(request, who, "Handed a task over", act, "task-hand", back)


@router.post("/tasks/{task_id}/return")
def give_back(
    request: Request, who: Sender, task_id: str, note: Text = "", mark: Text = "", back: Text = "/day"
) -> Response:
    def act(scope: Scope) -> Task:
        return tasks.return_task(scope, task_id, note, mark or None)

    return _done(request, who, "Gave a task back", act, "task-return", back)


@router.post("/tasks/{task_id}/defer")
def defer(request: Request, who: Sender, task_id: str, until: Text, mark: Text = "", back: Text = "/day") -> Response:
    def act(scope: Scope) -> Task:
        day = day_in(until)
        if day is None:
            raise Invalid("say until when")
        return tasks.defer_task(scope, task_id, day, mark or None)

    return _done(request, who, "Put a task off", act, "task-defer", back)


@router.post("/tasks/{task_id}/wait")
def wait(
    request: Request, who: Sender, task_id: str, on: Text, what: Text = "", mark: Text = "", back: Text = "/day"
) -> Response:
    def act(scope: Scope) -> Task:
        return tasks.wait_for(scope, task_id, on, what, mark or None)

    return _done(request, who, "Noted whom a task waits for", act, "task-wait", back)


_PLAIN: dict[str, tuple[str, Callable[[Scope, str, str | None], Task]]] = {
    "accept": ("Took a task", tasks.accept_task),
    "arrived": ("What a task waited for is here", tasks.came_in),
    "cancel": ("Took a task off", tasks.cancel_task),
    "open": ("Opened a task again", tasks.reopen_task),
}


@router.post("/tasks/{task_id}/done")
def done(
    request: Request, who: Sender, task_id: str, tick: Text = "", mark: Text = "", back: Text = "/day"
) -> Response:
    """`tick` ticks what is left of the checklist."""

    def act(scope: Scope) -> Task:
        tasks.finish_task(scope, task_id, tick=tick == "true", mark=mark or None)
        return tasks.task_at(scope, task_id)

    return _done(request, who, "Marked a task as done", act, "task-done", back)


@router.post("/tasks/{task_id}/{name}")
def plain(request: Request, who: Sender, task_id: str, name: str, mark: Text = "", back: Text = "/day") -> Response:
    """accept, arrived, cancel, open."""
    if name not in _PLAIN:
        return back_to(request, who, back, Invalid("there is no such act"))
    label, do = _PLAIN[name]
    return _done(request, who, label, lambda scope: do(scope, task_id, mark or None), f"task-{name}", back)


def _done(request: Request, who: Asker, label: str, act: Act, said: str, back: str) -> Response:
    """Do it and go back; or show the page it was sent from with the reason why not. Who handed over her last work of a client is told so,
    for she sees that client no more and cannot take it back herself."""
    try:
        with doing(request, who, label) as now:
            task = act(now.scope)
            sees = people.still_sees(now.scope, task.client_id)
    except REFUSED as refused:
        return back_to(request, who, back, refused)
    if not sees:
        return redirect("/day", "task-gone")
    return redirect(back, said, **({"act": now.act.id} if now.act.id else {}))
