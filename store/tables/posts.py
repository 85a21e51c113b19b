"""Messages on their way out of the house by SMTP."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long


class Post(Base):
    """One message for the mail server: a released item of the outbox, or a person's own brief. Exactly one of the two.

    `state`: waiting, sending (claimed by a process, before it speaks to the server), sent, refused (the server will not take it),
    unsure (the process ended while it was sending: a person says whether it went), set-aside (a person sent it by hand, or will not).
    `next_at` is when it may be tried again; `error` what the server said last. `message_id` is the same at every try."""

    __tablename__ = "posts"
    __table_args__ = (CheckConstraint("(outbox_id IS NULL) <> (brief_id IS NULL)", name="one_source"),)
    id: Mapped[Key]
    outbox_id: Mapped[str | None] = mapped_column(ForeignKey("outbox.id"), unique=True)
    brief_id: Mapped[str | None] = mapped_column(ForeignKey("briefs.id"), unique=True)
    client_id: Mapped[str | None] = mapped_column(ForeignKey("clients.id"), index=True)
    recipients: Mapped[list[Any]] = mapped_column(JSON)
    message_id: Mapped[str]
    state: Mapped[str] = mapped_column(String(10), default="waiting", index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[Long]
