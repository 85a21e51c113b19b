"""The night: every client scanned once, however often the process dies, then every reader's brief. Front door: `run_night`.

The row of the night says that it was begun (workspace/nights.py), the queue says which clients are left (engine.py), and every scan meets
what it did before. So whoever starts the night again goes on with it. One client's failure is a blind spot in the brief, never the
night's end. Scans and drafts nothing itself.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from agents import engine, night_work
from agents.engine import GIVEN_UP_AFTER, VERSION, WORKERS, Engine
from agents.fact_reader import reader_of
from agents.night_work import Night, counted, give_up, patiently, reader
from agents.ordered import bring_dates, draft_ordered
from agents.ports import Services
from agents.reminders import remind
from agents.unchanged import BATCH
from agents.warming import warm as warm
from store.errors import Broken, Busy, Conflict, TickmarkError
from store.ids import stable_id
from store.telling import REQUEST
from workspace import nights
from workspace.model_calls import Usage, usage
from workspace.night_order import longest_first
from workspace.nights import Counts, Order
from workspace.scope import system_scope
from workspace.unchanged import finished, untouched
from workspace.weights import learn
from workspace.workflow.series import advance

Progress = Callable[[str, int, int], None]
"""What is being done, how many are done, of how many."""

AT_TWO = "0 2 * * *"
_TAIL = 40  # clients: about so many are in hand when no more wait
_WORDS = {
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "its scan ended the process again and again; look at its newest documents",
    "ERROR": "its scan could not be written down; the log says more",
    "CANCELLED": "its scan was left by one worker after another; look at its newest documents",
}


@dataclass(frozen=True)
class NightResult:
    """How a night ended. `unchanged` clients are among the `read`; `drafted` counts deliverables, `briefs` those written; `tokens` and
    `cost` (dollars) are what models took since it began."""

    as_of: date
    clients: int
    read: int
    unchanged: int
    failed: int
    raised: int
    drafted: int
    briefs: int
    tokens: int
    cost: Decimal
    seconds: float


def silent(doing: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def opened(
    services: Services, workers: int = WORKERS, most: int = 0, *, works: bool = True
) -> AbstractContextManager[Engine]:
    """The engine with the workflows of the night: the one that runs over these services, or one for as long as the block lasts. `most`
    clients are in hand at once (0: by what there is), none with `works` False."""
    return engine.running(services, _register, workers, most, works=works)


def run_night(
    services: Services,
    *,
    as_of: date,
    now: datetime,
    refs: list[str] | None = None,
    progress: Progress = silent,
    workers: int = WORKERS,
) -> NightResult:
    """Scan the clients for the day `as_of`, `workers` at a time, and write the briefs of that day.

    A night that was begun and never finished is taken up where it stands. `refs`: only these clients; the briefs are then written
    anew where the night of that day is done, and else wait for it. Raises Busy when the engine of this process works on another home
    or is closed meanwhile, or when another process drives this night; Conflict when somebody cancels the night.
    """
    started = time.monotonic()
    # awake from the start: the first client is taken off the queue while the others are still put on it
    with opened(services, workers) as running, running.awake(), _driving(running, as_of, whole=refs is None):
        night = Night(services, as_of, now if refs is not None else patiently()(_begin, services, as_of, now))
        if refs is None and as_of == services.clock.today():
            bring_dates(services)
        orders = _ordered(night, refs)
        running.nights[as_of] = (0, len(orders))
        try:
            _scan_all(running, night, orders, progress, batch=refs is None)
            running.go_on()
            if as_of == services.clock.today():  # a day gone by is replayed, and nobody is written to for it
                remind(services, night.scope, refs)
                draft_ordered(services, night.scope, refs)
                night_work.do(running.room, "ready", night)
            running.go_on()
            briefs = patiently()(_brief_all, running, night, whole=refs is None, progress=progress)
            counts = patiently()(_finish, night, orders, whole=refs is None, briefs=briefs)
            running.forget()
        finally:
            running.nights.pop(as_of, None)
        spent = patiently()(_spent, night)
    seconds = round(time.monotonic() - started, 2)
    tokens = spent.tokens_in + spent.tokens_out
    return NightResult(
        as_of, len(orders), **vars(counts), briefs=briefs, tokens=tokens, cost=spent.cost, seconds=seconds
    )


def _driving(running: Engine, as_of: date, *, whole: bool) -> AbstractContextManager[None]:
    return running.driving(f"night of {as_of}") if whole else nullcontext()


def begin_night(services: Services, *, as_of: date, now: datetime) -> bool:
    """Run the night of that day in the background of the engine that is open; False when it is running already. Raises Busy when no
    engine is open."""
    running = engine.current()
    if as_of in running.nights:
        return False
    running.nights[as_of] = (0, 0)
    thread = threading.Thread(target=_in_background, args=(services, as_of, now), name=f"night {as_of}", daemon=True)
    running.threads.append(thread)
    thread.start()
    return True


def progress_of(services: Services) -> tuple[date, int, int] | None:
    """The night that this process drives: its day, the clients done, of how many (0: not ordered yet). None: there is none."""
    if not engine.is_running(services):
        return None
    return next(((day, *place) for day, place in sorted(engine.current().nights.items())), None)


def take_up(services: Services) -> list[date]:
    """Begin the nights again that were never finished, in the background; their days."""
    now = services.clock.now()
    with services.database.reading() as session:
        days = nights.unfinished(system_scope(session, "night", now=now, today=services.clock.today()))
    return [day for day in days if begin_night(services, as_of=day, now=now)]


def every_night(services: Services) -> None:
    """Run the night at two o'clock in the firm's time zone as long as the engine is open."""
    with services.database.reading() as session:
        scope = system_scope(session, "night", now=services.clock.now(), today=services.clock.today())
        zone = nights.time_zone(scope) or "America/New_York"
    engine.current().schedule(_register().nightly, AT_TWO, ZoneInfo(zone).key)


def _in_background(services: Services, as_of: date, now: datetime) -> None:
    from sqlalchemy.exc import OperationalError

    try:
        run_night(services, as_of=as_of, now=now)
    except Busy as error:
        logging.getLogger("tickmark").info("the night of %s: %s", as_of, error)
    except (TickmarkError, OperationalError) as error:
        # nobody waits for it here; the night's row still says "running", and by_day.py or the next start goes on with it
        logging.getLogger("tickmark").warning("the night of %s: %s", as_of, error)
    finally:
        if engine.is_running(services):
            engine.current().nights.pop(as_of, None)


def _begin(services: Services, as_of: date, now: datetime) -> datetime:
    with services.database.writing() as session:
        scope = system_scope(session, "night", now=now, today=as_of)
        begun = nights.begin_night(scope).astimezone(UTC)
        learn(scope)
        if as_of == services.clock.today():  # the day itself: what series have come to is there when its client is read
            advance(scope)
        return begun


def _ordered(night: Night, refs: list[str] | None) -> list[Order]:
    """The clients to scan: by ref, or where a model is asked those with most to ask first, so that its places are taken to the end."""
    asked = reader_of(night.services.door) if night.services.door.endpoint is not None else None
    with night.services.database.reading() as session:
        scope = night.scope(session)
        found = nights.orders(scope, refs)
        return found if asked is None else longest_first(scope, found, asked)


def _scan_all(running: Engine, night: Night, orders: list[Order], progress: Progress, *, batch: bool) -> None:
    """Every client: those that changed through the queue, the others in `batch` beside it, and through the queue what turned out to be new
    there. A client whose workflow came to no end of its own is recorded as failed. Where even that could not be written (a full disk),
    the night stops. A night that goes on begins anew those that failed in it, but not one that ends the process."""
    names = {_name(night, order): order.ref for order in orders}
    quiet = frozenset(_untouched(night)) if batch else frozenset[str]()
    queued = {name: ref for name, ref in names.items() if ref not in quiet}
    running.drop_failed(list(names))

    early = _Early(running, night, len(names)) if batch else None

    def done(count: int) -> None:
        running.nights[night.as_of] = (count, len(names))
        progress("clients", count, len(names))
        if early is not None:
            early.look(count)

    still = [order.ref for order in orders if order.ref in quiet]
    try:
        _enqueue(running, night, queued)
        if queued and running.works:
            night_work.do(running.room, "firm", night)
        kept = _keep_unchanged(running, night, still, list(queued), done)
        left = {name: ref for name, ref in names.items() if ref not in kept}
        _enqueue(running, night, {name: ref for name, ref in left.items() if ref in quiet})
        lost = running.wait(list(left), lambda count: done(len(kept) + count), lambda: _is_cancelled(running, night))
    except Conflict as error:
        raise Conflict(f"{error}; {_count_done(night, orders)} of {len(orders)} clients are done") from None
    for name, status in lost.items():
        give_up(night, names[name], _WORDS.get(status, "its scan ended without a word; the log says more"))


class _Early:
    """What the pages read, made ready once most of the answers are there: while the last are awaited, nobody needs the processor."""

    def __init__(self, running: Engine, night: Night, clients: int) -> None:
        self._running = running
        asks = night.services.door.endpoint is not None and night.as_of == night.services.clock.today()
        self._night, self._from = night, clients - _TAIL if asks and clients > 4 * _TAIL else None

    def look(self, done: int) -> None:
        if self._from is not None and done >= self._from:
            self._from = None
            night_work.do(self._running.room, "ready", self._night)


def _enqueue(running: Engine, night: Night, names: Mapping[str, str]) -> None:
    for name, ref in names.items():
        running.enqueue(name, _register().client, ref, night.as_of.isoformat(), night.begun.isoformat())


def _untouched(night: Night) -> list[str]:
    with night.services.database.reading() as session:
        return untouched(night.scope(session), reader(night))


def _keep_unchanged(
    running: Engine, night: Night, refs: list[str], queued: list[str], done: Callable[[int], None]
) -> set[str]:
    """Put down those of the clients to whom no draft is due, a batch at a time; their refs. Raises Busy and Conflict as the queue does,
    where what is `queued` waits meanwhile."""
    with night.services.database.reading() as session:
        kept = finished(night.scope(session)) & set(refs)  # by the same night, before it was interrupted
    refs = [ref for ref in refs if ref not in kept]
    for first in range(0, len(refs), BATCH):
        running.go_on()
        if _is_cancelled(running, night):
            running.take_off(queued)
        kept |= _batch(running, night, refs[first : first + BATCH])
        done(len(kept))
    return kept


def _batch(running: Engine, night: Night, refs: list[str]) -> set[str]:
    try:
        done: set[str] = night_work.do(running.room, "unchanged", night, refs)
    except Broken as error:  # each of them gets a scan of its own, and the one that ends its process is found
        logging.getLogger("tickmark").error("a batch of %d clients is scanned one by one: %s", len(refs), error)
        return set()
    return done


def _is_cancelled(running: Engine, night: Night) -> bool:
    with night.services.database.reading() as session:
        cancelled = nights.is_cancelled(night.scope(session))
    if cancelled:
        night_work.do(running.room, "cancel", night)
    return cancelled


def _count_done(night: Night, orders: list[Order]) -> int:
    with night.services.database.reading() as session:
        counts = nights.counts(night.scope(session), [order.ref for order in orders])
    return counts.read + counts.failed


def _brief_all(running: Engine, night: Night, *, whole: bool, progress: Progress) -> int:
    """The briefs of the day; after a scan of single clients only where the whole night is there to be told of."""
    if not whole:
        with night.services.database.reading() as session:
            if not nights.is_done(night.scope(session)):
                return 0
    briefs: int = night_work.do(running.room, "briefs", night)
    progress("briefs", briefs, briefs)
    return briefs


def _finish(night: Night, orders: list[Order], *, whole: bool, briefs: int) -> Counts:
    with night.services.database.writing() as session:
        scope = night.scope(session)
        counts = nights.counts(scope, [order.ref for order in orders])
        if whole:
            scope = system_scope(session, "night", now=night.services.clock.now(), today=night.as_of)
            nights.finish_night(scope, {"clients": len(orders), **vars(counts), "briefs": briefs})
    return counts


def _spent(night: Night) -> Usage:
    with night.services.database.reading() as session:
        return usage(night.scope(session), night.begun)


def _name(night: Night, order: Order) -> str:
    """The workflow of one client in this night, at the revision that its workspace has."""
    return f"{VERSION}/{night.as_of}/{order.ref}/{order.revision}/{night.begun.isoformat()}"


def _scan(ref: str, as_of: str, begun: str) -> str:
    """The workflow of one client in one night: what became of it."""
    running = engine.current()
    REQUEST.set(f"night-{as_of}-{stable_id(begun)[:8]}")
    night = Night(running.services, date.fromisoformat(as_of), datetime.fromisoformat(begun))
    with running.hand():
        try:
            return counted(night_work.do(running.room, "client", night, ref))
        except Broken as error:  # what a client's scan may raise it says itself: its process ended
            logging.getLogger("tickmark").error("the scan of %s: %s", ref, error)
            return counted(give_up(night, ref, _WORDS["MAX_RECOVERY_ATTEMPTS_EXCEEDED"]))


def _nightly(scheduled_at: datetime, context: Any) -> None:
    """The workflow of the schedule: begins the night and leaves it to the engine that is open here."""
    services = engine.current().services
    begin_night(services, as_of=services.clock.today(), now=services.clock.now())


@dataclass(frozen=True)
class Workflows:
    """What DBOS knows by name."""

    client: Callable[[str, str, str], str]
    nightly: Callable[[datetime, Any], None]


@cache
def _register() -> Workflows:
    """Make the workflows known to DBOS, once a process; importing this module does not load it."""
    from dbos import DBOS

    return Workflows(
        client=DBOS.workflow(name="client", max_recovery_attempts=GIVEN_UP_AFTER)(_scan),
        nightly=DBOS.workflow(name="nightly")(_nightly),
    )
