"""Tasks: added, changed, done in their order, handed over, put off, waiting for somebody, and coming again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import new_id, stable_id
from store.tables import Client, Engagement, Person, Task
from workspace.acting import person_of, record
from workspace.billing.acts import text_in
from workspace.scope import Right, Scope, access_client
from workspace.undo import expect
from workspace.workflow.engagements import client_of, engagement_at, progressed
from workspace.workflow.needs import goes_round
from workspace.workflow.people import can_have, owner_for, person_at
from workspace.workflow.periods import REPEATS, again_on, day_in
from workspace.workflow.starting import task_id
from workspace.workflow.states import OPEN, is_done, is_open

PARTIES = ("client", "person", "third-party")
_CHANGES = ("title", "due", "estimate_hours", "requires", "checklist", "every")
MOST_NEEDS = 50


@dataclass(frozen=True)
class NewTask:
    """A task to add. `owner` is an address, None: the asker. `engagement` its ref, None: a task of the client alone. `requires` are ids."""

    client: str
    title: str
    owner: str | None = None
    due: date | None = None
    engagement: str | None = None
    estimate: Decimal | None = None
    requires: Sequence[str] = ()
    checklist: Sequence[str] = ()
    every: str | None = None


def task_at(scope: Scope, task_id_: str) -> Task:
    """The task of that id. Raises NotFound outside the scope."""
    found = scope.session.scalars(
        select(Task).where(Task.id == task_id_, Task.client_id.in_(scope.clients()))
    ).one_or_none()
    if found is None:
        raise NotFound(f"there is no task {task_id_}")
    return found


def add_task(scope: Scope, wanted: NewTask) -> Task:
    """Add a task. One that is given to somebody else is handed to her. Raises NotFound, Forbidden without task:write, Invalid, Conflict
    for a circle."""
    client = access_client(scope, wanted.client, Right.TASK_WRITE)
    engagement = _engagement(scope, client, wanted.engagement)
    title = " ".join(wanted.title.split())[:200]
    if not title:
        raise Invalid("say what is to be done")
    if wanted.every and wanted.due is None:
        raise Invalid("a task that comes again needs its first due date")
    owner = owner_for(scope, client, wanted.owner)
    row = Task(
        id=_new_id(scope, engagement, title),
        client_id=client.id,
        engagement_id=engagement.id if engagement else None,
        title=title,
        owner_id=owner,
        due=day_in(wanted.due) if wanted.due else None,
        status="open",
        estimate_hours=_hours(wanted.estimate),
        requires=[],
        checklist=_checklist(wanted.checklist, []),
        place=_place(scope, engagement),
    )
    _repeat(row, wanted.every)
    if owner is not None and owner != scope.person_id and scope.person_id is not None:
        row.handed_by, row.handed_on = scope.person_id, scope.today
    scope.session.add(row)
    scope.session.flush()
    row.requires = _requires(scope, row, wanted.requires)
    record(scope, AuditTag.TASK_ADDED, f"task:{row.id}", client.id, title=title, due=wanted.due)
    scope.session.flush()
    return row


def change_task(scope: Scope, task_id_: str, changes: Mapping[str, Any], mark: str | None = None) -> Task:
    """Change any of title, due, estimate_hours, requires, checklist (texts), every; the owner changes by handing over.

    Raises NotFound, Forbidden, Conflict by `mark` or for a circle of prerequisites, Invalid."""
    row = _open(scope, task_id_, mark)
    if unknown := set(changes) - set(_CHANGES):
        raise Invalid(f"a task has no {sorted(unknown)[0]!r} that can be changed here")
    values = dict(changes)
    if "title" in values:
        values["title"] = " ".join(str(values["title"] or "").split())[:200]
        if not values["title"]:
            raise Invalid("say what is to be done")
    if values.get("due") is not None:
        values["due"] = day_in(values["due"])
    if "requires" in values:
        values["requires"] = _requires(scope, row, values["requires"])
    if "checklist" in values:
        values["checklist"] = _checklist(values["checklist"], row.checklist)
    if "estimate_hours" in values:
        values["estimate_hours"] = _hours(values["estimate_hours"])
    every = values.pop("every", row.every)
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        if before[name] != value:
            setattr(row, name, value)
    if every != row.every or (row.every and "due" in values and before["due"] != values["due"]):
        _repeat(row, every)
    said = {name: value for name, value in values.items() if before[name] != value and not isinstance(value, list)}
    record(scope, AuditTag.TASK_CHANGED, f"task:{row.id}", row.client_id, **said)
    scope.session.flush()
    return row


def finish_task(scope: Scope, task_id_: str, *, tick: bool = False, mark: str | None = None) -> Task | None:
    """Mark a task as done; `tick` ticks what is left of its checklist. The task that comes next, where it repeats, None otherwise.

    Raises NotFound, Forbidden, and Conflict while a prerequisite or an item of the checklist is open, naming it."""
    row = _open(scope, task_id_, mark)
    before = blockers(scope, [row]).get(row.id, [])
    if before:
        more = f" and {len(before) - 1} more" if len(before) > 1 else ""
        raise Conflict(f"first comes “{before[0].title}”{more}, which is open")
    left = [item["text"] for item in row.checklist if not item["done_on"]]
    if left and not tick:
        raise Conflict(f"its checklist is open: {', '.join(left[:3])}{' …' if len(left) > 3 else ''}")
    if left:
        by = _by(scope)
        row.checklist = [item if item["done_on"] else item | by for item in row.checklist]
    row.status, row.done_on = "done", scope.today
    _settle(row)
    record(scope, AuditTag.TASK_DONE, f"task:{row.id}", row.client_id, title=row.title)
    following = _next(scope, row)
    scope.session.flush()
    progressed(scope, row.engagement_id)
    scope.session.flush()
    return following


def reopen_task(scope: Scope, task_id_: str, mark: str | None = None) -> Task:
    """Open a task again that was done or cancelled. Raises NotFound, Forbidden, Conflict where a task that needs it is done already."""
    row = task_at(scope, task_id_)
    scope.require(Right.TASK_WRITE)
    expect(row, mark, "the task")
    if is_open(row):
        return row
    for one in _of_client(scope, row.client_id):
        if row.id in one.requires and is_done(one):
            raise Conflict(f"“{one.title}” comes after it and is done; open that first")
    row.status, row.done_on = "open", None
    record(scope, AuditTag.TASK_CHANGED, f"task:{row.id}", row.client_id, opened_again=row.title)
    scope.session.flush()
    progressed(scope, row.engagement_id)
    scope.session.flush()
    return row


def cancel_task(scope: Scope, task_id_: str, mark: str | None = None) -> Task:
    """Take a task off the list; what needs it no longer waits for it. Raises as `change_task`."""
    row = _open(scope, task_id_, mark)
    row.status = "cancelled"
    _settle(row)
    record(scope, AuditTag.TASK_CHANGED, f"task:{row.id}", row.client_id, cancelled=row.title)
    scope.session.flush()
    progressed(scope, row.engagement_id)
    scope.session.flush()
    return row


def defer_task(scope: Scope, task_id_: str, until: date, mark: str | None = None) -> Task:
    """Keep a task out of a day's work until a day; its due date stays. Raises Invalid for a day that is not to come."""
    row = _open(scope, task_id_, mark)
    if until <= scope.today:
        raise Invalid("put it off to a day that is to come")
    row.deferred_to = day_in(until)
    record(scope, AuditTag.TASK_CHANGED, f"task:{row.id}", row.client_id, deferred_to=until)
    scope.session.flush()
    return row


