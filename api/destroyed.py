"""After records were destroyed: what of them lies outside the database goes too, and what is left in its files.

Each step can be repeated; one that fails is told and leaves the others done. Decides nothing: the transaction that removed the rows did.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress

from api.wiring import Services
from store.errors import TickmarkError
from store.scour import scour
from workspace.retention.sweep import Gone

_THREADS = ("checkpoints", "writes")


def take_away(services: Services, gone: Gone) -> list[str]:
    """Remove blobs, vectors, the kept words of search and checkpoints of threads, and scour index and database; what could not be done,
    in words.

    The vectors need the process that owns the home; who does not own it leaves them to `tickmark index rebuild`."""
    left: list[str] = []
    for blob in sorted(gone.blobs):
        services.blobs.remove(blob)
    try:
        if gone.whole:
            services.index.clear(gone.shelf)
        elif gone.passages:
            services.index.drop(gone.shelf, sorted(gone.passages))
        services.index.scour()
    except TickmarkError as error:
        left.append(f"vectors: {error}; run `tickmark index rebuild`")
    with suppress(FileNotFoundError):
        (services.home / "corpora" / gone.client_id).unlink()
    if gone.threads:
        _forget_threads(services, gone.threads)
    scour(services.database.engine)
    return left


def _forget_threads(services: Services, ref: str) -> None:
    """A checkpoint's thread begins with the ref of its client."""
    file = services.home / "threads.db"
    if not file.exists():
        return
    with closing(sqlite3.connect(file, timeout=60)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        there: Sequence[tuple[str]] = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
        with connection:  # one transaction
            for name in {one[0] for one in there} & set(_THREADS):
                connection.execute(f"DELETE FROM {name} WHERE substr(thread_id, 1, ?) = ?", (len(ref) + 1, f"{ref}:"))  # noqa: S608
        connection.execute("VACUUM")
