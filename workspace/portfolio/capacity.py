"""Who has how much to do in each week, from the records as they stand now: what the page for moving work between people rests on.

Hours are open tasks with an estimate, in the week they are due, and what is left of the budget of open engagements without such tasks,
spread over the business days until they are due. Against them stand the weekly hours, holidays and time off taken off. Only
clients that the asker sees.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_, select

from store.errors import Invalid
from store.tables import Client, ClientScan, Engagement, Person, Task, TimeEntry
from workspace.billing.amounts import spread
from workspace.deadlines import business_days_between
from workspace.portfolio.time_off import spans_of
from workspace.portfolio.workload import WEEKS, ZERO, Load, Worker, monday_of, workload_of
from workspace.scans import latest_scans
from workspace.scope import Right, Scope, people_with
from workspace.snapshot.model import FINISHED, RETURNS
from workspace.undo import mark_of
from workspace.workflow.states import OPEN

FEWEST, MOST = 4, 12
FEW = 200
"""Marks of more pieces of work than these are read with all of the asker's, not by naming each."""
TASK, ENGAGEMENT = "task", "engagement"


class Item(NamedTuple):
    """A piece of work with hours. `key` is `task:ID` or `engagement:REF`; `due` the day that counts, None: no date; `pieces` are its hours
    by the week's Monday, what is late in this week. `owner_id` None: nobody who works here has it. `fixed`: the law sets its date, so it
    goes to somebody else and not to another week. `within` is the day of its engagement, of a task."""

    key: str
    title: str
    client_ref: str
    client: str
    engagement: str | None
    owner_id: str | None
    due: date | None
    hours: Decimal
    pieces: tuple[tuple[date, Decimal], ...]
    fixed: bool
    late: bool
    within: date | None

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0]

    @property
    def name(self) -> str:
        return self.key.partition(":")[2]


@dataclass(frozen=True)
class Capacity:
    """`loads` by the person's id, those who will lack most first; `items` by date; `unestimated` open tasks have no hours and stand in no
    week. `mondays` name the weeks."""

    mondays: tuple[date, ...]
    people: Mapping[str, Worker]
    loads: tuple[tuple[str, Load], ...]
    items: tuple[Item, ...]
    unestimated: int

    @property
    def unassigned(self) -> tuple[Item, ...]:
        return tuple(one for one in self.items if one.owner_id is None)

    @property
    def undated(self) -> tuple[Item, ...]:
        return tuple(one for one in self.items if one.due is None and one.owner_id is not None)

    def in_cell(self, person_id: str | None, monday: date | None) -> tuple[Item, ...]:
        """The work of a person (None: nobody's), in a week or in all."""
        return tuple(
            one
            for one in self.items
            if one.owner_id == person_id and (monday is None or any(week == monday for week, _ in one.pieces))
        )

    def load_of(self, person_id: str) -> Load | None:
        return dict(self.loads).get(person_id)


def capacity_of(scope: Scope, weeks: int = WEEKS) -> Capacity:
    """The workload as it stands; five queries. Raises Forbidden without capacity:read, Invalid for another number of weeks."""
    scope.require(Right.CAPACITY_READ)
    if not FEWEST <= weeks <= MOST:
        raise Invalid(f"capacity looks {FEWEST} to {MOST} weeks ahead")
    people = _people(scope)
    told = _told(scope)
    tasks, planned, unestimated = _tasks(scope, people, told)
    items = [*tasks, *_engagements(scope, people, told, planned)]
    items.sort(key=lambda one: (one.due is None, one.due or date.max, one.client_ref, one.title, one.key))
    first = monday_of(scope.today)
    return Capacity(
        mondays=tuple(first + timedelta(weeks=n) for n in range(weeks)),
        people=people,
        loads=loads_of(people, items, scope.today, weeks),
        items=tuple(items),
        unestimated=unestimated,
    )


