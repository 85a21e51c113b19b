"""The other ways to the door: an identity provider, a link of an invitation, a forgotten password."""

import hmac
import smtplib
import ssl
from email.message import EmailMessage
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.background import BackgroundTask

from api import oidc
from api.entering import come_in, entered, entered_by_script, now
from api.headers import origin
from api.output import complain
from api.pages import page
from api.post import server_of
from api.routes.session import USE_PASSKEY, Signed, door_page, to_code
from api.said import local, redirect, sentence
from api.security import services_of
from api.site import binding_of, put_binding, site_of
from api.wiring import Services
from store.errors import Forbidden, Invalid, NotFound, TickmarkError
from store.tables import Person
from workspace.sign_in import challenges, passkeys
from workspace.sign_in.door import CODE_WITHIN, await_code, next_step
from workspace.sign_in.links import link_by_mail, link_of, use_link
from workspace.sign_in.passkeys import Owner
from workspace.sign_in.passwords import set_password
from workspace.sign_in.providers import person_of_claims
from workspace.sign_in.second_factor import factors_of

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=2000)]
GONE = "This link opens nothing any more: it was used, taken back, or is too old. Ask for another one."
NOBODY = "Nobody of this firm comes in with that account. Ask whoever manages people."


def _back(request: Request, name: str) -> str:
    return f"{origin(request)}/sign-in/with/{name}/back"


@router.get("/sign-in/with/{name}")
def go_to_provider(request: Request, name: str, next: str = "/") -> Response:
    """Public: off to an identity provider."""
    services, binding = services_of(request), binding_of(request)
    one = oidc.provider(services.settings, name)
    nonce, verifier = challenges.random(), challenges.random(48)
    begun = oidc.Begun(one.name, nonce, verifier, local(next)[:1000])
    with services.database.writing() as session:
        detail = services.seal.close(begun.text())
        state = challenges.begin(session, "provider", binding, now(), CODE_WITHIN, detail=detail)
    try:
        address = oidc.begin(services.settings, one, state, begun, _back(request, one.name))
    except TickmarkError as failed:
        complain(f"sign-in by {one.name}: {failed}")
        return door_page(request, status=502, next=next, problem=f"{one.label} cannot be asked at the moment.")
    response = RedirectResponse(address, status_code=303)
    put_binding(request, response, binding)
    return response


@router.get("/sign-in/with/{name}/back")
def back_from_provider(request: Request, name: str, state: str = "", code: str = "") -> Response:
    """Public: back from there. What was begun counts once, whatever comes of it."""
    services, binding = services_of(request), binding_of(request)
    one = oidc.provider(services.settings, name)
    with services.database.writing() as session:
        found = challenges.taken(session, "provider", binding, now())
        kept = services.seal.open(found.detail) if found is not None and found.detail else None
        expected = found.challenge if found is not None else ""
    begun = oidc.Begun.of(kept) if kept else None
    if begun is None or begun.provider != one.name or not hmac.compare_digest(state.encode(), expected.encode()):
        return door_page(request, status=403, problem="That took too long, or was begun elsewhere. Sign in again.")
    if not code:
        return door_page(request, status=403, next=begun.next, problem=f"{one.label} did not confirm who you are.")
    try:
        claims = oidc.finish(services.settings, one, begun, code[:4000], _back(request, one.name))
    except oidc.Refused as refused:
        return door_page(request, status=403, next=begun.next, problem=sentence(refused))
    except TickmarkError as failed:
        complain(f"sign-in by {one.name}: {failed}")
        return door_page(request, status=502, next=begun.next, problem=f"{one.label} cannot be asked at the moment.")
    secrets, outcome = None, "refused"
    with services.database.writing() as session:
        person = person_of_claims(session, one.issuer, claims, one.settings.domains, now())
        if person is not None:
            both = one.settings.both_factors
            outcome = "open" if both else next_step(session, person)
            if outcome == "open":
                secrets = come_in(request, session, person, one.name, both=both)
            elif outcome == "code":
                await_code(session, person, one.name, binding, now())
    if secrets is not None:
        return entered(request, begun.next, secrets)
    if outcome == "code":
        return to_code(request, begun.next, binding)
    problem = USE_PASSKEY if outcome == "passkey" else NOBODY
    return door_page(request, status=403, next=begun.next, problem=problem)


@router.get("/sign-in/forgotten")
def forgotten_form(request: Request) -> Response:
    """Public: what to do when the password is forgotten."""
    return page(request, "sign_in/forgotten.html", by_mail=_by_mail(services_of(request)), asked=False)


