"""What people know of a client and a person of the firm decided about: the values of a snapshot, and how they are read in one query.

What was only proposed is not here (workspace/knowledge.py lists it). Never writes.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from store import tables
from workspace.evidence import Evidence, RecordEvidence, from_json
from workspace.scope import Scope


@dataclass(frozen=True)
class Known:
    """An entry. `topic` is one of workspace.knowledge_rules.TOPICS; `said_on` the day of its source, `said_by` whose words they
    are; `valid_to` None: until somebody ends it. `accepted_by` is a person's id, "" for a proposal that was set aside."""

    id: str
    topic: str
    text: str
    said_on: date
    said_by: str
    source: Evidence
    valid_from: date | None
    valid_to: date | None
    accepted_by: str

    def holds(self, today: date) -> bool:
        """Whether it counts on a day: accepted, and not over."""
        return (
            bool(self.accepted_by)
            and (self.valid_from is None or self.valid_from <= today)
            and (self.valid_to is None or today < self.valid_to)
        )

    def evidence(self, name: str) -> RecordEvidence:
        """The record evidence of one field: the day or the speaker of the source."""
        return RecordEvidence(f"knowledge:{self.id}", name, str(getattr(self, name)))


def read_known(scope: Scope, ids: Collection[str]) -> dict[str, list[Known]]:
    """Each client's entries, by topic and day."""
    row = tables.Knowledge
    rows = scope.session.scalars(
        select(row).where(row.client_id.in_(ids), row.client_id.in_(scope.clients())).order_by(row.id)
    )
    found: dict[str, list[Known]] = defaultdict(list)
    for one in rows:
        found[one.client_id].append(known_of(one))
    for entries in found.values():
        entries.sort(key=lambda one: (one.topic, one.said_on, one.id))
    return found


def known_of(row: tables.Knowledge) -> Known:
    """The value of a row."""
    source: dict[str, Any] = row.source
    evidence = (
        from_json(source["evidence"])
        if source.get("evidence")
        else RecordEvidence(f"knowledge:{row.id}", "text", row.text)
    )
    return Known(
        id=row.id,
        topic=source["topic"],
        text=row.text,
        said_on=date.fromisoformat(source["on"]),
        said_by=source["by"],
        source=evidence,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        accepted_by=row.accepted_by or "",
    )
