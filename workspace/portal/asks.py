"""What a contact's clients are asked for, and how each thing stands, in her words. Reads only.

An item is open, with us (something came and a person of the firm looks at it), in part (of one by months) or done. Where an item comes
from, what rule it waits for and what the firm thinks of it stay in the firm.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from store.errors import NotFound
from store.tables import Client, ClientRequest, Engagement, ItemMatch, PortalUpload, RequestItem
from workspace.portal.scope import PortalScope
from workspace.requests.standing import as_work, in_words, standing

_FINISHED = ("filed", "done")


@dataclass(frozen=True)
class Asked:
    """One thing. `state`: open, with-us, done. `late` are days past its date, 0 when it is not late; `left` days until then, None without a
    date. `lacking` are the months that are still missing of one by months; `mine` are the names of files that she sent for it."""

    id: str
    item: str
    hint: str
    due: date | None
    state: str
    late: int
    left: int | None
    lacking: str
    mine: tuple[str, ...]


@dataclass(frozen=True)
class AskedList:
    """One list of what is asked for a piece of work. `title` is the work's, or the list's name where it has several."""

    id: str
    title: str
    items: tuple[Asked, ...]

    @property
    def open(self) -> tuple[Asked, ...]:
        return tuple(one for one in self.items if one.state == "open")

    @property
    def settled(self) -> tuple[Asked, ...]:
        """What needs nothing from her."""
        return tuple(one for one in self.items if one.state != "open")


@dataclass(frozen=True)
class Entity:
    """A client of hers with what is asked of it. `ref` names it in addresses."""

    ref: str
    name: str
    lists: tuple[AskedList, ...]

    @property
    def open(self) -> int:
        return sum(len(one.open) for one in self.lists)


def asked_of(scope: PortalScope) -> tuple[Entity, ...]:
    """Her clients in the order of their names, each with the lists of work that is not finished. Four queries."""
    clients = scope.session.scalars(select(Client).where(Client.id.in_(scope.client_ids)).order_by(Client.name)).all()
    rows = scope.session.execute(
        select(RequestItem, ClientRequest, Engagement)
        .join(ClientRequest, ClientRequest.id == RequestItem.request_id)
        .outerjoin(Engagement, Engagement.id == ClientRequest.engagement_id)
        .where(RequestItem.client_id.in_(scope.client_ids), ClientRequest.client_id == RequestItem.client_id)
        .where(or_(Engagement.id.is_(None), Engagement.stage.not_in(_FINISHED)), ClientRequest.closed_on.is_(None))
        .order_by(ClientRequest.id, RequestItem.due.nulls_last(), RequestItem.item, RequestItem.id)
    ).tuples()
    found = list(rows)
    waits, mine = _with_us(scope), _mine(scope)
    lists: dict[str, dict[str, list[Asked]]] = defaultdict(lambda: defaultdict(list))
    titles: dict[str, str] = {}
    several = _several(of for _, of, _ in found)
    for item, of, work in found:
        titles[of.id] = work.title if work is not None and work.id not in several else of.title
        lists[item.client_id][of.id].append(_asked(scope, item, work, item.id in waits, mine.get(item.id, ())))
    return tuple(
        Entity(
            one.ref,
            one.name,
            tuple(
                AskedList(key, titles[key], tuple(items))
                for key, items in sorted(lists[one.id].items(), key=lambda pair: _urgency(pair[1]))
            ),
        )
        for one in clients
    )


def _several(lists: Iterable[ClientRequest]) -> set[str]:
    """The work that has more than one list: there each goes by its own name."""
    found: dict[str, set[str]] = defaultdict(set)
    for of in lists:
        found[of.engagement_id or ""].add(of.id)
    return {work for work, ids in found.items() if len(ids) > 1}


def _urgency(items: Sequence[Asked]) -> tuple[bool, date]:
    dues = [one.due for one in items if one.state == "open" and one.due is not None]
    return (not any(one.state == "open" for one in items), min(dues, default=date.max))


def _with_us(scope: PortalScope) -> set[str]:
    """The items for which something came that nobody has looked at."""
    pairs = select(ItemMatch.item_id).where(ItemMatch.client_id.in_(scope.client_ids), ItemMatch.state == "proposed")
    return set(scope.session.scalars(pairs))


def _mine(scope: PortalScope) -> dict[str, tuple[str, ...]]:
    """By item the files that she sent for it and that the firm has."""
    wanted = (
        select(PortalUpload.item_id, PortalUpload.name)
        .where(PortalUpload.contact_id == scope.contact_id, PortalUpload.client_id.in_(scope.client_ids))
        .where(PortalUpload.item_id.is_not(None), PortalUpload.state.in_(("received", "taken", "doubled")))
        .order_by(PortalUpload.sent_at, PortalUpload.id)
    )
    found: dict[str, tuple[str, ...]] = {}
    for item_id, name in scope.session.execute(wanted).tuples():
        assert item_id is not None
        found[item_id] = (*found.get(item_id, ()), name)
    return found


def _asked(scope: PortalScope, row: RequestItem, work: Engagement | None, waits: bool, mine: tuple[str, ...]) -> Asked:
    how = standing(row.item, row.wants, row.have, as_work(work), scope.today)
    done = row.received_on is not None
    lacking = "" if done else in_words(how.lacking) if how.came else ""
    state = "done" if done else "with-us" if waits and not lacking else "open"
    days = (row.due - scope.today).days if row.due is not None else None
    return Asked(
        row.id,
        row.item,
        row.hint or "",
        row.due,
        state,
        -days if days is not None and days < 0 and state == "open" else 0,
        days if days is not None and days >= 0 else None,
        lacking,
        mine,
    )


def item_to_answer(scope: PortalScope, item_id: str) -> RequestItem:
    """The item of that id among hers, open or not. Raises NotFound."""
    wanted = select(RequestItem).where(RequestItem.id == item_id, RequestItem.client_id.in_(scope.client_ids))
    found = scope.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound("this is not asked for any more")
    return found
