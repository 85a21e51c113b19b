"""Requests in the browser: a client's lists and a new one, proposals to confirm on one screen, all open lists of the firm, a print form."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from agents.reminders import remind as draft_reminders
from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, opener, reading, services_of, writing
from store.errors import Conflict, Forbidden, Invalid, NotFound, TickmarkError
from workspace.deliverables.occasions import for_first_request
from workspace.pages.head import client_head, waiting
from workspace.requests import acts, lists, named, proposals
from workspace.requests.alone import preview_alone
from workspace.requests.reading import firm_lists, list_view, lists_of, open_work, to_confirm
from workspace.requests.schedule import EVERY, FIRST, MOST, Schedule
from workspace.scope import Right, Scope, access_client

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=300)]
Day = Annotated[date | None, Form()]
REFUSED = (Conflict, Forbidden, Invalid, NotFound)
AT_ONCE = 150  # lists on the firm's page
ON_ITEM = ("receive", "reopen", "change", "remove", "answer", "move")


@router.get("/requests")
def firm(request: Request, who: Who, q: Annotated[str, Query(max_length=20)] = "") -> Response:
    """All open lists; `q` is us or client: only those that wait for them."""
    with reading(request, who) as scope:
        found, waits = firm_lists(scope), waiting(scope)
    shown = [one for one in found if q not in ("us", "client") or one.waits_on == q]
    return page(
        request,
        "requests/firm.html",
        who=who,
        waiting=waits,
        lines=found,
        shown=shown[:AT_ONCE],
        more=len(shown[AT_ONCE:]),
        q=q,
    )


@router.get("/requests/confirm")
def confirming(request: Request, who: Who, client: Annotated[str | None, Query(max_length=60)] = None) -> Response:
    """Every proposal on one screen."""
    return _confirming(request, who, client or None)


def _confirming(request: Request, who: Asker, client: str | None, refused: TickmarkError | None = None) -> Response:
    with reading(request, who) as scope:
        pairs, waits = to_confirm(scope, client), waiting(scope)
        name = access_client(scope, client).name if client else None
    return page(
        request,
        "requests/confirm.html",
        status=refused.status if refused else 200,
        who=who,
        waiting=waits,
        pairs=pairs[:200],
        more=max(len(pairs) - 200, 0),
        client=client,
        name=name,
        problem=sentence(refused) if refused else None,
    )


@router.post("/requests/confirm")
def decide(
    request: Request,
    who: Sender,
    match: Annotated[list[str], Form(max_length=100)],
    decision: Text,
    whole: bool = Form(False),
    mark: Text = "",
    client: Annotated[str, Form(max_length=60)] = "",
    back: Text = "",
) -> Response:
    try:
        with writing(request, who) as scope:
            act = acts.decide(scope, match, decision, whole=whole, mark=mark).act
    except REFUSED as refused:
        return _confirming(request, who, client or None, refused)
    home = f"/requests/confirm?client={client}" if client else "/requests/confirm"
    return redirect(back or home, "request-confirmed" if decision == "confirm" else "request-refused", act=act)


@router.get("/requests/{request_id}/print")
def checklist(request: Request, who: Who, request_id: str) -> Response:
    """A clean checklist for the client, to print or to keep as PDF."""
    with reading(request, who) as scope:
        found = list_view(scope, request_id)
        if found is None:
            raise NotFound("there is no such list of requests")
        head, waits = client_head(scope, found.client_ref), waiting(scope)
    return page(request, "requests/print.html", who=who, waiting=waits, list=found, head=head)


@router.get("/clients/{ref}/requests")
def client(
    request: Request,
    who: Who,
    ref: str,
    engagement: Annotated[str | None, Query(max_length=60)] = None,
    template: Annotated[str | None, Query(max_length=40)] = None,
    alone: bool = False,
    year: Annotated[str, Query(max_length=4)] = "",
) -> Response:
    """The client's lists; with `engagement`, or `alone` and a `year`, instead the preview of what would be asked."""
    wished = Wished(engagement or None, template or None, alone, int(year) if year.isdecimal() else None)
    return _client(request, who, ref, wished=wished)


