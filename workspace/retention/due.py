"""What may be destroyed by the schedule, by client and kind with the reason, and the act that destroys it. It cannot be undone.

A hold stands before everything. A document that a consent, a signature, an authorization or a month of the trust account rests on stays
for as long as that does.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Select, func, or_, select, update

from store.audit import AuditTag
from store.errors import Conflict, Invalid
from store.tables import (
    Authorization,
    ChatMessage,
    ChatThread,
    Client,
    ClientScan,
    Consent,
    Document,
    DocumentVersion,
    EngagementLetter,
    LooseFile,
    Message,
    ModelCall,
    SignalRow,
    Signature,
    Signing,
    TrustReconciliation,
)
from store.vectors import shelf_of
from workspace.acting import person_of, record
from workspace.retention.holds import held_clients, refuse_held
from workspace.retention.schedule import BY_SLUG, Term, before, schedule
from workspace.retention.sweep import Gone, finish, remove
from workspace.scope import Right, Scope, access_client

# What rests on a document: it is kept for as long as the row is there.
_RESTS = (
    Authorization.document_id,
    Consent.document_id,
    EngagementLetter.document_id,
    Signature.document_id,
    Signing.document_id,
    TrustReconciliation.document_id,
)


@dataclass(frozen=True)
class Due:
    """Records of one kind of one client whose term is over. `size` is bytes of files, 0 for what has none; `before` is the day that the
    term reaches back to, `held` that a hold stands on the client. `mark` names exactly these records."""

    client: str
    ref: str
    kind: str
    label: str
    count: int
    oldest: date
    size: int
    before: date
    why: str
    held: bool
    mark: str


@dataclass(frozen=True)
class Item:
    """One record that would go."""

    id: str
    name: str
    on: date
    size: int = 0


def due(scope: Scope, client_ref: str | None = None) -> list[Due]:
    """Everything of the asker's clients whose term is over, by client and kind. Raises Forbidden without retention:set."""
    scope.require(Right.RETENTION_SET)
    client_id = access_client(scope, client_ref).id if client_ref else None
    held, found = held_clients(scope), list[Due]()
    for term in schedule(scope):
        if term.kind.destroyed:
            found += _of_kind(scope, term, client_id, held)
    return sorted(found, key=lambda one: (one.client, one.ref, one.kind))


def items(scope: Scope, client_ref: str, slug: str) -> list[Item]:
    """The records of one kind of one client whose term is over. Raises NotFound, Forbidden, Invalid."""
    client = access_client(scope, client_ref, Right.RETENTION_SET)
    term = _term(scope, slug)
    rows = scope.session.execute(_query(scope, term).where(_owner(slug) == client.id)).tuples()
    return [Item(identity, name or "", at.date(), size or 0) for _, identity, name, at, size in rows]


