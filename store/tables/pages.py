"""What pages over all clients go by, kept ready: made of other rows, and made anew whenever one of them changed."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from store.sealed import GuardedJson
from store.tables.base import Base, OfClient


class ClientSummary(OfClient, Base):
    """How a client stands in the portfolio. Good for `day` alone, at the `revision` its workspace had, after the scan of `scanned_on`, its
    newest; the committing door sets `revision` to -1 where something else that it is made of changed.

    `flags` are slugs, the heaviest first, `heads` what the first reason of each says, `blockers` those of each close;
    `told` and `reasons` are workspace/portfolio/summary.py's."""

    __tablename__ = "client_summaries"
    client_id: Mapped[str] = mapped_column(String(40), ForeignKey("clients.id"), primary_key=True)
    revision: Mapped[int]
    day: Mapped[date]
    scanned_on: Mapped[date | None]
    flags: Mapped[str]
    heads: Mapped[list[Any]] = mapped_column(GuardedJson("client_summaries.heads"))
    blockers: Mapped[list[Any]]
    told: Mapped[dict[str, Any]]
    reasons: Mapped[list[Any]] = mapped_column(GuardedJson("client_summaries.reasons"))
