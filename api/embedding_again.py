"""The background work that gives clients the model that is set, in the process that serves; half of one core at most.

Begins by itself when a client's vectors are of another model, ends with the process and goes on at the next start. Embeds nothing itself
(ingestion/embedding_again.py).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from api.output import tell
from api.wiring import Services
from ingestion.embedding_again import embed_again, standing
from store.errors import Busy

# A piece of work is followed by as long a rest: people who search come first.
_REST = 1.0
_LONGEST = 30.0
_AFTER_NO_ANSWER = 60.0


@contextmanager
def embedding_again(services: Services) -> Iterator[None]:
    """While the block runs, clients that are behind are embedded again in a thread of its own."""
    ended = threading.Event()
    thread = threading.Thread(target=_work, args=(services, ended), name="embed again", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(_LONGEST)


def _work(services: Services, ended: threading.Event) -> None:
    name = services.embedder.name
    behind = standing(services.database, name)
    if not (behind.behind or behind.alone):
        return
    if behind.behind:
        tell(f"{behind.behind} clients are embedded again with {name}; until then they are searched as before.")

    def rest(seconds: float) -> bool:
        return ended.wait(min(seconds * _REST, _LONGEST))

    while not ended.is_set():
        try:
            embed_again(services.database, services.index, services.embedder, rest)
        except Busy as refused:
            tell(f"{refused}; it is tried again.")
            ended.wait(_AFTER_NO_ANSWER)
        else:
            break
