"""Lists of requests: what a template and last year's papers would ask for (asking.py), made into a list, changed by people.

An engagement has one list, which the firm folder's requests.csv fills too, and as many more as are given names (named.py); what stands
on one of them already is left out of the next. A list of the client alone is made in alone.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from store.audit import AuditTag
from store.errors import Conflict, Invalid
from store.tables import Client, ClientRequest, Engagement, ItemMatch, RequestItem
from workspace.deadlines import add_business_days
from workspace.requests.asking import Asked, template_named, title_of, would_ask
from workspace.requests.asking import templates as templates
from workspace.requests.named import MOST, named
from workspace.requests.proposals import PARTS, propose
from workspace.requests.rows import engagement_of, id_of_item, item_of, list_of, noted, text_in
from workspace.requests.schedule import Schedule
from workspace.scope import Right, Scope, access_client
from workspace.snapshot import take_snapshot

ANSWER_IN = 15  # business days that a client has by itself


@dataclass(frozen=True)
class Preview:
    """What a list would ask: `title`, the client's `due` day, the items in order. `engagement_ref` None: of the client alone, for the
    `year` in which its period begins."""

    engagement_ref: str | None
    title: str
    template: str
    due: date
    items: tuple[Asked, ...]
    year: int | None = None


def preview(scope: Scope, engagement_ref: str, template: str | None = None, *, last_year: bool = True) -> Preview:
    """What would be asked for an engagement. `template` None: that of its kind of work. Reads only.

    Raises NotFound for an engagement outside the scope or an unknown template, Forbidden without request:write."""
    scope.require(Right.REQUEST_WRITE)
    row = engagement_of(scope, engagement_ref)
    client = access_client(scope, _ref_of(scope, row.client_id))
    snapshot = take_snapshot(scope, client.ref, PARTS)
    work = snapshot.engagement_of_ref(engagement_ref)
    assert work is not None  # the row is there, in the same transaction
    name = template_named(template) if template else work.template if work.template in templates() else ""
    items = would_ask(snapshot, work, name, last_year=last_year, there=snapshot.requests_of(work))
    return Preview(engagement_ref, title_of(name, work), name, add_business_days(scope.today, ANSWER_IN), items)


@dataclass(frozen=True)
class Making:
    """How a list is made: which items of the preview by key (None: all that are not there yet), what a person added in words, when the
    client is to answer, and when it is reminded; `schedule` None: when an item is late. `name`: of the list, "": the engagement's own.
    `year`: of a list of the client alone, the year whose papers are asked for."""

    template: str | None = None
    keys: frozenset[str] | None = None
    extra: tuple[str, ...] = ()
    due: date | None = None
    schedule: Schedule | None = field(default_factory=Schedule)
    name: str = ""
    year: int | None = None


def make_list(scope: Scope, engagement_ref: str, how: Making) -> str:
    """Make a list of the engagement, or add to the one of that name; its id. What the file holds already is proposed at once.

    Raises NotFound, Forbidden without request:write, Invalid without an item or with a day gone by, Conflict for a closed list."""
    seen = preview(scope, engagement_ref, how.template)
    items = chosen(seen.items, how)
    if not items:
        raise Invalid("choose what to ask for: nothing is on this list that is not asked for already")
    due = day_to_answer(scope, how)
    work = engagement_of(scope, engagement_ref)
    return fill(scope, named(scope, work, how.name, seen.title), items, how, due)


def chosen(seen: Sequence[Asked], how: Making) -> list[Asked]:
    """The items of a preview that are asked for now, and what a person added in words."""
    wanted = [one for one in seen if not one.there and (one.key in how.keys if how.keys is not None else not one.come)]
    return wanted + [Asked("", text_in(one, "what is asked for")) for one in how.extra if one.strip()]


def day_to_answer(scope: Scope, how: Making) -> date:
    """The day to answer by. Raises Invalid for one gone by."""
    due = how.due or add_business_days(scope.today, ANSWER_IN)
    if due < scope.today:
        raise Invalid("the day to answer by has passed")
    return due


def fill(scope: Scope, row: ClientRequest, items: Sequence[Asked], how: Making, due: date) -> str:
    """Put these items on the list as it is made; its id. Raises Invalid for a list that is full."""
    row.due = how.due or row.due
    row.asked_on = row.asked_on or scope.today
    if how.schedule is not None and row.first_after is None:
        _schedule(row, how.schedule)
    row.escalated, row.escalated_on = 0, None
    _add(scope, row, items, due)
    noted(scope, AuditTag.REQUEST_ASKED, f"list:{row.id}", row.client_id, items=len(items), due=due.isoformat())
    propose(scope, take_snapshot(scope, _ref_of(scope, row.client_id), PARTS))
    return row.id


def _add(scope: Scope, row: ClientRequest, items: Sequence[Asked], due: date) -> list[RequestItem]:
    there = len(scope.session.scalars(select(RequestItem.id).where(RequestItem.request_id == row.id)).all())
    if there + len(items) > MOST:
        raise Invalid(f"a list has {MOST} items at most")
    ids = _new_ids(scope, row, [one.item for one in items])
    made = [
        RequestItem(
            id=key,
            client_id=row.client_id,
            request_id=row.id,
            item=one.item,
            requested_on=scope.today,
            due=due,
            wants=one.wants.as_json() if one.wants else None,
            hint=one.hint or None,
            source=dict(one.source) if one.source else None,
        )
        for key, one in zip(ids, items, strict=True)
    ]
    scope.session.add_all(made)
    scope.session.flush()
    return made


def _new_ids(scope: Scope, row: ClientRequest, texts: Sequence[str]) -> list[str]:
    """An id for each of these texts, of the same natural key as one that the firm's folder names (records/work.py)."""
    work = scope.session.get(Engagement, row.engagement_id) if row.engagement_id else None
    of = work.ref if work is not None else f"client {_ref_of(scope, row.client_id)}"
    firsts = [id_of_item(of, text, 0) for text in texts]
    taken = set(scope.session.scalars(select(RequestItem.id).where(RequestItem.id.in_(firsts))))
    found: list[str] = []
    for text in texts:
        nth = 0
        while (key := id_of_item(of, text, nth)) in taken or (nth and scope.session.get(RequestItem, key) is not None):
            nth += 1
        found.append(key)
        taken.add(key)
    return found


