"""The firm's open work by stage, as a list, by person and by client: exact counts, the first few of each, and the rest a page away.

Reads only, in a fixed number of queries whatever the firm's size. Finished work stands on the board for 60 days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from store.errors import Invalid
from store.rows import STAGES
from store.tables import Client, Engagement, Person, Task, TimeEntry
from workspace.scope import Right, Scope
from workspace.workflow.needs import Needed, unmet
from workspace.workflow.states import OPEN as TASK_OPEN

FINISHED = ("filed", "done")
OPEN = tuple(stage for stage in STAGES if stage not in FINISHED)
SHOWN, PAGE = 12, 100
LATELY = timedelta(days=60)
DUE = {"late": "Overdue", "week": "Due in 7 days", "month": "Due in 30 days", "none": "Without a date"}
ORDERS = ("list", "person", "client")
due_day = func.coalesce(Engagement.extended_to, Engagement.due)  # the day that counts
_FAR = date(9999, 12, 31)


@dataclass(frozen=True)
class Filter:
    """What is asked for. `person` is an owner's id ("-": nobody's), `client` a ref, `due` a key of DUE, `words` of titles and names."""

    person: str = ""
    client: str = ""
    template: str = ""
    stage: str = ""
    due: str = ""
    words: str = ""


@dataclass(frozen=True)
class Card:
    """An engagement on the board. `logged` and `budget` are hours; `done` of `steps` are done, `late` of the open ones overdue; `needs` is
    what it waits for, as far as the asker may see it; `mark` is for the form that changes it."""

    id: str
    ref: str
    title: str
    client_ref: str
    client: str
    template: str
    stage: str
    due: date | None
    owner_id: str | None
    owner: str | None
    progress: int | None
    budget: Decimal | None
    logged: Decimal
    steps: int
    done: int
    late: int
    needs: tuple[Needed, ...]
    finished_on: date | None

    @property
    def share(self) -> int | None:
        """Percent of the budget that is used, None without one."""
        return int(self.logged * 100 / self.budget) if self.budget else None


@dataclass(frozen=True)
class Column:
    """A stage with how many engagements are at it and the first of them."""

    stage: str
    count: int
    cards: tuple[Card, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.cards)


@dataclass(frozen=True)
class Load:
    """What a person has: open engagements, hours of their budgets that are left, open and overdue tasks. `id` None: nobody's."""

    id: str | None
    name: str
    engagements: int
    hours_left: Decimal
    tasks: int
    late: int


def board_of(scope: Scope, wanted: Filter, shown: int = SHOWN) -> list[Column]:
    """The columns in the order of the stages; four queries."""
    first = func.row_number().over(
        partition_by=Engagement.stage, order_by=(func.coalesce(due_day, _FAR), Engagement.ref)
    )
    many = func.count().over(partition_by=Engagement.stage)
    ranked = _matching(scope, wanted).add_columns(first.label("place"), many.label("many")).subquery()
    rows = scope.session.execute(
        _cards().add_columns(ranked.c.many).join(ranked, ranked.c.id == Engagement.id).where(ranked.c.place <= shown)
    ).all()
    counts = {row.stage: int(row.many) for row in rows}
    cards = cards_of(scope, rows)
    return [
        Column(stage, counts.get(stage, 0), tuple(card for card in cards if card.stage == stage)) for stage in STAGES
    ]


def listing(scope: Scope, wanted: Filter, order: str = "list", page: int = 1) -> tuple[list[Card], int]:
    """A page of 100 by due date, or by person or client and then due date, and how many there are in all; five queries. Raises Invalid."""
    if order not in ORDERS:
        raise Invalid(f"the list is ordered by one of {', '.join(ORDERS)}")
    within = _matching(scope, wanted).subquery()
    total = scope.session.scalars(select(func.count()).select_from(within)).one()
    first: dict[str, list[Any]] = {"list": [], "person": [Person.name.is_(None), Person.name], "client": [Client.name]}
    query = (
        _cards()
        .join(within, within.c.id == Engagement.id)
        .order_by(None)
        .order_by(*first[order], func.coalesce(due_day, _FAR), Engagement.ref)
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
    )
    return cards_of(scope, scope.session.execute(query).all()), total


def cards_of(scope: Scope, rows: Sequence[Any]) -> list[Card]:
    """Cards of rows of `_cards()`, whatever follows in them, with steps, hours and what they wait for; three queries."""
    ids = [row.id for row in rows]
    steps, hours, needs = _steps(scope, ids), _hours(scope, ids), unmet(scope, ids)
    made = []
    for one in rows:
        count, done, late = steps.get(one.id, (0, 0, 0))
        made.append(
            Card(
                one.id,
                one.ref,
                one.title,
                one.client_ref,
                one.client,
                one.template,
                one.stage,
                one.due,
                one.owner_id,
                one.owner,
                one.progress,
                one.budget_hours,
                hours.get(one.id, Decimal(0)),
                count,
                done,
                late,
                tuple(needs.get(one.id, ())),
                one.finished_on,
            )
        )
    return made


def card_of(scope: Scope, engagement_id: str) -> Card | None:
    """One engagement of the scope as a card."""
    query = _cards().where(Engagement.id == engagement_id, Engagement.client_id.in_(scope.clients()))
    return next(iter(cards_of(scope, scope.session.execute(query).all())), None)


