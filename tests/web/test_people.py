"""People, roles, teams, walls and broken glass over HTTP and at the terminal; and the firm's money, shown to those who see it."""

import json
import re

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from api.cli import app
from api.wiring import Services
from store import audit
from store.tables import AuditEntry, Client, Person, Task
from tests.web.conftest import Visits, selects
from tests.web.test_money import call, made

Own = tuple[Services, Visits]
WHY = "Her brother owns a third of it"
NAME, REF = "Prairie Dental LLC", "C003"


def trail(services: Services, tag: str) -> list[AuditEntry]:
    with services.database.reading() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.tag == tag).order_by(AuditEntry.seq)))


@pytest.mark.parametrize(
    ("path", "who", "says"),
    [
        ("/people", "adm", "5 work here"),
        ("/people/sol@alder.example", "adm", "In hand"),
        ("/roles", "adm", "deliverable:release"),
        ("/roles/partner", "adm", "a role of the product"),
        ("/walls", "ana", "No wall stands"),
        ("/break-glass", "mia", "Nothing is open"),
        ("/clients/C001/team", "mia", "its manager"),
    ],
)
def test_a_page_in_few_queries(shared: Own, path: str, who: str, says: str) -> None:
    services, look = shared
    visitor = look(who)
    answer, asked = selects(services, lambda: visitor.get(path))
    assert answer.status_code == 200 and says in answer.text
    assert len(asked) <= 12


@pytest.mark.parametrize("path", ["/people", "/roles", "/walls", "/api/v1/people", "/api/v1/roles", "/api/v1/walls"])
def test_staff_may_not(look: Visits, path: str) -> None:
    answer = look("sol").get(path)
    assert answer.status_code == 403 and "lacks the right" in answer.text
    assert "/walls" not in look("sol").get("/clients").text


def test_a_team_as_json_and_on_the_page(own: Own) -> None:
    services, visit = own
    ben, sol, mia = visit("ben"), visit("sol"), visit("mia")
    assert call(mia, f"/clients/{REF}").status_code == 404
    assert call(sol, f"/clients/{REF}/team", {"email": "mia@alder.example"}).status_code in (403, 404)
    act = made(call(ben, f"/clients/{REF}/team", {"email": "mia@alder.example"}), 201)["act"]
    assert made(call(mia, f"/clients/{REF}"))["ref"] == REF
    team = {one["email"]: one["why"] for one in made(call(mia, f"/clients/{REF}/team"))}
    assert team["mia@alder.example"] == "team" and team["ben@alder.example"] == "partner"
    assert team["adm@alder.example"] == "admin" and "ana@alder.example" not in team
    assert ben.post(f"/undo/{act}", back="/").status_code == 303
    assert call(mia, f"/clients/{REF}").status_code == 404
    answer = ben.post(f"/clients/{REF}/team", person="mia@alder.example")
    assert "In the team" in ben.follow(answer).text
    assert ben.post(f"/clients/{REF}/team", person="mia@alder.example").status_code == 409
    left = ben.follow(ben.post(f"/clients/{REF}/team/leave", person="mia@alder.example"))
    assert "Taken out" in left.text and call(mia, f"/clients/{REF}").status_code == 404
    assert len(trail(services, "team:member:added")) == 2 and len(trail(services, "team:member:removed")) == 1


