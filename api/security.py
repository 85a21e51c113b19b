"""The web's fence: who is asking, same-site proof for every change, and the headers every answer carries.

A browser holds a random session secret in a cookie; a program sends a personal token as a bearer. A change from a browser must carry
a token made from that secret, so that another site cannot make it (CSRF).
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session

from api.wiring import Services
from store.errors import Forbidden, TickmarkError
from workspace.platform.tokens import LOOKING
from workspace.scope import Right, Scope, open_scope
from workspace.sign_in import opened_by

COOKIE = "tickmark_session"
_KNOWN = {right.value for right in Right}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class SignInNeeded(TickmarkError):
    """Nobody is signed in, or the session has ended."""

    status = 401


@dataclass(frozen=True)
class Asker:
    """Who sends this request. `csrf` is what her forms carry, None for a program with a bearer token. `sign_in` is the id of the session
    or token; `zone` the one she reads times in, None for the firm's; `only` the rights that a token is narrowed to."""

    person_id: str
    email: str
    name: str
    role: str
    csrf: str | None
    sign_in: str = ""
    zone: str | None = None
    only: frozenset[Right] | None = None

    @property
    def looks_only(self) -> bool:
        """Whether the token may change nothing."""
        return self.only is not None and not self.only - LOOKING


def services_of(request: Request) -> Services:
    """The services this application was made with."""
    services: Services = request.app.state.services
    return services


def asker(request: Request) -> Asker:
    """A dependency for every route that shows something: the person behind the request. Raises SignInNeeded."""
    services = services_of(request)
    services.gate.enter("address", request.client.host if request.client else "?")
    secret, from_browser = _secret(request)
    if secret is None:
        raise SignInNeeded("sign in first")
    now = datetime.now(UTC)
    with services.database.reading() as session:
        found = opened_by(session, secret, now)
        if found is None:
            raise SignInNeeded("the session has ended; sign in again")
        person, door = found
        csrf = csrf_token(secret) if from_browser else None
        only = None if door.rights is None else frozenset(Right(one) for one in door.rights if one in _KNOWN)
        who = Asker(person.id, person.email, person.name, person.role, csrf, door.id, person.timezone, only)
        is_token = door.kind == "token"
    request.state.who = who  # an error page shows whose it is
    if is_token:
        services.gate.enter("token", who.sign_in)
    services.gate.enter("person", who.person_id)
    services.gate.note(who.sign_in, now)
    if who.only is not None and not request.url.path.startswith("/api/v1/"):
        raise Forbidden("a token with rights of its own opens /api/v1 only")
    return who


async def protected(request: Request, who: Annotated[Asker, Depends(asker)]) -> Asker:
    """A dependency for routes that change something: the asker, after the proof that her own page sent this. Raises Forbidden for a
    change from a browser without it."""
    if who.csrf is not None:
        sent = request.headers.get("x-csrf-token") or str((await request.form()).get("csrf", ""))
        if not hmac.compare_digest(sent.encode(), who.csrf.encode()):
            raise Forbidden("this form is out of date; reload the page and try again")
    if who.looks_only:
        raise Forbidden("this token only reads")
    return who


Who = Annotated[Asker, Depends(asker)]
Sender = Annotated[Asker, Depends(protected)]


def csrf_token(secret: str) -> str:
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def _secret(request: Request) -> tuple[str | None, bool]:
    bearer = request.headers.get("authorization", "")
    if bearer.lower().startswith("bearer "):
        return bearer[7:].strip(), False
    return request.cookies.get(COOKIE), True


def secret_of(scope: MutableMapping[str, Any]) -> str | None:
    """The secret that a request carries, before anybody asks whose it is."""
    return _secret(Request(scope))[0]


@contextmanager
def reading(request: Request, who: Asker) -> Iterator[Scope]:
    """The asker's scope on a reading transaction. She was found a moment ago: nobody is asked again who she is."""
    services = services_of(request)
    with services.database.reading() as session:
        now, today = services.clock.now(), services.clock.today()
        yield Scope(session, who.person_id, who.email, who.role, now, today, who.only)


@contextmanager
def writing(request: Request, who: Asker) -> Iterator[Scope]:
    """The asker's scope on the one transaction of this request."""
    services = services_of(request)
    with services.database.writing() as session:
        yield replace(open_scope(session, who.email, clock=services.clock), only=who.only)


@contextmanager
def really_writing(request: Request, who: Asker) -> Iterator[Scope]:
    """As `writing`, by the real clock whatever day is pinned: for what ends, or is tried again, at a moment."""
    with writing(request, who) as scope:
        yield replace(scope, now=services_of(request).clock.real_now())


@contextmanager
def really_reading(request: Request, who: Asker) -> Iterator[Scope]:
    """As `reading`, by the real clock."""
    with reading(request, who) as scope:
        yield replace(scope, now=services_of(request).clock.real_now())


def opener(request: Request, who: Asker) -> Callable[[Session], Scope]:
    """How agents open the asker's scope on transactions of their own."""
    clock = services_of(request).clock
    return lambda session: replace(open_scope(session, who.email, clock=clock), only=who.only)


async def with_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Middleware: the security headers, on every answer."""
    response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    kept = request.url.path.startswith("/static/") and (request.url.query or request.url.path.endswith(".woff2"))
    response.headers.setdefault("Cache-Control", "public, max-age=604800" if kept else "no-store")
    return response
