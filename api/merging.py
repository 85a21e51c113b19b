"""Clients merged, and a merge taken back, in the process that reads files: nobody reads while documents change their client, and what was
moved is searchable again afterwards. Decides nothing: workspace/directory has the rules."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import select

from api.commands.result import Progress, silent
from api.intake import index_new
from api.wiring import Services
from ingestion.indexing import sweep
from store.errors import Busy
from store.fence import Job
from store.tables import Client

_PATIENCE = 20  # seconds


@contextmanager
def while_nobody_reads(services: Services) -> Iterator[None]:
    """Take the desk. Raises Busy when somebody reads files for longer than a person waits."""
    if not services.desk.free_within(_PATIENCE):
        raise Busy("files are being read just now, and a merge moves files: try again when that is done")
    with services.desk.at_work(silent):
        yield


def search_again(services: Services, refs: Collection[str], progress: Progress = silent, *, later: bool = True) -> None:
    """Put what was moved between these clients back into the index: in the background, or now."""
    if later:
        services.desk.later(lambda: _index(services, refs, progress))
    else:
        _index(services, refs, progress)


def _index(services: Services, refs: Collection[str], progress: Progress) -> None:
    with services.database.reading(Job.INGESTION) as session:
        ids = list(session.scalars(select(Client.id).where(Client.ref.in_(refs) | Client.id.in_(refs))))
    index_new(services, progress, ids)
    sweep(services.database, services.index)
