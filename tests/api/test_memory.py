"""What a server no longer needs goes back to the system: real memory of a process of its own, read from the system's account."""

import subprocess
import sys
import threading

import pytest

from api import memory

_GROWN = """
import threading
from api.memory import few_arenas, give_back
from evals.load.watch import moment
import os

def held():
    return moment(os.getpid(), 0.0).memory

assert few_arenas()
blocks = []
def work():
    # small enough that the C library keeps them in its arenas; the last one lives on, above all that is freed
    blocks.extend(bytearray(8_000) for _ in range(12_000))
thread = threading.Thread(target=work)
thread.start()
thread.join()
full = held()
del blocks[: len(blocks) - 1]
kept = held()
given = give_back()
print(full, kept, held(), given)
"""


@pytest.mark.skipif(memory._glibc() is None, reason="the C library of this machine is another")
def test_what_was_freed_goes_back() -> None:
    said = subprocess.run([sys.executable, "-c", _GROWN], capture_output=True, text=True, check=True).stdout.split()
    full, kept, after = (float(one) for one in said[:3])
    assert said[3] == "True"
    assert kept > full - 30  # one block at the end lives: nothing goes back by itself
    assert after < kept - 60


def test_it_is_given_back_while_the_block_runs_and_not_after(monkeypatch: pytest.MonkeyPatch) -> None:
    times, three = list[int](), threading.Event()

    def given() -> bool:
        times.append(1)
        if len(times) == 3:
            three.set()
        return True

    monkeypatch.setattr(memory, "give_back", given)
    with memory.given_back(0.01):
        assert three.wait(30)
    seen = len(times)
    with memory.given_back(3600):
        pass  # ends at once, though it would wait an hour
    assert len(times) == seen


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_glibc", lambda: None)
    assert not memory.few_arenas() and not memory.give_back()
