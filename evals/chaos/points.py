"""The points at which a life ends: named places of the program where half of something is done, or any moment.

A named point is a function of the product around which a count is put, in the life's own process only. At random is a count of the
processor's seconds, kept by the system, which ends the process without a word to it.
"""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

Die = Callable[[], None]
Arm = Callable[[Die], None]


def arm(point: str, nth: int, seconds: float) -> None:
    """Have this process killed there. What is armed stays armed."""
    if point:
        POINTS[point](_at(nth))
    else:
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _at(nth: int) -> Die:
    left = [nth]

    def die() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return die


def _before(owner: Any, name: str, die: Die) -> None:
    inner = getattr(owner, name)

    def outer(*given: Any, **named: Any) -> Any:
        die()
        return inner(*given, **named)

    setattr(owner, name, outer)


def _after(owner: Any, name: str, die: Die) -> None:
    inner = getattr(owner, name)

    def outer(*given: Any, **named: Any) -> Any:
        found = inner(*given, **named)
        die()
        return found

    setattr(owner, name, outer)


def _commit(moment: str) -> Arm:
    def armed(die: Die) -> None:
        from sqlalchemy import event
        from sqlalchemy.orm import Session

        event.listen(Session, moment, lambda _: die())

    return armed


def _trail(die: Die) -> None:
    from store import audit

    _after(audit, "append", die)


def _stored(die: Die) -> None:
    from store.blobs import FileBlobs

    _after(FileBlobs, "put", die)


def _half_stored(die: Die) -> None:
    """Half of the bytes are there, under a name that does not count."""
    from store.blobs import FileBlobs

    inner = FileBlobs._put_by_parts

    def outer(self: Any, path: str, data: bytes) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(f"{path}.chaos.part").write_bytes(data[: len(data) // 2])
        die()
        Path(f"{path}.chaos.part").unlink()
        inner(self, path, data)

    FileBlobs._put_by_parts = outer  # type: ignore[method-assign]


def _vectors(name: str, around: Callable[[Any, str, Die], None]) -> Arm:
    def armed(die: Die) -> None:
        from store.vectors import VectorIndex

        around(VectorIndex, name, die)

    return armed


def _mail(around: Callable[[Any, str, Die], None]) -> Arm:
    def armed(die: Die) -> None:
        from api import post

        around(post, "_deliver", die)

    return armed


def _named(die: Die) -> None:
    _before(Path, "replace", die)


def _cleared(die: Die) -> None:
    _before(shutil, "rmtree", die)


def _read(die: Die) -> None:
    from ingestion.sandbox import ParsePool

    _after(ParsePool, "parse", die)


def _scanned(die: Die) -> None:
    from agents import scan

    _before(scan, "conclude_scan", die)


def _briefed(die: Die) -> None:
    from agents import night_work

    _before(night_work, "write_briefs", die)


POINTS: dict[str, Arm] = {
    "a transaction is whole, and not committed": _commit("before_commit"),
    "a transaction is committed": _commit("after_commit"),
    "the trail has its entries, the transaction is open": _trail,
    "half of a file is written": _half_stored,
    "a file is stored, and no row names it": _stored,
    "a file was read, and nothing of it is kept": _read,
    "vectors go into the index": _vectors("put", _before),
    "vectors are in the index, and not in the records": _vectors("put", _after),
    "vectors are to leave the index": _vectors("drop", _before),
    "vectors left the index, the records do not know": _vectors("drop", _after),
    "a mail is claimed, the server not spoken to": _mail(_before),
    "the server took a mail, the records do not know": _mail(_after),
    "a file is whole under another name": _named,
    "a folder is to be cleared": _cleared,
    "a client is scanned, and nothing of it is kept": _scanned,
    "all clients are scanned, no brief is written": _briefed,
}
"""By what then is the case. The server itself kills at one more: "the server has a mail and has not said so" (sink.py)."""
AT_THE_SERVER = "the server has a mail and has not said so"
