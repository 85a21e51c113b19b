"""Search inside one client, as a page and as JSON, narrowed by kind, period and engagement; and over all clients of the asker."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response

from api.commands.search import all_as_json, as_json
from api.pages import page
from api.said import sentence
from api.security import Who, reading, services_of
from store.errors import Unknown
from workspace.firm_search import firm_search
from workspace.firm_search_records import RecordHit
from workspace.pages.head import client_head, waiting
from workspace.search import Hit, only, search
from workspace.search.choices import choices

router = APIRouter(tags=["v1"])
HITS = 12
MOST = 100
Json = dict[str, Any]
Kinds = Annotated[Sequence[str], Query(alias="kind")]


@router.get("/clients/{ref}/search", include_in_schema=False)
def in_client(
    request: Request, who: Who, ref: str, q: str = "", kind: Kinds = (), period: str = "", engagement: str = ""
) -> Response:
    """The passages of a client that fit; with a filter that names nothing the page says what there is (status 400)."""
    hits: Sequence[Hit] = ()
    problem: Unknown | None = None
    with reading(request, who) as scope:
        head, offered = client_head(scope, ref), choices(scope, ref)
        try:
            narrowed = only(scope, ref, kinds=kind, period=period, engagement=engagement)
            hits = search(scope, services_of(request).searcher, ref, q, HITS, only=narrowed)
        except Unknown as refused:
            problem = refused
        away = services_of(request).searcher.away(scope, ref)
    return page(
        request,
        "search_client.html",
        status=problem.status if problem else 200,
        who=who,
        waiting=head.waiting,
        head=head,
        q=q,
        kinds=[one for one in kind if one],
        period=period,
        engagement=engagement,
        choices=offered,
        hits=hits,
        problem=sentence(problem) if problem else None,
        away=away,
    )


@router.get("/search", include_in_schema=False)
def everywhere(request: Request, who: Who, q: str = "") -> Response:
    """Clients, records and passages of all clients that the asker may see."""
    with reading(request, who) as scope:
        waits = waiting(scope)
        found = firm_search(scope, services_of(request).searcher, q)
    return page(request, "search.html", who=who, waiting=waits, q=q, found=found, record_page=record_page)


def record_page(record: RecordHit) -> str:
    """Where a record can be seen."""
    client, name = f"/clients/{quote(record.client_ref)}", quote(record.name, safe="")
    pages = {
        "engagement": f"{client}/work#{name}",
        "task": f"{client}/work",
        "request": f"{client}/work",
        "invoice": f"{client}/money#{name}",
        "notice": f"/documents/{name}",
        "deliverable": f"/review/{name}",
        "mail": f"/messages/{name}",
    }
    return pages.get(record.kind, client)


@router.get("/api/v1/clients/{ref}/search")
def passages(
    request: Request,
    response: Response,
    who: Who,
    ref: str,
    q: str,
    k: int = 10,
    kind: Kinds = (),
    period: str | None = None,
    engagement: str | None = None,
) -> list[Json]:
    """The client's passages, best first; `kind` may be given several times, `period` is 2025-Q3 and the like, `engagement` a ref. Where the
    index does not answer, they are found by their words alone, and the header Tickmark-Note says so."""
    with reading(request, who) as scope:
        narrowed = only(scope, ref, kinds=kind, period=period, engagement=engagement)
        engine = services_of(request).searcher
        hits = search(scope, engine, ref, q, min(max(k, 1), MOST), only=narrowed)
        if away := engine.away(scope, ref):
            response.headers["Tickmark-Note"] = f"found by words alone: {away}"
    return [as_json(hit) for hit in hits]


@router.get("/api/v1/search")
def everywhere_as_json(request: Request, who: Who, q: str, k: int = 10) -> Json:
    """Clients, records and passages of all clients that the asker may see, the best first."""
    with reading(request, who) as scope:
        return all_as_json(firm_search(scope, services_of(request).searcher, q, min(max(k, 1), MOST)))