def mark_of(ids: Sequence[str]) -> str:
    """Names exactly these records, in 16 hex digits."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()[:16]


def destroy(scope: Scope, client_ref: str, slug: str, mark: str, typed: str) -> Gone:
    """Destroy what was shown, for good: `mark` is that of the preview, `typed` the client's ref as a person typed it.

    What lies outside the database is removed after the transaction, by who called. Raises NotFound, Forbidden, Invalid where the ref was
    not typed, Conflict where a hold stands or something else is due now than what was shown."""
    client = access_client(scope, client_ref, Right.RETENTION_SET)
    person_of(scope)
    if typed.strip() != client.ref:
        raise Invalid(f"type {client.ref} to destroy these records; it cannot be undone")
    refuse_held(scope, client)
    ids = [item.id for item in items(scope, client_ref, slug)]
    if not ids or mark_of(ids) != mark:
        raise Conflict("other records are due now than those you saw; look again")
    gone = Gone(client_id=client.id, shelf=shelf_of(client.id, client.shelf))
    hashes = _hashes(scope, slug, ids)
    take(scope, slug, ids, gone)
    finish(scope, gone)
    digest = hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()
    told: dict[str, Any] = {
        "kind": slug,
        "count": len(ids),
        "records": digest,
        "blobs": " ".join(sorted(hashes))[:4000],
    }
    record(scope, AuditTag.RETENTION_DESTROYED, f"client:{client.id}", client.id, **told)
    return gone


def take(scope: Scope, slug: str, ids: Sequence[str], gone: Gone) -> None:
    """Remove records of one kind, without asking any more."""
    session = scope.session
    if slug == "documents":
        remove(scope, "loose_files", session.scalars(select(LooseFile.id).where(LooseFile.document_id.in_(ids))), gone)
        remove(scope, "documents", ids, gone)
    elif slug == "mail":
        files = session.scalars(
            select(Message.document_id).where(Message.id.in_(ids), Message.document_id.is_not(None))
        )
        papers = [one for one in files if one]
        remove(scope, "messages", ids, gone)
        remove(scope, "documents", papers, gone)
    elif slug == "chats":
        remove(scope, "chat_threads", ids, gone)
    elif slug == "scans":
        nights = (
            session.execute(select(ClientScan.client_id, ClientScan.as_of).where(ClientScan.id.in_(ids))).tuples().all()
        )
        for owner in {client_id for client_id, _ in nights}:
            last = max(day for client_id, day in nights if client_id == owner)
            raised = select(SignalRow.id).where(SignalRow.client_id == owner, SignalRow.as_of <= last)
            remove(scope, "signals", session.scalars(raised), gone)
        remove(scope, "client_scans", ids, gone)
    elif slug == "model-texts":
        for first in range(0, len(ids), 400):
            some = ModelCall.id.in_(ids[first : first + 400])
            session.execute(
                update(ModelCall).where(some).values(response="").execution_options(synchronize_session=False)
            )
        gone.rows["texts of model calls"] += len(ids)


def _term(scope: Scope, slug: str) -> Term:
    if slug not in BY_SLUG or not BY_SLUG[slug].destroyed:
        raise Invalid(f"records of the kind {slug} are not destroyed by their term")
    return next(term for term in schedule(scope) if term.kind.slug == slug)


def _of_kind(scope: Scope, term: Term, client_id: str | None, held: frozenset[str]) -> list[Due]:
    query = _query(scope, term)
    if client_id is not None:
        query = query.where(_owner(term.kind.slug) == client_id)
    by_client: dict[str, list[tuple[str, datetime, int]]] = {}
    for owner, identity, _, at, size in scope.session.execute(query).tuples():
        by_client.setdefault(owner, []).append((identity, at, size or 0))
    named = {c.id: c for c in scope.session.scalars(select(Client).where(Client.id.in_(by_client)))}
    first = before(scope.today, term.months)
    why = f"kept for {term.months} months from {term.kind.runs_from}: {term.authority}"
    return [
        Due(
            named[owner].name,
            named[owner].ref,
            term.kind.slug,
            term.kind.label,
            len(rows),
            min(at for _, at, _ in rows).date(),
            sum(size for _, _, size in rows),
            first,
            why,
            owner in held,
            mark_of([identity for identity, _, _ in rows]),
        )
        for owner, rows in by_client.items()
    ]


def _owner(slug: str) -> Any:
    owners: dict[str, Any] = {
        "documents": Document.client_id,
        "mail": Message.client_id,
        "chats": ChatThread.client_id,
        "model-texts": ModelCall.client_id,
    }
    return owners.get(slug, ClientScan.client_id)


def _query(scope: Scope, term: Term) -> Select[Any, Any, Any, Any, Any]:
    """(client's id, id, name, moment, size) of what is over its term, of the asker's clients."""
    slug = term.kind.slug
    limit = datetime.combine(before(scope.today, term.months), time.min, UTC)
    seen = _owner(slug).in_(scope.clients())
    if slug == "documents":
        size = (
            select(func.sum(DocumentVersion.size)).where(DocumentVersion.document_id == Document.id).scalar_subquery()
        )
        mails = select(Message.document_id).where(Message.document_id.is_not(None))
        kept = [Document.id.not_in(select(column).where(column.is_not(None))) for column in _RESTS]
        query = select(Document.client_id, Document.id, Document.path, Document.received_at, size)
        return query.where(seen, Document.received_at < limit, Document.id.not_in(mails), *kept).order_by(Document.id)
    if slug == "mail":
        query = select(Message.client_id, Message.id, Message.subject, Message.sent_at, func.length(Message.body))
        return query.where(seen, Message.sent_at < limit).order_by(Message.id)
    if slug == "chats":
        last = select(func.max(ChatMessage.at)).where(ChatMessage.thread_id == ChatThread.id).scalar_subquery()
        query = select(ChatThread.client_id, ChatThread.id, ChatThread.title, ChatThread.created_at, func.length(""))
        late = or_(last.is_(None), last < limit)
        return query.where(seen, ChatThread.created_at < limit, late).order_by(ChatThread.id)
    if slug == "model-texts":
        query = select(
            ModelCall.client_id, ModelCall.id, ModelCall.purpose, ModelCall.at, func.length(ModelCall.response)
        )
        return query.where(seen, ModelCall.at < limit, ModelCall.response != "").order_by(ModelCall.id)
    at = func.coalesce(ClientScan.finished_at, limit)
    query = select(ClientScan.client_id, ClientScan.id, ClientScan.state, at, func.length(""))
    return query.where(seen, ClientScan.as_of < limit.date()).order_by(ClientScan.id)


def _hashes(scope: Scope, slug: str, ids: Sequence[str]) -> set[str]:
    """What was destroyed, by the SHA-256 of its bytes (the first 16 digits): the proof of what it was for who still has a copy."""
    if slug not in ("documents", "mail"):
        return set()
    of = DocumentVersion.document_id.in_(ids)
    if slug == "mail":
        of = DocumentVersion.document_id.in_(select(Message.document_id).where(Message.id.in_(ids)))
    return {blob[:16] for blob in scope.session.scalars(select(DocumentVersion.blob).where(of))}
