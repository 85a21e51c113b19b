"""The signal of a client's cash that does not reach: by the bank's statements, the last payroll and the next estimate. Never forecasts
sales."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from workspace.deadlines import month_end
from workspace.evidence import Evidence
from workspace.signals import words
from workspace.signals.proof import difference, total
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import ZERO, Document, Fact, Snapshot

Raised = Iterator[Signal | BlindSpot]
_MONTHS = 3  # statements a burn is measured over
_YEAR = timedelta(days=366)
_SOON = timedelta(days=45)  # a corporate instalment of April is seen at the February close


@dataclass(frozen=True)
class BankAccount:
    """One bank account: the fact of its latest closing balance, and how much less it was than at the opening of the statement two months
    before; None where those are not on file in a row."""

    closing: Fact
    balance: Decimal
    day: date
    burned: Decimal | None
    burn_proof: Evidence | None


@dataclass(frozen=True)
class Need:
    """What must be paid next: the last payroll once more with its withheld taxes, and estimates of the next 45 days."""

    amount: Decimal
    proof: Evidence
    due: date | None


def cash_runway(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """The next payroll with its taxes and the estimates of the next 45 days come to more than the cash of all bank accounts, or that cash
    lasts less than 3 months (setting months) at the rate of the last three statements. One a client; not asked of households, trusts and
    estates. Date: the next pay day. Data: bank statements of the last 45 days (days) of every account, payroll registers, estimate
    schedules. Statements that are older and would raise it are a blind spot."""
    if snapshot.client.entity_type in ("1040", "1041"):
        return
    accounts = list(accounts_of(snapshot, today))
    need = need_of(snapshot, today)
    if not accounts:
        return
    cash = sum((one.balance for one in accounts), ZERO)
    months = settings.of("cash-runway", "months")
    short = need is not None and need.amount > cash
    burned = sum((one.burned or ZERO for one in accounts), ZERO)
    known = all(one.burned is not None for one in accounts)
    thin = known and burned > 0 and cash * _MONTHS < months * burned
    if not (short or thin):
        return
    oldest = min(one.day for one in accounts)
    if oldest < today - timedelta(days=settings.days("cash-runway", "days")):
        yield BlindSpot(
            snapshot.client.ref,
            "whether the cash reaches",
            f"it would not by a bank statement of {words.day(oldest)}, which is too old to tell: ask for the next ones",
        )
        return
    yield _short(snapshot, accounts, cash, need if short else None, burned, months)


def accounts_of(snapshot: Snapshot, today: date) -> Iterator[BankAccount]:
    """The accounts with a statement in the last twelve months."""
    found: dict[str, dict[date, Document]] = {}
    for one in snapshot.of_kind("bank-statement"):
        end = one.day("period_end")
        if end is not None and today - _YEAR <= end <= today and one.number("closing_balance") is not None:
            found.setdefault(one.value("account_last4") or "", {})[end] = one
    for name in sorted(found):
        ends = sorted(found[name])
        closing = found[name][ends[-1]].fact("closing_balance")
        if closing is not None and closing.number is not None:
            yield BankAccount(closing, closing.number, ends[-1], *_burned([(end, found[name][end]) for end in ends]))


def _burned(statements: list[tuple[date, Document]]) -> tuple[Decimal | None, Evidence | None]:
    """How much the account lost over its last three statements, which must follow each other by the month."""
    last = statements[-_MONTHS:]
    ends = [end for end, _ in last]
    in_a_row = all(month_end(a.year, a.month + 1) == month_end(b.year, b.month) for a, b in pairwise(ends))
    opening, closing = last[0][1].fact("opening_balance"), last[-1][1].fact("closing_balance")
    if len(last) < _MONTHS or not in_a_row or opening is None or closing is None:
        return None, None
    if opening.number is None or closing.number is None:
        return None, None
    return opening.number - closing.number, difference(
        opening.number, closing.number, [opening.evidence, closing.evidence]
    )


def need_of(snapshot: Snapshot, today: date) -> Need | None:
    registers = [(day, one.path, one) for one in snapshot.of_kind("payroll-register") if (day := one.day("pay_date"))]
    parts: list[Fact] = []
    due: date | None = None
    if registers:
        days = sorted({day for day, _, _ in registers})
        gross = max(registers)[2].fact("gross")
        if gross is not None and gross.number and today - _SOON <= days[-1] <= today:
            parts.append(gross)
            due = next_pay(days, today)
    for schedule in snapshot.of_kind("estimate-schedule"):
        for row in schedule.rows():
            amount, on = row.get("amount"), row["due"].day if "due" in row else None
            if (
                amount is not None
                and amount.number
                and on is not None
                and "paid_on" not in row
                and today <= on <= today + _SOON
            ):
                parts.append(amount)
    if not parts:
        return None
    amounts = [fact.number or ZERO for fact in parts]
    return Need(sum(amounts, ZERO), total(amounts, [fact.evidence for fact in parts]), due)


def next_pay(days: list[date], today: date) -> date | None:
    """The next pay day by the step between the last two; None with only one."""
    if len(days) < 2:
        return None
    step, day = days[-1] - days[-2], days[-1]
    while day < today:
        day += step
    return day


def _short(
    snapshot: Snapshot, accounts: list[BankAccount], cash: Decimal, need: Need | None, burned: Decimal, months: Decimal
) -> Signal:
    have = total([one.balance for one in accounts], [one.closing.evidence for one in accounts])
    if need is not None:
        lacking, evidence = need.amount - cash, [difference(need.amount, cash, [need.proof, have])]
        headline = f"The next payroll and tax are {words.dollars(lacking)} more than the cash in the bank"
        why = f"{words.dollars(need.amount)} to pay, {words.dollars(cash)} in the bank."
    else:
        lost = total([one.burned or ZERO for one in accounts], [one.burn_proof for one in accounts if one.burn_proof])
        lacking, evidence = (months * burned / _MONTHS - cash).quantize(words.CENT), [have, lost]
        headline = f"The client's cash lasts {words.tenths(cash * _MONTHS / burned)} months at the rate it is spent"
        why = f"{words.dollars(cash)} in the bank, {words.dollars(burned)} less than three months before."
    return Signal(
        slug="cash-runway",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=snapshot.client.ref,
        due=need.due if need is not None else None,
        nominal_due=need.due if need is not None else None,
        dollars=lacking,
        headline=headline,
        rule=f"Cash covers the next payroll and tax, and {words.plain(months)} months at the rate of the last three statements.",
        why_now=f"{why} The last statement is of {words.day(min(one.day for one in accounts))}.",
        next_step="Call the client: withheld taxes come first. Go through receivables, the credit line and what can wait.",
        minutes=20,
        evidence=tuple(evidence),
        basis="fact",
    )
