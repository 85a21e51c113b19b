"""How a person signs in, on her own page: her password, the generator of codes with its recovery codes, her passkeys. And as JSON.

Each change asks that she showed who she is in the last minutes. What is told once (a generator's secret, recovery codes) stands on the page
that answers, and nowhere afterwards.
"""

from typing import Annotated, Any

import segno
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse
from markupsafe import Markup
from sqlalchemy.orm import Session

from api.entering import address_of, now
from api.headers import cookie, drop_cookie
from api.pages import page
from api.proof import require_fresh
from api.routes.session import Signed
from api.said import redirect, sentence
from api.security import COOKIE, Asker, Sender, Who, reading, services_of
from api.site import site_of
from store.errors import Forbidden, NotFound, TickmarkError
from store.tables import Person
from workspace.billing.amounts import as_json
from workspace.pages.head import waiting
from workspace.sign_in import end_everywhere, passkeys, second_factor
from workspace.sign_in.brakes import brake, failed
from workspace.sign_in.door import shown
from workspace.sign_in.passkeys import Owner
from workspace.sign_in.passwords import change_password
from workspace.sign_in.second_factor import factors_of, needs_factor, policy_of

router = APIRouter()
Json = dict[str, Any]
Text = Annotated[str, Form(max_length=2000)]


@router.get("/me/sign-in", include_in_schema=False)
def ways(request: Request, who: Who) -> Response:
    """Her password, her generator, her passkeys."""
    return _ways(request, who)


def _ways(request: Request, who: Asker, status: int = 200, problem: str | None = None, **more: Any) -> Response:
    with reading(request, who) as scope:
        session, person = scope.session, scope.session.get_one(Person, who.person_id)
        values = {
            "has": factors_of(session, person.id),
            "keys": passkeys.passkeys_of(session, owner_of(person)),
            "needs": needs_factor(policy_of(session), person.role),
            "password": person.password_hash is not None,
            "waiting": waiting(scope),
        }
    values |= {"picture": None, "secret": None, "codes": None, "pending": False, "problem": problem, **more}
    return page(request, "sign_in/mine.html", status=status, who=who, **values)


def owner_of(person: Person) -> Owner:
    return Owner("person", person.id, person.email, person.name)


def _person(session: Session, who: Asker) -> Person:
    return session.get_one(Person, who.person_id)


@router.post("/me/sign-in/password", include_in_schema=False)
def password(request: Request, who: Sender, old: Text = "", new: Text = "") -> Response:
    """A new password, for the old one. Her other browsers are signed out, and her tokens end."""
    services = services_of(request)
    try:
        if who.csrf is None:
            raise Forbidden("a password is changed in a browser, not by a program")
        with services.database.writing() as session:
            breached, person = services.settings.breached_passwords, _person(session, who)
            place = brake(session, person.email, address_of(request), "", now())
            right = change_password(session, person, old, new, now(), kept=who.sign_in, breached=breached)
            if right:
                shown(session, person, who.sign_in, "password", now(), both=False)
            else:
                failed(session, person.email, place, address_of(request), now())
    except TickmarkError as refused:
        return _ways(request, who, refused.status, sentence(refused))
    if not right:
        return _ways(request, who, 401, "The old password is not right.")
    return redirect("/me/sign-in", "password-changed")


@router.post("/me/sign-in/generator", include_in_schema=False)
def generator(request: Request, who: Sender) -> Response:
    """Begin to set up a generator: its picture and secret stand on the page that answers."""
    services = services_of(request)
    require_fresh(services, who)
    try:
        with services.database.writing() as session:
            secret, address = second_factor.begin(session, services.seal, _person(session, who), now())
    except TickmarkError as refused:
        return _ways(request, who, refused.status, sentence(refused))
    return _ways(request, who, picture=picture_of(address), secret=secret)


def picture_of(address: str) -> Markup:
    """A QR code as an element of the page, black on white whatever the theme: no style attribute, which the policy would drop."""
    drawn = segno.make(address, error="m").svg_inline(
        scale=4, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, title="The code to scan"
    )
    return Markup(drawn)  # noqa: S704 - made here, of squares


@router.post("/me/sign-in/generator/confirm", include_in_schema=False)
def confirm(request: Request, who: Sender, code: Text = "") -> Response:
    """The generator counts from now on. Its recovery codes stand on the page that answers."""
    services = services_of(request)
    require_fresh(services, who)
    with services.database.writing() as session:
        person = _person(session, who)
        codes = second_factor.confirm(session, services.seal, person, code[:60], now())
        if codes is not None:
            shown(session, person, who.sign_in, "code", now(), both=True)
    if codes is None:
        said = "That code is not right. Wait for the next one, and look whether the clock of your phone is right."
        return _ways(request, who, 422, said, pending=True)
    return _ways(request, who, codes=codes)


