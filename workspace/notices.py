"""Letters of tax agencies: the record that stands behind a document of the kind notice, made from the facts read on its pages.

Dates that software read stay "read from the page" until a person confirms them. Never computes a deadline.
"""

from datetime import date

from sqlalchemy import or_, select

from store import audit
from store.audit import AuditTag
from store.errors import NotFound
from store.ids import stable_id
from store.tables import Document, DocumentVersion, FactRow, Notice
from workspace.scope import Right, Scope, access_document


def record_notice(scope: Scope, version_id: str) -> str | None:
    """Make or refresh the notice of a document's current version; the notice's id, or None when the version is not that of a
    notice. What a person confirmed is not overwritten. Raises NotFound outside the scope."""
    scope.require(Right.DOCUMENT_ADD)
    found = scope.session.execute(
        select(Document)
        .join(DocumentVersion, DocumentVersion.document_id == Document.id)
        .where(DocumentVersion.id == version_id, Document.client_id.in_(scope.clients()))
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(f"there is no document version {version_id}")
    if found.kind != "notice" or found.current_version_id != version_id:
        return None
    identity = stable_id("not", found.id)
    notice = scope.session.get(Notice, identity)
    if notice is not None and (notice.confirmed_by or notice.version_id == version_id):
        return identity
    facts = _facts(scope, version_id)
    if notice is None:
        notice = Notice(id=identity, client_id=found.client_id, document_id=found.id)
    _read(notice, version_id, facts)
    scope.session.add(notice)
    audit.record(
        scope.session,
        AuditTag.NOTICE_READ,
        actor=scope.email,
        subject=f"notice:{identity}",
        now=scope.now,
        client_id=found.client_id,
        detail={"document": found.id, "number": notice.number, "date": str(notice.notice_date or "")},
    )
    return identity


def record_new_notices(scope: Scope) -> int:
    """Record every notice that was read and is not on record, or is there with an older version; returns how many."""
    scope.require(Right.DOCUMENT_ADD)
    query = (
        select(Document.current_version_id)
        .outerjoin(Notice, Notice.document_id == Document.id)
        .where(
            Document.kind == "notice",
            Document.duplicate_of.is_(None),
            Document.client_id.in_(scope.clients()),
            or_(Notice.id.is_(None), Notice.version_id != Document.current_version_id),
        )
    )
    versions = [v for v in scope.session.scalars(query.order_by(Document.client_id, Document.path)) if v]
    return sum(record_notice(scope, version_id) is not None for version_id in versions)


def refresh_notice(scope: Scope, document_id: str, *, confirmed_too: bool = True) -> None:
    """Make the notice of a document what its facts now say. A person's correction also goes over what was confirmed, a reading does not.
    The record of a document that is no notice after all is taken away, unless somebody confirmed or answered it."""
    document = access_document(scope, document_id)
    notice = scope.session.scalars(select(Notice).where(Notice.document_id == document_id)).one_or_none()
    if notice is None or document.current_version_id is None or (notice.confirmed_by and not confirmed_too):
        return
    if document.kind != "notice":
        if notice.confirmed_by is None and notice.answered_on is None:
            scope.session.delete(notice)
        return
    _read(notice, document.current_version_id, _facts(scope, document.current_version_id))


def _facts(scope: Scope, version_id: str) -> dict[str, str]:
    """The facts of a version by name; the surest where a name stands twice."""
    rows = scope.session.execute(
        select(FactRow.name, FactRow.value)
        .where(FactRow.version_id == version_id, FactRow.row.is_(None))
        .order_by(FactRow.confidence, FactRow.id.desc())
    )
    return dict(rows.tuples().all())


def _read(notice: Notice, version_id: str, facts: dict[str, str]) -> None:
    notice.version_id = version_id
    notice.agency, notice.number = facts.get("agency"), facts.get("notice_number")
    notice.notice_date, notice.respond_by = _day(facts.get("notice_date")), _day(facts.get("respond_by"))


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None
