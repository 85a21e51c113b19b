"""How the firm, or one client's people, like their letters: learnt from edits."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long, OfClient


class Preference(OfClient, Base):
    """Something that reviewers' edits of this client's letters show. Nothing follows it before a partner has accepted it.

    `kind`: greeting, closing, short-opening, phrase, leave-out, voice. `before` gives way to `after` (both "" where the kind says it
    all); `slug` is the kind of letter, None for all. `level`: client, or firm (counts for every client). `state`: seen (too few edits
    yet), proposed, accepted, off. `sources` [{deliverable, title, version, by, on, before, after, times}], one a deliverable."""

    __tablename__ = "preferences"
    __table_args__ = (
        CheckConstraint("level IN ('client', 'firm')", name="level_known"),
        CheckConstraint("state IN ('seen', 'proposed', 'accepted', 'off')", name="state_known"),
        CheckConstraint("(state IN ('accepted', 'off')) = (decided_by IS NOT NULL)", name="decided_by_a_person"),
        UniqueConstraint("client_id", "key"),
    )
    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    slug: Mapped[str | None] = mapped_column(String(30))
    before: Mapped[Long]
    after: Mapped[Long]
    level: Mapped[str] = mapped_column(String(6), default="client")
    state: Mapped[str] = mapped_column(String(10), default="seen")
    sources: Mapped[list[Any]] = mapped_column(JSON)
    seen_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    decided_on: Mapped[date | None]
