"""`invoice-draft`: the bill for work that is done, for a person to number and issue.

Inputs: the engagement's unbilled time at standard rates, its fee, the invoices before, its letter. Sections: opening, services, time and
adjustment, terms, closing. A fixed fee is billed less what was billed of it, or by its instalment while the work goes on; hourly work is
billed at its time. Figures: each service with hours and value, the write-up or -down between time and fee, the amount due. A write-down is
shown to the client; a write-up is told to the reviewer alone. To: the client's main contact. A partner checks the fee against the letter.
Drafted by the night when work is finished and not billed (`done-not-billed`), once a month.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from store.errors import Invalid
from workspace.deliverables import sources
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import worth
from workspace.deliverables.occasions import about, for_bill
from workspace.deliverables.support import Printed, Support
from workspace.snapshot import Document, Engagement, Invoice, Snapshot, TimeEntry
from workspace.tie_out import Fact, derive, from_record

_SPAN = re.compile(
    r"\b[A-Z][a-z]+ 20\d\d\s*[-–]\s*[A-Z][a-z]+ 20\d\d\b"
)  # a title that says its period: "April 2025 - March 2026"
CHECKS = (
    "Right client, right engagement, right period",
    "The fee is the one of the engagement letter",
    "No time in the list is somebody else's, or belongs to other work",
    "The invoice has no number yet: the billing system gives it",
)


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    """What to draft when a person asks: the engagement named, else finished work, else work with unbilled time, the most to bill
    first."""
    found = [
        (one.is_open, not worth.unbilled(snapshot, one, today), -amount, one.ref)
        for one in snapshot.engagements
        if engagement_ref in (None, one.ref) and (amount := _to_bill(snapshot, one, today)) > 0
    ]
    if not found:
        where = engagement_ref or snapshot.client.name
        raise Invalid(
            f"nothing of {where} is to be billed: no fee is left, and no billable time with a rate is unbilled"
        )
    return for_bill(min(found)[3], today)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the engagement is gone, or nothing of it is to be billed."""
    engagement = snapshot.engagement_of_ref(about(occasion))
    if engagement is None or _to_bill(snapshot, engagement, today) <= 0:
        raise Invalid(
            f"nothing of {about(occasion)} is to be billed: it is billed, or has neither a fee nor time with a rate"
        )
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    entries = worth.unbilled(snapshot, engagement, today)
    letter = _letter_of(snapshot, engagement)
    variables = {
        **support.letter_to(contact),
        "engagement": support.words(engagement.title, engagement.evidence("title")),
        "period_start": support.day(engagement.period_start, engagement.evidence("period_start")),
        "period_end": support.day(engagement.period_end, engagement.evidence("period_end")),
        "dated": _SPAN.search(engagement.title) is not None,
        "finished_on": _finished(support, engagement),
        "services": _services(support, entries),
        "terms": _terms(support, snapshot),
        **_amounts(support, snapshot, engagement, entries),
    }
    return Gathered(
        title=f"Invoice draft: {engagement.title}, {snapshot.client.name}",
        cls="C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=(*_fee_checks(engagement, letter), *_adjustment(variables), *CHECKS),
        unseen=(
            *support.unseen_of_contact(contact),
            *worth.without_rate(entries),
            *(() if letter else (f"The engagement letter behind {engagement.title}: none on file names its fee",)),
            "Expenses to be passed on: none are on record here",
        ),
        engagement_id=engagement.id,
    )


def _is_fixed(engagement: Engagement) -> bool:
    return engagement.fee_type != "hourly" and engagement.fee is not None


def _to_bill(snapshot: Snapshot, engagement: Engagement, today: date) -> Decimal:
    """What is left to bill: the fixed fee less earlier invoices, else the unbilled time at its rates."""
    if _is_fixed(engagement):
        assert engagement.fee is not None
        bills = worth.bills_of(snapshot, engagement)
        left = engagement.fee - sum((one.amount for one in bills), Decimal(0))
        return min(left, bills[-1].amount) if _by_instalment(engagement, bills) else left
    found = worth.worth(worth.unbilled(snapshot, engagement, today))
    return worth.amount_of(found) if found else Decimal(0)


def _by_instalment(engagement: Engagement, bills: Sequence[Invoice]) -> bool:
    """Whether the fee of work that goes on is billed in equal parts."""
    return engagement.is_open and len({one.amount for one in bills}) == 1


