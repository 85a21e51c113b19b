"""What a running server holds, read from the system's own account of the process and its children: memory, threads, open files,
connections. Asks the server nothing.

Linux only (/proc). Owns the least squares that say whether something grows.
"""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_DATABASE = ("tickmark.db", "threads.db", "chroma.sqlite3", "night.db", "dbos")


@dataclass(frozen=True)
class Moment:
    """`minute` since the people began to work. `memory` in MB is what the process keeps in memory by itself (proportional set size where
    the system tells it, so that what children share counts once); `children` the same of its children together. `databases`: open files
    of databases, which is its connections on SQLite; `sockets`: open ones. `cpu`: seconds of the processor so far, children included.
    `index`: files of the vector index, four for each client whose papers were put in or asked about; not among `files`."""

    minute: float
    memory: float
    children: float
    threads: int
    files: int
    databases: int
    sockets: int
    cpu: float
    index: int = 0


class Watch:
    """Looks every `seconds` from `begin` to `end`, in a thread of its own."""

    def __init__(self, pid: int, seconds: float) -> None:
        self._pid, self._seconds = pid, seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._began = 0.0
        self.moments: list[Moment] = []

    def begin(self) -> None:
        self._began = time.time()
        self._thread.start()

    def end(self) -> list[Moment]:
        self._ended.set()
        self._thread.join()
        return self.moments

    def _run(self) -> None:
        while True:
            with suppress(OSError, ValueError):  # it ended between two looks
                self.moments.append(moment(self._pid, (time.time() - self._began) / 60))
            if self._ended.wait(self._seconds):
                return


def moment(pid: int, minute: float) -> Moment:
    """How things stand. Raises OSError when the process is gone."""
    below = list(_below(pid))
    names = [_target(one) for one in Path(f"/proc/{pid}/fd").iterdir()]
    index = sum("/chroma/" in name and not any(part in name for part in _DATABASE) for name in names)
    return Moment(
        round(minute, 3),
        _memory(pid),
        sum(_quietly(one) for one in below),
        sum(1 for _ in Path(f"/proc/{pid}/task").iterdir()),
        len(names) - index,
        sum(any(part in name for part in _DATABASE) for name in names),
        sum(name.startswith("socket:") for name in names),
        sum(_cpu(one) for one in (pid, *below)),
        index,
    )


def growth(moments: Sequence[Moment], name: str, since: float) -> float:
    """By how much something grows in an hour: the slope of the least squares over what was seen from the minute `since` on."""
    seen = [(one.minute, float(getattr(one, name))) for one in moments if one.minute >= since]
    if len(seen) < 3:
        return 0.0
    mean_x, mean_y = (sum(values) / len(seen) for values in zip(*seen, strict=True))
    spread = sum((x - mean_x) ** 2 for x, _ in seen)
    return 60 * sum((x - mean_x) * (y - mean_y) for x, y in seen) / spread if spread else 0.0


def _below(pid: int) -> Iterator[int]:
    """Its children, and theirs."""
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for one in (task / "children").read_text().split():
                yield int(one)
                yield from _below(int(one))


def _memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError("the system tells no proportional set size")


def _quietly(pid: int) -> float:
    with suppress(OSError):
        return _memory(pid)
    return 0.0


def _cpu(pid: int) -> float:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0.0


def _target(link: Path) -> str:
    with suppress(OSError):
        return str(link.readlink())
    return ""
