"""The nights of many firms in one process, one firm after the other: the durable engine is one a process and works on one home at a time.

Every half minute each firm is asked, by one or two queries, whether its night is due, was asked for or never finished, or whether clients
changed by day; the engine is opened over those alone, and closed again. As long as a night takes, a second process does its work on SQLite
(agents/apart.py), so that the pages of all firms go on. A firm whose turn fails is told and comes again; the others go on.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import date

from sqlalchemy.exc import SQLAlchemyError

from agents import by_day, overnight
from api.apart import open_apart
from api.beside import beside
from api.night import workers
from api.output import complain
from api.wiring import Services
from store.errors import TickmarkError
from workspace import nights
from workspace.nights import Order
from workspace.scope import system_scope

EVERY = 30.0  # seconds


class Turns:
    """Whose night runs, and whose was asked for. Safe between threads."""

    def __init__(self, firms: Mapping[str, Services]) -> None:
        self._firms = firms
        self._wanted = dict[str, date]()
        self._seen = dict[str, list[Order]]()
        self._lock = threading.Lock()
        self.running: str | None = None
        """The firm whose turn it is."""
        for name, services in firms.items():
            services.night_in_turn = lambda as_of, name=name: self.ask(name, as_of)

    def ask(self, name: str, as_of: date) -> bool:
        """Have the night of that day run in this firm's next turn; False when that was asked for already."""
        with self._lock:
            known = self._wanted.get(name) == as_of
            self._wanted[name] = as_of
            return not known

    def round(self, ended: threading.Event) -> None:
        """One look at every firm."""
        for name, services in self._firms.items():
            if ended.is_set():
                return
            self.running = name
            try:
                self._turn(name, services)
            except (TickmarkError, SQLAlchemyError) as error:
                complain(f"the night of the firm {name}: {error}")
            finally:
                self.running = None

    def _turn(self, name: str, services: Services) -> None:
        due, found = self._due(name, services), by_day.changed(services)
        settled = any(order in self._seen.get(name, []) for order in found)
        if not due and not settled:
            self._seen[name] = found
            return
        # a client that changed by day is not worth a process of its own
        with open_apart(services) if due else nullcontext(), overnight.opened(services, workers(services)):
            for day in due:
                overnight.run_night(services, as_of=day, now=services.clock.now())
            self._seen[name] = by_day.scan_changed(services, self._seen.get(name, []))

    def _due(self, name: str, services: Services) -> list[date]:
        """Days whose night is to run now: those never finished, the one asked for, today's when its hour passed."""
        now, today = services.clock.now(), services.clock.today()
        with services.database.reading() as session:
            scope = system_scope(session, "night", now=now, today=today)
            days = set(nights.unfinished(scope))
            if nights.is_missing(scope) and by_day.past_two(now, nights.time_zone(scope)):
                days.add(today)
        with self._lock:
            if (wanted := self._wanted.pop(name, None)) is not None:
                days.add(wanted)
        return sorted(days)


@contextmanager
def open_turns(firms: Mapping[str, Services], every: float = EVERY) -> Iterator[Turns]:
    """Run the firms' nights in turn as long as the block lasts; the one in hand is finished."""
    turns = Turns(firms)

    def work(ended: threading.Event) -> None:
        while not ended.wait(every):
            turns.round(ended)

    with beside("nights in turn", work):
        yield turns
