"""The background work that finishes what came in while the Chroma server did not answer, in the process that serves.

Looks every half minute whether files wait that nobody reads, and whether the server is there again. Reads nothing itself (api/intake.py);
an embedded index is never away, and nothing is looked for.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from api.beside import beside
from api.commands.result import silent
from api.intake import index_new
from api.output import complain, tell
from api.wiring import Services
from ingestion.pipeline import UNFINISHED
from store.errors import TickmarkError
from store.fence import Job
from store.tables import DocumentVersion

EVERY = 30.0  # seconds


@contextmanager
def index_later(services: Services, every: float = EVERY) -> Iterator[None]:
    """While the block runs, what waits is read as soon as the index answers."""
    if services.settings.chroma_url is None:
        yield
        return
    with beside("index later", partial(_work, services, every)):
        yield


def _work(services: Services, every: float, ended: threading.Event) -> None:
    told = ""
    while not ended.wait(every):
        try:
            if services.desk.far() is None and waiting(services):
                services.index.look()
                read = index_new(services, silent).read
                tell(f"{read} files that had waited for the index are searchable.")
            told = ""
        except (TickmarkError, SQLAlchemyError) as error:
            if str(error) != told:  # once, not every half minute
                complain(f"files wait for the index: {error}")
            told = str(error)


def waiting(services: Services) -> int:
    """How many files are received and not searchable yet."""
    with services.database.reading(Job.INGESTION) as session:
        query = select(func.count()).where(DocumentVersion.stage.in_(UNFINISHED))
        return session.scalar(query) or 0
