"""How the people of the firm stand in the reader's clients, and the reader's own tasks.

The hours are those planned for clients that the reader sees: somebody who also works for others has more. Never plans anything.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from workspace.brief.cards import concerning
from workspace.brief.material import Colleague, Material
from workspace.brief.waiting import unanswered
from workspace.scope import Right
from workspace.signals.words import plain
from workspace.snapshot.model import ZERO

_WEEK, _AHEAD = timedelta(days=7), timedelta(days=14)
_FULL = Decimal(110)  # percent of the week above which somebody has too much (signals.md, capacity-overload)
TASKS = 40


def team(material: Material) -> list[dict[str, Any]]:
    """`team`: everybody with work, a blocked engagement or an unanswered mail, the busiest first; empty for those who may not review."""
    if not material.scope.has(Right.DELIVERABLE_REVIEW):
        return []
    hours, blocked, mails = _planned(material), _blocked(material), _oldest(material)
    busy = [p for p in material.people.values() if p.active and (hours[p.id] or blocked[p.id] or p.id in mails)]
    rows = [_row(one, hours[one.id], len(blocked[one.id]), mails.get(one.id)) for one in busy]
    return sorted(rows, key=lambda row: (-(row["percent"] or 0), row["name"], row["email"]))


def _row(person: Colleague, hours: Decimal, blocked: int, mail: dict[str, Any] | None) -> dict[str, Any]:
    percent = hours / person.weekly_hours * 100 if person.weekly_hours else None
    return {
        "name": person.name,
        "email": person.email,
        "role": person.role,
        "planned_hours": plain(hours),
        "weekly_hours": plain(person.weekly_hours) if person.weekly_hours is not None else None,
        "percent": None if percent is None else int(percent.to_integral_value()),
        "overloaded": percent is not None and percent > _FULL,
        "blocked": blocked,
        "oldest_message": mail,
    }


def _planned(material: Material) -> dict[str, Decimal]:
    """Hours by person of what is due within seven days; what is past and not done is still to do."""
    last = (material.today + _WEEK).isoformat()
    hours: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for client in material.clients.values():
        for row in client.told("work"):
            if row["owner"] and row["due"] <= last:
                hours[row["owner"]] += Decimal(row["hours"])
    return hours


def _blocked(material: Material) -> dict[str, set[str]]:
    """The refs of the engagements by owner that wait for the client, by their stage or by an item that is late."""
    today, found = material.today.isoformat(), defaultdict[str, set[str]](set)
    for client in material.clients.values():
        for row in client.told("deadlines"):
            if row["owner"] and row["kind"] == "engagement" and row["stage"] == "waiting-on-client":
                found[row["owner"]].add(row["ref"])
        for row in client.told("requests"):
            if row["owner"] and row["engagement_ref"] and row["oldest_due"] and row["oldest_due"] < today:
                found[row["owner"]].add(row["engagement_ref"])
    return found


def _oldest(material: Material) -> dict[str, dict[str, Any]]:
    """The longest unanswered mail of each person it was written to."""
    people = {one.key: one.people for one in concerning(material)}
    rows = sorted(unanswered(material), key=lambda row: (-(row["days"] or 0), row["client_ref"], row["key"]))
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        for person in people[row["key"]]:
            found.setdefault(person, {name: row[name] for name in ("client_ref", "client", "what", "days")})
    return found


def tasks(material: Material) -> list[dict[str, Any]]:
    """`tasks`: the reader's own, late or due within fourteen days, at most forty; empty for partners and managers."""
    if material.reading != "own":
        return []
    rows = sorted(_tasks(material), key=lambda row: (row["due"], row["client_ref"], row["title"]))
    return rows[:TASKS]


def _tasks(material: Material) -> Iterator[dict[str, Any]]:
    for client in material.clients.values():
        for row in client.told("tasks"):
            due = date.fromisoformat(row["due"]) if row["due"] else None
            if row["owner"] == material.reader.id and due is not None and due <= material.today + _AHEAD:
                yield {
                    "client_ref": client.ref,
                    "client": client.name,
                    "engagement_ref": row["engagement_ref"],
                    "title": row["title"],
                    "due": row["due"],
                    "hours": row["hours"],
                    "late": due < material.today,
                }
