"""What stands on timelines beside the records: calls, notes in several places and their earlier words, mentions, watches, and what
became of each mail in the firm's inbox."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long, OfClient


class TimelineNote(OfClient, Base):
    """What a note written on a timeline is beside its words; `id` is the note's. `kind`: note, call.

    Notes of one `set_id` are one text on several timelines, a note for each client. `at` is when it was written, or the call was made;
    `came` when it was entered. Of a call: `with_whom` by name, `minutes`, `outcome`, `task_id` of the task that follows from it. `edits`
    counts its earlier wordings."""

    __tablename__ = "timeline_notes"
    __table_args__ = (CheckConstraint("kind IN ('note', 'call')", name="kind_known"),)
    id: Mapped[str] = mapped_column(String(40), ForeignKey("notes.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(4))
    set_id: Mapped[str] = mapped_column(String(40), index=True)
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"))
    at: Mapped[datetime]
    came: Mapped[datetime]
    with_whom: Mapped[str | None]
    minutes: Mapped[int | None]
    outcome: Mapped[str | None]
    task_id: Mapped[str | None] = mapped_column(ForeignKey("tasks.id"))
    edits: Mapped[int] = mapped_column(default=0)


class NoteEdit(OfClient, Base):
    """What a note said before it was changed; `number` counts from 1. Never changed, never shortened."""

    __tablename__ = "note_edits"
    id: Mapped[Key]
    note_id: Mapped[str] = mapped_column(ForeignKey("notes.id"), index=True)
    number: Mapped[int]
    text: Mapped[Long]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class Mention(OfClient, Base):
    """That a note names a colleague with an @, who could see the client when it was written. `read_at` None: not looked at yet."""

    __tablename__ = "mentions"
    id: Mapped[Key]
    note_id: Mapped[str] = mapped_column(ForeignKey("notes.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Watch(OfClient, Base):
    """That a person follows a client, or one engagement of it. `seen_at` is when she last looked."""

    __tablename__ = "watches"
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"))
    since: Mapped[datetime]
    seen_at: Mapped[datetime]


class MailSorting(OfClient, Base):
    """What became of a message in the inbox; a message without a row is unsorted. `state`: open, done.

    `until`: it waits, out of sight, until that day. `engagement_id`: the engagement on whose timeline it stands too; `task_id` the task
    made of it. `person_id` sorted it last, at `at`."""

    __tablename__ = "mail_sortings"
    __table_args__ = (CheckConstraint("state IN ('open', 'done')", name="state_known"),)
    id: Mapped[Key]
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), unique=True)
    state: Mapped[str] = mapped_column(String(4), default="open")
    assignee_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    until: Mapped[date | None]
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"), index=True)
    task_id: Mapped[str | None] = mapped_column(ForeignKey("tasks.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
