"""The one composition root: `build(settings) -> Services`. Web, worker, command line, evaluations and tests all begin here.

Nothing heavy is opened before it is used: a command that only reads records never pays for the index, the embedder or the parsers.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from socket import gethostname
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import select

from api.access import table
from api.clock import Clock
from api.desk import Desk
from api.scrub import install
from api.settings import Settings
from store.blobs import FileBlobs
from store.database import Database
from store.errors import Broken, Busy, NotFound
from store.lock import HomeLock
from store.tables import Firm
from store.turns import Turn
from store.waits import Limits
from workspace.automations.tags import TAGS

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from agents.llm import ModelDoor
    from agents.ports import Apart
    from api.gate import Gate
    from ingestion.embed_abroad import Leave
    from ingestion.sandbox import ParsePool
    from store.chroma_server import ChromaServer
    from store.embedder import Embedder
    from store.seal import Seal
    from store.vectors import VectorIndex
    from workspace.search import Searcher

_DEFAULT_ZONE = "America/New_York"
Made = TypeVar("Made")


class Services:
    """Everything a command, a request or a night works with. Safe to share between threads; `close()` when done."""

    def __init__(self, settings: Settings, database: Database, lock: HomeLock | None, purpose: str = "work") -> None:
        self.settings = settings
        self.purpose = purpose
        self.home: Path = settings.home
        self.database = database
        self.lock = lock
        self.clock = Clock(self._zone, settings.today)
        database.before_commit = self._settle
        shared = settings.chroma_url is not None or not database.url.startswith("sqlite")
        self.desk = Desk(Turn("reading", database, self.home) if shared else None)
        self._known_zone: ZoneInfo | None = None
        self._made: dict[str, Any] = {}
        self.at_close: list[Callable[[], None]] = []  # what is still to be written when it ends
        # a process beside this one that does the work of nights (api/apart.py)
        self.apart: Apart | None = None
        # where firms share a process, their nights run in turn (api/firms/turns.py): asked for here
        self.night_in_turn: Callable[[date], bool] | None = None
        # one thing is made of another (the searcher opens the index), so the same thread may come in again
        self._making = threading.RLock()

    @property
    def worker(self) -> str:
        """The fixed name of this process beside others on one database."""
        return self.settings.worker or f"{gethostname()}:{self.home}"

    def _once(self, name: str, make: Callable[[], Made]) -> Made:
        """What `make` gives, made when first asked for; a thread that comes meanwhile waits for it."""
        if name not in self._made:
            with self._making:
                if name not in self._made:
                    self._made[name] = make()
        made: Made = self._made[name]
        return made

    def made(self, name: str) -> Any:
        """One of the things below if it was opened already, else None: for who looks and must open nothing."""
        return self._made.get(name)

    @property
    def blobs(self) -> FileBlobs:
        return self._once("blobs", lambda: FileBlobs(self.settings.blobs))

    @property
    def index(self) -> "VectorIndex":
        """Raises Busy when this process does not own the home: the index has one writer."""
        return self._once("index", self._open_index)

    @property
    def embedder(self) -> "Embedder":
        """Raises Broken, saying what to install, when the package with the weights is absent or is not what was published."""
        return self._once("embedder", self._open_embedder)

    @property
    def searcher(self) -> "Searcher":
        return self._once("searcher", self._open_searcher)

    @property
    def parse_pool(self) -> "ParsePool":
        return self._once("parse_pool", self._open_parse_pool)

    @property
    def seal(self) -> "Seal":
        """The keys that the records are sealed with."""
        return self._once("seal", self._open_seal)

    @property
    def gate(self) -> "Gate":
        return self._once("gate", self._open_gate)

    @property
    def door(self) -> "ModelDoor":
        return self._once("door", self._open_door)

    @contextmanager
    def with_door(self, door: "ModelDoor") -> Iterator[None]:
        """Another door to models for the time of the block: how two are compared."""
        before = self.door
        self._made["door"] = door
        try:
            yield
        finally:
            self._made["door"] = before

    def _open_index(self) -> "VectorIndex":
        from store.vectors import VectorIndex

        if server := index_server(self.settings):
            return VectorIndex(None, server, Turn("shelves", self.database, self.home))
        if self.lock is None:
            raise Busy(f"the index of {self.home} can only be opened by the process that owns the home")
        return VectorIndex(self.home / "chroma")

    def _open_embedder(self) -> "Embedder":
        import os

        from ingestion.embed import EmbedderMissing
        from ingestion.embedders import open_configured

        asked, key = self.settings.embedding_model, self.settings.embedding_api_key
        try:
            return open_configured(
                self.home,
                asked,
                threads=self.settings.workers or os.cpu_count() or 1,
                key=key.get_secret_value() if key else None,
                ours=self.settings.embedding_local,
                leave=self._embedding_door,
            )
        except EmbedderMissing as error:
            raise Broken(str(error)) from error

    def _embedding_door(self, name: str) -> "Leave":
        """What decides about each client's words where the embeddings server is outside the firm."""
        from agents.embedding_door import EmbeddingDoor
        from api.models import budgets

        address, _, model = name.partition("#")
        return EmbeddingDoor(
            self.database,
            self.clock,
            model,
            urlsplit(address).netloc.rpartition("@")[2],
            self.settings.embedding_price,
            budgets(self.settings),
        )

    def _open_searcher(self) -> "Searcher":
        from workspace.search import Searcher

        return Searcher(self.index, self.embedder, self.home / "corpora")

    def _open_parse_pool(self) -> "ParsePool":
        from ingestion.sandbox import ParsePool

        return ParsePool(workers=self.settings.workers or None)

    def _open_seal(self) -> "Seal":
        return self.database.seal or keys_of(self.settings)

    def _open_gate(self) -> "Gate":
        from api.gate import Gate, Rate

        asked = self.settings
        each = {"address": asked.rate_address, "person": asked.rate_person, "token": asked.rate_token}
        return Gate({name: Rate(a_minute) for name, a_minute in each.items()})

    def _open_door(self) -> "ModelDoor":
        from agents.llm import ModelDoor
        from api.models import budgets, routes

        beside = self.purpose in ("serve", "night") and self.database.url.startswith("sqlite")
        folder = self.home / "places" if beside else None
        return ModelDoor(self.database, routes(self.settings), budgets=budgets(self.settings), folder=folder)

    def _settle(self, session: "Session") -> None:
        """Automations do what follows from a transaction, inside it; one that sets off nothing loads nothing."""
        if any(one["tag"] in TAGS for one in session.info["audit"]):
            from workspace.automations.engine import ACTOR, settle
            from workspace.scope import system_scope

            settle(system_scope(session, ACTOR, now=self.clock.now(), today=self.clock.today()))

    def close(self) -> None:
        """Let go of everything, the home last."""
        for last in self.at_close:
            last()
        self.desk.rest()
        if "parse_pool" in self._made:
            self.parse_pool.close()
        self.database.close()
        if self.lock is not None:
            self.lock.release()
            self.lock = None

    def __enter__(self) -> "Services":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _zone(self) -> ZoneInfo:
        if self._known_zone is None:
            with self.database.reading() as session:
                name = session.scalar(select(Firm.timezone))
            if name is None:
                return ZoneInfo(_DEFAULT_ZONE)
            self._known_zone = ZoneInfo(name)
        return self._known_zone


