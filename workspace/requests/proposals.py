"""Proposed pairs of item and document: kept by the night, confirmed or refused by a person. A refused pair stays refused.

`propose` is called wherever a client's file was read anyway (agents/scan.py, making a list); it writes only what is new. A confirmation
sets the item's day and document, or what is still lacking of one that has parts. Every act can be undone (workspace/undo.py).
"""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from store.audit import AuditTag
from store.errors import Conflict, Invalid
from store.ids import stable_id
from store.tables import ClientRequest, Document, Engagement, Firm, ItemMatch, RequestItem
from workspace.evidence import to_json
from workspace.requests.matching import Item, Proposal, covered, match
from workspace.requests.rows import item_of, match_of, noted
from workspace.requests.standing import as_work, ends_on, standing
from workspace.requests.wants import wants_of
from workspace.scope import Right, Scope
from workspace.snapshot import Engagement as Work
from workspace.snapshot import Snapshot

PARTS = ("engagements", "requests", "documents")  # what matching reads of a snapshot


def propose(scope: Scope, snapshot: Snapshot) -> set[str]:
    """Keep what the client's documents propose for its open items; the ids of the items that have an open proposal now.

    Nothing is written where nothing is new: no row, no revision. A proposal that no longer holds (a kind was corrected) goes, but what a
    contact sent for an item stays for a person to look at. Two queries.
    Raises Forbidden without request:write."""
    scope.require(Right.REQUEST_WRITE)
    if not any(one.received_on is None for one in snapshot.requests):
        return set()
    rows = scope.session.execute(
        select(RequestItem, ClientRequest.engagement_id)
        .join(ClientRequest, ClientRequest.id == RequestItem.request_id)
        .where(RequestItem.client_id == snapshot.client.id, RequestItem.received_on.is_(None))
        .where(ClientRequest.closed_on.is_(None))
    ).tuples()
    items = [Item(row.id, row.item, wants_of(row.item, row.wants), of) for row, of in rows]
    found = {(one.item_id, one.document_id): one for one in match(snapshot, items)}
    there = list(
        scope.session.scalars(select(ItemMatch).where(ItemMatch.item_id.in_([one.id for one in items])))
        if items
        else ()
    )
    known = {(one.item_id, one.document_id) for one in there}
    for row in there:
        if row.state == "proposed" and row.sent_by is None and (row.item_id, row.document_id) not in found:
            scope.session.delete(row)
    scope.session.add_all(_row(scope, snapshot.client.id, found[pair]) for pair in found.keys() - known)
    scope.session.flush()
    holds = (row for row in there if row.sent_by is not None or (row.item_id, row.document_id) in found)
    still = {row.item_id for row in holds if row.state == "proposed"}
    return still | {item for item, _ in found.keys() - known}


def _row(scope: Scope, client_id: str, one: Proposal) -> ItemMatch:
    return ItemMatch(
        id=stable_id("pair", one.item_id, one.document_id),
        client_id=client_id,
        item_id=one.item_id,
        document_id=one.document_id,
        state="proposed",
        covers=one.covers[:40],
        confidence=one.confidence,
        reason=one.reason,
        evidence=[to_json(part) for part in one.evidence],
        proposed_at=scope.now,
    )


def confirm(scope: Scope, match_id: str, *, whole: bool = False) -> str:
    """The document answers the item; the item's id. `whole`: nothing more is expected of it, though months are lacking.

    Raises NotFound, Forbidden without request:write, Conflict when it was decided already."""
    row = _open(scope, match_id)
    _decide(scope, row, "confirmed")
    item = item_of(scope, row.item_id)
    _settle(scope, item, whole=whole)
    detail = {"item": item.id, "document": row.document_id, "received": item.received_on is not None}
    noted(scope, AuditTag.REQUEST_CONFIRMED, f"match:{row.id}", row.client_id, **detail)
    return item.id


def refuse(scope: Scope, match_id: str) -> str:
    """The document does not answer the item, and is never proposed for it again; the item's id. Raises as `confirm`."""
    row = _open(scope, match_id)
    _decide(scope, row, "refused")
    noted(scope, AuditTag.REQUEST_REFUSED, f"match:{row.id}", row.client_id, item=row.item_id, document=row.document_id)
    return row.item_id


