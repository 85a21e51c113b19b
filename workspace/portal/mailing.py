"""Links on their way by mail: claimed by one process before it speaks to the server, settled afterwards. Speaks to no server itself.

Such a mail says that there is a way in, and nothing of any client: so it needs no release (docs/decisions/0016). Its secret is sealed until
the server took the mail, and forgotten then. What was claimed and never settled is not sent again: the contact asks for another.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from store.seal import Seal
from store.tables import Contact, Firm, PortalLink
from workspace.scope import Right, Scope

GIVEN_UP_AFTER = 6
_FIRST_WAIT, _ABANDONED = timedelta(minutes=1), timedelta(minutes=10)


@dataclass(frozen=True)
class LinkMail:
    """A claimed link with what its mail says. `days` are whole days that it works, 0: less than one."""

    id: str
    message_id: str
    to: str
    name: str
    firm: str
    days: int
    secret: str = field(repr=False)


def claim_link(scope: Scope, seal: Seal) -> LinkMail | None:
    """The next link to mail, claimed; None: there is none. Links that are used, old or taken back are not mailed. Raises Forbidden
    without scan:run."""
    scope.require(Right.SCAN_RUN)
    _give_up(scope)
    query = select(PortalLink).where(
        PortalLink.mail == "waiting", PortalLink.next_at <= scope.now, PortalLink.ended_at.is_(None)
    )
    query = query.where(PortalLink.expires_at > scope.now).order_by(PortalLink.next_at, PortalLink.id)
    row = scope.session.scalars(query.limit(1).with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    secret = seal.open(row.sealed)
    if secret is None:  # sealed with another key: nobody can read it again
        row.mail, row.sealed, row.error = "failed", "", "its secret cannot be read with this key: make a new link"
        return None
    row.mail, row.attempts, row.next_at = "sending", row.attempts + 1, scope.now
    name = scope.session.get_one(Contact, row.contact_id).name
    firm = scope.session.scalars(select(Firm.name).limit(1)).one_or_none() or ""
    domain = row.mail_to.rpartition("@")[2]
    days = (row.expires_at - row.made_at).days
    return LinkMail(row.id, f"<{row.id}@{domain}>", row.mail_to, name, firm, days, secret)


def settle_link(scope: Scope, link_id: str, *, refused: str = "", later: str = "") -> str:
    """What became of a claimed mail: sent, `refused` for good, or to be tried `later`; the state it has now. Raises Forbidden."""
    scope.require(Right.SCAN_RUN)
    row = scope.session.get_one(PortalLink, link_id)
    row.error = refused or later
    if later and row.attempts < GIVEN_UP_AFTER:
        row.mail, row.next_at = "waiting", scope.now + _FIRST_WAIT * 2 ** (row.attempts - 1)
    else:
        row.mail, row.sealed = "failed" if row.error else "sent", ""
    return row.mail


def _give_up(scope: Scope) -> None:
    lost = select(PortalLink).where(PortalLink.mail == "sending", PortalLink.next_at < scope.now - _ABANDONED)
    for row in scope.session.scalars(lost):
        row.mail, row.sealed = "failed", ""
        row.error = "the program ended while it was being sent: ask whether it arrived, or make a new link"
