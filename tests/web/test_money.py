"""Time and money over HTTP: a bill from the clock to the bank, on the pages and as JSON, and who is refused."""

import re
from decimal import Decimal
from typing import Any

import pytest

from api.wiring import Services
from tests.web.conftest import MONDAY, Visitor, Visits, selects

Own = tuple[Services, Visits]
PAGES = {
    "/time": ("Clocks", "Week", "Waits for approval"),
    "/money": ("Work in progress", "Drafts of invoices", "Receivable by client", "2,000.00", "Harbor Bakery Inc"),
    "/money/invoices": ("2026-001", "3,250.00", "2,000.00"),
    "/money/invoices?age=1": ("2026-001", "Unpaid, 1–30"),
    "/money/invoices/2026-001": ("1,250.00", "7 days late", "Record a payment"),
    "/money/time?state=open": ("Sol Reed", "tie the bank", "420.00"),
    "/money/wip/C001": ("tie the bank", "Draft an invoice", "727.50"),
    "/money/statements/C001": ("2,000.00", "Statement of account"),
    "/money/reports": ("Realization by month", "Utilization", "By person", "Mar 26"),
    "/money/rates": ("No rate is set", "Recurring fees"),
    "/money/books": ("Everything foots", "Receivables"),
}


def call(visitor: Visitor, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> Any:
    if body is None and method == "POST":
        return visitor.http.get(f"/api/v1{path}")
    return visitor.http.request(method, f"/api/v1{path}", json=body, headers={"x-csrf-token": visitor.csrf()})


def made(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_what_it_is_for_in_few_queries(shared: Own, path: str) -> None:
    services, look = shared
    ana = look("ana")
    ana.get(path)
    page, queries = selects(services, lambda: ana.get(path))
    assert page.status_code == 200, page.text[:3000]
    text = re.sub(r"\s+", " ", page.text)
    assert [wanted for wanted in PAGES[path] if wanted.lower() not in text.lower()] == []
    most = 24 if path == "/money/books" else 12  # the books are read twice, by two ways
    assert len(queries) <= most, "\n\n".join(queries)


def test_from_the_clock_to_the_bank(own: Own) -> None:
    """A month as JSON: time, a bill for it, a write-down, a credit, a retainer and payments; the books foot at the end."""
    _, visit = own
    ana, mia, sol, adm = (visit(name) for name in ("ana", "mia", "sol", "adm"))
    clock = made(call(sol, "/timers", {"client": "C002", "engagement": "E002", "note": "K-1"}), 201)["id"]
    assert [one["client"] for one in made(call(sol, "/timers"))] == ["Ngozi Okafor"]
    assert made(call(sol, f"/timers/{clock}/stop", {"hours": "1:30"}))["entry"].startswith("time_")
    entry = made(call(sol, "/time", {"client": "C002", "engagement": "E002", "on": "2026-03-09", "hours": "2"}), 201)
    changed = made(call(sol, f"/time/{entry['id']}", {"hours": "2.50", "service": "tax"}, "PATCH"))["id"]
    sheet = made(call(sol, "/time/week"))
    assert Decimal(sheet["hours"]) == 4 and sheet["value"] is None
    cell = {"row": "C002|E002|tax|1", "on": "2026-03-09", "hours": "3", "was": "2.50"}
    assert made(call(sol, "/time/week", {"day": "2026-03-09", "cells": [cell]})) == {"changed": 1}
    assert call(sol, "/time/week", {"day": "2026-03-09", "cells": [cell]}).status_code == 409
    assert made(call(mia, "/time/approve", {"entries": [changed]})) == {"changed": 1}
    assert call(sol, f"/time/{changed}", method="DELETE").status_code == 409
    spent = {"client": "C002", "engagement": "E002", "on": "2026-03-09", "amount": "40.00", "memo": "Certified mail"}
    made(call(sol, "/expenses", spent), 201)
    [row] = made(call(ana, "/tables/wip?client=C002"))
    assert (row["value"], row["expenses"]) == ("540.00", "40.00")
    off = {"client": "C002", "engagement": "E002", "value": "500", "reason": "agreed"}
    assert made(call(mia, "/wip/write-to", off)) == {"taken": "40.00"}
    assert call(sol, "/wip/write-to", off).status_code == 403
    bill = made(call(mia, "/invoices", {"client": "C002", "kind": "hourly", "engagement": "E002"}), 201)
    assert (bill["amount"], bill["state"]) == ("540.00", "draft")
    assert call(mia, f"/invoices/{bill['id']}/issue", {"revision": 1}).status_code == 403
    bill = made(call(mia, f"/invoices/{bill['id']}", {"revision": 1, "text": "Your 2025 return"}, "PATCH"))
    assert call(ana, f"/invoices/{bill['id']}/issue", {"revision": 1}).status_code == 409
    issued = made(call(ana, f"/invoices/{bill['id']}/issue", {"revision": 2}))
    number = issued["number"]
    assert issued["state"] == "open" and number == "1001"
    paper = call(ana, f"/invoices/{number}/paper")
    assert paper.headers["content-type"] == "application/pdf" and paper.content.startswith(b"%PDF")
    made(call(adm, "/payments", {"invoice": number, "amount": "100.00", "on": "2026-03-09", "method": "ach"}), 201)
    note = made(call(ana, f"/invoices/{number}/credit", {"amount": "15.00", "reason": "courtesy"}), 201)
    assert note["amount"] == "-15.00" and note["about"][1] == number
    advance = made(call(mia, "/invoices", {"client": "C002", "kind": "retainer", "amount": "300"}), 201)
    advance = made(call(ana, f"/invoices/{advance['id']}/issue", {"revision": 1}))
    made(call(adm, "/payments", {"invoice": advance["number"], "amount": "300", "on": "2026-03-09"}), 201)
    made(call(ana, f"/invoices/{advance['number']}/draw", {"on": number, "amount": "200"}), 201)
    assert made(call(ana, f"/invoices/{number}"))["balance"] == "225.00"
    assert [one["held"] for one in made(call(ana, "/tables/retainers"))] == ["100.00"]
    [aged] = [one for one in made(call(ana, "/tables/aging")) if one["client_ref"] == "C002"]
    assert (aged["current"], aged["total"]) == ("225.00", "225.00")
    assert made(call(ana, "/clients/C002/statement"))["closing"] == "225.00"
    books = made(call(ana, "/books"))
    assert books["holds"] and all(one["difference"] == "0.00" for one in books["foots"])
    lines = call(ana, "/tables/invoices?form=csv&client=C002").text.splitlines()
    assert len(lines) == 5 and lines[0].lstrip("\ufeff").startswith("number,client_ref,client")
    ledger = call(ana, "/ledger.iif?first=2026-03-01&last=2026-03-09")
    assert ledger.text.count("ENDTRNS") == 1 + 6 and "Client Retainers" in ledger.text


def test_the_pages_do_the_same(own: Own) -> None:
    _, visit = own
    ana, sol = visit("ana"), visit("sol")
    begun = sol.post("/time/start", work="Harbor Bakery Inc, 2025 Form 1120-S [E001]", note="<b>oven</b>")
    page = sol.follow(begun).text
    assert "The clock runs." in page and "&lt;b&gt;oven&lt;/b&gt;" in page
    clock = re.search(r"/time/stop/(tmr_\w+)", page)
    assert clock is not None
    assert "entry of the day" in sol.follow(sol.post(f"/time/stop/{clock[1]}", hours="4")).text
    assert "Standard" not in sol.get("/time").text and 'href="/money"' not in sol.get("/time").text
    refused = sol.post("/time/add", work="nobody", on="2026-03-09", hours="1")
    assert refused.status_code == 422 and "Choose an engagement" in refused.text
    page = ana.get("/money/wip/C001?engagement=E001").text
    entry = re.search(r'name="entry" value="(time_\w+)"', page)
    assert entry is not None and "480.00" in page
    empty = ana.post("/money/wip/C001/off", entry=entry[1], engagement="E001", reason=" ")
    assert empty.status_code == 422 and "Say why" in empty.text
    page = ana.follow(ana.post("/money/wip/C001/off", entry=entry[1], engagement="E001", reason="too long")).text
    assert "Written off." in page and "too long" in page and "Restore" in page
    ana.follow(ana.post("/money/wip/C001/restore", entry=entry[1], engagement="E001", reason="not so"))
    drafted = ana.post("/money/draft/C001", kind="fixed", engagement="E001", amount="400")
    page = ana.follow(drafted).text
    assert "Nobody owes it" in page and "480.00" in page and "400.00" in page
    at = drafted.headers["location"].split("?")[0]
    page = ana.follow(ana.post(f"{at}/issue", revision="1")).text
    assert "Invoice 1001" in page and "issued by Ana Alder" in page
    paid = ana.post("/money/payment", invoice="1001, Harbor Bakery Inc: 400.00", amount="450", on="2026-03-09")
    assert "(50.00)" not in ana.follow(paid).text and "Give the credit back" in ana.follow(paid).text
    page = ana.get("/money").text
    assert 'href="/money/invoices/1001"' in page
    void = ana.post("/money/invoices/1001/void", reason="wrong client")
    assert "Credited by" in ana.follow(void).text
    assert "480.00" in ana.get("/money/wip/C001?engagement=E001").text
    assert "Everything foots" in ana.get("/money/books").text
    rate = ana.post("/money/rates", amount="150", since="2026-03-09", service="advice")
    assert "advice" in ana.follow(rate).text
    assert visit("mia").post("/money/rates", amount="1", since="2026-03-09", service="x").status_code == 403


def test_whose_money_it_is_not_finds_none(look: Visits) -> None:
    ben, sol = look("ben"), look("sol")
    hidden = ("/money/invoices/2026-001", "/money/wip/C001", "/money/statements/C001", "/money/time?client=C001")
    assert [ben.get(path).status_code for path in hidden] == [404] * 4
    assert "Harbor" not in "".join(
        ben.get(path).text for path in ("/money", "/money/invoices", "/money/reports", "/time")
    )
    for path in (
        "/money",
        "/money/invoices",
        "/money/invoices/2026-001",
        "/money/reports",
        "/money/rates",
        "/money/books",
    ):
        assert sol.get(path).status_code == 403, path
    for path in ("/tables/wip", "/tables/time", "/invoices", "/invoices/2026-001", "/rates", "/books", "/recurring"):
        assert call(sol, path).status_code == 403, path
    adm = look("adm")
    assert adm.get("/money").status_code == 200 and "Work in progress" not in adm.get("/money").text
    assert call(adm, "/tables/wip").status_code == 403 and adm.get("/time").status_code == 403
    described = look("sol").http.get("/api/openapi.json").json()["paths"]
    assert {"/api/v1/timers", "/api/v1/invoices/{key}/issue", "/api/v1/tables/{name}", "/api/v1/ledger.{form}"} <= set(
        described
    )
    assert call(look("ana"), f"/tables/wages?first={MONDAY}").status_code == 422
