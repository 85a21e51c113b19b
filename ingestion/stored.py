"""A parsed file in the tables and back: pages with their elements, so that every later step can be repeated without the bytes.

Never parses.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ingestion.elements import Box, Element, MailHeaders, Page, Parsed, Word
from store.ids import stable_id
from store.tables import Document, DocumentPage, DocumentVersion, IntakeFinding, Message


def keep_parsed(session: Session, versions: Collection[DocumentVersion], parsed: Mapping[str, Parsed]) -> None:
    """Make the pages and findings of these versions those of what was parsed, by version id, whatever was there."""
    for table in (DocumentPage, IntakeFinding):
        session.execute(delete(table).where(table.version_id.in_([version.id for version in versions])))
    for version in versions:
        one = parsed[version.id]
        session.add_all(_pages(version, one))
        session.add_all(_findings(version, one))
        version.media_type, version.title = one.media_type, one.title


def _pages(version: DocumentVersion, parsed: Parsed) -> Iterator[DocumentPage]:
    elements = defaultdict[int, list[list[object]]](list)
    for element in parsed.elements:
        elements[element.page].append([element.type, element.start, element.end, [list(row) for row in element.rows]])
    for page in parsed.pages:
        yield DocumentPage(
            id=stable_id("page", version.id, page.number),
            client_id=version.client_id,
            version_id=version.id,
            number=page.number,
            text=page.text,
            source=page.source,
            label=page.label,
            width=page.width,
            height=page.height,
            words=[[w.start, w.end, w.box.left, w.box.top, w.box.right, w.box.bottom] for w in page.words],
            elements=elements[page.number],
        )


def _findings(version: DocumentVersion, parsed: Parsed) -> Iterator[IntakeFinding]:
    for n, finding in enumerate(parsed.findings):
        yield IntakeFinding(
            id=stable_id("find", version.id, n),
            client_id=version.client_id,
            document_id=version.document_id,
            version_id=version.id,
            source=finding.source,
            message=finding.message,
            severity=finding.severity,
        )


def stored_parsed(session: Session, versions: Collection[DocumentVersion]) -> dict[str, Parsed]:
    """What was parsed of each version, by version id, without findings and attachments. Three queries however many there are."""
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
