"""A client's account over a period: what was owed before, every bill and payment in it, what is owed after. Reads only."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from store.errors import Invalid
from workspace.billing.acts import see_money
from workspace.billing.amounts import ZERO
from workspace.billing.invoices import invoices_of
from workspace.billing.ledger import Entry, entries_of
from workspace.billing.reports import aged
from workspace.pages.money import Bucket
from workspace.scope import Scope, access_client

_BEFORE = date(1, 1, 1)


@dataclass(frozen=True)
class Move:
    """A line of a statement, dollars. `balance` is what is owed after it."""

    entry: Entry
    balance: Decimal


@dataclass(frozen=True)
class Statement:
    """A client's account from `first` through `last`. `aging` is of the scope's day. `address` are the lines of the client's address."""

    client_ref: str
    client: str
    address: tuple[str, ...]
    first: date
    last: date
    opening: Decimal
    moves: tuple[Move, ...]
    closing: Decimal
    aging: tuple[Bucket, ...]


def statement_of(scope: Scope, client_ref: str, first: date, last: date) -> Statement:
    """The statement of a client; six queries. Credit that was used on another bill moves nothing and is left out. Raises NotFound,
    Forbidden as `see_money`, Invalid for days in the wrong order."""
    client = access_client(scope, client_ref)
    see_money(scope)
    if first > last:
        raise Invalid("a statement goes from a day through a later one")
    entries = [one for one in entries_of(scope, _BEFORE, last, client.id) if one.kind != "applied"]
    opening = sum((one.amount for one in entries if one.on < first), ZERO)
    balance, moves = opening, list[Move]()
    for one in entries:
        if one.on >= first:
            balance += one.amount
            moves.append(Move(one, balance))
    town = " ".join(part for part in (client.city and f"{client.city},", client.state, client.zip) if part)
    address = tuple(line for line in (client.address, town if client.city else None) if line)
    aging = aged(invoices_of(scope, client.id))
    return Statement(client.ref, client.name, address, first, last, opening, tuple(moves), balance, aging)
