"""What a process remembers of those who knock: how often in the last moments, and when each token and session was used last.

Token buckets in memory, for an address, a person and a personal token; what is known of whom nobody asked for longest is forgotten first,
so that no flood of names fills the memory. Each process counts for itself. Reads and writes no record.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from time import monotonic

from store.errors import TickmarkError

MOST_KNOWN = 20_000


class TooMany(TickmarkError):
    """More requests than are allowed. `wait` is in how many seconds the next one is answered."""

    status = 429

    def __init__(self, wait: float) -> None:
        self.wait = max(1, ceil(wait))
        super().__init__(f"too many requests; the next one is answered in {self.wait} s")


@dataclass(frozen=True)
class Rate:
    """So many a minute, and as many in one burst as in half a minute; 0 is no limit."""

    a_minute: int

    @property
    def burst(self) -> float:
        return max(1.0, self.a_minute / 2)


class Gate:
    """Counts, and knows who was here last. Safe between threads."""

    def __init__(self, rates: Mapping[str, Rate], most: int = MOST_KNOWN) -> None:
        self._rates, self._most = rates, most
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()
        self._used: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def enter(self, kind: str, name: str, at: float | None = None) -> None:
        """Take one from the bucket of this address, person or token (`kind` is a key of the rates). `at` are seconds of a clock that only
        goes forward. Raises TooMany."""
        rate = self._rates[kind]
        if not rate.a_minute:
            return
        now = monotonic() if at is None else at
        with self._lock:
            left, since = self._buckets.pop((kind, name), (rate.burst, now))
            left = min(rate.burst, left + (now - since) * rate.a_minute / 60)
            self._buckets[kind, name] = (left - 1 if left >= 1 else left, now)
            while len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        if left < 1:
            raise TooMany((1 - left) * 60 / rate.a_minute)

    def note(self, sign_in_id: str, now: datetime) -> None:
        """This token or session was used now."""
        with self._lock:
            self._used[sign_in_id] = now

    def last(self, sign_in_id: str) -> datetime | None:
        """When this one was used last, as far as it is not written down yet."""
        with self._lock:
            return self._used.get(sign_in_id)

    def used(self) -> dict[str, datetime]:
        """When each was used last, as far as it is not written down yet."""
        with self._lock:
            return dict(self._used)

    def written(self, noted: Mapping[str, datetime]) -> None:
        """These are on record now."""
        with self._lock:
            for name, at in noted.items():
                if self._used.get(name) == at:
                    del self._used[name]

    def known(self) -> int:
        """How many buckets are kept."""
        return len(self._buckets)
