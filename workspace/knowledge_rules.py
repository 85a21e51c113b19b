# ruff: noqa: E501 - patterns are read as a table
"""What mail and notes say about how a client is best served: how to reach them, who decides, when not, habits, promises without a day.

Rules of English over single sentences; the words are never changed. Pure: reads a snapshot, stores nothing, decides nothing. A person
accepts what is proposed (workspace/knowledge.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from workspace.evidence import Evidence, MessageEvidence, RecordEvidence
from workspace.own_words import own_words
from workspace.promises import Said, how_kept
from workspace.promises.reading import promises_of
from workspace.promises.sentences import sentences
from workspace.snapshot.model import Message, Note, Snapshot

TOPICS = {
    "channel": "How to reach them",
    "decides": "Who decides",
    "times": "When, and when not",
    "habit": "Habits",
    "promise": "Promised",
    "other": "To know",
}
_LONGEST = 300  # characters of a sentence that is read
_BACK = timedelta(days=180)  # how old a promise may be
_AHEAD = timedelta(days=14)  # a promise that is due sooner is watched by its own signal

_WAY = (
    r"(?:e-?mails?|mail|phone|telephone|calls?|texts?|text messages?|the portal|letters?|fax|voice ?mail|cell|mobile)"
)
_WHO = r"(?:me|us|him|her|them|the client|the owner)"
_DAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (topic, re.compile(pattern, re.IGNORECASE))
    for topic, pattern in (
        ("channel", rf"\bprefers?\b[^.;]{{0,40}}\b{_WAY}\b"),
        ("channel", rf"\b{_WAY} (?:over|rather than|instead of|not) (?:the )?{_WAY}\b"),
        ("channel", rf"\b(?:best|easiest|quickest|fastest) (?:way )?to (?:reach|call|contact|get hold of) {_WHO}\b"),
        ("channel", rf"\b(?:call|text|reach|e-?mail|write to) {_WHO} (?:only )?(?:on|at|by|through|via) (?:my|his|her|their|the)\b"),
        ("channel", r"\b(?:please )?(?:don[’']?t|do not|never) (?:call|e-?mail|text|phone|fax)\b(?! (?:the|it|that|your))"),
        ("habit", r"\bwants? (?:a )?cop(?:y|ies) of\b|\b(?:always )?(?:copy|cc) (?-i:[A-Z][a-z]+) on\b"),
        ("decides", r"\b(?:decides|makes (?:all )?the (?:final )?decisions?|has the (?:last|final) (?:say|word)|signs off on)\b"),
        ("decides", r"\bapproves (?:all|every|any|each)\b"),
        ("decides", r"\brun (?:it|this|that|everything|anything) (?:by|past) (?:(?-i:[A-Z][a-z]+)|my|our)\b"),
        ("decides", r"\b(?:check|clear (?:it|this)|talk|speak) with my (?:wife|husband|partner|brother|sister|father|mother|son|daughter|co-owner)\b"),
        ("decides", r"\b(?-i:[A-Z][a-z]+) (?:handles|takes care of|is in charge of|is responsible for)\b"),
        ("times", r"\b(?:prefers?|best|only|call|reach|available|free)\b[^.;]{0,60}\b(?:before|after) (?:noon|lunch|\d{1,2}(?::\d\d)? ?(?:[ap]\.?m\.?)?)"),
        ("times", r"\b(?:mornings?|afternoons?|evenings?) (?:only|are best|work best|are better|is best)\b"),
        ("times", rf"\b(?:not|never) on (?:a )?{_DAYS}\b|\bexcept (?:on )?{_DAYS}\b|\b(?:closed|off) on {_DAYS}\b"),
        ("times", r"\b(?:on vacation|out of (?:the )?office|away|travell?ing|on leave|on assignment|abroad|unreachable)\b[^.;]{0,60}\b(?:until|till|from|through|between|for the)\b"),
        ("times", r"\bbusy season\b|\b(?:busiest|worst) (?:month|time|week)s?\b"),
        ("habit", r"\bas a rule\b|\b(?:he|she|they|client|owner|always|usually) (?:always|usually) ?(?:pays?|sends?|asks?|wants?|forgets?|brings?)\b"),
        ("habit", r"\b(?:always|usually) (?:pays?|sends?|asks?|wants?|forgets?|brings?)\b|\basked again (?:to|for|that)\b"),
        ("habit", r"\bplans? to (?:slow down|retire|sell (?:the )?(?:business|company|firm|practice))\b|\bsuccession\b"),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Proposal:
    """An entry that a sentence proposes. `on` is the day of its source, `by` whose words they are (a name, else an address)."""

    topic: str
    text: str
    on: date
    by: str
    evidence: Evidence


def topic_of(sentence: str) -> str | None:
    """What a sentence is about, of the topics that rules read; None for all others. A question tells nothing."""
    if len(sentence) > _LONGEST or sentence.rstrip("\"')”’").endswith("?"):
        return None
    return next((topic for topic, pattern in _RULES if pattern.search(sentence)), None)


def proposals(snapshot: Snapshot, today: date, *, promises: bool = True) -> tuple[Proposal, ...]:
    """What the client's notes and own mails propose, newest first, the same words once. `promises` False: not those, which need all that
    shows whether one was kept."""
    found = [*_of_notes(snapshot), *_of_mail(snapshot), *(_of_promises(snapshot, today) if promises else ())]
    newest = sorted((one for one in found if one.on <= today), key=lambda one: (one.on, one.text), reverse=True)
    return tuple({" ".join(one.text.split()).casefold(): one for one in reversed(newest)}.values())[::-1]


def _of_notes(snapshot: Snapshot) -> Iterator[Proposal]:
    for note in snapshot.notes:
        for start, end in sentences(note.text):
            quote = note.text[start:end]
            topic = topic_of(quote)
            if topic is not None:
                yield Proposal(topic, _line(quote), note.date, _author(snapshot, note), _of_note(note, quote))


def _of_mail(snapshot: Snapshot) -> Iterator[Proposal]:
    """Only the client's own words speak of the client."""
    for mail in snapshot.messages:
        if mail.direction != "in" or mail.sent_at is None:
            continue
        for start, end in sentences(mail.body, *own_words(mail)):
            quote = mail.body[start:end]
            topic = topic_of(quote)
            if topic is not None:
                day = snapshot.local_day(mail.sent_at)
                proof = MessageEvidence(mail.message_id, start, end, quote)
                yield Proposal(topic, _line(quote), day, _sender(snapshot, mail), proof)


