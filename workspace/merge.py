"""Signals with one cause become one card: which chains there are, as data, and how a card is made of its lines.

Only signals of one client merge. Never ranks: the card is as loud as its loudest line.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from store.types import canonical_json
from workspace.raised import Raised, iso, text
from workspace.signals.notices import FAMILIES


@dataclass(frozen=True)
class Chain:
    """Signals that follow from each other, the cause first, when they are about the same thing: `on` the same engagement, the same
    subject (a document), or merely the same client. `causes` of them must be one for the others to follow from it."""

    slugs: tuple[str, ...]
    causes: tuple[str, ...]
    on: Literal["engagement", "subject", "client"]


_PAPERS = ("request-overdue", "k1-awaited")
_LATE = ("extension-needed", "return-at-risk", "return-overdue")
_SENT_BACK = ("efile-rejected",)
_FOLLOWS = ("extension-payment", "esign-out")  # lines of a late return's card, never its cause
_NOTICES = ("notice-unopened", *FAMILIES)

CHAINS: tuple[Chain, ...] = (
    Chain(
        ("client-silent", *_PAPERS, *_SENT_BACK, *_LATE, *_FOLLOWS),
        ("client-silent", *_PAPERS, *_SENT_BACK, *_LATE),
        "engagement",
    ),
    Chain(("client-silent", *_PAPERS), ("client-silent",), "client"),
    Chain((*_NOTICES, "document-contradicts-record"), _NOTICES, "subject"),
    Chain(("done-not-billed", "wip-aged"), ("done-not-billed",), "engagement"),
    Chain(("duplicate-or-missing-document",), ("duplicate-or-missing-document",), "client"),
    Chain(("information-returns", "vendor-without-w9"), ("information-returns",), "subject"),
    Chain(("payroll-deposit",), ("payroll-deposit",), "client"),
    Chain(("deferrals-late",), ("deferrals-late",), "client"),
    Chain(("estimate-stale", "estimate-due"), ("estimate-stale",), "client"),
    Chain(
        ("scope-creep", "wip-over-budget", "fixed-fee-underwater"),
        ("scope-creep", "fixed-fee-underwater"),
        "engagement",
    ),
    Chain(("trust-low", "trust-unreconciled"), ("trust-low", "trust-unreconciled"), "subject"),
    Chain(("close-late", "request-overdue"), ("close-late",), "engagement"),
)
# What the lines of a card have in common, by the slug of the first of them.
CAUSES: dict[str, str] = {
    "client-silent": "The client is silent",
    **dict.fromkeys(_PAPERS, "The client's papers are missing"),
    **dict.fromkeys(_LATE, "The return is late"),
    **dict.fromkeys(_NOTICES, "A notice came"),
    "done-not-billed": "Work is not billed",
    "scope-creep": "The work outgrew its letter",
    "fixed-fee-underwater": "The fee does not carry the work",
    "trust-low": "Trust money needs a look",
    "close-late": "The close is late",
    "duplicate-or-missing-document": "Bank statements are missing",
    "efile-rejected": "The e-file was rejected",
    "information-returns": "Vendors need their forms",
    "payroll-deposit": "Payroll tax is late",
    "deferrals-late": "Deferrals were held too long",
    "estimate-stale": "The estimates need another look",
}
_PLACE = {slug: place for place, slug in enumerate(dict.fromkeys(slug for chain in CHAINS for slug in chain.slugs))}


@dataclass(frozen=True)
class Card:
    """One thing to act on: its lines, the cause first, and the loudest of them. `deliverable_id` is the draft that waits."""

    lines: tuple[Raised, ...]
    lead: Raised
    cause: str | None = None
    deliverable_id: str | None = None

    @property
    def sort_key(self) -> tuple[Any, ...]:
        return self.lead.sort_key

    @property
    def model_only(self) -> bool:
        """No line rests on a record or a fact."""
        return all(line.basis == "model" for line in self.lines)

    @property
    def missed(self) -> bool:
        """The deadline of one of its lines has passed."""
        return any(line.missed for line in self.lines)

    @property
    def minutes(self) -> int:
        """One cause is one act: the longest line's minutes."""
        return max(line.minutes for line in self.lines)

    def as_json(self) -> dict[str, Any]:
        """The contract's Card, and what a page needs to act on it: keys, lines, terms, state."""
        lead = self.lead
        return {
            "client_ref": lead.client_ref,
            "client": lead.client,
            "slugs": list(dict.fromkeys(line.slug for line in self.lines)),
            "keys": [line.key for line in self.lines],
            "class": min(line.cls for line in self.lines),
            "due": iso(lead.due),
            "nominal_due": iso(lead.nominal_due),
            "date_is": lead.date_is,
            "missed": self.missed,
            "score": float(lead.score),
            "terms": dict(lead.terms),
            "slack_days": lead.slack_days,
            "dollars": text(lead.dollars),
            "headline": lead.headline,
            "why_now": lead.why_now,
            "next_step": lead.next_step,
            "minutes": self.minutes,
            "rule": lead.rule,
            "cause": self.cause,
            "engagement_ref": lead.engagement_ref,
            "state": lead.state,
            "first_seen": iso(min(line.first_seen for line in self.lines)),
            "lines": [_line(line) for line in self.lines],
            "evidence": self.evidence(),
            "deliverable_id": self.deliverable_id,
            "sides": [
                {"key": line.key, "place": n, **side} for line in self.lines for n, side in enumerate(line.sides)
            ],
        }

    def evidence(self) -> list[dict[str, Any]]:
        """The evidence of all lines, the lead's first, each once."""
        found: dict[str, dict[str, Any]] = {}
        for line in (self.lead, *self.lines):
            for one in line.evidence:
                found.setdefault(canonical_json(one), dict(one))
        return list(found.values())


