"""Requests over HTTP and on the command line: from a list to a confirmed document and a reminder; who sees nothing of it."""

import json
import re
from typing import Any

from typer.testing import CliRunner

from agents.scan import scan_client
from api.cli import app
from api.commands.intake import take_in
from api.wiring import Services
from tests.web.conftest import Visitor, Visits, drawn, selects

Own = tuple[Services, Visits]
W2 = """Form W-2 Wage and Tax Statement 2025
a Employee's social security number 900-70-1234
b Employer identification number (EIN) 00-5551234
c Employer's name, address, and ZIP code
Corvane Biologics Inc
1 Wages, tips, other compensation 84,210.00
2 Federal income tax withheld 11,904.00
e Employee's name Ngozi Okafor
"""


def call(visitor: Visitor, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
    sent = {"x-csrf-token": visitor.csrf(), **headers}
    answer = visitor.http.request(method, f"/api/v1{path}", json=body, headers=sent)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def test_pages_say_what_they_are_for_in_few_queries(shared: Own) -> None:
    services, look = shared
    ana = look("ana")
    wanted = {
        "/requests": ("Harbor Bakery Inc", "2025 Form 1120-S", "1 of 2", "when late"),
        "/requests?q=us": ("No list waits on us",),
        "/requests/confirm": ("Nothing waits to be confirmed",),
        "/clients/C001/requests": ("Shareholder basis worksheet", "34 days late", "A new list"),
        "/clients/C001/requests?engagement=E001": (
            "what would be asked for",
            "Trial balance at December 31, 2025",
            "Remind by schedule",
        ),
    }
    for path, said in wanted.items():
        ana.get(path)
        page, queries = selects(services, lambda path=path: ana.get(path))  # type: ignore[misc]
        assert page.status_code == 200, page.text[:2000]
        assert [one for one in said if one not in re.sub(r"\s+", " ", page.text)] == [], path
        most = 15 if "engagement=" in path else 12  # a preview reads the papers of two years
        assert len(queries) <= most, f"{path}: {len(queries)}\n" + "\n\n".join(queries)


def test_from_a_list_to_a_document_to_a_reminder(own: Own) -> None:
    services, visit = own
    sol, ana, ben = visit("sol"), visit("ana"), visit("ben")
    seen = call(sol, "GET", "/requests/preview?engagement=E002")
    key = next(one["key"] for one in seen["items"] if "W-2" in one["item"])
    body = {"engagement": "E002", "keys": [key], "extra": ["<b>The deed</b>"], "due": "2026-03-20"}
    made = call(sol, "POST", "/requests", body, 201)
    call(sol, "POST", "/requests", body | {"due": "2026-01-01"}, 422)
    for method, path in (("GET", f"/requests/{made['id']}"), ("GET", "/clients/C002/requests")):
        call(ben, method, path, status=404)
    assert [one for one in call(ben, "GET", "/requests") if one["client_ref"] == "C002"] == []
    page = sol.get("/clients/C002/requests").text
    assert "&lt;b&gt;The deed&lt;/b&gt;" in page and "<b>The deed" not in page
    take_in(services, "sol@alder.example", "C002", [("W-2 2025.pdf", drawn(W2))])
    call(sol, "POST", f"/requests/{made['id']}/items", {"item": "Mortgage statement", "hint": "all pages"}, 201)
    scan_client(services, "C002", as_of=services.clock.today(), now=services.clock.now())
    [pair] = call(sol, "GET", "/requests/proposals?client=C002")
    assert (
        pair["document"] == "W-2 2025.pdf"
        and pair["confidence"] >= 0.5
        and pair["reason"].startswith("recognised as W-2")
    )
    assert (
        "W-2 2025.pdf" in sol.get("/requests/confirm").text and "W-2 2025.pdf" not in ben.get("/requests/confirm").text
    )
    decision = {"matches": [pair["id"]], "decision": "confirm"}
    call(ben, "POST", "/requests/proposals", decision, 404)
    call(sol, "POST", "/requests/proposals", decision, 409, **{"if-match": '"0123456789abcdef"'})
    act = call(sol, "POST", "/requests/proposals", decision)["act"]
    call(sol, "POST", "/requests/proposals", decision, 409)
    one = call(sol, "GET", f"/requests/{made['id']}")
    assert {item["item"]: item["state"] for item in one["items"]}[pair["item"]] == "came"
    call(sol, "POST", f"/acts/{act}/undo")
    refused = sol.post("/requests/confirm", match=pair["id"], decision="refuse", mark=pair["mark"])
    assert "not proposed for that item again" in sol.follow(refused).text
    assert call(sol, "GET", "/requests/proposals?client=C002") == []
    draft = call(sol, "POST", "/clients/C002/requests/remind")["draft"]
    assert "The deed" in ana.get(f"/review/{draft}").text
    assert call(sol, "POST", "/clients/C002/requests/remind")["draft"] is None
    call(ben, "POST", "/clients/C002/requests/remind", status=404)
    listed = sol.get(f"/requests/{made['id']}/print").text
    assert (
        "Please send" in listed
        and "all pages" in listed
        and ben.get(f"/requests/{made['id']}/print").status_code == 404
    )


def test_the_pages_do_the_same(own: Own) -> None:
    _, visit = own
    ana = visit("ana")
    made = ana.post(
        "/clients/C001/requests", engagement="E001", extra="Lease of the oven", due="2026-03-20", reminders="true"
    )
    page = ana.follow(made).text
    assert "Nothing was sent" in page and "Lease of the oven" in page and "Undo" in page
    item = re.search(r'<tr[^>]*id="(item_\w+)"><td class="lead">Lease of the oven', page)
    mark = re.search(rf'item/{item[1]}".*?name="mark" value="(\w+)"', page, re.S) if item else None
    assert item is not None and mark is not None
    path = f"/clients/C001/requests/item/{item[1]}"
    assert ana.post(path, act="change", item="Lease", due="2026-03-25", mark="0" * 16).status_code == 409
    assert (
        "Kept."
        in ana.follow(ana.post(path, act="change", item="The oven's lease", due="2026-03-25", mark=mark[1])).text
    )
    assert ana.post(path, act="explode").status_code == 422
    assert "it came" in ana.follow(ana.post(path, act="receive")).text
    assert ana.post(path, act="receive").status_code == 409
    assert "Open again" in ana.follow(ana.post(path, act="reopen")).text
    assert "Taken off" in ana.follow(ana.post(path, act="remove")).text
    request_id = re.search(r"/requests/(req_\w+)/print", page)
    assert request_id is not None
    paused = ana.post(f"/clients/C001/requests/{request_id[1]}/schedule", reminders="true", paused="true", at_most="2")
    assert "paused since" in ana.follow(paused).text
    asked = ana.follow(ana.post(f"/clients/C001/requests/{request_id[1]}/ask")).text
    assert "Shareholder basis worksheet" in asked and "What we need" in asked
    assert ana.post("/clients/C001/requests", engagement="E001").status_code == 422
    assert visit("ben").get("/clients/C001/requests").status_code == 404


def test_a_list_about_no_engagement_is_looked_at_first(own: Own) -> None:
    _, visit = own
    sol, ben = visit("sol"), visit("ben")
    page = sol.get("/clients/C002/requests?alone=true&template=1040&year=2024").text
    assert "about no engagement, for 2024" in page and 'name="year" value="2024"' in page
    seen = call(sol, "GET", "/requests/preview?client=C002&template=1040&year=2024")
    assert seen["year"] == 2024 and seen["items"] and not any(one["there"] for one in seen["items"])
    keys = [one["key"] for one in seen["items"]][:2]
    posted = {"template": "1040", "year": "2024", "key": keys[0], "due": "2026-03-20", "reminders": "true"}
    made = sol.follow(sol.post("/clients/C002/requests", **posted)).text
    assert "Documents for your 2024 return" in made and seen["items"][0]["item"] in made
    body = {"client": "C002", "template": "1040", "year": 2024, "keys": keys}
    call(sol, "POST", "/requests", body, 201)
    again = call(sol, "GET", "/requests/preview?client=C002&template=1040&year=2024")
    assert [one["there"] for one in again["items"]][:3] == [True, True, False]
    assert sol.get("/clients/C002/requests?alone=true&year=1900").status_code == 422
    refused = sol.post("/clients/C002/requests", template="1040", year="2024", due="2026-01-01", key=keys[0])
    assert refused.status_code == 422 and "about no engagement, for 2024" in refused.text
    call(sol, "GET", "/requests/preview?client=C002&engagement=E002", status=422)
    call(sol, "GET", "/requests/preview", status=422)
    call(ben, "GET", "/requests/preview?client=C002", status=404)
    assert ben.get("/clients/C002/requests?alone=true").status_code == 404


def test_the_command_line(own: Own) -> None:
    services, _ = own
    home = str(services.home)
    run = CliRunner()

    def out(*words: str) -> Any:
        result = run.invoke(app, ["--home", home, "requests", *words, "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    assert {one["client_ref"] for one in out("list")} == {"C001", "C002"}
    assert out("make", "E001", "--as", "sol@alder.example", "--preview")["items"]
    made = out("make", "E001", "--as", "sol@alder.example", "--item", "A photo of the shop")
    assert made["id"].startswith("req_")
    assert any(one["item"] == "A photo of the shop" for one in out("list", "C001")[0]["items"])
    assert out("remind") == {"drafts": []}
    assert len(out("remind", "C001")["drafts"]) == 1
    for pair in out("confirm", "--client", "C001")[:1]:
        assert out("confirm", pair["id"], "--refuse", "--as", "sol@alder.example")["item"] == pair["item_id"]
    told = run.invoke(app, ["--home", home, "requests", "confirm", "pair_none"])
    assert told.exit_code == 1 and "--as" in told.output


def test_lists_have_names_are_closed_and_items_move(own: Own) -> None:
    _, visit = own
    sol, ben = visit("sol"), visit("ben")
    fields = {"engagement": "E001", "name": "Audit PBC", "extra": "Lease of the oven", "due": "2026-03-20"}
    page = sol.follow(sol.post("/clients/C001/requests", **fields)).text
    assert "Audit PBC" in page and "Documents for 2025 Form 1120-S" in page
    both = {one["title"]: one for one in call(sol, "GET", "/clients/C001/requests")}
    audit, item = both["Audit PBC"], both["Audit PBC"]["items"][0]["id"]
    assert (audit["status"], audit["due"], audit["engagement_ref"]) == ("open", "2026-03-20", "E001")
    path = f"/clients/C001/requests/{audit['id']}/list"
    assert "Kept." in sol.follow(sol.post(path, act="keep", name="Audit 2025", due="2026-04-01")).text
    assert sol.post(path, act="keep", name="Documents for 2025 Form 1120-S").status_code == 409
    assert sol.post(path, act="explode").status_code == 422 and ben.post(path, act="close").status_code == 404
    closed = sol.follow(sol.post(path, act="close")).text
    assert "Nothing of it is asked for any more" in closed and "closed Mar 9" in closed
    assert all(one["name"] != "Audit 2025" for one in call(sol, "GET", "/requests"))
    call(sol, "POST", f"/requests/{audit['id']}/close", status=409)
    call(ben, "POST", f"/requests/{audit['id']}/reopen", status=404)
    call(sol, "POST", f"/requests/{audit['id']}/reopen")
    call(sol, "PATCH", f"/requests/{audit['id']}", {"name": "Audit PBC"})
    other = next(one["id"] for name, one in both.items() if name != "Audit PBC")
    moved = sol.follow(sol.post(f"/clients/C001/requests/item/{item}", act="move", to=other)).text
    assert "Moved to the other list" in moved and "Undo" in moved
    call(sol, "POST", f"/requests/items/{item}/move", {"list": other}, 409)
    call(sol, "POST", f"/requests/items/{item}/move", {"list": audit["id"]})
    fields = {"name": "Change of address", "extra": "The new lease\nProof of the address"}
    page = sol.follow(sol.post("/clients/C001/requests", **fields)).text
    assert "Change of address" in page and "about no engagement" in page and "The new lease" in page
    assert sol.post("/clients/C001/requests", name="", extra="x").status_code == 422
    both = {"client": "C001", "engagement": "E001", "name": "Both", "extra": ["x"]}
    assert "client alone" in call(sol, "POST", "/requests", both, 422)["error"]
    made = call(sol, "POST", "/requests", {"client": "C001", "name": "Change of address", "extra": ["A map"]}, 201)[
        "id"
    ]
    shown = call(sol, "GET", f"/requests/{made}")
    assert (shown["engagement_ref"], shown["open"]) == (None, 3)
    call(sol, "PUT", f"/requests/{made}/reminders", {"reminders": {}})
    assert "next reminder" in sol.get("/clients/C001/requests").text
    assert "“Change of address”" in sol.follow(sol.post(f"/clients/C001/requests/{made}/ask")).text
    call(ben, "POST", "/requests", {"client": "C001", "name": "No", "extra": ["x"]}, 404)
