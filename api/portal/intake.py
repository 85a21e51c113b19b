"""Uploads from the browser to the client's file: what each is, said to the workspace; and what a process that ended left unlooked at.

Bytes are looked at here and read nowhere: the pipeline reads documents later, behind the page. Decides nothing of a client.
"""

import threading
from collections.abc import Callable, Collection, Sequence

from sqlalchemy.orm import Session

from api.commands.result import silent
from api.intake import RawMail, arrived, index_new
from api.output import complain
from api.wiring import Services
from ingestion.identify import ZIP
from ingestion.unwanted import CUT_OFF, unwanted
from store.errors import TickmarkError
from workspace.portal import uploads
from workspace.portal.uploads import Seen
from workspace.scope import Scope, system_scope


def too_late(name: str, data: bytes, limit_mb: int) -> str:
    """Why a file cannot be kept at all, in words for its sender; "" when it can."""
    shown = name or "This file"
    if not data:
        return f"{shown} is empty. Open it on your device to see whether anything is in it, then send it again."
    if len(data) > limit_mb * 1_000_000:
        return f"{shown} is too big: {len(data) / 1e6:,.0f} MB, and the most is {limit_mb} MB. Send it in parts, or as photos of its pages."
    if unwanted(name, data)[1] == CUT_OFF:
        return f"{shown} did not arrive whole. Please send it again; a better connection helps."
    return ""


def look(services: Services, name: str, data: bytes) -> Seen:
    """What the bytes are, and whether they may come in; of an archive also what lies in it."""
    media_type, why = unwanted(name, data)
    if why or media_type != ZIP:
        return Seen(media_type, why)
    inside: list[tuple[str, str, int]] = []
    _, *members = arrived("", name, data, uploads.SOURCE, services.blobs.put, services.parse_pool.parse)
    for one in members:
        path = one.path.partition("/")[2] or one.path
        if isinstance(one, RawMail):
            inside.append((path, services.blobs.put(one.data), len(one.data)))
        elif not one.refused:
            inside.append((path, one.blob, one.size))
    return Seen(media_type, "", tuple(inside))


def settle(services: Services, ids: Sequence[str], files: Sequence[tuple[str, bytes]]) -> set[str]:
    """Look at uploads that are kept and say what they are; the clients whose file has grown. One that cannot be settled now stays in
    quarantine and is looked at again later: what was kept is not lost."""
    clients: set[str] = set()
    for upload_id, (name, data) in zip(ids, files, strict=True):
        try:
            seen = look(services, name, data)
            with services.database.writing() as session:
                clients.add(uploads.settle(_software(services, session), upload_id, seen))
        except TickmarkError as error:
            complain(f"portal: {name[:60]!r} waits in quarantine: {error}")
    return clients


def _software(services: Services, session: Session) -> Scope:
    """The software's scope at the practice's moment: what becomes a record bears the practice's day."""
    return system_scope(session, "portal", now=services.clock.now(), today=services.clock.today())


def sweep(services: Services) -> set[str]:
    """Settle what was kept and never looked at because the process ended; the clients whose file has grown."""
    with services.database.reading() as session:
        waiting = uploads.unseen(_software(services, session))
    clients: set[str] = set()
    for upload_id, name, blob in waiting:
        try:
            clients |= settle(services, [upload_id], [(name, services.blobs.get(blob))])
        except TickmarkError as error:
            complain(f"portal: {name[:60]!r} waits in quarantine: {error}")
    return clients


class Later:
    """Clients whose new files are to be read behind the pages: many uploads at once make one reading."""

    def __init__(self, services: Services) -> None:
        self._services, self._lock = services, threading.Lock()
        self._waiting: set[str] = set()

    def read(self, clients: Collection[str]) -> None:
        """Read the new files of these clients soon."""
        with self._lock:
            ordered, self._waiting = bool(self._waiting), self._waiting | set(clients)
            if not self._waiting or ordered:
                return
        self.do(self._read)

    def do(self, work: Callable[[], object]) -> None:
        """Do this behind the pages."""
        self._services.desk.later(work)

    def _read(self) -> None:
        with self._lock:
            clients, self._waiting = self._waiting, set()
        index_new(self._services, silent, clients)
