"""What a firm adds to the law's table of dates: rules of the states it files in; and the calendar feeds of its people."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key


class StateRule(Base):
    """A due date of a state's own return, as the firm entered it. `months` and `day` count from the tax year end (31: the last day).

    `extension_months` is counted from the nominal date, None where the state gives none; `extension_day` None keeps the day. `rolls`:
    off weekends and legal holidays. `to_confirm`: a person is asked to confirm a date that rests on it. The years are those in which the
    tax year begins."""

    __tablename__ = "state_rules"
    id: Mapped[Key]
    state: Mapped[str] = mapped_column(String(2), index=True)
    form: Mapped[str]
    title: Mapped[str]
    entity_types: Mapped[list[Any]] = mapped_column(JSON, default=list)
    months: Mapped[int]
    day: Mapped[int]
    extension_months: Mapped[int | None]
    extension_day: Mapped[int | None]
    rolls: Mapped[bool]
    authority: Mapped[str]
    from_year: Mapped[int | None]
    through_year: Mapped[int | None]
    to_confirm: Mapped[bool]
    entered_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))


class CalendarFeed(Base):
    """An address at which a calendar program fetches one person's dates. `token_hash` is SHA-256 of the secret in it.

    `own_only`: only work that she owns. `served` is what was handed out, by the event's UID: its sequence, a digest of what it said,
    when that was, its day, and since when it is gone; it holds no client's name."""

    __tablename__ = "calendar_feeds"
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str]
    own_only: Mapped[bool]
    created_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    served: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
