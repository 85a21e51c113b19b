"""Mail: EML to headers, body and attachments; an MBOX to its messages.

Owns what of a message is its body, and how headers are read for MSG too. Never opens an attachment: it hands them out. Never follows
a link or loads a remote picture.
"""

import email
import email.errors
import email.header
import email.message
import email.utils
import re
from collections.abc import Iterator, Sequence

from ingestion.elements import Attachment, Finding, MailHeaders, Parsed
from ingestion.identify import EML, MBOX, clean_name
from ingestion.parse.pages import Block, assemble, table
from ingestion.parse.text import decode
from ingestion.parse.wording import one_line, tidy

MAX_ATTACHMENTS = 200
_MAX_LISTED = 5_000
_ENDINGS = {"text/calendar": "ics", "text/vcard": "vcf", "image/jpeg": "jpg", "application/octet-stream": "bin"}
_HEAD_BYTES = 20_000
_REFERENCE = re.compile(r"<[^<>\s]+>")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")
_Message = email.message.Message


def parse_eml(name: str, data: bytes) -> Parsed:
    """The body as page 1 (its plain part if it has words, else its HTML), headers, attachments."""
    message = email.message_from_bytes(data)
    plain, html, attachments = _parts(message)
    findings: list[Finding] = []
    if message.get_content_type() in {"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"}:
        findings.append(Finding(name, f"{name} is encrypted; ask the sender for it in the clear.", "error"))
    return parsed_mail(name, EML, body_blocks(plain, html), _headers(message), attachments, findings)


def read_headers(data: bytes) -> MailHeaders:
    """The headers of a message of which no more than these were fetched."""
    return _headers(email.message_from_bytes(data))


def parse_mbox(name: str, data: bytes) -> Parsed:
    """The list of its messages; each of them is an attachment, to be read one by one."""
    messages = [Attachment(f"message {i}.eml", message) for i, message in enumerate(read_mbox(data), start=1)]
    finding = Finding(
        name, f"{name} is a mailbox of {len(messages)} messages; each is read as a message of its own.", "info"
    )
    heads = [_headers(email.message_from_bytes(one.data[:_HEAD_BYTES])) for one in messages[:_MAX_LISTED]]
    rows = [("Message", "Sent", "From", "Subject")]
    rows += [(str(i), head.sent_at or "", head.sender, head.subject) for i, head in enumerate(heads, start=1)]
    blocks = [Block("Title", f"Mailbox of {len(messages):,} message{'' if len(messages) == 1 else 's'}"), table(rows)]
    pages, elements = assemble(blocks, count=1)
    return Parsed(MBOX, pages, elements, (finding,), tuple(messages))


def read_mbox(data: bytes) -> Iterator[bytes]:
    """The messages of an MBOX (RFC 4155), without their "From " line, in order."""
    start: int | None = None
    for match in re.finditer(
        rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From (?:[^\n]*\d:\d\d[^\n]*\d{4}[^\n]*\n|[^\n]*\n(?=[\w-]+:|>From ))", data
    ):
        if start is not None:
            yield _unescaped(data[start : match.start()])
        start = match.end()
    if start is not None:
        yield _unescaped(data[start:])


def _unescaped(message: bytes) -> bytes:
    return re.sub(rb"(?m)^>(>*From )", rb"\1", message).rstrip(b"\r\n") + b"\n"


def body_blocks(plain: Sequence[str], html: Sequence[str]) -> list[Block]:
    """The paragraphs of the plain parts if they have words, else of the HTML parts."""
    from ingestion.parse.library import html_blocks

    words = [tidy(part) for part in plain if part.strip()]
    blocks = [Block("Text", paragraph) for part in words for paragraph in re.split(r"\n{2,}", part)]
    return blocks or [block for part in html for block in html_blocks(part)]


def parsed_mail(
    name: str,
    media_type: str,
    body: Sequence[Block],
    headers: MailHeaders,
    attachments: tuple[Attachment, ...],
    findings: Sequence[Finding] = (),
) -> Parsed:
    """The message as every kind of mail is handed on: its body one page; too many attachments and an empty body are told."""
    found = [*findings]
    if len(attachments) > MAX_ATTACHMENTS:
        found.append(Finding(name, f"{name} has {len(attachments)} attachments; only {MAX_ATTACHMENTS} were taken."))
    pages, elements = assemble(body, count=1)
    if not pages[0].text and not found:
        why = " beside its attachments." if attachments else "."
        found.append(Finding(name, f"{name}, page 1 unreadable: the message has no text{why}", "info"))
    kept = attachments[:MAX_ATTACHMENTS]
    return Parsed(media_type, pages, elements, tuple(found), kept, headers, headers.subject or None)


