"""What became of the brief before: what was acted on, what was dismissed and why, and what it should have shown and did not."""

from collections.abc import Iterator, Mapping
from typing import Any

from workspace.brief.cards import Cards
from workspace.brief.material import Material
from workspace.raised import Raised, iso
from workspace.signals.days import business_days_to

SOON = 3  # business days


def yesterday(material: Material, cards: Cards) -> dict[str, Any]:
    """`yesterday`; empty when the reader had no brief before. `shown`, `acted_on` and `open` count the cards of its "Needs you".

    Acted on is a card one of whose lines was decided about since, whose draft a person decided about, or none of whose
    lines is raised any more. `unraised` is the log of what the brief failed to say in time: what is open today for the reader with a
    deadline at most three business days off, or past, was never raised before, and belongs to a client that had been scanned before. A
    card whose paper came only since then (`arrived`) could not have been raised sooner; it is told apart, not left out."""
    before = material.before
    if before is None:
        return {}
    needed = _known(material, before.get("needs_you", []))
    acted = [card for card in needed if _acted_on(material, card)]
    return {
        "as_of": before["as_of"],
        "shown": len(needed),
        "acted_on": len(acted),
        "open": len(needed) - len(acted),
        "dismissed": list(_dismissed(material, [*needed, *_known(material, before.get("worth_a_look", []))])),
        "unraised": list(_unraised(material, cards)),
    }


def _known(material: Material, cards: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The cards of clients that the reader still sees."""
    refs = {client.ref for client in material.clients.values()}
    return [card for card in cards if card["client_ref"] in refs]


def _acted_on(material: Material, card: Mapping[str, Any]) -> bool:
    now = {one.key: one for one in material.raised}
    if not any(line["key"] in now for line in card["lines"]):
        return True
    if _draft_decided(material, card["deliverable_id"]):
        return True
    return any(_decided(now[line["key"]], line) for line in card["lines"] if line["key"] in now)


def _draft_decided(material: Material, draft_id: str | None) -> bool:
    """Whether a person approved, sent back, rejected or released the draft since; the software's own newer draft is no decision."""
    queue = (material.before or {}).get("release_queue", [])
    was = next((row["state"] for row in queue if row["deliverable_id"] == draft_id), "in_review")
    now = next((draft.state for draft in material.drafts if draft.id == draft_id), was)
    return now not in (was, "in_review", "superseded", "withdrawn")


def _decided(one: Raised, line: Mapping[str, Any]) -> bool:
    return one.state not in ("open", line["state"])


def _dismissed(material: Material, cards: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    now = {one.key: one for one in material.raised}
    for card in cards:
        for line in card["lines"]:
            decision = material.decisions.get(line["key"])
            if decision is None or decision.decision != "dismiss" or line["state"] == "dismissed":
                continue
            if line["key"] in now and now[line["key"]].state != "dismissed":
                continue  # its evidence has changed since, and it is back
            yield {
                "client_ref": card["client_ref"],
                "client": card["client"],
                "headline": line["headline"],
                "reason": decision.reason,
                "by": material.name_of(decision.person_id),
            }


def _unraised(material: Material, cards: Cards) -> Iterator[dict[str, Any]]:
    came = {paper.id for paper in material.papers} | {mail.thread for mail in material.mails}
    for card in cards.all:
        for one in card.lines:
            client = material.clients[one.client_id]
            new = one.first_seen == material.today and client.is_read and client.previous is not None
            if (
                new
                and one.due is not None
                and one.date_is == "due"
                and business_days_to(material.today, one.due) <= SOON
            ):
                yield {
                    "client_ref": one.client_ref,
                    "client": one.client,
                    "key": one.key,
                    "headline": one.headline,
                    "due": iso(one.due),
                    "arrived": one.subject in came,
                }
