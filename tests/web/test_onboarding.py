"""A client from prospect to first deliverable and a firm's own set-up, over HTTP; who is refused, and what is measured."""

import re
from typing import Any

from api.wiring import Services
from store.tables import Client, Engagement, Firm, Task
from tests.web.conftest import Visitor, Visits
from tests.web.test_letters import STROKES, call, made, mark_in, path_of, priced, stranger
from workspace.onboarding.steps import Spent, spent_in

Own = tuple[Services, Visits]
HOSTILE = "<b>Okafor</b> & Daughters LLC"


def row(services: Services, table: Any, **where: Any) -> Any:
    with services.database.reading() as session:
        return session.query(table).filter_by(**where).one()


def step(ana: Visitor, path: str, slug: str, **fields: str) -> str:
    """Send a step's form; where it led."""
    answer = ana.post(f"{path}/{slug}", **fields)
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)[:3000]
    return str(answer.headers["location"])


def test_a_client_from_prospect_to_first_deliverable(own: Own) -> None:
    services, visit = own
    ana, sol = visit("ana"), visit("sol")
    priced(ana)
    assert sol.post("/onboarding/new", name="X", entity_type="1040", contact="Y").status_code == 403
    assert ana.post("/onboarding/new", name="", entity_type="1040", contact="Y").status_code == 422
    given = {
        "name": HOSTILE,
        "entity_type": "1120-S",
        "state": "IL",
        "contact": "Ada Okafor",
        "email": "ada@dau.example",
    }
    opened = services.clock.now().isoformat()
    answer = ana.post("/onboarding/new", **given, clicks="7", opened=opened)
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)[:3000]
    path = answer.headers["location"].split("?")[0]
    client = row(services, Client, name=HOSTILE)
    assert (client.status, client.partner_id) == ("prospect", row(services, Client, ref="C001").partner_id)
    assert "<b>Okafor" not in ana.get(path).text and sol.get(path).status_code == 403
    assert ana.post(f"{path}/finish").status_code == 409

    step(ana, path, "conflicts", act="search", names="Ngozi Okafor\nHarbor Bakery Inc", clicks="3")
    assert "Harbor Bakery" in ana.get(f"{path}?step=conflicts").text
    assert ana.post(f"{path}/conflicts", act="by-hand", reason="looked").status_code == 403
    step(ana, path, "conflicts", act="decide", decision="cleared", reason="the mother, no conflict")

    assert ana.post(f"{path}/letter").status_code == 422  # nothing is signed
    _signed_letter(visit, ana, client.ref)
    assert row(services, Client, name=HOSTILE).status == "onboarding"
    one = call(ana, "/onboardings").json()["onboardings"][0]
    assert [s["slug"] for s in one["steps"] if s["state"] == "done"] == ["intake", "conflicts", "letter"]

    step(ana, path, "authorizations", form="2848", matters="Income, 1120-S", years="2024-2026")
    page = ana.get(f"{path}?step=authorizations").text
    unsigned = re.search(r'name="row" value="(aut_\w+)"', page)
    assert unsigned is not None
    assert ana.post(f"{path}/authorizations", form="99", matters="x", years="y").status_code == 422
    step(ana, path, "authorizations", row=unsigned[1], signed_on=str(services.clock.today()))
    there = step(ana, path, "access", system="QuickBooks Online", how="accountant user")
    assert "step=access" in there  # not open yet
    step(ana, path, "access", system="quickbooks online", granted_on=str(services.clock.today()))
    step(ana, path, "requests", more="Articles of incorporation\nLast return")
    step(ana, path, "tasks", owner="sol@alder.example")
    many = len(services_tasks(services, one["engagement_ref"]))
    step(ana, path, "again", step="tasks")
    step(ana, path, "tasks")
    assert len(services_tasks(services, one["engagement_ref"])) == many > 4
    _welcome(ana, path)
    assert ana.post(f"{path}/finish").status_code == 303
    assert row(services, Client, name=HOSTILE).status == "active"
    assert (
        row(services, Engagement, ref=one["engagement_ref"]).stage == "waiting-on-client"
    )  # its list is not answered yet
    told = call(ana, "/onboardings").json()
    [over] = [s for s in told["onboardings"] if s["id"] == one["id"]]
    assert over["state"] == "done" and told["taken"]["finished"] == 1
    assert told["taken"]["clicks"] == sum(s["clicks"] for s in over["steps"]) >= 7 + 3
    assert "Median" not in ana.get(path).text and "Clicks" in ana.get("/onboarding").text


def services_tasks(services: Services, ref: str) -> list[str]:
    with services.database.reading() as session:
        work = session.query(Engagement).filter_by(ref=ref).one()
        return [one.title for one in session.query(Task).filter_by(engagement_id=work.id)]


