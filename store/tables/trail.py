"""The audit trail: a chain in which each entry carries the hash of the one before, and the row that remembers its head."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base


class AuditEntry(Base):
    """One thing that happened. `seq` counts from 1 without gaps. `digest` is that of the row it is about, where the trail
    vouches for the row. Ids are plain text here: an entry outlives what it names.

    `detail_hash` is the hash of `detail` under `salt`, None for entries of the first form; both detail and salt are empty where a client
    was erased. `vouched` holds digests of the rows that the transaction changed (store/vouching.py), on its first entry."""

    __tablename__ = "audit"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    tag: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[str] = mapped_column(index=True)
    client_id: Mapped[str | None] = mapped_column(String(40), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str | None] = mapped_column(String(64))
    salt: Mapped[str | None] = mapped_column(String(32))
    detail_hash: Mapped[str | None] = mapped_column(String(64))
    vouched: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """How long the chain is and how it ends; `id` is always 1."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
