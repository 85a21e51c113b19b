"""What every test stands on: a fresh database, on SQLite and where asked on a PostgreSQL that comes by pip; a home into which the small
hand-made firm was loaded once, and copies of it; no network but loopback."""

import gc
import os
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from _pytest.tmpdir import tmppath_result_key
from _pytest.unraisableexception import gc_collect_iterations_key
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from api.commands import find
from api.commands.result import silent
from api.settings import load_settings
from api.wiring import Services, build
from ingestion.sandbox import ParsePool
from store import database as database_module
from store.database import Database
from store.seal import Seal
from store.waits import Limits
from tests import on_postgresql
from tests.homes import copied, made_once
from tests.tree import untracked
from workspace.sign_in import door, passwords

TODAY = date(2026, 3, 9)
SMALL_FIRM = Path(__file__).parent / "firm_folder"
ROOM = 4 * 1024**3
"""What must be free in /dev/shm for the homes of a run to lie there: several times what they take."""
STOOD, LEFT = pytest.StashKey[frozenset[str]](), pytest.StashKey[frozenset[str]]()
_NUMBERS = count(1)

# A property is right or wrong, however slow the machine is: no check looks at the clock.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# Nothing that imports and collection make is garbage: looking for some took a quarter of them (until pytest_collection_finish).
gc.disable()


def pytest_configure(config: pytest.Config) -> None:
    """One look for garbage when all is done: pytest's five take seconds in each process. Homes lie in memory where there is room."""
    config.stash[gc_collect_iterations_key] = 1
    if config.getoption("dist", "no") != "no":
        gc.enable()  # the process that hands out the tests collects none
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


def pytest_collection_finish() -> None:
    """What is imported and collected by now stays to the end: the collector of garbage need not look at it again and again."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Where the whole suite runs, what stands in the tree before it."""
    if session.config.args_source is pytest.Config.ArgsSource.TESTPATHS and "PYTEST_XDIST_WORKER" not in os.environ:
        session.config.stash[STOOD] = untracked()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A file that a test left in the tree fails the run."""
    left = untracked() - session.config.stash[STOOD] if STOOD in session.config.stash else frozenset[str]()
    if left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        session.config.stash[LEFT] = left


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for name in sorted(config.stash.get(LEFT, ())):
        terminalreporter.write_line(
            f"FAILED a test left {name!r} in the tree: it should work in a folder of its own", red=True
        )


_connect = socket.socket.connect


def _loopback_only(self: socket.socket, address: Any) -> None:
    host = address[0] if isinstance(address, tuple) else None
    if host is not None and host not in ("127.0.0.1", "::1", "localhost"):
        raise OSError(f"a test tried to reach {host}; only loopback is allowed")
    _connect(self, address)


FOR_ALL = (
    "no_network",
    "cheap_hashes",
    "migrated_once",
    "started_once",
    "compiled_once",
    "translated_once",
    "cut_once",
    "one_loop",
)


@pytest.fixture(scope="session", autouse=True)
def for_all(request: pytest.FixtureRequest) -> None:
    """What every test stands on, asked for once a process: each fixture that a test has of its own costs it a tenth of a millisecond."""
    for name in FOR_ALL:
        request.getfixturevalue(name)


@pytest.fixture(scope="session")
def no_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(socket.socket, "connect", _loopback_only)
        yield


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of the test's own, emptied when it passed. Pytest's looks through the thousands that are there for the next free number,
    each time."""
    path = tmp_path_factory.getbasetemp() / f"{next(_NUMBERS)}-{re.sub(r'[^0-9A-Za-z]+', '_', request.node.name)[:30]}"
    path.mkdir(mode=0o700)
    yield path
    if path.is_dir() and all(request.node.stash.get(tmppath_result_key, {}).values()):
        for one in path.iterdir():  # the folder itself stays: a process that was begun in it may stand there
            shutil.rmtree(one, ignore_errors=True) if one.is_dir() and not one.is_symlink() else one.unlink()


