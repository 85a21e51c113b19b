"""A night on the hosts: begun, disturbed as asked, waited for. Tells how it went; compares nothing (records.py)."""

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGTERM
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from api.output import tell
from api.settings import Settings
from api.wiring import build, open_database
from evals.bench.endpoint import Stub
from evals.firm import AS_OF
from evals.fleet.hosts import Network
from evals.fleet.records import copied, order_night
from evals.fleet.servers import Shared
from store.database import Database

BEGUN = datetime(2026, 3, 9, 6, 0, tzinfo=UTC)
LOOK = 0.5  # seconds
PORT = 8431
_MANY = 200  # clients, of whom no worker takes all at once
_START = 180.0  # seconds in which a process has to be on the list


@dataclass(frozen=True)
class Rig:
    """The hosts, what they share, and where each keeps its own. `program` is the folder of the program that nights run, `settings` are
    those of the practice, `most` the seconds after which a night is given up."""

    network: Network
    shared: Shared
    folder: Path
    program: Path
    settings: Settings
    model: Stub
    clients: int
    most: float

    def start(self, database: str, crew: "Crew") -> None:
        """Begin a process of a night on its host."""
        words = [sys.executable, "-m", "api", crew.command, *(["--port", str(crew.port)] if crew.port else [])]
        log = self.folder / f"{database}-{crew.name}.log"
        environment = self._environment(crew, database)
        self.network.hosts[crew.host].start(crew.name, words, environment, log, crew.release or self.program)

    def _environment(self, crew: "Crew", database: str) -> dict[str, str]:
        return {
            **os.environ,
            **self.shared.environment,
            "PYTHONPATH": str(crew.release or self.program),
            "TICKMARK_DATABASE_URL": self.shared.postgres.url(database),
            "TICKMARK_HOME": str(self.folder / "homes" / f"{database}-{crew.name}"),
            "TICKMARK_SEAL_KEY_FILE": str(self.settings.seal_key_file),
            "TICKMARK_TODAY": AS_OF.isoformat(),
            "TICKMARK_WORKER": crew.name,
            "TICKMARK_LLM_BASE_URL": self.model.url,
            "TICKMARK_LLM_MODEL": "stub",
            "TICKMARK_LLM_LOCAL": "true",
            **crew.told,
        }

    def open(self, database: str) -> Database:
        """The records of a night, to look at."""
        return open_database(self._settings(database))

    def order(self, database: str) -> None:
        """Write down that the night is begun."""
        with build(self._settings(database).model_copy(update={"today": AS_OF})) as services:
            order_night(services, BEGUN)

    def _settings(self, database: str) -> Settings:
        return self.settings.model_copy(update={"database_url": self.shared.postgres.url(database)})


@dataclass(frozen=True)
class Crew:
    """One process of a night: its name among the workers, its host, its command, what it is told beside, and the folder of its program
    (None: the rig's)."""

    name: str
    host: str
    command: str = "worker"
    told: Mapping[str, str] = field(default_factory=dict[str, str])
    port: int = 0
    release: Path | None = None


def all_three(clients: int, in_hand: int = 0) -> list[Crew]:
    """A server and two workers, each on a host of its own, with so many clients in hand each (0: as the product has it); of few none
    takes so many that the others have nothing to do."""
    most = in_hand or (max(clients // 6, 4) if clients < _MANY else 0)
    told = {"TICKMARK_WORKER_CLIENTS": str(most)} if most else {}
    return [
        Crew("web", "web", "serve", told, PORT),
        *(Crew(name, name, told=told) for name in ("worker-1", "worker-2")),
    ]


@dataclass
class Went:
    """How a night went. `seconds` from the first client on the queue until it was over, `scanning` from the first client taken to the last
    one done; `questions` to the model; `done_by` how many clients each process did; `statuses` how processes that were told to end ended;
    `events` what was done to the night and when."""

    seconds: float = 0.0
    scanning: float = 0.0
    questions: int = 0
    done_by: dict[str, int] = field(default_factory=dict[str, int])
    statuses: dict[str, int | None] = field(default_factory=dict[str, "int | None"])
    events: list[str] = field(default_factory=list[str])
    began: float = field(default_factory=time.monotonic)

    def as_json(self) -> dict[str, Any]:
        """As it is printed."""
        return {name: value for name, value in asdict(self).items() if name != "began"}

    def said(self, what: str) -> None:
        """Note what was done to the night, and tell it."""
        self.events.append(f"{time.monotonic() - self.began:.0f} s: {what}")
        tell(f"  {self.events[-1]}")


class Watch:
    """What is seen of a night in its database, also while that is away now and then."""

    def __init__(self, url: str, total: int) -> None:
        self._engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 5})
        self.total = total

    def ask(self, query: str, **values: object) -> int:
        """A count; -1 while the database is away."""
        return next((int(str(row[0] or 0)) for row in self.rows(query, **values)), -1)

    def rows(self, query: str, **values: object) -> list[tuple[object, ...]]:
        """Rows; none while the database is away, or before the queue is there."""
        with suppress(DBAPIError), self._engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]
        return []

    def done(self) -> float:
        """The share of the clients that were done; below 0 when it cannot be known now."""
        ended = self.ask(f"SELECT count(DISTINCT {_REF}) {_CLIENTS} AND status = 'SUCCESS'")
        return ended / self.total if ended >= 0 else -1.0

    def in_hand(self, name: str) -> int:
        """How many clients a process has begun and not ended."""
        return self.ask(f"SELECT count(*) {_CLIENTS} AND status = 'PENDING' AND executor_id = :name", name=name)

    def working(self, name: str) -> bool:
        """Whether a process is on the list and takes clients."""
        return self.ask("SELECT count(*) FROM workers WHERE id = :name AND state = 'working'", name=name) > 0

    def is_over(self) -> bool:
        return self.ask("SELECT count(*) FROM scans WHERE state = 'done'") > 0

    def close(self) -> None:
        self._engine.dispose()


