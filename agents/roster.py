"""This process's line among the workers: its heartbeat, whether it leads, which nights it drives, whether it was told to end.

Several processes work on one PostgreSQL, and know of each other by rows alone (store/workers.py). One of them leads: it looks for nights to
go on with, for changes by day, and for the work of those that are gone. On SQLite one process owns the home, and it is always the leader;
nothing is written down then. Takes nothing off the queue itself (engine.py).
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from socket import gethostname
from typing import Any

from agents.ports import Services
from store import workers
from store.errors import Busy


class Roster:
    """A process on the list. Safe to share between threads; `beat` is called every few seconds by one of them."""

    def __init__(
        self, services: Services, speaks: str, desks: int, takes: int, asks: int, life: str | None = None
    ) -> None:
        """`speaks`: the version of the workflows; `takes` and `asks` as in store/tables/workers.py, both 0 for who takes nothing."""
        self.shared = not services.database.url.startswith("sqlite")
        self.name = services.worker if self.shared else "home"
        self.kind = services.purpose
        self.leads = not self.shared
        self.absences = 0
        """How often the others had reason to take this process for dead: what it had in hand may be another's by now."""
        self.on_drain: Callable[[], None] = _nothing
        """Called once, when the list says that this process shall take no more and end."""
        self._database = services.database
        self._place = f"{gethostname()}:{services.home}"
        self._life = life or workers.life()
        self._sizes = (desks, takes, asks)
        self._speaks = speaks
        self._driving: set[str] = set()
        self._heard, self._told, self._away = time.monotonic(), False, False
        self._asked = False  # the list said at the last heartbeat that this process shall end; it may be taken back until the next

    def join(self) -> None:
        """Stand on the list. Raises Busy when another process on another machine or home has this name."""
        if not self.shared:
            return
        desks, takes, asks = self._sizes
        line = workers.Line(
            self.name, self.kind, version("tickmark"), self._speaks, self._life, self._place, desks, takes, asks
        )
        with self._database.writing() as session:
            heard = workers.join(session, line)
        if heard is not None:
            raise Busy(
                f"another worker is called {self.name} and was heard of {heard:.0f} seconds ago; name this one by TICKMARK_WORKER"
            )

    def beat(self, in_hand: int, *, ending: bool = False) -> None:
        """Say that this process lives, and find out what the others made of that. A database that is away is tried again at the next beat.

        `ending`: it takes no more, leads nobody, and ends when what is in hand is done. Who is told to end by the list does so at the
        second heartbeat that finds it there, so that whoever told it can take it back."""
        from sqlalchemy.exc import DBAPIError

        try:
            with self._database.writing() as session:
                state = workers.beat(session, self.name, self._life, in_hand)
                leads = state in ("working", "gone") and not ending
                leads = leads and workers.hold(session, workers.LEADS, self._life, unless_served=self.kind != "serve")
                hears = state == "draining" and (self._asked or ending)
                if ending or hears:
                    workers.end(session, self.name, self._life)
                if not leads:
                    workers.release(session, workers.LEADS, 0, self._life)
                lost = {one for one in self._driving if not workers.hold(session, one, self._life)}
                if leads:
                    workers.bury(session)
        except DBAPIError as error:
            logging.getLogger("tickmark").info("no heartbeat: %s", error.orig)
            if not self._away and time.monotonic() - self._heard > workers.SILENT.total_seconds():
                self._was_away(set(self._driving))
            return
        self._heard = time.monotonic()
        if state in (None, "gone"):
            self._was_away(lost)
        self._away = False
        self.leads, self._driving = leads, self._driving - lost
        self._asked = state == "draining"
        if (state is None or hears) and not self._told:
            self._told = True
            self.on_drain()

    def _was_away(self, lost: set[str]) -> None:
        if not self._away:
            logging.getLogger("tickmark").warning(
                "%s was not heard of for too long; others go on with its work", self.name
            )
        self._away = True
        self.absences += 1
        self.leads, self._driving = False, self._driving - lost

    def was_away_since(self, absences: int) -> bool:
        """Whether the others had reason to take this process for dead since that count of absences, or have it now."""
        return self.absences != absences or time.monotonic() - self._heard > workers.SILENT.total_seconds()

    def leave(self) -> None:
        """Say that this process is gone; what it left on the queue is taken up at once."""
        from sqlalchemy.exc import DBAPIError

        if self.shared:
            with (
                suppress(DBAPIError),
                self._database.writing() as session,
            ):  # who is silent is gone as well, some seconds later
                workers.turn(session, self.name, "gone", self._life)
                workers.release_all(session, self._life)

    def living(self) -> list[Mapping[str, Any]]:
        """Who is on the list and not gone (store/workers.py)."""
        with self._database.reading() as session:
            return workers.living(session)

    @contextmanager
    def driving(self, night: str) -> Iterator[None]:
        """Around a night over all clients: one process drives it. Raises Busy, naming the other, when another does."""
        from sqlalchemy.exc import DBAPIError

        if not self.shared:
            yield
            return
        with self._database.writing() as session:
            if not workers.hold(session, night, self._life):
                raise Busy(f"the {night} is run by {workers.holder(session, night)} now; `tickmark workers` lists them")
        self._driving.add(night)
        try:
            yield
        finally:
            self._driving.discard(night)
            with suppress(DBAPIError), self._database.writing() as session:  # else it runs out by itself
                workers.release(session, night, 0, self._life)

    def still_drives(self, night: str) -> bool:
        """Whether that night is still this process's to drive."""
        return not self.shared or night in self._driving


def _nothing() -> None:
    """Nobody waits to be told."""
