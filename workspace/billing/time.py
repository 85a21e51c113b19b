"""Time that a person enters: added, changed and deleted by the one who worked it, approved by a manager.

Time on an invoice, written off or written down, and approved time stays as it is. Each act is on the trail with what stood before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import stable_id
from store.tables import Adjustment, Client, Engagement, Person, TimeEntry
from workspace.acting import person_of, record
from workspace.billing.acts import check_unbilled, engagement_of, text_in
from workspace.billing.amounts import ZERO
from workspace.billing.rates import rate_for
from workspace.billing.work import Work, work_of
from workspace.scope import Right, Scope, access_client

DAY = Decimal(24)


@dataclass(frozen=True)
class Worked:
    """What a person says she worked: hours of one day. `engagement` is a ref of the client's, None for work that belongs to none."""

    client: str
    on: date
    hours: Decimal
    engagement: str | None = None
    service: str | None = None
    note: str | None = None
    billable: bool = True


def add_time(scope: Scope, worked: Worked) -> str:
    """Enter time of the asker's own; the id of the entry. Raises NotFound and Forbidden as `access_client`, Invalid for hours that a day
    does not have or a day to come."""
    person = _self(scope)
    client = access_client(scope, worked.client, Right.TIME_WRITE)
    engagement = engagement_of(scope, client, worked.engagement)
    _check(scope, person, worked.on, worked.hours)
    row = _insert(scope, person, client, engagement, worked)
    record(scope, AuditTag.TIME_ADDED, f"time:{row.id}", client.id, **_said(row))
    return row.id


def change_time(scope: Scope, entry_id: str, changes: Mapping[str, Any]) -> str:
    """Change an entry of the asker's own: any fields of `Worked`. Its id, which is another one when day, client, engagement or service
    change. Raises NotFound, Forbidden for somebody else's, Conflict for what is locked, Invalid as `add_time`."""
    row = own_entry(scope, entry_id)
    person = _self(scope)
    worked = replace(_as_worked(scope, row), **changes)
    client = access_client(scope, worked.client, Right.TIME_WRITE)
    engagement = engagement_of(scope, client, worked.engagement)
    was = _said(row)
    _check(scope, person, worked.on, worked.hours, but=row)
    scope.session.delete(row)
    scope.session.flush()
    kept = (row.id, row.rate, row.client_id, row.date, row.service)
    scope.session.expunge(row)
    made = _insert(scope, person, client, engagement, worked, kept)
    moved = {} if made.id == entry_id else {"entry": entry_id}
    record(scope, AuditTag.TIME_CHANGED, f"time:{made.id}", client.id, was=was, **_said(made), **moved)
    return made.id


def delete_time(scope: Scope, entry_id: str) -> None:
    """Take an entry of the asker's own away; the trail keeps what it said. Raises as `change_time`."""
    row = own_entry(scope, entry_id)
    record(scope, AuditTag.TIME_DELETED, f"time:{row.id}", row.client_id, **_said(row))
    scope.session.delete(row)
    scope.session.flush()


def approve_time(scope: Scope, entry_ids: Sequence[str], *, approved: bool = True) -> int:
    """Approve entries, or open them again; how many changed. Raises Forbidden without time:approve, NotFound, Conflict for own ones."""
    scope.require(Right.TIME_APPROVE)
    by = person_of(scope)
    wanted = select(TimeEntry).where(TimeEntry.id.in_(entry_ids), TimeEntry.client_id.in_(scope.clients()))
    rows = scope.session.scalars(wanted.with_for_update()).all()
    if len(rows) != len(set(entry_ids)):
        raise NotFound("some of these entries are not there; reload and try again")
    tag = AuditTag.TIME_APPROVED if approved else AuditTag.TIME_REOPENED
    changed = [row for row in rows if (row.approved_by is not None) != approved]
    for row in changed:
        if approved and row.person_id == by and scope.role != "partner":
            raise Conflict("nobody but a partner approves her own time")
        row.approved_by, row.approved_on = (by, scope.today) if approved else (None, None)
        record(scope, tag, f"time:{row.id}", row.client_id, hours=row.hours, on=row.date)
    scope.session.flush()
    return len(changed)


def own_time(scope: Scope, first: date, last: date) -> list[Work]:
    """The asker's own entries from `first` through `last`, as she may see them: dollars only with rates:see."""
    mine = work_of(scope, TimeEntry.person_id == person_of(scope), TimeEntry.date.between(first, last))
    return mine if scope.has(Right.RATES_SEE) else [without_dollars(one) for one in mine]


