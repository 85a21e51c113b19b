"""Imports as they are looked at: the list, one with its verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from store.errors import NotFound
from store.tables import Import, ImportVerdict, Person
from workspace.imports.papers import KIND
from workspace.scope import Right, Scope


@dataclass(frozen=True)
class Listed:
    """An import as it is listed. `who` is the person's name, None for the operator at the machine."""

    id: str
    number: int
    system: str
    at: datetime
    who: str | None
    state: str
    tables: dict[str, Any]
    counts: dict[str, int]
    sums: list[dict[str, Any]]


def imports_of(scope: Scope, limit: int = 200) -> list[Listed]:
    """The imports, newest first."""
    scope.require(Right.IMPORT_RUN)
    query = select(Import, Person.name).outerjoin(Person, Person.id == Import.person_id)
    rows = scope.session.execute(query.order_by(Import.number.desc()).limit(limit)).tuples()
    return [_listed(one, who) for one, who in rows]


def import_of(scope: Scope, number: int) -> Listed:
    """The import of that number. Raises NotFound."""
    scope.require(Right.IMPORT_RUN)
    query = select(Import, Person.name).outerjoin(Person, Person.id == Import.person_id).where(Import.number == number)
    found = scope.session.execute(query).tuples().one_or_none()
    if found is None:
        raise NotFound(f"there is no import {number}")
    return _listed(*found)


def verdicts_of(
    scope: Scope, number: int, verdict: str | None = None, limit: int = 500, after: int = -1
) -> Sequence[ImportVerdict]:
    """The verdicts of an import in the order of its rows; of one kind only where it is named."""
    query = select(ImportVerdict).where(
        ImportVerdict.import_id == import_of(scope, number).id, ImportVerdict.place > after
    )
    if verdict:
        query = query.where(ImportVerdict.verdict == verdict)
    return scope.session.scalars(query.order_by(ImportVerdict.place).limit(limit)).all()


def page_of(
    scope: Scope, number: int, verdict: str, page: int, size: int
) -> tuple[Sequence[ImportVerdict], Sequence[ImportVerdict], int]:
    """A page of an import's rows with how many there are, and the first hundred of its files, those in the tray first."""
    of = ImportVerdict.import_id == import_of(scope, number).id
    rows = select(ImportVerdict).where(of, ImportVerdict.kind != KIND)
    if verdict:
        rows = rows.where(ImportVerdict.verdict == verdict)
    total = scope.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    page = min(page, max(1, -(-total // size)))
    shown = scope.session.scalars(rows.order_by(ImportVerdict.place).offset((page - 1) * size).limit(size)).all()
    files = select(ImportVerdict).where(of, ImportVerdict.kind == KIND)
    loose = (ImportVerdict.verdict != "held", ImportVerdict.place)
    return shown, scope.session.scalars(files.order_by(*loose).limit(100)).all(), total


def _listed(one: Import, who: str | None) -> Listed:
    return Listed(one.id, one.number, one.system, one.at, who, one.state, one.tables, one.counts, list(one.sums))
