"""What programs hold on to: webhooks with what is on its way to them, and the keys under which something was created once."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long


class Webhook(Base):
    """An address that is told what happens. It sees what its maker sees.

    `events` are names such as `invoice.issued`, or `*` for all. `position` is the number of the last entry of the trail that was looked at
    for it. `secret` and `old_secret` are sealed with the home's key; the old one signs too until `old_until`. `state`: on, off (by a
    person), failed (by too many failures; `why` says which). `failures` counts tries in a row that were not taken."""

    __tablename__ = "webhooks"
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    url: Mapped[str]
    note: Mapped[str]
    events: Mapped[list[Any]] = mapped_column(JSON)
    secret: Mapped[Long]
    old_secret: Mapped[str | None]
    old_until: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(10), default="on")
    why: Mapped[str] = mapped_column(default="")
    failures: Mapped[int] = mapped_column(default=0)
    position: Mapped[int]
    created_at: Mapped[datetime]


class WebhookPost(Base):
    """One event on its way to one webhook. `seq` is the entry of the trail that it tells, None for a test; in that order they are sent.

    `state`: waiting, sending (claimed by a process), done. `client_id` and the payload's ids are plain text, as on the trail: an event
    outlives what it names."""

    __tablename__ = "webhook_posts"
    __table_args__ = (UniqueConstraint("webhook_id", "seq"),)
    id: Mapped[Key]
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.id"), index=True)
    seq: Mapped[int | None]
    event: Mapped[str] = mapped_column(String(60))
    client_id: Mapped[str | None] = mapped_column(String(40), index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default="waiting", index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]


class WebhookAttempt(Base):
    """One try to deliver: the status that was answered, None when nothing was, and how long it took in milliseconds."""

    __tablename__ = "webhook_attempts"
    id: Mapped[Key]
    post_id: Mapped[str] = mapped_column(ForeignKey("webhook_posts.id"), index=True)
    at: Mapped[datetime]
    status: Mapped[int | None]
    milliseconds: Mapped[int]
    error: Mapped[str]


class KeyedCreation(Base):
    """What was answered to a creation that carried a key, for a day. `id` is made of person, method, address and key.

    `state`: running (claimed by `process`), done. `body_hash` is that of the request; `answer` the sealed body of the answer, None for one
    that is not kept (a secret, or too large)."""

    __tablename__ = "keyed_creations"
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    process: Mapped[str] = mapped_column(String(40))
    body_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10))
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any]] = mapped_column(JSON)
    answer: Mapped[str | None] = mapped_column()
    at: Mapped[datetime] = mapped_column(index=True)
