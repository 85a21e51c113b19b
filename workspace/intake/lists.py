"""What came in and what became of it: read, doubled, a new version, refused and why, gone from the folder; by client, in pages.

Reads only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import aliased

from store.tables import Client, Document, DocumentVersion, IntakeFinding, VersionLink
from workspace.scope import Right, Scope, access_client

AT_ONCE = 100
OUTCOMES = ("waiting", "read", "doubled", "version", "refused", "gone")


@dataclass(frozen=True)
class Line:
    """A document as it came in. `outcome`: waiting (to be read), read, doubled, version, refused. `copy_of` is the path of the document
    with the same bytes that was first, or that this one stands for since it is gone: `copy_gone`, this is where it was moved to; `after`
    the path of the earlier version, `link` the id of the link between the two."""

    document_id: str
    client_ref: str
    client: str
    path: str
    outcome: str
    kind: str | None
    source: str
    size: int
    version: int
    received_at: datetime
    copy_of: str | None
    copy_gone: bool
    after: str | None
    link: str | None
    gone_since: datetime | None
    findings: tuple[str, ...]


@dataclass(frozen=True)
class Intake:
    """A page of the list. `counts` are over all pages, by outcome; gone ones are counted there and under how they came in."""

    counts: Mapping[str, int]
    lines: tuple[Line, ...]
    page: int
    pages: int
    total: int


def intake(scope: Scope, *, client_ref: str | None = None, outcome: str | None = None, page: int = 1) -> Intake:
    """What came in for the asker's clients or one of them, the newest first; four queries at most. Raises NotFound for a client outside
    the scope; an outcome that is none of OUTCOMES is no filter."""
    scope.require(Right.DOCUMENT_ADD)
    client_id = access_client(scope, client_ref).id if client_ref else None
    counts = _counts(scope, client_id)
    total = counts[outcome] if outcome in counts else sum(n for name, n in counts.items() if name != "gone")
    pages = max(1, -(-total // AT_ONCE))
    page = min(max(page, 1), pages)
    found = _rows(scope, client_id, outcome, page)
    said = _findings(scope, [row[0].id for row in found])
    lines = tuple(_line(row, said.get(row[0].id, ())) for row in found)
    return Intake(counts, lines, page, pages, total)


def my_clients(scope: Scope) -> tuple[tuple[str, str], ...]:
    """(ref, name) of the asker's clients, by name: for a form that names one; one query."""
    query = select(Client.ref, Client.name).where(Client.id.in_(scope.clients())).order_by(Client.name, Client.ref)
    return tuple(scope.session.execute(query).tuples())


def _outcome() -> ColumnElement[str]:
    later = select(VersionLink.later_id).where(VersionLink.state == "linked")
    return case(
        (Document.state == "refused", "refused"),
        (Document.duplicate_of.is_not(None), "doubled"),
        (Document.state == "received", "waiting"),
        (or_(DocumentVersion.number > 1, Document.id.in_(later)), "version"),
        else_="read",
    )


def _of(scope: Scope, client_id: str | None) -> list[ColumnElement[bool]]:
    own = [Document.client_id == client_id] if client_id is not None else []
    return [*own, Document.client_id.in_(scope.clients())]


def _counts(scope: Scope, client_id: str | None) -> dict[str, int]:
    how = _outcome().label("how")
    query = select(how, func.count(), func.count(Document.gone_since)).select_from(Document)
    query = query.outerjoin(DocumentVersion, DocumentVersion.id == Document.current_version_id)
    rows = scope.session.execute(query.where(*_of(scope, client_id)).group_by(how)).tuples().all()
    found = {name: count for name, count, _ in rows}
    return {name: found.get(name, 0) for name in OUTCOMES[:-1]} | {"gone": sum(gone for _, _, gone in rows)}


def _rows(scope: Scope, client_id: str | None, outcome: str | None, page: int) -> Sequence[tuple[Any, ...]]:
    first, earlier, link, before = aliased(Document), aliased(Document), aliased(VersionLink), aliased(Document)
    moved = select(func.min(before.path)).where(before.duplicate_of == Document.id, before.gone_since.is_not(None))
    came = func.coalesce(DocumentVersion.received_at, Document.received_at)
    query = (
        select(Document, Client.ref, Client.name, _outcome(), DocumentVersion.size, DocumentVersion.number)
        .add_columns(DocumentVersion.received_at, first.path, first.gone_since, earlier.path, link.id)
        .add_columns(moved.scalar_subquery())
        .join(Client, Client.id == Document.client_id)
        .outerjoin(DocumentVersion, DocumentVersion.id == Document.current_version_id)
        .outerjoin(first, first.id == Document.duplicate_of)
        .outerjoin(link, (link.later_id == Document.id) & (link.state == "linked"))
        .outerjoin(earlier, earlier.id == link.earlier_id)
        .where(*_of(scope, client_id))
    )
    if outcome == "gone":
        query = query.where(Document.gone_since.is_not(None))
    elif outcome in OUTCOMES:
        query = query.where(_outcome() == outcome)
    query = query.order_by(came.desc(), Client.ref, Document.path).limit(AT_ONCE).offset((page - 1) * AT_ONCE)
    return [tuple(row) for row in scope.session.execute(query)]


def _line(row: tuple[Any, ...], findings: tuple[str, ...]) -> Line:
    document, ref, name, outcome, size, number, received_at, first, first_gone, earlier, link, moved = row
    return Line(
        document_id=document.id,
        client_ref=str(ref),
        client=str(name),
        path=document.path,
        outcome=str(outcome),
        kind=document.kind,
        source=document.source,
        size=int(size or 0),
        version=int(number or 0),
        received_at=received_at or document.received_at,
        copy_of=str(first or moved) if first or moved else None,
        copy_gone=first_gone is not None or (first is None and moved is not None),
        after=str(earlier) if earlier else None,
        link=link,
        gone_since=document.gone_since,
        findings=findings,
    )


def _findings(scope: Scope, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What intake said of these documents' current versions, or of ones that never had any."""
    query = (
        select(IntakeFinding.document_id, IntakeFinding.message)
        .join(Document, Document.id == IntakeFinding.document_id)
        .where(
            IntakeFinding.document_id.in_(ids),
            IntakeFinding.client_id.in_(scope.clients()),
            IntakeFinding.version_id.is_(None) | (IntakeFinding.version_id == Document.current_version_id),
        )
    )
    said: dict[str, tuple[str, ...]] = {}
    for document_id, message in scope.session.execute(query.order_by(IntakeFinding.id)).tuples():
        if document_id is not None:
            said[document_id] = (*said.get(document_id, ()), message)
    return said
