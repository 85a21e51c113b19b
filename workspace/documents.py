"""Files of a client as they come in: document, version and audit entry in one transaction; the row is itself the order for the pipeline.

The same bytes at the same place change nothing; the same bytes elsewhere are a duplicate and are not read again; other bytes at the same
place are a new version. Bytes are put into the blobs before the rows that name them. Never parses, never removes a version.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import delete, func, or_, select

from store import audit
from store.audit import AuditTag
from store.blobs import Blobs
from store.errors import NotFound
from store.ids import stable_id
from store.tables import (
    BookFigure,
    Document,
    DocumentVersion,
    FactCorrection,
    FactRow,
    IntakeFinding,
    Notice,
    VersionLink,
)
from workspace.records.upsert import batches, known_clients
from workspace.scope import Right, Scope

Outcome = Literal["accepted", "duplicate", "unchanged", "refused"]
INTAKE = "intake"


@dataclass(frozen=True)
class Incoming:
    """A file on its way in. `blob` is the SHA-256 of its bytes, which lie in the blobs already; `source` is load, books, upload or
    mail. With `refused` (a sentence that says why and what to do) there are no bytes."""

    client_ref: str
    path: str
    blob: str
    size: int
    source: str
    refused: str = ""


@dataclass(frozen=True)
class Received:
    """What became of a file. `version_id` is None when it was refused and there is no earlier version."""

    document_id: str
    version_id: str | None
    outcome: Outcome


def receive(scope: Scope, blobs: Blobs, client_ref: str, path: str, data: bytes, source: str) -> Received:
    """Take one file in. Raises NotFound for a client outside the scope, Forbidden without the right document:add."""
    return receive_all(scope, [Incoming(client_ref, path, blobs.put(data), len(data), source)])[0]


def receive_all(scope: Scope, files: Sequence[Incoming]) -> tuple[Received, ...]:
    """Take files in, in order, in this one transaction; a handful of queries however many they are."""
    scope.require(Right.DOCUMENT_ADD)
    clients = known_clients(scope, (file.client_ref for file in files))
    shelf = _Shelf(scope, clients)
    received: list[Received] = []
    for batch in batches(files):
        shelf.fetch(batch)
        received += [_take(shelf, file) for file in batch]
        scope.session.flush()
    return tuple(received)


def clean_path(path: str) -> str:
    """A path inside the client's folder: forward slashes, NFC, no way out of the folder, no characters that control a display."""
    parts = [_clean_part(part) for part in path.replace("\\", "/").split("/")]
    kept = [part for part in parts if part not in ("", ".", "..")]
    return "/".join(kept) or "unnamed"


