"""What a backup consists of on disk: its file with the manifest first, and blobs that lie beside it for all backups of the folder.

A name appears only with all its bytes behind it, on disk: whatever ends the process leaves either none or a whole one.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from store.backup.frames import Reader, Writer
from store.backup.keys import BackupKeys
from store.errors import Broken, NotFound
from store.ids import content_hash
from store.seal import derived

SUFFIX = ".tmb"
BLOBS = "blobs"
PART = ".part"
_LENGTH = 8
_LONGEST_MANIFEST = 1 << 30
_PIECE = 1 << 20


@dataclass(frozen=True)
class Part:
    """A part of a backup's file: its bytes lie in `path` while it is made."""

    name: str
    path: Path
    size: int
    sha256: str

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "size": self.size, "sha256": self.sha256}


def part_of(name: str, path: Path) -> Part:
    """A file as a part."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while piece := handle.read(_PIECE):
            digest.update(piece)
    return Part(name, path, path.stat().st_size, digest.hexdigest())


@contextmanager
def appearing(path: Path) -> Iterator[BinaryIO]:
    """A file that is there under its name when the block ends, with all that was written on disk; or not at all."""
    part = path.with_name(path.name + PART)
    with part.open("wb") as handle:
        part.chmod(0o600)
        yield handle
        handle.flush()
        os.fsync(handle.fileno())
    part.replace(path)
    settle(path.parent)


def settle(folder: Path) -> None:
    """Have a folder's names on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_backup(
    path: Path, key: bytes, told: Mapping[str, Any], manifest: Mapping[str, Any], parts: list[Part]
) -> None:
    """The backup's file: the manifest, then the parts in its order."""
    with appearing(path) as handle:
        writer = Writer(handle, key, {"key": dict(told)})
        text = json.dumps(manifest).encode()
        writer.write(len(text).to_bytes(_LENGTH, "big") + text)
        for part in parts:
            with part.path.open("rb") as source:
                while piece := source.read(_PIECE):
                    writer.write(piece)
        writer.close()


@contextmanager
def opened(path: Path, keys: BackupKeys) -> Iterator[tuple[Reader, dict[str, Any], bytes]]:
    """A backup's file, open behind its manifest: (reader, manifest, key). Raises NotFound, Broken, Forbidden without its key."""
    try:
        handle = path.open("rb")
    except (FileNotFoundError, IsADirectoryError):
        raise NotFound(f"there is no backup {path}") from None
    with handle:
        reader = Reader(handle, path.name)
        key = keys.find(reader.header.get("key") or {}, path.name)
        reader.unlock(key)
        length = int.from_bytes(reader.read(_LENGTH), "big")
        if length > _LONGEST_MANIFEST:
            raise Broken(f"{path.name} holds no manifest")
        yield reader, json.loads(reader.read(length)), key


def header_of(path: Path) -> dict[str, Any]:
    """What the header says of the key; for all to read."""
    with path.open("rb") as handle:
        found: dict[str, Any] = Reader(handle, path.name).header.get("key") or {}
        return found


def read_part(reader: Reader, said: Mapping[str, Any], take: Callable[[bytes], object]) -> None:
    """Give the next part to `take`, piece by piece. Raises Broken, naming it, when it is not what the manifest says."""
    digest, left = hashlib.sha256(), int(said["size"])
    while left:
        piece = reader.read(min(left, _PIECE))
        digest.update(piece)
        take(piece)
        left -= len(piece)
    if digest.hexdigest() != said["sha256"]:
        raise Broken(f"the part {said['name']} of {reader.name} is not what the manifest says")


def blob_place(folder: Path, key: bytes, digest: str) -> Path:
    """Where a blob lies in a folder of backups; the name tells nothing to who lacks the key."""
    name = hmac.new(derived(key, b"tickmark backup names"), digest.encode(), hashlib.sha256).hexdigest()
    return folder / BLOBS / name[:2] / name


def write_blob(place: Path, key: bytes, told: Mapping[str, Any], data: bytes) -> None:
    """Keep a blob."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with appearing(place) as handle:
        writer = Writer(handle, key, {"key": dict(told)})
        writer.write(data)
        writer.close()


def read_blob(place: Path, key: bytes, digest: str) -> bytes:
    """The bytes of a blob. Raises Broken, naming it, when it is missing or is not what its name says."""
    name = f"the file {digest[:12]} of the backup ({place.name[:12]})"
    try:
        handle = place.open("rb")
    except FileNotFoundError:
        raise Broken(f"{name} is missing from {place.parent.parent}") from None
    with handle:
        reader = Reader(handle, name)
        reader.unlock(key)
        data = reader.whole()
    if content_hash(data) != digest:
        raise Broken(f"{name} is not what was kept")
    return data
