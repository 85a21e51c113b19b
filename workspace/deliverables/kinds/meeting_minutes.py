"""`meeting-minutes`: what was decided and who does what by when, after a meeting or a call with the client.

Inputs: the notes of one day that speak of a meeting or a call, and name a decision or an action; a transcript goes into a note. Sections:
opening with what it was about, present, decisions, actions, closing. Figures: dates, names and amounts in the quoted words, each with its
note. Everything else of a note is not printed but put before the reviewer, habits and remarks above all; what it was about is the title of
the work that the note names, and minutes about a matter are marked privileged. To: those who took part, the main contact first, and the
file. A partner checks what is promised. Drafted on demand only, for the newest such day.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from store.errors import Invalid
from workspace.deadlines import in_words
from workspace.deliverables import sources
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import worth
from workspace.deliverables.occasions import about, for_minutes
from workspace.deliverables.support import Support
from workspace.evidence import RecordEvidence
from workspace.promises import Said, said_in_note
from workspace.promises.sentences import sentences
from workspace.snapshot import Contact, Engagement, Note, Snapshot

CHECKS = (
    "Right client, and everybody who took part is named",
    "Every promise in the list was made, by that person, for that day",
    "Nothing is in it that was said in confidence",
    "The client has heard each decision",
)
_MET = re.compile(
    r"\b(?:met|meeting|call(?:ed)?|spoke|spoken|talked|phoned|on the phone|visit(?:ed)?|discussed|lunch|conference|transcript)\b",
    re.IGNORECASE,
)
_DECIDED = re.compile(
    r"\b(?:agreed|decided|approved|resolved|chose|settled on|signed off|confirmed (?:that|the))\b|\bdecisions?:",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Line:
    """A sentence of a note."""

    text: str
    evidence: RecordEvidence


@dataclass(frozen=True)
class _Meeting:
    """The notes of one day's meetings, taken apart. `rest` are sentences that are neither a decision nor an action."""

    notes: tuple[Note, ...]
    actions: tuple[Said, ...]
    decisions: tuple[_Line, ...]
    rest: tuple[_Line, ...]


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    days = sorted({one.date for one in snapshot.notes if _MET.search(one.text) and one.date <= today}, reverse=True)
    if not days:
        raise Invalid(f"no meeting or call with {snapshot.client.name} is on file: write a note of it")
    found = next((day for day in days if _has_result(_meeting(snapshot, day))), None)
    if found is None:
        raise Invalid(
            f"the note of {in_words(days[0])} names no decision and no action: add what was agreed and who does what by when"
        )
    return for_minutes(found)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when no note of that day names a decision or an action."""
    day = date.fromisoformat(about(occasion))
    meeting = _meeting(snapshot, day)
    if not _has_result(meeting):
        raise Invalid(f"no note of {in_words(day)} names a decision or an action any more")
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    present = _present(snapshot, meeting)
    first = meeting.notes[0]
    work = _about(snapshot, meeting)
    title = f"Minutes of {in_words(day)}: {snapshot.client.name}"
    variables = {
        **support.greeting(contact),
        "subject": support.words(work.title, work.evidence("title"), name=True) if work else None,
        "privileged": work is not None and work.template == "matter",
        "day": support.day(day, RecordEvidence(f"note:{first.id}", "date", first.date.isoformat())),
        "firm": [worth.person(support, key) for key in dict.fromkeys(one.author_id for one in meeting.notes) if key],
        "present": [support.words(one.name, sources.contact_evidence(one), name=True) for one in present],
        "decisions": [support.words(one.text, one.evidence) for one in meeting.decisions],
        "actions": list(_actions(support, meeting)),
    }
    return Gathered(
        title=f"{title}, {work.title}" if work else title,
        cls="C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=tuple(dict.fromkeys(name for one in (contact, *present) for name in sources.recipient(one))),
        checks=(*(f"Not printed, stays in the file: “{one.text}”" for one in meeting.rest), *CHECKS),
        unseen=(
            *support.unseen_of_contact(contact),
            *(() if present else ("Who of the client took part: the note names nobody",)),
            *(() if meeting.actions else ("Who does what by when: the note names no action",)),
            "What was said and not written down",
        ),
    )


def _has_result(meeting: _Meeting) -> bool:
    return bool(meeting.actions or meeting.decisions)


def _meeting(snapshot: Snapshot, day: date) -> _Meeting:
    notes = tuple(one for one in snapshot.notes if one.date == day and _MET.search(one.text))
    actions = tuple(one for note in notes for one in said_in_note(note))
    quoted = {one.quote for one in actions}
    others = [line for line in _lines(notes) if line.text not in quoted]
    decisions = tuple(line for line in others if _DECIDED.search(line.text))
    return _Meeting(notes, actions, decisions, tuple(line for line in others if line not in decisions))


def _about(snapshot: Snapshot, meeting: _Meeting) -> Engagement | None:
    """The work that the notes name by its title, the longest where they name several; None where they name none."""
    text = " ".join(" ".join(one.text.split()) for one in meeting.notes).casefold()
    named = [one for one in snapshot.engagements if len(one.title.split()) > 1 and one.title.casefold() in text]
    return max(named, key=lambda one: (len(one.title), one.ref), default=None)


def _lines(notes: Sequence[Note]) -> Iterator[_Line]:
    for note in notes:
        for start, end in sentences(note.text):
            yield _Line(note.text[start:end], RecordEvidence(f"note:{note.id}", "text", note.text[start:end]))


def _present(snapshot: Snapshot, meeting: _Meeting) -> list[Contact]:
    """The contacts that a note names, by the whole name or by the first or last name alone."""
    return _named(snapshot, " ".join(one.text for one in meeting.notes))


def _named(snapshot: Snapshot, text: str) -> list[Contact]:
    said = set(re.findall(r"[\w'’-]+", text.casefold()))
    return [
        one for one in snapshot.contacts if {one.name.casefold().split()[0], one.name.casefold().split()[-1]} & said
    ]


def _actions(support: Support, meeting: _Meeting) -> Iterator[dict[str, object]]:
    """Who does what by when. Ours are those of who wrote the note; the client's are the contact's that the sentence names."""
    authors = {one.id: one.author_id for one in meeting.notes}
    for one in meeting.actions:
        if one.owes == "us":
            who = worth.person(support, authors.get(one.source)) or support.plain("We")
        else:
            named = _named(support.snapshot, one.quote)
            who = (
                support.words(named[0].name, sources.contact_evidence(named[0]), name=True)
                if named
                else support.client()
            )
        yield {
            "who": who,
            "what": support.words(one.what, one.evidence),
            "due": support.day(one.due, one.evidence),
        }
