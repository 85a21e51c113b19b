"""Whatever a firm does with its time and its money, the books foot and the numbers have no gap: a state machine over all of it.

One database holds one open transaction a run, which is rolled back at its end; the acts are those of workspace/billing, as people of the
firm do them. Refusals are part of it: an act that is refused leaves everything as it was.
"""

import os
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from store.database import Database
from store.errors import TickmarkError
from store.rows import InvoiceRow, PaymentRow, TimeRow
from store.tables import Adjustment, Bill, BillLine, Expense, Invoice, Payment, TimeEntry
from tests.billing.firm import days_ago, firm, scope_of
from tests.signals.rows import PARTNER, STAFF, TODAY, cl
from workspace.billing import drafting, expenses, issuing, payments, rates, retainers, time, wip
from workspace.billing.foots import check_books
from workspace.billing.invoices import invoices_of
from workspace.records.money import apply_invoices, apply_payments, apply_time
from workspace.scope import Scope, system_scope

HOURS = st.integers(1, 600).map(lambda n: Decimal(n) / 100)
DOLLARS = st.integers(1, 300_000).map(lambda n: Decimal(n) / 100)
DAYS = st.integers(0, 60)
WORK = st.sampled_from([("C1", "E1"), ("C1", "E2"), ("C1", None), ("C2", "E3")])
NTH = st.integers(0, 30)
PATHS = int(os.environ.get("TICKMARK_TEST_PATHS", "4"))  # more walks more


