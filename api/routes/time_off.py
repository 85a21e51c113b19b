"""Time off, entered and taken back: a form of the pages Time and Capacity, and the same as JSON."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.routes import capacity, time
from api.routes.acting import doing
from api.said import local, redirect
from api.security import Asker, Sender, Who, reading
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.portfolio.time_off import Off, add_time_off, remove_time_off, time_off

router = APIRouter()
Text = Annotated[str, Form(max_length=200)]
REFUSED = (Conflict, Forbidden, Invalid, NotFound)


class OffIn(BaseModel):
    """First and last day; `person` is an address, null the asker herself."""

    model_config = ConfigDict(extra="forbid")
    first: date
    last: date
    person: str | None = Field(None, max_length=200)
    note: str = Field("", max_length=200)


class OffOut(BaseModel):
    """A span of days on which a person does not work; `days` are its business days."""

    id: str
    email: str
    name: str
    first: date
    last: date
    days: int
    note: str


class RemovedOut(BaseModel):
    """What was taken away; `act` undoes it."""

    id: str
    act: str | None


@router.post("/time/off", include_in_schema=False)
def enter(
    request: Request,
    who: Sender,
    first: Annotated[date, Form()],
    last: Annotated[date, Form()],
    person: Text = "",
    note: Text = "",
    back: Text = "/time",
) -> Response:
    try:
        with doing(request, who, "Entered time off") as now:
            add_time_off(now.scope, first, last, person, note)
    except REFUSED as refused:
        asked = {"first": first.isoformat(), "last": last.isoformat(), "person": person, "note": note}
        return _refused(request, who, back, refused, asked)
    return redirect(back, "off-kept", act=now.act.id)


@router.post("/time/off/{off_id}/remove", include_in_schema=False)
def take_back(request: Request, who: Sender, off_id: str, back: Text = "/time") -> Response:
    try:
        with doing(request, who, "Took time off away") as now:
            remove_time_off(now.scope, off_id)
    except REFUSED as refused:
        return _refused(request, who, back, refused, {})
    return redirect(back, "off-gone", act=now.act.id)


def _refused(
    request: Request,
    who: Asker,
    back: str,
    refused: Conflict | Forbidden | Invalid | NotFound,
    asked: Mapping[str, str],
) -> Response:
    """The page that the form stands on, with the reason at the form."""
    place = urlsplit(local(back))
    if place.path == "/capacity":
        return capacity.with_time_off(request, who, dict(parse_qsl(place.query)), refused, asked)
    return time.with_time_off(request, who, refused, asked)


@router.get("/api/v1/time-off", tags=["v1"])
def listed(request: Request, who: Who) -> list[OffOut]:
    """What has not ended yet: everybody's for who plans the work (capacity:read), else the asker's own."""
    with reading(request, who) as scope:
        return [_out(one) for one in time_off(scope)]


@router.post("/api/v1/time-off", status_code=201, tags=["v1"])
def entered(request: Request, who: Sender, wish: OffIn) -> OffOut:
    """Enter it. Somebody else's needs capacity:read; 409 where she is off already."""
    with doing(request, who, "Entered time off") as now:
        return _out(add_time_off(now.scope, wish.first, wish.last, wish.person or "", wish.note))


@router.delete("/api/v1/time-off/{off_id}", tags=["v1"])
def removed(request: Request, who: Sender, off_id: str) -> RemovedOut:
    """Take it away: she works on these days."""
    with doing(request, who, "Took time off away") as now:
        gone = remove_time_off(now.scope, off_id)
    return RemovedOut(id=gone.id, act=now.act.id or None)


def _out(one: Off) -> OffOut:
    return OffOut(
        id=one.id, email=one.email, name=one.person, first=one.first, last=one.last, days=one.days, note=one.note
    )