def _clean_part(part: str) -> str:
    shown = unicodedata.normalize("NFC", part)
    return "".join(c for c in shown if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp")).strip()


@dataclass
class _Shelf:
    """What stands there already, fetched once a batch and kept up to date while the batch is taken in."""

    scope: Scope
    clients: dict[str, str]
    documents: dict[str, Document] = field(default_factory=dict[str, Document])
    versions: dict[str, DocumentVersion] = field(default_factory=dict[str, DocumentVersion])
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    first_with: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    findings: dict[str, IntakeFinding] = field(default_factory=dict[str, IntakeFinding])
    places: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def client_id(self, ref: str) -> str:
        if ref not in self.clients:
            raise NotFound(f"there is no client {ref}")
        return self.clients[ref]

    def fetch(self, files: Sequence[Incoming]) -> None:
        session, ids = self.scope.session, [_document_id(file) for file in files]
        blobs = {file.blob for file in files if not file.refused}
        self.documents |= {d.id: d for d in session.scalars(select(Document).where(Document.id.in_(ids)))}
        version_ids = [stable_id("ver", _document_id(file), file.blob) for file in files]
        found = session.scalars(select(DocumentVersion).where(DocumentVersion.id.in_(version_ids)))
        self.versions |= {version.id: version for version in found}
        counted = select(DocumentVersion.document_id, func.max(DocumentVersion.number))
        counted = counted.where(DocumentVersion.document_id.in_(ids)).group_by(DocumentVersion.document_id)
        self.numbers |= dict(session.execute(counted).tuples().all())
        same = select(DocumentVersion.client_id, DocumentVersion.blob, Document.id).join(
            Document, Document.current_version_id == DocumentVersion.id
        )
        same = same.where(
            DocumentVersion.client_id.in_(self.clients.values()),
            DocumentVersion.blob.in_(blobs),
            Document.duplicate_of.is_(None),
        )
        for client_id, blob, document_id in session.execute(same.order_by(Document.path)):
            self.first_with.setdefault((client_id, blob), document_id)
        at = select(Document.client_id, Document.path).where(Document.client_id.in_(self.clients.values()))
        paths = {clean_path(file.path) for file in files}
        self.places |= {(of, path) for of, path in session.execute(at.where(Document.path.in_(paths)))}
        refused = select(IntakeFinding).where(IntakeFinding.document_id.in_(ids), IntakeFinding.source == INTAKE)
        self.findings |= {f.document_id: f for f in session.scalars(refused) if f.document_id}


def _document_id(file: Incoming) -> str:
    return stable_id("doc", file.client_ref, clean_path(file.path))


def _take(shelf: _Shelf, file: Incoming) -> Received:
    identity, client_id = _document_id(file), shelf.client_id(file.client_ref)
    document = shelf.documents.get(identity)
    refusal = file.refused or _empty(file)
    if refusal:
        return _refuse(shelf, file, document, client_id, refusal)
    _forget_refusal(shelf, identity)
    version_id = stable_id("ver", identity, file.blob)
    if document is not None and document.current_version_id == version_id:
        return Received(identity, version_id, "unchanged")
    before = document
    if document is None:
        document = _new_document(shelf, file, client_id, "received")
    original = shelf.first_with.get((client_id, file.blob))
    _set_version(shelf, document, version_id, file, original)
    if before is not None:
        _pass_on(shelf, document)
    if original is None:
        shelf.first_with[client_id, file.blob] = identity
    outcome: Outcome = "duplicate" if original else "accepted"
    _note(shelf, AuditTag.DOCUMENT_RECEIVED, document, {"blob": file.blob, "size": file.size, "outcome": outcome})
    return Received(identity, version_id, outcome)


def _empty(file: Incoming) -> str:
    name = file.path.rsplit("/", 1)[-1]
    return "" if file.size else f"{name} is empty (0 bytes); ask for it again or download it fully."


def _new_document(shelf: _Shelf, file: Incoming, client_id: str, state: str) -> Document:
    path = clean_path(file.path)
    if (client_id, path) in shelf.places:  # of a client that was merged into this one, or of this one where that had it
        path = f"{file.client_ref}/{path}"
    shelf.places.add((client_id, path))
    document = Document(
        id=_document_id(file),
        client_id=client_id,
        path=path,
        name=path.rsplit("/", 1)[-1],
        source=file.source,
        state=state,
        received_at=shelf.scope.now,
    )
    shelf.scope.session.add(document)
    shelf.scope.session.flush()
    shelf.documents[document.id] = document
    return document


def _set_version(shelf: _Shelf, document: Document, version_id: str, file: Incoming, original: str | None) -> None:
    version = shelf.versions.get(version_id)
    if version is None:
        number = shelf.numbers.get(document.id, 0) + 1
        version = DocumentVersion(
            id=version_id,
            client_id=document.client_id,
            document_id=document.id,
            number=number,
            blob=file.blob,
            size=file.size,
            stage="received",
            received_at=shelf.scope.now,
        )
        shelf.scope.session.add(version)
        shelf.versions[version_id], shelf.numbers[document.id] = version, number
    elif version.stage in ("indexed", "superseded"):
        version.stage = "split"  # bytes that were here before: their facts and vectors count again
    if original:
        version.stage = "duplicate"
    elif version.stage == "duplicate":
        version.stage = "received"
    document.current_version_id, document.duplicate_of = version_id, original
    document.kind, document.state = None, "read" if original else "received"


def _pass_on(shelf: _Shelf, document: Document) -> None:
    """The bytes that this document had lie elsewhere too: the first of those places now stands for them and is read."""
    session = shelf.scope.session
    stale = [key for key, owner in shelf.first_with.items() if owner == document.id]
    for key in stale:
        del shelf.first_with[key]
    heirs = session.scalars(select(Document).where(Document.duplicate_of == document.id).order_by(Document.path)).all()
    for heir in heirs:
        heir.duplicate_of = None if heir is heirs[0] else heirs[0].id
    if heirs:
        version = session.get_one(DocumentVersion, heirs[0].current_version_id)
        version.stage, heirs[0].state = "received", "received"
        shelf.first_with[heirs[0].client_id, version.blob] = heirs[0].id


def stand_for(scope: Scope, document: Document, heir: Document) -> None:
    """The bytes of a document that is gone are to be found, and cited, where a copy of them still is: `heir` is read in its stead, and
    what people said of it is said of the heir. For the software itself."""
    session, of_it = scope.session, Document.client_id == document.client_id
    for other in session.scalars(select(Document).where(of_it, Document.duplicate_of == document.id)):
        other.duplicate_of = None if other is heir else heir.id
    for earlier in session.scalars(select(Document).where(of_it, Document.superseded_by == document.id)):
        earlier.superseded_by = heir.id
    for link in session.scalars(
        select(VersionLink).where(or_(VersionLink.earlier_id == document.id, VersionLink.later_id == document.id))
    ):
        link.earlier_id = heir.id if link.earlier_id == document.id else link.earlier_id
        link.later_id = heir.id if link.later_id == document.id else link.later_id
    version = session.get_one(DocumentVersion, heir.current_version_id)
    corrections = session.scalars(select(FactCorrection).where(FactCorrection.document_id == document.id))
    notices = session.scalars(select(Notice).where(Notice.document_id == document.id))
    for said in (*corrections, *notices):
        said.document_id, said.version_id = heir.id, version.id
    # What was read before need not be read from the bytes again.
    version.stage = "split" if version.stage in ("indexed", "superseded") else "received"
    heir.superseded_by, heir.state = document.superseded_by, "received"
    for rows in (FactRow, BookFigure):
        session.execute(delete(rows).where(rows.version_id == document.current_version_id))
    document.duplicate_of, document.superseded_by, document.kind = heir.id, None, None


def _refuse(shelf: _Shelf, file: Incoming, document: Document | None, client_id: str, why: str) -> Received:
    """Keep the reason; an earlier version stays what the document is."""
    if document is None:
        document = _new_document(shelf, file, client_id, "refused")
        _note(shelf, AuditTag.DOCUMENT_REFUSED, document, {"reason": why})
    finding = shelf.findings.get(document.id)
    if finding is None:
        finding = IntakeFinding(
            id=stable_id("find", document.id, INTAKE),
            client_id=client_id,
            document_id=document.id,
            source=INTAKE,
            message=why,
            severity="error",
        )
        shelf.scope.session.add(finding)
        shelf.findings[document.id] = finding
    elif finding.message != why:
        finding.message = why
    return Received(document.id, document.current_version_id, "refused")


def _forget_refusal(shelf: _Shelf, document_id: str) -> None:
    finding = shelf.findings.pop(document_id, None)
    if finding is not None:
        shelf.scope.session.delete(finding)


def _note(shelf: _Shelf, tag: AuditTag, document: Document, detail: dict[str, object]) -> None:
    audit.record(
        shelf.scope.session,
        tag,
        actor=shelf.scope.email,
        subject=f"document:{document.id}",
        now=shelf.scope.now,
        client_id=document.client_id,
        detail={"path": document.path, **detail},
    )
