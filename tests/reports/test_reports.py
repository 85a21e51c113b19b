"""The firm's reports: every figure is the sum of its rows and agrees with billing's own, for whom they are, and what a spreadsheet gets."""

import csv
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select

from api.plots import BOTTOM, HIGH, TOP, plot_of
from store.database import Database
from store.errors import Forbidden, Invalid, NotFound
from store.tables import Client, Person, Wall
from tests.billing.firm import acting, days_ago, firm
from tests.signals.rows import (
    MANAGER,
    OTHER,
    PARTNER,
    STAFF,
    TODAY,
    add_engagement,
    add_invoice,
    add_item,
    add_payment,
    add_time,
    cl,
    per,
)
from workspace.billing import expenses, time, wip
from workspace.billing.invoices import invoices_of, unpaid
from workspace.billing.reports import aged, aging_by_client, months_of, utilization_of, year_back
from workspace.calendar import Wanted, calendar_of
from workspace.portfolio.concentration import concentration_of
from workspace.portfolio.standing import standings_of
from workspace.reports import (
    REPORTS,
    Figure,
    Report,
    Span,
    as_xlsx,
    behind,
    figures_table,
    report_of,
    rows_table,
)
from workspace.scope import Scope
from workspace.workflow import board

D = Decimal


@pytest.fixture
def busy(database: Database) -> Database:
    """A firm with invoices of every age, a credit, a payment, open and written-down time, an expense, requests, work at several stages."""
    firm(database)
    with database.writing() as session:
        for n, (late, amount) in enumerate([(-10, "100.10"), (5, "200"), (45, "300.33"), (75, "400"), (120, "55.55")]):
            add_invoice(session, f"I{n}", days_ago(late), amount, "C2" if n % 2 else "C1", "E3" if n % 2 else "E2")
        add_invoice(session, "CR", days_ago(1), "-40", "C2")
        add_payment(session, "I2", days_ago(3), "100.11")
        for n, (ago, hours) in enumerate([(2, "1.25"), (35, "2.1"), (70, "3"), (100, "0.35"), (300, "4")]):
            add_time(session, days_ago(ago), hours, "E1" if n % 2 else None, rate="133.33")
        add_time(session, days_ago(9), "2.2", "E3", "C2", rate="99.99")
        add_time(session, days_ago(9), "2.2", "E3", "C2", rate="99.99")
        add_engagement(session, "E4", "C2", stage="in-review", title="Review", owner_id=None, due=days_ago(4))
        add_item(session, "Bank statement", days_ago(-2), "E1")
        add_item(session, "Loan agreement", days_ago(30), "E1")
        add_item(session, "Payroll register", days_ago(20), "E3", "C2")
        add_item(session, "It came", days_ago(20), "E4", "C2", received=days_ago(1))
    with acting(database) as scope:
        time.add_time(scope, time.Worked("C1", days_ago(1), D("1.5"), "E2"))
        time.add_time(scope, time.Worked("C1", days_ago(1), D("0.5"), "E2", billable=False))
        expenses.add_expense(scope, "C1", days_ago(40), D("75.10"), "Filing fee")
        wip.write_to(scope, "C1", "E1", D("500"), "Agreed")
    return database


def summed(scope: Scope, name: str) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = defaultdict(lambda: D(0))
    for row in behind(scope, name)[1]:
        found[row.part, row.series] += row.amount
    return found


def test_each_figure_is_the_sum_of_the_rows_behind_it(busy: Database) -> None:
    with acting(busy) as scope:
        for name in REPORTS:
            report = report_of(scope, name)
            sums = summed(scope, name)
            for figure in report.figures:
                if figure.rest:
                    continue
                for series, value in zip(report.series, figure.values, strict=True):
                    assert value == sums[figure.key, series], (name, figure)
                    if value:
                        rows = behind(scope, name, None, figure.key, series)[1]
                        assert sum((row.amount for row in rows), D(0)) == value
                        assert all(row.part == figure.key and row.series == series for row in rows)
            whole = sum(report.totals, D(0))
            unseen = sum((sum(one.values) for one in report.figures if one.rest), D(0))
            assert sum(sums.values()) + unseen == whole
            assert whole or name == "deadlines", f"{name} has nothing to tell"


