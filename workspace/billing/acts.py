"""What every act of this module needs: the person behind it, the engagement it is about, and its line on the trail."""

from typing import Any

from sqlalchemy import or_, select

from store.errors import Conflict, Invalid, NotFound
from store.tables import Bill, BillLine, Client, Engagement, Firm
from workspace.scope import Right, Scope


def see_money(scope: Scope) -> None:
    """Raises Forbidden for who neither sees rates nor records payments: invoices and balances are not everybody's."""
    if not scope.has(Right.PAYMENT_RECORD):
        scope.require(Right.RATES_SEE)


def engagement_of(scope: Scope, client: Client, ref: str | None) -> Engagement | None:
    """The client's engagement of that ref; None without one. Raises NotFound."""
    if not ref:
        return None
    wanted = select(Engagement).where(
        Engagement.ref == ref, Engagement.client_id == client.id, Engagement.client_id.in_(scope.clients())
    )
    found = scope.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound(f"there is no engagement {ref} of client {client.ref}")
    return found


def check_unbilled(scope: Scope, row_id: str, what: str) -> None:
    """Raises Conflict where an entry or an expense stands on a line of a bill, be it a draft: lines keep what they were made of."""
    wanted = (
        select(Bill.state)
        .join(BillLine, Bill.id == BillLine.bill_id)
        .where(or_(BillLine.time_entry_id == row_id, BillLine.expense_id == row_id))
        .where(BillLine.client_id.in_(scope.clients()))
    )
    states = set(scope.session.scalars(wanted))
    if "draft" in states:
        raise Conflict(f"{what} stands on the draft of an invoice; leave it out there first")
    if states:
        raise Conflict(f"{what} stood on an invoice or a draft that was taken back, and stays on record; write it off")


def reason_in(text: str) -> str:
    """A reason, which must be given. Raises Invalid."""
    words = " ".join(text.split())
    if not words:
        raise Invalid("say why: a reason is kept with it")
    return words[:600]


def text_in(text: str | None) -> str | None:
    """A note or a service, None for an empty one."""
    return " ".join((text or "").split())[:600] or None


def setting(scope: Scope, name: str, otherwise: Any) -> Any:
    """A value of `[settings.billing]` of firm.toml, of the type of `otherwise`, else `otherwise`."""
    settings = scope.session.scalars(select(Firm.settings).limit(1)).one_or_none() or {}
    given = (settings.get("billing") or {}).get(name, otherwise)
    return given if isinstance(given, type(otherwise)) else otherwise
