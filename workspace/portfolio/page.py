"""The portfolio page: the asker's clients with their flags, and what hangs on them together: concentration, workload, closes. A dozen
queries, however many clients."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import select

from store.tables import Firm, Person
from workspace.directory.lifecycle import SERVED
from workspace.pages.head import LastScan
from workspace.portfolio.closes import Close, CloseHead
from workspace.portfolio.concentration import Concentration, concentration_of
from workspace.portfolio.health import FLAGS, Flag, flags_of
from workspace.portfolio.standing import Standing
from workspace.portfolio.summary import Kept, Of, Told, not_seen, told_of, with_blockers, with_heads, with_reasons
from workspace.portfolio.time_off import spans_of
from workspace.portfolio.workload import Load, Worker, workload_of
from workspace.raised import Raised
from workspace.scope import Right, Scope
from workspace.signals.thresholds import resolve

_PLACES = {slug: place for place, slug in enumerate(FLAGS)}


class ClientHealth(NamedTuple):
    """A client with its flags; none of them, and seen: quiet. `next` is the row of its open work with least slack, None: no date. `close`
    is the monthly close with most in the way, None: there is none."""

    id: str
    ref: str
    name: str
    entity_type: str
    partner: str | None
    manager: str | None
    status: str
    flags: tuple[Flag, ...]
    told: Told | Kept

    @property
    def next(self) -> Mapping[str, Any] | None:
        return self.told.next

    @property
    def standing(self) -> Standing:
        return self.told.standing

    @property
    def close(self) -> CloseHead | None:
        closes = self.told.closes
        return closes[0] if closes else None

    def as_json(self) -> dict[str, Any]:
        return {
            "client_ref": self.ref,
            "client": self.name,
            "partner": self.partner,
            "manager": self.manager,
            "flags": [flag.as_json() for flag in self.flags],
        }


@dataclass(frozen=True)
class Clients:
    """`counts` are how many clients bear each flag, in the order of FLAGS; `quiet` how many bear none. `scanned_on`: the newest scan."""

    clients: tuple[ClientHealth, ...]
    counts: tuple[tuple[str, str, int], ...]
    quiet: int
    scanned_on: date | None


@dataclass(frozen=True)
class Portfolio(Clients):
    """The same with what hangs on all of them together; `closes` those with most in the way first."""

    concentration: Concentration
    workload: tuple[Load, ...]
    closes: tuple[CloseHead, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "scanned_on": self.scanned_on.isoformat() if self.scanned_on else None,
            "clients": [one.as_json() for one in self.clients],
            "quiet": self.quiet,
            "concentration": self.concentration.as_json(),
            "workload": [one.as_json() for one in self.workload],
            "closes": [one.as_json() for one in self.closes if isinstance(one, Close)],
        }


def clients_of(scope: Scope) -> Clients:
    """The asker's clients with their flags, which have only their names where they were kept ready: `with_why` and `with_first` add to
    those that are shown what they rest on. Raises Forbidden without portfolio:read."""
    return _clients(_read(scope))


def portfolio_of(
    scope: Scope, *, reasons: bool = True, most_shares: int | None = None, most_loads: int | None = None
) -> Portfolio:
    """The asker's portfolio. Without `reasons` the flags are as `clients_of` has them, and the closes have their counts only:
    `with_blockers` adds what is in the way; `most_loads` people have the clients of their weeks named. Raises Forbidden without
    portfolio:read."""
    read = _read(scope)
    found = _clients(read)
    closes = tuple(sorted((close for _, of in read.told for close in of.closes), key=lambda one: one.need))
    return Portfolio(
        clients=with_why(scope, found.clients) if reasons else found.clients,
        counts=found.counts,
        quiet=found.quiet,
        scanned_on=found.scanned_on,
        concentration=concentration_of(scope, read.limit, most=most_shares),
        workload=workload_of(
            {key: one for key, (one, active) in read.people.items() if active},
            [(one.ref, of.work) for one, of in read.served],
            scope.today,
            named=most_loads,
        ),
        closes=with_blockers(scope, closes) if reasons else closes,
    )


@dataclass(frozen=True)
class _Read:
    """What is read for either: people and whether they are active, the firm's limit of a client's share, every client as it stands."""

    people: Mapping[str, tuple[Worker, bool]]
    limit: Decimal
    told: Sequence[tuple[Of, Told | Kept]]

    @cached_property
    def names(self) -> Mapping[str, str]:
        return {key: one.name for key, (one, _) in self.people.items()}

    @cached_property
    def served(self) -> Sequence[tuple[Of, Told | Kept]]:
        return [(one, of) for one, of in self.told if one.status in SERVED]


def _read(scope: Scope) -> _Read:
    scope.require(Right.PORTFOLIO_READ)
    people, limit = _people(scope)
    return _Read(people, limit, told_of(scope, {key: one.name for key, (one, _) in people.items()}))


def _clients(read: _Read) -> Clients:
    clients = tuple(sorted((_health(one, of, read.names) for one, of in read.served), key=_need))
    bearing = Counter(flag.slug for one in clients for flag in one.flags)
    days = [one.scanned_on for one, _ in read.served if one.scanned_on is not None]
    return Clients(
        clients=clients,
        counts=tuple((slug, name, bearing[slug]) for slug, name in FLAGS.items() if bearing[slug]),
        quiet=sum(not one.flags for one in clients),
        scanned_on=max(days, default=None),
    )


def with_why(scope: Scope, clients: Sequence[ClientHealth]) -> tuple[ClientHealth, ...]:
    """The same clients, their flags with the reasons; one query at most."""
    return _flagged(clients, with_reasons(scope, {one.id: one.flags for one in clients}))


def with_first(scope: Scope, clients: Sequence[ClientHealth]) -> tuple[ClientHealth, ...]:
    """The same few clients, each flag with the head of its first reason; one query at most."""
    return _flagged(clients, with_heads(scope, {one.id: one.flags for one in clients}))


def _flagged(clients: Sequence[ClientHealth], found: Mapping[str, tuple[Flag, ...]]) -> tuple[ClientHealth, ...]:
    return tuple(one if one.flags is found[one.id] else one._replace(flags=found[one.id]) for one in clients)


def flags_of_client(raised: Sequence[Raised], scan: LastScan | None, today: date) -> tuple[Flag, ...]:
    """The flags of one client as its own page shows them; `scan` None: never scanned. Takes no query."""
    unseen = list(scan.blind_spots) if scan else []
    unseen += not_seen(scan.state if scan else None, scan.error if scan else None)
    return flags_of(raised, scan.deadlines if scan else (), unseen, today)


def _need(one: ClientHealth) -> tuple[list[int], str]:
    """The order of the flags' own weight: whose heaviest flag is heaviest stands first, then by the next one."""
    return ([_PLACES[flag.slug] for flag in one.flags] + [len(_PLACES)], one.ref)


def _health(one: Of, told: Told | Kept, names: Mapping[str, str]) -> ClientHealth:
    return ClientHealth(
        id=one.id,
        ref=one.ref,
        name=one.name,
        entity_type=one.entity_type,
        status=one.status,
        partner=names.get(one.partner_id or ""),
        manager=names.get(one.manager_id or ""),
        flags=told.flags,
        told=told,
    )


def _people(scope: Scope) -> tuple[dict[str, tuple[Worker, bool]], Decimal]:
    """Everybody of the firm, whether active, and the firm's limit of a client's share in percent; two queries."""
    settings = select(Firm.settings).order_by(Firm.id).limit(1).scalar_subquery()
    rows = scope.session.execute(
        select(Person.id, Person.name, Person.email, Person.role, Person.weekly_hours, Person.active, settings)
    ).all()
    off = spans_of(scope)
    people = {
        row[0]: (Worker(row[0], row[1], row[2], row[3], row[4], off.get(row[0], ())), bool(row[5])) for row in rows
    }
    return people, limit_in(rows[0][6] if rows else {})


def limit_in(settings: Mapping[str, Any] | None) -> Decimal:
    """Percent of the firm's billing above which a client is marked."""
    return resolve(settings or {}).of("firm-concentration", "percent")
