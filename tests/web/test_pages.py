"""Every page, as each role sees it: what stands on it, what does not, and how many queries it takes however many clients there are."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from api.pages import environment
from api.wiring import Services
from store.ids import stable_id
from store.tables import Client, ClientScan, Deliverable, DeliverableVersion, Invoice, Payment, SignalRow
from tests.web.conftest import HOSTILE, MONDAY, Visits, ids, selects
from workspace.directory.listing import AT_ONCE

MOST = 12
PAGES: dict[str, tuple[str, ...]] = {
    "/": ("Ana Alder", "Needs you", "Waits for your release", "Deadlines", "Blind spots", "Harbor Bakery Inc"),
    "/brief/2026-03-09": ("Monday, March 9, 2026",),
    "/clients": ("Harbor Bakery Inc", "Ngozi Okafor", "Mar 16, 2026", "2,000.00"),
    "/clients/C001": ("Harbor Bakery Inc", "Ngozi Okafor", "60 %", "•••••4567", "buy the oven", "2,000.00"),
    "/clients/C001/signals": ("CP2000", "Rule:", "First seen Mar 9, 2026", "Not a problem"),
    "/clients/C001/work": (
        "2025 Form 1120-S",
        "How the date was computed",
        "IRC §6072",
        "Prepare workpapers",
        "Shareholder basis worksheet",
        "letter signed Jan 9, 2026",
    ),
    "/clients/C001/documents": ("minutes.md", "trial balance", "the same file as 2025/minutes.md", "Add files"),
    "/clients/C002/documents": ("CP504.pdf", "empty.pdf is empty (0 bytes)"),
    "/clients/C001/mail": ("Basis worksheet", "ngozi@harbor.example", "2 messages"),
    "/clients/C001/money": ("2026-001", "3,250.00", "1,250.00", "Realization", "1–30"),
    "/clients/C001/drafts": ("Draft now", "Response to a notice", "in review"),
    "/clients/C001/history": ("The night", "drafted", "received", "Entry"),
    "/clients/C001/ask": ("Ask about Harbor Bakery Inc", "No model is configured"),
    "/review": ("Waits for review", "Harbor Bakery Inc"),
    "/night": ("Monday, March 9, 2026", "Last nights", "Scan now"),
    "/audit?before=50": ("Audit trail", "deliverable:version:drafted", "system:night"),
    "/style": ("Colour", "Untied"),
}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_what_it_is_for_in_few_queries(shared: tuple[Services, Visits], path: str) -> None:
    services, look = shared
    ana = look("ana")
    ana.get(path)  # what is read once a process (the firm's zone) is read now
    page, queries = selects(services, lambda: ana.get(path))
    assert page.status_code == 200
    text = re.sub(r"\s+", " ", page.text)
    missing = [wanted for wanted in PAGES[path] if wanted.lower() not in text.lower()]
    assert missing == []
    assert len(queries) <= MOST, "\n\n".join(queries)


def test_a_document_a_message_and_a_draft_take_few_queries_too(shared: tuple[Services, Visits]) -> None:
    services, look = shared
    document = ids(services, "SELECT id FROM documents WHERE name = 'CP504.pdf'")[0]
    message = ids(services, "SELECT id FROM messages ORDER BY id")[0]
    draft = ids(services, "SELECT id FROM deliverables WHERE slug = 'notice-explanation' ORDER BY id")[0]
    for path in (f"/documents/{document}", f"/messages/{message}", f"/review/{draft}", f"/review/{draft}/edit"):
        look("ana").get(path)
        page, queries = selects(services, lambda path=path: look("ana").get(path))  # type: ignore[misc]
        assert page.status_code == 200 and len(queries) <= MOST, (path, len(queries))


def test_the_amounts_of_the_list_are_those_of_the_client(look: Visits) -> None:
    listed = look("ana").get("/clients").text
    row = re.search(r'<tr>(?:(?!</tr>).)*href="/clients/C001".*?</tr>', listed, re.S)
    assert row is not None
    assert "2,000.00" in row[0], "3,250.00 less two payments of 1,250.00 together"
    ben = look("ben").get("/clients").text
    assert "1,800.00" in ben, "69 days past due, so also among the old ones"
    assert ben.count("1,800.00") == 4, "in its row and in the total, once owed and once old"


STAFF = {"sol": {"C001": 200, "C002": 200, "C003": 200}, "ben": {"C003": 200, "C001": 404}, "mia": {"C001": 200}}
TABS = ("", "/signals", "/work", "/documents", "/books", "/mail", "/money", "/drafts", "/ask", "/history")


def bare(text: str) -> str:
    """A page without the token of its forms, which is another one on each page."""
    return re.sub(r'name="csrf" value="[^"]*"', "", text)


@pytest.mark.parametrize("name", ["ana", "ben", "mia", "sol"])
def test_whose_client_it_is_not_finds_nothing_by_any_way(shared: tuple[Services, Visits], name: str) -> None:
    services, look = shared
    visitor = look(name)
    seen = set(re.findall(r'href="/clients/(C\d+)"', visitor.get("/clients").text))
    everybody = set(ids(services, "SELECT ref FROM clients"))
    assert seen and (seen < everybody or name in ("mia", "sol"))
    absent = visitor.get("/clients/C999")
    for ref in everybody - seen:
        for tab in TABS:
            hidden = visitor.get(f"/clients/{ref}{tab}")
            assert hidden.status_code == absent.status_code == 404
            assert bare(hidden.text.replace(ref, "C999")) == bare(absent.text), "as if it were not there"
        inside = f"(SELECT id FROM clients WHERE ref = '{ref}')"
        for kind, way in (("documents", "/documents/{}"), ("messages", "/messages/{}"), ("deliverables", "/review/{}")):
            for one in ids(services, f"SELECT id FROM {kind} WHERE client_id = {inside}"):
                assert visitor.get(way.format(one)).status_code == 404
    ours = visitor.get("/").text + visitor.get("/review").text + visitor.get("/night").text
    assert not set(re.findall(r"/clients/(C\d+)", ours)) - seen


def test_an_administrator_operates_and_serves_no_client(look: Visits) -> None:
    admin = look("adm")
    assert admin.get("/audit").status_code == 200
    assert "Last nights" in admin.follow(admin.get("/")).text
    assert ">Brief<" not in admin.get("/night").text
    sol = look("sol")
    refused = sol.get("/audit")
    assert refused.status_code == 403 and "audit:read" in refused.text
    assert 'href="/audit"' not in sol.get("/clients").text


def test_a_day_without_a_brief_is_not_found_and_an_empty_home_teaches(
    visit: Visits, own: tuple[Services, Visits]
) -> None:
    ana = visit("ana")
    assert ana.get("/brief/2020-01-01").status_code == 404
    with own[0].database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM brief_items")
        connection.exec_driver_sql("DELETE FROM briefs")
    empty = ana.get("/")
    assert empty.status_code == 200
    assert "How it comes about" in empty.text and "Scan now" in empty.text
    assert "Scan now" not in visit("sol").get("/").text, "staff cannot start one"


def test_names_and_texts_of_a_clients_files_stay_text(shared: tuple[Services, Visits]) -> None:
    services, look = shared
    listed = look("ana").get("/clients/C002/documents").text
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; &#39;quotes&#39;.txt" in listed
    document = ids(services, "SELECT id FROM documents WHERE name LIKE '%onerror%'")[0]
    opened = look("ana").get(f"/documents/{document}").text
    assert "&lt;script&gt;alert(&#39;in the text&#39;)&lt;/script&gt;" in opened
    for text in (listed, opened, look("ana").get("/clients/C002/history").text):
        assert "<img src=x" not in text and "<script>alert" not in text
    saved = look("ana").get(f"/documents/{document}/file")
    assert saved.headers["content-type"] == "application/octet-stream"
    assert saved.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%3Cimg")
    assert HOSTILE


def test_a_page_of_a_document_lights_the_passage(shared: tuple[Services, Visits]) -> None:
    services, look = shared
    [document], [version] = (
        ids(services, f"SELECT {column} FROM documents WHERE name = 'CP504.pdf'")
        for column in ("id", "current_version_id")
    )
    text = ids(services, f"SELECT text FROM document_pages WHERE version_id = '{version}'")[0]
    start = text.index("$2,170.49")
    page = look("ana").get(f"/documents/{document}?version={version}&page=1&start={start}&end={start + 9}")
    assert '<mark id="mark">$2,170.49</mark>' in page.text
    box = re.search(r'<rect class="lit" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', page.text)
    assert box is not None
    left, top, width, height = map(float, box.groups())
    assert 11 < left < 60 and 20 < top < 50 and 3 < width < 20 and 0.5 < height < 4
    picture = look("ana").get(f"/documents/{document}/picture?version={version}&number=1")
    assert picture.content.startswith(b"\x89PNG") and picture.headers["cache-control"].startswith("private")
    assert look("ana").get(f"/documents/{document}?page=9").status_code == 404
    assert look("ana").get(f"/documents/{document}?start=5&end=2").status_code == 200


def test_a_link_to_a_document_that_was_refused_leads_to_where_it_is_told(shared: tuple[Services, Visits]) -> None:
    services, look = shared
    [document] = ids(services, "SELECT id FROM documents WHERE name = 'empty.pdf'")
    leads = look("ana").get(f"/documents/{document}", follow_redirects=False)
    assert (leads.status_code, leads.headers["location"]) == (303, "/clients/C002/documents?q=empty.pdf")
    assert "empty.pdf is empty (0 bytes)" in look("ana").get(leads.headers["location"]).text
    assert look("ana").get(f"/documents/{document}?version=none").status_code == 303
    assert look("ana").get(f"/documents/{document}/file").status_code == 404


def test_a_thousand_clients_cost_as_many_queries_as_three(own: tuple[Services, Visits]) -> None:
    services, visit = own
    ana = visit("ana")
    paths = ["/", "/clients", "/review", "/night", "/audit", *(f"/clients/C001{tab}" for tab in TABS)]
    few = {path: len(selects(services, lambda path=path: ana.get(path))[1]) for path in ["/style", *paths]}  # type: ignore[misc]
    _add_clients(services, 1000)
    for path in paths:
        page, queries = selects(services, lambda path=path: ana.get(path))  # type: ignore[misc]
        assert page.status_code == 200
        assert len(queries) <= min(MOST, few[path]), (path, len(queries), few[path])
    listed = [ana.get(f"/clients?page={number}").text for number in range(1, 12)]
    assert [one.count('class="lead" data-value') for one in listed] == [*[AT_ONCE] * 10, 2]
    assert "1002 of yours" in listed[0] and "All 1002" in listed[0]
    assert sum("Grown Client 0999" in one for one in listed) == 1


def _add_clients(services: Services, many: int) -> None:
    """Clients of Ana's, each scanned, with a signal, a half-paid invoice and a draft."""
    with services.database.writing() as session:
        ana = (
            session.connection().exec_driver_sql("SELECT id FROM people WHERE email = 'ana@alder.example'").scalar_one()
        )
        now = services.clock.now()
        rows: list[object] = [
            Client(
                id=stable_id("cl", f"G{n}"),
                ref=f"G{n:04}",
                name=f"Grown Client {n:04}",
                entity_type="1065",
                partner_id=ana,
            )
            for n in range(many)
        ]
        session.add_all(rows)
        session.flush()
        for n in range(many):
            session.add_all(_rows(stable_id("cl", f"G{n}"), f"G{n:04}", now))
        session.flush()
        for n in range(many):
            client_id, ref = stable_id("cl", f"G{n}"), f"G{n:04}"
            session.add(
                Payment(
                    id=f"pay_{ref}", client_id=client_id, invoice_id=f"inv_{ref}", paid_on=MONDAY, amount=Decimal(50)
                )
            )
            session.add(_version(client_id, ref, now))


