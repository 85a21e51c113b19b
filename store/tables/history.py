"""What records said over time: every value that a document can feed, from when and by what."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from store.sealed import GuardedJson
from store.tables.base import Base, Key, Long, OfClient


class RecordChange(OfClient, Base):
    """A change of one record, or its first values. `record` is its name of the trade ("client:C001", "engagement:E-1", "contact:ID").

    `said` holds the fields that changed and what they say since, `was` what they said before (absent where the record is new); values are
    text, None for an empty field, taxpayer ids only as their last digits and a digest. `since` is the practice's day. `source`: load,
    accept. `evidence` is the contract's JSON of the words that were accepted, None for a load."""

    __tablename__ = "record_changes"
    id: Mapped[Key]
    record: Mapped[str] = mapped_column(index=True)
    said: Mapped[dict[str, Any]] = mapped_column(GuardedJson("record_changes.said"))
    was: Mapped[dict[str, Any]] = mapped_column(GuardedJson("record_changes.was"))
    since: Mapped[date]
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    evidence: Mapped[dict[str, Any] | None] = mapped_column(GuardedJson("record_changes.evidence"))
    note: Mapped[Long]
