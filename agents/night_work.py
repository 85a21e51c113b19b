"""What a night does: with a client, with a batch of those that nobody touched, with the briefs, with what the pages read. Front door: `do`.

The same work is done in this process, or in one beside it where the services have one (apart.py): it is named, and what it is given are a
day, a moment and refs. Which clients, in what order and whether once more is overnight.py's.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from agents import aside, engine
from agents.brief import write_briefs
from agents.fact_reader import Filling, fill_facts, reader_of
from agents.kept import keep_ready
from agents.ports import Services
from agents.promise_reader import PROMPT as PROMISES
from agents.promise_reader import Reading, read_promises
from agents.scan import Practice, read_practice, scan_client
from agents.unchanged import scan_unchanged
from prompts.render import load
from store.errors import TickmarkError
from store.telling import note
from store.way import behind
from workspace.portfolio.summary import are_stale
from workspace.scans import save_failed_scan
from workspace.scope import Scope, system_scope

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from tenacity import RetryCallState, Retrying

LEFT = "left"
"""What is said of a client whose night was cancelled before anybody began."""
_ATTEMPTS = 4
_LONGEST_AWAY = 600.0  # seconds
# What a row that something else has spoiled can raise; what else it may raise ends in the scan of its own.
SPOILED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class Night:
    """The day that is scanned, and since when: a night that was begun and killed keeps its beginning, so its work has the same names."""

    services: Services
    as_of: date
    begun: datetime

    def scope(self, session: "Session") -> Scope:
        return system_scope(session, "night", now=self.begun, today=self.as_of)

    def is_ready(self) -> bool:
        """Whether there is nothing to make ready for the pages over all clients; one query."""
        with self.services.database.reading() as session:
            return not are_stale(self.scope(session))


def do(room: aside.Room, work: str, night: Night, *given: Any) -> Any:
    """Have a piece of the night's work done, here or in the process beside; what it gives. Raises what it raises, Broken when it ended the
    process beside again and again, and Busy when that is closed meanwhile."""
    if (apart := night.services.apart) is not None:
        return apart.do(work, night.as_of, night.begun, *given)
    return WORKS[work](room, night, *given)


def client(room: aside.Room, night: Night, ref: str) -> str:
    """A client's documents read to the end by a model, if there is one; then scanned, or recorded as one that could not be: which."""
    from sqlalchemy.exc import OperationalError

    with room.desk(), behind():
        if night.begun in room.cancelled:
            return LEFT
        try:
            with night.services.door.patiently():
                return patiently()(_scan_once, room, night, ref)
        except TickmarkError as error:
            why = str(error)
        except OperationalError as error:
            why = f"the database could not be used ({error.orig})"
        except Exception as error:
            # The one place that catches everything: the night isolates a client here, so that a defect that one client's file brings
            # out does not cost the others their night. It is logged whole and stands in the brief as a blind spot.
            logging.getLogger("tickmark").exception("the scan of %s failed", ref)
            why = f"a defect of the program ({type(error).__name__}); the log says more"
        # who was cut off from the database for so long that another took the client says nothing of it
        return give_up(night, ref, why) if engine.is_mine() else LEFT


_READERS = (fill_facts, read_promises)


def _is_read(night: Night, ref: str, read: Callable[..., Filling | Reading]) -> bool:
    return read(night.services, night.scope, ref).is_whole


def _scan_once(room: aside.Room, night: Night, ref: str) -> str:
    whole = aside.at_once([partial(_is_read, night, ref, read) for read in _READERS], night.services.door.has_room)
    aside.back()
    read_by = (reader(night) or "") if all(whole) else ""
    firm = _firm(room, night)
    return scan_client(night.services, ref, as_of=night.as_of, now=night.begun, practice=firm, read_by=read_by).state


def unchanged(room: aside.Room, night: Night, refs: Sequence[str]) -> set[str]:
    """A batch of clients whose workspace nobody touched; the refs of those to whom no draft is due, who are done."""
    from sqlalchemy.exc import OperationalError

    def scan() -> set[str]:
        return scan_unchanged(night.services, night.scope, refs, night.as_of, _firm(room, night), reader(night) or "")

    try:
        return patiently()(scan)
    except (*SPOILED, TickmarkError, OperationalError) as error:
        # one client's row that cannot be read, or a database that is away: each of them gets a scan of its own, and what is wrong is
        # said of the client that it is wrong with
        logging.getLogger("tickmark").info("a batch of %d clients is scanned one by one: %s", len(refs), error)
        return set()


def briefs(room: aside.Room, night: Night) -> int:
    """The briefs of the day; how many."""
    return patiently()(write_briefs, night.services, as_of=night.as_of, now=night.begun)


def ready(room: aside.Room, night: Night) -> None:
    """What the pages over all clients read. It spares them time and nothing else: where a row cannot be read, they say so themselves."""
    try:
        patiently()(keep_ready, night.services, night.scope)
    except SPOILED as error:
        logging.getLogger("tickmark").warning("what the portfolio shows was not kept ready: %s", error)


def firm(room: aside.Room, night: Night) -> None:
    """The whole firm, while the first questions are out: whoever has an answer first need not wait for it at a desk."""
    try:
        patiently()(_firm, room, night)
    except (*SPOILED, TickmarkError) as error:
        logging.getLogger("tickmark").info("the firm is read by each client's scan, which says why: %s", error)


def cancel(room: aside.Room, night: Night) -> None:
    """Who waits for a desk in this night is left."""
    room.cancelled.add(night.begun)


WORKS: Mapping[str, Callable[..., Any]] = {
    one.__name__: one for one in (client, unchanged, briefs, ready, firm, cancel)
}
CLIENT = client.__name__


def reader(night: Night) -> str | None:
    """The model by which documents, mails and notes are read to the end, with what it is asked; None without one."""
    door = night.services.door
    return f"{reader_of(door)}, {PROMISES} {load(PROMISES).version}" if door.endpoint is not None else None


def _firm(room: aside.Room, night: Night) -> Practice:
    key = (night.as_of, night.begun)
    return room.shared(key, lambda: read_practice(night.services, as_of=night.as_of, now=night.begun))


def give_up(night: Night, ref: str, why: str) -> str:
    """Record a client as one that could not be scanned, and why."""

    def save() -> None:
        with night.services.database.writing() as session:
            save_failed_scan(night.scope(session), ref, why)

    patiently()(save)
    return engine.FAILED


def counted(state: str) -> str:
    """What became of a client, told to whoever counts."""
    note("night_clients", outcome=state)
    return state


def _has_tried(state: "RetryCallState") -> bool:
    """Whether it was tried often enough. A server that is away (started anew, a network that is cut) is waited for longer than a lock."""
    tries = state.attempt_number >= _ATTEMPTS
    error = state.outcome.exception() if state.outcome is not None else None
    is_away = engine.is_away(error) and not engine.is_stopping()
    return tries and not (is_away and (state.seconds_since_start or 0.0) < _LONGEST_AWAY)


def patiently() -> "Retrying":
    """Tries again what passes by itself: a database that is locked or away, a row that another worker was faster with. A model that
    does not answer is no reason to do a scan again: its door has tried (agents/patience.py)."""
    from sqlalchemy.exc import IntegrityError, OperationalError
    from tenacity import Retrying, retry_if_exception_type, wait_random_exponential

    return Retrying(
        retry=retry_if_exception_type((OperationalError, IntegrityError)),
        wait=wait_random_exponential(multiplier=0.1, max=5),
        stop=_has_tried,
        reraise=True,
    )
