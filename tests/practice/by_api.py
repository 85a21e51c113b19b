"""The month through the JSON API: everybody signed in as themselves, the client at the door that has no password."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from api.wiring import Services
from tests.practice import story
from tests.web.conftest import Visitor, Visits, drawn
from tests.web.test_letters import mark_in

Json = dict[str, Any]


@dataclass
class Api:
    """The firm's programs: `api("mia").post(...)` asks as Mia on the day it is."""

    services: Services
    visit: Visits
    people: dict[str, "Program"] = field(default_factory=dict[str, "Program"])

    def day(self, on: date) -> None:
        """Go to a day; everybody signs in again."""
        self.services.desk.rest()
        self.services.clock.pinned = on
        self.people.clear()

    def __call__(self, name: str) -> "Program":
        if name not in self.people:
            visitor = self.visit(name)
            self.people[name] = Program(visitor, visitor.csrf())
        return self.people[name]


@dataclass
class Program:
    """A person's requests under /api/v1; an answer that is not `status` ends the play."""

    visitor: Visitor
    csrf: str

    def get(self, path: str) -> Any:
        return self.ask("GET", path, None, 200)

    def post(self, path: str, body: Json | None = None, status: int = 200) -> Any:
        return self.ask("POST", path, body or {}, status)

    def make(self, path: str, body: Json | None = None) -> Any:
        return self.ask("POST", path, body or {}, 201)

    def put(self, path: str, body: Json) -> Any:
        return self.ask("PUT", path, body, 200)

    def ask(self, method: str, path: str, body: Json | None, status: int) -> Any:
        answer = self.visitor.http.request(
            method, f"/api/v1{path}", json=body, headers={"x-csrf-token": self.csrf} if body is not None else {}
        )
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None


def play(api: Api) -> None:
    """From the prospect's first call to the signed month."""
    client, onboarding, works = onboard(api)
    asked = set_up(api, client, onboarding)
    tasks(api, client)
    matter = open_matter(api)
    arrive(api, client, onboarding, asked)
    from_trust(api, matter)
    number = bill(api, client, works["1120-S"])
    close(api, client)
    end(api, client, number, matter)


def release(api: Api, deliverable: str) -> None:
    """A partner reads, approves and releases the exact version."""
    shown = api("ana").get(f"/deliverables/{deliverable}")
    api("ana").post(
        f"/deliverables/{deliverable}/review", {"decision": "approve", "hash": shown["hash"], "override": "read it"}
    )
    api("ana").post(f"/deliverables/{deliverable}/release", {"hash": shown["hash"]})


def onboard(api: Api) -> tuple[str, str, dict[str, str]]:
    """Prospect, conflict check, letter released and signed: the client's ref, the onboarding, the engagements by template."""
    api.day(story.INTAKE)
    for slug, service in story.SERVICES.items():
        api("ana").put(f"/services/{slug}", service)
    intake = {
        "name": story.CLIENT,
        "entity_type": "1120-S",
        "state": "IL",
        "partner": "ana@alder.example",
        "contact": {"name": story.CONTACT, "email": story.ADDRESS},
    }
    api("sol").post("/onboardings", intake, 403)
    onboarding = api("mia").make("/onboardings", intake)
    ref, steps = onboarding["client_ref"], f"/onboardings/{onboarding['id']}/steps"
    assert onboarding["status"] == "prospect"
    found = api("mia").post(f"{steps}/conflicts", {"do": "search", "names": [story.CONTACT, "Harbor Bakery"]})
    assert found["steps"][1]["state"] == "open" and found["steps"][1]["detail"]["matches"] >= 1
    api("mia").post(f"{steps}/conflicts", {"do": "decide", "decision": "cleared", "reason": "supplies bread"}, 403)
    api("ana").post(f"{steps}/conflicts", {"do": "decide", "decision": "cleared", "reason": "supplies bread"})

    api.day(story.LETTER)
    lines = [{"service": slug} for slug in story.SERVICES]
    proposal = api("mia").make("/proposals", {**story.TERM, "client": ref, "lines": lines})["id"]
    letter = api("mia").make(f"/proposals/{proposal}/letter")["deliverable"]
    release(api, letter)
    [link] = api("ana").make(
        f"/deliverables/{letter}/signing", {"signers": [{"name": story.CONTACT, "email": story.ADDRESS}]}
    )
    sign(api, link["url"].removeprefix("http://tickmark.example"))
    shown = api("mia").get(f"/onboardings/{onboarding['id']}")
    assert shown["status"] == "onboarding" and shown["steps"][2]["state"] == "done"
    works = {one["template"]: one["ref"] for one in api("mia").get(f"/engagements?client={ref}")["items"]}
    assert set(works) == {"onboarding", "1120-S", "bookkeeping"}
    assert len(api("mia").get(f"/tasks?engagement={works['1120-S']}")["items"]) > 3, "the return's steps are tasks"
    [fee] = api("ana").get(f"/recurring?client={ref}")
    assert (fee["amount"], fee["next_on"]) == ("450.00", "2026-04-01")
    return ref, onboarding["id"], works


