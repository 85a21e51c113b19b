# ruff: noqa: E501 - patterns are read as a table
"""What clients write that the records do not show: moved, hired in another state, sold an asset; and promises that name two dates.

Only the sender's own words, in the past tense of the sender's side. What is planned, asked or denied is no fact. Never changes a record.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from workspace.evidence import MessageEvidence, RecordEvidence
from workspace.own_words import own_words
from workspace.promises.kept import how_kept, same_thing
from workspace.promises.reading import Said, promises_of
from workspace.promises.sentences import sentences
from workspace.signals import words
from workspace.signals.contradictions.found import SLUG, Contradiction
from workspace.signals.sides import Sides
from workspace.signals.state_names import STATES, state_in
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Message, Snapshot

_STATE = "(?P<state>" + "|".join(sorted(STATES, key=len, reverse=True)) + ")"
_US = r"\b(?:we|i|my (?:wife|husband|spouse) and i|the company|our (?:office|company|family))(?:[’']ve| have| has)?(?: just| recently| now| both| all| finally| already)*"
_MOVED = re.compile(
    rf"{_US} (?:moved|relocated)\b(?: (?:our|my|the|back|down|up|out|over|whole|family|home|house|office|headquarters|business|company|everything))*"
    rf" (?:to|into) (?:[A-Z][\w.’'-]+(?: [A-Z][\w.’'-]+)?, )?{_STATE}\b"
    rf"|\b(?:we|i) (?:now )?(?:live|reside) in (?:[A-Z][\w.’'-]+(?: [A-Z][\w.’'-]+)?, )?(?P<there>"
    + "|".join(sorted(STATES, key=len, reverse=True))
    + r")\b now",
    re.IGNORECASE,
)
_HIRED = re.compile(
    rf"{_US} hired\b[^.?!;]{{0,90}}?\b(?:in|from|out of|based in|who (?:lives|works) in) (?:[A-Z][\w.’'-]+(?: [A-Z][\w.’'-]+)?, )?{_STATE}\b",
    re.IGNORECASE,
)
_ASSET = (
    r"(?P<what>(?:(?:old|box|pickup|dump|delivery|second|company|rental|vacation|lake|beach|other|blue|white|red|black|big|small|used|\d{4}|(?-i:[A-Z]\w+)) ){0,3}"
    r"(?:truck|van|car|vehicle|trailer|tractor|excavator|forklift|loader|equipment|machine|press|boat|plane|building|house|condo|cottage|cabin|"
    r"duplex|rental|property|land|lot(?! of)|farm|warehouse|business|practice|division|shares|stock|apartment))"
)
_SOLD = re.compile(rf"{_US} sold (?:off )?(?:the|our|my|his|her|that|a|one of (?:the|our)) {_ASSET}\b", re.IGNORECASE)
_NOT = re.compile(
    r"\b(?:not|never|n[’']t|if|would|might|may|about to|almost|nearly|plan|planning|want|hope|before we|once we|when we|until we)\b|\?",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(?:instead of|rather than|new date|moved? (?:it )?(?:to|back)|push(?:ed|ing)?|delay(?:ed)?|postpone[ds]?|reschedul\w+|not (?:by|on)|later than|"
    r"sorry|apolog\w+|running late|need until|update|changed?)\b",
    re.IGNORECASE,
)


def _told(
    snapshot: Snapshot, today: date, settings: Thresholds, pattern: re.Pattern[str]
) -> Iterator[tuple[Message, MessageEvidence, re.Match[str]]]:
    """The client's sentences of the last months (setting mail_days) that state such a thing as done, the newest first."""
    first = today - timedelta(days=settings.days(SLUG, "mail_days"))
    dated = [(mail.sent_at, mail) for mail in snapshot.messages if mail.direction == "in" and mail.sent_at is not None]
    for sent, mail in sorted(dated, key=lambda pair: (pair[0], pair[1].message_id), reverse=True):
        if snapshot.local_day(sent) < first:
            continue
        for start, end in sentences(mail.body, *own_words(mail)):
            quote = mail.body[start:end]
            match = pattern.search(" ".join(quote.split())) if not _NOT.search(quote) else None
            if match is not None:
                yield mail, MessageEvidence(mail.message_id, start, end, quote), match


def moved(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Contradiction]:
    """The client writes that it moved to another state than the record has. The newest word on it counts."""
    for mail, said, match in _told(snapshot, today, settings, _MOVED):
        state = state_in(match["state"] or match["there"])
        client = snapshot.client
        if state is None or client.state is None:
            return
        if state != client.state:
            held = client.evidence("state")
            yield Contradiction(
                mail.message_id,
                f"They write that they moved to {STATES[(match['state'] or match['there']).lower()][1]}, the record has {client.state}",
                "Residence, withholding, registrations and the state return follow the move.",
                "Ask for the new address and the day of the move, then correct the record.",
                (said, held),
                Sides(
                    "State", "state", client.state, state, held, said, held.record, (("state", client.state, state),)
                ),
            )
        return