_CLIENTS = "FROM dbos.workflow_status WHERE name = 'client'"
_REF = "split_part(workflow_uuid, '/', 3)"  # agents/overnight.py: Night.name_of
Disturb = Callable[[Rig, str, Watch, Went, threading.Event], None]


def night(rig: Rig, database: str, crew: list[Crew], disturb: Disturb | None = None) -> Went:
    """One night by these processes over a fresh copy of the practice, disturbed once all are on the list. Raises TimeoutError."""
    tell(f"The {database} night of {rig.clients} clients …")
    copied(rig.shared.postgres.url("template1"), "postgres", database)
    watch, over, before = Watch(rig.shared.postgres.url(database), rig.clients), threading.Event(), _questions(rig)
    went = Went()
    try:
        for one in crew:
            rig.start(database, one)
        for one in crew:
            until(lambda one=one: watch.working(one.name), f"{one.name} on the list")  # type: ignore[misc]
        rig.order(database)
        went.began = time.monotonic()
        _through(rig, database, watch, went, over, disturb)
    finally:
        over.set()
        for host in rig.network.hosts.values():
            for name in list(host.running):
                went.statuses[name] = host.end(name, SIGTERM)
        watch.close()
    went.questions = _questions(rig) - before
    tell(f"  over after {went.seconds:.0f} s; clients were done by {went.done_by}")
    return went


def _through(rig: Rig, database: str, watch: Watch, went: Went, over: threading.Event, disturb: Disturb | None) -> None:
    """Wait for the end of the night while it is disturbed; what the disturber raises is raised here."""
    with ThreadPoolExecutor(1, thread_name_prefix="disturb") as beside:
        disturbed = beside.submit(disturb, rig, database, watch, went, over) if disturb else None
        try:
            while not watch.is_over() and not (disturbed and disturbed.done() and disturbed.exception()):
                if time.monotonic() - went.began > rig.most:
                    raise TimeoutError(f"the {database} night was not over after {rig.most:.0f} seconds")
                time.sleep(LOOK)
            now = time.time()
        finally:
            over.set()
        if disturbed:
            disturbed.result()
    _measured(watch, went, now)


def _measured(watch: Watch, went: Went, over: float) -> None:
    moments = watch.rows(f"SELECT min(created_at), min(started_at_epoch_ms), max(completed_at) {_CLIENTS}")
    queued, first, last = (float(str(one)) / 1000 for one in moments[0])
    went.seconds, went.scanning = round(over - queued, 1), round(last - first, 1)
    done = f"SELECT executor_id, count(*) {_CLIENTS} AND status = 'SUCCESS' GROUP BY 1 ORDER BY 1"
    went.done_by = {str(name): int(str(count)) for name, count in watch.rows(done)}


def _questions(rig: Rig) -> int:
    return rig.model.served().calls


def until(come: Callable[[], bool], what: str) -> None:
    """Wait for something that takes seconds. Raises TimeoutError."""
    end = time.monotonic() + _START
    while not come():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not after {_START:.0f} seconds")
        time.sleep(LOOK)


def wait(over: threading.Event, come: Callable[[], bool]) -> bool:
    """Wait until it has come; False when the night was over before."""
    while not come():
        if over.wait(LOOK):
            return False
    return True
