"""Lists of requests: what a template and last year's papers would ask for, made into a list, changed by people.

An engagement has one list, which the firm folder's requests.csv fills too, and as many more as are given names (named.py); what stands
on one of them already is left out of the next. A list of the client alone (`make_client_list`) is what a person wrote down.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select

from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import new_id, stable_id
from store.tables import ClientRequest, ItemMatch, RequestItem
from workspace.deadlines import add_business_days
from workspace.evidence import to_json
from workspace.requests.last_year import given_last_year
from workspace.requests.named import MOST, named, of_client
from workspace.requests.proposals import PARTS, propose
from workspace.requests.rows import engagement_of, item_of, list_of, noted, text_in
from workspace.requests.schedule import Schedule
from workspace.requests.wants import Wants, wants_of
from workspace.scope import Right, Scope, access_client
from workspace.signals.k1 import tax_year
from workspace.snapshot import Engagement, take_snapshot

ANSWER_IN = 15  # business days that a client has by itself


@dataclass(frozen=True)
class Asked:
    """An item to ask for. `key` names it in a preview; `why` says where it comes from, `source` is the evidence of last year's paper (the
    contract's JSON), `path` and `document_id` that paper. `there`: it stands on the list already, `come`: this year's is on file."""

    key: str
    item: str
    wants: Wants | None = None
    hint: str = ""
    why: str = ""
    source: Mapping[str, Any] | None = None
    document_id: str | None = None
    path: str = ""
    there: bool = False
    come: bool = False


@dataclass(frozen=True)
class Preview:
    """What a list would ask: `title`, the client's `due` day, the items in order."""

    engagement_ref: str
    title: str
    template: str
    due: date
    items: tuple[Asked, ...]


@cache
def _file() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "templates.toml").read_text(encoding="utf-8"))


def templates() -> tuple[str, ...]:
    """The kinds of work that have a list."""
    return tuple(_file())


def preview(scope: Scope, engagement_ref: str, template: str | None = None, *, last_year: bool = True) -> Preview:
    """What would be asked for an engagement. `template` None: that of its kind of work. Reads only.

    Raises NotFound for an engagement outside the scope or an unknown template, Forbidden without request:write."""
    scope.require(Right.REQUEST_WRITE)
    row = engagement_of(scope, engagement_ref)
    client = access_client(scope, _ref_of(scope, row.client_id))
    snapshot = take_snapshot(scope, client.ref, PARTS)
    work = snapshot.engagement_of_ref(engagement_ref)
    assert work is not None  # the row is there, in the same transaction
    name = template or (work.template if work.template in _file() else "")
    if name and name not in _file():
        raise NotFound(f"there is no list {name!r}; there are {', '.join(_file())}")
    items = _from_last_year(scope, snapshot, work) if last_year else []
    items += _from_template(name, work, items) if name else []
    there = [(one.item, wants_of(one.item, one.wants)) for one in snapshot.requests_of(work)]
    items = [replace(one, there=any(_same(one, *old) for old in there)) for one in items]
    title = _filled(_file()[name]["title"], work) if name else f"Documents for {work.title}"
    return Preview(engagement_ref, title, name, add_business_days(scope.today, ANSWER_IN), tuple(items))


def _same(one: Asked, item: str, wants: Wants) -> bool:
    """Whether an item of the list asks for the same: in the same words, or for the same papers."""
    return one.item.casefold() == item.casefold() or (one.wants is not None and one.wants.overlaps(wants))


def _from_last_year(scope: Scope, snapshot: Any, work: Engagement) -> list[Asked]:
    return [
        Asked(
            stable_id("ask", "last", one.item),
            one.item,
            one.wants,
            why=one.why,
            source=to_json(one.evidence),
            document_id=one.document_id,
            path=one.path,
            come=one.come,
        )
        for one in given_last_year(snapshot, work)
    ]


def _from_template(name: str, work: Engagement, before: Sequence[Asked]) -> list[Asked]:
    """The template's items; one for each month is left out where last year's accounts are asked for one by one."""
    accounts = any(one.wants and one.wants.account and "bank-statement" in one.wants.kinds for one in before)
    found = []
    for raw in _file()[name]["items"]:
        wants = Wants.read(raw)
        if accounts and wants.kinds == ("bank-statement",):
            continue
        item = _filled(raw["item"], work)
        if wants.many and any(one.wants and one.wants.issuer and _alike(one.wants, wants) for one in before):
            item = f"Any other {item.removeprefix('All ')}"
        found.append(Asked(stable_id("ask", name, item), item, wants, raw.get("hint", ""), why=f"the list for {name}"))
    return found


def _alike(given: Wants, wants: Wants) -> bool:
    """Whether last year's paper is one of those that a template's item asks for."""
    return bool(set(given.kinds) & set(wants.kinds)) and (not wants.forms or bool(set(given.forms) & set(wants.forms)))


