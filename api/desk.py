"""The reading that a process does: one run at a time, how far it is for whoever watches, and runs that go on behind a page. Where several
processes read into the same records, one run at a time among all of them (store/turns.py).

Two runs over the same files at once would take each other's passages away, so whoever reads takes the desk. Never knows what is read.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from store.errors import TickmarkError

if TYPE_CHECKING:
    from api.commands.result import Progress


@dataclass(frozen=True)
class Far:
    """What is being done, how many are done, of how many (0: not counted yet)."""

    doing: str
    done: int
    total: int


class Desk:
    """Safe to share between threads."""

    def __init__(self, turn: AbstractContextManager[Any] | None = None) -> None:
        """`turn`: taken beside the desk by all processes that read into the same records; None: this is the only one."""
        self._turn = threading.RLock()
        self._of_all = turn or nullcontext()
        self._queue = threading.Lock()
        self._far: Far | None = None
        self._work: list[Callable[[], object]] = []
        self._thread: threading.Thread | None = None

    def far(self) -> Far | None:
        """How far the work in hand is; None: nothing is being read and nothing waits to be."""
        with self._queue:
            waits = bool(self._work) or self._thread is not None
            return self._far or (Far("files", 0, 0) if waits else None)

    @contextmanager
    def at_work(self, progress: "Progress") -> Iterator["Progress"]:
        """Take the desk, waiting for whoever has it; what the block tells is told to `progress` and to whoever watches."""

        def told(doing: str, done: int, total: int) -> None:
            self._far = Far(doing, done, total)
            progress(doing, done, total)

        with self._turn, self._of_all:
            before, self._far = self._far, self._far or Far("files", 0, 0)
            try:
                yield told
            finally:
                self._far = before

    def free_within(self, seconds: float) -> bool:
        """Whether nobody is at work, or comes to an end so soon."""
        if self._turn.acquire(timeout=seconds):
            self._turn.release()
            return True
        return False

    def later(self, work: Callable[[], object]) -> None:
        """Do this in the background, after what was asked for before. A refusal is said on standard error: its page is gone."""
        around = copy_context()  # whose request it is, for the log
        with self._queue:
            self._work.append(lambda: around.run(work))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="desk", daemon=True)
                self._thread.start()

    def rest(self) -> None:
        """Wait until everything that was asked for is done."""
        with self._queue:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        from api.output import complain

        try:
            while (work := self._next()) is not None:
                try:
                    work()
                except TickmarkError as error:
                    complain(
                        f"reading in the background: {error}; what came in is kept and is read with the next intake"
                    )
        finally:
            with self._queue:  # a defect ends this thread; the next work begins another
                if self._thread is threading.current_thread():
                    self._thread = None

    def _next(self) -> Callable[[], object] | None:
        """The next work; without one this thread is done, and that is said before another can be asked for."""
        with self._queue:
            if self._work:
                return self._work.pop(0)
            self._thread = None
            return None
