"""Passkeys, with an authenticator that breaks the rules one by one; the real browser is in tests/web/test_sign_in.py."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.security import COOKIE
from api.wiring import Services
from store.errors import Conflict, Invalid, NotFound
from store.tables import Passkey
from tests.sign_in.conftest import enter, person, trail
from tests.sign_in.soft_key import SoftKey
from tests.web.conftest import PASSWORD, Visitor, Visits
from workspace.sign_in import passkeys
from workspace.sign_in.passkeys import Owner, Site

NOW = datetime(2026, 3, 9, 15, tzinfo=UTC)
SITE = Site("tickmark.example", "https://tickmark.example")
ANA = Owner("person", "per_ana", "ana@alder.example", "Ana")
CONTACT = Owner("contact", "con_1", "jo@client.example", "Jo")


@pytest.fixture
def held(firm: Services) -> Iterator[Session]:
    with firm.database.writing() as session:
        yield session


def added(held: Session, owner: Owner = ANA, **more: Any) -> SoftKey:
    key = SoftKey(SITE.origin, SITE.rp_id, **more)
    options = passkeys.begin_adding(held, owner, SITE, "hers", NOW)
    passkeys.finish_adding(held, owner, SITE, "hers", key.made(options), "the key", NOW)
    return key


def entering(
    held: Session, key: SoftKey, kind: str = "person", at: datetime = NOW, back: str = "hers", **other: Any
) -> str | None:
    options = passkeys.begin_entering(held, kind, SITE, "hers", NOW)
    return passkeys.finish_entering(held, kind, SITE, back, key.signed(options, **other), at)


def why(held: Session) -> str:
    return str(held.info["audit"][-1]["detail"]["why"])


def test_one_that_was_added_signs_its_owner_in_and_counts(held: Session) -> None:
    key = added(held)
    assert entering(held, key) == entering(held, key) == ANA.id
    row = held.scalars(select(Passkey)).one()
    assert (row.sign_count, row.used_at, row.name, row.transports) == (2, NOW, "the key", ["usb"])
    assert [one.name for one in passkeys.passkeys_of(held, ANA)] == ["the key"]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"origin": "https://tickmark.example.evil.example"}, "signature"),
        ({"origin": "http://tickmark.example"}, "signature"),
        ({"type": "webauthn.create"}, "signature"),
        ({"challenge": "AAAA"}, "signature"),
    ],
)
def test_another_origin_or_challenge_is_refused(held: Session, other: dict[str, str], reason: str) -> None:
    assert entering(held, added(held), **other) is None
    assert why(held) == reason


def test_an_authenticator_that_did_not_know_its_user_is_refused(held: Session) -> None:
    key = added(held)
    key.verified = False
    assert entering(held, key) is None and why(held) == "signature"
    options = passkeys.begin_adding(held, ANA, SITE, "hers", NOW)
    with pytest.raises(Invalid, match="does not prove"):
        unknown = SoftKey(SITE.origin, SITE.rp_id, verified=False)
        passkeys.finish_adding(held, ANA, SITE, "hers", unknown.made(options), "the key", NOW)


def test_a_count_that_does_not_rise_is_a_copy(held: Session) -> None:
    key = added(held, count=5)
    assert entering(held, key) == ANA.id
    key.count = 5
    assert entering(held, key) is None and why(held) == "count"
    key.count = 9
    assert entering(held, key) == ANA.id


def test_a_challenge_counts_once_for_one_browser_and_not_for_long(held: Session) -> None:
    key = added(held)
    assert entering(held, key, back="another browser") is None and why(held) == "challenge"
    assert entering(held, key, at=NOW + timedelta(minutes=6)) is None and why(held) == "challenge"
    options = passkeys.begin_entering(held, "person", SITE, "hers", NOW)
    answer = key.signed(options)
    assert passkeys.finish_entering(held, "person", SITE, "hers", answer, NOW) == ANA.id
    assert passkeys.finish_entering(held, "person", SITE, "hers", answer, NOW) is None, "the same answer again"
    begun = passkeys.begin_entering(held, "person", SITE, "hers", NOW)
    passkeys.begin_entering(held, "person", SITE, "hers", NOW)
    assert passkeys.finish_entering(held, "person", SITE, "hers", key.signed(begun), NOW) is None, "begun before"


def test_a_contacts_opens_nothing_of_the_firm_and_the_other_way_round(held: Session) -> None:
    hers, theirs = added(held), added(held, CONTACT)
    assert entering(held, theirs) is None and entering(held, hers, "contact") is None
    assert entering(held, theirs, "contact") == CONTACT.id
    assert passkeys.passkeys_of(held, Owner("contact", ANA.id, "", "")) == []


def test_one_that_was_revoked_opens_nothing_and_only_its_owner_revokes(held: Session) -> None:
    key = added(held)
    identity = passkeys.passkeys_of(held, ANA)[0].id
    with pytest.raises(NotFound):
        passkeys.revoke_passkey(held, Owner("person", "per_mia", "mia@alder.example", "Mia"), identity, NOW)
    passkeys.revoke_passkey(held, ANA, identity, NOW)
    assert entering(held, key) is None and passkeys.passkeys_of(held, ANA) == []


def test_a_handle_of_somebody_else_and_nonsense_are_refused(held: Session) -> None:
    key = added(held)
    mine, key.handle = key.handle, "cGVyc29uOnBlcl9taWE"
    assert entering(held, key) is None and why(held) == "owner"
    key.handle = mine
    options = passkeys.begin_entering(held, "person", SITE, "hers", NOW)
    good = key.signed(options)
    broken: list[Any] = [
        {},
        {"id": 7},
        {"id": good["id"]},
        {**good, "response": {}},
        {**good, "response": {**good["response"], "signature": "!"}},
        {**good, "response": {**good["response"], "authenticatorData": "AAAA"}},
        {**good, "response": {**good["response"], "clientDataJSON": "e30"}},
        {**good, "response": {**good["response"], "clientDataJSON": "x" * 30_000}},
        {**good, "response": None},
        {**good, "rawId": "AAAA"},
        {**good, "type": "password"},
    ]
    for one in broken:
        passkeys.begin_entering(held, "person", SITE, "hers", NOW)
        assert passkeys.finish_entering(held, "person", SITE, "hers", one, NOW) is None, one
        passkeys.begin_adding(held, ANA, SITE, "hers", NOW)
        with pytest.raises((Invalid, Conflict)):
            passkeys.finish_adding(held, ANA, SITE, "hers", one, "the key", NOW)


def test_the_same_is_added_once_and_each_has_a_name(held: Session) -> None:
    key = added(held)
    for name, error in (("the key", Conflict), (" ", Invalid), ("x" * 61, Invalid)):
        options = passkeys.begin_adding(held, ANA, SITE, "hers", NOW)
        with pytest.raises(error):
            passkeys.finish_adding(held, ANA, SITE, "hers", key.made(options), name, NOW)


def over_http(visitor: Visitor, path: str, act: Any, **more: Any) -> Any:
    """Both steps of a ceremony, as the script takes them."""
    headers = {"x-csrf-token": visitor.csrf()} if COOKIE in visitor.http.cookies else {}
    options = visitor.http.post(f"{path}/options", json={}, headers=headers)
    assert options.status_code == 200, options.text
    return visitor.http.post(path, json={"credential": act(options.json()), **more}, headers=headers)


def test_over_http_it_counts_as_both_factors_whatever_the_brake_says(firm: Services, visit: Visits) -> None:
    ana = visit("ana")
    key = SoftKey("http://tickmark.example", "tickmark.example")
    made = over_http(ana, "/me/sign-in/passkeys", key.made, name="the laptop")
    assert made.json() == {"next": "/me/sign-in?said=passkey-added"}
    assert "the laptop" in ana.get("/me/sign-in").text
    stranger = visit(None)
    while enter(stranger, "ana", "x").status_code == 401:
        pass
    assert enter(stranger, "ana", PASSWORD).status_code == 429
    came = over_http(stranger, "/sign-in/passkey", key.signed, next="/clients?by=name")
    assert came.json() == {"next": "/clients?by=name"} and stranger.get("/clients").status_code == 200
    adm = visit("adm")
    adm.post("/doors/policy", policy="all")
    assert stranger.get("/clients").status_code == 200, "both factors were shown"
    password_only = enter(visit(None), "ana", PASSWORD)
    assert password_only.status_code in (401, 429)
    shown = ana.http.get("/api/v1/me/sign-in").json()
    assert [one["name"] for one in shown["passkeys"]] == ["the laptop"] and shown["second_factor_needed"]
    elsewhere = over_http(visit(None), "/sign-in/passkey", key.signed, next="//evil.example")
    assert elsewhere.json() == {"next": "/"}


def test_who_left_the_firm_comes_in_no_more(firm: Services, visit: Visits) -> None:
    key = SoftKey("http://tickmark.example", "tickmark.example")
    over_http(visit("mia"), "/me/sign-in/passkeys", key.made, name="the laptop")
    with firm.database.writing() as session:
        person(session, "mia").active = False
    refused = over_http(visit(None), "/sign-in/passkey", key.signed)
    assert refused.status_code == 403 and refused.json() == {"error": "That passkey opens nothing here."}
    unknown = over_http(visit(None), "/sign-in/passkey", SoftKey("http://tickmark.example", "tickmark.example").signed)
    assert unknown.json() == refused.json(), "told alike"
    assert len(trail(firm, "passkey:key:refused")) == 1
