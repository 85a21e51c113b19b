"""Signals with one cause become one card: which chains there are, as data, and how a card is made of its lines.

Only signals of one client merge. Never ranks: the card is as loud as its loudest line.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from workspace.raised import Raised, iso, text
from workspace.signals.notices import FAMILIES


@dataclass(frozen=True)
class Chain:
    """Signals that follow from each other, the cause first, when they are about the same thing: `on` the same engagement, the
    same subject (a document, a thread), or merely the same client."""

    cause: str
    slugs: tuple[str, ...]
    on: Literal["engagement", "subject", "client"]


CHAINS: tuple[Chain, ...] = (
    Chain(
        "The client's papers are missing",
        ("client-silent", "request-overdue", "k1-awaited", "extension-needed", "return-at-risk", "return-overdue"),
        "engagement",
    ),
    Chain("The client is silent", ("client-silent", "request-overdue"), "client"),
    Chain(
        "A notice came",
        ("notice-unopened", *FAMILIES, "document-contradicts-record"),
        "subject",
    ),
    Chain("Work is not billed", ("done-not-billed", "wip-aged"), "engagement"),
    Chain("The engagement went beyond its terms", ("letter-unsigned", "wip-over-budget"), "engagement"),
    Chain("The books are not right", ("trial-balance-off", "document-contradicts-record"), "subject"),
)


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
    def minutes(self) -> int:
        """One cause is one act: the longest line's minutes."""
        return max(line.minutes for line in self.lines)

    def as_json(self) -> dict[str, Any]:
        """The contract's Card, and what a page needs to act on it: keys, lines, terms, state."""
        lead = self.lead
        return {
            "client_ref": lead.client_ref,
            "client": lead.client,
            "slugs": [line.slug for line in self.lines],
            "keys": [line.key for line in self.lines],
            "class": min(line.cls for line in self.lines),
            "due": iso(lead.due),
            "nominal_due": iso(lead.nominal_due),
            "missed": any(line.missed for line in self.lines),
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
        }

    def evidence(self) -> list[dict[str, Any]]:
        """The evidence of all lines, the lead's first, each once."""
        found: list[dict[str, Any]] = []
        for line in (self.lead, *self.lines):
            found.extend(dict(one) for one in line.evidence if dict(one) not in found)
        return found


def _line(line: Raised) -> dict[str, Any]:
    return {
        "key": line.key,
        "slug": line.slug,
        "class": line.cls,
        "headline": line.headline,
        "due": iso(line.due),
        "missed": line.missed,
        "score": float(line.score),
        "state": line.state,
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
    """Join the signals of a chain that are about the same thing."""
    first: dict[tuple[str, str], str] = {}
    for one in signals:
        about = {"engagement": one.engagement_ref, "subject": one.subject, "client": one.client_ref}[chain.on]
        if one.slug in chain.slugs and about is not None:
            other = first.setdefault((one.client_id, about), one.key)
            heads[_root(one.key, heads)] = _root(other, heads)


def _root(key: str, heads: dict[str, str]) -> str:
    while heads[key] != key:
        key = heads[key]
    return key


def _card(group: Sequence[Raised], drafts: Mapping[str, str]) -> Card:
    """The card of signals that belong together; `group` is in the order of their loudness."""
    chain = _chain_of(group) if len(group) > 1 else None
    place = {slug: n for n, slug in enumerate(chain.slugs)} if chain else {}
    lines = tuple(sorted(group, key=lambda one: (place.get(one.slug, len(place)), one.sort_key)))
    draft = next((drafts[one.key] for one in group if one.key in drafts), None)
    return Card(lines, group[0], chain.cause if chain else None, draft)


def _chain_of(group: Sequence[Raised]) -> Chain:
    """The chain that holds most of the group's slugs."""
    return max(CHAINS, key=lambda chain: len({one.slug for one in group} & set(chain.slugs)))
