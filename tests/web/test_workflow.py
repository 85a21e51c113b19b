"""The work over HTTP and at a terminal: the board, a day's tasks, series, roll-forward, templates, and who is refused."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app as cli
from api.settings import load_settings
from api.wiring import Services, build
from store.tables import Client, Engagement, Task
from tests.homes import copied
from tests.web.conftest import MONDAY, Visitor, Visits, ids, selects, visiting

Own = tuple[Services, Visits]
PAGES = {
    "/work": ("not started", "in progress 1", "2025 Form 1120-S", "Harbor Bakery Inc", "Start an engagement"),
    "/work?view=list&due=month": ("2025 Form 1120-S", "0/2", "1 late", "5.50 of 40.00 h"),
    "/work?view=person": ("Load", "Sol Reed", "Hours left"),
    "/work?view=client&q=okafor": ("Ngozi Okafor", "1 engagement"),
    "/day": ("Monday, March 9, 2026", "Waits for your word", "To do"),
    "/series": ("Begin a series", "Begin with the client’s monthly close"),
    "/roll-forward?year=2024": ("Roll forward 2024 to 2025", "Nothing finished of 2024"),
    "/templates": ("1120-S", "when Form 1120-S is due", "standard", "on the 20th of the next month"),
    "/templates/monthly-close": ("Reconcile the bank and card accounts for {period}", "Keep as version 1"),
    "/clients/C001/work": (
        "Prepare workpapers",
        "Start an engagement",
        "Waits for another",
        "Shareholder basis worksheet",
    ),
}


@pytest.fixture(scope="module")
def mine(served_home: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    """One home for the tests of this module that change something; each at work of its own."""
    home = copied(served_home, tmp_path_factory.mktemp("work") / "home")
    with build(load_settings(home).model_copy(update={"today": MONDAY})) as services:
        known: dict[str | None, Visitor] = {}
        visit = visiting(services)
        yield services, lambda name="ana": known.setdefault(name, visit(name)) if name not in known else known[name]


def call(visitor: Visitor, path: str, body: Any = None, method: str = "POST", **headers: str) -> Any:
    if body is None and method == "POST":
        return visitor.http.get(f"/api/v1{path}")
    return visitor.http.request(
        method, f"/api/v1{path}", json=body, headers={"x-csrf-token": visitor.csrf(), **headers}
    )


def made(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def task_of(visitor: Visitor, title: str, **query: str) -> dict[str, Any]:
    found = made(visitor.http.get("/api/v1/tasks", params={"status": "all", **query}))["items"]
    return next(one for one in found if one["title"] == title)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_what_it_is_for_in_few_queries(shared: Own, path: str) -> None:
    services, look = shared
    ana = look("ana")
    ana.get(path)
    page, queries = selects(services, lambda: ana.get(path))
    assert page.status_code == 200, page.text[:3000]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text)) + page.text
    assert [wanted for wanted in PAGES[path] if wanted.lower() not in text.lower()] == []
    assert len(queries) <= 12, "\n\n".join(queries)


def test_an_engagement_from_its_start_to_its_filing_and_back(mine: Own) -> None:
    _, visit = mine
    ana, sol = visit("ana"), visit("sol")
    begin = {
        "client": "C001",
        "template": "payroll",
        "period": "2026-Q1",
        "owner": "sol@alder.example",
        "budget_hours": "4",
    }
    answer = call(ana, "/engagements", begin)
    job = made(answer, 201)
    assert answer.headers["location"] == "/api/v1/engagements/C001-payroll-2026-Q1"
    assert (job["title"], job["due"], job["steps"], job["owner"]) == (
        "Q1 2026 payroll returns",
        "2026-04-30",
        5,
        "Sol Reed",
    )
    assert call(ana, "/engagements", begin).status_code == 409
    assert call(ana, "/engagements", begin | {"template": "astrology"}).status_code == 404
    assert call(sol, "/engagements", begin | {"period": "2026-Q2"}).status_code == 403
    path = f"/engagements/{job['ref']}"
    seen = call(ana, path)
    changed = call(
        ana, path, {"title": "First quarter", "fee": "250.00"}, "PATCH", **{"if-match": seen.headers["etag"]}
    )
    assert made(changed)["title"] == "First quarter" and changed.headers["etag"] != seen.headers["etag"]
    assert call(ana, path, {"title": "x"}, "PATCH", **{"if-match": seen.headers["etag"]}).status_code == 409
    assert call(ana, path, {"colour": "red"}, "PATCH").status_code == 422
    moved = made(call(sol, f"{path}/stage", {"stage": "in-review"}))
    assert moved["stage"] == "in-review"
    assert call(sol, f"{path}/stage", {"stage": "filed"}).status_code == 403
    linked = made(call(ana, f"{path}/needs", {"needs": "E001", "note": "its K-1"}), 201)
    assert [one["ref"] for one in linked["needs"]] == ["E001"]
    assert call(ana, "/engagements/E001/needs", {"needs": job["ref"]}).status_code == 409
    refused = call(ana, f"{path}/stage", {"stage": "filed"})
    assert refused.status_code == 409 and "needs 2025 Form 1120-S" in refused.json()["error"]
    made(call(ana, f"{path}/needs/E001", method="DELETE"))
    filed = made(call(ana, f"{path}/stage", {"stage": "filed"}))
    assert filed["progress"] == 100 and filed["finished_on"] == MONDAY.isoformat()
    made(call(ana, f"/acts/{filed['act']}/undo", {}))
    assert made(call(ana, path))["stage"] == "in-review"
    columns = {one["stage"]: one for one in made(call(ana, "/board?client=C001"))}
    assert [one["ref"] for one in columns["in-review"]["items"]] == [job["ref"]]
    listed = made(call(ana, "/engagements?client=C001&stage=in-review"))
    assert (listed["total"], listed["next"]) == (1, None)


def test_tasks_are_done_in_order_handed_over_and_put_off(mine: Own) -> None:
    _, visit = mine
    mia, sol = visit("mia"), visit("sol")
    first = made(call(mia, "/tasks", {"client": "C002", "title": "Ring", "checklist": ["Number known"]}), 201)
    second = made(call(mia, "/tasks", {"client": "C002", "title": "Write", "requires": [first["id"]]}), 201)
    refused = call(mia, f"/tasks/{second['id']}/done", {})
    assert refused.status_code == 409 and "“Ring”" in refused.json()["error"]
    assert call(mia, f"/tasks/{first['id']}/done", {}).status_code == 409
    assert (
        made(call(mia, f"/tasks/{first['id']}/checklist/0", {"done": True}))["checklist"][0]["done_on"] == "2026-03-09"
    )
    done = made(call(mia, f"/tasks/{first['id']}/done", {}))
    assert done["status"] == "done" and done["act"]
    made(call(mia, f"/acts/{done['act']}/undo", {}))
    assert made(call(mia, f"/tasks/{first['id']}"))["status"] == "open"
    made(call(mia, f"/tasks/{first['id']}/done", {}))
    made(call(mia, f"/tasks/{second['id']}/wait", {"on": "client", "what": "a signature"}))
    made(call(mia, f"/tasks/{second['id']}/defer", {"until": "2026-03-12"}))
    handed = made(call(mia, f"/tasks/{second['id']}/hand", {"to": "sol@alder.example", "note": "please"}))
    assert (handed["owner"], handed["in_scope"], handed["deferred_to"]) == ("Sol Reed", True, None)
    day = made(call(sol, "/day"))
    assert [one["title"] for one in day["sections"]["offered"]] == ["Write"]
    assert [one["title"] for one in made(call(mia, "/day"))["sections"]["asked"]] == ["Write"]
    made(call(sol, f"/tasks/{second['id']}/accept", {}))
    waiting = made(call(sol, "/day"))["sections"]["waiting"]
    assert [(one["title"], one["waiting_days"]) for one in waiting] == [("Write", 0)]
    made(call(sol, f"/tasks/{second['id']}/arrived", {}))
    again = made(
        call(sol, "/tasks", {"client": "C002", "title": "Weekly call", "due": "2026-03-09", "every": "week"}), 201
    )
    following = made(call(sol, f"/tasks/{again['id']}/done", {}))["next"]
    assert made(call(sol, f"/tasks/{following}"))["due"] == "2026-03-16"
    for path, body, status in (
        ("/tasks/task_none/done", {}, 404),
        (f"/tasks/{second['id']}/hand", {"to": "ben@alder.example"}, 422),
        (f"/tasks/{second['id']}/defer", {"until": "9999-01-01"}, 422),
        ("/tasks", {"client": "C003", "title": "Not hers"}, 404),
        ("/tasks", {"client": "C002", "title": "x", "due": "2026-03-09", "every": "blue moon"}, 422),
    ):
        assert call(mia, path, body).status_code == status, path


def test_the_pages_do_it_without_script_and_show_why_not(mine: Own) -> None:
    services, visit = mine
    ana, sol, adm = visit("ana"), visit("sol"), visit("adm")
    page = ana.follow(
        ana.post("/tasks", title="Look at <b>the</b> lease", client="C001 Harbor Bakery Inc", due="2026-03-09")
    )
    assert "Added." in page.text and "Look at &lt;b&gt;the&lt;/b&gt; lease" in page.text
    task = task_of(ana, "Look at <b>the</b> lease")["id"]
    shown = ana.get(f"/tasks/{task}")
    mark = re.search(r'name="mark" value="([0-9a-f]+)"', shown.text)
    assert mark is not None
    change = {"title": "Look at the lease", "checklist": "Term\nRent\n", "due": "2026-03-10", "back": f"/tasks/{task}"}
    ana.follow(ana.post(f"/tasks/{task}/change", mark=mark[1], **change))
    lost = ana.post(f"/tasks/{task}/change", mark=mark[1], **change)
    assert (
        lost.status_code == 409
        and 'role="alert"' in lost.text
        and "changed by somebody" in lost.text
        and "Rent" in lost.text
    )
    refused = ana.post(f"/tasks/{task}/done", back="/day")
    assert refused.status_code == 409 and "Its checklist is open: Term, Rent" in refused.text
    done = ana.follow(ana.post(f"/tasks/{task}/done", tick="true", back="/day"))
    assert "Done today" in done.text and "/undo/act_" in done.text
    for name, fields, said in (
        ("open", {}, "Open again"),
        ("wait", {"on": "third-party", "what": "the bank"}, "waits for a third party: the bank, since today"),
        ("arrived", {}, "The move is yours again"),
        ("defer", {"until": "2026-03-20"}, "off to Fri, Mar 20"),
        ("tick/1", {"done": "false"}, "Tick taken away"),
        ("hand", {"to": "sol@alder.example", "note": "yours"}, "Handed over"),
    ):
        assert said in ana.follow(ana.post(f"/tasks/{task}/{name}", **fields)).text, name
    assert "yours" in sol.get("/day").text
    assert "Given back" in sol.follow(sol.post(f"/tasks/{task}/return", note="no time")).text
    board = ana.post("/engagements/E001/stage", stage="in-review", back="/work?view=list")
    assert "/work?view=list&said=engagement-moved" in board.headers["location"] and "Moved." in ana.follow(board).text
    assert ana.post("/engagements/E001/stage", stage="orbit", back="/clients/C001/work").status_code == 422
    assert adm.post("/engagements/E001/stage", stage="done").status_code == 403
    started = ana.post(
        "/engagements/start", client="C002 Ngozi", template="advisory", period="2026-Q1", due="2026-04-20"
    )
    assert started.headers["location"].startswith("/clients/C002/work?said=engagement-started")
    assert "Settle the questions with the client" in ana.follow(started).text
    kept = ana.post(
        "/engagements/C002-advisory-2026-Q1/change", title="Advice", budget_hours="12", back="/clients/C002/work"
    )
    assert "Advice" in ana.follow(kept).text
    linked = ana.post(
        "/engagements/C002-advisory-2026-Q1/needs", needed="E001 x", note="its K-1", back="/clients/C002/work"
    )
    assert "2025 Form 1120-S, Harbor Bakery Inc</a> (its K-1)" in ana.follow(linked).text
    assert ids(services, "SELECT count(*) FROM engagement_needs") == [1]


def test_who_gives_her_last_task_away_is_told_that_she_sees_no_more(own: Own) -> None:
    services, visit = own
    with services.database.writing() as session:
        client = session.query(Client).filter_by(ref="C003").one()
        session.query(Task).filter_by(client_id=client.id).delete()
        session.add(Task(id="task_last", client_id=client.id, title="Call", owner_id=None, status="open"))
        session.flush()
        task = session.get_one(Task, "task_last")
        task.owner_id = session.query(Engagement).filter_by(ref="E001").one().owner_id
    sol = visit("sol")
    page = sol.follow(sol.post("/tasks/task_last/hand", to="ben@alder.example", back="/clients/C003/work"))
    assert "you no longer see it" in page.text and "/undo/" not in page.text
    assert sol.get("/tasks/task_last").status_code == 404 and sol.get("/clients/C003/work").status_code == 404


def test_series_and_templates_over_http(mine: Own) -> None:
    _, visit = mine
    ana, mia, sol = visit("ana"), visit("mia"), visit("sol")
    new = {"client": "C001", "template": "monthly-close", "first": "2026-02", "owner": "sol@alder.example"}
    assert call(sol, "/series", new).status_code == 403
    one = made(call(mia, "/series", new), 201)
    assert (one["made"], one["next_end"], one["every"]) == (3, "2026-05-31", "month")
    library = made(call(mia, "/templates"))
    assert len(library) == 16
    close = made(call(mia, "/templates/monthly-close"))
    steps = [*close["steps"], {"title": "Call the owner", "role": "partner", "days": 0, "needs": ["report"]}]
    written = made(call(mia, "/templates/monthly-close", {"steps": steps, "seen": 0}, "PUT"))
    assert written["version"] == 1 and written["steps"][-1]["key"] == "call-the-owner"
    assert call(mia, "/templates/monthly-close", {"steps": steps[:2], "seen": 0}, "PUT").status_code == 409
    assert call(sol, "/templates/monthly-close", {"title": "x"}, "PUT").status_code == 403
    made(call(mia, "/engagements/C001-monthly-close-2026-02/stage", {"stage": "in-progress"}))
    path = f"/series/{one['id']}"
    changed = made(call(mia, path, {"budget_hours": "9"}, "PATCH", **{"if-match": one["mark"]}))
    assert (changed["reached"], changed["budget_hours"]) == (2, "9.00")
    assert call(mia, path, {"ahead": 2}, "PATCH", **{"if-match": one["mark"]}).status_code == 409
    sizes = {ref: made(call(ana, f"/engagements/C001-monthly-close-{ref}"))["steps"] for ref in ("2026-02", "2026-03")}
    assert sizes == {"2026-02": len(steps) - 1, "2026-03": len(steps)}
    page = mia.get("/series").text
    assert "Harbor Bakery Inc" in page and "10 business days after the period" in page
    mark = re.search(r'name="mark" value="([0-9a-f]+)"', page)
    assert mark is not None
    kept = mia.post(f"{path}/change", ahead="1", way="day", days="20", budget="9", mark=mark[1])
    assert "on the 20th of the next month" in mia.follow(kept).text
    assert mia.post(f"{path}/change", ahead="1", mark=mark[1]).status_code == 409
    for name, said in (("pause", "Paused"), ("resume", "It goes on"), ("end", "Ended")):
        assert said in mia.follow(mia.post(f"{path}/{name}")).text
    assert "None" not in mia.get("/series?ended=true").text
    form = {"title": "{period} close", "way": "business_days", "value": "8", "seen": "1"}
    form |= {"title:0": "Post", "key:0": "post", "days:0": "3", "from:0": "end", "role:0": "preparer", "place:0": "2"}
    form |= {
        "title:1": "Get papers",
        "days:1": "1",
        "from:1": "end",
        "role:1": "preparer",
        "place:1": "1",
        "hours:1": "1",
    }
    page = mia.follow(mia.post("/templates/monthly-close", **form))
    assert "Kept as the next version" in page.text and page.text.index("Get papers") < page.text.index('value="Post"')
    wrong = mia.post("/templates/monthly-close", **(form | {"seen": "2", "needs:1": "moon"}))
    assert wrong.status_code == 422 and "needs &#39;moon&#39;" in wrong.text
    assert "Collect" in sol.get("/templates/1040").text and "Keep as version" not in sol.get("/templates/1040").text


def test_a_year_is_rolled_forward_over_http_and_at_the_terminal(own: Own, capsys: pytest.CaptureFixture[str]) -> None:
    services, visit = own
    with services.database.writing() as session:
        for one in session.query(Engagement).filter(Engagement.ref.in_(["E001", "E002"])):
            one.stage, one.filed_on = "filed", MONDAY
    ana, sol = visit("ana"), visit("sol")
    page = ana.get("/roll-forward?year=2025")
    assert "2026 Form 1120-S" in page.text and "Mar 15, 2027" in page.text and "5.50" in page.text
    plan = made(call(ana, "/roll-forward", {"engagements": ["E001"], "dry_run": True}))
    assert (plan["made"], plan["items"][0]["state"], plan["items"][0]["budget_hours"]) == (0, "new", "5.50")
    assert call(sol, "/roll-forward", {"engagements": ["E001"]}).status_code == 403
    assert call(ana, "/roll-forward", {"engagements": ["E003"]}).status_code == 404
    done = made(call(ana, "/roll-forward", {"engagements": ["E001"]}))
    assert done["made"] == 1 and done["act"]
    again = made(call(ana, "/roll-forward", {"engagements": ["E001"]}))
    assert (again["made"], again["act"], again["items"][0]["ref"]) == (0, None, "C001-1120-S-2026")
    made(call(ana, f"/acts/{done['act']}/undo", {}))
    page = ana.follow(ana.post("/roll-forward", year="2025", engagement=["E001", "E002"]))
    assert "Made. Each has its steps" in page.text and "Nothing finished of 2025 is left" in page.text
    assert ana.post("/roll-forward", year="2025").status_code == 422
    work = ana.get("/clients/C002/work").text
    assert "2026 Form 1040" in work and "Form 1098" in work


def test_the_terminal_starts_lists_and_finishes(served_home: Any, tmp_path: Any) -> None:
    home = copied(served_home, tmp_path / "home")

    def run(*words: str, status: int = 0) -> Any:
        result = CliRunner().invoke(cli, ["--home", str(home), *words])
        assert result.exit_code == status, result.output
        return json.loads(result.stdout) if "--json" in words else result.output

    ana = ("--as", "ana@alder.example")
    job = run("work", "start", "C001", "sales-tax", "2026-Q1", *ana, "--json")
    assert (job["ref"], job["steps"]) == ("C001-sales-tax-2026-Q1", 5)
    run("work", "move", job["ref"], "in-progress", *ana)
    listed = run("work", "--client", "C001", "--stage", "in-progress", "--json", *ana)
    assert {one["ref"] for one in listed} == {"E001", job["ref"]}
    task = run("task", "add", "C001", "Ring", "--due", "2026-03-10", "--every", "month", *ana, "--json")
    assert task["id"] in {one["id"] for one in run("task", "list", *ana, "--json")}
    assert "It comes again on " in run("task", "done", task["id"], *ana)
    run("task", "done", task["id"], *ana, status=1)
    rolled = run("roll-forward", "--year", "2025", "--dry-run", "--json")
    assert rolled["dry_run"] is True and rolled["made"] == 0
    assert "60" in run("work", "templates", "audit") and run("work", "series") == "There is no series.\n"
