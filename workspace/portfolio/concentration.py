"""How much of the firm hangs on whom: shares of what was billed in the twelve full months before this one, and the Herfindahl index.

The firm's totals are sums over all its clients, without a name; named are the asker's own clients only. Judges nobody.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import func, select, type_coerce

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


def concentration_of(scope: Scope, limit: Decimal) -> Concentration:
    """The shares of the asker's clients, the largest first; three queries. Dollars only with revenue:read. Raises Forbidden without
    portfolio:read."""
    scope.require(Right.PORTFOLIO_READ)
    month = scope.today.replace(day=1)
    first, last = add_months(month, -12), month - timedelta(days=1)
    everyone, by_unit = _unnamed(scope, first, last)
    mine = _mine(scope, first, last)
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


def _unnamed(scope: Scope, first: date, last: date) -> tuple[list[Decimal], list[Decimal]]:
    """What each client and each unit (group, or client without one) was billed, over the whole firm and without a name; in no order
    that tells anything."""
    billed = type_coerce(func.sum(Invoice.amount), Money())
    span = Invoice.issued_on.between(first, last)
    unit = func.coalesce(Client.group_id, Client.id)
    plain = select(billed).where(span).group_by(Invoice.client_id).order_by(billed)
    units = select(billed).join(Client, Client.id == Invoice.client_id).where(span).group_by(unit).order_by(billed)
    return _billed(scope.session.scalars(plain).all()), _billed(scope.session.scalars(units).all())


def _billed(amounts: Sequence[Decimal | None]) -> list[Decimal]:
    return [amount for amount in amounts if amount is not None and amount > 0]


def _mine(scope: Scope, first: date, last: date) -> list[tuple[str, str, str | None, Decimal]]:
    """Ref, name, group and billing of the asker's clients, the largest first."""
    billed = type_coerce(func.sum(Invoice.amount), Money())
    found = scope.session.execute(
        select(Client.ref, Client.name, ClientGroup.name, billed)
        .join(Invoice, Invoice.client_id == Client.id)
        .outerjoin(ClientGroup, ClientGroup.id == Client.group_id)
        .where(Client.id.in_(scope.clients()), Invoice.issued_on.between(first, last))
        .group_by(Client.ref, Client.name, ClientGroup.name)
        .order_by(billed.desc(), Client.ref)
    )
    return [(ref, name, group, amount) for ref, name, group, amount in found.tuples() if amount and amount > 0]


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
