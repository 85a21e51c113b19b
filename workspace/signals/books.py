"""Signals of the client's own books: covenants, trial balances that do not foot or roll, months without a statement."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from workspace.deadlines import month_end
from workspace.evidence import Evidence
from workspace.signals import words
from workspace.signals.ledger import (
    Account,
    Ratio,
    TrialBalance,
    covenant_ratio,
    is_year_end,
    quarter_end,
    trial_balances,
    year_end_before,
    year_end_from,
)
from workspace.signals.proof import difference, total
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import ZERO, Document, Fact, Snapshot

Raised = Iterator[Signal | BlindSpot]
METRICS = {"dscr": "debt service coverage", "current_ratio": "current ratio", "leverage": "leverage"}


def covenant_near(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A loan covenant is within 10 % of its limit (setting percent) or broken, by the client's latest trial balance: for a floor,
    value ≤ limit × 1.10; for a ceiling, value ≥ limit × 0.90. A debt service coverage is asked of a year-end trial balance only. Date: the
    next test day. Data: covenants as read from the agreement, accounts by number. Dollars: the principal."""
    books = list(trial_balances(snapshot))
    for agreement in snapshot.of_kind("loan-agreement"):
        near: list[tuple[dict[str, Fact], Ratio, TrialBalance]] = []
        for covenant in agreement.rows():
            if "covenant_metric" not in covenant or "covenant_threshold" not in covenant:
                continue
            used = books_for(snapshot, covenant["covenant_metric"].value, books)
            value = _value(agreement, covenant, used)
            if used is None or value is None:
                yield _unseen(snapshot, agreement, covenant, used)
            elif _is_near(covenant, value.value, settings.of("covenant-near", "percent") / 100):
                near.append((covenant, value, used))
        if near:
            yield _near(snapshot, today, agreement, near)


def books_for(snapshot: Snapshot, metric: str, books: list[TrialBalance]) -> TrialBalance | None:
    fit = [one for one in books if metric != "dscr" or is_year_end(snapshot.client.fiscal_year_end, one.as_of)]
    return fit[-1] if fit else None


def _value(agreement: Document, covenant: dict[str, Fact], books: TrialBalance | None) -> Ratio | None:
    if books is None or not books.is_numbered or not books.is_sure:
        return None
    return covenant_ratio(covenant["covenant_metric"].value, books, agreement.fact("annual_debt_service"))


def _unseen(
    snapshot: Snapshot, agreement: Document, covenant: dict[str, Fact], books: TrialBalance | None
) -> BlindSpot:
    name = METRICS.get(covenant["covenant_metric"].value, covenant["covenant_metric"].value)
    if books is None:
        why = "no trial balance is on file that it could be computed from: ask for one"
    elif not books.is_numbered:
        why = (
            f"the accounts of {books.document.path} have no numbers to tell assets from liabilities: compute it by hand"
        )
    elif not books.is_sure:
        why = f"debits and credits of {books.document.path} could not be told apart: ask for it as a spreadsheet"
    else:
        why = "the agreement's figure that it is divided by could not be read, or is 0: compute it by hand"
    return BlindSpot(snapshot.client.ref, f"the {name} covenant in {agreement.path}", why)


def _is_near(covenant: dict[str, Fact], value: Decimal, margin: Decimal) -> bool:
    limit = covenant["covenant_threshold"].number
    if limit is None:
        return False
    if is_floor(covenant):
        return value <= limit * (1 + margin)
    return value >= limit * (1 - margin)


def is_floor(covenant: dict[str, Fact]) -> bool:
    """ "Not less than"; without a readable operator, leverage has a ceiling and the other two a floor."""
    operator = covenant.get("covenant_operator")
    if operator is None:
        return covenant["covenant_metric"].value != "leverage"
    return ">" in operator.value


