"""Lists as pages and programs show them: every item with how it stands and what is proposed for it; all open lists of the firm by age."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, select

from store.tables import Client, ClientRequest, Document, Engagement, ItemMatch, RequestItem
from workspace.requests.matching import covered
from workspace.requests.reminders import Chased, chased
from workspace.requests.standing import as_work, ends_on, in_words, standing
from workspace.requests.wants import wants_of
from workspace.scope import Scope, access_client
from workspace.undo import mark_of

_FINISHED = ("filed", "done")


@dataclass(frozen=True)
class ProposalView:
    """A pair of item and document. `evidence` is the contract's JSON; `months` what it covers in words."""

    id: str
    item_id: str
    item: str
    document_id: str
    document: str
    path: str
    state: str
    confidence: float
    reason: str
    months: str
    evidence: Sequence[Mapping[str, Any]]
    mark: str
    client_ref: str
    client: str
    engagement: str | None


@dataclass(frozen=True)
class ItemView:
    """An item. `state`: missing, late, partly (some months came), look (a paper is proposed), came. `age` is days since it was asked for,
    `late` days past its date or 0; `counted` "9 of 12", `lacking` the months in words. `source` is last year's evidence."""

    id: str
    item: str
    hint: str | None
    requested_on: date | None
    due: date | None
    received_on: date | None
    state: str
    age: int | None
    late: int
    counted: str
    lacking: str
    source: Mapping[str, Any] | None
    proposals: tuple[ProposalView, ...]
    answers: tuple[ProposalView, ...]
    mark: str

    @property
    def is_open(self) -> bool:
        return self.received_on is None


@dataclass(frozen=True)
class ListView:
    """A list of one engagement, or of the client alone. `chase` is None for one without a schedule; `due` the day that was set for it, else
    the last of its open items'; `closed_on` the day from which nothing of it is asked for."""

    id: str
    title: str
    client_ref: str
    client: str
    engagement_ref: str | None
    engagement: str | None
    asked_on: date | None
    first_after: int | None
    every: int | None
    at_most: int | None
    paused_on: date | None
    escalated: int
    due: date | None
    closed_on: date | None
    items: tuple[ItemView, ...]
    chase: Chased | None
    mark: str

    @property
    def status(self) -> str:
        """open, whole (everything came) or closed."""
        return "closed" if self.closed_on is not None else "open" if self.open else "whole"

    @property
    def open(self) -> int:
        return sum(one.is_open for one in self.items)

    @property
    def to_confirm(self) -> int:
        return sum(len(one.proposals) for one in self.items)


@dataclass(frozen=True)
class FirmLine:
    """An open list of the firm: `title` is the work's, or the list's where it is about none, `name` the list's. `oldest` is days since the
    oldest open item was asked for, `late` days past its date; `waits_on` is us (proposals or a draft to decide), client, or nobody
    (paused)."""

    id: str
    title: str
    client_ref: str
    client: str
    open: int
    items: int
    oldest: int | None
    late: int
    waits_on: str
    sent: int
    at_most: int | None
    next_on: date | None
    draft_id: str | None
    escalated: int
    to_confirm: int
    name: str


def lists_of(scope: Scope, client_ref: str) -> list[ListView]:
    """The client's lists, of open work first. Raises NotFound outside the scope."""
    client = access_client(scope, client_ref)
    return _read(scope, [client.ref], ClientRequest.client_id == client.id)


def list_view(scope: Scope, request_id: str) -> ListView | None:
    """One list of the asker's; None outside the scope."""
    found = _read(scope, None, ClientRequest.id == request_id)
    return found[0] if found else None


def _read(scope: Scope, refs: Collection[str] | None, where: Any) -> list[ListView]:
    rows = scope.session.execute(
        select(ClientRequest, Client.ref, Client.name, Engagement)
        .join(Client, Client.id == ClientRequest.client_id)
        .outerjoin(Engagement, Engagement.id == ClientRequest.engagement_id)
        .where(where, ClientRequest.client_id.in_(scope.clients()))
        .order_by(ClientRequest.id)
    ).tuples()
    found = list(rows)
    chases = {one.request_id: one for one in chased(scope, refs if refs is not None else [one[1] for one in found])}
    items = _items(scope, [row.id for row, *_ in found])
    pairs = _pairs(scope, ItemMatch.item_id.in_([one.id for many in items.values() for one in many]))
    views = [
        ListView(
            row.id,
            row.title,
            ref,
            name,
            work.ref if work else None,
            work.title if work else None,
            row.asked_on,
            row.first_after,
            row.every,
            row.at_most,
            row.paused_on,
            row.escalated,
            row.due or max((one.due for one in items[row.id] if one.due and one.received_on is None), default=None),
            row.closed_on,
            tuple(_item(one, work, pairs[one.id], scope.today) for one in items[row.id]),
            chases.get(row.id),
            mark_of(row),
        )
        for row, ref, name, work in found
    ]
    return sorted(
        views,
        key=lambda one: (one.status != "open", min((i.due or date.max for i in one.items), default=date.max), one.id),
    )


def _items(scope: Scope, ids: Collection[str]) -> dict[str, list[RequestItem]]:
    found: dict[str, list[RequestItem]] = defaultdict(list)
    query = select(RequestItem).where(RequestItem.request_id.in_(ids))
    open_first = RequestItem.received_on.is_not(None)
    for row in scope.session.scalars(
        query.order_by(open_first, RequestItem.due.nulls_last(), RequestItem.item, RequestItem.id)
    ):
        found[row.request_id].append(row)
    return found