class Firm(RuleBasedStateMachine):
    """A firm at work."""

    database: ClassVar[Database]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.session: Session = self.stack.enter_context(Session(self.database.engine))
        self.loaded, self.loads = 0, False

    @initialize(loads=st.booleans())
    def begin(self, loads: bool) -> None:
        """A firm either works here from its first day, or brings records with it."""
        self.loads = loads
        for ref, work, hours in (("C1", "E1", "7.3"), ("C1", "E2", "2.15"), ("C2", "E3", "4.01")):
            time.add_time(self.scope(), time.Worked(ref, days_ago(5), Decimal(hours), work))
        for wanted in (drafting.Wanted("hourly", "E2"), drafting.Wanted("retainer", amount=Decimal("900"))):
            issuing.issue(self.scope(), drafting.draft_invoice(self.scope(), "C1", wanted))

    def scope(self, who: str = PARTNER) -> Scope:
        return scope_of(self.session, who)

    def try_to(self, act: Any, *arguments: Any, **more: Any) -> None:
        """Do it, or be refused and leave nothing behind."""
        point = self.session.begin_nested()
        try:
            act(*arguments, **more)
            self.session.flush()
            point.commit()
        except TickmarkError:
            point.rollback()

    def some(self, table: Any, nth: int, *conditions: Any) -> Any:
        found = self.session.scalars(select(table).where(*conditions).order_by(table.id)).all()
        return found[nth % len(found)] if found else None

    @rule(work=WORK, hours=HOURS, ago=DAYS, staff=st.booleans(), billable=st.sampled_from([True, True, False]))
    def work(self, work: tuple[str, str | None], hours: Decimal, ago: int, staff: bool, billable: bool) -> None:
        worked = time.Worked(work[0], days_ago(ago), hours, work[1], "Tax" if ago % 2 else None, billable=billable)
        self.try_to(time.add_time, self.scope(STAFF if staff else PARTNER), worked)

    @rule(nth=NTH, hours=HOURS, delete=st.booleans())
    def rework(self, nth: int, hours: Decimal, delete: bool) -> None:
        if (row := self.some(TimeEntry, nth)) is not None:
            who = self.scope(PARTNER if row.person_id == self.scope().person_id else STAFF)
            if delete:
                self.try_to(time.delete_time, who, row.id)
            else:
                self.try_to(time.change_time, who, row.id, {"hours": hours})

    @rule(amount=DOLLARS, ago=DAYS, service=st.sampled_from([None, "Tax"]), person=st.sampled_from([None, STAFF]))
    def price(self, amount: Decimal, ago: int, service: str | None, person: str | None) -> None:
        self.try_to(rates.set_rate, self.scope(), amount, days_ago(ago), service=service, person=person, client="C1")

    @rule(work=WORK, amount=DOLLARS, ago=DAYS)
    def spend(self, work: tuple[str, str | None], amount: Decimal, ago: int) -> None:
        self.try_to(
            expenses.add_expense, self.scope(), work[0], days_ago(ago), amount, "Filing fee", engagement=work[1]
        )

    @rule(nth=NTH, cost=st.booleans(), back=st.booleans())
    def write_off(self, nth: int, cost: bool, back: bool) -> None:
        if (row := self.some(Expense if cost else TimeEntry, nth)) is not None:
            ref = "C1" if row.client_id.endswith(self.some_client()) else "C2"
            act = wip.restore if back else wip.write_off
            self.try_to(act, self.scope(), ref, row.id if back else [row.id], "agreed")

    def some_client(self) -> str:
        return cl("C1")

    @rule(work=WORK, value=DOLLARS)
    def write_to(self, work: tuple[str, str | None], value: Decimal) -> None:
        self.try_to(wip.write_to, self.scope(), work[0], work[1], value, "agreed")

    @rule(
        work=WORK,
        kind=st.sampled_from(drafting.KINDS),
        ago=DAYS,
        amount=st.none() | DOLLARS,
        percent=st.integers(1, 60),
    )
    def draft(self, work: tuple[str, str | None], kind: str, ago: int, amount: Decimal | None, percent: int) -> None:
        wanted = drafting.Wanted(kind, work[1], days_ago(ago), amount, Decimal(percent))
        self.try_to(drafting.draft_invoice, self.scope(), work[0], wanted)

    @rule(nth=NTH, leave=st.sets(st.integers(1, 4)), discard=st.sampled_from([False, False, False, True]))
    def redraft(self, nth: int, leave: set[int], discard: bool) -> None:
        if (row := self.some(Bill, nth, Bill.state == "draft")) is not None:
            if discard:
                self.try_to(drafting.discard_draft, self.scope(), row.id)
            else:
                self.try_to(drafting.change_draft, self.scope(), row.id, leave_out=leave)

    @rule(nth=NTH)
    def issue(self, nth: int) -> None:
        if (row := self.some(Bill, nth, Bill.state == "draft")) is not None:
            self.try_to(issuing.issue, self.scope(), row.id)

    @rule(nth=NTH, amount=DOLLARS, whole=st.booleans())
    def credit(self, nth: int, amount: Decimal, whole: bool) -> None:
        if (row := self.some(Invoice, nth)) is not None:
            if whole:
                self.try_to(issuing.void, self.scope(), row.number, "wrong client")
            else:
                self.try_to(issuing.credit, self.scope(), row.number, amount, "agreed")

    @rule(nth=NTH, amount=DOLLARS, ago=DAYS, back=st.booleans())
    def pay(self, nth: int, amount: Decimal, ago: int, back: bool) -> None:
        if (row := self.some(Invoice, nth)) is not None:
            if back:
                self.try_to(payments.refund, self.scope(), row.number, amount, days_ago(ago), "asked for")
            else:
                self.try_to(payments.record_payment, self.scope(), row.number, amount, days_ago(ago))

    @rule(one=NTH, other=NTH, amount=DOLLARS)
    def use_credit(self, one: int, other: int, amount: Decimal) -> None:
        first, second = self.some(Invoice, one), self.some(Invoice, other)
        if first is not None and second is not None:
            self.try_to(payments.apply_credit, self.scope(), first.number, second.number, amount)

    @rule(one=NTH, other=NTH, amount=DOLLARS, ago=DAYS)
    def draw_on_a_retainer(self, one: int, other: int, amount: Decimal, ago: int) -> None:
        retainer = self.some(Invoice, one, Invoice.id.in_(select(Bill.invoice_id).where(Bill.kind == "retainer")))
        bill = self.some(Invoice, other)
        if retainer is not None and bill is not None:
            self.try_to(payments.record_payment, self.scope(), retainer.number, amount, days_ago(ago))
            self.try_to(retainers.draw, self.scope(), retainer.number, bill.number, amount / 2)

    @rule(nth=NTH)
    def bounce(self, nth: int) -> None:
        if (row := self.some(Payment, nth)) is not None:
            self.try_to(payments.reverse_payment, self.scope(), row.id, "returned")

    @rule(work=WORK, hours=HOURS, amount=DOLLARS, ago=DAYS)
    def load(self, work: tuple[str, str | None], hours: Decimal, amount: Decimal, ago: int) -> None:
        night = system_scope(self.session, "load", now=self.scope().now, today=TODAY)
        if not self.loads:
            return
        self.loaded += 1
        named: dict[str, Any] = {"client_ref": work[0], "engagement_ref": work[1]}
        apply_time(night, [TimeRow(date=days_ago(ago), staff=STAFF, hours=hours, service=f"L{self.loaded}", **named)])
        if self.loaded % 2:
            due = days_ago(ago) + timedelta(days=30)
            number = f"2026-{self.loaded:03}" if self.loaded % 3 else str(1000 + self.loaded)
            apply_invoices(
                night, [InvoiceRow(number=number, issued_on=days_ago(ago), due_on=due, amount=amount, **named)]
            )
            apply_payments(
                night,
                [PaymentRow(invoice_number=number, paid_on=days_ago(ago // 2), amount=amount / 2)]
                if amount * 50 % 1 == 0
                else [],
            )

    @invariant()
    def the_books_foot(self) -> None:
        self.session.flush()
        books = check_books(replace(self.scope(), role="partner"))
        assert books.holds, (
            books.faults,
            [(one.name, one.difference, one.parts) for one in books.foots if one.difference],
        )

    @invariant()
    def the_sums_over_plain_rows_agree(self) -> None:
        """The two equations again, over the bare rows and without the code under test."""
        if self.loads:
            return
        off: dict[str | None, Decimal] = {}
        taken = Decimal(0)
        for one in self.session.scalars(select(Adjustment)):
            off[one.time_entry_id] = off.get(one.time_entry_id, Decimal(0)) + one.amount
            taken += one.amount if one.expense_id is None and one.kind != "expense" else 0
        standard = in_progress = Decimal(0)
        for entry in self.session.scalars(select(TimeEntry)):
            value = (entry.hours * (entry.rate or 0)).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
            standard += value if entry.billable else 0
            if entry.billable and entry.invoice_id is None and entry.written_off_on is None:
                in_progress += value - off.get(entry.id, Decimal(0))
        issued = select(BillLine).join(Bill, Bill.id == BillLine.bill_id).where(Bill.state == "issued")
        billed = sum(one.amount for one in self.session.scalars(issued) if one.kind in ("time", "fee"))
        assert in_progress + billed + taken == standard
        invoices = {one.id: one.amount for one in self.session.scalars(select(Invoice))}
        paid = [(one.invoice_id, one.amount) for one in self.session.scalars(select(Payment))]
        listed = {one.id: one.balance for one in invoices_of(self.scope())}
        assert sum(listed.values()) == sum(invoices.values()) - sum(amount for _, amount in paid)
        assert all(listed[i] == invoices[i] - sum(a for of, a in paid if of == i) for i in invoices)
        assert sorted(int(one.number) for one in self.session.scalars(select(Invoice))) == [
            *range(1001, 1001 + len(invoices))
        ]

    @invariant()
    def every_client_foots_by_itself(self) -> None:
        for ref in ("C1", "C2"):
            assert check_books(self.scope(), ref).holds

    def teardown(self) -> None:
        self.session.rollback()
        self.stack.close()


@pytest.fixture
def books(tmp_path: Path, migrated_sqlite: Path) -> Any:
    path = tmp_path / "books.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    database = firm(Database(f"sqlite:///{path}"))
    yield database
    database.close()


def test_the_books_foot_after_every_step(books: Database) -> None:
    Firm.database = books
    few = settings(
        max_examples=PATHS,
        stateful_step_count=12 if PATHS < 20 else 30,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        derandomize=True,
    )
    run_state_machine_as_test(Firm, settings=few)
