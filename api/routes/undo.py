"""One act back: the button beside what a page says was done, and the same for programs."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from api.said import redirect
from api.security import Sender, writing
from workspace.undo import undo

router = APIRouter()


@router.post("/undo/{act}", include_in_schema=False)
def undone(request: Request, who: Sender, act: str, back: Annotated[str, Form()] = "/") -> Response:
    with writing(request, who) as scope:
        again = undo(scope, act).id
    return redirect(back, "undone", **({"act": again} if again else {}))


@router.post("/api/v1/acts/{act}/undo", tags=["v1"])
def undone_json(request: Request, who: Sender, act: str) -> dict[str, Any]:
    """Take an act back; answers with the act that did it, which can be undone in turn."""
    with writing(request, who) as scope:
        return {"act": undo(scope, act).id}
