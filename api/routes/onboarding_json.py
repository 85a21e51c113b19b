"""Onboardings as JSON: those on the way, one, and its steps."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from api.routes.onboarding import draft_pack
from api.security import Sender, Who, reading, writing
from workspace.onboarding import progress, steps, wizard
from workspace.onboarding.steps import Spent
from workspace.scope import Scope

router = APIRouter(prefix="/api/v1", tags=["v1"])
Short = Annotated[str, StringConstraints(max_length=200)]


class Person(BaseModel):
    """Whom to write to."""

    name: Short
    email: Short | None = None
    phone: Short | None = None
    title: Short | None = None


class Intake(BaseModel):
    """A prospect. `partner` and `manager` are addresses; without either the asker looks after the client."""

    name: Short
    entity_type: Short
    contact: Person
    partner: Short | None = None
    manager: Short | None = None
    state: Short | None = None
    fiscal_year_end: Short | None = None
    industry: Short | None = None
    address: Short | None = None
    city: Short | None = None
    zip: Short | None = None


class Act(BaseModel):
    """What is done with a step. `do`: search (names), decide (decision, reason), by-hand (reason), done, authorize (form, matters, years,
    signed_on, filed_on), access (system, how, granted_on), ask (keys, more, due), plan (owner), draft, skip (reason), again."""

    do: Literal["search", "decide", "by-hand", "done", "authorize", "access", "ask", "plan", "draft", "skip", "again"]
    names: list[Short] = Field([], max_length=39)
    decision: Short = ""
    reason: Annotated[str, StringConstraints(max_length=300)] = ""
    form: Short = ""
    matters: Short = ""
    years: Short = ""
    signed_on: date | None = None
    filed_on: date | None = None
    system: Short = ""
    how: Short = ""
    granted_on: date | None = None
    keys: list[Short] | None = None
    more: list[Short] = Field([], max_length=60)
    due: date | None = None
    owner: Short | None = None


class Listed(BaseModel):
    """Onboardings of the asker's clients, and what the finished ones took."""

    onboardings: list[progress.Shown]
    taken: progress.Taken


@router.get("/onboardings")
def onboardings(request: Request, who: Who, state: Literal["open", "done", "ended"] | None = None) -> Listed:
    """Open ones first, the longest idle first."""
    with reading(request, who) as scope:
        found = progress.onboardings(scope, state=state)
    return Listed(onboardings=list(found), taken=progress.taken(found))


@router.post("/onboardings", status_code=201)
def begin(request: Request, response: Response, who: Sender, given: Intake) -> progress.Shown:
    """Take a prospect in."""
    with writing(request, who) as scope:
        made = wizard.begin(scope, given.model_dump(exclude={"contact"}), given.contact.model_dump(), Spent())
        shown = progress.show_onboarding(scope, made)
    response.headers["Location"] = f"/api/v1/onboardings/{made}"
    return shown


@router.get("/onboardings/{identity}")
def shown(request: Request, who: Who, identity: str) -> progress.Shown:
    """One onboarding with its steps."""
    with reading(request, who) as scope:
        return progress.show_onboarding(scope, identity)


@router.post("/onboardings/{identity}/steps/{step}")
def act(request: Request, who: Sender, identity: str, step: str, given: Act) -> progress.Shown:
    """Do a step, leave it out, or take it up again; answers with the onboarding."""
    if given.do == "draft":
        draft_pack(request, who, identity, Spent())
    with writing(request, who) as scope:
        if given.do != "draft":
            _done(scope, identity, step, given)
        return progress.show_onboarding(scope, identity)


def _done(scope: Scope, identity: str, step: str, given: Act) -> None:
    spent = Spent()
    if given.do == "skip":
        steps.skip(scope, identity, step, given.reason, spent)
    elif given.do == "again":
        steps.take_up(scope, identity, step, spent)
    elif given.do == "search":
        wizard.search(scope, identity, given.names, spent)
    elif given.do == "decide":
        wizard.decide(scope, identity, given.decision, given.reason, spent)
    elif given.do == "by-hand":
        wizard.check_by_hand(scope, identity, given.reason, spent)
    elif given.do == "done":
        (wizard.welcomed if step == "welcome" else wizard.letter_done)(scope, identity, spent)
    else:
        _recorded(scope, identity, given, spent)


def _recorded(scope: Scope, identity: str, given: Act, spent: Spent) -> None:
    if given.do == "authorize":
        said: dict[str, Any] = {"matters": given.matters, "years": given.years}
        said |= {"signed_on": given.signed_on, "filed_on": given.filed_on}
        wizard.authorize(scope, identity, given.form, taxpayer="", spent=spent, **said)
    elif given.do == "access":
        wizard.note_access(scope, identity, given.system, given.how, given.granted_on, spent)
    elif given.do == "ask":
        keys = frozenset(given.keys) if given.keys is not None else None
        wizard.ask(scope, identity, keys, given.more, given.due, spent)
    else:
        wizard.plan(scope, identity, given.owner, spent)


@router.post("/onboardings/{identity}/finish")
def finish(request: Request, who: Sender, identity: str) -> progress.Shown:
    """The end: every step is behind, the client is active."""
    with writing(request, who) as scope:
        wizard.finish(scope, identity)
        return progress.show_onboarding(scope, identity)
