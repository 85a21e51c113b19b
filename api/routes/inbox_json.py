"""The firm's inbox as JSON: a page of a view, and what is done with its mail."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from api.routes.timeline_json import OnTimeline
from api.security import Asker, Sender, Who, reading, writing
from workspace.scope import Scope
from workspace.timeline import triage
from workspace.timeline.inbox import Inbox, inbox
from workspace.timeline.notes import MOST_PLACES, Place
from workspace.timeline.triage import Item, NewTask
from workspace.undo import undoable

router = APIRouter(prefix="/api/v1", tags=["v1"])


class SeenMail(BaseModel):
    """A message with the mark under which it was seen; without one nothing is held against it."""

    message: str = Field(max_length=60)
    mark: str | None = Field(None, max_length=20)


class Several(BaseModel):
    """Messages of the inbox."""

    items: list[SeenMail] = Field(min_length=1, max_length=triage.MOST)


class Assigned(Several):
    """Messages for the person of that address; null takes them from whoever has them."""

    person: str | None = Field(None, max_length=200)


class PutOff(Several):
    """Messages to come back on a day."""

    until: date


class AsTask(Several):
    """Messages to make tasks of. `title` "": what the mail asks, else its subject."""

    title: str = Field("", max_length=triage.TITLE)
    owner: str | None = Field(None, max_length=200)
    due: date | None = None
    engagement: str | None = Field(None, max_length=100)


class OnMore(Several):
    """Messages to put on more timelines."""

    timelines: list[OnTimeline] = Field(min_length=1, max_length=MOST_PLACES)


class Sorted(BaseModel):
    """What was done: how many messages, or copies; the tasks made; the act that can be undone; the marks as they are now."""

    changed: int
    tasks: list[str] = Field(default_factory=list)
    act: str
    marks: dict[str, str]


@router.get("/inbox")
def shown(
    request: Request,
    who: Who,
    view: str = "unsorted",
    cursor: Annotated[str, Query(max_length=500)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> Inbox:
    """A page of the inbox by thread. `view`: unsorted, mine, waiting, done, all."""
    with reading(request, who) as scope:
        return inbox(scope, view, cursor=cursor, limit=limit)


@router.post("/inbox/assign")
def assign(request: Request, who: Sender, what: Assigned) -> Sorted:
    """Give messages to somebody who may see their clients."""
    return _done(request, who, what, "Assigned mail", lambda scope, items: triage.assign(scope, items, what.person))


@router.post("/inbox/done")
def done(request: Request, who: Sender, what: Several) -> Sorted:
    """Nothing is left to do with these."""
    return _done(request, who, what, "Mail done", triage.done)


@router.post("/inbox/reopen")
def reopen(request: Request, who: Sender, what: Several) -> Sorted:
    """Bring messages back that were done or put off."""
    return _done(request, who, what, "Mail opened again", triage.reopen)


@router.post("/inbox/snooze")
def snooze(request: Request, who: Sender, what: PutOff) -> Sorted:
    """Put messages off until a day."""
    return _done(request, who, what, "Put mail off", lambda scope, items: triage.snooze(scope, items, what.until))


@router.post("/inbox/task")
def task(request: Request, who: Sender, what: AsTask) -> Sorted:
    """Make a task of each thread among these messages, with the words as evidence."""
    wanted = NewTask(what.title, what.owner, what.due, what.engagement)
    made: list[str] = []

    def act(scope: Scope, items: Sequence[Item]) -> int:
        made.extend(triage.make_tasks(scope, items, wanted))
        return len(items)

    told = _done(request, who, what, "Made tasks of mail", act)
    return told.model_copy(update={"tasks": made})


@router.post("/inbox/place")
def place(request: Request, who: Sender, what: OnMore) -> Sorted:
    """Put messages on more timelines; `changed` counts the copies made on other clients'."""
    places = [Place(one.client, one.engagement) for one in what.timelines]
    return _done(request, who, what, "Put mail on timelines", lambda scope, items: triage.place(scope, items, places))


def _done(
    request: Request, who: Asker, what: Several, label: str, act: Callable[[Scope, Sequence[Item]], int]
) -> Sorted:
    items = [Item(one.message, one.mark) for one in what.items]
    with writing(request, who) as scope:
        with undoable(scope, label) as undoing:
            changed = act(scope, items)
        marks = triage.marks_of(scope, [item.message for item in items])
    return Sorted(changed=changed, act=undoing.id, marks=marks)