def build(settings: Settings, *, own_index: bool = False, purpose: str = "work") -> Services:
    """The services over one home. With `own_index` the process takes the home for `purpose`, makes it when it is not there, and may
    open the index; raises Busy, naming the owner, when another has it. Without, an absent home raises NotFound."""
    install()
    if not own_index:
        if not has_records(settings):
            raise NotFound(f"there is nothing in {settings.home} yet; `tickmark load FOLDER` or `tickmark demo` begins")
        database = open_database(settings)
        if not database.is_current():
            _migrate_alone(settings, database)
        return Services(settings, database, None)
    lock = HomeLock(settings.home)
    lock.acquire(purpose)
    try:
        database = open_database(settings)
        if not database.is_current():
            database.migrate()
        database.raise_fence()
    except BaseException:
        lock.release()
        raise
    return Services(settings, database, lock, purpose)


def keys_of(settings: Settings) -> "Seal":
    """The keys of a home, as it is set; they are read when first needed."""
    from store.seal import Seal

    keys = settings.seal_key.get_secret_value() if settings.seal_key else None
    return Seal(settings.home, keys=keys, file=settings.seal_key_file)


def index_server(settings: Settings) -> "ChromaServer | None":
    """The Chroma server of the settings; None where the index is embedded."""
    from store.chroma_server import ChromaServer

    if not settings.chroma_url:
        return None
    token = settings.chroma_token.get_secret_value() if settings.chroma_token else None
    return ChromaServer(settings.chroma_url, token, settings.chroma_token_header, settings.chroma_database)


def open_database(settings: Settings) -> Database:
    """The records of a home, with its keys, and with what the software may do there on its own."""
    limits = Limits(
        pool=settings.database_pool,
        overflow=settings.database_overflow,
        recycle=settings.database_recycle,
        statement=settings.statement_timeout,
        lock=settings.lock_timeout,
        idle=settings.idle_timeout,
    )
    database = Database(settings.database, limits=limits, seal=keys_of(settings))
    database.fence_writes = settings.fence_writes
    database.jobs = {name: frozenset(need.rights) for name, need in table().jobs.items()}
    return database


def has_records(settings: Settings) -> bool:
    """Whether a home was begun here. A database elsewhere is asked when it is opened."""
    return settings.database_url is not None or (settings.home / "tickmark.db").exists()


def _migrate_alone(settings: Settings, database: Database) -> None:
    lock = HomeLock(settings.home)
    lock.acquire("migrate")
    try:
        database.migrate()
    finally:
        lock.release()
