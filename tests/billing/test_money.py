"""Money to the cent, numbers without a gap whoever issues at once, clocks, the week sheet, retainers, and who may do what."""

import csv
import json
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from store.database import Database
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.tables import Bill, Invoice, Person, TimeEntry
from store.types import canonical_json
from tests.billing.firm import acting, days_ago, firm
from tests.signals.rows import MANAGER, OTHER, PARTNER, STAFF, TODAY, cl, per
from workspace import export
from workspace.billing import drafting, expenses, issuing, payments, rates, retainers, time, timers, week, wip
from workspace.billing.amounts import hours_in, money_in, spread, value_of
from workspace.billing.foots import check_books
from workspace.billing.invoices import invoices_of, show_invoice
from workspace.billing.ledger import entries_of, export_ledger
from workspace.billing.paper import invoice_pdf, statement_pdf
from workspace.billing.reports import aged, months_of, profitability_of
from workspace.billing.rows import Where, time_rows
from workspace.billing.statements import statement_of
from workspace.billing.tables import TABLES, table_of
from workspace.cells import unfolded
from workspace.records.billing import apply_billing
from workspace.records.money import apply_invoices, apply_payments, apply_time
from workspace.scope import Scope, operator_scope, system_scope
from workspace.snapshot import take_snapshot

CENTS = st.integers(0, 10**9).map(lambda n: Decimal(n) / 100)
D = Decimal


@given(st.integers(-(10**8), 10**8), st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any))
def test_shares_sum_to_what_is_shared_and_none_is_a_cent_too_far(amount: int, over: list[int]) -> None:
    whole, parts = D(amount) / 100, [D(one) for one in over]
    shares = spread(whole, parts)
    assert sum(shares) == whole
    exact = [whole * part / sum(parts) for part in parts]
    assert all(abs(share - wanted) <= D("0.01") for share, wanted in zip(shares, exact, strict=True))
    assert all(not share for share, part in zip(shares, parts, strict=True) if not part)


@given(CENTS)
def test_dollars_read_as_they_are_written(amount: Decimal) -> None:
    if amount <= D("99999999.99"):
        assert money_in(f"${amount:,.2f}") == amount
    else:
        with pytest.raises(Invalid):
            money_in(f"{amount:,.2f}")


def test_what_is_no_amount_is_refused() -> None:
    for text in ("1.005", "", "NaN", "Infinity", "1e99", "twelve", "1,2.3.4"):
        with pytest.raises(Invalid):
            money_in(text)
    assert (hours_in("1:30"), hours_in("0:05"), hours_in("2")) == (D("1.50"), D("0.08"), D("2.00"))
    assert value_of(D("0.05"), D("120.50")) == D("6.02"), "half to even, as the snapshot rounds"
    with pytest.raises(Invalid):
        hours_in("1:75")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def both(request: pytest.FixtureRequest) -> Database:
    return firm(request.getfixturevalue("database" if request.param == "sqlite" else "postgres"))


@pytest.fixture
def sqlite(database: Database) -> Database:
    return firm(database)


def test_numbers_have_no_gap_however_many_issue_at_once(both: Database) -> None:
    """Six at a time issue, three of every four give up at the last moment or are refused; those that stand are numbered on end."""
    drafts = []
    with acting(both) as scope:
        drafts = [drafting.draft_invoice(scope, "C1", drafting.Wanted("retainer", amount=D(n + 1))) for n in range(24)]

    def issue(nth: int) -> str:
        try:
            with acting(both) as scope:
                issuing.issue(scope, drafts[nth - nth % 2])  # each second one tries a draft that another issues
                if nth % 4 == 2:
                    raise InterruptedError
        except InterruptedError:
            return "gave up"
        except Conflict:
            return "refused"
        return "issued"

    with ThreadPoolExecutor(6) as several:
        told = Tally(several.map(issue, range(24)))
    with acting(both) as scope:
        numbers = sorted(int(one) for one in scope.session.scalars(select(Invoice.number)))
        assert numbers == list(range(1001, 1001 + told["issued"]))
        assert 6 <= told["issued"] <= 12 and told["refused"], told
        assert check_books(scope).holds


def test_what_was_issued_cannot_be_changed_by_anybody(both: Database) -> None:
    with acting(both) as scope:
        bill = drafting.draft_invoice(scope, "C1", drafting.Wanted("retainer", amount=D("500")))
        issuing.issue(scope, bill)
    for statement in (
        "UPDATE bills SET text = 'other'",
        "DELETE FROM bills",
        "UPDATE bill_lines SET amount = 1",
        "DELETE FROM bill_lines",
    ):
        with pytest.raises(DBAPIError, match="cannot be"), both.engine.begin() as connection:
            connection.exec_driver_sql(statement)
    with acting(both) as scope, pytest.raises(Conflict):
        drafting.change_draft(scope, bill, text="other")


