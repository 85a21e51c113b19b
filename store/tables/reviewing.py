"""What people do while they review: comments on a passage, ticks on the checklist, who opened which version, and drills."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long, OfClient


class Comment(OfClient, Base):
    """A person's word about a passage of one version: `quote` is its Markdown from `start` to `end` of that section. Never changed but
    to be resolved; `number` counts the comments on a deliverable from 1."""

    __tablename__ = "comments"
    __table_args__ = (UniqueConstraint("deliverable_id", "number"),)
    id: Mapped[Key]
    deliverable_id: Mapped[str] = mapped_column(ForeignKey("deliverables.id"), index=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("deliverable_versions.id"))
    number: Mapped[int]
    section: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    quote: Mapped[Long]
    note: Mapped[Long]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    resolved_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    resolved_at: Mapped[datetime | None]


class CheckTick(OfClient, Base):
    """A line of a version's checklist that a reviewer ticked; `place` is its index. Taken away when she takes it back."""

    __tablename__ = "check_ticks"
    __table_args__ = (UniqueConstraint("version_id", "place"),)
    id: Mapped[Key]
    deliverable_id: Mapped[str] = mapped_column(ForeignKey("deliverables.id"), index=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("deliverable_versions.id"))
    place: Mapped[int]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class Opening(OfClient, Base):
    """The first time a reviewer had the review page of one exact version before her."""

    __tablename__ = "openings"
    __table_args__ = (UniqueConstraint("version_id", "person_id"),)
    id: Mapped[Key]
    deliverable_id: Mapped[str] = mapped_column(ForeignKey("deliverables.id"), index=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("deliverable_versions.id"))
    content_hash: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    at: Mapped[datetime]


class Drill(OfClient, Base):
    """A copy of a version with one wrong figure, put before one reviewer who chose to be tested. No deliverable, and never becomes one.

    `was` stands from `start` to `end` of the section in the version, `planted` in the copy; `content_hash` is the copy's. `fault`: digits,
    year, thousand. `outcome` None: still before her; caught, missed, unclear (sent back for something else), lifted (not counted).
    `remarks` [{quote, note}] are her comments on the wrong figure itself."""

    __tablename__ = "drills"
    __table_args__ = (
        CheckConstraint("outcome IN ('caught', 'missed', 'unclear', 'lifted')", name="outcome_known"),
        UniqueConstraint("version_id", "person_id"),
    )
    id: Mapped[Key]
    deliverable_id: Mapped[str] = mapped_column(ForeignKey("deliverables.id"), index=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("deliverable_versions.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    content_hash: Mapped[str] = mapped_column(String(64), index=True)
    fault: Mapped[str] = mapped_column(String(10))
    section: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    was: Mapped[str]
    planted: Mapped[str]
    remarks: Mapped[list[Any]] = mapped_column(JSON, default=list)
    opened_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(10))
    note: Mapped[Long] = mapped_column(default="")
    decided_at: Mapped[datetime | None]


class DrillChoice(Base):
    """Whether a person wants to be tested; without a row the firm's setting counts."""

    __tablename__ = "drill_choices"
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), unique=True)
    chosen: Mapped[bool]
    at: Mapped[datetime]
