"""How good the briefs were, and the firm's own weights of rank, with the switch."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from api.pages import page
from api.said import redirect
from api.security import Sender, Who, reading, writing
from workspace import weights
from workspace.drill import is_tested
from workspace.pages.head import waiting
from workspace.report_card import WEEK, report_card
from workspace.scope import Right

router = APIRouter(include_in_schema=False)
Days = Annotated[int, Query(ge=1, le=366)]


@router.get("/report-card")
def report(request: Request, who: Who, last: date | None = None, days: Days = WEEK) -> Response:
    """The asker's own briefs of a week, or of the `days` days that end with `last`."""
    with reading(request, who) as scope:
        card, waits, rank = report_card(scope, last, days), waiting(scope), weights.in_force(scope)
        may_switch = scope.has(Right.DELIVERABLE_RELEASE)
        may_review, tested = scope.has(Right.DELIVERABLE_REVIEW), is_tested(scope)
    return page(
        request,
        "report_card.html",
        who=who,
        waiting=waits,
        card=card,
        rank=rank,
        standard=weights.STANDARD,
        terms=weights.TERMS,
        may_switch=may_switch,
        may_review=may_review,
        tested=tested,
        days=days,
    )


@router.post("/report-card/learning")
def switch(request: Request, who: Sender, on: Annotated[bool, Form()]) -> Response:
    """Let the firm's own weights count from the next scan on, or the standard ones."""
    with writing(request, who) as scope:
        weights.switch(scope, on=on)
    return redirect("/report-card", "learning-on" if on else "learning-off")
