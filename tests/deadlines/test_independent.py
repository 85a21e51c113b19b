"""The engine against a second reckoning, written from the words of the practice's deadlines page and sharing no code with the engine.

Here dates are found by walking a calendar sheet day by day: holidays by counting Mondays on it, a "15th of month 4" by leafing month by
month, a roll by going on until a day is open. 20,000 random cases of rule, year and fiscal year end; each cell of the page's table; the
development pack's dates where it lies beside the checkout.
"""

import calendar
import json
import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from store.errors import Invalid
from workspace.deadlines import estimates, event_deadline, notice_deadline, payroll_deposit, return_deadline, roll
from workspace.deadlines.deadline import Deadline
from workspace.deadlines.rules import table

SHARED = Path(__file__).resolve().parents[3] / "shared"
PAGE, PACK = SHARED / "domain" / "deadlines.md", SHARED / "data" / "real" / "deadlines"
NEXT = timedelta(days=1)
CASES, SEED = 20_000, 7503


class Expected(NamedTuple):
    nominal: date
    due: date
    confirm: bool


# ------------------------------------------------------------------ which days are closed, from the statutes


def _mondays(year: int, month: int) -> list[int]:
    return [week[calendar.MONDAY] for week in calendar.monthcalendar(year, month) if week[calendar.MONDAY]]


def _kept_on(day: date) -> set[date]:
    """A holiday of a fixed date with the day on which it is kept (5 U.S.C. §6103(b), D.C. Code §28-2701)."""
    if day.weekday() == calendar.SATURDAY:
        return {day, day - NEXT}
    return {day, day + NEXT} if day.weekday() == calendar.SUNDAY else {day}


@cache
def federal(year: int) -> frozenset[date]:
    fixed = [(1, 1), (7, 4), (11, 11), (12, 25)] + ([(6, 19)] if year >= 2021 else [])
    days = set[date]().union(*(_kept_on(date(year, *day)) for day in fixed), _kept_on(date(year + 1, 1, 1)))
    thursdays = [week[calendar.THURSDAY] for week in calendar.monthcalendar(year, 11) if week[calendar.THURSDAY]]
    days |= {date(year, 1, _mondays(year, 1)[2]), date(year, 2, _mondays(year, 2)[2])}
    days |= {date(year, 5, _mondays(year, 5)[-1]), date(year, 9, _mondays(year, 9)[0])}
    days |= {date(year, 10, _mondays(year, 10)[1]), date(year, 11, thursdays[3])}
    return frozenset(days)


@cache
def district(year: int) -> frozenset[date]:
    days = set(federal(year)) | _kept_on(date(year, 4, 16))
    if year % 4 == 1:
        days.add(date(year, 1, 20) + (NEXT if date(year, 1, 20).weekday() == calendar.SUNDAY else timedelta()))
    return frozenset(days)


def is_open(day: date, state: str | None = None) -> bool:
    patriots = state in ("MA", "ME") and (day.year, day.month, day.day) == (day.year, 4, _mondays(day.year, 4)[2])
    return day.weekday() < 5 and day not in district(day.year) and not patriots


def next_open(day: date, state: str | None = None) -> date:
    while not is_open(day, state):
        day += NEXT
    return day


def court_open(day: date) -> date:
    while day.weekday() > 4 or day in federal(day.year):
        day += NEXT
    return day


# ------------------------------------------------------------------ counting, on a calendar sheet


def leaf(year: int, month: int, forward: int) -> tuple[int, int]:
    """The year and month that many leaves on."""
    for _ in range(forward):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return year, month


def the(day: int | str, year: int, month: int) -> date:
    last = calendar.monthrange(year, month)[1]
    return date(year, month, last if day == "last" else min(int(day), last))


def same_day(day: date, months: int) -> date:
    return the(day.day, *leaf(day.year, day.month, months))