def sign(api: Api, path: str) -> None:
    """The client's own page, with nobody signed in."""
    door = api.visit(None).http
    given = {"mark": mark_in(door.get(path).text), "name": story.CONTACT, "agreed": "1"}
    assert door.post(path, data=given).status_code == 303


def set_up(api: Api, ref: str, onboarding: str) -> str:
    """Authorizations, access, the first list, tasks, the welcome pack: the id of the list."""
    api.day(story.PAPERS)
    mia, steps = api("mia"), f"/onboardings/{onboarding}/steps"
    day = story.PAPERS.isoformat()
    form = {"form": "2848", "matters": "Income, Form 1120-S", "years": "2024-2026", "signed_on": day}
    mia.post(f"{steps}/authorizations", {"do": "authorize", **form})
    mia.post(f"{steps}/access", {"do": "access", "system": "QuickBooks Online", "how": "invited", "granted_on": day})
    wanted = {"do": "ask", "keys": [], "more": [story.ASKED, story.BY_POST], "due": "2026-03-20"}
    mia.post(f"{steps}/requests", wanted)
    mia.post(f"{steps}/tasks", {"do": "plan", "owner": "sol@alder.example"})
    shown = mia.post(f"{steps}/welcome", {"do": "draft"})
    release(api, shown["steps"][7]["detail"]["deliverable"])
    shown = mia.get(f"/onboardings/{onboarding}")
    assert [one["slug"] for one in shown["steps"] if one["state"] == "open"] == [], "released: the step is done"
    return str(api("sol").get(f"/clients/{ref}/requests")[0]["id"])


def tasks(api: Api, ref: str) -> None:
    """Sol's day: one done, one handed over, one waits; the clock and the week sheet."""
    api.day(story.WORK)
    sol, mia = api("sol"), api("mia")
    mine = {one["title"]: one for one in sol.get(f"/tasks?client={ref}&person=me")["items"]}
    intake = next(one for title, one in mine.items() if title.startswith("Take in entity data"))
    prior = next(one for title, one in mine.items() if title.startswith("Get the last three"))
    script = next(one for title, one in mine.items() if title.startswith("Pull account transcripts"))
    work = intake["engagement"]
    sol.post(f"/tasks/{intake['id']}/done", {"tick": True})
    sol.post(f"/tasks/{prior['id']}/wait", {"on": "client", "what": "her last returns"})
    sol.post(f"/tasks/{script['id']}/hand", {"to": "mia@alder.example", "note": "you have the CAF number"})
    mia.post(f"/tasks/{script['id']}/accept")
    clock = sol.make("/timers", {"client": ref, "engagement": work, "note": "entity data"})["id"]
    sol.post(f"/timers/{clock}/stop", {"hours": "1.5"})

    api.day(story.SHEET)
    sol, mia = api("sol"), api("mia")
    row = next(one["key"] for one in sol.get("/time/week")["lines"] if one["engagement_ref"] == work)
    cell = {"row": row, "on": story.SHEET.isoformat(), "hours": "2", "was": ""}
    assert sol.post("/time/week", {"day": story.SHEET.isoformat(), "cells": [cell]}) == {"changed": 1}
    entered = {"client": ref, "engagement": work, "on": story.SHEET.isoformat(), "hours": "0.5", "note": "review"}
    mia.make("/time", entered)
    waiting = [one["id"] for one in mia.get("/time/waiting") if one["client_ref"] == ref]
    assert mia.post("/time/approve", {"entries": waiting}) == {"changed": 2}


