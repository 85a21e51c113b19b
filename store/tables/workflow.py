"""How agreed work repeats and hangs together: versions of templates, series of engagements, what waits for what, tasks that come again.

The engagements and tasks themselves are in `engagements` and `tasks` (store/tables/work.py), where the night reads them.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, OfClient
from store.types import Hours, Money


class TemplateVersion(Base):
    """A template as the firm wrote it, once. Only added to; version 0 is the one that comes with the program and has no row."""

    __tablename__ = "template_versions"
    __table_args__ = (UniqueConstraint("slug", "version"),)
    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    title: Mapped[str]
    due: Mapped[dict[str, Any]] = mapped_column(JSON)
    steps: Mapped[list[Any]] = mapped_column(JSON)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class Series(OfClient, Base):
    """Engagements of one kind that follow each other. `every`: month, quarter, year. Period `n` is counted from `first_end`, the last day
    of period 0, never from the period before; `ahead` periods are made before they begin. `paused_on`, `ended_on`: since then none is
    made."""

    __tablename__ = "series"
    __table_args__ = (CheckConstraint("every IN ('month', 'quarter', 'year')", name="every_known"),)
    id: Mapped[Key]
    template: Mapped[str] = mapped_column(String(20))
    every: Mapped[str] = mapped_column(String(8))
    first_end: Mapped[date]
    ahead: Mapped[int] = mapped_column(default=1, server_default="1")
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    fee_type: Mapped[str | None] = mapped_column(String(10))
    fee: Mapped[Decimal | None] = mapped_column(Money())
    budget_hours: Mapped[Decimal | None] = mapped_column(Hours())
    due: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    paused_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    created_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]


class EngagementNeed(OfClient, Base):
    """That an engagement cannot be finished before another one, of this client or of another (a K-1 before the return it goes into)."""

    __tablename__ = "engagement_needs"
    __table_args__ = (UniqueConstraint("engagement_id", "needs_id"),)
    id: Mapped[Key]
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"), index=True)
    needs_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"), index=True)
    note: Mapped[str | None]