@dataclass(frozen=True)
class Wished:
    """What is to be looked at before a list is made: of an engagement, or of the client alone; neither: nothing."""

    engagement: str | None = None
    template: str | None = None
    alone: bool = False
    year: int | None = None


def _client(
    request: Request,
    who: Asker,
    ref: str,
    refused: TickmarkError | None = None,
    wished: "Wished | None" = None,
) -> Response:
    with reading(request, who) as scope:
        head = client_head(scope, ref)
        works = open_work(scope, head.id)
        seen = None
        if wished is not None and wished.engagement is not None and scope.has(Right.REQUEST_WRITE):
            if wished.engagement not in {one.ref for one in works}:
                raise NotFound(f"there is no open engagement {wished.engagement} of this client")
            seen = lists.preview(scope, wished.engagement, wished.template)
        elif wished is not None and wished.alone and scope.has(Right.REQUEST_WRITE):
            seen = preview_alone(scope, ref, wished.template, wished.year)
        found = lists_of(scope, ref) if seen is None else []
        names = named.names_of(scope, head.id) if seen is not None else ()
    return page(
        request,
        "requests/client.html",
        status=refused.status if refused else 200,
        who=who,
        waiting=head.waiting,
        head=head,
        lists=found,
        works=works,
        seen=seen,
        names=names,
        templates=lists.templates(),
        pace=(FIRST, EVERY, MOST),
        problem=sentence(refused) if refused else None,
    )


@router.post("/clients/{ref}/requests")
def make(
    request: Request,
    who: Sender,
    ref: str,
    engagement: Text = "",
    template: Text = "",
    key: Annotated[list[str], Form(max_length=200)] = [],  # noqa: B006 - FastAPI copies it
    name: Text = "",
    extra: Annotated[str, Form(max_length=6000)] = "",
    due: Day = None,
    reminders: bool = Form(False),
    first_after: Annotated[int, Form(ge=1, le=90)] = FIRST,
    every: Annotated[int, Form(ge=1, le=90)] = EVERY,
    at_most: Annotated[int, Form(ge=1, le=12)] = MOST,
    year: Annotated[int | None, Form()] = None,
) -> Response:
    schedule = Schedule(first_after, every, at_most) if reminders else None
    how = lists.Making(template or None, frozenset(key), tuple(extra.splitlines()), due, schedule, name, year)

    def act(scope: Scope) -> acts.Done:
        return acts.make(scope, engagement, how) if engagement else acts.make_for_client(scope, ref, how)

    wished = Wished(engagement or None, template or None, year is not None, year)
    return _done(request, who, ref, act, "request-made", wished)


@router.post("/clients/{ref}/requests/remind")
def remind(request: Request, who: Sender, ref: str) -> Response:
    """Draft the client's reminder now and open it."""
    services = services_of(request)
    try:
        with reading(request, who) as scope:
            access_client(scope, ref, Right.REQUEST_WRITE)
        found = draft_reminders(services, opener(request, who), [ref], now=True)
    except REFUSED as refused:
        return _client(request, who, ref, refused)
    if not found:
        return redirect(f"/clients/{ref}/requests", "request-nothing")
    return redirect(f"/review/{found[0]}", "drafted")


@router.post("/clients/{ref}/requests/{request_id}/ask")
def ask(request: Request, who: Sender, ref: str, request_id: str) -> Response:
    """Draft the first mail that asks for the list, and open it."""
    from agents.draft import draft

    try:
        with reading(request, who) as scope:
            found = list_view(scope, request_id)
        if found is None or found.client_ref != ref:
            raise NotFound("there is no such list of requests")
        about = for_first_request(found.engagement_ref or found.id)
        made = draft(services_of(request), opener(request, who), ref, "pbc-request", occasion=about)
    except REFUSED as refused:
        return _client(request, who, ref, refused)
    return redirect(f"/review/{made}", "drafted")


