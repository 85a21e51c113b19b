"""Homes for tests: copies that share what nobody changes, and those that one process makes for all."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import on_postgresql

LONG = bool(os.environ.get("TICKMARK_LONG"))
"""`make long`: what takes minutes is done in full."""
takes_long = pytest.mark.skipif(not LONG, reason="takes a minute by itself: `make long` does it")


def copied(home: Path, to: Path) -> Path:
    """A copy to work on; the embedder's graph, which nobody changes, is shared."""
    copy = shutil.copytree(home, to, ignore=shutil.ignore_patterns("models"))
    if (home / "models").exists():
        (copy / "models").symlink_to((home / "models").resolve())
    if on_postgresql.ON and (copy / "tickmark.db").exists():
        on_postgresql.placed(copy / "tickmark.db")  # as the records are now, not when they are first opened
    return copy


def made_once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name` as `make` leaves it. Where tests run in several processes, the first that asks makes it for all."""
    root = folders.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    home, done = root / name, root / f"{name}.done"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make(home)
            done.touch()
    return home
