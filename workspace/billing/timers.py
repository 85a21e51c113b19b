"""Clocks that run while a person works: several at once, each a row, so that they survive a reload and a restart.

What has passed is computed from the moment of the start; nothing ticks here. Stopping one makes time of the day on which it was started.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select

from store.audit import AuditTag
from store.errors import Conflict, NotFound
from store.ids import new_id
from store.tables import Client, Engagement, Firm, Timer
from workspace.acting import person_of, record
from workspace.billing.acts import engagement_of, setting, text_in
from workspace.billing.time import Worked, add_time
from workspace.scope import Right, Scope, access_client

MOST = 20


@dataclass(frozen=True)
class Running:
    """A clock of the asker's. `seconds` have passed since `started_at`."""

    id: str
    client_ref: str
    client: str
    engagement_ref: str | None
    engagement: str | None
    service: str | None
    note: str | None
    started_at: datetime
    seconds: int


def running(scope: Scope) -> tuple[Running, ...]:
    """The asker's clocks, the newest first; one query. None for the system."""
    if scope.person_id is None:
        return ()
    query = (
        select(Timer, Client.ref, Client.name, Engagement.ref, Engagement.title)
        .join(Client, Client.id == Timer.client_id)
        .outerjoin(Engagement, Engagement.id == Timer.engagement_id)
        .where(Timer.person_id == scope.person_id, Timer.client_id.in_(scope.clients()))
        .order_by(Timer.started_at.desc(), Timer.id)
    )
    return tuple(
        Running(
            t.id,
            ref,
            client,
            work,
            title,
            t.service,
            t.note,
            t.started_at,
            int((scope.now - t.started_at).total_seconds()),
        )
        for t, ref, client, work, title in scope.session.execute(query).tuples()
    )


def start(
    scope: Scope,
    client_ref: str,
    *,
    engagement: str | None = None,
    service: str | None = None,
    note: str | None = None,
    switch: bool = False,
) -> str:
    """Start a clock; its id. `switch` stops the others first. Raises NotFound, Forbidden without time:write, Conflict when 20 run."""
    by, client = person_of(scope), access_client(scope, client_ref, Right.TIME_WRITE)
    work = engagement_of(scope, client, engagement)
    if switch:
        for one in running(scope):
            stop(scope, one.id)
    if len(running(scope)) >= MOST:
        raise Conflict(f"{MOST} clocks run already; stop one")
    row = Timer(
        id=new_id("tmr"),
        client_id=client.id,
        person_id=by,
        engagement_id=work.id if work else None,
        service=text_in(service),
        note=text_in(note),
        started_at=scope.now,
    )
    scope.session.add(row)
    scope.session.flush()
    record(scope, AuditTag.TIMER_STARTED, f"timer:{row.id}", client.id, engagement=engagement, service=row.service)
    return row.id


def stop(scope: Scope, timer_id: str, *, hours: Decimal | None = None, discard: bool = False) -> str | None:
    """Stop a clock of the asker's: the id of the time entry it becomes, None when it is discarded. `hours` stands in for what passed.
    Raises NotFound, Conflict for one that ran for more than a day without `hours`."""
    found = next((one for one in running(scope) if one.id == timer_id), None)
    row = scope.session.scalars(select(Timer).where(Timer.id == timer_id).with_for_update()).one_or_none()
    if found is None or row is None:
        raise NotFound(f"no clock {timer_id} of yours runs")
    scope.require(Right.TIME_WRITE)
    passed = scope.now - row.started_at
    if hours is None and not discard and passed > timedelta(hours=24):
        raise Conflict("this clock ran for more than a day: say the hours, or discard it")
    entry = None
    if not discard:
        worked = hours if hours is not None else counted(passed, setting(scope, "timer_minutes", 6))
        day = row.started_at.astimezone(_zone(scope)).date()
        entry = add_time(
            scope, Worked(found.client_ref, day, worked, found.engagement_ref, row.service, row.note, billable=True)
        )
    record(scope, AuditTag.TIMER_STOPPED, f"timer:{row.id}", row.client_id, entry=entry, discarded=int(discard))
    scope.session.delete(row)
    scope.session.flush()
    return entry


def counted(passed: timedelta, minutes: int) -> Decimal:
    """Hours of what passed: to the nearest unit of so many minutes (half up), one unit at least. The firm's unit is the setting
    billing.timer_minutes, six without it."""
    unit = Decimal(max(minutes, 1)) / 60
    units = (Decimal(passed.total_seconds()) / 3600 / unit).quantize(Decimal(1), ROUND_HALF_UP)
    return (max(units, Decimal(1)) * unit).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _zone(scope: Scope) -> ZoneInfo:
    zones: Sequence[str] = scope.session.scalars(select(Firm.timezone).limit(1)).all()
    return ZoneInfo(zones[0] if zones else "UTC")
