"""The last nights: when they ran, and how each client came out of one of them. Starts nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select

from store.tables import Client, ClientScan, ModelCall, Scan
from workspace.scope import Scope
from workspace.snapshot.model import ZERO

NIGHTS = 14


@dataclass(frozen=True)
class Night:
    """A night over the asker's clients. `state`: running, done, cancelled; `seconds` None while it runs."""

    as_of: date
    state: str
    started_at: datetime
    seconds: int | None
    clients: int
    unchanged: int
    failed: int
    raised: int
    drafted: int


@dataclass(frozen=True)
class ClientNight:
    """How one client came out of a night. `read` counts what was looked at; `seconds` is the time it took."""

    ref: str
    name: str
    state: str
    error: str | None
    read: Mapping[str, int]
    raised: int
    drafted: int
    seconds: float
    blind_spots: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Spent:
    """What models were used for since a moment: calls, tokens and dollars."""

    calls: int
    tokens: int
    cost: Decimal


def nights(scope: Scope, limit: int = NIGHTS) -> tuple[Night, ...]:
    """The last nights, newest first, counted over the asker's clients; one query."""
    counted = (
        select(
            ClientScan.as_of,
            func.count().label("clients"),
            func.sum(case((ClientScan.state == "unchanged", 1), else_=0)).label("unchanged"),
            func.sum(case((ClientScan.state == "failed", 1), else_=0)).label("failed"),
            func.sum(ClientScan.raised).label("raised"),
            func.sum(ClientScan.drafted).label("drafted"),
        )
        .where(ClientScan.client_id.in_(scope.clients()))
        .group_by(ClientScan.as_of)
        .subquery()
    )
    columns = counted.c
    found = scope.session.execute(
        select(Scan, columns.clients, columns.unchanged, columns.failed, columns.raised, columns.drafted)
        .outerjoin(counted, columns.as_of == Scan.as_of)
        .order_by(Scan.as_of.desc())
        .limit(limit)
    )
    return tuple(_night(tuple(row)) for row in found)


def _night(row: tuple[Any, ...]) -> Night:
    scan, *numbers = row
    ended: datetime | None = scan.finished_at
    seconds = None if ended is None else round((ended - scan.started_at).total_seconds())
    return Night(scan.as_of, scan.state, scan.started_at, seconds, *(int(number or 0) for number in numbers))


def clients_of_night(scope: Scope, as_of: date) -> tuple[ClientNight, ...]:
    """The asker's clients in the night of a day: failed ones first, then those that raised most; one query."""
    found = scope.session.execute(
        select(ClientScan, Client.ref, Client.name)
        .join(Client, Client.id == ClientScan.client_id)
        .where(ClientScan.as_of == as_of, Client.id.in_(scope.clients()))
        .order_by(case((ClientScan.state == "failed", 0), else_=1), ClientScan.raised.desc(), Client.ref)
    )
    return tuple(
        ClientNight(
            ref=ref,
            name=name,
            state=row.state,
            error=row.error,
            read=row.read.get("counts", {}),
            raised=row.raised,
            drafted=row.drafted,
            seconds=row.seconds,
            blind_spots=tuple((str(what), str(why)) for what, why in row.blind_spots),
        )
        for row, ref, name in found.tuples()
    )


def so_far(scope: Scope, as_of: date, since: datetime) -> Night:
    """What came of the asker's clients in the night of a day that began at `since` and runs; one query."""
    row = ClientScan
    found = scope.session.execute(
        select(
            func.count(),
            func.sum(case((row.state == "unchanged", 1), else_=0)),
            func.sum(case((row.state == "failed", 1), else_=0)),
            func.sum(case((row.state == "failed", 0), else_=row.raised)),
            func.sum(row.drafted),
        ).where(row.as_of == as_of, row.finished_at >= since, row.client_id.in_(scope.clients()))
    ).one()
    seconds = round((scope.now - since).total_seconds())
    return Night(as_of, "running", since, seconds, *(int(number or 0) for number in found))


def spent_since(scope: Scope, since: datetime) -> Spent:
    """What models cost about the asker's clients since a moment; one query."""
    calls, tokens, cost = scope.session.execute(
        select(func.count(), func.sum(ModelCall.tokens_in + ModelCall.tokens_out), func.sum(ModelCall.cost)).where(
            ModelCall.client_id.in_(scope.clients()), ModelCall.at >= since
        )
    ).one()
    return Spent(calls, int(tokens or 0), cost or ZERO)
