"""How far a source was read: of a mailbox the highest UID of each folder, of a folder on disk each file. Written in the transaction that
files what was read, so that a reading that was cut goes on where it stopped."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from store.ids import stable_id
from store.tables import SourceFile, SourceFolder
from workspace.records.upsert import batches
from workspace.scope import Scope


@dataclass(frozen=True)
class FolderMark:
    """A mailbox's folder: read up to `last`. `known` are digests of the addresses that all of it was gone through for."""

    name: str
    validity: int = 0
    last: int = 0
    modseq: int = 0
    known: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileMark:
    """A file as it was read; `known` "" where nothing of it was passed by."""

    path: str
    size: int
    mtime_ns: int
    known: str = ""


def kept_folders(scope: Scope, source_id: str) -> dict[str, FolderMark]:
    """The folders of a mailbox by name."""
    rows = scope.session.scalars(select(SourceFolder).where(SourceFolder.source_id == source_id))
    return {row.name: FolderMark(row.name, row.validity, row.last, row.modseq, tuple(row.known)) for row in rows}


def keep_folder(scope: Scope, source_id: str, mark: FolderMark) -> None:
    """Write down how far a folder was read."""
    identity = stable_id("srf", source_id, mark.name)
    row = scope.session.get(SourceFolder, identity)
    if row is None:
        row = SourceFolder(id=identity, source_id=source_id, name=mark.name)
        scope.session.add(row)
    row.validity, row.last, row.modseq, row.known = mark.validity, mark.last, mark.modseq, list(mark.known)
    scope.session.flush()


def forget_folders(scope: Scope, source_id: str, names: Collection[str]) -> None:
    """Folders that are no longer in the mailbox."""
    for name in names:
        row = scope.session.get(SourceFolder, stable_id("srf", source_id, name))
        if row is not None:
            scope.session.delete(row)
    scope.session.flush()


def kept_files(scope: Scope, source_id: str) -> Mapping[str, FileMark]:
    """The files of a folder by path."""
    row = SourceFile
    query = select(row.path, row.size, row.mtime_ns, row.known).where(row.source_id == source_id)
    return {one.path: one for one in (FileMark(*values) for values in scope.session.execute(query))}


def keep_files(scope: Scope, source_id: str, marks: Sequence[FileMark]) -> None:
    """Write down that these files were read as they are."""
    by_id = {stable_id("srx", source_id, mark.path): mark for mark in marks}
    there: dict[str, SourceFile] = {}
    for batch in batches(sorted(by_id)):
        there.update((row.id, row) for row in scope.session.scalars(select(SourceFile).where(SourceFile.id.in_(batch))))
    for identity, mark in by_id.items():
        row = there.get(identity)
        if row is None:
            row = SourceFile(id=identity, source_id=source_id, path=mark.path)
            scope.session.add(row)
        row.size, row.mtime_ns, row.known = mark.size, mark.mtime_ns, mark.known
    scope.session.flush()
