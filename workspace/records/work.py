"""Engagements with their letters, tasks, and the items that clients owe us, as the firm folder states them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count

from sqlalchemy import func, select

from store.ids import stable_id
from store.rows import EngagementRow, Rejected, RequestRow, TaskRow
from store.tables import ClientRequest, Engagement, EngagementLetter, RequestItem, Task
from workspace.records.upsert import (
    Applied,
    Known,
    batches,
    known_clients,
    known_engagements,
    known_people,
    lacking,
    put,
    reject,
)
from workspace.requests.rows import id_of_item, in_order
from workspace.scope import Right, Scope


def apply_engagements(scope: Scope, rows: Sequence[EngagementRow]) -> Applied:
    """Engagements by ref, each with its letter where one was sent or signed."""
    scope.require(Right.CLIENT_WRITE)
    clients, people = known_clients(scope, (row.client_ref for row in rows)), known_people(scope)
    taken: list[EngagementRow] = []
    rejected: list[Rejected] = []
    for row in rows:
        reason = lacking(("client_ref", row.client_ref, clients), ("owner", row.owner, people))
        if reason:
            rejected.append(reject("engagements.csv", row, reason))
        else:
            taken.append(row)
    done = put(scope, Engagement, [_engagement(row, clients[row.client_ref], people) for row in taken])
    letters = _put_letters(scope, taken, clients)
    also = min(letters, done.unchanged)
    return Applied(done.created, done.updated + also, done.unchanged - also, tuple(rejected), done.kept)


def _engagement(row: EngagementRow, client_id: str, people: dict[str, str]) -> Engagement:
    return Engagement(
        id=stable_id("eng", row.ref),
        client_id=client_id,
        ref=row.ref,
        template=row.template,
        title=row.title,
        period_start=row.period_start,
        period_end=row.period_end,
        due=row.due,
        stage=row.stage,
        progress=row.progress,
        fee_type=row.fee_type,
        fee=row.fee,
        budget_hours=row.budget_hours,
        owner_id=people[row.owner] if row.owner else None,
        started_on=row.started_on,
        finished_on=row.finished_on,
        filed_on=row.filed_on,
        extended_to=row.extended_to,
        custom=row.custom,
    )


def _put_letters(scope: Scope, rows: Sequence[EngagementRow], clients: dict[str, str]) -> int:
    """How many letters of engagements that are not new were added or changed."""
    ids = [stable_id("let", row.ref) for row in rows]
    there = set(scope.session.scalars(select(EngagementLetter.id).where(EngagementLetter.id.in_(ids))))
    wanted = [
        EngagementLetter(
            id=identity,
            client_id=clients[row.client_ref],
            engagement_id=stable_id("eng", row.ref),
            sent_on=row.letter_sent_on,
            signed_on=row.letter_signed_on,
        )
        for identity, row in zip(ids, rows, strict=True)
        if row.letter_sent_on or row.letter_signed_on or identity in there
    ]
    done = put(scope, EngagementLetter, wanted)
    return done.created + done.updated


def apply_tasks(scope: Scope, rows: Sequence[TaskRow]) -> Applied:
    """Steps of engagements, by engagement, title and how many of that title came before."""
    scope.require(Right.CLIENT_WRITE)
    engagements, people = known_engagements(scope, (row.engagement_ref for row in rows)), known_people(scope)
    wanted: list[Task] = []
    rejected: list[Rejected] = []
    for row in rows:
        reason = lacking(("engagement_ref", row.engagement_ref, engagements), ("owner", row.owner, people))
        if reason:
            rejected.append(reject("tasks.csv", row, reason))
            continue
        wanted.append(_task(row, engagements[row.engagement_ref], people))
    return put(scope, Task, wanted) + Applied(rejected=tuple(rejected))


def _task(row: TaskRow, engagement: Known, people: dict[str, str]) -> Task:
    return Task(
        id=stable_id("task", row.engagement_ref, row.title, row.nth),
        client_id=engagement.client_id,
        engagement_id=engagement.id,
        title=row.title,
        owner_id=people[row.owner] if row.owner else None,
        due=row.due,
        status=row.status,
        estimate_hours=row.estimate_hours,
        done_on=row.done_on,
        custom=row.custom,
    )


def apply_requests(scope: Scope, rows: Sequence[RequestRow]) -> Applied:
    """What clients owe us, by engagement, item and how many of that item came before; in the list that the row names, else in the one that
    the engagement has by itself; a row without an engagement names its client and a list. A row is the item of its words that is on record,
    however it came there. A list that a person gave an item stands where the row names none."""
    scope.require(Right.CLIENT_WRITE)
    engagements = known_engagements(scope, (row.engagement_ref for row in rows))
    clients = known_clients(scope, (row.client_ref for row in rows if row.client_ref and not row.engagement_ref))
    taken: list[tuple[RequestRow, _Place]] = []
    requests: dict[tuple[str, str], ClientRequest] = {}
    rejected: list[Rejected] = []
    there = _lists_there(scope) if any(row.list for row in rows) else {}
    for row in rows:
        name = " ".join((row.list or "").split())
        reason = lacking(("engagement_ref", row.engagement_ref, engagements)) or _of_nobody(row, name, clients)
        if reason:
            rejected.append(reject("requests.csv", row, reason))
            continue
        engagement = engagements.get(row.engagement_ref or "")
        of = row.engagement_ref or f"client {row.client_ref}"
        made = _request(of, engagement, clients.get(row.client_ref or ""), name, there)
        request = requests.setdefault((of, name.casefold()), made)
        under = engagement.id if engagement else request.client_id
        taken.append((row, _Place(of, under, request.id, request.client_id)))
    ids = _item_ids(scope, taken)
    wanted = [_item(row, key, at) for key, (row, at) in zip(ids, taken, strict=True)]
    _put_lists(scope, requests)
    _keep_received(scope, wanted)
    _keep_list(scope, [one for one, (row, _) in zip(wanted, taken, strict=True) if not row.list])
    return put(scope, RequestItem, wanted) + Applied(rejected=tuple(rejected))


def _of_nobody(row: RequestRow, name: str, clients: Mapping[str, str]) -> str | None:
    """Why a row without an engagement is rejected."""
    if row.engagement_ref:
        return None
    if not row.client_ref or not name:
        return "engagement_ref is empty: without an engagement a row names its client (client_ref) and its list (list)"
    return lacking(("client_ref", row.client_ref, clients))


def _keep_received(scope: Scope, wanted: Sequence[RequestItem]) -> None:
    """A file that does not know of an item's receipt does not take back that a person confirmed a document for it."""
    open_items = {one.id: one for one in wanted if one.received_on is None}
    confirmed = select(RequestItem.id).where(RequestItem.document_id.is_not(None), RequestItem.received_on.is_not(None))
    for batch in batches(sorted(open_items)):
        for item_id in scope.session.scalars(confirmed.where(RequestItem.id.in_(batch))):
            del open_items[item_id].received_on


