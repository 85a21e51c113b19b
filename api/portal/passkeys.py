"""A contact's passkeys: come in with one instead of a link, add one, take one away. The ceremony itself: workspace/sign_in/passkeys.py."""

import secrets
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.orm import Session

from api.headers import cookie, put_cookie
from api.portal.fence import COOKIE, PATH, Guest, Sender, address_of, gate_of, services_of, software
from api.site import site_of
from store.errors import Forbidden, NotFound
from workspace.portal import doors
from workspace.portal.scope import open_clients
from workspace.sign_in import passkeys
from workspace.sign_in.passkeys import Listed, Owner

router = APIRouter(include_in_schema=False)
DOOR = "tickmark_portal_door"
"""Binds what was begun at the portal's door to this browser, for minutes."""
_DOOR_LIFE = 900  # seconds
NOTHING_OPEN = "Nothing is open to you here any more. Please ask the office."
Answer = Annotated[dict[str, Any], Body()]


def owner_of(who: Guest) -> Owner:
    """A contact as the owner of passkeys; the trail names her by her id."""
    return Owner("contact", who.contact_id, f"contact:{who.contact_id}", who.name)


def keys_of(session: Session, who: Guest) -> list[Listed]:
    """Her passkeys."""
    return passkeys.passkeys_of(session, owner_of(who))


@router.post("/passkey/options")
def entering(request: Request) -> Response:
    """What the browser needs to ask for a passkey; no address is needed."""
    gate_of(request).enter("link", address_of(request))
    services = services_of(request)
    binding = (cookie(request, DOOR, PATH) or "")[:100] or secrets.token_urlsafe(32)
    with services.database.writing() as session:
        options = passkeys.begin_entering(session, "contact", site_of(request), binding, services.clock.real_now())
    answer = JSONResponse(options)
    put_cookie(request, answer, DOOR, binding, max_age=_DOOR_LIFE, path=PATH)
    return answer


@router.post("/passkey")
def enter(request: Request, sent: Answer) -> Response:
    """Come in with a passkey."""
    gate_of(request).enter("link", address_of(request))
    services = services_of(request)
    binding = (cookie(request, DOOR, PATH) or "")[:100]
    if not binding:
        raise Forbidden("this page is out of date: load it again")
    agent, now, opened = request.headers.get("user-agent", ""), services.clock.real_now(), None
    with services.database.writing() as session:  # a refusal is on the trail: nothing is raised in here
        contact = passkeys.finish_entering(session, "contact", site_of(request), binding, _credential(sent), now)
        if contact is not None and open_clients(session, contact):
            scope, address = software(services, session), address_of(request)
            opened = doors.open_session(scope, contact, address=address, agent=agent, by="passkey")
    if contact is None:
        raise Forbidden("this passkey does not open this page")
    if opened is None:
        raise NotFound(NOTHING_OPEN)
    answer = JSONResponse({"next": f"{PATH}/"})
    put_cookie(request, answer, COOKIE, opened, max_age=int(doors.LONGEST.total_seconds()), path=PATH)
    return answer


@router.post("/passkeys/options")
def adding(request: Request, who: Sender) -> Response:
    """What the browser needs to make a passkey."""
    services = services_of(request)
    with services.database.writing() as session:
        now, binding = services.clock.real_now(), cookie(request, COOKIE, PATH) or ""
        return JSONResponse(passkeys.begin_adding(session, owner_of(who), site_of(request), binding, now))


@router.post("/passkeys")
def add(request: Request, who: Sender, sent: Answer) -> Response:
    """Keep the passkey that the browser made."""
    services = services_of(request)
    name = " ".join(str(sent.get("name") or "").split())[:60] or "This device"
    with services.database.writing() as session:
        now, binding = services.clock.real_now(), cookie(request, COOKIE, PATH) or ""
        passkeys.finish_adding(session, owner_of(who), site_of(request), binding, _credential(sent), name, now)
    return JSONResponse({"next": f"{PATH}/?said=passkey#passkeys"})


@router.post("/passkeys/{key}/revoke")
def take_away(request: Request, who: Sender, key: str) -> Response:
    """Take one of hers away."""
    services = services_of(request)
    with services.database.writing() as session:
        passkeys.revoke_passkey(session, owner_of(who), key, services.clock.real_now())
    return RedirectResponse(f"{PATH}/#passkeys", status_code=303)


def _credential(sent: Mapping[str, Any]) -> dict[str, Any]:
    found = sent.get("credential")
    return found if isinstance(found, dict) else {}
