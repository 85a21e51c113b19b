"""Signals of what documents say: papers that run out, documents that contradict the record. Never changes a record."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from workspace.evidence import Evidence, RecordEvidence
from workspace.signals import words
from workspace.signals.names import ids_differ, same_name
from workspace.signals.proof import difference
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Contact, Document, Engagement, Fact, Snapshot

Raised = Iterator[Signal | BlindSpot]


def document_expiring(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A lease's notice or end date, or the expiry of an insurance, licence or permit, lies within 60 days (setting days), and no
    other document of the same thing ends later: same tenant and place, same holder and kind of certificate. Data: dates as read. Dollars:
    a year's rent of a lease."""
    ahead = today + timedelta(days=settings.days("document-expiring", "days"))
    papers = [(one, _end(one)) for one in snapshot.of_kind("lease", "certificate")]
    for paper, end in papers:
        if end is None:
            yield BlindSpot(snapshot.client.ref, f"when {paper.path} runs out", "no end could be read: open it")
            continue
        dates = [fact for fact in (paper.fact("notice_by"), end) if fact is not None and fact.day is not None]
        soon = [(fact.day, fact) for fact in dates if fact.day is not None and today <= fact.day <= ahead]
        renewed = any(_follows(paper, end, other, other_end) for other, other_end in papers if other is not paper)
        if soon and not renewed:
            yield _expiring(snapshot, today, paper, min(soon, key=lambda pair: pair[0])[1])


def _end(paper: Document) -> Fact | None:
    fact = paper.fact("end" if paper.kind == "lease" else "expires_on")
    return fact if fact is not None and fact.day is not None else None


def _follows(paper: Document, end: Fact, other: Document, other_end: Fact | None) -> bool:
    """Whether the other document is of the same thing and ends later. What was not read distinguishes nothing."""
    if other.kind != paper.kind or other_end is None or other_end.day is None or end.day is None:
        return False
    who, what = ("tenant", "property") if paper.kind == "lease" else ("holder", "what")
    holders = paper.value(who), other.value(who)
    if None not in holders and not same_name(*holders):
        return False
    things = paper.value(what), other.value(what)
    if things[0] and things[1] and not _same_thing(things[0], things[1]):
        return False
    return other_end.day > end.day


def _same_thing(one: str, other: str) -> bool:
    """Two places are the same by their house number, two kinds of certificate by their word."""
    a, b = (re.search(r"\d+", text) for text in (one, other))
    return a.group() == b.group() if a and b else bool({*one.lower().split()} & {*other.lower().split()})


def _expiring(snapshot: Snapshot, today: date, paper: Document, first: Fact) -> Signal:
    due = first.day
    assert due is not None  # the caller chose it by its day
    is_lease = paper.kind == "lease"
    rent = paper.fact("monthly_rent") if is_lease else None
    what = (
        f"the lease of {paper.value('property') or paper.name}"
        if is_lease
        else f"the {paper.value('what') or 'certificate'}"
    )
    notice = first.name == "notice_by"
    return Signal(
        slug="document-expiring",
        cls="D",
        client_ref=snapshot.client.ref,
        subject=paper.id,
        due=due,
        nominal_due=due,
        dollars=rent.number * 12 if rent is not None and rent.number else None,
        headline=f"{'Notice on ' if notice else ''}{what if notice else what[:1].upper() + what[1:]} "
        f"{'is to be given by' if notice else 'ends on'} {words.day(due)}",
        rule="Leases, insurance, licences and permits are looked at 60, 30 and 7 days before they run out.",
        why_now=f"{words.day(due)} is {words.away(due, today)}; nothing on file follows it.",
        next_step="Ask the client whether it is renewed, and for the new document.",
        minutes=5,
        evidence=(first.evidence, *([rent.evidence] if rent is not None else [])),
        basis="fact",
        waits_on_client=True,
    )


