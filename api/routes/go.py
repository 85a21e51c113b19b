"""The palette as a page, and as JSON for the script that shows it over any page."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.pages import page
from api.palette import ways
from api.security import Who, reading
from workspace.billing.amounts import as_json
from workspace.pages.head import waiting

router = APIRouter()
Asked = Annotated[str, Query(max_length=80)]


@router.get("/go", include_in_schema=False)
def go(request: Request, who: Who, q: Asked = "") -> Response:
    """Where to? One field, and where it leads."""
    with reading(request, who) as scope:
        found, waits = ways(scope, q), waiting(scope)
    return page(request, "go.html", who=who, waiting=waits, q=q, ways=found)


@router.get("/api/v1/go", tags=["v1"])
def go_json(request: Request, who: Who, q: Asked = "") -> list[dict[str, Any]]:
    """Pages, actions, clients, engagements, contacts and documents that fit, at most twelve, the best first."""
    with reading(request, who) as scope:
        return [dict(as_json(way)) for way in ways(scope, q)]
