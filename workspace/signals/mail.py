"""Reading a thread of mail as a person does: who spoke last, whether it asks, whether it only says thanks. Never asks a model."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workspace.evidence import MessageEvidence
from workspace.snapshot.model import Message, Snapshot

_QUOTED = re.compile(
    r"^\s*(?:>|On\b[^\n]{0,200}(?:\n[^\n]{0,200})?\bwrote:\s*$|-{2,}\s*(?:Original|Forwarded) Message|_{10,}|From:\s.+\n(?:Sent|Date|To):)",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNATURE = re.compile(r"^(?:-- ?$|Sent from my |Get Outlook for )", re.MULTILINE | re.IGNORECASE)
_CLOSING = re.compile(r"\s*(?:thanks|thank you|thank u|thx|got it|perfect|great)\b", re.IGNORECASE)
_LONGEST = 240  # characters of a quote in evidence


@dataclass(frozen=True)
class Thread:
    """The mails of one thread that have a date, oldest first; never empty."""

    root: str
    mails: tuple[Message, ...]

    @property
    def last(self) -> Message:
        return self.mails[-1]


def threads(snapshot: Snapshot) -> Iterator[Thread]:
    """The client's threads, by their root Message-ID."""
    found: dict[str, list[Message]] = {}
    for mail in snapshot.messages:
        if mail.sent_at is not None:
            found.setdefault(mail.thread, []).append(mail)
    for root in sorted(found):
        mails = sorted(found[root], key=lambda mail: (mail.sent_at, mail.message_id))
        yield Thread(root, tuple(mails))


def own_words(mail: Message) -> tuple[int, int]:
    """Where the words that the sender wrote begin and end in the body: without quoted mail and without what a program signs."""
    body = mail.body
    end = min([len(body), *(m.start() for p in (_QUOTED, _SIGNATURE) if (m := p.search(body)) is not None)])
    text = body[:end]
    start = len(text) - len(text.lstrip())
    return start, max(start, len(text.rstrip()))


def asks(mail: Message) -> bool:
    """A question mark stands in the sender's own words (addresses of pages do not count)."""
    start, end = own_words(mail)
    return "?" in re.sub(r"https?://\S+", "", mail.body[start:end])


def only_closes(mail: Message, most_words: int) -> bool:
    """A last word that waits for nothing: it begins with thanks or the like, asks nothing, and has at most `most_words` words."""
    start, end = own_words(mail)
    text = mail.body[start:end]
    return bool(_CLOSING.match(text)) and "?" not in text and len(text.split()) <= most_words


def quote(mail: Message) -> MessageEvidence:
    """The sender's own words as evidence, the first 240 characters of them."""
    start, end = own_words(mail)
    end = min(end, start + _LONGEST)
    return MessageEvidence(mail.message_id, start, end, mail.body[start:end])
