"""A list of requests as a thing of its own: its name, the day it is due, whether it is closed; and an item that goes to another list.

An engagement may have several lists ("Tax 2026", "Audit PBC"), each with its own reminders; a client may have lists that are about no
engagement ("Change of address"), which are named too. A closed list asks for nothing: its open items are neither late nor reminded of,
nor shown to the client; what came stays. Who reads lists is reading.py.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import func, select

from store.audit import AuditTag
from store.errors import Conflict, Invalid
from store.ids import new_id, stable_id
from store.tables import Client, ClientRequest, Engagement, RequestItem
from workspace.requests.rows import item_of, list_of, noted, text_in
from workspace.requests.wants import wants_of
from workspace.scope import Right, Scope

LONGEST = 120  # characters of a name
MOST = 200  # items of a list


def named(scope: Scope, work: Engagement, name: str, otherwise: str) -> ClientRequest:
    """The engagement's list of that name, made where there is none; without a name the one that the firm's folder would name, called
    `otherwise` where it is made. Raises Conflict for one that is closed, Invalid for a name that is too long."""
    wanted, own = " ".join(name.split()), stable_id("req", work.ref)
    if len(wanted) > LONGEST:
        raise Invalid(f"the list's name has {len(wanted)} characters; at most {LONGEST} are kept")
    there = of_engagement(scope, work.id)
    same = (one for one in there if (one.title.casefold() == wanted.casefold() if wanted else one.id == own))
    row = next(same, None)
    if row is not None and row.closed_on is not None:
        raise Conflict(f"the list {row.title} is closed: open it again, or give the new one another name")
    return row if row is not None else _made(scope, work, wanted, otherwise)


def of_client(scope: Scope, client: Client, name: str) -> ClientRequest:
    """The list of that name that hangs on the client alone, made where there is none. Raises Invalid without a name or for one that is
    too long, Conflict for one that is closed."""
    wanted = text_in(name, "how the list is called: without an engagement it has no name by itself", longest=LONGEST)
    row = next((one for one in _alone(scope, client.id) if one.title.casefold() == wanted.casefold()), None)
    if row is not None and row.closed_on is not None:
        raise Conflict(f"the list {row.title} is closed: open it again, or give the new one another name")
    key = stable_id("req", f"client {client.ref}", wanted.casefold())
    return row if row is not None else _row(scope, key, client.id, None, wanted)


def _alone(scope: Scope, client_id: str) -> Sequence[ClientRequest]:
    row = ClientRequest
    wanted = select(row).where(row.client_id == client_id, row.client_id.in_(scope.clients()))
    return scope.session.scalars(wanted.where(row.engagement_id.is_(None)).order_by(row.id)).all()


def _made(scope: Scope, work: Engagement, name: str, otherwise: str) -> ClientRequest:
    key = stable_id("req", work.ref, name.casefold()) if name else stable_id("req", work.ref)
    return _row(scope, key, work.client_id, work.id, name or otherwise)


def _row(scope: Scope, key: str, client_id: str, engagement_id: str | None, title: str) -> ClientRequest:
    if scope.session.get(ClientRequest, key) is not None:  # it has another name by now
        key = new_id("req")
    row = ClientRequest(id=key, client_id=client_id, engagement_id=engagement_id, title=title)
    scope.session.add(row)
    scope.session.flush()
    return row


def of_engagement(scope: Scope, engagement_id: str) -> Sequence[ClientRequest]:
    """The lists of an engagement of the asker's, by id."""
    row = ClientRequest
    wanted = select(row).where(row.engagement_id == engagement_id, row.client_id.in_(scope.clients()))
    return scope.session.scalars(wanted.order_by(row.id)).all()


def names_of(scope: Scope, client_id: str) -> tuple[str, ...]:
    """How the client's open lists are called, by name."""
    row = ClientRequest
    wanted = select(row.title).where(row.client_id == client_id, row.client_id.in_(scope.clients()))
    return tuple(scope.session.scalars(wanted.where(row.closed_on.is_(None)).distinct().order_by(row.title)))


