"""What became of the firm's backups: each that was made or failed, each restore that was tried, and whether the newest is good enough.

Owns the record and its words; makes and restores nothing (store/backup/, api/backups.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from store import audit
from store.audit import AuditTag
from store.ids import new_id
from store.tables import BackupRun
from workspace.scope import Right, Scope

MADE, TESTED = "made", "tested"
STALE = timedelta(days=2)
_LONGEST = 500
_ENOUGH = 100  # of the newest: an older success counts as none
_TAGS = {MADE: AuditTag.BACKUP_MADE, TESTED: AuditTag.BACKUP_TESTED}


@dataclass(frozen=True)
class Run:
    """A backup that was made (`kind` "made"), or a restore of one that was tried ("tested"). `at` when it began, `seconds` how long it
    took, `size` bytes. `error` says why it failed."""

    id: str
    kind: str
    at: datetime
    seconds: float
    name: str
    place: str
    size: int
    detail: Mapping[str, Any]
    error: str | None
    actor: str

    @property
    def ok(self) -> bool:
        """Whether it came to its end."""
        return self.error is None


@dataclass(frozen=True)
class Standing:
    """The newest backup and the newest tested restore that succeeded; `failed` is the newest backup that did not, where it is newer."""

    last_made: Run | None
    last_tested: Run | None
    failed: Run | None


def runs(scope: Scope, kind: str | None = None, limit: int = 100) -> list[Run]:
    """Backups and tested restores, or one kind of them, newest first. Raises Forbidden without backup:make or evidence:write."""
    if not scope.has(Right.EVIDENCE_WRITE):
        scope.require(Right.BACKUP_MAKE)
    return _read(scope, kind, limit)


def tests(scope: Scope) -> list[Run]:
    """The restores that were tried, newest first: what the firm's packet of evidence shows. Raises Forbidden as `runs`."""
    return runs(scope, TESTED)


def standing(scope: Scope) -> Standing:
    """How the firm stands. Raises Forbidden as `runs`."""
    runs(scope, limit=0)
    return _standing(scope)


def fault(scope: Scope) -> str | None:
    """Why the firm cannot rely on its newest backup, in a sentence; None where it can, or never made one. One query. For a page that
    shows it to those who may know; asks for no right."""
    found = _standing(scope, tested=False)
    made, failed = found.last_made, found.failed
    since = f"the newest is of {made.at:%B} {made.at.day}, {made.at.year}" if made else "none was ever made"
    if failed is not None:
        return f"the backup of {failed.at:%B} {failed.at.day} failed ({failed.error}); {since}"
    if made is not None and scope.now - made.at > STALE:
        return f"{since}, {(scope.now - made.at).days} days ago"
    return None


def _standing(scope: Scope, *, tested: bool = True) -> Standing:
    newest = _read(scope, MADE, _ENOUGH)
    made = next((one for one in newest if one.ok), None)
    failed = newest[0] if newest and not newest[0].ok else None
    last_tested = next((one for one in _read(scope, TESTED, _ENOUGH) if one.ok), None) if tested else None
    return Standing(made, last_tested, failed)


def note_run(
    scope: Scope,
    kind: str,
    *,
    at: datetime,
    seconds: float,
    name: str,
    place: str,
    size: int,
    detail: Mapping[str, Any],
    error: str | None = None,
) -> str:
    """Keep what became of a backup or of a restore that was tried, also on the trail; its id. Raises Forbidden without backup:make."""
    scope.require(Right.BACKUP_MAKE)
    row = BackupRun(
        id=new_id("bak"),
        kind=kind,
        at=at,
        seconds=round(seconds, 2),
        name=name,
        place=place,
        size=size,
        detail=dict(detail),
        error=error[:_LONGEST] if error else None,
        actor=scope.email,
    )
    scope.session.add(row)
    told = {"name": name, "place": place, "size": size, **{k: v for k, v in detail.items() if k != "rows"}}
    tag = AuditTag.BACKUP_FAILED if error else _TAGS[kind]
    _note(scope, tag, f"backup:{row.id}", {**told, "kind": kind, **({"error": row.error} if error else {})})
    return row.id


def note_restored(scope: Scope, name: str, detail: Mapping[str, Any]) -> None:
    """Put on the trail that this home was brought back from a backup. Raises Forbidden without backup:make."""
    scope.require(Right.BACKUP_MAKE)
    _note(scope, AuditTag.BACKUP_RESTORED, "backup:home", {"name": name, **detail})


def _note(scope: Scope, tag: AuditTag, subject: str, detail: dict[str, Any]) -> None:
    audit.record(scope.session, tag, actor=scope.email, subject=subject, now=scope.now, detail=detail)


def _read(scope: Scope, kind: str | None, limit: int) -> list[Run]:
    query = select(BackupRun).order_by(BackupRun.at.desc(), BackupRun.id).limit(limit)
    if kind is not None:
        query = query.where(BackupRun.kind == kind)
    rows: Sequence[BackupRun] = scope.session.scalars(query).all()
    names = list(Run.__dataclass_fields__)
    return [Run(**{name: getattr(row, name) for name in names}) for row in rows]
