"""Agreed work: engagements, letters, templates, tasks, requests, dates entered by hand, and the law firm's matters."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long, Scanned
from store.types import Hours, Money


class WorkflowTemplate(Base):
    """The standard steps of a kind of engagement: `steps` holds title, role, days before due, prerequisites."""

    __tablename__ = "workflow_templates"
    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    recurrence: Mapped[str | None]
    steps: Mapped[list[Any]] = mapped_column(JSON, default=list)


class Engagement(Scanned, Base):
    """A unit of agreed work for a client and a period. `progress` is 0 to 100, `due` the date agreed or entered.

    `stage`: not-started, waiting-on-client, in-progress, in-review, ready-to-file, filed, done.
    """

    __tablename__ = "engagements"
    id: Mapped[Key]
    ref: Mapped[str] = mapped_column(unique=True)
    template: Mapped[str] = mapped_column(String(20))
    title: Mapped[str]
    period_start: Mapped[date | None]
    period_end: Mapped[date | None]
    due: Mapped[date | None]
    stage: Mapped[str] = mapped_column(String(20), default="not-started")
    progress: Mapped[int | None]
    fee_type: Mapped[str | None] = mapped_column(String(10))
    fee: Mapped[Decimal | None] = mapped_column(Money())
    budget_hours: Mapped[Decimal | None] = mapped_column(Hours())
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    started_on: Mapped[date | None]
    finished_on: Mapped[date | None]
    filed_on: Mapped[date | None]
    extended_to: Mapped[date | None]
    custom: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class EngagementLetter(Scanned, Base):
    """The signed scope and fee behind an engagement."""

    __tablename__ = "engagement_letters"
    id: Mapped[Key]
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"), unique=True)
    sent_on: Mapped[date | None]
    signed_on: Mapped[date | None]
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))


class Task(Scanned, Base):
    """One step of an engagement."""

    __tablename__ = "tasks"
    id: Mapped[Key]
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"), index=True)
    title: Mapped[str]
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    due: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(20), default="open")
    estimate_hours: Mapped[Decimal | None] = mapped_column(Hours())
    done_on: Mapped[date | None]
    requires: Mapped[list[Any]] = mapped_column(JSON, default=list)
    custom: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class ClientRequest(Scanned, Base):
    """A list of items that the client owes us for an engagement (PBC, "prepared by client")."""

    __tablename__ = "client_requests"
    id: Mapped[Key]
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"), unique=True)
    title: Mapped[str]


class RequestItem(Scanned, Base):
    """One item of a request. `received_on` None means it is open."""

    __tablename__ = "request_items"
    id: Mapped[Key]
    request_id: Mapped[str] = mapped_column(ForeignKey("client_requests.id"), index=True)
    item: Mapped[str]
    requested_on: Mapped[date | None]
    due: Mapped[date | None]
    received_on: Mapped[date | None]
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    custom: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class EnteredDeadline(Scanned, Base):
    """A date that a person entered: court, state, contract, a statute of limitations; confirmed by a second for class A.

    `rule` names a rule of the deadline table by which `due` was counted from the event on `counted_from`, None where no rule of ours
    does; `court_state` is where the court sits."""

    __tablename__ = "entered_deadlines"
    id: Mapped[Key]
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"))
    title: Mapped[str]
    due: Mapped[date]
    authority: Mapped[str]
    entered_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    confirmed_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    rule: Mapped[str | None] = mapped_column(String(40))
    counted_from: Mapped[date | None]
    served_by_mail: Mapped[bool | None]
    court_state: Mapped[str | None] = mapped_column(String(2))
    custom: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class Postponement(Base):
    """A disaster postponement (IRC §7508A): every deadline of `state` between the two dates moves to `until`."""

    __tablename__ = "postponements"
    id: Mapped[Key]
    irs_notice: Mapped[str]
    state: Mapped[str] = mapped_column(String(2))
    county: Mapped[str | None]
    first_day: Mapped[date]
    last_day: Mapped[date]
    until: Mapped[date]


class Party(Scanned, Base):
    """Somebody on a matter: client, opponent, witness, counsel; `aliases` feed the conflict search."""

    __tablename__ = "parties"
    id: Mapped[Key]
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"), index=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(String(20))
    aliases: Mapped[list[Any]] = mapped_column(JSON, default=list)
    custom: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class TrustLedger(Scanned, Base):
    """Money of one client (and matter) that a law firm holds. `minimum` is the evergreen retainer's floor."""

    __tablename__ = "trust_ledgers"
    __table_args__ = (UniqueConstraint("client_id", "engagement_id"),)
    id: Mapped[Key]
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"))
    minimum: Mapped[Decimal | None] = mapped_column(Money())
    reconciled_on: Mapped[date | None]


class TrustEntry(Scanned, Base):
    """A movement of trust money; positive is a receipt."""

    __tablename__ = "trust_entries"
    id: Mapped[Key]
    ledger_id: Mapped[str] = mapped_column(ForeignKey("trust_ledgers.id"), index=True)
    on: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Money())
    memo: Mapped[str]
    custom: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class Outcome(Base):
    """What a person did with a request for a decision elsewhere than on a deliverable (accept, keep, ask the client)."""

    __tablename__ = "outcomes"
    id: Mapped[Key]
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"), index=True)
    subject: Mapped[str]
    decision: Mapped[str] = mapped_column(String(20))
    note: Mapped[Long]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