def _amounts(
    support: Support, snapshot: Snapshot, engagement: Engagement, entries: Sequence[TimeEntry]
) -> dict[str, object]:
    """`fee`, `billed` and `bills` (before), `standard` (the time's value), `down` or `up` (the adjustment), `due`."""
    standard = worth.worth(entries)
    known: dict[str, object] = {
        "fixed": _is_fixed(engagement),
        "standard": support.amount(standard) if standard else None,
        "hours": support.hours_of(entries) if entries else None,
        **dict.fromkeys(("fee", "billed", "down", "up", "realized", "instalment")),
    }
    if not _is_fixed(engagement):
        return known | {"due": known["standard"], "bills": []}
    assert engagement.fee is not None
    fee = due = from_record("fee", "money", engagement.fee, engagement.evidence("fee"))
    bills = worth.bills_of(snapshot, engagement)
    before = [from_record("amount", "money", one.amount, one.evidence("amount")) for one in bills]
    if before:
        due = derive.difference("due", fee, before[0] if len(before) == 1 else derive.total("billed", before))
        known["billed"] = support.total(before)
    known |= {"fee": support.amount(fee), "bills": _before(support, snapshot, engagement)}
    if _by_instalment(engagement, bills) and bills[-1].amount < worth.amount_of(due):
        return known | {"instalment": support.amount(before[-1]), "due": support.amount(before[-1])}
    known["due"] = support.amount(due)
    return known | (_adjusted(support, due, standard) if standard else {})


def _adjusted(support: Support, due: Fact, standard: Fact) -> dict[str, Printed]:
    """The write-down or -up that the fee makes of the time, and what part of the time's value it is."""
    gap = worth.amount_of(due) - worth.amount_of(standard)
    if not gap or not worth.amount_of(standard):
        return {}
    pair = (standard, due) if gap < 0 else (due, standard)
    return {
        "down" if gap < 0 else "up": support.amount(derive.difference("adjustment", *pair)),
        "realized": support.amount(derive.share("realized", due, standard)),
    }


def _adjustment(variables: Mapping[str, object]) -> tuple[str, ...]:
    """The write-up or -down, for the reviewer: it is a decision, and the client sees only a write-down."""
    if variables["up"]:
        said = f"Written up by {variables['up']}: the fee is {variables['realized']} of the time at standard rates"
        return (f"{said}; the client is not told",)
    if variables["down"]:
        said = f"Written down by {variables['down']}, to {variables['realized']} of the time at standard rates"
        return (f"{said}; the client sees it: take that section out if you would rather not",)
    return ()


def _before(support: Support, snapshot: Snapshot, engagement: Engagement) -> list[dict[str, object]]:
    return [
        {
            "number": support.words(one.number, one.evidence("number"), name=True),
            "issued_on": support.day(one.issued_on, one.evidence("issued_on")),
            "amount": support.money(one.amount, one.evidence("amount")),
        }
        for one in worth.bills_of(snapshot, engagement)
    ]


def _services(support: Support, entries: Sequence[TimeEntry]) -> list[dict[str, object]]:
    """A line for each service, as the time names it."""
    return [
        {
            "name": support.words(name, worth.field_evidence(part[0], "service"))
            if part[0].service
            else support.plain(name)
        }
        | worth.sums(support, part)
        for name, part in worth.grouped(entries, lambda one: one.service or "Other work")
    ]


def _finished(support: Support, engagement: Engagement) -> Printed | None:
    field = "filed_on" if engagement.filed_on else "finished_on"
    return support.day(getattr(engagement, field), engagement.evidence(field)) if not engagement.is_open else None


def _terms(support: Support, snapshot: Snapshot) -> Printed | None:
    """The days that the client's last invoice gave, None where there is none: the firm's own wording then stands."""
    last = max(snapshot.invoices, key=lambda one: (one.issued_on, one.number), default=None)
    if last is None or last.due_on <= last.issued_on:
        return None
    issued = from_record("issued", "date", last.issued_on, last.evidence("issued_on"))
    due = from_record("due", "date", last.due_on, last.evidence("due_on"))
    return support.amount(derive.days_between("terms", issued, due))


def _letter_of(snapshot: Snapshot, engagement: Engagement) -> Document | None:
    """The newest engagement letter on file that states a fee and ends within the engagement's period."""
    letters = [one for one in snapshot.of_kind("engagement-letter") if one.number("fee") is not None]
    named = [one for one in letters if engagement.title.casefold() in one.path.casefold()]
    return max(named, key=lambda one: (one.day("letter_date") or date.min, one.path), default=None)


def _fee_checks(engagement: Engagement, letter: Document | None) -> tuple[str, ...]:
    """A fee on record that is not the letter's is the first thing to look at."""
    found = []
    fee = letter.number("fee") if letter else None
    if letter is not None and fee is not None and engagement.fee is not None and fee != engagement.fee:
        found.append(
            f"The letter {letter.name} says ${fee:,.2f}, the record ${engagement.fee:,.2f}: settle which before billing"
        )
    if engagement.is_open:
        found.append("The work is not finished: see that the letter lets you bill now")
    return tuple(found)
