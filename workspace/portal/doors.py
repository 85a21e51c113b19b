"""How a contact comes in without a password: links that open once, and the session of her browser. Outside every session of the firm.

Nobody is signed in here: the scope is the software's own (system:portal), by the real clock. A link is bound to its contact, and where it
was made for one to a client and a list of requests; looking at it does not use it up, since mail programs look at every address. A link
that is unknown, used, old or taken back says so in the same words. A link or a session of a contact to whom nothing is open opens nothing.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from store import audit
from store.audit import AuditTag
from store.errors import NotFound
from store.ids import new_id
from store.seal import Seal
from store.tables import Contact, Firm, PortalAccess, PortalLink, PortalSession
from workspace.portal.scope import open_clients
from workspace.scope import Scope

INVITED, ASKED = timedelta(days=7), timedelta(minutes=15)
IDLE, LONGEST = timedelta(hours=12), timedelta(days=7)
NOTED = timedelta(minutes=10)
"""How often the use of a session is written down."""
ASKED_AT_MOST, ASKED_WITHIN = 3, timedelta(minutes=15)
NO_LINK = "This link does not work any more. A link works once, for a short time. Ask for a new one below."


@dataclass(frozen=True)
class Link:
    """A way in. `secret` is told once; `until` is aware UTC."""

    id: str
    contact_id: str
    name: str
    until: datetime
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Visitor:
    """Who is behind a session. `stale`: that it is used was not written down for a while."""

    session_id: str
    contact_id: str
    name: str
    email: str
    stale: bool


def portal_setting(scope: Scope, name: str, otherwise: Any) -> Any:
    """A value of `[settings.portal]` of firm.toml, of the type of `otherwise`, else `otherwise`."""
    settings = scope.session.scalars(select(Firm.settings).limit(1)).one_or_none() or {}
    given = (settings.get("portal") or {}).get(name, otherwise)
    return given if isinstance(given, type(otherwise)) and given else otherwise


def firm_name(scope: Scope) -> str:
    """The firm's name, which a stranger at the door may know."""
    return scope.session.scalars(select(Firm.name).limit(1)).one_or_none() or ""


def link_life(scope: Scope) -> timedelta:
    """How long a link works that the firm made: `[settings.portal] link_days`, 1 to 30, seven without it."""
    days = portal_setting(scope, "link_days", INVITED.days)
    return timedelta(days=min(max(days, 1), 30))


def make_link(
    scope: Scope,
    contact: Contact,
    life: timedelta,
    *,
    client_id: str | None = None,
    request_id: str | None = None,
    seal: Seal | None = None,
) -> Link:
    """A new link for a contact; her unused ones of the same kind end. With `seal` it waits to be mailed to her, its secret sealed."""
    for row in scope.session.scalars(_unused(contact.id, client_id)):
        _end(row, scope.now)
    secret, until = secrets.token_urlsafe(32), scope.now + life
    mailed = seal is not None and bool(contact.email)
    row = PortalLink(
        id=new_id("lnk"),
        contact_id=contact.id,
        client_id=client_id,
        request_id=request_id,
        token_hash=hashed(secret),
        made_by=scope.person_id,
        made_at=scope.now,
        expires_at=until,
        used=False,
        mail="waiting" if mailed else "none",
        mail_to=contact.email or "" if mailed else "",
        sealed=seal.close(secret) if seal is not None and mailed else "",
        attempts=0,
        next_at=scope.now if mailed else None,
        error="",
    )
    scope.session.add(row)
    scope.session.flush()
    detail: dict[str, str | bool] = {"contact": contact.id, "until": until.isoformat(), "mailed": mailed}
    _note(scope, AuditTag.PORTAL_INVITED, f"link:{row.id}", client_id, scope.email, request=request_id or "", **detail)
    return Link(row.id, contact.id, contact.name, until, secret)


def _unused(contact_id: str, client_id: str | None) -> Any:
    return select(PortalLink).where(
        PortalLink.contact_id == contact_id, PortalLink.client_id == client_id, PortalLink.ended_at.is_(None)
    )


def end_links(scope: Scope, contact_id: str, client_id: str) -> None:
    """No link that was made for this contact at this client opens from now on."""
    for row in scope.session.scalars(_unused(contact_id, client_id)):
        _end(row, scope.now)


def _end(row: PortalLink, now: datetime) -> None:
    row.ended_at, row.sealed = now, ""
    row.mail = "none" if row.mail == "waiting" else row.mail


def name_behind(scope: Scope, secret: str) -> str:
    """The name of the contact whose link this is; changes nothing. Raises NotFound for a link that opens nothing."""
    return _behind(scope, secret)[1].name


def enter(scope: Scope, secret: str, *, address: str, agent: str) -> tuple[str, str | None]:
    """Use a link up and open a session: its secret, and the list of requests that the link leads to. Raises NotFound as `name_behind`."""
    row, contact = _behind(scope, secret, locked=True)
    row.used = True
    _end(row, scope.now)
    return open_session(scope, contact.id, address=address, agent=agent, by="link"), row.request_id


