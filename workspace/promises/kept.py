# ruff: noqa: E501 - patterns are read as a table
"""Whether a promise was kept, as far as the file shows: a later word, an attachment, a document, a received item, a payment, a noted call.

A doubt counts as kept only where something later speaks of it; silence never does. Pure: reads a snapshot.
"""

import re
from collections.abc import Iterator
from datetime import date

from workspace.promises.reading import Said, said_in_mail
from workspace.snapshot.model import Document, Message, Snapshot

_COMMON = frozenset({
    "the", "a", "an", "it", "them", "this", "that", "these", "those", "your", "our", "my", "all", "of", "to", "for", "with",
    "and", "or", "you", "me", "us", "i", "we", "by", "on", "in", "at", "is", "are", "will", "be", "have", "has", "get", "send",
    "give", "provide", "copy", "copies", "rest", "form", "forms", "document", "documents", "paper", "papers", "file", "over",
    "up", "out", "back", "again", "some", "any", "new", "final", "signed", "remaining",
})  # fmt: skip
_SENDS = re.compile(
    r"\b(?:attached|attaching|enclosed|here (?:is|are|it is|they are)|as promised|sent|uploaded|in the portal|in your (?:folder|portal)|dropped off|"
    r"delivered|mailed|faxed|filed|done|finished|completed|signed|paid|wired|as discussed|received|got it)\b",
    re.IGNORECASE,
)
_CALLS = re.compile(r"^(?:call|phone|ring|speak|talk|reach|meet)\b|\ba (?:call|ring)\b", re.IGNORECASE)
_CALLED = re.compile(
    r"\b(?:call(?:ed)?|spoke|spoken|talked|phoned|on the phone|left (?:a )?(?:message|voice ?mail)|met|meeting|conversation)\b",
    re.IGNORECASE,
)
_ANSWERS = re.compile(
    r"^(?:get back|let you know|answer|respond|reply|come back|follow up|look|check|find|confirm|update|tell|ask|review|go over|dig|hear)\b",
    re.IGNORECASE,
)
_PAYS = re.compile(r"\b(?:pay|payment|wire|check for|settle)\b", re.IGNORECASE)
# The kind of document that words mean.
_KINDS: tuple[tuple[str, str], ...] = (
    (r"\bk-?1s?\b", "k-1"),
    (r"\bw-?2s?\b", "w-2"),
    (r"\b1099s?\b", "1099"),
    (r"\bw-?9s?\b", "w-9"),
    (r"\borganizer\b", "organizer"),
    (r"\bbank statements?\b", "bank-statement"),
    (r"\b(?:loan|mortgage) statements?\b", "loan-statement"),
    (r"\blease\b", "lease"),
    (r"\bminutes\b", "minutes"),
    (r"\bengagement letter\b", "engagement-letter"),
    (r"\bpayroll (?:register|report|summary)\b", "payroll-register"),
    (r"\btrial balance\b", "trial-balance"),
    (r"\bnotice\b", "notice"),
)


def how_kept(snapshot: Snapshot, promise: Said) -> str | None:
    """What shows that a promise was kept, in words; None when nothing does."""
    if _replaced(snapshot, promise):
        return "promised anew later"
    for shown in (_by_word, _by_document, _by_item, _by_payment, _by_note):
        found = shown(snapshot, promise)
        if found is not None:
            return found
    return None


def topics(what: str) -> frozenset[str]:
    """The words of a promise that say what it is about."""
    return frozenset(
        word for word in re.findall(r"[a-z0-9][a-z0-9-]+", what.lower()) if word not in _COMMON and len(word) > 1
    )


def same_thing(one: Said, other: Said) -> bool:
    """Whether two promises of one side are about one thing: a topic in common beside the verb, or the same call."""
    if one.owes != other.owes:
        return False
    if _CALLS.search(one.what) and _CALLS.search(other.what):
        return True
    verb = {*one.what.lower().split()[:1], *other.what.lower().split()[:1]}
    return bool((topics(one.what) & topics(other.what)) - verb)