# ------------------------------------------------------------------ the page's tables
# form: (starts, month, day, how the extension goes on from the nominal date)

Longer = Callable[[date], date]


def months(number: int) -> Longer:
    return lambda day: same_day(day, number)


def ten_days(day: date) -> date:
    return day + timedelta(days=10)


def thirty_days(day: date) -> date:
    return day + timedelta(days=30)


def five_and_a_half(day: date) -> date:
    """Five months, and half a month that does not leave its month: April 15 to September 30."""
    fifth = same_day(day, 5)
    half = fifth
    for _ in range(15):
        if (half + NEXT).month == fifth.month:
            half += NEXT
    return half


def middle_of_third_month(day: date) -> date:
    return the(15, *leaf(day.year, day.month, 3))


class Row(NamedTuple):
    starts: str  # "year": the taxpayer's own year end · "calendar": December 31 · "quarter"
    month: int
    day: int | str
    longer: Longer | None
    copy: str | None = None
    doubtful_extension: bool = False


RETURNS: dict[str, Row] = {
    "1065": Row("year", 3, 15, months(6)),
    "1120-S": Row("year", 3, 15, months(6)),
    "1120": Row("year", 4, 15, months(6)),
    "1040": Row("year", 4, 15, months(6)),
    "1041": Row("year", 4, 15, five_and_a_half),
    "990": Row("year", 5, 15, months(6)),
    "990-EZ": Row("year", 5, 15, months(6)),
    "990-PF": Row("year", 5, 15, months(6)),
    "990-N": Row("year", 5, 15, None),
    "709": Row("calendar", 4, 15, months(6)),
    "5500": Row("year", 7, "last", middle_of_third_month),
    "5500-EZ": Row("year", 7, "last", middle_of_third_month),
    "FinCEN 114": Row("calendar", 4, 15, months(6)),
    "941": Row("quarter", 1, "last", ten_days),
    "940": Row("calendar", 1, "last", ten_days),
    "944": Row("calendar", 1, "last", ten_days),
    "945": Row("calendar", 1, "last", ten_days),
    "W-2": Row("calendar", 1, "last", thirty_days, doubtful_extension=True),
    "W-3": Row("calendar", 1, "last", thirty_days, doubtful_extension=True),
    "1099-NEC": Row("calendar", 1, "last", thirty_days, doubtful_extension=True),
    "1099-MISC recipient": Row("calendar", 1, "last", None, "recipient"),
    "1099-MISC recipient-8-10": Row("calendar", 2, 15, None, "recipient-8-10"),
    "1099-B recipient": Row("calendar", 2, 15, None, "recipient"),
    "1099-MISC paper": Row("calendar", 2, 28, thirty_days, "paper"),
    "1099-MISC e-file": Row("calendar", 3, "last", thirty_days, "e-file"),
}
ESTIMATES = {"1040-ES": ((0, 4), (0, 6), (0, 9), (1, 1)), "1120": ((0, 4), (0, 6), (0, 9), (0, 12))}
# days from the notice date, abroad, whether a printed date is the rule (so that the count is to be confirmed), marked [check]
NOTICES: dict[str, tuple[int, int, bool]] = {
    "CP3219A": (90, 150, False),
    "CP3219N": (90, 150, False),
    "Letter 531": (90, 150, False),
    "Letter 3219": (90, 150, False),
    "LT11": (30, 30, False),
    "Letter 1058": (30, 30, False),
    "CP90": (30, 30, False),
    "CP297": (30, 30, False),
    "CDP determination": (30, 30, False),
    "CP11": (60, 60, False),
    "CP12": (60, 60, False),
    "CP13": (60, 60, False),
    "CP2000": (30, 60, True),
    "Letter 2030": (30, 60, True),
    "CP14": (21, 21, True),
    "Letter 525": (30, 30, True),
    "Form 4549": (30, 30, True),
    "5071C": (30, 30, True),
    "4883C": (30, 30, True),
    "972CG": (45, 45, True),
    "226-J": (90, 90, True),
}
COURT = {
    "frcp-answer": 21,
    "frcp-answer-waiver": 60,
    "frcp-answer-united-states": 60,
    "frcp-discovery": 30,
    "frcp-service": 90,
    "frap-appeal": 30,
    "frap-appeal-united-states": 60,
}
BY_MAIL = ("frcp-answer", "frcp-discovery")
Pair = tuple[Deadline | None, Expected]


