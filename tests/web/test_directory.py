"""Clients and contacts over HTTP: the Record tab, the list, contacts, groups, fields, merging; pages, JSON and the command line."""

import json
import re
from functools import partial
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.commands import find
from api.commands.intake import take_in
from api.commands.result import silent
from api.wiring import Services
from tests.web.conftest import Visitor, Visits, ids, selects

Own = tuple[Services, Visits]
NGOZI = "Ngozi Okafor"
PAGES = {
    "/clients": ("2 of yours", "Harbor Bakery Inc", "Change several at once"),
    "/clients?q=harbor&open=late": ("Keep this filter under a name", "0 of 2"),
    "/clients/C001/record": ("•••••4567", "Dec 31", NGOZI, "60 %", "referred by", "a friend", "never moved"),
    "/clients/new": ("Taxpayer id", "Fiscal year ends on"),
    "/clients/merge": ("No two of your clients",),
    "/contacts": ("people behind your clients", "tunde@harbor.example", "Bookkeeper"),
    "/contacts?q=tunde": ("for “tunde”",),
    "/groups": ("Okafor family",),
    "/fields": ("No field is defined",),
}


def call(visitor: Visitor, method: str, path: str, body: Any = None, **headers: str) -> Any:
    sent = {"x-csrf-token": visitor.csrf()} | {name.replace("_", "-"): value for name, value in headers.items()}
    return visitor.http.request(method, f"/api/v1{path}", json=body, headers=sent)


