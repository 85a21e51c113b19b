"""Two periods of a statement against each other: amount, change, percent, and what passes the threshold.

Owns which period is compared with which, and the arithmetic. Gives no cause.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from store.errors import Invalid
from workspace.books.statements import Account, Amount, Period, Statement, balance
from workspace.deadlines import month_end
from workspace.evidence import Evidence

_ZERO = Decimal(0)
CHOICES = {"before": "the period before", "year": "the same period a year earlier"}


@dataclass(frozen=True)
class Change:
    """An account in two periods; None where a period does not have it. Dollars are as the statement prints them: income is positive.
    `percent` of the earlier amount, None where there was none. `flagged`: it passes both thresholds."""

    account: Account
    now: Amount | None
    then: Amount | None
    by: Decimal
    percent: Decimal | None
    flagged: bool

    @property
    def evidence(self) -> Evidence | None:
        """The arithmetic of the change, over both cells; None where only one period has the account."""
        if self.now is None or self.then is None:
            return None
        return balance([(self.now.sign, self.now), (-self.then.sign, self.then)])[1]


@dataclass(frozen=True)
class Comparison:
    """`percent` and `dollars` are the thresholds that were in force."""

    statement: str
    now: Period
    then: Period
    percent: Decimal
    dollars: Decimal
    changes: tuple[Change, ...]


def compare(statement: Statement, now: Period, then: Period, percent: Decimal, dollars: Decimal) -> Comparison:
    """Every account of either period. A change is flagged from `dollars` up, and `percent` of the earlier amount; what is new or gone
    counts by its dollars."""
    changes: list[Change] = []
    for account in statement.accounts:
        a, b = account.amounts.get(now.key), account.amounts.get(then.key)
        if a is None and b is None:
            continue
        new, old = (one.printed if one is not None else _ZERO for one in (a, b))
        by = new - old
        moved = (100 * by / abs(old)).quantize(Decimal("0.1"), ROUND_HALF_UP) if old else None
        large = bool(by) and abs(by) >= dollars and (moved is None or abs(moved) >= percent)
        changes.append(Change(account, a, b, by, moved, large))
    return Comparison(statement.kind, now, then, percent, dollars, tuple(changes))


def find_period(statement: Statement, said: str) -> Period | None:
    """The period that is meant: its key, or 2026, 2026-Q1, 2026-03, 2026-03-31; None where it is not there. Raises Invalid for what is no
    period."""
    exact = next((one for one in statement.periods if one.key == said), None)
    if exact is not None:
        return exact
    start, end = _days(said)
    fits = [
        one
        for one in statement.periods
        if one.end == end and (one.start is None or start is None or one.start == start)
    ]
    return fits[-1] if fits else None


def _days(said: str) -> tuple[date | None, date]:
    if match := re.fullmatch(r"(\d{4})", said):
        return date(int(match[1]), 1, 1), date(int(match[1]), 12, 31)
    if match := re.fullmatch(r"(\d{4})-[Qq]([1-4])", said):
        return date(int(match[1]), int(match[2]) * 3 - 2, 1), month_end(int(match[1]), int(match[2]) * 3)
    try:
        if re.fullmatch(r"\d{4}-\d{2}", said):
            first = date.fromisoformat(f"{said}-01")
            return first, month_end(first.year, first.month)
        one, _, other = said.partition("/")[0].partition("..")
        return (date.fromisoformat(one) if other else None), date.fromisoformat(other or one)
    except ValueError:
        raise Invalid(f"“{said}” is no period; write 2026, 2026-Q1, 2026-03 or 2026-03-31") from None


def earlier(statement: Statement, now: Period, choice: str) -> Period | None:
    """The period to compare with: `before` (the one right before, of the same length; of balances the last one before), `year` (the same a
    year earlier), or a period as `find_period` takes it. None where it is not there. Raises Invalid."""
    same = [one for one in statement.periods if one.key != now.key and one.basis == now.basis]
    if choice == "before":
        if now.start is None:
            return max((one for one in same if one.end < now.end), key=lambda one: one.end, default=None)
        ends = now.start - timedelta(days=1)
        return next((one for one in same if one.end == ends and _alike(one, now)), None)
    if choice == "year":
        end = _year_before(now.end)
        return next((one for one in same if one.end == end and _alike(one, now)), None)
    return find_period(statement, choice)


def _alike(one: Period, other: Period) -> bool:
    if one.months or other.months:
        return one.months == other.months
    if one.start is None or other.start is None:
        return one.start is other.start
    return abs((one.end - one.start) - (other.end - other.start)) <= timedelta(days=1)


def _year_before(day: date) -> date:
    """A year earlier; a month's last day stays one."""
    if (day + timedelta(days=1)).day == 1:
        return month_end(day.year - 1, day.month)
    return day.replace(year=day.year - 1)
