"""The firm's part of the portal: who of a client's contacts may come in, their links, and what they sent that waits in quarantine.

Here the scope is the firm's. A contact gets into the clients that were opened to her, one by one; whom the asker may not see she can
neither open nor count. Nothing here says anything to a contact.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from store import audit
from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import stable_id
from store.seal import Seal
from store.tables import Client, ClientContact, ClientRequest, Contact, PortalAccess, PortalLink, PortalUpload
from workspace.acting import person_of
from workspace.portal.doors import Link, end_links, link_life, make_link
from workspace.portal.scope import PortalScope, open_clients
from workspace.portal.uploads import Seen, take
from workspace.scope import Right, Scope, access_client

TAKEN_ANYWAY = "holds macros"


@dataclass(frozen=True)
class ContactHere:
    """A contact of the client. `state`: none (never let in), in, revoked. `elsewhere`: other clients of hers that the asker may see and
    that are not open to her, (ref, name). `mail` is what became of the last link that was mailed, "" for none."""

    id: str
    name: str
    email: str
    title: str
    state: str
    since: datetime | None
    seen_at: datetime | None
    asked_at: datetime | None
    mail: str
    mail_error: str
    elsewhere: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Held:
    """An upload in quarantine. `may_take`: it is a document that is only held for its macros."""

    id: str
    name: str
    size: int
    client_ref: str
    client: str
    contact: str
    finding: str
    sent_at: datetime
    may_take: bool


@dataclass(frozen=True)
class Here:
    """The page of a client's portal. `lists` (id, title) are the client's lists of requests that a link can lead to; `sent` counts what
    came through the portal, `held` waits in quarantine."""

    contacts: tuple[ContactHere, ...]
    lists: tuple[tuple[str, str], ...]
    sent: int
    held: tuple[Held, ...]


def overview(scope: Scope, ref: str) -> Here:
    """Who of the client's contacts may come in, and what waits. Seven queries at most. Raises NotFound."""
    client = access_client(scope, ref)
    rows = scope.session.execute(
        select(Contact, ClientContact, PortalAccess)
        .join(ClientContact, ClientContact.contact_id == Contact.id)
        .outerjoin(
            PortalAccess,
            (PortalAccess.client_id == ClientContact.client_id) & (PortalAccess.contact_id == Contact.id),
        )
        .where(ClientContact.client_id == client.id)
        .order_by(ClientContact.is_primary.desc(), Contact.name)
    ).tuples()
    found = list(rows)
    ids = [contact.id for contact, *_ in found]
    mails, elsewhere = _mails(scope, ids, client.id), _elsewhere(scope, ids, client.id)
    lists = scope.session.execute(
        select(ClientRequest.id, ClientRequest.title)
        .where(ClientRequest.client_id == client.id)
        .order_by(ClientRequest.id)
    ).tuples()
    counted = select(func.count()).select_from(PortalUpload).where(PortalUpload.client_id == client.id)
    return Here(
        tuple(_shown(c, tie, access, mails.get(c.id), elsewhere.get(c.id, ())) for c, tie, access in found),
        tuple((key, title) for key, title in lists),
        scope.session.scalar(counted.where(PortalUpload.state.in_(("taken", "doubled")))) or 0,
        held(scope, client.id),
    )


def _shown(
    contact: Contact,
    tie: ClientContact,
    access: PortalAccess | None,
    link: PortalLink | None,
    elsewhere: tuple[tuple[str, str], ...],
) -> ContactHere:
    state = "none" if access is None else "revoked" if access.revoked_at is not None else "in"
    return ContactHere(
        contact.id,
        contact.name,
        contact.email or "",
        tie.title or "",
        state,
        access.granted_at if access else None,
        access.seen_at if access else None,
        access.asked_at if access and state == "in" else None,
        link.mail if link else "",
        link.error if link else "",
        elsewhere,
    )


def _mails(scope: Scope, ids: Collection[str], client_id: str) -> dict[str, PortalLink]:
    wanted = select(PortalLink).where(
        PortalLink.contact_id.in_(ids), PortalLink.client_id == client_id, PortalLink.mail != "none"
    )
    return {row.contact_id: row for row in scope.session.scalars(wanted.order_by(PortalLink.made_at))}


def _elsewhere(scope: Scope, ids: Collection[str], client_id: str) -> dict[str, tuple[tuple[str, str], ...]]:
    open_there = select(PortalAccess.id).where(
        PortalAccess.client_id == Client.id,
        PortalAccess.contact_id == ClientContact.contact_id,
        PortalAccess.revoked_at.is_(None),
    )
    rows = scope.session.execute(
        select(ClientContact.contact_id, Client.ref, Client.name)
        .join(Client, Client.id == ClientContact.client_id)
        .where(ClientContact.contact_id.in_(ids), Client.id != client_id, Client.id.in_(scope.clients()))
        .where(~open_there.exists())
        .order_by(Client.name)
    ).tuples()
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for contact_id, ref, name in rows:
        found[contact_id] = (*found.get(contact_id, ()), (ref, name))
    return found


