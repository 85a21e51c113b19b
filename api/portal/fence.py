"""The portal's own side of the fence: who comes in, same-site proof for every change, how often.

Another cookie than the firm's, bound to /portal: neither opens what the other opens. Every request asks anew what is open to the contact.
"""

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from api.gate import Gate, Rate
from api.headers import cookie
from api.wiring import Services
from store.errors import Forbidden, TickmarkError
from workspace.portal import doors
from workspace.portal.scope import PortalScope, open_portal
from workspace.scope import Scope, system_scope

COOKIE, PATH = "tickmark_portal", "/portal"
RATES = {"address": Rate(6_000), "contact": Rate(600), "link": Rate(120), "ask": Rate(12)}
HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store"}
"""Beside those of every answer (api/headers.py): an address that holds a secret is told to nobody, and found by no search engine."""


class LinkNeeded(TickmarkError):
    """Nobody is signed in here, or the session has ended."""

    status = 401


@dataclass(frozen=True)
class Guest:
    """The contact behind a request. `csrf` is what her forms carry."""

    session_id: str
    contact_id: str
    name: str
    email: str
    csrf: str = field(repr=False)


def services_of(request: Request) -> Services:
    """The services this application was made with."""
    services: Services = request.app.state.services
    return services


def gate_of(request: Request) -> Gate:
    """The portal's own count of who knocks how often."""
    gate: Gate = request.app.state.gate
    return gate


def address_of(request: Request) -> str:
    return request.client.host if request.client else "?"


def software(services: Services, session: Session) -> Scope:
    """The software's own scope at the door, by the real clock: links and sessions end whatever day is pinned."""
    return system_scope(session, "portal", now=services.clock.real_now(), today=services.clock.today())


def guest_or_none(request: Request) -> Guest | None:
    """Whose session the cookie is; None for none."""
    secret = cookie(request, COOKIE, PATH)
    if not secret:
        return None
    services = services_of(request)
    with services.database.reading() as session:
        found = doors.opened_by(software(services, session), secret)
    if found is None:
        return None
    if found.stale:
        with services.database.writing() as session:
            doors.note_use(software(services, session), found.session_id)
    return Guest(found.session_id, found.contact_id, found.name, found.email, csrf_token(secret))


def guest(request: Request) -> Guest:
    """A dependency for every page that is somebody's: the contact, as the door found her. Raises LinkNeeded."""
    known: Guest | None = getattr(request.state, "guest", None)
    if known is not None:
        return known
    gate_of(request).enter("address", address_of(request))
    found = guest_or_none(request)
    if found is None:
        raise LinkNeeded("open the link from your mail, or ask for a new one")
    gate_of(request).enter("contact", found.contact_id)
    request.state.guest = found
    return found


def knows(asked: HTTPConnection, services: Services) -> bool:
    """Whether it comes from a contact who is signed in: asked before a large body is read."""
    secret = cookie(asked, COOKIE, PATH)
    if not secret or not asked.url.path.startswith(f"{PATH}/"):
        return False
    with services.database.reading() as session:
        return doors.opened_by(software(services, session), secret) is not None


async def proven(request: Request, who: Annotated[Guest, Depends(guest)]) -> Guest:
    """A dependency for routes that change something: the contact, after the proof that her own page sent this. Raises Forbidden."""
    sent = request.headers.get("x-csrf-token") or str((await request.form()).get("csrf", ""))
    made = csrf_token(cookie(request, COOKIE, PATH) or "", sent[:_SALT].rjust(_SALT, "0"))
    if not hmac.compare_digest(sent.encode("utf-8", "replace"), made.encode("utf-8", "replace")):
        raise Forbidden("this page is out of date: load it again and try once more")
    return who


Who = Annotated[Guest, Depends(guest)]
Sender = Annotated[Guest, Depends(proven)]


_SALT = 16  # hexadecimal digits


def csrf_token(secret: str, salt: str | None = None) -> str:
    """A token for the forms of one page; each page has another, so that what a compressed page repeats does not tell it."""
    salt = salt or secrets.token_hex(_SALT // 2)
    return salt + hmac.new(secret.encode(), f"portal {salt}".encode(), hashlib.sha256).hexdigest()


@contextmanager
def reading(request: Request, who: Guest) -> Iterator[PortalScope]:
    """The contact's scope on a reading transaction. Raises LinkNeeded when nothing is open to her any more."""
    services = services_of(request)
    with services.database.reading() as session:
        yield _scope(services, session, who)


@contextmanager
def writing(request: Request, who: Guest) -> Iterator[PortalScope]:
    """The contact's scope on the one writing transaction of this request."""
    services = services_of(request)
    with services.database.writing() as session:
        yield _scope(services, session, who)


def _scope(services: Services, session: Session, who: Guest) -> PortalScope:
    found = open_portal(session, who.contact_id, now=services.clock.now(), today=services.clock.today())
    if not found.client_ids:
        raise LinkNeeded("nothing is open to you here any more; ask the office")
    return found


async def with_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Middleware: the portal's own headers, on every answer."""
    response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
