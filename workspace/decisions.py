"""What a person decides about a signal: not a problem, later, seen, keep on top, somebody else's. The newest decision counts.

Every decision lands on the trail. Never removes a signal: the next scan raises it again, and the decision says whether it is shown.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from store import audit
from store.audit import AuditTag
from store.errors import Invalid, NotFound
from store.ids import stable_id
from store.tables import Client, Person, SignalDecision, SignalRow
from workspace.awaited import Event, awaited, in_words
from workspace.money_sight import shown_signals
from workspace.raised import BY_SIDES, DECISIONS, state_of
from workspace.scope import Right, Scope, scope_for


def decide_signal(
    scope: Scope,
    key: str,
    decision: str,
    reason: str = "",
    until: date | None = None,
    delegate: str | None = None,
    event: Event | None = None,
) -> str:
    """Decide about the signal of that key as the last scan raised it; the state it has now.

    `decision`: dismiss (a reason is needed), snooze (until a later day, until the `event` has come, or until the first of both; without
    them for a reason, and then until its evidence changes), acknowledge, pin, delegate (to the address of somebody who sees the client),
    reopen. A class-A item sleeps to a day before its date only. Raises NotFound outside the scope, Forbidden without signal:decide,
    Invalid for an incomplete decision.
    """
    row = signal_row(scope, key)
    scope.require(Right.SIGNAL_DECIDE)
    if scope.person_id is None:
        raise Invalid("a decision about a signal is a person's: sign in, or name who decides")
    if decision in BY_SIDES:
        raise Invalid(f"{decision!r} is said of a side of a contradiction: `tickmark contradictions` lists them")
    reason, waits = reason.strip(), None
    delegate_id = _checked(scope, row, decision, reason, until, delegate, event)
    if event is not None:
        waits = awaited(scope, _ref_of(scope, row), row.detail.get("engagement_ref"), event)
        reason = f"until {in_words(waits)}" + (f"; {reason}" if reason else "")
    return keep_decision(
        scope, row, decision, reason, until=until, delegate_id=delegate_id, delegate=delegate, event=waits
    )


def _ref_of(scope: Scope, row: SignalRow) -> str:
    return scope.session.scalars(
        select(Client.ref).where(Client.id == row.client_id, Client.id.in_(scope.clients()))
    ).one()


def keep_decision(
    scope: Scope,
    row: SignalRow,
    decision: str,
    reason: str,
    *,
    until: date | None = None,
    delegate_id: str | None = None,
    delegate: str | None = None,
    event: dict[str, Any] | None = None,
) -> str:
    """Write a checked decision down and put it on the trail; the state that the signal has now. Whoever calls has asked for the right."""
    assert scope.person_id is not None  # a decision is a person's: checked by who calls
    key, at = row.key, _after_the_last(scope, row.key)
    made = SignalDecision(
        id=stable_id("dec", key, at.isoformat()),
        client_id=row.client_id,
        key=key,
        decision=decision,
        reason=reason,
        until=until if decision == "snooze" else None,
        evidence_hash=row.evidence_hash,
        delegate_id=delegate_id,
        person_id=scope.person_id,
        at=at,
        event=event,
    )
    scope.session.add(made)
    row.state = state_of(made, row.evidence_hash, scope.today)
    audit.record(
        scope.session,
        AuditTag.SIGNAL_DECIDED,
        actor=scope.email,
        subject=f"signal:{key}",
        now=scope.now,
        client_id=row.client_id,
        detail={
            "decision": decision,
            "slug": row.slug,
            "reason": made.reason,
            "until": made.until.isoformat() if made.until else None,
            "delegate": delegate,
            **({"event": event["name"]} if event else {}),
        },
    )
    return row.state


def _after_the_last(scope: Scope, key: str) -> datetime:
    """Now, or just after the newest decision about the signal: the order of decisions outlives a clock that was set back."""
    row = SignalDecision
    last = scope.session.scalars(
        select(func.max(row.at)).where(row.key == key, row.client_id.in_(scope.clients()))
    ).one()
    return scope.now if last is None else max(scope.now, last + timedelta(microseconds=1))


def signal_row(scope: Scope, key: str) -> SignalRow:
    """The newest row of a signal. Raises NotFound when no scan raised it, or its client is outside the scope."""
    row = scope.session.scalars(
        select(SignalRow)
        .where(SignalRow.key == key, SignalRow.client_id.in_(scope.clients()), shown_signals(scope))
        .order_by(SignalRow.as_of.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no signal {key}")
    return row


def _checked(
    scope: Scope,
    row: SignalRow,
    decision: str,
    reason: str,
    until: date | None,
    delegate: str | None,
    event: Event | None,
) -> str | None:
    """The id of the person it goes to, if any. Raises Invalid with what is missing."""
    if decision not in DECISIONS:
        raise Invalid(
            f"{decision!r} is no decision about a signal: {', '.join(d for d in DECISIONS if d not in BY_SIDES)}"
        )
    if event is not None and decision != "snooze":
        raise Invalid("only a snooze waits for an event")
    if decision == "dismiss" and not reason:
        raise Invalid("say why this is not a problem: a dismissal needs a reason")
    if decision == "snooze":
        _check_snooze(scope, row, reason, until, event)
    if decision == "delegate":
        return _delegate(scope, row, delegate)
    return None


def _check_snooze(scope: Scope, row: SignalRow, reason: str, until: date | None, event: Event | None) -> None:
    if until is None and event is None and not reason:
        raise Invalid("say until when: a snooze needs a later day, an event, or a reason that says what it waits for")
    if until is not None and until <= scope.today:
        raise Invalid(f"{until.isoformat()} is no later day: a snooze ends after today")
    if row.cls != "A":
        return
    if until is None:
        raise Invalid(
            "a right can be lost here: snooze it to a day, with or without an event, not until something happens"
        )
    if row.due is not None and until >= row.due:
        raise Invalid(f"the date is {row.due.isoformat()} and cannot be extended: snooze to a day before it")


def _delegate(scope: Scope, row: SignalRow, email: str | None) -> str:
    person = scope.session.scalars(
        select(Person).where(Person.email == (email or "").strip().lower(), Person.active)
    ).one_or_none()
    if person is None:
        raise Invalid(f"nobody who works here has the address {email}" if email else "say to whom: give an address")
    theirs = scope_for(scope, person)
    seen = select(Client.id).where(Client.id == row.client_id, Client.id.in_(theirs.clients()))
    if scope.session.scalars(seen).one_or_none() is None:
        raise Invalid(f"{person.name} does not see this client: give them an engagement or a task there first")
    if scope.session.scalars(select(SignalRow.id).where(SignalRow.id == row.id, shown_signals(theirs))).first() is None:
        raise Invalid(f"{person.name} does not see the firm's money, which this is about: choose somebody who does")
    return person.id
