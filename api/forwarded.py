"""A message that somebody forwarded to the firm's address: whose it is, and where it goes.

A server that redirects leaves the message as it was. A person who forwards one writes a message of her own, with the other attached, or
with its head in her words; then the client is the one who stands in that head. What tells of no client goes into the tray.
"""

import re
from collections.abc import Iterator

from api.commands.result import silent
from api.commands.scopes import reading
from api.intake import RawMail
from api.loose import arrival, take_loose
from api.mailbox import as_job, place_of, read_them, whose
from api.wiring import Services
from ingestion.parse.mail import addresses, read_headers
from workspace import sources
from workspace.mail import AddressBook, address_book

_HEAD = re.compile(
    r"^[\s>*]*(?:from|to|cc|von|an|de|para)\*?\s*:\s*(?P<who>[^\n]{3,500})$", re.IGNORECASE | re.MULTILINE
)
_LINES = 40  # of heads that are looked at
Found = list[tuple[RawMail, tuple[str, ...]]]


def take_forwarded(services: Services, source_ids: set[str], data: bytes) -> tuple[set[str], bool]:
    """File it in one transaction: the clients that it is of; and whether it went into the tray. Raises what hinders it."""
    with reading(services, "intake") as scope:
        book = address_book(scope)
    found = _messages(services, book, data)
    if not found:
        name = place_of(data).removeprefix("mail/")
        take_loose(services, None, [arrival(services, f"forwarded/{name}", data, "mail")], silent)
    mails, files = read_them(services, found)
    with as_job(services) as scope:
        taken = sources.file_mails(scope, mails, files)
        for source_id in sorted(source_ids):
            sources.count(scope, source_id, taken=taken, passed=0 if found else 1)
    return {ref for _, refs in found for ref in refs}, not found


def _messages(services: Services, book: AddressBook, data: bytes) -> Found:
    head = read_headers(data)
    origin, place = f"forwarded {head.message_id or place_of(data)}", place_of(data)
    refs = whose(book, head)
    if refs or head.sender not in book.staff:
        return [(RawMail(origin, place, data), refs)] if refs else []
    parsed = services.parse_pool.parse("forwarded.eml", data)
    inner: Found = []
    for n, one in enumerate(parsed.attachments, start=1):
        if one.name.lower().endswith(".eml") and (of := whose(book, read_headers(one.data))):
            inner.append((RawMail(f"{origin} attachment {n}", place_of(one.data), one.data), of))
    if inner:
        return inner
    text = "\n".join(page.text for page in parsed.pages)
    named = next((book.contacts[one] for one in _named(text) if one in book.contacts and one not in book.staff), ())
    return [(RawMail(origin, place, data, named), named)] if named else []


def _named(text: str) -> Iterator[str]:
    """The addresses in the heads of messages that were forwarded in words, as they stand."""
    for n, match in enumerate(_HEAD.finditer(text)):
        if n >= _LINES:
            return
        yield from addresses([match["who"]])
