"""Automations over HTTP, at a terminal and through the agents: kept, tried, switched on, acting, taken back; who sees nothing of it."""

import json
import re
from typing import Any

from sqlalchemy import select
from typer.testing import CliRunner

from agents.ordered import bring_dates, draft_ordered
from agents.scan import scan_client
from api.cli import app
from api.commands.intake import take_in
from api.wiring import Services
from store.tables import AutomationDraft, Client, Deliverable, Person, Release, Task, Wall
from tests.web.conftest import MONDAY, NOTICE, Visitor, Visits, drawn, selects
from tests.web.test_requests import W2
from workspace.scope import system_scope

Own = tuple[Services, Visits]


def call(visitor: Visitor, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
    sent = {"x-csrf-token": visitor.csrf(), **headers}
    answer = visitor.http.request(method, f"/api/v1{path}", json=body, headers=sent)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def rule(name: str, kind: str, value: str, *actions: dict[str, Any], days: int = 0) -> dict[str, Any]:
    return {"name": name, "trigger": {"kind": kind, "value": value, "days": days}, "actions": list(actions)}


def task(title: str, who: str = "preparer") -> dict[str, Any]:
    return {"kind": "task", "value": title, "who": who}


def switched_on(visitor: Visitor, given: dict[str, Any]) -> str:
    made = call(visitor, "POST", "/automations", given, 201)
    on = call(visitor, "POST", f"/automations/{made['id']}/switch", {"on": True})
    assert on["on_since"] and made["on_since"] is None
    identity: str = made["id"]
    return identity


def titles(services: Services) -> list[str]:
    with services.database.reading() as session:
        return sorted(session.scalars(select(Task.title).where(Task.custom["automation"].as_string().is_not(None))))


def test_pages_teach_in_few_queries_and_only_to_who_may(shared: Own) -> None:
    services, look = shared
    ana = look("ana")
    wanted = {
        "/automations": ("No automation yet", "To begin with", "A K-1 arrived", "nothing is ever sent"),
        "/automations/log": ("No automation has done anything yet",),
        "/automations/new": ("Then, in this order", "Try without keeping", "the due date"),
    }
    for path, said in wanted.items():
        ana.get(path)
        page, queries = selects(services, lambda path=path: ana.get(path))  # type: ignore[misc]
        assert page.status_code == 200, page.text[:2000]
        assert [one for one in said if one not in re.sub(r"\s+", " ", page.text)] == [], path
        assert len(queries) <= 12, f"{path}: {len(queries)}"
        assert look("sol").get(path).status_code == 403
    assert (
        'href="/automations"' in ana.get("/automations").text
        and 'href="/automations"' not in look("sol").get("/day").text
    )


def test_kept_tried_and_switched_on_in_the_browser(own: Own) -> None:
    services, visit = own
    ana, ben = visit("ana"), visit("ben")
    page = ana.follow(ana.post("/automations/library/review-ready"))
    assert "It does nothing until it is switched on" in page.text and "Dry run" in page.text
    address = str(page.url).partition("tickmark.example")[2].partition("?")[0]
    form = {"name": "Seven <b>days</b>", "trigger": "date", "days": "7", "side": "before", "base": "due", "template": "1120-S",
            "kind:0": "task", "value:0": "Ring {client}", "who:0": "partner", "days:0": "1", "since:0": "today"}  # fmt: skip
    tried = ana.post("/automations/new", **form, do="try")
    assert "nothing kept" in tried.text and "add “Ring Harbor Bakery Inc” for Ana" in tried.text
    assert "Seven &lt;b&gt;days" in tried.text
    assert len(call(ana, "GET", "/automations")) == 1
    mark = re.findall(r'name="mark" value="([0-9a-f]+)"', page.text)[-1]
    assert ana.post(address, **form, do="keep", mark=mark).status_code == 303
    shown, queries = selects(services, lambda: ana.get(address))
    assert "add “Ring Harbor Bakery Inc” for Ana" in shown.text and len(queries) <= 12, "\n\n".join(queries)
    refused = ana.post(address, **form, do="keep", mark=mark)
    assert refused.status_code == 409 and 'role="alert"' in refused.text and "Seven" in refused.text
    wrong = ana.post("/automations/new", **{**form, "name": "x", "trigger": "signal", "value": "moonrise"})
    assert wrong.status_code == 422 and "moonrise" in wrong.text and "Ring {client}" in wrong.text
    assert "Switched on" in ana.follow(ana.post(f"{address}/on")).text
    assert bring_dates(services) == 1 and bring_dates(services) == 0
    log = ana.get("/automations/log").text
    assert "added the task “Ring Harbor Bakery Inc”" in log and "is due on Mar 16, 2026" in log
    assert "Harbor" not in ben.get("/automations/log").text
    firing = re.search(r"/automations/log/(fire_\w+)/undo", log)
    assert firing is not None
    assert ben.post(f"/automations/log/{firing[1]}/undo").status_code == 404
    assert "Taken back" in ana.follow(ana.post(f"/automations/log/{firing[1]}/undo")).text
    assert titles(services) == [] and bring_dates(services) == 0
    assert "“Seven &lt;b&gt;days&lt;/b&gt;”: added the task" in ana.get("/clients/C001/history").text
    assert "Its log stays" in ana.follow(ana.post(f"{address}/remove")).text
    assert "Ring Harbor" in ana.get("/automations/log").text


def test_json_follows_a_move_at_once_and_the_terminal_tells_of_it(own: Own) -> None:
    services, visit = own
    ana, sol = visit("ana"), visit("sol")
    made = switched_on(ana, rule("Review", "stage", "in-review", task("Review {work}", "manager")))
    assert call(sol, "GET", "/automations", status=403) and call(sol, "GET", "/automations/log", status=403)
    call(sol, "POST", "/engagements/E001/stage", {"stage": "in-review"})
    [line] = call(ana, "GET", "/automations/log")["firings"]
    assert line["state"] == "done" and line["client_ref"] == "C001" and line["automation"] == made
    assert titles(services) == ["Review 2025 Form 1120-S"]
    shown = ana.http.get(f"/api/v1/automations/{made}")
    assert shown.json()["fired"] == 1 and shown.json()["last_fired"]
    changed = rule("Review", "stage", "in-review", task("Look", "manager"))
    answer = call(ana, "PUT", f"/automations/{made}", changed, 200, **{"If-Match": shown.headers["etag"]})
    assert answer["act"] and answer["then"] == ["add the task “Look” for the manager"] and answer["on_since"]
    assert (
        "changed by somebody" in call(ana, "PUT", f"/automations/{made}", changed, 409, **{"If-Match": '"0"'})["error"]
    )
    dry = call(ana, "POST", "/automations/dry-run", rule("?", "stage", "in-review", task("Other")))
    assert [one["acts"] for one in dry["now"]] == [["add “Other” for Sol Reed"]]
    assert call(ana, "POST", "/automations", {**changed, "name": "y", "actions": [{"kind": "send", "value": "x"}]}, 422)
    undone = call(ana, "POST", f"/automations/log/{line['id']}/undo")
    assert undone["state"] == "undone" and titles(services) == []
    home = ["--home", str(services.home), "automations"]
    listed = CliRunner().invoke(app, [*home, "list", "--as", "ana@alder.example"])
    assert listed.exit_code == 0 and "on       1 fired  Review" in listed.output
    tried = CliRunner().invoke(app, [*home, "dry-run", "Review", "--as", "ana@alder.example", "--json"])
    assert json.loads(tried.output)["now"][0]["done"] is True
    told = CliRunner().invoke(app, [*home, "log", "--client", "C001", "--as", "ana@alder.example", "--json"])
    assert json.loads(told.output)["firings"][0]["state"] == "undone"
    assert CliRunner().invoke(app, [*home, "log", "--as", "sol@alder.example"]).exit_code == 1
    with services.database.writing() as session:
        client = session.scalars(select(Client).where(Client.ref == "C001")).one()
        person = session.scalars(select(Person).where(Person.email == "ana@alder.example")).one()
        session.add(Wall(id="w", client_id=client.id, person_id=person.id, reason="kin", set_on=MONDAY))
    assert call(ana, "GET", "/automations/log")["total"] == 0
    assert call(ana, "GET", f"/automations/{made}")["fired"] == 0


def test_papers_and_signals_act_in_the_scan_and_drafts_wait_for_review(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    switched_on(ana, rule("Wages", "document", "w-2", task("Enter the W-2")))
    switched_on(ana, rule("Letter", "signal", "notice-balance-due", {"kind": "draft", "value": "notice-explanation"},
                          {"kind": "draft", "value": "trust-statement"}))  # fmt: skip
    second = NOTICE.replace("CP504", "CP503")
    take_in(services, "sol@alder.example", "C002", [("w2.pdf", drawn(W2)), ("CP503.pdf", drawn(second))])
    for _ in range(2):
        scan_client(services, "C002", as_of=services.clock.today(), now=services.clock.now())
    assert titles(services) == ["Enter the W-2"]
    lines = {one["rule"]: one for one in call(ana, "GET", "/automations/log")["firings"]}
    assert set(lines) == {"Wages", "Letter"} and "CP503" in lines["Letter"]["why"]

    def night(session: Any) -> Any:
        return system_scope(session, "night", now=services.clock.now(), today=services.clock.today())

    assert len(draft_ordered(services, night)) == 1 and draft_ordered(services, night) == []
    with services.database.reading() as session:
        orders = {one.slug: one for one in session.scalars(select(AutomationDraft))}
        assert orders["trust-statement"].state == "failed" and orders["trust-statement"].problem
        made = session.get_one(Deliverable, orders["notice-explanation"].deliverable_id)
        assert made.state == "in_review" and not session.scalars(select(Release)).all()
    page = ana.get("/automations/log").text
    assert f"/review/{made.id}" in page and "was not drafted" in page
