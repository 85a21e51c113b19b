"""A person's week on one sheet: rows of client, engagement and service, columns of days, totals, against the weekly hours.

A cell is the hours of one day. It is written to when nothing or one open entry of the asker's own lies under it; several entries, and those
that are locked, are shown and changed one by one.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import or_, select

from store.errors import Conflict, Invalid, NotFound
from store.tables import Client, Engagement, Person, TimeEntry
from workspace.acting import person_of
from workspace.billing.amounts import ZERO, hours_in
from workspace.billing.time import Worked, add_time, change_time, delete_time, without_dollars
from workspace.billing.work import Work, work_of
from workspace.scope import Right, Scope

DAYS = 7


@dataclass(frozen=True)
class Cell:
    """Hours of one day in a row. `entry_id` is the one entry under it, None for none or several; `locked`: not written to here."""

    on: date
    hours: Decimal
    entry_id: str | None
    locked: bool


@dataclass(frozen=True)
class Line:
    """A row of the sheet. `key` names it in the form; `value` is dollars at standard, None without rates:see."""

    key: str
    client_ref: str
    client: str
    engagement_ref: str | None
    engagement: str | None
    service: str | None
    billable: bool
    cells: tuple[Cell, ...]
    hours: Decimal
    value: Decimal | None


@dataclass(frozen=True)
class Week:
    """The sheet. `totals` are hours by day, `expected` the weekly hours, None where none are recorded; `value` None without rates:see."""

    monday: date
    days: tuple[date, ...]
    lines: tuple[Line, ...]
    totals: tuple[Decimal, ...]
    hours: Decimal
    billable: Decimal
    expected: Decimal | None
    value: Decimal | None
    entries: tuple[Work, ...]


@dataclass(frozen=True)
class Choice:
    """An open engagement that time can be entered on."""

    client_ref: str
    client: str
    engagement_ref: str
    engagement: str

    @property
    def label(self) -> str:
        """What a person chooses from a list; its ref makes it one of a kind."""
        return f"{self.client}, {self.engagement} [{self.engagement_ref}]"


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_of(scope: Scope, day: date) -> Week:
    """The asker's week around a day, with the rows of the week before it to go on with; three queries."""
    by, monday = person_of(scope), monday_of(day)
    scope.require(Right.TIME_WRITE)
    person = scope.session.get(Person, by)
    before = monday - timedelta(days=DAYS)
    mine = work_of(scope, TimeEntry.person_id == by, TimeEntry.date.between(before, monday + timedelta(days=6)))
    sees = scope.has(Right.RATES_SEE)
    if not sees:
        mine = [without_dollars(one) for one in mine]
    days = tuple(monday + timedelta(days=n) for n in range(DAYS))
    lines = _lines(mine, days, sees)
    entries = tuple(one for one in mine if one.date >= monday)
    return Week(
        monday=monday,
        days=days,
        lines=lines,
        totals=tuple(sum((one.hours for one in entries if one.date == on), ZERO) for on in days),
        hours=sum((one.hours for one in entries), ZERO),
        billable=sum((one.hours for one in entries if one.state != "not-billable"), ZERO),
        expected=person.weekly_hours if person else None,
        value=sum((one.standard for one in entries), ZERO) if sees else None,
        entries=entries,
    )


def choices(scope: Scope) -> tuple[Choice, ...]:
    """Open engagements of the asker's clients, by client; one query."""
    query = (
        select(Client.ref, Client.name, Engagement.ref, Engagement.title)
        .join(Client, Client.id == Engagement.client_id)
        .where(Engagement.client_id.in_(scope.clients()), Engagement.stage.not_in(("filed", "done")))
        .order_by(Client.name, Engagement.title, Engagement.ref)
    )
    return tuple(Choice(*row) for row in scope.session.execute(query).tuples())


def chosen(scope: Scope, text: str) -> tuple[str, str | None]:
    """The refs of client and engagement that a person chose from `choices`: a label, an engagement's ref, or a client's ref alone.
    Raises Invalid."""
    wanted = text.strip()
    for one in choices(scope):
        if wanted in (one.label, one.engagement_ref):
            return one.client_ref, one.engagement_ref
    query = select(Client.ref).where(Client.id.in_(scope.clients()), or_(Client.ref == wanted, Client.name == wanted))
    refs = scope.session.scalars(query.limit(2)).all()
    if len(refs) != 1:
        raise Invalid("choose an engagement from the list, or name a client by its ref")
    return refs[0], None


def _key(one: Work) -> str:
    return "|".join(
        (one.client_ref, one.engagement_ref or "", one.service or "", "0" if one.state == "not-billable" else "1")
    )


def _lines(mine: list[Work], days: tuple[date, ...], sees: bool) -> tuple[Line, ...]:
    rows: dict[str, list[Work]] = defaultdict(list)
    for one in sorted(mine, key=lambda w: (w.client, w.engagement or "", w.service or "")):
        rows[_key(one)].append(one)
    found = []
    for key, entries in rows.items():
        first, here = entries[0], [one for one in entries if one.date in days]
        found.append(
            Line(
                key=key,
                client_ref=first.client_ref,
                client=first.client,
                engagement_ref=first.engagement_ref,
                engagement=first.engagement,
                service=first.service,
                billable=first.state != "not-billable",
                cells=tuple(_cell(on, [one for one in here if one.date == on]) for on in days),
                hours=sum((one.hours for one in here), ZERO),
                value=sum((one.standard for one in here), ZERO) if sees else None,
            )
        )
    return tuple(found)


def _cell(on: date, entries: list[Work]) -> Cell:
    locked = len(entries) > 1 or any(one.approved or one.state in ("billed", "written-off") for one in entries)
    entry = entries[0].id if len(entries) == 1 else None
    return Cell(on, sum((one.hours for one in entries), ZERO), entry, locked)


def save_week(scope: Scope, day: date, cells: Mapping[tuple[str, date], tuple[str, str]]) -> int:
    """Write cells of the sheet: by row and day what stands in them now and what stood when the page was made. How many changed.

    Raises Conflict when a cell was changed since or is locked, Invalid for hours that are none; nothing is written then."""
    week = week_of(scope, day)
    known = {(line.key, cell.on): (line, cell) for line in week.lines for cell in line.cells}
    changed = 0
    for (key, on), (now, was) in cells.items():
        wanted = hours_in(now) if now.strip() else ZERO
        before = hours_in(was) if was.strip() else ZERO
        if wanted == before:
            continue
        if on not in week.days:
            raise Invalid(f"{on} is not of this week")
        if (key, on) not in known:
            raise NotFound("a row of this sheet is no longer there; reload the page")
        line, cell = known[key, on]
        if cell.hours != before or cell.locked:
            raise Conflict(f"{line.client}, {on:%a}: the hours were changed elsewhere; reload the page")
        _write(scope, line, cell, wanted)
        changed += 1
    return changed


def _write(scope: Scope, line: Line, cell: Cell, hours: Decimal) -> None:
    if cell.entry_id is None:
        worked = Worked(line.client_ref, cell.on, hours, line.engagement_ref, line.service, None, line.billable)
        add_time(scope, worked)
    elif hours == 0:
        delete_time(scope, cell.entry_id)
    else:
        change_time(scope, cell.entry_id, {"hours": hours})
