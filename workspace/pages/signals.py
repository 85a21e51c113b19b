"""What the last scan raised about one client, with everything people decided about it, closed items included."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select

from store.tables import Client, ClientScan, Person, SignalDecision, SignalRow
from store.twins import twin
from workspace.money_sight import quiet, shown_signals
from workspace.raised import Raised, raised_of
from workspace.scope import Right, Scope


@dataclass(frozen=True)
class Decided:
    """A decision about a signal: who, when, what, why, until when or to whom. `came` is what woke a snooze, `came_on` when."""

    who: str
    at: datetime
    decision: str
    reason: str
    until: date | None
    to: str | None
    came: str | None = None
    came_on: date | None = None


@dataclass(frozen=True)
class Kept:
    """A signal as it was raised, with the decisions about it, newest first."""

    raised: Raised
    decisions: tuple[Decided, ...]


def signals_of(scope: Scope, client_ref: str) -> tuple[Kept, ...]:
    """The client's signals of its last scan that did not fail, loudest first; two queries."""
    scope.require(Right.CLIENT_READ)
    last = (
        select(func.max(ClientScan.as_of))
        .where(ClientScan.client_id == Client.id, ClientScan.state != "failed")
        .correlate(Client)
        .scalar_subquery()
    )
    rows = scope.session.execute(
        select(SignalRow, Client.ref, Client.name)
        .join(Client, Client.id == SignalRow.client_id)
        .where(Client.ref == client_ref, Client.id.in_(scope.clients()), SignalRow.as_of == last)
        .where(shown_signals(scope))
    )
    decided, newest = _decisions(scope, client_ref)
    kept = [
        Kept(raised_of(row, ref, name, newest.get(row.key), scope.today), decided.get(row.key, ()))
        for row, ref, name in rows.tuples()
    ]
    kept = [replace(one, raised=quiet(scope, one.raised)) for one in kept]
    return tuple(sorted(kept, key=lambda one: (not one.raised.is_open, one.raised.sort_key)))


def _decisions(scope: Scope, client_ref: str) -> tuple[dict[str, tuple[Decided, ...]], dict[str, SignalDecision]]:
    """Every decision by signal, newest first, and the newest row of each."""
    by, to = twin(Person, "by"), twin(Person, "to")
    found = scope.session.execute(
        select(SignalDecision, by.name, to.name)
        .join(Client, Client.id == SignalDecision.client_id)
        .join(by, by.id == SignalDecision.person_id)
        .outerjoin(to, to.id == SignalDecision.delegate_id)
        .where(Client.ref == client_ref, Client.id.in_(scope.clients()))
        .order_by(SignalDecision.at.desc(), SignalDecision.id.desc())
    )
    decided: dict[str, tuple[Decided, ...]] = {}
    newest: dict[str, SignalDecision] = {}
    for row, who, delegate in found.tuples():
        newest.setdefault(row.key, row)
        one = Decided(who, row.at, row.decision, row.reason, row.until, delegate, row.came, row.came_on)
        decided[row.key] = (*decided.get(row.key, ()), one)
    return decided, newest