def _of_promises(snapshot: Snapshot, today: date) -> Iterator[Proposal]:
    """Promises that nothing shows kept and no signal watches: those without a day, and those for later."""
    mails = {mail.message_id: mail for mail in snapshot.messages}
    for said in promises_of(snapshot):
        if (
            said.kind != "promise"
            or said.written < today - _BACK
            or (said.due is not None and said.due <= today + _AHEAD)
        ):
            continue
        if how_kept(snapshot, said) is None:
            who = "We promised" if said.owes == "us" else "They promised"
            mail = mails.get(said.source)
            by = _sender(snapshot, mail) if mail else _author_of(snapshot, said)
            yield Proposal("promise", f"{who}: {_line(said.quote)}", said.written, by, said.evidence)


def _line(quote: str) -> str:
    return " ".join(quote.split())


def _of_note(note: Note, quote: str) -> RecordEvidence:
    return RecordEvidence(f"note:{note.id}", "text", quote)


def _author(snapshot: Snapshot, note: Note) -> str:
    person = snapshot.people.get(note.author_id or "")
    return person.name if person else "the firm"


def _author_of(snapshot: Snapshot, said: Said) -> str:
    note = next((one for one in snapshot.notes if one.id == said.source), None)
    return _author(snapshot, note) if note else "the firm"


def _sender(snapshot: Snapshot, mail: Message) -> str:
    known = {(one.email or "").lower(): one.name for one in snapshot.contacts}
    known |= {one.email.lower(): one.name for one in snapshot.people.values()}
    return known.get(mail.sender.lower(), mail.sender)
