"""What every parser returns, whatever the file was: pages of text, elements on them, findings.

A page's `text` is the one truth about its words: elements, passages, facts and citations all point into it by character span.
This module holds values only. It opens no file and knows no parser.
"""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Severity = Literal["info", "warning", "error"]
ElementType = Literal["Title", "Text", "ListItem", "Table", "Header", "Footer"]
TextSource = Literal["text", "ocr", "none"]


class Box(NamedTuple):
    """A rectangle on a page in points (1/72 inch) from the page's top left corner. A tuple, because a page has thousands."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Word:
    """A run of characters of `Page.text` and where it stands; what a citation lights up on an OCR page."""

    start: int
    end: int
    box: Box


@dataclass(frozen=True)
class Page:
    """One page, sheet, slide or message part; `number` starts at 1.

    `source` tells how its text was got; `none` means nothing readable, and then a Finding says so.
    `width` and `height` are points, None where the format has no page geometry. `words` is filled where the
    viewer cannot find boxes itself (OCR); for PDF text the viewer asks the PDF. On a sheet they are its rows, and their boxes count
    columns and rows of the grid instead of points: row 7 with four cells is (0, 6, 4, 7). `label` is a sheet's name or the like.
    """

    number: int
    text: str
    source: TextSource = "text"
    width: float | None = None
    height: float | None = None
    words: tuple[Word, ...] = ()
    label: str | None = None


@dataclass(frozen=True)
class Element:
    """A piece of one page: `text == pages[page - 1].text[start:end]`.

    For a Table, the text has one row a line and cells joined by " | ", and `rows` holds the same cells apart.
    """

    type: ElementType
    text: str
    page: int
    start: int
    end: int
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Finding:
    """Something a person must know about an input: what happened, and what to do about it, in one sentence each."""

    source: str
    message: str
    severity: Severity = "warning"


@dataclass(frozen=True)
class Attachment:
    """A file inside a file (a mail's attachment). `name` is cleaned of paths and control characters."""

    name: str
    data: bytes


@dataclass(frozen=True)
class MailHeaders:
    """The headers of a message as written; addresses are lower case, `sent_at` ISO 8601 with offset or None if unreadable."""

    message_id: str | None
    subject: str
    sender: str
    recipients: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    sent_at: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parsed:
    """One file, read. `media_type` is what the content is, whatever the name said."""

    media_type: str
    pages: tuple[Page, ...] = ()
    elements: tuple[Element, ...] = ()
    findings: tuple[Finding, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    mail: MailHeaders | None = None
    title: str | None = None
    metadata: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Split:
    """A passage to be indexed: `text == pages[page - 1].text[start:end]`, one page only.

    `context` is what stands over it and is embedded and searched with it (title of the section, header row of a table),
    but is not part of the quote.
    """

    page: int
    start: int
    end: int
    text: str
    context: str = ""


FactValue = str  # ISO date, decimal dollars "1234.50", percent "25", or plain text; the reader's `type` tells which
FactType = Literal["text", "date", "money", "percent", "count", "flag"]


@dataclass(frozen=True)
class ReadFact:
    """One fact as a reader found it. `quote == pages[page - 1].text[start:end]`, the words that carry the value.

    `row` groups facts of one line of a list (an account of a trial balance, a filing of a report); None for the document's own.
    `confidence` is 0 to 1.
    """

    name: str
    type: FactType
    value: FactValue
    page: int
    start: int
    end: int
    quote: str
    confidence: float
    row: int | None = None
