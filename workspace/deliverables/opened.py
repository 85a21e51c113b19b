"""Who had which exact version before her: kept once for each reviewer and version. Decides nothing."""

from sqlalchemy import ColumnElement, and_, select

from store import audit
from store.audit import AuditTag
from store.errors import NotFound
from store.ids import stable_id
from store.tables import Deliverable, DeliverableVersion, Drill, Opening
from workspace import drill
from workspace.deliverables.model import OPEN
from workspace.scope import Right, Scope


def standing(scope: Scope, deliverable_id: str) -> tuple[Drill | None, drill.Told | None, bool]:
    """What stands before the asker in place of the current version, and what she is told of a drill that is over (drill.py); and whether
    she, a reviewer, looks at an undecided version that she has not opened before. One query."""
    if scope.person_id is None:
        return None, None, False
    row = scope.session.execute(
        select(Drill, Opening.id, Deliverable.state)
        .select_from(Deliverable)
        .outerjoin(Drill, and_(Drill.version_id == Deliverable.current_version_id, Drill.person_id == scope.person_id))
        .outerjoin(Opening, _hers(scope))
        .where(Deliverable.id == deliverable_id, Deliverable.client_id.in_(scope.clients()))
    ).one_or_none()
    if row is None:
        return None, None, False
    found, opened, state = row.tuple()
    first = opened is None and state in OPEN and scope.has(Right.DELIVERABLE_REVIEW)
    return (*drill.told_of(found if state == "in_review" else None), first)


def _hers(scope: Scope) -> ColumnElement[bool]:
    return and_(Opening.version_id == Deliverable.current_version_id, Opening.person_id == scope.person_id)


def open_version(scope: Scope, deliverable_id: str) -> tuple[str, bool]:
    """Note that the asker opens the current version, once; where she is tested, a drill may take its place (drill.py). Its hash, and
    whether a drill did. Raises NotFound."""
    scope.require(Right.DELIVERABLE_REVIEW)
    found = scope.session.execute(
        select(Deliverable, DeliverableVersion, Opening.id)
        .join(DeliverableVersion, DeliverableVersion.id == Deliverable.current_version_id)
        .outerjoin(Opening, _hers(scope))
        .where(Deliverable.id == deliverable_id, Deliverable.client_id.in_(scope.clients()))
        .with_for_update(of=Deliverable)  # two pages opened at once are one opening
    ).one_or_none()
    if found is None:
        raise NotFound(f"there is no deliverable {deliverable_id}")
    row, version, opened = found.tuple()
    if opened is not None or row.state not in OPEN:
        return version.content_hash, False
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
    return version.content_hash, drill.begin(scope, row, version) is not None
