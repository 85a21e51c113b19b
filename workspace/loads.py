"""The receipt of a load: what came, what was rejected and why, what intake could not read. Written only when something is new in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select

from store import audit
from store.audit import AuditTag
from store.ids import stable_id
from store.rows import Rejected
from store.tables import Client, Document, ImportBatch, IntakeFinding, RejectedRow
from workspace.scope import Right, Scope


@dataclass(frozen=True)
class Unread:
    """A file that could not be read, or only in part, with the reason. `path` is None where there is no document."""

    client_ref: str
    path: str | None
    message: str
    severity: str


def finish_load(
    scope: Scope, source: str, counts: dict[str, Any], rejected: Sequence[Rejected], *, changed: bool
) -> bool:
    """Write the receipt of a load, unless it changed nothing and the newest receipt of this source says the same; returns whether
    it was written. The rejected rows on record are those of the newest load."""
    scope.require(Right.CLIENT_WRITE)
    newest = scope.session.scalars(
        select(ImportBatch).where(ImportBatch.source == source).order_by(ImportBatch.started_at.desc()).limit(1)
    ).one_or_none()
    if newest is not None and newest.counts == counts and not changed:
        return False
    number = scope.session.scalar(select(func.count()).where(ImportBatch.source == source)) or 0
    batch = ImportBatch(id=stable_id("imp", source, number), source=source, started_at=scope.now, counts=counts)
    scope.session.add(batch)
    scope.session.flush()
    earlier = select(ImportBatch.id).where(ImportBatch.source == source, ImportBatch.id != batch.id)
    scope.session.execute(delete(RejectedRow).where(RejectedRow.batch_id.in_(earlier)))
    scope.session.add_all(_rejected_row(batch.id, n, row) for n, row in enumerate(rejected))
    audit.record(
        scope.session,
        AuditTag.LOAD_FINISHED,
        actor=scope.email,
        subject=f"import:{batch.id}",
        now=scope.now,
        detail={"source": source, **counts},
    )
    return True


def _rejected_row(batch_id: str, n: int, row: Rejected) -> RejectedRow:
    return RejectedRow(
        id=stable_id("rej", batch_id, n),
        batch_id=batch_id,
        file=row.file,
        line=row.line,
        reason=row.reason,
        row=row.row,
    )


def unread(scope: Scope, severities: Sequence[str] = ("error", "warning")) -> tuple[Unread, ...]:
    """What intake could not read of the current versions of the clients that the asker may see, by client and path."""
    query = (
        select(Client.ref, Document.path, IntakeFinding.message, IntakeFinding.severity)
        .join(Client, Client.id == IntakeFinding.client_id)
        .outerjoin(Document, Document.id == IntakeFinding.document_id)
        .where(
            IntakeFinding.client_id.in_(scope.clients()),
            IntakeFinding.severity.in_(severities),
            IntakeFinding.version_id.is_(None) | (IntakeFinding.version_id == Document.current_version_id),
        )
        .order_by(Client.ref, Document.path, IntakeFinding.id)
    )
    return tuple(Unread(*row) for row in scope.session.execute(query).tuples())
