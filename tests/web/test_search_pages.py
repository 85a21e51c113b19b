"""Search in the browser: inside a client with its filters, and over all clients of the asker."""

import re

from api.wiring import Services
from tests.web.conftest import HOSTILE, Visits, selects

Shared = tuple[Services, Visits]


def test_inside_a_client_hits_are_lit_and_open_their_page(look: Visits) -> None:
    page = look("ana").get("/clients/C001/search?q=minutes of the meeting").text
    assert re.search(
        r'<a href="/documents/doc_\w+\?version=ver_\w+&page=1&start=\d+&end=\d+#mark">minutes.md</a>', page
    )
    assert re.search(r"<mark>[Mm]inutes</mark>", page)
    assert '<option value="1120-S"' not in page and "2025 Form 1120-S (E001)" in page


def test_filters_stay_in_the_form_and_what_names_nothing_is_told(look: Visits) -> None:
    ana = look("ana")
    narrowed = ana.get("/clients/C001/search?q=due&kind=notice&period=2026&engagement=E001")
    assert narrowed.status_code == 200 and '<option value="notice" selected>' in narrowed.text
    refused = ana.get("/clients/C001/search?q=due&period=2025-Q7")
    assert refused.status_code == 400 and "is no period; write it like 2025" in refused.text
    told = ana.http.get("/api/v1/clients/C001/search?q=due&kind=notices")
    assert told.status_code == 400 and "the closest: notice" in told.json()["error"]
    assert ana.http.get("/api/v1/clients/C001/search?q=due&engagement=E002").status_code == 400


def test_over_all_clients_from_every_page(look: Visits) -> None:
    ana = look("ana")
    assert 'action="/search"' in ana.get("/review").text
    page = ana.get("/search?q=okafor").text
    assert '<a href="/clients/C002">Ngozi Okafor</a>' in page and "555-0102" in page
    assert '<a href="/clients/C001/money#2026-001">' in ana.get("/search?q=2026-001").text
    assert 'href="/clients/C001/work#E001"' in ana.get("/search?q=1120-S").text
    assert "Nothing of your clients" in ana.get("/search?q=xyzzy").text
    assert ana.get("/search").status_code == ana.get("/search?q=%20").status_code == 200


def test_nothing_of_a_client_that_is_not_hers(look: Visits) -> None:
    for query in ("prairie", "C003", "2026-002", "1065", "VERMILIONSTOAT"):
        page = look("ana").get(f"/search?q={query}").text
        assert "Prairie" not in page and "C003" not in page.replace('value="C003"', "").replace("“C003”", ""), query
    assert "Prairie Dental" in look("ben").get("/search?q=prairie").text
    found = look("ana").http.get("/api/v1/search?q=VERMILIONSTOAT").json()
    assert found == {"clients": [], "records": [], "passages": []}
    assert look(None).get("/search?q=x").status_code == 303
    assert look("ana").get("/clients/C003/search?q=x").status_code == 404


def test_hostile_words_stay_words(look: Visits) -> None:
    for query in ("<script>alert(1)</script>", HOSTILE, "alert('in the text')"):
        for path in ("/search", "/clients/C002/search"):
            page = look("ana").http.get(path, params={"q": query}, headers={"accept": "text/html"}).text
            assert "<script>alert" not in page and "<img src=x" not in page


def test_pages_cost_few_queries(look: Visits, shared: Shared) -> None:
    ana = look("ana")
    for path, most in (("/clients/C001/search?q=fee&engagement=E001", 14), ("/search?q=fee", 14)):
        ana.get(path)
        _, asked = selects(shared[0], lambda path=path: ana.get(path))  # type: ignore[misc]
        assert len(asked) <= most, (path, len(asked))
