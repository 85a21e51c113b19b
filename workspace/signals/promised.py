"""Signals of promises: ours and the client's, by the day they name. Never counts what the file shows as kept."""

from collections.abc import Iterator
from datetime import date, timedelta

from workspace.evidence import Evidence, RecordEvidence
from workspace.promises.kept import how_kept
from workspace.promises.reading import Said, promises_of, read_beside
from workspace.signals import words
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Snapshot


def promise_due(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Signal | BlindSpot]:
    """A promise with a day, in the words that somebody wrote in a mail (not in quoted mail) or in a note, comes due within 3 days (setting
    ahead_days) or is up to 90 days past (days), and nothing later shows that it was kept: an answer, files, a document of its kind, a
    received item, a payment, a noted call. A later promise of the same thing takes its place. One a promise; the subject is the mail's
    Message-ID or the note's id. One that only a model read stands on its judgement."""
    first = today - timedelta(days=settings.days("promise-due", "days"))
    last = today + timedelta(days=settings.days("promise-due", "ahead_days"))
    counted: dict[str, int] = {}
    for said in (*promises_of(snapshot), *read_beside(snapshot)):
        if said.kind != "promise" or said.due is None:
            continue
        counted[said.source] = counted.get(said.source, 0) + 1
        if first <= said.due <= last and how_kept(snapshot, said) is None:
            yield _promised(snapshot, today, said, said.due, counted[said.source])


def _promised(snapshot: Snapshot, today: date, said: Said, due: date, number: int) -> Signal:
    ours = said.owes == "us"
    who = "We" if ours else "They"
    past = due < today
    evidence: list[Evidence] = [said.evidence]
    sent = next((m.sent_at for m in snapshot.messages if m.message_id == said.source), None)
    if sent is not None:
        evidence.append(RecordEvidence(f"message:{said.source}", "sent_at", sent.isoformat()))
    return Signal(
        slug="promise-due",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=said.source if number == 1 else f"{said.source}#{number}",
        due=due,
        nominal_due=due,
        dollars=None,
        headline=f"{who} promised: {words.clipped(said.what)}, by {words.day(due)}",
        rule="A promise with a day is kept by that day, or taken back before it.",
        why_now=f"Said on {words.day(said.written)}; the day {'was' if past else 'is'} {words.away(due, today)}, "
        f"and nothing on file shows it done.{f' Read by {said.reader}: see its words.' if said.reader else ''}",
        next_step=("Do it, or write today when it will be done." if ours else "Ask whether it is on its way."),
        minutes=5,
        evidence=tuple(evidence),
        basis="model" if said.reader else "fact",
        waits_on_client=not ours,
    )
