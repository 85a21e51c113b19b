"""Makes a backup of a home that is in use: the records as they stand at one moment, the settings, and the blobs that no earlier one kept.

Either a whole backup is there in the end, or none. Old ones go when there are more than are to be kept, and with them the blobs that no
backup speaks of any more. Asks nobody whether it may; reads no clock.
"""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from store.backup.dump import dump
from store.backup.files import (
    BLOBS,
    PART,
    SUFFIX,
    Part,
    blob_place,
    header_of,
    opened,
    part_of,
    write_backup,
    write_blob,
)
from store.backup.keys import BackupKeys
from store.blobs import FileBlobs
from store.database import Database
from store.errors import Broken, Busy, TickmarkError
from store.lock import HomeLock

WORKING = "backup.part"  # in the home, where the records lie in the clear anyway
SETTINGS = "tickmark.toml"
RECORDS = {"sqlite": "tickmark.db", "postgresql": "tickmark.dump"}
_NAME = re.compile(r"tickmark-\d{4}-\d\d-\d\d-\d{6}(?:-\d\d)?\.tmb")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Backup:
    """A backup that was made. `kept` are blobs that were written now, `size` the bytes that were added to the folder, `dropped` the backups
    that went."""

    path: Path
    manifest: dict[str, Any]
    key_id: str
    kept: int
    size: int
    dropped: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """What is backed up: a home with its records and blobs. `release` is the program's version."""

    home: Path
    database: Database
    blobs: FileBlobs
    release: str


def make_backup(
    source: Source, folder: Path, keys: BackupKeys, *, at: datetime, keep: int, progress: Progress
) -> Backup:
    """Back up into a folder, which is made when it is not there. Raises Busy while another backup of this home is made."""
    folder.mkdir(parents=True, exist_ok=True)
    working = source.home / WORKING
    lock = HomeLock(working)
    lock.acquire("backup")
    try:
        return _make(source, folder, keys, at, keep, progress)
    finally:
        shutil.rmtree(working, ignore_errors=True)
        lock.release()


def _make(source: Source, folder: Path, keys: BackupKeys, at: datetime, keep: int, progress: Progress) -> Backup:
    _sweep(source.home / WORKING, folder)
    key, told = keys.for_new(_earlier(folder))
    progress("copies the records", 0, 0)
    parts, stands = _parts(source)
    names = source.blobs.names()  # after the records: a blob is there before a row speaks of it
    kept, size = _keep_blobs(source.blobs, names, folder, key, told, progress)
    manifest = {
        "format": 1,
        "made_at": at.astimezone(UTC).isoformat(),
        "release": source.release,
        **stands,
        "parts": [part.as_json() for part in parts],
        "blobs": names,
    }
    path = _free(folder, at)
    write_backup(path, key, told, manifest, parts)
    dropped = prune(folder, keys, keep)
    return Backup(path, manifest, str(told["id"]), kept, size + path.stat().st_size, dropped)


def _parts(source: Source) -> tuple[list[Part], dict[str, Any]]:
    copy = source.home / WORKING / "records"
    stands = dump(source.database, copy)
    parts = [part_of(RECORDS[stands["dialect"]], copy)]
    settings = source.home / SETTINGS
    return [*parts, *([part_of(SETTINGS, settings)] if settings.exists() else [])], stands


def _keep_blobs(
    blobs: FileBlobs, names: list[str], folder: Path, key: bytes, told: dict[str, Any], progress: Progress
) -> tuple[int, int]:
    """Write the blobs that are not in the folder; how many, and their bytes there."""
    missing = [(name, place) for name in names if not (place := blob_place(folder, key, name)).exists()]
    for done, (name, place) in enumerate(missing):
        progress("keeps files", done, len(missing))
        write_blob(place, key, told, blobs.get(name))
    return len(missing), sum(place.stat().st_size for _, place in missing)


def backups_in(folder: Path) -> list[Path]:
    """The backups of a folder, the newest first; empty where there is no folder."""
    # without the ending: the second one of a second is newer than the first
    found = (one for one in folder.glob(f"*{SUFFIX}") if _NAME.fullmatch(one.name))
    return sorted(found, key=lambda one: one.name.removesuffix(SUFFIX), reverse=True)


def prune(folder: Path, keys: BackupKeys, keep: int) -> tuple[str, ...]:
    """Take away all but the newest `keep` backups, and blobs that none of those speaks of; the names that went. Where a backup that stays
    cannot be read with the key that is here, every blob stays."""
    found = backups_in(folder)
    for one in found[keep:]:
        one.unlink()
    if found[keep:]:
        _drop_blobs(folder, keys, found[:keep])
    return tuple(one.name for one in found[keep:])


def _drop_blobs(folder: Path, keys: BackupKeys, staying: list[Path]) -> None:
    spoken_of = set[Path]()
    for one in staying:
        try:
            with opened(one, keys) as (_, manifest, key):
                spoken_of.update(blob_place(folder, key, name) for name in manifest["blobs"])
        except TickmarkError:
            return
    for place in (folder / BLOBS).glob("*/*"):
        if place not in spoken_of:
            place.unlink()


def _earlier(folder: Path) -> dict[str, Any] | None:
    for one in backups_in(folder):
        try:
            return header_of(one)
        except Broken:
            continue
    return None


def _sweep(working: Path, folder: Path) -> None:
    """Clear away what an earlier try left half done."""
    for one in [*folder.glob(f"*{SUFFIX}{PART}"), *(folder / BLOBS).glob(f"*/*{PART}")]:
        one.unlink()
    for one in working.iterdir():
        if one.name != "owner.lock":
            one.unlink()


def _free(folder: Path, at: datetime) -> Path:
    stem = f"tickmark-{at.astimezone(UTC):%Y-%m-%d-%H%M%S}"
    tries = (folder / f"{stem}{f'-{n:02}' if n else ''}{SUFFIX}" for n in range(100))
    for path in tries:
        if not path.exists():
            return path
    raise Busy(f"{folder} holds a hundred backups of this second already")
