"""What stands over the pages: how many drafts wait for the asker; over a client's pages who the client is and how its last scan ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select

from store.errors import NotFound
from store.tables import (
    Client,
    ClientGroup,
    ClientScan,
    Deliverable,
    Document,
    Engagement,
    Invoice,
    Message,
    Person,
    SignalRow,
)
from store.twins import twin
from workspace.deliverables.model import OPEN
from workspace.money_sight import amount, shown_signals
from workspace.raised import HIDDEN
from workspace.scope import Right, Scope, openable


@dataclass(frozen=True)
class ClientHead:
    """A client as its pages begin. `counts` are the numbers behind the tabs: work (open engagements), documents, mail (threads), money
    (invoices), signals (open), drafts (undecided or not yet released). `scan` is the last scan, None before the first; `waiting` as of
    `waiting()`."""

    id: str
    ref: str
    name: str
    entity_type: str
    status: str
    state: str | None
    fiscal_year_end: str
    industry: str | None
    since: date | None
    annual_fee: Decimal | None
    ai_policy: str
    tax_id: str | None
    address: tuple[str, ...]
    group: str | None
    partner: str | None
    manager: str | None
    counts: Mapping[str, int]
    scan: "LastScan | None"
    waiting: int


@dataclass(frozen=True)
class LastScan:
    """How the client was last scanned. `state`: done, unchanged, failed; `read` is what client_reading.py wrote down."""

    as_of: date
    state: str
    error: str | None
    read: Mapping[str, Any]
    blind_spots: Sequence[tuple[str, str]]

    @property
    def deadlines(self) -> Sequence[Mapping[str, Any]]:
        """By slack, the least first."""
        found: list[Mapping[str, Any]] = self.read.get("deadlines", [])
        return sorted(found, key=lambda one: (Decimal(one["slack_days"]), one["due"], one["title"]))

    def slack_of(self, ref: str) -> str | None:
        """Business days of slack of an open engagement, None where no date is known."""
        return next((one["slack_days"] for one in self.deadlines if one["ref"] == ref), None)


def waiting(scope: Scope) -> int:
    """How many drafts wait for a review or a release among the asker's clients; one query."""
    return scope.session.scalars(_waiting(scope)).one()


def _waiting(scope: Scope) -> Select[int]:
    return select(func.count()).select_from(Deliverable).where(Deliverable.state.in_(OPEN), openable(scope))


def client_head(scope: Scope, ref: str) -> ClientHead:
    """The head of a client's pages, in one query. Raises NotFound outside the scope."""
    scope.require(Right.CLIENT_READ)
    partner, manager = twin(Person, "partner"), twin(Person, "manager")
    any_scan = twin(ClientScan, "any")
    newest = select(func.max(any_scan.as_of)).where(any_scan.client_id == Client.id).correlate(Client).scalar_subquery()
    counts = _counts(scope)
    found = scope.session.execute(
        select(Client, ClientGroup.name, partner.name, manager.name, ClientScan, _waiting(scope).scalar_subquery())
        .add_columns(*counts.values())
        .outerjoin(ClientGroup, ClientGroup.id == Client.group_id)
        .outerjoin(partner, partner.id == Client.partner_id)
        .outerjoin(manager, manager.id == Client.manager_id)
        .outerjoin(ClientScan, (ClientScan.client_id == Client.id) & (ClientScan.as_of == newest))
        .where(Client.ref == ref, Client.id.in_(scope.clients()))
    ).one_or_none()
    if found is None:
        raise NotFound(f"there is no client {ref}")
    client, group, partner_name, manager_name, scan, waits, *numbers = found.tuple()
    return ClientHead(
        id=client.id,
        ref=client.ref,
        name=client.name,
        entity_type=client.entity_type,
        status=client.status,
        state=client.state,
        fiscal_year_end=client.fiscal_year_end,
        industry=client.industry,
        since=client.since,
        annual_fee=amount(scope, client.annual_fee),
        ai_policy=client.ai_policy,
        tax_id=client.tax_id,
        address=_address(client),
        group=group,
        partner=partner_name,
        manager=manager_name,
        counts=dict(zip(counts, numbers, strict=True)),
        scan=_last(scan),
        waiting=waits,
    )


def _counts(scope: Scope) -> dict[str, ScalarSelect[Any]]:
    """One subquery a tab, each of the client in hand."""

    def of(table: Any, *conditions: Any, what: Any = None) -> ScalarSelect[Any]:
        counted = func.count() if what is None else func.count(what.distinct())
        query = select(counted).select_from(table).where(table.client_id == Client.id, *conditions)
        return query.correlate(Client).scalar_subquery()

    good = twin(ClientScan, "good")
    last = (
        select(func.max(good.as_of))
        .where(good.client_id == Client.id, good.state != "failed")
        .correlate(Client)
        .scalar_subquery()
    )
    return {
        "work": of(Engagement, Engagement.stage.not_in(("filed", "done"))),
        "documents": of(Document),
        "mail": of(Message, what=Message.thread),
        "money": of(Invoice),
        "signals": of(SignalRow, SignalRow.as_of == last, SignalRow.state.not_in(HIDDEN), shown_signals(scope)),
        "drafts": of(Deliverable, Deliverable.state.in_(OPEN)),
    }


def _address(client: Client) -> tuple[str, ...]:
    town = " ".join(part for part in (client.city and f"{client.city},", client.state, client.zip) if part)
    return tuple(line for line in (client.address, town if client.city else None) if line)


def _last(scan: ClientScan | None) -> LastScan | None:
    if scan is None:
        return None
    spots = tuple((str(what), str(why)) for what, why in scan.blind_spots)
    return LastScan(scan.as_of, scan.state, scan.error, scan.read, spots)
