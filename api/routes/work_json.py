"""Engagements, their stages and links, templates, series, the board and roll-forward as JSON. Hours and dollars are text, days ISO."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.routes.acting import Doing, doing, seen, tagged
from api.security import Sender, Who, reading
from store.errors import NotFound
from workspace.billing.amounts import hours_in, money_in
from workspace.scope import Scope
from workspace.undo import mark_of
from workspace.workflow import board, engagements, needs, roll_forward, starting

router = APIRouter(prefix="/api/v1", tags=["v1"])
Text = Annotated[str | None, Field(max_length=200)]
Number = Annotated[str | None, Field(max_length=20)]
Word = Annotated[str, Query(max_length=100)]
NUMBERS = {"fee": money_in, "budget_hours": hours_in}


class Strict(BaseModel):
    """A body whose unknown fields are refused, so that a misspelled one is not lost."""

    model_config = ConfigDict(extra="forbid")


class Begin(Strict):
    """An engagement to start. `period` is 2025, 2026-Q3, 2026-10 or two days with "to" between; without `due` the deadline table or the
    template says it; without `budget_hours` the estimates of the steps do. `owner` is an address, the asker's without it."""

    client: str
    template: str
    period: str = Field("", max_length=40)
    owner: str | None = None
    title: Text = None
    due: date | None = None
    fee_type: str | None = None
    fee: Number = None
    budget_hours: Number = None


class EngagementChange(Strict):
    """Fields to change; what is not sent stays. `owner` is an address, null for nobody."""

    title: Text = None
    due: date | None = None
    extended_to: date | None = None
    owner: str | None = None
    fee_type: str | None = None
    fee: Number = None
    budget_hours: Number = None
    progress: int | None = Field(None, ge=0, le=100)


class Stage(Strict):
    """The stage to move to."""

    stage: str


class Link(Strict):
    """The ref of an engagement that has to be finished first, and why."""

    needs: str
    note: Text = None


class Need(BaseModel):
    """An engagement that comes first."""

    ref: str
    title: str
    client: str
    stage: str
    due: date | None
    note: str | None


class Job(BaseModel):
    """An engagement. `logged` of `budget_hours` are used; `done` of `steps` are done, `late` open ones overdue; `needs` is what it waits
    for; `mark` goes into If-Match; `act` undoes what was just done."""

    ref: str
    title: str
    client_ref: str
    client: str
    template: str
    stage: str
    due: date | None
    owner: str | None
    progress: int | None
    budget_hours: str | None
    logged: str
    steps: int
    done: int
    late: int
    needs: list[Need]
    finished_on: date | None
    mark: str | None = None
    act: str | None = None


class Jobs(BaseModel):
    """A page of engagements, how many there are in all, and the cursor of the next page."""

    items: list[Job]
    total: int
    next: str | None


class BoardColumn(BaseModel):
    """A stage: its exact count and the first engagements of it."""

    stage: str
    count: int
    items: list[Job]


class Rolling(Strict):
    """Refs of finished engagements; `dry_run` only says what would be made."""

    engagements: list[str] = Field(min_length=1, max_length=500)
    dry_run: bool = False


class RolledOut(BaseModel):
    """What becomes of an engagement: `state` is new, there or refused."""

    source: str
    client: str
    title: str
    state: str
    ref: str | None
    why: str | None
    period_end: date | None
    due: date | None
    owner: str | None
    actual_hours: str | None
    budget_hours: str | None
    steps: int
    requests: int


class RollForward(BaseModel):
    """Every engagement with what became of it; `act` undoes it."""

    items: list[RolledOut]
    made: int
    act: str | None


def job(card: board.Card, mark: str | None = None) -> Job:
    """A card as JSON."""
    listed = [
        Need(ref=one.ref, title=one.title, client=one.client, stage=one.stage, due=one.due, note=one.note)
        for one in card.needs
    ]
    return Job(
        ref=card.ref,
        title=card.title,
        client_ref=card.client_ref,
        client=card.client,
        template=card.template,
        stage=card.stage,
        due=card.due,
        owner=card.owner,
        progress=card.progress,
        budget_hours=None if card.budget is None else str(card.budget),
        logged=str(card.logged),
        steps=card.steps,
        done=card.done,
        late=card.late,
        needs=listed,
        finished_on=card.finished_on,
        mark=mark,
    )


def shown(scope: Scope, ref: str, response: Response) -> Job:
    """One engagement with its mark, which is the answer's ETag."""
    row = engagements.engagement_at(scope, ref)
    card = board.card_of(scope, row.id)
    if card is None:
        raise NotFound(f"there is no engagement {ref}")
    mark = mark_of(row)
    tagged(response, mark)
    return job(card, mark)


def acted(made: Job, now: Doing) -> Job:
    """With the act that takes back what was done, after its transaction."""
    made.act = now.act.id or None
    return made


