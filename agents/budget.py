"""What models may cost: a night, a client's month, a person's day, in dollars and in tokens. Refuses a question before it is asked.

What was spent is the ledger's (workspace/model_calls.py); here are the limits, and what questions that are under way in this process may
still come to, so that many at once do not overstep a limit together. Knows no endpoint.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from workspace.model_calls import Spent


@dataclass(frozen=True)
class Limit:
    """The most of one budget; None: as much as is asked for."""

    dollars: Decimal | None = None
    tokens: int | None = None


@dataclass(frozen=True)
class Budgets:
    """`night`: from noon to noon, what nobody but the software asked. `client`: a calendar month. `person`: a day. By the firm's clock."""

    night: Limit = Limit()
    client: Limit = Limit()
    person: Limit = Limit()

    def of(self, kind: str) -> Limit:
        limit: Limit = getattr(self, kind)
        return limit

    @property
    def any(self) -> bool:
        return any(limit != Limit() for limit in (self.night, self.client, self.person))


@dataclass(frozen=True)
class Price:
    """What a question may come to."""

    dollars: Decimal
    tokens: int


@dataclass
class Purse:
    """The budgets of this process. Safe to share between threads."""

    budgets: Budgets
    _held: dict[str, list[Price]] = field(default_factory=dict[str, list[Price]])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def hold(self, known: Sequence[Spent], price: Price) -> Iterator[str | None]:
        """Keeps the price of a question back as long as the block lasts; gives which of the budgets it would overstep and when that renews,
        None when it fits in all. `known`: what the budgets that it falls under have cost by the ledger."""
        with self._lock:
            reason = self._why_not(known, price)
            for one in known if reason is None else ():
                self._held.setdefault(one.key, []).append(price)
        try:
            yield reason
        finally:
            with self._lock:
                for one in known if reason is None else ():
                    self._held[one.key].remove(price)

    def _why_not(self, known: Sequence[Spent], price: Price) -> str | None:
        for one in known:
            limit, held = self.budgets.of(one.kind), self._held.get(one.key, [])
            dollars = one.cost + sum((other.dollars for other in held), Decimal(0))
            tokens = one.tokens + sum(other.tokens for other in held)
            if limit.dollars is not None and price.dollars and dollars + price.dollars > limit.dollars:
                return _told(one, f"${dollars:,.2f} of ${limit.dollars:,.2f}")
            if limit.tokens is not None and tokens + price.tokens > limit.tokens:
                return _told(one, f"{tokens:,} of {limit.tokens:,} tokens")
        return None


def _told(one: Spent, share: str) -> str:
    renews = f"{one.renews:%B} {one.renews.day}, {one.renews.year}, {one.renews:%H:%M}"
    return f"{one.whose} for models has no room for this question: {share} are spent; it renews on {renews}"
