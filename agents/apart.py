"""A process beside the one that answers people, for the work of nights. Front door: `Apart`.

The threads of one process compute one after the other: a page beside a night in the same one would wait for it hundreds of times.

It is started when there is work, ends after some minutes without, and is gone with the process that started it, however that ends. What
it does is night_work.py's, over services of its own on the same records; it opens no index and owns no home. A piece of work whose process
died is done again in a new one, as a night is that was killed: every piece meets what it did before.
"""

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from agents.aside import Room
from agents.engine import GIVEN_UP_AFTER
from agents.night_work import CLIENT, WORKS, Night
from agents.ports import Services
from store import errors, telling
from store.errors import Broken, Busy, TickmarkError

Enter = Callable[[], AbstractContextManager[Services]]
"""Opens the services of the other process, in it; can be pickled."""
IDLE = 600.0  # seconds without work after which it is let go
_KINDNESS = 10  # how far it stands back behind people's pages (nice)
_AT_ONCE = 256  # pieces of work that wait for a desk or a model, at most
_DEATHS = 8 * GIVEN_UP_AFTER  # however often others are to blame
_BEGUN, _DONE, _RAISED = "begun", "done", "raised"
Notes = list[tuple[str, float, dict[str, str]]]


class Died(Exception):
    """The process ended before it gave an answer; whether it had begun with the piece of work."""

    def __init__(self, begun: bool) -> None:
        super().__init__(begun)
        self.begun = begun


class Apart:
    """The process beside. Safe between threads; `close()` when done."""

    def __init__(self, enter: Enter, context: Any = None) -> None:
        """`context`: how processes are started (multiprocessing); None: spawned, since threads run here."""
        self._begin = partial(_Other, enter, context or multiprocessing.get_context("spawn"))
        self._lock = threading.Lock()
        self._other: _Other | None = None
        self._closed = False

    def do(self, work: str, as_of: date, begun: datetime, *given: Any) -> Any:
        """Have it done there (`WORKS`); what it gives or raises. Raises Broken when the process ended again and again over it,
        and Busy when this is closed meanwhile."""
        deaths = at_all = 0
        while deaths < GIVEN_UP_AFTER and at_all < _DEATHS:
            try:
                return self._asked((work, as_of, begun, given)).result()
            except Died as died:
                if self._closed:
                    raise Busy("the night was interrupted; it goes on when it is started again") from None
                deaths, at_all = deaths + died.begun, at_all + 1
                logging.getLogger("tickmark").warning("the process of the night ended; a new one goes on with it")
        raise Broken("the process of the night ended again and again")

    def rest(self) -> None:
        """Let the process go when it had nothing to do for a while."""
        with self._lock:
            other = self._other
            if other is None or not other.is_idle(IDLE):
                return
            self._other = None
        other.end()

    @property
    def pid(self) -> int | None:
        """Its process id; None while there is none."""
        other = self._other
        return other.pid if other is not None else None

    def close(self) -> None:
        """End it where it stands."""
        with self._lock:
            self._closed, other, self._other = True, self._other, None
        if other is not None:
            other.end()

    def _asked(self, piece: tuple[Any, ...]) -> "Future[Any]":
        with self._lock:
            if self._closed:
                raise Busy("the night was interrupted; it goes on when it is started again")
            if self._other is None or not self._other.lives:
                if self._other is not None:
                    self._other.end()
                self._other = self._begin()
            return self._other.ask(piece)


@dataclass
class _Piece:
    """A piece of work that is out, and whether it was begun."""

    answer: "Future[Any]" = field(default_factory=Future)
    begun: bool = False


