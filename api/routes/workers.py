"""The page of workers: who works on clients, how much each has in hand, and the button that ends one in good order. Works on nothing."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.commands.workers import age
from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, services_of, writing
from store.errors import TickmarkError
from workspace import workers as staff
from workspace.pages.head import waiting

router = APIRouter(include_in_schema=False)
Name = Annotated[str, Form(max_length=200)]


@router.get("/workers")
def workers(request: Request, who: Who) -> Response:
    return _page(request, who)


def _page(request: Request, who: Asker, status: int = 200, problem: str | None = None) -> Response:
    with reading(request, who) as scope:
        found, waits = staff.standings(scope), waiting(scope)
    return page(
        request,
        "workers.html",
        status=status,
        who=who,
        waiting=waits,
        workers=[one for one in found if one.state != "gone"],
        gone=[one for one in found if one.state == "gone"],
        age=age,
        shared=not services_of(request).database.url.startswith("sqlite"),
        problem=problem,
    )


@router.post("/workers/drain")
def drain(request: Request, who: Sender, id: Name) -> Response:
    """Tell one to take no more clients and end."""
    try:
        with writing(request, who) as scope:
            staff.drain(scope, id)
    except TickmarkError as refused:
        return _page(request, who, refused.status, sentence(refused))
    return redirect("/workers", "worker-drain")


@router.post("/workers/stay")
def stay(request: Request, who: Sender, id: Name) -> Response:
    """Take that back, as long as it has not heard of it."""
    try:
        with writing(request, who) as scope:
            staff.stay(scope, id)
    except TickmarkError as refused:
        return _page(request, who, refused.status, sentence(refused))
    return redirect("/workers", "worker-stay")
