"""Files that hold files: ZIP archives, winmail.dat, mailboxes, messages attached to messages, PDFs. Their members, within limits.

Owns how a member is named and what is not opened: traps, links, what lies too deep. Never writes a file to disk; a format that is not a
plain ZIP is read by the parser that it is given, in production the one with limits (ingestion/sandbox.py).
"""

import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from ingestion.elements import Parsed
from ingestion.identify import (
    EML,
    LOCKED,
    MAX_BYTES,
    MAX_UNPACKED_BYTES,
    MBOX,
    MSG,
    PDF,
    TNEF,
    ZIP,
    clean_name,
    identify,
)
from ingestion.parse.broken import Unreadable
from ingestion.parse.pdf_files import holds_files
from ingestion.salvage import Piece, salvaged

MAX_DEPTH = 3
MAX_MEMBERS = 5_000
MAX_PARTS, MAX_PATH = 30, 1_000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini", ".gitkeep"})
_ENCRYPTED = 0x1
_AES = 99  # the method that WinZip's AES encryption stands under; the true one is in an extra field
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)

Read = Callable[[str, bytes], Parsed]


@dataclass(frozen=True)
class Member:
    """A file inside a container. `path` is clean and begins with the container's name; with `refused` (a sentence) there are no bytes."""

    path: str
    data: bytes = b""
    refused: str = ""


@dataclass
class _Budget:
    """What may still be taken out of the outermost container, the names that are taken, and what may open locked members."""

    members: int = field(default_factory=lambda: MAX_MEMBERS)
    size: int = field(default_factory=lambda: MAX_UNPACKED_BYTES)
    names: set[str] = field(default_factory=set[str])
    passwords: Sequence[str] = field(default=(), repr=False)

    def spend(self, size: int) -> bool:
        """Whether one more of this size fits."""
        self.members -= 1
        self.size -= size
        return self.members >= 0 and self.size >= 0


def is_container(name: str, data: bytes, *, messages: bool = False) -> bool:
    """Whether `members` would find something; `messages`: a message counts as one too. A PDF is one when files were put into it."""
    identity = identify(name, data)
    if identity.media_type == PDF:
        return identity.refused is None and holds_files(data)
    kinds = (ZIP, TNEF, MBOX, EML, MSG) if messages else (ZIP, TNEF, MBOX)
    return identity.refused is None and identity.media_type in kinds


def members(
    name: str, data: bytes, read: Read, *, messages: bool = False, passwords: Sequence[str] = ()
) -> Iterator[Member]:
    """What `data` holds, each container followed by its own members, at most three deep; nothing for a file that holds no files.

    `messages`: open messages too (those attached to a message); else they are handed out whole, for the door that mail comes in by.
    `passwords` are tried on locked members of an archive.
    A member that cannot be taken comes with its reason, and the others are not touched by it.
    """
    yield from _inside(clean_name(name), data, read, messages, 1, _Budget(passwords=passwords))


def listing(data: bytes) -> tuple[list[tuple[str, int]], bool]:
    """Path and size of each file of a ZIP, in its order, and whether it is whole; of a damaged one the files that can be had.

    Raises Unreadable when there are none.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [(_clean(entry.filename), entry.file_size) for entry in _files(archive)], True
    except _BROKEN as error:
        left = [(_clean(piece.path), len(piece.data)) for piece in _left(data)]
        if not left:
            raise Unreadable("is a ZIP archive that is damaged or cut off; ask for it again") from error
        return left, False


def locked_members(data: bytes) -> int:
    """How many files of a ZIP are protected by a password; 0 too for one that is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sum(bool(entry.flag_bits & _ENCRYPTED) for entry in _files(archive))
    except _BROKEN:
        return 0


def _inside(path: str, data: bytes, read: Read, messages: bool, depth: int, budget: _Budget) -> Iterator[Member]:
    if not is_container(path, data, messages=messages):
        return
    if depth > MAX_DEPTH:
        why = f"lies in more than {MAX_DEPTH} archives, one in the other; what is in it was not taken: unpack it and add the files"
        yield Member(f"{path}/(not taken)", refused=f"{clean_name(path)} {why}.")
        return
    for found in _opened(path, data, read, budget):
        member = _unique(found, budget)
        if not budget.spend(len(member.data)):
            why = f"holds more than {MAX_MEMBERS:,} files or {MAX_UNPACKED_BYTES / 1e6:,.0f} MB; the rest was not taken: unpack it"
            yield Member(f"{path}/(not taken)", refused=f"{clean_name(path)} {why} and add the files.")
            return
        yield member
        yield from _inside(member.path, member.data, read, messages, depth + 1, budget)


