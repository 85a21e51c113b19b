"""The night in a process that stays: its engine, its schedule, and what a page can ask of it.

For a page: `start(services, as_of)` begins a night in the background and says whether it did, `progress(services)` tells how far the
running one is. Both are quick and safe from any thread. Scans nothing itself (agents/overnight.py).
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from agents import by_day, overnight
from agents.engine import Engine
from api.output import tell
from api.wiring import Services
from workspace.pages import night as nights
from workspace.scope import Scope

_MOST_WORKERS = 4


@contextmanager
def open_night(services: Services) -> Iterator[Engine]:
    """Open the engine for this process: nights that were never finished go on, one that was missed is made up, and one begins at two
    o'clock in the firm's time zone. Clients that change by day are scanned again.

    Leaving the block stops where a client is done; the rest goes on when it is opened again."""
    works = services.settings.serve_works or services.purpose != "serve"
    with overnight.opened(services, workers(services), services.settings.worker_clients, works=works) as engine:
        overnight.every_night(services)
        engine.when_leading.append(lambda: _go_on(services))
        if engine.roster.leads:
            _go_on(services)
        by_day.watch(services)
        if (
            engine.roster.leads
        ):  # how often the queue is looked at is one number for all: others may be in the middle of a night
            engine.rest()
        # so that the night's first question leaves at once; a process beside warms itself
        if services.door.endpoint is not None and services.apart is None:
            threading.Thread(target=_warm, args=(services,), name="warm night", daemon=True).start()
        yield engine


def _warm(services: Services) -> None:
    from api.serve import settle_memory

    overnight.warm(services)
    if services.purpose == "worker":  # a server settles once its search is open too
        settle_memory()


def _go_on(services: Services) -> None:
    for day in overnight.take_up(services):
        tell(f"The night of {day} was not finished; it goes on.")
    if by_day.make_up(services):
        tell(f"The night of {services.clock.today()} was missed; it runs now.")


def work_until_stopped(services: Services) -> None:
    """Work on clients of any night until the process is told to end (Ctrl-C, SIGTERM, `tickmark worker drain`): then take no more, and
    finish those in hand."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with open_night(services) as engine:
        engine.roster.on_drain = stopped.set
        among = f", called {services.worker} on the list" if engine.roster.shared else ""
        tell(f"A worker for {services.home}{among}  (Ctrl-C ends it)")
        stopped.wait()
        tell("It takes no more clients and ends when those in hand are done.")


def start(services: Services, as_of: date) -> bool:
    """Begin the night of that day in the background; False when it is running already. Raises Busy outside `open_night`."""
    if services.night_in_turn is not None:
        return services.night_in_turn(as_of)
    return overnight.begin_night(services, as_of=as_of, now=services.clock.now())


def progress(services: Services) -> tuple[date, int, int] | None:
    """The night that runs here: its day, how many clients are done, of how many (0: not counted yet). None: none runs."""
    return overnight.progress_of(services)


@dataclass(frozen=True)
class Figures:
    """What came of a night so far, over the asker's clients. `cost` is dollars, `calls` the questions to models."""

    unchanged: int
    raised: int
    drafted: int
    failed: int
    seconds: int
    calls: int
    tokens: int
    cost: Decimal

    def as_json(self) -> dict[str, Any]:
        """As the page's script reads it."""
        told = {name: value for name, value in vars(self).items() if name not in ("calls", "cost")}
        return told | {"cost": str(self.cost)}

    def in_words(self) -> str:
        """For the page and the terminal; models are left out where none was asked."""
        words = [f"{getattr(self, name):,} {name}" for name in ("unchanged", "raised", "drafted", "failed")]
        words += [f"{self.tokens:,} tokens, ${self.cost:,.2f}"] if self.calls else []
        return " · ".join([*words, f"{self.seconds:,} s"])


def figures(scope: Scope, as_of: date, since: datetime | None = None) -> Figures | None:
    """How far the night of that day is, or what was scanned of it `since` a moment; None as long as it has not begun. Three queries."""
    since = since or next((one.started_at for one in nights.nights(scope) if one.as_of == as_of), None)
    if since is None:
        return None
    far, spent = nights.so_far(scope, as_of, since), nights.spent_since(scope, since)
    came = (far.unchanged, far.raised, far.drafted, far.failed, far.seconds or 0)
    return Figures(*came, spent.calls, spent.tokens, spent.cost)


def workers(services: Services) -> int:
    """How many clients are worked on at once."""
    return services.settings.workers or min(os.cpu_count() or 1, _MOST_WORKERS)
