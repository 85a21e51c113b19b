"""What does not hold in a client's books: a statement that does not foot, balances that do not roll, a month that is missing.

Each finding says the amount and points at the cells. Never says why and never corrects.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from workspace.books.statements import Account, Amount, Period, Statement, balance
from workspace.deadlines import month_end
from workspace.evidence import Evidence
from workspace.signals.ledger import year_end_before
from workspace.signals.words import day

_ZERO = Decimal(0)
_SURE = 0.6  # below this, intake only guessed whether an amount is a debit or a credit
_SHOWN = 6  # accounts that a finding names
NAMES = {"trial-balance": "trial balance", "profit-and-loss": "profit and loss", "balance-sheet": "balance sheet"}


@dataclass(frozen=True)
class Finding:
    """`kind`: foot, sum, roll, missing, side. `amount` is the difference in dollars, None where there is none; `lines` name accounts;
    `document_id` is the trial balance that does not roll."""

    kind: str
    statement: str
    on: date
    message: str
    amount: Decimal | None = None
    lines: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    document_id: str = ""


def findings(statements: Mapping[str, Statement], fiscal_year_end: str) -> tuple[Finding, ...]:
    """All of them, the latest period first."""
    books, profit = statements["trial-balance"], statements["profit-and-loss"]
    found = [
        *(one for statement in statements.values() for one in _feet(statement)),
        *(one for statement in statements.values() for one in _missing(statement)),
        *rolls(books),
        *_activity_rolls(books, profit, fiscal_year_end),
        *_retained(books, fiscal_year_end),
    ]
    return tuple(sorted(found, key=lambda one: (-one.on.toordinal(), one.statement, one.kind)))


def _feet(statement: Statement) -> Iterator[Finding]:
    for period in statement.periods:
        if statement.kind == "trial-balance":
            yield from _trial_foots(statement, period)
        elif statement.kind == "profit-and-loss":
            yield from _adds_up(statement, period)
        else:
            yield from _balances(statement, period)


def _trial_foots(statement: Statement, period: Period) -> Iterator[Finding]:
    amounts = [amount for _, amount in statement.amounts(period)]
    if any(figure.confidence < _SURE for amount in amounts for figure in amount.figures):
        printed = [statement.sums.get(name, {}).get(period.key) for name in ("total_debit", "total_credit")]
        amounts = [one for one in printed if one is not None]
        if len(amounts) < len(printed):
            message = "its debits and credits could not be told apart: ask for it as a spreadsheet"
            yield Finding("side", statement.kind, period.end, message)
            return
    off, proof = balance([(1, one) for one in amounts])
    if off:
        side = "debits" if off > 0 else "credits"
        message = f"does not foot: {side} are {_dollars(abs(off))} more"
        yield Finding("foot", statement.kind, period.end, message, abs(off), evidence=(proof,))


def _adds_up(statement: Statement, period: Period) -> Iterator[Finding]:
    rows = statement.amounts(period)
    printed = statement.sums.get("net_income", {}).get(period.key)
    unknown = tuple(account.label for account, amount in rows if account.type is None and amount.dollars)
    if unknown:
        message = f"{len(unknown)} lines are neither income nor expense by their heading, number or name"
        yield Finding("side", statement.kind, period.end, message, lines=unknown[:_SHOWN])
    elif printed is not None and rows:
        off, proof = balance([*((1, amount) for _, amount in rows), (-1, printed)])
        own = off + printed.dollars
        if off:
            message = f"does not add up: its lines make {_dollars(-own)}, it prints a net income of {_dollars(-printed.dollars)}"
            yield Finding("sum", statement.kind, period.end, message, abs(off), evidence=(proof,))


def _balances(statement: Statement, period: Period) -> Iterator[Finding]:
    sums = [statement.sums.get(f"total_{name}", {}).get(period.key) for name in ("assets", "liabilities", "equity")]
    there = [one for one in sums if one is not None]
    if len(there) == len(sums):
        off, proof = balance([(1, one) for one in there])
        if off:
            message = f"does not balance: assets and the other side differ by {_dollars(abs(off))}"
            yield Finding("foot", statement.kind, period.end, message, abs(off), evidence=(proof,))


def _missing(statement: Statement) -> Iterator[Finding]:
    """Months between two that are there, where the books are kept by the month."""
    months = sorted({_month(one.end) for one in statement.periods if _is_month(statement, one)})
    if not any(b - a == 1 for a, b in pairwise(months)):
        return
    for before, after in pairwise(months):
        for month in range(before + 1, after):
            last = month_end(month // 12, month % 12 + 1)
            message = f"of {last:%B %Y} is missing between two months that are there"
            yield Finding("missing", statement.kind, last, message)


def _is_month(statement: Statement, period: Period) -> bool:
    is_end = (period.end + timedelta(days=1)).day == 1
    return is_end and (statement.kind != "profit-and-loss" or period.months == 1)


def _month(end: date) -> int:
    return end.year * 12 + end.month - 1


def rolls(books: Statement) -> tuple[Finding, ...]:
    """Where trial balances that print their opening balances do not roll, by themselves and from the one before."""
    return (*_own_rolls(books), *_opening_rolls(books))


def _own_rolls(books: Statement) -> Iterator[Finding]:
    """Opening and activity are the closing balance, where one trial balance prints all three."""
    for period in books.periods:
        opening, activity = books.openings.get(period.key, {}), books.activities.get(period.key, {})
        off: list[Off] = []
        for account, closing in books.amounts(period) if opening else ():
            parts = [one[account.label] for one in (opening, activity) if account.label in one]
            off += _off(account.label, parts, closing)
        yield from _rolled(books, period, "opening and activity are not the closing balance", off)


def _opening_rolls(books: Statement) -> Iterator[Finding]:
    """The opening balances are the closing ones of the trial balance before."""
    for before, period in pairwise(books.periods):
        opening = books.openings.get(period.key, {})
        start = next((one.period_start for amount in opening.values() for one in amount.figures), None)
        if start is None or before.end != start - timedelta(days=1) or before.basis != period.basis:
            continue
        closing = {account.label: amount for account, amount in books.amounts(before)}
        off = [one for label, now in opening.items() if label in closing for one in _off(label, [closing[label]], now)]
        yield from _rolled(books, period, f"opening balances are not the closing ones of {day(before.end)}", off)


def _activity_rolls(books: Statement, profit: Statement, fiscal_year_end: str) -> Iterator[Finding]:
    """Income and expense of a fiscal year grow by what the profit and loss says of the time between two trial balances."""
    for before, period in pairwise(books.periods):
        start = before.end + timedelta(days=1)
        between = next((one for one in profit.periods if (one.start, one.end) == (start, period.end)), None)
        year_end = year_end_before(fiscal_year_end, period.end)
        if between is None or before.basis != period.basis or (year_end is not None and year_end >= before.end):
            continue
        moved, was = _by_name(profit, between), _by_name(books, before)
        off: list[Off] = []
        for account, closing in books.amounts(period):
            grown = moved.get(_name(account)) or moved.get(account.name.casefold())
            if account.type in ("income", "expense") and grown is not None:
                off += _off(
                    account.label, [one for one in (was.get(_name(account)), grown) if one is not None], closing
                )
        message = f"income and expense do not follow from {day(before.end)} with the profit and loss in between"
        yield from _rolled(books, period, message, off)


def _retained(books: Statement, fiscal_year_end: str) -> Iterator[Finding]:
    """Retained earnings are those of the last fiscal year end with that year's result, less what was distributed where that is closed."""
    for period in books.periods:
        end = year_end_before(fiscal_year_end, period.end)
        prior = next((one for one in books.periods if one.end == end and one.basis == period.basis), None)
        rows = books.amounts(prior) if prior else []
        if not rows or any(account.type is None for account, amount in rows if amount.dollars):
            continue
        then = [amount for account, amount in rows if _is_retained(account)]
        now = [amount for account, amount in books.amounts(period) if _is_retained(account)]
        result = [amount for account, amount in rows if account.type in ("income", "expense")]
        taken = sum((amount.dollars for account, amount in rows if _is_taken(account)), _ZERO)
        if end is None or not now or not then:
            continue
        off, proof = balance([*((1, one) for one in now), *((-1, one) for one in (*then, *result))])
        if off not in (_ZERO, taken):
            message = f"retained earnings do not follow from {day(end)}: they differ by {_dollars(abs(off))}"
            yield Finding("roll", books.kind, period.end, message, abs(off), evidence=(proof,))


