"""What the firm keeps of clients and contacts beyond the folder: custom fields, tags, states, relations, ownership, saved filters.

Values of custom fields lie in the `custom` column of the row that they are of, under the field's name, so that a column of the firm
folder and a field of that name are one thing.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long, OfClient
from store.types import Percent


class CustomField(Base):
    """A field that the firm defined. `of`: client, contact, engagement; `kind`: text, number, date, choice (then one of `choices`)."""

    __tablename__ = "custom_fields"
    __table_args__ = (UniqueConstraint("of", "name"),)
    id: Mapped[Key]
    of: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10))
    choices: Mapped[list[Any]] = mapped_column(JSON, default=list)


class Tag(Base):
    """A word of the firm's for its clients."""

    __tablename__ = "tags"
    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(40), unique=True)


class ClientTag(OfClient, Base):
    """A client that carries a tag."""

    __tablename__ = "client_tags"
    __table_args__ = (UniqueConstraint("client_id", "tag_id"),)
    id: Mapped[Key]
    tag_id: Mapped[str] = mapped_column(ForeignKey("tags.id"), index=True)


class FilingState(OfClient, Base):
    """A state in which a client files, beside the state of its address; two letters."""

    __tablename__ = "filing_states"
    __table_args__ = (UniqueConstraint("client_id", "state"),)
    id: Mapped[Key]
    state: Mapped[str] = mapped_column(String(2))


class LifecycleChange(OfClient, Base):
    """A client's move from one stage of its life with the firm to the next, by whom and why. `before` is what its status said."""

    __tablename__ = "lifecycle_changes"
    id: Mapped[Key]
    before: Mapped[str] = mapped_column(String(20))
    after: Mapped[str] = mapped_column(String(20))
    on: Mapped[date]
    at: Mapped[datetime]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[Long]


class Relation(Base):
    """What one party is to another, read from the first to the second: "Ngozi is owner of Harbor". Each side is a client or a contact.

    `kind` is a slug of workspace/directory/relations.py."""

    __tablename__ = "relations"
    __table_args__ = (
        CheckConstraint("(from_client_id IS NULL) <> (from_contact_id IS NULL)", name="one_from"),
        CheckConstraint("(to_client_id IS NULL) <> (to_contact_id IS NULL)", name="one_to"),
    )
    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(20))
    from_client_id: Mapped[str | None] = mapped_column(ForeignKey("clients.id"), index=True)
    from_contact_id: Mapped[str | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    to_client_id: Mapped[str | None] = mapped_column(ForeignKey("clients.id"), index=True)
    to_contact_id: Mapped[str | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    note: Mapped[Long]


class OwnershipShare(OfClient, Base):
    """How much of the client somebody owns from a day on. `valid_to` is the last day, None while it lasts; `pct` is percent, above 0.

    The owner is a contact or a client. Of a contact, `client_contacts.ownership_pct` is what holds today."""

    __tablename__ = "ownership_shares"
    __table_args__ = (
        CheckConstraint("(contact_id IS NULL) <> (owner_client_id IS NULL)", name="one_owner"),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="in_order"),
    )
    id: Mapped[Key]
    contact_id: Mapped[str | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    owner_client_id: Mapped[str | None] = mapped_column(ForeignKey("clients.id"), index=True)
    pct: Mapped[Decimal] = mapped_column(Percent())
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    note: Mapped[Long]


class SavedFilter(Base):
    """A filter of the list of clients that somebody kept under a name; `shared` shows it to the whole firm. `query` is {name: value}."""

    __tablename__ = "saved_filters"
    __table_args__ = (UniqueConstraint("person_id", "name"),)
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(String(60))
    shared: Mapped[bool] = mapped_column(default=False)
    query: Mapped[dict[str, Any]] = mapped_column(JSON)


class MergedClient(OfClient, Base):
    """A client that was merged into this one. Its row stays, emptied, with what may not move (releases, scans, the trail)."""

    __tablename__ = "merged_clients"
    id: Mapped[Key]
    merged_id: Mapped[str] = mapped_column(ForeignKey("clients.id"), unique=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class MergedContact(Base):
    """The id of a contact that was merged into another, so that loading the firm folder again does not bring it back."""

    __tablename__ = "merged_contacts"
    id: Mapped[Key]
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
