"""The arithmetic of proposals and renewals: exact to the cent, whole dollars where prices rise, periods that a term really holds."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import Invalid
from workspace.letters.door import strokes_in
from workspace.letters.proposals import Line, amount_of, periods, totals
from workspace.letters.renewals import next_year, percent_in, raised
from workspace.letters.services import PRICINGS
from workspace.letters.work import period_of, titled

CENT = Decimal("0.01")
prices = st.decimals(min_value=0, max_value=99_999, places=2)
percents = st.decimals(min_value=-50, max_value=100, places=2)


@given(prices, percents, st.sampled_from((1, 5)))
def test_a_raised_price_is_whole_and_nearest(price: Decimal, percent: Decimal, step: int) -> None:
    after = raised(price, percent, step)
    exact = price * (100 + percent) / 100
    assert after % step == 0
    assert abs(after - exact) * 2 <= step  # no other multiple is nearer
    assert (after - exact) * 2 != -step  # halves go up


@given(prices, percents, percents)
def test_a_higher_percentage_never_gives_a_lower_price(price: Decimal, one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert raised(price, low, 5) <= raised(price, high, 5)


def test_a_price_rises_by_hand() -> None:
    assert raised(Decimal("6500"), Decimal(4), 5) == Decimal("6760.00")
    assert raised(Decimal("1250"), Decimal("3.3"), 1) == Decimal("1291.00")  # 1291.25
    assert raised(Decimal("102.50"), Decimal(0), 5) == Decimal("105.00")  # a half goes up
    for step, percent in ((0, "1"), (2, "1"), (1, "101"), (1, "-51")):
        with pytest.raises(Invalid):
            raised(Decimal(1), Decimal(percent), step)
    for text in ("four", "1.234", "NaN", "Infinity"):
        with pytest.raises(Invalid):
            percent_in(text)
    assert percent_in(" 3.5 % ") == Decimal("3.5") and percent_in("") == 0


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(1, 36), st.integers(1, 12))
def test_a_term_of_whole_months_holds_its_periods(start: date, months: int, every: int) -> None:
    start = start.replace(day=min(start.day, 28))
    year, month = divmod(start.month - 1 + months, 12)
    end = date(start.year + year, month + 1, start.day) - timedelta(days=1)
    assert periods(start, end, every) == max(months // every, 1)


lines = st.lists(
    st.builds(
        lambda option, pricing, price, quantity, times: Line(
            "l",
            0,
            option,
            None,
            "t",
            "1040",
            pricing,
            "",
            quantity,
            price,
            None,
            times,
            amount_of(price, quantity, times),
            None,
            None,
        ),
        st.sampled_from(("", "A", "B")),
        st.sampled_from(PRICINGS),
        prices,
        st.decimals(min_value="0.25", max_value=200, places=2),
        st.integers(1, 12),
    ),
    max_size=8,
)


@given(lines)
def test_each_option_is_the_common_lines_and_its_own(some: list[Line]) -> None:
    found = totals(some)
    assert [one.option for one in found] == (sorted({one.option for one in some} - {""}) or [""])
    common = sum((one.amount for one in some if not one.option), Decimal(0))
    own = sum((one.amount for one in some if one.option), Decimal(0))
    assert sum((one.amount - common for one in found), Decimal(0)) == own
    for one in found:
        assert one.amount == one.amount.quantize(CENT) and 0 <= one.estimate <= one.amount


def test_work_that_a_letter_begins_has_its_period() -> None:
    term = (date(2026, 4, 1), date(2027, 3, 31))
    assert period_of("1040", "Individual return", *term, "12-31") == (date(2026, 1, 1), date(2026, 12, 31))
    assert period_of("1040", "2024 Form 1040", *term, "12-31") == (date(2024, 1, 1), date(2024, 12, 31))
    assert period_of("1120", "Return", *term, "06-30") == (date(2025, 7, 1), date(2026, 6, 30))
    assert period_of("1120", "2024 Return", *term, "02-29") == (date(2023, 3, 1), date(2024, 2, 29))
    assert period_of("payroll", "Payroll", *term, "12-31") == term
    assert titled("1040", "Return", date(2026, 12, 31)) == "2026 Return"
    assert titled("1040", "2024 Form 1040", date(2024, 12, 31)) == "2024 Form 1040"
    assert next_year("2025 Form 1040 and 2026 estimates, Form 2848") == "2026 Form 1040 and 2027 estimates, Form 2848"


@given(st.text(max_size=60))
def test_a_drawing_is_numbers_in_its_field_or_refused(text: str) -> None:
    try:
        found = strokes_in(text)
    except Invalid:
        return
    assert all(0 <= x <= 600 for one in found for x in one[::2]) and all(
        0 <= y <= 200 for one in found for y in one[1::2]
    )