def open_matter(api: Api) -> str:
    """The second client: a matter with a clean search, and her money in trust."""
    api.day(story.ARRIVED)
    ana = api("ana")
    search = ana.make("/conflict-searches", {"names": [story.AGAINST], "client": "C002"})
    assert search["state"] == "clear"
    opened = {"client": "C002", "title": story.MATTER, "search": search["id"], "against": [story.AGAINST]}
    matter = str(ana.make("/matters", opened)["ref"])
    ana.put(f"/matters/{matter}/fee-agreement", {"kind": "hourly", "rate": "320.00"})
    ana.make("/trust/ledgers", {"client": "C002", "matter": matter})
    moved = {"amount": "3,000.00", "on": story.ARRIVED.isoformat(), "payee": "Ngozi Okafor", "number": "check 88"}
    api("mia").make(f"/trust/ledgers/{matter}/receipts", {**moved, "cleared_on": story.ARRIVED.isoformat()})
    return matter


def arrive(api: Api, ref: str, onboarding: str, asked: str) -> None:
    """A paper is uploaded and answers an item; the reminder asks for the other only, and stops when that came too."""
    files = {"files": (f"{story.PAPER}.pdf", drawn(f"{story.PAPER}\n{story.CLIENT}\nState of Illinois"))}
    answer = api("sol").visitor.http.post(
        f"/api/v1/clients/{ref}/documents", files=files, headers={"x-csrf-token": api("sol").csrf}
    )
    assert answer.status_code == 201 and answer.json()["accepted"] == 1, answer.text
    story.night(api.services, ref)
    [pair] = api("sol").get(f"/requests/proposals?client={ref}")
    assert pair["item"] == story.ASKED
    api("sol").post("/requests/proposals", {"matches": [pair["id"]], "decision": "confirm"})
    assert api("mia").post(f"/onboardings/{onboarding}/finish")["status"] == "active"

    api.day(story.REMINDED)
    draft = api("sol").post(f"/clients/{ref}/requests/remind")["draft"]
    words = str(api("ana").get(f"/deliverables/{draft}")["sections"])
    assert story.BY_POST in words and story.ASKED not in words
    item = next(one for one in api("sol").get(f"/requests/{asked}")["items"] if one["item"] == story.BY_POST)
    api("sol").post(f"/requests/items/{item['id']}/received", {"on": story.REMINDED.isoformat()})
    story.night(api.services, ref)
    assert api("ana").get(f"/deliverables/{draft}")["state"] not in ("in_review", "released")


def from_trust(api: Api, matter: str) -> None:
    """Time of the matter billed by a partner and paid out of trust; the rest goes back, and the matter is closed."""
    api.day(story.TRUST)
    ana, day = api("ana"), story.TRUST.isoformat()
    ana.make("/time", {"client": "C002", "engagement": matter, "on": day, "hours": "2.5", "note": "answer"})
    drafted = api("mia").make("/invoices", {"client": "C002", "kind": "hourly", "engagement": matter})
    api("mia").post(f"/invoices/{drafted['id']}/issue", {"revision": drafted["revision"]}, 403)
    issued = ana.post(f"/invoices/{drafted['id']}/issue", {"revision": drafted["revision"]})
    assert issued["amount"] == "800.00"
    paid = {"amount": "800.00", "on": day, "invoice": issued["number"], "number": "1001"}
    assert api("mia").make(f"/trust/ledgers/{matter}/transfers", paid)["balance"] == "2200.00"
    assert ana.get(f"/invoices/{issued['number']}")["balance"] == "0.00"
    ana.post(f"/engagements/{matter}/stage", {"stage": "done"}, 409)  # the ledger holds her money
    back = {"amount": "2,200.00", "on": day, "payee": "Ngozi Okafor", "number": "1002"}
    assert ana.make(f"/trust/ledgers/{matter}/disbursements", back)["balance"] == "0.00"


