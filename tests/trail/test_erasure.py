"""The erasure of a client: refused while something stands in the way, partial within terms; when it is whole nothing of it is left in any
file of the home, while the trail still verifies and the books sum to what they did."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from api.cli import app
from api.commands.scopes import reading, writing
from api.settings import load_settings
from api.wiring import Services, build
from store.errors import Conflict, Forbidden, Invalid
from store.tables import (
    AuditEntry,
    Client,
    Contact,
    Deliverable,
    Engagement,
    Invoice,
    Note,
    Party,
    Passage,
    Payment,
    TimeEntry,
    TrustEntry,
    TrustLedger,
)
from tests import beside, on_postgresql
from tests.homes import copied
from tests.web.conftest import Visitor, visiting
from workspace.deliverables.model import OPEN
from workspace.retention import erasure
from workspace.retention.holds import set_hold
from workspace.trail import verify

REF, LATER = "C001", date(2040, 1, 2)
WORDS = ("Harbor Bakery", "Xylocopa canary", "00-1234567", "xylocopa@bakery.example")


def of_client(session: Session) -> str:
    return session.scalars(select(Client.id).where(Client.ref == REF)).one()


def settled(services: Services) -> None:
    """Nothing of the client is open any more, and its words stand in many places."""
    with writing(services, "test") as scope:
        session = scope.session
        client = session.get_one(Client, of_client(session))
        client.status = "former"
        for work in session.scalars(select(Engagement).where(Engagement.client_id == client.id)):
            work.finished_on = date(2026, 4, 1)
        for draft in session.scalars(
            select(Deliverable).where(Deliverable.client_id == client.id, Deliverable.state.in_(OPEN))
        ):
            draft.state = "rejected"
        billed = session.scalar(select(func.sum(Invoice.amount)).where(Invoice.client_id == client.id)) or Decimal(0)
        paid = session.scalar(select(func.sum(Payment.amount)).where(Payment.client_id == client.id)) or Decimal(0)
        invoice = session.scalars(select(Invoice.id).where(Invoice.client_id == client.id)).first()
        if billed != paid and invoice is not None:
            rest = {"client_id": client.id, "invoice_id": invoice, "paid_on": date(2026, 5, 1), "amount": billed - paid}
            session.add(Payment(id="pay_rest", **rest))
        held = select(TrustLedger.id, func.sum(TrustEntry.amount)).join(
            TrustEntry, TrustEntry.ledger_id == TrustLedger.id
        )
        for ledger, balance in session.execute(held.where(TrustLedger.client_id == client.id).group_by(TrustLedger.id)):
            paid_out = {"client_id": client.id, "ledger_id": ledger, "on": date(2026, 5, 1), "memo": "paid out"}
            session.add(TrustEntry(id=f"{ledger}x", amount=-balance, **paid_out))
        for party in session.scalars(select(Party).where(Party.client_id == client.id)):
            session.delete(party)  # as where there was no matter: else its names are kept for conflict searches


@pytest.fixture
def later(busy_home: Path, tmp_path: Path) -> Iterator[Services]:
    """The busy home many years later."""
    home = copied(busy_home, tmp_path / "later")
    with build(load_settings(home).model_copy(update={"today": LATER}), own_index=True) as services:
        yield services


@pytest.fixture
def ana(later: Services) -> Visitor:
    return visiting(later)("ana")


def in_files(home: Path, word: str) -> list[str]:
    """The files of a home that hold a word, whatever its case; on PostgreSQL the tables and files of its database too."""
    sought = word.lower().encode()
    files = [one for one in home.rglob("*") if one.is_file() and "models" not in one.parts and "fonts" not in one.parts]
    found = [str(one.relative_to(home)) for one in files if sought in one.read_bytes().lower()]
    if on_postgresql.ON and (home / "tickmark.db").exists():
        found += sorted({table for table, told in beside.texts(home) if word.lower() in told.lower()})
        found += ["the server's files"] if sought in beside.raw(home).lower() else []
    return found


def sums(services: Services) -> tuple[object, ...]:
    with services.database.reading() as session:
        amounts = (
            (func.sum(Invoice.amount), func.count(Invoice.id)),
            (func.sum(Payment.amount),),
            (func.sum(TimeEntry.hours),),
        )
        return tuple(tuple(session.execute(select(*one)).one()) for one in amounts)


def faults(services: Services) -> list[str]:
    with reading(services, "audit") as scope:
        return [one.message for one in verify(scope, blobs=services.blobs)]


def test_nothing_of_an_erased_client_is_left_and_the_trail_holds(later: Services, ana: Visitor) -> None:
    ana.post(f"/clients/{REF}/notes", text="Xylocopa canary: they sell the oven.")
    with writing(later, "test", "ana@alder.example") as scope:
        session = scope.session
        session.add(Note(id="note_x", client_id=of_client(session), date=LATER, text="Xylocopa canary: the oven."))
        contact = Contact(id="con_x", name="Xylocopa canary", email="xylocopa@bakery.example")
        session.add(contact)
    settled(later)
    beside.flat(later)
    if on_postgresql.ON:
        with later.database.engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")  # as the server does by itself: it notes values, these too
    assert all(in_files(later.home, word) for word in WORDS[:2])
    with writing(later, "test") as scope:
        from store.tables import ClientContact

        scope.session.add(ClientContact(id="tie_x", client_id=of_client(scope.session), contact_id="con_x"))
    before = sums(later)
    page = ana.get(f"/clients/{REF}/erase").text
    assert "all of it can go" in page
    mark = page.split('name="mark" value="')[1][:16]
    assert "Type C001" in ana.post(f"/clients/{REF}/erase", mark=mark, typed="C002").text
    answer = ana.post(f"/clients/{REF}/erase", mark=mark, typed=REF)
    assert answer.status_code == 303, answer.text
    beside.flat(later)
    left = {word: in_files(later.home, word) for word in WORDS}
    assert not any(left.values()), left
    assert faults(later) == []
    assert sums(later) == before
    with later.database.reading() as session:
        gone = session.scalars(select(Client).where(Client.status == "erased")).one()
        assert gone.name.startswith("Former client ") and gone.tax_id is None
        assert session.scalar(select(func.count()).select_from(Passage).where(Passage.client_id == gone.id)) == 0
        entry = session.scalars(select(AuditEntry).where(AuditEntry.tag == "client:record:erased")).one()
        assert entry.client_id == gone.id and entry.detail["whole"] == 1
        told = select(AuditEntry).where(AuditEntry.client_id == gone.id, AuditEntry.seq < entry.seq)
        assert all(one.detail == {} for one in session.scalars(told))
    folder = later.home / "out"
    exported = CliRunner().invoke(app, ["--home", str(later.home), "export", str(folder)])
    assert exported.exit_code == 0, exported.output
    assert in_files(folder, "Xylocopa") == []


def test_details_that_go_without_an_erasure_are_a_fault(later: Services) -> None:
    from store import triggers

    with later.database.engine.begin() as connection, triggers.lifted(connection):
        connection.exec_driver_sql("UPDATE audit SET detail = '{}', salt = NULL WHERE seq = 3")
    assert faults(later) == ["the details of entry 3 were removed, and no erasure names them"]


def test_an_erasure_is_refused_by_what_is_open_and_by_a_hold(later: Services, ana: Visitor) -> None:
    page = ana.get(f"/clients/{REF}/erase").text
    open_ones = ("It is no former client", "engagements are not finished", "lies in the trust account")
    for said in (*open_ones, "of its invoices is open", "Names of a matter"):
        assert said in page
    assert "<button>Erase" not in page
    settled(later)
    with writing(later, "test", "ana@alder.example") as scope:
        set_hold(scope, REF, "a claim of Quarry Stone")
    with writing(later, "test", "ana@alder.example") as scope:
        plan = erasure.plan(scope, REF)
        assert plan.refused == (
            f"A legal hold stands since {plan.client and later.clock.now().date()}: a claim of Quarry Stone",
        )
        with pytest.raises(Conflict, match="legal hold"):
            erasure.erase(scope, REF, plan.mark, REF)


def test_within_a_term_only_a_part_goes_and_the_name_stays(busy: Services) -> None:
    settled(busy)
    with writing(busy, "test", "ana@alder.example") as scope:
        plan = erasure.plan(scope, REF)
        assert {"Documents", "Mail", "Invoices"} <= {one.label for one in plan.stays} and not plan.refused
        assert all(one.until and one.until > scope.today for one in plan.stays if one.label == "Documents")
        with pytest.raises(Invalid, match="type C001"):
            erasure.erase(scope, REF, plan.mark, "")
        gone = erasure.erase(scope, REF, plan.mark, REF)
    assert gone.rows["client_scans"] and not gone.whole
    with busy.database.reading() as session:
        assert session.get_one(Client, of_client(session)).name == "Harbor Bakery Inc"
    assert faults(busy) == []


@pytest.mark.parametrize("who", ["mia", "sol", "adm"])
def test_who_may_not_erase_does_not(later: Services, who: str) -> None:
    with reading(later, "test", f"{who}@alder.example") as scope, pytest.raises(Forbidden, match="client:erase"):
        erasure.plan(scope, REF)
