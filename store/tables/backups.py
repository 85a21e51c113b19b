"""The backups that were made and tested, and what came of each."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long


class BackupRun(Base):
    """One backup that was made, or one restore of it that was tried. `kind`: made, tested. `name` is the backup's, "" for one that failed;
    `place` its folder; `size` bytes; `at` when it began, by the machine's own clock; `seconds` how long it took.

    `detail` tells the trail's length and head, rows, blobs, and the key's id. `error` says why it failed, None where it did not."""

    __tablename__ = "backup_runs"
    __table_args__ = (CheckConstraint("kind IN ('made', 'tested')", name="kind_known"),)
    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(index=True)
    seconds: Mapped[float]
    name: Mapped[str]
    place: Mapped[str]
    size: Mapped[int]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[Long | None]
    actor: Mapped[str]
