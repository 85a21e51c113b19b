"""Memory that a server no longer needs goes back to the system.

Front door: `few_arenas()` before a server makes its threads, `given_back()` around its work. glibc gives every thread an arena of its own
and keeps what was freed between two blocks that live: a night's rows leave holes that stay with the process for good, and a server grows
from night to night though its objects do not. Does nothing where the C library is another (musl, macOS). See malloc_trim(3), mallopt(3).
"""

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_M_ARENA_MAX = -8  # malloc.h
# the interpreter's lock lets one thread at a time make objects; the other is for the index and the embedder
_ARENAS = 2
_EVERY = 300.0  # seconds; a trim takes 14 milliseconds where there is nothing to give, 40 where there are 160 MB


def few_arenas() -> bool:
    """Let all threads of this process share two arenas; whether the C library knows how."""
    library = _glibc()
    return library is not None and library.mallopt(_M_ARENA_MAX, _ARENAS) == 1


def give_back() -> bool:
    """Give what is free inside the arenas back to the system; whether there was something to give."""
    library = _glibc()
    return library is not None and library.malloc_trim(0) == 1


@contextmanager
def given_back(every: float = _EVERY) -> Iterator[None]:
    """While the block runs, `give_back` every so many seconds, in a thread of its own."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(every):
            give_back()

    thread = threading.Thread(target=run, name="memory", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _glibc() -> ctypes.CDLL | None:
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None
