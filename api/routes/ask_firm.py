"""Questions over all clients of the asker, as a page and as JSON: a closed list, answered from the records as a table with links."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.pages import page
from api.said import sentence
from api.security import Who, reading
from store.errors import Invalid
from workspace.firm_asking import QUESTIONS, FirmAnswer, ask_firm
from workspace.pages.head import waiting

router = APIRouter()
LONGEST = 300  # characters


@router.get("/ask", include_in_schema=False)
def asked(request: Request, who: Who, q: str = "") -> Response:
    """The answer, or what can be asked; a question that is none of the list is said to be none (status 422)."""
    answer: FirmAnswer | None = None
    problem: Invalid | None = None
    with reading(request, who) as scope:
        waits = waiting(scope)
        if q.strip():
            try:
                answer = ask_firm(scope, q[:LONGEST])
            except Invalid as refused:
                problem = refused
    return page(
        request,
        "ask_firm.html",
        status=problem.status if problem else 200,
        who=who,
        waiting=waits,
        q=q,
        answer=answer,
        questions=QUESTIONS,
        problem=sentence(problem) if problem else None,
    )


@router.get("/api/v1/ask", tags=["v1"])
def as_json(request: Request, who: Who, q: str) -> dict[str, Any]:
    """The rows that answer a question over all clients of the asker, each with its evidence."""
    with reading(request, who) as scope:
        return ask_firm(scope, q[:LONGEST]).as_json()