@pytest.fixture(scope="session")
def cheap_hashes() -> Iterator[None]:
    """Passwords are kept with little work, or each sign-in of a test would take a tenth of a second, and so are those of homes that tests
    share; what an unknown address is checked against takes as little (tests/sign_in shows what they are kept with)."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    nobody = hasher.hash("a random word")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "HASHER", hasher)
        patched.setattr(passwords, "NOBODY", nobody)
        patched.setattr(door, "NOBODY", nobody)
        yield


@pytest.fixture(scope="session")
def migrated_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the migrations make of a SQLite file in which nothing is, half a second's work, they make once for all processes that run tests;
    every other gets a copy. A file that has any table, if only Alembic's own, is migrated as ever."""
    import sqlite3

    from sqlalchemy import inspect

    original = Database.migrate

    def first(folder: Path) -> None:
        folder.mkdir()
        database = Database(f"sqlite:///{folder / 'tickmark.db'}")
        original(database)
        database.close()

    def migrate(self: Database) -> None:
        if self.engine.dialect.name != "sqlite" or inspect(self.engine).get_table_names():
            original(self)
            return
        made = made_once(tmp_path_factory, "migrated", first) / "tickmark.db"
        with (
            closing(self.engine.raw_connection()) as raw,
            closing(sqlite3.connect(f"file:{made}?immutable=1", uri=True)) as known,
        ):
            own: Any = raw.driver_connection
            known.backup(own)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Database, "migrate", migrate)
        yield


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file to copy: migrating costs more than most tests."""
    path = tmp_path_factory.mktemp("template") / "tickmark.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    if not on_postgresql.ON:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def database(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Database]:
    """A fresh database on SQLite."""
    path = tmp_path / "tickmark.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server for this test run, without a database name's worth of state shared between tests."""
    # one for all processes that run tests: the last that lets go of it stops it
    server = on_postgresql.start(made_once(tmp_path_factory, "pg", Path.mkdir))
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


if on_postgresql.ON:

    @pytest.fixture(scope="session", autouse=True)
    def everything_on_postgresql(postgres_url: str) -> None:
        """Homes of tests have their databases on this run's server."""
        os.environ[on_postgresql.SERVER] = postgres_url

    @pytest.fixture(autouse=True)
    def dropped_after(tmp_path: Path) -> Iterator[None]:
        """The databases of a test's homes go with it."""
        yield from on_postgresql.dropping(tmp_path)


@pytest.fixture(scope="session")
def postgres_admin(postgres_url: str) -> Iterator[Any]:
    """This process's connection by which databases are made and dropped: one for all, each that is opened costs more than what it says."""
    import psycopg

    with psycopg.connect(postgres_url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True) as admin:
        yield admin


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str, postgres_admin: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of an empty, migrated database to copy, made once for all processes that run tests: afterwards nobody connects to it, for
    what somebody is connected to cannot be copied."""
    from sqlalchemy import make_url

    name = "migrated"

    def make(folder: Path) -> None:
        folder.mkdir()
        postgres_admin.execute(f"CREATE DATABASE {name}")
        database = Database(make_url(postgres_url).set(database=name).render_as_string(hide_password=False))
        database.migrate()
        database.close()

    made_once(tmp_path_factory, "migrated-pg", make)
    return name


@pytest.fixture(scope="session")
def new_postgres(
    postgres_url: str, postgres_admin: Any, migrated_postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], AbstractContextManager[Database]]:
    """Makes fresh, migrated databases on PostgreSQL, each for the time of a block."""
    from sqlalchemy import make_url

    @contextmanager
    def new() -> Iterator[Database]:
        name = "t" + __import__("secrets").token_hex(6)
        postgres_admin.execute(f"CREATE DATABASE {name} TEMPLATE {migrated_postgres}")
        url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
        database = Database(url, seal=Seal(tmp_path_factory.mktemp("keys")))
        yield database
        database.close()
        postgres_admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    return new


@pytest.fixture
def postgres(new_postgres: Callable[[], AbstractContextManager[Database]]) -> Iterator[Database]:
    """A fresh, migrated database on PostgreSQL."""
    with new_postgres() as database:
        yield database


@pytest.fixture
def small_firm(tmp_path: Path) -> Path:
    """A copy of the small hand-made firm folder (tests/firm_folder): five people, three clients, their records, files and mail."""
    return shutil.copytree(SMALL_FIRM, tmp_path / "firm")


class LastingPool(ParsePool):
    """Children that outlive the services that use them: each takes seconds of imports to start."""

    def close(self) -> None:
        """Not yet: `end` does, when the tests are done."""

    def end(self) -> None:
        super().close()


@pytest.fixture(scope="session")
def started_once() -> Iterator[None]:
    """The children that parse and the embedder, which are the same for every home, are started once a process that runs tests."""
    # one child: several processes run tests, and each child's imports take seconds
    pool, opened = LastingPool(workers=1), list[Any]()
    original = Services._open_embedder

    def embedder(self: Services) -> Any:
        if self.settings.embedding_model is not None:
            return original(self)
        if not opened:
            opened.append(original(self))
        return opened[0]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Services, "_open_parse_pool", lambda _: pool)
        patched.setattr(Services, "_open_embedder", embedder)
        yield
    pool.end()


def _never_waits_for_the_disk(connection: Any, record: Any) -> None:
    """No test takes the power away; a process that is killed loses nothing that it wrote."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session")
