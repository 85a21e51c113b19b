"""A parsed file in the tables and back: pages with their elements, so that every later step can be repeated without the bytes.

Never parses.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from ingestion.elements import Box, Element, MailHeaders, Page, Parsed, Word
from store.ids import stable_id
from store.tables import Document, DocumentPage, DocumentVersion, IntakeFinding, Message
from store.tables.base import Base


class Stored(Protocol):
    """A version of a document, as a row of its table or as the columns that count here."""

    @property
    def id(self) -> str: ...
    @property
    def client_id(self) -> str: ...
    @property
    def document_id(self) -> str: ...
    @property
    def media_type(self) -> str | None: ...
    @property
    def title(self) -> str | None: ...


def keep_parsed(session: Session, versions: Collection[Stored], parsed: Mapping[str, Parsed]) -> None:
    """Make the pages, findings, type and title of these versions those of what was parsed, by version id, whatever was there."""
    if not versions:
        return
    for table in (DocumentPage, IntakeFinding):
        session.execute(delete(table).where(table.version_id.in_([version.id for version in versions])))
    put_rows(session, DocumentPage, [row for version in versions for row in _pages(version, parsed[version.id])])
    put_rows(session, IntakeFinding, [row for version in versions for row in _findings(version, parsed[version.id])])
    told = [{"id": v.id, "media_type": parsed[v.id].media_type, "title": parsed[v.id].title} for v in versions]
    session.execute(update(DocumentVersion), told)


def put_rows(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """New rows in one statement, with all their columns that are not null."""
    if rows:
        session.execute(insert(table), rows)


def _pages(version: Stored, parsed: Parsed) -> Iterator[dict[str, Any]]:
    elements = defaultdict[int, list[list[object]]](list)
    for element in parsed.elements:
        elements[element.page].append([element.type, element.start, element.end, [list(row) for row in element.rows]])
    for page in parsed.pages:
        yield {
            "id": stable_id("page", version.id, page.number),
            "client_id": version.client_id,
            "version_id": version.id,
            "number": page.number,
            "text": page.text,
            "source": page.source,
            "label": page.label,
            "width": page.width,
            "height": page.height,
            "words": [[w.start, w.end, w.box.left, w.box.top, w.box.right, w.box.bottom] for w in page.words],
            "elements": elements[page.number],
        }


def _findings(version: Stored, parsed: Parsed) -> Iterator[dict[str, Any]]:
    for n, finding in enumerate(parsed.findings):
        yield {
            "id": stable_id("find", version.id, n),
            "client_id": version.client_id,
            "document_id": version.document_id,
            "version_id": version.id,
            "source": finding.source,
            "message": finding.message,
            "severity": finding.severity,
        }


def stored_parsed(session: Session, versions: Collection[Stored]) -> dict[str, Parsed]:
    """What was parsed of each version, by version id, without findings and attachments. Three queries however many there are."""
    if not versions:
        return {}
    ids = [version.id for version in versions]
    pages = defaultdict[str, list[DocumentPage]](list)
    found = select(DocumentPage).where(DocumentPage.version_id.in_(ids)).order_by(DocumentPage.number)
    for row in session.scalars(found):
        pages[row.version_id].append(row)
    mails = select(Document.current_version_id, Message).join(Message, Message.document_id == Document.id)
    mails = mails.where(Document.current_version_id.in_(ids)).order_by(Message.id)
    mail = {version_id or "": _headers(message) for version_id, message in session.execute(mails).tuples()}
    return {
        version.id: Parsed(
            media_type=version.media_type or "",
            pages=tuple(_page(row) for row in pages[version.id]),
            elements=tuple(element for row in pages[version.id] for element in _elements(row)),
            mail=mail.get(version.id),
            title=version.title,
        )
        for version in versions
    }


def _page(row: DocumentPage) -> Page:
    words = tuple(Word(int(start), int(end), Box(*box)) for start, end, *box in row.words)
    # the column holds nothing else than what `_pages` wrote
    return Page(row.number, row.text, row.source, row.width, row.height, words, row.label)  # type: ignore[arg-type]


def _elements(row: DocumentPage) -> Iterator[Element]:
    for kind, start, end, rows in row.elements:
        yield Element(kind, row.text[start:end], row.number, start, end, tuple(tuple(cells) for cells in rows))


def _headers(message: Message) -> MailHeaders:
    sent = message.sent_at.isoformat() if message.sent_at else None
    return MailHeaders(message.message_id, message.subject, message.sender, sent_at=sent)