def test_a_wall_counts_from_the_next_request(own: Own) -> None:
    """The client's own partner has it open; nothing of it is left to her, anywhere."""
    services, visit = own
    ben, adm = visit("ben"), visit("adm")
    places = [
        "/clients",
        "/",
        "/search?q=prairie",
        "/go?q=prairie",
        "/work",
        "/calendar",
        "/contacts?q=prairie",
        "/audit",
    ]
    places += ["/api/v1/clients", "/api/v1/signals", "/api/v1/search?q=prairie", "/reports", "/portfolio", "/night"]
    assert ben.get(f"/clients/{REF}").status_code == 200 and NAME in ben.get("/clients").text
    with services.database.writing() as session:
        person = session.scalars(select(Person.id).where(Person.email == ben.email)).one()
        client = session.scalars(select(Client.id).where(Client.ref == REF)).one()
        session.add(Task(id="task_w", client_id=client, title="Ring the dentist", owner_id=person))
    put = made(call(adm, "/walls", {"email": ben.email, "reason": WHY, "refs": [REF]}), 201)
    assert {(one["kind"], one["title"]) for one in put["owned"]} >= {
        ("partner", "its partner"),
        ("task", "Ring the dentist"),
    }
    assert ben.get(f"/clients/{REF}").status_code == 404
    for path in places:
        page = ben.get(path)
        assert page.status_code in (200, 303, 404), path
        assert NAME not in page.text and REF not in page.text, path
    again = made(call(ben, "/walls"))
    assert again == {"standing": [], "lifted": []}, "who sets walls sees none around herself"
    refused = [call(ben, "/break-glass", {"ref": ref, "reason": "The owner is on the phone"}) for ref in (REF, "C999")]
    assert [one.status_code for one in refused] == [404, 404]
    assert refused[0].text.replace(REF, "C999") == refused[1].text
    wall = put["walls"][0]["id"]
    assert call(ben, f"/walls/{wall}/lift", {"why": "I would like to see it"}).status_code == 404
    behind = adm.get(f"/walls/{wall}").text
    assert "To hand over" in behind and "Ring the dentist" in behind
    lifted = adm.follow(adm.post(f"/walls/{wall}/lift", why="He sold his share of it"))
    assert "He sold his share of it" in lifted.text and ben.get(f"/clients/{REF}").status_code == 200
    assert [one.actor for one in trail(services, "wall:client:ended")] == [adm.email]
    with services.database.reading() as session:
        assert audit.verify(session) == []


def test_walls_of_a_group_on_the_page(own: Own) -> None:
    _, visit = own
    adm = visit("adm")
    answer = adm.post("/walls", person="sol@alder.example", group="Okafor family", reason="He bids against them")
    assert answer.status_code in (200, 303)
    page = adm.get("/walls").text
    assert "Harbor Bakery" in page and "Ngozi Okafor" in page and "He bids against them" in page
    assert adm.post("/walls", person="sol@alder.example", group="No such", reason=WHY).status_code == 404
    kept = adm.post("/walls", person="sol@alder.example", refs="C001", reason="kin")
    assert kept.status_code == 422
    assert "in a sentence" in kept.text and 'value="C001"' in kept.text, "what was written is not lost"


def test_glass_is_told_read_and_closed(own: Own) -> None:
    services, visit = own
    mia, ben, adm, ana = visit("mia"), visit("ben"), visit("adm"), visit("ana")
    assert mia.get(f"/clients/{REF}").status_code == 404
    assert mia.post("/break-glass", ref=REF, reason="short").status_code == 422
    opened = mia.post("/break-glass", ref=REF, reason="The owner is on the phone, Ben is away")
    assert NAME in mia.follow(opened).text
    assert mia.get(f"/clients/{REF}/documents").status_code == 200
    reads = trail(services, "glass:client:read")
    assert {one.detail["where"] for one in reads} >= {f"GET /clients/{REF}", f"GET /clients/{REF}/documents"}
    assert all(one.actor == mia.email and one.client_id for one in reads)
    before = len(reads)
    mia.get("/clients")
    assert [one.detail["how"] for one in trail(services, "glass:client:read")[before:]] == ["among others"]
    for told in (ben, adm):
        page = told.get("/" if told is ben else "/night").text
        assert "The owner is on the phone, Ben is away" in page and NAME in page
    assert "The owner is on the phone" in ben.get("/day").text
    assert "on the phone" not in ana.get("/day").text and "on the phone" in ana.get("/break-glass").text
    assert "opened the client from outside its team" in ben.get(f"/clients/{REF}/history").text
    [shown] = made(call(ben, "/break-glass"))
    assert shown["closable"] and shown["reads"] >= before
    assert ben.follow(ben.post(f"/break-glass/{shown['id']}/close")).status_code == 200
    assert mia.get(f"/clients/{REF}").status_code == 404
    page = mia.get("/break-glass").text
    assert REF in page and NAME not in page
    made_again = made(call(mia, "/break-glass", {"ref": REF, "reason": "She rings again, Ben is away"}), 201)
    put = call(adm, "/walls", {"email": mia.email, "reason": WHY, "refs": [REF]})
    assert put.status_code == 201 and mia.get(f"/clients/{REF}").status_code == 404
    assert call(mia, f"/break-glass/{made_again['id']}").status_code == 404
    assert REF not in mia.get("/break-glass").text


