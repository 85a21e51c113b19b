"""Signing in and out: address and password, the code after it, a passkey, and showing again who one is."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field

from api.entering import address_of, come_in, entered, entered_by_script, now
from api.headers import cookie, drop_cookie
from api.oidc import providers
from api.pages import page
from api.said import local, redirect, sentence
from api.security import COOKIE, Asker, Sender, Who, services_of
from api.site import binding_of, device_of, put_binding, site_of
from store.errors import Forbidden
from store.tables import Person
from workspace.sign_in import passkeys, sign_out
from workspace.sign_in.door import await_code, awaited, enter_code, knock, show_again, shown
from workspace.sign_in.second_factor import factors_of, needs_factor, policy_of

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=2000)]
NO_MATCH = "That address and password do not match."
USE_PASSKEY = "The firm asks for two factors: sign in with your passkey."
NOT_KNOWN = "That passkey opens nothing here."


class Signed(BaseModel):
    """What an authenticator answered, as the browser's script sends it."""

    credential: dict[str, Any] = Field(max_length=20)
    name: str = Field(default="", max_length=200)
    next: str = Field(default="/", max_length=2000)


def door_page(
    request: Request, *, status: int = 200, next: str = "/", email: str = "", problem: str | None = None
) -> Response:
    """The page of the door."""
    known = [(one.name, one.label) for one in providers(services_of(request).settings)]
    values = {"next": local(next), "email": email, "providers": known, "problem": problem}
    return page(request, "sign_in/door.html", status=status, **values)


@router.get("/sign-in")
def form(request: Request, next: str = "/") -> Response:
    """Public: the door itself."""
    return door_page(request, next=next)


