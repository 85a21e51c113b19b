"""`write-off-proposal`: what to do with time that stays unbilled and invoices that stay unpaid: bill it, bill a part, or write it off.

Inputs: unbilled time older than the firm's limit (setting `wip-aged`, days), invoices 90 days past due, the engagement's fee and bills.
Sections: amount, cause, choice. Figures: hours and value by person, open balances, realization under each choice. To: the client's
partner; it stays in the firm. Drafted by the night when billable time has aged (`wip-aged`) and no invoice draft is due for it.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from store.errors import Invalid
from workspace.deliverables import sources
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import worth
from workspace.deliverables.occasions import about, for_write_off
from workspace.deliverables.support import Support
from workspace.evidence import RecordEvidence
from workspace.signals.thresholds import resolve
from workspace.snapshot import Engagement, Invoice, Snapshot, TimeEntry
from workspace.tie_out import derive, from_record

CHECKS = (
    "Right client, right engagement",
    "The cause is the real one: ask who did the work",
    "Nothing here was billed outside the books",
    "A write-off is a partner's decision; say who bears it",
)
_OLD = 90  # days past due from which an unpaid invoice is doubtful


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    """What to draft when a person asks: the engagement named, else the work with the oldest unbilled time, else old invoices."""
    refs = [one.ref for one in snapshot.engagements if engagement_ref in (None, one.ref)]
    if engagement_ref is None:
        refs.append(snapshot.client.ref)
    found = [(old[0].date, ref) for ref in refs if (old := _aged(snapshot, ref, today))]
    if found:
        return for_write_off(min(found)[1], today)
    bills = [ref for ref in refs if _doubtful(snapshot, ref, today)]
    if not bills:
        raise Invalid(
            f"{snapshot.client.name} has nothing to write off: no billable time is older than {_limit(snapshot)} days, "
            f"and no invoice is {_OLD} days past due"
        )
    return for_write_off(bills[0], today)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when neither old time nor an old invoice is left."""
    ref = about(occasion)
    engagement = snapshot.engagement_of_ref(ref)
    old, bills = _aged(snapshot, ref, today), _doubtful(snapshot, ref, today)
    total = worth.worth(old)
    if total is None and not bills:
        raise Invalid(f"nothing of {ref} is old and unbilled or unpaid, or none of its time has a rate")
    support = Support(snapshot)
    partner = sources.signer(snapshot)
    title = support.words(engagement.title, engagement.evidence("title")) if engagement else None
    variables = {
        "client": support.client(),
        "titled": title is not None,
        "engagement": title,
        "people": worth.by_person(support, old),
        "total": support.amount(total) if total else None,
        **({f"time_{name}": made for name, made in worth.sums(support, old).items()} if old else {}),
        "limit": support.words(f"{_limit(snapshot)} days", _limit_evidence(snapshot)),
        "bills": [_bill(support, one, today) for one in bills],
        "owed": support.total([support.balance(one, today) for one in bills]) if bills else None,
        **_causes(support, snapshot, engagement, old),
        **_choices(support, snapshot, engagement, old, today),
    }
    return Gathered(
        title=f"Write-off proposal: {engagement.title if engagement else snapshot.client.name}",
        cls="C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=(f"{partner.name} <{partner.email}>",) if partner else (),
        checks=CHECKS,
        unseen=(*worth.without_rate(old), "Why the time was not billed, in the words of who worked it"),
        engagement_id=engagement.id if engagement else None,
    )


def _limit(snapshot: Snapshot) -> int:
    return resolve(snapshot.settings).days("wip-aged", "days")


def _limit_evidence(snapshot: Snapshot) -> RecordEvidence:
    return RecordEvidence("setting:wip-aged", "days", str(_limit(snapshot)))


def _aged(snapshot: Snapshot, ref: str, today: date) -> list[TimeEntry]:
    """Unbilled time of an engagement (of none, for the client's ref) that is older than the limit, oldest first."""
    engagement = snapshot.engagement_of_ref(ref)
    if engagement is None and ref != snapshot.client.ref:
        return []
    before = today - timedelta(days=_limit(snapshot))
    return [one for one in worth.unbilled(snapshot, engagement, today) if one.date < before]


