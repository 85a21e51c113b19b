"""Where mail and files come in by themselves: mailboxes, the forwarding address, folders, and how far each was read."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long


class Source(Base):
    """One way in. `kind`: imap (a mailbox), smtp (an address for forwarded mail), folder (of mail files), exports (of other systems).
    `address` is the mailbox's or the forwarding address; `security`: tls, starttls, plain; `method`: password, token or consent. `secret`
    is sealed (store/seal.py). `place` is a folder on this machine. `folders` of a mailbox, empty for all that hold mail.

    `state`: on, paused. `every` is minutes between readings; `next_at` when the next is due, `tried_at` and `ok_at` when it was tried and
    read to its end last, by the machine's own clock. `error` says why it failed last, "" where it did not; `failures` in a row. `taken`
    counts messages that were filed, `passed` those of nobody the firm knows, which are not kept."""

    __tablename__ = "sources"
    __table_args__ = (CheckConstraint("kind IN ('imap', 'smtp', 'folder', 'exports')", name="kind_known"),)
    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str]
    address: Mapped[str]
    host: Mapped[str]
    port: Mapped[int]
    user: Mapped[str]
    security: Mapped[str] = mapped_column(String(8))
    method: Mapped[str] = mapped_column(String(8))
    secret: Mapped[Long]
    place: Mapped[str]
    folders: Mapped[list[Any]] = mapped_column(JSON, default=list)
    every: Mapped[int]
    state: Mapped[str] = mapped_column(String(8), default="on")
    next_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    ok_at: Mapped[datetime | None]
    error: Mapped[Long]
    failures: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)
    passed: Mapped[int] = mapped_column(default=0)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]


class SourceFolder(Base):
    """How far a folder of a mailbox was read: all up to `last` (a UID) of the numbering `validity` (RFC 3501, 2.3.1.1). `modseq` is the
    folder's highest where the server counts changes (RFC 7162), 0 where it does not. `known` are digests of the addresses for which all of
    it was gone through: for a new one it is searched again."""

    __tablename__ = "source_folders"
    __table_args__ = (UniqueConstraint("source_id", "name"),)
    id: Mapped[Key]
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"), index=True)
    name: Mapped[str]
    validity: Mapped[int] = mapped_column(BigInteger)
    last: Mapped[int] = mapped_column(BigInteger)
    modseq: Mapped[int] = mapped_column(BigInteger)
    known: Mapped[list[Any]] = mapped_column(JSON, default=list)


class SourceFile(Base):
    """A file of a source's folder as it was read. `known` is a digest of the addresses by which its mail was judged, "" where all of it
    was filed."""

    __tablename__ = "source_files"
    __table_args__ = (UniqueConstraint("source_id", "path"),)
    id: Mapped[Key]
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"), index=True)
    path: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    known: Mapped[str] = mapped_column(String(16))
