"""A firm in the middle of its work: one of everything that a page can show, made over HTTP as a person would."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.web.conftest import Visitor


@dataclass(frozen=True)
class Firm:
    """Whom and what of a home the filling is about. `client` has an engagement `work`, `other` is another client of the same partner."""

    client: str
    work: str
    other: str
    partner: str
    staff: str
    today: date


@dataclass
class Filled:
    """The ids that the pages of what was made stand at."""

    ids: dict[str, str] = field(default_factory=dict[str, str])


def call(who: Visitor, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    """What the JSON API answers; a status that is not the expected one fails."""
    answer = who.http.request(method, f"/api/v1{path}", json=body, headers={"x-csrf-token": who.csrf()})
    assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:1000]}"
    return answer.json() if answer.content else None


def fill(who: Visitor, firm: Firm) -> Filled:
    """Makes one of everything, as a partner; in the order in which things need each other."""
    made = Filled()
    for part in (_people, _timeline, _work, _requests, _money, _letters, _law, _firm):
        part(who, firm, made.ids)
    return made


def _people(who: Visitor, firm: Firm, ids: dict[str, str]) -> None:
    group = {"name": "River Street", "clients": [firm.client, firm.other]}
    ids["group"] = call(who, "POST", "/groups", group, 201)["id"]
    call(who, "POST", "/fields", {"of": "client", "name": "Portal login", "kind": "text"}, 201)
    call(who, "POST", "/fields", {"of": "client", "name": "Tier", "kind": "choice", "choices": ["gold", "plain"]}, 201)
    person = {"client": firm.client, "name": "Pat Doyle", "email": "pat@doyle.example", "title": "bookkeeper"}
    ids["contact"] = call(who, "POST", "/contacts", person, 201)["id"]
    twin = {"client": firm.other, "name": "Patrick Doyle", "phone": "215 555 0147"}
    ids["twin"] = call(who, "POST", "/contacts", twin, 201)["id"]
    tie = {"one": ids["contact"], "kind": "bookkeeper", "other": firm.other}
    call(who, "POST", "/relations", tie, 201)
    call(who, "POST", "/clients/bulk", {"clients": [firm.client], "add_tag": "restaurant"})
    call(who, "POST", "/filters", {"name": "Restaurants", "query": {"tag": "restaurant"}, "shared": True}, 201)


def _timeline(who: Visitor, firm: Firm, ids: dict[str, str]) -> None:
    here = [{"client": firm.client}, {"client": firm.other}]
    note = {"timelines": here, "text": f"Asked for the lease. @{firm.staff} please look at page 2."}
    ids["note"] = call(who, "POST", "/notes", note, 201)["id"]
    rang = {"timelines": here[:1], "with_whom": "Pat Doyle", "minutes": 12, "outcome": "reached"}
    rang |= {"text": "The lease comes on Friday.", "follow_up": "Ask for the lease again"}
    call(who, "POST", "/calls", rang, 201)
    call(who, "POST", "/watches", {"client": firm.client}, 201)
    known = {"text": "Prefers the phone.", "topic": "channel"}
    call(who, "POST", f"/clients/{firm.client}/knowledge", known)


def _work(who: Visitor, firm: Firm, ids: dict[str, str]) -> None:
    job = {"client": firm.client, "template": "payroll", "period": "2026-Q1", "owner": firm.partner}
    ids["work"] = call(who, "POST", "/engagements", job | {"budget_hours": "4"}, 201)["ref"]
    task = {"client": firm.client, "title": "Read the lease", "due": str(firm.today), "owner": firm.partner}
    ids["task"] = call(who, "POST", "/tasks", task | {"checklist": ["Term", "Rent"]}, 201)["id"]
    waiting = call(who, "POST", "/tasks", task | {"title": "File the form"}, 201)["id"]
    call(who, "POST", f"/tasks/{waiting}/wait", {"on": "client", "what": "the signed form"})
    call(who, "POST", "/tasks", task | {"title": "Ring the bank", "requires": [ids["task"]]}, 201)
    monthly = {"client": firm.client, "template": "monthly-close", "first": "2026-02", "owner": firm.partner}
    call(who, "POST", "/series", monthly, 201)


def _requests(who: Visitor, firm: Firm, ids: dict[str, str]) -> None:
    pace = {"first_after": 5, "every": 5, "at_most": 3}
    asked = {"engagement": firm.work, "extra": ["The lease of the oven"], "reminders": pace, "keys": []}
    ids["request"] = call(who, "POST", "/requests", asked | {"due": str(firm.today + timedelta(days=9))}, 201)["id"]
    call(who, "POST", f"/requests/{ids['request']}/items", {"item": "Deed", "hint": "all pages"}, 201)


def _money(who: Visitor, firm: Firm, ids: dict[str, str]) -> None:
    call(who, "POST", "/rates", {"amount": "210", "valid_from": "2024-01-01", "person": firm.partner}, 201)
    call(who, "POST", "/rates", {"amount": "180", "valid_from": "2024-01-01", "client": firm.other}, 201)
    spent = {"client": firm.client, "on": str(firm.today), "hours": "1.5", "engagement": firm.work, "note": "Lease"}
    call(who, "POST", "/time", spent, 201)
    call(who, "POST", "/timers", {"client": firm.client, "note": "Lease"}, 201)
    cost = {"client": firm.client, "on": str(firm.today), "amount": "40.00", "memo": "Recording fee"}
    call(who, "POST", "/expenses", cost, 201)
    fee = {"client": firm.client, "amount": "450", "text": "Bookkeeping", "first": str(firm.today), "months": 1}
    call(who, "POST", "/recurring", fee, 201)
    bill = {"client": firm.client, "kind": "fixed", "engagement": ids["work"], "amount": "900", "text": "Payroll"}
    ids["draft-bill"] = call(who, "POST", "/invoices", bill, 201)["id"]
    bill = call(who, "POST", "/invoices", bill | {"text": "Advice on the lease", "amount": "1250.50"}, 201)
    issued = call(who, "POST", f"/invoices/{bill['id']}/issue", {"revision": bill["revision"]})
    ids["invoice"] = issued["number"]
    paid = {"invoice": issued["number"], "amount": "250.50", "on": str(firm.today)}
    call(who, "POST", "/payments", paid, 201)


def _letters(who: Visitor, firm: Firm, ids: dict[str, str]) -> None:
    of: dict[str, Any] = {"title": "Corporate return", "template": "1120-S", "pricing": "fixed", "price": "2400"}
    call(who, "PUT", "/services/return", of | {"scope": "Form 1120-S"})
    of = {"title": "Bookkeeping", "template": "bookkeeping", "pricing": "recurring", "price": "450", "months": 1}
    call(who, "PUT", "/services/books", of)
    term = {"client": firm.client, "start": "2026-04-01", "end": "2027-03-31"}
    lines = [{"service": "return", "option": ""}, {"service": "books", "option": "Full"}]
    ids["proposal"] = call(who, "POST", "/proposals", term | {"lines": lines}, 201)["id"]
    chosen = call(who, "POST", "/proposals", term | {"lines": lines[:1]}, 201)["id"]
    letter = call(who, "POST", f"/proposals/{chosen}/letter", {}, 201)["deliverable"]
    shown = call(who, "GET", f"/deliverables/{letter}")
    for act in ("approve", "release"):
        assert who.post(f"/review/{letter}/{act}", hash=shown["hash"]).status_code == 303
    signers = {"signers": [{"name": "Pat Doyle", "email": "pat@doyle.example"}, {"name": "Ngozi Okafor"}]}
    links = call(who, "POST", f"/deliverables/{letter}/signing", signers, 201)
    ids["letter"], ids["secret"] = letter, links[0]["url"].rsplit("/", 1)[-1]
    new = {"name": "Tidewater Ceramics LLC", "entity_type": "1065", "contact": {"name": "Mae Osei"}, "state": "PA"}
    ids["onboarding"] = call(who, "POST", "/onboardings", new, 201)["id"]


def _law(who: Visitor, firm: Firm, ids: dict[str, str]) -> None:
    asked = {"names": ["Harlan Builders LLC", "Pat Doyle"], "client": firm.client}
    found = call(who, "POST", "/conflict-searches", asked, 201)
    ids["search"] = found["id"]
    decided = {"decision": "cleared", "reason": "No relation."}
    call(who, "POST", f"/conflict-searches/{found['id']}/decisions", decided, 201)
    matter = {"client": firm.client, "title": "Harlan Builders", "against": ["Harlan Builders LLC"]}
    ids["matter"] = call(who, "POST", "/matters", matter | {"search": found["id"], "owner": firm.partner}, 201)["ref"]
    here = f"/matters/{ids['matter']}"
    served = {"kind": "complaint-served", "on": "2026-02-21", "by_mail": True, "state": "PA"}
    call(who, "POST", f"{here}/events", served, 201)
    fee = {"kind": "contingent", "percent": "33.3", "costs_first": True, "terms": "Costs off first"}
    call(who, "PUT", f"{here}/fee-agreement", fee)
    ids["ledger"] = call(who, "POST", "/trust/ledgers", {"client": firm.client, "matter": ids["matter"]}, 201)["id"]
    moved = {"amount": "5000", "on": "2026-02-03", "payee": "Pat Doyle", "cleared_on": "2026-02-04"}
    call(who, "POST", f"/trust/ledgers/{ids['ledger']}/receipts", moved, 201)
    sent = {"amount": "405", "on": "2026-02-27", "payee": "Clerk of court", "number": "101"}
    call(who, "POST", f"/trust/ledgers/{ids['ledger']}/disbursements", sent, 201)
    call(who, "PUT", f"/trust/ledgers/{ids['ledger']}/evergreen", {"minimum": "4800", "fill_to": "5000"})
    call(who, "PUT", "/trust/months/2026-02", {"balance": "5000", "explanation": "One check is out."})


def _firm(who: Visitor, firm: Firm, ids: dict[str, str]) -> None:
    hook = {"url": "https://hooks.doyle.example/in", "events": ["deliverable.released"], "note": "Books"}
    ids["webhook"] = call(who, "POST", "/webhooks", hook, 201)["id"]
    call(who, "POST", "/me/tokens", {"name": "Nightly export", "kind": "read", "days": 90}, 201)
    rule: dict[str, Any] = {"name": "Call when filed", "trigger": {"kind": "stage", "value": "filed"}}
    rule |= {"actions": [{"kind": "task", "value": "Call the client", "who": "manager", "days": 2}]}
    ids["automation"] = call(who, "POST", "/automations", rule, 201)["id"]