def _keep_list(scope: Scope, wanted: Sequence[RequestItem]) -> None:
    """A file that does not know of lists does not take an item off the one that a person put it on."""
    by_id = {one.id: one for one in wanted}
    for batch in batches(sorted(by_id)):
        for item_id in scope.session.scalars(select(RequestItem.id).where(RequestItem.id.in_(batch))):
            del by_id[item_id].request_id


def _put_lists(scope: Scope, requests: Mapping[tuple[str, str], ClientRequest]) -> None:
    """The lists; one that is there keeps the name that a person gave it."""
    rows = {one.id: one for one in requests.values()}
    for batch in batches(sorted(rows)):
        for key in scope.session.scalars(select(ClientRequest.id).where(ClientRequest.id.in_(batch))):
            del rows[key].title
    put(scope, ClientRequest, list(rows.values()))


def _lists_there(scope: Scope) -> dict[tuple[str, str], str]:
    """The lists that are on record, by their engagement, or the client where they have none, and name."""
    row = ClientRequest
    of = func.coalesce(row.engagement_id, row.client_id)
    found = scope.session.execute(
        select(of, row.title, row.id).where(row.client_id.in_(scope.clients())).order_by(row.id.desc())
    )
    return {(work, title.casefold()): key for work, title, key in found}


def _request(
    ref: str, engagement: Known | None, client_id: str | None, name: str, there: Mapping[tuple[str, str], str]
) -> ClientRequest:
    key = stable_id("req", ref, name.casefold()) if name else stable_id("req", ref)
    of = engagement.id if engagement else client_id or ""
    return ClientRequest(
        id=there.get((of, name.casefold()), key) if name else key,
        client_id=engagement.client_id if engagement else client_id,
        engagement_id=engagement.id if engagement else None,
        title=name or (f"Documents for {engagement.title}" if engagement else ""),
    )


@dataclass(frozen=True)
class _Place:
    """Where an item stands: `of` names it in ids, `under` is the id of the engagement, or of the client where there is none."""

    of: str
    under: str
    request_id: str
    client_id: str


def _item_ids(scope: Scope, taken: Sequence[tuple[RequestRow, _Place]]) -> list[str]:
    """Which item each row is. An item is known by its words, so that one that was worded anew, moved, or made by an earlier release is met
    and not asked for twice; where none has the row's words, by the id that the row gave it once."""
    there: dict[tuple[str, str], list[str]] = defaultdict(list)
    under = func.coalesce(ClientRequest.engagement_id, ClientRequest.client_id)
    query = select(under, RequestItem.item, RequestItem.id).join(
        ClientRequest, ClientRequest.id == RequestItem.request_id
    )
    for batch in batches(sorted({at.client_id for _, at in taken})):
        for of, item, key in scope.session.execute(query.where(RequestItem.client_id.in_(batch))).tuples():
            there[of, item].append(key)
    met = {key for row, at in taken for key in there.get((at.under, row.item), ())}
    ids: list[str] = []
    for row, at in taken:
        same = in_order(at.of, row.item, there.get((at.under, row.item), ()))
        if row.nth < len(same):
            ids.append(same[row.nth])
        else:
            ids.append(
                next(key for n in chain((row.nth,), count()) if (key := id_of_item(at.of, row.item, n)) not in met)
            )
        met.add(ids[-1])
    return ids


def _item(row: RequestRow, key: str, at: _Place) -> RequestItem:
    return RequestItem(
        id=key,
        client_id=at.client_id,
        request_id=at.request_id,
        item=row.item,
        requested_on=row.requested_on,
        due=row.due,
        received_on=row.received_on,
        custom=row.custom,
    )
