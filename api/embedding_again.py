"""The background work that gives clients the model that is set, in the process that serves; half of one core at most.

Begins by itself when a client's vectors are of another model, ends with the process and goes on at the next start. Embeds nothing itself
(ingestion/embedding_again.py).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from api.beside import beside, resting
from api.output import tell
from api.wiring import Services
from ingestion.embedding_again import embed_again, standing
from store.errors import Busy
from store.waits import away

_AFTER_NO_ANSWER = 60.0


@contextmanager
def embedding_again(services: Services) -> Iterator[None]:
    """While the block runs, clients that are behind are embedded again in a thread of its own."""
    with beside("embed again", partial(_work, services)):
        yield


def _work(services: Services, ended: threading.Event) -> None:
    while not ended.is_set():
        try:
            _once(services, ended)
        except (Busy, SQLAlchemyError) as error:
            refused = error if isinstance(error, Busy) else away(error)
            if refused is None:
                raise
            tell(f"{refused}; it is tried again.")
            ended.wait(_AFTER_NO_ANSWER)
        else:
            break


def _once(services: Services, ended: threading.Event) -> None:
    name = services.embedder.name
    behind = standing(services.database, name)
    if behind.behind:
        tell(f"{behind.behind} clients are embedded again with {name}; until then they are searched as before.")
    if behind.behind or behind.alone:
        embed_again(services.database, services.index, services.embedder, resting(ended))
