"""A demo of four clients that was killed three times on its way, and what tests of the commands above the service say."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.settings import load_settings
from api.wiring import build
from evals.firm.gold import Gold
from evals.ground import SampleHome
from tests import beside, on_postgresql
from tests.forked import begin, ran
from tests.homes import copied, made_once

ROOT = Path(__file__).parents[2]
CLIENTS = 4
ONE = {"TICKMARK_WORKERS": "1"}  # child that parses


def command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "api", "--home", str(home), *words]


def environment() -> dict[str, str]:
    """Without settings from outside."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TICKMARK_")}
    return own | on_postgresql.environment()


def tickmark(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return ran(home, *words, environment=environment())


def kill_when(home: Path, reached: Callable[[], bool]) -> None:
    """Start the demo in a process of its own, with one child that parses, and kill it as soon as it got somewhere."""
    process = begin(home, "demo", "--no-serve", "--clients", str(CLIENTS), environment=environment() | ONE)
    while not reached():
        process.join(timeout=0.02)
        assert process.exitcode is None, "the demo ended before it could be killed"
    process.kill()
    process.join(timeout=30)
    assert process.exitcode == -signal.SIGKILL


@pytest.fixture(scope="session")
def ready(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a demo that was killed while it made the firm, while it read files and in the night, and was started a fourth time.
    Look, don't write. Where tests run in several processes, one of them makes it for all."""

    def make(home: Path) -> None:
        copied(models, home)
        kill_when(home, (home / "sample" / "firm" / "documents").is_dir)
        for table in ("document_pages", "client_scans"):
            with beside.looking(home) as count:
                kill_when(home, lambda count=count, table=table: bool(count(f"SELECT count(*) FROM {table}")))  # type: ignore[misc]
        last = ran(home, "demo", "--no-serve", environment=environment() | ONE, timeout=900)
        assert last.returncode == 0, last.stderr

    return made_once(tmp_path_factory, "demo", make)


@pytest.fixture
def copy(ready: Path, tmp_path: Path) -> Path:
    """A copy of the ready home to work on."""
    return copied(ready, tmp_path / "copy")


@pytest.fixture
def sample(no_settings_from_outside: None, copy: Path) -> Iterator[SampleHome]:
    """The ready home, opened, with its labels."""
    with build(load_settings(copy), own_index=True) as services:
        yield SampleHome(copy / "sample" / "firm", Gold.read(copy / "sample" / "gold.json"), services)
