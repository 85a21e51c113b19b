"""How long records are kept, what may not be destroyed meanwhile, the clients that were erased, and what of them is still to go."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long, OfClient


class RetentionRule(Base):
    """The firm's own word on how long one kind of record is kept, in months; its id is the kind. `authority` is what the firm goes by."""

    __tablename__ = "retention_rules"
    id: Mapped[Key]
    months: Mapped[int]
    authority: Mapped[Long]
    set_by: Mapped[str]
    set_at: Mapped[datetime]


class LegalHold(OfClient, Base):
    """Nothing of this client is destroyed while a hold stands: `ended_at` None. People are named by address."""

    __tablename__ = "legal_holds"
    id: Mapped[Key]
    reason: Mapped[Long]
    set_by: Mapped[str]
    set_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    why_ended: Mapped[Long]


class Erasure(Base):
    """That a client was erased, wholly or but for what must stay. `client_id` is plain text, `counts` what went and what stayed."""

    __tablename__ = "erasures"
    id: Mapped[Key]
    client_id: Mapped[str] = mapped_column(String(40), index=True)
    whole: Mapped[bool]
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    by: Mapped[str]
    at: Mapped[datetime]


class Leaving(Base):
    """What rows that are gone leave outside the database; the row goes when it is taken away (store/leavings.py). `blobs` digests,
    `passages` {shelf: [id]}, `clients` ids whose kept words go, `whole` a shelf, `threads` the ref that threads of questions begin with."""

    __tablename__ = "leavings"
    id: Mapped[Key]
    at: Mapped[datetime]
    blobs: Mapped[list[Any]] = mapped_column(JSON)
    passages: Mapped[dict[str, Any]] = mapped_column(JSON)
    clients: Mapped[list[Any]] = mapped_column(JSON)
    whole: Mapped[str | None]
    threads: Mapped[str | None]
    scour: Mapped[bool]
