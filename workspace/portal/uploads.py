"""Files from contacts. First the bytes and a row in quarantine, in a transaction of its own: from then on nothing is lost. Then, when it is
known what the file is, it becomes a document of the client and is matched to what it was sent for, or it is held.

What is not known to be harmless is no document: it is neither searched nor read nor opened by anybody. Reminders of an item stop in the
transaction in which its file becomes a document. Never parses; what a file is is said by whoever calls (ingestion).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from store import audit
from store.audit import AuditTag
from store.blobs import Blobs
from store.ids import new_id, stable_id
from store.tables import (
    Client,
    ClientRequest,
    Contact,
    Document,
    DocumentVersion,
    Engagement,
    ItemMatch,
    Person,
    PortalUpload,
    RequestItem,
    Task,
)
from workspace.documents import Incoming, clean_path, receive_all
from workspace.portal.asks import item_to_answer
from workspace.portal.scope import PortalScope, beside, client_of
from workspace.requests.reminders import withdraw_whole
from workspace.scope import Right, Scope

SOURCE = "portal"
MEMBERS_MATCHED = 12


@dataclass(frozen=True)
class Seen:
    """What a file turned out to be. `held`: a sentence that says why it stays in quarantine, "" when it may come in. `inside`: what lies in
    an archive that may come in: (path, SHA-256 of bytes that are in the blobs, size)."""

    media_type: str
    held: str = ""
    inside: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True)
class Came:
    """An upload as its sender sees it. `state`: received, taken, doubled, held, dropped; `again`: a person said before that this file
    is not what was asked for."""

    id: str
    name: str
    item: str
    state: str
    again: bool


def keep(
    scope: PortalScope, blobs: Blobs, files: Sequence[tuple[str, bytes]], *, item_id: str | None, client_ref: str
) -> tuple[str, ...]:
    """Put files into quarantine, for an item or else for a client; their ids, in order. Raises NotFound for what is not hers.

    The bytes lie in the blobs before the rows are written: what is answered is kept."""
    item = item_to_answer(scope, item_id) if item_id else None
    client_id = item.client_id if item is not None else client_of(scope, client_ref).id
    rows = [
        PortalUpload(
            id=new_id("upl"),
            client_id=client_id,
            contact_id=scope.contact_id,
            item_id=item.id if item is not None else None,
            name=clean_path(name).rsplit("/", 1)[-1][:200],
            blob=blobs.put(data),
            size=len(data),
            state="received",
            finding="",
            sent_at=scope.now,
            reason="",
        )
        for name, data in files
    ]
    scope.session.add_all(rows)
    scope.session.flush()
    for row in rows:
        told = {"name": row.name, "blob": row.blob, "item": row.item_id or ""}
        _note(scope, AuditTag.PORTAL_SENT, scope.actor, row, size=row.size, **told)
    return tuple(row.id for row in rows)


def unseen(scope: Scope) -> tuple[tuple[str, str, str], ...]:
    """The uploads that nobody has looked at yet: (id, name, SHA-256), the oldest first."""
    wanted = select(PortalUpload.id, PortalUpload.name, PortalUpload.blob).where(
        PortalUpload.state == "received", PortalUpload.client_id.in_(scope.clients())
    )
    return tuple(one.tuple() for one in scope.session.execute(wanted.order_by(PortalUpload.sent_at, PortalUpload.id)))


def settle(scope: Scope, upload_id: str, seen: Seen) -> str:
    """Say of an upload what it is: it becomes a document of its client or is held; the client's id. Done once, however often it is said."""
    row = scope.session.scalars(
        select(PortalUpload)
        .where(PortalUpload.id == upload_id, PortalUpload.client_id.in_(scope.clients()))
        .with_for_update()
    ).one()
    if row.state != "received":
        return row.client_id
    row.media_type = seen.media_type[:100]
    if seen.held:
        row.state, row.finding = "held", seen.held
        _note(scope, AuditTag.PORTAL_HELD, f"contact:{row.contact_id}", row, why=seen.held)
        return row.client_id
    return take(scope, row, seen)


def take(scope: Scope, row: PortalUpload, seen: Seen) -> str:
    """Make a document of an upload, match it, stop the reminders of its item and tell the owner of the work; the client's id."""
    inner = beside(scope, row.contact_id, row.client_id, Right.DOCUMENT_ADD, Right.REQUEST_WRITE, Right.TASK_WRITE)
    # one of a client's files at a time, so that two of one name find two places
    client = inner.session.scalars(select(Client).where(Client.id == row.client_id).with_for_update()).one()
    there = _same_bytes(inner, row)
    if there is not None:
        row.state, row.document_id = "doubled", there
        documents = [there]
    else:
        documents = _received(inner, client.ref, row, seen)
        row.state, row.document_id = "taken", documents[0]
    inner.session.flush()
    item = inner.session.get(RequestItem, row.item_id) if row.item_id else None
    if item is not None and item.client_id == row.client_id and item.received_on is None:
        _match(inner, item, row, documents if len(documents) <= MEMBERS_MATCHED else documents[:1])
        withdraw_whole(inner, row.client_id)
    _tell(inner, client, item, row)
    return row.client_id


