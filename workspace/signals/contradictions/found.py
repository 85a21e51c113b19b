"""A contradiction as a rule finds it, and how those of one document become a signal. Never compares anything."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workspace.evidence import Evidence
from workspace.signals.sides import Sides
from workspace.signals.signal import Signal
from workspace.snapshot.model import Snapshot

SLUG = "document-contradicts-record"


@dataclass(frozen=True)
class Contradiction:
    """One thing that is not so. `subject` is the document's id or the message's Message-ID; `dollars` None where no amount is at stake.
    `engagement_ref` where it is about one engagement."""

    subject: str
    headline: str
    why_now: str
    next_step: str
    evidence: tuple[Evidence, ...]
    sides: Sides
    dollars: Decimal | None = None
    engagement_ref: str | None = None


def as_signals(snapshot: Snapshot, found: Sequence[Contradiction]) -> Iterator[Signal]:
    """One signal for each document or message, in the order of the rules; the first thing found leads."""
    for subject in dict.fromkeys(one.subject for one in found):
        together = [one for one in found if one.subject == subject]
        lead = together[0]
        yield Signal(
            slug=SLUG,
            cls="B",
            client_ref=snapshot.client.ref,
            subject=subject,
            due=None,
            nominal_due=None,
            dollars=next((one.dollars for one in together if one.dollars is not None), None),
            headline=lead.headline,
            rule="What a document says agrees with the record.",
            why_now=" ".join(dict.fromkeys(one.why_now for one in together)),
            next_step=lead.next_step,
            minutes=5,
            evidence=tuple(dict.fromkeys(proof for one in together for proof in one.evidence)),
            basis="fact",
            engagement_ref=next((one.engagement_ref for one in together if one.engagement_ref), None),
            sides=tuple(one.sides for one in together),
        )
