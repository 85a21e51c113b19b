"""What foots, rolls and compares in the books of a client, and what is said where it does not."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import Invalid
from workspace.books.checks import findings
from workspace.books.compare import compare, earlier, find_period
from workspace.books.statements import Statement, line_up
from workspace.evidence import DerivedEvidence, Evidence
from workspace.snapshot.figures import STATEMENTS, Figure
from workspace.tie_out.derive import check

RECEIVED = datetime(2026, 4, 9, 8, 0, tzinfo=UTC)
CENTS = st.decimals(min_value=-(10**6), max_value=10**6, places=2)


def figure(
    statement: str, end: date, number: str | None, account: str, amount: Decimal | str, **more: object
) -> Figure:
    """A figure of a document of its own a period; `amount` is debit positive."""
    value = Decimal(amount)
    kind = {"1": "asset", "2": "liability", "3": "equity", "4": "income", "5": "expense"}.get((number or "?")[0])
    told: dict[str, object] = {
        "document_id": f"doc_{statement}_{end}",
        "version_id": "ver",
        "path": f"{end} {statement}.csv",
        "received_at": RECEIVED,
        "measure": "activity" if statement == "profit-and-loss" else "closing",
        "role": "account",
        "period_start": end.replace(day=1) if statement == "profit-and-loss" else None,
        "line": 0,
        "type": kind,
        "told_by": "number" if kind else None,
        "sign": -1 if statement == "profit-and-loss" and kind == "income" else 1 if value >= 0 else -1,
        "basis": None,
        "page": 1,
        "start": sum(map(ord, account)),
        "end": 1001,
        "cell": "B2",
        "confidence": 0.95,
        "told": (1, 0, 1, "x"),
        "named": (1, 0, 1, "x"),
        "beyond": True,
        "sheet": None,
    }
    told |= more
    told["quote"] = f"{int(str(told['sign'])) * value:,.2f}"
    return Figure(statement=statement, period_end=end, number=number, account=account, amount=value, **told)  # type: ignore[arg-type]


def holds(piece: Evidence) -> bool:
    """Whether it is a cell, or arithmetic that can be done again from its cells."""
    return not isinstance(piece, DerivedEvidence) or check(piece)


def said(*figures: Figure, kinds: tuple[str, ...] = ()) -> list[tuple[str, str, Decimal | None]]:
    lined = {kind: line_up(kind, figures) for kind in STATEMENTS}
    found = [one for one in findings(lined, "12-31") if not kinds or one.kind in kinds]
    assert all(holds(piece) for one in found for piece in one.evidence)
    return [(one.kind, one.on.isoformat(), one.amount) for one in found]


MARCH, FEBRUARY, YEAR_END = date(2026, 3, 31), date(2026, 2, 28), date(2025, 12, 31)


@given(st.lists(CENTS, min_size=1, max_size=8), CENTS)
def test_a_trial_balance_is_off_by_exactly_what_it_is_off(amounts: list[Decimal], off: Decimal) -> None:
    rows = [figure("trial-balance", MARCH, f"1{n:03d}", f"Account {n}", one) for n, one in enumerate(amounts)]
    rows.append(figure("trial-balance", MARCH, "3000", "Capital", off - sum(amounts, Decimal(0))))
    assert said(*rows) == ([("foot", "2026-03-31", abs(off))] if off else [])


@given(CENTS, CENTS, CENTS)
def test_opening_and_activity_are_the_closing_balance(opening: Decimal, activity: Decimal, off: Decimal) -> None:
    def row(measure: str, amount: Decimal, number: str = "1010") -> Figure:
        return figure("trial-balance", MARCH, number, "Cash", amount, measure=measure, period_start=date(2026, 3, 1))

    closing = opening + activity + off
    found = said(row("opening", opening), row("activity", activity), row("closing", closing), kinds=("roll",))
    assert found == ([("roll", "2026-03-31", abs(off))] if off else [])


def test_opening_balances_are_the_closing_ones_before_and_both_cells_are_shown() -> None:
    rows = [
        figure("trial-balance", FEBRUARY, "1010", "Cash", "100.00"),
        figure("trial-balance", MARCH, "1010", "Cash", "90.00", measure="opening", period_start=date(2026, 3, 1)),
        figure("trial-balance", MARCH, "1010", "Cash", "90.00", period_start=date(2026, 3, 1)),
    ]
    (found,) = [one for one in findings({k: line_up(k, rows) for k in STATEMENTS}, "12-31") if one.kind == "roll"]
    assert found.amount == Decimal("10.00")
    assert found.lines == ("1010 Cash: off by $10.00",)
    assert "February 28, 2026" in found.message
    assert all(holds(piece) for piece in found.evidence)


def test_income_follows_from_the_month_between() -> None:
    rows = [
        figure("trial-balance", FEBRUARY, "4000", "Sales", "-1000.00"),
        figure("trial-balance", MARCH, "4000", "Sales", "-1900.00"),
        figure("profit-and-loss", MARCH, "4000", "Sales", "-850.00"),
    ]
    assert said(*rows, kinds=("roll",)) == [("roll", "2026-03-31", Decimal("50.00"))]
    rows[1] = figure("trial-balance", MARCH, "4000", "Sales", "-1850.00")
    assert said(*rows, kinds=("roll",)) == []


@pytest.mark.parametrize(("retained", "off"), [("-300.00", None), ("-290.00", None), ("-250.00", "50.00")])
def test_retained_earnings_take_the_result_of_the_year(retained: str, off: str | None) -> None:
    """100 kept before and 200 earned are 300; the 10 that were distributed may be closed to them or not."""
    rows = [
        figure("trial-balance", YEAR_END, "3900", "Retained Earnings", "-100.00"),
        figure("trial-balance", YEAR_END, "3950", "Distributions", "10.00"),
        figure("trial-balance", YEAR_END, "4000", "Sales", "-200.00"),
        figure("trial-balance", YEAR_END, "1000", "Cash", "290.00"),
        figure("trial-balance", MARCH, "3900", "Retained Earnings", retained),
    ]
    found = [one for one in said(*rows, kinds=("roll",)) if one[1] == "2026-03-31"]
    assert found == ([("roll", "2026-03-31", Decimal(off))] if off else [])


def test_a_month_between_two_is_missing_only_where_the_books_are_monthly() -> None:
    def sales(*months: int) -> list[tuple[str, str, Decimal | None]]:
        ends = [date(2026, month, 30 if month in (4, 6) else 31 if month != 2 else 28) for month in months]
        return said(*(figure("profit-and-loss", end, "4000", "Sales", "-1.00") for end in ends), kinds=("missing",))

    assert sales(1, 2, 5) == [("missing", "2026-04-30", None), ("missing", "2026-03-31", None)]
    assert sales(1, 3, 6) == []  # a quarter's last month is no monthly book


def test_lines_that_do_not_make_the_printed_result_are_said_and_so_is_a_side_that_nothing_tells() -> None:
    net = figure("profit-and-loss", MARCH, None, "net_income", "-80.00", role="total", sign=-1, line=None)
    sales = figure("profit-and-loss", MARCH, "4000", "Sales", "-100.00")
    assert said(net, sales) == [("sum", "2026-03-31", Decimal("20.00"))]
    assert said(net, sales, figure("profit-and-loss", MARCH, "5000", "Flour", "20.00")) == []
    assert said(net, sales, figure("profit-and-loss", MARCH, None, "Sundry", "20.00")) == [("side", "2026-03-31", None)]


def test_guessed_sides_are_not_called_off() -> None:
    assert said(figure("trial-balance", MARCH, "1010", "Cash", "5.00", confidence=0.5)) == [
        ("side", "2026-03-31", None)
    ]


def lined(*figures: Figure) -> Statement:
    return line_up("profit-and-loss", figures)


@given(CENTS, CENTS)
def test_a_change_is_now_less_then(now: Decimal, then: Decimal) -> None:
    books = lined(
        figure("profit-and-loss", FEBRUARY, "5000", "Flour", then),
        figure("profit-and-loss", MARCH, "5000", "Flour", now),
    )
    february, march = books.periods
    (forth,) = compare(books, march, february, Decimal(10), Decimal(5)).changes
    (back,) = compare(books, february, march, Decimal(10), Decimal(5)).changes
    assert (
        forth.by
        == -back.by
        == sum((one.printed for one in (forth.now,) if one), Decimal(0)) - (forth.then.printed if forth.then else 0)
    )
    assert forth.flagged == (
        bool(forth.by) and abs(forth.by) >= 5 and (forth.percent is None or abs(forth.percent) >= 10)
    )
    assert forth.evidence is not None
    assert holds(forth.evidence)


def test_income_that_grows_is_a_positive_change() -> None:
    books = lined(
        figure("profit-and-loss", FEBRUARY, "4000", "Sales", "-100.00"),
        figure("profit-and-loss", MARCH, "4000", "Sales", "-150.00"),
    )
    (one,) = compare(books, books.periods[1], books.periods[0], Decimal(10), Decimal(0)).changes
    assert (one.by, one.percent, one.flagged) == (Decimal("50.00"), Decimal("50.0"), True)


def test_accounts_are_the_same_by_number_else_by_exact_name_and_never_by_guess() -> None:
    books = lined(
        figure("profit-and-loss", FEBRUARY, "5000", "Flour", "1.00"),
        figure("profit-and-loss", MARCH, "5000", "Flour and sugar", "2.00"),
        figure("profit-and-loss", FEBRUARY, None, "Rent", "3.00"),
        figure("profit-and-loss", MARCH, None, "rent", "4.00"),
        figure("profit-and-loss", FEBRUARY, None, "Phone", "5.00"),
        figure("profit-and-loss", MARCH, None, "Phones", "6.00"),
    )
    assert {(one.label, one.names, len(one.amounts)) for one in books.accounts} == {
        ("5000 Flour and sugar", ("Flour and sugar", "Flour"), 2),
        ("rent", ("rent",), 2),
        ("Phone", ("Phone",), 1),
        ("Phones", ("Phones",), 1),
    }


def test_the_document_that_came_last_speaks_for_a_period_and_two_bases_stand_apart() -> None:
    old = figure("profit-and-loss", MARCH, "5000", "Flour", "1.00", document_id="a", path="a.csv")
    new = figure(
        "profit-and-loss",
        MARCH,
        "5000",
        "Flour",
        "2.00",
        document_id="b",
        path="b.csv",
        received_at=RECEIVED.replace(day=10),
    )
    books = lined(old, new)
    assert [(one.path, one.replaced) for one in books.periods] == [("b.csv", (("a", "a.csv"),))]
    assert books.accounts[0].amounts["2026-03-01..2026-03-31"].dollars == 2
    cash, accrual = (
        figure("profit-and-loss", MARCH, "5000", "Flour", n, document_id=basis, basis=basis)
        for n, basis in (("1", "cash"), ("2", "accrual"))
    )
    assert [one.key for one in lined(cash, accrual).periods] == [
        "2026-03-01..2026-03-31/accrual",
        "2026-03-01..2026-03-31/cash",
    ]


def test_periods_are_found_by_the_words_people_use() -> None:
    months = [
        figure("profit-and-loss", date(2026, month, 28), "4000", "S", "-1", period_start=date(2026, month, 1))
        for month in (2,)
    ]
    books = lined(
        *months,
        figure("profit-and-loss", MARCH, "4000", "S", "-1"),
        figure("profit-and-loss", date(2025, 3, 31), "4000", "S", "-1"),
    )
    march = find_period(books, "2026-03")
    assert march is not None
    assert [earlier(books, march, choice) is not None for choice in ("before", "year", "2026-02", "2024")] == [
        True,
        True,
        True,
        False,
    ]
    with pytest.raises(Invalid, match="is no period; write 2026"):
        find_period(books, "last month")
