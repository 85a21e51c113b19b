"""What a detector says: a Signal, or a BlindSpot where the data to decide are missing. Never computes a rank."""

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from store.ids import stable_id
from store.types import canonical_json
from workspace.evidence import Evidence, to_json
from workspace.signals.sides import Sides

Basis = Literal["record", "fact", "model"]
SignalClass = Literal["A", "B", "C", "D"]


@dataclass(frozen=True)
class Signal:
    """Something about a client that someone at the firm should know.

    `subject` is the record it is about: an engagement's ref, a document's id, a thread's root Message-ID, the client's ref.
    `due` None: no date; `nominal_due` is the date before the roll. `dollars` None: no amount is at risk, or none is known.
    `basis` is what the rule rests on: a record, a fact read from a page, a model's judgement. `minutes` is what acting takes.
    `evidence` never holds anything that changes with the day alone, so that a dismissal lasts while nothing happens.
    `sides` are the two sides of each thing that a contradiction is about, empty for all other signals.
    """

    slug: str
    cls: SignalClass
    client_ref: str
    subject: str
    due: date | None
    nominal_due: date | None
    dollars: Decimal | None
    headline: str
    rule: str
    why_now: str
    next_step: str
    minutes: int
    evidence: tuple[Evidence, ...]
    basis: Basis
    engagement_ref: str | None = None
    waits_on_client: bool = False
    deliverable_slug: str | None = None
    sides: tuple[Sides, ...] = ()

    @property
    def key(self) -> str:
        """The name of the situation over time: the same client, slug and subject are the same situation."""
        return stable_id("sig", self.client_ref, self.slug, self.subject)

    @property
    def evidence_hash(self) -> str:
        """SHA-256 of the evidence; a dismissal holds until it changes."""
        return evidence_hash(self.evidence)


@dataclass(frozen=True, order=True)
class BlindSpot:
    """Something that could not be judged, why, and what would help. Quiet never means unseen."""

    client_ref: str
    what: str
    why: str


def evidence_hash(evidence: tuple[Evidence, ...]) -> str:
    """SHA-256, in hex, of the contract's JSON of the evidence."""
    return hashlib.sha256(canonical_json([to_json(one) for one in evidence]).encode()).hexdigest()
