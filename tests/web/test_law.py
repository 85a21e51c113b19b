"""Law over HTTP: a matter from its conflict search to its closing, its money and its month, as JSON, on the pages and at the terminal."""

import json
import re

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.wiring import Services
from tests.web.conftest import MONDAY, Visits, selects
from tests.web.test_money import call, made

Own = tuple[Services, Visits]


@pytest.fixture
def matter(own: Own) -> tuple[Own, str]:
    """A matter of the small firm's first client with money in trust."""
    _, visit = own
    ana = visit("ana")
    found = made(call(ana, "/conflict-searches", {"names": ["Harlan Builders LLC"], "client": "C001"}), 201)
    assert found["state"] == "clear"
    body = {"client": "C001", "title": "Harbor v. Harlan", "search": found["id"], "against": ["Harlan Builders, LLC"]}
    ref = made(call(ana, "/matters", body), 201)["ref"]
    ledger = made(call(ana, "/trust/ledgers", {"client": "C001", "matter": ref}), 201)["id"]
    moved = {"amount": "5,000.00", "on": "2026-02-10", "payee": "Harbor Bakery", "cleared_on": "2026-02-11"}
    made(call(ana, f"/trust/ledgers/{ledger}/receipts", moved), 201)
    return own, ref


def test_a_matter_as_json(matter: tuple[Own, str]) -> None:
    (_, visit), ref = matter
    ana, mia, ben, sol = (visit(name) for name in ("ana", "mia", "ben", "sol"))
    # the other side is found now, and by who may not see the client only as a match
    search = made(
        call(mia, "/conflict-searches", {"names": ["Harlan Builder"], "client": "C001", "about": "intake"}), 201
    )
    assert [(one["kind"], one["role"]) for one in search["matches"]] == [("party", "opponent")]
    hidden = made(call(ben, "/conflict-searches", {"names": ["Harlan Builders"]}), 201)
    [match] = hidden["matches"]
    assert (
        not match["seen"] and match["name"] is match["client_ref"] is match["score"] is None and hidden["hidden"] == 1
    )
    assert "Harlan Builders, LLC" not in json.dumps(hidden) and "C001" not in json.dumps(hidden)
    assert call(sol, "/conflict-searches", {"names": ["Harlan"]}).status_code == 403
    assert (
        call(mia, f"/conflict-searches/{search['id']}/decisions", {"decision": "cleared", "reason": "x"}).status_code
        == 403
    )
    decided = made(
        call(ana, f"/conflict-searches/{search['id']}/decisions", {"decision": "cleared", "reason": "it is theirs"}),
        201,
    )
    assert decided["state"] == "cleared" and decided["decisions"][0]["by"]
    assert call(ben, f"/matters/{ref}").status_code == 404
    [party] = [one for one in made(call(ana, f"/matters/{ref}"))["parties"] if one["role"] == "opponent"]
    other = {"name": "Harlan Builders, LLC", "role": "opponent", "aliases": ["Harlan Homes"]}
    path = f"/api/v1/matters/{ref}/parties/{party['id']}"
    sent = {"x-csrf-token": ana.csrf(), "if-match": f'"{party["mark"]}"'}
    act = made(ana.http.put(path, json=other, headers=sent))["act"]
    assert ana.http.put(path, json=other | {"role": "witness"}, headers=sent).status_code == 409
    assert ana.post(f"/undo/{act}", back="/matters").status_code == 303
    assert made(call(ana, f"/matters/{ref}"))["parties"][1]["aliases"] == []
    [counted] = made(call(ana, "/court-events/count?kind=complaint-served&on=2026-02-21&by_mail=true&state=PA"))
    assert counted["due"] == "2026-03-19" and len(counted["how"]) >= 3
    event = {"kind": "complaint-served", "on": "2026-02-21", "by_mail": True, "state": "PA"}
    event = made(call(ana, f"/matters/{ref}/events", event), 201)
    due = event["dates"][0]["id"]
    assert call(ana, f"/court-dates/{due}/confirm", {}).status_code == 403
    made(call(mia, f"/court-dates/{due}/confirm", {"due": "2026-03-19"}))
    [move] = made(call(ana, f"/court-events/{event['id']}/moves?on=2026-02-24"))
    assert move["moves"] and move["was_confirmed"] and move["after"] == "2026-03-20"
    made(call(ana, f"/court-events/{event['id']}", {"on": "2026-02-24", "reason": "return of service"}, "PATCH"))
    made(
        call(
            ana,
            f"/matters/{ref}/dates",
            {"title": "Limitations", "due": "2027-01-04", "authority": "42 Pa. C.S. §5525"},
        ),
        201,
    )
    fee = {"kind": "contingent", "percent": "33.33", "costs_first": True}
    assert len(made(call(ana, f"/matters/{ref}/fee-agreement", fee, "PUT"))["lacks"]) == 2
    assert call(ana, f"/matters/{ref}/fee-agreement", {"kind": "contingent"}, "PUT").status_code == 422
    shared = made(call(ana, f"/matters/{ref}/settlement", {"recovery": "100000", "costs": "10000"}))
    assert (shared["fee"], shared["client"]) == ("29997.00", "60003.00")
    assert "trust ledger holds" in made(call(ana, f"/matters/{ref}/closing"))["bars"][0]
    assert call(ana, f"/matters/{ref}/close", {"reason": "settled"}).status_code == 409
    [listed] = made(call(ana, "/matters"))
    assert (listed["trust"], listed["next_on"], listed["unconfirmed"]) == ("5000.00", "2026-03-20", 2)
    assert [one["trust"] for one in made(call(sol, "/matters"))] == [
        None
    ]  # her client, and no right to see trust money


