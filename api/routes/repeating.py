"""Series and roll-forward in the browser."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from api.pages import page
from api.routes.acting import doing
from api.routes.work_pages import REFUSED, Refused, people, said_of
from api.said import redirect
from api.security import Asker, Sender, Who, reading
from store.errors import Invalid
from workspace.billing.amounts import hours_in, money_in
from workspace.pages.head import waiting
from workspace.scope import Scope
from workspace.undo import mark_of
from workspace.workflow import roll_forward as rolling
from workspace.workflow import series
from workspace.workflow.periods import EVERY
from workspace.workflow.templates import due_in_words, library

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=300)]


@router.get("/series")
def all_series(request: Request, who: Who, ended: bool = False) -> Response:
    """The series of the asker's clients."""
    return _series_page(request, who, ended=ended)


@router.post("/series/start")
def start(
    request: Request,
    who: Sender,
    client: Text,
    template: Text,
    first: Text,
    every: Text = "",
    owner: Text = "",
    fee: Text = "",
    budget: Text = "",
    ahead: int = Form(1, ge=0, le=12),
) -> Response:
    def act(scope: Scope) -> str:
        wanted = series.NewSeries(
            client.split(" ")[0],
            template,
            first,
            every or None,
            owner or None,
            "fixed" if fee.strip() else None,
            money_in(fee) if fee.strip() else None,
            hours_in(budget) if budget.strip() else None,
            ahead,
        )
        series.start_series(scope, wanted)
        return "series-set"

    return _done(request, who, "Began a series", act)


@router.post("/series/make")
def make(request: Request, who: Sender) -> Response:
    return _done(
        request,
        who,
        "Made what the series have come to",
        lambda scope: "series-made" if series.make_due(scope) else "series-none",
    )


@router.post("/series/{series_id}/change")
def change(
    request: Request,
    who: Sender,
    series_id: str,
    owner: Text = "",
    fee: Text = "",
    budget: Text = "",
    ahead: int = Form(1, ge=0, le=12),
    way: Text = "",
    days: Text = "",
    mark: Text = "",
) -> Response:
    """`way` is how the due date is counted, "" as the template has it: business_days, days_after_end or day (of the next month)."""

    def act(scope: Scope) -> str:
        values: dict[str, Any] = {
            "fee": money_in(fee) if fee.strip() else None,
            "fee_type": "fixed" if fee.strip() else None,
            "budget_hours": hours_in(budget) if budget.strip() else None,
            "ahead": ahead,
            "due": _due(way, days),
        }
        series.change_series(scope, series_id, values | ({"owner": owner} if owner else {}), mark or None)
        return "series-changed"

    return _done(request, who, "Changed a series", act)


@router.post("/series/{series_id}/{name}")
def turn(request: Request, who: Sender, series_id: str, name: str, mark: Text = "") -> Response:
    """pause, resume, end."""

    def act(scope: Scope) -> str:
        seen = mark or None
        if name == "pause":
            series.pause_series(scope, series_id, seen)
        elif name == "resume":
            series.resume_series(scope, series_id, seen)
        elif name == "end":
            series.end_series(scope, series_id, seen)
        else:
            raise Invalid("there is no such act")
        return {"pause": "series-paused", "resume": "series-resumed", "end": "series-ended"}[name]

    return _done(request, who, f"Series: {name[:20]}", act)


@router.get("/roll-forward")
def shown(request: Request, who: Who, year: int | None = None, template: str = "") -> Response:
    """What could be carried over of a year, each with what it would become."""
    return _roll_page(request, who, year, template)


@router.post("/roll-forward")
def roll(
    request: Request,
    who: Sender,
    year: Annotated[int, Form()],
    template: Text = "",
    engagement: Annotated[list[str] | None, Form(max_length=rolling.MOST)] = None,
) -> Response:
    try:
        if not engagement:
            raise Invalid("choose at least one")
        with doing(request, who, f"Rolled {len(engagement)} forward") as now:
            made = [one for one in rolling.roll_forward(now.scope, engagement) if one.state == "new"]
    except REFUSED as refused:
        return _roll_page(request, who, year, template, refused)
    path = f"/roll-forward?year={year}"
    return redirect(path, "rolled", act=now.act.id) if made else redirect(path, "rolled-none")


def _due(way: str, days: str) -> dict[str, Any]:
    if not way:
        return {}
    return {"months": 1, "day": days} if way == "day" else {way: days}


def _done(request: Request, who: Asker, label: str, act: Callable[[Scope], str]) -> Response:
    try:
        with doing(request, who, label) as now:
            said = act(now.scope)
    except REFUSED as refused:
        return _series_page(request, who, refused)
    return redirect("/series", said, **({"act": now.act.id} if now.act.id else {}))


def _series_page(request: Request, who: Asker, refused: Refused | None = None, *, ended: bool = False) -> Response:
    with reading(request, who) as scope:
        lines = series.series_lines(scope, ended=ended)
        return page(
            request,
            "work/series.html",
            who=who,
            waiting=waiting(scope),
            lines=lines,
            marks={line.series.id: mark_of(line.series) for line in lines},
            ended=ended,
            people=people(scope),
            templates=library(),
            every=EVERY,
            due_words=due_in_words,
            **said_of(refused),
        )


def _roll_page(
    request: Request, who: Asker, year: int | None, template: str, refused: Refused | None = None
) -> Response:
    with reading(request, who) as scope:
        ended = year if year is not None and 1990 <= year <= 2100 else scope.today.year - 1
        found = rolling.candidates(scope, ended, template or None)
        plans = rolling.preview(scope, [one.ref for one in found]) if found else []
        yearly = [slug for slug, one in library().items() if one.every == "year"]
        return page(
            request,
            "work/roll.html",
            who=who,
            waiting=waiting(scope),
            year=ended,
            chosen=template,
            templates=yearly,
            plans=plans,
            ends={one.ref: one for one in found},
            **said_of(refused),
        )
