"""Notices, elections, court acts, refund claims and payroll deposits."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import Invalid
from workspace.deadlines import (
    Override,
    event_deadline,
    notice_deadline,
    payroll_deposit,
    refund_claim_deadline,
    roll,
    threshold,
)
from workspace.deadlines.rules import by_id, normal_notice, table

SENT = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("number", "rule", "days"),
    [
        ("CP3219A", "notice-deficiency", 90),
        ("CP3219N", "notice-deficiency", 90),
        ("Letter 531", "notice-deficiency", 90),
        ("Letter 3219", "notice-deficiency", 90),
        ("90-day letter", "notice-deficiency", 90),
        ("LT11", "notice-levy", 30),
        ("Letter 1058", "notice-levy", 30),
        ("CP90", "notice-levy", 30),
        ("CP297", "notice-levy", 30),
        ("CDP determination", "notice-cdp-determination", 30),
        ("CP11", "notice-math-error", 60),
        ("CP 12", "notice-math-error", 60),
        ("CP13A", "notice-math-error", 60),
        ("CP2000", "notice-underreporter", 30),
        ("Letter 2030", "notice-underreporter", 30),
        ("CP14", "notice-balance-due-first", 21),
        ("Letter 525", "notice-exam", 30),
        ("Form 4549", "notice-exam", 30),
        ("5071C", "notice-identity", 30),
        ("Letter 4883C", "notice-identity", 30),
        ("972CG", "notice-972cg", 45),
        ("Letter 226-J", "notice-226j", 90),
    ],
)
def test_days_of_each_notice_where_no_date_is_printed(number: str, rule: str, days: int) -> None:
    found = notice_deadline(number, SENT)
    assert found is not None
    assert (found.rule_id, found.nominal) == (rule, SENT + timedelta(days=days))
    assert found.due == roll(found.nominal)
    assert found.confirm is (by_id(rule).by_print or by_id(rule).status == "check")


def test_two_years_to_sue_and_fifteen_business_days_for_b_notices() -> None:
    suit, leap = notice_deadline("105C", date(2026, 3, 2)), notice_deadline("Letter 106C", date(2024, 2, 29))
    assert suit is not None and suit.due == date(2028, 3, 2)
    assert leap is not None and leap.nominal == date(2026, 2, 28)
    backup = notice_deadline("CP2100A", date(2026, 10, 1))
    assert backup is not None and backup.due == date(2026, 10, 23)  # Columbus Day is not counted


@pytest.mark.parametrize(
    "number", ["Letter 3172", "CP501", "CP503", "CP504", "CP504B", "CP59", "CP518", "CP259", "FTB 4601"]
)
def test_a_notice_that_goes_by_its_printed_date_has_none_until_it_is_read(number: str) -> None:
    assert notice_deadline(number, SENT) is None
    found = notice_deadline(number, SENT, date(2026, 3, 28))
    assert found is not None
    assert (found.due, found.rolled_because, found.confirm) == (
        date(2026, 3, 28),
        None,
        False,
    )  # a Saturday, not rolled


def test_a_printed_date_wins_and_is_not_rolled() -> None:
    found = notice_deadline("CP2000", SENT, date(2026, 4, 4))  # a Saturday
    assert found is not None
    assert (found.nominal, found.due, found.confirm) == (date(2026, 4, 4), date(2026, 4, 4), False)
    checked = notice_deadline("CP14", SENT, date(2026, 3, 23))
    assert checked is not None and not checked.confirm  # the doubtful days were not used


def test_the_last_day_of_a_notice_of_deficiency_is_rolled_printed_or_not() -> None:
    for printed in (None, date(2026, 5, 31)):
        found = notice_deadline("Letter 531", SENT, printed)
        assert found is not None
        assert (found.nominal, found.due) == (date(2026, 5, 31), date(2026, 6, 1))
        assert (found.rolled_because, found.confirm) == ("May 31, 2026 is a Sunday", False)


def test_a_printed_last_day_that_the_law_does_not_give_counts_but_is_to_be_confirmed() -> None:
    found = notice_deadline("CP3219A", SENT, date(2026, 6, 15))
    assert found is not None
    assert (found.due, found.confirm) == (date(2026, 6, 15), True)
    rolled = notice_deadline("CP3219A", SENT, date(2026, 6, 1))
    assert rolled is not None and not rolled.confirm  # the IRS prints the day already rolled


def test_abroad_gives_150_days_and_60_days() -> None:
    petition, answer = notice_deadline("CP3219A", SENT, abroad=True), notice_deadline("CP2000", SENT, abroad=True)
    levy = notice_deadline("LT11", SENT, abroad=True)
    assert petition is not None and petition.nominal == SENT + timedelta(days=150)
    assert answer is not None and answer.nominal == SENT + timedelta(days=60)
    assert levy is not None and levy.nominal == SENT + timedelta(days=30)


def test_a_date_read_from_a_scan_is_to_be_confirmed() -> None:
    found = notice_deadline("CP504", SENT, date(2026, 3, 28), from_scan=True)
    assert found is not None
    assert found.confirm
    assert "Read from the page: confirm." in found.how


def test_a_printed_date_before_the_notice_is_a_misreading() -> None:
    found = notice_deadline("Letter 531", SENT, date(2025, 5, 31))
    assert found is not None
    assert (found.nominal, found.confirm) == (date(2026, 5, 31), True)
    only = notice_deadline("CP504", SENT, date(2025, 5, 31))
    assert only is not None
    assert (only.due, only.confirm) == (date(2025, 5, 31), True)


def test_a_number_of_another_agency_is_not_the_irs_notice_of_that_number() -> None:
    assert notice_deadline("531", SENT, agency="California Franchise Tax Board") is None
    found = notice_deadline("531", SENT, date(2026, 4, 1), agency="Comptroller of Texas")
    assert found is not None
    assert (found.rule_id, found.due) == ("notice-printed", date(2026, 4, 1))
    assert notice_deadline("531", SENT, agency="Internal Revenue Service") == notice_deadline("531", SENT)


def test_a_disaster_postpones_a_notice_too() -> None:
    found = notice_deadline("LT11", SENT, override=Override("IR-2026-1", date(2026, 9, 1)))
    assert found is not None and found.due == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("CP 2000", "CP2000"),
        ("Letter LT11", "LT11"),
        ("ltr 3219", "3219"),
        ("L1058", "1058"),
        ("Notice CP-14", "CP14"),
        ("226-J", "226J"),
    ],
)
def test_notice_numbers_however_written(written: str, normal: str) -> None:
    assert normal_notice(written) == normal


@pytest.mark.parametrize(
    ("first_day", "nominal"),
    [
        ("2026-01-01", "2026-03-15"),
        ("2028-01-01", "2028-03-15"),  # February 29 belongs to the two months
        ("2026-01-07", "2026-03-21"),  # the example of Reg. 1.1362-6(a)(2)(iii)
        ("2025-12-31", "2026-03-15"),
        ("2026-07-01", "2026-09-15"),
    ],
)
def test_the_s_election_runs_from_the_first_day_of_the_year(first_day: str, nominal: str) -> None:
    assert event_deadline("2553", date.fromisoformat(first_day)).nominal.isoformat() == nominal


def test_other_events() -> None:
    assert event_deadline("83b", date(2026, 1, 2)).due == date(2026, 2, 2)  # the thirtieth day is a Sunday
    individual = event_deadline("efile-rejection-individual", date(2026, 4, 14))
    business = event_deadline("efile-rejection-business", date(2026, 3, 16))
    assert (individual.due, individual.confirm) == (date(2026, 4, 19), True)  # calendar days, not rolled
    assert business.due == date(2026, 3, 26)
    with pytest.raises(Invalid, match="does not run from an event"):
        event_deadline("1065", SENT)
    with pytest.raises(Invalid, match="no deadline rule"):
        event_deadline("horoscope", SENT)


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("frcp-answer", 21),
        ("frcp-answer-waiver", 60),
        ("frcp-answer-united-states", 60),
        ("frcp-discovery", 30),
        ("frcp-service", 90),
        ("frap-appeal", 30),
        ("frap-appeal-united-states", 60),
    ],
)
def test_court_days(rule: str, days: int) -> None:
    assert event_deadline(rule, SENT).nominal == SENT + timedelta(days=days)


def test_service_by_mail_adds_three_days_after_the_period_with_its_roll() -> None:
    served = date(2026, 1, 2)  # the thirtieth day is Sunday, February 1
    assert event_deadline("frcp-discovery", served).due == date(2026, 2, 2)
    assert event_deadline("frcp-discovery", served, by_mail=True).due == date(2026, 2, 5)
    assert event_deadline("frap-appeal", served, by_mail=True).due == date(2026, 2, 2)  # not served, entered


def test_a_court_date_rolls_over_the_holidays_of_its_state() -> None:
    assert event_deadline("frcp-discovery", date(2026, 3, 1), state="CA").due == date(2026, 4, 1)
    assert event_deadline("frcp-discovery", date(2026, 3, 1)).due == date(2026, 3, 31)


def test_a_refund_claim_closes_on_the_later_day() -> None:
    due = date(2023, 4, 18)
    early = refund_claim_deadline(filed=date(2023, 2, 1), return_due=due, paid=date(2023, 2, 1))
    assert early.due == date(2026, 4, 20)  # three years from the due date, a Saturday
    late_payment = refund_claim_deadline(filed=date(2023, 4, 18), return_due=due, paid=date(2025, 6, 2))
    assert (late_payment.rule_id, late_payment.due) == ("refund-paid", date(2027, 6, 2))
    assert late_payment.inputs[by_id("refund-paid").counts_from] == "2025-06-02"
    assert "The later of the two counts" in late_payment.how[-1]
    unfiled = refund_claim_deadline(filed=None, return_due=due, paid=date(2024, 2, 29))
    assert unfiled.nominal == date(2026, 2, 28)
    with pytest.raises(Invalid, match="day the return was filed"):
        refund_claim_deadline(filed=None, return_due=due, paid=None)


SMALL, LARGE, TAX = Decimal("50000.00"), Decimal("50000.01"), Decimal("9000.00")


@pytest.mark.parametrize(
    ("paid", "lookback", "liability", "rule", "due"),
    [
        ("2026-03-06", SMALL, TAX, "deposit-monthly", "2026-04-15"),
        ("2026-10-30", SMALL, TAX, "deposit-monthly", "2026-11-16"),  # the 15th is a Sunday
        ("2026-12-31", SMALL, TAX, "deposit-monthly", "2027-01-15"),
        ("2026-03-04", LARGE, TAX, "deposit-semiweekly", "2026-03-11"),  # Wednesday
        ("2026-03-06", LARGE, TAX, "deposit-semiweekly", "2026-03-11"),  # Friday
        ("2026-03-07", LARGE, TAX, "deposit-semiweekly", "2026-03-13"),  # Saturday
        ("2026-03-10", LARGE, TAX, "deposit-semiweekly", "2026-03-13"),  # Tuesday
        ("2026-05-22", LARGE, TAX, "deposit-semiweekly", "2026-05-28"),  # Memorial Day in between
        ("2026-04-14", LARGE, TAX, "deposit-semiweekly", "2026-04-20"),  # Emancipation Day in between
        ("2026-03-06", SMALL, Decimal("100000"), "deposit-next-day", "2026-03-09"),
        ("2026-03-06", LARGE, Decimal("99999.99"), "deposit-semiweekly", "2026-03-11"),
        ("2026-07-02", LARGE, Decimal("250000"), "deposit-next-day", "2026-07-06"),
    ],
)
def test_payroll_deposits(paid: str, lookback: Decimal, liability: Decimal, rule: str, due: str) -> None:
    found = payroll_deposit(date.fromisoformat(paid), lookback_total=lookback, liability=liability)
    assert (found.rule_id, found.due.isoformat()) == (rule, due)


def test_a_deposit_moved_by_a_holiday_names_it() -> None:
    found = payroll_deposit(date(2026, 5, 22), lookback_total=LARGE, liability=TAX)
    assert found.how[-1] == "Not counted as a business day: Memorial Day, May 25, 2026."


@given(st.dates(date(2024, 1, 1), date(2030, 12, 1)))
def test_without_a_holiday_semiweekly_deposits_fall_on_wednesday_or_friday(paid: date) -> None:
    found = payroll_deposit(paid, lookback_total=LARGE, liability=TAX)
    expected = 2 if paid.weekday() in (2, 3, 4) else 4
    if not any("Not counted" in sentence for sentence in found.how):
        assert found.due.weekday() == expected
    assert found.due - paid >= timedelta(days=3)


def test_the_threshold_of_form_1099_nec_by_year() -> None:
    assert [threshold("1099-nec", year).amount for year in (2024, 2025, 2026, 2027)] == [600, 600, 2000, 2000]
    assert [threshold("1099-nec", year).status for year in (2025, 2026, 2027)] == ["sure", "sure", "check"]
    with pytest.raises(Invalid, match="no threshold"):
        threshold("1099-k", 2026)


def test_the_table_names_an_authority_for_every_rule_and_no_id_twice() -> None:
    rows = table()
    assert len({row.id for row in rows}) == len(rows)
    assert all(row.authority and row.title for row in rows)
    numbers = [form for row in rows if row.kind == "notice" for form in row.forms]
    assert len(set(numbers)) == len(numbers)
    assert all(number == normal_notice(number) for number in numbers)