def _near(
    snapshot: Snapshot, today: date, agreement: Document, near: list[tuple[dict[str, Fact], Ratio, TrialBalance]]
) -> Signal:
    due = min((d for c, _, _ in near if (d := _next_test(snapshot, today, c)) is not None), default=None)
    lines: list[str] = []
    evidence: list[Evidence] = []
    for covenant, value, books in near:
        limit = covenant["covenant_threshold"]
        broken = value.value < (limit.number or ZERO) if is_floor(covenant) else value.value > (limit.number or ZERO)
        metric = covenant["covenant_metric"].value
        lines.append(
            f"{METRICS.get(metric, metric)} {words.plain(value.value.quantize(Decimal('0.01')))} against a limit of "
            f"{limit.value}{' (broken)' if broken else ''} at {words.day(books.as_of)}"
        )
        evidence += [covenant[name].evidence for name in sorted(covenant)]
        evidence.append(value.proof)
    principal = agreement.fact("principal")
    return Signal(
        slug="covenant-near",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=agreement.id,
        due=due,
        nominal_due=due,
        dollars=principal.number if principal else None,
        headline=f"Loan covenant: {words.listed(lines)}",
        rule="A covenant within 10 % of its limit, by the latest trial balance.",
        why_now=f"It is tested next on {words.day(due)}." if due else "When it is tested could not be read.",
        next_step="Check the agreement's definitions, then talk to the client before the lender does.",
        minutes=15,
        evidence=(*evidence, *([principal.evidence] if principal else [])),
        basis="fact",
    )


def _next_test(snapshot: Snapshot, today: date, covenant: dict[str, Fact]) -> date | None:
    """The next test day on or after today; None when the agreement's rhythm was not read."""
    tested = covenant.get("covenant_tested")
    months = {"monthly": 1, "quarterly": 3, "semiannually": 6}
    if tested is None:
        return None
    if tested.value in months:
        return quarter_end(today, months[tested.value])
    return year_end_from(snapshot.client.fiscal_year_end, today)


