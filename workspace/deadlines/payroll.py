"""Payroll tax: when the deposit of a pay date is due, the returns of a calendar year, and the amounts that decide.

Deposits have their own roll (business days that skip D.C. holidays, Reg. 31.6302-1), not that of §7503.
"""

from datetime import date, timedelta
from decimal import Decimal

from workspace.deadlines import rules
from workspace.deadlines.calendar import holidays_from, in_words, month_end
from workspace.deadlines.deadline import Deadline, Override, count, finish
from workspace.deadlines.engine import return_deadline

_WEDNESDAY, _FRIDAY = 2, 4


def payroll_deposit(
    paid_on: date, *, lookback_total: Decimal, liability: Decimal, override: Override | None = None
) -> Deadline:
    """When the tax on wages paid on `paid_on` is due at the IRS.

    `lookback_total`: dollars of employment tax in the lookback period; up to $50,000 the depositor is monthly, above it
    semiweekly. `liability`: dollars accumulated in the deposit period up to and including `paid_on`; from $100,000 the next
    business day counts.
    """
    inputs = {"pay date": paid_on.isoformat(), "lookback total": str(lookback_total), "liability": str(liability)}
    how = [f"Wages were paid on {in_words(paid_on)}."]
    next_day = rules.threshold("deposit-next-day", paid_on.year)
    lookback = rules.threshold("deposit-lookback", paid_on.year)
    if liability >= next_day.amount:
        rule, start = rules.by_id("deposit-next-day"), paid_on
        how.append(f"${liability:,} has accumulated, ${next_day.amount:,} or more: the next business day counts.")
    elif lookback_total <= lookback.amount:
        rule, start = rules.by_id("deposit-monthly"), paid_on
        how.append(f"The lookback total ${lookback_total:,} is ${lookback.amount:,} or less: a monthly depositor.")
    else:
        rule, start = rules.by_id("deposit-semiweekly"), semiweekly_period_end(paid_on)
        how.append(f"The lookback total ${lookback_total:,} is above ${lookback.amount:,}: a semiweekly depositor.")
        how.append(f"The semiweekly period ends on {in_words(start)}; at least three business days follow it.")
    nominal = count(rule, start)
    skipped = [
        f"{name}, {in_words(day)}" for day, name in holidays_from(start, nominal).items() if start < day <= nominal
    ]
    how.append(f"{rule.title}: {in_words(nominal)} ({rule.authority}).")
    if rule.business_days and skipped:
        how.append(f"Not counted as a business day: {'; '.join(skipped)}.")
    return finish(rule, rule.form, nominal, inputs, how, sure=True, override=override)


def semiweekly_period_end(paid_on: date) -> date:
    """The Friday of a pay date from Wednesday to Friday, the Tuesday of one from Saturday to Tuesday."""
    day = paid_on.weekday()
    if _WEDNESDAY <= day <= _FRIDAY:
        return paid_on + timedelta(days=_FRIDAY - day)
    return paid_on + timedelta(days=(1 - day) % 7)


def payroll_returns(year: int, *, deposits_on_time: bool = False) -> tuple[Deadline, ...]:
    """The employment tax returns and wage statements of a calendar year: four 941, the 940 and the W-2."""
    quarters = [return_deadline("941", month_end(year, month), extended=deposits_on_time) for month in (3, 6, 9, 12)]
    last = date(year, 12, 31)
    return (*quarters, return_deadline("940", last, extended=deposits_on_time), return_deadline("W-2", last))
