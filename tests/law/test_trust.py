"""Client money: what may move and what may not, the invoice that is paid from it, and a month reconciled three ways and signed."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from store import tables
from store.database import Database
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.rows import TrustRow
from store.tables import Payment, TrustEntry, TrustLedger, TrustLine
from tests.billing.firm import acting
from tests.law.firm import FEBRUARY, held, law_firm, ledger
from tests.signals import rows
from tests.signals.rows import MANAGER, OTHER, STAFF, TODAY, cl
from workspace.billing import payments
from workspace.law import reconcile, trust
from workspace.law.trust import Movement
from workspace.records.matters import apply_trust
from workspace.scope import system_scope

END = date(2026, 2, 28)
Hundred = Decimal("100.00")


def out(amount: str, on: date = TODAY, payee: str = "Clerk of courts", **more: str) -> Movement:
    return Movement(Decimal(amount), on, payee=payee, **more)  # type: ignore[arg-type]


@pytest.fixture
def law(database: Database) -> Database:
    return law_firm(database)


@pytest.fixture(params=["sqlite", "postgres"])
def either(request: pytest.FixtureRequest, database: Database) -> Iterator[Database]:
    yield law_firm(database if request.param == "sqlite" else request.getfixturevalue("postgres"))


def test_no_ledger_goes_below_zero_on_any_day(law: Database) -> None:
    with acting(law) as scope:
        key = ledger(scope, amount="500.00")
        trust.disburse(scope, key, out("400.00", TODAY))
        with pytest.raises(Conflict, match=r"holds 100\.00: 100\.01 would take it below zero"):
            trust.disburse(scope, key, out("100.01"))
        # 200 were there on that day, but 400 left later: on TODAY it would be below zero
        with pytest.raises(Conflict, match=r"holds 100\.00 on 2026-03-09"):
            trust.disburse(scope, key, out("200.00", FEBRUARY + timedelta(days=1)))
        with pytest.raises(Conflict, match="below zero"):
            trust.disburse(scope, key, out("1.00", FEBRUARY - timedelta(days=1)))
        for wrong in (out("0"), out("-5"), out("5", TODAY + timedelta(days=1))):
            with pytest.raises(Invalid):
                trust.disburse(scope, key, wrong)
        with pytest.raises(Invalid, match="whom"):
            trust.disburse(scope, key, out("5", payee=" "))
        assert held(scope, key) == Hundred
    with acting(law, STAFF) as scope, pytest.raises(Forbidden):
        trust.receive(scope, key, out("5"))
    with acting(law, OTHER) as scope, pytest.raises(NotFound):
        trust.receive(scope, key, out("5"))


def test_the_database_refuses_what_the_program_would(either: Database) -> None:
    with acting(either) as scope:
        key = ledger(scope, amount="500.00")
    statements = (
        "UPDATE trust_entries SET amount = 100",
        "UPDATE trust_journal SET \"on\" = '2026-02-11'",
        "DELETE FROM trust_entries",
        "DELETE FROM trust_journal",
        f"""INSERT INTO trust_entries (id, client_id, ledger_id, "on", amount, memo, entered_at)
            SELECT 'x', client_id, id, '2026-03-01', -50001, '', '2026-03-01' FROM trust_ledgers WHERE id = '{key}'""",
    )
    for statement in statements:
        with pytest.raises(DBAPIError, match=r"reverse it|removed|below zero"), either.writing() as session:
            session.execute(text(statement))
    with acting(either) as scope:
        assert held(scope, key) == Decimal("500.00")


def test_two_who_pay_at_once_cannot_pay_more_than_there_is(either: Database) -> None:
    """Eight threads each want 300 of 1,000: three get it."""
    with acting(either) as scope:
        key = ledger(scope, amount="1000.00")
    paid: list[str] = []
    start = threading.Barrier(8)

    def pay(number: int) -> None:
        start.wait()
        try:
            with acting(either) as scope:
                paid.append(trust.disburse(scope, key, out("300.00", number=str(number))))
        except Conflict as error:
            assert "below zero" in str(error)

    threads = [threading.Thread(target=pay, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with acting(either) as scope:
        assert len(paid) == 3 and held(scope, key) == Hundred


def test_an_invoice_is_paid_from_trust_in_one_transaction(law: Database) -> None:
    with law.writing() as session:
        rows.add_invoice(session, "1", TODAY, "700.00", ref="M1")
        rows.add_invoice(session, "2", TODAY, "50.00", client="C2", ref="M2")
        rows.add_invoice(session, "3", TODAY, "50.00", ref="E1")
    with acting(law, MANAGER) as scope:
        key = ledger(scope)
        assert trust.payable(scope, trust.ledger_of(scope, "M1")) == [
            ("1", TODAY - timedelta(days=30), Decimal("700.00"))
        ]
        line = trust.pay_invoice(scope, key, "1", out("600.00"))
        assert held(scope, key) == Decimal("4400.00")
        [payment] = scope.session.scalars(select(Payment))
        assert payment.amount == 600 and scope.session.get_one(TrustLine, line).payment_id == payment.id
        for number, amount, why in (("1", "100.01", r"100\.00 is owed"), ("2", "5", "another"), ("3", "5", "another")):
            with pytest.raises(Conflict, match=why):
                trust.pay_invoice(scope, key, number, out(amount))
        with pytest.raises(Conflict, match="issued on"):
            trust.pay_invoice(scope, key, "1", out("1", TODAY - timedelta(days=40)))
        with pytest.raises(Conflict, match="reverse the transfer"):
            payments.reverse_payment(scope, payment.id, "slip")
        trust.reverse(scope, line, "wrong invoice")
        assert held(scope, key) == Decimal("5000.00")
        assert sum(one.amount for one in scope.session.scalars(select(Payment))) == 0
        with pytest.raises(Conflict, match="reversed once"):
            trust.reverse(scope, line, "again")
        kinds = [(one.kind, one.reversed) for one in trust.movements(scope, key)]
        assert kinds == [("receipt", False), ("transfer", True), ("reversal", False)]


def test_a_receipt_that_was_spent_is_not_taken_back(law: Database) -> None:
    with acting(law) as scope:
        key = ledger(scope, amount="500.00")
        [receipt] = trust.movements(scope, key)
        spent = trust.disburse(scope, key, out("1.00"))
        with pytest.raises(Conflict, match="below zero"):
            trust.reverse(scope, receipt.id, "returned check")
        trust.reverse(scope, spent, "not cashed")
        trust.reverse(scope, receipt.id, "returned check")
        assert held(scope, key) == 0


def test_what_is_no_clients_stays_apart(law: Database) -> None:
    with acting(law) as scope:
        ledger(scope)
        with pytest.raises(Conflict, match="pays no charge"):
            trust.move_own(scope, "bank-charge", out("12.00"))
        trust.move_own(scope, "firm-funds", out("50.00"))
        trust.move_own(scope, "interest", out("3.21"))
        charge = trust.move_own(scope, "bank-charge", out("12.00"))
        assert trust.own_balances(scope) == {"interest": Decimal("3.21"), "firm": Decimal("38.00")}
        trust.reverse(scope, charge, "waived by the bank")
        assert trust.own_balances(scope)["firm"] == 50
    with acting(law, MANAGER) as scope, pytest.raises(Forbidden):
        trust.move_own(scope, "interest", out("1"))


def test_a_month_three_ways(law: Database) -> None:
    with acting(law) as scope:
        key = ledger(scope)
        other = ledger(scope, "C2", "M2", "800.00")
        check = trust.disburse(scope, key, out("405.00", END, number="101"))
        trust.receive(scope, other, out("200.00", END))
        trust.receive(scope, key, out("77.00", date(2026, 3, 2)))
        trust.move_own(scope, "firm-funds", Movement(Decimal("25.00"), END, cleared_on=END))
    with acting(law, OTHER) as scope:
        ledger(scope, "C3", "M3", "1000.00")
    with acting(law) as scope:
        assert [one.month for one in reconcile.months(scope)] == [END]
        found = reconcile.prepare(scope, END, Decimal("6825.00"))
        # 5,000 + 800 + 1,000 + 25 at the bank; 200 in transit, 405 outstanding
        assert (found.in_transit, found.outstanding, found.adjusted) == (
            Decimal("200.00"),
            Decimal("-405.00"),
            Decimal("6620.00"),
        )
        assert found.book == found.held == Decimal("6620.00") and found.ties and found.difference == 0
        assert [one.name for one in found.ledgers if one.client_ref is None] == [reconcile.OTHERS, trust.OWN["firm"]]
        assert "Quarrington" not in repr(found) and "C3" not in repr(found)
        off = reconcile.prepare(scope, END, Decimal("6800.00"))
        assert off.difference == Decimal("-25.00") and not off.ties
        with pytest.raises(Conflict, match="explain"):
            reconcile.sign(scope, END)
        reconcile.prepare(scope, END, Decimal("6825.00"))
    with acting(law, MANAGER) as scope, pytest.raises(Forbidden):
        reconcile.sign(scope, END)
    with acting(law) as scope:
        signed = reconcile.sign(scope, END)
        assert signed.state == "signed" and signed.signed_by == "Pat"
        assert {one.reconciled_on for one in scope.session.scalars(select(TrustLedger))} == {END}
        for act in (
            lambda: reconcile.prepare(scope, END, Hundred),
            lambda: reconcile.sign(scope, END),
            lambda: trust.receive(scope, key, out("5", END)),
            lambda: trust.clear(scope, [check], END),
        ):
            with pytest.raises(Conflict, match="signed"):
                act()
        assert trust.clear(scope, [check], date(2026, 3, 3)) == 1  # it cleared in March: February said outstanding
        trust.receive(scope, key, out("5", date(2026, 3, 1)))
        assert reconcile.reconciliation(scope, END).book == Decimal("6620.00")
    with pytest.raises(DBAPIError, match="signed"), law.writing() as session:
        session.execute(text("UPDATE trust_reconciliations SET bank_balance = 1"))


def test_loaded_money_is_kept_as_it_was_and_never_changed(law: Database) -> None:
    def load(*amounts: str) -> list[str]:
        with law.writing() as session:
            scope = system_scope(session, "load", now=rows.NOW, today=TODAY)
            found = [
                TrustRow(client_ref="C1", engagement_ref="M1", on=FEBRUARY, amount=Decimal(one), memo=one)
                for one in amounts
            ]
            return [one.reason for one in apply_trust(scope, found).rejected]

    assert load("100", "-250") == []  # another system let it go below zero: it is shown, not dropped
    with law.writing() as session:
        assert sorted(session.scalars(select(TrustLine.amount))) == sorted(session.scalars(select(TrustEntry.amount)))
        assert set(session.scalars(select(TrustLine.kind))) == {"loaded"}
    with law.writing() as session:
        scope = system_scope(session, "load", now=rows.NOW, today=TODAY)
        changed = TrustRow(client_ref="C1", engagement_ref="M1", on=FEBRUARY, amount=Decimal("101"), memo="100")
        [refused] = apply_trust(scope, [changed]).rejected
        assert "never changed" in refused.reason
    with acting(law) as scope:
        key = trust.ledger_of(scope, "M1").id
        with pytest.raises(Conflict):
            trust.disburse(scope, key, out("1"))
        reconcile.prepare(scope, END, Decimal("0"))
        with pytest.raises(Conflict, match="below zero: Roland Hess"):
            reconcile.sign(scope, END)
        trust.receive(scope, key, out("150.00", END))
        reconcile.prepare(scope, END, Decimal("0"), explanation="nothing is marked as cleared")
        reconcile.sign(scope, END)
    assert "signed through 2026-02-28" in load("7")[0]


def test_an_evergreen_says_what_is_missing(law: Database) -> None:
    with acting(law) as scope:
        key = ledger(scope, amount="900.00")
        trust.set_evergreen(scope, key, Decimal("1000"), Decimal("2500"))
        found = trust.ledger_of(scope, "C1")
        assert (found.short, found.wanted) == (Hundred, Decimal("1600.00"))
        trust.receive(scope, key, out("100.00"))
        assert trust.ledger_of(scope, "C1").wanted == 0
        with pytest.raises(Invalid):
            trust.set_evergreen(scope, key, Decimal("1000"), Decimal("999.99"))


def test_the_banks_balance_is_taken_from_a_statement_that_was_read(law: Database) -> None:
    with law.writing() as session:
        whose = {"client_id": cl("C1"), "received_at": rows.NOW}
        session.add(
            tables.Document(id="d1", path="s.pdf", name="s.pdf", source="folder", kind="bank-statement", **whose)
        )
        session.flush()
        session.add(tables.DocumentVersion(id="v1", document_id="d1", number=1, blob="b", size=1, **whose))
        session.flush()
        session.get_one(tables.Document, "d1").current_version_id = "v1"
        read = {"type": "text", "page": 1, "start": 0, "end": 1, "quote": "x", "confidence": 1.0, "reader": "r"}
        for name, value in (("period_end", END.isoformat()), ("closing_balance", "5000.00")):
            fact = {
                "id": name,
                "client_id": cl("C1"),
                "document_id": "d1",
                "version_id": "v1",
                "name": name,
                "value": value,
            }
            session.add(tables.FactRow(**fact, **read))
    with acting(law) as scope:
        ledger(scope)
        assert reconcile.bank_documents(scope, END) == [("d1", "s.pdf", Decimal("5000.00"))]
        with pytest.raises(Invalid, match="enter the balance"):
            reconcile.prepare(scope, END, None)
        found = reconcile.prepare(scope, END, None, document_id="d1")
        assert found.ties and found.document_id == "d1"
    with acting(law, OTHER) as scope:
        assert reconcile.bank_documents(scope, END) == []
        assert reconcile.reconciliation(scope, END).document_id is None
