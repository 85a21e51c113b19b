"""The durable engine of this process (DBOS): opens and closes it, holds the queue of clients and the nightly schedule, takes over work
that another worker left. What is done with a client is overnight.py's.

DBOS is one a process; here is the one place that remembers it. Its own database lies beside the records and holds no client's words:
a workflow carries a day, a moment and a ref. Losing it loses nothing, since the rows say what was done.
"""

import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from agents.aside import at_a_desk
from agents.ports import Services
from store.errors import Busy, Conflict

if TYPE_CHECKING:
    from dbos import WorkflowStatus

T = TypeVar("T")
QUEUE = "clients"
VERSION = "1"  # of the workflows: raise it when one begun by the release before could not be finished by this one
WORKERS = 2
FAILED = "failed"  # what the workflow of a client says when it could not be scanned
GIVEN_UP_AFTER = 5  # a client whose scan ends the process so often is given up
ABANDONED = timedelta(minutes=15)  # no client takes so long: whoever had it is gone
_LOOK_FOR_ABANDONED, _LOOK_FOR_CANCELLED = 60.0, 1.0  # seconds
REMEMBERED = timedelta(days=30)
_MOST_FORGOTTEN = 5000  # at once
_POLL, _REST = 0.1, 1.0  # seconds between two looks at the queue, in a night and outside
_POLL_ASKING = 0.25  # in a night that asks a model: a client takes seconds then, and so many more are taken off at once
_LOOK = 0.1  # between two looks at what has ended
# A look at the queue takes more clients than are worked on at once, so that nobody waits for the next look. Few more: whoever ends the
# process again and again takes what was taken with it along.
_TAKEN = 4
_LONGEST_END = 30  # seconds that closing waits for the clients in hand
_BATCH = 50


def never() -> bool:
    """Nobody cancels."""
    return False


