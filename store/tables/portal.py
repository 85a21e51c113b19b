"""The client's side: who may come in, by which links, whose sessions are open, and what was sent.

Secrets of links and sessions are kept as SHA-256 only. A link that is to be mailed keeps its secret sealed until the mail went.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long, OfClient


class PortalAccess(OfClient, Base):
    """That the firm let a contact see this client in the portal. It counts while she is a contact of the client and `revoked_at` is None.
    `asked_at` is when she last asked at the door for a link, `seen_at` when she was last here."""

    __tablename__ = "portal_accesses"
    __table_args__ = (UniqueConstraint("client_id", "contact_id"),)
    id: Mapped[Key]
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    granted_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    granted_at: Mapped[datetime]
    revoked_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    revoked_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]


class PortalLink(Base):
    """A way in for one contact, once. `client_id` is the client that it was made for, None for one asked at the door; `request_id` the list
    of requests that it leads to. `ended_at`: used, replaced or taken back; `used` says which.

    `mail`: none (a person copies it), waiting, sending, sent, failed. `sealed` holds the secret until it was mailed, "" otherwise."""

    __tablename__ = "portal_links"
    __table_args__ = (CheckConstraint("mail IN ('none', 'waiting', 'sending', 'sent', 'failed')", name="mail_known"),)
    id: Mapped[Key]
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    client_id: Mapped[str | None] = mapped_column(ForeignKey("clients.id"), index=True)
    request_id: Mapped[str | None] = mapped_column(String(40))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    used: Mapped[bool] = mapped_column(default=False)
    mail: Mapped[str] = mapped_column(String(8), default="none", index=True)
    mail_to: Mapped[str] = mapped_column(default="")
    sealed: Mapped[Long] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    error: Mapped[Long] = mapped_column(default="")


class PortalSession(Base):
    """A contact's open browser. It ends when it was not used for a while (`used_at`), and at `expires_at` at the latest."""

    __tablename__ = "portal_sessions"
    id: Mapped[Key]
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    opened_at: Mapped[datetime]
    used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    agent: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(60))


class PortalUpload(OfClient, Base):
    """A file that a contact sent. `blob` is the SHA-256 of its bytes; `item_id` what it was sent for, None for anything else.

    `state`: received (not looked at yet), taken (a document of the client), doubled (the client's file had it), held (quarantine: nobody
    opens it, `finding` says why), dropped (a person set it aside for `reason`)."""

    __tablename__ = "portal_uploads"
    __table_args__ = (
        CheckConstraint("state IN ('received', 'taken', 'doubled', 'held', 'dropped')", name="state_known"),
    )
    id: Mapped[Key]
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    item_id: Mapped[str | None] = mapped_column(String(40), index=True)
    name: Mapped[str]
    blob: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    media_type: Mapped[str | None]
    state: Mapped[str] = mapped_column(String(10), default="received", index=True)
    finding: Mapped[Long] = mapped_column(default="")
    document_id: Mapped[str | None] = mapped_column(String(40), index=True)
    sent_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[Long] = mapped_column(default="")