def test_what_stands_on_a_draft_is_neither_changed_nor_taken_away(sqlite: Database) -> None:
    with acting(sqlite) as scope:
        spent = expenses.add_expense(scope, "C1", TODAY, D("12.50"), "Parking", engagement="E2")
        entry = time.add_time(scope, time.Worked("C1", TODAY, D(1), "E2"))
        bill = drafting.draft_invoice(scope, "C1", drafting.Wanted("hourly", "E2"))
    for act, one in ((time.delete_time, entry), (expenses.delete_expense, spent)):
        with acting(sqlite) as scope, pytest.raises(Conflict, match="stands on the draft"):
            act(scope, one)
    with acting(sqlite) as scope, pytest.raises(Conflict, match="stands on the draft"):
        time.change_time(scope, entry, {"hours": D(2)})
    with acting(sqlite) as scope:
        drafting.discard_draft(scope, bill)
    with acting(sqlite) as scope, pytest.raises(Conflict, match="taken back"):
        time.delete_time(scope, entry)


def test_loaded_numbers_are_passed_over_and_the_prefix_is_the_firms(database: Database) -> None:
    firm(database, number_prefix="T-", first_number=7)
    with acting(database) as scope:
        scope.session.add(
            Invoice(
                id="inv_x",
                client_id=cl("C1"),
                number="T-8",
                issued_on=TODAY,
                due_on=TODAY,
                amount=D(1),
            )
        )
        for _ in range(3):
            bill = drafting.draft_invoice(scope, "C1", drafting.Wanted("retainer", amount=D("500")))
            issuing.issue(scope, bill)
        assert {one.number for one in invoices_of(scope)} == {"T-7", "T-8", "T-9", "T-10"}
        assert check_books(scope).holds


def test_a_retainer_is_paid_drawn_upon_and_never_more_than_is_held(sqlite: Database) -> None:
    with acting(sqlite) as scope:
        time.add_time(scope, time.Worked("C1", days_ago(3), D("10"), "E2"))
        advance = issuing.issue(scope, drafting.draft_invoice(scope, "C1", drafting.Wanted("retainer", amount=D(2000))))
        bill = issuing.issue(scope, drafting.draft_invoice(scope, "C1", drafting.Wanted("hourly", "E2")))
        with pytest.raises(Invalid):
            retainers.draw(scope, advance.number, bill.number, D(1))
        payments.record_payment(scope, advance.number, D(1200), TODAY)
        assert [(one.number, one.held) for one in retainers.retainers_of(scope)] == [(advance.number, D(1200))]
        note = retainers.draw(scope, advance.number, bill.number, D("1000"))
        assert show_invoice(scope, bill.number).listed.balance == D("2200")
        assert show_invoice(scope, note.number).about == (advance.id, advance.number)
        assert [one.held for one in retainers.retainers_of(scope)] == [D(200)]
        with pytest.raises(Invalid):
            retainers.draw(scope, advance.number, bill.number, D("200.01"))
        with pytest.raises(Conflict):
            retainers.draw(scope, bill.number, advance.number, D(1))
        assert sum(one.billed for one in months_of(scope)) == D(3200), "an advance is no fee"
        assert "Client Retainers" in export_ledger(scope, "iif", days_ago(30), TODAY)
        assert check_books(scope).holds


def test_an_iif_balances_and_a_statement_ends_with_what_is_owed(sqlite: Database) -> None:
    with acting(sqlite) as scope:
        for ago in (60, 3):
            time.add_time(scope, time.Worked("C1", days_ago(ago), D("3.3"), "E2", note='=cmd|" tab\there'))
        bill = issuing.issue(scope, drafting.draft_invoice(scope, "C1", drafting.Wanted("hourly", "E2")))
        paid = payments.record_payment(scope, bill.number, D("700.15"), TODAY, memo="=1+1")
        payments.record_payment(scope, bill.number, D("100"), TODAY)
        payments.reverse_payment(scope, paid, "returned")
        issuing.credit(scope, bill.number, D("12.34"), "agreed")
        rows = [line.split("\t") for line in export_ledger(scope, "iif", days_ago(90), TODAY).split("\r\n")]
        amounts = [D(row[5]) for row in rows if row[0] in ("TRNS", "SPL")]
        assert len(amounts) == 10 and sum(amounts) == 0
        assert all(a == -b for a, b in zip(amounts[::2], amounts[1::2], strict=True)), "each transaction sums to 0"
        ledger = list(csv.DictReader(StringIO(export_ledger(scope, "csv", days_ago(90), TODAY))))
        assert sum(D(row["amount"]) for row in ledger) == sum(one.balance for one in invoices_of(scope))
        assert not any(value.startswith(("=", "+", "@")) for row in ledger for value in row.values())
        found = statement_of(scope, "C1", days_ago(1), TODAY)
        assert (found.opening, found.closing) == (D(0), sum(one.balance for one in invoices_of(scope)))
        assert found.closing == sum(one.amount for one in aged(invoices_of(scope)))
        assert statement_of(scope, "C1", TODAY + timedelta(days=1), TODAY + timedelta(days=2)).opening == found.closing
        name, data = invoice_pdf(scope, bill.number)
        assert name == f"Invoice {bill.number}.pdf" and "2,112.00" in _text(data)
        assert "1,999.66" in _text(statement_pdf(scope, "C1", days_ago(90), TODAY)[1])


