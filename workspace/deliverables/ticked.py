"""What of a version's checklist was ticked, by whom and when. Reads only; ticking is workspace/checklist.py."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from store.tables import CheckTick, DeliverableVersion, Person
from workspace.scope import Scope


def ticks_of(scope: Scope, version: DeliverableVersion) -> list[dict[str, Any]]:
    """The version's checklist in its order: each line with who ticked it and when, None where nobody did."""
    if not version.checks:
        return []
    row = CheckTick
    found: Mapping[int, tuple[str, str]] = {
        place: (name, at.isoformat())
        for place, name, at in scope.session.execute(
            select(row.place, Person.name, row.at)
            .join(Person, Person.id == row.person_id)
            .where(row.version_id == version.id, row.client_id == version.client_id)
        ).tuples()
    }
    told = ((line, *found.get(place, (None, None))) for place, line in enumerate(version.checks))
    return [{"check": line, "by": by, "at": at} for line, by, at in told]


def not_ticked(scope: Scope, version: DeliverableVersion) -> dict[str, Any]:
    """For the trail of a decision: how many lines were ticked and which were not; nothing of a version without a checklist."""
    lines = ticks_of(scope, version)
    if not lines:
        return {}
    left = [one["check"] for one in lines if one["by"] is None]
    return {"ticked": len(lines) - len(left), "not_ticked": left}
