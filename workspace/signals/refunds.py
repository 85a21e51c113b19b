"""The signal of a refund claim whose time runs out. Never decides that a claim is worth filing: somebody opened the work for it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from store.errors import Invalid
from workspace.deadlines import Deadline, in_words, refund_claim_deadline, return_deadline
from workspace.evidence import Evidence
from workspace.signals import words
from workspace.signals.filing_log import ACCEPTED, filings
from workspace.signals.k1 import tax_year
from workspace.signals.proof import due as counted
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import RETURNS, Engagement, Fact, Snapshot

Raised = Iterator[Signal | BlindSpot]
_CLAIM = re.compile(
    r"\b(?:1040-?X|1120-?X|843|1045|1139)\b|\bamend|\brefund claim|claim for (?:a )?refund|protective claim",
    re.IGNORECASE,
)


def refund_claim_closing(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """An open engagement amends a return or claims a refund, and the last day to claim lies within 180 days (setting days) or has passed in
    the last 180. The last day is the later of three years from the day the return of that form and year was filed (an early one counts as
    filed on its due date, before any roll) and two years from the last payment of that year's tax that a schedule shows after the due date.
    Without a filing date it is a blind spot. Data: engagements (title, period, filed_on), e-file reports, estimate schedules. A claim of
    another form than an income tax return is left to a person. IRC §6511(a), (b), §6513(a)."""
    near = timedelta(days=settings.days("refund-claim-closing", "days"))
    for claim in snapshot.engagements:
        if not claim.is_open or not _CLAIM.search(f"{claim.template} {claim.title}"):
            continue
        filed = _filed(snapshot, claim)
        if filed is None:
            yield BlindSpot(
                snapshot.client.ref,
                f"until when {claim.title} can claim a refund",
                "the day the original return was filed is not on record: enter it with last year's engagement",
            )
            continue
        form, day, said = filed
        original = _original_due(claim, form)
        if original is None:
            continue
        paid = _paid(snapshot, claim, original.due)
        paid_on = paid.day if paid is not None else None
        deadline = refund_claim_deadline(filed=day, return_due=original.nominal, paid=paid_on)
        if today - near <= deadline.due <= today + near:
            yield _closing(snapshot, today, claim, deadline, day, said, paid)


def _filed(snapshot: Snapshot, claim: Engagement) -> tuple[str, date, Evidence] | None:
    """The form, the day and the proof of the original return of the claim's period."""
    year = tax_year(claim)
    for one in snapshot.engagements:
        original = one is not claim and one.template in RETURNS and not _CLAIM.search(one.title)
        if original and one.filed_on is not None and tax_year(one) == year:
            return one.template, one.filed_on, one.evidence("filed_on")
    for row in filings(snapshot):
        if row.form in RETURNS and row.year == year and row.status == ACCEPTED and row.on is not None:
            return row.form, row.on, next(fact.evidence for fact in row.facts if fact.name == "date")
    return None


def _original_due(claim: Engagement, form: str) -> Deadline | None:
    """The due date of the return that is amended, without an extension."""
    if claim.period_end is None:
        return None
    try:
        return return_deadline(form, claim.period_end)
    except Invalid:
        return None


def _paid(snapshot: Snapshot, claim: Engagement, due: date) -> Fact | None:
    """The last payment of the year's tax after the return was due; what was paid before counts as paid on that day (§6513(b))."""
    year, found = tax_year(claim), list[Fact]()
    for schedule in snapshot.of_kind("estimate-schedule"):
        for row in schedule.rows():
            paid = row.get("paid_on")
            if paid is not None and paid.day is not None and paid.day > due and "tax_year" in row:
                found += [paid] if row["tax_year"].value == str(year) else []
    return max(found, key=lambda fact: fact.value, default=None)


def _closing(
    snapshot: Snapshot,
    today: date,
    claim: Engagement,
    deadline: Deadline,
    filed: date,
    filed_said: Evidence,
    paid: Fact | None,
) -> Signal:
    gone = deadline.due < today
    said = [filed_said, *([paid.evidence] if paid is not None else [])]
    known = {filed.isoformat(), paid.value if paid is not None else ""}
    # an early return counts from its due date, which nothing on file says: then the words of the rule must do
    proof = [counted(deadline, said)] if set(deadline.inputs.values()) <= known else []
    return Signal(
        slug="refund-claim-closing",
        cls="A",
        client_ref=snapshot.client.ref,
        subject=claim.ref,
        due=deadline.due,
        nominal_due=deadline.nominal,
        dollars=claim.fee,
        headline=f"{claim.title}: the last day to claim {'was' if gone else 'is'} {words.day(deadline.due)}",
        rule=" ".join(deadline.how),
        why_now=f"It {'passed' if gone else 'comes'} {words.away(deadline.due, today)}; a day later nothing can be refunded. "
        f"The return was filed on {in_words(filed)}.",
        next_step="File the claim, certified or electronically, even if its amount is not final: a protective claim keeps the right."
        if not gone
        else "Tell the client that the time is over, and check whether a later payment leaves part of it open.",
        minutes=30,
        evidence=(claim.evidence("title"), claim.evidence("period_end"), *said, *proof),
        basis="record",
        engagement_ref=claim.ref,
    )
