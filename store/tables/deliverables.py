"""Deliverables, their versions, the decisions about them, releases, and what left the firm."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long, OfClient


class Deliverable(OfClient, Base):
    """Something that goes to a client, an agency or into the file. `occasion` is what it was drafted for (a signal's key, a day).

    `state`: in_review, changes, approved, released, rejected, superseded, withdrawn. The database lets it become approved or
    released only as `store/triggers.py` says."""

    __tablename__ = "deliverables"
    __table_args__ = (UniqueConstraint("client_id", "slug", "occasion"),)
    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(30))
    title: Mapped[str]
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"))
    occasion: Mapped[str]
    cls: Mapped[str] = mapped_column("class", String(1))
    state: Mapped[str] = mapped_column(String(12), default="in_review", index=True)
    current_version_id: Mapped[str | None] = mapped_column(String(40))
    as_of: Mapped[date]
    created_at: Mapped[datetime]


class DeliverableVersion(OfClient, Base):
    """One exact text with its proof; never changed. `content_hash` covers slug, client, sections, tickmarks and recipients.

    `sections`: [{title, markdown}]. `tickmarks`, `checks`, `unseen`: as in the contract. `facts`: what the writer was given,
    so that a note or an edit can be tied out again. `author_id` None: written by the software. `untied` counts tickmarks."""

    __tablename__ = "deliverable_versions"
    __table_args__ = (UniqueConstraint("deliverable_id", "number"),)
    id: Mapped[Key]
    deliverable_id: Mapped[str] = mapped_column(ForeignKey("deliverables.id"), index=True)
    number: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    sections: Mapped[list[Any]] = mapped_column(JSON)
    tickmarks: Mapped[list[Any]] = mapped_column(JSON)
    facts: Mapped[list[Any]] = mapped_column(JSON)
    checks: Mapped[list[Any]] = mapped_column(JSON)
    unseen: Mapped[list[Any]] = mapped_column(JSON)
    recipients: Mapped[list[Any]] = mapped_column(JSON, default=list)
    untied: Mapped[int]
    model: Mapped[str]
    prompt_version: Mapped[str]
    author_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    note: Mapped[Long]
    created_at: Mapped[datetime]


class Review(OfClient, Base):
    """A person's decision about one exact version: approve, changes, reject. `override` is the reason for approving a version
    with an untied figure; `number` counts the decisions on
    a deliverable from 1; `seconds` is how long the review page was read, idle minutes left out, None from
    the command line."""

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint("decision IN ('approve', 'changes', 'reject')", name="decision_known"),
        UniqueConstraint("deliverable_id", "number"),
    )
    id: Mapped[Key]
    deliverable_id: Mapped[str] = mapped_column(ForeignKey("deliverables.id"), index=True)
    number: Mapped[int]
    version_id: Mapped[str] = mapped_column(ForeignKey("deliverable_versions.id"), index=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    decision: Mapped[str] = mapped_column(String(10))
    note: Mapped[Long]
    override: Mapped[str | None]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    seconds: Mapped[int | None]
    at: Mapped[datetime]


class Release(OfClient, Base):
    """A partner's decision that lets one exact version leave the firm."""

    __tablename__ = "releases"
    id: Mapped[Key]
    deliverable_id: Mapped[str] = mapped_column(ForeignKey("deliverables.id"), unique=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("deliverable_versions.id"))
    content_hash: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class OutboxItem(OfClient, Base):
    """What a release put out for sending. `channel`: mail, file, portal. `sent_at` None: it still lies here."""

    __tablename__ = "outbox"
    id: Mapped[Key]
    release_id: Mapped[str] = mapped_column(ForeignKey("releases.id"), unique=True)
    channel: Mapped[str] = mapped_column(String(10))
    recipients: Mapped[list[Any]] = mapped_column(JSON)
    subject: Mapped[str]
    body: Mapped[Long]
    sent_at: Mapped[datetime | None]


class ChatThread(OfClient, Base):
    """A person's conversation about one client."""

    __tablename__ = "chat_threads"
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    title: Mapped[str]
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class ChatMessage(OfClient, Base):
    """A question or an answer. For an answer, `answer` holds the contract's JSON of `ask`, receipt included."""

    __tablename__ = "chat_messages"
    __table_args__ = (UniqueConstraint("thread_id", "ordinal"),)
    id: Mapped[Key]
    thread_id: Mapped[str] = mapped_column(ForeignKey("chat_threads.id"), index=True)
    ordinal: Mapped[int]
    role: Mapped[str] = mapped_column(String(10))
    text: Mapped[Long]
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    at: Mapped[datetime]
