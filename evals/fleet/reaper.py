"""Takes away what a rig started, however the rig ended: processes that carry its mark, namespaces, its folder.

A process of its own that waits for the end of the rig's pipe to it: the rig may be killed, cut off or defect. It ends only what carries the
mark of this one run in its environment.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

_MARK = "FLEET_RUN"


@contextmanager
def reaped(folder: Path) -> Iterator[None]:
    """Whatever is started inside the block is gone after it, and the folder too."""
    mark = token_hex(16)
    words = [sys.executable, "-m", "evals.fleet.reaper", f"{_MARK}={mark}", str(folder)]
    plain = {name: value for name, value in os.environ.items() if name != _MARK}
    reaper = subprocess.Popen(words, stdin=subprocess.PIPE, env=plain, start_new_session=True)
    os.environ[_MARK] = mark
    try:
        yield
    finally:
        os.environ.pop(_MARK, None)
        if reaper.stdin is not None:
            reaper.stdin.close()
        reaper.wait()


def marked(mark: str) -> list[int]:
    """The processes that were started with the mark."""
    found = list[int]()
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark.encode() in (place / "environ").read_bytes().split(b"\0"):
                found.append(int(place.name))
    return found


def reap(mark: str, folder: Path) -> None:
    """End what is left of a run."""
    from evals.fleet.hosts import unmade

    end = time.monotonic() + 30
    while (left := marked(mark)) and time.monotonic() < end:
        for process in left:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.2)
    unmade(folder.name)
    shutil.rmtree(folder, ignore_errors=True)


def main(mark: str, folder: str) -> None:
    """Wait until the rig is gone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    reap(mark, Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