def _opened(path: str, data: bytes, read: Read, budget: _Budget) -> Iterator[Member]:
    if identify(path, data).media_type == ZIP:
        yield from _unpacked(path, data, budget)
        return
    for attachment in read(clean_name(path), data).attachments:
        yield Member(f"{path}/{attachment.name}", attachment.data)


def _unpacked(path: str, data: bytes, budget: _Budget) -> Iterator[Member]:
    """One member after the other, so that only one lies in memory. A damaged archive says so as a document of its own."""
    try:
        with _archive(data) as archive:
            for entry in _files(archive):
                yield _member(f"{path}/{_clean(entry.filename)}", archive, entry, min(MAX_BYTES, budget.size), budget)
    except _BROKEN:
        for piece in _left(data):
            yield Member(f"{path}/{_clean(piece.path)}", piece.data)


def _left(data: bytes) -> Iterator[Piece]:
    """The whole members of an archive whose directory is gone."""
    return (piece for piece in salvaged(data) if piece.whole and not _is_litter(piece.path))


def _is_litter(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    return parts[-1].lower() in _LITTER or parts[-1].startswith(("._", "~$")) or "__MACOSX" in parts


def _files(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """The entries that are files, without what computers leave behind."""
    for entry in archive.infolist():
        if not entry.is_dir() and not _is_litter(entry.filename):
            yield entry


def _member(path: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int, budget: _Budget) -> Member:
    name = clean_name(path)
    if why := _not_taken(entry, limit):
        return Member(path, refused=f"{name} {why}.")
    if entry.flag_bits & _ENCRYPTED:
        return _unlocked(path, archive, entry, limit, budget.passwords)
    try:
        with archive.open(entry) as file:
            data = file.read(limit + 1)
    except _BROKEN:
        return Member(path, refused=f"{name} is damaged inside its archive; ask for it again.")
    if len(data) > limit:
        return Member(path, refused=f"{name} is too big to be taken out of its archive; add it by itself.")
    return Member(path, data)


def _unlocked(
    path: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int, passwords: Sequence[str]
) -> Member:
    """A locked member, opened by the first password that gives back what its checksum says."""
    for password in passwords:
        data = _tried(archive, entry, limit, password)
        if data is not None:
            return Member(path, data)
    why = f"{LOCKED} inside its archive; give it with `tickmark unlock`, or unpack the archive and add the file"
    return Member(path, refused=f"{clean_name(path)} {why}.")


def _tried(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int, password: str) -> bytes | None:
    """The member under this password; None when it is another's, or the member is damaged or too big."""
    try:
        with archive.open(entry, pwd=password.encode()) as file:
            data = file.read(limit + 1)
    except _BROKEN:
        return None
    except _aes_broken():
        return None
    return data if len(data) <= limit else None


def _archive(data: bytes) -> zipfile.ZipFile:
    """The archive; by the library that also knows AES where one of its members is under it. Raises one of `_BROKEN`."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    if all(entry.compress_type != _AES for entry in archive.infolist()):
        return archive
    from pyzipper import AESZipFile

    try:
        return cast(zipfile.ZipFile, AESZipFile(io.BytesIO(data)))
    except _aes_broken() as error:
        raise zipfile.BadZipFile(str(error)) from error


def _aes_broken() -> type[Exception]:
    """What the library for AES raises for a damaged archive: an error of its own, not the standard library's."""
    from pyzipper import BadZipFile

    return cast(type[Exception], BadZipFile)


def _not_taken(entry: zipfile.ZipInfo, limit: int) -> str:
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is only a link to another file; add that file itself"
    if entry.compress_type not in _METHODS:
        return "is packed in a way that is not read; unpack it and add the file"
    if entry.file_size > limit:
        return "is too big to be taken out of its archive; add it by itself"
    return ""


def _clean(path: str) -> str:
    """A path that stays below its container, however it is written, without characters that control a display."""
    parts = [part for part in path.replace("\\", "/").split("/") if part.strip(". ")]
    return "/".join(clean_name(part) for part in parts[-MAX_PARTS:])[-MAX_PATH:].lstrip("/") or "unnamed"


def _unique(member: Member, budget: _Budget) -> Member:
    """Two members of one path: the second gets a number."""
    stem, dot, ending = member.path.rpartition(".")
    stem, ending = (stem, dot + ending) if stem and "/" not in ending else (member.path, "")
    path, number = member.path, 2
    while path in budget.names:
        path, number = f"{stem} ({number}){ending}", number + 1
    budget.names.add(path)
    return replace(member, path=path)
