"""The first line of the brief, from the sections that stand below it: its numbers are theirs. Pure words."""

from collections.abc import Mapping
from typing import Any

from workspace.raised import HIDDEN


def verdict(payload: Mapping[str, Any]) -> str:
    """ "4 things need you today (about 35 min). 2 drafts wait for release. 61 clients scanned, 57 quiet, 2 could not be scanned."

    A card that was dismissed or put to sleep since is not counted. Who has no queue reads nothing of drafts."""
    said = [_needs(payload["needs_you"]), _scanned(payload["scanned"])]
    if payload["reading"] != "own":
        said.insert(1, _drafts(payload["release_summary"], payload["reading"]))
    return " ".join(said)


def _needs(cards: list[Mapping[str, Any]]) -> str:
    waiting = [card for card in cards if card["state"] not in HIDDEN]
    if not waiting:
        return "Nothing needs you today."
    minutes = sum(card["minutes"] for card in waiting)
    if len(waiting) == 1:
        return f"1 thing needs you today (about {minutes} min)."
    return f"{len(waiting)} things need you today (about {minutes} min)."


def _drafts(summary: Mapping[str, Any], reading: str) -> str:
    approved, in_review = summary["approved"], summary["in_review"]
    if approved and in_review:
        return f"{_wait(approved)} for release, {in_review} for review."
    if approved or in_review:
        return f"{_wait(approved or in_review)} for {'release' if approved else 'review'}."
    return f"No draft waits for {'release' if reading == 'partner' else 'review'}."


def _wait(number: int) -> str:
    return "1 draft waits" if number == 1 else f"{number} drafts wait"


def _scanned(scanned: Mapping[str, int]) -> str:
    parts = [f"{scanned['clients']} {'client' if scanned['clients'] == 1 else 'clients'} scanned"]
    parts.append(f"{scanned['quiet']} quiet")
    if scanned["failed"]:
        parts.append(f"{scanned['failed']} could not be scanned")
    if scanned["missing"]:
        parts.append(f"{scanned['missing']} not scanned")
    return ", ".join(parts) + "."