def test_the_figures_are_those_of_billing(busy: Database) -> None:
    with acting(busy) as scope:
        found = invoices_of(scope, None, unpaid(scope))
        assert [one.values[0] for one in report_of(scope, "aging").figures] == [one.amount for one in aged(found)]
        work = wip.wip_of(scope)
        assert report_of(scope, "wip").totals == (sum(w.value for w in work), sum(w.expenses for w in work))
        told = [(one.values, one.share) for one in report_of(scope, "realization").figures]
        assert told == [((m.standard, m.billed), m.realization) for m in months_of(scope)]
        used = [
            (u.email, u.billable, u.hours - u.billable, u.utilization) for u in utilization_of(scope, *year_back(TODAY))
        ]
        assert [(f.key, *f.values, f.share) for f in report_of(scope, "utilization").figures] == used
        shares = concentration_of(scope, D(20))
        assert {f.key: (f.values[0], f.share) for f in report_of(scope, "concentration").figures} == {
            one.ref: (one.billed, one.percent) for one in shares.clients
        }
        assert report_of(scope, "concentration").total == shares.total
        counts = {one.stage: one.count for one in board.board_of(scope, board.Filter()) if one.count}
        assert {f.key: sum(f.values) for f in report_of(scope, "stages").figures if sum(f.values)} == {
            stage: count for stage, count in counts.items() if stage in board.OPEN
        }
        standing = standings_of(scope)
        for one in aging_by_client(found):
            told_of = standing.get(cl(one.client_ref))
            assert (told_of.receivable, told_of.over_90) == (one.total, one.amounts[4])
        by_client: dict[str, Decimal] = defaultdict(lambda: D(0))
        for in_hand in work:
            by_client[in_hand.client_ref] += in_hand.value + in_hand.expenses
        assert {ref: standing.get(cl(ref)).wip for ref in by_client} == by_client


def test_dates_ahead_are_those_of_the_calendar(busy: Database) -> None:
    with acting(busy) as scope:
        report, rows = behind(scope, "deadlines")
        dates = calendar_of(scope, Wanted(report.first, report.last, overdue=True)).dates
        assert [(row.on, row.client_ref, row.what, row.series) for row in rows] == [
            (one.due, one.client_ref, one.title, f"class {one.cls}") for one in dates
        ]
        assert {row.part for row in rows} >= {"late", "2026-03-16"} and report.total == len(dates)
        assert report_of(scope, "deadlines", Span(TODAY, TODAY + timedelta(days=6))).figure("late") is None


def test_requests_stand_by_the_days_since_we_asked(busy: Database) -> None:
    with acting(busy) as scope:
        told = {one.key: one.values[0] for one in report_of(scope, "requests").figures if one.values[0]}
        assert told == {"8-14": 1, "31-60": 2}
        waits = standings_of(scope).get(cl("C1")).waiting
        assert [(one.whom, one.since, one.count) for one in waits] == [("the client", days_ago(44), 2)]


def test_a_period_narrows_what_is_about_days(busy: Database) -> None:
    with acting(busy) as scope:
        span = Span(days_ago(36), days_ago(1))
        report, rows = behind(scope, "realization", span)
        assert all(days_ago(36) <= row.on <= days_ago(1) for row in rows if row.on) and rows
        assert [one.key for one in report.figures] == ["2026-02", "2026-03"]
        assert report.total < report_of(scope, "realization").total
        for bad in (Span(TODAY, days_ago(1)), Span(days_ago(4000), TODAY)):
            with pytest.raises(Invalid):
                report_of(scope, "realization", bad)
        with pytest.raises(NotFound):
            behind(scope, "realization", span, "2020-01")
        with pytest.raises(NotFound):
            report_of(scope, "weather")