def _same_bytes(scope: Scope, row: PortalUpload) -> str | None:
    """A document of the client that holds these very bytes."""
    wanted = (
        select(Document.id)
        .join(DocumentVersion, DocumentVersion.id == Document.current_version_id)
        .where(Document.client_id == row.client_id, DocumentVersion.blob == row.blob)
        .order_by(Document.duplicate_of.is_not(None), Document.path)
    )
    return scope.session.scalars(wanted.limit(1)).first()


def _received(scope: Scope, ref: str, row: PortalUpload, seen: Seen) -> list[str]:
    place = _free_place(scope, row)
    files = [Incoming(ref, place, row.blob, row.size, SOURCE)]
    files += [Incoming(ref, f"{place}/{path}", blob, size, SOURCE) for path, blob, size in seen.inside]
    return [one.document_id for one in receive_all(scope, files)]


def _free_place(scope: Scope, row: PortalUpload) -> str:
    """Where it stands in the client's file: phones call every picture alike, and two of one name are two documents."""
    folder = f"portal/{scope.today.isoformat()}"
    stem, dot, ending = row.name.rpartition(".")
    stem, ending = (stem, f"{dot}{ending}") if stem else (row.name, "")
    taken = set(
        scope.session.scalars(
            select(Document.path).where(
                Document.client_id == row.client_id, Document.path.startswith(f"{folder}/", autoescape=True)
            )
        )
    )
    place, number = clean_path(f"{folder}/{row.name}"), 2
    while place in taken:
        place, number = clean_path(f"{folder}/{stem} ({number}){ending}"), number + 1
    return place


def _match(scope: Scope, item: RequestItem, row: PortalUpload, documents: Sequence[str]) -> None:
    """Propose them for the item, as the contact said; a person confirms. A pair that a person refused stays refused."""
    name = scope.session.get_one(Contact, row.contact_id).name
    for document_id in documents:
        key = stable_id("pair", item.id, document_id)
        pair = scope.session.get(ItemMatch, key)
        if pair is None:
            pair = ItemMatch(
                id=key,
                client_id=item.client_id,
                item_id=item.id,
                document_id=document_id,
                state="proposed",
                covers="",
                confidence=0.9,
                reason=f"{name} sent it for this",
                evidence=[],
                proposed_at=scope.now,
            )
            scope.session.add(pair)
        if pair.state == "proposed":
            pair.sent_by = row.contact_id
    scope.session.flush()


def _tell(scope: Scope, client: Client, item: RequestItem | None, row: PortalUpload) -> None:
    """A task for the owner of the work, else the client's manager or partner: one for each list and day, which counts what came."""
    of = scope.session.get(ClientRequest, item.request_id) if item is not None else None
    owner = None
    if of is not None and of.engagement_id is not None:
        owner = scope.session.scalars(select(Engagement.owner_id).where(Engagement.id == of.engagement_id)).one()
    order = [one for one in (owner, client.manager_id, client.partner_id) if one]
    known = set(scope.session.scalars(select(Person.id).where(Person.id.in_(order), Person.active)))
    person = next((one for one in order if one in known), None)
    if person is None:
        return
    key = stable_id("task", "portal", of.id if of else client.id, scope.today.isoformat())
    task = scope.session.get(Task, key)
    what = of.title if of is not None else "not asked for"
    many = 1 + int((task.custom or {}).get("files", 0)) if task is not None else 1
    title = f"Look at what the client sent: {many} {'file' if many == 1 else 'files'}, {what}"[:300]
    custom = {"files": many, "source": SOURCE}
    if task is None:
        scope.session.add(
            Task(
                id=key,
                client_id=client.id,
                engagement_id=of.engagement_id if of else None,
                title=title,
                owner_id=person,
                due=scope.today,
                status="open",
                custom=custom,
            )
        )
    else:
        task.title, task.custom, task.status = title, custom, "open"
    scope.session.flush()


def came(scope: PortalScope, ids: Sequence[str]) -> tuple[Came, ...]:
    """What became of these uploads of hers, in their order; what is not hers is left out. Two queries."""
    rows = scope.session.execute(
        select(PortalUpload, RequestItem.item, ItemMatch.state)
        .outerjoin(RequestItem, RequestItem.id == PortalUpload.item_id)
        .outerjoin(
            ItemMatch,
            (ItemMatch.item_id == PortalUpload.item_id) & (ItemMatch.document_id == PortalUpload.document_id),
        )
        .where(PortalUpload.id.in_(ids[:50]), PortalUpload.contact_id == scope.contact_id)
        .where(PortalUpload.client_id.in_(scope.client_ids))
    ).tuples()
    found = {row.id: Came(row.id, row.name, item or "", row.state, pair == "refused") for row, item, pair in rows}
    return tuple(found[one] for one in ids if one in found)


def _note(scope: Scope | PortalScope, tag: AuditTag, actor: str, row: PortalUpload, **detail: str | int) -> None:
    audit.record(
        scope.session,
        tag,
        actor=actor,
        subject=f"upload:{row.id}",
        now=scope.now,
        client_id=row.client_id,
        detail=dict(detail),
    )
