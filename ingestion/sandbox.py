"""Parsing in child processes: a file that hangs, eats memory or kills its reader costs a finding, never the service.

Owns the children and their limits. Never reads a format itself; heavy libraries are imported in the children only.
"""

import contextlib
import multiprocessing
import os
import queue
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Literal, Self

from ingestion.elements import Finding, Parsed
from ingestion.identify import ENCRYPTED, clean_name, identify
from store.telling import note

SECONDS = 60.0
# A page's limit counts what the processor did for it: on a machine with other work to do, the clock may run so many times as long.
_PATIENCE = 5.0
_TICK = 0.01  # the processor's seconds are told in hundredths
TOTAL_SECONDS = 1_200.0
# Address space, of which OCR with its libraries reserves 1.8 GB without using it all.
MEMORY = 3 * 1024**3
_OFTEN = 0.1  # seconds between two words on the pages that are done
_PAGE, _DONE, _MEMORY = "page", "done", "memory"
_Outcome = Literal["died", "slow", "memory"]


@dataclass(frozen=True)
class Limits:
    """`seconds` for a page or a file without pages, `total_seconds` for a whole file, both of the processor where the system tells them;
    `memory` in bytes of address space."""

    seconds: float = SECONDS
    total_seconds: float = TOTAL_SECONDS
    memory: int = MEMORY


