"""What a client's own books say by period: a row a figure, with the cell of the document that states it."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from store.sealed import Guarded, GuardedJson
from store.tables.base import Base, Key, OfClient
from store.types import Money


class BookFigure(OfClient, Base):
    """One amount of a statement. `statement`: trial-balance, profit-and-loss, balance-sheet. `measure`: closing (what stands on
    `period_end`), opening (before the period), activity (of the period). `role`: account, or total for a sum that the report prints
    (`account` then is the sum's name: revenue, net_income, total_debit …).

    `amount` is dollars, debit positive; `sign` turns the amount as printed into it. `period_start` None: the statement names a day only.
    `number` is the account's, None where it has none. `type`: asset, liability, equity, income, expense, and `told_by` what told it
    (section, number, name); both None where nothing did. `basis`: cash, accrual, None where the report does not say. `line` counts the
    statement's lines from 0. `cell` is a sheet's ("C7"), None on paper. `told` is where the page names the period, `named` where it names
    the account or the sum: [page, start, end, quote]. `beyond`: the document's facts do not state it, because they are of one period and
    two sides. `state`: read, corrected (by a person; `was` keeps the reading and who), denied (a person said that the document says no such
    thing)."""

    __tablename__ = "book_figures"
    __table_args__ = (
        CheckConstraint("statement IN ('trial-balance', 'profit-and-loss', 'balance-sheet')", name="statement_known"),
        CheckConstraint("measure IN ('opening', 'activity', 'closing')", name="measure_known"),
        Index("ix_book_figures_client_period", "client_id", "statement", "period_end"),
    )
    id: Mapped[Key]
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("document_versions.id"), index=True)
    statement: Mapped[str] = mapped_column(String(16))
    measure: Mapped[str] = mapped_column(String(8))
    role: Mapped[str] = mapped_column(String(8))
    period_start: Mapped[date | None]
    period_end: Mapped[date]
    line: Mapped[int | None]
    number: Mapped[str | None] = mapped_column(String(20))
    account: Mapped[str] = mapped_column(Guarded("book_figures.account"))
    type: Mapped[str | None] = mapped_column(String(10))
    told_by: Mapped[str | None] = mapped_column(String(8))
    amount: Mapped[Decimal] = mapped_column(Money())
    sign: Mapped[int]
    basis: Mapped[str | None] = mapped_column(String(8))
    page: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    quote: Mapped[str]
    cell: Mapped[str | None] = mapped_column(String(12))
    confidence: Mapped[float]
    told: Mapped[list[Any]] = mapped_column(JSON)
    named: Mapped[list[Any]] = mapped_column(GuardedJson("book_figures.named"))
    beyond: Mapped[bool]
    state: Mapped[str] = mapped_column(String(10), default="read")
    was: Mapped[dict[str, Any] | None] = mapped_column(JSON)
