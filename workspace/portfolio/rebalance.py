"""Work given to somebody else or to another week, and what the weeks become by it, before it is done. The acts are the workflow's."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from store.errors import Conflict, Invalid, NotFound
from workspace.deadlines import in_words, is_business_day
from workspace.portfolio.capacity import TASK, Capacity, Item, capacity_of, loads_of, planned_as
from workspace.portfolio.workload import WEEKS, ZERO, Load, monday_of
from workspace.scope import Right, Scope
from workspace.workflow.engagements import change_engagement, engagement_at
from workspace.workflow.people import can_have, person_at
from workspace.workflow.starting import client_by_id
from workspace.workflow.tasks import change_task, hand_task, task_at

_FRIDAY = 4


@dataclass(frozen=True)
class Change:
    """A person's week before and after a move; hours. `free` None: no weekly hours are recorded."""

    person: str
    email: str
    monday: date
    before: Decimal
    after: Decimal
    free: Decimal | None

    @property
    def over(self) -> bool:
        """Whether the week holds more than is free in it afterwards."""
        return self.free is not None and self.after > self.free


@dataclass(frozen=True)
class Preview:
    """What a move would do: the owner and the day afterwards, each week that changes, and what somebody should know before."""

    item: Item
    owner_id: str | None
    owner: str
    owner_email: str | None
    due: date | None
    weeks: tuple[Change, ...]
    warnings: tuple[str, ...]

    @property
    def changes(self) -> bool:
        return (self.owner_id, self.due) != (self.item.owner_id, self.item.due)


def item_of(found: Capacity, key: str) -> Item:
    """The work of that key. Raises NotFound: it is done, has no hours, or is outside the scope."""
    item = next((one for one in found.items if one.key == key), None)
    if item is None:
        raise NotFound("there is no open work with hours under this name; it may be done by now")
    return item


def preview(scope: Scope, key: str, person: str = "", week: date | None = None, weeks: int = WEEKS) -> Preview:
    """What moving `key` to a person (an address or an id; "": who has it) and a week (a day of it, None: the one it stands in) would do.
    Raises NotFound, Forbidden without capacity:read, Invalid as the act itself would."""
    return previewed(scope, capacity_of(scope, weeks), key, person, week)


def previewed(scope: Scope, found: Capacity, key: str, person: str = "", week: date | None = None) -> Preview:
    """`preview` over a capacity that was read already."""
    item, weeks = item_of(found, key), len(found.mondays)
    owner, due = _wanted(scope, item, person, week)
    after = planned_as(item, owner, due, scope.today)
    others = [one for one in found.items if one.key != key]
    changes = _changed(found.loads, loads_of(found.people, [*others, after], scope.today, weeks))
    has = found.people.get(owner or "")
    name, address = (has.name, has.email) if has else ("Nobody", None)
    return Preview(item, owner, name, address, due, changes, tuple(_warnings(item, due, changes)))


def move(scope: Scope, key: str, person: str = "", week: date | None = None, mark: str | None = None) -> Preview:
    """Do it, inside an act of the caller's that can be undone (workspace/undo.py); answers with what it did. Raises as `preview`, and
    Conflict by `mark` or where nothing would change."""
    told = preview(scope, key, person, week)
    if not told.changes:
        raise Conflict("it stands there already")
    item = told.item
    given = told.owner_id if told.owner_id != item.owner_id else None
    if item.kind == TASK:
        if given is not None:
            hand_task(scope, item.name, given, mark=mark)
            mark = None
        if told.due != item.due:
            change_task(scope, item.name, {"due": told.due}, mark)
        return told
    values: dict[str, object] = {"owner": given} if given is not None else {}
    if told.due != item.due:
        extended = engagement_at(scope, item.name).extended_to is not None
        values["extended_to" if extended else "due"] = told.due
    change_engagement(scope, item.name, values, mark)
    return told


def _wanted(scope: Scope, item: Item, person: str, week: date | None) -> tuple[str | None, date | None]:
    owner = item.owner_id
    if person:
        wanted = person_at(scope, person)
        row = task_at(scope, item.name) if item.kind == TASK else engagement_at(scope, item.name)
        can_have(scope, client_by_id(scope, row.client_id), wanted)
        owner = wanted.id
    scope.require(Right.TASK_WRITE if item.kind == TASK else Right.ENGAGEMENT_WRITE)
    if week is None or (item.due is not None and monday_of(week) == monday_of(max(item.due, scope.today))):
        return owner, item.due
    if item.fixed:
        raise Invalid(f"the law sets the date of {item.title}; give it to somebody else, or plan its steps as tasks")
    return owner, day_in_week(item.due, week, scope.today)


def day_in_week(due: date | None, week: date, today: date) -> date:
    """The day in another week: the same weekday, or the week's last business day for what had none, was late, or would fall before today
    or on a holiday. Raises Invalid for a week that is over."""
    monday = monday_of(week)
    if monday + timedelta(days=6) < today:
        raise Invalid("that week is over")
    if due is not None and due >= today:
        same = monday + timedelta(days=due.weekday())
        if same >= today and is_business_day(same):
            return same
    days = [monday + timedelta(days=n) for n in range(_FRIDAY, -1, -1)]
    return next((day for day in days if day >= today and is_business_day(day)), max(monday, today))


def _changed(before: tuple[tuple[str, Load], ...], after: tuple[tuple[str, Load], ...]) -> tuple[Change, ...]:
    known = {(key, week.monday): week.hours for key, load in before for week in load.weeks}
    found = [
        Change(load.name, load.email, week.monday, known.get((key, week.monday), ZERO), week.hours, week.free)
        for key, load in after
        for week in load.weeks
        if week.hours != known.get((key, week.monday), ZERO)
    ]
    return tuple(sorted(found, key=lambda one: (one.person, one.monday)))


def _warnings(item: Item, due: date | None, changes: tuple[Change, ...]) -> list[str]:
    found = list[str]()
    for one in changes:
        if one.free is not None and one.over and one.after > one.before:
            hours = f"{float(one.after):g} hours of {float(one.free):g}"
            found.append(f"{one.person} would have {hours} in the week of {in_words(one.monday)}")
    if item.within is not None and due is not None and due > item.within and (item.due or due) <= item.within:
        found.append(f"it would come after the day of its engagement, {in_words(item.within)}")
    return found