def of_return(name: str, year: int, month: int, dice: random.Random) -> Pair:
    row, form = RETURNS[name], name.split(" recip")[0].split(" paper")[0].split(" e-file")[0]
    if row.starts == "quarter":
        month = (month + 2) // 3 * 3
    end = the("last", year, month)
    start = date(year, 12, 31) if row.starts == "calendar" else end
    nominal = the(row.day, *leaf(start.year, start.month, row.month))
    longer, confirm = row.longer, False
    begins = year if month == 12 else year - 1
    if form == "1120" and month == 6 and begins < 2026:  # June years: the old rule, [check]
        nominal, longer, confirm = the(15, *leaf(start.year, start.month, 3)), months(7), True
    extended = longer is not None and dice.random() < 0.5
    abroad = form == "1040" and not extended and dice.random() < 0.3
    if extended and longer is not None:
        nominal, confirm = longer(nominal), confirm or row.doubtful_extension
    if abroad:
        nominal = same_day(nominal, 2)
    state = dice.choice([None, "MA", "ME", "PA"])
    found = return_deadline(form, end, state=state, extended=extended, abroad=abroad, copy=row.copy)
    return found, Expected(nominal, next_open(nominal, state), confirm)


def of_estimate(form: str, year: int, month: int, dice: random.Random) -> Pair:
    number = dice.randrange(4)
    first_year, first_month = leaf(year - 1, month, 1)  # the first month of the tax year that ends in that month
    years, of_year = ESTIMATES[form][number]
    nominal = the(15, *leaf(first_year + years, first_month, of_year - 1))
    found = estimates(form, the("last", year, month))[number]
    return found, Expected(nominal, next_open(nominal), False)


def of_notice(number: str, year: int, month: int, dice: random.Random) -> Pair:
    days, days_abroad, by_print = NOTICES[number]
    sent, abroad = date(year, month, dice.randint(1, 28)), dice.random() < 0.3
    last = sent
    for _ in range(days_abroad if abroad else days):
        last += NEXT
    return notice_deadline(number, sent, abroad=abroad), Expected(last, next_open(last), by_print)


def of_refund_suit(number: str, year: int, month: int, dice: random.Random) -> Pair:
    sent = date(year, month, dice.randint(1, 28))
    last = date(year + 2, month, sent.day)
    return notice_deadline(number, sent), Expected(last, next_open(last), False)


def of_b_notice(number: str, year: int, month: int, dice: random.Random) -> Pair:
    day = sent = date(year, month, dice.randint(1, 28))
    left = 15
    while left:
        day += NEXT
        left -= is_open(day)
    return notice_deadline(number, sent), Expected(day, day, True)


def of_printed(number: str, year: int, month: int, dice: random.Random) -> Pair:
    """A date printed on a notice is not rolled, but for the last day to petition."""
    sent = date(year, month, dice.randint(1, 28))
    printed = sent + timedelta(days=90 if number == "CP3219A" else dice.randint(10, 60))
    due = next_open(printed) if number == "CP3219A" else printed
    return notice_deadline(number, sent, printed), Expected(printed, due, False)


