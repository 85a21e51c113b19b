"""The nights, the trail, and a page that shows every part of the design."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import JSONResponse

from api.pages import page
from api.said import redirect, sentence
from api.security import Sender, Who, reading, services_of, writing
from store.errors import Invalid
from workspace import trail
from workspace.nights import cancel_night
from workspace.pages import night as nights
from workspace.pages.head import waiting
from workspace.people.glass import told
from workspace.scope import Right, Scope

router = APIRouter(include_in_schema=False)
_ENTRIES = 100


@router.get("/night")
def night(request: Request, who: Who, day: str | None = None) -> Response:
    """The last nights, and the clients of the newest one or of `day`."""
    with reading(request, who) as scope:
        last, waits = nights.nights(scope), waiting(scope)
        shown = next((one for one in last if one.as_of.isoformat() == day), last[0] if last else None)
        clients = nights.clients_of_night(scope, shown.as_of) if shown else ()
        spent = nights.spent_since(scope, shown.started_at) if shown else None
        may_scan = scope.has(Right.SCAN_RUN)
        running = _progress(request, scope)
        broken = told(scope)
    return page(
        request,
        "night.html",
        broken=broken,
        who=who,
        waiting=waits,
        nights=last,
        shown=shown,
        clients=clients,
        spent=spent,
        running=running,
        may_scan=may_scan,
    )


@router.get("/night/progress")
def progress(request: Request, who: Who) -> JSONResponse:
    with reading(request, who) as scope:
        return JSONResponse(_progress(request, scope))


def _progress(request: Request, scope: Scope) -> dict[str, Any]:
    """How far the night is that this process drives, over the asker's clients, and the same in words; `running` false when it drives
    none."""
    from api.night import figures
    from api.night import progress as far

    found = far(services_of(request))
    if found is None:
        return {"running": False}
    as_of, done, clients = found
    told: dict[str, Any] = {"running": True, "as_of": as_of.isoformat(), "done": done, "clients": clients}
    so_far = figures(scope, as_of) if clients else None
    if so_far is None:
        return told | {"said": "Counting the clients"}
    said = f"{done:,} of {clients:,} clients read · {so_far.in_words()}"
    return told | so_far.as_json() | {"said": said}


@router.post("/night")
def start(request: Request, who: Sender) -> Response:
    """Begin a scan of today in the background; when one is running, that one is shown."""
    from api.night import start as begin

    with reading(request, who) as scope:
        scope.require(Right.SCAN_RUN)
        today = scope.today
    begun = begin(services_of(request), today)
    return redirect("/night", "started" if begun else "running")


@router.post("/night/cancel")
def cancel(request: Request, who: Sender, day: Annotated[date, Form()]) -> Response:
    """End the scan of that day where it stands."""
    with writing(request, who) as scope:
        ended = cancel_night(scope, day)
    return redirect("/night", "cancelled" if ended else None)


@router.get("/audit")
def audit(
    request: Request,
    who: Who,
    before: Annotated[int | None, Query(ge=1)] = None,
    verify: bool = False,
    printed: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The newest entries; `verify` checks all of them, and with `printed` that the head which a brief printed is still there."""
    problem = None
    with reading(request, who) as scope:
        entries = trail.entries(scope, before=before, limit=_ENTRIES, acts=True)
        (count, head), waits = trail.head(scope), waiting(scope)
        try:
            heads = [trail.printed(printed)] if printed.strip() else []
            faults = trail.verify(scope, heads) if verify or heads else []
        except Invalid as refused:
            heads, faults, problem = [], [], sentence(refused)
    older = entries[-1].seq if len(entries) == _ENTRIES and entries[-1].seq > 1 else None
    return page(
        request,
        "audit.html",
        who=who,
        waiting=waits,
        entries=entries,
        seq=count,
        hash=head,
        faults=faults,
        verified=(verify or bool(heads)) and not problem,
        held=bool(heads),
        printed=printed,
        problem=problem,
        older=older,
    )


@router.get("/style")
def style(request: Request, who: Who) -> Response:
    return page(request, "style.html", who=who)