def loads_of(
    people: Mapping[str, Worker], items: Sequence[Item], today: date, weeks: int
) -> tuple[tuple[str, Load], ...]:
    """Everybody's weeks, by id, those who will lack most first; without the clients of a week, which `in_cell` has."""
    work = [
        (
            one.client_ref,
            [(one.owner_id or "", max(monday, today).isoformat(), str(hours)) for monday, hours in one.pieces],
        )
        for one in items
    ]
    by_address = {one.email: one.id for one in people.values()}
    found = workload_of(people, work, today, weeks, everyone=True, named=0)
    return tuple((by_address[one.email], one) for one in found)


def marks_of(scope: Scope, items: Sequence[Item]) -> dict[str, str]:
    """The mark of each of these, by its key, as its row stands now; two queries at most."""
    tasks = {one.name for one in items if one.kind == TASK}
    works = {one.name for one in items if one.kind == ENGAGEMENT}
    found: dict[str, str] = {}
    if tasks:
        rows = select(Task).where(
            Task.client_id.in_(scope.clients()), Task.id.in_(tasks) if len(tasks) <= FEW else OPEN
        )
        found |= {f"{TASK}:{one.id}": mark_of(one) for one in scope.session.scalars(rows) if one.id in tasks}
    if works:
        wanted = Engagement.ref.in_(works) if len(works) <= FEW else Engagement.stage.not_in(FINISHED)
        work = select(Engagement).where(Engagement.client_id.in_(scope.clients()), wanted)
        found |= {f"{ENGAGEMENT}:{one.ref}": mark_of(one) for one in scope.session.scalars(work) if one.ref in works}
    return found


def planned_as(one: Item, owner_id: str | None, due: date | None, today: date) -> Item:
    """The same work with another owner or day."""
    return one._replace(
        owner_id=owner_id, due=due, pieces=pieces_of(one.kind, one.hours, due, today), late=_late(due, today)
    )


def pieces_of(kind: str, hours: Decimal, due: date | None, today: date) -> tuple[tuple[date, Decimal], ...]:
    """Hours by week: a task's in the week it is due, an engagement's over the business days from today until it is due. What is late is in
    this week; their sum is `hours` to the hundredth."""
    if due is None or not hours:
        return ()
    if kind == TASK or due <= today:
        return ((monday_of(max(due, today)), hours),)
    mondays, days = list[date](), list[Decimal]()
    monday = monday_of(today)
    while monday <= due:
        start, end = max(monday, today), min(monday + timedelta(days=7), due + timedelta(days=1))
        count = business_days_between(start, end)
        if count:
            mondays.append(monday)
            days.append(Decimal(count))
        monday += timedelta(days=7)
    if not days:
        return ((monday_of(due), hours),)
    parts = zip(mondays, spread(hours, days), strict=True)
    return tuple((week, part) for week, part in parts if part)


def _late(due: date | None, today: date) -> bool:
    return due is not None and due < today


def _people(scope: Scope) -> dict[str, Worker]:
    """Who can have work, by id."""
    rows = scope.session.scalars(
        select(Person).where(Person.active, people_with(Right.TASK_WRITE)).order_by(Person.name, Person.id)
    )
    off = spans_of(scope)
    return {
        one.id: Worker(one.id, one.name, one.email, one.role, one.weekly_hours, off.get(one.id, ())) for one in rows
    }


def _told(scope: Scope) -> dict[str, tuple[date | None, date]]:
    """The nominal and the counting day of each engagement as the last scan computed them, by ref."""
    latest = latest_scans()
    rows = scope.session.scalars(
        select(ClientScan.read["deadlines"])
        .join(latest, and_(latest.c.client_id == ClientScan.client_id, latest.c.as_of == ClientScan.as_of))
        .where(ClientScan.client_id.in_(scope.clients()))
    )
    return {
        str(one["ref"]): (date.fromisoformat(one["nominal_due"]), date.fromisoformat(one["due"]))
        for deadlines in rows
        for one in deadlines or ()
        if one["kind"] == "engagement"
    }


