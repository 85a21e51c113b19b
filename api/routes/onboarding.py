"""The onboarding of a client in the browser: all that are on the way with their stalls, and one, step by step."""

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response

from api.days import day_in
from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, opener, reading, services_of, writing
from store.errors import Conflict, Forbidden, Invalid, NotFound, Unknown
from store.rows import ENTITY_TYPES
from workspace.law.conflicts import show_search
from workspace.letters import lists as letters
from workspace.nights import readers
from workspace.onboarding import progress, steps, wizard
from workspace.pages.head import waiting
from workspace.requests.lists import preview
from workspace.scope import Right, Scope

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=600)]
Lines = Annotated[str, Form(max_length=6000)]
Day = Annotated[str, Form(max_length=10)]
Refused = Conflict | Forbidden | Invalid | NotFound | Unknown
REFUSED = (Conflict, Forbidden, Invalid, NotFound, Unknown)


@router.get("/onboarding")
def overview(request: Request, who: Who) -> Response:
    """Who is on the way, how far, and since when nothing moved."""
    return _overview(request, who)


def _overview(request: Request, who: Asker, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        found, prospects, waits = progress.onboardings(scope), progress.prospects(scope), waiting(scope)
    values: dict[str, Any] = {"found": found, "taken": progress.taken(found), "prospects": prospects, "waiting": waits}
    return _page(request, "onboarding/overview.html", who, refused, **values)


@router.get("/onboarding/new")
def intake(request: Request, who: Who) -> Response:
    """The intake form."""
    return _intake(request, who, {})


def _intake(request: Request, who: Asker, kept: dict[str, str], refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        scope.require(Right.LETTER_WRITE)
        values: dict[str, Any] = {"people": readers(scope), "opened": scope.now.isoformat(), "waiting": waiting(scope)}
    return _page(request, "onboarding/new.html", who, refused, kept=kept, kinds=ENTITY_TYPES, **values)


@router.post("/onboarding/new")
def begin(
    request: Request,
    who: Sender,
    name: Text = "",
    entity_type: Text = "",
    partner: Text = "",
    manager: Text = "",
    state: Text = "",
    fiscal_year_end: Text = "",
    industry: Text = "",
    address: Text = "",
    city: Text = "",
    zip: Text = "",
    contact: Text = "",
    email: Text = "",
    phone: Text = "",
    title: Text = "",
    clicks: Text = "",
    opened: Text = "",
) -> Response:
    """Take the prospect in."""
    values = {"name": name, "entity_type": entity_type, "partner": partner, "manager": manager, "state": state}
    values |= {"fiscal_year_end": fiscal_year_end, "industry": industry, "address": address, "city": city, "zip": zip}
    person = {"name": contact, "email": email, "phone": phone, "title": title}
    try:
        with writing(request, who) as scope:
            made = wizard.begin(scope, values, person, steps.spent_in(clicks, opened))
    except REFUSED as refused:
        return _intake(request, who, {**values, **{f"contact_{k}": v for k, v in person.items()}}, refused)
    return redirect(f"/onboarding/{made}", "onboarding-started")


@router.post("/onboarding/of/{ref}")
def begin_for(request: Request, who: Sender, ref: str) -> Response:
    """Take in a prospect who is on record."""
    try:
        with writing(request, who) as scope:
            made = wizard.begin_for(scope, ref)
    except REFUSED as refused:
        return _overview(request, who, refused)
    return redirect(f"/onboarding/{made}", "onboarding-started")


@router.get("/onboarding/{identity}")
def shown(request: Request, who: Who, identity: str, step: str = "") -> Response:
    """One onboarding: its steps, and the form of the one in hand."""
    return _shown(request, who, identity, step)


def _shown(request: Request, who: Asker, identity: str, step: str, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        one = progress.show_onboarding(scope, identity)
        at = step if step in steps.STEPS else one.next
        now = next((s for s in one.steps if s.slug == at), None)
        values: dict[str, Any] = {"one": one, "at": at, "now": now, "opened": scope.now.isoformat()}
        values |= _of_step(scope, one, now) | {"waiting": waiting(scope)}
    return _page(request, "onboarding/one.html", who, refused, **values)


def _of_step(scope: Scope, one: progress.Shown, now: progress.ShownStep | None) -> dict[str, Any]:
    """What the form of a step shows beside it."""
    at = now.slug if now else ""
    values: dict[str, Any] = {"search": None, "proposals": (), "papers": (), "systems": (), "asked": None, "people": ()}
    if at == "conflicts" and now and now.detail.get("search") and scope.has(Right.CONFLICT_SEARCH):
        values["search"] = show_search(scope, str(now.detail["search"]))
    if at == "letter":
        values["proposals"] = letters.proposals(scope, client_ref=one.client_ref)
    if at == "authorizations":
        values["papers"] = progress.authorizations(scope, one.client_ref)
    if at == "access":
        values["systems"] = progress.access_list(scope, one.client_ref)
    if at == "requests" and one.state == "open":
        values["asked"] = preview(scope, one.engagement_ref)
    if at == "tasks":
        values["people"] = readers(scope)
    return values


@router.post("/onboarding/{identity}/conflicts")
def conflicts(
    request: Request,
    who: Sender,
    identity: str,
    act: Text = "search",
    names: Lines = "",
    decision: Text = "",
    reason: Text = "",
    clicks: Text = "",
    opened: Text = "",
) -> Response:
    """Search, decide, or note what was checked elsewhere."""
    spent = steps.spent_in(clicks, opened)

    def run(scope: Scope) -> None:
        if act == "decide":
            wizard.decide(scope, identity, decision, reason, spent)
        elif act == "by-hand":
            wizard.check_by_hand(scope, identity, reason, spent)
        else:
            wizard.search(scope, identity, names.splitlines(), spent)

    return _act(request, who, identity, "conflicts", run)


@router.post("/onboarding/{identity}/letter")
def letter(request: Request, who: Sender, identity: str, clicks: Text = "", opened: Text = "") -> Response:
    """The letter is signed."""
    spent = steps.spent_in(clicks, opened)
    return _act(request, who, identity, "letter", lambda scope: wizard.letter_done(scope, identity, spent))


@router.post("/onboarding/{identity}/authorizations")
def authorizations(
    request: Request,
    who: Sender,
    identity: str,
    form: Text = "",
    taxpayer: Text = "",
    matters: Text = "",
    years: Text = "",
    signed_on: Day = "",
    filed_on: Day = "",
    row: Text = "",
    clicks: Text = "",
    opened: Text = "",
) -> Response:
    """Record an authorization, or the day on which one was signed."""
    spent = steps.spent_in(clicks, opened)

    def run(scope: Scope) -> None:
        signed, filed = day_in(signed_on), day_in(filed_on)
        if row:
            wizard.authorization_signed(scope, identity, row, signed or scope.today, spent)
            return
        days: dict[str, Any] = {"signed_on": signed, "filed_on": filed, "spent": spent}
        wizard.authorize(scope, identity, form, taxpayer=taxpayer, matters=matters, years=years, **days)

    return _act(request, who, identity, "authorizations", run)


@router.post("/onboarding/{identity}/access")
def access(
    request: Request,
    who: Sender,
    identity: str,
    system: Text = "",
    how: Text = "",
    granted_on: Day = "",
    clicks: Text = "",
    opened: Text = "",
) -> Response:
    """A system on the access list, or the way in that is open now."""
    spent = steps.spent_in(clicks, opened)
    return _act(
        request,
        who,
        identity,
        "access",
        lambda scope: wizard.note_access(scope, identity, system, how, day_in(granted_on), spent),
    )


@router.post("/onboarding/{identity}/requests")
def requests(
    request: Request,
    who: Sender,
    identity: str,
    key: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI reads it, nobody writes to it
    more: Lines = "",
    due: Day = "",
    clicks: Text = "",
    opened: Text = "",
) -> Response:
    """The first request list."""
    spent, extra = steps.spent_in(clicks, opened), [line for line in more.splitlines() if line.strip()]
    return _act(
        request,
        who,
        identity,
        "requests",
        lambda scope: wizard.ask(scope, identity, frozenset(key), extra, day_in(due), spent),
    )


@router.post("/onboarding/{identity}/tasks")
def tasks(
    request: Request, who: Sender, identity: str, owner: Text = "", clicks: Text = "", opened: Text = ""
) -> Response:
    """The tasks of the template."""
    spent = steps.spent_in(clicks, opened)
    return _act(request, who, identity, "tasks", lambda scope: wizard.plan(scope, identity, owner or None, spent))


@router.post("/onboarding/{identity}/welcome")
def welcome(
    request: Request, who: Sender, identity: str, act: Text = "draft", clicks: Text = "", opened: Text = ""
) -> Response:
    """Draft the welcome pack, or note that it is released."""
    spent = steps.spent_in(clicks, opened)
    if act != "draft":
        return _act(request, who, identity, "welcome", lambda scope: wizard.welcomed(scope, identity, spent))
    try:
        draft_pack(request, who, identity, spent)
    except REFUSED as refused:
        return _shown(request, who, identity, "welcome", refused)
    return redirect(f"/onboarding/{quote(identity, safe='')}?step=welcome", "onboarding-step")


def draft_pack(request: Request, who: Asker, identity: str, spent: steps.Spent) -> str:
    """File the welcome pack for review and note it; returns the deliverable's id."""
    from agents.draft import draft

    with reading(request, who) as scope:
        one = progress.show_onboarding(scope, identity)
    opens = opener(request, who)
    filed = draft(services_of(request), opens, one.client_ref, steps.PACK, engagement_ref=one.engagement_ref)
    with writing(request, who) as scope:
        wizard.pack_drafted(scope, identity, filed, spent)
    return filed


@router.post("/onboarding/{identity}/skip")
def skip(
    request: Request,
    who: Sender,
    identity: str,
    step: Text,
    reason: Text = "",
    clicks: Text = "",
    opened: Text = "",
) -> Response:
    """Leave a step out, with the reason."""
    spent = steps.spent_in(clicks, opened)
    return _act(request, who, identity, step, lambda scope: steps.skip(scope, identity, step, reason, spent))


@router.post("/onboarding/{identity}/again")
def again(request: Request, who: Sender, identity: str, step: Text) -> Response:
    """Take a step up again."""
    return _act(
        request, who, identity, step, lambda scope: steps.take_up(scope, identity, step, steps.Spent()), stay=True
    )


@router.post("/onboarding/{identity}/finish")
def finish(request: Request, who: Sender, identity: str) -> Response:
    """The end: the client is active."""
    try:
        with writing(request, who) as scope:
            wizard.finish(scope, identity)
    except REFUSED as refused:
        return _shown(request, who, identity, "", refused)
    return redirect(f"/onboarding/{quote(identity, safe='')}", "onboarding-done")


def _act(
    request: Request, who: Asker, identity: str, step: str, act: Callable[[Scope], object], *, stay: bool = False
) -> Response:
    try:
        with writing(request, who) as scope:
            act(scope)
            one = progress.show_onboarding(scope, identity)
    except REFUSED as refused:
        return _shown(request, who, identity, step, refused)
    open_still = stay or any(s.slug == step and s.state == "open" for s in one.steps)
    there = f"/onboarding/{quote(identity, safe='')}" + (f"?step={quote(step)}" if open_still else "")
    return redirect(there, "onboarding-step")


def _page(request: Request, template: str, who: Asker, refused: Refused | None = None, **values: Any) -> Response:
    status, problem = (refused.status, sentence(refused)) if refused else (200, None)
    return page(request, template, status=status, who=who, problem=problem, **values)