def loads(scope: Scope, wanted: Filter) -> list[Load]:
    """What each person has of the work that matches, the most first; three queries."""
    scope.require(Right.CLIENT_READ)
    within = _matching(scope, wanted).where(Engagement.stage.in_(OPEN)).subquery()
    logged = (
        select(TimeEntry.engagement_id, func.sum(TimeEntry.hours).label("hours"))
        .join(within, within.c.id == TimeEntry.engagement_id)
        .group_by(TimeEntry.engagement_id)
        .subquery()
    )
    rows = scope.session.execute(
        select(Engagement.owner_id, Engagement.budget_hours, logged.c.hours)
        .join(within, within.c.id == Engagement.id)
        .outerjoin(logged, logged.c.engagement_id == Engagement.id)
    ).tuples()
    work: dict[str | None, list[Decimal]] = {}
    for owner, budget, hours in rows:
        work.setdefault(owner, []).append(max((budget or Decimal(0)) - (hours or Decimal(0)), Decimal(0)))
    tasks = _tasks_by_owner(scope, wanted)
    names = people_of(scope)
    found = [
        Load(
            key,
            names.get(key or "", "Nobody"),
            len(work.get(key, ())),
            sum(work.get(key, ()), Decimal(0)),
            *tasks.get(key, (0, 0)),
        )
        for key in {*work, *tasks}
    ]
    return sorted(found, key=lambda one: (-one.hours_left, -one.engagements, one.name))


def people_of(scope: Scope) -> dict[str, str]:
    """Everybody who has or had work here, by id: the name."""
    return dict(scope.session.execute(select(Person.id, Person.name).order_by(Person.name)).tuples().all())


def _tasks_by_owner(scope: Scope, wanted: Filter) -> dict[str | None, tuple[int, int]]:
    within = _matching(scope, wanted).where(Engagement.stage.in_(OPEN)).subquery()
    rows = scope.session.execute(
        select(Task.owner_id, func.count(), func.count().filter(Task.due < scope.today))
        .join(within, within.c.id == Task.engagement_id)
        .where(TASK_OPEN)
        .group_by(Task.owner_id)
    ).tuples()
    return {owner: (count, late) for owner, count, late in rows}


def _cards() -> Select[Any]:
    one = Engagement
    return (
        select(one.id, one.ref, one.title, one.template, one.stage, due_day.label("due"), one.owner_id, one.progress)
        .add_columns(one.budget_hours, func.coalesce(one.filed_on, one.finished_on).label("finished_on"))
        .add_columns(Client.ref.label("client_ref"), Client.name.label("client"), Person.name.label("owner"))
        .join(Client, Client.id == Engagement.client_id)
        .outerjoin(Person, Person.id == Engagement.owner_id)
        .order_by(func.coalesce(due_day, _FAR), Engagement.ref)
    )


def _matching(scope: Scope, wanted: Filter) -> Select[str]:
    """The ids of the engagements asked for: open ones, and those finished lately."""
    scope.require(Right.CLIENT_READ)
    lately = func.coalesce(Engagement.filed_on, Engagement.finished_on) >= scope.today - LATELY
    query = (
        select(Engagement.id)
        .join(Client, Client.id == Engagement.client_id)
        .where(Engagement.client_id.in_(scope.clients()), or_(Engagement.stage.in_(OPEN), lately))
    )
    return query.where(*_conditions(wanted, scope.today))


def _conditions(wanted: Filter, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.person:
        nobody = wanted.person == "-"
        found.append(Engagement.owner_id.is_(None) if nobody else Engagement.owner_id == wanted.person)
    if wanted.client:
        found.append(Client.ref == wanted.client)
    if wanted.template:
        found.append(Engagement.template == wanted.template)
    if wanted.stage:
        stages = {"open": OPEN, "finished": FINISHED}.get(wanted.stage, (wanted.stage,))
        found.append(Engagement.stage.in_(stages))
    if wanted.due:
        found += _by_due(wanted.due, today)
    for word in wanted.words.split()[:6]:
        like = f"%{word.replace('%', '').replace('_', '')}%"
        found.append(or_(Engagement.title.ilike(like), Client.name.ilike(like), Engagement.ref.ilike(like)))
    return found


def _by_due(due: str, today: date) -> list[ColumnElement[bool]]:
    open_ = Engagement.stage.in_(OPEN)
    if due == "none":
        return [open_, due_day.is_(None)]
    if due == "late":
        return [open_, due_day < today]
    days = {"week": 7, "month": 30}.get(due)
    return [open_, due_day.between(today, today + timedelta(days=days))] if days else []


def _steps(scope: Scope, ids: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """Of each engagement: steps, those done, those open and overdue."""
    open_ = TASK_OPEN
    rows = scope.session.execute(
        select(
            Task.engagement_id,
            func.count(),
            func.count().filter(~open_),
            func.count().filter(open_, Task.due < scope.today),
        )
        .where(Task.engagement_id.in_(ids), Task.status != "cancelled", Task.client_id.in_(scope.clients()))
        .group_by(Task.engagement_id)
    ).tuples()
    return {key: (count, done, late) for key, count, done, late in rows if key is not None}


def _hours(scope: Scope, ids: Sequence[str]) -> Mapping[str, Decimal]:
    rows = scope.session.execute(
        select(TimeEntry.engagement_id, func.sum(TimeEntry.hours))
        .where(TimeEntry.engagement_id.in_(ids), TimeEntry.client_id.in_(scope.clients()))
        .group_by(TimeEntry.engagement_id)
    ).tuples()
    return {key: hours for key, hours in rows if key is not None and hours is not None}
