"""Holds a backup against what it should be, and brings it back onto a home without records. Never overwrites one that has some."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.backup.dump import undump
from store.backup.files import blob_place, opened, read_blob, read_part
from store.backup.keys import BackupKeys
from store.backup.make import RECORDS, SETTINGS
from store.blobs import FileBlobs
from store.errors import Broken

WORKING = "restore.part"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Checked:
    """A backup that is what it says. `size` are the bytes of its parts, before they were packed."""

    manifest: dict[str, Any]
    key: bytes
    size: int


def manifest_of(path: Path, keys: BackupKeys) -> dict[str, Any]:
    """What a backup says of itself."""
    with opened(path, keys) as (_, manifest, _key):
        return manifest


def verify_backup(path: Path, keys: BackupKeys, progress: Progress) -> Checked:
    """Read all of a backup: every frame, part and blob. Raises Broken, Forbidden, NotFound, naming what is wrong."""
    with opened(path, keys) as (reader, manifest, key):
        for part in _parts(manifest, path):
            read_part(reader, part, _nothing)
        reader.finish()
    for done, name in enumerate(manifest["blobs"]):
        progress("reads files", done, len(manifest["blobs"]))
        read_blob(blob_place(path.parent, key, name), key, name)
    return Checked(manifest, key, sum(int(part["size"]) for part in manifest["parts"]))


def bring_back(
    path: Path, keys: BackupKeys, home: Path, database_url: str, blobs: FileBlobs, progress: Progress
) -> Checked:
    """Verify a backup, then write its blobs, settings and records to a home that has none. The records come last: before them, the home
    counts as empty, and the same can be tried again."""
    checked = verify_backup(path, keys, progress)
    names: list[str] = checked.manifest["blobs"]
    for done, name in enumerate(names):
        progress("brings files back", done, len(names))
        blobs.put(read_blob(blob_place(path.parent, checked.key, name), checked.key, name))
    working = home / WORKING
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir(parents=True)
    try:
        with opened(path, keys) as (reader, manifest, _):
            for part in _parts(manifest, path):
                with (working / part["name"]).open("wb") as handle:
                    read_part(reader, part, handle.write)
        settings, dialect = working / SETTINGS, manifest["dialect"]
        if settings.exists() and not (home / SETTINGS).exists():
            settings.replace(home / SETTINGS)
        undump(working / RECORDS[dialect], dialect, database_url)
    finally:
        shutil.rmtree(working, ignore_errors=True)
    return checked


def _parts(manifest: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    """The parts that a manifest speaks of: those of this program and no others."""
    try:
        parts, records = list(manifest["parts"]), RECORDS[manifest["dialect"]]
        names = [part["name"] for part in parts]
    except (KeyError, TypeError):
        raise Broken(f"the manifest of {path.name} is none: {json.dumps(manifest)[:80]}") from None
    if records not in names:
        raise Broken(f"the part {records} is missing from {path.name}")
    strange = set(names) - {records, SETTINGS}
    if strange:
        raise Broken(f"{path.name} holds a part that is none of ours: {sorted(strange)[0][:60]!r}")
    return parts


def _nothing(data: bytes) -> None:
    """Reading is enough: what was read is held against its hash."""