def of_event(rule: str, year: int, month: int, dice: random.Random) -> Pair:
    happened = date(year, month, dice.randint(1, 28))
    if rule == "2553":  # two months and fifteen days, the first day of the year being the first of them
        happened = date(year, month, 1) if dice.random() < 0.7 else happened
        nominal = same_day(happened, 2) + timedelta(days=14)
        return event_deadline(rule, happened), Expected(nominal, next_open(nominal), False)
    if rule.startswith("efile"):
        nominal = happened + timedelta(days=5 if "individual" in rule else 10)
        return event_deadline(rule, happened), Expected(nominal, nominal, True)
    nominal = happened + timedelta(days=30)
    return event_deadline(rule, happened), Expected(nominal, next_open(nominal), False)


def of_court(rule: str, year: int, month: int, dice: random.Random) -> Pair:
    served, mail = date(year, month, dice.randint(1, 28)), rule in BY_MAIL and dice.random() < 0.5
    nominal = served + timedelta(days=COURT[rule])
    if mail:
        nominal = court_open(nominal) + timedelta(days=3)
    return event_deadline(rule, served, by_mail=mail), Expected(nominal, court_open(nominal), False)


def of_estate(_: str, year: int, month: int, dice: random.Random) -> Pair:
    death = the(dice.randint(1, 31), year, month)
    nominal, extended = same_day(death, 9), dice.random() < 0.5
    if extended:
        nominal = same_day(nominal, 6)
    found = return_deadline("706", death, extended=extended)
    return found, Expected(nominal, next_open(nominal), False)


def of_deposit(depositor: str, year: int, month: int, dice: random.Random) -> Pair:
    paid = date(year, month, dice.randint(1, 28))
    if depositor == "monthly":
        nominal = the(15, *leaf(year, month, 1))
        found = payroll_deposit(paid, lookback_total=Decimal(50_000), liability=Decimal(9))
        return found, Expected(nominal, next_open(nominal), False)
    start, business = paid, 1
    if depositor == "semiweekly":
        business = 3
        while start.weekday() not in (calendar.TUESDAY, calendar.FRIDAY):
            start += NEXT
    due = start
    while business:
        due += NEXT
        business -= is_open(due)
    owed = Decimal(100_000) if depositor == "next-day" else Decimal(99_999)
    return payroll_deposit(paid, lookback_total=Decimal(50_001), liability=owed), Expected(due, due, False)


Case = tuple[str, Callable[[str, int, int, random.Random], Pair]]
ALL: list[Case] = [
    *((name, of_return) for name in RETURNS),
    *((form, of_estimate) for form in ESTIMATES),
    *((number, of_notice) for number in NOTICES),
    *((number, of_refund_suit) for number in ("105C", "106C")),
    *((number, of_b_notice) for number in ("CP2100", "CP2100A")),
    *(
        (number, of_printed)
        for number in ("CP501", "CP503", "CP504", "CP59", "CP518", "CP259", "Letter 3172", "CP14", "CP3219A")
    ),
    *((rule, of_event) for rule in ("2553", "83b", "efile-rejection-individual", "efile-rejection-business")),
    *((rule, of_court) for rule in COURT),
    ("706", of_estate),
    *((depositor, of_deposit) for depositor in ("monthly", "semiweekly", "next-day")),
]


def test_twenty_thousand_random_dates_are_those_of_a_second_reckoning() -> None:
    dice = random.Random(SEED)
    seen, rules = Counter[str](), set[str]()
    for number in range(CASES):
        name, reckon = ALL[number % len(ALL)]
        year, month = dice.randint(2017, 2060), dice.randint(1, 12)
        found, expected = reckon(name, year, month, dice)
        assert found is not None, (name, year, month)
        assert (found.nominal, found.due) == expected[:2], (name, year, month, found.how, expected)
        assert found.confirm is expected.confirm, (name, year, month, found.how)
        assert found.authority and found.years and found.how, name
        seen[f"{reckon.__name__} {name}"] += 1
        rules.add(found.rule_id)
    assert len(seen) == len(ALL) and sum(seen.values()) == CASES
    # what is left out here: kin of notices and refund claims, which the page gives in words only, and the row without a form
    left = {rule.id for rule in table()} - rules
    assert left == {"notice-math-error-kin", "refund-filed", "refund-paid", "notice-printed"}


