"""Invitations and forgotten passwords: links that open once, lead nobody to more than she may, and tell a stranger nothing."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from api.commands import find
from api.commands.result import silent
from api.security import COOKIE
from api.settings import load_settings
from api.wiring import Services, build
from store.errors import Conflict, Invalid, NotFound
from store.tables import DoorLink
from tests.api.test_post import MailServer, mail
from tests.homes import copied
from tests.sign_in.conftest import code_of, enrolled, enter, everything, person, trail
from tests.sign_in.soft_key import SoftKey
from tests.sign_in.test_passkeys import over_http
from tests.web.conftest import PASSWORD, Visits, visiting

__all__ = ["mail"]
NEW = "nine quiet herons waiting"


def invited(services: Services, email: str, **more: str) -> str:
    """The path of the link that the command prints."""
    found = find("person-invite").load()(services, {"email": email, **more}, silent)
    assert found.text.startswith(found.data["link"])
    return str(found.data["link"]).removeprefix("http://127.0.0.1:8420")


def test_an_invitation_leads_to_a_password_once(firm: Services, visit: Visits) -> None:
    link = invited(firm, "new@alder.example", name="New Person", role="staff")
    stranger = visit(None)
    page = stranger.get(link)
    assert "Welcome, New Person" in page.text and stranger.get(link).status_code == 200, "looking uses nothing up"
    weak = stranger.post(link, csrf=None, password="new@alder.example")
    assert weak.status_code == 422 and "will not do" in weak.text
    entered = stranger.post(link, csrf=None, password=NEW)
    assert entered.headers["location"] == "/" and stranger.get("/clients").status_code == 200
    for again in (visit(None).get(link), visit(None).post(link, csrf=None, password=NEW)):
        assert again.status_code == 404 and "opens nothing any more" in again.text
    secret = link.rpartition("/")[2]
    with firm.database.reading() as session:
        assert secret not in repr([one.token_hash for one in session.scalars(select(DoorLink))])
    assert secret not in everything(firm)
    assert [one.tag for one in trail(firm, "person:link:made", "person:link:used")] == [
        "person:link:made",
        "person:link:used",
    ]
    with pytest.raises(Conflict, match="can sign in already"):
        invited(firm, "new@alder.example")
    with pytest.raises(NotFound):
        invited(firm, "nobody@alder.example")
    with pytest.raises(Invalid):
        invited(firm, "other@alder.example", name="Only a name")


def test_an_invitation_leads_to_a_passkey_without_any_password(firm: Services, visit: Visits) -> None:
    link = invited(firm, "new@alder.example", name="New Person", role="staff")
    key, stranger = SoftKey("http://tickmark.example", "tickmark.example"), visit(None)
    assert over_http(stranger, f"{link}/passkey", key.made, name="the phone").json() == {"next": "/"}
    assert stranger.get("/clients").status_code == 200
    assert visit(None).http.post(f"{link}/passkey/options", json={}).status_code == 404
    assert over_http(visit(None), "/sign-in/passkey", key.signed).status_code == 200


def test_a_link_for_a_forgotten_password_does_not_get_past_the_second_factor(firm: Services, visit: Visits) -> None:
    secret, _ = enrolled(firm, "mia")
    ben = visit("ana")
    made = ben.post("/doors/links", email="mia@alder.example", kind="reset")
    link = re.search(r'id="link">http://tickmark\.example(/sign-in/link/[^<]+)<', made.text)
    assert link is not None
    assert link[1] not in ben.get("/doors").text, "told once"
    assert visit(None).http.post(f"{link[1]}/passkey/options", json={}).status_code == 404, "no passkey by it"
    signed_in = visit(None)
    enter(signed_in, "mia", PASSWORD)
    signed_in.http.post("/sign-in/code", data={"code": code_of(secret)})
    assert signed_in.get("/clients").status_code == 200
    stranger = visit(None)
    asked = stranger.post(link[1], csrf=None, password=NEW)
    assert asked.headers["location"] == "/sign-in/code" and COOKIE not in stranger.http.cookies
    assert signed_in.get("/clients").status_code == 303, "whoever sat there before is out"
    assert stranger.http.post("/sign-in/code", data={"code": code_of(secret, 1)}).status_code == 303


def test_links_are_revoked_end_by_themselves_and_by_another(firm: Services, visit: Visits) -> None:
    ana = visit("ana")

    def make() -> str:
        sent = {"email": "sol@alder.example", "kind": "reset"}
        made = ana.http.post("/api/v1/doors/links", json=sent, headers={"x-csrf-token": ana.csrf()})
        assert made.status_code == 201
        return str(made.json()["link"]).removeprefix("http://tickmark.example")

    first, second = make(), make()
    assert visit(None).get(first).status_code == 404 and visit(None).get(second).status_code == 200
    out = ana.http.get("/api/v1/doors").json()["links"]
    assert [(one["email"], one["kind"], one["made_by"]) for one in out] == [
        ("sol@alder.example", "reset", "ana@alder.example")
    ]
    assert ana.post(f"/doors/links/{out[0]['id']}/revoke").status_code == 303
    assert visit(None).get(second).status_code == 404
    third = make()
    with firm.database.writing() as session:
        row = session.scalars(select(DoorLink).order_by(DoorLink.created_at.desc())).first()
        assert row is not None and row.expires_at - row.created_at == timedelta(hours=24)
        row.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    assert visit(None).get(third).status_code == 404
    again = make()
    with firm.database.writing() as session:
        person(session, "sol").active = False
    assert visit(None).get(again).status_code == 404


def test_nobody_makes_a_link_to_what_she_may_not(firm: Services, visit: Visits) -> None:
    """An administrator manages people and releases nothing: with a partner's link she could."""
    adm, mia = visit("adm"), visit("mia")
    refused = adm.post("/doors/links", email="ana@alder.example", kind="reset")
    assert refused.status_code == 403 and "deliverable:release" in refused.text
    assert adm.post("/doors/links", email="sol@alder.example", kind="reset").status_code == 200
    assert mia.post("/doors/links", email="sol@alder.example", kind="reset").status_code == 403
    assert visit("ana").post("/doors/links", email="ben@alder.example", kind="reset").status_code == 200


