"""After records were removed: what of them lies outside the database goes too, and what is left in its files.

The transaction that removed the rows noted it (store/leavings.py); a note is struck out when all of it is gone. What a process could
not do, because it was killed or does not own the home, the server does when it starts next.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing

from api.wiring import Services
from store.errors import TickmarkError
from store.leavings import Left, taken_away, to_take_away
from store.scour import scour

_THREADS = ("checkpoints", "writes")


def take_away(services: Services) -> list[str]:
    """Remove blobs, vectors, the kept words of search and checkpoints of threads as every note says, and scour index and database where a
    note asks for it; what could not be done, in words. Each step can be repeated.

    The vectors need the process that owns the home."""
    left, notes = list[str](), to_take_away(services.database)
    for note in notes:
        try:
            _one(services, note)
        except TickmarkError as error:
            left.append(f"not taken away yet: {error}; Tickmark does it when it is served next")
            continue
        finally:
            if note.scour:
                scour(services.database.engine)
        taken_away(services.database, note)
    return left


def _one(services: Services, note: Left) -> None:
    """All of a note; its vectors last, which may be out of reach. Raises TickmarkError when they are."""
    for blob in sorted(note.blobs):
        services.blobs.remove(blob)
    for client_id in note.clients:
        (services.home / "corpora" / client_id).unlink(missing_ok=True)
    if note.threads:
        _forget_threads(services, note.threads)
    if note.whole:
        services.index.clear(note.whole)
    for shelf, passages in note.passages.items():
        if shelf != note.whole and passages:
            services.index.drop(shelf, passages)
    if note.scour:
        services.index.scour()


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
