"""Background work of the process that serves: a thread of its own, half of one core at most, ended with the process."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# A piece of work is followed by as long a rest: people come first.
_REST = 1.0
_LONGEST = 30.0

Rest = Callable[[float], bool]
"""Given the seconds a piece of work took: waits as it likes, and says whether to end."""


@contextmanager
def beside(name: str, work: Callable[[threading.Event], None]) -> Iterator[None]:
    """While the block runs, `work` runs in a thread; it is told to end by its event, and waited for."""
    ended = threading.Event()
    thread = threading.Thread(target=work, args=(ended,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(_LONGEST)


def resting(ended: threading.Event) -> Rest:
    """Rests as long as the work took, and ends when the process does."""
    return lambda seconds: ended.wait(min(seconds * _REST, _LONGEST))
