"""The JSON of contradictions and of what records said over time, under /api/v1."""

from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.routes.contradictions import FOLLOW_UP
from api.security import Sender, Who, opener, reading, services_of, writing
from workspace.contradictions import accept, ask, keep
from workspace.record_history import as_json, believed_on, record_history
from workspace.scans import raised_signals

router = APIRouter(prefix="/api/v1", tags=["v1"])
Json = dict[str, Any]


class Settled(BaseModel):
    """What is done about a contradiction; `side` from 1 where there are several, `reason` for keep, a note for accept."""

    act: Literal["accept", "keep", "ask"]
    side: int | None = Field(default=None, ge=1)
    reason: str = ""


@router.get("/contradictions")
def contradictions(request: Request, who: Who, client: str | None = None) -> list[Json]:
    """The open contradictions with both sides of each, best first."""
    with reading(request, who) as scope:
        return [one.as_json() for one in raised_signals(scope, client) if one.sides and one.is_open]


@router.post("/contradictions/{key}")
def settle(request: Request, who: Sender, key: str, said: Settled) -> Json:
    """Accept, keep or ask the client; answers with the signal's state, and with the draft that asks."""
    place = said.side - 1 if said.side is not None else None
    with writing(request, who) as scope:
        if said.act == "accept":
            done = accept(scope, key, place, said.reason)
        elif said.act == "keep":
            done = keep(scope, key, said.reason)
        else:
            done = ask(scope, key, place)
    told = {"key": key, "client_ref": done.client_ref, "state": done.state, "engagement_ref": done.engagement_ref}
    if said.act != "ask":
        return told
    from agents.draft import draft

    asked = opener(request, who)
    made = draft(services_of(request), asked, done.client_ref, FOLLOW_UP, engagement_ref=done.engagement_ref)
    return {**told, "deliverable": made}


@router.get("/clients/{ref}/record-history")
def history(request: Request, who: Who, ref: str, as_of: date | None = None, field: str | None = None) -> list[Json]:
    """What the client's records said, or what they said at the end of a day."""
    with reading(request, who) as scope:
        found = believed_on(scope, ref, as_of, field) if as_of else record_history(scope, ref, field)
    return [as_json(one) for one in found]