def _line(line: Raised) -> dict[str, Any]:
    return {
        "key": line.key,
        "slug": line.slug,
        "class": line.cls,
        "headline": line.headline,
        "due": iso(line.due),
        "date_is": line.date_is,
        "missed": line.missed,
        "first_seen": iso(line.first_seen),
        "score": float(line.score),
        "state": line.state,
        "evidence_hash": line.evidence_hash,
    }


def merge(signals: Iterable[Raised], drafts: Mapping[str, str] | None = None) -> tuple[Card, ...]:
    """The cards of these signals, loudest first. `drafts` gives the id of the draft that waits, by signal key."""
    ordered = sorted(signals, key=lambda one: one.sort_key)
    heads = {one.key: one.key for one in ordered}
    for chain in CHAINS:
        _link(chain, ordered, heads)
    groups: dict[str, list[Raised]] = {}
    for one in ordered:
        groups.setdefault(_root(one.key, heads), []).append(one)
    cards = [_card(group, drafts or {}) for group in groups.values()]
    return tuple(sorted(cards, key=lambda card: card.sort_key))


def _link(chain: Chain, signals: Sequence[Raised], heads: dict[str, str]) -> None:
    """Join the signals of a chain that are about the same thing, where one of its causes is among them."""
    together: dict[tuple[str, str], list[Raised]] = {}
    for one in signals:
        about = {"engagement": one.engagement_ref, "subject": one.subject, "client": one.client_ref}[chain.on]
        if one.slug in chain.slugs and about is not None:
            together.setdefault((one.client_id, about), []).append(one)
    for group in together.values():
        if any(one.slug in chain.causes for one in group):
            for one in group[1:]:
                heads[_root(one.key, heads)] = _root(group[0].key, heads)


def _root(key: str, heads: dict[str, str]) -> str:
    while heads[key] != key:
        key = heads[key]
    return key


def _card(group: Sequence[Raised], drafts: Mapping[str, str]) -> Card:
    """The card of signals that belong together; `group` is in the order of their loudness."""
    lines = tuple(sorted(group, key=lambda one: (_PLACE.get(one.slug, len(_PLACE)), one.sort_key)))
    draft = next((drafts[one.key] for one in group if one.key in drafts), None)
    return Card(lines, group[0], CAUSES.get(lines[0].slug) if len(lines) > 1 else None, draft)
