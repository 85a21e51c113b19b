"""How long a night waits for a model that does not answer, so that one bad endpoint cannot hold it up. Owns the bounds; asks nothing.

What came to nothing is counted for each client and stands in the brief; the rules and the firm's own wording take the model's place. A
person who asks by day is not held to this: she waits as long as she likes.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

IN_A_ROW = 3  # questions without a usable answer, over all clients; then the endpoint is left alone
REST = 300.0  # seconds for which it is left alone then; one question after them says whether it is back
LONGEST_REST = 900.0  # seconds, where the endpoint itself asks for more
SHORT = 30.0  # seconds of rest that are waited out, within the client's patience
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
        self._failures, self._until = 0, 0.0
        self._lock = threading.Lock()

    def left(self) -> float:
        """Seconds until it is asked again; 0: now."""
        return max(0.0, self._until - self._now())

    def note(self, *, answered: bool, again_after: float) -> None:
        """How a question ended, and for how many seconds the endpoint asked to be left alone."""
        with self._lock:
            if answered:
                self._failures, self._until = 0, 0.0
                return
            self._failures += 1
            rest = REST if self._failures >= IN_A_ROW else 0.0
            self._until = max(self._until, self._now() + max(rest, min(again_after, LONGEST_REST)))


@dataclass
class Patience:
    """Of one client in one night. `left` are the seconds that it may still lose; `failures` say, in words, what came to nothing."""

    rest: Rest
    left: float = A_CLIENT
    failures: list[str] = field(default_factory=list[str])

    def why_not(self) -> str:
        """Why the model is not asked now; "" when it may be, after a short rest that is waited out here."""
        rest = self.rest.left()
        if 0 < rest <= min(SHORT, self.left):
            self.left -= rest
            self.rest.wait(rest)
            rest = self.rest.left()
        if self.left <= 0:
            return "this client's questions have waited long enough tonight"
        if rest > 0:
            return "it gave no usable answer before and is left alone for some minutes"
        return ""

    def note(self, problem: str, seconds: float, again_after: float) -> None:
        """How a question ended: what was wrong with its answer ("": nothing) and how long that took."""
        self.rest.note(answered=not problem, again_after=again_after)
        if problem:
            self.left -= seconds
            self.failures.append(problem)
