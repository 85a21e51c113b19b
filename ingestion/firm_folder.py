"""A firm folder on disk (contract.md) into typed rows, rejected rows with reasons, and the list of files to take in.

Owns what lies where in the folder. Reads, never writes; a file's rows are read by firm_tables.py.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingestion.cells import Unreadable, read_cell
from ingestion.firm_tables import TABLES, columns_of, read_table
from ingestion.sheets import decode, read_sheet
from store.errors import Invalid
from store.rows import ClientRow, FirmRow, Rejected, Row

R = TypeVar("R", bound=Row)

REQUIRED = {
    "firm.toml": 'write one with the line  name = "Your firm"',
    "staff.csv": "it needs the columns email, name, role",
    "clients.csv": "it needs the columns ref, name, entity_type",
}
MAIL_SUFFIXES = (".eml", ".msg", ".mbox")
_OWN_FOLDERS = ("books", "mail", "documents")
# What file systems and office programs leave behind; never a client's document.
_LITTER = {".ds_store", "thumbs.db", "desktop.ini", ".gitkeep"}


@dataclass(frozen=True)
class FolderFile:
    """A file of the client `ref`; `path` is where it stands in the client's workspace, `source` is load or books."""

    ref: str
    path: str
    file: Path
    source: str


@dataclass(frozen=True)
class FirmFolder:
    """What a firm handed over. `tables` holds the rows by file name, in file order; `files` and `mail` are sorted by path."""

    root: Path
    firm: FirmRow
    tables: Mapping[str, tuple[Row, ...]]
    rejected: tuple[Rejected, ...]
    files: tuple[FolderFile, ...]
    mail: tuple[Path, ...]
    notes: tuple[str, ...] = ()
    """What a person should know about the folder as a whole."""

    def rows(self, kind: type[R]) -> tuple[R, ...]:
        """The rows of one kind, in file order."""
        name = next(table.file for table in TABLES if table.row is kind)
        return tuple(row for row in self.tables.get(name, ()) if isinstance(row, kind))


def read_folder(root: Path) -> FirmFolder:
    """Raises Invalid when there is no such folder or a file is missing without which nothing can be loaded."""
    _demand(root)
    firm, notes = _read_firm(root / "firm.toml")
    tables: dict[str, tuple[Row, ...]] = {}
    rejected: list[Rejected] = []
    for table in TABLES:
        if (root / table.file).is_file():
            tables[table.file], refused = read_table(table, read_sheet((root / table.file).read_bytes()))
            rejected += refused
    refs = {row.ref for row in tables["clients.csv"] if isinstance(row, ClientRow)}
    files, strangers = _client_files(root, refs)
    return FirmFolder(root, firm, tables, (*rejected, *strangers), files, _mail_files(root), tuple(notes))


def _demand(root: Path) -> None:
    if not root.is_dir():
        raise Invalid(f"there is no folder {root}")
    missing = [name for name in REQUIRED if not (root / name).is_file()]
    if missing:
        asks = "; ".join(f"{name}: {REQUIRED[name]}" for name in missing)
        raise Invalid(f"{root} is not a firm folder, it lacks {', '.join(missing)} ({asks})")


def _read_firm(path: Path) -> tuple[FirmRow, list[str]]:
    try:
        raw = tomllib.loads(decode(path.read_bytes()).lstrip("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"firm.toml cannot be read: {error}") from None
    known: dict[str, Any] = {}
    hints = columns_of(FirmRow).hints
    for name in ("name", "timezone", "fiscal_year_end"):
        if name in raw:
            try:
                known[name] = read_cell(str(raw[name]), hints[name])
            except Unreadable as error:
                raise Invalid(f"firm.toml: {name} {error}") from None
    if not known.get("name"):
        raise Invalid(f"firm.toml has no name; {REQUIRED['firm.toml']}")
    _check_zone(known.get("timezone", "America/New_York"))
    settings = raw.get("settings", {})
    if not isinstance(settings, dict):
        raise Invalid("firm.toml: settings must be a table, [settings]")
    unknown = sorted(set(raw) - {"name", "timezone", "fiscal_year_end", "settings"})
    notes = [f"firm.toml: {name} is not a setting of Tickmark and was not used" for name in unknown]
    # TOML knows dates, JSON does not: a threshold that is a date stays as it is written
    return FirmRow(**known, settings=json.loads(json.dumps(settings, default=str))), notes


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise Invalid(f"firm.toml: timezone is {name!r}; write a name like America/New_York") from None


def workspace_path(relative: str) -> str:
    """Where a file of `documents/REF/` stands in the client's workspace: as it lies, but for the folders that Tickmark itself
    uses there (`books/`, `mail/`), which keep their `documents/` in front so that two files never meet in one place."""
    return f"documents/{relative}" if relative.split("/", 1)[0] in _OWN_FOLDERS else relative


def folder_path(path: str, source: str) -> str:
    """The way back: the path below `documents/REF/`, or `books/REF/` for the source books."""
    return path.removeprefix("books/" if source == "books" else "documents/")


def _client_files(root: Path, refs: set[str]) -> tuple[tuple[FolderFile, ...], list[Rejected]]:
    found: list[FolderFile] = []
    strangers: list[Rejected] = []
    for top, source in (("documents", "load"), ("books", "books")):
        for folder in sorted((root / top).iterdir()) if (root / top).is_dir() else ():
            if folder.name.lower() in _LITTER:
                continue
            if not folder.is_dir():
                reason = f"it lies in no client's folder; move it to {top}/REF/"
                strangers.append(Rejected(f"{top}/{folder.name}", 0, reason))
            elif folder.name not in refs:
                reason = f"clients.csv has no client {folder.name} that could be read; its files were not taken"
                strangers.append(Rejected(f"{top}/{folder.name}", 0, reason))
            else:
                found += [_folder_file(folder, file, source) for file in walk(folder)]
    return tuple(sorted(found, key=lambda f: (f.ref, f.path))), strangers


def _folder_file(folder: Path, file: Path, source: str) -> FolderFile:
    relative = file.relative_to(folder).as_posix()
    path = f"books/{relative}" if source == "books" else workspace_path(relative)
    return FolderFile(folder.name, path, file, source)


def walk(folder: Path) -> Iterator[Path]:
    """Every file below a folder, sorted, without the litter of file systems. Links are not followed: they lead out of the client."""
    for entry in sorted(folder.iterdir()):
        if entry.is_symlink() or is_litter(entry.name):
            continue
        if entry.is_dir():
            yield from walk(entry)
        elif entry.is_file():
            yield entry


def is_litter(name: str) -> bool:
    """Whether file systems or office programs left it there."""
    return name.lower() in _LITTER or name.startswith("~$")


def _mail_files(root: Path) -> tuple[Path, ...]:
    folder = root / "mail"
    return tuple(f for f in walk(folder) if f.suffix.lower() in MAIL_SUFFIXES) if folder.is_dir() else ()