def change_list(scope: Scope, request_id: str, *, name: str | None = None, due: date | None = None) -> None:
    """Another name, or another day to answer by, which is that of every open item then. Raises NotFound, Forbidden without request:write,
    Invalid for a day gone by, Conflict where the engagement, or the client beside its engagements, has a list of that name."""
    row = list_of(scope, request_id, Right.REQUEST_WRITE)
    if name is not None and name != row.title:
        title = text_in(name, "how the list is called", longest=LONGEST)
        others = of_engagement(scope, row.engagement_id) if row.engagement_id else _alone(scope, row.client_id)
        if any(one.id != row.id and one.title.casefold() == title.casefold() for one in others):
            raise Conflict(f"there is a list called {title} already")
        row.title = title
    if due is not None and due != row.due:
        if due < scope.today:
            raise Invalid("the day to answer by has passed")
        row.due = due
        waits = select(RequestItem).where(RequestItem.request_id == row.id, RequestItem.received_on.is_(None))
        for item in scope.session.scalars(waits).all():
            item.due = due
    scope.session.flush()
    noted(scope, AuditTag.REQUEST_CHANGED, f"list:{row.id}", row.client_id, name=row.title, due=str(row.due or ""))


def close_list(scope: Scope, request_id: str) -> None:
    """Nothing of it is asked for any more. Raises NotFound, Forbidden without request:write, Conflict when it is closed."""
    row = list_of(scope, request_id, Right.REQUEST_WRITE)
    if row.closed_on is not None:
        raise Conflict(f"the list {row.title} is closed already")
    row.closed_on = scope.today
    _touched(scope, row, closed=True)


def open_list(scope: Scope, request_id: str) -> None:
    """It asks again for what has not come. Raises NotFound, Forbidden without request:write, Conflict when it is open."""
    row = list_of(scope, request_id, Right.REQUEST_WRITE)
    if row.closed_on is None:
        raise Conflict(f"the list {row.title} is open")
    row.closed_on, row.escalated, row.escalated_on = None, 0, None
    _touched(scope, row, closed=False)


def _touched(scope: Scope, row: ClientRequest, *, closed: bool) -> None:
    scope.session.flush()
    noted(scope, AuditTag.REQUEST_CHANGED, f"list:{row.id}", row.client_id, closed=closed)


def _of_its_time(scope: Scope, item: RequestItem, before: str, to: ClientRequest) -> dict[str, Any] | None:
    """What the item wants. It takes the period of its work along to a list that is about none, so that no other year's paper answers it."""
    old = scope.session.get_one(ClientRequest, before)
    work = scope.session.get(Engagement, old.engagement_id) if old.engagement_id else None
    if to.engagement_id is not None or work is None or work.period_end is None:
        return item.wants
    return replace(wants_of(item.item, item.wants), start=work.period_start, end=work.period_end).as_json()


def move_item(scope: Scope, item_id: str, request_id: str) -> None:
    """An item goes to another list of the same client, with what was proposed and confirmed for it. Raises NotFound, Forbidden, Conflict,
    Invalid for a list that is closed, full, or of another client."""
    item = item_of(scope, item_id, Right.REQUEST_WRITE)
    row = list_of(scope, request_id, Right.REQUEST_WRITE)
    if row.client_id != item.client_id:
        raise Invalid("that list is another client's")
    if row.id == item.request_id:
        raise Conflict(f"the item stands on {row.title} already")
    if row.closed_on is not None:
        raise Conflict(f"the list {row.title} is closed")
    count = select(func.count()).select_from(RequestItem).where(RequestItem.request_id == row.id)
    if scope.session.scalars(count).one() >= MOST:
        raise Invalid(f"a list has {MOST} items at most")
    before, item.request_id = item.request_id, row.id
    item.wants = _of_its_time(scope, item, before, row)
    scope.session.flush()
    noted(scope, AuditTag.REQUEST_CHANGED, f"list:{row.id}", row.client_id, moved=item.id, before=before)