def to_approve(scope: Scope, first: date, last: date) -> list[Work]:
    """Entries that wait for the asker's approval: a partner's own too, as `approve_time` has it. Raises Forbidden without time:approve."""
    scope.require(Right.TIME_APPROVE)
    waits: list[ColumnElement[bool]] = [
        TimeEntry.entered_at.is_not(None),
        TimeEntry.approved_by.is_(None),
        TimeEntry.invoice_id.is_(None),
    ]
    if scope.role != "partner":
        waits.append(TimeEntry.person_id != scope.person_id)
    return work_of(scope, TimeEntry.date.between(first, last), *waits)


def without_dollars(one: Work) -> Work:
    """The entry for somebody who must not see rates."""
    return replace(one, rate=None, standard=ZERO, value=ZERO)


def own_entry(scope: Scope, entry_id: str) -> TimeEntry:
    """An entry of the asker's own that may still be changed, held until the transaction ends."""
    row = scope.session.scalars(
        select(TimeEntry)
        .where(TimeEntry.id == entry_id, TimeEntry.client_id.in_(scope.clients()))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no time entry {entry_id}")
    scope.require(Right.TIME_WRITE)
    if row.person_id != person_of(scope):
        raise Forbidden("time is changed by the person who worked it")
    if row.invoice_id:
        raise Conflict("this time is on an invoice and stays as it is")
    if scope.session.scalar(select(exists().where(Adjustment.time_entry_id == row.id))):
        raise Conflict("this time was written down or off and stays as it is")
    if row.approved_by:
        raise Conflict("this time is approved; a manager opens it again")
    check_unbilled(scope, row.id, "this time")
    return row


def _self(scope: Scope) -> Person:
    person = scope.session.get(Person, person_of(scope))
    assert person is not None  # the scope was opened for her
    return person


def _check(scope: Scope, person: Person, on: date, hours: Decimal, but: TimeEntry | None = None) -> None:
    if hours <= 0:
        raise Invalid("hours are more than 0; delete the entry to take them away")
    if on > scope.today + timedelta(days=1):
        raise Invalid("time is entered once it was worked, not for a day to come")
    already = select(func.sum(TimeEntry.hours)).where(TimeEntry.person_id == person.id, TimeEntry.date == on)
    if but is not None:
        already = already.where(TimeEntry.id != but.id)
    if hours + (scope.session.scalar(already) or ZERO) > DAY:
        raise Invalid(f"{on:%b} {on.day} would have more than 24 hours")


def _insert(
    scope: Scope,
    person: Person,
    client: Client,
    engagement: Engagement | None,
    worked: Worked,
    kept: tuple[str, Decimal | None, str, date, str | None] | None = None,
) -> TimeEntry:
    """The entry under its natural key, which is the one that a load of the exported firm gives it (workspace/records/money.py). What
    `kept` says of the row before holds its rate where neither client, day nor service change."""
    service = text_in(worked.service)
    key = (worked.on, person.email, client.ref, engagement.ref if engagement else "", service or "")
    rate = rate_for(scope, person, client.id, service, worked.on)
    if kept and kept[2:] == (client.id, worked.on, service):
        rate = kept[1]
    nth = 0
    while scope.session.scalar(select(exists().where(TimeEntry.id == stable_id("time", *key, nth)))):
        nth += 1
    row = TimeEntry(
        id=stable_id("time", *key, nth),
        client_id=client.id,
        date=worked.on,
        person_id=person.id,
        engagement_id=engagement.id if engagement else None,
        hours=worked.hours,
        service=service,
        billable=worked.billable,
        rate=rate,
        note=text_in(worked.note),
        custom={},
        entered_at=scope.now,
    )
    scope.session.add(row)
    scope.session.flush()
    return row


def _as_worked(scope: Scope, row: TimeEntry) -> Worked:
    ref = scope.session.scalars(select(Client.ref).where(Client.id == row.client_id)).one()
    work = scope.session.scalars(select(Engagement.ref).where(Engagement.id == row.engagement_id)).one_or_none()
    return Worked(ref, row.date, row.hours, work, row.service, row.note, row.billable)


def _said(row: TimeEntry) -> dict[str, Any]:
    return {"on": row.date, "hours": row.hours, "service": row.service, "note": row.note, "billable": int(row.billable)}
