"""Reading the audit trail as a person: her clients' entries and the firm's own, newest first. Writing it is the committing door's."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from store import audit
from store.audit import Fault
from store.tables import AuditEntry
from workspace.scope import Right, Scope


def entries(scope: Scope, *, before: int | None = None, limit: int = 100) -> Sequence[AuditEntry]:
    """At most `limit` entries with a number below `before`, newest first. Raises Forbidden without audit:read."""
    scope.require(Right.AUDIT_READ)
    wanted = select(AuditEntry).where(or_(AuditEntry.client_id.is_(None), AuditEntry.client_id.in_(scope.clients())))
    if before is not None:
        wanted = wanted.where(AuditEntry.seq < before)
    return scope.session.scalars(wanted.order_by(AuditEntry.seq.desc()).limit(limit)).all()


def head(scope: Scope) -> tuple[int, str]:
    """How many entries the trail has and the hash it ends with; printed where it lies outside the database."""
    return audit.head(scope.session)


def verify(scope: Scope) -> list[Fault]:
    """Every fault of the whole trail. Raises Forbidden without audit:read."""
    scope.require(Right.AUDIT_READ)
    return audit.verify(scope.session)
