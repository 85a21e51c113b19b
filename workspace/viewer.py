"""What a citation opens: one page of a document, or a message, with the words marked. Reads only; who may look is asked of the scope.

Never renders: the edges draw the page, this module says what is on it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from store import audit
from store.audit import AuditTag
from store.errors import NotFound
from store.tables import Client, Document, DocumentPage, DocumentVersion, IntakeFinding, Message
from workspace.passwords import LOCKED
from workspace.scope import Right, Scope, access_document


class NotTaken(NotFound):
    """Nothing of a document is kept: it was refused as it came. The list of the client's documents says why, at this path."""

    def __init__(self, client_ref: str, path: str) -> None:
        super().__init__(f"{path} was not taken; the documents of {client_ref} say why")
        self.client_ref, self.path = client_ref, path


@dataclass(frozen=True)
class Leaf:
    """One page of one version. `words` are OCR boxes [start, end, left, top, right, bottom] in points; `pages` is how many pages
    the version has; `text` is empty where nothing could be read, and `findings` then says why. `opened`: somebody here has looked;
    `opened_with` says what opened a locked file."""

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
    opened: bool
    received_at: datetime
    opened_with: str | None = None

    @property
    def locked(self) -> bool:
        """Whether the file waits for a password."""
        return not self.text and any(LOCKED in finding for finding in self.findings)

    @property
    def drawable(self) -> bool:
        """Whether the page has a picture (a PDF or an image), or is shown as text."""
        return self.media_type == "application/pdf" or self.media_type.startswith("image/")

    @property
    def grid(self) -> dict[int, int]:
        """The row of the sheet that each line of the text is, by the character at which it begins; empty for what is no sheet."""
        return {} if self.drawable else {start: int(bottom) for start, _, _, _, _, bottom in self.words}


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


BETWEEN_CELLS = " | "


def cell_range(leaf: Leaf, start: int, end: int) -> str | None:
    """The cells of a sheet that hold characters `start` to `end`, as its program calls them: "Ledger!B4:D4". None for what is no sheet,
    and where the characters are not in its cells."""
    rows = [] if leaf.drawable else [word for word in leaf.words if word[0] < end and word[1] > start]
    if not rows or end <= start:
        return None
    lines = [(max(start - word[0], 0), min(end, word[1]) - word[0], leaf.text[word[0] : word[1]]) for word in rows]
    columns = [n for first, last, line in lines for n in _columns(line, first, last)]
    if not columns:
        return None
    corners = [f"{column_letters(min(columns))}{rows[0][5]:.0f}", f"{column_letters(max(columns))}{rows[-1][5]:.0f}"]
    cells = ":".join(dict.fromkeys(corners))
    if not leaf.label:
        return cells
    plain = leaf.label.replace("_", "").isalnum() and not leaf.label[0].isdigit()
    return f"{leaf.label if plain else _quoted(leaf.label)}!{cells}"


def _columns(line: str, first: int, last: int) -> list[int]:
    """The columns, from 1, of the cells with words between two characters of a row."""
    at, found = 0, list[int]()
    for number, cell in enumerate(line.split(BETWEEN_CELLS), start=1):
        if cell and at < last and at + len(cell) > first:
            found.append(number)
        at += len(cell) + len(BETWEEN_CELLS)
    return found


def column_letters(column: int) -> str:
    """A for 1, AA for 27."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _quoted(title: str) -> str:
    return "'" + title.replace("'", "''") + "'"


def open_page(scope: Scope, document_id: str, *, version_id: str | None = None, number: int = 1) -> Leaf:
    """A page of a document, of its current version unless another is named; three queries. Raises NotFound, and NotTaken for a document
    that never had a version."""
    scope.require(Right.CLIENT_READ)
    found = scope.session.execute(
        select(Document, Client, DocumentVersion)
        .join(Client, Client.id == Document.client_id)
        .outerjoin(
            DocumentVersion,
            (DocumentVersion.document_id == Document.id)
            & (DocumentVersion.id == (version_id or Document.current_version_id)),
        )
        .where(Document.id == document_id, Document.client_id.in_(scope.clients()))
    ).one_or_none()
    if found is None:
        raise NotFound(f"there is no document {document_id}")
    document, client, version = found.tuple()
    if version is None and document.current_version_id is None:
        raise NotTaken(client.ref, document.path)
    if version is None:
        raise NotFound(f"{document.path} has no such version")
    page, pages = _page(scope, version.id, number)
    if page is None and number != 1:
        raise NotFound(f"{document.path} has no page {number}")
    said = scope.session.scalars(
        select(IntakeFinding.message).where(IntakeFinding.version_id == version.id).order_by(IntakeFinding.id)
    ).all()
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
        pages=max(1, pages),
        label=page.label if page else None,
        text=page.text if page else "",
        source=page.source if page else "none",
        width=page.width if page else None,
        height=page.height if page else None,
        words=tuple((w[0], w[1], w[2], w[3], w[4], w[5]) for w in (page.words if page else ())),
        findings=tuple(said),
        current=version.id == document.current_version_id,
        opened=document.opened_at is not None,
        received_at=version.received_at,
        opened_with=version.opened_with,
    )


def _page(scope: Scope, version_id: str, number: int) -> tuple[DocumentPage | None, int]:
    """The page of that number, None where there is none, and how many pages the version has."""
    many = select(func.count()).where(DocumentPage.version_id == version_id).scalar_subquery()
    found = scope.session.execute(
        select(DocumentPage, many).where(DocumentPage.version_id == version_id, DocumentPage.number == number)
    ).one_or_none()
    return (found[0], found[1]) if found else (None, 0)


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