def add_item(scope: Scope, request_id: str, item: str, due: date | None = None, hint: str = "") -> str:
    """Ask for one thing more; the item's id. Raises NotFound, Forbidden, Invalid."""
    row = list_of(scope, request_id, Right.REQUEST_WRITE)
    wanted = Asked("", text_in(item, "what is asked for"), hint=hint.strip()[:300])
    if due is not None and due < scope.today:
        raise Invalid("the day to answer by has passed")
    [made] = _add(scope, row, [wanted], due or add_business_days(scope.today, ANSWER_IN))
    row.asked_on = row.asked_on or scope.today
    noted(scope, AuditTag.REQUEST_CHANGED, f"list:{row.id}", row.client_id, added=made.id)
    propose(scope, take_snapshot(scope, _ref_of(scope, row.client_id), PARTS))
    return made.id


def change_item(scope: Scope, item_id: str, *, item: str | None = None, due: date | None = None) -> None:
    """Other words or another day for an item that is open. Raises NotFound, Forbidden, Invalid, Conflict when it came."""
    row = item_of(scope, item_id, Right.REQUEST_WRITE)
    if row.received_on is not None:
        raise Conflict("this item came already")
    if item is not None:
        row.item = text_in(item, "what is asked for")
    row.due = due or row.due
    scope.session.flush()
    noted(scope, AuditTag.REQUEST_CHANGED, f"list:{row.request_id}", row.client_id, changed=row.id)


def remove_item(scope: Scope, item_id: str) -> None:
    """Take an item off its list, with what was proposed for it. Raises NotFound, Forbidden without request:write."""
    row = item_of(scope, item_id, Right.REQUEST_WRITE)
    for pair in scope.session.scalars(select(ItemMatch).where(ItemMatch.item_id == row.id)).all():
        scope.session.delete(pair)
    scope.session.flush()
    noted(scope, AuditTag.REQUEST_CHANGED, f"list:{row.request_id}", row.client_id, removed=row.item)
    scope.session.delete(row)
    scope.session.flush()


def set_schedule(scope: Scope, request_id: str, schedule: Schedule | None, *, paused: bool = False) -> None:
    """When the list is reminded of; None: when an item is late, as lists from the firm's folder. Raises NotFound, Forbidden."""
    row = list_of(scope, request_id, Right.REQUEST_WRITE)
    if schedule is None:
        row.first_after = row.every = row.at_most = None
    else:
        _schedule(row, schedule)
        row.asked_on = row.asked_on or scope.today
    row.paused_on = (row.paused_on or scope.today) if paused else None
    row.escalated, row.escalated_on = 0, None
    scope.session.flush()
    noted(scope, AuditTag.REQUEST_CHANGED, f"list:{row.id}", row.client_id, reminders=row.at_most, paused=paused)


def _schedule(row: ClientRequest, schedule: Schedule) -> None:
    row.first_after, row.every, row.at_most = schedule.first_after, schedule.every, schedule.at_most


def _ref_of(scope: Scope, client_id: str) -> str:
    return scope.session.scalars(select(Client.ref).where(Client.id == client_id)).one()
