"""Who is asking, and the same-site proof for every change. The fence before it: api/guard_requests.py; the headers: api/headers.py.

A browser holds a random session secret in a cookie; a program sends a personal token as a bearer. A change from a browser must carry
a token made from that secret, so that another site cannot make it (CSRF).
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from api.door import NEED
from api.headers import cookie
from api.proof import is_idle, require_both, step_up
from api.wiring import Services
from store.errors import Forbidden, TickmarkError
from store.telling import span
from workspace.people import glass
from workspace.platform.tokens import LOOKING
from workspace.scope import Right, Scope, open_scope, own_rights, rights_in
from workspace.sign_in import behind, opened_by

COOKIE = "tickmark_session"
_KNOWN = {right.value for right in Right}


class SignInNeeded(TickmarkError):
    """Nobody is signed in, or the session has ended."""

    status = 401


@dataclass(frozen=True)
class Asker:
    """Who sends this request. `csrf` is what her forms carry, None for a program with a bearer token. `sign_in` is the id of the session
    or token; `zone` the one she reads times in, None for the firm's; `only` the rights that a token is narrowed to; `own` those of a role
    of the firm's own; `glass`: she opened a client from outside its team, and what she reads is noted.
    `fresh_at` is when she last showed who she is, `proved_at` when with a second factor."""

    person_id: str
    email: str
    name: str
    role: str
    csrf: str | None = field(repr=False)
    sign_in: str = ""
    zone: str | None = None
    only: frozenset[Right] | None = None
    own: frozenset[Right] | None = None
    glass: bool = False
    fresh_at: datetime | None = None
    proved_at: datetime | None = None

    @property
    def rights(self) -> frozenset[Right]:
        """What she may do with this request."""
        return rights_in(self.role, self.own, self.only)

    @property
    def looks_only(self) -> bool:
        """Whether the token may change nothing."""
        return self.only is not None and not self.only - LOOKING


def services_of(request: Request) -> Services:
    """The services this application was made with."""
    services: Services = request.app.state.services
    return services


def asker(request: Request) -> Asker:
    """A dependency for every route that shows something: the person behind the request, as the door found her. Raises SignInNeeded, and
    Forbidden where no door was passed (door.py)."""
    if NEED not in request.scope:
        raise Forbidden("nobody may come in here: no door was passed")
    known: Asker | None = getattr(request.state, "who", None)
    if known is not None:
        return known
    services = services_of(request)
    secret, from_browser = _secret(request)
    if secret is None:
        raise SignInNeeded("sign in first")
    now = datetime.now(UTC)
    with services.database.reading() as session:
        found = behind(session, secret, now)
        if found is None or is_idle(services, found, now):
            raise SignInNeeded("the session has ended; sign in again")
        person, door = found.person, found.door
        csrf = csrf_token(secret) if from_browser else None
        only = None if door.rights is None else frozenset(Right(one) for one in door.rights if one in _KNOWN)
        broken = person.glass_until is not None and person.glass_until > services.clock.now()
        more = (person.timezone, only, own_rights(session, person), broken)
        who = Asker(person.id, person.email, person.name, person.role, csrf, door.id, *more)
        who = replace(who, fresh_at=door.fresh_at or door.created_at, proved_at=door.proved_at)
        is_token = door.kind == "token"
    request.state.who = who  # an error page shows whose it is
    if is_token:
        services.gate.enter("token", who.sign_in)
    services.gate.enter("person", who.person_id)
    services.gate.note(who.sign_in, now)
    require_both(request, found)
    if who.only is not None and not request.url.path.startswith("/api/v1/"):
        raise Forbidden("a token with rights of its own opens /api/v1 only")
    return who


async def protected(request: Request, who: Annotated[Asker, Depends(asker)]) -> Asker:
    """A dependency for routes that change something: the asker, after the proof that her own page sent this. Raises Forbidden for a
    change from a browser without it."""
    if who.csrf is not None:
        sent = request.headers.get("x-csrf-token") or str((await request.form()).get("csrf", ""))
        if not csrf_is(sent, _secret(request)[0] or ""):
            raise Forbidden("this form is out of date; reload the page and try again")
        await run_in_threadpool(step_up, services_of(request), request, who)
    if who.looks_only:
        raise Forbidden("this token only reads")
    return who


Who = Annotated[Asker, Depends(asker)]
Sender = Annotated[Asker, Depends(protected)]


_SALT = 16  # hexadecimal digits


def csrf_token(secret: str, salt: str | None = None) -> str:
    """A token for the forms of one page. Each page has another one, so that what a page repeats, compressed, does not tell it (BREACH)."""
    salt = salt or secrets.token_hex(_SALT // 2)
    return salt + hmac.new(secret.encode(), f"csrf {salt}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def csrf_is(sent: str, secret: str) -> bool:
    """Whether a form's token was made from this session's secret."""
    made = csrf_token(secret, sent[:_SALT].rjust(_SALT, "0"))
    return hmac.compare_digest(sent.encode("utf-8", "replace"), made.encode("utf-8", "replace"))


def _secret(request: HTTPConnection) -> tuple[str | None, bool]:
    bearer = request.headers.get("authorization", "")
    if bearer.lower().startswith("bearer "):
        return bearer[7:].strip(), False
    return cookie(request, COOKIE), True


def is_known(asked: HTTPConnection) -> bool:
    """Whether it comes from somebody who is signed in: asked before a large body is read, whoever may then send it."""
    secret = _secret(asked)[0]
    if not secret:
        return False
    services: Services = asked.app.state.services
    with services.database.reading() as session:
        return opened_by(session, secret, datetime.now(UTC)) is not None


def secret_of(scope: MutableMapping[str, Any]) -> str | None:
    """The secret that a request carries, before anybody asks whose it is."""
    return _secret(Request(scope))[0]


@contextmanager
def reading(request: Request, who: Asker) -> Iterator[Scope]:
    """The asker's scope on a reading transaction. She was found a moment ago: nobody is asked again who she is."""
    services = services_of(request)
    with span("workspace, reading"), services.database.reading() as session:
        now, today = services.clock.now(), services.clock.today()
        scope = Scope(session, who.person_id, who.email, who.role, now, today, who.only, who.own)
        yield scope
        read = glass.reads_in(scope) if who.glass else ()
    if read:
        with services.database.writing() as session:
            glass.note_reads(replace(scope, session=session), read, _where(request))


@contextmanager
def writing(request: Request, who: Asker) -> Iterator[Scope]:
    """The asker's scope on the one transaction of this request."""
    services = services_of(request)
    with span("workspace, writing"), services.database.writing() as session:
        scope = replace(open_scope(session, who.email, clock=services.clock), only=who.only)
        yield scope
        if who.glass:
            glass.note_reads(scope, glass.reads_in(scope), _where(request))


def _where(request: Request) -> str:
    return f"{request.method} {request.url.path}"


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
    """How agents open the asker's scope on transactions of their own. What they may read through glass is noted before they do."""
    clock = services_of(request).clock
    if who.glass:
        with writing(request, who) as scope:
            scope.clients()
    return lambda session: replace(open_scope(session, who.email, clock=clock), only=who.only)
