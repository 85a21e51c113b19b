"""What a person did in one stroke, kept so that it can be undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from store.sealed import GuardedJson
from store.tables.base import Base, Key


class Act(Base):
    """One undoable act. `changes` is [{table, id, what: added|changed|removed, before: {column: value}, after: {column: value}}], values
    as JSON has them; `undone_by` is the act that took it back."""

    __tablename__ = "acts"
    id: Mapped[Key]
    at: Mapped[datetime]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    label: Mapped[str]
    changes: Mapped[list[Any]] = mapped_column(GuardedJson("acts.changes"))
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("acts.id"))
