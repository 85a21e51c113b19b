"""Signals of the firm's own work as money: budgets, work finished and not billed, old unbilled time. Never writes an invoice."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from workspace.deadlines import add_business_days
from workspace.evidence import Evidence
from workspace.signals import words
from workspace.signals.days import business_days_to
from workspace.signals.proof import hours, ratio, time_value
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Engagement, Snapshot, TimeEntry

Raised = Iterator[Signal | BlindSpot]


def wip_over_budget(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """An open engagement has used 80 % of its budget hours with less than 60 % done, or all of them (settings used_percent, done_percent,
    full_percent); the value of its time against its fee where there are no budget hours. Data: time, budget, progress, fee."""
    used, done = (settings.of("wip-over-budget", name) for name in ("used_percent", "done_percent"))
    full = settings.of("wip-over-budget", "full_percent")
    for engagement in snapshot.engagements:
        entries = snapshot.time_on(engagement, today)
        if not engagement.is_open or not entries:
            continue
        value, worth = time_value(entries)
        spent, proof, limit, name = value, worth, engagement.fee, "fee"
        if engagement.budget_hours is not None:
            (spent, proof), limit, name = hours(entries), engagement.budget_hours, "budget_hours"
        if not limit:
            yield BlindSpot(
                snapshot.client.ref,
                f"whether {engagement.ref} is within budget",
                "it has neither budget hours nor a fee",
            )
            continue
        percent = spent / limit * 100
        behind = engagement.progress is not None and engagement.progress < done
        if percent >= full or (percent >= used and behind):
            evidence = (ratio(spent, limit, [proof, engagement.evidence(name)]), engagement.evidence("progress"), worth)
            yield _over(snapshot, engagement, percent, name, value, evidence)


def _over(
    snapshot: Snapshot,
    engagement: Engagement,
    percent: Decimal,
    name: str,
    value: Decimal,
    evidence: tuple[Evidence, ...],
) -> Signal:
    of = "budget hours" if name == "budget_hours" else "fee"
    done = "unknown" if engagement.progress is None else f"{engagement.progress} %"
    return Signal(
        slug="wip-over-budget",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=engagement.ref,
        due=None,
        nominal_due=None,
        dollars=value,
        headline=f"{engagement.title} has used {words.tenths(percent)} % of its {of}",
        rule="80 % of the budget used with less than 60 % done, or all of it used.",
        why_now=f"{words.dollars(value)} of time at standard; progress {done}.",
        next_step="Find out why, then agree a change order or write the time down.",
        minutes=10,
        evidence=evidence,
        basis="record",
        engagement_ref=engagement.ref,
    )


def done_not_billed(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """An engagement was finished more than 5 business days ago (setting business_days) and no invoice was issued for it. Data: stage,
    finished_on (filed_on without it), invoices; dollars are the fee when fixed, else the value of its billable time."""
    wait = settings.days("done-not-billed", "business_days")
    billed = {invoice.engagement_id for invoice in snapshot.invoices}
    for engagement in snapshot.engagements:
        if engagement.is_open or engagement.id in billed:
            continue
        finished = engagement.finished_on or engagement.filed_on
        if finished is None:
            yield BlindSpot(
                snapshot.client.ref,
                f"how long {engagement.ref} has been finished without an invoice",
                "it has no day on which it was finished or filed: enter it",
            )
        elif business_days_to(finished, today) > wait:
            yield _not_billed(snapshot, today, engagement, finished, add_business_days(finished, wait))


def _not_billed(snapshot: Snapshot, today: date, engagement: Engagement, finished: date, due: date) -> Signal:
    field = "finished_on" if engagement.finished_on else "filed_on"
    evidence: list[Evidence] = [engagement.evidence("stage"), engagement.evidence(field)]
    amount = engagement.fee if engagement.fee_type != "hourly" else None
    if amount is not None:
        evidence.append(engagement.evidence("fee"))
    else:
        amount, proof = time_value([e for e in snapshot.time_on(engagement, today) if e.billable])
        evidence.append(proof)
    return Signal(
        slug="done-not-billed",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=engagement.ref,
        due=due,
        nominal_due=due,
        dollars=amount or None,
        headline=f"{engagement.title} was finished on {words.day(finished)} and is not billed",
        rule="An invoice is issued within 5 business days of the work's end.",
        why_now=f"Finished {words.count(business_days_to(finished, today), 'business day')} ago"
        + (f"; {words.dollars(amount)} to bill." if amount else "."),
        next_step="Send the invoice.",
        minutes=5,
        evidence=tuple(evidence),
        basis="record",
        engagement_ref=engagement.ref,
    )


def wip_aged(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """Billable time more than 60 days old (setting days) of which nothing was billed: no invoice of its engagement was issued on or after
    the entry. One an engagement; time without one is taken together under the client. Data: time, invoices."""
    age = timedelta(days=settings.days("wip-aged", "days"))
    issued: dict[str | None, date] = {}
    for bill in snapshot.invoices:
        issued[bill.engagement_id] = max(bill.issued_on, issued.get(bill.engagement_id, bill.issued_on))
    old: dict[str | None, list[TimeEntry]] = defaultdict(list)
    for entry in snapshot.time:
        last = issued.get(entry.engagement_id)
        unbilled = entry.invoice_id is None and (last is None or last < entry.date)
        if entry.billable and unbilled and entry.date < today - age:
            old[entry.engagement_id].append(entry)
    for engagement_id, entries in old.items():
        yield _aged(snapshot, today, snapshot.engagement(engagement_id), entries, age)


def _aged(
    snapshot: Snapshot, today: date, engagement: Engagement | None, entries: list[TimeEntry], age: timedelta
) -> Signal:
    value, proof = time_value(entries)
    first = entries[0].date
    title = engagement.title if engagement else "work without an engagement"
    return Signal(
        slug="wip-aged",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=engagement.ref if engagement else snapshot.client.ref,
        due=first + age,
        nominal_due=first + age,
        dollars=value,
        headline=f"{words.dollars(value)} of time on {title} is unbilled for more than {age.days} days",
        rule=f"Billable time is billed within {age.days} days.",
        why_now=f"The oldest entry is of {words.day(first)}, {(today - first).days} days ago.",
        next_step="Bill it, or write it off with a reason.",
        minutes=5,
        evidence=(proof,),
        basis="record",
        engagement_ref=engagement.ref if engagement else None,
    )
