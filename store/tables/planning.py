"""Days on which somebody does not work, and pairs of records that a person looked at and found to be two."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key


class TimeOff(Base):
    """A person is off from `first` through `last`. `note` is hers and whoever plans the work reads it."""

    __tablename__ = "time_off"
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    first: Mapped[date]
    last: Mapped[date]
    note: Mapped[str] = mapped_column(String(200), default="")


class NotDouble(Base):
    """Two records that are proposed as one no more. `kind` is client or contact; `one` and `other` are ids, the smaller first, plain text:
    what is taken away takes nothing along."""

    __tablename__ = "not_doubles"
    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(8), index=True)
    one: Mapped[str] = mapped_column(String(40))
    other: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