def _later(snapshot: Snapshot, promise: Said) -> Iterator[Message]:
    """Mails of the promising side after the promise."""
    direction = "out" if promise.owes == "us" else "in"
    own = next((mail for mail in snapshot.messages if mail.message_id == promise.source), None)
    for mail in snapshot.messages:
        if mail.direction != direction or mail.sent_at is None or mail is own:
            continue
        if own is not None and own.sent_at is not None:
            if mail.sent_at > own.sent_at:
                yield mail
        elif snapshot.local_day(mail.sent_at) > promise.written:
            yield mail


def _replaced(snapshot: Snapshot, promise: Said) -> bool:
    for mail in _later(snapshot, promise):
        assert mail.sent_at is not None
        for one in said_in_mail(mail, snapshot.local_day(mail.sent_at), asks=False):
            if one.kind == "promise" and one.due is not None and same_thing(one, promise):
                return True
    return False


def _by_word(snapshot: Snapshot, promise: Said) -> str | None:
    threads = {mail.message_id: mail.thread for mail in snapshot.messages}
    for mail in _later(snapshot, promise):
        body, here = mail.body.lower(), mail.thread == threads.get(promise.source)
        about = here or bool(topics(promise.what) & set(re.findall(r"[a-z0-9][a-z0-9-]+", body)))
        if not about:
            continue
        if _ANSWERS.search(promise.what) and here:
            return f"answered in “{mail.subject}”"
        if _has_files(snapshot, mail):
            return f"files came with “{mail.subject}”"
        if (_CALLED if _CALLS.search(promise.what) else _SENDS).search(body):
            return f"“{mail.subject}” speaks of it as done"
    return None


def _has_files(snapshot: Snapshot, mail: Message) -> bool:
    own = next((one for one in snapshot.documents if one.id == mail.document_id), None)
    if own is None:
        return False
    folder = own.path.rsplit(".", 1)[0] + "/"
    return any(one.path.startswith(folder) for one in snapshot.documents)


def _by_document(snapshot: Snapshot, promise: Said) -> str | None:
    wanted = {kind for words, kind in _KINDS if re.search(words, promise.what, re.IGNORECASE)}
    for document in snapshot.documents:
        if document.kind in wanted and _came_after(snapshot, document, promise.written):
            return f"{document.path} is on file"
    return None


def _came_after(snapshot: Snapshot, document: Document, day: date) -> bool:
    """A tax form of the year in work counts whenever it came; other papers when they came by themselves, since what was loaded with the
    firm's folder bears the day of the load."""
    year = document.value("tax_year")
    if year is not None:
        return year == str(day.year - 1)
    dated = next(
        (
            d
            for name in ("period_end", "statement_date", "as_of", "date", "letter_date", "signed_on")
            if (d := document.day(name))
        ),
        None,
    )
    if document.source == "load":
        return dated is not None and dated >= day
    return document.received_at is not None and snapshot.local_day(document.received_at) >= day


def _by_item(snapshot: Snapshot, promise: Said) -> str | None:
    if promise.owes != "client":
        return None
    for item in snapshot.requests:
        if (
            item.received_on is not None
            and item.received_on >= promise.written
            and topics(item.item) & topics(promise.what)
        ):
            return f"{item.item} was received"
    return None


def _by_payment(snapshot: Snapshot, promise: Said) -> str | None:
    if promise.owes != "client" or not _PAYS.search(promise.what):
        return None
    paid = [pay.paid_on for bill in snapshot.invoices for pay in bill.payments if pay.paid_on >= promise.written]
    return "a payment came" if paid else None


def _by_note(snapshot: Snapshot, promise: Said) -> str | None:
    for note in snapshot.notes:
        later = note.date > promise.written or (note.date == promise.written and note.id != promise.source)
        if not later or note.id == promise.source:
            continue
        said = note.text.lower()
        if _CALLS.search(promise.what):
            if _CALLED.search(said):
                return "a call is noted"
        elif _SENDS.search(said) and topics(promise.what) & set(re.findall(r"[a-z0-9][a-z0-9-]+", said)):
            return "a note speaks of it as done"
    return None
