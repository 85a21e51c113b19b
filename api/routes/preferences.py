"""How letters are liked: the buttons of the client's page of knowledge, and the JSON under /api/v1."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel

from api.said import redirect
from api.security import Sender, Who, reading, writing
from workspace.preferences import Liked, accept, as_json, preferences_of, switch_off
from workspace.scope import Scope

router = APIRouter()
Json = dict[str, Any]
Act = Literal["accept", "accept-firm", "off"]


class Decided(BaseModel):
    """What is done about a preference; `accept-firm` lets every client's drafts follow it."""

    act: Act


@router.post("/preferences/{preference_id}", include_in_schema=False)
def decide(request: Request, who: Sender, preference_id: str, act: Annotated[Act, Form()]) -> Response:
    with writing(request, who) as scope:
        done = _do(scope, preference_id, act)
    said = "liked-off" if act == "off" else "liked"
    return redirect(f"/clients/{done.client_ref}/knowledge#letters", said)


@router.get("/api/v1/preferences", tags=["v1"])
def listing(request: Request, who: Who, client: str | None = None) -> list[Json]:
    """What edits propose, what drafts follow and what is off; `client`: one client's, with the firm's."""
    with reading(request, who) as scope:
        return [as_json(one) for one in preferences_of(scope, client)]


@router.post("/api/v1/preferences/{preference_id}", tags=["v1"])
def decided(request: Request, who: Sender, preference_id: str, said: Decided) -> Json:
    """Accept a preference, for its client or for every client, or switch it off."""
    with writing(request, who) as scope:
        return as_json(_do(scope, preference_id, said.act))


def _do(scope: Scope, preference_id: str, act: Act) -> Liked:
    if act == "off":
        return switch_off(scope, preference_id)
    return accept(scope, preference_id, level="firm" if act == "accept-firm" else "client")
