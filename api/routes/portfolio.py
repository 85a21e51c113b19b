"""The portfolio: clients by their flags, concentration, workload, closes; for partners and managers. And the same as JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.pages import page
from api.security import Who, reading
from workspace.pages.head import waiting
from workspace.portfolio import FLAGS, portfolio_of

router = APIRouter()
MOST, FIRST, TOP = 150, 15, 12  # clients of a list, of the page at first, bars of the plot


@router.get("/portfolio", include_in_schema=False)
def shown(request: Request, who: Who, flag: str = "", whole: Annotated[bool, Query(alias="all")] = False) -> Response:
    """`flag` shows only the clients that bear it, `all` more than the first."""
    with reading(request, who) as scope:
        found, waits = portfolio_of(scope), waiting(scope)
    wanted = flag if flag in FLAGS else ""
    flagged = [one for one in found.clients if one.flags]
    rows = [one for one in flagged if not wanted or any(mark.slug == wanted for mark in one.flags)]
    most = MOST if wanted or whole else FIRST
    return page(
        request,
        "portfolio.html",
        who=who,
        waiting=waits,
        found=found,
        flagged=len(flagged),
        rows=rows[:most],
        more=max(len(rows) - most, 0),
        shortened=most == FIRST,
        wanted=wanted,
        names=FLAGS,
        top=TOP,
    )


@router.get("/api/v1/portfolio", tags=["v1"])
def portfolio(request: Request, who: Who) -> dict[str, Any]:
    """Flags with reasons and evidence by client, concentration, workload and closes. Dollars only with revenue:read."""
    with reading(request, who) as scope:
        return portfolio_of(scope).as_json()
