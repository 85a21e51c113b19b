"""The intake page: what came in, filters, files sent and followed, a word on a loose file, and how many queries it takes."""

import pytest

from api.wiring import Services
from tests.intake.conftest import run
from tests.web.conftest import Visits, ids, selects

MOST = 12


def test_the_page_says_what_was_read_doubled_and_refused_in_few_queries(desk: Services, visit: Visits) -> None:
    ana = visit("ana")
    ana.get("/intake")
    page, queries = selects(desk, lambda: ana.get("/intake"))
    assert page.status_code == 200 and len(queries) <= MOST, "\n\n".join(queries)
    for said in (
        "2025/minutes.md",
        "the same file as",
        "empty.pdf is empty (0 bytes)",
        "Harbor Bakery Inc",
        ">Intake<",
    ):
        assert said in page.text, said
    assert "memo.txt" not in page.text, "Ben's client"
    refused = ana.get("/intake?outcome=refused").text
    assert "empty.pdf" in refused and "2025/minutes.md" not in refused
    doubled = ana.get("/intake?outcome=doubled&client=C001").text
    assert "the same file as" in doubled and "empty.pdf" not in doubled
    assert ana.get("/intake?client=C003").status_code == 404
    assert ana.get("/intake?outcome=nonsense&page=99").status_code == 200


def test_the_list_is_paged_and_the_queries_stay(desk: Services, visit: Visits) -> None:
    ana = visit("ana")
    files = [(f"many/{n:03}.txt", f"file {n}".encode()) for n in range(130)]
    ana.post("/intake", client="C001", files=[("files", (name.replace("/", "-"), data)) for name, data in files])
    desk.desk.rest()
    first, queries = selects(desk, lambda: ana.get("/intake?client=C001"))
    assert len(queries) <= MOST and "page 1 of 2" in first.text and "page=2" in first.text
    assert "page 2 of 2" in ana.get("/intake?client=C001&page=2").text


def test_files_without_a_client_wait_and_are_filed_by_a_form(desk: Services, visit: Visits) -> None:
    ana = visit("ana")
    sent = ana.post(
        "/intake",
        files=[("files", ("scan.txt", b"Harbor Bakery Inc, EIN 00-1234567")), ("files", ("x.txt", b"nobody"))],
    )
    assert sent.headers["location"] == "/intake?said=tray&waiting=2"
    assert "In the tray. 2 new." in ana.follow(sent).text
    desk.desk.rest()
    page = ana.get("/intake").text
    assert (
        'value="C001 Harbor Bakery Inc"' in page
        and "EIN on page 1" in page
        and "None of your clients is named in it" in page
    )
    loose = {row["name"]: row["id"] for row in run(desk, "loose").data}
    assert ana.post(f"/intake/loose/{loose['scan.txt']}", client="").status_code == 422
    filed = ana.post(f"/intake/loose/{loose['scan.txt']}", client="C001 Harbor Bakery Inc")
    assert "Filed. It is a document of the client now." in ana.follow(filed).text
    dropped = ana.post(f"/intake/loose/{loose['x.txt']}", decision="drop", reason="an advertisement")
    page = ana.follow(dropped).text
    assert "Set aside." in page and "Whose are these" not in page and "scan.txt" in page
    assert ids(desk, "SELECT reason FROM loose_files WHERE name = 'x.txt'") == ["an advertisement"]


def test_what_is_being_read_is_followed(desk: Services, visit: Visits) -> None:
    ana = visit("ana")
    assert ana.http.get("/intake/progress").json() == {"running": False}
    with desk.desk.at_work(lambda *_: None) as told:
        told("documents", 40, 120)
        far = ana.http.get("/intake/progress").json()
        assert far == {"running": True, "done": 40, "total": 120, "said": "40 of 120 documents read"}
        assert (
            "40 of 120 documents read" in ana.get("/intake").text
            and 'data-progress="/intake/progress"' in ana.get("/intake").text
        )
    assert ana.http.get("/intake/progress").json() == {"running": False}


@pytest.mark.parametrize("path", ["/intake", "/intake/loose/loose_0"])
def test_a_form_without_its_token_is_refused(visit: Visits, path: str) -> None:
    refused = visit("ana").post(path, csrf=None, client="C001", files=[("files", ("a.txt", b"a"))])
    assert refused.status_code == 403 and "out of date" in refused.text
    assert visit(None).get("/intake").status_code == 303


def test_the_json_of_intake(desk: Services, visit: Visits) -> None:
    sol = visit("sol")
    token = {"x-csrf-token": sol.csrf()}
    sent = sol.http.post("/api/v1/intake", files=[("files", ("w2.txt", b"Ngozi Okafor 900-70-1234"))], headers=token)
    assert (sent.status_code, sent.json()) == (201, {"waiting": 1})
    desk.desk.rest()
    found = sol.http.get("/api/v1/intake").json()
    assert found["loose"][0]["offered"] == "C002" and "900-70" not in str(found["loose"])
    assert found["counts"]["refused"] == 1 and found["documents"][0]["outcome"] in found["counts"]
    where = f"/api/v1/intake/loose/{found['loose'][0]['id']}"
    assert sol.http.post(where, json={}, headers=token).status_code == 422
    filed = sol.http.post(where, json={"client_ref": "C002"}, headers=token).json()
    assert filed["state"] == "filed" and filed["path"] == "Intake/2026-03-09/w2.txt"
    assert sol.http.post(where, json={"drop": "no"}, headers=token).status_code in (404, 409)
