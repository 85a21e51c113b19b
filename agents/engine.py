"""The durable engine of this process (DBOS): opens and closes it, holds the queue of clients and the nightly schedule, gives the work of
workers that are gone to those that live. What is done with a client is overnight.py's.

DBOS is one a process; here is the one place that remembers it. Its own database lies beside the records and holds no client's words:
a workflow carries a day, a moment and a ref. Losing it loses nothing, since the rows say what was done.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar

from agents.aside import Room
from agents.ports import Services
from agents.roster import Roster
from store.errors import Busy, Conflict, TickmarkError
from store.waits import REACHED, unreached
from store.workers import BEAT

if TYPE_CHECKING:
    from dbos import WorkflowStatus

T = TypeVar("T")
QUEUE = "clients"
# Of the workflows: raise it when one begun by the release before could not be finished by this one. Each is done by workers of its own
# version, old and new side by side; what is left when no old one lives is ordered anew by the night in the new one's name.
VERSION = "1"
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
_LOOK_ASKING = 1.0  # the same in a night that asks a model, as long as many are left
# A look at the queue takes more clients than are worked on at once, so that nobody waits for the next look. Few more: whoever ends the
# process again and again takes what was taken with it along.
_TAKEN = 4
_LONGEST_END = 30  # seconds that closing waits for the clients in hand
_LONGEST_DRAIN = 600  # the same for a worker, which nobody waits for: another takes its place meanwhile
_BATCH = 50
_LEAD = 2.0  # seconds between two looks of the leader
_LEFT_BY = "left_by"  # what a workflow carries: how many workers went and left it


def never() -> bool:
    """Nobody cancels."""
    return False


class Engine:
    """DBOS as it runs here over one home. Open it with `running`."""

    def __init__(self, services: Services, workers: int, most: int = 0, *, works: bool = True) -> None:
        self.services = services
        self.workers = workers
        self._most = most
        takes, asks = (most, 0) if most else (_TAKEN * workers, self._asked)
        self.works = works
        self.roster = Roster(services, VERSION, *((workers, takes, asks) if works else (0, 0, 0)))
        self.stopping = threading.Event()
        self.room = Room(workers)
        self.nights: dict[date, tuple[int, int]] = {}
        """The nights that this process drives, with the clients done and of how many."""
        self.threads: list[threading.Thread] = []
        """Nights in the background; they end by themselves."""
        self.watches: list[threading.Thread] = []
        """What looks around as long as the engine is open."""
        self.when_leading: list[Callable[[], object]] = []
        """What is begun when this process comes to lead the others."""
        self._closed, self._share = threading.Event(), 0
        self._beating = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._in_hand = self._waiting = 0
        self._driven = threading.local()
        self._lock = threading.Lock()

    @contextmanager
    def hand(self) -> Iterator[None]:
        """Around a client that was taken off the queue, so that closing can wait for it."""
        from dbos import DBOS

        with self._lock:
            self._in_hand += 1
        token = _began.set((DBOS.workflow_id or "", self.roster.absences))
        try:
            yield
        finally:
            _began.reset(token)
            with self._lock:
                self._in_hand -= 1

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
        with self.awake():
            return self._wait(ids, done, cancelled)

    @contextmanager
    def awake(self) -> Iterator[None]:
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
                self.go_on(_LOOK_ASKING if self._asked and len(left) > _BATCH else _LOOK)
            if left and time_to_ask() and cancelled():
                return self.take_off(ids)
            if time_to_adopt():
                self.adopt()
        return lost

    @contextmanager
    def driving(self, night: str) -> Iterator[None]:
        """Around a night over all clients, in the thread that drives it. Raises Busy when another process does."""
        with self.roster.driving(night):
            self._driven.night = night
            try:
                yield
            finally:
                self._driven.night = ""

    def go_on(self, seconds: float = 0.0) -> None:
        """Wait so long. Raises Busy when the engine is closed meanwhile, or when the night that this thread drives went over to another."""
        if self.stopping.wait(seconds):
            raise Busy("the night was interrupted; it goes on when it is started again")
        if (night := getattr(self._driven, "night", "")) and not self.roster.still_drives(night):
            raise Busy(f"the {night} went over to another worker, since this one was not heard of for too long")

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
        """Take up the clients that a worker on another machine began so long ago that it must be gone, whatever the list of workers says.
        Twice done is as good as once."""
        from dbos import DBOS

        before = (datetime.now(UTC) - ABANDONED).isoformat()
        for one in DBOS.list_workflows(
            status="PENDING", queue_name=QUEUE, dequeued_before=before, load_input=False, load_output=False
        ):
            if one.executor_id != self.roster.name:
                _take_over(one)

    def is_mine(self) -> bool:
        """Whether the client in hand is still this process's: one that was taken for dead finds its work with another."""
        began = _began.get()
        if not self.roster.shared or began is None:
            return True
        found = self._look([began[0]], ("PENDING",))
        return any(one.executor_id == self.roster.name for one in found)

    def refuse_what_is_not_mine(self) -> None:
        """Before anything is kept: a worker that was cut off in the middle of a client must not write over what another found since.
        Costs nothing but for who was away. Raises Busy."""
        began = _began.get()
        if began is not None and self.roster.was_away_since(began[1]) and not self.is_mine():
            raise Busy("this worker was not heard of for too long, and another has the client by now")

    def _beat(self) -> None:
        self.roster.beat(self._in_hand)
        while not self._closed.wait(BEAT):
            self.roster.beat(self._in_hand, ending=self.stopping.is_set())

    def _lead(self) -> None:
        """As long as this process leads: go on with the nights, and give the work of those that are gone to those that live."""
        from sqlalchemy.exc import DBAPIError

        led = False
        while not self.stopping.wait(_LEAD):
            if not self.roster.leads:
                led = False
                continue
            try:
                if not led:
                    for begin in self.when_leading:
                        begin()
                    if not self.nights:
                        self.rest()
                    led = True
                self._take_over_all()
            except (TickmarkError, DBAPIError) as error:  # the next look is soon
                logging.getLogger("tickmark").warning("the leader's look: %s", error)

    def _take_over_all(self) -> None:
        """Queue again what is in the hands of nobody, share out the queue, and let go of what nobody alive can do."""
        from dbos import DBOS

        pending = DBOS.list_workflows(status="PENDING", queue_name=QUEUE, load_input=False, load_output=False)
        living = self.roster.living()  # after the look: whoever took one meanwhile is on the list
        names, versions = {one["id"] for one in living}, {one["speaks"] for one in living}
        for one in pending:
            if one.executor_id not in names:
                _take_over(one)
        for old in {one["version_name"] for one in DBOS.list_application_versions()} - versions:
            if left := DBOS.list_workflows(app_version=old, status=list(_UNENDED), queue_name=QUEUE, load_input=False):
                DBOS.cancel_workflows([one.workflow_id for one in left])
        sizes = [(one["takes"], one["asks"]) for one in living if one["state"] == "working" and one["takes"]]
        share = share_of(sizes)
        if share and share != self._share and (queue := DBOS.retrieve_queue(QUEUE)) is not None:
            queue.set_worker_concurrency(share)
            self._share = share

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

        self.roster.join()
        DBOS(
            config={
                "name": "tickmark",
                "system_database_url": _system_database(self.services),
                "application_version": VERSION,
                "executor_id": self.roster.name,
                "log_level": "ERROR",
                "notification_listener_polling_interval_sec": _POLL,
                "db_engine_kwargs": {"connect_args": dict(REACHED)} if self.roster.shared else None,
            }
        )
        if not self.works:
            DBOS.listen_queues([])
        DBOS.launch()
        # of a queue that several share the leader says how much each may take
        mine: Literal["never_update", "always_update"] = "never_update" if self.roster.shared else "always_update"
        DBOS.register_queue(QUEUE, worker_concurrency=self._taken(), polling_interval_sec=_POLL, on_conflict=mine)
        if self.roster.shared:
            self.services.database.guard = self.refuse_what_is_not_mine
            self._beating.start()
            leading = threading.Thread(target=self._lead, name="leader", daemon=True)
            self.watches.append(leading)
            leading.start()

    def _taken(self) -> int:
        """How many clients are taken off the queue at once: a few for each worker, and where a model is asked half as many again as it may
        be asked questions at once; or what the settings say."""
        return self._most or _TAKEN * self.workers + _waiting_for(self._asked)

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

        longest = _LONGEST_DRAIN if self.services.purpose == "worker" and self.roster.shared else _LONGEST_END
        if not self.roster.shared:
            # the next engine of this home looks as soon as it opens: it would else begin with a rest
            _look_every(_POLL)
        DBOS.destroy(workflow_completion_timeout_sec=longest if self._in_hand else 0)
        self._closed.set()
        if self._beating.is_alive():
            self._beating.join()
        self.services.database.guard = None
        self.roster.leave()


