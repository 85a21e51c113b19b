"""What hangs on a request's items: documents that may answer them, and the reminders that were drafted for a list."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.sealed import GuardedJson
from store.tables.base import Base, Key, Long, OfClient


class ItemMatch(OfClient, Base):
    """A document that may answer an item. `state`: proposed, confirmed, refused; a refused pair is never proposed again.

    `covers` is the part of the item that it answers, where the item has parts: a month as 2025-03. `confidence` is 0 to 1, by the rule
    that `reason` names; `evidence` is the contract's JSON of the words it rests on. `sent_by`: a contact sent it for this item, whatever a
    rule says. The night does not read it: an answer changes the item."""

    __tablename__ = "item_matches"
    __table_args__ = (UniqueConstraint("item_id", "document_id"),)
    id: Mapped[Key]
    item_id: Mapped[str] = mapped_column(ForeignKey("request_items.id"), index=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="proposed", index=True)
    covers: Mapped[str] = mapped_column(String(40), default="")
    confidence: Mapped[float]
    reason: Mapped[Long]
    evidence: Mapped[list[Any]] = mapped_column(GuardedJson("item_matches.evidence"), default=list)
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    sent_by: Mapped[str | None] = mapped_column(ForeignKey("contacts.id"))


class RequestReminder(OfClient, Base):
    """A reminder of a list: `number` counts those of the list from 1, `deliverable_id` is the mail that was drafted, which may remind of
    other lists of the client too. What became of it stands on the deliverable. `revision` is the client's when it was last drafted."""

    __tablename__ = "request_reminders"
    __table_args__ = (UniqueConstraint("request_id", "number"),)
    id: Mapped[Key]
    request_id: Mapped[str] = mapped_column(ForeignKey("client_requests.id"), index=True)
    number: Mapped[int]
    drafted_on: Mapped[date]
    deliverable_id: Mapped[str] = mapped_column(ForeignKey("deliverables.id"), index=True)
    revision: Mapped[int] = mapped_column(default=0)