def answer(scope: Scope, item_id: str, document_id: str) -> str:
    """A person names the document that answers an item, proposed or not; the id of the pair. Also for a pair that was refused.

    Raises NotFound, Forbidden without request:write, Invalid for a document of another client."""
    item = item_of(scope, item_id, Right.REQUEST_WRITE)
    document = scope.session.scalars(
        select(Document).where(Document.id == document_id, Document.client_id.in_(scope.clients()))
    ).one_or_none()
    if document is None or document.client_id != item.client_id:
        raise Invalid("that document is not in this client's file")
    key = stable_id("pair", item.id, document.id)
    row = scope.session.get(ItemMatch, key)
    if row is None:
        made = Proposal(item.id, document.id, 1.0, f"chosen by {scope.email}", ())
        row = _row(scope, item.client_id, made)
        scope.session.add(row)
        scope.session.flush()
    _decide(scope, row, "confirmed")
    _settle(scope, item, whole=not row.covers)
    noted(scope, AuditTag.REQUEST_CONFIRMED, f"match:{row.id}", row.client_id, item=item.id, document=document.id)
    return row.id


def receive(scope: Scope, item_id: str, on: date | None = None) -> None:
    """An item came another way than as a document here (paper, a call), or is not needed any more. Raises NotFound, Forbidden, Invalid
    for a day to come, Conflict when it came already."""
    item = item_of(scope, item_id, Right.REQUEST_WRITE)
    if item.received_on is not None:
        raise Conflict("this item came already")
    if on is not None and on > scope.today:
        raise Invalid("what has not come yet cannot be received")
    item.received_on = on or scope.today
    scope.session.flush()
    noted(scope, AuditTag.REQUEST_RECEIVED, f"request:{item.id}", item.client_id, on=str(item.received_on))


def reopen(scope: Scope, item_id: str) -> None:
    """An item is open again, and what was confirmed for it is proposed again. Raises NotFound, Forbidden, Conflict when it is open."""
    item = item_of(scope, item_id, Right.REQUEST_WRITE)
    if item.received_on is None and not item.have:
        raise Conflict("this item is open")
    for row in _confirmed(scope, item.id):
        row.state, row.decided_by, row.decided_at = "proposed", None, None
    item.received_on, item.document_id, item.have = None, None, None
    scope.session.flush()
    noted(scope, AuditTag.REQUEST_REOPENED, f"request:{item.id}", item.client_id)


def _open(scope: Scope, match_id: str) -> ItemMatch:
    row = match_of(scope, match_id, Right.REQUEST_WRITE)
    if row.state != "proposed":
        raise Conflict(f"this was {row.state} already; look at it as it stands now")
    return row


def _decide(scope: Scope, row: ItemMatch, state: str) -> None:
    row.state, row.decided_by, row.decided_at = state, scope.person_id, scope.now
    scope.session.flush()


def _confirmed(scope: Scope, item_id: str) -> list[ItemMatch]:
    wanted = select(ItemMatch).where(ItemMatch.item_id == item_id, ItemMatch.state == "confirmed")
    return list(scope.session.scalars(wanted.order_by(ItemMatch.covers, ItemMatch.decided_at, ItemMatch.id)))


def _settle(scope: Scope, item: RequestItem, *, whole: bool) -> None:
    """The item's day, its document and the months that came, from the pairs that are confirmed."""
    pairs = _confirmed(scope, item.id)
    papers = {
        one.id: one
        for one in scope.session.scalars(select(Document).where(Document.id.in_([p.document_id for p in pairs])))
    }
    covers = _in_order(one.covers for one in pairs)
    if covers and item.have != covers:
        item.have = covers
    work = _work(scope, item)
    found = standing(item.item, item.wants, item.have, work, scope.today)
    last_day = ends_on(wants_of(item.item, item.wants), work)
    done = whole or last_day is None or (last_day < scope.today and not found.lacking)
    first = papers.get(pairs[0].document_id) if pairs else None
    if item.document_id is None and first is not None:
        item.document_id = first.id
    if done and item.received_on is None:
        last = max((one.received_at for one in papers.values()), default=None)
        item.received_on = _day(scope, last, item.requested_on)
    scope.session.flush()


def _in_order(covers: Iterable[str]) -> str:
    return ",".join(sorted({one for one in covers if covered(one)}))


def _day(scope: Scope, received_at: datetime | None, asked_on: date | None) -> date:
    """The day the document came, in the firm's zone; that of the request where it lay there before anybody asked."""
    zone = scope.session.scalars(select(Firm.timezone).limit(1)).first() or "America/New_York"
    day = received_at.astimezone(ZoneInfo(zone)).date() if received_at else scope.today
    return min(max(day, asked_on or day), scope.today)


def _work(scope: Scope, item: RequestItem) -> Work | None:
    row = scope.session.scalars(
        select(Engagement)
        .join(ClientRequest, ClientRequest.engagement_id == Engagement.id)
        .where(ClientRequest.id == item.request_id)
    ).one_or_none()
    return as_work(row)