def test_trust_as_json_and_at_the_terminal(matter: tuple[Own, str]) -> None:
    (services, visit), ref = matter
    ana, mia, sol = (visit(name) for name in ("ana", "mia", "sol"))
    path = f"/trust/ledgers/{ref}"
    assert (
        call(ana, f"{path}/disbursements", {"amount": "5000.01", "on": "2026-03-09", "payee": "X"}).status_code == 409
    )
    assert call(sol, "/trust/ledgers").status_code == 403
    paid = made(
        call(mia, f"{path}/disbursements", {"amount": "405", "on": "2026-02-27", "payee": "Clerk", "number": "101"}),
        201,
    )
    assert paid["balance"] == "4595.00"
    bill = {"client": "C001", "kind": "retainer", "engagement": ref, "amount": "600"}
    bill = made(call(mia, "/invoices", bill), 201)
    number = made(call(ana, f"/invoices/{bill['id']}/issue", {"revision": 1}))["number"]
    sent = {"invoice": number, "amount": "600", "on": MONDAY.isoformat()}
    line = made(call(ana, f"{path}/transfers", sent), 201)
    assert line["balance"] == "3995.00" and made(call(ana, f"/invoices/{number}"))["balance"] == "0.00"
    assert call(ana, f"{path}/transfers", sent).status_code == 409
    assert made(call(ana, "/books"))["holds"]
    evergreen = made(call(ana, f"{path}/evergreen", {"minimum": "4000", "fill_to": "5000"}, "PUT"))
    assert (evergreen["short"], evergreen["wanted"]) == ("5.00", "1005.00")
    made(
        call(ana, "/trust/own", {"kind": "firm-funds", "amount": "25", "on": "2026-02-02", "cleared_on": "2026-02-02"}),
        201,
    )
    runner, base = CliRunner(), ["--home", str(services.home)]
    asked = runner.invoke(
        app, [*base, "trust", "reconcile", "2026-02", "--bank", "5025.00", "--as", "ana@alder.example"]
    )
    assert asked.exit_code == 0 and "They agree. Prepared, not signed." in asked.output, asked.output
    month = made(call(ana, "/trust/months/2026-02"))
    assert month["ties"] and (month["adjusted"], month["book"], month["held"]) == ("4620.00",) * 3
    assert call(mia, "/trust/months/2026-02/sign", {}).status_code == 403
    assert made(call(ana, "/trust/months/2026-02/sign", {}))["state"] == "signed"
    assert call(ana, "/trust/months/2026-02", {"balance": "1"}, "PUT").status_code == 409
    assert call(ana, f"{path}/receipts", {"amount": "1", "on": "2026-02-28"}).status_code == 409
    for paper in ("/trust/months/2026-02/paper", f"{path}/paper"):
        assert call(ana, paper).content.startswith(b"%PDF")
    rows = call(ana, "/trust/months/2026-02/rows").text.splitlines()
    assert rows[0].endswith("part,on,what,number,dollars") and "outstanding,2026-02-27,Clerk,101,-405.00" in rows
    held = runner.invoke(app, [*base, "trust", "balance", ref, "--as", "ana@alder.example"])
    assert held.exit_code == 0 and "3,995.00" in held.output
    found = runner.invoke(
        app, [*base, "conflicts", "Harlan Bldrs", "Harlan Builders", "--json", "--as", "ana@alder.example"]
    )
    assert found.exit_code == 1 and json.loads(found.output)["state"] == "open"


