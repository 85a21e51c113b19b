"""Who had which exact version before her: kept once for each reviewer and version. Decides nothing."""

from sqlalchemy import select

from store import audit
from store.audit import AuditTag
from store.ids import stable_id
from store.tables import Deliverable, Opening
from workspace import drill
from workspace.deliverables.filing import current_version, locked
from workspace.deliverables.model import OPEN
from workspace.scope import Right, Scope, access_deliverable


def is_first(scope: Scope, deliverable_id: str) -> bool:
    """Whether the asker, a reviewer, looks at an undecided version that she has not opened before. One query."""
    if scope.person_id is None or not scope.has(Right.DELIVERABLE_REVIEW):
        return False
    opened = select(Opening.id).where(
        Opening.version_id == Deliverable.current_version_id, Opening.person_id == scope.person_id
    )
    wanted = select(Deliverable.id).where(
        Deliverable.id.startswith(deliverable_id, autoescape=True),
        Deliverable.state.in_(OPEN),
        Deliverable.client_id.in_(scope.clients()),
        ~opened.exists(),
    )
    return scope.session.execute(wanted).first() is not None


def open_version(scope: Scope, deliverable_id: str) -> None:
    """Note that the asker opens the current version, once; where she is tested, a drill may take its place (drill.py)."""
    row = access_deliverable(scope, deliverable_id)
    row = locked(scope, row.id) or row  # two pages opened at once are one opening
    if not is_first(scope, row.id):
        return
    version = current_version(scope, row)
    scope.session.add(
        Opening(
            id=stable_id("opn", version.id, scope.person_id or ""),
            client_id=row.client_id,
            deliverable_id=row.id,
            version_id=version.id,
            content_hash=version.content_hash,
            person_id=scope.person_id,
            at=scope.now,
        )
    )
    scope.session.flush()
    audit.record(
        scope.session,
        AuditTag.DELIVERABLE_OPENED,
        actor=scope.email,
        subject=f"version:{version.id}",
        now=scope.now,
        client_id=row.client_id,
        detail={"number": version.number, "hash": version.content_hash},
    )
    drill.begin(scope, row, version)