def _filled(text: str, work: Engagement) -> str:
    year, end = tax_year(work), work.period_end
    said = {
        "year": str(year or "the"),
        "next": str(year + 1 if year else "next year"),
        "end": f"{end:%B} {end.day}, {end.year}" if end else "the period's end",
        "period": work.title,
    }
    for name, value in said.items():
        text = text.replace(f"{{{name}}}", value)
    return text


@dataclass(frozen=True)
class Making:
    """How a list is made: which items of the preview by key (None: all that are not there yet), what a person added in words, when the
    client is to answer, and when it is reminded; `schedule` None: when an item is late. `name`: of the list, "": the engagement's own."""

    template: str | None = None
    keys: frozenset[str] | None = None
    extra: tuple[str, ...] = ()
    due: date | None = None
    schedule: Schedule | None = field(default_factory=Schedule)
    name: str = ""


def make_list(scope: Scope, engagement_ref: str, how: Making) -> str:
    """Make a list of the engagement, or add to the one of that name; its id. What the file holds already is proposed at once.

    Raises NotFound, Forbidden without request:write, Invalid without an item or with a day gone by, Conflict for a closed list."""
    seen = preview(scope, engagement_ref, how.template)
    chosen = [
        one for one in seen.items if not one.there and (one.key in how.keys if how.keys is not None else not one.come)
    ]
    chosen += [Asked("", text_in(one, "what is asked for")) for one in how.extra if one.strip()]
    if not chosen:
        raise Invalid("choose what to ask for: nothing is on this list that is not asked for already")
    due = how.due or seen.due
    if due < scope.today:
        raise Invalid("the day to answer by has passed")
    work = engagement_of(scope, engagement_ref)
    row = named(scope, work, how.name, seen.title)
    row.due = how.due or row.due
    row.asked_on = row.asked_on or scope.today
    if how.schedule is not None and row.first_after is None:
        _schedule(row, how.schedule)
    row.escalated, row.escalated_on = 0, None
    _add(scope, row, chosen, due)
    noted(scope, AuditTag.REQUEST_ASKED, f"list:{row.id}", row.client_id, items=len(chosen), due=due.isoformat())
    propose(scope, take_snapshot(scope, _ref_of(scope, row.client_id), PARTS))
    return row.id


def make_client_list(scope: Scope, client_ref: str, how: Making) -> str:
    """Make a list that is about no engagement, or add to the client's one of that name; its id. It asks for what a person wrote, has no
    template and no reminders by mail. What the file holds already is proposed at once.

    Raises NotFound, Forbidden without request:write, Invalid without a name or an item, for a template or a day gone by, Conflict for a
    closed list."""
    client = access_client(scope, client_ref, Right.REQUEST_WRITE)
    if how.template or how.keys:
        raise Invalid("a template belongs to a kind of work: name the engagement, or write down what is asked for")
    chosen = [Asked("", text_in(one, "what is asked for")) for one in how.extra if one.strip()]
    if not chosen:
        raise Invalid("write down what is asked for: without an engagement nothing is known of it")
    due = how.due or add_business_days(scope.today, ANSWER_IN)
    if due < scope.today:
        raise Invalid("the day to answer by has passed")
    row = of_client(scope, client, how.name)
    row.due = how.due or row.due
    row.asked_on = row.asked_on or scope.today
    _add(scope, row, chosen, due)
    noted(scope, AuditTag.REQUEST_ASKED, f"list:{row.id}", row.client_id, items=len(chosen), due=due.isoformat())
    propose(scope, take_snapshot(scope, client.ref, PARTS))
    return row.id


def _add(scope: Scope, row: ClientRequest, items: Sequence[Asked], due: date) -> list[RequestItem]:
    there = len(scope.session.scalars(select(RequestItem.id).where(RequestItem.request_id == row.id)).all())
    if there + len(items) > MOST:
        raise Invalid(f"a list has {MOST} items at most")
    made = [
        RequestItem(
            id=new_id("item"),
            client_id=row.client_id,
            request_id=row.id,
            item=one.item,
            requested_on=scope.today,
            due=due,
            wants=one.wants.as_json() if one.wants else None,
            hint=one.hint or None,
            source=dict(one.source) if one.source else None,
        )
        for one in items
    ]
    scope.session.add_all(made)
    scope.session.flush()
    return made


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
    """When the list is reminded of; None: when an item is late, as lists from the firm's folder. Raises NotFound, Forbidden,
    Invalid for a list without an engagement."""
    row = list_of(scope, request_id, Right.REQUEST_WRITE)
    if schedule is not None and row.engagement_id is None:
        raise Invalid(
            "a list without an engagement has no reminders by mail: it stands in the portal and among all requests"
        )
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
    from store.tables import Client

    return scope.session.scalars(select(Client.ref).where(Client.id == client_id)).one()
