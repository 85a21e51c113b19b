"""Reading a thread of mail as a person does: who spoke last, whether it asks, whether it only says thanks. Never asks a model."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workspace.evidence import MessageEvidence
from workspace.own_words import own_words as own_words
from workspace.snapshot.model import Message, Snapshot

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
