"""What stands behind the firm's bills: rates, running timers, drafts of invoices with their lines, write-offs, and how money came in.

What is owed is in `invoices` and `payments` (store/tables/money.py), and only there: a draft is no invoice before it is issued.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long, OfClient, Summed
from store.types import Hours, Money, Percent


class Rate(Base):
    """Dollars an hour from a day on, for a person, a client, a service, or several of these together; None stands for all of them."""

    __tablename__ = "rates"
    __table_args__ = (
        CheckConstraint(
            "person_id IS NOT NULL OR client_id IS NOT NULL OR service IS NOT NULL", name="names_something"
        ),
    )
    id: Mapped[Key]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    client_id: Mapped[str | None] = mapped_column(ForeignKey("clients.id"), index=True)
    service: Mapped[str | None]
    amount: Mapped[Decimal] = mapped_column(Money())
    valid_from: Mapped[date]
    set_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    set_at: Mapped[datetime]


class Timer(OfClient, Base):
    """A clock that runs for a person: what has passed is computed from `started_at`. Stopping it makes time and removes the row."""

    __tablename__ = "timers"
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"))
    service: Mapped[str | None]
    note: Mapped[str | None]
    started_at: Mapped[datetime]


class RecurringFee(OfClient, Base):
    """A fee that is billed every so many months. `next_on` is the day of its next draft; `ended_on` the day from which on none
    is drafted, None: it goes on."""

    __tablename__ = "recurring_fees"
    id: Mapped[Key]
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"))
    text: Mapped[Long]
    amount: Mapped[Decimal] = mapped_column(Money())
    months: Mapped[int]
    next_on: Mapped[date]
    ended_on: Mapped[date | None]
    created_by: Mapped[str] = mapped_column(ForeignKey("people.id"))


class Bill(OfClient, Base):
    """An invoice or a credit note as it is prepared, and what stands on its paper once it is issued (then nothing of it changes).

    `kind`: hourly, fixed, progress, recurring, retainer, credit. `state`: draft, issued, discarded. `through` is the last day of the time
    it takes up; `terms` days until it is due; `percent` of the fee, for progress. `credits_id` is the invoice that a credit note is about,
    `voids` whether it takes all of it back. `revision` rises with each change of a draft."""

    __tablename__ = "bills"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'issued', 'discarded')", name="state_known"),
        CheckConstraint("(state = 'issued') = (invoice_id IS NOT NULL)", name="issued_has_number"),
    )
    id: Mapped[Key]
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    text: Mapped[Long]
    through: Mapped[date]
    terms: Mapped[int]
    percent: Mapped[Decimal | None] = mapped_column(Percent())
    invoice_id: Mapped[str | None] = mapped_column(ForeignKey("invoices.id"), unique=True)
    credits_id: Mapped[str | None] = mapped_column(ForeignKey("invoices.id"), index=True)
    voids: Mapped[bool] = mapped_column(default=False)
    recurring_id: Mapped[str | None] = mapped_column(ForeignKey("recurring_fees.id"))
    created_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    issued_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    issued_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)


class BillLine(OfClient, Base):
    """A line of a bill. `kind`: time, fee, expense, retainer. `amount` is what the client pays for it, `standard` the value of the time it
    takes up (less what was written down before), 0 for what is no time."""

    __tablename__ = "bill_lines"
    id: Mapped[Key]
    bill_id: Mapped[str] = mapped_column(ForeignKey("bills.id"), index=True)
    place: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    text: Mapped[Long]
    hours: Mapped[Decimal | None] = mapped_column(Hours())
    amount: Mapped[Decimal] = mapped_column(Money())
    standard: Mapped[Decimal] = mapped_column(Money())
    time_entry_id: Mapped[str | None] = mapped_column(ForeignKey("time_entries.id"), index=True)
    expense_id: Mapped[str | None] = mapped_column(ForeignKey("expenses.id"), index=True)


class Adjustment(Summed, Base):
    """Value taken off (positive) or put on (negative) time or an expense, with its reason and who says so. Only added to.

    `kind`: write-off, write-down, write-up, restored, fee (the difference between a fee and the time it bills),
    credit (of what was billed for time), expense (credit of an expense that was billed)."""

    __tablename__ = "wip_adjustments"
    id: Mapped[Key]
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"))
    time_entry_id: Mapped[str | None] = mapped_column(ForeignKey("time_entries.id"), index=True)
    expense_id: Mapped[str | None] = mapped_column(ForeignKey("expenses.id"), index=True)
    invoice_id: Mapped[str | None] = mapped_column(ForeignKey("invoices.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    amount: Mapped[Decimal] = mapped_column(Money())
    reason: Mapped[Long]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    on: Mapped[date]
    at: Mapped[datetime]


class Receipt(OfClient, Base):
    """How a payment came about. `kind`: payment, applied (credit of another invoice, `pair_id` the other side), refund, reversal."""

    __tablename__ = "receipts"
    id: Mapped[Key]
    payment_id: Mapped[str] = mapped_column(ForeignKey("payments.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    method: Mapped[str] = mapped_column(String(20))
    memo: Mapped[Long]
    pair_id: Mapped[str | None] = mapped_column(ForeignKey("payments.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class Counter(Base):
    """The last number given out under a name. It is taken in the transaction that uses it, so a refusal leaves no gap."""

    __tablename__ = "counters"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    last: Mapped[int]