def compiled_once() -> Iterator[None]:
    """Statements are compiled once a process that runs tests, not once a database: every test has another one, all of one schema. What
    seals and opens values goes by the database that runs a statement, not by the one that it was compiled for."""
    from copy import copy

    from sqlalchemy import Engine, event
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
    from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
    from sqlalchemy.orm import Mapper
    from sqlalchemy.util import LRUCache

    class Shared(LRUCache):
        def get(self, key: Any, default: Any = None) -> Any:
            found = super().get(key, default)
            if found is None or found.dialect is key[0]:
                return found
            own = copy(found)
            own.dialect, own._cached_metadata = key[0], None
            own.__dict__.pop("_bind_processors", None)
            self[key] = own
            return own

    cache: Any = Shared(5_000)
    original = database_module._open_engine

    def opened(url: str, limits: Limits) -> Engine:
        engine = original(url, limits)
        engine._compiled_cache = cache
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _never_waits_for_the_disk)
        return engine

    with pytest.MonkeyPatch.context() as patched:
        for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
            patched.setattr(dialect, "__eq__", lambda self, other: type(self) is type(other))
            patched.setattr(dialect, "__hash__", lambda self: hash(type(self)))
        patched.setattr(database_module, "_open_engine", opened)
        patched.setattr(Mapper, "_compiled_cache", cache)  # what a session writes with
        yield


@pytest.fixture(scope="session")
def translated_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Templates are made into Python once for all processes that run tests, two seconds' work for all of them."""
    from jinja2 import FileSystemBytecodeCache

    from api.pages import environment

    environment().bytecode_cache = FileSystemBytecodeCache(str(made_once(tmp_path_factory, "templates", Path.mkdir)))


@pytest.fixture(scope="session")
def cut_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The fonts of the pages are cut once for all processes that run tests, a second's work; every home without them gets a copy."""
    from api import fonts

    cut = fonts.ensure_fonts

    def ensure_fonts(folder: Path) -> None:
        if not folder.exists():
            shutil.copytree(made_once(tmp_path_factory, "fonts", cut), folder)
        cut(folder)  # what is not there yet

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fonts, "ensure_fonts", ensure_fonts)
        if "api.app" in sys.modules:  # else it takes the name when it is imported
            patched.setattr("api.app.ensure_fonts", ensure_fonts)
        yield


@pytest.fixture(scope="session")
def one_loop() -> Iterator[None]:
    """Requests are answered on one event loop a process that runs tests, as a server's are. Else each request starts a thread, a loop and
    the threads that handlers run in, and ends them."""
    from anyio.from_thread import BlockingPortal, start_blocking_portal
    from starlette.testclient import TestClient

    from tests.one_loop import Straight

    with start_blocking_portal() as portal, pytest.MonkeyPatch.context() as patched:
        straight = Straight(portal)

        @contextmanager
        def known(self: TestClient) -> Iterator[BlockingPortal | Straight]:
            yield self.portal or straight  # its own while it is entered as a context

        patched.setattr(TestClient, "_portal_factory", known)
        yield


@pytest.fixture
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the environment nor a tickmark.toml of the working folder reaches a test; the day is the sample's Monday."""
    for name in ("HOME", "DATABASE_URL", "CHROMA_URL", "BLOB_URL", "LLM_BASE_URL", "LLM_MODEL"):
        monkeypatch.delenv(f"TICKMARK_{name}", raising=False)
    monkeypatch.setenv("TICKMARK_TODAY", TODAY.isoformat())
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds nothing but the embedder's graph, which takes seconds to build, and the fonts of the pages."""
    from api.fonts import ensure_fonts
    from ingestion.embed import open_embedder

    def make(home: Path) -> None:
        home.mkdir()
        open_embedder(home, threads=1)
        ensure_fonts(home / "fonts")

    return made_once(tmp_path_factory, "models", make)


@pytest.fixture(scope="session")
def loaded(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home after one undisturbed load. Look, don't write."""
    from agents.overnight import opened

    def make(home: Path) -> None:
        settings = load_settings(copied(models, home)).model_copy(update={"today": TODAY})
        with build(settings, own_index=True) as services:
            find("load").load()(services, {"folder": str(SMALL_FIRM)}, silent)
            if not on_postgresql.ON:
                with opened(services):
                    """The queue is there: the first look at a new one comes a second later."""

    return made_once(tmp_path_factory, "loaded", make)


@pytest.fixture
def home(loaded: Path, tmp_path: Path) -> Path:
    """A copy of the loaded home to work on."""
    return copied(loaded, tmp_path / "home")


@pytest.fixture
def fresh(models: Path, migrated_sqlite: Path, tmp_path: Path) -> Path:
    """A home in which nothing was loaded."""
    home = copied(models, tmp_path / "fresh")
    shutil.copy(migrated_sqlite, home / "tickmark.db")
    return home


@pytest.fixture
def services(no_settings_from_outside: None, home: Path) -> Iterator[Services]:
    """The services over a loaded home, which they own."""
    with build(load_settings(home), own_index=True) as services:
        yield services