def trial_balance_off(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A trial balance whose debits are not its credits, or whose retained earnings are not those of the last fiscal year end plus that
    year's result (less what was distributed in it, where distributions are closed to them), or that prints opening balances and activity
    which are not its closing balances, or opening balances that are not the closing ones before. Dollars: the difference. Setting
    dollars: what is let pass. Data: the accounts as read; the printed totals where the columns are not sure."""
    allowed = settings.of("trial-balance-off", "dollars")
    books = list(trial_balances(snapshot))
    for one in books:
        foot = _footing(one)
        if foot is None:
            yield BlindSpot(snapshot.client.ref, f"whether {one.document.path} foots", "its columns could not be read")
        elif abs(foot[0]) > allowed:
            yield _off(snapshot, one, abs(foot[0]), "debits and credits differ", foot[1])
        else:
            before = year_end_before(snapshot.client.fiscal_year_end, one.as_of)
            prior = next((other for other in books if other.as_of == before), None)
            yield from _rolls(snapshot, one, prior, allowed)
    yield from _printed_rolls(snapshot, books, allowed)


def _printed_rolls(snapshot: Snapshot, books: list[TrialBalance], allowed: Decimal) -> Raised:
    """Trial balances that print opening balances and activity: each rolls by itself, and from the one before."""
    from workspace.books.checks import rolls  # checks.py is made of this package's arithmetic
    from workspace.books.statements import line_up

    for off in rolls(line_up("trial-balance", snapshot.books)) if snapshot.books else ():
        of = next((one for one in books if one.document.id == off.document_id), None)
        if of is not None and off.amount is not None and off.amount > allowed:
            yield _off(snapshot, of, off.amount, off.message.removeprefix("does not roll: "), *off.evidence)


def _footing(books: TrialBalance) -> tuple[Decimal, Evidence] | None:
    """Debits less credits, by the accounts, or by the printed totals where intake had to guess the columns."""
    if books.is_sure:
        debits = [(a.debit, a.debit_proof) for a in books.accounts if a.debit]
        credits_ = [(a.credit, a.credit_proof) for a in books.accounts if a.credit]
        sides = [total([amount for amount, _ in side], [p for _, p in side]) for side in (debits, credits_)]
        sums = [sum((amount for amount, _ in side), ZERO) for side in (debits, credits_)]
        return sums[0] - sums[1], difference(sums[0], sums[1], sides)
    facts = [books.document.fact(f"total_{side}") for side in ("debit", "credit")]
    if facts[0] is None or facts[1] is None or facts[0].number is None or facts[1].number is None:
        return None
    proof = difference(facts[0].number, facts[1].number, [facts[0].evidence, facts[1].evidence])
    return facts[0].number - facts[1].number, proof


def _rolls(snapshot: Snapshot, books: TrialBalance, prior: TrialBalance | None, allowed: Decimal) -> Raised:
    if prior is None or not (books.is_numbered and prior.is_numbered and books.is_sure and prior.is_sure):
        return
    now, then = (one.named("retained earnings", sign=-1) for one in (books, prior))
    result, taken = prior.net_income(), prior.figure(_distributed)
    off = now.amount - (then.amount + result.amount)
    # Programs close the year's distributions to retained earnings; books kept by hand often do not.
    if abs(off) > allowed and abs(off + taken.amount) > allowed:
        expected = total([then.amount, result.amount], [then.proof, result.proof])
        proof = difference(now.amount, then.amount + result.amount, [now.proof, expected])
        what = f"retained earnings do not follow from {words.day(prior.as_of)}"
        yield _off(snapshot, books, abs(off), what, proof)


def _distributed(account: Account) -> bool:
    name = account.name.lower()
    return 3000 <= (account.number or 0) < 4000 and any(w in name for w in ("distribution", "dividend", "draw"))


def _off(snapshot: Snapshot, books: TrialBalance, amount: Decimal, what: str, *proof: Evidence) -> Signal:
    return Signal(
        slug="trial-balance-off",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=books.document.id,
        due=None,
        nominal_due=None,
        dollars=amount,
        headline=f"The trial balance of {words.day(books.as_of)} is off by {words.dollars(amount)}: {what}",
        rule="Debits equal credits, and retained earnings roll from the last fiscal year end.",
        why_now="Whatever is computed from it is wrong until it is corrected.",
        next_step="Find the entry, and ask the client for a corrected trial balance.",
        minutes=10,
        evidence=proof,
        basis="fact",
    )


def missing_statement(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """`duplicate-or-missing-document`: of one bank account, a month is missing between two statements that are there. One a month. The
    same bytes in two places are no signal. Data: account and period as read from bank statements."""
    months: dict[str, dict[int, Document]] = defaultdict(dict)
    for statement in snapshot.of_kind("bank-statement"):
        account, end = statement.value("account_last4"), statement.day("period_end")
        if account is None or end is None:
            yield BlindSpot(
                snapshot.client.ref, f"the statement in {statement.path}", "its account or its period could not be read"
            )
            continue
        start = statement.day("period_start") or end
        for month in range(_month(min(start, end)) + (start.day > 15 and _month(start) < _month(end)), _month(end) + 1):
            months[account].setdefault(month, statement)
    for account, present in sorted(months.items()):
        for month in range(min(present), max(present)):
            if month not in present:
                yield _missing(snapshot, account, month, present)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _missing(snapshot: Snapshot, account: str, month: int, present: dict[int, Document]) -> Signal:
    name = f"{month // 12}-{month % 12 + 1:02d}"
    last = month_end(month // 12, month % 12 + 1)
    before = present[max(one for one in present if one < month)]
    after = present[min(one for one in present if one > month)]
    facts = [one.fact("period_end") for one in (before, after)]
    return Signal(
        slug="duplicate-or-missing-document",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=f"{account} {name}",
        due=None,
        nominal_due=None,
        dollars=None,
        headline=f"The bank statement of {last:%B %Y} for the account ending in {account} is missing",
        rule="Between two statements of an account no month is missing.",
        why_now=f"Statements before and after {last:%B %Y} are on file; the month cannot be reconciled.",
        next_step="Ask the client for the statement.",
        minutes=3,
        evidence=tuple(fact.evidence for fact in facts if fact is not None),
        basis="fact",
        waits_on_client=True,
        deliverable_slug="pbc-follow-up",
    )