def _doubtful(snapshot: Snapshot, ref: str, today: date) -> list[Invoice]:
    engagement = snapshot.engagement_of_ref(ref)
    if engagement is None and ref != snapshot.client.ref:
        return []
    bills = worth.bills_of(snapshot, engagement)
    return [one for one in bills if one.balance(today) > 0 and (today - one.due_on).days >= _OLD]


def _bill(support: Support, one: Invoice, today: date) -> dict[str, object]:
    return {
        "number": support.words(one.number, one.evidence("number"), name=True),
        "due_on": support.day(one.due_on, one.evidence("due_on")),
        "balance": support.amount(support.balance(one, today)),
    }


def _causes(
    support: Support, snapshot: Snapshot, engagement: Engagement | None, old: Sequence[TimeEntry]
) -> dict[str, object]:
    """What the records say about why: no engagement, no signed letter, a finished fixed fee, the budget used up, services."""
    known: dict[str, object] = {
        **dict.fromkeys(("fee", "billed", "billed_on", "unsigned_since", "budget", "used", "finished_on"))
    }
    known["none"], known["fixed"] = engagement is None, engagement is not None and engagement.fee_type != "hourly"
    known["services"] = [
        {"name": support.words(name, worth.field_evidence(part[0], "service"))} | worth.sums(support, part)
        for name, part in worth.grouped(old, lambda one: one.service or "")
        if name
    ]
    if engagement is None:
        return known
    bills = worth.bills_of(snapshot, engagement)
    if engagement.letter_sent_on is not None and engagement.letter_signed_on is None:
        known["unsigned_since"] = support.day(engagement.letter_sent_on, engagement.evidence("letter_sent_on"))
    if engagement.fee is not None:
        known["fee"] = support.money(engagement.fee, engagement.evidence("fee"))
    if bills:
        known["billed"] = support.total(
            [from_record("amount", "money", one.amount, one.evidence("amount")) for one in bills]
        )
        known["billed_on"] = support.day(bills[-1].issued_on, bills[-1].evidence("issued_on"))
    entries = [one for one in snapshot.time if one.engagement_id == engagement.id]
    if engagement.budget_hours and entries:
        known["budget"] = support.hours(engagement.budget_hours, engagement.evidence("budget_hours"))
        known["used"] = support.hours_of(entries)
    if not engagement.is_open:
        field = "filed_on" if engagement.filed_on else "finished_on"
        known["finished_on"] = support.day(getattr(engagement, field), engagement.evidence(field))
    return known


def _choices(
    support: Support, snapshot: Snapshot, engagement: Engagement | None, old: Sequence[TimeEntry], today: date
) -> dict[str, object]:
    """What each choice gives: `left`, what the fee still allows to bill; `rest`, what would be written off then; `realized`, the
    realization of all time of the engagement when the old time is written off. `propose` is what the records speak for: bill, part,
    off, or ask where they say nothing."""
    none: dict[str, object] = {**dict.fromkeys(("left", "rest", "realized")), "propose": "ask"}
    total = worth.worth(old)
    if engagement is None or total is None:
        return none
    bills = [
        from_record("amount", "money", one.amount, one.evidence("amount"))
        for one in worth.bills_of(snapshot, engagement)
    ]
    billed = (bills[0] if len(bills) == 1 else derive.total("billed", bills)) if bills else None
    entries = [one for one in snapshot.time_on(engagement, today) if one.billable]
    standard = worth.worth(entries)
    if billed and standard and worth.amount_of(standard) > 0:
        none["realized"] = support.amount(derive.share("realized", billed, standard))
    if engagement.fee is not None:
        fee = from_record("fee", "money", engagement.fee, engagement.evidence("fee"))
        left = derive.difference("left", fee, billed) if billed else fee
        room = worth.amount_of(left)
        none["propose"] = "off" if room <= 0 else "part" if room < worth.amount_of(total) else "bill"
        if none["propose"] == "part":
            none["left"] = support.amount(left)
            none["rest"] = support.amount(derive.difference("rest", total, left))
    return none
