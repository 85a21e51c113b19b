"""Signals of payroll: employment tax deposited late or not at all, returns of it, deferrals held too long. Never pays anything."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from workspace.deadlines import Deadline, add_business_days, add_months, payroll_deposit, threshold
from workspace.deadlines.payroll import semiweekly_period_end
from workspace.evidence import DerivedEvidence, Evidence
from workspace.signals import words
from workspace.signals.deposit_log import Deposit, PayRun, deposits, pay_runs, tax_of
from workspace.signals.proof import due as counted
from workspace.signals.proof import total
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import ZERO, Snapshot

Raised = Iterator[Signal | BlindSpot]


@dataclass
class Owed:
    """One deposit that wages made due, with the runs and the rows of lists that are about it. `subject` names it over time."""

    subject: str
    deadline: Deadline
    runs: list[PayRun] = field(default_factory=list[PayRun])
    rows: list[Deposit] = field(default_factory=list[Deposit])

    @property
    def last_day(self) -> date:
        """The last pay date that is known of it."""
        days = [run.paid_on for run in self.runs] + [row.until for row in self.rows if row.until is not None]
        return max(days)

    @property
    def is_placed(self) -> bool:
        """Whether every row can be held against the date: a quarter's cannot, and a month's only for a monthly depositor."""
        monthly = self.deadline.rule_id == "deposit-monthly"
        return all(row.paid_on is not None or (monthly and row.month is not None) for row in self.rows)


def payroll_deposit_due(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """Federal employment tax on wages was deposited after its date, was not deposited, or is due within 5 business days (setting
    business_days); dates of the last 120 days (setting days). Monthly, semiweekly or next day by the lookback total (setting
    lookback_dollars, a client's own where it is known; 50,000 and below is monthly) and by $100,000 accumulated. A deposit is missing only
    where the lists go on beyond it; where they end before it, it is a blind spot. Data: payroll registers, lists of deposits. Dollars: what
    was late, or income tax withheld + 15.3 % of gross wages (setting fica_share). IRC §6302, §6656, Reg. 31.6302-1."""
    rows = deposits(snapshot, "tax")
    oldest = today - timedelta(days=settings.days("payroll-deposit", "days"))
    ahead = settings.days("payroll-deposit", "business_days")
    unseen: list[Owed] = []
    for owed in _all_owed(snapshot, settings, rows):
        due = owed.deadline.due
        if not owed.is_placed or due < oldest:
            continue
        late = [row for row in owed.rows if row.deposited_on is not None and row.deposited_on > due]
        if late:
            yield _late(snapshot, owed, late)
        elif owed.rows and all(row.deposited_on is not None for row in owed.rows):
            continue
        elif due < today and _goes_on(owed, rows):
            yield _missing(snapshot, today, owed)
        elif due < today:
            unseen.append(owed)
        elif add_business_days(due, -ahead) <= today and _is_kept(owed, rows):
            yield _missing(snapshot, today, owed)
    if unseen:
        last = max(unseen, key=lambda one: one.deadline.due)
        yield BlindSpot(
            snapshot.client.ref,
            f"whether the payroll tax on wages paid on {words.day(last.last_day)} was deposited",
            "the list of deposits on file does not say: add a newer one"
            if rows
            else "no list of deposits is on file: ask for the EFTPS history",
        )


def _all_owed(snapshot: Snapshot, settings: Thresholds, rows: Sequence[Deposit]) -> list[Owed]:
    """What the registers make due, and what the lists say was deposited for pay dates or months without a register."""
    lookback = settings.of("payroll-deposit", "lookback_dollars")
    found: dict[str, Owed] = {}
    runs = pay_runs(snapshot, settings)
    for run in runs:
        accumulated = sum((one.tax or ZERO for one in runs if _same_period(one, run, lookback)), ZERO)
        owed = _owed(found, run.paid_on, lookback, accumulated)
        owed.runs.append(run)
        owed.rows.extend(row for row in rows if row.is_for(run.paid_on) and row not in owed.rows)
    used = {id(row) for owed in found.values() for row in owed.rows}
    for row in rows:
        until, amount = row.until, row.amount or ZERO
        dated = row.paid_on is not None or (row.month is not None and _is_monthly(until, lookback, amount))
        if until is not None and dated and id(row) not in used:
            _owed(found, until, lookback, amount).rows.append(row)
    return sorted(found.values(), key=lambda one: (one.deadline.due, one.subject))


def _owed(found: dict[str, Owed], paid_on: date, lookback: Decimal, liability: Decimal) -> Owed:
    deadline = payroll_deposit(paid_on, lookback_total=lookback, liability=liability)
    period = f"{paid_on:%Y-%m}" if deadline.rule_id == "deposit-monthly" else paid_on.isoformat()
    return found.setdefault(f"941 {period}", Owed(f"941 {period}", deadline))


def _is_monthly(day: date | None, lookback: Decimal, amount: Decimal) -> bool:
    """Whether a month's total says when it was due: not where part of it may have been due on a single day."""
    if day is None:
        return False
    return lookback <= threshold("deposit-lookback", day.year).amount and (
        amount < threshold("deposit-next-day", day.year).amount
    )


def _same_period(one: PayRun, run: PayRun, lookback: Decimal) -> bool:
    """Whether an earlier run, or this one, accumulates in the deposit period of `run`."""
    if one.paid_on > run.paid_on:
        return False
    if lookback <= threshold("deposit-lookback", run.paid_on.year).amount:
        return (one.paid_on.year, one.paid_on.month) == (run.paid_on.year, run.paid_on.month)
    return semiweekly_period_end(one.paid_on) == semiweekly_period_end(run.paid_on)


def _goes_on(owed: Owed, rows: Sequence[Deposit]) -> bool:
    """The lists tell of a deposit made after the date, or of later wages."""
    return any(
        (row.deposited_on is not None and row.deposited_on > owed.deadline.due)
        or (row.until is not None and row.until > owed.last_day and row.deposited_on is not None)
        for row in rows
    )


def _is_kept(owed: Owed, rows: Sequence[Deposit]) -> bool:
    """The lists are kept up to the month before the wages."""
    since = add_months(owed.last_day.replace(day=1), -1)
    return any(row.until is not None and row.until >= since for row in rows)


def _late(snapshot: Snapshot, owed: Owed, late: list[Deposit]) -> Signal:
    amounts = [(row.amount, row) for row in late if row.amount is not None]
    dollars = sum((amount for amount, _ in amounts), ZERO)
    proofs = [next(f.evidence for f in row.facts if f.name == "amount") for _, row in amounts]
    evidence: list[Evidence] = [one for row in late for one in row.evidence]
    if len(amounts) > 1:
        evidence.append(total([amount for amount, _ in amounts], proofs))
    last = max(row.deposited_on for row in late if row.deposited_on is not None)
    days = (last - owed.deadline.due).days
    return _signal(
        snapshot,
        owed,
        dollars or None,
        f"Payroll tax of {_period(owed)} was deposited {words.count(days, 'day')} late",
        f"It was due on {words.day(owed.deadline.due)} and deposited on {words.day(last)}; the penalty is 2 % up to 5 days, 5 % up to 15, "
        "10 % beyond.",
        "Tell the client; ask for abatement where the history is clean, and see that the next one is scheduled.",
        [*evidence, *_run_evidence(owed)],
    )


def _missing(snapshot: Snapshot, today: date, owed: Owed) -> Signal:
    dollars, proof = tax_of(owed.runs)
    due = owed.deadline.due
    past = due < today
    state = "is not on the list of deposits" if past else f"is due on {words.day(due)}"
    evidence: list[Evidence] = [*_run_evidence(owed), *(one for row in owed.rows for one in row.evidence)]
    return _signal(
        snapshot,
        owed,
        dollars,
        f"Payroll tax of {_period(owed)} {state}",
        f"It {'was' if past else 'is'} due {words.away(due, today)}, and no deposit for it is on file"
        + ("; the lists go on beyond it." if past else "."),
        "Ask the client or the payroll service for the EFTPS confirmation; deposit at once what is missing."
        if past
        else "See that the deposit is scheduled.",
        [*evidence, *([proof] if proof is not None else [])],
    )


def _period(owed: Owed) -> str:
    day = owed.last_day
    return f"{day:%B %Y}" if owed.deadline.rule_id == "deposit-monthly" else f"wages paid on {words.day(day)}"


def _run_evidence(owed: Owed) -> list[Evidence]:
    """The pay dates, and how the date is counted from the one that the deadline names."""
    evidence: list[Evidence] = [run.said for run in owed.runs]
    named = owed.deadline.inputs["pay date"]
    said = [run.said for run in owed.runs if run.paid_on.isoformat() == named]
    said += [f.evidence for row in owed.rows for f in row.facts if f.name == "pay_date" and f.value == named]
    return [*evidence, counted(owed.deadline, said[:1])] if said else evidence


def _signal(
    snapshot: Snapshot,
    owed: Owed,
    dollars: Decimal | None,
    headline: str,
    why_now: str,
    next_step: str,
    evidence: list[Evidence],
) -> Signal:
    return Signal(
        slug="payroll-deposit",
        cls="B",
        client_ref=snapshot.client.ref,
        subject=owed.subject,
        due=owed.deadline.due,
        nominal_due=owed.deadline.nominal,
        dollars=dollars,
        headline=headline,
        rule=f"{' '.join(owed.deadline.how)} The lookback total is a setting of the firm or of this client.",
        why_now=why_now,
        next_step=next_step,
        minutes=15,
        evidence=tuple(dict.fromkeys(evidence)),
        basis="fact",
    )


def deferrals_late(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """Employees' deferrals to a retirement plan were deposited more than 7 business days (setting business_days) after the pay date, in
    the last 365 days (setting days), or are not deposited by then though the list goes on. A list that says months holds the outer limit,
    the 15th business day of the next month (setting month_business_days). A row without a pay date or month, or one that is the list's last
    and has no day of deposit, is a blind spot. Data: lists of deposits of deferrals. 29 CFR 2510.3-102(a)(2), (b); IRC §4975."""
    rows = deposits(snapshot, "deferral")
    oldest = today - timedelta(days=settings.days("deferrals-late", "days"))
    unknown: list[str] = []
    by_day: dict[date, list[Deposit]] = defaultdict(list)
    for row in rows:
        if row.until is None or row.quarter is not None:
            unknown.append(row.document.path)
        elif row.until >= oldest:
            by_day[row.until].append(row)
    for day, paid in sorted(by_day.items()):
        limit = _limit(paid[0], day, settings)
        late = [row for row in paid if row.deposited_on is not None and row.deposited_on > limit]
        missing = [row for row in paid if row.deposited_on is None and limit < today]
        if late or (missing and any(row.deposited_on is not None and row.deposited_on > limit for row in rows)):
            yield _held(snapshot, today, day, limit, late or missing)
        elif missing:
            unknown.append(missing[0].document.path)
    if unknown:
        yield BlindSpot(
            snapshot.client.ref,
            "whether employees' deferrals were deposited in time",
            f"a line of {unknown[-1]} has no pay date or no day of deposit: ask for the plan's record",
        )


def _limit(row: Deposit, day: date, settings: Thresholds) -> date:
    name = "business_days" if row.paid_on is not None else "month_business_days"
    return add_business_days(day, settings.days("deferrals-late", name))


def _held(snapshot: Snapshot, today: date, day: date, limit: date, rows: list[Deposit]) -> Signal:
    amounts = [
        (row.amount, next(f.evidence for f in row.facts if f.name == "amount"))
        for row in rows
        if row.amount is not None
    ]
    proof = [total([amount for amount, _ in amounts], [said for _, said in amounts])] if len(amounts) > 1 else []
    came = max((row.deposited_on for row in rows if row.deposited_on is not None), default=None)
    state = f"were deposited on {words.day(came)}" if came is not None else "are not deposited"
    evidence: list[Evidence] = [one for row in rows for one in row.evidence]
    return Signal(
        slug="deferrals-late",
        cls="B",
        client_ref=snapshot.client.ref,
        subject=f"deferrals {day.isoformat()}",
        due=limit,
        nominal_due=limit,
        dollars=sum((amount for amount, _ in amounts), ZERO) or None,
        headline=f"Deferrals withheld on {words.day(day)} {state}, after {words.day(limit)}",
        rule="Deferrals are plan assets as soon as they can be separated; a small plan is safe within 7 business days of the pay date "
        f"(29 CFR 2510.3-102), here {words.day(limit)}. The 15th business day of the next month is never to be passed.",
        why_now="Late deferrals are a prohibited transaction: earnings are restored to the employees and Form 5330 is filed.",
        next_step="Compute the lost earnings, restore them, and correct under the DOL's program; note it for Form 5500.",
        minutes=30,
        evidence=(*dict.fromkeys(evidence), *_days_proof(rows), *proof),
        basis="fact",
    )


def _days_proof(rows: list[Deposit]) -> Iterator[DerivedEvidence]:
    """The calendar days from pay date to deposit, of each row that says both."""
    for row in rows:
        said = {fact.name: fact.evidence for fact in row.facts}
        if row.paid_on is not None and row.deposited_on is not None:
            days = (row.deposited_on - row.paid_on).days
            formula = f"days_between({row.paid_on}, {row.deposited_on}) = {days}"
            yield DerivedEvidence(formula, (said["pay_date"], said["deposited_on"]))
