"""How much of the firm hangs on whom: shares of what was billed in the twelve full months before this one, and the Herfindahl index.

The firm's totals are sums over all its clients, without a name; named are the asker's own clients only. Judges nobody.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import BigInteger, case, func, select, type_coerce

from store import fence
from store.tables import Client, ClientGroup, Invoice
from workspace.deadlines import add_months
from workspace.scope import Right, Scope

ZERO = Decimal(0)
_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Share:
    """A client or a group of the asker's. `percent` of the firm's billing, to a tenth; `billed` None without the right to see revenue.
    `marked`: above the firm's limit. `members` are refs."""

    name: str
    ref: str | None
    members: tuple[str, ...]
    percent: Decimal
    billed: Decimal | None
    marked: bool


@dataclass(frozen=True)
class Concentration:
    """`first` to `last` are the twelve months. `index` is the sum of the squared percents over all the firm's clients (10,000: one is
    everything), None where nothing was billed; `equals` is how many clients of one size would give it. By clients, and by groups, a
    client without one being its own; `more` of the asker's follow those that are named. `unseen`: billed clients that are not the
    asker's, and their percent together."""

    first: date
    last: date
    limit: Decimal
    total: Decimal | None
    clients: tuple[Share, ...]
    groups: tuple[Share, ...]
    index: int | None
    group_index: int | None
    equals: Decimal | None
    more: int
    unseen: int
    unseen_percent: Decimal

    def as_json(self) -> dict[str, Any]:
        return {
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "limit_percent": str(self.limit),
            "billed": str(self.total) if self.total is not None else None,
            "herfindahl": self.index,
            "herfindahl_by_group": self.group_index,
            "clients": [_json(one) for one in self.clients],
            "groups": [_json(one) for one in self.groups],
            "unseen_clients": self.unseen,
            "unseen_percent": str(self.unseen_percent),
        }


def _json(one: Share) -> dict[str, Any]:
    told = {"name": one.name, "client_ref": one.ref, "members": list(one.members), "percent": str(one.percent)}
    return {**told, "billed": str(one.billed) if one.billed is not None else None, "marked": one.marked}


def twelve_months(today: date) -> tuple[date, date]:
    """The twelve full months before this one."""
    month = today.replace(day=1)
    return add_months(month, -12), month - timedelta(days=1)


def concentration_of(
    scope: Scope, limit: Decimal, span: tuple[date, date] | None = None, *, most: int | None = None
) -> Concentration:
    """The shares of the asker's clients, the largest first, of `most` of them; one query. `span` None: the twelve full months before this
    one. Dollars only with revenue:read. Raises Forbidden without portfolio:read."""
    scope.require(Right.PORTFOLIO_READ)
    first, last = span or twelve_months(scope.today)
    everyone, by_unit, mine = _read(scope, first, last)
    total = sum(everyone)
    shown = scope.has(Right.REVENUE_READ)
    clients = tuple(_share(name, ref, (ref,), amount, total, limit, shown) for ref, name, _, amount in mine[:most])
    seen = sum(amount for *_, amount in mine)
    index = _index(everyone, total)
    return Concentration(
        first=first,
        last=last,
        limit=limit,
        total=_dollars(total) if shown else None,
        clients=clients,
        groups=_groups(mine, total, limit, shown),
        index=index,
        group_index=_index(by_unit, total),
        equals=(Decimal(10_000) / index).quantize(_TENTH) if index else None,
        more=len(mine) - len(clients),
        unseen=len(everyone) - len(mine),
        unseen_percent=_percent(total - seen, total),
    )


Billed = tuple[str, str, str | None, int]
"""Ref, name and group of a client, and what it was billed in cents."""


def _read(scope: Scope, first: date, last: date) -> tuple[list[int], list[int], list[Billed]]:
    """What each client and each unit (group, or client without one) was billed, in cents, over the whole firm and without a name, in no
    order that tells anything; and those of the asker's clients, the largest first. The names of others are not read."""
    billed = (
        select(
            Invoice.client_id, type_coerce(func.sum(type_coerce(Invoice.amount, BigInteger)), BigInteger).label("sum")
        )
        .where(Invoice.issued_on.between(first, last))
        .group_by(Invoice.client_id)
        .subquery()
    )
    hers = scope.clients().subquery()
    seen = hers.c.id.is_not(None)
    asked = (
        select(
            billed.c.sum,
            func.coalesce(Client.group_id, Client.id),
            case((seen, Client.ref)),
            case((seen, Client.name)),
            case((seen, ClientGroup.name)),
        )
        .join(billed, billed.c.client_id == Client.id)
        .outerjoin(hers, hers.c.id == Client.id)
        .outerjoin(ClientGroup, ClientGroup.id == Client.group_id)
    )
    with fence.lifted(scope.session, fence.Job.TOTALS):
        rows = scope.session.execute(asked).tuples().all()
    plain, units, mine = list[int](), defaultdict[str, int](int), list[Billed]()
    for amount, unit, ref, name, group in rows:
        cents = int(amount or 0)
        plain.append(cents)
        units[unit] += cents
        if ref is not None and cents > 0:
            mine.append((ref, name, group, cents))
    return _billed(plain), _billed(units.values()), sorted(mine, key=lambda one: (-one[3], one[0]))


def _billed(amounts: Iterable[int]) -> list[int]:
    return sorted(amount for amount in amounts if amount > 0)


def _dollars(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _groups(mine: Sequence[Billed], total: int, limit: Decimal, shown: bool) -> tuple[Share, ...]:
    """The asker's groups of more than one billed client, the largest first."""
    members: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for ref, _, group, amount in mine:
        if group:
            members[group].append((ref, amount))
    shares = [
        _share(name, None, tuple(ref for ref, _ in rows), sum(amount for _, amount in rows), total, limit, shown)
        for name, rows in members.items()
        if len(rows) > 1
    ]
    return tuple(sorted(shares, key=lambda one: (-one.percent, one.name)))


def _share(
    name: str, ref: str | None, members: tuple[str, ...], amount: int, total: int, limit: Decimal, shown: bool
) -> Share:
    marked = total > 0 and Decimal(100 * amount) / total > limit
    return Share(name, ref, members, _percent(amount, total), _dollars(amount) if shown else None, marked)


def _percent(amount: int, total: int) -> Decimal:
    return (Decimal(100 * amount) / total).quantize(_TENTH, rounding=ROUND_HALF_UP) if total > 0 else ZERO


def _index(amounts: Sequence[int], total: int) -> int | None:
    """The sum of the squared percents, rounded half up; whole numbers, so that nothing is lost on the way."""
    if total <= 0:
        return None
    return (20_000 * sum(amount * amount for amount in amounts) + total * total) // (2 * total * total)