@pytest.fixture
def mailing(furnished: Path, tmp_path: Path, mail: MailServer) -> Iterator[Services]:
    """A firm with a mail server and a public address."""
    more = {
        "smtp_url": SecretStr(f"smtp://127.0.0.1:{mail.port}"),
        "smtp_from": "office@alder.example",
        "public_url": "http://tickmark.example",
    }
    with build(load_settings(copied(furnished, tmp_path / "home")).model_copy(update=more)) as services:
        yield services


def test_a_forgotten_password_by_mail_says_the_same_whether_there_is_anybody(
    mailing: Services, mail: MailServer
) -> None:
    stranger = visiting(mailing)(None)
    hers = stranger.post("/sign-in/forgotten", csrf=None, email="Ana@alder.example")
    nobodys = stranger.post("/sign-in/forgotten", csrf=None, email="nobody@alder.example")
    assert hers.text == nobodys.text and "a link is on its way" in hers.text
    assert len(mail.taken) == 1 and "To: ana@alder.example" in mail.taken[0]
    link = re.search(r"http://tickmark\.example(/sign-in/link/\S+)", mail.taken[0])
    assert link is not None
    assert stranger.post(link[1], csrf=None, password=NEW).status_code == 303
    assert enter(visiting(mailing)(None), "ana", NEW).status_code == 303
    for _ in range(4):
        stranger.post("/sign-in/forgotten", csrf=None, email="ana@alder.example")
    assert len(mail.taken) == 3, "no more than three an hour"


def test_without_a_mail_server_it_says_whom_to_ask(firm: Services, visit: Visits) -> None:
    stranger = visit(None)
    page = stranger.get("/sign-in/forgotten")
    assert "Ask whoever manages people" in page.text and "<form" not in page.text
    sent = stranger.post("/sign-in/forgotten", csrf=None, email="ana@alder.example")
    assert "Ask whoever manages people" in sent.text and trail(firm, "person:link:made") == []
