"""The morning brief of whoever asks, and her decisions about what stands on it."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from api.days import day_in
from api.pages import page
from api.said import redirect
from api.security import Asker, Sender, Who, reading, writing
from store.errors import Forbidden, NotFound
from workspace.awaited import Event
from workspace.brief import read_brief
from workspace.decisions import decide_signal
from workspace.pages.briefs import brief_days, client_count, colleagues
from workspace.pages.head import waiting
from workspace.people.glass import told
from workspace.scope import Right

router = APIRouter(include_in_schema=False)
QUEUE = 8  # drafts that wait, before "All"


@router.get("/")
def newest(request: Request, who: Who) -> Response:
    return _shown(request, who, None)


@router.get("/brief/{day}")
def of_day(request: Request, who: Who, day: date) -> Response:
    return _shown(request, who, day)


def _shown(request: Request, who: Asker, day: date | None) -> Response:
    with reading(request, who) as scope:
        days, waits = brief_days(scope), waiting(scope)
        try:
            brief = read_brief(scope, day, queue=QUEUE)
        except Forbidden:
            return redirect("/night")  # who serves no client has no brief, but runs the nights
        except NotFound:
            if day is not None:
                raise
            values: dict[str, Any] = {
                "clients": client_count(scope),
                "may_scan": scope.has(Right.SCAN_RUN),
                "broken": told(scope),
            }
            return page(request, "brief_none.html", who=who, waiting=waits, **values)
        broken = told(scope)
        people, may_decide = colleagues(scope), scope.has(Right.SIGNAL_DECIDE)
    return page(
        request,
        "brief.html",
        who=who,
        waiting=waits,
        brief=brief,
        days=days,
        people=people,
        may_decide=may_decide,
        broken=broken,
    )


@router.post("/signals/{key}")
def decide(
    request: Request,
    who: Sender,
    key: str,
    decision: Annotated[str, Form()],
    reason: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
    delegate: Annotated[str, Form()] = "",
    event: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = "",
    words: Annotated[str, Form(max_length=200)] = "",
    also: Annotated[list[str] | None, Form()] = None,
    back: Annotated[str, Form()] = "/",
) -> Response:
    """A decision about a signal, and about the others that share its card (`also`), in one transaction."""
    keys = list(dict.fromkeys((key, *(also or ()))))
    named = event or ("document" if kind or words else "")
    waits = Event(named, kind, words) if named else None
    with writing(request, who) as scope:
        for one in keys:
            decide_signal(scope, one, decision, reason, day_in(until), delegate or None, waits)
    return redirect(back, decision, key=keys)
