# ruff: noqa: E501 - patterns are read as a table
"""What a mail or a note promises and asks: the words, who owes it, what, and by which day. Rules of English; the words are never changed.

A promise binds who speaks, with a verb of doing: "I will send", "you will have it", "it will be filed". What is denied, conditional, asked, or
of somebody else ("the bank will send") is none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from workspace.evidence import Evidence, MessageEvidence, RecordEvidence
from workspace.own_words import own_part
from workspace.promises.asks import is_ask
from workspace.promises.sentences import sentences
from workspace.promises.when import When, when_in
from workspace.snapshot.model import Message, Note, ReadPromise, Snapshot

Owes = Literal["us", "client"]
_LONGEST = 300  # characters of a sentence that is read
_KEPT = 8000  # and of a mail of which it is remembered what it says

_DO = (
    r"(?:send|e-?mail|mail|fax|forward|upload|post|put|drop|bring|deliver|provide|give|get|have|share|submit|file|e-?file|pay|wire|transfer|make|"
    r"deposit|mail|sign|return|finish|complete|prepare|draft|review|check|look|read|go|let|tell|answer|respond|reply|come|call|phone|ring|"
    r"follow|update|confirm|set|schedule|arrange|find|ask|talk|speak|order|scan|register|fix|correct|reconcile|post|book|close|issue|request|"
    r"resend|revise|run|write|work|take|start|begin|meet|add|change|remove|notify|contact|gather|collect|pull|track|dig|turn|reach|mark)"
)
_DONE = (
    r"(?:sent|e-?mailed|mailed|faxed|forwarded|uploaded|delivered|filed|e-?filed|paid|wired|signed|returned|finished|completed|prepared|drafted|"
    r"ready|done|reviewed|with you|in your (?:hands|inbox|folder|portal)|submitted|posted|reconciled|closed|issued|available|yours)"
)
_DOES = re.compile(rf"\b(?:{_DO}|{_DONE})\b", re.IGNORECASE)
_ADVERBS = r"(?:\s+(?:also|then|just|definitely|certainly|gladly|personally|both|try to|be able to|surely|of course|probably|be))*"
_I = r"(?:i|we)"
_WILL = r"(?:\s+(?:will|shall|can|am going to|are going to|promise to|commit to|undertake to|plan to|intend to)|[’']ll|[’']m going to|[’']re going to)"
_BINDS = re.compile(
    r"will|shall|can|[’']ll|going to|(?:promise|commit|undertake|plan|intend) to",
    re.IGNORECASE,
)
"""What stands in every sentence that one of the four patterns below finds a promise in; most sentences hold none of it."""
_SPEAKER = re.compile(
    rf"\b{_I}{_WILL}{_ADVERBS}\s+(?P<what>{_DO}\b(?!\s+(?:to\s+)?(?:be|been)\b).*)", re.IGNORECASE | re.DOTALL
)
_AND_WILL = re.compile(
    rf"\b{_I}\b[^.;?]{{1,90}}?\b(?:and|but)(?:\s+then)?\s+will{_ADVERBS}\s+(?P<what>{_DO}\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_YOURS = re.compile(
    r"\byou(?:[’']ll|\s+will|\s+can expect to)\s+(?:then\s+)?(?P<what>(?:have|get|receive|hear)\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_THING = re.compile(
    rf"\b(?P<what>(?:it|they|this|that|everything|(?:the|your|our|my|all|both)\s+[\w’'&-]+(?:\s+[\w’'&-]+){{0,5}})(?:\s+will|[’']ll)\s+(?:then\s+)?be\s+{_DONE}\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_PROMISING = (("", _SPEAKER), ("will", _AND_WILL), ("you", _YOURS), ("be", _THING))
"""A word without which the pattern finds nothing, and the pattern."""
_NO = re.compile(
    r"\b(?:will not|won[’']t|cannot|can[’']t|shall not|never|no longer|not going to|would|if|unless|whether|might|may have to|should you|in case|"
    r"assuming|provided that|otherwise|depend(?:s|ing)|hoped?|wish)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:irs|i\.r\.s|bank|state|department|agency|court|county|lender|insurer|carrier|employer|issuer|payer|broker|treasury|post office|ups|fedex)\b"
    r"[^.]{0,40}\b(?:will|shall|is going to)\b|\bby the (?:irs|bank|state|department|court|county|lender|agency|payer)\b",
    re.IGNORECASE,
)
_STATES = re.compile(
    r"^(?:(?:be|have (?:to|been|no|none|a (?:look at my|problem))|get (?:to|married|out|in)|go (?:to (?!your|the bank)|on|away)|take (?:place|effect)|make (?:sense|it to)|"
    r"work (?:from|for)|meet (?:the|all)|start (?:at|with)|run (?:out|from)|close (?:at|on))\b)",
    re.IGNORECASE,
)
_IN_NOTE = re.compile(
    rf"\b(?P<who>client|owner|he|she|they|taxpayer|bookkeeper|both|(?-i:[A-Z][a-z]+)(?: (?-i:[A-Z][a-z]+))?)\s+(?:will|is going to|are going to|promised to|promises to|"
    rf"agreed to){_ADVERBS}\s+(?P<what>{_DO}\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_NOTED = re.compile(
    rf"^(?:promised|agreed|committed)\s+(?:(?:him|her|them|the client|\w+)\s+)?to\s+(?P<what>{_DO}\b.*)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Said:
    """A promise or an ask. `owes` is who has to do it: us (the firm) or the client; `what` are the words of it, `due` the day they name, None
    where they name none. Characters `start` to `end` of the text are `quote`. `source` is the Message-ID, or the note's id. `reader` is the
    model that read it where the rules did not see it, "" for what the rules read."""

    kind: Literal["promise", "ask"]
    owes: Owes
    what: str
    due: date | None
    written: date
    source: str
    start: int
    end: int
    quote: str
    of_note: bool = False
    reader: str = ""

    @property
    def evidence(self) -> Evidence:
        if self.of_note:
            return RecordEvidence(f"note:{self.source}", "text", self.quote)
        return MessageEvidence(self.source, self.start, self.end, self.quote)


def said_in_mail(mail: Message, written: date, *, asks: bool = True) -> tuple[Said, ...]:
    """The promises, and where they are wanted the `asks`, in the sender's own words, in their order. `written` is the day of sending in the
    firm's zone."""
    read = _read if len(mail.body) <= _KEPT else _read.__wrapped__
    return read(mail.body, mail.direction, mail.message_id, written, asks)


