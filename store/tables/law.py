"""The law firm's own: conflict searches and their decisions, the events that court dates run from, fee agreements, the trust account's
journal and its reconciliations. Matters are engagements; parties, client ledgers and dates are in store/tables/work.py."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long, Scanned
from store.types import Money, Percent


class ConflictSearch(Base):
    """A search of the whole firm for names. `client_id` is the client or prospect that it was made for, None for nobody yet."""

    __tablename__ = "conflict_searches"
    id: Mapped[Key]
    at: Mapped[datetime]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    client_id: Mapped[str | None] = mapped_column(ForeignKey("clients.id"), index=True)
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"), index=True)
    about: Mapped[Long]
    names: Mapped[list[Any]] = mapped_column(JSON)


class ConflictHit(Base):
    """Somebody that a search found. `client_id` is the client on whose file the name stands: who may not see it is not shown the hit.

    `kind`: client, former client, prospect, contact, party; `known_as` is the name that matched, `name` the one it goes by."""

    __tablename__ = "conflict_hits"
    id: Mapped[Key]
    search_id: Mapped[str] = mapped_column(ForeignKey("conflict_searches.id"), index=True)
    client_id: Mapped[str | None] = mapped_column(ForeignKey("clients.id"), index=True)
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"))
    asked: Mapped[str]
    kind: Mapped[str] = mapped_column(String(14))
    record_id: Mapped[str] = mapped_column(String(40))
    name: Mapped[str]
    known_as: Mapped[str]
    role: Mapped[str | None]
    score: Mapped[int]
    why: Mapped[list[Any]] = mapped_column(JSON)


class ConflictDecision(Base):
    """What a partner decided on a search, with the reason: cleared, waived, declined. Numbered from 1; the last one counts."""

    __tablename__ = "conflict_decisions"
    __table_args__ = (UniqueConstraint("search_id", "number"),)
    id: Mapped[Key]
    search_id: Mapped[str] = mapped_column(ForeignKey("conflict_searches.id"), index=True)
    client_id: Mapped[str | None] = mapped_column(ForeignKey("clients.id"), index=True)
    number: Mapped[int]
    decision: Mapped[str] = mapped_column(String(10))
    reason: Mapped[Long]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class CourtEvent(Scanned, Base):
    """Something that happened in a matter from which dates run. `kind` is one of workspace/law/dates.py, `state` where the court sits."""

    __tablename__ = "court_events"
    id: Mapped[Key]
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    on: Mapped[date]
    by_mail: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str | None] = mapped_column(String(2))
    note: Mapped[str | None] = mapped_column(Text)
    entered_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class FeeAgreement(Scanned, Base):
    """How a matter is paid. `kind`: hourly, flat, contingent, hybrid. `percent` is of the recovery; `costs_first`: costs come off the
    recovery before the percent is taken (Model Rule 1.5(c) wants that said). When it was signed is on its engagement letter."""

    __tablename__ = "fee_agreements"
    id: Mapped[Key]
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    rate: Mapped[Decimal | None] = mapped_column(Money())
    flat: Mapped[Decimal | None] = mapped_column(Money())
    percent: Mapped[Decimal | None] = mapped_column(Percent())
    costs_first: Mapped[bool | None]
    terms: Mapped[Long]
    set_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class TrustLine(Base):
    """A line of the trust account's journal: every movement of the account once, as the bank will see it.

    `kind`: receipt, disbursement, transfer, interest, interest-paid, firm-funds, bank-charge, reversal, loaded. A client's movement has
    its `entry_id`; what belongs to no client has `own`, interest or firm. `cleared_on` is the day the bank booked it."""

    __tablename__ = "trust_journal"
    __table_args__ = (CheckConstraint("(entry_id IS NULL) <> (own IS NULL)", name="whose_it_is"),)
    id: Mapped[Key]
    client_id: Mapped[str | None] = mapped_column(ForeignKey("clients.id"), index=True)
    entry_id: Mapped[str | None] = mapped_column(ForeignKey("trust_entries.id"), unique=True)
    own: Mapped[str | None] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(14))
    on: Mapped[date] = mapped_column(index=True)
    amount: Mapped[Decimal] = mapped_column(Money())
    payee: Mapped[str | None]
    number: Mapped[str | None] = mapped_column(String(30))
    memo: Mapped[Long]
    cleared_on: Mapped[date | None]
    reverses_id: Mapped[str | None] = mapped_column(ForeignKey("trust_journal.id"), unique=True)
    invoice_id: Mapped[str | None] = mapped_column(ForeignKey("invoices.id"), index=True)
    payment_id: Mapped[str | None] = mapped_column(ForeignKey("payments.id"), unique=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime | None]


class TrustReconciliation(Base):
    """A month of the trust account, three ways: the bank's statement, the journal, the clients' ledgers. `month` is its last day.

    `state`: draft, signed. `found` is what it was made of when signed: balances by ledger, what had not cleared."""

    __tablename__ = "trust_reconciliations"
    __table_args__ = (CheckConstraint("state IN ('draft', 'signed')", name="state_known"),)
    id: Mapped[Key]
    month: Mapped[date] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    bank_balance: Mapped[Decimal] = mapped_column(Money())
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    explanation: Mapped[Long]
    found: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    prepared_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    prepared_at: Mapped[datetime]
    signed_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    signed_at: Mapped[datetime | None]
