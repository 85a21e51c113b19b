"""Automations as JSON: rules, the dry run, the log. Moments are ISO, UTC; days ISO. What can be undone names its act."""

from datetime import date, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api.preconditions import IfMatch, marked
from api.routes.work_json import Strict
from api.security import Sender, Who, reading, writing
from workspace.automations import keep, log
from workspace.automations.dry_run import Would, dry_run
from workspace.automations.engine import rule_of
from workspace.automations.library import library, template
from workspace.automations.rules import MOST_ACTIONS, as_plain, as_rule
from workspace.scope import Right, Scope

router = APIRouter(prefix="/api/v1/automations", tags=["v1"])


class TriggerModel(Strict):
    """What sets a rule off. `kind`: stage, date, document, request, signal, task, client; `value` is the stage, the date (due, period-end,
    letter-signed), the kind of document, the signal, words of the task's title, or the client's standing; `days` from the date, before it
    negative."""

    kind: str = Field(max_length=20)
    value: str = Field(default="", max_length=120)
    days: int = Field(default=0, ge=-400, le=400)


class ConditionsModel(Strict):
    """What must hold as well; what is empty holds always."""

    templates: list[str] = Field(default_factory=list, max_length=20)
    entity_types: list[str] = Field(default_factory=list, max_length=20)
    stages: list[str] = Field(default_factory=list, max_length=20)
    partner: str = Field(default="", max_length=200)
    tag: str = Field(default="", max_length=40)


class ActionModel(Strict):
    """One act. `kind`: task, stage, request, draft, tag, untag, client-field, engagement-field, tell. `who`: preparer, manager, partner, or
    an address; `days` and `since` (today, due, date) say when a task is due; `text` is a field's value."""

    kind: str = Field(max_length=20)
    value: str = Field(default="", max_length=300)
    who: str = Field(default="preparer", max_length=200)
    days: int | None = Field(default=None, ge=-400, le=400)
    since: str = Field(default="today", max_length=10)
    text: str = Field(default="", max_length=400)


class RuleModel(Strict):
    """A rule: when `trigger`, and `conditions` hold, then `actions` in order."""

    name: str = Field(max_length=120)
    trigger: TriggerModel
    conditions: ConditionsModel = ConditionsModel()
    actions: list[ActionModel] = Field(min_length=1, max_length=MOST_ACTIONS)


class Switch(Strict):
    """On or off."""

    on: bool


class RuleOut(BaseModel):
    """A rule as the firm has it. `on_since` null: it is off. `fired`, `failed` and `last_fired` count what the asker may see."""

    id: str
    name: str
    trigger: TriggerModel
    conditions: ConditionsModel
    actions: list[ActionModel]
    when: str
    only: str
    then: list[str]
    on_since: datetime | None
    origin: str | None
    fired: int
    failed: int
    last_fired: datetime | None
    act: str | None = None


class TemplateOut(BaseModel):
    """A rule of the library."""

    slug: str
    rule: RuleModel
    when: str
    only: str
    then: list[str]


class ActOut(BaseModel):
    """What undoes it; "" where nothing changed."""

    act: str


class WouldOut(BaseModel):
    """Something the rule would do; `done`: it did so."""

    day: date
    client_ref: str
    client: str
    subject: str
    why: str
    acts: list[str]
    done: bool


class DryRunOut(BaseModel):
    """`past`: since `since`, the newest first; `now`: today and, for dates, the next 14 days. `met`: so often the trigger was met, before
    conditions."""

    since: date
    met: int
    more: bool
    past: list[WouldOut]
    now: list[WouldOut]


class DidOut(BaseModel):
    """One act in words, with its page."""

    what: str
    href: str


class OrderOut(BaseModel):
    """A draft that was ordered. `state`: waiting, drafted, failed, dropped."""

    slug: str
    state: str
    deliverable: str | None
    problem: str


class FiringOut(BaseModel):
    """An entry of the log. `state`: done, failed, stopped, undone."""

    id: str
    automation: str
    rule: str
    at: datetime
    client_ref: str
    client: str
    subject: str
    why: str
    depth: int
    state: str
    problem: str
    did: list[DidOut]
    drafts: list[OrderOut]
    undoable: bool


class LogOut(BaseModel):
    """A page of the log, newest first, and how many entries there are."""

    total: int
    page: int
    firings: list[FiringOut]


@router.get("")
def rules(request: Request, who: Who) -> list[RuleOut]:
    """The firm's automations, those that are on first."""
    with reading(request, who) as scope:
        return [_out(one) for one in keep.automations(scope)]


@router.post("", status_code=201)
def add(request: Request, who: Sender, asked: RuleModel, response: Response) -> RuleOut:
    """Keep a new automation, switched off."""
    with writing(request, who) as scope:
        made, act = keep.add(scope, asked.model_dump())
        return _made(scope, made, act, response)