def share_of(sizes: Sequence[tuple[int, int]]) -> int:
    """How many clients each of the workers takes off the queue at most, by what each takes and what a model may be asked beside: the
    places of the model are everybody's, and the smallest sets the measure. 0 where nobody works."""
    if not sizes:
        return 0
    return min(takes for takes, _ in sizes) + -(-_waiting_for(max(asks for _, asks in sizes)) // len(sizes))


def _waiting_for(asks: int) -> int:
    """How many clients keep so many places of a model busy: one waits for each answer, and while some of the answers wait for a desk other
    questions stand ready."""
    return asks + asks // 2


def _take_over(one: "WorkflowStatus") -> None:
    """Queue a client again that whoever had it left; one that was left so again and again ends those who take it, and is given up."""
    from dbos import DBOS

    left = int((one.attributes or {}).get(_LEFT_BY, 0)) + 1
    if left >= GIVEN_UP_AFTER:
        DBOS.cancel_workflow(one.workflow_id)
        return
    DBOS.update_workflow_attributes(one.workflow_id, {_LEFT_BY: left})
    DBOS.resume_workflow(one.workflow_id, queue_name=QUEUE)


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
_began: ContextVar[tuple[str, int] | None] = ContextVar("began", default=None)
"""The workflow of the client in hand, and how often this process had been away when it was taken."""
_opening = threading.Lock()
_current: Engine | None = None


def current() -> Engine:
    """The engine of this process. Raises Busy when none is open."""
    if _current is None:
        raise Busy("no night can be run here: the engine of this process is not open")
    return _current


def is_mine() -> bool:
    """Whether the client in hand is still this process's; always where no engine is open, since nobody shares the work then."""
    return _current is None or _current.is_mine()


def is_stopping() -> bool:
    """Whether the engine of this process is told to end."""
    return _current is not None and _current.stopping.is_set()


def is_away(error: BaseException | None) -> bool:
    """Whether an error says that a database server could not be reached or went away, so that the same again may go well later."""
    return unreached(error).startswith(("08", "57P", "53300"))


def is_running(services: Services) -> bool:
    """Whether the engine of this process is open, on this home."""
    return _current is not None and _current.services is services


@contextmanager
def running(
    services: Services, register: Callable[[], object], workers: int = WORKERS, most: int = 0, *, works: bool = True
) -> Iterator[Engine]:
    """The engine over a home: the one that runs, or one opened for as long as the block lasts. Opening it takes up what a process
    that was killed left on the queue. `register` makes the workflows known to DBOS; `most` clients are in hand at once (0: by what there
    is), none with `works` False. Raises Busy when it runs over another home, or when another worker has this one's name."""
    global _current
    with _opening:
        mine = _current is None
        if mine:
            register()
            _current = Engine(services, workers, most, works=works)
            try:
                _current.launch()
            except BaseException:
                _current = None
                _let_go()
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


def _let_go() -> None:
    """What was opened of DBOS before it failed to open."""
    from dbos import DBOS

    DBOS.destroy()


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
