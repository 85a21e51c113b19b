"""The checklist of a draft: who ticked which line of it on which version, and when. A new version begins with none ticked.

Kept with the version and on the trail; deliverables/ticked.py tells it where the version is shown, approved and released. Decides nothing:
an approval without ticks is an approval, and says so.
"""

from store import audit
from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid
from store.ids import stable_id
from store.tables import CheckTick
from workspace.deliverables.filing import current_version, locked
from workspace.deliverables.model import OPEN
from workspace.deliverables.review import must_match
from workspace.scope import Right, Scope, access_deliverable


def tick_check(scope: Scope, deliverable_id: str, place: int, *, on: bool, expected: str | None = None) -> None:
    """Tick the line `place` (from 0) of the current version's checklist, or take the tick back; twice changes nothing.

    Raises Forbidden without deliverable:review or for whom is no person, Conflict for another version and for a deliverable that is
    decided, Invalid for a line that is not there."""
    row = access_deliverable(scope, deliverable_id, Right.DELIVERABLE_REVIEW)
    row = locked(scope, row.id) or row
    if scope.person_id is None:
        raise Forbidden(f"{scope.email} is no person: only a person ticks a checklist")
    version = current_version(scope, row)
    must_match(version, expected)
    if row.state not in OPEN:
        raise Conflict(f"this deliverable is {row.state}: its checklist stays as it was")
    if not 0 <= place < len(version.checks):
        raise Invalid(f"the checklist has {len(version.checks)} lines")
    key = stable_id("tick", version.id, place)
    there = scope.session.get(CheckTick, key)
    if (there is not None) is on:
        return
    if there is not None:
        scope.session.delete(there)
    else:
        scope.session.add(
            CheckTick(
                id=key,
                client_id=row.client_id,
                deliverable_id=row.id,
                version_id=version.id,
                place=place,
                person_id=scope.person_id,
                at=scope.now,
            )
        )
    scope.session.flush()
    audit.record(
        scope.session,
        AuditTag.CHECK_TICKED if on else AuditTag.CHECK_CLEARED,
        actor=scope.email,
        subject=f"deliverable:{row.id}",
        now=scope.now,
        client_id=row.client_id,
        detail={"version": version.number, "hash": version.content_hash, "check": version.checks[place]},
    )
