"""Work in progress: open time and expenses by client and engagement; and what is taken off or put on it, each with a reason and a person.

Time is never deleted: a write-off is an adjustment that takes the whole value, and it can be restored as long as nothing billed the time.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from store.audit import AuditTag
from store.database import touch
from store.errors import Conflict, Invalid, NotFound
from store.ids import new_id
from store.tables import Adjustment, Client, Engagement, Expense, Person, TimeEntry
from workspace.acting import person_of, record
from workspace.billing.acts import engagement_of, reason_in
from workspace.billing.amounts import ZERO, spread
from workspace.billing.work import OPEN, OPEN_EXPENSE, Cost, Work, cents_of, costs_of, work_of
from workspace.scope import Right, Scope, access_client


@dataclass(frozen=True)
class InHand:
    """Open work of an engagement (of a client's own where `engagement_ref` is None), dollars. `value` is at standard less write-downs,
    `oldest` the day of its first entry or expense."""

    client_ref: str
    client: str
    engagement_ref: str | None
    engagement: str | None
    hours: Decimal
    standard: Decimal
    value: Decimal
    expenses: Decimal
    oldest: date


def open_work(scope: Scope, *conditions: ColumnElement[bool], locked: bool = False) -> list[Work]:
    """Open entries of time, oldest first; two queries. Raises Forbidden without rates:see."""
    scope.require(Right.RATES_SEE)
    return work_of(scope, OPEN, *conditions, locked=locked)


def open_costs(scope: Scope, *conditions: ColumnElement[bool]) -> list[Cost]:
    """Open expenses, oldest first; two queries. Raises Forbidden without rates:see."""
    scope.require(Right.RATES_SEE)
    return costs_of(scope, OPEN_EXPENSE, *conditions)


def wip_of(scope: Scope, client_ref: str | None = None) -> tuple[InHand, ...]:
    """Work in progress by engagement, the largest first; of one client or of all that the asker may see. Four queries."""
    of_time: tuple[ColumnElement[bool], ...] = ()
    of_cost: tuple[ColumnElement[bool], ...] = ()
    if client_ref is not None:
        client = access_client(scope, client_ref, Right.RATES_SEE)
        of_time, of_cost = (TimeEntry.client_id == client.id,), (Expense.client_id == client.id,)
    scope.require(Right.RATES_SEE)
    value = func.sum(cents_of(TimeEntry.hours, func.coalesce(TimeEntry.rate, Person.standard_rate)))
    hours = func.sum(TimeEntry.hours)
    time = _by_work(scope, TimeEntry, (OPEN, *of_time), value, func.min(TimeEntry.date), hours, person=True)
    spent = _by_work(scope, Expense, (OPEN_EXPENSE, *of_cost), func.sum(Expense.amount), func.min(Expense.on))
    off = _off(scope, TimeEntry, Adjustment.time_entry_id, (OPEN, *of_time))
    cost_off = _off(scope, Expense, Adjustment.expense_id, (OPEN_EXPENSE, *of_cost))
    found = []
    for key in {**time, **spent}:
        (ref, name, work_ref, work), cents, since, worked = time.get(key) or (spent[key][0], 0, None, ZERO)
        _, amount, first, _ = spent.get(key) or (None, ZERO, None, None)
        standard = Decimal(int(cents)).scaleb(-2)
        found.append(
            InHand(
                client_ref=ref,
                client=name,
                engagement_ref=work_ref,
                engagement=work,
                hours=worked,
                standard=standard,
                value=standard - off.get(key, ZERO),
                expenses=amount - cost_off.get(key, ZERO),
                oldest=min(day for day in (since, first) if day is not None),
            )
        )
    return _largest_first(found)


Key = tuple[str, str | None]
"""Ids of a client and of its engagement."""


def _by_work(
    scope: Scope, table: Any, conditions: Sequence[ColumnElement[bool]], *sums: Any, person: bool = False
) -> dict[Key, tuple[tuple[str, str, str | None, str | None], Any, date, Any]]:
    """Of open entries or expenses by client and engagement: whose they are, what they sum up to, since when, and what else is summed."""
    # summed up before names are looked up: once for each engagement, not once for each entry
    summed = select(table.client_id, table.engagement_id, *(one.label(f"sum_{n}") for n, one in enumerate(sums)))
    summed = summed.where(table.client_id.in_(scope.clients()), *conditions)
    if person:
        summed = summed.join(Person, Person.id == table.person_id)
    of = summed.group_by(table.client_id, table.engagement_id).subquery()
    query = (
        select(of.c.client_id, of.c.engagement_id, Client.ref, Client.name, Engagement.ref, Engagement.title)
        .add_columns(*list(of.c)[2:])
        .join(Client, Client.id == of.c.client_id)
        .outerjoin(Engagement, Engagement.id == of.c.engagement_id)
    )
    rows: Sequence[Any] = scope.session.execute(query).all()
    return {
        (row[0], row[1]): ((row[2], row[3], row[4], row[5]), row[6], row[7], row[8] if len(row) > 8 else None)
        for row in rows
    }


def _off(scope: Scope, table: Any, column: Any, conditions: Sequence[ColumnElement[bool]]) -> dict[Key, Decimal]:
    """What was taken off them by client and engagement."""
    query = (
        select(table.client_id, table.engagement_id, func.sum(Adjustment.amount))
        .join(table, table.id == column)
        .where(Adjustment.client_id.in_(scope.clients()), *conditions)
        .group_by(table.client_id, table.engagement_id)
    )
    return {(client, work): amount for client, work, amount in scope.session.execute(query)}


def open_by_day(scope: Scope) -> tuple[dict[date, Decimal], dict[date, Decimal]]:
    """What open time and open expenses are worth, by their day, less what was taken off them, dollars; four queries. Raises Forbidden
    without rates:see."""
    scope.require(Right.RATES_SEE)
    worth = func.sum(cents_of(TimeEntry.hours, func.coalesce(TimeEntry.rate, Person.standard_rate)))
    worked = (
        select(TimeEntry.date, worth)
        .join(Person, Person.id == TimeEntry.person_id)
        .where(TimeEntry.client_id.in_(scope.clients()), OPEN)
        .group_by(TimeEntry.date)
    )
    spent = (
        select(Expense.on, func.sum(Expense.amount))
        .where(Expense.client_id.in_(scope.clients()), OPEN_EXPENSE)
        .group_by(Expense.on)
    )
    time = {day: Decimal(int(cents)).scaleb(-2) for day, cents in scope.session.execute(worked).tuples()}
    costs = dict(scope.session.execute(spent).tuples().all())
    for found, table, day, column, condition in (
        (time, TimeEntry, TimeEntry.date, Adjustment.time_entry_id, OPEN),
        (costs, Expense, Expense.on, Adjustment.expense_id, OPEN_EXPENSE),
    ):
        off = select(day, func.sum(Adjustment.amount)).join(table, table.id == column)
        off = off.where(Adjustment.client_id.in_(scope.clients()), condition).group_by(day)
        for on, amount in scope.session.execute(off).tuples():
            found[on] -= amount
    return time, costs


def in_hand(work: Iterable[Work], costs: Iterable[Cost]) -> tuple[InHand, ...]:
    """Entries and expenses summed up by engagement."""
    groups: dict[tuple[str, str | None], tuple[list[Work], list[Cost]]] = defaultdict(lambda: ([], []))
    for entry in work:
        groups[entry.client_ref, entry.engagement_id][0].append(entry)
    for cost in costs:
        groups[cost.client_ref, cost.engagement_id][1].append(cost)
    found = []
    for (ref, _), (entries, spent) in groups.items():
        first = entries[0] if entries else spent[0]
        found.append(
            InHand(
                client_ref=ref,
                client=first.client,
                engagement_ref=first.engagement_ref,
                engagement=first.engagement,
                hours=sum((one.hours for one in entries), ZERO),
                standard=sum((one.standard for one in entries), ZERO),
                value=sum((one.value for one in entries), ZERO),
                expenses=sum((one.value for one in spent), ZERO),
                oldest=min([one.date for one in entries] + [one.on for one in spent]),
            )
        )
    return _largest_first(found)


def _largest_first(found: Iterable[InHand]) -> tuple[InHand, ...]:
    return tuple(sorted(found, key=lambda one: (-one.value - one.expenses, one.client, one.engagement or "")))


def write_off(scope: Scope, client_ref: str, entry_ids: Sequence[str], reason: str) -> Decimal:
    """Write the whole value of open entries and expenses off; dollars. Raises NotFound, Forbidden without wip:adjust, Invalid without a
    reason, Conflict for an entry that is not open."""
    client = access_client(scope, client_ref, Right.WIP_ADJUST)
    person_of(scope)
    why = reason_in(reason)
    wanted = set(entry_ids)
    entries = open_work(scope, TimeEntry.client_id == client.id, TimeEntry.id.in_(wanted), locked=True)
    costs = open_costs(scope, Expense.client_id == client.id, Expense.id.in_(wanted))
    if not wanted or len(entries) + len(costs) != len(wanted):
        raise Conflict("some of this is no longer open; reload and choose again")
    taken = ZERO
    for entry in entries:
        adjust(scope, "write-off", entry.value, why, entry=entry)
        taken += entry.value
    for cost in costs:
        adjust(scope, "write-off", cost.value, why, cost=cost)
        taken += cost.value
    for table in (TimeEntry, Expense):
        scope.session.execute(update(table).where(table.id.in_(wanted)).values(written_off_on=scope.today))
    touch(scope.session, client.id)
    _on_trail(scope, client, "write-off", taken, why, len(wanted))
    return taken


def write_to(scope: Scope, client_ref: str, engagement: str | None, value: Decimal, reason: str) -> Decimal:
    """Write the open time of an engagement (of none where `engagement` is None) down or up to `value` dollars, in proportion to what each
    entry is worth; what was taken off, negative for a write-up. Raises as `write_off`, Invalid for a value below 0."""
    client = access_client(scope, client_ref, Right.WIP_ADJUST)
    person_of(scope)
    work, why = engagement_of(scope, client, engagement), reason_in(reason)
    same = TimeEntry.engagement_id == work.id if work else TimeEntry.engagement_id.is_(None)
    entries = open_work(scope, TimeEntry.client_id == client.id, same, locked=True)
    whole = sum((one.value for one in entries), ZERO)
    if value < 0:
        raise Invalid("time is written down to 0 at the lowest")
    if whole <= 0:
        raise Conflict("there is no open time of any value to write down or up")
    off = whole - value
    kind = "write-down" if off > 0 else "write-up"
    for entry, part in zip(entries, spread(off, [one.value for one in entries]), strict=True):
        if part:
            adjust(scope, kind, part, why, entry=entry)
    touch(scope.session, client.id)
    _on_trail(scope, client, kind, off, why, len(entries))
    return off


def restore(scope: Scope, client_ref: str, entry_id: str, reason: str) -> Decimal:
    """Take the write-off of an entry or an expense back: it is open again at what it was worth before; dollars. Raises as `write_off`."""
    client = access_client(scope, client_ref, Right.WIP_ADJUST)
    person_of(scope)
    why = reason_in(reason)
    row: TimeEntry | Expense | None = scope.session.scalars(
        select(TimeEntry).where(TimeEntry.id == entry_id, TimeEntry.client_id == client.id).with_for_update()
    ).one_or_none()
    column = Adjustment.time_entry_id
    if row is None:
        column = Adjustment.expense_id
        row = scope.session.scalars(
            select(Expense).where(Expense.id == entry_id, Expense.client_id == client.id).with_for_update()
        ).one_or_none()
    if row is None:
        raise NotFound(f"there is nothing of {client_ref} under {entry_id}")
    if row.written_off_on is None:
        raise Conflict("this was not written off")
    taken = select(func.sum(Adjustment.amount)).where(column == row.id, Adjustment.kind.in_(("write-off", "restored")))
    amount = scope.session.scalars(taken).one() or ZERO
    row.written_off_on = None
    own = {column.key: row.id}
    _add(scope, client.id, row.engagement_id, "restored", -amount, why, **own)
    scope.session.flush()
    _on_trail(scope, client, "restored", -amount, why, 1)
    return amount


def adjust(
    scope: Scope, kind: str, amount: Decimal, reason: str, *, entry: Work | None = None, cost: Cost | None = None
) -> None:
    """Put an adjustment of an entry or an expense on record; `amount` is what is taken off."""
    of = entry or cost
    assert of is not None
    own = {"time_entry_id": entry.id if entry else None, "expense_id": cost.id if cost else None}
    _add(scope, of.client_id, of.engagement_id, kind, amount, reason, **own)


def adjust_bill(
    scope: Scope, client_id: str, engagement_id: str | None, invoice_id: str, kind: str, amount: Decimal, reason: str
) -> None:
    """Put an adjustment that a bill brings with it on record."""
    _add(scope, client_id, engagement_id, kind, amount, reason, invoice_id=invoice_id)


def _add(
    scope: Scope, client_id: str, engagement_id: str | None, kind: str, amount: Decimal, reason: str, **own: str | None
) -> None:
    row = Adjustment(
        id=new_id("adj"),
        client_id=client_id,
        engagement_id=engagement_id,
        kind=kind,
        amount=amount,
        reason=reason,
        person_id=person_of(scope),
        on=scope.today,
        at=scope.now,
        **own,
    )
    scope.session.add(row)


def _on_trail(scope: Scope, client: Client, kind: str, amount: Decimal, reason: str, entries: int) -> None:
    scope.session.flush()
    record(
        scope,
        AuditTag.WIP_ADJUSTED,
        f"client:{client.id}",
        client.id,
        kind=kind,
        amount=amount,
        reason=reason,
        entries=entries,
    )


@dataclass(frozen=True)
class Taken:
    """An act that took value off (above 0) or put it on, dollars: of one moment, kind, reason and engagement. `written_off` are the entries
    and expenses of a write-off that were not restored since."""

    on: date
    kind: str
    engagement: str | None
    reason: str
    amount: Decimal
    entries: int
    written_off: tuple[str, ...]


def acts_of(scope: Scope, client_ref: str, most: int) -> tuple[Taken, ...]:
    """The newest acts on a client's work; two queries. Raises NotFound, Forbidden without rates:see."""
    client = access_client(scope, client_ref, Right.RATES_SEE)
    still_off = func.coalesce(TimeEntry.written_off_on, Expense.written_off_on)
    query = (
        select(Adjustment, Engagement.title, still_off)
        .outerjoin(Engagement, Engagement.id == Adjustment.engagement_id)
        .outerjoin(TimeEntry, TimeEntry.id == Adjustment.time_entry_id)
        .outerjoin(Expense, Expense.id == Adjustment.expense_id)
        .where(Adjustment.client_id == client.id)
        .order_by(Adjustment.at.desc(), Adjustment.id)
    )
    groups: dict[tuple[object, ...], list[tuple[Adjustment, str | None, bool]]] = defaultdict(list)
    for row, title, off in scope.session.execute(query):
        groups[row.at, row.kind, row.reason, title].append((row, title, off is not None))
    return tuple(_as_act(rows) for rows in list(groups.values())[:most])


def _as_act(rows: Sequence[tuple[Adjustment, str | None, bool]]) -> Taken:
    first, title, _ = rows[0]
    off = [row.time_entry_id or row.expense_id or "" for row, _, is_off in rows if is_off and row.kind == "write-off"]
    amount = sum((row.amount for row, *_ in rows), ZERO)
    return Taken(first.on, first.kind, title, first.reason, amount, len(rows), tuple(off))
