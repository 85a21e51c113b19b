"""Signals of client money that a law firm holds: ledgers that run low or below zero, months that were not reconciled. Never moves money."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from workspace.deadlines import month_end
from workspace.evidence import DerivedEvidence, Evidence, RecordEvidence
from workspace.signals import words
from workspace.signals.proof import difference, time_value, total
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.matters import TrustLedger
from workspace.snapshot.model import Engagement, Snapshot, TimeEntry

Raised = Iterator[Signal | BlindSpot]


def trust_low(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A trust ledger is below zero; or its balance less the unbilled time of its matter is below the minimum that was agreed (a setting
    dollars is added to every minimum, 0 by default). One a ledger. Data: the ledger's movements through the day and its minimum, billable
    time of the matter since its last invoice. Unbilled time without rates is a blind spot. Dollars: what is missing. Model Rule 1.15(a),
    (c): no client's money pays for another's."""
    for ledger in snapshot.trust:
        entries = ledger.until(today)
        balance = total([one.amount for one in entries], [_amount(one.id, one.amount) for one in entries])
        held = sum((one.amount for one in entries), Decimal(0))
        matter = snapshot.engagement(ledger.engagement_id)
        if held < 0:
            yield _low(
                snapshot,
                ledger,
                matter,
                -held,
                f"is {words.dollars(-held)} below zero",
                "No ledger may be below zero.",
                (balance,),
            )
            continue
        if ledger.minimum is None:
            continue
        work = _unbilled(snapshot, matter, today)
        worth, proof = time_value(work)
        if work and any(entry.rate is None for entry in work):
            yield BlindSpot(
                snapshot.client.ref,
                f"whether the trust money of {_name(snapshot, matter)} covers its unbilled time",
                "some of that time has no rate: enter it",
            )
        floor = ledger.minimum + settings.of("trust-low", "dollars")
        left = held - worth
        if left < floor:
            minimum = RecordEvidence(f"trust:{ledger.id}", "minimum", str(ledger.minimum))
            evidence: tuple[Evidence, ...] = (difference(held, worth, [balance, proof]), minimum)
            said = f"covers its unbilled time with {words.dollars(left)} left, {words.dollars(floor - left)} under its minimum"
            rule = f"The balance less unbilled time is not below the agreed minimum of {words.dollars(ledger.minimum)}."
            yield _low(snapshot, ledger, matter, floor - left, said, rule, evidence)


def _amount(entry_id: str, amount: Decimal) -> Evidence:
    return RecordEvidence(f"trust:{entry_id}", "amount", str(amount))


def _name(snapshot: Snapshot, matter: Engagement | None) -> str:
    return matter.title if matter is not None else snapshot.client.name


def _unbilled(snapshot: Snapshot, matter: Engagement | None, today: date) -> list[TimeEntry]:
    """Billable time of the ledger's matter (of all matters, for a ledger of the whole client) after its last invoice."""
    matters = [matter] if matter is not None else [one for one in snapshot.engagements if one.template == "matter"]
    found: list[TimeEntry] = []
    for one in matters:
        issued = max((bill.issued_on for bill in snapshot.invoices if bill.engagement_id == one.id), default=date.min)
        entries = snapshot.time_on(one, today)
        found += [entry for entry in entries if entry.billable and entry.invoice_id is None and entry.date > issued]
    return found


def _low(
    snapshot: Snapshot,
    ledger: TrustLedger,
    matter: Engagement | None,
    missing: Decimal,
    said: str,
    rule: str,
    evidence: tuple[Evidence, ...],
) -> Signal:
    return Signal(
        slug="trust-low",
        cls="A",
        client_ref=snapshot.client.ref,
        subject=ledger.id,
        due=None,
        nominal_due=None,
        dollars=missing,
        headline=f"The trust ledger of {_name(snapshot, matter)} {said}",
        rule=f"{rule} Model Rule 1.15.",
        why_now=f"{words.dollars(missing)} is missing; pay nothing out of this ledger before it is there.",
        next_step="Find the movement that did it and restore the money today, or ask the client to fill the retainer up.",
        minutes=15,
        evidence=evidence,
        basis="record",
        engagement_ref=matter.ref if matter is not None else None,
    )


def trust_unreconciled(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A month of a trust ledger with movements was not reconciled (bank, ledgers and journal, three ways) within 30 days of its end
    (setting days). One a ledger. Date: those 30 days after the end of the oldest such month. Data: the day through which the ledger was
    last reconciled, its movements; a ledger never reconciled counts from the month of its first. Model Rule 1.15(a) and the states' rules
    on trust records, which ask for it by the month."""
    wait = timedelta(days=settings.days("trust-unreconciled", "days"))
    for ledger in snapshot.trust:
        entries = ledger.until(today)
        if not entries:
            continue
        month = _first_open(ledger, entries[0].on)
        due = month + wait
        if due < today:
            yield _unreconciled(snapshot, ledger, month, due)


def _first_open(ledger: TrustLedger, first: date) -> date:
    """The end of the first month that was not reconciled to its last day."""
    done = ledger.reconciled_on
    if done is None:
        return month_end(first.year, first.month)
    end = month_end(done.year, done.month)
    return month_end(end.year, end.month + 1) if done == end else end


def _unreconciled(snapshot: Snapshot, ledger: TrustLedger, month: date, due: date) -> Signal:
    matter = snapshot.engagement(ledger.engagement_id)
    last = words.day(ledger.reconciled_on) if ledger.reconciled_on is not None else "never"
    balance = total(
        [one.amount for one in ledger.entries if one.on <= month],
        [_amount(one.id, one.amount) for one in ledger.entries if one.on <= month],
    )
    return Signal(
        slug="trust-unreconciled",
        cls="B",
        client_ref=snapshot.client.ref,
        subject=ledger.id,
        due=due,
        nominal_due=due,
        dollars=_held(balance),
        headline=f"The trust ledger of {_name(snapshot, matter)} is not reconciled for {month:%B %Y}",
        rule="Bank, ledgers and journal of trust money are reconciled three ways every month (Model Rule 1.15).",
        why_now=f"Last reconciled: {last}; {month:%B %Y} was to be done by {words.day(due)}.",
        next_step="Reconcile the month with the bank's statement, and have a lawyer sign it.",
        minutes=20,
        evidence=(
            RecordEvidence(
                f"trust:{ledger.id}", "reconciled_on", ledger.reconciled_on.isoformat() if ledger.reconciled_on else ""
            ),
            balance,
        ),
        basis="record",
        engagement_ref=matter.ref if matter is not None else None,
    )


def _held(balance: DerivedEvidence) -> Decimal:
    return Decimal(balance.formula.rpartition(" = ")[2])
