"""The watched folder as the records know it: which folder is whose, what of each file was taken in, and what is gone from it.

A document whose file is gone is marked and kept, with all that was read from it; when the file comes back the mark goes. Never looks at a
disk, never removes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from store import audit
from store.audit import AuditTag
from store.ids import stable_id
from store.tables import Client, Document, MergedClient, Wall, WatchedFile
from workspace.documents import clean_path, stand_for
from workspace.intake.clues import core
from workspace.records.upsert import batches
from workspace.scope import Right, Scope

# What other documents may have come out of.
_PACKED = (".zip", ".mbox", ".eml", ".msg", ".pdf")
_AT_ONCE = 100


@dataclass(frozen=True)
class Remembered:
    """A file as it was last taken in. `client_ref` None: into the tray."""

    size: int
    mtime_ns: int
    client_ref: str | None
    gone: bool


@dataclass(frozen=True)
class Taken:
    """A file that was taken in just now; `place` is its path in the client's workspace, or in the tray."""

    path: str
    top: str
    size: int
    mtime_ns: int
    client_ref: str | None
    place: str


@dataclass(frozen=True)
class Gone:
    """What was marked: documents gone, those of them that were only moved, and files of the tray that were merely noted."""

    documents: int = 0
    moved: int = 0


@dataclass(frozen=True)
class Folder:
    """A folder of the watched tree and the client it is of, None where no ref or name fits: its files lie in the tray."""

    top: str
    client_ref: str | None
    client: str | None
    files: int
    gone: int


def map_folders(scope: Scope, tops: Iterable[str]) -> dict[str, str | None]:
    """The ref of the client whose folder each of these is: by ref, else by name without its legal form; None where none fits, or two."""
    scope.require(Right.DOCUMENT_ADD)
    known = scope.session.execute(select(Client.ref, Client.name).where(Client.id.in_(scope.clients()))).tuples().all()
    refs = {ref.casefold(): ref for ref, _ in known}
    names: dict[tuple[str, ...], set[str]] = {}
    for ref, name in known:
        names.setdefault(core(name), set()).add(ref)
    found: dict[str, str | None] = {}
    for top in set(tops):
        named = names.get(core(top), set())
        found[top] = refs.get(top.casefold()) or (next(iter(named)) if len(named) == 1 else None)
    return found


def remembered(scope: Scope, root: str) -> dict[str, Remembered]:
    """What was taken in of this folder, by path below it. For the software itself."""
    scope.require(Right.INTAKE_SORT)
    query = select(
        WatchedFile.path, WatchedFile.size, WatchedFile.mtime_ns, Client.ref, WatchedFile.gone_at.is_not(None)
    )
    query = query.outerjoin(Client, Client.id == WatchedFile.client_id).where(WatchedFile.root == root)
    rows = scope.session.execute(query).tuples()
    return {path: Remembered(size, mtime_ns, ref, gone) for path, size, mtime_ns, ref, gone in rows}


def note_taken(scope: Scope, root: str, files: Sequence[Taken]) -> int:
    """Remember files as they are now, in the transaction that took them in; returns how many documents came back with them."""
    scope.require(Right.DOCUMENT_ADD)
    refs = {file.client_ref for file in files if file.client_ref}
    clients = dict(scope.session.execute(select(Client.ref, Client.id).where(Client.ref.in_(refs))).tuples().all())
    back = 0
    for batch in batches(files):
        ids = [_id(root, file.path) for file in batch]
        there = {row.id: row for row in scope.session.scalars(select(WatchedFile).where(WatchedFile.id.in_(ids)))}
        for identity, file in zip(ids, batch, strict=True):
            row = there.get(identity)
            if row is None:
                row = WatchedFile(id=identity, root=root, path=file.path)
                scope.session.add(row)
            row.top, row.size, row.mtime_ns, row.place = file.top, file.size, file.mtime_ns, file.place
            row.client_id = clients[file.client_ref] if file.client_ref else None
            row.seen_at, row.gone_at = scope.now, None
        back += _returned(scope, [(file.client_ref, file.place) for file in batch if file.client_ref])
        scope.session.flush()
    return back


def mark_gone(scope: Scope, root: str, paths: Collection[str]) -> Gone:
    """Mark these files as no longer in the folder, and their documents; one that has a copy that is still there was moved, and the copy
    stands for the bytes from then on."""
    scope.require(Right.INTAKE_SORT)
    documents = moved = 0
    for batch in batches(sorted(paths)):
        ids = [_id(root, path) for path in batch]
        rows = scope.session.scalars(
            select(WatchedFile).where(WatchedFile.id.in_(ids), WatchedFile.gone_at.is_(None))
        ).all()
        for row in rows:
            row.gone_at = scope.now
        found = _documents(scope, [(row.client_id, row.place) for row in rows if row.client_id])
        copies = _living_copies(scope, found)
        for document in found:
            document.gone_since = scope.now
            to = copies.get(document.id)
            _note(scope, AuditTag.DOCUMENT_GONE, document, {"moved_to": to.path} if to else {})
            # A message stands on the timeline by its first file.
            if to and document.duplicate_of is None and not document.name.lower().endswith((".eml", ".msg")):
                stand_for(scope, document, to)
            documents, moved = documents + (not to), moved + bool(to)
        scope.session.flush()
    return Gone(documents, moved)