def hand_task(scope: Scope, task_id_: str, address: str, note: str | None = None, mark: str | None = None) -> Task:
    """Give a task to somebody; she is asked to take it. Handing it to oneself takes it. Raises NotFound, Forbidden, Invalid where she
    would not see the client. The asker may not see the client afterwards, if nothing else there is hers (`people.still_sees`)."""
    row = _open(scope, task_id_, mark)
    person = person_at(scope, address)
    can_have(scope, client_of(scope, row), person)
    if person.id == row.owner_id:
        raise Conflict(f"{person.name} has it already")
    row.owner_id, row.handed_note = person.id, text_in(note)
    row.handed_on, row.handed_by = scope.today, scope.person_id
    row.accepted_on, row.deferred_to = None, None
    if person.id == scope.person_id:
        row.handed_by, row.accepted_on = None, scope.today
    record(scope, AuditTag.TASK_HANDED, f"task:{row.id}", row.client_id, to=person.email, note=row.handed_note)
    scope.session.flush()
    return row


def accept_task(scope: Scope, task_id_: str, mark: str | None = None) -> Task:
    """Say that one takes a task one was handed. Raises Forbidden for somebody else's, Conflict for one that nobody handed over."""
    row = _open(scope, task_id_, mark)
    _mine(scope, row)
    if row.handed_by is None or row.accepted_on is not None:
        raise Conflict("nobody waits for an answer about this task")
    row.accepted_on = scope.today
    record(scope, AuditTag.TASK_HANDED, f"task:{row.id}", row.client_id, accepted_by=scope.email)
    scope.session.flush()
    return row


