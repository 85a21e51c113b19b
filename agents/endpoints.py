"""Where models are: endpoints, which of them a task asks and in what order, and each as this process uses it (speaker, places, rest).

Knows nothing of clients, prompts or masks. The settings are read elsewhere (api/models.py); a GGUF file is served by local_model.py.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlsplit

from agents.patience import Rest, Waiting
from agents.places import SharedPlaces
from agents.speak import LONGEST_ANSWER, Speaker

GGUF = "gguf"  # the scheme of an endpoint that is a file: gguf:/models/qwen.gguf


@dataclass(frozen=True)
class Endpoint:
    """A model that can be asked. `local`: it runs on the firm's own machines, so that clients with "local-only" may use it.

    Prices are dollars for a million tokens. `deadline` is the seconds that one question may take, retries included; `patience`
    those that the endpoint may be silent. `api_version` is Azure's, with its resource as `base_url` and the deployment as `model`.
    `concurrency`: how many questions are asked of it at once, by all workers together (places.py); `longest` the tokens that an answer may
    have. `context` and `threads` are for a GGUF file: the tokens that a question and its answer may have together, and the cores that it
    may use (0: all)."""

    base_url: str
    model: str
    api_key: str | None = field(default=None, repr=False)
    local: bool = False
    price_in: Decimal = Decimal(0)
    price_out: Decimal = Decimal(0)
    deadline: float = 120.0
    patience: float = 60.0
    api_version: str | None = None
    concurrency: int = 32
    longest: int = LONGEST_ANSWER
    context: int = 8192
    threads: int = 0

    @property
    def stays_here(self) -> bool:
        """Whether what is sent there stays in the firm: marked local, a file in this process, or on the loopback."""
        loopback = (urlsplit(self.base_url).hostname or "") in ("localhost", "127.0.0.1", "::1")
        return self.local or self.is_file or loopback

    @property
    def is_file(self) -> bool:
        """Whether it is a GGUF file that this process serves itself."""
        return self.base_url.startswith(f"{GGUF}:")

    @property
    def host(self) -> str:
        """Who receives what is sent there, as a person is told."""
        return "this machine" if self.is_file else urlsplit(self.base_url).netloc.rpartition("@")[2]

    def cost(self, tokens_in: int, tokens_out: int) -> Decimal:
        """Dollars, to six places."""
        return ((self.price_in * tokens_in + self.price_out * tokens_out) / 1_000_000).quantize(Decimal("0.000001"))


@dataclass(frozen=True)
class Routes:
    """Which endpoints there are, in the order in which they are asked; `tasks`: those of the tasks that have an order of their own."""

    endpoints: tuple[Endpoint, ...] = ()
    tasks: Mapping[str, tuple[Endpoint, ...]] = field(default_factory=dict[str, tuple[Endpoint, ...]])

    def of(self, task: str) -> tuple[Endpoint, ...]:
        """Those of a task, first choice first."""
        return self.tasks.get(task, self.endpoints)

    def all(self) -> tuple[Endpoint, ...]:
        """Every endpoint, each once."""
        return tuple(dict.fromkeys([*self.endpoints, *(one for order in self.tasks.values() for one in order)]))


class Line:
    """One endpoint as this process uses it, in places that are its own, or those of all workers too (`shared`). Safe to share between
    threads."""

    def __init__(self, endpoint: Endpoint, waiting: Waiting, shared: SharedPlaces | None = None) -> None:
        self.endpoint = endpoint
        self._shared = shared
        self.rest = Rest(waiting)
        self._waiting = waiting
        self._places = threading.BoundedSemaphore(endpoint.concurrency)
        self._out, self._counting = 0, threading.Lock()
        self._speaker: Speaker | None = None
        self._lock = threading.Lock()

    @contextmanager
    def place(self, at_most: float) -> Iterator[bool]:
        """One of the endpoint's places, waited for so many seconds; False when none came free."""
        self._count(1)
        got = self._places.acquire(timeout=max(at_most, 0.0))
        try:
            if got and self._shared is not None:
                with self._shared.one(at_most) as free:
                    yield free
            else:
                yield got
        finally:
            if got:
                self._places.release()
            self._count(-1)

    @property
    def has_room(self) -> bool:
        """Whether one client may have one more question out now: there is a place for it, and the endpoint is known to answer. So one that
        does not costs each client one question at a time, however many it has to ask."""
        full = self._shared is not None and self._shared.full
        return self.rest.answers and not full and self._out < self.endpoint.concurrency

    def _count(self, more: int) -> None:
        with self._counting:
            self._out += more

    @property
    def speaker(self) -> Speaker:
        """Raises Broken, saying what to do, when a GGUF file cannot be served."""
        with self._lock:
            if self._speaker is None:
                self._speaker = self._open()
            return self._speaker

    def _open(self) -> Speaker:
        at = self.endpoint
        url, key = at.base_url, at.api_key
        if at.is_file:
            from agents.local_model import serve

            url, key = serve(at)
        return Speaker(url, at.model, key, at.deadline, at.patience, self._waiting, at.api_version, at.longest)
