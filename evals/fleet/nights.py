"""A night on the hosts: begun, disturbed as asked, waited for. Tells how it went; compares nothing (records.py)."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGKILL, SIGTERM

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from api.output import tell
from evals.firm import AS_OF
from evals.fleet.hosts import Network
from evals.fleet.servers import Shared

BEGUN = datetime(2026, 3, 9, 6, 0, tzinfo=UTC)
_LOOK = 0.5  # seconds


@dataclass(frozen=True)
class Rig:
    """The hosts, what they share, and where each keeps its own; `model` is the endpoint's address."""

    network: Network
    shared: Shared
    folder: Path
    seal: Path
    model: str

    def environment(self, name: str, database: str, more: Mapping[str, str]) -> dict[str, str]:
        """What a process on a host is told."""
        return {
            **os.environ,
            **self.shared.environment,
            "TICKMARK_DATABASE_URL": self.shared.postgres.url(database),
            "TICKMARK_HOME": str(self.folder / "homes" / f"{database}-{name}"),
            "TICKMARK_SEAL_KEY_FILE": str(self.seal),
            "TICKMARK_TODAY": AS_OF.isoformat(),
            "TICKMARK_WORKER": name,
            "TICKMARK_LLM_BASE_URL": self.model,
            "TICKMARK_LLM_MODEL": "stub",
            "TICKMARK_LLM_LOCAL": "true",
            **more,
        }


@dataclass
class Went:
    """How a night went. `scanning` are the seconds from the first client taken to the last one done; `statuses` how the workers that were
    told to end ended; `events` what was done to it and when; `taken_over` the seconds until the clients of a killed worker were done by
    others, or begun anew by them."""

    seconds: float = 0.0
    scanning: float = 0.0
    statuses: dict[str, int | None] = field(default_factory=dict[str, "int | None"])
    events: list[str] = field(default_factory=list[str])
    taken_over: float | None = None


class Watch:
    """What is seen of a night in its database, also while that is away now and then."""

    def __init__(self, url: str, total: int) -> None:
        self._engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 5})
        self.total = total

    def ask(self, query: str, **values: object) -> int:
        """A count; -1 while the database is away."""
        with suppress(DBAPIError), self._engine.connect() as connection:
            return int(connection.scalar(text(query), values) or 0)
        return -1

    def done(self) -> float:
        """The share of the clients whose workflow ended."""
        return (
            self.ask("SELECT count(*) FROM dbos.workflow_status WHERE name = 'client' AND status = 'SUCCESS'")
            / self.total
        )

    def is_over(self) -> bool:
        return self.ask("SELECT count(*) FROM scans WHERE state = 'done'") > 0

    def close(self) -> None:
        self._engine.dispose()


Disturb = Callable[[Rig, Watch, Went, threading.Event], None]


def night(
    rig: Rig,
    database: str,
    total: int,
    hosts: Mapping[str, str],
    order: Callable[[], None],
    disturb: Disturb | None,
    most: float,
    **more: str,
) -> Went:
    """One night by these hosts (name → command), ordered and disturbed once all are on the list; at most so many seconds."""
    went, watch, over = Went(), Watch(rig.shared.postgres.url(database), total), threading.Event()
    for name, command in hosts.items():
        words = [sys.executable, "-m", "api", command, *(["--port", "0"] if command == "serve" else [])]
        log = rig.folder / f"{database}-{name}.log"
        rig.network.hosts[name].start(words, rig.environment(name, database, more), log)
    while watch.ask("SELECT count(*) FROM workers WHERE state = 'working'") < len(hosts):
        time.sleep(_LOOK)
    began = time.monotonic()
    order()
    disturbing = threading.Thread(target=disturb, args=(rig, watch, went, over)) if disturb else None
    if disturbing:
        disturbing.start()
    try:
        while not watch.is_over():
            if time.monotonic() - began > most:
                raise TimeoutError(
                    f"the night of {database} was not over after {most:.0f} seconds; logs are in {rig.folder}"
                )
            time.sleep(_LOOK)
        went.seconds = time.monotonic() - began
    finally:
        over.set()
        if disturbing:
            disturbing.join()
        for name in hosts:
            went.statuses[name] = rig.network.hosts[name].end(SIGTERM)
    spent = "SELECT max(completed_at) - min(started_at_epoch_ms) FROM dbos.workflow_status WHERE name = 'client'"
    went.scanning = watch.ask(spent) / 1000
    watch.close()
    return went


def storm(rig: Rig, watch: Watch, went: Went, over: threading.Event) -> None:
    """A worker is killed for good, Chroma killed and started again, the network to the other worker cut for sixty seconds, and PostgreSQL
    started anew every twenty seconds all the while."""
    began = time.monotonic()

    def said(what: str) -> None:
        went.events.append(f"{time.monotonic() - began:.0f} s: {what}")
        tell(f"  {went.events[-1]}")

    with _restarting(rig, over, said):
        _wait(over, lambda: watch.done() >= 0.15)
        rig.network.hosts["worker-1"].end(SIGKILL)
        said("worker-1 killed for good")
        threading.Thread(target=_taken_over, args=(watch, went, over), daemon=True).start()
        rig.shared.chroma.end()
        said("Chroma killed")
        _wait(over, lambda: watch.done() >= 0.3)
        rig.network.hosts["worker-2"].cut()
        said("the network of worker-2 cut")
        over.wait(10)
        rig.shared.chroma.begin()
        said("Chroma started again")
        over.wait(50)
        rig.network.hosts["worker-2"].mend()
        said("the network of worker-2 mended")
        over.wait()


@contextmanager
def _restarting(rig: Rig, over: threading.Event, said: Callable[[str], None]) -> Iterator[None]:
    def again() -> None:
        while not over.wait(20):
            rig.shared.postgres.again()
            said("PostgreSQL started anew")

    thread = threading.Thread(target=again)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _taken_over(watch: Watch, went: Went, over: threading.Event) -> None:
    began = time.monotonic()
    left = "SELECT count(*) FROM dbos.workflow_status WHERE status = 'PENDING' AND executor_id = 'worker-1'"
    while watch.ask(left) != 0 and not over.wait(_LOOK):
        pass
    went.taken_over = time.monotonic() - began


def _wait(over: threading.Event, come: Callable[[], bool]) -> None:
    while not come() and not over.wait(_LOOK):
        pass
