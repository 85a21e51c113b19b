"""The row of a night: when it began, whether it is done, which clients it goes over, how it ended. Scans nothing itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, exists, func, not_, select

from store import audit
from store.audit import AuditTag
from store.ids import stable_id
from store.tables import Client, ClientScan, DocumentVersion, Firm, Person, Scan
from workspace.scope import Right, Scope
from workspace.snapshot.firm import take_firm


@dataclass(frozen=True)
class Order:
    """A client to be scanned, at the revision its workspace had when the night was ordered."""

    ref: str
    revision: int


@dataclass(frozen=True)
class Counts:
    """How the clients of a night ended, and what came of it. `unchanged` ones are among the read."""

    read: int
    unchanged: int
    failed: int
    raised: int
    drafted: int


def begin_night(scope: Scope) -> datetime:
    """When the night of the scope's day began: now, or earlier when it was begun and never finished. Raises Forbidden without
    scan:run. A night that is done begins anew."""
    scope.require(Right.SCAN_RUN)
    night = scope.session.get(Scan, _id(scope.today))
    if night is None:
        night = Scan(id=_id(scope.today), as_of=scope.today, state="running", started_at=scope.now)
        scope.session.add(night)
    elif night.state != "running":
        night.state, night.started_at, night.finished_at = "running", scope.now, None
    scope.session.flush()
    return night.started_at


def orders(scope: Scope, refs: list[str] | None = None) -> list[Order]:
    """The asker's clients to be scanned, by ref; of `refs` those that are the asker's. None: all."""
    query = select(Client.ref, Client.revision).where(Client.id.in_(scope.clients())).order_by(Client.ref)
    if refs is not None:
        query = query.where(Client.ref.in_(refs))
    return [Order(*row) for row in scope.session.execute(query).tuples()]


def counts(scope: Scope, refs: list[str]) -> Counts:
    """How the scans of these clients on the scope's day ended."""
    rows = scope.session.execute(
        select(ClientScan.state, func.count(), func.sum(ClientScan.raised), func.sum(ClientScan.drafted))
        .join(Client, Client.id == ClientScan.client_id)
        .where(ClientScan.as_of == scope.today, Client.ref.in_(refs), Client.id.in_(scope.clients()))
        .group_by(ClientScan.state)
    ).all()
    number = {state: n for state, n, _, _ in rows}
    done = [row for row in rows if row[0] != "failed"]
    return Counts(
        read=sum(row[1] for row in done),
        unchanged=number.get("unchanged", 0),
        failed=number.get("failed", 0),
        raised=sum(row[2] or 0 for row in done),
        drafted=sum(row[3] or 0 for row in done),
    )


def finish_night(scope: Scope, detail: dict[str, Any]) -> None:
    """Mark the night of the scope's day done, once, with what came of it on the trail."""
    scope.require(Right.SCAN_RUN)
    night = scope.session.get_one(Scan, _id(scope.today), with_for_update=True)
    if night.state == "done":
        return
    night.state, night.finished_at = "done", scope.now
    audit.record(
        scope.session,
        AuditTag.SCAN_FINISHED,
        actor=scope.email,
        subject=f"scan:{night.id}",
        now=scope.now,
        detail={"as_of": scope.today.isoformat(), **detail},
    )


def unfinished(scope: Scope) -> list[date]:
    """The days whose night was begun and did not come to its end, oldest first. Raises Forbidden without scan:run."""
    scope.require(Right.SCAN_RUN)
    return list(scope.session.scalars(select(Scan.as_of).where(Scan.state == "running").order_by(Scan.as_of)))


def is_done(scope: Scope) -> bool:
    """Whether a night over all clients came to its end on the scope's day."""
    scope.require(Right.SCAN_RUN)
    night = scope.session.get(Scan, _id(scope.today))
    return night is not None and night.state == "done"


def is_missing(scope: Scope) -> bool:
    """Whether there were nights before the scope's day and none was begun on it. Raises Forbidden without scan:run."""
    scope.require(Right.SCAN_RUN)
    newest = scope.session.scalars(select(func.max(Scan.as_of))).one()
    return newest is not None and newest < scope.today


def changed(scope: Scope, unfinished: Collection[str]) -> list[Order]:
    """The asker's clients whose workspace, or whose part of the whole firm's records, differs from what their scan of the scope's day read,
    by ref; those with a file at a stage of `unfinished` come later. Empty unless the night of that day is done. Raises Forbidden without
    scan:run."""
    if not is_done(scope):
        return []
    unread = exists().where(DocumentVersion.client_id == Client.id, DocumentVersion.stage.in_(unfinished))
    query = (
        select(Client.ref, Client.revision, Client.id, ClientScan.revision, ClientScan.read["firm"].as_string())
        .outerjoin(ClientScan, and_(ClientScan.client_id == Client.id, ClientScan.as_of == scope.today))
        .where(Client.id.in_(scope.clients()), not_(unread))
        .order_by(Client.ref)
    )
    firm = take_firm(scope)
    return [
        Order(ref, revision)
        for ref, revision, client_id, scanned, mark in scope.session.execute(query).tuples()
        if scanned != revision or (mark is not None and mark != firm.part_of(client_id).mark)
    ]


def cancel_night(scope: Scope, as_of: date) -> bool:
    """End the night of that day where it stands; False when none runs. Clients that are done stay scanned, no brief is written.
    Raises Forbidden without scan:run."""
    scope.require(Right.SCAN_RUN)
    night = scope.session.get(Scan, _id(as_of), with_for_update=True)
    if night is None or night.state != "running":
        return False
    night.state, night.finished_at = "cancelled", scope.now
    audit.record(
        scope.session,
        AuditTag.SCAN_CANCELLED,
        actor=scope.email,
        subject=f"scan:{night.id}",
        now=scope.now,
        detail={"as_of": as_of.isoformat()},
    )
    return True


def is_cancelled(scope: Scope) -> bool:
    """Whether the night of the scope's day was ended before its end."""
    scope.require(Right.SCAN_RUN)
    night = scope.session.get(Scan, _id(scope.today))
    return night is not None and night.state == "cancelled"


def time_zone(scope: Scope) -> str | None:
    """The IANA name of the zone whose nights count; None as long as no firm was loaded."""
    return scope.session.scalars(select(Firm.timezone).order_by(Firm.id).limit(1)).one_or_none()


def readers(scope: Scope) -> list[str]:
    """The addresses of everybody who gets a brief: active people but administrators, by address."""
    query = select(Person.email).where(Person.active, Person.role != "admin").order_by(Person.email)
    return list(scope.session.scalars(query))


def busiest_partner(scope: Scope) -> str | None:
    """The address of the active partner with the most clients among the asker's; None when there is no partner."""
    of = select(func.count()).where(Client.partner_id == Person.id, Client.id.in_(scope.clients())).scalar_subquery()
    query = select(Person.email).where(Person.active, Person.role == "partner").order_by(of.desc(), Person.email)
    return scope.session.scalars(query.limit(1)).one_or_none()


def _id(as_of: date) -> str:
    return stable_id("scan", as_of)