def _text(pdf: bytes) -> str:
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_rates_go_by_person_then_client_then_service(sqlite: Database) -> None:
    with acting(sqlite) as scope:
        staff = scope.session.get(Person, per(STAFF))
        assert staff is not None

        def rate(client: str, service: str | None, on: date) -> Decimal | None:
            return rates.rate_for(scope, staff, cl(client), service, on)

        assert rate("C1", "Tax", TODAY) == D("120.33")
        rates.set_rate(scope, D(130), days_ago(10), service="Tax")
        rates.set_rate(scope, D(140), days_ago(10), client="C1")
        rates.set_rate(scope, D(150), days_ago(5), client="C1")
        assert (rate("C1", "Tax", TODAY), rate("C1", "Tax", days_ago(7))) == (D(150), D(140))
        assert (rate("C2", "Tax", TODAY), rate("C2", None, TODAY)) == (D(130), D("120.33"))
        rates.set_rate(scope, D(99), TODAY, person=STAFF)
        assert (rate("C1", "Tax", TODAY), rate("C1", "Tax", days_ago(1))) == (D(99), D(150))
        entry = time.add_time(scope, time.Worked("C1", TODAY, D(2), "E2"))
        rates.set_rate(scope, D(1), TODAY, person=PARTNER)
        row = scope.session.get(TimeEntry, entry)
        assert row is not None and row.rate == D(150), "what is on record keeps its rate"


def test_several_clocks_run_and_each_becomes_time(sqlite: Database) -> None:
    with acting(sqlite, STAFF) as scope:
        first = timers.start(scope, "C1", engagement="E1", note="review")
        second = timers.start(scope, "C1", engagement="E2")
    with acting(sqlite, STAFF, TODAY) as scope:  # another request: they are rows
        assert {one.id for one in timers.running(scope)} == {first, second}
        entry = timers.stop(scope, first)
        assert entry is not None
        row = scope.session.get(TimeEntry, entry)
        assert row is not None and (row.hours, row.note) == (D("0.10"), "review"), "one unit of six minutes at least"
        assert timers.stop(scope, second, discard=True) is None
        assert timers.running(scope) == ()
    with acting(sqlite, STAFF) as scope:
        old = timers.start(scope, "C1")
    with acting(sqlite, STAFF, TODAY + timedelta(days=2)) as scope:
        with pytest.raises(Conflict):
            timers.stop(scope, old)
        assert timers.stop(scope, old, hours=D("7.5")) is not None
    with acting(sqlite, MANAGER) as scope, pytest.raises(NotFound):
        timers.stop(scope, old)
    assert [timers.counted(timedelta(minutes=m), 6) for m in (1, 8, 9, 66)] == [D("0.1"), D("0.1"), D("0.2"), D("1.1")]


def test_a_week_is_written_whole_or_not_at_all(sqlite: Database) -> None:
    with acting(sqlite, STAFF) as scope:
        time.add_time(scope, time.Worked("C1", TODAY, D(2), "E1"))
    with acting(sqlite, STAFF) as scope:
        [line] = week.week_of(scope, TODAY).lines
        key = line.key
        assert line.value is None, "staff see hours, no dollars"
        later = TODAY + timedelta(days=1)
        assert week.save_week(scope, TODAY, {(key, TODAY): ("3", "2.00"), (key, later): ("1:15", "")}) == 2
    with acting(sqlite, STAFF) as scope:
        assert week.week_of(scope, TODAY).hours == D("4.25")
    with (
        pytest.raises(Conflict),
        acting(sqlite, STAFF) as scope,
    ):  # what stood there when the page was made has changed since
        week.save_week(scope, TODAY, {(key, later): ("5", "1.25"), (key, TODAY): ("1", "2.00")})
    with acting(sqlite, STAFF) as scope:
        assert week.week_of(scope, TODAY).hours == D("4.25")
        assert week.save_week(scope, TODAY, {(key, TODAY): ("", "3.00")}) == 1
        assert week.week_of(scope, TODAY).hours == D("1.25")


