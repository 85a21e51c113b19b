"""What an hour costs: rates by person, client and service, each from a day on.

Precedence, from the first that decides: a rate that names the person goes before one that does not; among those, one that names the client
before one that does not; among those, one that names the service. Of the rates that name the same, the one of the latest `valid_from` on or
before the day counts. Without any, the person's standard rate; without that, no rate is known and the time is worth 0.

A rate is taken when time is entered and stays with it: setting a new one never changes time that is on record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select

from store.audit import AuditTag
from store.errors import Invalid, NotFound
from store.ids import stable_id
from store.tables import Client, Person, Rate
from workspace.acting import person_of, record
from workspace.billing.acts import text_in
from workspace.billing.amounts import MOST
from workspace.scope import Right, Scope, access_client


@dataclass(frozen=True)
class Listed:
    """A rate for a list, dollars an hour. `person` is an address, `client` a ref, `service` a name; None stands for all."""

    id: str
    person: str | None
    client: str | None
    service: str | None
    amount: Decimal
    valid_from: date


def rates_of(scope: Scope) -> tuple[Listed, ...]:
    """The rates of the firm and of the clients that the asker may see, in their precedence. Raises Forbidden without rates:see."""
    scope.require(Right.RATES_SEE)
    query = (
        select(Rate, Person.email, Client.ref)
        .outerjoin(Person, Person.id == Rate.person_id)
        .outerjoin(Client, Client.id == Rate.client_id)
        .where(or_(Rate.client_id.is_(None), Rate.client_id.in_(scope.clients())))
    )
    found = [
        Listed(rate.id, email, ref, rate.service, rate.amount, rate.valid_from)
        for rate, email, ref in scope.session.execute(query).tuples()
    ]
    found.sort(key=lambda r: (r.person or "~", r.client or "~", r.service or "~", -r.valid_from.toordinal()))
    return tuple(found)


def set_rate(
    scope: Scope,
    amount: Decimal,
    valid_from: date,
    *,
    person: str | None = None,
    client: str | None = None,
    service: str | None = None,
) -> str:
    """Set a rate from a day on; the same one set again for that day is replaced. Its id. Raises Forbidden without rates:set, Invalid when
    it names nothing or is negative, NotFound for who or what is not known."""
    scope.require(Right.RATES_SET)
    by, service = person_of(scope), text_in(service)
    if not (person or client or service):
        raise Invalid("a rate names a person, a client or a service")
    if not 0 <= amount <= MOST:
        raise Invalid("a rate is 0 or more, dollars an hour")
    client_id = access_client(scope, client).id if client else None
    person_id = _person(scope, person) if person else None
    identity = stable_id("rate", person_id or "", client_id or "", service or "", valid_from)
    row = scope.session.get(Rate, identity)
    was = row.amount if row else None
    if row is None:
        row = Rate(id=identity, person_id=person_id, client_id=client_id, service=service, valid_from=valid_from)
        scope.session.add(row)
    row.amount, row.set_by, row.set_at = amount, by, scope.now
    named = {"person": person, "client": client, "service": service}
    record(scope, AuditTag.RATE_SET, f"rate:{identity}", client_id, amount=amount, was=was, since=valid_from, **named)
    scope.session.flush()
    return identity


def _person(scope: Scope, email: str) -> str:
    found = scope.session.scalars(select(Person.id).where(Person.email == email.strip().lower())).one_or_none()
    if found is None:
        raise NotFound(f"nobody who works here has the address {email}")
    return found


def rate_for(scope: Scope, person: Person, client_id: str, service: str | None, on: date) -> Decimal | None:
    """Dollars for an hour of this person's, for this client and service, on that day; None where no rate is known. One query."""
    query = select(Rate).where(
        Rate.valid_from <= on,
        or_(Rate.person_id.is_(None), Rate.person_id == person.id),
        or_(Rate.client_id.is_(None), Rate.client_id == client_id),
        or_(Rate.service.is_(None), Rate.service == service),
    )
    return first_of(scope.session.scalars(query).all(), person.standard_rate)


def first_of(rates: Sequence[Rate], standard: Decimal | None) -> Decimal | None:
    """The amount of the rate that decides among those that fit; `standard` without one."""

    def order(rate: Rate) -> tuple[bool, bool, bool, date]:
        named = (rate.person_id is not None, rate.client_id is not None, rate.service is not None)
        return (*named, rate.valid_from)

    return max(rates, key=order).amount if rates else standard
