"""What a month through the API leaves behind: books that foot, trust that ties three ways, a trail that verifies."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.settings import load_settings
from api.wiring import Services, build
from store.tables import Adjustment, Bill, BillLine, Invoice, Payment, TimeEntry, TrustEntry, TrustLine
from tests.practice import story
from tests.practice.by_api import Api, Program
from tests.web.conftest import visiting


@pytest.fixture(scope="module")
def after(month: Path) -> Iterator[Api]:
    with build(load_settings(month).model_copy(update={"today": story.END}), own_index=True) as services:
        yield Api(services, visiting(services))


@pytest.fixture
def ana(after: Api) -> Program:
    return after("ana")


def total(rows: list[dict[str, Any]], name: str) -> Decimal:
    return sum((Decimal(row[name]) for row in rows), Decimal(0))


def rows(services: Services, table: Any) -> list[Any]:
    with services.database.reading() as session:
        found = session.query(table).all()
        session.expunge_all()
        return found


def test_work_in_progress_billed_and_written_off_is_the_standard_value_of_time(ana: Program, after: Api) -> None:
    books = ana.get("/books")
    assert books["holds"] and books["faults"] == []
    assert [one["difference"] for one in books["foots"]] == ["0.00"] * 3
    # the same again from the rows themselves, for the client of the month, who has nothing that was loaded
    ref = next(one["ref"] for one in ana.get("/clients") if one["name"] == story.CLIENT)
    open_value = total(ana.get(f"/tables/wip?client={ref}"), "value")
    with after.services.database.reading() as session:
        client = session.query(Bill.client_id).join(Invoice, Invoice.id == Bill.invoice_id).first()
        time = session.query(TimeEntry).filter(TimeEntry.client_id.in_(_client(session, ref))).all()
        billed = session.query(BillLine).join(Bill, Bill.id == BillLine.bill_id)
        billed = billed.filter(Bill.client_id.in_(_client(session, ref)), Bill.state == "issued").all()
        taken = session.query(Adjustment).filter(Adjustment.client_id.in_(_client(session, ref))).all()
        assert client is not None and len(time) == 4 and any(one.kind == "write-off" for one in taken)
        value = sum((one.hours * (one.rate or Decimal(0)) for one in time), Decimal(0))
        charged = sum((one.amount for one in billed), Decimal(0))
        off = sum((one.amount for one in taken), Decimal(0))
    assert open_value + charged + off == value and value > 0


def _client(session: Any, ref: str) -> list[str]:
    from store.tables import Client

    return [key for (key,) in session.query(Client.id).filter(Client.ref == ref)]


def test_receivables_are_invoices_less_payments_less_credits(ana: Program, after: Api) -> None:
    invoices, paid = rows(after.services, Invoice), rows(after.services, Payment)
    owed = sum((one.amount for one in invoices), Decimal(0)) - sum((one.amount for one in paid), Decimal(0))
    assert total(ana.get("/tables/aging"), "total") + total(_ben(after), "total") == owed
    ours = [one for one in ana.get("/invoices") if one["client"] == story.CLIENT]
    assert sorted(one["amount"] for one in ours) == ["-50.00", "1200.00", "450.00"]
    assert [one["balance"] for one in ours] == ["0.00"] * 3, "paid in two parts; paid and credited"
    numbers = sorted(int(one["number"]) for one in ana.get("/invoices") if one["number"].isdecimal())
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _ben(after: Api) -> list[dict[str, Any]]:
    seen = {one["client_ref"] for one in after("ana").get("/tables/aging")}
    return [one for one in after("ben").get("/tables/aging") if one["client_ref"] not in seen]


def test_trust_is_the_same_three_ways_and_locked(ana: Program, after: Api) -> None:
    march = ana.get("/trust/months/2026-03")
    assert march["ties"] and march["state"] == "signed" and march["bank"] == "2200.00"
    assert march["adjusted"] == march["book"] == march["held"] == "0.00"
    ledgers = sum((one.amount for one in rows(after.services, TrustEntry)), Decimal(0))
    journal = sum((one.amount for one in rows(after.services, TrustLine)), Decimal(0))
    assert ledgers == journal == 0 and len(rows(after.services, TrustLine)) == 3
    late = {"amount": "1.00", "on": "2026-03-30", "payee": "late"}
    matter = next(one["ref"] for one in ana.get("/matters?every=true") if one["title"] == story.MATTER)
    ana.post(f"/trust/ledgers/{matter}/receipts", late, 409)


def test_the_onboarding_counts_what_was_sent(ana: Program) -> None:
    told = ana.get("/onboardings?state=done")
    [one] = [one for one in told["onboardings"] if one["client"] == story.CLIENT]
    # search, decision, authorization, access, list, tasks, pack; the letter and the release settle their steps by themselves
    assert [step["clicks"] for step in one["steps"]] == [1, 2, 0, 1, 1, 1, 1, 1]
    assert told["taken"]["finished"] == 1 and told["taken"]["clicks"] == 8
    page = ana.visitor.get("/onboarding").text
    assert story.CLIENT in page and "8" in page


def test_what_is_left_of_the_onboarding_stays_in_sight(ana: Program, after: Api) -> None:
    ref = next(one["ref"] for one in ana.get("/clients") if one["name"] == story.CLIENT)
    works = {one["title"]: one["stage"] for one in ana.get(f"/engagements?client={ref}")["items"]}
    assert works["Onboarding"] == "waiting-on-client" and works["March 2026 close"] == "done"
    told = {one["title"]: one["status"] for one in ana.get(f"/tasks?client={ref}&status=all")["items"]}
    assert told["Search for conflicts"] == told["Send the engagement letter"] == "done", "what a step did is done"
    mine = after("mia").get("/day")["sections"]
    assert any("transcripts" in one["title"] for section in mine.values() for one in section)


def test_the_trail_verifies(month: Path) -> None:
    done = CliRunner().invoke(app, ["--home", str(month), "audit", "verify"])
    assert done.exit_code == 0, done.output