@router.post("/sign-in")
def enter(request: Request, email: Text, password: Text, next: Text = "/") -> Response:
    """Address and password; the way goes on to the code where she has a generator."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("sign in on Tickmark's own page")
    services, binding, secrets = services_of(request), binding_of(request), None
    try:
        with services.database.writing() as session:
            came = knock(session, email, password, address_of(request), device_of(request), now())
            if came.person is not None and came.outcome == "open":
                secrets = come_in(request, session, came.person, "password", both=False)
            elif came.person is not None and came.outcome == "code":
                await_code(session, came.person, "password", binding, now())
    except Forbidden as refused:
        return door_page(request, status=429, next=next, email=email, problem=sentence(refused))
    if secrets is not None:
        return entered(request, next, secrets)
    if came.outcome == "code":
        return to_code(request, next, binding)
    problem = USE_PASSKEY if came.outcome == "passkey" else NO_MATCH
    return door_page(request, status=401, next=next, email=email, problem=problem)


def to_code(request: Request, next: str, binding: str) -> Response:
    """On to the page that asks for the code."""
    query = urlencode({"next": local(next)}) if local(next) != "/" else ""
    response = redirect("/sign-in/code" + (f"?{query}" if query else ""))
    put_binding(request, response, binding)
    return response


@router.get("/sign-in/code")
def code_form(request: Request, next: str = "/") -> Response:
    """Public: the code that is still to come after the password."""
    with services_of(request).database.reading() as session:
        if not awaited(session, binding_of(request), now()):
            return redirect("/sign-in")
    return page(request, "sign_in/code.html", next=local(next))


@router.post("/sign-in/code")
def code(request: Request, code: Text = "", next: Text = "/") -> Response:
    services, binding, secrets = services_of(request), binding_of(request), None
    try:
        with services.database.writing() as session:
            found = enter_code(
                session, services.seal, binding, code[:60], address_of(request), device_of(request), now()
            )
            if found is not None:
                secrets = come_in(request, session, found[0], found[1], both=True)
            waits = awaited(session, binding, now())
    except Forbidden as refused:
        return page(request, "sign_in/code.html", status=429, next=local(next), problem=sentence(refused))
    if secrets is not None:
        return entered(request, next, secrets)
    if not waits:
        return door_page(request, status=401, next=next, problem="The code was not right. Begin again.")
    problem = "That code is not right, or it was used already."
    return page(request, "sign_in/code.html", status=401, next=local(next), problem=problem)


@router.post("/sign-in/passkey/options")
def passkey_options(request: Request) -> Response:
    """What the browser needs to sign in with a passkey."""
    binding = binding_of(request)
    with services_of(request).database.writing() as session:
        made = passkeys.begin_entering(session, "person", site_of(request), binding, now())
    response = JSONResponse(made)
    put_binding(request, response, binding)
    return response


@router.post("/sign-in/passkey")
def passkey(request: Request, signed: Signed) -> Response:
    """Sign in with what the authenticator answered. It verified its user, so it counts as both factors; no brake holds it."""
    secrets = None
    with services_of(request).database.writing() as session:
        found = passkeys.finish_entering(
            session, "person", site_of(request), binding_of(request), signed.credential, now()
        )
        person = session.get(Person, found) if found is not None else None
        if person is not None and person.active:
            secrets = come_in(request, session, person, "passkey", both=True)
    if secrets is None:
        return JSONResponse({"error": NOT_KNOWN}, status_code=403)
    return entered_by_script(request, signed.next, secrets)


@router.get("/sign-in/again")
def again_form(request: Request, who: Who, next: str = "/") -> Response:
    """Show again who one is."""
    return _again(request, who, next)


def _again(request: Request, who: Asker, next: str, status: int = 200, problem: str | None = None) -> Response:
    with services_of(request).database.reading() as session:
        has = factors_of(session, who.person_id)
        person = session.get_one(Person, who.person_id)
        needs = needs_factor(policy_of(session), who.role)
        password = person.password_hash is not None
    if needs and not has.any:
        return redirect("/me/sign-in")
    values = {"has": has, "password": password, "next": local(next), "problem": problem}
    return page(request, "sign_in/again.html", status=status, who=who, **values)


@router.post("/sign-in/again")
def again(request: Request, who: Sender, given: Text = "", next: Text = "/") -> Response:
    """By her code where she has a generator, else by her password."""
    services, right = services_of(request), False
    try:
        with services.database.writing() as session:
            person = session.get_one(Person, who.person_id)
            place = (address_of(request), device_of(request))
            right = show_again(session, services.seal, person, who.sign_in, given, *place, now())
    except Forbidden as refused:
        return _again(request, who, next, 429, sentence(refused))
    if not right:
        return _again(request, who, next, 401, "That is not right.")
    return redirect(local(next), "proved")


@router.post("/sign-in/again/passkey/options")
def again_options(request: Request, who: Sender) -> Response:
    with services_of(request).database.writing() as session:
        binding = cookie(request, COOKIE) or ""
        made = passkeys.begin_entering(session, "person", site_of(request), binding, now(), who.person_id)
    return JSONResponse(made)


@router.post("/sign-in/again/passkey")
def again_passkey(request: Request, who: Sender, signed: Signed) -> Response:
    """By one of her passkeys."""
    binding = cookie(request, COOKIE) or ""
    with services_of(request).database.writing() as session:
        found = passkeys.finish_entering(session, "person", site_of(request), binding, signed.credential, now())
        if found == who.person_id:
            shown(session, session.get_one(Person, found), who.sign_in, "passkey", now(), both=True)
    if found != who.person_id:
        return JSONResponse({"error": NOT_KNOWN}, status_code=403)
    return JSONResponse({"next": redirect(local(signed.next), "proved").headers["location"]})


@router.post("/sign-out")
def leave(request: Request, who: Sender) -> Response:
    with services_of(request).database.writing() as session:
        sign_out(session, cookie(request, COOKIE) or "", now())
    response = RedirectResponse("/sign-in", status_code=303)
    drop_cookie(request, response, COOKIE)
    return response
