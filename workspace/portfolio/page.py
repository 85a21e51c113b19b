"""The portfolio page: the asker's clients with their flags, concentration, workload, closes. A dozen queries, however many clients."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from store.tables import Client, ClientScan, Firm, Person, SignalRow
from workspace.directory.lifecycle import SERVED
from workspace.pages.head import LastScan
from workspace.portfolio.closes import Close, closes_of
from workspace.portfolio.concentration import Concentration, concentration_of
from workspace.portfolio.health import FLAGS, Flag, flags_of
from workspace.portfolio.standing import NOTHING, Standing, standings_of
from workspace.portfolio.workload import Load, Worker, workload_of
from workspace.raised import Raised, newest_decisions, raised_of
from workspace.scans import latest_scans
from workspace.scope import Right, Scope
from workspace.signals.thresholds import resolve


@dataclass(frozen=True)
class ClientHealth:
    """A client with its flags; none of them, and seen: quiet. `next` is the row of its open work with least slack, None: no date. `close`
    is the monthly close with most in the way, None: there is none."""

    ref: str
    name: str
    entity_type: str
    partner: str | None
    manager: str | None
    flags: tuple[Flag, ...]
    next: Mapping[str, Any] | None
    status: str = "active"
    standing: Standing = NOTHING
    close: Close | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "client_ref": self.ref,
            "client": self.name,
            "partner": self.partner,
            "manager": self.manager,
            "flags": [flag.as_json() for flag in self.flags],
        }


@dataclass(frozen=True)
class Portfolio:
    """`counts` are how many clients bear each flag, in the order of FLAGS; `quiet` how many bear none. `scanned_on`: the newest scan."""

    clients: tuple[ClientHealth, ...]
    counts: tuple[tuple[str, str, int], ...]
    quiet: int
    concentration: Concentration
    workload: tuple[Load, ...]
    closes: tuple[Close, ...]
    scanned_on: date | None

    def as_json(self) -> dict[str, Any]:
        return {
            "scanned_on": self.scanned_on.isoformat() if self.scanned_on else None,
            "clients": [one.as_json() for one in self.clients],
            "quiet": self.quiet,
            "concentration": self.concentration.as_json(),
            "workload": [one.as_json() for one in self.workload],
            "closes": [one.as_json() for one in self.closes],
        }


@dataclass(frozen=True)
class _Seen:
    """A client as the last scan that did not fail left it."""

    id: str
    ref: str
    name: str
    entity_type: str
    status: str
    partner: str | None
    manager: str | None
    state: str | None
    error: str | None
    deadlines: Sequence[Mapping[str, Any]] | None
    work: Sequence[Mapping[str, Any]] | None
    blind: Sequence[Sequence[str]] | None
    scanned_on: date | None


def portfolio_of(scope: Scope) -> Portfolio:
    """The asker's portfolio. Raises Forbidden without portfolio:read."""
    scope.require(Right.PORTFOLIO_READ)
    seen, (people, limit) = _clients(scope), _people(scope)
    raised = _raised(scope, {one.id: one for one in seen})
    standings = standings_of(scope)
    closes = closes_of(scope, raised, standings.asked)
    of_client = {one.client_ref: one for one in reversed(closes)}
    clients = [
        replace(
            _health(one, raised.get(one.id, ()), scope.today),
            standing=standings.get(one.id),
            close=of_client.get(one.ref),
        )
        for one in seen
    ]
    bearing = Counter(flag.slug for one in clients for flag in one.flags)
    work = [(one.ref, row) for one in seen for row in one.work or ()]
    days = [one.scanned_on for one in seen if one.scanned_on is not None]
    return Portfolio(
        clients=tuple(sorted(clients, key=_need)),
        counts=tuple((slug, name, bearing[slug]) for slug, name in FLAGS.items() if bearing[slug]),
        quiet=sum(not one.flags for one in clients),
        concentration=concentration_of(scope, limit),
        workload=workload_of(people, work, scope.today),
        closes=closes,
        scanned_on=max(days, default=None),
    )


def flags_of_client(raised: Sequence[Raised], scan: LastScan | None, today: date) -> tuple[Flag, ...]:
    """The flags of one client as its own page shows them; `scan` None: never scanned. Takes no query."""
    unseen = list(scan.blind_spots) if scan else []
    unseen += _not_seen(scan.state if scan else None, scan.error if scan else None)
    return flags_of(raised, scan.deadlines if scan else (), unseen, today)


