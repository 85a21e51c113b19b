"""A client's documents as a list: folder, kind, how far each was read, and what was wrong with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from store.tables import Client, Document, DocumentVersion, IntakeFinding, Notice
from store.twins import twin
from workspace.scope import Right, Scope

MOST = 1000  # of a page


@dataclass(frozen=True)
class Paper:
    """A document in the list. `state`: received, read, refused. `notice` is its agency and number where it is one; `copy_of` the path of
    the document with the same bytes that was first, `later` that of the document that supersedes it. `gone_since`: it is no longer in the
    watched folder. `findings` say what could not be read."""

    id: str
    path: str
    folder: str
    name: str
    kind: str | None
    state: str
    source: str
    size: int
    versions: int
    received_at: datetime
    opened: bool
    copy_of: str | None
    later: str | None
    gone_since: datetime | None
    notice: str | None
    findings: tuple[str, ...]


@dataclass(frozen=True)
class Shelf:
    """Documents in groups, `more` when the list was cut."""

    groups: tuple[tuple[str, tuple[Paper, ...]], ...]
    shown: int
    more: bool
    kinds: tuple[str, ...]


def papers_of(scope: Scope, client_ref: str, *, words: str = "", by: str = "folder") -> Shelf:
    """The client's documents whose path holds every one of `words`, by folder or by kind; two queries."""
    scope.require(Right.CLIENT_READ)
    first, later = twin(Document, "first"), twin(Document, "later")
    query = (
        select(
            Document, DocumentVersion.size, DocumentVersion.number, first.path, Notice.agency, Notice.number, later.path
        )
        .join(Client, Client.id == Document.client_id)
        .outerjoin(DocumentVersion, DocumentVersion.id == Document.current_version_id)
        .outerjoin(first, first.id == Document.duplicate_of)
        .outerjoin(later, later.id == Document.superseded_by)
        .outerjoin(Notice, Notice.document_id == Document.id)
        .where(Client.ref == client_ref, Client.id.in_(scope.clients()))
    )
    for word in words.split():
        query = query.where(Document.path.icontains(word, autoescape=True))
    rows = scope.session.execute(query.order_by(Document.path, Document.id).limit(MOST + 1)).tuples().all()
    findings = _findings(scope, client_ref)
    papers = [
        _paper(document, size, number, copied, after, (agency, notice), findings.get(document.id, ()))
        for document, size, number, copied, agency, notice, after in rows[:MOST]
    ]
    kinds = tuple(sorted({paper.kind for paper in papers if paper.kind}))
    return Shelf(_grouped(papers, by), len(papers), len(rows) > MOST, kinds)


def _findings(scope: Scope, client_ref: str) -> dict[str, tuple[str, ...]]:
    """What intake said of each document's current version, or of one that never had any."""
    found = scope.session.execute(
        select(IntakeFinding.document_id, IntakeFinding.message)
        .join(Client, Client.id == IntakeFinding.client_id)
        .join(Document, Document.id == IntakeFinding.document_id)
        .where(
            Client.ref == client_ref,
            Client.id.in_(scope.clients()),
            (IntakeFinding.version_id.is_(None)) | (IntakeFinding.version_id == Document.current_version_id),
        )
        .order_by(IntakeFinding.id)
    )
    said: dict[str, tuple[str, ...]] = {}
    for document_id, message in found.tuples():
        if document_id is not None:
            said[document_id] = (*said.get(document_id, ()), message)
    return said


def _paper(
    row: Document,
    size: int | None,
    number: int | None,
    copied: str | None,
    later: str | None,
    notice: tuple[str | None, str | None],
    findings: tuple[str, ...],
) -> Paper:
    folder, _, name = row.path.rpartition("/")
    return Paper(
        id=row.id,
        path=row.path,
        folder=folder,
        name=name,
        kind=row.kind,
        state=row.state,
        source=row.source,
        size=size or 0,
        versions=number or 0,
        received_at=row.received_at,
        opened=row.opened_at is not None,
        copy_of=copied,
        later=later,
        gone_since=row.gone_since,
        notice=" ".join(part for part in notice if part) or None,
        findings=findings,
    )


def _grouped(papers: Iterable[Paper], by: str) -> tuple[tuple[str, tuple[Paper, ...]], ...]:
    groups: dict[str, list[Paper]] = {}
    for paper in papers:
        groups.setdefault((paper.kind or "") if by == "kind" else paper.folder, []).append(paper)
    return tuple((name, tuple(groups[name])) for name in sorted(groups))
