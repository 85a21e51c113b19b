"""Consent to read a mailbox: its owner says yes on the provider's own page, and what renews the access is kept (OAuth 2.0, RFC 6749, with
PKCE, RFC 7636). An access lives an hour or so; each reading asks for one, and a renewal that the provider changed is kept in its place.

Everything is fetched through the one guarded door (api/guard.py). Opens no mailbox (api/imap.py) and keeps no secret itself.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from api.guard import Fetched, fetch
from api.settings import MailProviderSettings, Settings
from api.wiring import Services
from store.errors import Broken, Conflict, NotFound
from workspace import sources
from workspace.scope import system_scope

JOB = "sources"


@dataclass(frozen=True)
class Known:
    """Where a provider asks and answers, what is asked for, and its mail server. `{tenant}` is filled from the settings."""

    label: str
    host: str
    authorize_url: str
    token_url: str
    wanted: str
    more: Mapping[str, str]


# https://developers.google.com/workspace/gmail/imap/xoauth2-protocol and
# https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
_KNOWN = {
    "google": Known(
        "Google",
        "imap.gmail.com",
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        "https://mail.google.com/",
        {"access_type": "offline", "prompt": "consent"},
    ),
    "microsoft": Known(
        "Microsoft",
        "outlook.office365.com",
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        "https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
        {"prompt": "select_account"},
    ),
}


@dataclass(frozen=True)
class Provider:
    """A provider that is set up."""

    name: str
    known: Known
    settings: MailProviderSettings

    @property
    def label(self) -> str:
        return self.known.label


@dataclass(frozen=True)
class Begun:
    """A round that was begun: what is kept, sealed, until its person comes back."""

    provider: str
    address: str
    verifier: str

    def text(self) -> str:
        return json.dumps([self.provider, self.address, self.verifier])

    @classmethod
    def of(cls, text: str) -> "Begun":
        return cls(*json.loads(text))


def providers(settings: Settings) -> list[Provider]:
    """Those that are set up, in the order of the settings. Raises Broken for one whose settings cannot be used."""
    return [_provider(name, one) for name, one in settings.mail.items()]


def provider(settings: Settings, name: str) -> Provider:
    """The provider of that name. Raises NotFound, Broken."""
    found = next((one for one in providers(settings) if one.name == name), None)
    if found is None:
        raise NotFound("this provider of mail is not set up here")
    return found


def _provider(name: str, one: MailProviderSettings) -> Provider:
    known = _KNOWN.get(name)
    if known is None:
        if not (one.host and one.authorize_url and one.token_url and one.wanted):
            raise Broken(f"the setting mail.{name[:20]} cannot be used: give host, authorize_url, token_url and wanted")
        known = Known(name.capitalize(), one.host, one.authorize_url, one.token_url, one.wanted, {})
    tenant = quote(one.tenant, safe="")
    known = replace(
        known,
        host=one.host or known.host,
        authorize_url=(one.authorize_url or known.authorize_url).replace("{tenant}", tenant),
        token_url=(one.token_url or known.token_url).replace("{tenant}", tenant),
        wanted=one.wanted or known.wanted,
    )
    return Provider(name, known, one)


def begin(one: Provider, state: str, begun: Begun, back: str) -> str:
    """The address at the provider where the owner of the mailbox is asked; `back` is our own, to which she comes back."""
    query = {
        "response_type": "code",
        "client_id": one.settings.client_id,
        "redirect_uri": back,
        "scope": one.known.wanted,
        "state": state,
        "login_hint": begun.address,
        "code_challenge": create_s256_code_challenge(begun.verifier),
        "code_challenge_method": "S256",
        **one.known.more,
    }
    return f"{one.known.authorize_url}?{urlencode(query)}"


def finish(settings: Settings, one: Provider, begun: Begun, code: str, back: str) -> str:
    """What renews the access, to be kept sealed. Raises Conflict where the provider gave none, and what api/guard.py raises."""
    told = _asked(
        settings,
        one,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": begun.verifier,
        },
    )
    renewal = told.get("refresh_token")
    if not isinstance(renewal, str) or not renewal:
        raise Conflict(f"{one.label} gave an access that ends within the hour and cannot be renewed; connect it again")
    return kept(one.name, renewal)


def kept(name: str, renewal: str) -> str:
    """A renewal with the name of who gave it, as it is sealed."""
    return f"{name} {renewal}"


def opened(services: Services, way: sources.Access) -> sources.Access:
    """The way to a mailbox with an access that is good now; one by password or token is left as it is. A renewal that came anew is kept.
    Raises Conflict where the owner has to say yes again, and what api/guard.py raises."""
    if way.method != sources.CONSENT:
        return way
    name, _, renewal = way.secret.partition(" ")
    if not renewal:
        raise Conflict(f"what renews the access to {way.address} cannot be opened here; connect the mailbox again")
    one = provider(services.settings, name)
    told = _asked(services.settings, one, {"grant_type": "refresh_token", "refresh_token": renewal})
    newer, access = told.get("refresh_token"), told.get("access_token")
    if not isinstance(access, str) or not access:
        raise Conflict(f"{one.label} gave no access to {way.address}; connect the mailbox again")
    if way.id and isinstance(newer, str) and newer and newer != renewal:
        with services.database.writing() as session:
            scope = system_scope(session, JOB, now=services.clock.now(), today=services.clock.today())
            sources.renewed(scope, services.seal, way.id, kept(name, newer))
    return replace(way, method="token", secret=access)


def _asked(settings: Settings, one: Provider, fields: Mapping[str, str]) -> Mapping[str, Any]:
    """The provider's answer to a request for an access."""
    given = {**fields, "client_id": one.settings.client_id}
    if (name := one.settings.client_secret_env) is not None:
        secret = os.environ.get(name)
        if not secret:
            raise Broken(f"the environment variable {name}, which holds the secret for {one.label}, is not set")
        given["client_secret"] = secret
    answer = fetch(
        one.known.token_url,
        method="POST",
        body=urlencode(given).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
        loopback=settings.oidc_loopback,
        what="a provider of mail",
    )
    return _told(one, answer)


def _told(one: Provider, answer: Fetched) -> Mapping[str, Any]:
    if answer.status == 200:
        found = answer.json()
        if isinstance(found, dict):
            return found
    if answer.status in (400, 401, 403):
        raise Conflict(f"{one.label} no longer allows reading this mailbox; connect it again")
    raise Broken(f"{one.label} does not answer as it should (status {answer.status}); it is asked again later")
