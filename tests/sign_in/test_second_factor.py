"""The second factor over HTTP: set up, asked for, never taken twice, recovered from, required, and asked for again."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from api.commands import find
from api.commands.result import silent
from api.security import COOKIE
from api.wiring import Services
from store.tables import RecoveryCode, SecondFactor, SignIn
from tests.sign_in.conftest import code_of, enrolled, enter, everything, trail
from tests.web.conftest import PASSWORD, Visitor, Visits


def with_code(visitor: Visitor, code: str, next: str = "/") -> int:
    """Password, then this code; the status of the answer to the code."""
    assert enter(visitor, "ana", PASSWORD, next=next).headers["location"].startswith("/sign-in/code")
    return int(visitor.http.post("/sign-in/code", data={"code": code, "next": next}).status_code)


def test_a_generator_is_set_up_with_a_picture_and_counts_once_a_code_confirms_it(firm: Services, visit: Visits) -> None:
    ana = visit("ana")
    shown = ana.post("/me/sign-in/generator")
    secret = re.search(r'id="secret">([A-Z2-7]{32})<', shown.text)
    assert secret is not None and "<svg" in shown.text and 'class="qr"' in shown.text
    assert not re.search(r"<svg[^>]*style=|<path[^>]*style=", shown.text), "the policy would drop it"
    assert "<svg" not in re.sub(r"(?s)<header.*?</header>", "", ana.get("/me/sign-in").text), "shown once"
    assert enter(visit(None), "ana", PASSWORD).headers["location"] == "/", "not confirmed: it is asked of nobody"
    wrong = ana.post("/me/sign-in/generator/confirm", code="000000")
    assert wrong.status_code == 422
    kept = ana.post("/me/sign-in/generator/confirm", code=code_of(secret[1]))
    codes = re.findall(r"<code>([A-Z2-9]{4}(?:-[A-Z2-9]{4}){3})</code>", kept.text)
    assert len(set(codes)) == 10
    assert not any(one in ana.get("/me/sign-in").text for one in codes), "shown once"
    assert enter(visit(None), "ana", PASSWORD).headers["location"] == "/sign-in/code"
    with firm.database.reading() as session:
        row = session.scalars(select(SecondFactor)).one()
        assert secret[1] not in row.secret and firm.seal.open(row.secret) == secret[1]
        assert not {one.code_hash for one in session.scalars(select(RecoveryCode))} & set(codes)
    said = everything(firm)
    assert secret[1] not in said and not any(one in said for one in codes)
    assert [one.tag for one in trail(firm, "person:factor:set", "person:recovery:made")] == [
        "person:factor:set",
        "person:recovery:made",
    ]


def test_with_one_the_password_alone_opens_nothing_and_a_code_is_taken_once(firm: Services, visit: Visits) -> None:
    secret, _ = enrolled(firm, "ana")
    stranger = visit(None)
    asked = enter(stranger, "ana", PASSWORD, next="/clients")
    assert asked.headers["location"] == "/sign-in/code?next=%2Fclients"
    assert COOKIE not in stranger.http.cookies and stranger.get("/clients").status_code == 303
    assert "Your code" in stranger.follow(asked).text
    code = code_of(secret)
    came = stranger.http.post("/sign-in/code", data={"code": f"{code[:3]} {code[3:]}", "next": "/clients"})
    assert came.headers["location"] == "/clients" and stranger.get("/clients").status_code == 200
    assert "password + code" in stranger.get("/me").text
    assert with_code(visit(None), code) == 401, "the same code a second time"
    assert with_code(visit(None), code_of(secret, -1)) == 401, "one before the last that was taken"
    assert with_code(visit(None), code_of(secret, 2)) == 401, "one of a minute ahead"
    assert with_code(visit(None), code_of(secret, 1)) == 303, "a clock that runs half a minute ahead"
    assert stranger.http.post("/sign-in/code", data={"code": code_of(secret)}).status_code == 401
    assert visit(None).get("/sign-in/code").headers["location"] == "/sign-in", "nothing was begun there"


def test_after_five_wrong_codes_the_password_is_asked_again(firm: Services, visit: Visits) -> None:
    secret, _ = enrolled(firm, "ana")
    stranger = visit(None)
    enter(stranger, "ana", PASSWORD)
    told = [stranger.http.post("/sign-in/code", data={"code": "123456"}).text for _ in range(5)]
    assert all("it was used already" in one for one in told[:4]) and "Begin again" in told[4]
    assert stranger.http.post("/sign-in/code", data={"code": code_of(secret)}).status_code == 401
    assert len(trail(firm, "person:factor:refused")) == 5
    for _ in range(2):
        enter(stranger, "ana", PASSWORD)
        stranger.http.post("/sign-in/code", data={"code": "123456"})
    enter(stranger, "ana", PASSWORD)
    assert stranger.http.post("/sign-in/code", data={"code": "123456"}).status_code == 401
    assert enter(stranger, "ana", PASSWORD).status_code == 429, "wrong codes count as failed sign-ins"


def test_a_recovery_code_counts_once_and_new_ones_end_the_old(firm: Services, visit: Visits) -> None:
    _, codes = enrolled(firm, "ana")
    ana = visit(None)
    assert with_code(ana, codes[0].lower().replace("-", " ")) == 303
    assert with_code(visit(None), codes[0]) == 401
    assert "password + recovery" in ana.get("/me").text and "9 recovery codes left" in ana.get("/me/sign-in").text
    made = re.findall(r"<code>([A-Z2-9-]{19})</code>", ana.post("/me/sign-in/codes").text)
    assert len(made) == 10
    assert with_code(visit(None), codes[1]) == 401
    assert with_code(visit(None), made[1]) == 303
    assert len(trail(firm, "person:recovery:used")) == 2


def test_who_must_and_has_none_is_led_to_set_one_up_before_anything_else(firm: Services, visit: Visits) -> None:
    adm, mia, ana = visit("adm"), visit("mia"), visit("ana")
    assert "optional" in adm.get("/doors").text
    set_ = adm.post("/doors/policy", policy="partners-and-admins")
    assert set_.headers["location"] == "/doors?said=policy-set"
    assert mia.get("/clients").status_code == 200, "a manager need not"
    led = ana.get("/clients?by=name")
    assert led.headers["location"] == "/sign-in/again?next=%2Fclients%3Fby%3Dname"
    page = ana.follow(ana.follow(led))
    assert "Your firm asks for a second factor" in page.text
    program = ana.http.get("/api/v1/clients")
    assert program.status_code == 403 and "second factor" in program.json()["error"]
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
    assert token is not None
    shown = ana.post("/me/sign-in/generator", csrf=token[1])
    secret = re.search(r'id="secret">([A-Z2-7]{32})<', shown.text)
    assert secret is not None
    ana.post("/me/sign-in/generator/confirm", csrf=token[1], code=code_of(secret[1]))
    assert ana.get("/clients").status_code == 200, "she showed both"
    refused = ana.post("/me/sign-in/generator/remove")
    assert refused.status_code == 403 and "add a passkey before" in refused.text
    assert [one.detail["after"] for one in trail(firm, "firm:factor:set")] == ["partners-and-admins"]


def test_the_setting_is_for_whoever_manages_people_and_one_of_three(firm: Services, visit: Visits) -> None:
    mia, adm = visit("mia"), visit("adm")
    assert mia.get("/doors").status_code == 403
    assert mia.post("/doors/policy", policy="optional").status_code == 403
    assert adm.post("/doors/policy", policy="nobody").status_code == 422
    put = adm.http.put("/api/v1/doors/policy", json={"second_factor": "all"}, headers={"x-csrf-token": adm.csrf()})
    assert put.json() == {"second_factor": "all"}


def test_the_operator_takes_a_lost_factor_away(firm: Services, visit: Visits) -> None:
    enrolled(firm, "ana")
    run = find("person-reset-factor").load()
    result = run(firm, {"email": "ana@alder.example"}, silent)
    assert result.data == {"email": "ana@alder.example", "removed": 1}
    assert enter(visit(None), "ana", PASSWORD).headers["location"] == "/"
    assert [one.actor for one in trail(firm, "person:factor:reset")] == ["system:person-reset-factor"]


def age(services: Services, hours: float) -> None:
    """As if every session had been opened, and everything shown, so long ago."""
    then = datetime.now(UTC) - timedelta(hours=hours)
    with services.database.writing() as session:
        for row in session.scalars(select(SignIn)):
            row.fresh_at = then
            row.proved_at = then if row.proved_at else None


def test_what_leaves_the_firm_asks_the_factor_again_and_leads_back(firm: Services, visit: Visits) -> None:
    secret, codes = enrolled(firm, "adm")
    adm, mia = visit(None), visit("mia")
    enter(adm, "adm", PASSWORD)
    adm.http.post("/sign-in/code", data={"code": code_of(secret)})
    assert adm.post("/doors/policy", policy="optional").status_code == 303, "shown a moment ago"
    age(firm, 5)
    here = {"referer": "http://tickmark.example/doors?said=policy-set", "accept": "text/html"}
    asked = adm.http.post("/doors/policy", data={"policy": "all", "csrf": adm.csrf()}, headers=here)
    assert asked.headers["location"] == "/sign-in/again?next=%2Fdoors%3Fsaid%3Dpolicy-set"
    assert trail(firm, "firm:factor:set")[-1].detail["after"] == "optional", "nothing was done"
    program = adm.http.put("/api/v1/doors/policy", json={"second_factor": "all"}, headers={"x-csrf-token": adm.csrf()})
    assert program.status_code == 403 and "second factor again" in program.json()["error"]
    page = adm.follow(asked)
    assert "Is it you?" in page.text and 'value="/doors?said=policy-set"' in page.text
    assert adm.post("/sign-in/again", given="000000", next="/doors").status_code == 401
    back = adm.post("/sign-in/again", given=codes[0], next="/doors")
    assert back.headers["location"] == "/doors?said=proved"
    assert adm.post("/doors/policy", policy="optional").status_code == 303
    assert mia.post("/me/zone", zone="").status_code == 303, "nothing is asked of who has none, or for her own things"


@pytest.mark.parametrize("path", ["/me/sign-in/generator", "/me/sign-in/codes", "/me/sign-in/generator/remove"])
def test_how_she_signs_in_is_changed_only_by_who_showed_herself_just_now(
    firm: Services, visit: Visits, path: str
) -> None:
    ana = visit("ana")
    age(firm, 1)
    asked = ana.post(path)
    assert asked.headers["location"].startswith("/sign-in/again?next=")
    assert "Password" in ana.follow(asked).text
    assert ana.post("/sign-in/again", given="wrong", next="/me/sign-in").status_code == 401
    assert ana.post("/sign-in/again", given=PASSWORD, next="/me/sign-in").status_code == 303
    assert ana.post(path).status_code != 303, "now it is looked at for itself"
    enrolled(firm, "ana")
    assert ana.post(path).headers["location"].startswith("/sign-in/again"), "her password is not her second factor"
