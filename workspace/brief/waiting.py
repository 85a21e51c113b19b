"""Who waits for whom: clients for us (unanswered mail, work in review or ready to file), we for clients (open requests); promises."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from workspace.brief.cards import concerning, my_engagements
from workspace.brief.material import FOLLOW_UP, Material
from workspace.deliverables.occasions import subject_of
from workspace.promises import is_ask
from workspace.promises.sentences import sentences
from workspace.raised import Raised, iso

MOST = 15
_STAGES = {"in-review": ("review", "is in review"), "ready-to-file": ("file", "is ready to file")}


def waiting(material: Material) -> dict[str, Any]:
    """`waiting`: both lists with the oldest first, how many are left off each, and the promises that come due."""
    mine = my_engagements(material) if material.reading == "own" else None
    us = [*unanswered(material), *_with_us(material, mine)]
    us.sort(key=lambda row: (-(row["days"] if row["days"] is not None else -1), row["client_ref"], row["what"]))
    them = list(_with_clients(material, mine))
    them.sort(
        key=lambda row: (
            -(row["days"] or -1),
            row["since"] or "",
            row["client_ref"],
            row["engagement_ref"] or row["list"],
        )
    )
    return {
        "on_us": us[:MOST],
        "on_us_more": max(len(us) - MOST, 0),
        "on_clients": them[:MOST],
        "on_clients_more": max(len(them) - MOST, 0),
        "promises": promises(material)[:MOST],
    }


def promises(material: Material) -> list[dict[str, Any]]:
    """What was promised and comes due or is past, ours and the clients', the oldest day first."""
    rows = [
        {
            "client_ref": one.client_ref,
            "client": one.client,
            "what": one.headline,
            "owes": "client" if one.waits_on_client else "us",
            "due": iso(one.due),
            "late": one.due is not None and one.due < material.today,
            "who": sorted(name for person in one.people if (name := material.name_of(person))),
            "key": one.key,
        }
        for one in concerning(material)
        if one.slug == "promise-due"
    ]
    return sorted(rows, key=lambda row: (row["due"] or "", row["client_ref"], row["key"]))


def _asked(one: Raised) -> str | None:
    """The sentence of an unanswered mail that asks, from the words that the signal quotes; None where none plainly does."""
    quoted = next((str(row["quote"]) for row in one.evidence if row.get("kind") == "message"), "")
    found = [quoted[start:end] for start, end in sentences(quoted)]
    return next((text for text in found if text.endswith("?") or is_ask(text)), None)


def unanswered(material: Material) -> Iterator[dict[str, Any]]:
    """Mails whose last word is the client's, with their age in calendar days."""
    for one in concerning(material):
        if one.slug == "message-unanswered":
            sent = _sent(material, one)
            yield {
                "kind": "message",
                "client_ref": one.client_ref,
                "client": one.client,
                "what": one.headline,
                "since": iso(sent),
                "days": (material.today - sent).days if sent else None,
                "who": sorted(name for person in one.people if (name := material.name_of(person))),
                "key": one.key,
                "ask": _asked(one),
            }


def _sent(material: Material, one: Raised) -> date | None:
    """The firm's day on which the mail was sent, from the signal's evidence."""
    moment = next((row["value"] for row in one.evidence if row.get("field") == "sent_at"), None)
    return material.day_of(datetime.fromisoformat(moment)) if moment else one.due


def _with_us(material: Material, mine: set[str] | None) -> Iterator[dict[str, Any]]:
    """Work in review or ready to file, with the days since it came there; None where nobody moved it here."""
    for client in material.clients.values():
        for row in client.told("deadlines"):
            if row["stage"] in _STAGES and row["kind"] == "engagement" and (mine is None or row["ref"] in mine):
                kind, says = _STAGES[row["stage"]]
                owner, since = material.name_of(row["owner"]), material.moved.get(row["ref"])
                yield {
                    "kind": kind,
                    "client_ref": client.ref,
                    "client": client.name,
                    "what": f"{row['title']} {says}",
                    "since": iso(since),
                    "days": (material.today - since).days if since else None,
                    "who": [owner] if owner else [],
                    "key": None,
                    "ask": None,
                }


def _with_clients(material: Material, mine: set[str] | None) -> Iterator[dict[str, Any]]:
    chases = Counter(
        (one.client_id, subject_of(one.occasion))
        for one in material.drafts
        if one.slug == FOLLOW_UP and one.state == "released"
    )
    for client in material.clients.values():
        for row in client.told("requests"):
            of_hers = (
                row["owner"] == material.reader.id
                if row["engagement_ref"] is None
                else row["engagement_ref"] in (mine or ())
            )
            if mine is not None and not of_hers:
                continue
            oldest = date.fromisoformat(row["oldest_due"]) if row["oldest_due"] else None
            late = (material.today - oldest).days if oldest else 0
            yield {
                "client_ref": client.ref,
                "client": client.name,
                "engagement_ref": row["engagement_ref"],
                "list": row.get("list"),
                "title": row["title"],
                "owner": material.name_of(row["owner"]),
                "items": row["items"],
                "count": len(row["items"]),
                "oldest_due": row["oldest_due"],
                "since": row["since"],
                "days": late if late > 0 else None,
                "chases": chases[client.id, f"request:{row['engagement_ref'] or row['list']}"]
                + chases[client.id, f"reminder:{client.ref}"],
            }
