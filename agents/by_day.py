"""What the day brings: a client whose workspace changed since the night is scanned again, and a night that was missed is made up.

Front doors: `scan_changed`, one look; `watch`, a look every few seconds as long as the engine is open; `make_up`. A client is scanned
when two looks in a row saw it at the same revision, so that ten files that arrive together cost one scan. Scans nothing itself
(overnight.py), and begins no first night: whoever never ran one is asked to.
"""

import logging
import threading
from datetime import datetime, time
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from agents import engine, overnight
from agents.night_work import Night, do
from agents.ordered import draft_ordered
from agents.ports import Services
from ingestion.pipeline import UNFINISHED
from store.errors import TickmarkError
from workspace import nights
from workspace.nights import Order
from workspace.scope import Scope, system_scope

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

EVERY = 15.0  # seconds between two looks: a change is scanned within a minute
AGAIN = 20  # looks until a night that stopped short (a full disk, a database that was away) is taken up once more
TWO = time(2)


def watch(services: Services, every: float = EVERY) -> None:
    """Look for changed clients in the background until the engine is closed."""
    running = engine.current()
    thread = threading.Thread(target=_watch, args=(running, services, every), name="by day", daemon=True)
    running.watches.append(thread)
    thread.start()


def scan_changed(services: Services, seen: list[Order]) -> list[Order]:
    """Scan the clients that stand as the look before saw them (`seen`) and differ from their last scan; those that wait for the next look.

    While a night runs, nobody is scanned: the night reads them."""
    if engine.current().nights:
        return []
    draft_ordered(services, partial(_scope, services))
    if not (night := Night(services, services.clock.today(), services.clock.now())).is_ready():
        do(engine.current().room, "ready", night)
    found = changed(services)
    settled = [order for order in found if order in seen]
    if settled:
        refs = [order.ref for order in settled]
        overnight.run_night(services, as_of=services.clock.today(), now=services.clock.now(), refs=refs)
    return [order for order in found if order not in settled]


def changed(services: Services) -> list[Order]:
    """The clients whose workspace changed since the scan of today, their files read to the end."""
    with services.database.reading() as session:
        return nights.changed(_scope(services, session), UNFINISHED)


def _scope(services: Services, session: "Session") -> Scope:
    return system_scope(session, "night", now=services.clock.now(), today=services.clock.today())


def make_up(services: Services) -> bool:
    """Begin today's night when its hour passed while nothing ran; whether it did. A home without any night is left alone."""
    now, today = services.clock.now(), services.clock.today()
    with services.database.reading() as session:
        scope = system_scope(session, "night", now=now, today=today)
        if not nights.is_missing(scope) or not past_two(now, nights.time_zone(scope)):
            return False
    return overnight.begin_night(services, as_of=today, now=now)


def past_two(now: datetime, zone: str | None) -> bool:
    """Whether the hour of the night has come in that time zone."""
    return now.astimezone(ZoneInfo(zone or "America/New_York")).time() >= TWO


def _watch(running: engine.Engine, services: Services, every: float) -> None:
    from sqlalchemy.exc import OperationalError

    seen: list[Order] = []
    looks = 0
    while not running.stopping.wait(every):
        if not running.roster.leads:
            continue
        looks += 1
        if services.apart is not None:
            services.apart.rest()
        try:
            # where others may have begun it and gone, a night is gone on with at each look
            if (running.roster.shared or looks % AGAIN == 0) and not running.nights:
                overnight.take_up(services)
            seen = scan_changed(services, seen)
        except (TickmarkError, OperationalError) as error:
            # nobody waits for it; the client still differs from its scan, and the next look meets it again
            logging.getLogger("tickmark").warning("the scan by day: %s", error)