def _behind(scope: Scope, secret: str, *, locked: bool = False) -> tuple[PortalLink, Contact]:
    wanted = select(PortalLink).where(PortalLink.token_hash == hashed(secret[:200]))
    row = scope.session.scalars(wanted.with_for_update() if locked else wanted).one_or_none()
    if row is None or row.ended_at is not None or row.expires_at <= scope.now:
        raise NotFound(NO_LINK)
    contact, open_to = scope.session.get(Contact, row.contact_id), open_clients(scope.session, row.contact_id)
    if contact is None or not open_to or (row.client_id is not None and row.client_id not in open_to):
        raise NotFound(NO_LINK)
    return row, contact


def open_session(scope: Scope, contact_id: str, *, address: str, agent: str, by: str) -> str:
    """A session for a contact who proved who she is (`by`: link, passkey); its secret. Raises NotFound when nothing is open to her."""
    clients = open_clients(scope.session, contact_id)
    if not clients:
        raise NotFound(NO_LINK)
    secret = secrets.token_urlsafe(32)
    row = PortalSession(
        id=new_id("vis"),
        contact_id=contact_id,
        token_hash=hashed(secret),
        opened_at=scope.now,
        used_at=scope.now,
        expires_at=scope.now + LONGEST,
        agent="".join(one for one in agent if one.isprintable())[:200],
        address=address[:60],
    )
    scope.session.add(row)
    scope.session.flush()
    _seen(scope, contact_id)
    _note(
        scope,
        AuditTag.PORTAL_OPENED,
        f"visit:{row.id}",
        clients[0],
        f"contact:{contact_id}",
        by=by,
        address=address[:60],
    )
    return secret


def opened_by(scope: Scope, secret: str) -> Visitor | None:
    """Whose open session this secret is; None for none, and for one to whom nothing is open any more."""
    found = scope.session.execute(
        select(PortalSession, Contact)
        .join(Contact, Contact.id == PortalSession.contact_id)
        .where(PortalSession.token_hash == hashed(secret[:200]))
    ).one_or_none()
    if found is None:
        return None
    row, contact = found.tuple()
    idle = scope.now - row.used_at
    if row.ended_at is not None or row.expires_at <= scope.now or idle >= IDLE:
        return None
    return Visitor(row.id, contact.id, contact.name, contact.email or "", idle >= NOTED)


def note_use(scope: Scope, session_id: str) -> None:
    """Write down that a session is in use."""
    row = scope.session.get(PortalSession, session_id)
    if row is not None:
        row.used_at = max(row.used_at, scope.now)
        _seen(scope, row.contact_id)


def _seen(scope: Scope, contact_id: str) -> None:
    wanted = select(PortalAccess).where(PortalAccess.contact_id == contact_id, PortalAccess.revoked_at.is_(None))
    for access in scope.session.scalars(wanted):
        access.seen_at = scope.now


def leave(scope: Scope, secret: str) -> None:
    """End a session."""
    wanted = select(PortalSession).where(
        PortalSession.token_hash == hashed(secret[:200]), PortalSession.ended_at.is_(None)
    )
    for row in scope.session.scalars(wanted):
        row.ended_at = scope.now


def ask(scope: Scope, seal: Seal | None, email: str) -> int:
    """Somebody at the door asks for a link to this address: one for each contact of it to whom something is open; how many.

    With `seal` they wait to be mailed; without a mail server the firm is told on the client's page and makes one itself. Braked by
    address: who asks too often gets nothing, and the page says the same to all."""
    address = email.strip().lower()[:200]
    if "@" not in address:
        return 0
    made = 0
    for contact in scope.session.scalars(select(Contact).where(func.lower(Contact.email) == address).limit(6)):
        if not open_clients(scope.session, contact.id) or _asked_lately(scope, contact.id):
            continue
        wanted = select(PortalAccess).where(PortalAccess.contact_id == contact.id, PortalAccess.revoked_at.is_(None))
        for access in scope.session.scalars(wanted):
            access.asked_at = scope.now
        if seal is not None:
            make_link(scope, contact, ASKED, seal=seal)
            made += 1
    return made


def _asked_lately(scope: Scope, contact_id: str) -> bool:
    wanted = (
        select(func.count())
        .select_from(PortalLink)
        .where(
            PortalLink.contact_id == contact_id,
            PortalLink.client_id.is_(None),
            PortalLink.made_at > scope.now - ASKED_WITHIN,
        )
    )
    return (scope.session.scalar(wanted) or 0) >= ASKED_AT_MOST


def note_refused(scope: Scope, address: str) -> None:
    """A link that opened nothing was tried from this place."""
    _note(scope, AuditTag.PORTAL_REFUSED, f"address:{address[:60]}", None, scope.email)


def hashed(secret: str) -> str:
    """How a secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _note(scope: Scope, tag: AuditTag, subject: str, client_id: str | None, actor: str, **detail: str | bool) -> None:
    audit.record(
        scope.session, tag, actor=actor, subject=subject, now=scope.now, client_id=client_id, detail=dict(detail)
    )
