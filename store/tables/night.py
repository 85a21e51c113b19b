"""The night: scans, what they raised, what people decided about it, the briefs, and the ledger of model calls."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.sealed import GuardedJson
from store.tables.base import Base, Key, Long, Summed
from store.types import Money, Scaled


class Scan(Base):
    """One night over all clients. `as_of` is the day it took for today. `state`: running, done, cancelled."""

    __tablename__ = "scans"
    id: Mapped[Key]
    as_of: Mapped[date] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(10), default="running")
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ClientScan(Summed, Base):
    """One client in one night: what it read and how it ended. `state`: done, unchanged, failed; `error` says why it failed."""

    __tablename__ = "client_scans"
    # the second for the last scan of every client: without it the list of them is found day by day
    __table_args__ = (
        UniqueConstraint("as_of", "client_id"),
        Index("ix_client_scans_client_id_as_of", "client_id", "as_of"),
    )
    id: Mapped[Key]
    as_of: Mapped[date] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(10))
    error: Mapped[str | None]
    revision: Mapped[int]
    read: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    blind_spots: Mapped[list[Any]] = mapped_column(JSON, default=list)
    raised: Mapped[int] = mapped_column(default=0)
    drafted: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)
    finished_at: Mapped[datetime | None]


class SignalRow(Summed, Base):
    """A signal as one day's scan raised it. `key` names the situation over time: client, slug and subject.

    Terms and score are those of `brief.md`; `nominal_due` is the date before the roll."""

    __tablename__ = "signals"
    # the second for what each client's last scan raised: by either column alone all of a night's are read for every client
    __table_args__ = (UniqueConstraint("as_of", "key"), Index("ix_signals_client_id_as_of", "client_id", "as_of"))
    id: Mapped[Key]
    as_of: Mapped[date] = mapped_column(index=True)
    key: Mapped[str] = mapped_column(String(40), index=True)
    slug: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str]
    cls: Mapped[str] = mapped_column("class", String(1))
    due: Mapped[date | None]
    nominal_due: Mapped[date | None]
    dollars: Mapped[Decimal | None] = mapped_column(Money())
    score: Mapped[Decimal] = mapped_column(Scaled(2))
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    headline: Mapped[Long]
    rule: Mapped[Long]
    detail: Mapped[dict[str, Any]] = mapped_column(GuardedJson("signals.detail"), default=dict)
    evidence: Mapped[list[Any]] = mapped_column(GuardedJson("signals.evidence"))
    evidence_hash: Mapped[str] = mapped_column(String(64))
    first_seen: Mapped[date]
    state: Mapped[str] = mapped_column(String(12), default="open")


class SignalDecision(Summed, Base):
    """What a person said about a signal: dismissed (with reason, until its evidence changes), snoozed, acknowledged, pinned,
    delegated. The newest decision counts. `event` is what a snooze waits for by name (workspace/awaited.py), `came_on` the day on which a
    scan found that it had come, and `came` what did."""

    __tablename__ = "signal_decisions"
    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(40), index=True)
    decision: Mapped[str] = mapped_column(String(12))
    reason: Mapped[Long]
    until: Mapped[date | None]
    evidence_hash: Mapped[str] = mapped_column(String(64))
    delegate_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    event: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    came_on: Mapped[date | None]
    came: Mapped[Long | None]


class RankWeights(Base):
    """The firm's own weights of rank as one day found them (workspace/weights.py). `weights` are decimal texts by term; `decisions`
    were learned from, `acted` of them acted on. `learned` false: too few to learn from. The newest row up to a day counts on it."""

    __tablename__ = "rank_weights"
    id: Mapped[Key]
    as_of: Mapped[date] = mapped_column(unique=True)
    weights: Mapped[dict[str, Any]] = mapped_column(JSON)
    decisions: Mapped[int]
    acted: Mapped[int]
    learned: Mapped[bool]
    switched_off: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]


class Brief(Base):
    """A person's morning page, as the JSON of the contract. Written again by a new scan of the same day."""

    __tablename__ = "briefs"
    __table_args__ = (UniqueConstraint("as_of", "person_id"),)
    id: Mapped[Key]
    as_of: Mapped[date] = mapped_column(index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    payload: Mapped[dict[str, Any]] = mapped_column(GuardedJson("briefs.payload"))


class BriefItem(Base):
    """One card of a brief, so that what was shown can later be held against what became of it."""

    __tablename__ = "brief_items"
    __table_args__ = (UniqueConstraint("brief_id", "position", "section"),)
    id: Mapped[Key]
    brief_id: Mapped[str] = mapped_column(ForeignKey("briefs.id"), index=True)
    section: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id"))
    keys: Mapped[list[Any]] = mapped_column(JSON)


class ModelCall(Base):
    """The ledger of model calls, which is also the cache: the same prompt version with the same inputs is not paid for twice.

    `inputs_hash` covers prompt hash, model and masked inputs. `cost` is dollars to six places."""

    __tablename__ = "model_calls"
    id: Mapped[Key]
    client_id: Mapped[str | None] = mapped_column(ForeignKey("clients.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    purpose: Mapped[str] = mapped_column(String(40))
    prompt: Mapped[str]
    prompt_version: Mapped[str]
    inputs_hash: Mapped[str] = mapped_column(String(64), index=True)
    model: Mapped[str]
    endpoint: Mapped[str]
    response: Mapped[Long]
    tokens_in: Mapped[int]
    tokens_out: Mapped[int]
    cost: Mapped[Decimal] = mapped_column(Scaled(6))
    seconds: Mapped[float]
    outcome: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(index=True)
