"""`trust-statement`: what a client's trust ledger holds and every movement that made it so (Model Rule 1.15).

Inputs: the ledger, its entries, its minimum and the day it was reconciled, the matter's unbilled time. Sections: opening, ledger, balance,
what we ask, closing. Figures: each movement with the balance after it, the balance, unbilled time, what is missing to the minimum. To: the
client's main contact. A partner checks the amounts against the bank. Drafted by the night when a ledger runs low, once a month; class
A below zero, and another partner then releases it. A ledger that is not reconciled is reconciled first: the night drafts nothing.
"""

from datetime import date
from decimal import Decimal

from store.errors import Invalid
from workspace.deadlines import in_words
from workspace.deliverables import sources
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import matters, worth
from workspace.deliverables.occasions import about, for_trust
from workspace.deliverables.support import Printed, Support
from workspace.evidence import RecordEvidence
from workspace.snapshot import Engagement, Snapshot, TimeEntry, TrustLedger
from workspace.tie_out import Fact, derive, from_record

CHECKS = (
    "Right client, right matter, right ledger",
    "The balance is the one of the bank and of the journal: reconcile three ways before this goes out",
    "Every movement is this client's, and each has its paper",
    "The minimum is the one of the fee agreement",
)


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    """What to draft when a person asks: the ledger of the matter named, else the one that holds least."""
    wanted = snapshot.engagement_of_ref(engagement_ref) if engagement_ref else None
    ledgers = [one for one in snapshot.trust if one.until(today) and (wanted is None or one.engagement_id == wanted.id)]
    if not ledgers:
        where = engagement_ref or snapshot.client.name
        raise Invalid(
            f"the firm holds no money in trust for {where}: no ledger with a movement is on record (trust.csv)"
        )
    return for_trust(min(ledgers, key=lambda one: (_sum(one, today), one.id)).id, today)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the ledger is gone or has no movement."""
    ledger = next((one for one in snapshot.trust if one.id == about(occasion)), None)
    balance = matters.held(ledger, today) if ledger else None
    if ledger is None or balance is None:
        raise Invalid("the trust ledger has no movement on record any more")
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    matter = snapshot.engagement(ledger.engagement_id)
    entries = _unbilled(snapshot, matter, today)
    below = worth.amount_of(balance) < 0
    variables = {
        **support.letter_to(contact),
        "matter": support.words(matter.title, matter.evidence("title")) if matter else None,
        "rows": [_row(support, ledger, at) for at in range(len(ledger.until(today)))],
        "balance": support.amount(balance),
        "below": below,
        "reconciled_on": _reconciled(support, ledger, today),
        "minimum": matters.minimum(support, ledger),
        **_short_of(support, ledger, balance, entries),
        "reply_by": support.reply_by(today),
    }
    return Gathered(
        title=f"Trust statement: {matter.title if matter else snapshot.client.name}",
        cls="A" if below else "B",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=(*_first(ledger, today, below), *CHECKS),
        unseen=(
            *support.unseen_of_contact(contact),
            *worth.without_rate(entries),
            "The bank's statement of the trust account, and checks that have not cleared",
            *(() if ledger.minimum is not None else ("A minimum: none was agreed, or none is on record",)),
        ),
        engagement_id=matter.id if matter else None,
    )


def _sum(ledger: TrustLedger, today: date) -> Decimal:
    return sum((one.amount for one in ledger.until(today)), Decimal(0))


def _of(ledger: TrustLedger, field: str) -> RecordEvidence:
    value = getattr(ledger, field)
    return RecordEvidence(f"trust:{ledger.id}", field, "" if value is None else str(value))


def _row(support: Support, ledger: TrustLedger, at: int) -> dict[str, object]:
    """A movement with the balance after it: the sum of all through it."""
    one = ledger.entries[at]
    parts = [
        from_record("entry", "money", each.amount, RecordEvidence(f"trust:{each.id}", "amount", str(each.amount)))
        for each in ledger.entries[: at + 1]
    ]
    after = parts[0] if len(parts) == 1 else derive.total("balance", parts)
    return {
        "day": support.day(one.on, RecordEvidence(f"trust:{one.id}", "on", one.on.isoformat())),
        "memo": support.words(one.memo, RecordEvidence(f"trust:{one.id}", "memo", one.memo)) if one.memo else None,
        "amount": support.amount(parts[-1]),
        "after": support.amount(after),
    }


def _unbilled(snapshot: Snapshot, matter: Engagement | None, today: date) -> list[TimeEntry]:
    """Unbilled time of the ledger's matter; of all matters, for a ledger of the whole client."""
    wanted = [matter] if matter else [one for one in snapshot.engagements if one.template == "matter"]
    return [entry for one in wanted for entry in worth.unbilled(snapshot, one, today)]


def _short_of(
    support: Support, ledger: TrustLedger, balance: Fact, entries: list[TimeEntry]
) -> dict[str, Printed | None]:
    """`unbilled` time, what is `left` after it, and what is `missing` to the minimum (to zero, where the ledger is below it)."""
    known: dict[str, Printed | None] = dict.fromkeys(("hours", "unbilled", "left", "missing"))
    standard, left = worth.worth(entries), balance
    if standard is not None and worth.amount_of(balance) >= 0:
        left = derive.difference("left", balance, standard)
        known |= {
            "hours": support.hours_of(entries),
            "unbilled": support.amount(standard),
            "left": support.amount(left),
        }
    floor = ledger.minimum if ledger.minimum is not None and worth.amount_of(balance) >= 0 else Decimal("0.00")
    if worth.amount_of(left) < floor:
        proof = (
            _of(ledger, "minimum")
            if floor
            else RecordEvidence(f"trust:{ledger.id}", "floor of every trust ledger", "0.00")
        )
        missing = derive.difference("missing", from_record("minimum", "money", floor, proof), left)
        known["missing"] = support.amount(missing)
    return known


def _is_reconciled(ledger: TrustLedger, today: date) -> bool:
    """Whether the reconciliation took in the last movement."""
    return ledger.reconciled_on is not None and ledger.reconciled_on >= ledger.until(today)[-1].on


def _reconciled(support: Support, ledger: TrustLedger, today: date) -> Printed | None:
    """The day that the client is told; an older reconciliation says nothing of what this statement lists."""
    return support.day(ledger.reconciled_on, _of(ledger, "reconciled_on")) if _is_reconciled(ledger, today) else None


def _first(ledger: TrustLedger, today: date, below: bool) -> tuple[str, ...]:
    found = []
    if below:
        found.append(
            "The ledger is below zero: find the movement and restore the money before anything is written to the client"
        )
    if ledger.reconciled_on is None:
        found.append("The ledger was never reconciled: do it first")
    elif not _is_reconciled(ledger, today):
        found.append(
            f"Reconcile first: it was done through {in_words(ledger.reconciled_on)}, before the last movement listed here"
        )
    return tuple(found)
