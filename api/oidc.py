"""Sign-in by an identity provider: OpenID Connect, the code flow with PKCE (RFC 7636), state and nonce.

Everything is fetched through the one guarded door (api/guard.py). What the provider says of itself and its keys are kept for an hour; a
signature by a key that is not among them has them fetched once more, not more than once a minute. Only signatures by asymmetric keys are
believed. Which person comes, workspace/sign_in/providers.py decides.
"""

import base64
import hmac
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.guard import fetch
from api.settings import ProviderSettings, Settings
from store.errors import Broken, NotFound, TickmarkError
from workspace.sign_in.providers import GOOGLE

ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]
LEEWAY = 60  # seconds that two clocks may differ by
_KEPT, _AGAIN = 3600.0, 60.0  # seconds
_LABELS = {"google": "Google", "microsoft": "Microsoft"}


class Refused(TickmarkError):
    """The provider's answer proves nobody. The words say nothing of what it held."""

    status = 403


@dataclass(frozen=True)
class Provider:
    """A provider that is set up. `name` stands in the address of its routes."""

    name: str
    label: str
    issuer: str
    settings: ProviderSettings


@dataclass(frozen=True)
class Begun:
    """A round to a provider that was begun: what is kept, sealed, until the browser comes back."""

    provider: str
    nonce: str
    verifier: str
    next: str

    def text(self) -> str:
        return json.dumps([self.provider, self.nonce, self.verifier, self.next])

    @classmethod
    def of(cls, text: str) -> "Begun":
        return cls(*json.loads(text))


def providers(settings: Settings) -> list[Provider]:
    """Those that are set up, in the order of the settings. Raises Broken for one whose settings cannot be used."""
    found: list[Provider] = []
    for name, one in settings.oidc.items():
        issuer = (one.issuer or (GOOGLE if name == "google" else "")).rstrip("/")
        tenant = urlsplit(issuer).path.strip("/").split("/")[0]
        if not issuer or not (name.isascii() and name.isalnum() and len(name) <= 20):
            raise Broken(f"the setting oidc.{name[:20]} cannot be used: a name of letters, and an issuer")
        if name == "microsoft" and tenant in ("common", "organizations", "consumers", ""):
            raise Broken("the setting oidc.microsoft cannot be used: the issuer is that of the firm's own tenant")
        found.append(Provider(name, one.label or _LABELS.get(name, name.capitalize()), issuer, one))
    return found


def provider(settings: Settings, name: str) -> Provider:
    """The provider of that name. Raises NotFound."""
    found = next((one for one in providers(settings) if one.name == name), None)
    if found is None:
        raise NotFound("there is no such way to sign in here")
    return found


class _Known:
    """What providers say of themselves, by issuer. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[str, tuple[float, dict[str, Any], KeySet]] = {}

    def of(self, one: Provider, loopback: bool, *, newer_than: float = _KEPT) -> tuple[dict[str, Any], KeySet]:
        """Its metadata and keys, fetched when what is known is older than `newer_than` seconds."""
        with self._lock:
            known = self._found.get(one.issuer)
            if known is None or monotonic() - known[0] > newer_than:
                about = _about(one, loopback)
                found: Any = _json(about["jwks_uri"], loopback)
                keys = KeySet.import_key_set(found)
                known = self._found[one.issuer] = (monotonic(), about, keys)
            return known[1], known[2]


_KNOWN = _Known()


def _about(one: Provider, loopback: bool) -> dict[str, Any]:
    about = _json(f"{one.issuer}/.well-known/openid-configuration", loopback)
    wanted = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    if not all(isinstance(about.get(name), str) for name in wanted) or about["issuer"].rstrip("/") != one.issuer:
        raise Broken(f"{one.label} does not say about itself what it should")
    return about


def _json(url: str, loopback: bool) -> dict[str, Any]:
    answer = fetch(url, headers={"Accept": "application/json"}, loopback=loopback, what="an identity provider")
    found = answer.json() if answer.status == 200 else None
    if not isinstance(found, dict):
        raise Broken("the identity provider does not answer as it should")
    return found


def begin(settings: Settings, one: Provider, state: str, begun: Begun, back: str) -> str:
    """The address at the provider to send the browser to. `state` binds the way back to this browser, `back` is our own address."""
    about, _ = _KNOWN.of(one, settings.oidc_loopback)
    query = {
        "response_type": "code",
        "client_id": one.settings.client_id,
        "redirect_uri": back,
        "scope": "openid email profile",
        "state": state,
        "nonce": begun.nonce,
        "code_challenge": create_s256_code_challenge(begun.verifier),
        "code_challenge_method": "S256",
    }
    address = str(about["authorization_endpoint"])
    return address + ("&" if "?" in address else "?") + urlencode(query)


def finish(settings: Settings, one: Provider, begun: Begun, code: str, back: str) -> Mapping[str, Any]:
    """The claims of who came back with this code, their signature, issuer, audience, time and nonce checked. Raises Refused for what proves
    nobody, Broken and what api/guard.py raises where the provider cannot be asked."""
    about, _ = _KNOWN.of(one, settings.oidc_loopback)
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "client_id": one.settings.client_id,
        "code_verifier": begun.verifier,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    name = one.settings.client_secret_env
    if name is not None:
        secret = os.environ.get(name)
        if not secret:
            raise Broken(f"the environment variable {name}, which holds the secret for {one.label}, is not set")
        pair = f"{quote(one.settings.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    answer = fetch(
        about["token_endpoint"],
        method="POST",
        body=urlencode(fields).encode(),
        headers=headers,
        loopback=settings.oidc_loopback,
        what="an identity provider",
    )
    told = answer.json() if answer.status == 200 else None
    token = told.get("id_token") if isinstance(told, dict) else None
    if not isinstance(token, str):
        raise Refused(f"{one.label} did not confirm who you are; try again")
    return claims_of(settings, one, token, begun.nonce)


def claims_of(settings: Settings, one: Provider, token: str, nonce: str) -> Mapping[str, Any]:
    """The claims of an id token. Raises Refused."""
    problem = Refused(f"{one.label} did not confirm who you are; try again")
    _, keys = _KNOWN.of(one, settings.oidc_loopback)
    try:
        found = _decoded(token, keys)
        if found is None:  # signed by a key that is not known yet, it may be: keys are changed
            found = _decoded(token, _KNOWN.of(one, settings.oidc_loopback, newer_than=_AGAIN)[1])
        if found is None:
            raise problem
        wanted = {
            "iss": {"essential": True, "values": [one.issuer, one.issuer + "/"]},
            "aud": {"essential": True, "value": one.settings.client_id},
        }
        claims = CodeIDToken(found.claims, found.header, wanted, {"nonce": nonce, "client_id": one.settings.client_id})
        claims.validate(leeway=LEEWAY)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise problem from None
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
        raise problem
    return dict(claims)


def _decoded(token: str, keys: KeySet) -> jwt.Token | None:
    try:
        return jwt.decode(token, keys, algorithms=ALGORITHMS)
    except (JoseError, ValueError):
        return None
