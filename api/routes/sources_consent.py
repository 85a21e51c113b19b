"""To a provider's page and back, where the owner of a mailbox allows reading it. What was begun counts for the person who began it, for a
quarter of an hour, once."""

import hmac
from datetime import timedelta

from fastapi import APIRouter, Request, Response

from api import mail_consent
from api.headers import origin
from api.routes.sources import sources_page
from api.said import redirect, sentence
from api.security import Who, services_of, writing
from store.errors import Invalid, TickmarkError
from workspace import sources
from workspace.scope import Right
from workspace.sign_in import challenges

router = APIRouter(include_in_schema=False)
WITHIN = timedelta(minutes=15)
_KIND = "mailbox"
_LATE = "That took too long, or was begun by somebody else. Connect the mailbox again."


def _back(request: Request, name: str) -> str:
    return f"{origin(request)}/sources/consent/{name}/back"


@router.get("/sources/consent")
def begin(request: Request, who: Who, provider: str = "", address: str = "") -> Response:
    """Show the way to the provider: a link, since no form of ours leads out of the house."""
    services = services_of(request)
    try:
        one = mail_consent.provider(services.settings, provider)
        begun = mail_consent.Begun(one.name, address.strip().lower()[: sources.LONGEST], challenges.random(48))
        if "@" not in begun.address:
            raise Invalid("give the address of the mailbox, such as ana@firm.example")
        with writing(request, who) as scope:
            scope.require(Right.INTAKE_SORT)
            now, detail = services.clock.real_now(), services.seal.close(begun.text())
            state = challenges.begin(scope.session, _KIND, who.person_id, now, WITHIN, detail=detail)
    except TickmarkError as refused:
        return sources_page(request, who, refused.status, sentence(refused))
    url = mail_consent.begin(one, state, begun, _back(request, one.name))
    return sources_page(request, who, away={"label": one.label, "address": begun.address, "url": url})


@router.get("/sources/consent/{name}/back")
def back(request: Request, who: Who, name: str, state: str = "", code: str = "") -> Response:
    """Back from there: the mailbox is a source, or reads by this consent from now on."""
    services, now = services_of(request), services_of(request).clock.real_now()
    try:
        one = mail_consent.provider(services.settings, name)
        with writing(request, who) as scope:
            scope.require(Right.INTAKE_SORT)
            found = challenges.taken(scope.session, _KIND, who.person_id, now)
            kept = services.seal.open(found.detail) if found is not None and found.detail else None
            expected = found.challenge if found is not None else ""
        begun = mail_consent.Begun.of(kept) if kept else None
        if begun is None or begun.provider != one.name or not hmac.compare_digest(state.encode(), expected.encode()):
            raise Invalid(_LATE)
        if not code:
            raise Invalid(f"{one.label} says no: nothing was connected")
        secret = mail_consent.finish(services.settings, one, begun, code[:4000], _back(request, one.name))
        with writing(request, who) as scope:
            sources.connect(scope, services.seal, begun.address, one.known.host, secret, now)
    except TickmarkError as refused:
        return sources_page(request, who, refused.status, sentence(refused))
    return redirect("/sources", "source-allowed")