def test_the_pages_do_the_same(matter: tuple[Own, str]) -> None:
    (services, visit), ref = matter
    ana, mia, sol = (visit(name) for name in ("ana", "mia", "sol"))
    at = f"/matters/{ref}"
    answer, queries = selects(services, lambda: ana.get(at))
    assert answer.status_code == 200 and len(queries) <= 13, "\n\n".join(queries)
    for path in ("/matters", "/conflicts", "/trust", "/trust/months/2026-02"):
        answer, queries = selects(services, lambda path=path: ana.get(path))  # type: ignore[misc]
        assert answer.status_code == 200 and len(queries) <= 12, "\n\n".join([path, *queries])
    assert 'href="/trust"' not in sol.get("/matters").text and sol.get("/trust").status_code == 403
    ahead = ana.get(f"{at}?kind=complaint-served&on=2026-02-21&state=PA").text
    assert "It would give" in ahead and "Mar 16, 2026" in ahead and "No date is entered" in ahead
    page = ana.follow(
        ana.post(f"{at}/event", kind="complaint-served", on="2026-02-21", state="PA", note="<i>x</i>")
    ).text
    assert "how computed" in page and "&lt;i&gt;x" in page and "Confirm Mar 16" not in page and "Undo" in page
    theirs = mia.get(at).text
    date, event = (
        re.search(pattern, theirs) for pattern in (r'name="date" value="(\w+)"', r'name="event" value="(\w+)"')
    )
    assert date is not None and event is not None and "Confirm Mar 16, 2026" in theirs
    assert "two people" in mia.follow(mia.post(f"{at}/confirm", date=date[1], due="2026-03-16")).text
    moves = ana.get(f"{at}?event={event[1]}&on=2026-02-25&state=PA").text
    assert "moves</b> from Mar 16, 2026 to Mar 18, 2026" in moves and "its confirmation is lost" in moves
    assert "Counted again" in ana.follow(ana.post(f"{at}/correct", event=event[1], on="2026-02-25", reason="slip")).text
    refused = ana.post(f"{at}/party", name="Nobody", role="judge")
    assert refused.status_code == 422 and 'role="alert"' in refused.text
    ana.follow(ana.post(f"{at}/party", name="Meridian Casualty", role="insurer", aliases="MCC; Meridian"))
    assert "MCC; Meridian" in ana.get(at).text
    assert "Rule 1.5(c)" in ana.follow(ana.post(f"{at}/fee", kind="contingent", percent="30", costs_first="yes")).text
    found = ana.follow(
        ana.post("/conflicts", names="Meridian Casualty Ins\nNobody Known", client="C001", about="a call")
    )
    assert "Meridian Casualty" in found.text and "nobody like it" in found.text and "close" in found.text
    search = found.url.path
    assert "a call" in ana.follow(ana.post(f"{search}/decide", decision="waived", reason="consents")).text
    assert f'action="{search}/decide"' not in mia.get(search).text and mia.post(f"{search}/decide").status_code == 403


def test_trust_on_the_pages(matter: tuple[Own, str]) -> None:
    (_, visit), ref = matter
    ana = visit("ana")
    ledger = re.search(r"/trust/ledgers/(trust_\w+)", ana.get("/trust").text)
    assert ledger is not None
    at = f"/trust/ledgers/{ledger[1]}"
    over = ana.post(f"{at}/disburse", amount="6000", on="2026-03-09", payee="Sheriff")
    assert over.status_code == 409 and "would take it below zero" in over.text
    page = ana.follow(ana.post(f"{at}/disburse", amount="75", on="2026-02-26", payee="Sheriff", number="7")).text
    assert "4,925.00" in page
    line = re.findall(r'name="line" value="(line_\w+)"', page)[-1]
    page = ana.follow(ana.post(f"{at}/reverse", line=line, reason="never cashed")).text
    assert "5,000.00" in page and "Reversed: never cashed" in page
    month = "/trust/months/2026-02"
    assert "no balance of the bank" in ana.get(month).text
    assert "enter the balance" in ana.post(f"{month}/sign").text.lower()
    page = ana.follow(ana.post(f"{month}/prepare", balance="5000")).text
    assert "they agree" in page and "(75.00)" in page  # the check is outstanding: its reversal is of March
    page = ana.follow(ana.post(f"{month}/prepare", balance="4990")).text
    assert "they do not agree" in page
    assert "explain it" in ana.post(f"{month}/sign").text
    page = ana.follow(
        ana.post(f"{month}/prepare", balance="4990", explanation="check 7 was never cashed; reversed March 9")
    ).text
    assert "signed by" in ana.follow(ana.post(f"{month}/sign")).text
    closed = ana.get(f"/matters/{ref}?closing=1").text
    assert "The trust ledger holds 5,000.00" in closed