def invite(
    scope: Scope,
    ref: str,
    contact_id: str,
    *,
    also: Sequence[str] = (),
    request_id: str | None = None,
    seal: Seal | None = None,
) -> Link:
    """Let a contact of the client in, also to the other clients of hers that are named, and make her a link; links before it end.

    `seal`: the link is mailed to her. `scope.now` must be the real clock's. Raises NotFound, Forbidden without portal:invite, Invalid."""
    client = access_client(scope, ref, Right.PORTAL_INVITE)
    contact = _contact(scope, client.id, contact_id)
    if request_id is not None:
        wanted = select(ClientRequest.id).where(ClientRequest.id == request_id, ClientRequest.client_id == client.id)
        if scope.session.scalars(wanted).one_or_none() is None:
            raise NotFound("there is no such list of requests of this client")
    if seal is not None and not contact.email:
        raise Invalid(f"{contact.name} has no e-mail address: copy the link and hand it over another way")
    for one in (client, *(access_client(scope, other, Right.PORTAL_INVITE) for other in also)):
        _contact(scope, one.id, contact.id)
        _grant(scope, one, contact)
    return make_link(scope, contact, link_life(scope), client_id=client.id, request_id=request_id, seal=seal)


def _contact(scope: Scope, client_id: str, contact_id: str) -> Contact:
    wanted = (
        select(Contact)
        .join(ClientContact, ClientContact.contact_id == Contact.id)
        .where(ClientContact.client_id == client_id, Contact.id == contact_id)
    )
    found = scope.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound("there is no such contact of this client")
    return found


def _grant(scope: Scope, client: Client, contact: Contact) -> None:
    key = stable_id("acc", client.id, contact.id)
    row = scope.session.get(PortalAccess, key)
    if row is not None and row.revoked_at is None:
        return
    if row is None:
        row = PortalAccess(id=key, client_id=client.id, contact_id=contact.id)
        scope.session.add(row)
    row.granted_by, row.granted_at, row.revoked_by, row.revoked_at = person_of(scope), scope.now, None, None
    scope.session.flush()
    _note(scope, AuditTag.PORTAL_GRANTED, f"contact:{contact.id}", client.id, name=contact.name)


def revoke(scope: Scope, ref: str, contact_id: str) -> None:
    """Take a contact's way into this client back, at once. Raises NotFound, Forbidden without portal:invite, Conflict without one."""
    client = access_client(scope, ref, Right.PORTAL_INVITE)
    row = scope.session.get(PortalAccess, stable_id("acc", client.id, contact_id))
    if row is None or row.revoked_at is not None:
        raise Conflict("this contact has no way in")
    row.revoked_by, row.revoked_at = person_of(scope), scope.now
    end_links(scope, contact_id, client.id)
    scope.session.flush()
    _note(scope, AuditTag.PORTAL_REVOKED, f"contact:{contact_id}", client.id)


def as_contact(scope: Scope, ref: str, contact_id: str) -> PortalScope:
    """The scope of a contact for a look at what she sees: of her clients only those that the asker may see. Raises NotFound."""
    client = access_client(scope, ref)
    contact = _contact(scope, client.id, contact_id)
    seen = set(scope.session.scalars(scope.clients()))
    clients = tuple(one for one in open_clients(scope.session, contact.id) if one in seen)
    return PortalScope(scope.session, contact.id, clients or (client.id,), scope.now, scope.today)


def held(scope: Scope, client_id: str | None = None) -> tuple[Held, ...]:
    """What waits in quarantine, of the asker's clients, the oldest first. One query. Raises Forbidden without document:add."""
    if client_id is None:
        scope.require(Right.DOCUMENT_ADD)
    wanted = (
        select(PortalUpload, Client.ref, Client.name, Contact.name)
        .join(Client, Client.id == PortalUpload.client_id)
        .join(Contact, Contact.id == PortalUpload.contact_id)
        .where(PortalUpload.state == "held", PortalUpload.client_id.in_(scope.clients()))
        .order_by(PortalUpload.sent_at, PortalUpload.id)
    )
    if client_id is not None:
        wanted = wanted.where(PortalUpload.client_id == client_id)
    return tuple(
        Held(row.id, row.name, row.size, ref, client, contact, row.finding, row.sent_at, row.finding == TAKEN_ANYWAY)
        for row, ref, client, contact in scope.session.execute(wanted).tuples()
    )


def sort_held(scope: Scope, upload_id: str, decision: str, reason: str) -> str:
    """A person's word on an upload in quarantine, with the reason: `drop` it, or `take` a document with macros in; the client's id.

    Raises NotFound, Forbidden without document:add (to take in: intake:sort), Invalid without a reason, Conflict."""
    wanted = select(PortalUpload).where(PortalUpload.id == upload_id, PortalUpload.client_id.in_(scope.clients()))
    row = scope.session.scalars(wanted.with_for_update()).one_or_none()
    if row is None:
        raise NotFound("there is no such file in quarantine")
    scope.require(Right.INTAKE_SORT if decision == "take" else Right.DOCUMENT_ADD)
    why = " ".join(reason.split())[:300]
    if not why:
        raise Invalid("say why: the reason is kept with the file")
    if row.state != "held":
        raise Conflict(f"this file was {row.state} already")
    if decision == "take" and row.finding != TAKEN_ANYWAY:
        raise Conflict("only a document that is held for its macros can be taken in; ask the sender for a PDF")
    if decision not in ("take", "drop"):
        raise Invalid(f"nothing is done by {decision[:20]!r}")
    row.decided_by, row.decided_at, row.reason = person_of(scope), scope.now, why
    if decision == "take":
        take(scope, row, Seen(row.media_type or ""))
    else:
        row.state = "dropped"
    scope.session.flush()
    _note(scope, AuditTag.PORTAL_SORTED, f"upload:{row.id}", row.client_id, decision=decision, reason=why)
    return row.client_id


def _note(scope: Scope, tag: AuditTag, subject: str, client_id: str, **detail: str) -> None:
    audit.record(
        scope.session, tag, actor=scope.email, subject=subject, now=scope.now, client_id=client_id, detail=dict(detail)
    )
