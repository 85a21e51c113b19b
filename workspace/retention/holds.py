"""Legal holds: while one stands, nothing of its client is destroyed or erased, whatever the schedule says."""

from collections.abc import Sequence

from sqlalchemy import select

from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import new_id
from store.tables import Client, LegalHold
from workspace.acting import person_of, record
from workspace.scope import Right, Scope, access_client

LONGEST = 500


def set_hold(scope: Scope, client_ref: str, reason: str) -> str:
    """Put a hold on a client; its id. Raises NotFound, Forbidden without hold:set, Invalid without a reason."""
    client = access_client(scope, client_ref, Right.HOLD_SET)
    person_of(scope)
    if not (reason := reason.strip()[:LONGEST]):
        raise Invalid("say why: a claim, a subpoena, an examination")
    hold = LegalHold(id=new_id("hold"), client_id=client.id, reason=reason, set_by=scope.email, set_at=scope.now)
    hold.why_ended = ""
    scope.session.add(hold)
    record(scope, AuditTag.HOLD_SET, f"hold:{hold.id}", client.id, reason=reason)
    return hold.id


def end_hold(scope: Scope, hold_id: str, why: str) -> None:
    """End a hold. Raises NotFound outside the scope, Forbidden without hold:set, Invalid without a reason, Conflict for one that ended."""
    hold = scope.session.scalars(
        select(LegalHold).where(LegalHold.id == hold_id, LegalHold.client_id.in_(scope.clients()))
    ).one_or_none()
    if hold is None:
        raise NotFound("there is no such hold")
    scope.require(Right.HOLD_SET)
    person_of(scope)
    if hold.ended_at is not None:
        raise Conflict("this hold has ended already")
    if not (why := why.strip()[:LONGEST]):
        raise Invalid("say why the hold ends")
    hold.ended_at, hold.ended_by, hold.why_ended = scope.now, scope.email, why
    record(scope, AuditTag.HOLD_ENDED, f"hold:{hold.id}", hold.client_id, reason=why)


def holds(scope: Scope, client_ref: str | None = None) -> Sequence[tuple[LegalHold, Client]]:
    """The holds of the asker's clients, or of one: those that stand first, the newest first."""
    query = select(LegalHold, Client).join(Client, Client.id == LegalHold.client_id)
    query = query.where(LegalHold.client_id.in_(scope.clients()))
    if client_ref is not None:
        query = query.where(Client.id == access_client(scope, client_ref).id)
    ordered = query.order_by(LegalHold.ended_at.is_not(None), LegalHold.set_at.desc(), LegalHold.id)
    return [(hold, client) for hold, client in scope.session.execute(ordered).tuples()]


def held_clients(scope: Scope) -> frozenset[str]:
    """The ids of the asker's clients that a hold stands on."""
    query = select(LegalHold.client_id).where(LegalHold.ended_at.is_(None), LegalHold.client_id.in_(scope.clients()))
    return frozenset(scope.session.scalars(query))


def refuse_held(scope: Scope, client: Client) -> None:
    """Raises Conflict, with the reason, while a hold stands on the client."""
    query = select(LegalHold).where(LegalHold.client_id == client.id, LegalHold.ended_at.is_(None)).limit(1)
    hold = scope.session.scalars(query).one_or_none()
    if hold is not None:
        raise Conflict(f"a legal hold stands on {client.name} since {hold.set_at.date()}: {hold.reason}")
