"""How long a night waits for a model that does not answer, so that one bad endpoint cannot hold it up. Owns the bounds; asks nothing.

What came to nothing is counted for each client and stands in the brief; the rules and the firm's own wording take the model's place. A
person who asks by day is not held to this: she waits as long as she likes, unless another endpoint can be asked meanwhile.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from agents import aside

IN_A_ROW = 3  # questions without a usable answer, over all clients; then the endpoint is left alone
REST = 300.0  # seconds for which it is left alone then; one question after them says whether it is back
A_TRY = 130.0  # seconds after which such a question of which nothing was heard is taken for lost
LONGEST_REST = 900.0  # seconds, where the endpoint itself asks for more
SHORT = 30.0  # seconds of rest that are waited out, within the client's patience
_LOOK = 0.5  # seconds between two looks at whether it is back
A_CLIENT = 240.0  # seconds that a client's questions without an answer may take in one night


@dataclass(frozen=True)
class Waiting:
    """The clock that only measures (seconds from anywhere), and how to wait by it."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Rest:
    """Whether an endpoint is left alone; for all clients and threads of this process."""

    def __init__(self, waiting: Waiting) -> None:
        self._now, self.wait = waiting.now, waiting.sleep
        self._failures, self._until, self._tried_until = 0, 0.0, 0.0
        self._answers = False
        self._lock = threading.Lock()

    def left(self) -> float:
        """Seconds until it is asked again; 0: now."""
        return max(0.0, self._until - self._now())

    @property
    def answers(self) -> bool:
        """Whether the last question to it had a usable answer; False before the first. Only then is it worth asking several at once."""
        return self._answers

    def may_ask(self) -> bool:
        """Whether the caller may ask, once no rest is left. After a rest that is one asker, until its answer is noted: it finds out whether
        the endpoint is back."""
        with self._lock:
            if not self._until:
                return True
            if self._now() < self._tried_until:
                return False
            self._tried_until = self._now() + A_TRY
            return True

    def note(self, *, answered: bool, again_after: float) -> None:
        """How a question ended, and for how many seconds the endpoint asked to be left alone."""
        aside.back()
        with self._lock:
            self._tried_until, self._answers = 0.0, answered
            if answered:
                self._failures, self._until = 0, 0.0
                return
            self._failures += 1
            rest = max(REST if self._failures >= IN_A_ROW else 0.0, min(again_after, LONGEST_REST))
            if rest:
                self._until = max(self._until, self._now() + rest)


@dataclass
class Patience:
    """Of one client in one night. `rest` is the first endpoint's; `left` are the seconds that the client may still lose; `failures` say,
    in words, what came to nothing."""

    rest: Rest
    left: float = A_CLIENT
    failures: list[str] = field(default_factory=list[str])
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def why_not(self, rest: Rest | None = None, *, may_wait: bool = True) -> str:
        """Why an endpoint is not asked now; "" when it may be, after a short rest that is waited out here if that may be. From here until
        the answer is noted another client is worked on (aside.py)."""
        aside.leave()
        rest = rest or self.rest
        left = rest.left()
        if may_wait and 0 < left <= min(SHORT, self.left):
            self.lose(left)
            rest.wait(left)
            left = rest.left()
        if self.left <= 0:
            return "this client's questions have waited long enough tonight"
        if left > 0 or not self._turn_comes(rest, SHORT if may_wait else 0.0):
            return "it gave no usable answer before and is left alone for some minutes"
        return ""

    def lose(self, seconds: float) -> None:
        """A question took so long and gave nothing."""
        with self._lock:
            self.left -= seconds

    def _turn_comes(self, rest: Rest, seconds: float) -> bool:
        """Whether the endpoint may be asked; so many seconds are waited for the one question that finds out whether it is back."""
        while not rest.may_ask():
            if seconds <= 0 or self.left <= 0:
                return False
            rest.wait(_LOOK)
            self.lose(_LOOK)
            seconds -= _LOOK
            if rest.left() > 0:
                return False
        return True
