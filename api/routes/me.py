"""A person's own page: her zone, the tokens of her programs, the browsers in which she is signed in. And the same as JSON."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from api.once import told_once
from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, services_of, writing
from store.errors import Forbidden, NotFound, TickmarkError
from workspace import sign_in as doors
from workspace.billing.amounts import as_json
from workspace.pages.head import waiting
from workspace.platform.profile import firm_zone, set_zone, zones
from workspace.platform.tokens import rights_for
from workspace.scope import Scope
from workspace.sign_in import OpenSession, Token

router = APIRouter()
Json = dict[str, Any]
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
Names = Annotated[Sequence[str], Form()]


class NewToken(BaseModel):
    """A token to make. `kind`: all that its person may, read, or some: those of `rights`."""

    name: str = Field(min_length=1, max_length=60)
    kind: Literal["all", "read", "some"] = "read"
    rights: list[str] = Field(default_factory=list, max_length=60)
    days: int = Field(default=90, ge=1, le=366)


class Mine(BaseModel):
    """What a person may set. `zone` is an IANA name, null for the firm's."""

    zone: str | None = Field(max_length=60)


@router.get("/me", include_in_schema=False)
def me(request: Request, who: Who) -> Response:
    return _me(request, who)


def _me(request: Request, who: Asker, status: int = 200, problem: str | None = None, **more: Any) -> Response:
    with reading(request, who) as scope:
        tokens, browsers = _doors(request, who, scope)
        waits, firms = waiting(scope), firm_zone(scope)
    values = {"made": None, "name": "", **more}
    return page(
        request,
        "me.html",
        status=status,
        who=who,
        waiting=waits,
        tokens=tokens,
        sessions=browsers,
        zones=zones(),
        browser=browser,
        firm_zone=firms,
        rights=sorted(right.value for right in who.rights),
        problem=problem,
        **values,
    )


def _doors(request: Request, who: Asker, scope: Scope) -> tuple[list[Token], list[OpenSession]]:
    """Her tokens and her browsers, with what this process has not written down yet."""
    services = services_of(request)
    now, used = services.clock.real_now(), services.gate.used()
    tokens = [_fresh(one, used) for one in doors.tokens(scope.session, who.email, now)]
    browsers = doors.sessions(scope.session, who.person_id, who.sign_in, now)
    return tokens, [_fresh(one, used) for one in browsers]


def browser(agent: str) -> str:
    """A browser as a person calls it: `Firefox on Windows`; what is not known is told as it is."""
    name = next((told for mark, told in _BROWSERS if mark in agent), "")
    system = next((told for mark, told in _SYSTEMS if mark in agent), "")
    return " on ".join(part for part in (name, system) if part) or agent[:60] or "unknown"


def _fresh(one: Any, used: dict[str, Any]) -> Any:
    return replace(one, used_at=used[one.id]) if one.id in used else one


@router.post("/me/zone", include_in_schema=False)
def zone(request: Request, who: Sender, zone: Annotated[str, Form()] = "") -> Response:
    try:
        with writing(request, who) as scope:
            set_zone(scope, zone or None)
    except TickmarkError as refused:
        return _me(request, who, refused.status, sentence(refused))
    return redirect("/me", "zone-set")


@router.post("/me/tokens", include_in_schema=False)
def make(
    request: Request,
    who: Sender,
    name: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = "read",
    rights: Names = (),
    days: Annotated[int, Form(ge=1, le=366)] = 90,
) -> Response:
    """Make a token; the page that answers is the only place where its secret is ever shown."""
    try:
        secret = _make(request, who, name, kind, rights, days)
    except TickmarkError as refused:
        return _me(request, who, refused.status, sentence(refused), name=name)
    return _me(request, who, made=secret, name=name)


def _make(request: Request, who: Asker, name: str, kind: str, rights: Sequence[str], days: int) -> str:
    if who.csrf is None and who.only is not None:
        raise Forbidden("a token with rights of its own makes no tokens")
    with writing(request, who) as scope:
        allowed, now = rights_for(who.rights, kind, rights), services_of(request).clock.real_now()
        return doors.create_token(scope.session, who.email, name, now, timedelta(days=days), allowed)


@router.post("/me/tokens/revoke", include_in_schema=False)
def revoke(request: Request, who: Sender, name: Annotated[str, Form()]) -> Response:
    with writing(request, who) as scope:
        doors.revoke_token(scope.session, who.email, name, services_of(request).clock.real_now())
    return redirect("/me#tokens", "token-revoked")


@router.post("/me/sessions/end", include_in_schema=False)
def end(request: Request, who: Sender, session: Names = ()) -> Response:
    """End other browsers' sessions; the one that asks is ended by signing out."""
    with writing(request, who) as scope:
        ended = [one for one in session if one != who.sign_in]
        doors.end_sessions(scope.session, who.person_id, ended, services_of(request).clock.real_now())
    return redirect("/me#sessions", "session-ended")


@router.get("/api/v1/me", tags=["v1"])
def me_json(request: Request, who: Who) -> Json:
    """Who asks: address, name, role, rights (those of the token), and the zone."""
    rights = sorted(right.value for right in who.rights)
    return {"email": who.email, "name": who.name, "role": who.role, "zone": who.zone, "rights": rights}


@router.patch("/api/v1/me", tags=["v1"])
def change_me(request: Request, who: Sender, mine: Mine) -> Json:
    """Set the zone in which pages show times."""
    with writing(request, who) as scope:
        set_zone(scope, mine.zone)
    return {"email": who.email, "zone": mine.zone}


@router.get("/api/v1/me/tokens", tags=["v1"])
def tokens_json(request: Request, who: Who) -> list[Json]:
    """The asker's tokens; no secret is among them."""
    with reading(request, who) as scope:
        return [dict(as_json(one)) for one in _doors(request, who, scope)[0]]


@router.post("/api/v1/me/tokens", status_code=201, tags=["v1"])
def make_json(request: Request, who: Sender, asked: NewToken, response: Response) -> Json:
    """Make a token. The secret is in the answer, and nowhere afterwards."""
    secret = _make(request, who, asked.name, asked.kind, asked.rights, asked.days)
    response.headers["Location"] = f"/api/v1/me/tokens/{quote(asked.name.strip(), safe='')}"
    told_once(response)
    return {"name": asked.name.strip(), "token": secret, "days": asked.days}


@router.get("/api/v1/me/tokens/{name}", tags=["v1"])
def token_json(request: Request, who: Who, name: str) -> Json:
    """One token by its name."""
    with reading(request, who) as scope:
        for one in _doors(request, who, scope)[0]:
            if one.name == name:
                return dict(as_json(one))
    raise NotFound(f"there is no token {name}")


@router.delete("/api/v1/me/tokens/{name}", status_code=204, tags=["v1"])
def revoke_json(request: Request, who: Sender, name: str) -> None:
    """End a token: it opens nothing any more."""
    with writing(request, who) as scope:
        doors.revoke_token(scope.session, who.email, name, services_of(request).clock.real_now())


@router.get("/api/v1/me/sessions", tags=["v1"])
def sessions_json(request: Request, who: Who) -> list[Json]:
    """The browsers in which the asker is signed in."""
    with reading(request, who) as scope:
        return [dict(as_json(one)) for one in _doors(request, who, scope)[1]]


@router.delete("/api/v1/me/sessions/{session_id}", status_code=204, tags=["v1"])
def end_json(request: Request, who: Sender, session_id: str) -> None:
    """Sign a browser out."""
    with writing(request, who) as scope:
        doors.end_sessions(scope.session, who.person_id, [session_id], services_of(request).clock.real_now())
