"""Conflict searches in the browser: ask for names, see what the firm knows, and what a partner decided."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response

from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, writing
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.law import conflicts
from workspace.pages.head import waiting
from workspace.scope import Right

router = APIRouter(prefix="/conflicts", include_in_schema=False)
Text = Annotated[str, Form(max_length=600)]
Refused = Conflict | Forbidden | Invalid | NotFound
REFUSED = (Conflict, Forbidden, Invalid, NotFound)


@router.get("")
def listing(request: Request, who: Who, client: str = "", matter: str = "", names: str = "") -> Response:
    """The form, filled where the address says so, and the searches of late."""
    return _listing(request, who, {"client": client[:60], "matter": matter[:60], "names": names[:2000]})


def _listing(request: Request, who: Asker, given: dict[str, str], refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        scope.require(Right.CONFLICT_SEARCH)
        found, waits = conflicts.searches(scope, most=40), waiting(scope)
    return _page(request, "law/conflicts.html", who, refused, waiting=waits, found=found, given=given)


@router.post("")
def search(
    request: Request,
    who: Sender,
    names: Annotated[str, Form(max_length=8000)],
    client: Text = "",
    matter: Text = "",
    about: Text = "",
) -> Response:
    """Search for the names, one a line."""
    try:
        with writing(request, who) as scope:
            of = {"client_ref": client.strip() or None, "engagement_ref": matter.strip() or None}
            made = conflicts.search_conflicts(scope, names.splitlines(), about=about, **of)
    except REFUSED as refused:
        given = {"client": client, "matter": matter, "names": names, "about": about}
        return _listing(request, who, given, refused)
    return redirect(f"/conflicts/{made.id}", "conflicts-searched")


@router.get("/{search_id}")
def shown(request: Request, who: Who, search_id: str) -> Response:
    """A search with its matches."""
    return _search(request, who, search_id)


def _search(request: Request, who: Asker, search_id: str, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        found, waits = conflicts.show_search(scope, search_id), waiting(scope)
    return _page(request, "law/conflict.html", who, refused, waiting=waits, s=found, decisions=conflicts.DECISIONS)


@router.post("/{search_id}/decide")
def decide(request: Request, who: Sender, search_id: str, decision: Text = "", reason: Text = "") -> Response:
    """A partner's word on it."""
    try:
        with writing(request, who) as scope:
            conflicts.decide(scope, search_id, decision, reason)
    except REFUSED as refused:
        return _search(request, who, search_id, refused)
    return redirect(f"/conflicts/{quote(search_id, safe='')}", "conflict-decided")


def _page(request: Request, template: str, who: Asker, refused: Refused | None = None, **values: Any) -> Response:
    status, problem = (refused.status, sentence(refused)) if refused else (200, None)
    return page(request, template, status=status, who=who, problem=problem, **values)
