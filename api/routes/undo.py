"""One act back: the button beside what a page says was done, and the same for programs."""

from contextlib import nullcontext
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from api.merging import search_again, while_nobody_reads
from api.said import redirect
from api.security import Asker, Sender, reading, services_of, writing
from workspace.undo import moves_papers, undo

router = APIRouter()


@router.post("/undo/{act}", include_in_schema=False)
def undone(request: Request, who: Sender, act: str, back: Annotated[str, Form()] = "/") -> Response:
    again = _taken_back(request, who, act)
    return redirect(back, "undone", **({"act": again} if again else {}))


@router.post("/api/v1/acts/{act}/undo", tags=["v1"])
def undone_json(request: Request, who: Sender, act: str) -> dict[str, Any]:
    """Take an act back; answers with the act that did it, which can be undone in turn."""
    return {"act": _taken_back(request, who, act)}


def _taken_back(request: Request, who: Asker, act: str) -> str:
    """Take it back, where it moved documents between clients while nobody reads files; the id of the act that did it."""
    services = services_of(request)
    with reading(request, who) as scope:
        clients = moves_papers(scope, act)
    with while_nobody_reads(services) if clients else nullcontext(), writing(request, who) as scope:
        again = undo(scope, act).id
    if clients:
        search_again(services, clients)
    return again