def test_people_come_change_and_go(own: Own) -> None:
    services, visit = own
    adm, sol = visit("adm"), visit("sol")
    new = {"email": "Tess@Alder.example", "name": "Tess Tan", "role": "senior", "weekly_hours": "37.5"}
    tess = made(call(adm, "/people", new), 201)
    assert (tess["email"], tess["weekly_hours"], tess["signs_in"]) == ("tess@alder.example", "37.50", False)
    assert call(adm, "/people", new).status_code == 409
    assert call(adm, "/people", {**new, "email": "x@y.example", "role": "partner"}).status_code == 403
    assert call(adm, "/people", {**new, "email": "x@y.example", "role": "king"}).status_code == 422
    kept = adm.post("/people/tess@alder.example", name="Tess Tan-Lee", weekly_hours="20", mark=tess["mark"])
    assert "Tess Tan-Lee" in adm.follow(kept).text
    stale = adm.post("/people/tess@alder.example", name="Tess", weekly_hours="", mark=tess["mark"])
    assert stale.status_code == 409
    assert call(adm, "/people/tess@alder.example/role", {"role": "partner"}).status_code == 403
    assert made(call(adm, "/people/tess@alder.example/role", {"role": "staff"}))["role"] == "staff"
    [was] = trail(services, "person:role:set")
    assert (was.detail["before"], was.detail["after"]) == ("senior", "staff") and "letter:write" in was.detail["taken"]
    assert call(adm, "/people/adm@alder.example/role", {"role": "staff"}).status_code == 403
    assert call(adm, "/people/adm@alder.example/deactivate", {}).status_code == 403
    assert sol.get("/clients").status_code == 200
    owned = made(call(adm, f"/people/{sol.email}/deactivate", {}))
    assert isinstance(owned, list)
    assert sol.get("/clients").status_code in (303, 401), "her session ended with it"
    page = adm.get(f"/people/{sol.email}").text
    assert "works here no longer" in page and "Works here again" in page
    assert made(call(adm, f"/people/{sol.email}/reactivate", {}))["active"]


def test_the_last_partner_and_the_last_who_manages_people_stay(own: Own) -> None:
    services, visit = own
    adm, ana = visit("adm"), visit("ana")
    made(call(adm, "/people/ben@alder.example/deactivate", {}))
    last = call(adm, "/people/ana@alder.example/deactivate", {})
    assert last.status_code == 409 and "last active partner" in last.text
    assert call(adm, "/people/ana@alder.example/role", {"role": "staff"}).status_code == 409
    made(call(ana, "/people/adm@alder.example/deactivate", {}))
    with services.database.reading() as session:
        assert session.scalars(select(Person.email).where(Person.active, Person.role == "partner")).all() == [ana.email]


def test_rates_are_shown_to_those_who_see_rates(look: Visits) -> None:
    assert "320.00" in look("ana").get("/people").text
    assert "320.00" not in look("adm").get("/people").text
    assert all(one["standard_rate"] is None for one in made(call(look("adm"), "/people")))


