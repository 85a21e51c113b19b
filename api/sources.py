"""Reads the sources: each when it is due, one at a time, in the background of the process that serves; or one now, when it is asked for.

What is read is filed at once (api/mailbox.py, api/mail_folder.py) and made searchable after the turn. How a reading ended is noted by
the machine's own clock, whatever day is pinned.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from api.beside import beside
from api.commands.result import Progress, silent
from api.intake import index_new
from api.loose import look_into
from api.mail_folder import read_exports, read_folder
from api.mailbox import TURN, Pause, Turn, as_job, read_mailbox
from api.output import complain
from api.smtp_in import Receiver, open_receiver
from api.wiring import Services
from store.errors import Conflict, Invalid, TickmarkError
from store.tables import DocumentVersion, Source
from workspace import sources
from workspace.records.upsert import known_clients
from workspace.scope import system_scope

EVERY = 5.0  # seconds between two looks at what is due
_DONE = ("indexed", "refused")
_AT_WORK: set[tuple[str, str]] = set()
_LOCK = threading.Lock()


@contextmanager
def _alone(services: Services, source_id: str) -> Iterator[None]:
    """Raises Conflict while the source is read elsewhere in this process, which is the only one that owns the home."""
    key = (str(services.home), source_id)
    with _LOCK:
        if key in _AT_WORK:
            raise Conflict("this source is being read now; look again in a minute")
        _AT_WORK.add(key)
    try:
        yield
    finally:
        with _LOCK:
            _AT_WORK.discard(key)


def read_source(
    services: Services,
    source_id: str,
    ended: threading.Event | None = None,
    pause: Pause | None = None,
    seconds: float = TURN,
) -> Turn:
    """One turn of a source: what is new is filed, and how it ended written down. Raises what went wrong, after it was written down."""
    ended = ended or threading.Event()
    turn = Turn(ended, monotonic() + seconds)
    with _alone(services, source_id):
        with as_job(services) as scope:
            way = sources.way(scope, services.seal, source_id)
        try:
            match way.kind:
                case "imap":
                    read_mailbox(services, way, turn, pause or ended.wait)
                case "folder":
                    read_folder(services, way, turn)
                case "exports":
                    read_exports(services, way, turn)
                case _:
                    raise Invalid("a forwarding address is not read: mail comes in when it is sent there")
        except (TickmarkError, OSError, SQLAlchemyError) as error:
            _note(services, way.id, error=_said(error))
            raise
        _note(services, way.id, more=turn.more)
    return turn


def sync(services: Services, source_id: str, progress: Progress, ended: threading.Event | None = None) -> Turn:
    """A turn, and what it brought made searchable."""
    try:
        turn = read_source(services, source_id, ended)
    except TickmarkError:
        _search(services, None, progress)  # what it filed before it failed
        raise
    if turn.refs:
        _search(services, turn.refs, progress)
    return turn


def _search(services: Services, refs: set[str] | None, progress: Progress) -> None:
    with as_job(services) as scope:
        if refs is None:
            waits = select(DocumentVersion.client_id).where(DocumentVersion.stage.not_in(_DONE)).distinct()
            ids = list(scope.session.scalars(waits))
        else:
            ids = list(known_clients(scope, refs).values())
    if ids:
        index_new(services, progress, ids)


def _note(services: Services, source_id: str, **how: Any) -> None:
    with as_job(services) as scope:
        sources.ended(scope, source_id, services.clock.real_now(), **how)


def _said(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"the disk: {error.strerror or error}"
    return str(error) if isinstance(error, TickmarkError) else "the records could not be written; the log says why"


@contextmanager
def open_sources(services: Services, every: float = EVERY) -> Iterator[Receiver | None]:
    """Read what is due as long as the block lasts, and take forwarded mail where TICKMARK_SMTP_IN says so."""
    with open_receiver(services) as receiver, beside("sources", lambda ended: _watch(services, receiver, ended, every)):
        yield receiver


def _watch(services: Services, receiver: Receiver | None, ended: threading.Event, every: float) -> None:
    first = True
    while not ended.wait(every):
        try:
            if first:  # what was filed and not made searchable when the process ended
                first = not _any(services)
                if not first:
                    _search(services, None, silent)
            look(services, receiver, ended)
        except (TickmarkError, SQLAlchemyError, OSError) as error:
            complain(f"sources: {error}")


def _any(services: Services) -> bool:
    with services.database.reading() as session:
        return session.scalar(select(Source.id).limit(1)) is not None


def look(services: Services, receiver: Receiver | None, ended: threading.Event) -> None:
    """One round: everything that is due has its turn. What one source gets wrong is written down with it and holds up no other."""
    if receiver is not None:
        refs, loose = receiver.news()
        if refs:
            _search(services, refs, silent)
        if loose:
            look_into(services, silent)
    if not _any(services):
        return
    with services.database.reading() as session:
        now = services.clock.now()
        scope = system_scope(session, "sources", now=now, today=services.clock.today())
        waiting = sources.due(scope, services.clock.real_now())
    for source_id, kind in waiting:
        if ended.is_set():
            return
        if kind == "smtp":
            _note(services, source_id, error="" if receiver is not None and receiver.is_open() else _NO_RECEIVER)
            continue
        try:
            sync(services, source_id, silent, ended)
        except TickmarkError:
            continue  # it stands with the source


_NO_RECEIVER = "nothing takes forwarded mail here: set TICKMARK_SMTP_IN to host:port and start again"
