"""Automations: rules of the form "when this happens, do that", each time one acted, and the drafts that they ordered."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long, OfClient


class Automation(Base):
    """A rule. `trigger` {kind, value, days}, `conditions` {templates, entity_types, stages, partner, tag} and `actions` [{kind, …}] are
    read by workspace/automations/rules.py. `since`: from when on it acts, None while it is switched off. `origin` names the template of
    the library that it was made of."""

    __tablename__ = "automations"
    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    trigger: Mapped[dict[str, Any]] = mapped_column(JSON)
    conditions: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    actions: Mapped[list[Any]] = mapped_column(JSON)
    since: Mapped[datetime | None]
    origin: Mapped[str | None] = mapped_column(String(60))
    changed_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    changed_at: Mapped[datetime]


class AutomationFiring(OfClient, Base):
    """That a rule acted on a subject for an occasion, once: the id is the hash of the three. `rule` keeps the name it had.

    `state`: done, failed (nothing of it was done; `problem` says why), stopped (too deep in a chain), undone. `did` [{what, href}] in
    order; `act_id` takes back what can be taken back; `depth` 0 for what a person or the day brought about."""

    __tablename__ = "automation_firings"
    __table_args__ = (
        UniqueConstraint("automation_id", "subject", "occasion"),
        CheckConstraint("state IN ('done', 'failed', 'stopped', 'undone')", name="state_known"),
    )
    id: Mapped[Key]
    automation_id: Mapped[str] = mapped_column(String(40))
    rule: Mapped[str] = mapped_column(String(120))
    subject: Mapped[str] = mapped_column(String(200))
    occasion: Mapped[str] = mapped_column(String(80))
    engagement_id: Mapped[str | None] = mapped_column(String(40))
    why: Mapped[Long]
    depth: Mapped[int]
    state: Mapped[str] = mapped_column(String(8))
    did: Mapped[list[Any]] = mapped_column(JSON, default=list)
    problem: Mapped[Long] = mapped_column(default="")
    act_id: Mapped[str | None] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(index=True)
    on: Mapped[date]


class AutomationDraft(OfClient, Base):
    """A draft that a firing ordered; agents write it (agents/ordered.py). `state`: waiting, drafted, failed (`problem` says why),
    dropped."""

    __tablename__ = "automation_drafts"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'drafted', 'failed', 'dropped')", name="state_known"),
        UniqueConstraint("firing_id", "slug"),
    )
    id: Mapped[Key]
    firing_id: Mapped[str] = mapped_column(ForeignKey("automation_firings.id"))
    slug: Mapped[str] = mapped_column(String(40))
    engagement_ref: Mapped[str | None]
    state: Mapped[str] = mapped_column(String(8), index=True)
    deliverable_id: Mapped[str | None] = mapped_column(String(40))
    problem: Mapped[Long] = mapped_column(default="")
    at: Mapped[datetime]