def made(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_what_it_is_for_in_few_queries(shared: Own, path: str) -> None:
    services, look = shared
    ana = look("ana")
    ana.get(path)
    page, queries = selects(services, lambda: ana.get(path))
    assert page.status_code == 200, page.text[:3000]
    text = re.sub(r"\s+", " ", page.text).lower()
    assert [wanted for wanted in PAGES[path] if wanted.lower() not in text] == []
    assert len(queries) <= 12, f"{len(queries)}\n" + "\n\n".join(queries)


def test_one_of_each_kind_in_few_queries(shared: Own) -> None:
    services, look = shared
    ana = look("ana")
    contact = ids(services, "SELECT id FROM contacts WHERE name = 'Ngozi Okafor'")[0]
    group = ids(services, "SELECT id FROM client_groups")[0]
    for path, wanted in ((f"/contacts/{contact}", "Harbor Bakery Inc"), (f"/groups/{group}", "16,700.00")):
        page, queries = selects(services, partial(ana.get, path))
        assert page.status_code == 200 and wanted in page.text and len(queries) <= 12, path


def test_a_client_from_the_form_to_the_file(own: Own) -> None:
    _, visit = own
    ana = visit("ana")
    refused = ana.post("/clients/new", name="<b>Quay</b> LLC", entity_type="1065", fiscal_year_end="Feb 30")
    assert refused.status_code == 422 and "write it as Dec 31" in refused.text and "&lt;b&gt;Quay" in refused.text
    page = ana.follow(
        ana.post("/clients/new", name="<b>Quay</b> LLC", entity_type="1065", fiscal_year_end="June 30")
    ).text
    assert "&lt;b&gt;Quay&lt;/b&gt; LLC" in page and "Jun 30" in page and 'action="/undo/act_' in page
    assert "Quay" in ana.get("/clients").text and "prospect" in ana.get("/clients").text
    mark = re.search(r'name="mark" value="(\w+)"', page)
    assert mark is not None
    fields = {"mark": mark[1], "name": "Quay LLC", "fiscal_year_end": "06-30", "states": "NJ ny", "tags": "vip, new"}
    page = ana.follow(ana.post("/clients/C004/record", **fields)).text
    assert (
        "NJ, NY" in page
        and "/clients?tag=vip" in page
        and "entered by Ana Alder" in ana.get("/clients/C004/history").text
    )
    lost = ana.post("/clients/C004/record", **fields | {"name": "Other"})
    assert lost.status_code == 409 and "meanwhile" in lost.text and 'role="alert"' in lost.text
    for to, reason in (("onboarding", ""), ("active", ""), ("leaving", "moved <away>"), ("former", "moved")):
        page = ana.follow(ana.post("/clients/C004/stage", to=to, reason=reason)).text
    assert "moved &lt;away&gt;" in page and "Moved. Who did it" in page
    assert "Quay" not in ana.get("/clients").text and "Quay" in ana.get("/clients?status=former").text
    assert ana.get("/clients/C004").status_code == 200
    undo = re.search(r'action="(/undo/act_\w+)"', page)
    assert undo is not None
    assert "leaving" in ana.follow(ana.post(undo[1], back="/clients/C004/record")).text


def test_the_taxpayer_id_stays_covered(own: Own) -> None:
    services, visit = own
    ana, sol = visit("ana"), visit("sol")
    assert "00-1234567" not in ana.get("/clients/C001/record").text
    shown = ana.post("/clients/C001/tax-id/show")
    assert shown.status_code == 200 and "00-1234567" in shown.text and shown.headers["cache-control"] == "no-store"
    assert sol.post("/clients/C001/tax-id/show").status_code == 403
    assert "tax-id/show" not in sol.get("/clients/C001/record").text
    assert made(call(ana, "POST", "/clients/C001/tax-id")) == {"tax_id": "00-1234567"}
    page = ana.follow(ana.post("/clients/C001/tax-id", tax_id="12-9876543", was="•••••4567")).text
    assert "•••••6543" in page and "12-9876543" not in page
    assert call(ana, "PUT", "/clients/C001/tax-id", {"tax_id": "12-1111111", "was": "•••••4567"}).status_code == 409
    assert call(ana, "GET", "/clients/C001").json()["tax_id"] == "•••••6543"
    tags = ids(services, "SELECT tag FROM audit WHERE tag LIKE 'client:tax-id:%' ORDER BY seq")
    assert tags == ["client:tax-id:seen"] * 2 + ["client:tax-id:set"]
    assert (
        ids(services, "SELECT seq FROM audit WHERE CAST(detail AS TEXT) LIKE '%9876543%' AND tag LIKE '%id:set'") == []
    )


def test_contacts_owners_and_relations_on_the_record(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    contact = ids(services, "SELECT id FROM contacts WHERE name LIKE 'Tunde%'")[0]
    base = "/clients/C001"
    page = ana.follow(
        ana.post(f"{base}/contacts", name="Ada Eze", email="ada@eze.example", title="CFO", is_primary="true")
    ).text
    assert "Ada Eze" in page and page.count(">primary<") == 1
    twice = ana.post("/contacts", client="C002", name="Ada", email="ADA@eze.example")
    assert twice.status_code == 409 and "link that contact" in twice.text
    page = ana.follow(ana.post("/clients/C002/contacts", known="ada@eze.example", title="Bookkeeper")).text
    assert "Ada Eze" in page and "Bookkeeper" in page
    over = ana.post(f"{base}/owners", owner="ada@eze.example", pct="1", since="2026-03-01")
    assert over.status_code == 409 and "101 %" in over.text
    ana.follow(ana.post(f"{base}/owners", owner="tunde@harbor.example", pct="30", since="2026-01-01"))
    page = ana.follow(
        ana.post(f"{base}/owners", owner="ada@eze.example", pct="10", since="2026-02-01", note="bought")
    ).text
    assert "bought" in page and "1 share of before" in page
    before = ana.get(f"{base}/record?as_of=2025-06-30").text
    assert "Jun 30, 2025: 100 %" in re.sub(r"\s+", " ", before)
    assert ana.get(f"{base}/record?as_of=soon").status_code == 422
    assert ids(services, f"SELECT CAST(ownership_pct AS TEXT) FROM client_contacts WHERE contact_id = '{contact}'") == [
        "300000"
    ]
    ana.follow(ana.post(f"{base}/relations", phrase="owner:back", other="ngozi@harbor.example"))
    page = ana.get(f"{base}/record").text
    assert (
        "owned by" in page
        and ana.post(f"{base}/relations", phrase="owner:back", other="ngozi@harbor.example").status_code == 409
    )
    ngozi = ids(services, "SELECT id FROM contacts WHERE name LIKE 'Ngozi%'")[0]
    assert "owner of" in ana.get(f"/contacts/{ngozi}").text
    assert ana.post(f"{base}/relations", phrase="owner", other="nobody").status_code == 404
    assert "Unlink" not in visit("sol").get(f"{base}/record").text


def test_lists_filters_and_bulk(own: Own) -> None:
    services, visit = own
    ana, mia = visit("ana"), visit("mia")
    done = ana.post("/clients/bulk", client=["C001", "C002"], add_tag="vip", group="Alpha", **{"f:type": "1040"})
    page = ana.follow(done).text
    assert "Changed, all of them." in page and "Harbor" not in page and "Alpha" in page
    plain = ana.get("/clients").text
    assert ">None<" not in plain and plain.count('<option value="–">nobody</option>') == 2
    stuck = ana.post("/clients/bulk", client=["C001"], status="former", reason="x")
    assert (
        stuck.status_code == 409
        and "nothing was changed" in stuck.text.lower()
        and 'value="C001" aria-label' in stuck.text
    )
    assert re.search(r'value="C001"[^>]* checked', stuck.text)
    assert ana.post("/clients/bulk", client=["C001", "C003"], add_tag="x").status_code == 404
    undo = re.search(r'action="(/undo/act_\w+)"', page)
    assert undo is not None
    ana.post(undo[1])
    assert ids(services, "SELECT id FROM client_tags") == []
    kept = ana.post("/clients/filters", name="Illinois", shared="true", **{"f:state": "IL", "f:type": "1040"})
    page = ana.follow(kept).text
    assert "Illinois" in page and "take away" in page and "1 of 2" in page
    seen = mia.get("/clients").text
    assert "Illinois" in seen and "Ana Alder" in seen
    filter_id = ids(services, "SELECT id FROM saved_filters")[0]
    assert mia.post(f"/clients/filters/{filter_id}/remove").status_code == 409
    assert ana.post(f"/clients/filters/{filter_id}/remove").status_code == 303
    assert ana.post("/clients/filters", name="Nothing").status_code == 422
    assert visit("sol").post("/clients/bulk", client=["C001"], add_tag="x").status_code == 403


def test_merging_on_the_pages(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    ana.post("/clients/new", name="Harbor Bakery", entity_type="1120-S", fiscal_year_end="12-31", address="1 Pier")
    ana.post("/clients/C004/contacts", name="Ngozi Okafor", phone="555-0101", title="President")
    assert "nearly the same name" in ana.get("/clients/merge").text or "the same name" in ana.get("/clients/merge").text
    page = ana.get("/clients/merge?kept=C001&gone=C004").text
    assert "1 Pier" in page and "Merge</button>" in page and "Goes over" in page and "1 contact" in page
    swapped = ana.get("/clients/merge?kept=C004&gone=C001").text
    assert "cannot be done" in swapped and "only C001 has a taxpayer id" in swapped and "Merge</button>" not in swapped
    assert ana.get("/clients/merge?kept=C001&gone=C003").status_code == 404
    take_in(services, ana.email, "C004", [("lease.txt", b"The lease of the pier. The word to find is ZIRCONYAK.")])
    merged = ana.post("/clients/merge", kept="C001", gone="C004", **{"take:address": "gone"})
    page = ana.follow(merged).text
    assert "1 Pier" in page and "Merged from" in page
    services.desk.rest()
    assert "lease.txt" in ana.get("/clients/C001/search?q=ZIRCONYAK").text
    act = re.search(r"act=(act_\w+)", merged.headers["location"])
    assert act is not None and "Undone" in ana.follow(ana.post(f"/undo/{act[1]}", back="/clients/C004/record")).text
    services.desk.rest()
    assert "lease.txt" in ana.get("/clients/C004/search?q=ZIRCONYAK").text
    assert "lease.txt" not in ana.get("/clients/C001/search?q=ZIRCONYAK").text
    assert ana.post("/clients/merge", kept="C001", gone="C004").status_code == 303
    assert "was merged into" in ana.get("/clients/C004/record").text
    found = ana.get("/contacts/merge").text
    pair = re.search(r"/contacts/merge\?kept=(con_\w+)&gone=(con_\w+)", found)
    assert pair is not None and "the same phone" in found
    assert "Stays" in ana.get(f"/contacts/merge?kept={pair[1]}&gone={pair[2]}").text
    merged = ana.post("/contacts/merge", kept=pair[1], gone=pair[2])
    page = ana.follow(merged).text
    assert "Merged. All clients" in page and ana.get(f"/contacts/{pair[2]}").status_code == 404
    undo = re.search(r'action="(/undo/act_\w+)"', page)
    assert undo is not None and ana.post(undo[1]).status_code == 303
    assert ana.get(f"/contacts/{pair[2]}").status_code == 200
    assert visit("sol").get("/contacts/merge").status_code == 403


def test_groups_and_fields_on_the_pages(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    page = ana.follow(ana.post("/groups", name="Bakers", clients="C001")).text
    assert "Harbor Bakery Inc" in page and "Tunde Okafor" in page
    group = ids(services, "SELECT id FROM client_groups WHERE name = 'Bakers'")[0]
    assert ana.post(f"/groups/{group}", name="Okafor family").status_code == 409
    assert ana.post(f"/groups/{group}/remove").status_code == 422
    ana.follow(ana.post(f"/groups/{group}", off="C001"))
    assert "Taken away." in ana.follow(ana.post(f"/groups/{group}/remove")).text
    assert ana.post("/fields", of="client", name="Tier", kind="choice", choices="gold").status_code == 422
    page = ana.follow(ana.post("/fields", of="client", name="referred_by", kind="text")).text
    assert "referred_by" in page
    assert ana.follow(ana.post("/clients/C001/record", **{"custom:referred_by": "Ben"})).status_code == 200
    assert "Ben" in ana.get("/clients/C001/record").text
    assert "Harbor" in ana.get("/clients?field:referred_by=ben").text.split("<tbody>")[1]
    assert visit("sol").post("/fields", of="client", name="x", kind="text").status_code == 403


def test_the_same_as_json(own: Own) -> None:
    _, visit = own
    ana, sol, ben = visit("ana"), visit("sol"), visit("ben")
    new = call(ana, "POST", "/clients", {"name": "Quay LLC", "entity_type": "1065", "tags": ["vip"]})
    ref, act = made(new, 201)["ref"], new.json()["act"]
    assert new.headers["location"] == "/api/v1/clients/C004" and ref == "C004" and act.startswith("act_")
    assert call(ana, "POST", "/clients", {"name": "x", "colour": "red"}).status_code == 422
    seen = call(ana, "GET", f"/clients/{ref}")
    etag = seen.headers["etag"]
    assert seen.json()["status"] == "prospect" and seen.json()["tags"] == ["vip"]
    change = call(ana, "PATCH", f"/clients/{ref}", {"annual_fee": "1,250.00", "since": "2026-01-01"}, if_match=etag)
    assert made(change)["act"] and call(ana, "GET", f"/clients/{ref}").json()["annual_fee"] == "1250.00"
    assert call(ana, "PATCH", f"/clients/{ref}", {"name": "Lost"}, if_match=etag).status_code == 409
    assert made(call(ana, "POST", f"/clients/{ref}/stage", {"to": "onboarding"}))["status"] == "onboarding"
    assert call(ana, "POST", f"/clients/{ref}/stage", {"to": "leaving"}).status_code == 409
    person = made(call(ana, "POST", "/contacts", {"client": ref, "name": "Ada Eze", "email": "ada@eze.example"}), 201)[
        "id"
    ]
    made(call(ana, "POST", f"/clients/C001/contacts/{person}", {"title": "Adviser"}), 201)
    made(call(ana, "PATCH", f"/clients/C001/contacts/{person}", {"is_primary": True}))
    made(call(ana, "PATCH", f"/contacts/{person}", {"phone": "555-0199"}))
    related = made(call(ana, "POST", "/relations", {"one": person, "kind": "bookkeeper", "other": "C001"}), 201)["id"]
    card = made(call(ana, "GET", f"/contacts/{person}"))
    assert {one["client_ref"] for one in card["ties"]} == {"C001", ref} and card["phone"] == "555-0199"
    assert [one["words"] for one in card["relations"]] == ["bookkeeper at"]
    assert made(call(ana, "DELETE", f"/relations/{related}"))["act"]
    made(call(ana, "POST", f"/clients/{ref}/owners", {"owner": person, "pct": "33.3333", "since": "2026-01-01"}))
    assert made(call(ana, "GET", f"/clients/{ref}/owners?as_of=2026-02-01"))["total"] == "33.3333"
    assert made(call(ana, "GET", f"/clients/{ref}/owners?as_of=2025-02-01"))["held"] == []
    field = made(call(ana, "POST", "/fields", {"of": "engagement", "name": "Portal", "kind": "text"}), 201)["id"]
    made(call(ana, "PATCH", "/engagements/E001/custom", {"Portal": "p-1"}))
    assert [one["id"] for one in made(call(ana, "GET", "/fields?of=engagement"))] == [field]
    made(call(ana, "DELETE", f"/fields/{field}"))
    group = made(call(ana, "POST", "/groups", {"name": "Quays", "clients": [ref]}), 201)["id"]
    made(call(ana, "PATCH", f"/groups/{group}", {"name": "Quay people"}))
    assert made(call(ana, "GET", f"/groups/{group}"))["members"][0]["ref"] == ref
    assert {one["name"] for one in made(call(ana, "GET", "/tags"))} == {"vip"}
    kept = made(call(ana, "POST", "/filters", {"name": "VIP", "query": {"tag": "vip"}}), 201)["id"]
    assert [one["ref"] for one in made(call(ana, "GET", "/clients/filtered?query=tag%3Dvip"))] == [ref]
    made(call(ana, "DELETE", f"/filters/{kept}"))
    changed = made(
        call(
            ana, "POST", "/clients/bulk", {"clients": ["C001", ref], "drop_tag": "vip", "manager": "mia@alder.example"}
        )
    )
    assert changed["changed"] == 2
    compared = made(call(ana, "GET", f"/clients/merge?kept=C001&gone={ref}"))
    assert any("100 %" in one for one in compared["reasons"])
    assert call(ana, "POST", "/clients/merge", {"kept": "C001", "gone": ref}).status_code == 409
    assert made(call(ana, "GET", "/clients/duplicates")) == [] and made(call(ana, "GET", "/contacts/duplicates")) == []
    for path in (f"/clients/{ref}", f"/contacts/{person}", f"/groups/{group}"):
        assert call(ben, "GET", path).status_code == 404 and call(sol, "GET", path).status_code in (404, 200)
    assert call(sol, "PATCH", "/clients/C001", {"name": "x"}).status_code == 403
    assert made(call(ben, "GET", "/contacts?q=ada"))["count"] == 0


def test_the_command_line(own: Own) -> None:
    services, _ = own

    def run(command: str, **arguments: Any) -> Any:
        return find(command).load()(services, arguments, silent)

    who = "ana@alder.example"
    assert run("client-add", **{"name": "Quay", "entity_type": "1065", "as": who}).data["ref"] == "C004"
    run("client-set", **{"ref": "C004", "set": ["fiscal_year_end=Jun 30", "tags=vip,new"], "as": who})
    run("client-move", **{"ref": "C004", "to": "onboarding", "as": who})
    assert [one["ref"] for one in run("client-list", **{"filter": ["tag=vip"], "as": who}).data] == ["C004"]
    shown = run("client-show", ref="C004")
    assert shown.data["status"] == "onboarding" and "fiscal year end: 06-30" in shown.text
    assert "•••••4567" in run("client-show", ref="C001").text
    assert "C001" in run("contact-list", words="tunde").text
    run("contact-set", **{"contact": "tunde@harbor.example", "set": ["phone=555-9"], "as": who})
    assert "555-9" in run("contact-show", contact="Tunde Okafor").text
    assert run("directory-duplicates", **{"of": "contact", "as": who}).data == []
    assert run("directory-merge", **{"of": "client", "kept": "C001", "gone": "C004", "as": who}).data["act"]
    told = CliRunner().invoke(app, ["client", "--help"]).output
    assert all(word in told for word in ("list", "show", "set", "move", "merge", "duplicates"))
    assert json.loads(json.dumps(shown.data))["ref"] == "C004"