class _Other:
    """One such process, and the pipe to it."""

    def __init__(self, enter: Enter, context: Any) -> None:
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, enter), name="night", daemon=True)
        self._process.start()
        theirs.close()  # only the child may hold its end, or its death would not be heard
        self._out: dict[int, _Piece] = {}
        self._lock = threading.Lock()
        self._number, self._since = 0, time.monotonic()
        self.lives = True
        threading.Thread(target=self._listen, name="night's answers", daemon=True).start()

    @property
    def pid(self) -> int | None:
        found: int | None = self._process.pid
        return found

    def ask(self, piece: tuple[Any, ...]) -> "Future[Any]":
        with self._lock:
            self._number += 1
            out = self._out[self._number] = _Piece()
            if not self.lives:
                self._bury()
            else:
                with suppress(OSError):  # it is heard of where answers are awaited
                    self._pipe.send((self._number, telling.REQUEST.get(), *piece))
            return out.answer

    def is_idle(self, seconds: float) -> bool:
        with self._lock:
            return not self._out and time.monotonic() - self._since >= seconds

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def _listen(self) -> None:
        try:
            while True:
                self._heard(*self._pipe.recv())
        except (EOFError, OSError):
            with self._lock:
                self.lives = False
                self._bury()

    def _heard(self, number: int, what: str, value: Any, notes: Notes) -> None:
        for name, much, labels in notes:
            telling.note(name, much, **labels)
        with self._lock:
            if what == _BEGUN:
                self._out[number].begun = True
                return
            out = self._out.pop(number)
            self._since = time.monotonic()
        if what == _DONE:
            out.answer.set_result(value)
        else:
            out.answer.set_exception(_raised(*value))

    def _bury(self) -> None:
        out, self._out = self._out, {}
        for one in out.values():
            one.answer.set_exception(Died(one.begun))


# ------------------------------------------------------------------ in the other process


def _serve(pipe: Connection, enter: Enter) -> None:
    """Work until the pipe is closed, which it is when whoever started this is gone."""
    for number in (signal.SIGINT, signal.SIGTERM):  # meant for the one that started it, which ends this one
        signal.signal(number, signal.SIG_IGN)
    with suppress(OSError):
        os.nice(_KINDNESS)
    heard = _Heard()
    telling.listen(heard)
    with enter() as services, ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="night") as threads:
        room, answers = _Room(1), _Answers(pipe, heard)
        while True:
            try:
                number, request, work, as_of, begun, given = pipe.recv()
            except (EOFError, OSError):
                os._exit(0)
            night, begins = Night(services, as_of, begun), partial(answers.send, number, _BEGUN)
            piece = threads.submit(_worked, request, begins, work, room, night, *given)
            piece.add_done_callback(partial(answers.send_of, number))


_begins: ContextVar[Callable[[], None]] = ContextVar("begins")


class _Room(Room):
    """The desks of the other process. Who waits for one has not begun: it is not to blame when the process dies."""

    @contextmanager
    def desk(self) -> Iterator[None]:
        with super().desk():
            _begins.get()()
            yield


class _Heard:
    """What is told there, until it goes along with an answer."""

    def __init__(self) -> None:
        self._lock, self._notes = threading.Lock(), Notes()

    def note(self, what: str, value: float, labels: Mapping[str, str]) -> None:
        with self._lock:
            self._notes.append((what, value, dict(labels)))

    def taken(self) -> Notes:
        with self._lock:
            notes, self._notes = self._notes, []
            return notes


class _Answers:
    """The way back. One at a time."""

    def __init__(self, pipe: Connection, heard: _Heard) -> None:
        self._pipe, self._heard, self._lock = pipe, heard, threading.Lock()

    def send(self, number: int, what: str, value: Any = None) -> None:
        with self._lock, suppress(OSError):  # nobody is there any more: the process ends just now
            self._pipe.send((number, what, value, self._heard.taken()))

    def send_of(self, number: int, done: "Future[Any]") -> None:
        """What came of a piece of work."""
        if (error := done.exception()) is not None:
            self.send(number, _RAISED, _in_words(error))
        else:
            self.send(number, _DONE, done.result())


def _worked(request: str, begins: Callable[[], None], work: str, room: Room, night: Night, *given: Any) -> Any:
    telling.REQUEST.set(request)
    _begins.set(begins)
    if work != CLIENT:  # which begins at a desk
        begins()
    return WORKS[work](room, night, *given)


def _in_words(error: BaseException) -> tuple[str, str]:
    """What goes from process to process of an error: the name of its kind in store/errors.py, and its words. An error of a library is told
    in the log of the other process."""
    from sqlalchemy.exc import OperationalError

    if isinstance(error, TickmarkError):
        return next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == errors.__name__), str(error)
    if isinstance(error, OperationalError):
        return TickmarkError.__name__, f"the database could not be used ({error.orig})"
    logging.getLogger("tickmark").error("the work of a night failed", exc_info=error)
    return Broken.__name__, f"a defect of the program ({type(error).__name__}); the log says more"


def _raised(kind: str, words: str) -> TickmarkError:
    made: TickmarkError = getattr(errors, kind)(words)
    return made