def return_task(scope: Scope, task_id_: str, note: str, mark: str | None = None) -> Task:
    """Give a task back to who handed it over, saying why. Raises as `accept_task`, Invalid without a reason."""
    row = _open(scope, task_id_, mark)
    _mine(scope, row)
    back = scope.session.get(Person, row.handed_by) if row.handed_by else None
    if back is None or row.accepted_on is not None:
        raise Conflict("nobody waits for an answer about this task")
    if not (said := text_in(note)):
        raise Invalid("say why it goes back")
    return hand_task(scope, task_id_, back.email, said)


def wait_for(scope: Scope, task_id_: str, party: str, what: str | None = None, mark: str | None = None) -> Task:
    """Say whose move it is: client, person or third-party, and what is awaited. Age counts from the first day. Raises Invalid."""
    row = _open(scope, task_id_, mark)
    if party not in PARTIES:
        raise Invalid(f"it waits for one of {', '.join(PARTIES)}")
    if row.waiting_on != party:
        row.waiting_since = scope.today
    row.waiting_on, row.waiting_for = party, text_in(what)
    record(scope, AuditTag.TASK_CHANGED, f"task:{row.id}", row.client_id, waits_for=party, what=row.waiting_for)
    scope.session.flush()
    return row


def came_in(scope: Scope, task_id_: str, mark: str | None = None) -> Task:
    """What a task waited for is here: the move is the owner's again."""
    row = _open(scope, task_id_, mark)
    if row.waiting_on is None:
        raise Conflict("it waits for nobody")
    record(scope, AuditTag.TASK_CHANGED, f"task:{row.id}", row.client_id, waits_no_more_for=row.waiting_on)
    row.waiting_on = row.waiting_for = row.waiting_since = None
    scope.session.flush()
    return row


def tick_item(scope: Scope, task_id_: str, place: int, *, done: bool = True, mark: str | None = None) -> Task:
    """Tick an item of the checklist by its place, or take the tick away. Raises NotFound for no such item."""
    row = _open(scope, task_id_, mark)
    if not 0 <= place < len(row.checklist):
        raise NotFound(f"the checklist has no item {place}")
    items = [dict(item) for item in row.checklist]
    items[place] |= _by(scope) if done else {"done_by": None, "done_on": None}
    row.checklist = items
    text = items[place]["text"]
    record(scope, AuditTag.TASK_CHANGED, f"task:{row.id}", row.client_id, **{"ticked" if done else "unticked": text})
    scope.session.flush()
    return row


def blockers(scope: Scope, rows: Sequence[Task]) -> dict[str, list[Task]]:
    """The open prerequisites of each of these tasks, in their order; one query."""
    wanted = {key for row in rows for key in row.requires}
    if not wanted:
        return {}
    there = {
        one.id: one
        for one in scope.session.scalars(
            select(Task).where(Task.id.in_(wanted), Task.client_id.in_(scope.clients()), OPEN)
        )
    }
    found = {row.id: [there[key] for key in row.requires if key in there] for row in rows}
    return {key: value for key, value in found.items() if value}


def _open(scope: Scope, task_id_: str, mark: str | None) -> Task:
    row = task_at(scope, task_id_)
    scope.require(Right.TASK_WRITE)
    expect(row, mark, "the task")
    if not is_open(row):
        raise Conflict(f"“{row.title}” is {'done' if is_done(row) else row.status}; open it again first")
    return row


def _mine(scope: Scope, row: Task) -> None:
    if row.owner_id != person_of(scope):
        raise Forbidden(f"the task is not {scope.email}'s")


