"""How much of the firm hangs on whom: shares of what was billed in the twelve full months before this one, and the Herfindahl index.

The firm's totals are sums over all its clients, without a name; named are the asker's own clients only. Judges nobody.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import case, func, select, type_coerce

from store.tables import Client, ClientGroup, Invoice
from store.types import Money
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
    client without one being its own. `unseen`: billed clients that are not the asker's, and their percent together."""

    first: date
    last: date
    limit: Decimal
    total: Decimal | None
    clients: tuple[Share, ...]
    groups: tuple[Share, ...]
    index: int | None
    group_index: int | None
    equals: Decimal | None
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


def concentration_of(scope: Scope, limit: Decimal, span: tuple[date, date] | None = None) -> Concentration:
    """The shares of the asker's clients, the largest first; one query. `span` None: the twelve full months before this one. Dollars only
    with revenue:read. Raises Forbidden without portfolio:read."""
    scope.require(Right.PORTFOLIO_READ)
    first, last = span or twelve_months(scope.today)
    everyone, by_unit, mine = _read(scope, first, last)
    total = sum(everyone, ZERO)
    shown = scope.has(Right.REVENUE_READ)
    clients = tuple(_share(name, ref, (ref,), amount, total, limit, shown) for ref, name, _, amount in mine)
    seen = sum((amount for *_, amount in mine), ZERO)
    index = _index(everyone, total)
    return Concentration(
        first=first,
        last=last,
        limit=limit,
        total=total if shown else None,
        clients=clients,
        groups=_groups(mine, total, limit, shown),
        index=index,
        group_index=_index(by_unit, total),
        equals=(Decimal(10_000) / index).quantize(_TENTH) if index else None,
        unseen=len(everyone) - len(mine),
        unseen_percent=_percent(total - seen, total),
    )


def _read(
    scope: Scope, first: date, last: date
) -> tuple[list[Decimal], list[Decimal], list[tuple[str, str, str | None, Decimal]]]:
    """What each client and each unit (group, or client without one) was billed, over the whole firm and without a name, in no order that
    tells anything; and ref, name, group and billing of the asker's clients, the largest first. The names of others are not read."""
    billed = type_coerce(func.sum(Invoice.amount), Money())
    seen = Client.id.in_(scope.clients())
    rows = scope.session.execute(
        select(
            billed,
            func.coalesce(Client.group_id, Client.id),
            case((seen, Client.ref)),
            case((seen, Client.name)),
            case((seen, ClientGroup.name)),
        )
        .join(Client, Client.id == Invoice.client_id)
        .outerjoin(ClientGroup, ClientGroup.id == Client.group_id)
        .where(Invoice.issued_on.between(first, last))
        .group_by(Client.id, Client.ref, Client.name, Client.group_id, ClientGroup.name)
    ).tuples()
    plain, units, mine = list[Decimal | None](), defaultdict[str, Decimal](lambda: ZERO), []
    for amount, unit, ref, name, group in rows:
        plain.append(amount)
        units[unit] += amount or ZERO
        if ref is not None and amount and amount > 0:
            mine.append((ref, name, group, amount))
    return _billed(plain), _billed(list(units.values())), sorted(mine, key=lambda one: (-one[3], one[0]))


def _billed(amounts: Sequence[Decimal | None]) -> list[Decimal]:
    return sorted(amount for amount in amounts if amount is not None and amount > 0)


def _groups(
    mine: Sequence[tuple[str, str, str | None, Decimal]], total: Decimal, limit: Decimal, shown: bool
) -> tuple[Share, ...]:
    """The asker's groups of more than one billed client, the largest first."""
    members: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for ref, _, group, amount in mine:
        if group:
            members[group].append((ref, amount))
    shares = [
        _share(
            name, None, tuple(ref for ref, _ in rows), sum((amount for _, amount in rows), ZERO), total, limit, shown
        )
        for name, rows in members.items()
        if len(rows) > 1
    ]
    return tuple(sorted(shares, key=lambda one: (-one.percent, one.name)))


def _share(
    name: str, ref: str | None, members: tuple[str, ...], amount: Decimal, total: Decimal, limit: Decimal, shown: bool
) -> Share:
    marked = total > 0 and 100 * amount / total > limit
    return Share(name, ref, members, _percent(amount, total), amount if shown else None, marked)


def _percent(amount: Decimal, total: Decimal) -> Decimal:
    return (100 * amount / total).quantize(_TENTH, rounding=ROUND_HALF_UP) if total > 0 else ZERO


def _index(amounts: Sequence[Decimal], total: Decimal) -> int | None:
    if total <= 0:
        return None
    squares = sum(((100 * amount / total) ** 2 for amount in amounts), ZERO)
    return int(squares.to_integral_value(rounding=ROUND_HALF_UP))
