"""What people know of a client: the forms of the client's page, and the JSON under /api/v1."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from api.pages import page
from api.said import redirect
from api.security import Sender, Who, reading, writing
from workspace.knowledge import accept, add, as_json, end, knowledge_of
from workspace.pages.head import client_head
from workspace.preferences import preferences_of
from workspace.scope import Right

router = APIRouter()
Json = dict[str, Any]
Act = Literal["accept", "end"]


class Decided(BaseModel):
    """What is done about an entry; `until` for accept: the day on which it ends by itself."""

    act: Act
    until: date | None = None


class Written(BaseModel):
    """Something that the asker knows of the client."""

    text: str = Field(max_length=600)
    topic: str = "other"
    until: date | None = None


@router.get("/clients/{ref}/knowledge", include_in_schema=False)
def everything(request: Request, who: Who, ref: str) -> Response:
    """All of it: what holds, what mail and notes propose, what was ended or set aside."""
    with reading(request, who) as scope:
        head, known = client_head(scope, ref), knowledge_of(scope, ref, all_states=True)
        may, may_like = scope.has(Right.CLIENT_WRITE), scope.has(Right.DELIVERABLE_RELEASE)
        seen: dict[str, Any] = {
            "head": head,
            "known": known,
            "liked": preferences_of(scope, ref),
            "may": may,
            "may_like": may_like,
        }
    return page(request, "client/knowledge.html", who=who, waiting=head.waiting, **seen)


@router.post("/clients/{ref}/knowledge", include_in_schema=False)
def write(request: Request, who: Sender, ref: str, text: Annotated[str, Form(max_length=600)]) -> Response:
    with writing(request, who) as scope:
        add(scope, ref, text)
    return redirect(f"/clients/{ref}#knowledge", "known")


@router.post("/knowledge/{entry_id}", include_in_schema=False)
def decide(request: Request, who: Sender, entry_id: str, act: Annotated[Act, Form()]) -> Response:
    with writing(request, who) as scope:
        done = accept(scope, entry_id) if act == "accept" else end(scope, entry_id)
    return redirect(f"/clients/{done.client_ref}#knowledge", "known" if act == "accept" else "known-ended")


@router.get("/api/v1/clients/{ref}/knowledge", tags=["v1"])
def listing(request: Request, who: Who, ref: str, all: bool = False) -> list[Json]:
    """What people know of the client, then what mail and notes propose; `all`: also what was ended or set aside."""
    with reading(request, who) as scope:
        return [as_json(one) for one in knowledge_of(scope, ref, all_states=all)]


@router.post("/api/v1/clients/{ref}/knowledge", tags=["v1"])
def written(request: Request, who: Sender, ref: str, said: Written) -> Json:
    """Write down what the asker knows."""
    with writing(request, who) as scope:
        return as_json(add(scope, ref, said.text, topic=said.topic, valid_to=said.until))


@router.post("/api/v1/knowledge/{entry_id}", tags=["v1"])
def decided(request: Request, who: Sender, entry_id: str, said: Decided) -> Json:
    """Accept an entry, or end it (a proposal is set aside)."""
    with writing(request, who) as scope:
        done = accept(scope, entry_id, valid_to=said.until) if said.act == "accept" else end(scope, entry_id)
    return as_json(done)
