"""Capacity, the rows of the portfolio and the reports over HTTP and at a terminal: pages, figures and their rows, files, refusals."""

import csv
import gzip
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from typer.testing import CliRunner

from agents.kept import keep_ready
from api.cli import app as cli
from api.settings import load_settings
from api.wiring import Services, build
from store.tables import Engagement, Task, Wall
from tests.homes import copied
from tests.web.conftest import MONDAY, Visitor, Visits, ids, selects, visiting
from tests.web.test_portfolio import _grow
from workspace.scope import system_scope

Own = tuple[Services, Visits]
PAGES = (
    "/capacity",
    "/capacity?weeks=12&person=-",
    "/reports",
    "/reports?of=work",
    "/reports?of=dates",
    "/portfolio?firm=1",
)
MOST = 12


@pytest.fixture(scope="module")
def mine(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    """One home for the tests of this module that change something."""
    home = copied(served_home, tmp_path_factory.mktemp("reports") / "home")
    with build(load_settings(home).model_copy(update={"today": MONDAY})) as services:
        known: dict[str | None, Visitor] = {}
        visit = visiting(services)
        yield services, lambda name="ana": known.setdefault(name, visit(name)) if name not in known else known[name]


def ready(services: Services) -> None:
    """What the server does every few seconds: the rows of the portfolio are kept."""
    keep_ready(services, lambda s: system_scope(s, "night", now=services.clock.now(), today=services.clock.today()))


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def amount(text: str) -> float:
    bare = text.replace(",", "").strip()
    return -float(bare.strip("()")) if bare.startswith("(") else float(bare)


def test_the_pages_stand_in_few_queries_and_without_the_client_of_others(shared: Own) -> None:
    services, visit = shared
    ready(services)
    ana = visit("ana")
    for path in PAGES:
        ana.get(path)
        page, queries = selects(services, lambda path=path: ana.get(path))  # type: ignore[misc]
        assert page.status_code == 200 and len(queries) <= MOST, (path, len(queries))
        assert "Prairie Dental" not in page.text and "<style" not in page.text and "onclick" not in page.text


def test_every_figure_leads_to_rows_that_add_up_to_it(look: Visits) -> None:
    ana, seen = look("ana"), 0
    for group in ("money", "work", "dates"):
        page = ana.get(f"/reports?of={group}").text
        assert "<svg" in page and page.count("<caption") >= 1
        table = re.findall(r'<td class="num[^"]*"><a class="quiet" href="(/reports/[^"]+)">([^<]+)</a>', page)
        assert {
            link.replace("&amp;", "&") for link in re.findall(r'<a href="(/reports/[^"]+)" tabindex="-1">', page)
        } <= {link.replace("&amp;", "&") for link, _ in table}, "a bar leads where its figure leads"
        for link, told in table:
            link = link.replace("&amp;", "&")
            rows = ana.http.get("/api/v1" + link).json()
            assert sum(float(one["amount"]) for one in rows) == pytest.approx(amount(told)), link
            seen += 1
        first = table[0][0].replace("&amp;", "&")
        assert ana.get(first).status_code == 200
    assert seen > 20


def test_files_of_a_report(look: Visits) -> None:
    ana = look("ana")
    told = ana.http.get("/api/v1/reports/aging").json()
    text = ana.get("/reports/aging/file?form=csv")
    lines = list(csv.reader(StringIO(text.text)))
    assert lines[0] == ["key", "part", "unpaid"] and lines[-1][2] == told["totals"]["unpaid"]
    assert [line[2] for line in lines[1:-1]] == [one["values"]["unpaid"] for one in told["figures"]]
    rows = list(csv.reader(StringIO(ana.get("/reports/aging/file?form=csv&what=rows").text)))
    assert len(rows) - 1 == len(ana.http.get("/api/v1/reports/aging/rows").json())
    book = load_workbook(BytesIO(ana.get("/reports/aging/file?form=xlsx").content))
    assert book.sheetnames == ["aging", "aging-rows"] and book["aging"].max_row == len(lines)
    first = ana.http.get("/api/v1/reports/wip/rows?limit=1")
    assert len(first.json()) == 1 and 'rel="next"' in first.headers["link"]


def test_who_sees_which_report(look: Visits) -> None:
    names = {
        who: [one["name"] for one in look(who).http.get("/api/v1/reports").json()] for who in ("ana", "mia", "sol")
    }
    assert len(names["ana"]) == len(names["mia"]) == 8 and names["sol"] == ["requests", "stages", "deadlines"]
    for path in (
        "/reports/wip",
        "/reports/wip/rows",
        "/reports/wip/file?form=xlsx",
        "/api/v1/reports/wip",
        "/capacity",
    ):
        refused = look("sol").get(path)
        assert refused.status_code == 403, path
    assert "capacity:read" in look("sol").http.get("/api/v1/capacity").text
    assert look("mia").http.get("/api/v1/reports/concentration").json()["unit"] == "percent"
    assert "Receivables" not in look("sol").get("/reports").text
    assert look("ana").get("/reports/weather").status_code == 404
    assert look("ana").get("/reports/aging/rows?part=9").status_code == 404
    bad = look("ana").get("/reports/realization?first=2026-03-09&last=2026-01-01")
    assert bad.status_code == 422 and 'role="alert"' in bad.text and "Realization by month" in bad.text


def test_work_is_moved_after_a_look_at_what_it_does_and_comes_back(mine: Own) -> None:
    services, visit = mine
    ana = visit("ana")
    client = ids(services, "SELECT id FROM clients WHERE ref = 'C001'")[0]
    person = ids(services, "SELECT id FROM people WHERE email = 'mia@alder.example'")[0]
    known = {"client_id": client, "due": MONDAY, "estimate_hours": 50, "requires": []}
    with services.database.writing() as session:
        session.add(Task(id="move-me", title="Reconcile <b>cash</b>", **known))
    page = ana.get("/capacity?item=task:move-me").text
    assert "Reconcile &lt;b&gt;cash" in page and 'id="unassigned"' in page and 'name="to"' in page
    seen = ana.get(f"/capacity?item=task:move-me&to={person}&in=2026-03-16").text
    assert "50.0" in plain(seen) and "would have 50 hours of" in plain(seen)
    mark = re.search(r'name="mark" value="([0-9a-f]{16})"', seen)
    assert mark is not None
    fields = {"item": "task:move-me", "to": person, "week": "2026-03-16", "back": "/capacity"}
    moved = ana.post("/capacity/move", mark=mark[1], **fields)
    done = ana.follow(moved)
    assert "Moved." in done.text and "full" in done.text
    stale = ana.post("/capacity/move", mark=mark[1], **{**fields, "week": "2026-03-23"})
    assert stale.status_code == 409 and "changed by somebody" in stale.text
    act = re.search(r'action="/undo/([^"]+)"', done.text)
    assert act is not None
    ana.post(f"/undo/{act[1]}", back="/capacity")
    with services.database.reading() as session:
        row = session.get_one(Task, "move-me")
        assert (row.owner_id, row.due) == (None, MONDAY)


def test_work_is_moved_over_the_api(mine: Own) -> None:
    services, visit = mine
    mia = visit("mia")
    found = mia.http.get("/api/v1/capacity?weeks=12").json()
    assert all(len(one["weeks"]) == 12 for one in found["people"])
    item = next(
        one for one in found["items"] if one["item"].startswith("task:") and one["owner"] != "mia@alder.example"
    )
    wish = {"item": item["item"], "person": "mia@alder.example", "week": "2026-03-30"}
    told = mia.http.get("/api/v1/capacity/preview", params=wish).json()
    assert told["act"] is None and told["owner"] == "mia@alder.example" and told["weeks"]
    headers = {"x-csrf-token": mia.csrf()}
    done = mia.http.post(
        "/api/v1/capacity/moves", json=wish, headers={**headers, "If-Match": f'"{item["mark"]}"'}
    ).json()
    assert {**done, "act": None} == told and done["act"]
    again = mia.http.post("/api/v1/capacity/moves", json=wish, headers=headers)
    assert again.status_code == 409
    after = {one["email"]: one for one in mia.http.get("/api/v1/capacity?weeks=12").json()["people"]}
    for change in told["weeks"]:
        week = next(one for one in after[change["email"]]["weeks"] if one["monday"] == change["monday"])
        assert week["hours"] == change["after"]
    with services.database.writing() as session:
        fixed = session.scalars(select(Engagement).where(Engagement.template == "1120-S")).first()
        assert fixed is not None
        fixed.budget_hours = Decimal(90)
        for step in session.scalars(select(Task).where(Task.engagement_id == fixed.id)):
            session.delete(step)
        ref = fixed.ref
    refused = mia.http.post(
        "/api/v1/capacity/moves", json={"item": f"engagement:{ref}", "week": "2026-04-20"}, headers=headers
    )
    assert refused.status_code == 422 and "law sets the date" in refused.text


def test_the_rows_of_a_large_portfolio_come_in_pieces(own: Own) -> None:
    services, visit = own
    _grow(services, 400)
    ready(services)
    ana = visit("ana")
    ana.get("/portfolio")
    page, queries = selects(services, lambda: ana.get("/portfolio?sort=receivable"))
    assert len(queries) <= MOST and page.headers["content-encoding"] == "gzip"
    assert len(gzip.compress(page.content)) <= 150_000
    assert page.text.count('<th scope="row" class="lead">') == 50
    every: list[str] = []
    path: str | None = "/api/v1/portfolio/clients?sort=receivable&limit=160"
    while path:
        answer = ana.http.get(path)
        every += [one["client_ref"] for one in answer.json()]
        link = re.search(r"<([^>]+)>", answer.headers.get("link", ""))
        path = link[1] if link else None
    assert len(every) == len(set(every)) == 402
    shown = re.findall(r'<th scope="row" class="lead"><a href="/clients/([^"]+)"', page.text)
    assert shown == every[:50]
    further = re.search(r'rel="next" href="([^"#]+)', page.text)
    assert further is not None
    second = ana.get(further[1].replace("&amp;", "&")).text
    assert re.findall(r'<th scope="row" class="lead"><a href="/clients/([^"]+)"', second) == every[50:100]


def test_the_rows_of_the_portfolio_are_narrowed_and_put_in_order(mine: Own) -> None:
    services, visit = mine
    ana = visit("ana")
    rows = {one["client_ref"]: one for one in ana.http.get("/api/v1/portfolio/clients").json()}
    assert set(rows) == {"C001", "C002"} and rows["C001"]["next"]["slack_days"] and rows["C001"]["flags"]
    aging = {r["client_ref"]: r for r in ana.http.get("/api/v1/tables/aging").json()}
    for ref, one in rows.items():
        assert float(one["receivable"]) == float(aging.get(ref, {"total": 0})["total"])
        assert float(one["over_90"]) <= float(one["receivable"])
    text = plain(ana.get("/portfolio?type=1040").text.split('id="health"')[0])
    assert "Ngozi Okafor" in text and "Harbor Bakery" not in text and "1 of 2 answer" in text
    flag = rows["C002"]["flags"][0]
    assert all(flag in one["flags"] for one in ana.http.get(f"/api/v1/portfolio/clients?flag={flag}").json())
    one_way = [one["client_ref"] for one in ana.http.get("/api/v1/portfolio/clients?sort=name").json()]
    assert one_way == list(
        reversed([one["client_ref"] for one in ana.http.get("/api/v1/portfolio/clients?sort=name&up=1").json()])
    )
    for bad in ("sort=luck", "flag=nonsense"):
        assert ana.http.get(f"/api/v1/portfolio/clients?{bad}").status_code == 422
    kept = ana.post("/portfolio/filters", name="Persons", query="type=1040&flag=notice")
    page = ana.follow(kept).text
    assert "Kept." in page and "Persons" in page
    assert "Persons" in ana.get("/clients").text, "it stands over the list of clients too"
    assert ana.post("/portfolio/filters", name="Empty", query="flag=notice").status_code == 422
    assert visit("sol").post("/portfolio/filters", name="X", query="type=1040").status_code == 403
    with services.database.writing() as session:
        walled = ids(services, "SELECT id FROM clients WHERE ref = 'C002'")[0]
        who = ids(services, "SELECT id FROM people WHERE email = 'ana@alder.example'")[0]
        session.add(Wall(id="w", client_id=walled, person_id=who, reason="Conflict", set_on=MONDAY))
    for path in ("/portfolio", "/capacity", "/reports/requests/rows", "/reports/stages/rows", "/reports/wip/rows"):
        assert "Okafor" not in ana.get(path).text.split('id="concentration"')[0], path
    with services.database.writing() as session:
        session.delete(session.get_one(Wall, "w"))


def test_at_a_terminal(mine: Own, tmp_path: Path) -> None:
    services, _ = mine

    def run(*words: str) -> Any:
        return CliRunner().invoke(cli, ["--home", str(services.settings.home), *words])

    told = run("report", "aging", "--as", "ana@alder.example", "--json")
    assert told.exit_code == 0, told.output
    data = json.loads(told.stdout)
    assert sum(float(one["unpaid"]) for one in data["figures"][:-1]) == float(data["totals"]["unpaid"])
    file, book = tmp_path / "wip.csv", tmp_path / "wip.xlsx"
    written = run("report", "wip", "--rows", "--csv", str(file), "--xlsx", str(book))
    assert written.exit_code == 0 and file.read_text().startswith("part,series,day") and load_workbook(book)["wip"]
    assert run("report", "wip", "--csv", str(file)).exit_code != 0, "nothing is written over"
    assert "Not started" in run("report", "stages").stdout
    refused = run("report", "wip", "--as", "sol@alder.example")
    assert refused.exit_code != 0 and "rates:see" in refused.output