def test_a_recurring_fee_is_drafted_once_for_each_period(sqlite: Database) -> None:
    with acting(sqlite) as scope:
        fee = drafting.set_recurring(scope, "C1", D(450), "Monthly close", date(2026, 1, 31), engagement="E2")
        assert len(drafting.draft_recurring(scope)) == 2
        assert drafting.draft_recurring(scope) == []
        [listed] = drafting.recurring_listed(scope)
        assert listed.next_on == date(2026, 3, 31) or listed.next_on == date(2026, 3, 28)
        drafting.end_recurring(scope, fee)
        assert drafting.recurring_listed(scope) == ()
        texts = set(scope.session.scalars(select(Bill.text).where(Bill.kind == "recurring")))
        assert texts == {"Monthly close, January 2026", "Monthly close, February 2026"}


def test_progress_bills_sum_to_the_fee(sqlite: Database) -> None:
    with acting(sqlite) as scope:
        for percent in ("33.33", "33.33", "33.34"):
            wanted = drafting.Wanted("progress", "E1", percent=D(percent))
            issuing.issue(scope, drafting.draft_invoice(scope, "C1", wanted))
        assert sum(one.amount for one in invoices_of(scope)) == D(4000)
        with pytest.raises(Conflict):
            drafting.draft_invoice(scope, "C1", drafting.Wanted("progress", "E1", percent=D(1)))


def test_staff_enter_their_own_time_and_see_no_money(sqlite: Database) -> None:
    with acting(sqlite) as scope:
        other = time.add_time(scope, time.Worked("C1", TODAY, D(1), "E2"))
        bill = drafting.draft_invoice(scope, "C1", drafting.Wanted("hourly", "E2"))
        number = issuing.issue(scope, bill).number
    with acting(sqlite, STAFF) as scope:
        time.add_time(scope, time.Worked("C1", TODAY, D(1), "E1"))
        assert {one.standard for one in time.own_time(scope, TODAY, TODAY)} == {D(0)}
        refused: list[Callable[[], object]] = [
            lambda: time.change_time(scope, other, {"hours": D(2)}),
            lambda: invoices_of(scope),
            lambda: show_invoice(scope, number),
            lambda: entries_of(scope, TODAY, TODAY),
            lambda: rates.rates_of(scope),
            lambda: rates.set_rate(scope, D(1), TODAY, service="Tax"),
            lambda: drafting.draft_invoice(scope, "C1", drafting.Wanted("hourly")),
            lambda: payments.record_payment(scope, number, D(1), TODAY),
            lambda: wip.write_off(scope, "C1", [other], "no"),
            lambda: check_books(scope),
            *(partial(table_of, scope, name, Where()) for name in TABLES if name != "expenses"),
        ]
        for act in refused:
            with pytest.raises(Forbidden):
                act()
    with acting(sqlite, OTHER) as scope:  # a partner whose clients these are not
        assert time_rows(scope, Where()) == [] and invoices_of(scope) == []
        absent: list[Callable[[], object]] = [
            lambda: show_invoice(scope, number),
            lambda: payments.record_payment(scope, number, D(1), TODAY),
            lambda: statement_of(scope, "C1", TODAY, TODAY),
            lambda: time_rows(scope, Where(client="C1")),
        ]
        for act in absent:
            with pytest.raises(NotFound):
                act()
    with acting(sqlite, MANAGER) as scope, pytest.raises(Forbidden):
        issuing.void(scope, number, "no")


def test_a_profit_is_shared_out_to_the_cent(sqlite: Database) -> None:
    with acting(sqlite) as scope:
        for hours, service in (("1.01", "Tax"), ("2.03", "Audit"), ("0.07", None)):
            time.add_time(scope, time.Worked("C1", days_ago(2), D(hours), "E1", service))
        issuing.issue(scope, drafting.draft_invoice(scope, "C1", drafting.Wanted("fixed", "E1", amount=D("1000.01"))))
    with acting(sqlite) as scope:
        found = profitability_of(scope, days_ago(30), TODAY)
        for by in ("client", "service", "person"):
            assert sum(one.billed for one in found[by]) == D("1000.01")
        assert [one.cost for one in found["client"]] == [D("155.50")]


