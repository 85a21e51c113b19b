"""What a contact is told of the firm: its name, how to pay, and whom to ask. No other name of anybody who works there."""

from dataclasses import dataclass

from sqlalchemy import select

from store.tables import Client, Firm, Person
from workspace.portal.scope import PortalScope, contact_of


@dataclass(frozen=True)
class Somebody:
    """One of the firm whom she may ask: the partner or the manager of a client of hers."""

    name: str
    email: str


def firm_of(scope: PortalScope) -> str:
    """The firm's name."""
    return scope.session.scalars(select(Firm.name).limit(1)).one_or_none() or ""


def contact_name(scope: PortalScope) -> str:
    """Her own name, as the firm writes it. Raises NotFound."""
    return contact_of(scope).name


def how_to_pay(scope: PortalScope) -> str:
    """The firm's own words: `[settings.portal] pay` of firm.toml, "" without."""
    settings = scope.session.scalars(select(Firm.settings).limit(1)).one_or_none() or {}
    given = (settings.get("portal") or {}).get("pay", "")
    return given.strip()[:1_000] if isinstance(given, str) else ""


def whom_to_ask(scope: PortalScope) -> tuple[Somebody, ...]:
    """The partners and managers of her clients, by name, six at most."""
    ids: set[str] = set()
    for pair in scope.session.execute(
        select(Client.partner_id, Client.manager_id).where(Client.id.in_(scope.client_ids))
    ):
        ids |= {one for one in pair if one}
    rows = scope.session.execute(
        select(Person.name, Person.email).where(Person.id.in_(ids), Person.active).order_by(Person.name).limit(6)
    )
    return tuple(Somebody(name, email) for name, email in rows.tuples())