def test_a_report_needs_its_right_and_shows_the_asker_s_clients_only(busy: Database) -> None:
    with acting(busy, STAFF) as scope:
        for name in ("aging", "wip", "realization", "utilization", "concentration"):
            with pytest.raises(Forbidden):
                report_of(scope, name)
        assert report_of(scope, "requests").total
    with acting(busy, MANAGER) as scope:
        shares = report_of(scope, "concentration")
        assert shares.unit == "percent" and shares.share == "", "dollars of the firm are told with revenue:read only"
        assert all(
            "." in str(row.amount) and row.record.startswith("client:") for row in behind(scope, "concentration")[1]
        )
    with acting(busy, OTHER) as scope:
        assert [report_of(scope, name).total for name in ("aging", "wip", "requests", "stages")] == [0, 0, 0, 0]
        unseen = report_of(scope, "concentration").figure("unseen")
        assert unseen is not None and unseen.rest
        with pytest.raises(NotFound):
            behind(scope, "concentration", None, "unseen")


def test_a_wall_hides_a_client_from_every_figure(busy: Database) -> None:
    with acting(busy) as scope:
        before = {name: report_of(scope, name).total for name in REPORTS if name != "concentration"}
        scope.session.add(Wall(id="w", client_id=cl("C2"), person_id=per(PARTNER), reason="Conflict", set_on=TODAY))
        scope.session.flush()
        for name in REPORTS:
            report, rows = behind(scope, name)
            assert all(row.client_ref != "C2" for row in rows) and "Client 2" not in str(report)
            assert name not in before or report.total != before[name] or name == "utilization"
        assert cl("C2") not in standings_of(scope).of


@pytest.mark.parametrize("name", ["=1+1", "+SUM(A1)", "-2", "@cmd", "\t=1", "  =HYPERLINK(1)", "\x00=1"])
def test_a_text_stays_a_text_in_a_spreadsheet(busy: Database, name: str) -> None:
    with acting(busy) as scope:
        client = scope.session.scalars(select(Client).where(Client.ref == "C1")).one()
        client.name = name
        person = scope.session.get(Person, per(STAFF))
        assert person is not None
        person.name = name
        report, rows = behind(scope, "wip")
    text = rows_table("wip", rows).as_csv()
    told = [line for line in list(csv.reader(StringIO(text)))[1:] if line[3] == "C1"]
    assert told and all(line[4].lstrip().startswith("'") for line in told)
    assert any(line[6].startswith("'") for line in told), "the person of the entries that were loaded"
    book = load_workbook(BytesIO(as_xlsx([figures_table(report), rows_table("wip", rows)])))
    assert book.sheetnames == ["wip", "wip-rows"]
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert all(cell.data_type != "f" for cell in cells)
    amounts = [line[7].value for line in book["wip-rows"].iter_rows(min_row=2)]
    assert all(isinstance(one, int | float) for one in amounts)
    assert sum(D(str(one)) for one in amounts) == report.total


AMOUNTS = st.lists(st.tuples(st.integers(-10_000, 10**7), st.integers(0, 10**7)), min_size=1, max_size=60)


@given(AMOUNTS, st.booleans())
def test_a_plot_stays_in_its_box_and_shows_every_amount(amounts: list[tuple[int, int]], stacked: bool) -> None:
    figures = tuple(Figure(str(n), f"P{n}", (D(a), D(b))) for n, (a, b) in enumerate(amounts))
    known: dict[str, Any] = {"title": "T", "says": "", "unit": "dollars", "first": TODAY, "last": TODAY}
    plot = plot_of(Report(name="wip", series=("a", "b"), figures=figures, stacked=stacked, **known))
    assert len(plot.bars) == sum(bool(value) for one in amounts for value in one)
    for bar in plot.bars:
        assert bar.y >= TOP - 0.2 and bar.y + bar.height <= HIGH - BOTTOM + 0.7
    assert len(plot.lines) <= 14 and len(plot.labels) <= 14
