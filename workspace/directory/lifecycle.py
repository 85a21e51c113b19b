"""A client's life with the firm: prospect, onboarding, active, leaving, former; which move is open, and who made it, when and why.

`clients.status` says where a client stands, also for rows of the firm folder, whose other words ("archived") are kept as they came. Owns
which of them count as served and as gone.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from store.audit import AuditTag
from store.errors import Conflict, Invalid
from store.ids import new_id
from store.tables import Client, LifecycleChange, Person
from workspace.directory.words import line, note
from workspace.scope import Right, Scope, access_client
from workspace.undo import expect, undoable

STAGES = ("prospect", "onboarding", "active", "leaving", "former")
MOVES: dict[str, tuple[str, ...]] = {
    "prospect": ("onboarding", "former"),
    "onboarding": ("active", "prospect", "former"),
    "active": ("leaving",),
    "leaving": ("former", "active"),
    "former": ("onboarding", "active"),
}
MERGED = "merged"
"""The status of a client whose records were moved to another; it moves no more."""
SERVED = ("onboarding", "active", "leaving")
GONE = ("former", "archived", MERGED)
REASONED = ("leaving", "former")


@dataclass(frozen=True)
class Moved:
    """A move: `by` None where the software made it."""

    before: str
    after: str
    on: date
    by: str | None
    reason: str


def open_moves(status: str) -> tuple[str, ...]:
    """Where a client of that status can go; from a word that is no stage, to any."""
    return () if status == MERGED else MOVES.get(status, STAGES)


def move(scope: Scope, client_ref: str, to: str, reason: str = "", *, mark: str | None = None) -> str:
    """Move a client; answers with the act. Raises NotFound, Forbidden, Invalid without a reason for leaving, Conflict for a move that is
    not open or a client that was changed meanwhile."""
    client = access_client(scope, client_ref, Right.CLIENT_WRITE)
    expect(client, mark, f"the record of {client.name}")
    with undoable(scope, f"{client.name}: {client.status} to {to}") as act:
        step(scope, client, to, reason)
    return act.id


def step(scope: Scope, client: Client, to: str, reason: str = "") -> None:
    """One move inside an act of somebody else's. Raises as `move`."""
    scope.require(Right.CLIENT_WRITE)
    why = line(reason, 400, "the reason") or ""
    if to not in STAGES:
        raise Invalid(f"{to!r} is no stage of a client: {', '.join(STAGES)}")
    if to not in open_moves(client.status):
        raise Conflict(
            f"{client.name} is {client.status}; from there it goes to {' or '.join(open_moves(client.status)) or 'nowhere'}"
        )
    if to in REASONED and not why:
        raise Invalid(f"say why {client.name} becomes {to}: it stands in the file for good")
    change = LifecycleChange(
        id=new_id("life"),
        client_id=client.id,
        before=client.status,
        after=to,
        on=scope.today,
        at=_after_the_last(scope, client),
        person_id=scope.person_id,
        reason=why,
    )
    scope.session.add(change)
    detail = {"client": client.ref, "before": client.status, "after": to, "reason": why}
    note(scope, AuditTag.CLIENT_MOVED, f"client:{client.id}", client.id, **detail)
    client.status = to


def _after_the_last(scope: Scope, client: Client) -> datetime:
    """Now, or just after the client's last move: their order outlives a clock that was set back."""
    last = scope.session.scalars(
        select(func.max(LifecycleChange.at)).where(LifecycleChange.client_id == client.id)
    ).one()
    return scope.now if last is None else max(scope.now, last + timedelta(microseconds=1))


def moves_of(scope: Scope, client_id: str) -> tuple[Moved, ...]:
    """The client's moves, the newest first; one query."""
    row = LifecycleChange
    found = scope.session.execute(
        select(row.before, row.after, row.on, Person.name, row.reason)
        .outerjoin(Person, Person.id == row.person_id)
        .where(row.client_id == client_id, row.client_id.in_(scope.clients()))
        .order_by(row.at.desc(), row.id)
    )
    return tuple(Moved(*one) for one in found.tuples())
