"""What a deliverable is drafted for: the occasion that, with client and slug, makes its id, and which signals call for which draft.

An occasion is `subject` or `subject@round`. The subject says what it is about (a document, an engagement, the account), so that
gathering can find it; the round lets a second reminder exist after the first was released. Pure values: no clock, no database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from workspace.signals.signal import Signal


@dataclass(frozen=True, order=True)
class DueDraft:
    """Something the night drafts by itself. `engagement_ref` None: it belongs to no single engagement."""

    slug: str
    occasion: str
    engagement_ref: str | None = None


def subject_of(occasion: str) -> str:
    """What an occasion is about, without its round: "request:E-014@2" is about "request:E-014"."""
    return occasion.split("@", 1)[0]


def about(occasion: str) -> str:
    """The id or ref inside a subject: "request:E-014@2" names "E-014". Empty where the subject names nothing."""
    return subject_of(occasion).partition(":")[2]


def for_notice(document_id: str) -> str:
    return f"notice:{document_id}"


def for_request(engagement_ref: str, oldest_due: date, today: date) -> str:
    """One reminder from 3, 7 and 14 days after the oldest open item's date, then one every two weeks (signals.md)."""
    late = (today - oldest_due).days
    number = 1 if late < 7 else 2 if late < 14 else 3 + (late - 14) // 14
    return f"request:{engagement_ref}@{number}"


def for_receivable(client_ref: str, oldest_due: date, today: date) -> str:
    """One letter for each 30 days that the oldest invoice is late."""
    return f"account:{client_ref}@{max((today - oldest_due).days // 30, 0) * 30}"


def for_status(today: date) -> str:
    """At most one status letter a month."""
    return f"status@{today:%Y-%m}"


def for_meeting(today: date) -> str:
    return f"meeting@{today.isoformat()}"


def due_drafts(signals: Iterable[Signal], today: date) -> list[DueDraft]:
    """What the night drafts for these signals of one client, each once, in order of slug and occasion.

    A notice asks for an explanation to the client and a response to the agency; an overdue request for a follow-up; an old
    receivable for a collection mail; a return at risk or to be extended for a status letter. Others draft nothing.
    """
    found: set[DueDraft] = set()
    for signal in signals:
        found.update(_drafts_of(signal, today))
    return sorted(found, key=lambda one: (one.slug, one.occasion, one.engagement_ref or ""))


def _drafts_of(signal: Signal, today: date) -> Iterable[DueDraft]:
    if signal.slug.startswith(("notice-", "refund-claim-disallowed")):
        occasion = for_notice(signal.subject)
        return DueDraft("notice-explanation", occasion), DueDraft("notice-response", occasion)
    if signal.slug == "request-overdue" and signal.due is not None:
        return (DueDraft("pbc-follow-up", for_request(signal.subject, signal.due, today), signal.engagement_ref),)
    if signal.slug == "ar-aging" and signal.due is not None:
        return (DueDraft("collection-email", for_receivable(signal.client_ref, signal.due, today)),)
    if signal.slug in ("return-at-risk", "return-overdue", "extension-needed"):
        return (DueDraft("status-letter", for_status(today)),)
    return ()
