"""The words of a mail that its sender wrote: without the mail it quotes and without what a program signs. Never changes a word."""

import re

from workspace.snapshot.model import Message

_QUOTED = re.compile(
    r"^\s*(?:>|On\b[^\n]{0,200}(?:\n[^\n]{0,200})?\bwrote:\s*$|-{2,}\s*(?:Original|Forwarded) Message|_{10,}|From:\s.+\n(?:Sent|Date|To):)",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNATURE = re.compile(r"^(?:-- ?$|Sent from my |Get Outlook for )", re.MULTILINE | re.IGNORECASE)


def own_words(mail: Message) -> tuple[int, int]:
    """Where the words that the sender wrote begin and end in the body: without quoted mail and without what a program signs."""
    return own_part(mail.body)


def own_part(body: str) -> tuple[int, int]:
    """The same of the text of a mail."""
    end = min([len(body), *(m.start() for p in (_QUOTED, _SIGNATURE) if (m := p.search(body)) is not None)])
    text = body[:end]
    start = len(text) - len(text.lstrip())
    return start, max(start, len(text.rstrip()))
