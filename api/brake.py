"""A brake on what is noted: the same thing of the same person once a minute, with how often; and of strangers only so much altogether.

In memory, for one process. What was held back is given with the next note, or when somebody asks what is overdue, so that no count is
lost while the process lives; whoever floods it fills neither memory nor disk.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

EVERY = 60.0  # seconds between two notes of the same
LONGEST = 3600.0  # and at most, where a stranger goes on: each time twice as long
STRANGERS = 6  # notes of strangers a minute, altogether
EACH = 30  # notes of one person a minute; what goes beyond is one note of that person
_MOST = 5_000


@dataclass
class _Held:
    """What is known of one key: since when, how long it is held, how many wait to be told, and with what."""

    since: float
    hold: float
    waiting: int = 0
    last: Any = None


@dataclass(frozen=True)
class Told:
    """What is to be noted: the newest of its kind and how many there were."""

    what: Any
    count: int


@dataclass
class Brake:
    """Safe between threads. `at` are seconds of a clock that only goes forward."""

    strangers: int = STRANGERS
    _held: OrderedDict[tuple[str, ...], _Held] = field(default_factory=OrderedDict[tuple[str, ...], _Held])
    _minute: float = -1.0
    _in_minute: int = 0
    _unnamed: int = 0
    _people: dict[str, tuple[float, int]] = field(default_factory=dict[str, tuple[float, int]])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(
        self, key: tuple[str, ...], what: Any, at: float, *, stranger: bool = False, whose: str = ""
    ) -> Told | None:
        """What to note now, None when it is held back. `whose`: the person, of whom only so much is noted a minute."""
        with self._lock:
            if whose and key not in self._held and self._too_many(whose, at):
                key = (whose, "beyond")
            held = self._held.get(key)
            if held is not None and at - held.since < held.hold:
                held.waiting += 1
                held.last = what
                return None
            if stranger and not self._room(at):
                self._unnamed += 1
                return None
            count = 1 + (held.waiting if held else 0)
            longer = min(LONGEST, held.hold * 2) if held is not None and stranger and held.waiting else EVERY
            self._held[key] = _Held(at, longer)
            self._held.move_to_end(key)
            while len(self._held) > _MOST:
                self._held.popitem(last=False)
            if stranger:
                count, self._unnamed = count + self._unnamed, 0
            return Told(what, count)

    def _too_many(self, whose: str, at: float) -> bool:
        since, number = self._people.get(whose, (at, 0))
        since, number = (at, 1) if at - since >= EVERY else (since, number + 1)
        self._people[whose] = (since, number)
        return number > EACH

    def _room(self, at: float) -> bool:
        if at - self._minute >= EVERY:
            self._minute, self._in_minute = at, 0
        self._in_minute += 1
        return self._in_minute <= self.strangers

    def overdue(self, at: float) -> list[Told]:
        """What was held back and whose time is over."""
        with self._lock:
            found: list[Told] = []
            for held in self._held.values():
                if held.waiting and at - held.since >= held.hold:
                    found.append(Told(held.last, held.waiting))
                    held.since, held.waiting = at, 0
            return found

    def rest(self) -> list[Told]:
        """All that waits, when the process ends."""
        with self._lock:
            found = [Told(held.last, held.waiting) for held in self._held.values() if held.waiting]
            for held in self._held.values():
                held.waiting = 0
            return found
