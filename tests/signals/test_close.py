"""The books while they are kept: months not reconciled, amounts without an account, cash that does not reach."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.signals.builders import TODAY, accounts, blind, document, engagement, item, only, raised, snapshot
from workspace.deliverables.occasions import due_drafts
from workspace.evidence import DerivedEvidence, DocumentEvidence
from workspace.snapshot import Document, Snapshot, Task
from workspace.tie_out.derive import check


def step(title: str, done: date | None = None) -> Task:
    return Task(f"k-{title}", "id-E1", title, "s", TODAY, "done" if done else "open", Decimal(2), done)


def closing(*steps: Task, template: str = "monthly-close", **parts: Any) -> Snapshot:
    period: dict[str, Any] = {"period_start": date(2026, 1, 1), "period_end": date(2026, 12, 31)}
    return snapshot(engagements=(engagement(template=template, title="Monthly close", **period),), tasks=steps, **parts)


# Business day 10 after January 31 is Friday, February 13; after February 28 it is Friday, March 13.
@pytest.mark.parametrize(
    ("steps", "today", "late"),
    [
        ((step("January reconciliations"),), date(2026, 2, 13), False),
        ((step("January reconciliations"),), date(2026, 2, 17), True),
        ((step("January reconciliations", TODAY),), TODAY, False),
        ((step("January reconciliations", TODAY), step("February reconciliations")), date(2026, 3, 13), False),
        ((step("January reconciliations", TODAY), step("February reconciliations")), date(2026, 3, 16), True),
        ((step("Close January 2026"),), TODAY, True),
        ((step("Close January 2025"),), TODAY, False),
        ((step("January payroll"),), TODAY, False),
    ],
)
def test_close_late(steps: tuple[Task, ...], today: date, late: bool) -> None:
    assert bool(raised(closing(*steps), "close-late", today)) is late


def test_a_late_close_names_its_months_and_what_is_missing() -> None:
    steps = (step("January reconciliations"), step("February reconciliations"))
    signal = only(closing(*steps, requests=(item("Statements", TODAY),)), "close-late", date(2026, 3, 16))
    assert (signal.due, signal.waits_on_client) == (date(2026, 2, 13), True)
    assert signal.headline.startswith("January and February of Monthly close are")
    assert raised(closing(*steps, template="payroll"), "close-late", date(2026, 3, 16)) == []


def test_a_close_without_its_step_is_a_blind_spot() -> None:
    what = closing(step("Call with the owner"))
    assert [spot.what for spot in blind(what) if "closed" in spot.what] == ["whether E1 is closed through January 2026"]
    assert blind(closing(step("January reconciliations", TODAY))) == ()
    assert not any("closed" in spot.what for spot in blind(closing(template="bookkeeping")))


def books(as_of: str, unsorted: str, name: str = "6990 Uncategorized Expense", numbered: bool = True) -> Document:
    lines = [
        ("1010 Cash", "", unsorted),
        (name, unsorted, ""),
        ("5000 Materials", "1000.00", ""),
        ("4000 Sales", "", "1000.00"),
    ]
    plain = [(n if numbered else n[5:], d, c) for n, d, c in lines]
    return document(f"books/{as_of}.csv", "trial-balance", rows=accounts(*plain), as_of=as_of)


@pytest.mark.parametrize(
    ("documents", "fires"),
    [
        ((books("2026-02-28", "11.00"),), True),  # 1.1 % of 1,011
        ((books("2026-02-28", "10.00"),), False),
        ((books("2026-01-29", "5.00"), books("2026-02-28", "5.00")), True),
        ((books("2026-01-30", "5.00"), books("2026-02-28", "5.00")), False),
        ((books("2026-01-29", "50.00"), books("2026-02-28", "50.00", "6990 Repairs")), False),
        ((books("2026-02-28", "50.00", "1990 Suspense"),), True),
        ((books("2026-02-28", "50.00", numbered=False),), False),
    ],
)
def test_uncategorized_balance(documents: tuple[Document, ...], fires: bool) -> None:
    assert bool(raised(snapshot(documents=documents), "uncategorized-balance")) is fires


def test_a_small_uncategorized_balance_is_a_blind_spot() -> None:
    assert any("uncategorized" in spot.what for spot in blind(snapshot(documents=(books("2026-02-28", "5.00"),))))
    income = document(
        "pl.csv",
        "profit-and-loss",
        rows=[{"line": "Uncategorized Expense", "amount": "30.00"}],
        period_start="2026-01-01",
        period_end="2026-02-28",
        revenue="1000.00",
        net_income="100.00",
    )
    signal = only(snapshot(documents=(income,)), "uncategorized-balance")
    assert signal.dollars == Decimal("30.00") and "3.3 % of expense" in signal.headline


def statement(end: date, opening: str, closing_balance: str, account: str = "1234") -> Document:
    facts: dict[str, Any] = {
        "account_last4": account,
        "period_end": end.isoformat(),
        "opening_balance": opening,
        "closing_balance": closing_balance,
    }
    return document(f"bank/{account}-{end}.pdf", "bank-statement", **facts)


def daily(*ends: date, account: str = "4821") -> tuple[Document, ...]:
    return tuple(statement(end, "1.00", "1.00", account) for end in ends)


# Today is Monday, March 9: a feed through Friday is three days old.
@pytest.mark.parametrize(
    ("ends", "fires"),
    [
        ((date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 5)), True),
        ((date(2026, 3, 4), date(2026, 3, 5), date(2026, 3, 6)), False),
        ((date(2026, 2, 18), date(2026, 2, 25), date(2026, 3, 4)), True),  # weekly
        ((date(2026, 2, 16), date(2026, 2, 24), date(2026, 3, 4)), False),  # less than weekly is no feed
        ((date(2026, 3, 4), date(2026, 3, 5)), False),  # two files show no rhythm
        ((date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28)), False),  # monthly statements
        ((date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 31)), True),  # a day to come says nothing
    ],
)
def test_a_bank_feed_that_stands_still(ends: tuple[date, ...], fires: bool) -> None:
    what = closing(step("January reconciliations", TODAY), documents=daily(*ends))
    assert bool(raised(what, "close-late")) is fires
    assert raised(snapshot(documents=daily(*ends)), "close-late") == [], "without a close nobody waits for the feed"


def test_the_feed_says_which_account_and_since_when() -> None:
    files = (*daily(date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)), *daily(*THROUGH, account="7001"))
    signal = only(closing(step("January reconciliations", TODAY), documents=files), "close-late")
    assert (signal.subject, signal.due, signal.basis) == ("E1", date(2026, 3, 8), "fact")
    assert signal.headline == "The bank feed of account 4821 ends on March 4, 2026"
    assert due_drafts([signal], TODAY) == [], "the client has nothing to answer"
    [said] = signal.evidence
    assert isinstance(said, DocumentEvidence) and said.quote == "2026-03-04"
    late = only(closing(step("January reconciliations"), documents=files), "close-late")
    assert late.headline.startswith("January of Monthly close is") and late.due == date(2026, 2, 13)
    assert late.why_now.endswith("The bank's files of account 4821 end on March 4, 2026.") and said in late.evidence


def test_the_feeds_stand_with_one_engagement() -> None:
    files = daily(date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4))
    two = tuple(engagement(ref, "bookkeeping", title=ref) for ref in ("E1", "E2"))
    assert [one.subject for one in raised(snapshot(engagements=two, documents=files), "close-late")] == ["E1"]


THROUGH = (date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 9))
THREE = (
    statement(date(2025, 12, 31), "30000.00", "25000.00"),
    statement(date(2026, 1, 31), "25000.00", "20000.00"),
)


@pytest.mark.parametrize(
    ("last", "fires"),
    [
        (statement(date(2026, 2, 28), "20000.00", "14999.00"), True),  # 14,999 lasts three times 15,001 not
        (statement(date(2026, 2, 28), "20000.00", "15000.00"), False),
        (statement(date(2026, 2, 28), "20000.00", "31000.00"), False),
    ],
)
def test_runway(last: Document, fires: bool) -> None:
    found = raised(snapshot(documents=(*THREE, last)), "cash-runway")
    assert bool(found) is fires
    if fires:
        assert (found[0].dollars, found[0].due) == (Decimal("2.00"), None)


def register(day: date, gross: str) -> Document:
    return document(f"pay/{day}.pdf", "payroll-register", pay_date=day.isoformat(), gross=gross)


@pytest.mark.parametrize(("gross", "fires"), [("9000.01", True), ("9000.00", False)])
def test_next_payroll(gross: str, fires: bool) -> None:
    pays = (register(date(2026, 2, 13), "1.00"), register(date(2026, 2, 27), gross))
    found = raised(snapshot(documents=(statement(date(2026, 2, 28), "9000.00", "9000.00"), *pays)), "cash-runway")
    assert bool(found) is fires
    if fires:
        assert (found[0].due, found[0].dollars) == (date(2026, 3, 13), Decimal("0.01"))


def test_an_estimate_counts_until_it_is_paid() -> None:
    rows = [{"due": "2026-04-15", "amount": "9500.00"}]
    schedule = document("e.csv", "estimate-schedule", rows=rows)
    paid = document("e.csv", "estimate-schedule", rows=[{**rows[0], "paid_on": "2026-03-02"}])
    bank = statement(date(2026, 2, 28), "9000.00", "9000.00")
    assert only(snapshot(documents=(bank, schedule)), "cash-runway").dollars == Decimal("500.00")
    assert raised(snapshot(documents=(bank, paid)), "cash-runway") == []


def test_old_statements_tell_of_trouble_only_as_a_blind_spot() -> None:
    old = statement(TODAY - timedelta(days=46), "1.00", "1.00")
    what = snapshot(documents=(old, register(date(2026, 2, 27), "9000.00")))
    assert raised(what, "cash-runway") == []
    assert any("cash reaches" in spot.what for spot in blind(what))
    assert blind(snapshot(documents=(old,))) == ()  # nothing tells of trouble


def ledger(*entries: tuple[str, str, str], account: str = "6990 Uncategorized Expense") -> Document:
    """A ledger through the end of February: day, column and amount of each entry."""
    rows = [{"account": account, "date": day, side: amount} for day, side, amount in entries]
    return document("books/GL.csv", "general-ledger", rows=rows, period_start="2026-01-01", period_end="2026-02-28")


NEW = ("2026-02-20", "debit", "0.10")


@pytest.mark.parametrize(
    ("entries", "fires"),
    [
        ((NEW,) * 21, True),
        ((NEW,) * 20, False),
        ((("2026-01-29", "debit", "2.00"), NEW), True),  # thirty days before the books' own day
        ((("2026-01-30", "debit", "2.00"), NEW), False),
        # what was booked out again is no entry any more, whichever column says so
        ((("2026-01-05", "debit", "2.00"), ("2026-02-01", "credit", "2.00"), NEW), False),
        ((("2026-01-05", "amount", "2.00"), ("2026-02-01", "amount", "-2.00"), NEW), False),
        ((("2026-03-01", "debit", "2.00"),) * 30, False),  # after the day of the books
    ],
)
def test_entries_that_nobody_placed_are_counted_in_the_ledger(
    entries: tuple[tuple[str, str, str], ...], fires: bool
) -> None:
    what = snapshot(documents=(books("2026-02-28", "5.00"), ledger(*entries)))
    assert bool(raised(what, "uncategorized-balance")) is fires


def test_the_ledger_says_how_many_entries_lie_there_and_since_when() -> None:
    entries = (("2026-01-12", "debit", "3.00"), ("2026-02-12", "debit", "2.00"))
    signal = only(snapshot(documents=(books("2026-02-28", "5.00"), ledger(*entries))), "uncategorized-balance")
    assert "2 entries of the ledger, the oldest of January 12, 2026" in signal.why_now
    counted = [one for one in signal.evidence if isinstance(one, DerivedEvidence) and one.formula.startswith("count")]
    assert [one.formula for one in counted] == ["count(2 rows) = 2"] and check(counted[0])
    quotes = [one.quote for one in signal.evidence if isinstance(one, DocumentEvidence)]
    assert "2026-01-12" in quotes
    # a ledger that does not reach the day, or holds other accounts only, leaves the number unknown
    assert blind(snapshot(documents=(books("2026-02-28", "5.00"), ledger(NEW)))) == ()
    other = ledger(NEW, account="6100 Repairs")
    assert blind(snapshot(documents=(books("2026-02-28", "5.00"), other)))
