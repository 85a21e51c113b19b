"""The portfolio: every client as a row, flags, concentration, workload, closes; for partners and managers. And the same as JSON."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel

from api.pages import page
from api.paging import Paged
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, writing
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.directory import filters
from workspace.pages.head import waiting
from workspace.portfolio import (
    FLAGS,
    ClientHealth,
    clients_of,
    listing,
    portfolio_of,
    with_blockers,
    with_first,
    with_why,
)
from workspace.scope import Right

router = APIRouter()
MOST, FIRST, TOP = 150, 8, 12  # rows of a list, of the page at first, bars of the plot
REGIONS = ("#clients", "#firm")
"""What a partial swap asks for by itself (go.js); the rest of the page is not made for it."""
Word = Annotated[str, Query(max_length=200)]
Refused = Conflict | Forbidden | Invalid | NotFound


class Awaited(BaseModel):
    """Whose move it is, since when, and for how many things."""

    whom: str
    since: str | None
    count: int


class Deadline(BaseModel):
    """The date with the least slack, in business days."""

    title: str
    due: str
    slack_days: str
    engagement_ref: str | None


class Readiness(BaseModel):
    """How far the books of a month are from being closed."""

    month_end: str
    by: str
    ready: bool
    blockers: int
    steps_done: int
    steps: int


class RowOut(BaseModel):
    """A client of the portfolio. Dollars are text, null without the right to see them; `flags` are slugs, the heaviest first."""

    client_ref: str
    client: str
    type: str
    status: str
    partner: str | None
    manager: str | None
    flags: list[str]
    next: Deadline | None
    waiting: list[Awaited]
    receivable: str | None
    over_90: str | None
    wip: str | None
    close: Readiness | None


@router.get("/portfolio", include_in_schema=False)
def shown(request: Request, who: Who) -> Response:
    """`flag`, `partner`, `manager`, `type`, `status`, `q` narrow the rows; `sort` and `up` put them in order, `after` begins behind a
    client; `firm` shows what hangs on all of them together, which else comes when it is about to be seen; `all` shows that and more than
    the first of everything."""
    return _page(request, who, dict(request.query_params))


def _page(request: Request, who: Asker, query: Mapping[str, str], refused: Refused | None = None) -> Response:
    asked = listing.asked_for(query)
    order = query.get("sort", "need")
    order, backward = order if order in listing.ORDERS else "need", query.get("up") == "1"
    wanted = asked.get("flag", "") if asked.get("flag") in FLAGS else ""
    every = query.get("all") in ("1", "true", "on")
    most, few = MOST if wanted or every else FIRST, MOST if every else FIRST
    region = request.headers.get("x-swap", "")
    region = region if region in REGIONS else ""
    with_firm = region == "#firm" or (not region and (every or query.get("firm") == "1"))
    with reading(request, who) as scope:
        firm = portfolio_of(scope, reasons=False, most_shares=TOP, most_loads=few) if with_firm else None
        found, waits = firm or clients_of(scope), waiting(scope)
        saved = listing.usable(filters.saved_filters(scope))
        piece = listing.piece_of(found.clients, asked, order, query.get("after", "")[:40], backward=backward)
        flagged = [one for one in found.clients if one.flags]
        rows = [one for one in flagged if not wanted or any(mark.slug == wanted for mark in one.flags)]
        piece = replace(piece, rows=with_first(scope, piece.rows))
        closes = with_blockers(scope, firm.closes[:few]) if firm else ()
        shown = with_why(scope, rows[:most]) if not region else ()
    kept = {**asked, **({"sort": order} if order != "need" else {}), **({"up": "1"} if backward else {})}
    return page(
        request,
        "portfolio.html",
        status=refused.status if refused else 200,
        problem=sentence(refused) if refused else None,
        who=who,
        waiting=waits,
        found=found,
        firm=firm,
        region=region,
        firm_address=f"/portfolio?{urlencode({**kept, 'firm': '1'})}#firm",
        piece=piece,
        asked=asked,
        order=order,
        backward=backward,
        orders=listing.ORDERS,
        saved=saved,
        keeps={name: value for name, value in asked.items() if name in listing.KEPT},
        choices=_choices(found.clients),
        address=lambda **other: _address({**kept, **other}),
        flagged=len(flagged),
        rows=shown,
        more=max(len(rows) - most, 0),
        shortened=most == FIRST,
        few=few,
        closes=closes,
        widest=max((1.0, *(float(week.hours) for load in (firm.workload if firm else ()) for week in load.weeks))),
        all_address=f"/portfolio?{urlencode({**kept, 'all': '1'})}",
        wanted=wanted,
        names=FLAGS,
        urlencode=urlencode,
    )


def _address(query: Mapping[str, str]) -> str:
    told = urlencode({name: value for name, value in query.items() if value})
    return f"/portfolio{'?' + told if told else ''}#clients"


def _choices(clients: tuple[ClientHealth, ...]) -> dict[str, list[str]]:
    return {
        "partner": sorted({one.partner for one in clients if one.partner}),
        "manager": sorted({one.manager for one in clients if one.manager}),
        "type": sorted({one.entity_type for one in clients}),
        "status": sorted({one.status for one in clients}),
    }


@router.post("/portfolio/filters", include_in_schema=False)
def keep(
    request: Request,
    who: Sender,
    name: Annotated[str, Form(max_length=60)],
    query: Annotated[str, Form(max_length=1000)] = "",
    shared: Annotated[bool, Form()] = False,
) -> Response:
    """Keep what is asked for, but for the flag, under a name; it stands over the list of clients too."""
    asked = listing.asked_for(dict(parse_qsl(query)))
    kept = {one: value for one, value in asked.items() if one in listing.KEPT}
    try:
        with writing(request, who) as scope:
            scope.require(Right.PORTFOLIO_READ)
            _, act = filters.save_filter(scope, name, kept, shared=shared)
    except (Conflict, Forbidden, Invalid, NotFound) as refused:
        return _page(request, who, asked, refused)
    return redirect(_address(asked), "filter-kept", **({"act": act} if act else {}))


@router.get("/api/v1/portfolio", tags=["v1"])
def portfolio(request: Request, who: Who) -> dict[str, Any]:
    """Flags with reasons and evidence by client, concentration, workload and closes. Dollars only with revenue:read."""
    with reading(request, who) as scope:
        return portfolio_of(scope).as_json()


@router.get("/api/v1/portfolio/clients", tags=["v1"])
def clients(
    request: Request,
    who: Who,
    paged: Paged,
    partner: Word = "",
    manager: Word = "",
    type_: Annotated[str, Query(alias="type", max_length=20)] = "",
    status: Word = "",
    flag: Word = "",
    q: Word = "",
    sort: Annotated[str, Query(max_length=20)] = "need",
    up: bool = False,
) -> list[RowOut]:
    """Every client as a row: next deadline by slack, whose move it is, receivables, work in progress, flags, the month to be closed.
    `sort`: need, slack, waiting, receivable, over90, wip, close, name, the most pressing first, `up` the other way round; `flag` is a
    slug, or "none". Pages by `limit` and the Link header."""
    asked = {"partner": partner, "manager": manager, "type": type_, "status": status, "flag": flag, "q": q}
    if flag and flag not in (listing.QUIET, *FLAGS):
        raise Invalid(f"a flag is one of {', '.join(FLAGS)}, or {listing.QUIET}")
    if sort not in listing.ORDERS:
        raise Invalid(f"the portfolio is ordered by one of {', '.join(listing.ORDERS)}")
    with reading(request, who) as scope:
        found = clients_of(scope).clients
    wanted = listing.asked_for(asked)
    rows = listing.ordered([one for one in found if listing.matches(one, wanted)], sort, backward=up)
    return [_row(one) for one in paged.cut(rows, lambda one: one.ref)]


def _row(one: ClientHealth) -> RowOut:
    told, close = one.standing, one.close
    return RowOut(
        client_ref=one.ref,
        client=one.name,
        type=one.entity_type,
        status=one.status,
        partner=one.partner,
        manager=one.manager,
        flags=[flag.slug for flag in one.flags],
        next=Deadline(
            title=one.next["title"],
            due=one.next["due"],
            slack_days=one.next["slack_days"],
            engagement_ref=one.next["ref"],
        )
        if one.next
        else None,
        waiting=[
            Awaited(whom=w.whom, since=w.since.isoformat() if w.since else None, count=w.count) for w in told.waiting
        ],
        receivable=_text(told.receivable),
        over_90=_text(told.over_90),
        wip=_text(told.wip),
        close=Readiness(
            month_end=close.month_end.isoformat(),
            by=close.by.isoformat(),
            ready=close.is_ready,
            blockers=close.in_the_way,
            steps_done=close.steps_done,
            steps=close.steps,
        )
        if close
        else None,
    )


def _text(amount: Any) -> str | None:
    return None if amount is None else str(amount)
