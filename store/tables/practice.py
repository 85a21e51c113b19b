"""The firm, its people, its clients and the people behind them, and who may not see what."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.sealed import GuardedJson, Sealed
from store.tables.base import Base, Key, Long, Scanned
from store.types import Hours, Money, Percent


class Firm(Base):
    """The one firm of this deployment. `settings` overrides thresholds by signal slug; `timezone` is an IANA name."""

    __tablename__ = "firm"
    id: Mapped[Key]
    name: Mapped[str]
    timezone: Mapped[str] = mapped_column(default="America/New_York")
    fiscal_year_end: Mapped[str] = mapped_column(String(5), default="12-31")
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    second_factor: Mapped[str] = mapped_column(String(20), default="optional", server_default="optional")
    """Who needs one to sign in: optional, partners-and-admins, all."""


class Person(Base):
    """Somebody who works at the firm. `role`: partner, manager, senior, staff or admin. Rates are dollars an hour."""

    __tablename__ = "people"
    id: Mapped[Key]
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(String(10))
    standard_rate: Mapped[Decimal | None] = mapped_column(Money())
    cost_rate: Mapped[Decimal | None] = mapped_column(Money())
    weekly_hours: Mapped[Decimal | None] = mapped_column(Hours())
    password_hash: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    timezone: Mapped[str | None] = mapped_column(String(60))  # IANA; None: the firm's
    own_role_id: Mapped[str | None] = mapped_column(ForeignKey("firm_roles.id"))  # over `role`, which is its base
    glass_until: Mapped[datetime | None]  # when the last client that she opened from outside its team closes
    custom: Mapped[dict[str, Any]] = mapped_column(GuardedJson("people.custom"), default=dict)


class SignIn(Base):
    """A browser session or a personal token. `token_hash` is SHA-256 of the secret; `kind` is `session` or `token`. `rights` narrows a
    token to these rights of its person, None: all of them; `agent` and `address` say where a session was opened, `door` how (password,
    passkey, the name of an identity provider). `fresh_at` is when she last proved who she is, `proved_at` when with a second factor."""

    __tablename__ = "sign_ins"
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    label: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    rights: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    used_at: Mapped[datetime | None]
    agent: Mapped[str | None] = mapped_column(String(200))
    address: Mapped[str | None] = mapped_column(String(60))
    door: Mapped[str | None] = mapped_column(String(40))
    fresh_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None]


class SignInFailure(Base):
    """A failed sign-in, for the brake. `address` is a network address (of IPv6 the first half), or a known browser as `device:HASH`."""

    __tablename__ = "sign_in_failures"
    id: Mapped[Key]
    email: Mapped[str] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class ClientGroup(Base):
    """Clients that belong together: an owner, her S-corporation, the family trust."""

    __tablename__ = "client_groups"
    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)


class Client(Base):
    """The billed entity. `revision` rises with every change of its workspace; `fiscal_year_end` is MM-DD.

    `entity_type`: 1040, 1065, 1120, 1120-S, 1041, 990, law, other. `ai_policy`: allowed, local-only, none. `embedder` is the model whose
    vectors its passages carry and its search asks with, None before the first; `shelf` numbers its collection in the vector index.
    """

    __tablename__ = "clients"
    id: Mapped[Key]
    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(index=True)
    entity_type: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(20), default="active")
    group_id: Mapped[str | None] = mapped_column(ForeignKey("client_groups.id"))
    partner_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    manager_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    tax_id: Mapped[str | None] = mapped_column(Sealed("clients.tax_id"))
    state: Mapped[str | None] = mapped_column(String(2))
    fiscal_year_end: Mapped[str] = mapped_column(String(5), default="12-31")
    industry: Mapped[str | None]
    since: Mapped[date | None]
    annual_fee: Mapped[Decimal | None] = mapped_column(Money())
    ai_policy: Mapped[str] = mapped_column(String(12), default="allowed")
    address: Mapped[str | None]
    city: Mapped[str | None]
    zip: Mapped[str | None]
    custom: Mapped[dict[str, Any]] = mapped_column(GuardedJson("clients.custom"), default=dict)
    revision: Mapped[int] = mapped_column(default=0)
    embedder: Mapped[str | None]
    shelf: Mapped[int] = mapped_column(default=0, server_default="0")


class Contact(Base):
    """A person outside the firm."""

    __tablename__ = "contacts"
    id: Mapped[Key]
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(index=True)
    phone: Mapped[str | None]
    custom: Mapped[dict[str, Any]] = mapped_column(GuardedJson("contacts.custom"), default=dict)


class ClientContact(Scanned, Base):
    """What a contact is to a client. `ownership_pct` is percent, None where she owns nothing or nobody knows."""

    __tablename__ = "client_contacts"
    __table_args__ = (UniqueConstraint("client_id", "contact_id"),)
    id: Mapped[Key]
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    title: Mapped[str | None]
    is_primary: Mapped[bool] = mapped_column(default=False)
    ownership_pct: Mapped[Decimal | None] = mapped_column(Percent())


class Consent(Scanned, Base):
    """A taxpayer's written consent to disclose return information (IRC §7216): to whom, for what, until when."""

    __tablename__ = "consents"
    id: Mapped[Key]
    recipient: Mapped[str]
    purpose: Mapped[Long]
    signed_on: Mapped[date]
    expires_on: Mapped[date | None]
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))


class Wall(Base):
    """An ethical wall: this person never sees this client."""

    __tablename__ = "walls"
    __table_args__ = (UniqueConstraint("client_id", "person_id"),)
    id: Mapped[Key]
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    reason: Mapped[Long]
    set_on: Mapped[date]
    set_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))


class Knowledge(Scanned, Base):
    """Something people know about a client, with its source and validity. A person accepts it before anything uses it."""

    __tablename__ = "knowledge"
    id: Mapped[Key]
    text: Mapped[Long]
    source: Mapped[dict[str, Any]] = mapped_column(GuardedJson("knowledge.source"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    accepted_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
