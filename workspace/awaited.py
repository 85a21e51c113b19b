"""What a snoozed signal waits for by name: a document, an answer, a payment, what was asked for, a signature, the end of the work.

Owns the list of such events, what a person has to say with one, and whether it has come by a client's snapshot. The night (and by day the
scan of a client that changed) looks, and wakes the signal. Never decides for a person and never raises a signal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from store import audit
from store.audit import AuditTag
from store.errors import Forbidden, Invalid
from store.fact_names import KINDS
from store.tables import SignalDecision
from workspace.deadlines import in_words as day_in_words
from workspace.money_sight import sees_money
from workspace.scope import Scope
from workspace.signals.signal import Signal
from workspace.snapshot import Document, Snapshot, take_snapshot

EVENTS: Mapping[str, str] = {
    "document": "a document arrives",
    "answer": "the client writes",
    "requests": "everything asked for is here",
    "payment": "a payment comes",
    "signed": "the engagement letter is signed",
    "filed": "the work is filed or done",
}
"""What can be waited for, as it is said after "until"."""
_OF_WORK = ("signed", "filed")


@dataclass(frozen=True)
class Event:
    """What a person says a signal waits for. `kind` and `words` narrow down a document: its kind, and words of its name or of what was
    read from it."""

    name: str
    kind: str = ""
    words: str = ""


def awaited(scope: Scope, client_ref: str, engagement_ref: str | None, event: Event) -> dict[str, Any]:
    """The event as a decision about a signal of that client keeps it. Raises Invalid for one that is unknown, does not fit the signal, or
    has come already; Forbidden for a payment without the right to see money."""
    if event.name not in EVENTS:
        raise Invalid(f"{event.name!r} is no event to wait for: {', '.join(EVENTS)}")
    if (event.kind or event.words.strip()) and event.name != "document":
        raise Invalid("a kind and words are said of a document that is waited for")
    kind = "-".join(event.kind.lower().split())
    if kind and kind not in KINDS:
        raise Invalid(f"there is no kind of document {event.kind!r}: {', '.join(KINDS)}")
    if event.name == "payment" and not sees_money(scope):
        raise Forbidden("you do not see the firm's money: choose another event, or a day")
    snapshot = take_snapshot(scope, client_ref)
    if event.name in _OF_WORK and snapshot.engagement_of_ref(engagement_ref) is None:
        raise Invalid("this is about no single engagement: wait for something else, or choose a day")
    if event.name == "requests" and not _asked(snapshot, engagement_ref):
        raise Invalid("nothing is asked of the client: wait for something else, or choose a day")
    kept = {"name": event.name, "kind": kind, "words": event.words.strip()}
    if event.name == "payment":
        kept["known"] = str(_payments(snapshot))
    come = what_came(snapshot, engagement_ref, kept, scope.now)
    if come is not None:
        raise Invalid(f"nothing is left to wait for: {come}")
    return kept


def in_words(kept: Mapping[str, Any]) -> str:
    """ "a document arrives: k-1, “Hollis”"."""
    told = [*([kept["kind"]] if kept.get("kind") else []), *([f"“{kept['words']}”"] if kept.get("words") else [])]
    return EVENTS[kept["name"]] + (f": {', '.join(told)}" if told else "")


def what_came(snapshot: Snapshot, engagement_ref: str | None, kept: Mapping[str, Any], since: datetime) -> str | None:
    """What has come of the event after a moment, in words; None: nothing yet."""
    work = snapshot.engagement_of_ref(engagement_ref)
    match kept["name"]:
        case "document":
            return _document(snapshot, kept, since)
        case "answer":
            return _answer(snapshot, since)
        case "payment":
            return "a payment came" if _payments(snapshot) > int(kept["known"]) else None
        case "requests":
            items = _asked(snapshot, engagement_ref)
            here = bool(items) and all(one.received_on is not None for one in items)
            return "everything asked for is here" if here else None
        case "signed" if work is not None and work.letter_signed_on is not None:
            return f"the engagement letter was signed on {day_in_words(work.letter_signed_on)}"
        case "filed" if work is not None and not work.is_open:
            return f"{work.title} is {work.stage}"
        case _:
            return None


def wake(scope: Scope, snapshot: Snapshot, signals: Iterable[Signal], decisions: Mapping[str, SignalDecision]) -> None:
    """Say of each of the client's snoozed signals whose event has come that it has, and put that on the trail. Twice changes nothing."""
    for signal in signals:
        decision = decisions.get(signal.key)
        if decision is None or decision.event is None or decision.came_on is not None:
            continue
        come = what_came(snapshot, signal.engagement_ref, decision.event, decision.at)
        if come is not None:
            decision.came_on, decision.came = scope.today, come
            audit.record(
                scope.session,
                AuditTag.SIGNAL_WOKEN,
                actor=scope.email,
                subject=f"signal:{signal.key}",
                now=scope.now,
                client_id=snapshot.client.id,
                detail={"slug": signal.slug, "reason": come},
            )


def woken(decision: SignalDecision | None, today: date) -> str:
    """What woke a signal, as a sentence before why it is raised; "" where nothing did."""
    if decision is None or decision.came_on is None or decision.came_on > today or not decision.came:
        return ""
    return f"{decision.came[:1].upper()}{decision.came[1:]}: it was snoozed until then. "


def _document(snapshot: Snapshot, kept: Mapping[str, Any], since: datetime) -> str | None:
    for one in snapshot.of_kind(kept["kind"]) if kept.get("kind") else snapshot.documents:
        new = one.duplicate_of is None and one.received_at is not None and one.received_at > since
        if new and one.received_at is not None and _speaks_of(one, kept.get("words") or ""):
            return f"{one.name} came on {day_in_words(snapshot.local_day(one.received_at))}"
    return None


def _speaks_of(document: Document, words: str) -> bool:
    text = " ".join((document.path, *(fact.value for fact in document.facts))).casefold()
    return all(word in text for word in words.casefold().split())


def _answer(snapshot: Snapshot, since: datetime) -> str | None:
    for mail in snapshot.messages:
        if mail.direction == "in" and mail.sent_at is not None and mail.sent_at > since:
            return f"the client wrote on {day_in_words(snapshot.local_day(mail.sent_at))}"
    return None


def _asked(snapshot: Snapshot, engagement_ref: str | None) -> tuple[Any, ...]:
    work = snapshot.engagement_of_ref(engagement_ref)
    return snapshot.requests_of(work) if work is not None else snapshot.requests


def _payments(snapshot: Snapshot) -> int:
    return sum(len(one.payments) for one in snapshot.invoices)
