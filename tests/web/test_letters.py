"""From priced services to a signed letter over HTTP: proposal, review, release, the signer's own page, certificate; and who is refused."""

import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlalchemy import text, update

from api.commands import find
from api.commands.result import silent
from api.intake import index_new
from api.settings import load_settings
from api.wiring import Services, build
from store.ids import content_hash
from store.tables import Client, DeliverableVersion, Document, Engagement, EngagementLetter, Signature, Signer, Signing
from tests.web.conftest import Visitor, Visits, selects
from workspace.scope import operator_scope
from workspace.signals.fees import agreed_stems, letter_of, stems
from workspace.snapshot import take_snapshot

Own = tuple[Services, Visits]
TERM = {"client": "C001", "start": "2026-04-01", "end": "2027-03-31"}
LINES = [
    {"service": "return", "option": ""},
    {"service": "books", "price": "425.50", "option": "Full"},
    {"service": "advice", "quantity": "7.5", "option": "Full"},
    {"service": "advice", "quantity": "2", "option": "Basic"},
]
HOSTILE = "<script>alert(1)</script> & Ngozi"
STROKES = "[[10,20,30,40,50,60],[70.4,80,90,100]]"


def call(visitor: Visitor, path: str, body: dict[str, Any] | None = None, method: str = "POST", **headers: str) -> Any:
    if body is None and method == "POST":
        return visitor.http.get(f"/api/v1{path}")
    sent = {"x-csrf-token": visitor.csrf(), **headers}
    return visitor.http.request(method, f"/api/v1{path}", json=body or {}, headers=sent)


def made(answer: Any, status: int = 201) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def priced(ana: Visitor) -> None:
    """A price list of three services."""
    of = {"title": "Corporate return", "template": "1120-S", "pricing": "fixed", "price": "2,400.00"}
    made(call(ana, "/services/return", {**of, "scope": "Form 1120-S"}, "PUT"), 200)
    of = {"title": "Bookkeeping", "template": "bookkeeping", "pricing": "recurring", "price": "450", "months": 1}
    made(call(ana, "/services/books", of, "PUT"), 200)
    of = {"title": "Advice", "template": "advisory", "pricing": "hourly", "price": "250"}
    made(call(ana, "/services/advice", of, "PUT"), 200)


def released(
    ana: Visitor, ben: Visitor | None = None, lines: Any = None, client: str = TERM["client"]
) -> tuple[str, str]:
    """A proposal whose letter a partner released: the ids of both."""
    proposal = made(call(ana, "/proposals", {**TERM, "client": client, "lines": lines or LINES[:3]}))["id"]
    if not lines:
        made(call(ana, f"/proposals/{proposal}/choice", {"option": "Full"}), 200)
    letter = made(call(ana, f"/proposals/{proposal}/letter", {}))["deliverable"]
    shown = call(ana, f"/deliverables/{letter}").json()
    assert shown["untied"] == 0, [m for m in shown["tickmarks"] if m["status"] == "untied"]
    answer = ana.post(f"/review/{letter}/approve", hash=shown["hash"])
    assert answer.status_code == 303, answer.text[:2000]
    answer = ana.post(f"/review/{letter}/release", hash=shown["hash"])
    assert answer.status_code == 303, answer.text[:2000]
    return proposal, letter


def stranger(visit: Visits) -> TestClient:
    """A browser that nobody is signed in with."""
    return visit(None).http


def mark_in(page: str) -> str:
    found = re.search(r'name="mark" value="([0-9a-f]{64})"', page)
    assert found is not None, page[:3000]
    return found[1]


def path_of(url: str) -> str:
    assert url.startswith("http://tickmark.example/sign/")
    return url.removeprefix("http://tickmark.example")


