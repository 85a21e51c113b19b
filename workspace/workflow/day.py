"""A person's day: her open tasks by when they are due, those that wait, those that cannot be done yet, what waits for her word, and what
she asked of others. Reads only, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from store.tables import Client, Deliverable, Engagement, Person, Task
from store.twins import twin
from workspace.acting import person_of
from workspace.scope import Right, Scope
from workspace.undo import mark_of
from workspace.workflow.states import DONE, OPEN, is_done, is_open
from workspace.workflow.tasks import blockers

MOST = 300
AHEAD = timedelta(days=7)
Found = tuple[Task, str, str, str | None, str | None, str | None, str | None]
"""A task with its client's ref and name, its engagement's ref and title, its owner's name, and who handed it over."""


@dataclass(frozen=True)
class Row:
    """A task as a page shows it. `age` is days that it waits, `blocked_by` titles of what comes first, `mark` for the forms."""

    task: Task
    client_ref: str
    client: str
    engagement_ref: str | None
    engagement: str | None
    owner: str | None
    handed_by: str | None
    age: int | None
    blocked_by: tuple[str, ...]
    mark: str

    @property
    def open(self) -> bool:
        return is_open(self.task)

    @property
    def done(self) -> bool:
        return is_done(self.task)

    @property
    def ticked(self) -> int:
        return sum(bool(item["done_on"]) for item in self.task.checklist)


@dataclass(frozen=True)
class Paper:
    """A draft or an engagement that waits for the asker's word: `what` is to be done with it, `href` where."""

    href: str
    title: str
    client_ref: str
    client: str
    what: str
    since: date | None


@dataclass(frozen=True)
class Day:
    """The sections of the page, each task in the first that fits: handed over and not answered, waiting, blocked, put off, overdue,
    today, the next seven days, later, without a date. `more` are tasks beyond the 300 that are shown."""

    offered: tuple[Row, ...]
    overdue: tuple[Row, ...]
    today: tuple[Row, ...]
    soon: tuple[Row, ...]
    later: tuple[Row, ...]
    undated: tuple[Row, ...]
    waiting: tuple[Row, ...]
    blocked: tuple[Row, ...]
    deferred: tuple[Row, ...]
    done: tuple[Row, ...]
    asked: tuple[Row, ...]
    papers: tuple[Paper, ...]
    more: int

    @property
    def open(self) -> int:
        parts = (self.offered, self.overdue, self.today, self.soon, self.later, self.undated)
        return sum(map(len, (*parts, self.waiting, self.blocked, self.deferred))) + self.more


def my_day(scope: Scope) -> Day:
    """The asker's day, in seven queries. Raises Forbidden for the system."""
    me = person_of(scope)
    mine = task_rows(scope, Task.owner_id == me, OPEN, limit=MOST)
    counted = select(func.count()).select_from(Task).where(Task.owner_id == me, OPEN)
    total = scope.session.scalars(counted.where(Task.client_id.in_(scope.clients()))).one()
    sections: defaultdict[str, list[Row]] = defaultdict(list)
    for row in mine:
        sections[_section(row, scope.today)].append(row)
    asked = or_(and_(Task.handed_by == me, Task.owner_id != me), and_(Task.owner_id.is_(None), Task.handed_by == me))
    done = (Task.owner_id == me, DONE, Task.done_on == scope.today)
    sections["waiting"].sort(key=lambda row: -(row.age or 0))
    return Day(
        offered=tuple(sections["offered"]),
        overdue=tuple(sections["overdue"]),
        today=tuple(sections["today"]),
        soon=tuple(sections["soon"]),
        later=tuple(sections["later"]),
        undated=tuple(sections["undated"]),
        waiting=tuple(sections["waiting"]),
        blocked=tuple(sections["blocked"]),
        deferred=tuple(sections["deferred"]),
        done=tuple(task_rows(scope, *done, limit=50)),
        asked=tuple(task_rows(scope, asked, OPEN, limit=50)),
        papers=tuple(_papers(scope)),
        more=max(total - len(mine), 0),
    )


def _section(row: Row, today: date) -> str:
    task = row.task
    if task.handed_by is not None and task.accepted_on is None:
        return "offered"
    if task.waiting_on is not None:
        return "waiting"
    if row.blocked_by:
        return "blocked"
    if task.deferred_to is not None and task.deferred_to > today:
        return "deferred"
    if task.due is None:
        return "today" if task.deferred_to is not None else "undated"
    if task.due < today:
        return "overdue"
    if task.due == today or task.deferred_to is not None:
        return "today"
    return "soon" if task.due <= today + AHEAD else "later"


