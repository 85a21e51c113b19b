"""Time, invoices and payments. Aging, WIP and realization are computed from these, never stored."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from store.sealed import GuardedJson
from store.tables.base import Base, Key, Scanned
from store.types import Hours, Money

Day = date  # where a table has a column named date


class TimeEntry(Scanned, Base):
    """Time worked. `rate` is dollars an hour; None means the person's standard rate.

    `entered_at` is when it was entered here, None for what was loaded; `approved_by` a person's id; `written_off_on` the day on which all
    of it was written off (workspace/billing)."""

    __tablename__ = "time_entries"
    id: Mapped[Key]
    date: Mapped[date]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"), index=True)
    hours: Mapped[Decimal] = mapped_column(Hours())
    service: Mapped[str | None]
    billable: Mapped[bool] = mapped_column(default=True)
    rate: Mapped[Decimal | None] = mapped_column(Money())
    note: Mapped[str | None]
    invoice_id: Mapped[str | None] = mapped_column(ForeignKey("invoices.id"))
    custom: Mapped[dict[str, Any]] = mapped_column(GuardedJson("time_entries.custom"), default=dict)
    entered_at: Mapped[datetime | None]
    approved_by: Mapped[str | None] = mapped_column(String(40))
    approved_on: Mapped[Day | None]
    written_off_on: Mapped[Day | None]


class Expense(Scanned, Base):
    """Money spent for a client, to be billed. `entered_by` is a person's id."""

    __tablename__ = "expenses"
    id: Mapped[Key]
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"))
    on: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Money())
    memo: Mapped[str]
    invoice_id: Mapped[str | None] = mapped_column(ForeignKey("invoices.id"))
    entered_by: Mapped[str | None] = mapped_column(String(40))
    written_off_on: Mapped[date | None]


class Invoice(Scanned, Base):
    """A bill. `kind`: invoice or credit-note (amount negative)."""

    __tablename__ = "invoices"
    id: Mapped[Key]
    number: Mapped[str] = mapped_column(unique=True)
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12), default="invoice")
    issued_on: Mapped[date]
    due_on: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Money())
    custom: Mapped[dict[str, Any]] = mapped_column(GuardedJson("invoices.custom"), default=dict)


class Payment(Scanned, Base):
    """Money received on an invoice."""

    __tablename__ = "payments"
    id: Mapped[Key]
    invoice_id: Mapped[str] = mapped_column(ForeignKey("invoices.id"), index=True)
    paid_on: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Money())
    custom: Mapped[dict[str, Any]] = mapped_column(GuardedJson("payments.custom"), default=dict)