@router.post("/sign-in/forgotten")
def forgotten(request: Request, email: Text = "") -> Response:
    """The same words, and the same time, whether the address is somebody's or not: what is to be done is done after the answer."""
    services = services_of(request)
    by_mail = _by_mail(services)
    response = page(request, "sign_in/forgotten.html", by_mail=by_mail, asked=by_mail)
    if by_mail:
        response.background = BackgroundTask(_send_link, services, email)
    return response


def _by_mail(services: Services) -> bool:
    # the address of a link in a mail is never taken from a request, which anybody may send
    settings = services.settings
    return settings.smtp_url is not None and bool(settings.smtp_from) and settings.public_url is not None


def _send_link(services: Services, email: str) -> None:
    with services.database.writing() as session:
        found = link_by_mail(session, email, now())
        to = found[0].email if found is not None else ""
    if found is None:
        return
    server = server_of(services.settings)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, to, "A new password for Tickmark"
    message.set_content(
        "Somebody, you we hope, asked for a new password for Tickmark. This link sets it. It opens for one hour, once:\n\n"
        f"{services.settings.public_url}/sign-in/link/{found[1]}\n\n"
        "If it was not you, do nothing: your password stays as it is.\n",
        cte="7bit",  # or the link would be broken over two lines
    )
    try:
        with server.open() as talk:
            talk.send_message(message)
    except (OSError, smtplib.SMTPException, ssl.SSLError) as error:
        complain(f"a link for a new password could not be sent: {type(error).__name__}")


def _link_page(request: Request, secret: str, status: int = 200, problem: str | None = None) -> Response:
    with services_of(request).database.reading() as session:
        found = link_of(session, secret, now())
        if found is None:
            return page(request, "sign_in/link.html", status=404, link=None, problem=GONE)
        row, person = found
        has = factors_of(session, person.id)
        bare = row.kind == "invite" and not has.any and person.password_hash is None
        values = {"link": {"kind": row.kind, "email": person.email, "name": person.name}, "bare": bare}
    return page(request, "sign_in/link.html", status=status, secret=secret, problem=problem, **values)


@router.get("/sign-in/link/{secret}")
def link_form(request: Request, secret: str) -> Response:
    """Public, by its secret: set a password, or add a passkey. Looking at it uses nothing up."""
    return _link_page(request, secret)


@router.post("/sign-in/link/{secret}")
def link_password(request: Request, secret: str, password: Text = "") -> Response:
    """Set the password; then the way goes on as after any password."""
    services, binding, secrets = services_of(request), binding_of(request), None
    try:
        with services.database.writing() as session:
            found = link_of(session, secret, now())
            if found is None:
                raise NotFound(GONE)
            row, person = found
            breached = services.settings.breached_passwords
            set_password(session, person.email, password, now(), breached=breached)
            use_link(session, row, person, now(), "password")
            outcome = next_step(session, person)
            if outcome == "open":
                secrets = come_in(request, session, person, "link", both=False)
            elif outcome == "code":
                await_code(session, person, "link", binding, now())
    except NotFound:
        return page(request, "sign_in/link.html", status=404, link=None, problem=GONE)
    except Invalid as refused:
        return _link_page(request, secret, 422, sentence(refused))
    if secrets is not None:
        return entered(request, "/", secrets)
    return to_code(request, "/", binding) if outcome == "code" else redirect("/sign-in", "password-set")


def _invited(request: Request, secret: str) -> Owner:
    """Who may add her first passkey by this link: somebody who has nothing yet. A link for a forgotten password adds none, or it would get
    past her generator."""
    with services_of(request).database.reading() as session:
        found = link_of(session, secret, now())
        if found is None or found[0].kind != "invite":
            raise NotFound(GONE)
        person = found[1]
        if person.password_hash is not None or factors_of(session, person.id).any:
            raise Forbidden("sign in, and add a passkey under Your settings")
        return Owner("person", person.id, person.email, person.name)


@router.post("/sign-in/link/{secret}/passkey/options")
def link_options(request: Request, secret: str) -> Response:
    """What the browser needs to make her first passkey."""
    owner = _invited(request, secret)
    with services_of(request).database.writing() as session:
        return JSONResponse(passkeys.begin_adding(session, owner, site_of(request), secret, now()))


@router.post("/sign-in/link/{secret}/passkey")
def link_passkey(request: Request, secret: str, signed: Signed) -> Response:
    """Keep it, and let her in: it counts as both factors."""
    owner, name = _invited(request, secret), signed.name or "The first"
    with services_of(request).database.writing() as session:
        found = link_of(session, secret, now())
        if found is None:
            raise NotFound(GONE)
        passkeys.finish_adding(session, owner, site_of(request), secret, signed.credential, name, now())
        use_link(session, *found, now(), "passkey")
        secrets = come_in(request, session, session.get_one(Person, owner.id), "passkey", both=True)
    return entered_by_script(request, "/", secrets)
