"""Documents that are versions of one: which pairs to compare, the links that were found, and a person's word against one.

Why a link, and not one document with several versions: a document is a place in the client's folder, and both places stay. Loading the same
folder again meets the same rows, whichever file comes first; a citation of the earlier one names a document that is still there, with its
page and its words; and a wrong link is undone by taking the link away, where a merged document would have to be torn apart. What "newest"
means hangs on one column: `Document.superseded_by` of the earlier one names the later. Search, facts and the snapshot pass over documents
that have it; the document itself stays readable, and its history says what came after.

Never judges: the rule is ingestion/versions.py. A link that a person undid is never made again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from store import audit
from store.audit import AuditTag
from store.database import touch
from store.errors import Conflict, NotFound
from store.ids import stable_id
from store.tables import Client, Document, DocumentPage, DocumentVersion, VersionLink
from workspace.records.upsert import batches
from workspace.scope import Right, Scope, access_client


@dataclass(frozen=True)
class Comparable:
    """A document that could be a version: read, and no copy of another."""

    id: str
    client_id: str
    path: str
    kind: str | None
    media_type: str
    received_at: datetime


@dataclass(frozen=True)
class Found:
    """That `later` is a version of `earlier`, as the rule found it."""

    earlier: str
    later: str
    similarity: float
    rule: str


@dataclass(frozen=True)
class Link:
    """A link as people see it. `state`: linked or undone."""

    id: str
    client_ref: str
    earlier_id: str
    earlier: str
    later_id: str
    later: str
    rule: str
    similarity: float
    state: str


def comparable(scope: Scope, client_ids: Collection[str] | None = None) -> tuple[Comparable, ...]:
    """The documents of these clients or of all that could be versions of each other, by client and path; mail is what it was."""
    scope.require(Right.DOCUMENT_ADD)
    query = (
        select(Document, DocumentVersion.media_type)
        .join(DocumentVersion, DocumentVersion.id == Document.current_version_id)
        .where(
            Document.client_id.in_(scope.clients()),
            Document.state == "read",
            Document.duplicate_of.is_(None),
            Document.source != "mail",
            Document.kind.is_not(None),
        )
    )
    if client_ids is not None:
        query = query.where(Document.client_id.in_(client_ids))
    rows = scope.session.execute(query.order_by(Document.client_id, Document.path)).tuples()
    return tuple(Comparable(d.id, d.client_id, d.path, d.kind, media or "", d.received_at) for d, media in rows)


def words_of(scope: Scope, document_ids: Collection[str]) -> dict[str, str]:
    """The text of these documents' current versions, pages in order, by document."""
    found: dict[str, list[str]] = {}
    for batch in batches(sorted(document_ids), 100):
        query = (
            select(Document.id, DocumentPage.text)
            .join(DocumentPage, DocumentPage.version_id == Document.current_version_id)
            .where(Document.id.in_(batch), Document.client_id.in_(scope.clients()))
            .order_by(Document.id, DocumentPage.number)
        )
        for document_id, text in scope.session.execute(query).tuples():
            found.setdefault(document_id, []).append(text)
    return {document_id: "\n".join(texts) for document_id, texts in found.items()}


def decided(scope: Scope, client_ids: Collection[str] | None = None) -> dict[tuple[str, str], str]:
    """The state of each pair (earlier, later) that was linked or undone."""
    query = select(VersionLink.earlier_id, VersionLink.later_id, VersionLink.state)
    query = query.where(VersionLink.client_id.in_(scope.clients()))
    if client_ids is not None:
        query = query.where(VersionLink.client_id.in_(client_ids))
    return {(earlier, later): state for earlier, later, state in scope.session.execute(query).tuples()}


