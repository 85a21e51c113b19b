"""Messages saved from Outlook (MS-OXMSG): headers, body, attachments, and the messages attached to them.

Owns the only use of oxmsg. A message inside the message is handed out as an EML of its own, so that nothing else needs to know the format.
"""

import datetime as dt
import email.message
import email.policy
from collections.abc import Iterator
from typing import Any

from ingestion.elements import Attachment, Finding, MailHeaders, Parsed
from ingestion.identify import MSG, clean_name
from ingestion.parse.broken import BROKEN, Unreadable
from ingestion.parse.mail import address, addresses, body_blocks, first_reference, parsed_mail, references, sent_at
from ingestion.parse.pages import Block
from ingestion.parse.tnef import rtf_blocks
from ingestion.parse.wording import one_line

_EMBEDDED = "__substg1.0_3701000D"
_RTF, _DISPLAY_NAME, _SHORT_NAME = 0x1009, 0x3001, 0x3704
# Messages inside messages: deeper is a trap.
MAX_DEPTH = 10


def parse_msg(name: str, data: bytes) -> Parsed:
    """The body as page 1 (plain, else HTML, else RTF), headers, attachments. Raises Unreadable."""
    from oxmsg import Message

    lost: list[str] = []
    try:
        message = Message.load(data)
        headers, attachments = _headers(message), tuple(_attachments(message, 0, lost))
        body = body_blocks([message.body or ""], [message.html_body or ""]) or _rtf(name, message)
    except BROKEN as error:
        raise Unreadable("is damaged and cannot be opened as an Outlook message; save it as EML") from error
    findings = [
        Finding(name, f"{name}: {one} was attached and cannot be opened; save it in Outlook as a file.") for one in lost
    ]
    return parsed_mail(name, MSG, body, headers, attachments, findings)


def _headers(message: Any) -> MailHeaders:
    fields = {str(key).lower(): str(value) for key, value in message.message_headers.items()}
    sent = message.sent_date
    return MailHeaders(
        message_id=first_reference(fields.get("message-id", "")),
        subject=one_line(message.subject or ""),
        sender=address(message.sender or fields.get("from", "")),
        recipients=addresses([fields.get("to", "")]) or tuple(address(r.email_address) for r in message.recipients),
        copied=addresses([fields.get("cc", "")]),
        sent_at=sent.isoformat() if sent else sent_at(fields.get("date", "")),
        in_reply_to=first_reference(fields.get("in-reply-to", "")),
        references=references(fields.get("references", "")),
    )


def _rtf(name: str, message: Any) -> list[Block]:
    return rtf_blocks(name, message.properties.binary_prop_value(_RTF) or b"")


def _attachments(message: Any, depth: int, lost: list[str]) -> Iterator[Attachment]:
    """What is attached; `lost` is told the names of what cannot be had: damaged messages, and links to files kept elsewhere."""
    for one in message.attachments:
        name = (
            one.file_name or one.properties.str_prop_value(_SHORT_NAME) or one.properties.str_prop_value(_DISPLAY_NAME)
        )
        name = clean_name(name or "attachment")
        if data := one.file_bytes:
            yield Attachment(name, data)
            continue
        try:
            inner = _embedded(one, depth, lost) if depth < MAX_DEPTH else None
        except BROKEN:
            inner = None
        if inner is None:
            lost.append(name)
        else:
            yield inner


def _embedded(attachment: Any, depth: int, lost: list[str]) -> Attachment | None:
    """The message attached, as EML. Its properties begin after 24 bytes, not 32 as in a file of its own (MS-OXMSG 2.4.1.2)."""
    from oxmsg import Message
    from oxmsg.properties import Properties

    storage = next((one for one in attachment._storage.storages if one.name == _EMBEDDED), None)
    if storage is None:
        return None
    message: Any = Message(storage)
    message.__dict__["_properties"] = Properties(storage, properties_header_offset=24)
    headers = _headers(message)
    written = email.message.EmailMessage(policy=email.policy.SMTP)
    for key, value in (
        ("Subject", headers.subject),
        ("From", headers.sender),
        ("To", ", ".join(headers.recipients)),
        ("Cc", ", ".join(headers.copied)),
        ("Message-ID", headers.message_id),
        ("In-Reply-To", headers.in_reply_to),
        ("References", " ".join(headers.references)),
    ):
        if value:
            written[key] = one_line(value)
    if headers.sent_at:
        written["Date"] = dt.datetime.fromisoformat(headers.sent_at)
    _fill(written, message, depth, lost)
    for number, part in enumerate(written.walk()):
        # Python would draw lots, and the same message would be another file each time.
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            part.set_boundary(f"=-part-{number}-of-an-outlook-message-=")
    return Attachment(clean_name((headers.subject or "message").replace("/", "-") + ".eml"), written.as_bytes())


def _fill(written: email.message.EmailMessage, message: Any, depth: int, lost: list[str]) -> None:
    plain, html = message.body or "", message.html_body or ""
    if html.strip() and not plain.strip():
        written.set_content(html, subtype="html")
    else:
        written.set_content(plain if plain.strip() else "\n\n".join(block.text for block in _rtf("message", message)))
    for one in _attachments(message, depth + 1, lost):
        if one.name.endswith(".eml"):
            written.add_attachment(email.message_from_bytes(one.data, policy=email.policy.SMTP))
        else:
            written.add_attachment(one.data, maintype="application", subtype="octet-stream", filename=one.name)