@router.get("/engagements")
def listed(
    request: Request,
    who: Who,
    client: Word = "",
    person: Word = "",
    template: Word = "",
    stage: Word = "",
    due: Word = "",
    q: Word = "",
    cursor: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Jobs:
    """Open engagements, and those finished in the last 60 days, by due date. `due`: late, week, month, none; `person` is an id."""
    wanted = board.Filter(person, client, template, stage, due, q)
    with reading(request, who) as scope:
        cards, total = board.listing(scope, wanted, page=cursor)
    following = str(cursor + 1) if cursor * board.PAGE < total else None
    return Jobs(items=[job(card) for card in cards], total=total, next=following)


@router.post("/engagements", status_code=201)
def begin(request: Request, response: Response, who: Sender, wanted: Begin) -> Job:
    """Start an engagement from its template, with its steps as tasks."""
    start = starting.Start(
        wanted.client,
        wanted.template,
        wanted.period,
        wanted.owner,
        wanted.title,
        wanted.due,
        fee_type=wanted.fee_type,
        fee=money_in(wanted.fee) if wanted.fee else None,
        budget=hours_in(wanted.budget_hours) if wanted.budget_hours else None,
    )
    with doing(request, who, "Started an engagement") as now:
        row = starting.start_engagement(now.scope, start)
        made = shown(now.scope, row.ref, response)
    response.headers["Location"] = f"/api/v1/engagements/{made.ref}"
    return acted(made, now)


@router.get("/engagements/{ref}")
def one(request: Request, response: Response, who: Who, ref: str) -> Job:
    """One engagement; the ETag goes into If-Match of a change."""
    with reading(request, who) as scope:
        return shown(scope, ref, response)


@router.patch("/engagements/{ref}")
def change(request: Request, response: Response, who: Sender, ref: str, changed: EngagementChange) -> Job:
    """Change an engagement."""
    given = plain(changed.model_dump(exclude_unset=True))
    with doing(request, who, f"Changed {ref}") as now:
        row = engagements.change_engagement(now.scope, ref, given, seen(request))
        made = shown(now.scope, row.ref, response)
    return acted(made, now)


@router.post("/engagements/{ref}/stage")
def move(request: Request, response: Response, who: Sender, ref: str, to: Stage) -> Job:
    """Move an engagement to a stage."""
    with doing(request, who, f"Moved {ref} to {to.stage[:20]}") as now:
        row = engagements.move_stage(now.scope, ref, to.stage, seen(request))
        made = shown(now.scope, row.ref, response)
    return acted(made, now)


@router.post("/engagements/{ref}/needs", status_code=201)
def link(request: Request, response: Response, who: Sender, ref: str, wanted: Link) -> Job:
    """Say that another engagement comes first."""
    with doing(request, who, f"{ref} waits for {wanted.needs}"[:200]) as now:
        needs.add_need(now.scope, ref, wanted.needs, wanted.note)
        made = shown(now.scope, ref, response)
    response.headers["Location"] = f"/api/v1/engagements/{ref}"
    return acted(made, now)


@router.delete("/engagements/{ref}/needs/{other}")
def unlink(request: Request, response: Response, who: Sender, ref: str, other: str) -> Job:
    """Say that it does not."""
    with doing(request, who, f"{ref} no longer waits for {other}"[:200]) as now:
        needs.remove_need(now.scope, ref, other)
        made = shown(now.scope, ref, response)
    return acted(made, now)


@router.get("/board")
def columns(
    request: Request,
    who: Who,
    client: Word = "",
    person: Word = "",
    template: Word = "",
    due: Word = "",
    q: Word = "",
    shown: Annotated[int, Query(ge=1, le=100)] = board.SHOWN,
) -> list[BoardColumn]:
    """The stages with their counts and the first engagements of each."""
    with reading(request, who) as scope:
        found = board.board_of(scope, board.Filter(person, client, template, "", due, q), shown)
    return [BoardColumn(stage=one.stage, count=one.count, items=[job(card) for card in one.cards]) for one in found]


@router.post("/roll-forward")
def roll(request: Request, who: Sender, wanted: Rolling) -> RollForward:
    """Make next year's of finished engagements; twice makes nothing twice."""
    if wanted.dry_run:
        with reading(request, who) as scope:
            return rolled(roll_forward.preview(scope, wanted.engagements), None)
    with doing(request, who, f"Rolled {len(wanted.engagements)} forward") as now:
        found = roll_forward.roll_forward(now.scope, wanted.engagements)
    return rolled(found, now.act.id)


@router.get("/roll-forward")
def could(request: Request, who: Who, year: Annotated[int, Query(ge=1990, le=2100)]) -> list[RolledOut]:
    """Finished engagements of a year without a successor, as they would become."""
    with reading(request, who) as scope:
        refs = [one.ref for one in roll_forward.candidates(scope, year)]
        return rolled(roll_forward.preview(scope, refs), None).items


def rolled(found: list[roll_forward.Rolled], act: str | None) -> RollForward:
    """Plans as JSON."""
    items = [
        RolledOut(
            source=one.source,
            client=one.client,
            title=one.title,
            state=one.state,
            ref=one.ref,
            why=one.why,
            period_end=one.period_end,
            due=one.due,
            owner=one.owner,
            actual_hours=None if one.actual is None else str(one.actual),
            budget_hours=None if one.budget is None else str(one.budget),
            steps=one.steps,
            requests=one.requests,
        )
        for one in found
    ]
    return RollForward(items=items, made=sum(one.state == "new" for one in found) if act else 0, act=act or None)


def plain(changes: dict[str, Any]) -> dict[str, Any]:
    """Numbers that came as text."""
    return changes | {name: read(changes[name]) for name, read in NUMBERS.items() if changes.get(name) is not None}
