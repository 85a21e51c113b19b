"""What a citation opens: one page of a document, or a message, with the words marked. Reads only; who may look is asked of the scope.

Never renders: the edges draw the page, this module says what is on it.
"""

from dataclasses import dataclass

from sqlalchemy import select

from store import audit
from store.audit import AuditTag
from store.errors import NotFound
from store.tables import Client, Document, DocumentPage, DocumentVersion, IntakeFinding, Message
from workspace.scope import Scope, access_document


@dataclass(frozen=True)
class Leaf:
    """One page of one version. `words` are OCR boxes [start, end, left, top, right, bottom] in points; `pages` is how many pages
    the version has; `text` is empty where nothing could be read, and `findings` then says why."""

    document_id: str
    version_id: str
    client_ref: str
    client_name: str
    path: str
    kind: str | None
    media_type: str
    blob: str
    number: int
    pages: int
    label: str | None
    text: str
    source: str
    width: float | None
    height: float | None
    words: tuple[tuple[int, int, float, float, float, float], ...]
    findings: tuple[str, ...]
    current: bool

    @property
    def drawable(self) -> bool:
        """Whether the page has a picture (a PDF or an image), or is shown as text."""
        return self.media_type == "application/pdf" or self.media_type.startswith("image/")


@dataclass(frozen=True)
class MessageLeaf:
    """A message on a client's timeline."""

    message_id: str
    client_ref: str
    client_name: str
    subject: str
    sender: str
    recipients: tuple[str, ...]
    sent_at: str
    direction: str
    body: str
    document_id: str | None


def open_page(scope: Scope, document_id: str, *, version_id: str | None = None, number: int = 1) -> Leaf:
    """A page of a document, of its current version unless another is named. Raises NotFound."""
    document = access_document(scope, document_id)
    client = scope.session.get_one(Client, document.client_id)
    version = scope.session.get(DocumentVersion, version_id or document.current_version_id or "")
    if version is None or version.document_id != document.id:
        raise NotFound(f"{document.path} has no such version")
    rows = scope.session.scalars(
        select(DocumentPage).where(DocumentPage.version_id == version.id).order_by(DocumentPage.number)
    ).all()
    found = scope.session.scalars(
        select(IntakeFinding.message).where(IntakeFinding.version_id == version.id).order_by(IntakeFinding.id)
    ).all()
    page = next((row for row in rows if row.number == number), None)
    if page is None and number != 1:
        raise NotFound(f"{document.path} has no page {number}")
    return Leaf(
        document_id=document.id,
        version_id=version.id,
        client_ref=client.ref,
        client_name=client.name,
        path=document.path,
        kind=document.kind,
        media_type=version.media_type or "application/octet-stream",
        blob=version.blob,
        number=number,
        pages=max(1, len(rows)),
        label=page.label if page else None,
        text=page.text if page else "",
        source=page.source if page else "none",
        width=page.width if page else None,
        height=page.height if page else None,
        words=tuple((w[0], w[1], w[2], w[3], w[4], w[5]) for w in (page.words if page else ())),
        findings=tuple(found),
        current=version.id == document.current_version_id,
    )


def mark_opened(scope: Scope, document_id: str) -> None:
    """Note that somebody of the firm has opened a document; the first time is kept, and stands on the trail."""
    document: Document = access_document(scope, document_id)
    if document.opened_at is not None or scope.person_id is None:
        return
    document.opened_at, document.opened_by = scope.now, scope.person_id
    audit.record(
        scope.session,
        AuditTag.DOCUMENT_OPENED,
        actor=scope.email,
        subject=f"document:{document.id}",
        client_id=document.client_id,
        now=scope.now,
    )


def open_message(scope: Scope, message_id: str) -> MessageLeaf:
    """A message by its Message-ID or row id. Raises NotFound outside the scope."""
    found = scope.session.execute(
        select(Message, Client)
        .join(Client, Client.id == Message.client_id)
        .where((Message.message_id == message_id) | (Message.id == message_id), Client.id.in_(scope.clients()))
        .order_by(Client.ref)
    ).first()
    if found is None:
        raise NotFound("there is no such message")
    message, client = found
    return MessageLeaf(
        message_id=message.message_id,
        client_ref=client.ref,
        client_name=client.name,
        subject=message.subject,
        sender=message.sender,
        recipients=tuple(message.recipients),
        sent_at=message.sent_at.isoformat() if message.sent_at else "",
        direction=message.direction,
        body=message.body,
        document_id=message.document_id,
    )