def hired_elsewhere(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Contradiction]:
    """The client writes that it hired in another state than its own, and no work, task, request, note or document of ours names that state."""
    for mail, said, match in _told(snapshot, today, settings, _HIRED):
        state = state_in(match["state"])
        client = snapshot.client
        if (
            state is None
            or client.state is None
            or state == client.state
            or _on_record(snapshot, _names_of(state), mail)
        ):
            continue
        name = STATES[match["state"].lower()][1]
        held = RecordEvidence(f"client:{client.ref}", "state", client.state)
        yield Contradiction(
            mail.message_id,
            f"They write that they hired in {name}, and nothing on record is of {name}",
            "Withholding and unemployment registrations are due before the first payroll there.",
            f"Ask for the start date, and register in {name}.",
            (said, held),
            Sides(
                "States of payroll",
                "states",
                client.state,
                state,
                held,
                said,
                why_not=f"Open the registration in {name} as work; the client's own state stays.",
            ),
        )


def sold(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Contradiction]:
    """The client writes that it sold a vehicle, a building or the like, and no task, request, note or other document names it since."""
    for mail, said, match in _told(snapshot, today, settings, _SOLD):
        what = match["what"].lower()
        thing = what.rsplit(" ", 1)[-1]
        if _on_record(snapshot, (thing,), mail):
            continue
        held = RecordEvidence(f"client:{snapshot.client.ref}", "sales on record", "")
        yield Contradiction(
            mail.message_id,
            f"They write that they sold the {what}, and nothing on record speaks of it",
            "A sale has a gain, a date and papers; the depreciation schedule still carries it.",
            f"Ask for the bill of sale of the {what}, and take it off the schedule.",
            (said, held),
            Sides(
                "Sale of an asset",
                "sales",
                "",
                f"sold the {what}",
                held,
                said,
                why_not="The asset is retired in the depreciation schedule, from the bill of sale.",
            ),
        )


def _names_of(state: str) -> tuple[str, ...]:
    return tuple(name for name, (code, _) in STATES.items() if code == state)


def _on_record(snapshot: Snapshot, names: tuple[str, ...], told: Message) -> bool:
    """Whether work, a task, a request, a note, our own mail or a document that is no mail names one of these."""
    texts = [
        *(one.title for one in snapshot.engagements),
        *(one.title for one in snapshot.tasks),
        *(one.item for one in snapshot.requests),
        *(one.text for one in snapshot.notes),
        *(
            mail.body[slice(*own_words(mail))]
            for mail in snapshot.messages
            if mail.direction == "out" and _answers(mail, told)
        ),
    ]
    mails = {one.document_id for one in snapshot.messages}
    texts += [one.path for one in snapshot.documents if one.id not in mails]
    patterns = [re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE) for name in names]
    return any(pattern.search(text) for text in texts for pattern in patterns)


def _answers(mail: Message, told: Message) -> bool:
    return mail.sent_at is not None and told.sent_at is not None and mail.sent_at > told.sent_at


def two_dates(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Contradiction]:
    """Two mails promise one thing, by one side, for two days that are both still ahead, and the later does not say that the day was changed.
    Not within a thread by the same sender, where the later simply counts."""
    mails = {mail.message_id: mail for mail in snapshot.messages}
    open_ones = [
        one
        for one in promises_of(snapshot)
        if one.kind == "promise" and one.due is not None and one.due >= today and one.source in mails
    ]
    for place, later in enumerate(open_ones):
        for earlier in open_ones[:place]:
            a, b = mails[earlier.source], mails[later.source]
            if (
                earlier.due == later.due
                or not same_thing(earlier, later)
                or (a.thread == b.thread and a.sender == b.sender)
            ):
                continue
            if (
                a.message_id == b.message_id
                or _CHANGED.search(b.body[slice(*own_words(b))])
                or how_kept(snapshot, later)
            ):
                continue
            yield _two(earlier, later)
            break


def _two(earlier: Said, later: Said) -> Contradiction:
    assert earlier.due is not None and later.due is not None  # only dated promises are compared
    whose = "We promised" if later.owes == "us" else "They promised"
    return Contradiction(
        later.source,
        f"{whose} to {later.what} by {words.day(earlier.due)} and by {words.day(later.due)}",
        "Two mails name two days for the same thing.",
        "Say which day counts, to everybody who was told the other." if later.owes == "us" else "Ask which day counts.",
        (later.evidence, earlier.evidence),
        Sides(
            "Promised for",
            "due",
            earlier.due.isoformat(),
            later.due.isoformat(),
            earlier.evidence,
            later.evidence,
            why_not="A promise is no record: the day that counts is said in a mail.",
        ),
    )