class Engine:
    """DBOS as it runs here over one home. Open it with `running`."""

    def __init__(self, services: Services, workers: int) -> None:
        self.services = services
        self.workers = workers
        self.stopping = threading.Event()
        self.cancelled: set[datetime] = set()
        """The beginnings of nights that somebody ended: what was taken off the queue for them and not begun is left."""
        self.nights: dict[date, tuple[int, int]] = {}
        """The nights that this process drives, with the clients done and of how many."""
        self.threads: list[threading.Thread] = []
        """Nights in the background; they end by themselves."""
        self.watches: list[threading.Thread] = []
        """What looks around as long as the engine is open."""
        self._shared: tuple[object, Any] = (None, None)
        self._in_hand = self._waiting = 0
        self._lock = threading.Lock()
        self._desks = threading.Semaphore(workers)
        self._reading = threading.Lock()

    @contextmanager
    def hand(self) -> Iterator[None]:
        """Around the work on one client, so that closing can wait for it. No more clients are worked on at once than there are workers;
        those that wait for a model are not counted (aside.py)."""
        with self._lock:
            self._in_hand += 1
        try:
            with at_a_desk(self._desks):
                yield
        finally:
            with self._lock:
                self._in_hand -= 1

    def shared(self, key: object, read: Callable[[], T]) -> T:
        """What all clients of one night share, read by the first that asks; only that of the newest night is kept."""
        with self._reading:
            if self._shared[0] != key:
                self._shared = (key, read())
            found: T = self._shared[1]
            return found

    def enqueue(self, workflow_id: str, workflow: Callable[..., Any], *arguments: str) -> None:
        """Put a workflow on the queue of clients; one of that id that is there already, whatever became of it, is left alone."""
        from dbos import DBOS, SetWorkflowID

        with SetWorkflowID(workflow_id):
            DBOS.enqueue_workflow(QUEUE, workflow, *arguments)

    def drop_failed(self, ids: Sequence[str]) -> None:
        """Take away those of the workflows that ended in an error or say that they failed, so that they can be put on the queue anew."""
        from dbos import DBOS

        if not ids:
            return
        ended = DBOS.list_workflows(workflow_ids=list(ids), status=["ERROR", "SUCCESS"], load_input=False)
        failed = [one.workflow_id for one in ended if one.status == "ERROR" or one.output == FAILED]
        if failed:
            DBOS.delete_workflows(failed)

    def wait(
        self, ids: Sequence[str], done: Callable[[int], None], cancelled: Callable[[], bool] = never
    ) -> dict[str, str]:
        """Wait until all these workflows have ended, telling how many have; those that ended without success, and how, by id.

        Raises Busy when the engine is closed before that: they go on when it is opened again. Raises Conflict once `cancelled` says so:
        those in hand are done, the others are taken off the queue."""
        with self._awake():
            return self._wait(ids, done, cancelled)

    @contextmanager
    def _awake(self) -> Iterator[None]:
        """Look at the queue often as long as somebody waits for it."""
        with self._lock:
            self._waiting += 1
        _look_every(_POLL_ASKING if self._asked else _POLL)
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= 1
            self.rest()

    def rest(self) -> None:
        """Look at the queue seldom, unless somebody waits for it."""
        if not self._waiting:
            _look_every(_REST)

    def _wait(self, ids: Sequence[str], done: Callable[[int], None], cancelled: Callable[[], bool]) -> dict[str, str]:
        left, lost = list(ids), dict[str, str]()
        time_to_adopt, time_to_ask = _Every(_LOOK_FOR_ABANDONED), _Every(_LOOK_FOR_CANCELLED)
        while left:
            ended = {one.workflow_id: one.status for one in self._look(left[:_BATCH], _ENDED)}
            lost |= {one: status for one, status in ended.items() if status != "SUCCESS"}
            left = [one for one in left if one not in ended]
            done(len(ids) - len(left))
            if left:
                self.go_on(_POLL_ASKING if self._asked else _LOOK)
            if left and time_to_ask() and cancelled():
                return self.take_off(ids)
            if time_to_adopt():
                self.adopt()
        return lost

    def go_on(self, seconds: float = 0.0) -> None:
        """Wait so long. Raises Busy when the engine is closed meanwhile."""
        if self.stopping.wait(seconds):
            raise Busy("the night was interrupted; it goes on when it is started again")

    def take_off(self, ids: Sequence[str]) -> NoReturn:
        """Take off the queue what nobody began, wait for what is in hand, and raise Conflict."""
        from dbos import DBOS

        if waiting := [one.workflow_id for one in self._look(ids, ("ENQUEUED",))]:
            DBOS.cancel_workflows(waiting)
        while self._look(ids, _UNENDED) and not self.stopping.wait(_POLL):
            pass
        raise Conflict("the night was cancelled")

    def _look(self, ids: Sequence[str], states: Collection[str]) -> "list[WorkflowStatus]":
        """Those of the workflows that are in one of the states: asked again and again, so that no others are fetched."""
        from dbos import DBOS

        if not ids:  # which DBOS takes for all
            return []
        return DBOS.list_workflows(workflow_ids=list(ids), status=list(states), load_input=False, load_output=False)

    def adopt(self) -> None:
        """Take up the clients that a worker on another machine began and never finished. Twice done is as good as once."""
        from dbos import DBOS

        before = (datetime.now(UTC) - ABANDONED).isoformat()
        for one in DBOS.list_workflows(
            status="PENDING", queue_name=QUEUE, dequeued_before=before, load_input=False, load_output=False
        ):
            if one.executor_id != _executor(self.services):
                DBOS.resume_workflow(one.workflow_id, queue_name=QUEUE)

    def forget(self) -> None:
        """Let go of what ended long ago, so that the queue's memory does not grow for ever; the rows say what was done."""
        from dbos import DBOS

        before = (datetime.now(UTC) - REMEMBERED).isoformat()
        old = DBOS.list_workflows(
            status=list(_ENDED), completed_before=before, limit=_MOST_FORGOTTEN, load_input=False, load_output=False
        )
        if old:
            DBOS.delete_workflows([one.workflow_id for one in old])

    def schedule(self, workflow: Callable[[datetime, Any], None], cron: str, zone: str) -> None:
        """Run a workflow by the clock of that time zone as long as an engine is open on this home."""
        from dbos import DBOS

        DBOS.apply_schedules(
            [{"schedule_name": "night", "workflow_fn": workflow, "schedule": cron, "cron_timezone": zone}]
        )

    def launch(self) -> None:
        from dbos import DBOS

        DBOS(
            config={
                "name": "tickmark",
                "system_database_url": _system_database(self.services),
                "application_version": VERSION,
                "executor_id": _executor(self.services),
                "log_level": "ERROR",
                "notification_listener_polling_interval_sec": _POLL,
            }
        )
        DBOS.launch()
        DBOS.register_queue(
            QUEUE, worker_concurrency=self._taken(), polling_interval_sec=_POLL, on_conflict="always_update"
        )

    def _taken(self) -> int:
        """How many clients are taken off the queue at once: a few for each worker, and where a model is asked as many as it may be asked
        questions at once, since each of them waits for one answer at a time."""
        return _TAKEN * self.workers + self._asked

    @property
    def _asked(self) -> int:
        """How many questions a model may be asked at once; 0 without one."""
        return max((at.concurrency for at in self.services.door.routes.all()), default=0)

    def stop(self) -> None:
        """End the nights of this process where they stand."""
        self.stopping.set()
        for thread in (*self.threads, *self.watches):
            thread.join()

    def close(self) -> None:
        """Let go; what is on the queue stays there for the next engine."""
        from dbos import DBOS

        DBOS.destroy(workflow_completion_timeout_sec=_LONGEST_END if self._in_hand else 0)