def due_by(entered: date | None, ref: str, told: Mapping[str, tuple[date | None, date]]) -> date | None:
    """The day that counts of an engagement: the one on record, rolled as the last scan rolled it, or the one that the scan computed where
    none is."""
    nominal, due = told.get(ref, (None, None))
    return due if entered is None or entered == nominal else entered


def _tasks(
    scope: Scope, people: Mapping[str, Worker], told: Mapping[str, tuple[date | None, date]]
) -> tuple[list[Item], set[str | None], int]:
    """Open tasks with an estimate, those without a day of their own by their engagement's; the ids of the engagements that others plan;
    and how many have no estimate."""
    entered = func.coalesce(Engagement.extended_to, Engagement.due)
    rows = scope.session.execute(
        # columns, no objects: of thousands of tasks those cost more than the query
        select(Task.id, Task.title, Task.owner_id, Task.due, Task.estimate_hours, Task.engagement_id)
        .add_columns(Client.ref, Client.name, Engagement.ref, Engagement.title, entered)
        .join(Client, Client.id == Task.client_id)
        .outerjoin(Engagement, Engagement.id == Task.engagement_id)
        .where(Task.client_id.in_(scope.clients()), OPEN)
        .where(or_(Engagement.id.is_(None), Engagement.stage.not_in(FINISHED)))
    ).all()
    estimated = [row for row in rows if row.estimate_hours]
    planned = {row.engagement_id for row in estimated if row.due is not None}
    return [_of_task(row, people, told, scope.today) for row in estimated], planned, len(rows) - len(estimated)


def _of_task(
    row: Sequence[Any], people: Mapping[str, Worker], told: Mapping[str, tuple[date | None, date]], today: date
) -> Item:
    task_id, title, owner, own, hours, _, ref, client, work, work_title, entered = row
    within = due_by(entered, work, told) if work is not None else None
    due = own or within
    return Item(
        key=f"{TASK}:{task_id}",
        title=title,
        client_ref=ref,
        client=client,
        engagement=work_title,
        owner_id=owner if owner in people else None,
        due=due,
        hours=hours,
        pieces=pieces_of(TASK, hours, due, today),
        fixed=False,
        late=_late(due, today),
        within=within,
    )


def _engagements(
    scope: Scope,
    people: Mapping[str, Worker],
    told: Mapping[str, tuple[date | None, date]],
    planned: set[str | None],
) -> Iterator[Item]:
    """What is left of the budget of open engagements that no estimated task plans."""
    logged = (
        select(TimeEntry.engagement_id, func.sum(TimeEntry.hours).label("hours"))
        .where(TimeEntry.client_id.in_(scope.clients()), TimeEntry.date <= scope.today)
        .group_by(TimeEntry.engagement_id)
        .subquery()
    )
    rows = scope.session.execute(
        select(Engagement.id, Engagement.ref, Engagement.title, Engagement.template, Engagement.owner_id)
        .add_columns(func.coalesce(Engagement.extended_to, Engagement.due), Engagement.budget_hours)
        .add_columns(Client.ref, Client.name, logged.c.hours)
        .join(Client, Client.id == Engagement.client_id)
        .outerjoin(logged, logged.c.engagement_id == Engagement.id)
        .where(
            Engagement.client_id.in_(scope.clients()),
            Engagement.stage.not_in(FINISHED),
            Engagement.budget_hours > ZERO,
        )
    ).all()
    for row_id, work, title, template, owner, entered, budget, ref, client, hours in rows:
        left = max((budget or ZERO) - (hours or ZERO), ZERO)
        if not left or row_id in planned:
            continue
        due = due_by(entered, work, told)
        yield Item(
            key=f"{ENGAGEMENT}:{work}",
            title=title,
            client_ref=ref,
            client=client,
            engagement=None,
            owner_id=owner if owner in people else None,
            due=due,
            hours=left,
            pieces=pieces_of(ENGAGEMENT, left, due, scope.today),
            fixed=template in RETURNS,
            late=_late(due, scope.today),
            within=None,
        )