def test_a_proposal_becomes_a_signed_letter(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    priced(ana)
    proposal, letter = released(ana)
    assert "9,381.00" in str(call(ana, f"/deliverables/{letter}").json()["sections"])
    assert [one["letter"] for one in call(ana, "/proposals").json()] == ["released"]
    pair = {"signers": [{"name": "Ngozi Okafor", "email": "ngozi@harbor.example"}, {"name": "Tunde Okafor"}]}
    first, second = (path_of(one["url"]) for one in made(call(ana, f"/deliverables/{letter}/signing", pair)))
    door = stranger(visit)
    page = door.get(first)
    assert page.status_code == 200 and "Corporate return" in page.text and "set-cookie" not in page.headers
    assert page.headers["referrer-policy"] == "no-referrer" and "Ana Alder" in page.text
    assert "Tunde Okafor" in page.text and "has not signed yet" in page.text and "/clients" not in page.text
    given = {"mark": mark_in(page.text), "name": HOSTILE, "strokes": STROKES, "agreed": "1"}
    assert door.post(first, data={**given, "agreed": ""}).status_code == 422
    assert door.post(first, data={**given, "mark": "0" * 64}).status_code == 409
    assert door.post(first, data=given, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    for _ in range(2):  # a second post signs nothing twice
        assert door.post(first, data=given, headers={"user-agent": "Fire\x07fox"}).status_code == 303
    again = door.get(first)
    assert "You signed this letter as &lt;script&gt;" in again.text and "<script>alert" not in again.text
    with services.database.reading() as session:
        [kept] = session.query(Signature).all()
        assert (kept.method, kept.name, kept.address) == ("drawn", HOSTILE, "testclient")
        assert kept.strokes == [[10, 20, 30, 40, 50, 60], [70, 80, 90, 100]]
        assert session.query(EngagementLetter).filter(EngagementLetter.signed_on.is_not(None)).count() == 1
    page = door.get(second)
    given = {"mark": mark_in(page.text), "name": "Tunde Okafor", "agreed": "1"}
    assert door.post(second, data=given).status_code == 303
    paper = door.get(f"{first}/letter.pdf")
    assert paper.headers["content-type"] == "application/pdf"
    _check_signed(services, ana, proposal, paper.content)


def _check_signed(services: Services, ana: Visitor, proposal: str, paper: bytes) -> None:
    with services.database.reading() as session:
        [row] = session.query(Signing).all()
        assert row.state == "signed" and row.signed_paper == content_hash(paper)
        letter = PdfReader(BytesIO(services.blobs.get(row.paper)))
        works = session.query(Engagement).filter(Engagement.ref.startswith("C001-")).order_by(Engagement.ref).all()
        letters = {
            one.engagement_id: one for one in session.query(EngagementLetter).filter_by(document_id=row.document_id)
        }
        assert {one.id for one in works} == set(letters) and len(works) == 3
        fees = {one.template: (one.fee_type, one.fee) for one in works}
        assert fees["bookkeeping"] == ("fixed", Decimal("5106.00")) and fees["advisory"] == ("hourly", Decimal("1875"))
        [corporate] = [one for one in works if one.template == "1120-S"]
        assert (corporate.title, str(corporate.period_end)) == ("2026 Corporate return", "2026-12-31")
        assert {str(one.signed_on) for one in letters.values()} == {str(services.clock.today())}
    pages = PdfReader(BytesIO(paper)).pages
    assert len(pages) > len(letter.pages)
    said = " ".join(" ".join(one.extract_text() for one in pages[len(letter.pages) :]).split())
    flat = said.replace(" ", "")
    for wanted in (HOSTILE, "Tunde Okafor", "testclient", "knowledge-based authentication", "8879", "Firefox"):
        assert wanted.replace(" ", "") in flat, (wanted, said)
    assert row.content_hash in flat and row.paper in flat and corporate.ref in flat
    assert [one["state"] for one in call(ana, "/proposals").json()] == ["signed"]
    assert len(call(ana, "/clients/C001/agreed").json()) == 3
    with pytest.raises(Exception, match="a signature cannot be"), services.database.writing() as session:
        session.execute(update(Signature).values(name="Somebody Else"))


def test_a_link_that_is_old_replaced_foreign_or_of_a_changed_text_opens_nothing(own: Own) -> None:
    services, visit = own
    ana, sol = visit("ana"), visit("sol")
    priced(ana)
    draft = made(call(ana, "/proposals", {**TERM, "lines": LINES[:1]}))["id"]
    unreleased = made(call(ana, f"/proposals/{draft}/letter", {}))["deliverable"]
    one = {"signers": [{"name": "Ngozi Okafor"}]}
    assert call(ana, f"/deliverables/{unreleased}/signing", one).status_code == 409
    assert call(sol, f"/deliverables/{unreleased}/signing", one).status_code == 403
    _, letter = released(ana, lines=[{"service": "books"}])
    [link] = made(call(ana, f"/deliverables/{letter}/signing", one))
    assert call(ana, f"/deliverables/{letter}/signing", one).status_code == 409
    door, old = stranger(visit), path_of(link["url"])
    mark = mark_in(door.get(old).text)
    fresh = path_of(made(call(ana, f"/signers/{link['signer']}/link", {}))["url"])
    assert door.get(old).status_code == 404 and door.get("/sign/nonsense").status_code == 404
    page = door.get(fresh)
    given = {"mark": mark_in(page.text), "name": "Ngozi Okafor", "agreed": "1"}
    assert door.post(fresh, data={**given, "mark": mark}).status_code == 409  # the page of another link
    assert door.post(fresh, data={**given, "name": " "}).status_code == 422
    for drawing in ("nonsense", "[[1,2]]", "[[1,2,700,4,5,6,7,8]]", '[["a","b"]]', "[" * 3000):
        assert door.post(fresh, data={**given, "strokes": drawing}).status_code == 422
    with services.database.writing() as session:
        session.execute(update(Signer).values(expires_at=services.clock.now() - timedelta(seconds=1)))
    assert door.get(fresh).status_code == 404 and door.post(fresh, data=given).status_code == 404
    with services.database.writing() as session:
        session.execute(update(Signer).values(expires_at=services.clock.now() + timedelta(days=1)))
        on = " ON deliverable_versions" if services.database.engine.dialect.name == "postgresql" else ""
        session.execute(text(f"DROP TRIGGER deliverable_versions_no_update{on}"))
        session.execute(
            update(DeliverableVersion)
            .where(DeliverableVersion.deliverable_id == letter)
            .values(sections=[{"title": "Fee", "markdown": "It is free."}])
        )
    answer = door.get(fresh)
    assert answer.status_code == 409 and "free" not in answer.text and "not the text that was released" in answer.text
    assert door.post(fresh, data=given).status_code == 409
    with services.database.reading() as session:
        assert session.query(Signature).count() == 0
    for _ in range(20):
        door.get("/sign/guess")
    assert door.get(fresh).status_code == 429


def test_one_declines_and_one_signs_on_paper(own: Own) -> None:
    services, visit = own
    ana, sol = visit("ana"), visit("sol")
    priced(ana)
    _, letter = released(ana, lines=[{"service": "books", "engagement": "E001"}])
    [link] = made(call(ana, f"/deliverables/{letter}/signing", {"signers": [{"name": "Ngozi Okafor"}]}))
    document = next(one.id for one in _rows(services, Document) if one.client_id == _client(services))
    foreign = next(one.id for one in _rows(services, Document) if one.client_id != _client(services))
    paper = {"on": str(services.clock.today()), "document": document}
    assert call(sol, f"/signers/{link['signer']}/paper", paper).status_code == 403
    assert call(ana, f"/signers/{link['signer']}/paper", {**paper, "document": foreign}).status_code == 404
    assert call(ana, f"/signers/{link['signer']}/paper", {**paper, "on": "2020-01-01"}).status_code == 422
    made(call(ana, f"/signers/{link['signer']}/paper", paper), 200)
    assert call(ana, f"/signers/{link['signer']}/paper", paper).status_code == 409
    [kept] = [one for one in _rows(services, EngagementLetter) if one.document_id == document]
    assert kept.signed_on == services.clock.today()
    _, letter = released(ana, lines=[{"service": "return"}])
    pair = {"signers": [{"name": "Ngozi Okafor"}, {"name": "Tunde Okafor"}]}
    assert call(ana, f"/deliverables/{letter}/signing", {"signers": [pair["signers"][0]] * 2}).status_code == 422
    links = [path_of(one["url"]) for one in made(call(ana, f"/deliverables/{letter}/signing", pair))]
    door = stranger(visit)
    mark = mark_in(door.get(links[0]).text)
    assert door.post(f"{links[0]}/decline", data={"mark": mark, "reason": ""}).status_code == 422
    for _ in range(2):
        assert door.post(f"{links[0]}/decline", data={"mark": mark, "reason": HOSTILE}).status_code == 303
    assert "You declined" in door.get(links[0]).text and door.get(links[1]).status_code == 404
    assert sorted(one["state"] for one in call(ana, "/signings?client=C001").json()) == ["declined", "signed"]
    page = ana.get(f"/letters/signing/{letter}").text
    assert "&lt;script&gt;" in page and "<script>alert" not in page
    assert {one["state"] for one in call(ana, "/proposals").json()} == {"declined", "signed"}


def _rows(services: Services, table: Any) -> list[Any]:
    with services.database.reading() as session:
        return list(session.query(table).all())


def _client(services: Services) -> str:
    return next(one.id for one in _rows(services, Client) if one.ref == "C001")


def test_renewals_are_previewed_drafted_once_and_taken_back(own: Own) -> None:
    _, visit = own
    ana, sol = visit("ana"), visit("sol")
    [before] = call(ana, "/renewals/preview?percent=4&step=5").json()
    assert (before["client_ref"], before["was"], before["total"]) == ("C001", "6500.00", "6760.00")
    assert (before["start"], before["end"]) == ("2026-01-01", "2026-12-31")
    assert before["lines"][0]["title"] == "2026 Form 1120-S"
    assert call(sol, "/renewals/preview").status_code == 403
    assert call(ana, "/renewals", {"clients": ["C999"], "percent": "4"}).status_code == 404
    assert call(ana, "/renewals", {"clients": ["C001"], "percent": "4", "step": 7}).status_code == 422
    wanted = {"clients": ["C001"], "percent": "4", "step": 5}
    first = made(call(ana, "/renewals", wanted))
    assert len(first["deliverables"]) == 1 and made(call(ana, "/renewals", wanted))["batch"] is None
    text_ = str(call(ana, f"/deliverables/{first['deliverables'][0]}").json()["sections"])
    assert "$6,760.00" in text_ and "2026 Form 1120-S" in text_
    assert made(call(ana, f"/renewals/{first['batch']}/undo", {}), 200) == {"count": 1}
    assert call(ana, f"/renewals/{first['batch']}/undo", {}).status_code == 409
    again = made(call(ana, "/renewals", {**wanted, "percent": "0"}))
    assert again["deliverables"] != first["deliverables"]
    page = ana.get("/letters/renewals?percent=4&step=5").text
    assert "taken back" in page and "drafted already" in page


PAGES = {
    "/letters": ("Out for signature", "No proposal yet"),
    "/letters/prices": ("The price list is empty",),
    "/letters/renewals": ("2026 Form 1120-S", "6,760.00"),
    "/letters/new?client=C001": ("Proposal for", "price list is empty"),
    "/onboarding": ("On the way", "Nobody is being onboarded"),
    "/onboarding/new": ("Whom to write to",),
    "/setup": ("Services and prices", "missing: the price list"),
}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_what_it_is_for_in_few_queries(shared: Own, path: str) -> None:
    services, look = shared
    ana = look("ana")
    ana.get(path)
    page, queries = selects(services, lambda: ana.get(path))
    assert page.status_code == 200, page.text[:3000]
    said = re.sub(r"\s+", " ", page.text)
    assert [wanted for wanted in PAGES[path] if wanted not in said] == []
    assert len(queries) <= 12, "\n\n".join(queries)


def test_what_a_signed_letter_covers_is_read_by_the_signals(own: Own) -> None:
    """The filed letter is recognised and read like any other; its services are what scope-creep holds time against."""
    services, visit = own
    ana = visit("ana")
    priced(ana)
    _, letter = released(ana)
    [link] = made(call(ana, f"/deliverables/{letter}/signing", {"signers": [{"name": "Ngozi Okafor"}]}))
    door, there = stranger(visit), path_of(link["url"])
    given = {"mark": mark_in(door.get(there).text), "name": "Ngozi Okafor", "agreed": "1"}
    assert door.post(there, data=given).status_code == 303
    services.desk.rest()  # it is read behind the page
    index_new(services, silent, [_client(services)])
    with services.database.reading() as session:
        scope = operator_scope(session, "test", now=services.clock.now(), today=services.clock.today())
        snapshot = take_snapshot(scope, "C001")
    works = [one for one in snapshot.engagements if one.ref.startswith("C001-")]
    papers = {one.ref: letter_of(snapshot, one) for one in works}
    [paper] = {one.id: one for one in papers.values() if one is not None}.values()
    assert None not in papers.values() and paper.kind == "engagement-letter"
    assert "Bookkeeping" in (paper.value("services") or "") and paper.number("fee") == Decimal("9381.00")
    assert (str(paper.day("period_start")), str(paper.day("period_end"))) == ("2026-04-01", "2027-03-31")
    assert stems("Bookkeeping") <= agreed_stems(snapshot) and not stems("Payroll") & agreed_stems(snapshot)


def test_a_merge_keeps_what_was_signed_and_shows_it_at_the_survivor(own: Own) -> None:
    """Proposals go over, signatures stay as they are to the byte; both are back with undo."""
    services, visit = own
    ana = visit("ana")
    priced(ana)
    gone = made(
        call(ana, "/clients", {"name": "Harbor Bakers", "entity_type": "1120-S", "city": "Erie", "state": "PA"})
    )["ref"]
    proposal, letter = released(ana, lines=LINES[:1], client=gone)
    [link] = made(call(ana, f"/deliverables/{letter}/signing", {"signers": [{"name": "Ngozi Okafor"}]}))
    door, there = stranger(visit), path_of(link["url"])
    signed = {"mark": mark_in(door.get(there).text), "name": "Ngozi Okafor", "agreed": "1"}
    assert door.post(there, data=signed).status_code == 303
    services.desk.rest()
    before = evidence(services)
    who, run = {"as": "ana@alder.example"}, find("directory-merge").load()
    act = run(services, {"of": "client", "kept": "C001", "gone": gone, **who}, silent).data["act"]
    assert evidence(services) == before and len(before) == 3
    assert [one["id"] for one in call(ana, "/proposals?client=C001").json()] == [proposal]
    assert call(ana, "/clients/C001/agreed").json() == ["Corporate return: Form 1120-S"]
    [shown] = call(ana, "/signings?client=C001").json()
    assert (shown["client_ref"], shown["state"], shown["signers"][0]["name"]) == (gone, "signed", "Ngozi Okafor")
    page = ana.get(f"/letters/{proposal}").text
    assert "/clients/C001" in page and f"/letters/signing/{letter}" in page
    assert ana.get(f"/letters/signing/{letter}").status_code == 200
    paper = door.get(f"{there}/letter.pdf")
    assert content_hash(paper.content) == shown["signed_paper"], "the signer still has what was signed"
    find("undo").load()(services, {"act": act, **who}, silent)
    assert evidence(services) == before and call(ana, "/signings?client=C001").json() == []
    assert [one["id"] for one in call(ana, f"/proposals?client={gone}").json()] == [proposal]


def evidence(services: Services) -> list[tuple[Any, ...]]:
    """Every column of what says that somebody signed, but the count of a row's changes."""
    with services.database.reading() as session:
        return [
            tuple(getattr(row, column.key) for column in table.__table__.columns if column.key != "revision")
            for table in (Signing, Signer, Signature)
            for row in session.query(table)
        ]


def test_letters_and_set_up_at_the_terminal(own: Own, tmp_path: Path) -> None:
    services, visit = own
    ana = visit("ana")
    priced(ana)
    made(call(ana, "/proposals", {**TERM, "lines": LINES[:1]}))
    blank = ["", ""]
    form: dict[str, Any] = {"client": "C001", "start": "2026-04-01", "end": "2027-03-31", "picked": ["1"]}
    form |= {"service": ["books", "return"], "called": ["Books", "2025 return"], "quantity": blank, "price": blank}
    answer = ana.post("/letters/new", **form, option=["", "Full"])
    page = ana.follow(answer)
    assert page.status_code == 200 and "2025 return" in page.text and "Undo" in page.text and "Option Full" in page.text
    assert ana.post("/letters/new", **{**form, "picked": []}, option=blank).status_code == 422
    there, mark = answer.headers["location"].split("?")[0], re.findall(r'name="mark" value="(\w{16})"', page.text)
    assert ana.post(f"{there}/choice", option="Full", mark=mark[0]).status_code == 303
    assert ana.post(f"{there}/choice", option="Full", mark=mark[0]).status_code == 409  # somebody changed it since
    run = find("letters-list").load()
    found = run(services, {"as": "ana@alder.example", "client": None}, silent)
    assert "2,400.00" in found.text and "Harbor Bakery" in found.text
    renew = find("letters-renew").load()
    asked: dict[str, Any] = {"clients": [], "percent": "4", "step": 5, "draft": False, "as": "ana@alder.example"}
    assert "6,760.00" in renew(services, asked, silent).text
    filed = renew(services, {**asked, "draft": True}, silent)
    assert "1 letter drafted" in filed.text
    assert "taken back" in renew(services, {**asked, "undo": filed.data["batch"]}, silent).text
    home = tmp_path / "new"
    with build(load_settings(home), own_index=True) as fresh:
        setup = find("setup").load()
        given = {"name": None, "email": None, "person": None, "role": "partner"}
        assert "Next: tickmark setup --name" in setup(fresh, {**given, **ZONE}, silent).text
        told = setup(fresh, {**given, **ZONE, "name": "New Firm"}, silent)
        assert "done     The firm: New Firm" in told.text
        told = setup(fresh, {**given, **ZONE, "email": "a@new.example", "person": "Ada New"}, silent)
        assert "missing  People: a password" in told.text and told.data["next"] == "staff"


ZONE = {"timezone": "America/Chicago", "fiscal_year_end": "12-31"}
