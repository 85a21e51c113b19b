"""A signal as a scan stored it, with its terms and what people decided about it: what lists, cards and pages are made of.

Owns the row's JSON of the contract and which decision is in force. Never ranks and never merges.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from store.tables import SignalDecision, SignalRow
from workspace.evidence import from_json
from workspace.rank import PINNED, RANKED, TOP, order
from workspace.scope import Scope
from workspace.signals.sides import sides_from_json
from workspace.signals.signal import Signal

HIDDEN = ("dismissed", "snoozed", "accepted")
# Their date says since when it is so (a bill unpaid, a mail without an answer), not until when something can be done: that it
# lies in the past is what they are about, and no missed deadline.
SINCE = frozenset(
    {
        "ar-aging",
        "client-silent",
        "close-late",
        "deferrals-late",
        "done-not-billed",
        "efile-unacknowledged",
        "fee-agreement-unsigned",
        "k1-awaited",
        "letter-unsigned",
        "message-unanswered",
        "no-client-contact",
        "notice-unopened",
        "onboarding-stalled",
        "request-overdue",
        "trust-unreconciled",
        "wip-aged",
    }
)
# Somebody has seen the date: it need not be held up any longer.
SEEN = ("acknowledged", "delegated", "snoozed", "dismissed", "accepted", "asked")
DECISIONS = {
    "dismiss": "dismissed",
    "snooze": "snoozed",
    "acknowledge": "acknowledged",
    "pin": "pinned",
    "delegate": "delegated",
    "reopen": "open",
    "accept": "accepted",
    "accept-part": "open",
    "ask": "asked",
}
# What is decided about a contradiction (workspace/contradictions.py): it does more than decide, and never comes by itself.
BY_SIDES = ("accept", "accept-part", "ask")


@dataclass(frozen=True)
class Raised:
    """One stored signal of a client. `state` is the one in force on the day that was asked for; `delegate_id` who has it then.

    `as_of` is the day of the scan that raised it. `missed`: on the day that was asked for its deadline lies in the past, the red
    state. `people` are the ids of those it concerns: the engagement's owner, the addressees of a mail. `slack_days` None: no date.
    `sides` are those of a contradiction that are not settled yet, as JSON (signals/sides.py)."""

    key: str
    slug: str
    cls: str
    client_id: str
    client_ref: str
    client: str
    subject: str
    as_of: date
    due: date | None
    nominal_due: date | None
    dollars: Decimal | None
    score: Decimal
    terms: Mapping[str, Any]
    slack_days: str | None
    headline: str
    rule: str
    why_now: str
    next_step: str
    minutes: int
    evidence: tuple[Mapping[str, Any], ...]
    evidence_hash: str
    basis: str
    engagement_ref: str | None
    waits_on_client: bool
    deliverable_slug: str | None
    people: tuple[str, ...]
    first_seen: date
    state: str
    missed: bool = False
    delegate_id: str | None = None
    sides: tuple[Mapping[str, Any], ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state not in HIDDEN

    @property
    def date_is(self) -> str:
        """What `due` says: "due", until when something can be done, or "since", since when it is so."""
        return "since" if self.slug in SINCE else "due"

    @property
    def unseen(self) -> bool:
        """A class-A item whose date nobody has acknowledged: always on top."""
        return self.cls == "A" and self.state not in SEEN

    @property
    def sort_key(self) -> tuple[Any, ...]:
        """The order of brief.md; the slug and subject only make equal ones keep their place."""
        place = TOP if self.unseen else PINNED if self.state == "pinned" else RANKED
        return (*order(place, self.score, self.due, self.dollars, self.client_ref), self.slug, self.subject)

    def as_json(self) -> dict[str, Any]:
        """The contract's row of `signals`. Dates are ISO, dollars a decimal text, score and terms numbers."""
        return {
            "key": self.key,
            "client_ref": self.client_ref,
            "client": self.client,
            "slug": self.slug,
            "class": self.cls,
            "subject": self.subject,
            "due": iso(self.due),
            "nominal_due": iso(self.nominal_due),
            "date_is": self.date_is,
            "missed": self.missed,
            "dollars": text(self.dollars),
            "score": float(self.score),
            "terms": dict(self.terms),
            "slack_days": self.slack_days,
            "headline": self.headline,
            "rule": self.rule,
            "why_now": self.why_now,
            "next_step": self.next_step,
            "engagement_ref": self.engagement_ref,
            "evidence": [dict(one) for one in self.evidence],
            "first_seen": iso(self.first_seen),
            "state": self.state,
            **({"sides": [dict(one) for one in self.sides]} if self.sides else {}),
        }

    def as_signal(self) -> Signal:
        """The signal as its detector raised it."""
        return Signal(
            slug=self.slug,
            cls=self.cls,  # type: ignore[arg-type]  # stored as text
            client_ref=self.client_ref,
            subject=self.subject,
            due=self.due,
            nominal_due=self.nominal_due,
            dollars=self.dollars,
            headline=self.headline,
            rule=self.rule,
            why_now=self.why_now,
            next_step=self.next_step,
            minutes=self.minutes,
            evidence=tuple(from_json(one) for one in self.evidence),
            basis=self.basis,  # type: ignore[arg-type]
            engagement_ref=self.engagement_ref,
            waits_on_client=self.waits_on_client,
            deliverable_slug=self.deliverable_slug,
            sides=tuple(sides_from_json(one) for one in self.sides),
        )


