"""The workers that a person of the firm sees and ends: who works on clients, since when, how much is in hand. Works on nothing itself."""

from dataclasses import dataclass

from sqlalchemy import func, select

from store import audit, workers
from store.audit import AuditTag
from store.errors import Conflict, NotFound
from store.tables import Worker
from workspace.scope import Right, Scope


@dataclass(frozen=True)
class Standing:
    """A worker on the list. `state`: working, draining, silent (not heard of for so long that others go on with its work), gone.
    `heard` is seconds since its heartbeat and `up` since its start, by the database's clock; `desks` clients are worked on at once.
    `ending`: it has heard that it shall end, so that this cannot be taken back any more."""

    id: str
    kind: str
    program: str
    workflows: str
    state: str
    heard: int
    up: int
    desks: int
    in_hand: int
    leads: bool
    ending: bool

    @property
    def can_end(self) -> bool:
        """Whether it can be told to end from here."""
        return self.kind == "worker" and self.state == "working"

    @property
    def can_stay(self) -> bool:
        """Whether it was told to end and can still be told to stay."""
        return self.kind == "worker" and self.state == "draining" and not self.ending


def standings(scope: Scope) -> list[Standing]:
    """Who is on the list, those that live first; empty on SQLite, where one process owns the home. Raises Forbidden without scan:run."""
    scope.require(Right.SCAN_RUN)
    if scope.session.get_bind().dialect.name == "sqlite":
        return []
    heard, up = (func.extract("epoch", func.now() - moment) for moment in (Worker.beat_at, Worker.started_at))
    query = select(Worker, heard, up).order_by(Worker.state == "gone", Worker.id)
    leader = workers.holder(scope.session, workers.LEADS)
    return [
        Standing(
            row.id,
            row.kind,
            row.program,
            row.speaks,
            "silent" if row.state != "gone" and age > workers.SILENT.total_seconds() else row.state,
            round(age),
            round(since),
            row.desks,
            row.in_hand,
            row.id == leader,
            row.state == "draining" and not row.takes,
        )
        for row, age, since in scope.session.execute(query).tuples()
    ]


def drain(scope: Scope, worker_id: str) -> None:
    """Tell a worker to take no more clients, finish those in hand and end; it hears of it within ten seconds. Raises Forbidden without
    scan:run, NotFound, Conflict for one that is gone or is no `tickmark worker`."""
    one = _worker(scope, worker_id)
    if one.kind != "worker":
        raise Conflict(f"{worker_id} runs as `tickmark {one.kind}`; end that process itself")
    if not workers.turn(scope.session, worker_id, "draining"):
        raise Conflict(f"{worker_id} is gone already")
    _record(scope, AuditTag.WORKER_DRAINED, worker_id)


def stay(scope: Scope, worker_id: str) -> None:
    """Take back that a worker shall end, as long as it has not heard of it. Raises Forbidden without scan:run, NotFound, Conflict when it
    has heard, or was not told."""
    one = _worker(scope, worker_id)
    if not workers.keep(scope.session, worker_id):
        if one.state == "draining":
            raise Conflict(f"{worker_id} takes no more clients already and ends; start it again on its machine")
        raise Conflict(f"{worker_id} was not told to end; it is {one.state}")
    _record(scope, AuditTag.WORKER_KEPT, worker_id)


def _worker(scope: Scope, worker_id: str) -> Standing:
    found = next((one for one in standings(scope) if one.id == worker_id), None)
    if found is None:
        raise NotFound(f"there is no worker {worker_id}; `tickmark workers` lists them")
    return found


def _record(scope: Scope, tag: AuditTag, worker_id: str) -> None:
    audit.record(
        scope.session,
        tag,
        actor=scope.email,
        subject=f"worker:{worker_id}",
        now=scope.now,
        detail={},
    )
