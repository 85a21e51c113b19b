"""A home with one backup of it, to copy, and how a backup is made here."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.commands.result import silent
from store.backup.keys import BackupKeys
from store.backup.make import Source, make_backup
from store.blobs import FileBlobs
from store.database import Database
from store.seal import Seal
from tests.homes import copied

ANA = "ana@alder.example"
AT = datetime(2026, 3, 9, 2, 0, 5, tzinfo=UTC)


def source_of(home: Path) -> Source:
    database = Database(f"sqlite:///{home / 'tickmark.db'}")
    return Source(home, database, FileBlobs(str(home / "blobs")), "0")


def backed_up(home: Path, folder: Path, keys: BackupKeys | None = None, at: datetime = AT, keep: int = 14) -> Path:
    source = source_of(home)
    made = make_backup(source, folder, keys or BackupKeys(Seal(home), None), at=at, keep=keep, progress=silent)
    source.database.close()
    return made.path


@pytest.fixture(scope="session")
def kept(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home, `home`, and a folder with one backup of it, `backups`: to copy."""
    place = tmp_path_factory.mktemp("kept")
    home = copied(loaded, place / "home")
    Seal(home).newest()
    backed_up(home, place / "backups")
    return place


@pytest.fixture
def folder(kept: Path, tmp_path: Path) -> Path:
    return shutil.copytree(kept / "backups", tmp_path / "backups")


def keys(kept: Path) -> BackupKeys:
    return BackupKeys(Seal(kept / "home"), None)


def a_blob(folder: Path) -> Path:
    return sorted((folder / "blobs").glob("*/*"))[1]
