"""The background work that has facts read again by better rules, in the process that serves; half of one core at most.

Begins by itself when documents were read by earlier rules, ends with the process and goes on at the next start. Reads nothing itself
(ingestion/reading_again.py).
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from api.beside import Rest, beside, resting
from api.commands.result import Progress, silent
from api.output import tell
from api.wiring import Services
from ingestion.facts import READER_VERSION
from ingestion.reading_again import behind, read_again
from store.waits import away, ran_out
from workspace.notices import record_new_notices, refresh_notice
from workspace.scope import system_scope

_AFTER_NO_ANSWER = 60.0


@contextmanager
def reading_again(services: Services) -> Iterator[None]:
    """While the block runs, documents that earlier rules read are read again in a thread of its own."""
    with beside("read again", partial(_work, services)):
        yield


def _work(services: Services, ended: threading.Event) -> None:
    while not ended.is_set():
        try:
            _once(services, ended)
        except SQLAlchemyError as error:
            if (refused := away(error) or ran_out(error)) is None:
                raise
            tell(f"{refused}; documents are read again then.")
            ended.wait(_AFTER_NO_ANSWER)
        else:
            break


def _once(services: Services, ended: threading.Event) -> None:
    waiting = behind(services.database)
    if not waiting:
        return
    tell(f"{waiting} documents are read again by the rules {READER_VERSION}; until then their facts stand as they are.")

    read, changed = read_all_again(services, silent, resting(ended))
    tell(f"{read} of {waiting} documents were read again; {changed} of them say something else now.")


def read_all_again(services: Services, progress: Progress, rest: Rest = lambda _: False) -> tuple[int, int]:
    """Read again what earlier rules read, and keep the notices in step; returns how many documents, and how many of them changed. The
    desk is free between two pieces of work, so that new files need not wait for the end."""
    batches = read_again(services.database)
    read = changed = 0
    while True:
        began = time.perf_counter()
        with services.desk.at_work(progress) as told:
            done = next(batches, None)
            if done is None:
                return read, changed
            read, changed = done.read, changed + len(done.changed)
            _notices(services, done.changed)
            told("facts read again", done.read, done.total)
        if rest(time.perf_counter() - began):
            return read, changed


def _notices(services: Services, changed: Sequence[str]) -> None:
    if changed:
        with services.database.writing() as session:
            scope = system_scope(session, "intake", now=services.clock.now(), today=services.clock.today())
            for document_id in changed:
                refresh_notice(scope, document_id, confirmed_too=False)
            record_new_notices(scope)
