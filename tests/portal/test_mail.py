"""Links by mail through a real SMTP server on loopback: once, without a word of any client, and the secret is forgotten afterwards."""

import re
from collections.abc import Iterator
from email import message_from_string, policy
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import select

from api.app import create_app
from api.post import send_all
from api.settings import load_settings
from api.wiring import Services, build
from store.tables import PortalLink
from tests.api.test_post import MailServer
from tests.api.test_post import mail as mail  # the server on loopback, a fixture
from tests.homes import copied
from tests.portal.test_many import MONDAY, One, people
from workspace.portal import doors
from workspace.scope import system_scope

Firm = tuple[Services, One]


@pytest.fixture
def firm(loaded: Path, mail: MailServer, tmp_path: Path) -> Iterator[Firm]:
    settings = load_settings(copied(loaded, tmp_path / "home"))
    server = {
        "smtp_url": SecretStr(f"smtp://127.0.0.1:{mail.port}"),
        "smtp_from": "office@alder.example",
        "today": MONDAY,
    }
    more = {"public_url": "https://tickmark.alder.example"}
    with build(settings.model_copy(update={**server, **more})) as services:
        yield services, people(services, 1)[0]


def ask(services: Services, email: str) -> None:
    with services.database.writing() as session:
        scope = system_scope(session, "portal", now=services.clock.real_now(), today=services.clock.today())
        doors.ask(scope, services.seal, email)


def link_states(services: Services) -> list[tuple[str, str]]:
    with services.database.reading() as session:
        rows = session.execute(select(PortalLink.mail, PortalLink.sealed).order_by(PortalLink.made_at)).tuples()
        return list(rows)


def test_a_link_goes_by_mail_once_and_says_nothing_of_a_client(firm: Firm, mail: MailServer) -> None:
    services, _ = firm
    ask(services, "P0@many.example")
    assert send_all(services) == {"links": 1} and send_all(services) == {}
    [text] = mail.taken
    message = message_from_string(text, policy=policy.default)
    body = message.get_content()
    assert message["To"] == "p0@many.example" and message["From"] == "office@alder.example"
    assert "Many 000" not in text and "The deed" not in text and "15 minutes" in body
    found = re.search(r"https://tickmark\.alder\.example(/portal/in/[\w-]+)", body)
    assert found is not None and link_states(services) == [("sent", "")]
    http = TestClient(create_app(services), base_url="https://tickmark.alder.example", follow_redirects=False)
    opened = http.post(found[1], headers={"accept": "text/html"})
    cookie = opened.headers["set-cookie"].lower()
    assert opened.status_code == 303 and "__secure-tickmark_portal=" in cookie
    assert "path=/portal" in cookie and "httponly" in cookie and "samesite=lax" in cookie and "; secure" in cookie


def test_a_server_that_says_later_is_asked_again_and_one_that_refuses_is_told(firm: Firm, mail: MailServer) -> None:
    services, _ = firm
    mail.recipient = "450 later"
    ask(services, "p0@many.example")
    assert send_all(services) == {}
    [(state, sealed)] = link_states(services)
    assert state == "waiting" and sealed
    ask(services, "p0@many.example")  # another one: the first is dead and is not mailed any more
    mail.recipient = "550 nobody"
    send_all(services)
    assert link_states(services) == [("none", ""), ("failed", "")] and mail.taken == []
