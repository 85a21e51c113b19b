"""The dates of the next thirty days, by slack and not by date: what has least time left stands first. Never computes a date."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from workspace.brief.cards import my_engagements
from workspace.brief.material import ClientDay, Material
from workspace.raised import Raised, iso
from workspace.signals.notices import FAMILIES

MOST = 100
WITHIN = (7, 14, 30)


def horizon(material: Material) -> dict[str, Any]:
    """`horizon`, `horizon_more` and `horizon_counts`: work of the clients, dates entered by hand, notices. What is past and still open
    counts among the next seven days. For senior and staff their own work only."""
    mine = my_engagements(material) if material.reading == "own" else None
    rows = [row for client in material.clients.values() for row in _work(material, client, mine)]
    if material.reading != "own":
        rows += [_notice(material, one) for one in material.raised if _is_near(one, material.today)]
    rows.sort(key=lambda row: (Decimal(row["slack_days"]), row["due"], row["client_ref"], row["title"]))
    counts = {str(days): sum(row["within"] <= days for row in rows) for days in WITHIN}
    return {"horizon": rows[:MOST], "horizon_more": max(len(rows) - MOST, 0), "horizon_counts": counts}


def _work(material: Material, client: ClientDay, mine: set[str] | None) -> Iterator[dict[str, Any]]:
    for row in client.told("deadlines"):
        due = date.fromisoformat(row["due"])
        within = _within(due, material.today)
        if within is None or (mine is not None and row["ref"] not in mine):
            continue
        known = {key: row[key] for key in ("kind", "ref", "title", "stage", "due", "nominal_due", "slack_days")}
        yield known | {
            "client_ref": client.ref,
            "client": client.name,
            "owner": material.name_of(row["owner"]),
            "within": within,
            "missed": due < material.today,
            "how": row["how"],
            "authority": row["authority"],
            "confirm": row["confirm"],
        }


def _is_near(one: Raised, today: date) -> bool:
    """A notice's date in the next thirty days, whatever somebody decided about the signal but that it is no problem."""
    notice = one.slug in FAMILIES and one.state != "dismissed"
    return notice and one.due is not None and one.due >= today and _within(one.due, today) is not None


def _notice(material: Material, one: Raised) -> dict[str, Any]:
    assert one.due is not None  # the caller chose it by its date
    return {
        "kind": "notice",
        "ref": None,
        "title": one.headline,
        "stage": None,
        "due": iso(one.due),
        "nominal_due": iso(one.nominal_due),
        "slack_days": one.slack_days,
        "client_ref": one.client_ref,
        "client": one.client,
        "owner": material.name_of(one.delegate_id),
        "within": _within(one.due, material.today),
        "missed": False,
        "how": [one.rule],
        "authority": None,
        "confirm": one.basis == "fact",
    }


def _within(due: date, today: date) -> int | None:
    """The shortest of 7, 14 and 30 days in which the date lies, a past one in 7; None beyond."""
    return next((days for days in WITHIN if (due - today).days <= days), None)
