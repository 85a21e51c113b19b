"""The firm's work in the browser: board, lists, and what is done to an engagement."""

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response

from api.days import day_in
from api.routes.acting import doing
from api.routes.work_pages import REFUSED, back_to, board_page
from api.said import redirect
from api.security import Asker, Sender, Who
from store.tables import Engagement
from workspace.billing.amounts import hours_in, money_in
from workspace.scope import Scope
from workspace.workflow import engagements, needs, people, starting

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=300)]


@router.get("/work")
def shown(request: Request, who: Who) -> Response:
    """The board, or one of the lists."""
    return board_page(request, who, dict(request.query_params))


@router.post("/engagements/start")
def start(
    request: Request,
    who: Sender,
    client: Text,
    template: Text,
    period: Text = "",
    owner: Text = "",
    due: Text = "",
    title: Text = "",
    budget: Text = "",
    fee: Text = "",
    back: Text = "/work",
) -> Response:
    """An engagement from its template; leads to the client's work."""
    try:
        wanted = starting.Start(
            client.split(" ")[0],
            template,
            period,
            owner or None,
            title.strip() or None,
            day_in(due),
            fee_type="fixed" if fee.strip() else None,
            fee=money_in(fee) if fee.strip() else None,
            budget=hours_in(budget) if budget.strip() else None,
        )
        with doing(request, who, "Started an engagement") as now:
            row = starting.start_engagement(now.scope, wanted)
            ref = row.ref
            at = engagements.client_of(now.scope, row).ref
    except REFUSED as refused:
        return back_to(request, who, back, refused)
    return redirect(f"/clients/{quote(at)}/work#{quote(ref)}", "engagement-started", act=now.act.id)


@router.post("/engagements/{ref}/stage")
def move(request: Request, who: Sender, ref: str, stage: Text, mark: Text = "", back: Text = "/work") -> Response:
    def act(scope: Scope) -> Engagement:
        return engagements.move_stage(scope, ref, stage, mark or None)

    return _done(request, who, f"Moved {ref}", act, "engagement-moved", back)


@router.post("/engagements/{ref}/change")
def change(
    request: Request,
    who: Sender,
    ref: str,
    title: Text = "",
    due: Text = "",
    extended_to: Text = "",
    owner: Text = "",
    fee_type: Text = "",
    fee: Text = "",
    budget_hours: Text = "",
    mark: Text = "",
    back: Text = "/work",
) -> Response:
    """Every field of the form; an empty one empties it, the owner stays where none is given."""

    def act(scope: Scope) -> Engagement:
        values: dict[str, Any] = {
            "title": title,
            "due": day_in(due),
            "extended_to": day_in(extended_to),
            "fee_type": fee_type or None,
            "fee": money_in(fee) if fee.strip() else None,
            "budget_hours": hours_in(budget_hours) if budget_hours.strip() else None,
        }
        return engagements.change_engagement(scope, ref, values | ({"owner": owner} if owner else {}), mark or None)

    return _done(request, who, f"Changed {ref}", act, "engagement-changed", back)


@router.post("/engagements/{ref}/needs")
def link(request: Request, who: Sender, ref: str, needed: Text, note: Text = "", back: Text = "/work") -> Response:
    def act(scope: Scope) -> Engagement:
        needs.add_need(scope, ref, needed.split(" ")[0], note)
        return engagements.engagement_at(scope, ref)

    return _done(request, who, f"{ref} waits for {needed}"[:200], act, "engagement-needs", back)


@router.post("/engagements/{ref}/unneed")
def unlink(request: Request, who: Sender, ref: str, needed: Text, back: Text = "/work") -> Response:
    def act(scope: Scope) -> Engagement:
        needs.remove_need(scope, ref, needed)
        return engagements.engagement_at(scope, ref)

    return _done(request, who, f"{ref} no longer waits for {needed}"[:200], act, "engagement-needs-gone", back)


def _done(
    request: Request, who: Asker, label: str, act: Callable[[Scope], Engagement], said: str, back: str
) -> Response:
    """Do it and go back; or show the page it was sent from with the reason why not. Who gave her last work of a client away is led to
    the board."""
    try:
        with doing(request, who, label) as now:
            row = act(now.scope)
            sees = people.still_sees(now.scope, row.client_id)
    except REFUSED as refused:
        return back_to(request, who, back, refused)
    if not sees:
        return redirect("/work", "task-gone")
    return redirect(back, said, **({"act": now.act.id} if now.act.id else {}))
