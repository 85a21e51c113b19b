"""The figures of clients' own books: one a cell of a document that counts. One query for many clients. Never judges.

The documents that count are current, neither replaced by a later version nor a copy of another.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, select

from store import tables
from workspace.scope import Scope
from workspace.snapshot.figures import Figure
from workspace.snapshot.records import IDS, Ids, rows_of


@cache
def _select() -> Select[tables.BookFigure, str, datetime, str | None]:
    row, paper, page = tables.BookFigure, tables.Document, tables.DocumentPage
    return (
        select(row, paper.path, paper.received_at, page.label)
        .join(paper, paper.current_version_id == row.version_id)
        .outerjoin(page, (page.version_id == row.version_id) & (page.number == row.page))
        .where(
            row.client_id.in_(IDS),
            paper.client_id == row.client_id,
            paper.superseded_by.is_(None),
            paper.duplicate_of.is_(None),
            row.state != "denied",
        )
        .order_by(row.period_end, paper.path, row.page, row.start, row.id)
    )


@cache
def _select_beyond() -> Select[tables.BookFigure, str, datetime, str | None]:
    return _select().where(tables.BookFigure.beyond)


def figures(scope: Scope, ids: Ids, names: Mapping[str, str]) -> Mapping[str, Sequence[Figure]]:
    """All figures, by client, by the end of their period and where they stand. `names` are people's by id."""
    return _made(rows_of(scope, _select(), ids), names)


def beyond_facts(scope: Scope, ids: Ids, names: Mapping[str, str]) -> Mapping[str, Sequence[Figure]]:
    """Those that no fact states: the other periods of a statement, trial balances that roll or have one column."""
    return _made(rows_of(scope, _select_beyond(), ids), names)


def _made(rows: Sequence[Any], names: Mapping[str, str]) -> Mapping[str, Sequence[Figure]]:
    found: dict[str, list[Figure]] = defaultdict(list)
    for row, path, received_at, sheet in rows:
        found[row.client_id].append(_figure(row, path, received_at, sheet, names))
    return found


def _figure(
    row: tables.BookFigure, path: str, received_at: datetime, sheet: str | None, names: Mapping[str, str]
) -> Figure:
    return Figure(
        document_id=row.document_id,
        version_id=row.version_id,
        path=path,
        received_at=received_at,
        statement=row.statement,
        measure=row.measure,
        role=row.role,
        period_start=row.period_start,
        period_end=row.period_end,
        line=row.line,
        number=row.number,
        account=row.account,
        type=row.type,
        told_by=row.told_by,
        amount=row.amount,
        sign=row.sign,
        basis=row.basis,
        page=row.page,
        start=row.start,
        end=row.end,
        quote=row.quote,
        cell=row.cell,
        confidence=row.confidence,
        told=_place(row.told),
        named=_place(row.named),
        beyond=row.beyond,
        sheet=sheet,
        corrected_by=names.get((row.was or {}).get("by", ""), ""),
    )


def _place(words: list[Any]) -> tuple[int, int, int, str]:
    page, start, end, quote = words
    return page, start, end, quote