def link_versions(scope: Scope, pairs: Sequence[Found]) -> int:
    """Link these pairs; the earlier ones are passed over from now on. One that had another successor gets this one. Returns how many
    links are new."""
    scope.require(Right.DOCUMENT_ADD)
    made = 0
    for pair in pairs:
        identity = stable_id("vl", pair.earlier, pair.later)
        earlier, later = (_document(scope, one) for one in (pair.earlier, pair.later))
        if scope.session.get(VersionLink, identity) is not None or later.superseded_by == earlier.id:
            continue
        if earlier.superseded_by is not None:
            scope.session.delete(scope.session.get_one(VersionLink, stable_id("vl", earlier.id, earlier.superseded_by)))
        link = VersionLink(
            id=identity,
            client_id=earlier.client_id,
            earlier_id=earlier.id,
            later_id=later.id,
            rule=pair.rule,
            similarity=pair.similarity,
            linked_at=scope.now,
            state="linked",
        )
        scope.session.add(link)
        earlier.superseded_by = later.id
        scope.session.flush()
        _note(scope, AuditTag.DOCUMENT_VERSION_LINKED, earlier, later)
        made += 1
    return made


def undo_link(scope: Scope, link_id: str) -> str:
    """A person's word that two documents are not versions of one: both count again, and stay apart. Returns the client's id. Raises
    NotFound outside the scope, Conflict when it was undone already."""
    link = scope.session.scalars(
        select(VersionLink).where(VersionLink.id == link_id, VersionLink.client_id.in_(scope.clients()))
    ).one_or_none()
    if link is None:
        raise NotFound(f"there is no link {link_id}")
    scope.require(Right.DOCUMENT_ADD)
    if link.state != "linked":
        raise Conflict("these two were taken apart already")
    earlier, later = _document(scope, link.earlier_id), _document(scope, link.later_id)
    link.state, link.decided_by, link.decided_at = "undone", scope.person_id, scope.now
    earlier.superseded_by = None
    version = scope.session.get(DocumentVersion, earlier.current_version_id)
    if version is not None and version.stage == "superseded":
        version.stage = "split"  # its facts and vectors count again
    touch(scope.session, link.client_id)
    _note(scope, AuditTag.DOCUMENT_VERSION_UNDONE, earlier, later)
    return link.client_id


def links(scope: Scope, client_ref: str | None = None) -> tuple[Link, ...]:
    """The links of the asker's clients or of one, by client and path. Raises NotFound for a client outside the scope."""
    scope.require(Right.CLIENT_READ)
    earlier, later = aliased(Document), aliased(Document)
    query = (
        select(VersionLink, Client.ref, earlier.path, later.path)
        .join(Client, Client.id == VersionLink.client_id)
        .join(earlier, earlier.id == VersionLink.earlier_id)
        .join(later, later.id == VersionLink.later_id)
        .where(VersionLink.client_id.in_(scope.clients()))
    )
    if client_ref is not None:
        query = query.where(Client.id == access_client(scope, client_ref).id)
    rows = scope.session.execute(query.order_by(Client.ref, earlier.path)).tuples()
    return tuple(
        Link(row.id, ref, row.earlier_id, first, row.later_id, second, row.rule, row.similarity, row.state)
        for row, ref, first, second in rows
    )


def later_of(scope: Scope, document_ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
    """The (link, path of the earlier one) of each of these documents that is a later version; one query."""
    earlier = aliased(Document)
    query = (
        select(VersionLink.later_id, VersionLink.id, earlier.path)
        .join(earlier, earlier.id == VersionLink.earlier_id)
        .where(
            VersionLink.later_id.in_(document_ids),
            VersionLink.state == "linked",
            VersionLink.client_id.in_(scope.clients()),
        )
        .order_by(earlier.path)
    )
    return {later: (link, path) for later, link, path in scope.session.execute(query).tuples()}


def _document(scope: Scope, document_id: str) -> Document:
    return scope.session.scalars(
        select(Document).where(Document.id == document_id, Document.client_id.in_(scope.clients()))
    ).one()


def _note(scope: Scope, tag: AuditTag, earlier: Document, later: Document) -> None:
    audit.record(
        scope.session,
        tag,
        actor=scope.email,
        subject=f"document:{later.id}",
        now=scope.now,
        client_id=later.client_id,
        detail={"path": later.path, "earlier": earlier.path, "earlier_id": earlier.id},
    )