def _signed_letter(visit: Visits, ana: Visitor, ref: str) -> None:
    terms = {"client": ref, "start": "2026-04-01", "end": "2027-03-31", "lines": [{"service": "return"}]}
    proposal = made(call(ana, "/proposals", terms))["id"]
    letter = made(call(ana, f"/proposals/{proposal}/letter", {}))["deliverable"]
    _release(ana, letter)
    [link] = made(call(ana, f"/deliverables/{letter}/signing", {"signers": [{"name": "Ada Okafor"}]}))
    door, there = stranger(visit), path_of(link["url"])
    given = {"mark": mark_in(door.get(there).text), "name": "Ada Okafor", "agreed": "1", "strokes": STROKES}
    assert door.post(there, data=given).status_code == 303


def _release(ana: Visitor, deliverable: str) -> None:
    shown = call(ana, f"/deliverables/{deliverable}").json()
    for act in ("approve", "release"):
        answer = ana.post(f"/review/{deliverable}/{act}", hash=shown["hash"], override="read it")
        assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)[:2000]


def _welcome(ana: Visitor, path: str) -> None:
    step(ana, path, "welcome", act="draft")
    assert ana.post(f"{path}/welcome", act="released").status_code == 422
    found = re.search(r'href="/review/(dlv_\w+)"', ana.get(f"{path}?step=welcome").text)
    assert found is not None
    _release(ana, found[1])
    step(ana, path, "welcome", act="released")


def test_a_step_is_left_out_with_a_reason_and_a_conflict_ends_it(own: Own) -> None:
    _, visit = own
    ana = visit("ana")
    intake = {"name": "Blue Door LLC", "entity_type": "1065", "contact": {"name": "Bea Door"}}
    one = made(call(ana, "/onboardings", intake))
    path = f"/onboardings/{one['id']}/steps"
    assert call(ana, f"{path}/access", {"do": "skip"}).status_code == 422
    assert call(ana, f"{path}/intake", {"do": "skip", "reason": "no"}).status_code == 422
    assert call(ana, f"{path}/nonsense", {"do": "skip", "reason": "no"}).status_code == 404
    left = made(call(ana, f"{path}/access", {"do": "skip", "reason": "paper only"}), 200)
    assert [(s["state"], s["reason"], s["by"]) for s in left["steps"] if s["slug"] == "access"] == [
        ("skipped", "paper only", "Ana Alder")
    ]
    found = made(call(ana, f"{path}/conflicts", {"do": "search", "names": ["Harbor Bakery Inc"]}), 200)
    assert found["state"] == "open" and found["steps"][1]["detail"]["matches"] >= 1
    declined = {"do": "decide", "decision": "declined", "reason": "sues a client"}
    ended = made(call(ana, f"{path}/conflicts", declined), 200)
    assert (ended["state"], ended["status"]) == ("ended", "former")
    assert call(ana, f"{path}/access", {"do": "again"}).status_code == 409


def test_the_set_up_of_a_firm_says_what_is_missing(own: Own) -> None:
    services, visit = own
    ana, mia = visit("ana"), visit("mia")
    assert mia.get("/setup").status_code == 403
    assert ana.post("/setup/firm", name="Alder", timezone="Mars/Crater", fiscal_year_end="12-31").status_code == 422
    assert (
        ana.post("/setup/firm", name="Alder & Co", timezone="America/Denver", fiscal_year_end="06-30").status_code
        == 303
    )
    kept = row(services, Firm, id="firm")
    assert (kept.name, kept.timezone, kept.settings["ar-aging"]) == ("Alder & Co", "America/Denver", {"days": 60})
    assert call(ana, "/setup").json()["steps"][3]["done"] is False
    assert ana.post("/setup/prices").status_code == 303
    person = {
        "email": "New@Alder.example",
        "name": "Nia New",
        "role": "senior",
        "rate": "150",
        "password": "long enough pw",
    }
    assert ana.post("/setup/staff", **person).status_code == 303
    assert ana.post("/setup/staff", **person).status_code == 409
    data = b"ref,name,entity_type,partner\nC900,Nine Hundred LLC,1065,ana@alder.example\nC901,Bad,9999,\n"
    answer = ana.post("/setup/clients", files={"files": ("clients.csv", data, "text/csv")})
    assert answer.status_code == 200 and "1 row was not taken" in answer.text and "line 3" in answer.text
    assert row(services, Client, ref="C900").name == "Nine Hundred LLC"
    done = call(ana, "/setup").json()
    assert all(one["done"] for one in done["steps"]) and 0 <= done["minutes"] < 15
    assert "The firm is set up" in ana.get("/setup").text


def test_what_a_form_says_of_its_way_is_bounded() -> None:
    from datetime import UTC, datetime, timedelta

    now = datetime(2026, 3, 9, 12, tzinfo=UTC)
    assert spent_in("x", "yesterday") == Spent(1, None) and spent_in("9999", "").clicks == 500
    assert spent_in("", "2026-03-09T12:00:00").opened is None  # without a zone
    for ago, seconds in ((0, 0), (90, 90), (86400, 1800), (-60, 0)):
        assert Spent(1, now - timedelta(seconds=ago)).seconds(now) == seconds