def _id(root: str, path: str) -> str:
    return stable_id("wat", root, path)


def _documents(scope: Scope, places: Sequence[tuple[str, str]]) -> Sequence[Document]:
    """The documents at these places that are not marked yet, with those that came out of an archive there; also where their client was
    merged into another since, and they lie in that one's file."""
    found = _moved_on(scope, places)
    for client_id in sorted({client for client, _ in places}):
        paths = {clean_path(place) for client, place in places if client == client_id}
        query = select(Document).where(Document.client_id == client_id, Document.gone_since.is_(None))
        packed = tuple(path + "/" for path in paths if path.lower().endswith(_PACKED))
        exact = list(scope.session.scalars(query.where(Document.path.in_(paths)).order_by(Document.path)))
        for some in batches(packed, _AT_ONCE):
            inside = or_(*(Document.path.startswith(path, autoescape=True) for path in some))
            exact += scope.session.scalars(query.where(inside).order_by(Document.path))
        found += exact
    return found


def _moved_on(scope: Scope, places: Sequence[tuple[str, str]]) -> list[Document]:
    """Of clients that were merged: a document keeps the id that its first place gave it."""
    gone = select(Client.id, Client.ref).join(MergedClient, MergedClient.merged_id == Client.id)
    refs = dict(scope.session.execute(gone.where(Client.id.in_({client for client, _ in places}))).tuples().all())
    ids = [stable_id("doc", refs[client], clean_path(place)) for client, place in places if client in refs]
    query = select(Document).where(Document.id.in_(ids), Document.gone_since.is_(None))
    found = scope.session.scalars(query.order_by(Document.path)) if ids else ()
    return [one for one in found if one.client_id not in refs]


def _living_copies(scope: Scope, gone: Sequence[Document]) -> Mapping[str, Document]:
    """The document where the same bytes still are, by the document that is gone."""
    ids = [document.id for document in gone]
    firsts = [document.duplicate_of for document in gone if document.duplicate_of]
    query = select(Document).where(Document.duplicate_of.in_([*ids, *firsts]) | Document.id.in_(firsts))
    alive = [
        one
        for one in scope.session.scalars(query.order_by(Document.path))
        if one.gone_since is None and one.id not in ids
    ]
    found: dict[str, Document] = {}
    for document in gone:
        first = document.duplicate_of or document.id
        there = next((one for one in alive if first in (one.id, one.duplicate_of)), None)
        if there:
            found[document.id] = there
    return found


def _returned(scope: Scope, places: Sequence[tuple[str | None, str]]) -> int:
    ids = [stable_id("doc", ref, clean_path(place)) for ref, place in places]
    back = scope.session.scalars(select(Document).where(Document.id.in_(ids), Document.gone_since.is_not(None))).all()
    for document in back:
        document.gone_since = None
        _note(scope, AuditTag.DOCUMENT_RETURNED, document, {})
    return len(back)


def folders(scope: Scope) -> tuple[Folder, ...]:
    """The watched folders of the asker's clients; one query. A folder that is nobody's is shown to who files firm-wide and has no wall:
    its name may be that of a client they must not see."""
    scope.require(Right.DOCUMENT_ADD)
    walls = select(Wall.id).where(Wall.person_id == scope.person_id).exists()
    mine = WatchedFile.client_id.in_(scope.clients())
    seen = mine | (WatchedFile.client_id.is_(None) & ~walls) if scope.has(Right.INTAKE_SORT) else mine
    query = (
        select(WatchedFile.top, Client.ref, Client.name, func.count(), func.count(WatchedFile.gone_at))
        .outerjoin(Client, Client.id == WatchedFile.client_id)
        .where(seen)
        .group_by(WatchedFile.top, Client.ref, Client.name)
        .order_by(WatchedFile.top, Client.ref)
    )
    return tuple(Folder(*row) for row in scope.session.execute(query).tuples())


def _note(scope: Scope, tag: AuditTag, document: Document, detail: dict[str, object]) -> None:
    audit.record(
        scope.session,
        tag,
        actor=scope.email,
        subject=f"document:{document.id}",
        now=scope.now,
        client_id=document.client_id,
        detail={"path": document.path, **detail},
    )
