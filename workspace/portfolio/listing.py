"""Every client of the portfolio as a row: narrowed by a filter, put in an order, cut into pieces. Pure, over what `portfolio_of` read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from store.errors import Invalid
from workspace.directory.filters import NONE, Saved
from workspace.portfolio.health import FLAGS
from workspace.portfolio.page import ClientHealth

PIECE, MOST = 50, 200
FILTERS = ("partner", "manager", "type", "status", "flag", "q")
KEPT = ("partner", "manager", "type", "status", "q")
"""What a filter kept with those of the list of clients can ask here too; a flag is chosen on top of it."""
QUIET = "none"
"""Asks for clients without a flag."""
ORDERS = {
    "need": "Need",
    "slack": "Least slack",
    "waiting": "Waits longest",
    "receivable": "Receivable",
    "over90": "Over 90 days",
    "wip": "Work in progress",
    "close": "Close",
    "name": "Name",
}


@dataclass(frozen=True)
class Piece:
    """Some of the rows in their order. `found` answer to the filter, `of` are all; sums are over all found, dollars, None without a right.
    `first` counts from 1; `before` and `after` are refs to begin the piece before and after from: "" begins, None: there is none."""

    rows: tuple[ClientHealth, ...]
    found: int
    of: int
    first: int
    before: str | None
    after: str | None
    receivable: Decimal | None
    over_90: Decimal | None
    wip: Decimal | None


def asked_for(query: Mapping[str, str]) -> dict[str, str]:
    """What of an address is a filter of the portfolio; unknown flags are left out. Raises Invalid for a value that is too long."""
    kept = {name: value.strip() for name in FILTERS if (value := query.get(name, "")).strip()}
    if any(len(value) > 200 for value in kept.values()):
        raise Invalid("the filter is too long")
    if kept.get("flag") not in (None, QUIET, *FLAGS):
        del kept["flag"]
    return kept


def usable(saved: Sequence[Saved]) -> tuple[Saved, ...]:
    """The kept filters that ask for nothing the portfolio does not know."""
    return tuple(one for one in saved if set(one.query) <= set(KEPT))


def piece_of(
    clients: Sequence[ClientHealth],
    query: Mapping[str, str],
    order: str = "need",
    after: str = "",
    limit: int = PIECE,
    *,
    backward: bool = False,
) -> Piece:
    """The rows that follow the client `after` ("": the first); where it is gone, the first. `backward` turns the order round; who has
    nothing to be ordered by stands last both ways. Raises Invalid for an unknown order."""
    if order not in ORDERS:
        raise Invalid(f"the portfolio is ordered by one of {', '.join(ORDERS)}")
    limit = min(max(limit, 1), MOST)
    found = ordered([one for one in clients if matches(one, query)] if query else clients, order, backward=backward)
    refs = [one.ref for one in found]
    start = refs.index(after) + 1 if after in refs else 0
    rows = tuple(found[start : start + limit])
    before = None if start == 0 else refs[start - limit - 1] if start > limit else ""
    return Piece(
        rows=rows,
        found=len(found),
        of=len(clients),
        first=start + 1 if rows else 0,
        before=before,
        after=rows[-1].ref if rows and start + limit < len(found) else None,
        receivable=_sum([one.told.cents[0] for one in found]),
        over_90=_sum([one.told.cents[1] for one in found]),
        wip=_sum([one.told.cents[2] for one in found]),
    )


def matches(one: ClientHealth, query: Mapping[str, str]) -> bool:
    """Whether a client answers to the whole filter."""
    values = {"partner": one.partner, "manager": one.manager, "type": one.entity_type, "status": one.status}
    if any(name in query and query[name] != (value or NONE) for name, value in values.items()):
        return False
    flag = query.get("flag")
    if flag == QUIET and one.flags:
        return False
    if flag not in (None, QUIET) and not any(mark.slug == flag for mark in one.flags):
        return False
    text = f"{one.name} {one.ref}".lower()
    return all(word in text for word in query.get("q", "").lower().split())


def ordered(rows: Sequence[ClientHealth], order: str, *, backward: bool = False) -> list[ClientHealth]:
    """In an order, the most pressing first; `need` is the order they come in."""
    if order == "need":
        return list(reversed(rows)) if backward else list(rows)
    told = [one for one in rows if _value(one, order) is not None]
    rest = [one for one in rows if _value(one, order) is None]
    told.sort(key=lambda one: one.ref)
    told.sort(key=lambda one: _value(one, order), reverse=backward)
    return [*told, *sorted(rest, key=lambda one: one.ref)]


def _value(one: ClientHealth, order: str) -> Any:
    """What a row is put in order by, None where it has none of it."""
    if order == "name":
        return one.name.casefold()
    if order == "slack":
        return (Decimal(one.next["slack_days"]), str(one.next["due"])) if one.next else None
    if order == "waiting":
        waits = one.standing.waiting
        return waits[0].since or date.max if waits else None
    if order == "close":
        return -one.close.in_the_way if one.close else None
    amount = {"receivable": one.told.receivable, "over90": one.told.over_90, "wip": one.told.wip}[order]
    return -amount if amount else None


def _sum(cents: Sequence[int | None]) -> Decimal | None:
    known = [amount for amount in cents if amount is not None]
    return Decimal(sum(known)).scaleb(-2) if len(known) == len(cents) else None