def bill(api: Api, ref: str, work: str) -> str:
    """The fixed fee of the return, half of it; a part payment. The invoice's number."""
    api.day(story.PAID)
    drafted = api("mia").make("/invoices", {"client": ref, "kind": "progress", "engagement": work, "percent": "50"})
    issued = api("ana").post(f"/invoices/{drafted['id']}/issue", {"revision": drafted["revision"]})
    assert issued["amount"] == "1200.00"
    paid = {"invoice": issued["number"], "amount": "500.00", "on": story.PAID.isoformat(), "method": "ach"}
    api("adm").make("/payments", paid)
    assert api("ana").get(f"/invoices/{issued['number']}")["balance"] == "700.00"
    return str(issued["number"])


def close(api: Api, ref: str) -> None:
    """March's books: begun from the series, its steps worked in their order, closed by the manager."""
    api.day(story.CLOSE)
    series = {"client": ref, "template": "monthly-close", "first": "2026-03", "owner": "sol@alder.example", "ahead": 0}
    api("mia").make("/series", series)
    works = {one["title"]: one["ref"] for one in api("mia").get(f"/engagements?client={ref}")["items"]}
    work = works["March 2026 close"]
    while steps := api("sol").get(f"/tasks?engagement={work}")["items"]:
        free = next(one for one in steps if not one["blocked_by"])
        owner = "sol" if free["owner"] == "Sol Reed" else "mia"
        api(owner).post(f"/tasks/{free['id']}/done", {"tick": True})
    on = {"client": ref, "engagement": work, "on": story.CLOSE.isoformat()}
    api("sol").make("/time", {**on, "hours": "4", "note": "books"})
    api("sol").post(f"/engagements/{work}/stage", {"stage": "done"}, 403)
    moved = api("mia").post(f"/engagements/{work}/stage", {"stage": "done"})
    assert moved["finished_on"] == story.CLOSE.isoformat() and moved["progress"] == 100


def end(api: Api, ref: str, number: str, matter: str) -> None:
    """What is owed is paid or credited, a status letter goes out, the month in trust is signed, the matter closed."""
    api.day(story.END)
    ana, mia, adm, day = api("ana"), api("mia"), api("adm"), story.END.isoformat()
    adm.make("/payments", {"invoice": number, "amount": "700.00", "on": day})
    [fee] = mia.post("/recurring/draft")["drafts"]
    shown = ana.get(f"/invoices/{fee}")
    books = ana.post(f"/invoices/{fee}/issue", {"revision": shown["revision"]})
    note = ana.make(f"/invoices/{books['number']}/credit", {"amount": "50.00", "reason": "late start"})
    assert note["amount"] == "-50.00"
    adm.make("/payments", {"invoice": books["number"], "amount": "400.00", "on": day})
    [entry] = [one["id"] for one in ana.get(f"/tables/time?client={ref}&state=open") if one["note"] == "books"]
    mia.post("/wip/write-off", {"client": ref, "entries": [entry], "reason": "learning her books"})
    letter = mia.make(f"/clients/{ref}/deliverables", {"slug": "status-letter"})
    release(api, letter["id"])
    closed = {"reason": "the case plan was not needed"}
    ana.post(f"/engagements/{matter}/stage", {"stage": "done"}, 409)  # its steps are open: a reason is asked for
    ana.post(f"/matters/{matter}/close", closed)
    [line] = [one["id"] for one in mia.get(f"/trust/ledgers/{matter}")["movements"] if one["number"] == "1001"]
    mia.post("/trust/cleared", {"lines": [line], "on": "2026-03-31"})
    march = mia.put("/trust/months/2026-03", {"balance": "2,200.00"})
    assert march["ties"] and march["adjusted"] == march["book"] == march["held"], march
    mia.post("/trust/months/2026-03/sign", {}, 403)
    ana.post("/trust/months/2026-03/sign")
