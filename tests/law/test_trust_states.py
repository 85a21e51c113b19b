"""Whatever is done with client money, no ledger is below zero, the ledgers are the journal, and a reversal restores: a state machine.

One database holds one open transaction a run, which is rolled back at its end. Refusals are part of it: they leave everything as it was.
"""

import os
from contextlib import ExitStack
from decimal import Decimal
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.database import Database
from store.errors import TickmarkError
from store.tables import Payment, TrustEntry, TrustLine
from tests.billing.firm import days_ago, scope_of
from tests.law.firm import law_firm
from tests.signals import rows
from tests.signals.rows import TODAY
from workspace.law import reconcile, trust
from workspace.law.trust import Movement
from workspace.scope import Scope

DOLLARS = st.integers(1, 60_000).map(lambda n: Decimal(n) / 100)
DAYS = st.integers(0, 75)
MATTER = st.sampled_from([("C1", "M1"), ("C1", None), ("C2", "M2")])
NTH = st.integers(0, 40)
PATHS = int(os.environ.get("TICKMARK_TEST_PATHS", "4"))  # more walks more


class Account(RuleBasedStateMachine):
    """A trust account."""

    database: ClassVar[Database]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.session: Session = self.stack.enter_context(Session(self.database.engine))
        self.signed: dict[Any, Decimal] = {}

    @initialize()
    def begin(self) -> None:
        for number, client, ref in (("1", "C1", "M1"), ("2", "C2", "M2")):
            rows.add_invoice(self.session, number, days_ago(0), "800.00", client, ref)
        for whose, matter in (("C1", "M1"), ("C1", None), ("C2", "M2")):
            trust.open_ledger(self.scope(), whose, matter)

    def scope(self) -> Scope:
        return scope_of(self.session)

    def try_to(self, act: Any, *arguments: Any) -> bool:
        point = self.session.begin_nested()
        try:
            act(*arguments)
            self.session.flush()
        except TickmarkError:
            point.rollback()
            self.session.expire_all()
            return False
        point.commit()
        return True

    def key(self, where: tuple[str, str | None]) -> str:
        return trust.open_ledger(self.scope(), *where).id

    @rule(where=MATTER, amount=DOLLARS, days=DAYS, cleared=st.booleans())
    def receive(self, where: tuple[str, str | None], amount: Decimal, days: int, cleared: bool) -> None:
        on = days_ago(days)
        self.try_to(
            trust.receive, self.scope(), self.key(where), Movement(amount, on, "P", cleared_on=on if cleared else None)
        )

    @rule(where=MATTER, amount=DOLLARS, days=DAYS)
    def disburse(self, where: tuple[str, str | None], amount: Decimal, days: int) -> None:
        self.try_to(trust.disburse, self.scope(), self.key(where), Movement(amount, days_ago(days), "P", "7"))

    @rule(where=MATTER, number=st.sampled_from("12"), amount=DOLLARS)
    def pay(self, where: tuple[str, str | None], number: str, amount: Decimal) -> None:
        self.try_to(trust.pay_invoice, self.scope(), self.key(where), number, Movement(amount, TODAY))

    @rule(kind=st.sampled_from(["interest", "interest-paid", "firm-funds", "bank-charge"]), amount=DOLLARS, days=DAYS)
    def own(self, kind: str, amount: Decimal, days: int) -> None:
        self.try_to(trust.move_own, self.scope(), kind, Movement(amount, days_ago(days)))

    @rule(nth=NTH)
    def reverse(self, nth: int) -> None:
        """What it took from its ledger or gave to it is back; an invoice owes again what the transfer had paid."""
        lines = self.session.scalars(select(TrustLine).order_by(TrustLine.id)).all()
        if not lines:
            return
        line = lines[nth % len(lines)]
        before, paid, amount = self.balances(), self.paid(), line.amount
        entry = self.session.get(TrustEntry, line.entry_id) if line.entry_id else None
        whose, transfer = entry.ledger_id if entry else line.own, line.payment_id is not None
        if self.try_to(trust.reverse, self.scope(), line.id, "slip"):
            before[whose] -= amount
            assert self.balances() == before
            assert self.paid() == paid + (amount if transfer else 0)

    @rule(nth=NTH, days=DAYS)
    def clear(self, nth: int, days: int) -> None:
        lines = self.session.scalars(select(TrustLine.id).order_by(TrustLine.id)).all()
        if lines:
            self.try_to(trust.clear, self.scope(), [lines[nth % len(lines)]], days_ago(days))

    @precondition(lambda self: len(self.signed) < 2)
    @rule(off=st.sampled_from([0, 0, 5]))
    def month(self, off: int) -> None:
        """The oldest open month, with the bank's own figure or another; what is signed stays."""
        end = reconcile.first_open(self.scope())
        if end is None:
            return
        late = (TrustLine.cleared_on.is_not(None), TrustLine.cleared_on <= end, TrustLine.on <= end)
        bank = self.session.scalar(select(func.sum(TrustLine.amount)).where(*late)) or Decimal(0)
        reconcile.prepare(self.scope(), end, bank + off)
        found = reconcile.reconciliation(self.scope(), end)
        assert found.difference == off and found.ties is (off == 0)
        if self.try_to(reconcile.sign, self.scope(), end):
            assert off == 0
            self.signed[end] = found.book

    def paid(self) -> Decimal:
        return self.session.scalar(select(func.sum(Payment.amount))) or Decimal(0)

    def balances(self) -> dict[str | None, Decimal]:
        found: dict[str | None, Decimal] = {one.id: one.balance for one in trust.ledgers(self.scope())}
        return found | dict(trust.own_balances(self.scope()))

    @invariant()
    def ledgers_are_the_journal(self) -> None:
        balances = self.balances()
        assert sum(balances.values()) == (self.session.scalar(select(func.sum(TrustLine.amount))) or 0)
        assert all(one >= 0 for one in balances.values())

    @invariant()
    def never_below_zero_on_any_day(self) -> None:
        for ledger in trust.ledgers(self.scope()):
            ends: dict[Any, Decimal] = {}
            for moved in trust.movements(self.scope(), ledger.id):
                ends[moved.on] = moved.balance
            assert all(one >= 0 for one in ends.values())

    @invariant()
    def signed_months_stay(self) -> None:
        for end, book in self.signed.items():
            assert reconcile.reconciliation(self.scope(), end).book == book

    def teardown(self) -> None:
        self.session.rollback()
        self.stack.close()


def test_the_account(database: Database) -> None:
    Account.database = law_firm(database)
    run_state_machine_as_test(
        Account,
        settings=settings(
            max_examples=PATHS,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
