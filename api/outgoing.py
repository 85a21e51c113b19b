"""A folder that leaves the home, written file by file, with a manifest of what it holds; and such a folder held against its manifest.

The manifest says of every file how long it is and what its bytes hash to (SHA-256). Whoever changes both a file and the manifest is found
out by the trail, where the trail vouches for what was changed; the manifest itself protects from accidents.
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from store.errors import Broken, Conflict
from store.rows import Row, StaffRow

MANIFEST = "manifest.json"
FORMAT = 1
_NOT_COLUMNS = ("line", "nth", "custom")
_PIECE = 1 << 20


@dataclass
class Outgoing:
    """A folder that is being written: `files` are its files so far, by their place in it."""

    root: Path
    files: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    blobs: set[str] = field(default_factory=set[str])
    """The hashes of all that was written."""

    def write(self, place: Path, data: bytes) -> None:
        """A file of these bytes at a place under the root."""
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        self._note(place, hashlib.sha256(data).hexdigest(), len(data))

    def text(self, place: Path, text: str) -> None:
        self.write(place, text.encode("utf-8", errors="surrogatepass"))

    def lines(self, place: Path, lines: Iterable[str]) -> int:
        """A file of lines, written as they come; how many."""
        place.parent.mkdir(parents=True, exist_ok=True)
        digest, size, count = hashlib.sha256(), 0, 0
        with place.open("wb") as handle:
            for line in lines:
                count += 1
                data = f"{line}\n".encode("utf-8", errors="surrogatepass")
                handle.write(data)
                digest.update(data)
                size += len(data)
        self._note(place, digest.hexdigest(), size)
        return count

    def table(self, place: Path, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> int:
        """A CSV; how many rows. None is written when there is no row."""
        found = list(rows)
        if found:
            self.lines(place, (_line(row) for row in [columns, *found]))
        return len(found)

    def contract(self, place: Path, rows: list[Any]) -> int:
        """A CSV of the contract: its columns in their order, then the custom ones; how many rows."""
        if not rows:
            return 0
        first: Row = rows[0]
        columns = [f.name for f in fields(first) if f.name not in _NOT_COLUMNS]
        if isinstance(first, StaffRow) and all(row.active for row in rows):
            columns.remove("active")
        custom = sorted({name for row in rows for name in row.custom})
        values = ([*(getattr(r, c) for c in columns), *(r.custom.get(name, "") for name in custom)] for r in rows)
        return self.table(place, [*columns, *custom], values)

    def _note(self, place: Path, digest: str, size: int) -> None:
        self.files[place.relative_to(self.root).as_posix()] = {"sha256": digest, "size": size}
        self.blobs.add(digest)

    def close(self, said: Mapping[str, Any]) -> str:
        """Write the manifest; its hash."""
        told = {"format": FORMAT, **said, "files": dict(sorted(self.files.items()))}
        data = (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode("utf-8", errors="surrogatepass")
        (self.root / MANIFEST).write_bytes(data)
        return hashlib.sha256(data).hexdigest()


def begin(folder: Path) -> Outgoing:
    """A new folder to write into. Raises Conflict where something is."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict(f"{folder} is not empty; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    return Outgoing(folder)


def _line(values: Iterable[object]) -> str:
    """One row as CSV."""
    rows = list[str]()
    csv.writer(_Into(rows), lineterminator="").writerow([_cell(value) for value in values])
    return rows[0] + "\r"


@dataclass
class _Into:
    rows: list[str]

    def write(self, text: str) -> None:
        self.rows.append(text)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def manifest_of(folder: Path) -> dict[str, Any] | None:
    """What a folder says of itself; None for one that says nothing. Raises Broken for what is no manifest of ours."""
    place = folder / MANIFEST
    if not place.is_file():
        return None
    try:
        found = json.loads(place.read_bytes())
        if found["format"] != FORMAT or not all(
            isinstance(one["sha256"], str) and isinstance(one["size"], int) for one in found["files"].values()
        ):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Broken(f"{place} is no manifest of an export of this release") from None
    return dict(found)


def faults(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """What a folder holds that its manifest does not say, and the other way round; nothing when it is whole."""
    said: Mapping[str, Mapping[str, Any]] = manifest["files"]
    root = folder.resolve()
    for name, one in sorted(said.items()):
        place = folder / name
        if Path(name).is_absolute() or not place.resolve().is_relative_to(root):
            yield f"{name} leads out of the folder"
        elif not place.is_file():
            yield f"{name} is missing"
        elif place.stat().st_size != one["size"] or _hash(place) != one["sha256"]:
            yield f"{name} was changed"
    for place in sorted(folder.rglob("*")):
        name = place.relative_to(folder).as_posix()
        if place.is_file() and name != MANIFEST and name not in said:
            yield f"{name} is not in the manifest"


def _hash(place: Path) -> str:
    digest = hashlib.sha256()
    with place.open("rb") as handle:
        while piece := handle.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