def task_rows(scope: Scope, *conditions: ColumnElement[bool], limit: int = MOST, offset: int = 0) -> list[Row]:
    """Tasks of the scope that fit, by due date; two queries."""
    scope.require(Right.CLIENT_READ)
    query = _tasks(scope).where(*conditions).limit(limit).offset(offset)
    return _rows(scope, scope.session.execute(query).tuples().all())


def row_of(scope: Scope, task: Task) -> Row:
    """One task of the scope as a page shows it."""
    return task_rows(scope, Task.id == task.id, limit=1)[0]


def tasks_of(scope: Scope, client_id: str) -> list[Row]:
    """Every task of a client for its page, by due date; one query, for what comes first is among them."""
    scope.require(Right.CLIENT_READ)
    found = scope.session.execute(_tasks(scope).where(Task.client_id == client_id)).tuples().all()
    open_ = {one[0].id: one[0] for one in found if is_open(one[0])}
    first = {task.id: [open_[key] for key in task.requires if key in open_] for task in open_.values()}
    return _as_rows(scope.today, found, first)


def _tasks(scope: Scope) -> Select[Task, str, str, str, str, str, str]:
    owner, giver = twin(Person, "owner"), twin(Person, "giver")
    return (
        select(Task, Client.ref, Client.name, Engagement.ref, Engagement.title, owner.name, giver.name)
        .join(Client, Client.id == Task.client_id)
        .outerjoin(Engagement, Engagement.id == Task.engagement_id)
        .outerjoin(owner, owner.id == Task.owner_id)
        .outerjoin(giver, giver.id == Task.handed_by)
        .where(Task.client_id.in_(scope.clients()))
        .order_by(func.coalesce(Task.due, date(9999, 12, 31)), Client.name, Task.place, Task.title, Task.id)
    )


def _rows(scope: Scope, found: Sequence[Found]) -> list[Row]:
    open_ = [one[0] for one in found if is_open(one[0])]
    return _as_rows(scope.today, found, blockers(scope, open_))


def _as_rows(today: date, found: Sequence[Found], first: Mapping[str, Sequence[Task]]) -> list[Row]:
    return [
        Row(
            task,
            ref,
            client,
            engagement_ref,
            engagement,
            owner,
            giver,
            (today - task.waiting_since).days if task.waiting_since else None,
            tuple(one.title for one in first.get(task.id, ())),
            mark_of(task),
        )
        for task, ref, client, engagement_ref, engagement, owner, giver in found
    ]


def _papers(scope: Scope) -> list[Paper]:
    """Drafts that wait for a decision the asker can make, and engagements in review at her clients; the oldest first."""
    states = {"changes": "revise"} if scope.has(Right.DELIVERABLE_EDIT) else {}
    if scope.has(Right.DELIVERABLE_REVIEW):
        states["in_review"] = "review"
    if scope.has(Right.DELIVERABLE_RELEASE):
        states["approved"] = "release"
    drafts = scope.session.execute(
        select(Deliverable, Client.ref, Client.name)
        .join(Client, Client.id == Deliverable.client_id)
        .where(Deliverable.client_id.in_(scope.clients()), Deliverable.state.in_(states))
        .order_by(Deliverable.created_at, Deliverable.id)
        .limit(12)
    ).tuples()
    found = [
        Paper(f"/review/{one.id}", one.title, ref, name, states[one.state], one.as_of) for one, ref, name in drafts
    ]
    leads = or_(Client.manager_id == scope.person_id, Client.partner_id == scope.person_id)
    work = scope.session.execute(
        select(Engagement, Client.ref, Client.name)
        .join(Client, Client.id == Engagement.client_id)
        .where(Engagement.client_id.in_(scope.clients()), Engagement.stage == "in-review", leads)
        .order_by(func.coalesce(Engagement.due, date(9999, 12, 31)), Engagement.ref)
        .limit(12)
    ).tuples()
    found += [
        Paper(f"/clients/{ref}/work#{one.ref}", one.title, ref, name, "look over the work", one.due)
        for one, ref, name in work
    ]
    return found