@lru_cache(maxsize=2048)  # the newest mails are looked at again by whoever opens the inbox or the client
def _read(body: str, direction: str, message_id: str, written: date, asks: bool) -> tuple[Said, ...]:
    speaker: Owes = "us" if direction == "out" else "client"
    reader: Owes = "client" if direction == "out" else "us"
    found: list[Said] = []
    for start, end in sentences(body, *own_part(body)):
        quote = body[start:end]
        promised = promise_in(quote, written) if len(quote) <= _LONGEST else None
        if promised is not None:
            what, due = promised
            found.append(Said("promise", speaker, what, due, written, message_id, start, end, quote))
        elif asks and len(quote) <= _LONGEST and (quote.rstrip("\"')”’").endswith("?") or is_ask(quote)):
            when = when_in(quote, written)
            what = " ".join(quote.split())
            found.append(Said("ask", reader, what, when.day if when else None, written, message_id, start, end, quote))
    return tuple(found)


def said_in_note(note: Note) -> tuple[Said, ...]:
    """The promises that somebody of the firm wrote down: ours in the first person or without one, theirs in the third."""
    found: list[Said] = []
    for start, end in sentences(note.text):
        quote = note.text[start:end]
        if len(quote) > _LONGEST or _NO.search(quote):
            continue
        theirs, ours = _IN_NOTE.search(quote), _NOTED.search(quote) or _SPEAKER.search(quote)
        match = ours or theirs
        if match is None or _OTHERS.search(quote) or _STATES.match(match["what"]):
            continue
        what, due = _told(match, quote, note.date)
        owes: Owes = "us" if ours else "client"
        found.append(Said("promise", owes, what, due, note.date, note.id, start, end, quote, of_note=True))
    return tuple(found)


