"""Sign-in by an identity provider, against one that really runs on the loopback: its own keys, its own codes, its own lies."""

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from api import oidc
from api.security import COOKIE
from api.settings import ProviderSettings, load_settings
from api.wiring import Services, build
from store.errors import Broken
from tests.answering import Answering, listening
from tests.homes import copied
from tests.sign_in.conftest import code_of, enrolled, everything, trail
from tests.web.conftest import Visitor, visiting
from workspace.sign_in.providers import verified_address

CLIENT, SECRET = "tickmark-at-alder", "the secret of the client"


@dataclass
class Provider:
    """What the provider knows: its key, the codes that it gave out, what it will say of the next who comes."""

    url: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}))
    published: list[RSAKey] = field(default_factory=list[RSAKey])
    codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    said: dict[str, Any] = field(default_factory=dict[str, Any])
    unsigned: bool = False
    asked: int = 0

    def consent(self, address: str) -> str:
        """Somebody signs in there: the query with which she is sent back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["response_type"] == "code" and query["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return urlencode({"code": code, "state": query["state"]})

    def token(self, query: dict[str, str]) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "subject-of-ana",
            "iat": now,
            "exp": now + 300,
            "nonce": query["nonce"],
            "email": "Ana@Alder.example",
            "email_verified": True,
        }
        claims.update(self.said)
        if self.unsigned:
            parts = ({"alg": "none"}, claims)
            return (
                ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts)
                + "."
            )
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)


class _Door(Answering):
    held: ClassVar[Provider]

    def do_GET(self) -> None:
        held = self.held
        if self.path == "/.well-known/openid-configuration":
            self.say(
                {
                    "issuer": held.url,
                    "authorization_endpoint": f"{held.url}/authorize",
                    "token_endpoint": f"{held.url}/token",
                    "jwks_uri": f"{held.url}/keys",
                }
            )
        else:
            held.asked += 1
            self.say(KeySet(held.published or [held.key]).as_dict(private=False))

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        query = self.held.codes.pop(sent["code"][0], None)
        verifier = hashlib.sha256(sent["code_verifier"][0].encode()).digest()
        proved = (
            query is not None and query["code_challenge"] == base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        )
        word = base64.b64decode(self.headers["authorization"].removeprefix("Basic ")).decode()
        known = word == f"{CLIENT}:{SECRET.replace(' ', '%20')}"
        if query is None or not proved or not known or sent["redirect_uri"][0] != query["redirect_uri"]:
            self.say({"error": "invalid_grant"}, 400)
        else:
            self.say({"access_token": "x", "token_type": "Bearer", "id_token": self.held.token(query)})


@pytest.fixture
def provider() -> Iterator[Provider]:
    held = Provider()
    with listening(_Door, held):
        yield held


@pytest.fixture
def alder(furnished: Path, tmp_path: Path, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """The firm with that provider set up."""
    monkeypatch.setenv("ALDER_OIDC_SECRET", SECRET)
    one = ProviderSettings(client_id=CLIENT, client_secret_env="ALDER_OIDC_SECRET", issuer=provider.url, label="Alder")
    more = {"oidc": {"alder": one}, "oidc_loopback": True}
    with build(load_settings(copied(furnished, tmp_path / "home")).model_copy(update=more)) as services:
        yield services


@pytest.fixture
def come(alder: Services, provider: Provider) -> Callable[..., Any]:
    """`come()` goes to the provider and back with a new browser: the answer of the last step."""

    visit = visiting(alder)

    def come(browser: Visitor | None = None, next: str = "/clients") -> Any:
        browser = browser or visit(None)
        away = browser.get(f"/sign-in/with/alder?next={next}")
        assert away.headers["location"].startswith(f"{provider.url}/authorize?"), away.text
        return browser.get(f"/sign-in/with/alder/back?{provider.consent(away.headers['location'])}")

    return come


def test_a_verified_address_of_the_firm_comes_in_and_nobody_is_made(
    alder: Services, provider: Provider, come: Callable[..., Any]
) -> None:
    browser = visiting(alder)(None)
    assert 'href="/sign-in/with/alder?next=%2F"' in browser.get("/sign-in").text.replace("next=/", "next=%2F")
    came = come(browser)
    assert came.headers["location"] == "/clients" and browser.get("/clients").status_code == 200
    assert "alder" in browser.get("/me").text
    provider.said = {"email": "stranger@alder.example", "sub": "another"}
    refused = come()
    assert refused.status_code == 403 and "Nobody of this firm comes in with that account" in refused.text
    assert [one.detail["why"] for one in trail(alder, "person:provider:refused")] == ["nobody"]
    assert SECRET not in everything(alder)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"nonce": "another"}, "did not confirm"),
    ({"nonce": None}, "did not confirm"),
    ({"aud": "another client"}, "did not confirm"),
    ({"aud": [CLIENT, "another client"]}, "did not confirm"),
    ({"iss": "https://accounts.evil.example"}, "did not confirm"),
    ({"exp": int(time.time()) - 3600}, "did not confirm"),
    ({"iat": int(time.time()) + 3600}, "did not confirm"),
    ({"exp": None}, "did not confirm"),
    ({"sub": ""}, "Nobody of this firm"),
    ({"email_verified": False}, "Nobody of this firm"),
    ({"email_verified": None}, "Nobody of this firm"),
    ({"email": None}, "Nobody of this firm"),
]


def test_what_is_not_right_opens_nothing(provider: Provider, come: Callable[..., Any]) -> None:
    for said, word in WRONG:
        provider.said = said
        refused = come()
        assert refused.status_code == 403 and word in refused.text, said
        assert COOKIE not in refused.headers.get("set-cookie", "")


def test_an_unsigned_word_and_one_of_another_key_are_refused(provider: Provider, come: Callable[..., Any]) -> None:
    provider.unsigned = True
    assert come().status_code == 403
    provider.unsigned = False
    provider.published = [provider.key]
    provider.key = RSAKey.generate_key(2048, {"kid": "first"})
    assert come().status_code == 403, "the name of the key is right, the key is not"


def test_a_key_that_was_changed_is_fetched_and_not_at_every_word(
    provider: Provider, come: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert come().status_code == 303 and provider.asked == 1
    assert come().status_code == 303 and provider.asked == 1, "known for an hour"
    provider.key = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    assert come().status_code == 403 and provider.asked == 1, (
        "asked a moment ago: whoever sends nonsense makes no traffic"
    )
    real = time.monotonic
    monkeypatch.setattr(oidc, "monotonic", lambda: real() + 120)
    assert come().status_code == 303 and provider.asked == 2


def test_the_way_back_is_for_one_browser_once_and_for_what_it_began(alder: Services, provider: Provider) -> None:
    browser, other = visiting(alder)(None), visiting(alder)(None)
    away = browser.get("/sign-in/with/alder").headers["location"]
    query = provider.consent(away)
    assert other.get(f"/sign-in/with/alder/back?{query}").status_code == 403, "somebody else's browser"
    assert browser.get(f"/sign-in/with/alder/back?{query}").status_code == 303
    browser.http.cookies.delete(COOKIE)
    again = browser.get(f"/sign-in/with/alder/back?{query}")
    assert again.status_code == 403 and "begun elsewhere" in again.text
    away = browser.get("/sign-in/with/alder").headers["location"]
    query = provider.consent(away).replace("state=", "state=x")
    assert browser.get(f"/sign-in/with/alder/back?{query}").status_code == 403
    assert browser.get("/sign-in/with/alder/back?error=access_denied").status_code == 403
    assert browser.get("/sign-in/with/nobody").status_code == 404


def test_the_subject_is_bound_to_her_and_a_generator_is_still_asked_for(
    alder: Services, provider: Provider, come: Callable[..., Any]
) -> None:
    secret, _ = enrolled(alder, "ana")
    browser = visiting(alder)(None)
    asked = come(browser)
    assert asked.headers["location"] == "/sign-in/code?next=%2Fclients" and COOKIE not in browser.http.cookies
    assert browser.http.post("/sign-in/code", data={"code": code_of(secret)}).status_code == 303
    provider.said = {"sub": "who got the address later"}
    assert come().status_code == 403
    provider.said = {"email": "mia@alder.example"}
    assert come().status_code == 403, "one subject is one person"
    assert [one.detail["why"] for one in trail(alder, "person:provider:refused")] == ["another-subject"] * 2
    assert len(trail(alder, "person:provider:linked")) == 1


def test_only_the_domains_of_the_settings(alder: Services, come: Callable[..., Any]) -> None:
    one = alder.settings.oidc["alder"].model_copy(update={"domains": ["other.example"]})
    alder.settings.oidc["alder"] = one
    assert come().status_code == 403
    assert [found.detail["why"] for found in trail(alder, "person:provider:refused")] == ["domain"]


GOOGLE = "https://accounts.google.com"
TENANT = "https://login.microsoftonline.com/0f1e2d3c-0000-4000-8000-000000000001/v2.0"
TID = "0f1e2d3c-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("issuer", "claims", "vouched"),
    [
        (GOOGLE, {"email": "a@gmail.com", "email_verified": True}, True),
        (GOOGLE, {"email": "a@alder.example", "email_verified": True, "hd": "alder.example"}, True),
        (GOOGLE, {"email": "a@alder.example", "email_verified": True}, False),
        (GOOGLE, {"email": "a@gmail.com", "email_verified": False}, False),
        (TENANT, {"email": "a@alder.example", "tid": TID, "xms_edov": True}, True),
        (TENANT, {"email": "a@alder.example", "tid": TID, "xms_edov": "1"}, True),
        (TENANT, {"email": "a@alder.example", "tid": TID}, False),
        (TENANT, {"email": "a@alder.example", "tid": TID, "email_verified": True}, False),
        (TENANT, {"email": "a@alder.example", "tid": "another", "xms_edov": True}, False),
        (GOOGLE, {"email": "a@b@gmail.com", "email_verified": True}, False),
    ],
)
def test_which_address_a_provider_vouches_for(issuer: str, claims: dict[str, Any], vouched: bool) -> None:
    assert (verified_address(issuer, claims) is not None) == vouched


@pytest.mark.parametrize(
    ("name", "issuer"),
    [
        ("microsoft", "https://login.microsoftonline.com/common/v2.0"),
        ("microsoft", None),
        ("a/b", "https://id.example"),
    ],
)
def test_settings_that_cannot_be_used_are_told(furnished: Path, name: str, issuer: str | None) -> None:
    settings = load_settings(furnished)
    one = ProviderSettings(client_id="x", issuer=issuer)
    with pytest.raises(Broken, match="cannot be used"):
        oidc.providers(settings.model_copy(update={"oidc": {name: one}}))


def test_a_provider_inside_the_house_is_not_asked(alder: Services, provider: Provider) -> None:
    settings = alder.settings.model_copy(update={"oidc_loopback": False})
    one = oidc.provider(settings, "alder")
    before = provider.asked
    with pytest.raises(Exception, match=r"https only|no public address"):
        oidc._Known().of(one, settings.oidc_loopback)
    assert provider.asked == before
