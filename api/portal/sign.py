"""Signing a letter from inside the portal: the same act as by a signer's own link, for the contact whose letter it is."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.headers import cookie
from api.portal.fence import COOKIE, PATH, Guest, Sender, Who, address_of, services_of, writing
from api.portal.pages import portal_page
from store.errors import Invalid
from workspace.letters import door
from workspace.letters.door import Inside
from workspace.letters.paper import NOT_KBA
from workspace.portal import papers, people
from workspace.portal.scope import signing
from workspace.scope import Scope

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=700)]
Drawing = Annotated[str, Form(max_length=60_000)]
Done = TypeVar("Done")


@router.get("/sign/{signer}")
def read(request: Request, who: Who, signer: str) -> Response:
    """The released text, and the place to sign."""
    return _shown(request, who, signer)


def _shown(request: Request, who: Guest, signer: str, problem: Invalid | None = None) -> Response:
    with writing(request, who) as scope:  # that it was opened is noted
        way = Inside(papers.signer_of(scope, signer).id, _key(request))
        opened, firm = door.open_link(signing(scope), way), people.firm_of(scope)
    values = {"one": opened, "signer": signer, "not_kba": NOT_KBA, "firm": firm}
    status = problem.status if problem else 200
    return portal_page(request, "letter.html", status=status, who=who, problem=_plain(problem), **values)


def _plain(problem: Invalid | None) -> str | None:
    text = str(problem) if problem else None
    return f"{text[:1].upper()}{text[1:]}." if text else None


@router.post("/sign/{signer}")
def sign(
    request: Request,
    who: Sender,
    signer: str,
    mark: Text = "",
    name: Text = "",
    strokes: Drawing = "",
    agreed: Text = "",
) -> Response:
    """Sign. Sent twice it signs once."""
    services, agent = services_of(request), request.headers.get("user-agent", "")

    def act(scope: Scope, way: Inside) -> str | None:
        given = {"mark": mark, "name": name, "strokes": strokes, "address": address_of(request), "agent": agent}
        door.sign(scope, services.blobs, way, agreed=bool(agreed), **given)
        return door.to_read(scope, way)

    return _act(request, who, signer, act)


@router.post("/sign/{signer}/decline")
def decline(request: Request, who: Sender, signer: str, mark: Text = "", reason: Text = "") -> Response:
    """Say no, with a reason."""

    def act(scope: Scope, way: Inside) -> None:
        door.decline(scope, way, mark=mark, reason=reason)

    return _act(request, who, signer, act)


@router.get("/sign/{signer}/letter.pdf")
def paper(request: Request, who: Who, signer: str) -> Response:
    """The letter to keep; with its certificate once all have signed."""
    blobs = services_of(request).blobs
    with writing(request, who) as scope:
        way = Inside(papers.signer_of(scope, signer).id, _key(request))
        name, data = door.paper_of(signing(scope), blobs, way)
    answer = Response(data, media_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _act(request: Request, who: Guest, signer: str, act: Callable[[Scope, Inside], str | None]) -> Response:
    try:
        with writing(request, who) as scope:
            to_read = act(signing(scope), Inside(papers.signer_of(scope, signer).id, _key(request)))
    except Invalid as refused:
        return _shown(request, who, signer, refused)
    if to_read is not None:
        request.app.state.later.read({to_read})
    return RedirectResponse(f"{PATH}/sign/{signer}", status_code=303)


def _key(request: Request) -> str:
    return cookie(request, COOKIE, PATH) or ""
