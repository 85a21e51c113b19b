"""Capacity as JSON: everybody's weeks, the work behind them, and moving it. Hours are text, days ISO."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.preconditions import IfMatch
from api.routes.acting import doing
from api.security import Sender, Who, reading
from workspace.portfolio import capacity, rebalance
from workspace.portfolio.workload import WEEKS, Load

router = APIRouter(prefix="/api/v1", tags=["v1"])
Weeks = Annotated[int, Query(ge=capacity.FEWEST, le=capacity.MOST)]


class WeekOut(BaseModel):
    """A week by its Monday. `free` are the hours in it, holidays and time off taken off, null without weekly hours; `days_off` the
    business days that are off; `short` what will be lacking by its end, all weeks until then together."""

    monday: date
    hours: str
    free: str | None
    short: str
    over: bool
    days_off: int


class LoadOut(BaseModel):
    """A person's weeks; `later` are hours after them."""

    email: str
    name: str
    role: str
    weekly_hours: str | None
    weeks: list[WeekOut]
    later: str


class ItemOut(BaseModel):
    """A piece of work. `item` is task:ID or engagement:REF, `mark` goes into If-Match; `owner` null: nobody who works here has it;
    `fixed`: the law sets its date. `weeks` are its hours by Monday."""

    item: str
    title: str
    client_ref: str
    client: str
    engagement: str | None
    owner: str | None
    due: date | None
    hours: str
    fixed: bool
    late: bool
    weeks: dict[str, str]
    mark: str


class CapacityOut(BaseModel):
    """The workload as it stands. `unestimated` open tasks have no hours and stand in no week."""

    people: list[LoadOut]
    items: list[ItemOut]
    unestimated: int


class Wish(BaseModel):
    """Work to move: `item` as the capacity lists it, to a person's address (null: who has it) and the week of a day (null: the same)."""

    model_config = ConfigDict(extra="forbid")
    item: str = Field(max_length=120)
    person: str | None = Field(None, max_length=200)
    week: date | None = None


class ChangeOut(BaseModel):
    """A person's week before and after, hours."""

    email: str
    monday: date
    before: str
    after: str
    free: str | None
    over: bool


class MoveOut(BaseModel):
    """What a move does: the owner and day afterwards, the weeks that change, what to know before; `act` undoes it, null: not done yet."""

    item: str
    owner: str | None
    due: date | None
    weeks: list[ChangeOut]
    warnings: list[str]
    act: str | None = None


@router.get("/capacity")
def shown(request: Request, who: Who, weeks: Weeks = WEEKS) -> CapacityOut:
    """Hours of open work by person and week against the hours that are there, of the asker's clients."""
    with reading(request, who) as scope:
        found = capacity.capacity_of(scope, weeks)
        addresses = {key: one.email for key, one in found.people.items()}
        marks = capacity.marks_of(scope, found.items)
    items = [_item(one, addresses, marks[one.key]) for one in found.items]
    return CapacityOut(
        people=[_load(one) for _, one in found.loads],
        items=items,
        unestimated=found.unestimated,
    )


@router.get("/capacity/preview")
def preview(
    request: Request,
    who: Who,
    item: Annotated[str, Query(max_length=120)],
    person: Annotated[str, Query(max_length=200)] = "",
    week: date | None = None,
) -> MoveOut:
    """What a move would do; nothing is changed."""
    with reading(request, who) as scope:
        return _moved(rebalance.preview(scope, item, person, week), {})


@router.post("/capacity/moves")
def move(request: Request, who: Sender, wish: Wish, if_match: IfMatch = None) -> MoveOut:
    """Move it. 409 when somebody changed it since the mark in If-Match, or where it stands there already."""
    with doing(request, who, "Moved work to where there is room") as now:
        told = rebalance.move(now.scope, wish.item, wish.person or "", wish.week, if_match)
    return _moved(told, {"act": now.act.id or None})


def _load(one: Load) -> LoadOut:
    return LoadOut(
        email=one.email,
        name=one.name,
        role=one.role,
        weekly_hours=_text(one.weekly_hours),
        weeks=[
            WeekOut(
                monday=week.monday,
                hours=str(week.hours),
                free=_text(week.free),
                short=str(week.short),
                over=week.free is not None and week.hours > week.free,
                days_off=week.off,
            )
            for week in one.weeks
        ],
        later=str(one.later),
    )


def _item(one: capacity.Item, addresses: dict[str, str], mark: str) -> ItemOut:
    return ItemOut(
        item=one.key,
        title=one.title,
        client_ref=one.client_ref,
        client=one.client,
        engagement=one.engagement,
        owner=addresses.get(one.owner_id or ""),
        due=one.due,
        hours=str(one.hours),
        fixed=one.fixed,
        late=one.late,
        weeks={monday.isoformat(): str(hours) for monday, hours in one.pieces},
        mark=mark,
    )


def _moved(told: rebalance.Preview, more: dict[str, str | None]) -> MoveOut:
    return MoveOut(
        item=told.item.key,
        owner=told.owner_email,
        due=told.due,
        weeks=[
            ChangeOut(
                email=one.email,
                monday=one.monday,
                before=str(one.before),
                after=str(one.after),
                free=_text(one.free),
                over=one.over,
            )
            for one in told.weeks
        ],
        warnings=list(told.warnings),
        **more,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