def _pairs(scope: Scope, where: Any) -> dict[str, list[ProposalView]]:
    rows = scope.session.execute(
        select(ItemMatch, RequestItem.item, Document.name, Document.path, Client.ref, Client.name, Engagement.title)
        .join(RequestItem, RequestItem.id == ItemMatch.item_id)
        .join(ClientRequest, ClientRequest.id == RequestItem.request_id)
        .join(Document, Document.id == ItemMatch.document_id)
        .join(Client, Client.id == ItemMatch.client_id)
        .outerjoin(Engagement, Engagement.id == ClientRequest.engagement_id)
        .where(where, ItemMatch.state != "refused", ItemMatch.client_id.in_(scope.clients()))
        .order_by(
            Client.name, ClientRequest.id, RequestItem.item, ItemMatch.covers, ItemMatch.confidence.desc(), ItemMatch.id
        )
    ).tuples()
    found: dict[str, list[ProposalView]] = defaultdict(list)
    for pair, item, name, path, ref, client, work in rows:
        months = in_words(sorted(covered(pair.covers)))
        found[pair.item_id].append(
            ProposalView(
                pair.id,
                pair.item_id,
                item,
                pair.document_id,
                name,
                path,
                pair.state,
                pair.confidence,
                pair.reason,
                months,
                pair.evidence,
                mark_of(pair),
                ref,
                client,
                work,
            )
        )
    return found


def _item(row: RequestItem, work: Engagement | None, pairs: Sequence[ProposalView], today: date) -> ItemView:
    found = standing(row.item, row.wants, row.have, as_work(work), today)
    proposed = tuple(one for one in pairs if one.state == "proposed")
    late = max((today - row.due).days, 0) if row.due is not None and row.received_on is None else 0
    by_months = ends_on(wants_of(row.item, row.wants), as_work(work)) is not None
    if row.received_on is not None:
        state = "came"
    elif proposed:
        state = "look"
    elif by_months and not found.lacking:
        state = "waits"
    else:
        state = "late" if late else "partly" if found.came else "missing"
    asked = row.requested_on
    return ItemView(
        row.id,
        row.item,
        row.hint,
        asked,
        row.due,
        row.received_on,
        state,
        (today - asked).days if asked is not None else None,
        late,
        found.counted,
        in_words(found.lacking) if found.came and row.received_on is None else "",
        row.source,
        proposed,
        tuple(one for one in pairs if one.state == "confirmed"),
        mark_of(row),
    )


def open_work(scope: Scope, client_id: str) -> list[Engagement]:
    """The client's engagements for which something can be asked, by date."""
    query = select(Engagement).where(
        Engagement.client_id == client_id,
        Engagement.client_id.in_(scope.clients()),
        Engagement.stage.not_in(_FINISHED),
    )
    return list(scope.session.scalars(query.order_by(Engagement.due.nulls_last(), Engagement.ref)))


def to_confirm(scope: Scope, client_ref: str | None = None) -> list[ProposalView]:
    """Every open proposal of the asker's clients (of this one), by client, list and item. Raises NotFound outside the scope."""
    where = (ItemMatch.state == "proposed") & ClientRequest.closed_on.is_(None)
    if client_ref is not None:
        where = where & (ItemMatch.client_id == access_client(scope, client_ref).id)
    return [one for many in _pairs(scope, where).values() for one in many]


def firm_lists(scope: Scope) -> list[FirmLine]:
    """Every list of open work with an open item, the oldest first. Seven queries, however many there are."""
    item, of = RequestItem, ClientRequest
    still = item.received_on.is_(None)
    open_ = func.count().filter(still)
    rows = scope.session.execute(
        select(of.id, of.title, of.paused_on, of.at_most, of.escalated, Client.ref, Client.name, Engagement.title)
        .add_columns(open_, func.count(), func.min(case((still, item.requested_on))), func.min(case((still, item.due))))
        .select_from(item)
        .join(of, of.id == item.request_id)
        .join(Client, Client.id == item.client_id)
        .outerjoin(Engagement, Engagement.id == of.engagement_id)
        .where(item.client_id.in_(scope.clients()))
        .where(Engagement.id.is_(None) | Engagement.stage.not_in(_FINISHED), of.closed_on.is_(None))
        .group_by(of.id, Client.id, Engagement.id)
        .having(open_ > 0)
    ).all()
    pairs = (
        select(item.request_id, func.count())
        .join(ItemMatch, ItemMatch.item_id == item.id)
        .where(ItemMatch.state == "proposed", ItemMatch.client_id.in_(scope.clients()))
        .group_by(item.request_id)
    )
    waiting = dict(scope.session.execute(pairs).tuples().all())
    chases = {one.request_id: one for one in chased(scope)}
    lines = [_line(row, chases.get(row[0]), waiting.get(row[0], 0), scope.today) for row in rows]
    return sorted(lines, key=lambda one: (-(one.oldest or 0), one.client, one.id))


def _line(row: Sequence[Any], chase: Chased | None, proposals: int, today: date) -> FirmLine:
    """A list with how many of its items are open, and since when the first of them is asked for and due."""
    key, title, paused_on, at_most, escalated, ref, client, work, still, items, asked, due = row
    draft = chase.draft_id if chase else None
    return FirmLine(
        key,
        work or title,
        ref,
        client,
        still,
        items,
        (today - asked).days if asked else None,
        max((today - due).days, 0) if due else 0,
        "us" if proposals or draft else "nobody" if paused_on else "client",
        chase.chase.sent if chase else 0,
        at_most,
        chase.next_on if chase else None,
        draft,
        escalated,
        proposals,
        title,
    )