@router.post("/me/sign-in/generator/remove", include_in_schema=False)
def remove(request: Request, who: Sender) -> Response:
    """Take the generator and its recovery codes away."""
    services = services_of(request)
    require_fresh(services, who)
    try:
        with services.database.writing() as session:
            person = _person(session, who)
            if needs_factor(policy_of(session), person.role) and not factors_of(session, person.id).passkeys:
                raise Forbidden("the firm asks for a second factor: add a passkey before you take the generator away")
            second_factor.remove(session, person, now())
    except TickmarkError as refused:
        return _ways(request, who, refused.status, sentence(refused))
    return redirect("/me/sign-in", "factor-off")


@router.post("/me/sign-in/codes", include_in_schema=False)
def codes(request: Request, who: Sender) -> Response:
    """Ten new recovery codes; the old ones count no more."""
    services = services_of(request)
    require_fresh(services, who)
    try:
        with services.database.writing() as session:
            made = second_factor.make_codes(session, _person(session, who), now())
    except TickmarkError as refused:
        return _ways(request, who, refused.status, sentence(refused))
    return _ways(request, who, codes=made)


@router.post("/me/sign-in/passkeys/options", include_in_schema=False)
def passkey_options(request: Request, who: Sender) -> Response:
    """What the browser needs to make a passkey."""
    services = services_of(request)
    require_fresh(services, who)
    with services.database.writing() as session:
        owner, binding = owner_of(_person(session, who)), cookie(request, COOKIE) or ""
        return JSONResponse(passkeys.begin_adding(session, owner, site_of(request), binding, now()))


@router.post("/me/sign-in/passkeys", include_in_schema=False)
def passkey(request: Request, who: Sender, signed: Signed) -> Response:
    """Keep the passkey that the browser made."""
    services = services_of(request)
    require_fresh(services, who)
    with services.database.writing() as session:
        person, binding = _person(session, who), cookie(request, COOKIE) or ""
        site = site_of(request)
        passkeys.finish_adding(session, owner_of(person), site, binding, signed.credential, signed.name, now())
        shown(session, person, who.sign_in, "passkey", now(), both=True)
    return JSONResponse({"next": "/me/sign-in?said=passkey-added"})


@router.post("/me/sign-in/passkeys/{passkey_id}/revoke", include_in_schema=False)
def revoke(request: Request, who: Sender, passkey_id: str) -> Response:
    """A passkey opens nothing any more."""
    try:
        _revoke(request, who, passkey_id)
    except (Forbidden, NotFound) as refused:
        return _ways(request, who, refused.status, sentence(refused))
    return redirect("/me/sign-in", "passkey-gone")


def _revoke(request: Request, who: Asker, passkey_id: str) -> None:
    services = services_of(request)
    require_fresh(services, who)
    with services.database.writing() as session:
        person = _person(session, who)
        passkeys.revoke_passkey(session, owner_of(person), passkey_id, now())
        session.flush()
        if needs_factor(policy_of(session), person.role) and not factors_of(session, person.id).any:
            raise Forbidden("the firm asks for a second factor: set another one up before you take this away")


@router.post("/me/sessions/everywhere", include_in_schema=False)
def everywhere(request: Request, who: Sender) -> Response:
    """Sign out everywhere, here too; no browser is known any more."""
    with services_of(request).database.writing() as session:
        end_everywhere(session, who.person_id, now())
    response = redirect("/sign-in", "out-everywhere")
    drop_cookie(request, response, COOKIE)
    return response


@router.get("/api/v1/me/sign-in", tags=["v1"])
def ways_json(request: Request, who: Who) -> Json:
    """How the asker signs in: whether by password, since when with a generator, how many recovery codes are left, her passkeys."""
    with reading(request, who) as scope:
        person = scope.session.get_one(Person, who.person_id)
        has = factors_of(scope.session, person.id)
        keys = [dict(as_json(one)) for one in passkeys.passkeys_of(scope.session, owner_of(person))]
        return {
            "password": person.password_hash is not None,
            "generator_since": has.since.isoformat() if has.since else None,
            "recovery_codes": has.codes,
            "passkeys": keys,
            "second_factor_needed": needs_factor(policy_of(scope.session), person.role),
        }