class _Every:
    """Says once in so many seconds that it is time; the first of them have to pass."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._last = seconds, time.monotonic()

    def __call__(self) -> bool:
        if time.monotonic() - self._last < self._seconds:
            return False
        self._last = time.monotonic()
        return True


_UNENDED = ("PENDING", "ENQUEUED", "DELAYED")
_ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
_opening = threading.Lock()
_current: Engine | None = None


def current() -> Engine:
    """The engine of this process. Raises Busy when none is open."""
    if _current is None:
        raise Busy("no night can be run here: the engine of this process is not open")
    return _current


def is_running(services: Services) -> bool:
    """Whether the engine of this process is open, on this home."""
    return _current is not None and _current.services is services


@contextmanager
def running(services: Services, register: Callable[[], object], workers: int = WORKERS) -> Iterator[Engine]:
    """The engine over a home: the one that runs, or one opened for as long as the block lasts. Opening it takes up what a process
    that was killed left on the queue. `register` makes the workflows known to DBOS. Raises Busy when it runs over another home."""
    global _current
    with _opening:
        mine = _current is None
        if mine:
            register()
            _current = Engine(services, workers)
            try:
                _current.launch()
            except BaseException:
                _current = None
                raise
        engine = _current
    if engine is None or engine.services is not services:
        raise Busy("the engine of this process works on another home; close that one first")
    try:
        yield engine
    finally:
        if mine:
            engine.stop()  # before the lock: a thread that ends may be asking for the engine itself
            with _opening:
                engine.close()
                _current = None


def _look_every(seconds: float) -> None:
    from dbos import DBOS

    queue = DBOS.retrieve_queue(QUEUE)
    if queue is not None:
        queue.set_polling_interval_sec(seconds)


def _system_database(services: Services) -> str:
    """Where DBOS keeps its queue: a file in the home, or a schema of its own beside the records."""
    url = services.database.url
    if not url.startswith("sqlite"):
        return url
    path = services.home / "dbos.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")  # stays with the file: one wait for the disk a commit, not three
    return f"sqlite:///{path}"


def _executor(services: Services) -> str:
    """A fixed name for whoever owns this home, so that the process that comes after takes up what the one before left. A home of its
    own has one owner, wherever it is moved; beside a shared database there are several machines."""
    return "home" if services.database.url.startswith("sqlite") else f"{socket.gethostname()}:{services.home}"
