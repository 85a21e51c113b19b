"""The last step of every door: a browser session, its cookies, and where she goes next."""

from datetime import UTC, datetime

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api.headers import cookie, put_cookie
from api.said import local, redirect
from api.security import COOKIE
from api.site import device_of, drop_binding, put_device
from store.tables import Person
from workspace.sign_in import SESSION_LIFE, sign_out
from workspace.sign_in.brakes import remember_device
from workspace.sign_in.sessions import open_session


def now() -> datetime:
    """What ends, ends by the real clock, whatever day is pinned."""
    return datetime.now(UTC)


def address_of(request: Request) -> str:
    return request.client.host if request.client else "?"


def come_in(request: Request, session: Session, person: Person, door: str, *, both: bool) -> tuple[str, str]:
    """Open a session for her, end the one that this browser had, and remember the browser: the secrets of both cookies."""
    at, agent = now(), request.headers.get("user-agent", "")
    before = cookie(request, COOKIE)
    if before:
        sign_out(session, before, at)
    secret = open_session(session, person, door, at, both=both, address=address_of(request), agent=agent)
    return secret, remember_device(session, person, device_of(request), at)


def entered(request: Request, next: str, secrets: tuple[str, str], said: str | None = None) -> Response:
    """The way to the page that she asked for, with her cookies."""
    response = redirect(local(next), said)
    _cookies(request, response, secrets)
    return response


def entered_by_script(request: Request, next: str, secrets: tuple[str, str]) -> Response:
    """The same for the script of passkeys, which goes there itself."""
    response = JSONResponse({"next": local(next)})
    _cookies(request, response, secrets)
    return response


def _cookies(request: Request, response: Response, secrets: tuple[str, str]) -> None:
    put_cookie(request, response, COOKIE, secrets[0], max_age=int(SESSION_LIFE.total_seconds()))
    put_device(request, response, secrets[1])
    drop_binding(request, response)