class ParsePool:
    """Children that parse, one a core, started when first needed and replaced when they die. Usable from several threads.

    With a file a child could not finish, `parse` returns a Parsed that holds only the finding.
    """

    def __init__(self, *, workers: int | None = None, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._workers = workers or os.cpu_count() or 1
        # Last in, first out: few files keep one warm child busy and never start the others.
        self._idle: queue.LifoQueue[_Child] = queue.LifoQueue()
        for _ in range(self._workers):
            self._idle.put(_Child(self._limits))
        self._closed = False

    @property
    def size(self) -> int:
        """How many children there may be."""
        return self._workers

    @property
    def at_work(self) -> int:
        """How many of them are reading now."""
        return self._workers - self._idle.qsize()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def parse(self, name: str, data: bytes, *, passwords: Sequence[str] = ()) -> Parsed:
        """`ingestion.parse.parse` within the limits; waits for a free child. Raises RuntimeError once the pool is closed."""
        if self._closed:
            raise RuntimeError("the parse pool is closed")
        identity = identify(name, data)
        if identity.refused and not (passwords and identity.media_type == ENCRYPTED):
            return Parsed(identity.media_type, findings=(identity.refused,))
        child = self._idle.get()
        began = time.perf_counter()
        try:
            outcome = child.parse(name, data, tuple(passwords))
            if outcome == "memory" and child.had_parsed:
                # What earlier files left behind may have filled it: a fresh child decides.
                outcome = child.parse(name, data, tuple(passwords))
        finally:
            self._idle.put(child)
        said = "read" if isinstance(outcome, Parsed) else str(outcome)
        note("parse_seconds", time.perf_counter() - began, outcome=said)
        if isinstance(outcome, Parsed):
            return outcome
        return Parsed(identity.media_type, findings=(self._explained(clean_name(name), outcome),))

    def map(self, documents: Iterable[tuple[str, bytes]]) -> Iterator[Parsed]:
        """Each document's Parsed, in order, all children busy; at most two documents a child are held in memory."""
        waiting: deque[Future[Parsed]] = deque()
        with ThreadPoolExecutor(self._workers) as threads:
            for name, data in documents:
                waiting.append(threads.submit(self.parse, name, data))
                if len(waiting) >= 2 * self._workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def close(self) -> None:
        """Ends the children, after the files they are at."""
        if self._closed:
            return
        self._closed = True
        for _ in range(self._workers):
            self._idle.get().end()

    def _explained(self, name: str, outcome: _Outcome) -> Finding:
        why = {
            "slow": f"could not be read within {self._limits.seconds:.0f} s a page",
            "memory": f"needs more than {_size(self._limits.memory)} to be read",
            "died": "ended the program that was reading it",
        }[outcome]
        return Finding(name, f"{name} {why}; print it to PDF, or split it, and add it again.", "error")


def _size(memory: int) -> str:
    """0.2 GB; under a tenth of one, 60 MB."""
    gigabytes = memory / 1024**3
    return f"{gigabytes:.1f} GB" if gigabytes >= 0.1 else f"{memory / 1024**2:.0f} MB"


class _Child:
    """One process and the pipe to it; not started before its first file."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self.had_parsed = False

    def parse(self, name: str, data: bytes, passwords: tuple[str, ...]) -> Parsed | _Outcome:
        """What the child answers, or how it failed; a failed child is gone and the next call starts a new one."""
        pipe = self._started()
        served = self.had_parsed
        outcome: Parsed | _Outcome
        try:
            pipe.send((name, data, passwords))
            outcome = self._answer(pipe)
        except (EOFError, OSError):
            outcome = "died"
        if not isinstance(outcome, Parsed):
            self.end()
        self.had_parsed = served if outcome == "memory" else isinstance(outcome, Parsed)
        return outcome

    def end(self) -> None:
        if self._pipe:
            self._pipe.close()
        if self._process:
            self._process.kill()
            self._process.join()
        self._process = self._pipe = None

    def _started(self) -> Connection:
        if self._process and self._pipe and self._process.is_alive():
            return self._pipe
        self.end()
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._limits.memory), name="parse", daemon=True)
        self._process.start()
        # Only the child may hold its end, or its death would not be heard.
        theirs.close()
        self.had_parsed = False
        return self._pipe

    def _answer(self, pipe: Connection) -> Parsed | _Outcome:
        page = whole = self._spent()
        # Asking what was spent costs a tenth of a page: most files are done before it is asked again.
        left = min(self._limits.seconds, self._limits.total_seconds)
        while left > 0:
            if pipe.poll(max(left, _TICK)):
                kind, value = pipe.recv()
                if kind == _DONE and isinstance(value, Parsed):
                    return value
                if kind == _MEMORY:
                    return "memory"
                page = self._spent()
            left = self._left(page, whole)
        return "slow"

    def _left(self, page: "_Spent", whole: "_Spent") -> float:
        """Seconds after which the child may have had too much of its page, or of the whole file."""
        now = self._spent()
        return min(
            limit * patience - (spent - before)
            for limit, since in ((self._limits.seconds, page), (self._limits.total_seconds, whole))
            for patience, spent, before in (
                (1, now.processor, since.processor),
                (_PATIENCE, now.clock, since.clock),
            )
        )

    def _spent(self) -> "_Spent":
        """The processor's seconds that the child had, where the system tells them; else the clock's."""
        clock = time.monotonic()
        try:
            fields = (
                Path(f"/proc/{self._process.pid if self._process else 0}/stat").read_text().rpartition(")")[2].split()
            )
            return _Spent(clock, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
        except (OSError, ValueError, IndexError):
            return _Spent(clock, clock)


@dataclass(frozen=True)
class _Spent:
    clock: float
    processor: float


def _serve(pipe: Connection, memory: int) -> None:
    """The child's life: a file in, its Parsed out, until the pipe closes. Whatever else goes wrong ends it, and is heard."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", NUMEXPR_NUM_THREADS="1")
    _limit(memory)
    from ingestion.parse import parse

    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            name, data, passwords = pipe.recv()
            try:
                parsed = parse(name, data, passwords=passwords, on_page=_Told(pipe))
            except MemoryError:
                # Nothing of this process can be trusted to fit again.
                pipe.send((_MEMORY, None))
                return
            pipe.send((_DONE, parsed))
            del data, parsed


class _Told:
    """Says which page is done; not of every page of many a second, for who listens to it waits for slow ones only."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._last = time.monotonic()

    def __call__(self, number: int) -> None:
        now = time.monotonic()
        if now - self._last > _OFTEN:
            self._last = now
            self._pipe.send((_PAGE, number))


def _limit(memory: int) -> None:
    """The address space of this process; macOS and Windows do not keep such a limit, there only time is watched."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
