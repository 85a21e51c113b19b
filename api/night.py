"""The night in a process that stays: its engine, its schedule, and what a page can ask of it.

For a page: `start(services, as_of)` begins a night in the background and says whether it did, `progress(services)` tells how far the
running one is. Both are quick and safe from any thread. Scans nothing itself (agents/overnight.py).
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from agents import by_day, overnight
from api.output import tell
from api.wiring import Services

_MOST_WORKERS = 4


@contextmanager
def open_night(services: Services) -> Iterator[None]:
    """Open the engine for this process: nights that were never finished go on, one that was missed is made up, and one begins at two
    o'clock in the firm's time zone. Clients that change by day are scanned again.

    Leaving the block stops where a client is done; the rest goes on when it is opened again."""
    with overnight.opened(services, workers(services)) as engine:
        overnight.every_night(services)
        for day in overnight.take_up(services):
            tell(f"The night of {day} was not finished; it goes on.")
        if by_day.make_up(services):
            tell(f"The night of {services.clock.today()} was missed; it runs now.")
        by_day.watch(services)
        engine.rest()
        yield


def work_until_stopped(services: Services) -> None:
    """Work on clients of any night until the process is told to end (Ctrl-C, SIGTERM)."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with open_night(services):
        tell(f"A worker for {services.home}  (Ctrl-C ends it)")
        stopped.wait()


def start(services: Services, as_of: date) -> bool:
    """Begin the night of that day in the background; False when it is running already. Raises Busy outside `open_night`."""
    return overnight.begin_night(services, as_of=as_of, now=services.clock.now())


def progress(services: Services) -> tuple[date, int, int] | None:
    """The night that runs here: its day, how many clients are done, of how many (0: not counted yet). None: none runs."""
    return overnight.progress_of(services)


def workers(services: Services) -> int:
    """How many clients are worked on at once."""
    return services.settings.workers or min(os.cpu_count() or 1, _MOST_WORKERS)
