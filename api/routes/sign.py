"""The page on which a client signs: outside the staff session, no cookie, nothing of the firm's but the one letter.

The secret in the address is the only key. What comes back must carry the mark of the page that was read (a keyed hash of the secret and
the text), so another site cannot send it; a browser that says it comes from another site is refused as well. Addresses of links stay out
of the referrer. Places that try links that open nothing are braked.
"""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from api.commands.result import silent
from api.intake import index_new
from api.pages import page
from api.said import sentence
from api.security import services_of
from api.wiring import Services
from store.errors import Conflict, Forbidden, Invalid, NotFound, TickmarkError
from workspace.letters import door
from workspace.letters.paper import NOT_KBA
from workspace.scope import Scope, system_scope

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=700)]
Drawing = Annotated[str, Form(max_length=60_000)]
Done = TypeVar("Done")


@router.get("/sign/{secret}")
def read(request: Request, secret: str) -> Response:
    """The released text, and the place to sign."""
    return _shown(request, secret)


@router.post("/sign/{secret}")
def sign(
    request: Request,
    secret: str,
    mark: Text = "",
    name: Text = "",
    strokes: Drawing = "",
    agreed: Text = "",
) -> Response:
    """Sign. Sent twice it signs once."""
    services = services_of(request)
    agent = request.headers.get("user-agent", "")

    def act(scope: Scope) -> bool:
        given = {"mark": mark, "name": name, "strokes": strokes, "address": _address(request), "agent": agent}
        return door.sign(scope, services.blobs, secret, agreed=bool(agreed), **given)

    answer = _act(request, secret, act)
    with services.database.reading() as session:
        client_id = door.to_read(_scope(services, session), secret)
    if client_id is not None:
        services.desk.later(lambda: index_new(services, silent, [client_id]))
    return answer


@router.post("/sign/{secret}/decline")
def decline(request: Request, secret: str, mark: Text = "", reason: Text = "") -> Response:
    """Say no, with a reason."""
    return _act(request, secret, lambda scope: door.decline(scope, secret, mark=mark, reason=reason))


@router.get("/sign/{secret}/letter.pdf")
def paper(request: Request, secret: str) -> Response:
    """The letter to keep; with its certificate once all have signed."""
    blobs = services_of(request).blobs
    try:
        name, data = _guarded(request, lambda scope: door.paper_of(scope, blobs, secret))
    except TickmarkError as refused:
        return _refusal(request, refused)
    answer = Response(data, media_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return _quiet(answer)


def _act(request: Request, secret: str, act: Callable[[Scope], bool]) -> Response:
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return _refusal(request, Forbidden("sign on the page of the link itself"))
    try:
        _guarded(request, act)
    except Invalid as refused:
        return _shown(request, secret, refused)
    except TickmarkError as refused:
        return _refusal(request, refused)
    answer = Response(status_code=303, headers={"Location": f"/sign/{secret}"})
    return _quiet(answer)


def _shown(request: Request, secret: str, refused: Invalid | None = None) -> Response:
    try:
        opened = _guarded(request, lambda scope: door.open_link(scope, secret))
    except TickmarkError as unopened:
        return _refusal(request, unopened)
    status, problem = (refused.status, sentence(refused)) if refused else (200, None)
    values = {"one": opened, "secret": secret, "not_kba": NOT_KBA, "problem": problem}
    return _quiet(page(request, "sign/letter.html", status=status, **values))


def _guarded(request: Request, act: Callable[[Scope], Done]) -> Done:
    """Run it on one transaction, after the brake; what opened nothing, or was not the released text, is noted in one of its own."""
    services, address = services_of(request), _address(request)
    with services.database.reading() as session:
        door.brake(_scope(services, session), address)
    try:
        with services.database.writing() as session:
            return act(_scope(services, session))
    except (NotFound, Conflict):
        with services.database.writing() as session:
            door.note_failure(_scope(services, session), address)
        raise


def _scope(services: Services, session: Session) -> Scope:
    """The software's own scope: nobody is signed in here."""
    return system_scope(session, "sign", now=services.clock.now(), today=services.clock.today())


def _refusal(request: Request, refused: TickmarkError) -> Response:
    return _quiet(page(request, "sign/refused.html", status=refused.status, message=sentence(refused)))


def _address(request: Request) -> str:
    return request.client.host if request.client else "?"


def _quiet(answer: Response) -> Response:
    """Neither kept by a browser nor told to another site, nor found by a search engine."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