def state_of(decision: SignalDecision | None, evidence_hash: str, today: date) -> str:
    """The state that the newest decision about a signal gives it on a day.

    A dismissal, an acknowledgement and a pin last until the evidence changes; a snooze ends on its date or once its event has come,
    whichever is first, and one that only has a reason when the evidence changes; a delegation stays. So does it with what was accepted,
    and with what the client was asked.
    """
    if decision is None:
        return "open"
    state = DECISIONS[decision.decision]
    if state == "snoozed" and decision.event is not None:
        ends = [day for day in (decision.until, decision.came_on) if day is not None]
        return "open" if ends and today >= min(ends) else "snoozed"
    if state == "snoozed" and decision.until is not None:
        return "snoozed" if today < decision.until else "open"
    if state not in ("delegated", "open") and decision.evidence_hash != evidence_hash:
        return "open"
    return state


def state_found(decision: SignalDecision | None, evidence_hash: str, today: date) -> str:
    """The state of a signal that a scan finds: as `state_of`, but what was accepted and is found again is open."""
    if decision is not None and decision.decision == "accept":
        return "open"
    return state_of(decision, evidence_hash, today)


def newest_decisions(
    scope: Scope, of: Collection[str] | None = None, by: datetime | None = None
) -> dict[str, SignalDecision]:
    """The newest decision about each signal, by its key, of the clients of these ids or of all that the asker sees; one query. `by`: the
    newest up to that moment."""
    row = SignalDecision
    place = func.row_number().over(partition_by=row.key, order_by=(row.at.desc(), row.id.desc()))
    ranked = select(row.id, place.label("place")).where(row.client_id.in_(scope.clients()))
    if of is not None:
        ranked = ranked.where(row.client_id.in_(of))
    if by is not None:
        ranked = ranked.where(row.at <= by)
    newest = ranked.subquery()
    found = scope.session.scalars(select(row).join(newest, newest.c.id == row.id).where(newest.c.place == 1))
    return {decision.key: decision for decision in found}


def raised_of(row: SignalRow, ref: str, name: str, decision: SignalDecision | None, today: date) -> Raised:
    """A stored row with its client and the newest decision about it, as it stands on `today`."""
    detail = row.detail
    again = detail.get("again") and decision is not None and decision.decision == "accept"
    state = "open" if again else state_of(decision, row.evidence_hash, today)
    return Raised(
        key=row.key,
        slug=row.slug,
        cls=row.cls,
        client_id=row.client_id,
        client_ref=ref,
        client=name,
        subject=row.subject,
        as_of=row.as_of,
        due=row.due,
        nominal_due=row.nominal_due,
        dollars=row.dollars,
        score=row.score,
        terms=row.terms,
        slack_days=detail.get("slack_days"),
        headline=row.headline,
        rule=row.rule,
        why_now=detail["why_now"],
        next_step=detail["next_step"],
        minutes=detail["minutes"],
        evidence=tuple(row.evidence),
        evidence_hash=row.evidence_hash,
        basis=detail["basis"],
        engagement_ref=detail.get("engagement_ref"),
        waits_on_client=detail["waits_on_client"],
        deliverable_slug=detail.get("deliverable_slug"),
        people=tuple(detail.get("people", ())),
        first_seen=row.first_seen,
        state=state,
        missed=row.due is not None and row.due < today and row.slug not in SINCE,
        delegate_id=decision.delegate_id if decision is not None and state == "delegated" else None,
        sides=tuple(detail.get("sides", ())),
    )


def iso(day: date | None) -> str | None:
    """A date as JSON has it."""
    return None if day is None else day.isoformat()


def text(amount: Decimal | None) -> str | None:
    """An exact amount as JSON has it: a decimal text."""
    return None if amount is None else str(amount)
