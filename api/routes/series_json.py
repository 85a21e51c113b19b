"""Series and templates as JSON. Hours and dollars are text, days ISO; every act that can be undone names its act."""

from datetime import date
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.routes.acting import doing, seen, tagged
from api.routes.work_json import Number, Strict, Text, Word, plain
from api.security import Sender, Who, reading
from store.errors import Invalid
from workspace.billing.amounts import hours_in, money_in
from workspace.money_sight import amount
from workspace.scope import Scope
from workspace.undo import mark_of
from workspace.workflow import series, templates

router = APIRouter(prefix="/api/v1", tags=["v1"])


class StepOut(BaseModel):
    """A step of a template; `days` are counted from `from`: due, end or start. `needs` are keys of steps before it."""

    key: str
    title: str
    role: str
    days: int
    from_: str = Field(alias="from")
    needs: list[str]
    checklist: list[str]
    hours: str | None


class TemplateOut(BaseModel):
    """A template as the firm has it. Version 0 comes with the program."""

    slug: str
    title: str
    version: int
    every: str | None
    due: dict[str, int | str]
    steps: list[StepOut]


class TemplateChange(Strict):
    """The next version of a template: what is not sent stays. `seen` is the version that the writer looked at."""

    title: Text = None
    due: dict[str, int | str] | None = None
    steps: list[dict[str, Any]] | None = Field(None, max_length=templates.MOST_STEPS)
    seen: int | None = None


def template_out(one: templates.Template) -> TemplateOut:
    """A template as JSON."""
    return TemplateOut(
        slug=one.slug,
        title=one.title,
        version=one.version,
        every=one.every,
        due=dict(one.due),
        steps=[StepOut(**step.plain()) for step in one.steps],
    )


@router.get("/templates")
def library(request: Request, who: Who) -> list[TemplateOut]:
    """The firm's templates, one a kind of engagement."""
    with reading(request, who) as scope:
        return [template_out(one) for one in templates.templates_of(scope)]


@router.get("/templates/{slug}")
def template(request: Request, who: Who, slug: str, version: int | None = None) -> TemplateOut:
    """One template; `version` 0 is the one that comes with the program, without it the newest."""
    with reading(request, who) as scope:
        found = templates.template_of(scope, slug) if version is None else templates.version_of(scope, slug, version)
        return template_out(found)


@router.put("/templates/{slug}")
def rewrite(request: Request, who: Sender, slug: str, changed: TemplateChange) -> TemplateOut:
    """Write the firm's next version; engagements that were made keep their steps."""
    wanted = {k: v for k, v in changed.model_dump(exclude={"seen"}).items() if v is not None}
    with doing(request, who, f"Changed the template {slug[:20]}") as now:
        return template_out(templates.change_template(now.scope, slug, wanted, seen=changed.seen))


class NewSeries(Strict):
    """A series to begin with its first period (2026-01, 2026-Q1, 2025); `every` as the template has it without it."""

    client: str
    template: str
    first: str = Field(max_length=40)
    every: str | None = None
    owner: str | None = None
    fee_type: str | None = None
    fee: Number = None
    budget_hours: Number = None
    ahead: int = Field(1, ge=0, le=12)
    due: dict[str, int | str] | None = None


class SeriesChange(Strict):
    """Fields to change. `state`: paused, running or ended. What has started is not reached."""

    owner: str | None = None
    fee_type: str | None = None
    fee: Number = None
    budget_hours: Number = None
    ahead: int | None = Field(None, ge=0, le=12)
    due: dict[str, int | str] | None = None
    state: str | None = None


class SeriesOut(BaseModel):
    """A series: `made` engagements, `open` of them, the end of the period made next. `reached` is how many a change carried over to."""

    id: str
    client_ref: str
    client: str
    template: str
    every: str
    owner: str | None
    fee: Decimal | None
    budget_hours: Decimal | None
    ahead: int
    state: str
    made: int
    open: int
    next_end: date | None
    mark: str
    reached: int = 0
    act: str | None = None


def series_out(scope: Scope, line: series.Line) -> SeriesOut:
    """A series as JSON; the fee is null for who sees no money."""
    row = line.series
    return SeriesOut(
        id=row.id,
        client_ref=line.client_ref,
        client=line.client,
        template=row.template,
        every=row.every,
        owner=line.owner,
        fee=amount(scope, row.fee),
        budget_hours=row.budget_hours,
        ahead=row.ahead,
        state="ended" if row.ended_on else "paused" if row.paused_on else "running",
        made=line.made,
        open=line.open_,
        next_end=line.next_end,
        mark=mark_of(row),
    )


def _series(scope: Scope, series_id: str) -> SeriesOut:
    row = series.series_at(scope, series_id)
    [line] = [one for one in series.series_lines(scope, ended=True) if one.series.id == row.id]
    return series_out(scope, line)


@router.get("/series")
def all_series(request: Request, who: Who, client: Word = "", ended: bool = False) -> list[SeriesOut]:
    """The series of the asker's clients; ended ones when asked for."""
    with reading(request, who) as scope:
        return [series_out(scope, line) for line in series.series_lines(scope, client or None, ended=ended)]


@router.post("/series", status_code=201)
def begin_series(request: Request, response: Response, who: Sender, wanted: NewSeries) -> SeriesOut:
    """Begin a series and make the engagements it has come to."""
    given = wanted.model_dump(exclude={"fee", "budget_hours"})
    fee = money_in(wanted.fee) if wanted.fee else None
    budget = hours_in(wanted.budget_hours) if wanted.budget_hours else None
    with doing(request, who, "Began a series") as now:
        row, _ = series.start_series(now.scope, series.NewSeries(**given, fee=fee, budget=budget))
        made = _series(now.scope, row.id)
    made.act = now.act.id or None
    response.headers["Location"] = f"/api/v1/series/{made.id}"
    return made


@router.post("/series/make")
def make(request: Request, who: Sender) -> dict[str, int | str | None]:
    """Make the engagements that all series of the asker's clients have come to; how many."""
    with doing(request, who, "Made what the series have come to") as now:
        count = len(series.make_due(now.scope))
    return {"made": count, "act": now.act.id or None}


@router.patch("/series/{series_id}")
def change_series(
    request: Request, response: Response, who: Sender, series_id: str, changed: SeriesChange
) -> SeriesOut:
    """Change a series, pause it, let it go on, or end it."""
    given = plain(changed.model_dump(exclude_unset=True))
    state, mark = given.pop("state", None), seen(request)
    if state not in (None, "paused", "running", "ended"):
        raise Invalid("the state is one of paused, running, ended")
    if given.get("ahead", 0) is None:
        del given["ahead"]
    with doing(request, who, "Changed a series") as now:
        reached = 0
        if given:
            _, reached = series.change_series(now.scope, series_id, given, mark)
            mark = None
        if state is not None:
            acts = {"paused": series.pause_series, "running": series.resume_series, "ended": series.end_series}
            acts[state](now.scope, series_id, mark)
        made = _series(now.scope, series_id)
    tagged(response, made.mark)
    made.act, made.reached = now.act.id or None, reached
    return made