def test_what_cannot_be_extended_is_refused() -> None:
    with pytest.raises(Invalid, match="no extension"):
        return_deadline("990-N", date(2025, 12, 31), extended=True)


# ------------------------------------------------------------------ the page's table of rolled dates, read from the page itself

WORDS = {name: number for number, name in enumerate(calendar.month_abbr) if name}


def _cells() -> list[tuple[str, int, str]]:
    """(nominal, year, "Mon Feb 2") of each cell; nothing where the page is not beside this checkout."""
    if not PAGE.exists():
        return []
    part = PAGE.read_text(encoding="utf-8").split("## Dates to test against")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    years = [int(cell) for cell in rows[0][1:]]
    return [(row[0], year, cell) for row in rows[2:] for year, cell in zip(years, row[1:], strict=True)]


CELLS = _cells()
absent = pytest.mark.skipif(not CELLS, reason="the practice's deadlines page is not beside this checkout")


@absent
def test_the_page_has_its_thirty_nine_cells() -> None:
    assert len(CELLS) == 39


@absent
@pytest.mark.parametrize(("nominal", "year", "cell"), CELLS or [("", 0, "")])
def test_each_cell_by_the_engine_and_by_hand(nominal: str, year: int, cell: str) -> None:
    def day(words: str) -> date:
        month, number = words.split()
        return date(year, WORDS[month], int(number))

    weekday, _, due = cell.partition(" ")
    assert roll(day(nominal)) == next_open(day(nominal)) == day(due)
    assert calendar.day_abbr[day(due).weekday()] == weekday


# ------------------------------------------------------------------ the development pack, line by line

QUARTERS = {"Q1": 0, "Q2": 1, "Q3": 2, "Q4": 3}


def _engine(what: str, nominal: date) -> list[Deadline]:
    """Every date that a line of the pack speaks of, by the rules of our table."""
    before = date(nominal.year - 1, 12, 31)
    found: list[Deadline] = []
    for part in re.split(r";\s*", what):
        if part.startswith("1040-ES"):
            number = QUARTERS[part.split()[1]]
            year = nominal.year - 1 if number == 3 else nominal.year
            found.append(estimates("1040-ES", date(year, 12, 31))[number])
        elif part.startswith("Form 941"):
            number = QUARTERS[part.split()[2]]
            year = nominal.year - 1 if number == 3 else nominal.year
            found.append(return_deadline("941", the("last", year, 3 * number + 3)))
        else:
            extended = part.startswith("extended")
            for form in re.findall(r"\d{4}-NEC|1120-S|W-2|\b\d{3,4}\b", part.split("(")[0]):
                found.append(return_deadline(form, before, extended=extended))
    return found


@pytest.mark.skipif(not PACK.exists(), reason="the development pack is not beside this checkout")
def test_every_line_of_the_development_pack_by_the_rules_it_names() -> None:
    rows = [json.loads(line) for line in (PACK / "due_dates.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 44
    for row in rows:
        nominal, due = date.fromisoformat(row["nominal"]), date.fromisoformat(row["due"])
        assert next_open(nominal) == due and row["moved"] is (nominal != due), row
        found = _engine(row["what"], nominal)
        assert found, row
        assert {(one.nominal, one.due) for one in found} == {(nominal, due)}, (row, found)


@pytest.mark.skipif(not PACK.exists(), reason="the development pack is not beside this checkout")
def test_the_packs_holidays_are_the_statutes() -> None:
    rows = [json.loads(line) for line in (PACK / "holidays_us_dc.jsonl").read_text(encoding="utf-8").splitlines()]
    days = {date.fromisoformat(row["date"]) for row in rows}
    years = {day.year for day in days}
    assert {day for year in years for day in district(year) if day.year == year} == days
