"""How files come in: the firm's tray of files that are no client's yet, the watched folder, and which documents are versions of one.

A loose file belongs to nobody until a person files it; its guesses name clients and are rows of those clients' workspaces.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long, OfClient, Scanned


class LooseFile(Base):
    """A file that came in without a client, one row for the same bytes however often they come. `path` is where it lay first, `places`
    are all of them. `pages` is its text by page while it waits. `state`: received (bytes kept, not looked at), waiting, filed, dropped.

    `finding` says what could not be read, `reason` why it was set aside. `client_id` and `document_id` are those it was filed to."""

    __tablename__ = "loose_files"
    id: Mapped[Key]
    blob: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str]
    path: Mapped[Long]
    places: Mapped[list[Any]] = mapped_column(JSON, default=list)
    size: Mapped[int]
    source: Mapped[str] = mapped_column(String(12))
    media_type: Mapped[str | None]
    kind: Mapped[str | None] = mapped_column(String(30))
    pages: Mapped[list[Any]] = mapped_column(JSON, default=list)
    finding: Mapped[Long | None]
    state: Mapped[str] = mapped_column(String(10), default="received", index=True)
    received_at: Mapped[datetime]
    added_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    client_id: Mapped[str | None] = mapped_column(ForeignKey("clients.id"))
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[Long | None]


class LooseGuess(OfClient, Base):
    """That a loose file may be this client's: `reasons` in words, `confidence` 0 to 1. `first`: sure enough to be offered at once."""

    __tablename__ = "loose_guesses"
    __table_args__ = (UniqueConstraint("loose_id", "client_id"),)
    id: Mapped[Key]
    loose_id: Mapped[str] = mapped_column(ForeignKey("loose_files.id"), index=True)
    confidence: Mapped[float]
    reasons: Mapped[list[Any]] = mapped_column(JSON)
    first: Mapped[bool] = mapped_column(default=False)


class WatchedFile(Base):
    """A file of the watched folder `root` as it was when last taken in, so that an unchanged one is not read again. `path` is below
    the root, `top` the folder that names the client, `place` the path in the client's workspace; `client_id` None: it went to the tray.
    `gone_at` is when it was first missed, None while it is there."""

    __tablename__ = "watched_files"
    id: Mapped[Key]
    root: Mapped[Long]
    path: Mapped[Long]
    top: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    client_id: Mapped[str | None] = mapped_column(ForeignKey("clients.id"), index=True)
    place: Mapped[Long]
    seen_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]


class VersionLink(Scanned, Base):
    """That one document of a client is a later version of another, found by rule. `state`: linked, or undone by a person, and then it
    is never linked again. `similarity` is the share of the earlier one's word groups that both have, 0 to 1."""

    __tablename__ = "version_links"
    __table_args__ = (UniqueConstraint("earlier_id", "later_id"),)
    id: Mapped[Key]
    earlier_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    later_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    rule: Mapped[Long]
    similarity: Mapped[float]
    state: Mapped[str] = mapped_column(String(10), default="linked")
    linked_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
