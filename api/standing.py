"""How this installation stands, for whoever watches it: whether it can serve, part by part, and the figures of the moment.

Says of each part only whether it answers: no address, no reason, no row. What was found is kept for some seconds, so that nobody can make
work by asking.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from api.wiring import Services
from ingestion.pipeline import UNFINISHED
from store.errors import TickmarkError
from store.tables import DocumentVersion
from workspace import backups
from workspace.pages import night as nights
from workspace.scope import Scope, system_scope

KEPT = 3.0  # seconds
NEEDED = ("database", "schema", "files")
"""Without these nothing can be served. Without the index clients are searched by words alone."""


@dataclass(frozen=True)
class Ready:
    """Which parts answer: "ok", or "fails"."""

    parts: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Whether people can be sent here."""
        return all(self.parts.get(name) == "ok" for name in NEEDED)


class Standing:
    """Asks the parts of one home, at most once in some seconds. Safe between threads."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._found: tuple[float, Ready] | None = None

    def ready(self) -> Ready:
        with self._lock:
            if self._found is None or monotonic() - self._found[0] > KEPT:
                asked = {"database": self._database, "schema": self._schema, "index": self._index, "files": self._files}
                self._found = (monotonic(), Ready({name: _said(ask) for name, ask in asked.items()}))
            return self._found[1]

    def _database(self) -> None:
        with self._services.database.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def _schema(self) -> None:
        if not self._services.database.is_current():
            raise TickmarkError("the schema is not this release's")

    def _index(self) -> None:
        if self._services.settings.chroma_url is not None:
            self._services.index.look(patient=False)

    def _files(self) -> None:
        self._services.blobs.look()


def _said(ask: Callable[[], None]) -> str:
    try:
        ask()
    except (TickmarkError, SQLAlchemyError, OSError):
        return "fails"
    return "ok"


def figures(services: Services) -> dict[str, dict[str, float]]:
    """The figures of the moment, as api/metrics.py names them; those of the records are left out where these cannot be read."""
    found: dict[str, dict[str, float]] = {"database_connections": {"": float(in_use(services))}}
    if (pool := services.made("parse_pool")) is not None:
        found["parse_children"] = {"all": pool.size, "at_work": pool.at_work}
    try:
        with services.database.reading() as session:
            now, today = services.clock.now(), services.clock.today()
            found |= _of_the_records(services, system_scope(session, "metrics", now=now, today=today))
    except SQLAlchemyError:
        return found
    return found


def in_use(services: Services) -> int:
    """Connections of the pool that somebody holds."""
    taken: Callable[[], int] | None = getattr(services.database.engine.pool, "checkedout", None)
    return taken() if taken is not None else 0


def _of_the_records(services: Services, scope: Scope) -> dict[str, dict[str, float]]:
    from agents.overnight import progress_of

    waiting = scope.session.scalar(
        select(func.count()).where(
            DocumentVersion.client_id.in_(scope.clients()), DocumentVersion.stage.in_(UNFINISHED)
        )
    )
    found = {"queue": {"documents": float(waiting or 0)}}
    if (far := progress_of(services)) is not None:
        found["queue"]["clients"] = float(far[2] - far[1])
    last = next(iter(nights.nights(scope)), None)
    if last is not None:
        found["night_last"] = {
            name: float(getattr(last, name)) for name in ("clients", "unchanged", "failed", "drafted")
        }
        if last.seconds is not None:
            ended = last.started_at.timestamp() + last.seconds
            found["night_age_seconds"] = {"": services.clock.real_now().timestamp() - ended}
    made = backups.standing(scope).last_made
    if made is not None:
        found["backup_age_seconds"] = {"": (datetime.now(UTC) - made.at).total_seconds()}
    return found