def document_contradicts_record(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """What a document says is not what the record says: (a) the taxpayer id of a notice or (d) of a W-9 in the client's name, (b) the share
    on a K-1 that the client issued against the owner's recorded share, more than 0.05 points apart (setting share_points), (c) the fee of
    a letter against that of the engagement of the same period whose ref it prints (setting dollars: what is let pass)."""
    points = settings.of("document-contradicts-record", "share_points")
    cents = settings.of("document-contradicts-record", "dollars")
    for document in snapshot.of_kind("notice", "w-9"):
        yield from _wrong_id(snapshot, document)
    for document in snapshot.of_kind("k-1"):
        yield from _wrong_share(snapshot, document, points)
    for document in snapshot.of_kind("engagement-letter"):
        yield from _wrong_fee(snapshot, document, cents)


def _wrong_id(snapshot: Snapshot, document: Document) -> Raised:
    fact = document.fact("taxpayer_id")
    if document.kind == "w-9" and not same_name(document.value("name"), snapshot.client.name):
        return
    if fact is None or not ids_differ(fact.value, snapshot.client.tax_id):
        return
    amount = document.fact("amount_due")
    owed = amount.number if amount is not None and amount.number and amount.number > 0 else None
    kind = "notice" if document.kind == "notice" else "W-9"
    yield _contradiction(
        snapshot,
        document,
        f"The {kind} in {document.path} names another taxpayer id than the record",
        f"The document says {fact.value}, the record {snapshot.client.tax_id}.",
        "Find out whose it is; correct the record or send the document to its owner.",
        (fact.evidence, snapshot.client.evidence("tax_id"), *([amount.evidence] if amount and owed else [])),
        owed,
    )


def _wrong_share(snapshot: Snapshot, document: Document, points: Decimal) -> Raised:
    ein = document.value("issuer_ein")
    issued = ein == snapshot.client.tax_id if ein else same_name(document.value("issuer"), snapshot.client.name)
    share, recipient = document.fact("ownership_percent"), document.fact("recipient")
    if not issued or share is None or share.number is None or recipient is None:
        return
    owner = next((one for one in snapshot.contacts if same_name(one.name, recipient.value)), None)
    if owner is None or owner.ownership_pct is None or abs(share.number - owner.ownership_pct) <= points:
        return
    yield _contradiction(
        snapshot,
        document,
        f"The K-1 gives {owner.name} {words.plain(share.number)} %, the record {words.plain(owner.ownership_pct)} %",
        "The shares on the K-1s and the ownership on record must be the same.",
        "Ask which is right, and correct the K-1 or the record.",
        (share.evidence, recipient.evidence, _share_on_record(owner)),
        None,
    )


def _share_on_record(owner: Contact) -> Evidence:
    return RecordEvidence(f"contact:{owner.id}", "ownership_pct", str(owner.ownership_pct))


def _wrong_fee(snapshot: Snapshot, document: Document, allowed: Decimal) -> Raised:
    fee = document.fact("fee")
    if fee is None or fee.number is None:
        return
    for engagement in snapshot.engagements:
        if engagement.fee is None or not _same_period(document, engagement) or not _prints(document, engagement.ref):
            continue
        off = fee.number - engagement.fee
        if abs(off) > allowed:
            yield _contradiction(
                snapshot,
                document,
                f"The letter says {words.dollars(fee.number)}, {engagement.ref} is recorded at {words.dollars(engagement.fee)}",
                f"The letter's fee and the engagement's differ by {words.dollars(abs(off))}.",
                "Bill by the letter, and correct the engagement's fee.",
                (
                    fee.evidence,
                    engagement.evidence("fee"),
                    difference(fee.number, engagement.fee, [fee.evidence, engagement.evidence("fee")]),
                ),
                abs(off),
            )


def _same_period(document: Document, engagement: Engagement) -> bool:
    ends = document.day("period_start"), document.day("period_end")
    return ends == (engagement.period_start, engagement.period_end) and None not in ends


def _prints(document: Document, ref: str) -> bool:
    return any(re.search(rf"(?<![\w-]){re.escape(ref)}(?![\w-])", text) for text in document.text)


def _contradiction(
    snapshot: Snapshot,
    document: Document,
    headline: str,
    why_now: str,
    next_step: str,
    evidence: tuple[Evidence, ...],
    dollars: Decimal | None,
) -> Signal:
    return Signal(
        slug="document-contradicts-record",
        cls="B",
        client_ref=snapshot.client.ref,
        subject=document.id,
        due=None,
        nominal_due=None,
        dollars=dollars,
        headline=headline,
        rule="What a document says agrees with the record.",
        why_now=why_now,
        next_step=next_step,
        minutes=5,
        evidence=evidence,
        basis="fact",
    )