@router.post("/clients/{ref}/requests/{request_id}/item")
def add(
    request: Request, who: Sender, ref: str, request_id: str, item: Text, due: Day = None, hint: Text = ""
) -> Response:
    def act(scope: Scope) -> acts.Done:
        return acts.on_list(
            scope, request_id, "Asked for more", lambda: lists.add_item(scope, request_id, item, due, hint)
        )

    return _done(request, who, ref, act, "request-added")


@router.post("/clients/{ref}/requests/{request_id}/list")
def on_list(
    request: Request,
    who: Sender,
    ref: str,
    request_id: str,
    act: Text,
    name: Text = "",
    due: Day = None,
    mark: Text = "",
) -> Response:
    """Keep a list's name and day, close it, or open it again."""

    def change(scope: Scope) -> acts.Done:
        ways: dict[str, tuple[str, Callable[[], object]]] = {
            "keep": ("Changed the list", lambda: named.change_list(scope, request_id, name=name or None, due=due)),
            "close": ("Closed the list", lambda: named.close_list(scope, request_id)),
            "open": ("Opened the list again", lambda: named.open_list(scope, request_id)),
        }
        if act not in ways:
            raise Invalid(f"nothing is done by {act!r}")
        return acts.on_list(scope, request_id, *ways[act], mark=mark)

    said = {"close": "request-closed", "open": "request-opened"}.get(act, "request-change")
    return _done(request, who, ref, change, said)


@router.post("/clients/{ref}/requests/{request_id}/schedule")
def pace(
    request: Request,
    who: Sender,
    ref: str,
    request_id: str,
    reminders: bool = Form(False),
    paused: bool = Form(False),
    first_after: Annotated[int, Form(ge=1, le=90)] = FIRST,
    every: Annotated[int, Form(ge=1, le=90)] = EVERY,
    at_most: Annotated[int, Form(ge=1, le=12)] = MOST,
    mark: Text = "",
) -> Response:
    schedule = Schedule(first_after, every, at_most) if reminders else None

    def act(scope: Scope) -> acts.Done:
        change = lambda: lists.set_schedule(scope, request_id, schedule, paused=paused)  # noqa: E731
        return acts.on_list(scope, request_id, "Reminders", change, mark=mark)

    return _done(request, who, ref, act, "request-paced")


@router.post("/clients/{ref}/requests/item/{item_id}")
def on_item(
    request: Request,
    who: Sender,
    ref: str,
    item_id: str,
    act: Text,
    item: Text = "",
    due: Day = None,
    on: Day = None,
    document: Text = "",
    to: Text = "",
    mark: Text = "",
) -> Response:
    """One of ON_ITEM."""

    def change(scope: Scope) -> acts.Done:
        ways: dict[str, Callable[[], object]] = {
            "receive": lambda: proposals.receive(scope, item_id, on),
            "reopen": lambda: proposals.reopen(scope, item_id),
            "change": lambda: lists.change_item(scope, item_id, item=item, due=due),
            "remove": lambda: lists.remove_item(scope, item_id),
            "answer": lambda: proposals.answer(scope, item_id, document),
            "move": lambda: named.move_item(scope, item_id, to),
        }
        if act not in ways:
            raise Invalid(f"nothing is done by {act!r}")
        return acts.on_item(scope, item_id, act.title(), ways[act], mark=mark)

    return _done(request, who, ref, change, f"request-{act}" if act in ON_ITEM else "request-change")


def _done(
    request: Request,
    who: Asker,
    ref: str,
    act: Callable[[Scope], acts.Done],
    said: str,
    wished: Wished | None = None,
) -> Response:
    """Do it and go back to the client's lists; or show them with the reason why not."""
    try:
        with writing(request, who) as scope:
            access_client(scope, ref)
            done = act(scope)
    except REFUSED as refused:
        return _client(request, who, ref, refused, wished)
    return redirect(f"/clients/{ref}/requests", said, **({"act": done.act} if done.act else {}))