def _parts(message: _Message) -> tuple[list[str], list[str], tuple[Attachment, ...]]:
    """Plain bodies, HTML bodies, attachments, in order; a message inside the message is an attachment."""
    plain: list[str] = []
    html: list[str] = []
    attachments: list[Attachment] = []
    for part in _leaves(message):
        kind = part.get_content_type()
        file_name = _decoded(part.get_filename() or "")
        if kind == "message/rfc822":
            attachments.append(_inner_message(part))
        elif kind.startswith("message/"):
            ending = kind.rpartition("/")[2] + ".txt"
            attachments.append(Attachment(clean_name(file_name or "attachment." + ending), _report(part)))
        elif kind in {"text/plain", "text/html"} and not file_name and part.get_content_disposition() != "attachment":
            (plain if kind == "text/plain" else html).append(decode(_payload(part), part.get_content_charset()))
        elif (payload := _payload(part)) or file_name:
            # What has no name and is no text is a signature or a picture of the layout; with a name it is a document.
            ending = "." + _ENDINGS.get(kind, kind.rpartition("/")[2])
            attachments.append(Attachment(clean_name(file_name or "attachment" + ending), payload))
    return plain, html, tuple(attachments)


def _leaves(message: _Message) -> Iterator[_Message]:
    """The parts that hold something, without going into messages that were attached."""
    if message.get_content_maintype() != "message" and message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, email.message.Message):
                yield from _leaves(part)
    else:
        yield message


def _inner_message(part: _Message) -> Attachment:
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else part
    if not isinstance(inner, email.message.Message):
        return Attachment("message.eml", _payload(part))
    try:
        data = inner.as_bytes()
    except (UnicodeError, LookupError, ValueError, TypeError, AttributeError):
        data = str(inner).encode("utf-8", "replace")
    return Attachment(clean_name((_decoded(inner.get("Subject", "")) or "message").replace("/", "-") + ".eml"), data)


def _report(part: _Message) -> bytes:
    """A report on a delivery, which comes as a list of headers (RFC 3464)."""
    payload = part.get_payload()
    parts = [one for one in payload if isinstance(one, email.message.Message)] if isinstance(payload, list) else []
    return b"\n".join(one.as_bytes() for one in parts) or _payload(part)


def _payload(part: _Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, AssertionError, LookupError):
        payload = None
    if isinstance(payload, bytes):
        return payload
    raw = part.get_payload()
    return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""


def _headers(message: _Message) -> MailHeaders:
    return MailHeaders(
        message_id=first_reference(_header(message, "Message-ID")),
        subject=_decoded(_header(message, "Subject")),
        sender=address(_header(message, "From")),
        recipients=addresses(_all(message, "To")),
        copied=addresses(_all(message, "Cc")),
        sent_at=sent_at(_header(message, "Date")),
        in_reply_to=first_reference(_header(message, "In-Reply-To")),
        references=references(_header(message, "References")),
    )


def _header(message: _Message, name: str) -> str:
    return next(iter(_all(message, name)), "")


def _all(message: _Message, name: str) -> list[str]:
    """Every header of that name as written; bytes that are not ASCII by the same guess as any text."""
    return [_written(str(value)) for key, value in message.raw_items() if key.lower() == name.lower()]


def _written(value: str) -> str:
    return value if value.isascii() else decode(value.encode("utf-8", "surrogateescape"))


def _decoded(value: object) -> str:
    """An encoded header in words; what cannot be decoded stays as written."""
    written = _written(str(value))
    try:
        parts = email.header.decode_header(written)
    except (ValueError, email.errors.HeaderParseError):
        return one_line(written)
    return one_line("".join(part if isinstance(part, str) else decode(part, charset) for part, charset in parts))


def references(value: str) -> tuple[str, ...]:
    """The Message-IDs of a References header, oldest first."""
    return tuple(_REFERENCE.findall(value))


def first_reference(value: str) -> str | None:
    """The Message-ID in a header; the words themselves if it has no brackets, None if it is empty."""
    found = _REFERENCE.search(value)
    return found[0] if found else (value.strip() or None)


def address(value: str) -> str:
    """The address in lower case, or the words themselves if there is none (Outlook's internal senders)."""
    return next(iter(addresses([value])), _decoded(value).lower())


def addresses(values: Sequence[str]) -> tuple[str, ...]:
    """Addresses in lower case, each once. Read before the names are decoded: an encoded name may hold a comma."""
    pairs = email.utils.getaddresses(list(values))
    found = [one_line(address) for _, address in pairs if "@" in address]
    found = found or [address for value in values for address in _ADDRESS.findall(_decoded(value))]
    return tuple(dict.fromkeys(address.lower() for address in found))


def sent_at(value: str) -> str | None:
    """ISO 8601 with offset; a date without zone ("-0000") is taken as UTC."""
    import datetime as dt

    for read in (email.utils.parsedate_to_datetime, dt.datetime.fromisoformat):
        try:
            sent = read(value.strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return (sent if sent.tzinfo else sent.replace(tzinfo=dt.UTC)).isoformat()
    return None