def _not_seen(state: str | None, error: str | None) -> list[tuple[str, str]]:
    if state is None:
        return [("The client as a whole", "it was never scanned")]
    return (
        [("The client as a whole", f"the last scan failed: {error or 'no reason is recorded'}")]
        if state == "failed"
        else []
    )


def _need(one: ClientHealth) -> tuple[list[int], str]:
    """The order of the flags' own weight: whose heaviest flag is heaviest stands first, then by the next one."""
    places = list(FLAGS)
    return ([places.index(flag.slug) for flag in one.flags] + [len(places)], one.ref)


def _health(one: _Seen, raised: Sequence[Raised], today: date) -> ClientHealth:
    deadlines = one.deadlines or ()
    unseen = [*((str(what), str(why)) for what, why in one.blind or ()), *_not_seen(one.state, one.error)]
    return ClientHealth(
        ref=one.ref,
        name=one.name,
        entity_type=one.entity_type,
        status=one.status,
        partner=one.partner,
        manager=one.manager,
        flags=flags_of(raised, deadlines, unseen, today),
        next=min(deadlines, key=lambda row: (Decimal(row["slack_days"]), row["due"]), default=None),
    )


def _clients(scope: Scope) -> list[_Seen]:
    partner, manager, latest = aliased(Person), aliased(Person), latest_scans()
    newest = (
        select(ClientScan.client_id, func.max(ClientScan.as_of).label("as_of"))
        .group_by(ClientScan.client_id)
        .subquery()
    )
    last, good = aliased(ClientScan), aliased(ClientScan)
    found = scope.session.execute(
        select(Client.id, Client.ref, Client.name, Client.entity_type, Client.status, partner.name, manager.name)
        .add_columns(last.state, last.error, good.read["deadlines"], good.read["work"], good.blind_spots, last.as_of)
        .outerjoin(partner, partner.id == Client.partner_id)
        .outerjoin(manager, manager.id == Client.manager_id)
        .outerjoin(newest, newest.c.client_id == Client.id)
        .outerjoin(last, and_(last.client_id == Client.id, last.as_of == newest.c.as_of))
        .outerjoin(latest, latest.c.client_id == Client.id)
        .outerjoin(good, and_(good.client_id == Client.id, good.as_of == latest.c.as_of))
        .where(Client.id.in_(scope.clients()), Client.status.in_(SERVED))
        .order_by(Client.ref)
    )
    return [_Seen(*row) for row in found.tuples()]


def _raised(scope: Scope, clients: Mapping[str, _Seen]) -> dict[str, list[Raised]]:
    """What is open of each client, the loudest first; two queries."""
    latest = latest_scans()
    rows = scope.session.scalars(
        select(SignalRow)
        .join(latest, and_(latest.c.client_id == SignalRow.client_id, latest.c.as_of == SignalRow.as_of))
        .where(SignalRow.client_id.in_(scope.clients()))
    ).all()
    decisions = newest_decisions(scope)
    found: dict[str, list[Raised]] = defaultdict(list)
    for row in rows:
        client = clients.get(row.client_id)
        if client is not None:
            one = raised_of(row, client.ref, client.name, decisions.get(row.key), scope.today)
            if one.is_open:
                found[row.client_id].append(one)
    return {client_id: sorted(raised, key=lambda one: one.sort_key) for client_id, raised in found.items()}


def _people(scope: Scope) -> tuple[dict[str, Worker], Decimal]:
    """Who works here, and the firm's limit of a client's share in percent; one query."""
    settings = select(Firm.settings).order_by(Firm.id).limit(1).scalar_subquery()
    rows = scope.session.execute(select(Person, settings).where(Person.active)).tuples().all()
    people = {one.id: Worker(one.id, one.name, one.email, one.role, one.weekly_hours) for one, _ in rows}
    return people, limit_in(rows[0][1] if rows else {})


def limit_in(settings: Mapping[str, Any] | None) -> Decimal:
    """Percent of the firm's billing above which a client is marked."""
    return resolve(settings or {}).of("firm-concentration", "percent")
