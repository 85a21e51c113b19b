"""A mailbox whose owner allowed reading it at the provider's own page: against a provider that really answers on the loopback, and a real
mail server behind a line that is listened to."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import select

from api.settings import MailProviderSettings
from api.wiring import Services
from store.errors import Conflict
from store.tables import Source
from tests.answering import Answering, listening
from tests.sources.dovecot import Dovecot, line_to
from tests.sources.test_mailbox import addresses, message, read, subjects
from tests.web.conftest import Visitor, Visits

CLIENT, SECRET = "tickmark-at-alder", "the secret of the client"


@dataclass
class Provider:
    """What the provider knows: codes that it gave out, the renewal that counts now, accesses that it gave."""

    url: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    renewal: str = "renewal-0"
    given: int = 0
    changes: bool = True

    def consent(self, address: str) -> str:
        """The owner says yes there: the query with which she comes back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return urlencode({"code": code, "state": query["state"]})

    def answer(self, sent: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if sent.get("client_id") != CLIENT or sent.get("client_secret") != SECRET:
            return 401, {"error": "invalid_client"}
        if sent["grant_type"] == "authorization_code":
            query = self.codes.pop(sent["code"], None)
            digest = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=")
            if (
                query is None
                or query["code_challenge"].encode() != digest
                or query["redirect_uri"] != sent["redirect_uri"]
            ):
                return 400, {"error": "invalid_grant"}
        elif sent["refresh_token"] != self.renewal:
            return 400, {"error": "invalid_grant"}
        self.given += 1
        if self.changes:
            self.renewal = f"renewal-{self.given}"
        return 200, {"access_token": f"access-{self.given}", "refresh_token": self.renewal, "expires_in": 3600}


class _Door(Answering):
    held: ClassVar[Provider]

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        status, told = self.held.answer({name: values[0] for name, values in sent.items()})
        self.say(told, status)


@pytest.fixture
def provider() -> Iterator[Provider]:
    held = Provider()
    with listening(_Door, held):
        yield held


@pytest.fixture
def allowed(inside: Services, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Services:
    """The firm with that provider set up; its mail server is this machine."""
    monkeypatch.setenv("ALDER_MAIL_SECRET", SECRET)
    one = MailProviderSettings(
        client_id=CLIENT,
        client_secret_env="ALDER_MAIL_SECRET",
        host="localhost",
        authorize_url=f"{provider.url}/authorize",
        token_url=f"{provider.url}/token",
        wanted="mail.read",
    )
    inside.settings = inside.settings.model_copy(update={"mail": {"alder": one}, "oidc_loopback": True})
    return inside


def away(ana: Visitor, address: str) -> str:
    """The provider's address that the page of sources shows for a mailbox."""
    shown = ana.get(f"/sources/consent?provider=alder&address={address}").text
    link = re.search(r'href="(http[^"]+/authorize\?[^"]+)"', shown)
    assert link, shown
    return unescape(link[1])


def connected(ana: Visitor, provider: Provider, address: str) -> Any:
    return ana.get(f"/sources/consent/alder/back?{provider.consent(away(ana, address))}")


def source_of(services: Services, address: str) -> Source | None:
    with services.database.reading() as session:
        row = session.scalar(select(Source).where(Source.address == address))
        if row is not None:
            session.expunge(row)
        return row


def moved(services: Services, source_id: str, port: int) -> None:
    """The tests' server listens at another port than every mail server."""
    with services.database.writing() as session:
        row = session.get_one(Source, source_id)
        row.port, row.security = port, "plain"


def test_a_mailbox_is_read_by_an_access_that_is_renewed(
    allowed: Services, provider: Provider, dovecot: Dovecot, visit: Visits
) -> None:
    ana, address = visit("ana"), "allowed@alder.example"
    assert "Connect with Alder" in ana.get("/sources").text
    assert ana.follow(connected(ana, provider, address)).text.count("Allowed. It is read") == 1
    row = source_of(allowed, address)
    assert row is not None and (row.method, row.host, row.security) == ("consent", "localhost", "tls")
    assert "renewal" not in row.secret and "access" not in row.secret
    dovecot.put("allowed", "", {"1700000000.M1.host": message(addresses(allowed)[0], address, "test allowed", "Yes.")})
    with line_to(dovecot.port, lambda: None) as line:
        moved(allowed, row.id, line.port)
        assert read(allowed, row.id) == (1, 0)
        assert read(allowed, row.id) == (0, 0)  # the renewal of the first reading came anew, and is used
    assert subjects(allowed)["test allowed"] == 1
    said = [
        base64.b64decode(one) for one in re.findall(rb"^([A-Za-z0-9+/=]{40,})\r\n", b"".join(line.sent), re.MULTILINE)
    ]
    assert said == [f"user={address}\x01auth=Bearer access-{n}\x01\x01".encode() for n in (2, 3)]
    assert provider.given == 3


def test_an_owner_who_takes_it_back_is_told_how_to_go_on(
    allowed: Services, provider: Provider, dovecot: Dovecot, visit: Visits
) -> None:
    ana, address = visit("ana"), "taken@alder.example"
    connected(ana, provider, address)
    row = source_of(allowed, address)
    assert row is not None
    moved(allowed, row.id, dovecot.port)
    provider.renewal = "another"
    with pytest.raises(Conflict, match="no longer allows reading this mailbox; connect it again"):
        read(allowed, row.id)
    assert "Connect again" in ana.get("/sources").text
    refused = ana.post(f"/sources/{row.id}/change", every="10", secret="words")
    assert refused.status_code == 422 and "connect it again" in refused.text
    connected(ana, provider, address)
    moved(allowed, row.id, dovecot.port)
    dovecot.put("taken", "", {"1700000000.M1.host": message(addresses(allowed)[0], address, "test taken", "Again.")})
    assert read(allowed, row.id) == (1, 0)


def test_what_somebody_else_began_or_nobody_allowed_connects_nothing(
    allowed: Services, provider: Provider, visit: Visits
) -> None:
    ana, ben, address = visit("ana"), visit("ben"), "other@alder.example"
    query = provider.consent(away(ana, address))
    assert ben.get(f"/sources/consent/alder/back?{query}").status_code in (403, 422)
    assert ana.get("/sources/consent/alder/back?state=guessed&code=x").status_code == 422
    assert ana.get(f"/sources/consent/alder/back?{query}").status_code == 422  # it counted once
    query = parse_qs(urlsplit(away(ana, address)).query)["state"][0]
    said = ana.get(f"/sources/consent/alder/back?state={query}&error=access_denied")
    assert said.status_code == 422 and "nothing was connected" in said.text
    assert ana.get("/sources/consent?provider=alder&address=words").status_code == 422
    assert ana.get("/sources/consent?provider=nobody&address=a@b.example").status_code == 404
    assert source_of(allowed, address) is None and provider.given == 0
