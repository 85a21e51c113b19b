"""Accounts of programs: what they may, what they never may, and that nobody gives one more than she has."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from api.wiring import Services
from store.tables import Person, ServiceAccount
from tests.sign_in.conftest import enter, everything, trail
from tests.web.conftest import Visitor, Visits
from workspace.scope import SERVICE_RIGHTS, Right


def sent(visitor: Visitor, path: str, what: dict[str, Any], method: str = "POST") -> Any:
    return visitor.http.request(method, path, json=what, headers={"x-csrf-token": visitor.csrf()})


def account(visitor: Visitor, name: str = "time-clock", **more: Any) -> Any:
    asked = {"name": name, "title": "the clock", "rights": ["time:write"], "clients": ["C001"], **more}
    return sent(visitor, "/api/v1/service-accounts", asked)


def token_of(visitor: Visitor, name: str = "time-clock") -> dict[str, str]:
    made = sent(visitor, f"/api/v1/service-accounts/{name}/tokens", {"label": "the machine at the door"})
    assert made.status_code == 201, made.text
    return {"authorization": f"Bearer {made.json()['token']}"}


def test_one_sees_its_clients_by_token_and_nothing_else(firm: Services, visit: Visits) -> None:
    ana, program = visit("ana"), visit(None).http
    made = account(ana)
    assert made.status_code == 201 and made.json() == {"name": "time-clock", "address": "service:time-clock"}
    bearer = token_of(ana)
    assert [one["ref"] for one in program.get("/api/v1/clients", headers=bearer).json()] == ["C001"]
    assert program.get("/api/v1/clients/C002", headers=bearer).status_code == 404
    me = program.get("/api/v1/me", headers=bearer).json()
    assert (me["email"], me["role"], me["rights"]) == ("service:time-clock", "service", ["client:read", "time:write"])
    noted = program.post("/api/v1/me/tokens", json={"name": "more"}, headers=bearer)
    assert noted.status_code == 403, "it makes no tokens"
    assert program.get("/clients", headers=bearer).status_code == 403, "no page opens"
    assert program.get("/api/v1/doors", headers=bearer).status_code == 403
    shown = ana.http.get("/api/v1/service-accounts").json()
    assert [(one["name"], one["clients"], one["tokens"]) for one in shown] == [
        ("time-clock", ["C001"], ["the machine at the door"])
    ]
    page = ana.get("/doors").text
    assert "the machine at the door" in page and bearer["authorization"][7:] not in page
    assert bearer["authorization"][7:] not in everything(firm)


def test_what_it_writes_stands_on_the_trail_under_its_own_name(firm: Services, visit: Visits) -> None:
    ana = visit("ana")
    account(ana, rights=["note:write", "task:write"])
    bearer = token_of(ana)
    wrote = visit(None).http.patch("/api/v1/me", json={"zone": "America/Chicago"}, headers=bearer)
    assert wrote.status_code == 200, wrote.text
    assert [one.actor for one in trail(firm, "person:zone:set")] == ["service:time-clock"]
    assert [one.actor for one in trail(firm, "service:account:created")] == ["ana@alder.example"]


def test_it_never_signs_in_and_is_in_no_list_of_people(firm: Services, visit: Visits) -> None:
    ana, adm = visit("ana"), visit("adm")
    account(ana)
    assert enter(visit(None), "service:time-clock", "anything").status_code == 401
    for path in ("/people", "/doors", "/setup", "/capacity"):
        listed = adm.get(path).text if path != "/capacity" else ana.get(path).text
        assert "service:time-clock" not in listed, path
    assert sent(adm, "/api/v1/doors/links", {"email": "service:time-clock", "kind": "invite"}).status_code == 404
    with firm.database.reading() as session:
        row = session.scalars(select(Person).where(Person.role == "service")).one()
        assert not row.active and row.password_hash is None


BEYOND: list[tuple[dict[str, Any], int]] = [
    ({"rights": ["deliverable:release"]}, 403),
    ({"rights": ["deliverable:review"]}, 403),
    ({"rights": ["people:manage"]}, 403),
    ({"rights": ["tax-id:see"]}, 403),
    ({"rights": ["no:such"]}, 422),
    ({"clients": ["C999"]}, 404),
    ({"clients": []}, 422),
    ({"clients": None}, 403),
    ({"name": "Has Spaces"}, 422),
    ({"days": 0}, 422),
]


def test_nobody_gives_more_than_she_has(visit: Visits) -> None:
    ana = visit("ana")
    for more, status in BEYOND:
        assert account(ana, **more).status_code == status, more


def test_an_administrator_gives_no_right_of_others_and_all_clients_where_she_sees_all(visit: Visits) -> None:
    adm, mia = visit("adm"), visit("mia")
    assert account(adm, rights=["time:write"]).status_code == 403, "she writes no time herself"
    assert account(mia).status_code == 403, "a manager manages no people"
    assert account(adm, name="reader", rights=[], clients=None).status_code == 201
    bearer = token_of(adm, "reader")
    every = {one["ref"] for one in adm.http.get("/api/v1/clients").json()}
    assert {one["ref"] for one in visit(None).http.get("/api/v1/clients", headers=bearer).json()} == every
    assert account(adm, name="reader", rights=[], clients=None).status_code == 409


def test_a_token_and_an_account_end(firm: Services, visit: Visits) -> None:
    ana, program = visit("ana"), visit(None).http
    account(ana)
    bearer = token_of(ana)
    gone = sent(ana, "/api/v1/service-accounts/time-clock/tokens/the machine at the door", {}, "DELETE")
    assert gone.status_code == 204 and program.get("/api/v1/me", headers=bearer).status_code == 401
    bearer = token_of(ana)
    assert program.get("/api/v1/me", headers=bearer).status_code == 200
    with firm.database.reading() as session:
        row = session.scalars(select(ServiceAccount)).one()
        assert (row.expires_at - datetime.now(UTC)).days == 364
    assert ana.post("/doors/accounts/time-clock/end").headers["location"] == "/doors?said=account-ended"
    assert program.get("/api/v1/me", headers=bearer).status_code == 401
    assert ana.http.get("/api/v1/service-accounts").json() == []
    assert account(ana).status_code == 409, "the trail knows that name"


def test_what_one_may_at_most_leaves_out_what_people_answer_for() -> None:
    never = {Right.DELIVERABLE_RELEASE, Right.DELIVERABLE_REVIEW, Right.PEOPLE_MANAGE, Right.TAX_ID_SEE, Right.WALL_SET}
    assert not SERVICE_RIGHTS & (never | {Right.BREAK_GLASS, Right.BACKUP_MAKE, Right.KEY_ROTATE, Right.ROLE_SET})