def promise_in(sentence: str, written: date) -> tuple[str, date | None] | None:
    """What a sentence promises and by when; None when it promises nothing. The day is None where no day is named after the verb."""
    if not _BINDS.search(sentence) or sentence.rstrip("\"')”’").endswith("?"):
        return None
    low = sentence.lower()
    for word, pattern in _PROMISING:
        match = pattern.search(sentence) if word in low else None
        if match is None or _NO.search(sentence) or _STATES.match(match["what"]):
            continue
        can = re.match(r"(?:i|we)\s+can\b", match.group(), re.IGNORECASE)
        what, due = _told(match, sentence, written)
        if (can or pattern in (_YOURS, _THING)) and due is None:
            continue  # an ability or a hope, not a promise, unless it names its day
        return None if _OTHERS.search(sentence) else (what, due)
    return None


def _told(match: re.Match[str], sentence: str, written: date) -> tuple[str, date | None]:
    begin = match.start("what")
    when = when_in(sentence[begin:], written) or _before(sentence[:begin], written)
    after = when is not None and when.start >= 0
    words = sentence[begin : begin + when.start] if when is not None and after and when.start > 3 else match["what"]
    said = re.sub(r"\s+(?:by|before|on|until|for|at|in)$", "", " ".join(words.split()).strip(" .,;:!"))
    return said, when.day if when is not None else None


def _before(lead: str, written: date) -> When | None:
    """A day that leads the sentence in: "By Friday I will send it", "Tomorrow we will file"."""
    when = when_in(lead, written)
    if when is None or not re.match(r"\W*(?:(?:and|so|then)\s+)?$", lead[: when.start]):
        return None
    return When(when.day, -1, -1)


def promises_of(snapshot: Snapshot) -> Iterator[Said]:
    """Every promise of the client's dated mails and notes, oldest first."""
    found = [
        one
        for mail in snapshot.messages
        if mail.sent_at
        for one in said_in_mail(mail, snapshot.local_day(mail.sent_at), asks=False)
    ]
    found += [one for note in snapshot.notes for one in said_in_note(note)]
    yield from sorted(found, key=lambda one: (one.written, one.source, one.start))


def read_beside(snapshot: Snapshot) -> Iterator[Said]:
    """The promises that only a model read, oldest first, where their words still stand: what rests on them is a model's judgement."""
    found = [
        _beside(one, mail.body, mail.message_id, snapshot.local_day(mail.sent_at), of_note=False)
        for mail in snapshot.messages
        if mail.sent_at
        for one in mail.promises
    ]
    found += [
        _beside(one, note.text, note.id, note.date, of_note=True) for note in snapshot.notes for one in note.promises
    ]
    yield from sorted((one for one in found if one is not None), key=lambda one: (one.written, one.source, one.start))


def _beside(one: ReadPromise, text: str, source: str, written: date, *, of_note: bool) -> Said | None:
    """None where the text is another by now, or the rules have learnt to read it since."""
    if text[one.start : one.end] != one.quote or not is_open(one.quote, written, of_note=of_note):
        return None
    owes: Owes = "us" if one.owes == "us" else "client"
    return Said("promise", owes, one.what, one.due, written, source, one.start, one.end, one.quote, of_note, one.reader)


def is_open(sentence: str, written: date, *, of_note: bool = False) -> bool:
    """Whether a sentence names a day and a doing, and the rules see neither a promise in it, nor an ask (a note asks nobody), nor that it is
    another's doing."""
    if len(sentence) > _LONGEST or sentence.rstrip("\"')”’").endswith("?") or when_in(sentence, written) is None:
        return False
    if not _DOES.search(sentence) or _OTHERS.search(sentence):
        return False
    return promise_in(sentence, written) is None and (of_note or not is_ask(sentence))