def _settle(row: Task) -> None:
    row.waiting_on = row.waiting_for = row.waiting_since = row.deferred_to = None


def _by(scope: Scope) -> dict[str, Any]:
    return {"done_by": scope.person_id or scope.email, "done_on": scope.today.isoformat()}


def _engagement(scope: Scope, client: Client, ref: str | None) -> Engagement | None:
    if not ref:
        return None
    row = engagement_at(scope, ref)
    if row.client_id != client.id:
        raise NotFound(f"there is no engagement {ref} of client {client.ref}")
    return row


def _new_id(scope: Scope, engagement: Engagement | None, title: str) -> str:
    if engagement is None:
        return new_id("task")
    nth = 0
    while scope.session.get(Task, task_id(engagement.ref, title, nth)) is not None:
        nth += 1
    return task_id(engagement.ref, title, nth)


def _place(scope: Scope, engagement: Engagement | None) -> int:
    if engagement is None:
        return 0
    last = scope.session.scalars(select(func.max(Task.place)).where(Task.engagement_id == engagement.id)).one()
    return (last or 0) + 1


def _hours(value: Decimal | None) -> Decimal | None:
    if value is not None and not 0 <= value <= 1000:
        raise Invalid("an estimate is between 0 and 1000 hours")
    return value


def _checklist(texts: Sequence[str], before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The items by their texts; one that was there keeps its tick."""
    known = {item["text"]: dict(item) for item in before}
    said = dict.fromkeys(text for raw in texts if (text := " ".join(str(raw).split())[:200]))
    return [known.get(text, {"text": text, "done_by": None, "done_on": None}) for text in list(said)[:30]]


def _requires(scope: Scope, row: Task, wanted: Sequence[str]) -> list[str]:
    """The prerequisites, each a task of the same client. Raises NotFound, Invalid for too many, Conflict for a circle, naming it."""
    ids = list(dict.fromkeys(key for key in wanted if key))
    if len(ids) > MOST_NEEDS:
        raise Invalid(f"a task has no more than {MOST_NEEDS} prerequisites")
    if not ids:
        return []
    all_ = {one.id: one for one in _of_client(scope, row.client_id)}
    links = {key: list(one.requires) for key, one in all_.items() if key != row.id}
    for key in ids:
        if key not in all_:
            raise NotFound(f"there is no task {key} of this client")
        if goes_round(links, row.id, key):
            raise Conflict(f"“{all_[key].title}” comes after “{row.title}” already: that would go round in a circle")
    return ids


def _of_client(scope: Scope, client_id: str) -> list[Task]:
    wanted = select(Task).where(Task.client_id == client_id, Task.client_id.in_(scope.clients()))
    return list(scope.session.scalars(wanted))


def _repeat(row: Task, every: str | None) -> None:
    """Begin to count from the due date. Raises Invalid."""
    if every and every not in REPEATS:
        raise Invalid(f"a task comes again every one of {', '.join(REPEATS)}")
    if every and row.due is None:
        raise Invalid("a task that comes again needs a due date")
    row.every, row.anchor, row.nth = (every, row.due, 0) if every else (None, None, None)


def _next(scope: Scope, row: Task) -> Task | None:
    """The next one of a task that comes again: the first after both its due date and today, counted from the anchor."""
    if not row.every or row.anchor is None:
        return None
    nth = (row.nth or 0) + 1
    while again_on(row.anchor, row.every, nth) <= scope.today:
        nth += 1
    root = row.custom.get("again", row.id)
    identity = stable_id("task", "again", root, row.anchor, nth)
    there = scope.session.get(Task, identity)
    if there is not None:
        return there
    made = Task(
        id=identity,
        client_id=row.client_id,
        engagement_id=row.engagement_id,
        title=row.title,
        owner_id=row.owner_id,
        due=again_on(row.anchor, row.every, nth),
        status="open",
        estimate_hours=row.estimate_hours,
        requires=[],
        custom={"again": root},
        checklist=[{"text": item["text"], "done_by": None, "done_on": None} for item in row.checklist],
        place=row.place,
        every=row.every,
        anchor=row.anchor,
        nth=nth,
    )
    scope.session.add(made)
    return made