@router.get("/library")
def known(request: Request, who: Who) -> list[TemplateOut]:
    """Useful automations that come with the program."""
    with reading(request, who) as scope:
        scope.require(Right.AUTOMATION_SET)
    return [
        TemplateOut(slug=t.slug, rule=RuleModel(**as_plain(t.rule)), when=t.when, only=t.only, then=list(t.then))
        for t in library()
    ]


@router.post("/library/{slug}", status_code=201)
def take(request: Request, who: Sender, slug: str, response: Response) -> RuleOut:
    """Make one of the library the firm's own, switched off."""
    with writing(request, who) as scope:
        scope.require(Right.AUTOMATION_SET)
        made, act = keep.add(scope, as_plain(template(slug).rule), slug)
        return _made(scope, made, act, response)


@router.post("/dry-run")
def try_out(request: Request, who: Sender, asked: RuleModel) -> DryRunOut:
    """What a rule that is not kept would do. Writes nothing."""
    with reading(request, who) as scope:
        return _tried(scope, None, asked)


@router.get("/log")
def log_of(
    request: Request,
    who: Who,
    automation: str = "",
    client: str = "",
    state: str = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> LogOut:
    """What automations did, to clients that the asker may see."""
    with reading(request, who) as scope:
        found, many = log.log(scope, rule_id=automation, client_ref=client, state=state, page=page)
        return LogOut(total=many, page=page, firings=[_firing(one) for one in found])


@router.post("/log/{firing_id}/undo")
def take_back(request: Request, who: Sender, firing_id: str) -> FiringOut:
    """Take back what a firing did; it is not done again for the same occasion."""
    with writing(request, who) as scope:
        log.take_back(scope, firing_id)
        found, _ = log.log(scope, firing_id=firing_id)
        return _firing(found[0])


@router.get("/{automation_id}")
def one(request: Request, who: Who, automation_id: str, response: Response) -> RuleOut:
    """One automation; the ETag is its mark."""
    with reading(request, who) as scope:
        marked(response, keep.automation(scope, automation_id))
        return _out(keep.listed(scope, automation_id))


@router.put("/{automation_id}")
def change(
    request: Request, who: Sender, automation_id: str, asked: RuleModel, response: Response, if_match: IfMatch = None
) -> RuleOut:
    """Change an automation; `If-Match` holds the mark that was seen. It is switched as it was."""
    with writing(request, who) as scope:
        act = keep.change(scope, automation_id, asked.model_dump(), if_match)
        marked(response, keep.automation(scope, automation_id))
        return _out(keep.listed(scope, automation_id), act)


@router.delete("/{automation_id}")
def remove(request: Request, who: Sender, automation_id: str, if_match: IfMatch = None) -> ActOut:
    """Take an automation away; its log stays."""
    with writing(request, who) as scope:
        return ActOut(act=keep.remove(scope, automation_id, if_match))


@router.post("/{automation_id}/switch")
def switch(request: Request, who: Sender, automation_id: str, asked: Switch, if_match: IfMatch = None) -> RuleOut:
    """Switch an automation on, for what happens from now on, or off."""
    with writing(request, who) as scope:
        act = keep.switch(scope, automation_id, on=asked.on, mark=if_match)
        return _out(keep.listed(scope, automation_id), act)


@router.get("/{automation_id}/dry-run")
def tried(request: Request, who: Who, automation_id: str) -> DryRunOut:
    """What an automation would have done over the last 30 days, and will do. Writes nothing."""
    with reading(request, who) as scope:
        return _tried(scope, automation_id, None)


def _tried(scope: Scope, automation_id: str | None, asked: RuleModel | None) -> DryRunOut:
    rule = as_rule(asked.model_dump()) if asked else rule_of(keep.automation(scope, automation_id or ""))
    found = dry_run(scope, rule)
    past, now = [_would(one) for one in found.past], [_would(one) for one in found.now]
    return DryRunOut(since=found.since, met=found.met, more=found.more, past=past, now=now)


def _would(one: Would) -> WouldOut:
    return WouldOut(**{**vars(one), "acts": list(one.acts)})


def _made(scope: Scope, made: str, act: str, response: Response) -> RuleOut:
    response.headers["Location"] = f"/api/v1/automations/{quote(made)}"
    marked(response, keep.automation(scope, made))
    return _out(keep.listed(scope, made), act)


def _out(one: keep.Listed, act: str | None = None) -> RuleOut:
    return RuleOut(
        id=one.id,
        **as_plain(one.rule),
        when=one.when,
        only=one.only,
        then=list(one.then),
        on_since=one.since,
        origin=one.origin,
        fired=one.fired,
        failed=one.failed,
        last_fired=one.last,
        act=act,
    )


def _firing(one: log.Line) -> FiringOut:
    values = {name: value for name, value in vars(one).items() if name not in ("automation_id", "did", "drafts")}
    did, drafts = [DidOut(**d) for d in one.did], [OrderOut(**d) for d in one.drafts]
    return FiringOut(automation=one.automation_id, did=did, drafts=drafts, **values)
