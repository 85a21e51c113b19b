"""Who asks from outside: a contact, and the clients that she may see at this moment. No scope of the firm, and no right of the firm's.

What she does inside the records goes through `inside`: the rules of the workspace, held to her clients and to the rights that this one
act needs, under her own name on the trail.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from store import fence
from store.errors import NotFound
from store.tables import Client, ClientContact, Contact, PortalAccess
from workspace.scope import Right, Scope

MERGED = "merged"


@dataclass(frozen=True)
class PortalScope:
    """A contact as the asker. `client_ids`: the clients that the firm opened to her and whose contact she is now; `now` is aware UTC,
    `today` the practice's day."""

    session: Session
    contact_id: str
    client_ids: tuple[str, ...]
    now: datetime
    today: date

    @property
    def actor(self) -> str:
        """How the trail names her."""
        return f"contact:{self.contact_id}"


@dataclass(frozen=True)
class _Inside(Scope):
    """The software's scope, held to these clients."""

    client_ids: tuple[str, ...] = ()

    def clients(self) -> Select[str]:
        return select(Client.id).where(Client.id.in_(self.client_ids))

    def raise_fence(self) -> None:
        fence.see_these(self.session, self.client_ids)


def open_portal(session: Session, contact_id: str, *, now: datetime, today: date) -> PortalScope:
    """The scope of a contact, with the clients that are open to her now. One query."""
    with fence.lifted(session, fence.Job.RULE):
        client_ids = open_clients(session, contact_id)
    fence.see_these(session, client_ids)
    return PortalScope(session, contact_id, client_ids, now, today)


def open_clients(session: Session, contact_id: str) -> tuple[str, ...]:
    """The clients that a contact may see: opened by the firm, not taken back, and she is still a contact of each."""
    wanted = (
        select(Client.id)
        .join(PortalAccess, PortalAccess.client_id == Client.id)
        .join(
            ClientContact,
            (ClientContact.client_id == Client.id) & (ClientContact.contact_id == PortalAccess.contact_id),
        )
        .where(PortalAccess.contact_id == contact_id, PortalAccess.revoked_at.is_(None), Client.status != MERGED)
        .order_by(Client.name, Client.ref)
    )
    return tuple(session.scalars(wanted))


def inside(scope: PortalScope, *rights: Right) -> Scope:
    """A scope for the workspace's own rules: her clients only, these rights only, in her name. It can decide nothing that a person must."""
    only = frozenset({Right.CLIENT_READ, *rights})
    return _Inside(
        scope.session, None, scope.actor, "system", scope.now, scope.today, only, client_ids=scope.client_ids
    )


def signing(scope: PortalScope) -> Scope:
    """A scope for the signing of a letter: the last signature makes the paper, the work and what follows from it."""
    return inside(scope, Right.CLIENT_WRITE, Right.DOCUMENT_ADD)


def beside(scope: Scope, contact_id: str, client_id: str, *rights: Right) -> Scope:
    """As `inside`, for what the software finishes later in a contact's name: one client only."""
    only = frozenset({Right.CLIENT_READ, *rights})
    actor = f"contact:{contact_id}"
    return _Inside(scope.session, None, actor, "system", scope.now, scope.today, only, client_ids=(client_id,))


def contact_of(scope: PortalScope) -> Contact:
    """The contact herself. Raises NotFound when she is no contact any more."""
    found = scope.session.get(Contact, scope.contact_id)
    if found is None:
        raise NotFound("there is nobody of that name here")
    return found


def client_of(scope: PortalScope, ref: str) -> Client:
    """The client of that ref among hers. Raises NotFound."""
    wanted = select(Client).where(Client.ref == ref, Client.id.in_(scope.client_ids))
    found = scope.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound("there is no such page")
    return found
