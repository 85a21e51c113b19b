"""The facts beside a document's page: each lights its words, and who may correct one does it there or over JSON."""

import re
from typing import Any

from api.wiring import Services
from tests.facts.test_passwords import locked_pdf
from tests.web.conftest import Visitor, Visits, ids, selects

MOST = 12


def notice(services: Services) -> str:
    return ids(services, "SELECT id FROM documents WHERE name = 'CP504.pdf'")[0]


def fact(visitor: Visitor, document: str, name: str) -> Any:
    sheet = visitor.get(f"/api/v1/documents/{document}/facts").json()
    return next((one for one in sheet["facts"] if one["name"] == name), None)


def test_a_fact_lights_its_words_and_has_its_form_for_who_may(shared: tuple[Services, Visits]) -> None:
    services, look = shared
    document = notice(services)
    page = look("mia").get(f"/documents/{document}").text
    link = re.search(r'href="(/documents/[^"]+&amp;fact=[^"]+#fact)"[^>]*>Mar 20, 2026<', page)
    assert link is not None and "read by rules-" in page
    lit, queries = selects(services, lambda: look("mia").get(link[1].replace("&amp;", "&")))
    assert 'class="lit"' in lit.text and 'name="value" value="2026-03-20"' in lit.text
    assert len(queries) <= MOST
    assert 'class="factform"' not in look("sol").get(link[1].replace("&amp;", "&")).text


def test_a_correction_on_the_page_is_seen_by_everybody_and_can_be_taken_back(own: tuple[Services, Visits]) -> None:
    services, visit = own
    document, mia = notice(services), visit("mia")
    due = fact(mia, document, "respond_by")
    form = {"name": "respond_by", "was": due["value"], "page": 1, "fact": due["id"]}
    path = f"/documents/{document}/facts"
    wrong = mia.post(path, **form, value="March 35, 2026", act="save")
    assert wrong.status_code == 422 and "is no date; write it as 2026-04-09" in wrong.text
    done = mia.follow(mia.post(path, **form, value="February 18, 2026", note="the other day", act="save"))
    assert "Corrected. Whatever uses this fact" in done.text and "corrected by Mia" in done.text
    assert fact(mia, document, "respond_by")["value"] == "2026-02-18"
    kept = fact(mia, document, "respond_by")["correction"]["id"]
    back = mia.follow(mia.post(path, correction=kept, page=1, act="back"))
    assert "What was read stands again" in back.text
    assert fact(mia, document, "respond_by")["value"] == "2026-03-20"
    denied = mia.follow(mia.post(path, **form, act="deny"))
    assert "respond by: not in the document" in denied.text
    assert fact(mia, document, "respond_by") is None


def test_the_door_of_corrections_is_shut_to_strangers_and_other_sites(own: tuple[Services, Visits]) -> None:
    services, visit = own
    document = notice(services)
    path, form = f"/documents/{document}/facts", {"name": "respond_by", "was": "2026-03-20", "value": "2026-03-21"}
    assert visit("sol").post(path, **form).status_code == 403
    assert visit("ben").post(path, **form).status_code == 404
    assert visit("mia").post(path, csrf=None, **form).status_code == 403


def test_json_corrects_adds_denies_and_changes_the_kind(own: tuple[Services, Visits]) -> None:
    services, visit = own
    document, mia = notice(services), visit("mia")
    head = {"x-csrf-token": mia.csrf()}
    path = f"/api/v1/documents/{document}"
    said = mia.http.post(f"{path}/facts", json={"name": "amount_due", "value": "2000"}, headers=head)
    assert said.status_code == 200
    assert fact(mia, document, "amount_due")["value"] == "2000.00"
    bad = mia.http.post(f"{path}/facts", json={"name": "amount_due", "value": "much"}, headers=head)
    assert (bad.status_code, "is no amount" in bad.json()["error"]) == (422, True)
    other = mia.http.post(f"{path}/kind", json={"kind": "letter"}, headers=head)
    assert other.json()["kind"] == "letter"
    listed = mia.http.get("/api/v1/clients/C002/facts").json()
    (kind,) = [one for sheet in listed for one in sheet["corrections"] if one["action"] == "kind"]
    back = mia.http.post(f"/api/v1/corrections/{kind['id']}/take-back", headers=head)
    assert back.json()["kind"] == "notice"
    assert fact(mia, document, "amount_due")["value"] == "2000.00"


def test_a_locked_file_is_opened_on_its_page(own: tuple[Services, Visits]) -> None:
    services, visit = own
    mia = visit("mia")
    mia.post("/clients/C001/documents", files={"files": ("stub.pdf", locked_pdf("sesame"), "application/pdf")})
    document = ids(services, "SELECT id FROM documents WHERE name = 'stub.pdf'")[0]
    path = f"/documents/{document}"
    assert "Password of the file" in mia.get(path).text
    wrong = mia.post(f"{path}/unlock", password="wrong")
    assert wrong.status_code == 422 and "This password does not open the file" in wrong.text
    opened = mia.follow(mia.post(f"{path}/unlock", password="sesame"))
    assert "opened with a kept password" in opened.text and "Password of the file" not in opened.text
    version = ids(services, f"SELECT current_version_id FROM documents WHERE id = '{document}'")[0]
    assert mia.get(f"{path}/picture?version={version}&number=1").headers["content-type"] == "image/png"
