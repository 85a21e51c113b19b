"""Requests as JSON: a client's lists, what a list would ask, proposals to confirm, reminders. Days are ISO; an act's id can be undone."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, Field

from agents.reminders import remind as draft_reminders
from api.security import Sender, Who, opener, reading, services_of, writing
from store.errors import Invalid, NotFound
from workspace.billing.amounts import as_json
from workspace.requests import acts, alone, lists, named, proposals
from workspace.requests.reading import ListView, firm_lists, list_view, lists_of, to_confirm
from workspace.requests.schedule import EVERY, FIRST, MOST, Schedule
from workspace.scope import Right, access_client

router = APIRouter(prefix="/api/v1", tags=["v1"])
Json = dict[str, Any]
Mark = Annotated[str | None, Header(alias="If-Match", max_length=80)]
Line = Annotated[str, Field(max_length=300)]


class Reminding(BaseModel):
    """Business days to the first reminder and between two, and how many at most; then a person is told."""

    first_after: int = Field(default=FIRST, ge=1, le=90)
    every: int = Field(default=EVERY, ge=1, le=90)
    at_most: int = Field(default=MOST, ge=1, le=12)

    def schedule(self) -> Schedule:
        return Schedule(self.first_after, self.every, self.at_most)


class NewList(BaseModel):
    """A list to make for an engagement, or to add to the one of that `name` (null: the engagement's own). `keys`: items of the preview,
    without them all that are not there and have not come. `extra`: more items in words. `reminders` null: it is chased when an item is
    late. With `client` instead of `engagement` it hangs on the client alone: of a `template`, of what came the year before the `year`
    (null: the last that ended), of `keys` of its preview, or with none of these of `extra` under a name."""

    engagement: str | None = Field(default=None, max_length=60)
    client: str | None = Field(default=None, max_length=60)
    name: str | None = Field(default=None, max_length=named.LONGEST)
    template: str | None = Field(default=None, max_length=40)
    year: int | None = Field(default=None, ge=1990, le=2200)
    keys: list[Annotated[str, Field(max_length=60)]] | None = Field(default=None, max_length=200)
    extra: list[Line] = Field(default=[], max_length=50)
    due: date | None = None
    reminders: Reminding | None = Reminding()


class ChangedList(BaseModel):
    """Another name or day of a list; what is not sent stays. The day is that of every open item then."""

    name: str | None = Field(default=None, max_length=named.LONGEST)
    due: date | None = None


class OtherList(BaseModel):
    """The list of the same client to which an item goes."""

    list: str = Field(max_length=40)


class NewItem(BaseModel):
    """One thing more to ask for."""

    item: Line
    due: date | None = None
    hint: Line = ""


class ChangedItem(BaseModel):
    """Other words or another day; what is not sent stays."""

    item: Line | None = None
    due: date | None = None


class Came(BaseModel):
    """That an item came: `document` of the client's file that answers it, or without one on paper, `on` a day."""

    document: str | None = Field(default=None, max_length=40)
    on: date | None = None


class Pace(BaseModel):
    """How a list is reminded of; `reminders` null: when an item is late."""

    reminders: Reminding | None = None
    paused: bool = False


class Decision(BaseModel):
    """Proposals to confirm or to refuse, all or none. `whole`: nothing more is expected of the item, though months are lacking."""

    matches: list[Annotated[str, Field(max_length=40)]] = Field(min_length=1, max_length=100)
    decision: Literal["confirm", "refuse"]
    whole: bool = False


def _shown(one: ListView) -> Json:
    found: Json = as_json(one)
    return found | {"open": one.open, "to_confirm": one.to_confirm, "status": one.status}


def _done(found: acts.Done) -> Json:
    return {"id": found.about, "act": found.act or None}


@router.get("/requests")
def firm(request: Request, who: Who) -> list[Json]:
    """All lists of open work with an open item, the oldest first: waiting on whom, next reminder, proposals to confirm."""
    with reading(request, who) as scope:
        return as_json(firm_lists(scope))  # type: ignore[no-any-return]


@router.get("/requests/templates")
def templates(request: Request, who: Who) -> list[str]:
    """The kinds of work that have a list."""
    return list(lists.templates())


@router.get("/requests/preview")
def preview(
    request: Request,
    who: Who,
    engagement: Annotated[str | None, Query(max_length=60)] = None,
    template: Annotated[str | None, Query(max_length=40)] = None,
    client: Annotated[str | None, Query(max_length=60)] = None,
    year: Annotated[int | None, Query(ge=1990, le=2200)] = None,
) -> Json:
    """What a list for the engagement, or for a year of the client alone, would ask: last year's papers first, each cited, then the
    template."""
    if bool(engagement) == bool(client):
        raise Invalid("name the engagement, or the client alone")
    with reading(request, who) as scope:
        if engagement:
            return as_json(lists.preview(scope, engagement, template or None))  # type: ignore[no-any-return]
        return as_json(alone.preview_alone(scope, str(client), template or None, year))  # type: ignore[no-any-return]


@router.post("/requests", status_code=201)
def make(request: Request, response: Response, who: Sender, new: NewList) -> Json:
    """Make a list; what the file holds already is proposed at once."""
    how = lists.Making(
        new.template,
        frozenset(new.keys) if new.keys is not None else None,
        tuple(new.extra),
        new.due,
        new.reminders.schedule() if new.reminders else None,
        new.name or "",
        None if new.engagement else new.year,
    )
    with writing(request, who) as scope:
        if new.engagement and not new.client:
            made = acts.make(scope, new.engagement, how)
        elif new.client and not new.engagement:
            made = acts.make_for_client(scope, new.client, how)
        else:
            raise Invalid("name the engagement, or the client alone")
    response.headers["location"] = f"/api/v1/requests/{made.about}"
    return _done(made)


@router.get("/requests/proposals")
def proposed(request: Request, who: Who, client: Annotated[str | None, Query(max_length=60)] = None) -> list[Json]:
    """Documents that may answer items, to be confirmed or refused; with reason, confidence and evidence."""
    with reading(request, who) as scope:
        return as_json(to_confirm(scope, client))  # type: ignore[no-any-return]


@router.post("/requests/proposals")
def decide(request: Request, who: Sender, said: Decision, if_match: Mark = None) -> Json:
    """Confirm or refuse. A refused pair is never proposed again. If-Match: the mark of the one proposal."""
    with writing(request, who) as scope:
        return _done(acts.decide(scope, said.matches, said.decision, whole=said.whole, mark=if_match or ""))


@router.get("/requests/{request_id}")
def one(request: Request, response: Response, who: Who, request_id: str) -> Json:
    """A list with its items; its mark is the ETag."""
    with reading(request, who) as scope:
        found = list_view(scope, request_id)
    if found is None:
        raise NotFound("there is no such list of requests")
    response.headers["etag"] = f'"{found.mark}"'
    return _shown(found)


@router.patch("/requests/{request_id}")
def change_list(request: Request, who: Sender, request_id: str, new: ChangedList, if_match: Mark = None) -> Json:
    """Another name or day for a list."""
    with writing(request, who) as scope:
        act = lambda: named.change_list(scope, request_id, name=new.name, due=new.due)  # noqa: E731
        return _done(acts.on_list(scope, request_id, "Changed the list", act, mark=if_match or ""))


@router.post("/requests/{request_id}/close")
def close(request: Request, who: Sender, request_id: str, if_match: Mark = None) -> Json:
    """Close a list: nothing of it is asked for any more, what came stays."""
    with writing(request, who) as scope:
        act = lambda: named.close_list(scope, request_id)  # noqa: E731
        return _done(acts.on_list(scope, request_id, "Closed the list", act, mark=if_match or ""))


@router.post("/requests/{request_id}/reopen")
def open_again(request: Request, who: Sender, request_id: str, if_match: Mark = None) -> Json:
    """Open a closed list again."""
    with writing(request, who) as scope:
        act = lambda: named.open_list(scope, request_id)  # noqa: E731
        return _done(acts.on_list(scope, request_id, "Opened the list again", act, mark=if_match or ""))


@router.post("/requests/items/{item_id}/move")
def moved(request: Request, who: Sender, item_id: str, to: OtherList, if_match: Mark = None) -> Json:
    """Put an item on another list of the same client."""
    with writing(request, who) as scope:
        act = lambda: named.move_item(scope, item_id, to.list)  # noqa: E731
        return _done(acts.on_item(scope, item_id, "Moved to another list", act, mark=if_match or ""))


@router.post("/requests/{request_id}/items", status_code=201)
def add(request: Request, response: Response, who: Sender, request_id: str, new: NewItem) -> Json:
    """Ask for one thing more."""
    with writing(request, who) as scope:
        found = acts.on_list(
            scope, request_id, "Asked for more", lambda: lists.add_item(scope, request_id, new.item, new.due, new.hint)
        )
    response.headers["location"] = f"/api/v1/requests/{request_id}"
    return _done(found)


@router.put("/requests/{request_id}/reminders")
def pace(request: Request, who: Sender, request_id: str, how: Pace, if_match: Mark = None) -> Json:
    """When the list is reminded of, or that it is not."""
    schedule = how.reminders.schedule() if how.reminders else None
    with writing(request, who) as scope:
        act = lambda: lists.set_schedule(scope, request_id, schedule, paused=how.paused)  # noqa: E731
        return _done(acts.on_list(scope, request_id, "Reminders", act, mark=if_match or ""))


@router.patch("/requests/items/{item_id}")
def change(request: Request, who: Sender, item_id: str, new: ChangedItem, if_match: Mark = None) -> Json:
    """Other words or another day for an open item."""
    with writing(request, who) as scope:
        act = lambda: lists.change_item(scope, item_id, item=new.item, due=new.due)  # noqa: E731
        return _done(acts.on_item(scope, item_id, "Changed", act, mark=if_match or ""))


@router.delete("/requests/items/{item_id}")
def remove(request: Request, who: Sender, item_id: str, if_match: Mark = None) -> Json:
    """Take an item off its list."""
    with writing(request, who) as scope:
        return _done(
            acts.on_item(scope, item_id, "Taken off", lambda: lists.remove_item(scope, item_id), mark=if_match or "")
        )


@router.post("/requests/items/{item_id}/received")
def received(request: Request, who: Sender, item_id: str, came: Came) -> Json:
    """That an item came: by a document of the file, or on paper."""
    with writing(request, who) as scope:
        if came.document is not None:
            document = came.document
            return _done(acts.on_item(scope, item_id, "Came", lambda: proposals.answer(scope, item_id, document)))
        return _done(acts.on_item(scope, item_id, "Came", lambda: proposals.receive(scope, item_id, came.on)))


@router.post("/requests/items/{item_id}/reopen")
def reopened(request: Request, who: Sender, item_id: str) -> Json:
    """An item is open again; what was confirmed for it is proposed again."""
    with writing(request, who) as scope:
        return _done(acts.on_item(scope, item_id, "Open again", lambda: proposals.reopen(scope, item_id)))


@router.get("/clients/{ref}/requests")
def client(request: Request, who: Who, ref: str) -> list[Json]:
    """The client's lists, each with its items, how they stand and what is proposed."""
    with reading(request, who) as scope:
        return [_shown(one) for one in lists_of(scope, ref)]


@router.post("/clients/{ref}/requests/remind")
def remind(request: Request, who: Sender, ref: str) -> Json:
    """Draft the client's reminder now, for a partner's release; null when nothing is missing, or a draft waits already."""
    services = services_of(request)
    with services.database.reading() as session:
        access_client(opener(request, who)(session), ref, Right.REQUEST_WRITE)
    found = draft_reminders(services, opener(request, who), [ref], now=True)
    return {"draft": found[0] if found else None}
