"""Agreed work: engagements, letters, templates, tasks, requests, dates entered by hand, and the law firm's matters."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.sealed import GuardedJson
from store.tables.base import Base, Key, Long, Scanned
from store.types import Hours, Money


class WorkflowTemplate(Base):
    """The firm's own steps of a kind of engagement, where it has changed those that come with the program (workspace/workflow/templates.py
    says what `steps` and `due` hold). `version` counts the firm's versions; all of them are in `template_versions`."""

    __tablename__ = "workflow_templates"
    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    recurrence: Mapped[str | None]
    steps: Mapped[list[Any]] = mapped_column(JSON, default=list)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    due: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")


class Engagement(Scanned, Base):
    """A unit of agreed work for a client and a period. `progress` is 0 to 100, `due` the date agreed or entered.

    `stage`: not-started, waiting-on-client, in-progress, in-review, ready-to-file, filed, done. `series_nth` is its period in the series,
    from 0; `rolled_from` the engagement of the year before whose work it carries on: one has one successor. `template_version` None: its
    steps were not made from a template."""

    __tablename__ = "engagements"
    # the second, as that of tasks: whose work a client is, asked for every client and colleague
    __table_args__ = (
        Index("ix_engagements_series_id_series_nth", "series_id", "series_nth", unique=True),
        Index("ix_engagements_owner_id_client_id", "owner_id", "client_id"),
    )
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
    custom: Mapped[dict[str, Any]] = mapped_column(GuardedJson("engagements.custom"), default=dict)
    template_version: Mapped[int | None]
    series_id: Mapped[str | None] = mapped_column(String(40))
    series_nth: Mapped[int | None]
    rolled_from: Mapped[str | None] = mapped_column(String(40), index=True, unique=True)


class EngagementLetter(Scanned, Base):
    """The signed scope and fee behind an engagement."""

    __tablename__ = "engagement_letters"
    id: Mapped[Key]
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"), unique=True)
    sent_on: Mapped[date | None]
    signed_on: Mapped[date | None]
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))


class Task(Scanned, Base):
    """One step of an engagement, or something to do for a client.

    `status`: open, done, cancelled. `requires` are ids of tasks that come before. `step` names it in its template, `place` orders it.
    `checklist` is [{text, done_by, done_on}]. `waiting_on` (client, person, third-party) with `waiting_for` and `waiting_since`: whose move
    it is. `handed_by`, `handed_on`, `handed_note`: who gave it to its owner; `accepted_on` None until the owner says so. `deferred_to`: not
    shown in a day's work before. `every` (week, month, quarter, year): it comes again, `nth` times so far, counted from `anchor`."""

    __tablename__ = "tasks"
    __table_args__ = (Index("ix_tasks_owner_id_client_id", "owner_id", "client_id"),)
    id: Mapped[Key]
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"), index=True)
    title: Mapped[str]
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    due: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(20), default="open")
    estimate_hours: Mapped[Decimal | None] = mapped_column(Hours())
    done_on: Mapped[date | None]
    requires: Mapped[list[Any]] = mapped_column(JSON, default=list)
    custom: Mapped[dict[str, Any]] = mapped_column(GuardedJson("tasks.custom"), default=dict)
    step: Mapped[str | None] = mapped_column(String(60))
    place: Mapped[int] = mapped_column(default=0, server_default="0")
    checklist: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default="[]")
    waiting_on: Mapped[str | None] = mapped_column(String(12))
    waiting_for: Mapped[str | None]
    waiting_since: Mapped[date | None]
    handed_by: Mapped[str | None] = mapped_column(String(40))
    handed_on: Mapped[date | None]
    handed_note: Mapped[str | None]
    accepted_on: Mapped[date | None]
    deferred_to: Mapped[date | None]
    every: Mapped[str | None] = mapped_column(String(8))
    anchor: Mapped[date | None]
    nth: Mapped[int | None]