def _is_retained(account: Account) -> bool:
    return "retained earnings" in account.name.lower()


def _is_taken(account: Account) -> bool:
    return account.type == "equity" and any(w in account.name.lower() for w in ("distribution", "dividend", "draw"))


Off = tuple[str, Decimal, Evidence]
"""An account, by how much it is off, and the arithmetic over all its cells."""


def _off(label: str, parts: Sequence[Amount], closing: Amount) -> list[Off]:
    off, proof = balance([(1, closing), *((-1, one) for one in parts)])
    return [(label, off, proof)] if off else []


def _rolled(books: Statement, period: Period, what: str, off: Sequence[Off]) -> Iterator[Finding]:
    if not off:
        return
    largest = sorted(off, key=lambda one: (-abs(one[1]), one[0]))[:_SHOWN]
    many = "one account" if len(off) == 1 else f"{len(off)} accounts"
    yield Finding(
        kind="roll",
        statement=books.kind,
        on=period.end,
        message=f"does not roll: {what} ({many})",
        amount=sum((abs(one[1]) for one in off), _ZERO),
        lines=tuple(f"{label}: off by {_dollars(abs(by))}" for label, by, _ in largest),
        evidence=tuple(proof for _, _, proof in largest),
        document_id=period.document_id,
    )


def _by_name(statement: Statement, period: Period) -> dict[str, Amount]:
    return {_name(account): amount for account, amount in statement.amounts(period)}


def _name(account: Account) -> str:
    return account.number or account.name.casefold()


def _dollars(amount: Decimal) -> str:
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"
