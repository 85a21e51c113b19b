"""Signals of papers that run out: leases, insurance, licences, permits. Never changes a record."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from workspace.signals import words
from workspace.signals.names import same_name
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Document, Fact, Snapshot

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