def test_an_exported_firm_keeps_its_time_and_money(sqlite: Database, tmp_path: Path, migrated_sqlite: Path) -> None:
    """Through the files of an export into an empty home: every table of figures, the numbers to come, and the books are the same."""
    with acting(sqlite) as scope:
        first = time.add_time(scope, time.Worked("C1", days_ago(3), D("1.5"), "E2"))
        for worked in ("2", "0.3"):
            time.add_time(scope, time.Worked("C1", days_ago(3), D(worked), "E2"))
        time.delete_time(scope, first)  # the load numbers the other two anew
        expenses.add_expense(scope, "C1", days_ago(1), D("12.5"), "Postage", engagement="E2")
        wip.write_to(scope, "C1", "E2", D(700), "agreed")
        bill = issuing.issue(scope, drafting.draft_invoice(scope, "C1", drafting.Wanted("hourly", "E2")))
        paid = payments.record_payment(scope, bill.number, D(100), TODAY)
        payments.reverse_payment(scope, paid, "returned")
        issuing.credit(scope, bill.number, D(20), "courtesy")
        lost = time.add_time(scope, time.Worked("C2", days_ago(2), D(1), "E3"))
        wip.write_off(scope, "C2", [lost], "not agreed")
        rates.set_rate(scope, D(95), TODAY, service="Tax")
        drafting.draft_invoice(scope, "C1", drafting.Wanted("progress", "E1", percent=D(25)))
        timers.start(scope, "C1", note="goes on")
    with acting(sqlite) as scope:
        before = _everything(scope)
        night = operator_scope(scope.session, "export", now=scope.now, today=scope.today)
        files = {name: [json.loads(canonical_json(row)) for row in rows] for name, rows in export.records(night)}
        hours, bills, money = list(export.time(night)), list(export.invoices(night)), list(export.payments(night))
    path = tmp_path / "new.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    new = firm(Database(f"sqlite:///{path}"))
    for again in (False, True):
        with new.writing() as session:
            load = system_scope(session, "load", now=datetime(2026, 3, 9, tzinfo=UTC), today=TODAY)
            apply_time(load, _numbered(hours))
            apply_invoices(load, _numbered(bills))
            apply_payments(load, _numbered(money))
            done = apply_billing(load, files)
            assert done.rejected == () and (done.created == 0) is again
        with acting(new) as scope:
            assert _everything(scope) == before
            assert check_books(scope).holds
    with acting(new) as scope:
        bill = issuing.issue(scope, scope.session.scalars(select(Bill.id).where(Bill.state == "draft")).one())
        assert bill.number == "1003"
    new.close()


def _everything(scope: Scope) -> dict[str, list[str]]:
    """Every table of figures; an entry of time may bear another id."""
    found = {name: table_of(scope, name, Where()) for name in TABLES}
    shown = {name: sorted(str(row[1:] if name == "time" else row) for row in one.rows) for name, one in found.items()}
    clocks = [str((one.client, one.note)) for one in timers.running(scope)]
    return shown | {"rates": [str(one) for one in rates.rates_of(scope)], "timers": clocks}


def _numbered(rows: Sequence[Any]) -> list[Any]:
    """Rows of a file as its reader numbers those that agree in their natural key."""
    seen: Tally[object] = Tally()
    numbered = []
    for row in rows:
        names = ("date", "staff", "client_ref", "engagement_ref", "service", "invoice_number", "paid_on", "number")
        key = tuple(getattr(row, name, None) for name in names)
        numbered.append(replace(row, nth=seen[key]) if hasattr(row, "nth") else row)
        seen[key] += 1
    return numbered


def test_time_that_was_written_off_is_no_unbilled_time_to_the_night(sqlite: Database) -> None:
    with acting(sqlite) as scope:
        entry = time.add_time(scope, time.Worked("C1", days_ago(20), D(5), "E2"))
    with acting(sqlite, day=days_ago(2)) as scope:
        wip.write_off(scope, "C1", [entry], "not agreed")
    for day, billable in ((days_ago(3), True), (TODAY, False)):
        with acting(sqlite, day=day) as scope:
            assert [one.billable for one in take_snapshot(scope, "C1", ("engagements", "time")).time] == [billable]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Rent", "Rent"),
        ("=1+1", "'=1+1"),
        ("  @SUM(A1)", "'  @SUM(A1)"),
        ("\x01-2", "'-2"),
        ("\tRent", "'\tRent"),
        ("", ""),
        ("  ", "  "),
    ],
)
def test_no_cell_of_a_csv_is_computed(text: str, cell: str) -> None:
    assert unfolded(text) == cell
