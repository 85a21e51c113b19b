"""Signals of engagement letters: work without a signature, letters that run out. Never writes a letter."""

from collections.abc import Iterator
from datetime import date, timedelta

from workspace.evidence import RecordEvidence
from workspace.signals import words
from workspace.signals.proof import time_value
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Document, Engagement, Snapshot, TimeEntry

Raised = Iterator[Signal | BlindSpot]


def letter_unsigned(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """Time was worked before the engagement letter was signed: the letter was sent and is unsigned, or was signed after the first
    entry. An engagement of which no letter is recorded is a blind spot while it is open. Data: letter dates, time entries. AICPA
    ET 1.200 leaves the form to the firm; SSTS 1.1."""
    for engagement in snapshot.engagements:
        entries = snapshot.time_on(engagement, today)
        if not entries or engagement.template == "matter":  # a matter's agreement is law.fee_agreement_unsigned's
            continue
        if engagement.letter_signed_on is None and engagement.letter_sent_on is None:
            if engagement.is_open and snapshot.of_kind("engagement-letter") == ():
                yield BlindSpot(
                    snapshot.client.ref,
                    f"whether a letter covers {engagement.ref}",
                    "no engagement letter is recorded or on file: enter when it was sent and signed",
                )
            continue
        early = [e for e in entries if engagement.letter_signed_on is None or e.date < engagement.letter_signed_on]
        if early:
            yield _unsigned(snapshot, engagement, early)


def _unsigned(snapshot: Snapshot, engagement: Engagement, early: list[TimeEntry]) -> Signal:
    value, proof = time_value(early)
    first, signed = early[0], engagement.letter_signed_on
    state = "is not signed" if signed is None else f"was signed on {words.day(signed)}"
    return Signal(
        slug="letter-unsigned",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=engagement.ref,
        due=first.date,
        nominal_due=first.date,
        dollars=value,
        headline=f"{words.dollars(value)} of work on {engagement.title} before a signed letter",
        rule="The first time entry of an engagement comes after its letter is signed.",
        why_now=f"Work began on {words.day(first.date)}; the letter {state}.",
        next_step="Get the letter signed before more work is done." if signed is None else "Note why work began early.",
        minutes=5,
        evidence=(
            engagement.evidence("letter_sent_on"),
            engagement.evidence("letter_signed_on"),
            RecordEvidence(f"time:{first.id}", "date", first.date.isoformat()),
            proof,
        ),
        basis="record",
        engagement_ref=engagement.ref,
        waits_on_client=signed is None,
    )


def letter_expiring(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """An engagement letter on file ends within 60 days (setting days), and no other letter of the client ends later. Data: period_end
    and fee as read from the letter."""
    ahead = today + timedelta(days=settings.days("letter-expiring", "days"))
    letters = snapshot.of_kind("engagement-letter")
    ends = {one.id: one.day("period_end") for one in letters}
    for letter in letters:
        end = ends[letter.id]
        if end is None:
            yield BlindSpot(
                snapshot.client.ref, f"when the letter in {letter.path} ends", "no end could be read: open it"
            )
        elif today <= end <= ahead and not any(other is not None and other > end for other in ends.values()):
            yield _expiring(snapshot, today, letter, end)


def _expiring(snapshot: Snapshot, today: date, letter: Document, end: date) -> Signal:
    fee = letter.number("fee")
    facts = [letter.fact("period_end"), letter.fact("fee")]
    return Signal(
        slug="letter-expiring",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=letter.id,
        due=end,
        nominal_due=end,
        dollars=fee,
        headline=f"The engagement letter ends on {words.day(end)} and none follows it",
        rule="The client's last engagement letter ends within the next 60, 30 or 7 days.",
        why_now=f"It ends {words.away(end, today)}" + (f"; the fee is {words.dollars(fee)}." if fee else "."),
        next_step="Review scope and fee, and send the next letter.",
        minutes=10,
        evidence=tuple(fact.evidence for fact in facts if fact is not None),
        basis="fact",
    )