def test_a_role_of_the_firms_own(own: Own) -> None:
    services, visit = own
    ana, mia = visit("ana"), visit("mia")
    assert mia.get("/money").status_code == 200
    role = ana.follow(ana.post("/roles", name="Manager without bills", base="manager"))
    assert "Made, with the rights of its base" in role.text
    rights = made(call(ana, "/roles/manager-without-bills"))["rights"]
    blind = [one for one in rights if one != "money:see"]
    assert call(ana, "/roles/manager-without-bills", {"rights": blind}, method="PUT").status_code == 422
    money = {"invoice:write", "payment:record", "rates:see", "wip:adjust", "trust:write", "portfolio:read"}
    fewer = [one for one in blind if one not in money]
    kept = ana.post("/roles/manager-without-bills", right=fewer)
    assert "taken" in ana.follow(kept).text
    made(call(ana, f"/people/{mia.email}/role", {"role": "manager-without-bills"}))
    assert mia.get("/money").status_code == 403 and 'href="/money"' not in mia.get("/clients").text
    me = made(call(mia, "/me"))
    assert "payment:record" not in me["rights"] and "deliverable:review" in me["rights"]
    assert made(call(mia, "/clients/C001"))["ref"] == "C001", "the base says whom she sees"
    matrix = ana.get("/roles").text
    assert "Manager without bills" in matrix and "taken" in matrix
    [first, *_] = trail(services, "role:rights:set")
    assert first.detail["base"] == "manager"
    assert call(ana, "/roles/manager-without-bills", method="DELETE").status_code == 409
    made(call(ana, f"/people/{mia.email}/role", {"role": "manager"}))
    assert call(ana, "/roles/manager-without-bills", method="DELETE").status_code == 204


MONEY = re.compile(r"14,?500\.00|2,?200\.00")
PLACES = ("/clients", "/clients/C001", "/clients/C001/record", "/clients/C001/money", "/clients/C001/work")


@pytest.fixture
def staff_of_c001(own: Own) -> Own:
    _, visit = own
    made(call(visit("ana"), "/clients/C001/team", {"email": "sol@alder.example"}), 201)
    return own


def test_money_is_shown_to_those_who_see_money(staff_of_c001: Own) -> None:
    _, visit = staff_of_c001
    mia, sol = visit("mia"), visit("sol")
    assert "14,500.00" in mia.get("/clients/C001/record").text
    assert "Receivable" in mia.get("/clients").text and "Receivable" not in sol.get("/clients").text
    for path in PLACES:
        page = sol.get(path)
        assert page.status_code == 200 and not MONEY.search(page.text), path
    assert "shown to those who see money" in sol.get("/clients/C001/record").text
    assert "Owed to us" not in sol.get("/clients/C001").text
    hours = sol.get("/clients/C001/money").text
    assert "shown to those who see money" in hours and "Receivable by age" not in hours
    assert made(call(sol, "/clients/C001"))["annual_fee"] is None
    assert not [one for one in made(call(sol, "/clients/C001/timeline"))["entries"] if one["kind"] == "money"]
    assert [one for one in made(call(mia, "/clients/C001/timeline"))["entries"] if one["kind"] == "money"]
    asked = call(sol, "/ask?q=who+owes+us")
    assert asked.status_code == 403 and "those who see money" in asked.text
    told = sol.post("/clients/C001/ask", question="What do they owe us?")
    assert "shown to those who see money" in (told.text if told.status_code == 200 else sol.follow(told).text)


def test_at_the_terminal(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    services, _ = own
    run = CliRunner()
    home = ["--home", str(services.home)]

    def tickmark(*words: str) -> str:
        result = run.invoke(app, [*home, *words])
        assert result.exit_code == 0, result.output
        return result.output

    assert "Ana Alder" in tickmark("person", "list")
    assert "its" not in tickmark("team", "show", "C001", "--as", "ana@alder.example")
    tickmark("team", "add", REF, "mia@alder.example", "--as", "ben@alder.example")
    put = json.loads(
        tickmark("wall", "set", "mia@alder.example", REF, "--reason", WHY, "--as", "adm@alder.example", "--json")
    )
    assert put["walls"][0]["ref"] == REF
    refused = run.invoke(app, [*home, "team", "show", REF, "--as", "mia@alder.example"])
    assert refused.exit_code == 1 and "no client" in refused.output
    tickmark("wall", "lift", put["walls"][0]["id"], "--reason", "He sold his share", "--as", "adm@alder.example")
    tickmark("glass", "break", REF, "--reason", "The owner is on the phone", "--as", "mia@alder.example")
    assert REF in tickmark("glass", "list", "--as", "ben@alder.example")
    assert "deliverable:release" in tickmark("role", "list")
    assert "works here no longer" in tickmark("person", "deactivate", "sol@alder.example")
