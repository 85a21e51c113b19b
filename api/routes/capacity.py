"""Capacity in the browser: who has how much to do in which week, and work moved to another person or week, seen before it is done."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Form, Request, Response

from api.days import day_in
from api.pages import page
from api.routes.acting import doing
from api.said import local, redirect, sentence
from api.security import Asker, Sender, Who, reading
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.pages.head import waiting
from workspace.portfolio import capacity, rebalance
from workspace.portfolio.time_off import time_off
from workspace.portfolio.workload import WEEKS

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=200)]
Refused = Conflict | Forbidden | Invalid | NotFound
MOST, UNDATED = 60, 20  # items of a list
NOBODY = "-"


@router.get("/capacity")
def shown(request: Request, who: Who) -> Response:
    """`weeks` ahead; `person` and `week` show the work behind a cell; `item`, `to`, `in` what moving a piece of work would do."""
    return _page(request, who, dict(request.query_params))


def with_time_off(
    request: Request, who: Asker, query: Mapping[str, str], refused: Refused, asked: Mapping[str, str]
) -> Response:
    """The page, with time off that was refused in its form and why."""
    return _page(request, who, query, refused, asked)


def _page(
    request: Request,
    who: Asker,
    query: Mapping[str, str],
    refused: Refused | None = None,
    asked: Mapping[str, str] | None = None,
) -> Response:
    """`asked`: time off that was refused, as it was typed; what is wrong with it is said at its form, not at the head."""
    weeks = _weeks(query.get("weeks", ""))
    person, week = query.get("person", ""), day_in(query.get("week", ""))
    key, to, into = query.get("item", ""), query.get("to", ""), day_in(query.get("in", ""))
    problem, status, told = sentence(refused) if refused else None, refused.status if refused else 200, None
    with reading(request, who) as scope:
        found = capacity.capacity_of(scope, weeks)
        chosen = next((one for one in found.items if one.key == key), None)
        if chosen is not None and (to or into is not None):
            try:
                told = rebalance.previewed(scope, found, key, to, into)
            except (Forbidden, Invalid, NotFound) as error:
                problem, status = problem or sentence(error), error.status
        waits, off = waiting(scope), time_off(scope)
        if not person and chosen is None:
            person, week = _fullest(found)
        behind = found.in_cell(None if person == NOBODY else person, week) if person else ()
        shown_ = [*behind[:MOST], *found.unassigned[:MOST], *found.undated[:UNDATED], *([chosen] if chosen else [])]
        marks = capacity.marks_of(scope, shown_)
    kept = {"weeks": str(weeks) if weeks != WEEKS else "", "person": person, "week": week.isoformat() if week else ""}
    return page(
        request,
        "capacity.html",
        status=status,
        problem=problem if asked is None else None,
        asked={**asked, "problem": problem} if asked is not None else None,
        who=who,
        waiting=waits,
        found=found,
        off=off,
        weeks=weeks,
        choices=(WEEKS, capacity.MOST),
        person=person,
        nobody=NOBODY,
        week=week,
        name=found.people[person].name if person in found.people else "Nobody",
        behind=behind[:MOST],
        behind_more=max(len(behind) - MOST, 0),
        most=MOST,
        undated=UNDATED,
        marks=marks,
        chosen=chosen,
        chosen_to=to,
        chosen_in=into,
        told=told,
        here=_address(kept),
        address=lambda **other: _address({**kept, **other}),
    )


@router.post("/capacity/move")
def move(
    request: Request, who: Sender, item: Text, to: Text = "", week: Text = "", mark: Text = "", back: Text = "/capacity"
) -> Response:
    """Move it; leads back to the page, which offers to undo it."""
    try:
        with doing(request, who, "Moved work to where there is room") as now:
            rebalance.move(now.scope, item, to, day_in(week), mark or None)
    except (Conflict, Forbidden, Invalid, NotFound) as refused:
        return _page(request, who, dict(parse_qsl(urlsplit(local(back)).query)), refused)
    return redirect(back, "work-moved", **({"act": now.act.id} if now.act.id else {}))


def _fullest(found: capacity.Capacity) -> tuple[str, date | None]:
    """The first week of the person who lacks most that holds more than is free in it; nobody's where there is none."""
    for key, load in found.loads:
        for one in load.weeks:
            if one.free is not None and one.hours > one.free:
                return key, one.monday
    return "", None


def _weeks(text: str) -> int:
    number = int(text) if text.isdecimal() and len(text) < 4 else WEEKS
    return min(max(number, capacity.FEWEST), capacity.MOST)


def _address(query: Mapping[str, Any]) -> str:
    told = urlencode({name: value for name, value in query.items() if value})
    return f"/capacity{'?' + told if told else ''}"
