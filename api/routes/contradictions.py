"""A contradiction on a page of its own, and what a person does about it: accept, keep, ask the client."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response

from api.pages import page
from api.said import redirect
from api.security import Sender, Who, opener, reading, services_of, writing
from workspace.contradictions import accept, ask, keep
from workspace.pages.contradictions import contradiction_of
from workspace.pages.head import client_head
from workspace.scope import Right

router = APIRouter(include_in_schema=False)
FOLLOW_UP = "pbc-follow-up"


@router.get("/contradictions/{key}")
def one(request: Request, who: Who, key: str) -> Response:
    with reading(request, who) as scope:
        seen = contradiction_of(scope, key)
        head = client_head(scope, seen.kept.raised.client_ref)
        may_decide = scope.has(Right.SIGNAL_DECIDE)
    return page(
        request,
        "client/contradiction.html",
        who=who,
        waiting=head.waiting,
        head=head,
        seen=seen,
        may_decide=may_decide,
    )


@router.post("/contradictions/{key}")
def settle(
    request: Request,
    who: Sender,
    key: str,
    act: Annotated[Literal["accept", "keep", "ask"], Form()],
    place: Annotated[int | None, Form()] = None,
    reason: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "/",
) -> Response:
    """One act in one transaction; the mail that asks the client is drafted after it, for review."""
    if act == "keep":
        with writing(request, who) as scope:
            keep(scope, key, reason)
        return redirect(back, "dismiss", key=[key])
    if act == "accept":
        with writing(request, who) as scope:
            accept(scope, key, place, reason)
        return redirect(back, "record-accepted")
    with writing(request, who) as scope:
        done = ask(scope, key, place)
    from agents.draft import draft

    made = draft(
        services_of(request), opener(request, who), done.client_ref, FOLLOW_UP, engagement_ref=done.engagement_ref
    )
    return redirect(f"/review/{made}", "client-asked")
