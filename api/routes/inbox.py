"""The firm's inbox in the browser: mail by thread, and a bar of acts on what is ticked."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response

from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, writing
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.deadlines.calendar import add_business_days
from workspace.pages.head import waiting
from workspace.scope import Scope
from workspace.timeline import triage
from workspace.timeline.inbox import VIEWS, inbox
from workspace.timeline.places import place_of
from workspace.timeline.triage import Item, NewTask
from workspace.undo import undoable

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=400)]
Ticked = Annotated[list[str] | None, Form()]
Refusal = Conflict | Forbidden | Invalid | NotFound
Act = Callable[[Scope, Sequence[Item]], object]


@router.get("/inbox")
def shown(request: Request, who: Who, view: str = "unsorted", cursor: str = "") -> Response:
    return _page(request, who, view if view in VIEWS else "unsorted", cursor=cursor)


def _page(request: Request, who: Asker, view: str, *, cursor: str = "", refused: Refusal | None = None) -> Response:
    with reading(request, who) as scope:
        found, waits, today = inbox(scope, view, cursor=cursor), waiting(scope), scope.today
    return page(
        request,
        "inbox.html",
        status=refused.status if refused else 200,
        who=who,
        waiting=waits,
        inbox=found,
        view=view,
        older=urlencode({"view": view, "cursor": found.next}) if found.next else None,
        tomorrow=add_business_days(today, 1),
        earliest=today + timedelta(days=1),
        problem=sentence(refused) if refused else None,
    )


@router.post("/inbox/assign")
def assign(
    request: Request, who: Sender, message: Ticked = None, view: Text = "unsorted", person: Text = ""
) -> Response:
    said = "mail-assigned" if person else "mail-open"
    return _done(
        request, who, message, view, said, "Assigned mail", lambda s, items: triage.assign(s, items, person or None)
    )


@router.post("/inbox/done")
def done(request: Request, who: Sender, message: Ticked = None, view: Text = "unsorted") -> Response:
    return _done(request, who, message, view, "mail-done", "Mail done", triage.done)


@router.post("/inbox/reopen")
def reopen(request: Request, who: Sender, message: Ticked = None, view: Text = "unsorted") -> Response:
    return _done(request, who, message, view, "mail-open", "Mail opened again", triage.reopen)


@router.post("/inbox/snooze")
def snooze(
    request: Request,
    who: Sender,
    message: Ticked = None,
    view: Text = "unsorted",
    until: Annotated[date | None, Form()] = None,
) -> Response:
    def act(scope: Scope, items: Sequence[Item]) -> object:
        if until is None:
            raise Invalid("say until which day")
        return triage.snooze(scope, items, until)

    return _done(request, who, message, view, "mail-snoozed", "Put mail off", act)


@router.post("/inbox/task")
def task(
    request: Request,
    who: Sender,
    message: Ticked = None,
    view: Text = "unsorted",
    title: Text = "",
    owner: Text = "",
    due: Annotated[date | None, Form()] = None,
) -> Response:
    wanted = NewTask(title, owner or None, due)
    label = "Made tasks of mail"
    return _done(request, who, message, view, "mail-task", label, lambda s, items: triage.make_tasks(s, items, wanted))


@router.post("/inbox/place")
def place(
    request: Request, who: Sender, message: Ticked = None, view: Text = "unsorted", timeline: Ticked = None
) -> Response:
    def act(scope: Scope, items: Sequence[Item]) -> object:
        return triage.place(scope, items, [place_of(scope, one) for one in timeline or () if one.strip()])

    return _done(request, who, message, view, "mail-placed", "Put mail on timelines", act)


def _done(
    request: Request, who: Asker, ticked: Sequence[str] | None, view: str, said: str, label: str, act: Act
) -> Response:
    """Do it with what was ticked and go back to the view; or show the view as it stands now, with the reason why not."""
    view = view if view in VIEWS else "unsorted"
    try:
        with writing(request, who) as scope, undoable(scope, label) as undoing:
            act(scope, items_in(ticked or ()))
    except (Conflict, Forbidden, Invalid, NotFound) as refused:
        return _page(request, who, view, refused=refused)
    more = {"act": undoing.id} if undoing.id else {}
    return redirect(f"/inbox?{urlencode({'view': view})}", said, **more)


def items_in(ticked: Sequence[str]) -> list[Item]:
    """Messages as a form carries them: `id:mark`, those of a thread with spaces between."""
    pairs = [one.partition(":") for text in ticked for one in text.split()]
    return [Item(message, mark or None) for message, _, mark in pairs]