def _rows(client_id: str, ref: str, now: object) -> list[object]:
    deadline = {"kind": "engagement", "ref": None, "title": "2025 Form 1065", "stage": None, "owner": None,
                "due": "2026-03-16", "nominal_due": "2026-03-15", "slack_days": "3.0", "authority": "IRC §6072",
                "how": [], "confirm": False}  # fmt: skip
    detail = {"why_now": "Now.", "next_step": "Act.", "minutes": 5, "basis": "record", "waits_on_client": False}
    return [
        ClientScan(
            id=stable_id("cs", MONDAY, ref), client_id=client_id, as_of=MONDAY, state="done", revision=0,
            read={"deadlines": [deadline], "requests": [], "work": [], "counts": {}}, finished_at=now,
        ),
        SignalRow(
            id=f"sgn_{ref}", client_id=client_id, as_of=MONDAY, key=stable_id("sig", ref), slug="ar-aging", subject=ref,
            cls="C", score=Decimal(50), terms={}, headline="Owes", rule="Rule.", detail=detail, evidence=[],
            evidence_hash="0" * 64, first_seen=MONDAY,
        ),
        Invoice(
            id=f"inv_{ref}", client_id=client_id, number=f"N{ref}", issued_on=MONDAY - timedelta(90),
            due_on=MONDAY - timedelta(60), amount=Decimal(100),
        ),
        Deliverable(
            id=f"dlv_{ref}", client_id=client_id, slug="status-letter", title="Status", occasion="status@2026-03", cls="D",
            current_version_id=f"dvr_{ref}", as_of=MONDAY, created_at=now,
        ),
    ]  # fmt: skip


def _version(client_id: str, ref: str, now: object) -> DeliverableVersion:
    return DeliverableVersion(
        id=f"dvr_{ref}", client_id=client_id, deliverable_id=f"dlv_{ref}", number=1, content_hash="0" * 64, sections=[],
        tickmarks=[], facts=[], checks=[], unseen=[], untied=0, model="template", prompt_version="1", note="",
        created_at=now,
    )  # fmt: skip


def test_the_day_of_a_moment_is_that_of_the_firms_wall_and_a_date_is_a_date() -> None:
    late = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
    template = environment().from_string("{{ late|day }} / {{ due|day }}")
    told = template.render(
        late=late, due=date(2026, 3, 10), local=lambda at: at.astimezone(ZoneInfo("America/Chicago"))
    )
    assert told == "Mar 9, 2026 / Mar 10, 2026"