class ClientRequest(Scanned, Base):
    """A list of items that the client owes us for an engagement (PBC, "prepared by client"). An engagement may have several, by their names
    (`title`); one without an engagement hangs on the client alone. `due`: the day to answer by of the list as a whole, None: the last of
    its items'. `closed_on`: a person closed it, and nothing of it is asked for any more.

    `first_after`, `every`: business days from `asked_on` to the first reminder, and between two; `at_most`: so many, then it is escalated.
    `first_after` None: the list has no schedule, and is chased when an item is late. `escalated`: 0 nobody was told, 1 the engagement's
    owner (the client's manager, where the list is about none), 2 the client's partner."""

    __tablename__ = "client_requests"
    id: Mapped[Key]
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"), index=True)
    title: Mapped[str]
    asked_on: Mapped[date | None]
    first_after: Mapped[int | None]
    every: Mapped[int | None]
    at_most: Mapped[int | None]
    paused_on: Mapped[date | None]
    escalated: Mapped[int] = mapped_column(default=0, server_default="0")
    escalated_on: Mapped[date | None]
    due: Mapped[date | None]
    closed_on: Mapped[date | None]


class RequestItem(Scanned, Base):
    """One item of a request. `received_on` None means it is open.

    `wants` says which documents answer it (workspace/requests/wants.py), None: its words are read for that. `have` are the months that came
    of an item by months ("2025-01/2025-03,2025-05"). `hint` is told to the client; `source` is the evidence of what came last year."""

    __tablename__ = "request_items"
    id: Mapped[Key]
    request_id: Mapped[str] = mapped_column(ForeignKey("client_requests.id"), index=True)
    item: Mapped[str]
    requested_on: Mapped[date | None]
    due: Mapped[date | None]
    received_on: Mapped[date | None]
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    custom: Mapped[dict[str, Any]] = mapped_column(GuardedJson("request_items.custom"), default=dict)
    wants: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    have: Mapped[str | None]
    hint: Mapped[str | None]
    source: Mapped[dict[str, Any] | None] = mapped_column(GuardedJson("request_items.source", none_as_null=True))


class EnteredDeadline(Scanned, Base):
    """A date that a person entered: court, state, contract, a statute of limitations; confirmed by a second for class A.

    `rule` names a rule of the deadline table by which `due` was counted from the event on `counted_from`, None where no rule of ours
    does; `court_state` is where the court sits. `event_id` is the event that the matter's page counted it from, `confirmed_on` when
    a second person did; both None for what was loaded."""

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
    event_id: Mapped[str | None] = mapped_column(ForeignKey("court_events.id"), index=True)
    confirmed_on: Mapped[date | None]
    custom: Mapped[dict[str, Any] | None] = mapped_column(GuardedJson("entered_deadlines.custom"))


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
    custom: Mapped[dict[str, Any] | None] = mapped_column(GuardedJson("parties.custom"))


class TrustLedger(Scanned, Base):
    """Money of one client (and matter) that a law firm holds. `minimum` is the evergreen retainer's floor, `fill_to` what the client fills
    it up to again; None: to the minimum."""

    __tablename__ = "trust_ledgers"
    __table_args__ = (UniqueConstraint("client_id", "engagement_id"),)
    id: Mapped[Key]
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"))
    minimum: Mapped[Decimal | None] = mapped_column(Money())
    fill_to: Mapped[Decimal | None] = mapped_column(Money())
    reconciled_on: Mapped[date | None]


class TrustEntry(Scanned, Base):
    """A movement of trust money; positive is a receipt. Never changed and never removed: a mistake is reversed by an entry of its own.
    `entered_at` is when it was entered here, None for what was loaded. Each has its line in the journal of the account
    (store/tables/law.py)."""

    __tablename__ = "trust_entries"
    id: Mapped[Key]
    ledger_id: Mapped[str] = mapped_column(ForeignKey("trust_ledgers.id"), index=True)
    on: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Money())
    memo: Mapped[str]
    entered_at: Mapped[datetime | None]
    custom: Mapped[dict[str, Any] | None] = mapped_column(GuardedJson("trust_entries.custom"))


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
