"""How what a person said about a fact lies over the figures of a client's books, which were read from the same words.

Used by the step that reads figures (ingestion) and by the act of correcting (workspace). A figure is matched by the words it was read from,
an account's name by its own. What is taken back stands again as it was read.
"""

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.corrections import fact_id
from store.tables import BookFigure, Document, FactCorrection, FactRow

_AMOUNTS = ("debit", "credit", "opening", "closing", "balance", "amount")
_NAMES = ("account", "line")
_TOTALS = (
    "revenue",
    "cost_of_sales",
    "gross_profit",
    "net_income",
    "total_assets",
    "total_liabilities",
    "total_equity",
)
_SUMS = ("total_debit", "total_credit")
_KEPT = ("account", "page", "start", "end", "quote", "confidence")


def settle_figures(session: Session, version_ids: Collection[str]) -> None:
    """Make the figures of these versions what people said of them, and what was read where nobody said anything. Two queries where nobody
    corrected anything; can be repeated without harm."""
    session.flush()
    found = session.execute(
        select(FactCorrection, Document.current_version_id)
        .join(Document, Document.id == FactCorrection.document_id)
        .where(
            Document.current_version_id.in_(version_ids),
            FactCorrection.state == "stands",
            FactCorrection.action.in_(("value", "absent")),
            FactCorrection.name.in_((*_AMOUNTS, *_NAMES, *_TOTALS, *_SUMS)),
        )
        .order_by(FactCorrection.at, FactCorrection.id)
    ).tuples()
    said = [(one, version) for one, version in found if version is not None]
    changed = select(BookFigure).where(BookFigure.version_id.in_(version_ids), BookFigure.state != "read")
    for figure in session.scalars(changed):
        _restore(figure)
    if not said:
        return
    session.flush()
    of = {version: list[BookFigure]() for _, version in said}
    for figure in session.scalars(select(BookFigure).where(BookFigure.version_id.in_(of))):
        of[figure.version_id].append(figure)
    wanted = {fact_id(version, one.id): one for one, version in said}
    places = {row.id: row for row in session.scalars(select(FactRow).where(FactRow.id.in_(wanted)))}
    for one, version in said:
        _lay(one, of[version], places.get(fact_id(version, one.id)))


def _lay(said: FactCorrection, figures: Iterable[BookFigure], row: FactRow | None) -> None:
    stood = {(one["page"], one["start"]) for one in said.read}
    if said.name in _NAMES:
        for figure in figures if said.action == "value" else ():
            if figure.role == "account" and tuple(figure.named[:2]) in stood:
                _keep(figure, said.person_id)
                figure.account = said.value
        return
    for figure in figures:
        if (figure.page, figure.start) not in stood:
            continue
        _keep(figure, said.person_id)
        if said.action == "absent":
            figure.state = "denied"
        else:
            figure.amount = figure.sign * Decimal(said.value)
            if row is not None:
                figure.page, figure.start, figure.end, figure.quote = row.page, row.start, row.end, row.quote
                figure.confidence = 1.0


def _keep(figure: BookFigure, by: str) -> None:
    if figure.was is None:
        figure.was = {**{name: getattr(figure, name) for name in _KEPT}, "amount": str(figure.amount), "by": by}
    figure.state = "corrected"


def _restore(figure: BookFigure) -> None:
    was: dict[str, Any] = figure.was or {}
    for name in _KEPT:
        setattr(figure, name, was.get(name, getattr(figure, name)))
    figure.amount = Decimal(was.get("amount", figure.amount))
    figure.state, figure.was = "read", None
