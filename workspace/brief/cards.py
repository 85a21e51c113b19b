"""Which cards a reader gets, and which of them need the reader today. The order is that of rank.py; the cards are merge.py's.

Never ranks and never hides a date: what is not among the seven stands in "Worth a look" or is counted in `more`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from workspace.brief.material import FOLLOW_UP, Material
from workspace.deliverables.occasions import due_drafts, subject_of
from workspace.merge import Card, merge
from workspace.raised import Raised, iso
from workspace.signals.signal import Signal

NEEDS, LOOK = 7, 15  # at most so many cards
# What the firm bills and agrees on is the partner's and the manager's to act on, not that of the one who does the work.
_OF_THE_FIRM = frozenset({"ar-aging", "done-not-billed", "letter-unsigned", "wip-aged"})


@dataclass(frozen=True)
class Cards:
    """The open cards of a reader, loudest first: what needs the reader, what is worth a look, and what is left off.

    `needs_more` counts those among the latter two that need the reader as well and found no place among the seven."""

    needs: tuple[Card, ...]
    look: tuple[Card, ...]
    more: tuple[Card, ...]
    needs_more: int

    @property
    def all(self) -> tuple[Card, ...]:
        return (*self.needs, *self.look, *self.more)


def cards_of(material: Material) -> Cards:
    """The reader's cards. A signal that was dismissed or is asleep is on none of them."""
    found = merge(concerning(material), drafts_by_signal(material))
    needed = [card for card in found if needs_reader(material, card)]
    needs = tuple(needed[:NEEDS])
    others = [card for card in found if card not in needs]
    return Cards(needs, tuple(others[:LOOK]), tuple(others[LOOK:]), len(needed) - len(needs))


def concerning(material: Material) -> list[Raised]:
    """The open signals that concern the reader: all of a partner's and a manager's clients; of the others what stands on their
    engagements or tasks, is written to them, or was delegated to them."""
    still_open = [one for one in material.raised if one.is_open]
    if material.reading != "own":
        return still_open
    mine = my_engagements(material)
    return [one for one in still_open if _is_mine(one, material.reader.id, mine)]


def my_engagements(material: Material) -> set[str]:
    """The refs of the open engagements that the reader owns or has an open task on."""
    rows = [
        row for client in material.clients.values() for row in (*client.told("deadlines"), *client.told("requests"))
    ]
    owned = {row.get("ref") or row.get("engagement_ref") for row in rows if row["owner"] == material.reader.id}
    tasks = [row for client in material.clients.values() for row in client.told("tasks")]
    owned |= {row["engagement_ref"] for row in tasks if row["owner"] == material.reader.id}
    return {ref for ref in owned if ref}


def _is_mine(one: Raised, me: str, engagements: set[str]) -> bool:
    if me == one.delegate_id:
        return True
    return one.slug not in _OF_THE_FIRM and (me in one.people or one.engagement_ref in engagements)


def needs_reader(material: Material, card: Card) -> bool:
    """Whether a card may stand in "Needs you": a right that nobody has acknowledged, a missed date, a pin, or a score from the setting
    rank.needs_you_score on. Never what only a model says; not what waits for somebody else: a delegate, or for a manager the release of
    the approved draft."""
    if card.model_only:
        return False
    if any(line.unseen for line in card.lines) or card.missed:
        return True
    if all(_is_anothers(material, line) for line in card.lines) or _waits_for_release(material, card):
        return False
    pinned = any(line.state == "pinned" for line in card.lines)
    return pinned or card.lead.score >= material.settings.of("rank", "needs_you_score")


def _is_anothers(material: Material, line: Raised) -> bool:
    """Delegated to somebody else. A class-A item is not given away: a right can be lost while nobody looks."""
    return line.delegate_id not in (None, material.reader.id) and line.cls != "A"


def _waits_for_release(material: Material, card: Card) -> bool:
    return material.reading == "manager" and card.deliverable_id in material.approved


def drafts_by_signal(material: Material) -> dict[str, str]:
    """The id of the open draft that answers a signal, by the signal's key."""
    waiting: dict[tuple[str, str, str], str] = {}
    for draft in material.drafts:
        if draft.is_open:
            waiting[draft.client_id, draft.slug, subject_of(draft.occasion)] = draft.id
    found: dict[str, str] = {}
    for one in material.raised if waiting else ():
        for slug, subject in _wishes(one, material.today):
            draft_id = waiting.get((one.client_id, slug, subject))
            if draft_id is not None:
                found.setdefault(one.key, draft_id)
    return found


def _wishes(one: Raised, today: date) -> list[tuple[str, str]]:
    """Slug and subject of the drafts that a signal calls for, the one that its detector names first."""
    due = [(draft.slug, subject_of(draft.occasion)) for draft in due_drafts([_bare(one)], today)]
    if one.deliverable_slug == FOLLOW_UP and one.engagement_ref:
        due.append((FOLLOW_UP, f"request:{one.engagement_ref}"))
    if one.slug == "request-overdue":
        due.append((FOLLOW_UP, f"reminder:{one.client_ref}"))
    return sorted(due, key=lambda wish: wish[0] != one.deliverable_slug)


def _bare(one: Raised) -> Signal:
    """The signal without its evidence, which no draft is chosen by and which is long to read back."""
    return replace(one, evidence=()).as_signal()


def as_json(material: Material, cards: Iterable[Card]) -> Iterator[dict[str, Any]]:
    """The cards as JSON, with who has them and how old they are."""
    for card in cards:
        delegates = sorted({name for line in card.lines if (name := material.name_of(line.delegate_id))})
        stale = card.lead.as_of != material.today
        yield card.as_json() | {
            "delegate": ", ".join(delegates) or None,
            "stale_since": iso(card.lead.as_of) if stale else None,
        }
