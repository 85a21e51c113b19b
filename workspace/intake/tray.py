"""The firm's tray: files that came in without a client, the guesses whose they are, and a person's word on each.

Who sees what, everything else denied. A file waits in sight of those who hold `intake:sort` (they file firm-wide), unless one of its
guesses is a client they are walled from: then there is no such file for them. Others see what they brought themselves, and what is surely
theirs: offered to a client they may see, with no guess outside. A guess is shown only to who may see its client. A file nobody has looked
at yet has no guesses to judge by and is its bringer's alone. The trail's entries about a file that is nobody's name neither path nor words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Select, and_, delete, false, or_, select
from sqlalchemy.orm import aliased

from store import audit, fence
from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import stable_id
from store.tables import (
    Client,
    ClientContact,
    Contact,
    Document,
    DocumentVersion,
    LooseFile,
    LooseGuess,
    Person,
    Wall,
)
from workspace.documents import clean_path
from workspace.intake.clues import Book, Profile, guess, make_book
from workspace.records.upsert import batches
from workspace.scope import Right, Scope, access_client

Outcome = Literal["waiting", "known", "filed", "dropped", "refused"]
OPEN = ("waiting", "refused")
MOST = 200
MOST_PAGES, MOST_TEXT = 40, 200_000


@dataclass(frozen=True)
class Arrival:
    """A file on its way into the tray; its bytes lie in the blobs already, or `refused` says why there are none."""

    path: str
    blob: str
    size: int
    source: str
    refused: str = ""


@dataclass(frozen=True)
class Unread:
    """A file of the tray that nobody has looked into."""

    id: str
    name: str
    blob: str


@dataclass(frozen=True)
class Seen:
    """What a file turned out to be: its kind, the text of its pages, what could not be read."""

    media_type: str
    kind: str | None = None
    pages: tuple[str, ...] = ()
    finding: str | None = None


@dataclass(frozen=True)
class ShownGuess:
    """A guess that the asker may see."""

    client_ref: str
    client: str
    confidence: float
    reasons: tuple[str, ...]
    first: bool


@dataclass(frozen=True)
class Loose:
    """A file of the tray as the asker may see it. `offered` is the ref that a form may preselect, None below the bar. `times` counts
    the places it was met in."""

    id: str
    name: str
    path: str
    blob: str
    size: int
    kind: str | None
    source: str
    state: str
    received_at: datetime
    brought_by: str | None
    finding: str | None
    reason: str | None
    filed_to: str | None
    times: int
    guesses: tuple[ShownGuess, ...] = ()

    @property
    def offered(self) -> str | None:
        return next((one.client_ref for one in self.guesses if one.first), None)


def receive_loose(scope: Scope, files: Sequence[Arrival]) -> tuple[tuple[str, Outcome], ...]:
    """Take files into the tray, in order, as (id, outcome): new ones wait; the same bytes again are one entry, and the outcome says what
    became of it: known (it waits already), filed, dropped. Raises Forbidden without document:add."""
    scope.require(Right.DOCUMENT_ADD)
    done: list[tuple[str, Outcome]] = []
    for batch in batches(files):
        ids = [_loose_id(file) for file in batch]
        mended = [stable_id("loose", f"none:{clean_path(file.path)}") for file in batch if not file.refused]
        rows = scope.session.scalars(select(LooseFile).where(LooseFile.id.in_([*ids, *mended]))).all()
        _forget(scope, [row for row in rows if row.id in mended])
        known = {row.id: row for row in rows if row.id not in mended}
        for identity, file in zip(ids, batch, strict=True):
            row = known.get(identity)
            if row is None:
                known[identity] = _new(scope, identity, file)
                done.append((identity, "refused" if file.refused else "waiting"))
            else:
                done.append((identity, _again(row, file)))
        scope.session.flush()
    return tuple(done)


def _forget(scope: Scope, refused: Sequence[LooseFile]) -> None:
    """There were no bytes at these places, and now there are."""
    ids = [row.id for row in refused]
    if ids:
        scope.session.execute(delete(LooseGuess).where(LooseGuess.loose_id.in_(ids)))
        scope.session.execute(delete(LooseFile).where(LooseFile.id.in_(ids)))


def _loose_id(file: Arrival) -> str:
    return stable_id("loose", f"none:{clean_path(file.path)}" if file.refused else file.blob)


def _new(scope: Scope, identity: str, file: Arrival) -> LooseFile:
    path = clean_path(file.path)
    row = LooseFile(
        id=identity,
        blob=identity if file.refused else file.blob,
        name=path.rsplit("/", 1)[-1],
        path=path,
        places=[path],
        size=file.size,
        source=file.source,
        finding=file.refused or None,
        state="received",
        received_at=scope.now,
        added_by=scope.person_id,
    )
    scope.session.add(row)
    _note(scope, AuditTag.LOOSE_RECEIVED, row)
    return row


def _again(row: LooseFile, file: Arrival) -> Outcome:
    path = clean_path(file.path)
    if path not in row.places:
        row.places = [*row.places, path]
    if file.refused:
        row.finding = file.refused
        return "refused"
    states: dict[str, Outcome] = {"filed": "filed", "dropped": "dropped"}
    return states.get(row.state, "known")


def unread_loose(scope: Scope) -> tuple[Unread, ...]:
    """What came in and was not looked into; also what a crash left so. For the software itself."""
    scope.require(Right.INTAKE_SORT)
    query = select(LooseFile.id, LooseFile.name, LooseFile.blob).where(LooseFile.state == "received")
    return tuple(Unread(*row) for row in scope.session.execute(query.order_by(LooseFile.id)).tuples())


def keep_seen(scope: Scope, seen: Mapping[str, Seen]) -> None:
    """Keep what these files turned out to be, and let them wait in the tray with their guesses."""
    scope.require(Right.INTAKE_SORT)
    rows = scope.session.scalars(select(LooseFile).where(LooseFile.id.in_(seen), LooseFile.state == "received")).all()
    for row in rows:
        one = seen[row.id]
        row.media_type, row.kind, row.finding = one.media_type, one.kind, row.finding or one.finding
        row.pages = _cut(one.pages)
        row.state = "refused" if row.blob == row.id else "waiting"
    scope.session.flush()
    _guess_again(scope, rows)


def guess_again(scope: Scope) -> None:
    """Guess anew for everything that waits: clients, contacts and documents may have come since. For the software itself."""
    scope.require(Right.INTAKE_SORT)
    _guess_again(scope, scope.session.scalars(select(LooseFile).where(LooseFile.state.in_(OPEN))).all())


def _cut(pages: Sequence[str]) -> list[str]:
    kept, left = list[str](), MOST_TEXT
    for text in pages[:MOST_PAGES]:
        kept.append(text[:left].replace("\0", ""))
        left -= len(kept[-1])
    return kept


def _guess_again(scope: Scope, rows: Sequence[LooseFile]) -> None:
    if not rows:
        return
    with fence.lifted(scope.session, fence.Job.INGESTION):  # whose a file may be is guessed among all clients
        _guess_among_all(scope, rows)


def _guess_among_all(scope: Scope, rows: Sequence[LooseFile]) -> None:
    book, same = _book(scope), _same_bytes(scope, [row.blob for row in rows])
    there = scope.session.scalars(select(LooseGuess).where(LooseGuess.loose_id.in_([row.id for row in rows]))).all()
    before = {(one.loose_id, one.client_id): one for one in there}
    for row in rows:
        for found in guess(row.path, row.pages, book, same.get(row.blob, ())):
            old = before.pop((row.id, found.client_id), None)
            if old is None:
                identity = stable_id("lg", row.id, found.client_id)
                old = LooseGuess(id=identity, loose_id=row.id, client_id=found.client_id)
                scope.session.add(old)
            old.confidence, old.reasons, old.first = found.confidence, list(found.reasons), found.first
    if before:
        scope.session.execute(delete(LooseGuess).where(LooseGuess.id.in_([one.id for one in before.values()])))


def _book(scope: Scope) -> Book:
    """What identifies the clients that the asker may see; for the software, all."""
    people: dict[str, list[tuple[str, str | None]]] = {}
    ties = select(ClientContact.client_id, Contact.name, Contact.email)
    ties = ties.join(Contact, Contact.id == ClientContact.contact_id).where(
        ClientContact.client_id.in_(scope.clients())
    )
    for client_id, name, email in scope.session.execute(ties.order_by(Contact.id)).tuples():
        people.setdefault(client_id, []).append((name, email))
    profiles = [
        Profile(
            id=client.id,
            ref=client.ref,
            name=client.name,
            entity_type=client.entity_type,
            tax_id=client.tax_id,
            address=client.address,
            zip=client.zip,
            people=tuple(name for name, _ in people.get(client.id, ())),
            emails=tuple(email for _, email in people.get(client.id, ()) if email),
        )
        for client in scope.session.scalars(select(Client).where(Client.id.in_(scope.clients())).order_by(Client.ref))
    ]
    own = {email.rpartition("@")[2] for email in scope.session.scalars(select(Person.email))}
    return make_book(profiles, own)


def _same_bytes(scope: Scope, blobs: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """(client, path) of the documents that have these bytes now, by blob; of a client the first."""
    query = select(DocumentVersion.blob, Document.client_id, Document.path).join(
        Document, Document.current_version_id == DocumentVersion.id
    )
    query = query.where(DocumentVersion.blob.in_(blobs), Document.client_id.in_(scope.clients()))
    found: dict[str, dict[str, str]] = {}
    for blob, client_id, path in scope.session.execute(query.order_by(Document.path)).tuples():
        found.setdefault(blob, {}).setdefault(client_id, path)
    return {blob: sorted(places.items()) for blob, places in found.items()}


def _in_sight(scope: Scope) -> ColumnElement[bool]:
    """The files of the tray that the asker may see (the rules stand on top of this module)."""
    if not scope.has(Right.DOCUMENT_ADD):
        return false()
    if scope.role == "system":
        return LooseFile.id.is_not(None)
    guessed = select(LooseGuess.loose_id)
    walled = guessed.join(Wall, Wall.client_id == LooseGuess.client_id).where(Wall.person_id == scope.person_id)
    outside = guessed.where(LooseGuess.client_id.not_in(scope.clients()))
    if fence.stands(scope.session):  # a guess at a hidden client is none only to a fenced session
        with fence.lifted(scope.session, fence.Job.ABSENCE):
            walled, outside = (
                select(LooseFile.id).where(LooseFile.id.in_(scope.session.scalars(one).all()))
                for one in (walled, outside)
            )
    sure = guessed.where(LooseGuess.first, LooseGuess.client_id.in_(scope.clients()))
    looked_at = LooseFile.state.in_(("waiting", "refused", "dropped"))
    own = LooseFile.added_by == scope.person_id
    theirs = and_(looked_at, LooseFile.id.in_(sure), LooseFile.id.not_in(outside))
    anybodys = looked_at if scope.has(Right.INTAKE_SORT) else theirs
    open_to_her = and_(LooseFile.state != "filed", or_(own, anybodys), LooseFile.id.not_in(walled))
    return or_(open_to_her, and_(LooseFile.state == "filed", LooseFile.client_id.in_(scope.clients())))


def _shown(scope: Scope) -> Select[LooseFile, str, str]:
    bringer, filed = aliased(Person), aliased(Client)
    seen = and_(filed.id == LooseFile.client_id, filed.id.in_(scope.clients()))
    query = select(LooseFile, bringer.name, filed.ref).outerjoin(bringer, bringer.id == LooseFile.added_by)
    return query.outerjoin(filed, seen).where(_in_sight(scope))


def tray(scope: Scope, states: Sequence[str] = ("received", *OPEN), limit: int = MOST) -> tuple[Loose, ...]:
    """The files of the tray in these states that the asker may see, the newest first; two queries. Raises Forbidden without
    document:add."""
    scope.require(Right.DOCUMENT_ADD)
    query = _shown(scope).where(LooseFile.state.in_(states)).order_by(LooseFile.received_at.desc(), LooseFile.path)
    rows = scope.session.execute(query.limit(limit)).tuples().all()
    guesses = _guesses(scope, [row.id for row, _, _ in rows])
    return tuple(_loose(row, bringer, ref, guesses.get(row.id, ())) for row, bringer, ref in rows)


def open_loose(scope: Scope, loose_id: str) -> Loose:
    """The file of the tray whose id begins so. Raises NotFound out of sight, Invalid when several begin so."""
    begins = LooseFile.id.startswith(loose_id, autoescape=True)
    found = scope.session.execute(_shown(scope).where(begins).order_by(LooseFile.id).limit(2)).tuples().all()
    if not found or not loose_id:
        raise NotFound(f"there is no loose file {loose_id}")
    if len(found) > 1 and found[0][0].id != loose_id:
        raise Invalid(f"several loose files begin with {loose_id}; give more of the id")
    row, bringer, ref = found[0]
    return _loose(row, bringer, ref, _guesses(scope, [row.id]).get(row.id, ()))


def mark_looked_at(scope: Scope, loose_id: str) -> Loose:
    """The file of that id, with a note on the trail that the asker has opened it."""
    found = open_loose(scope, loose_id)
    _note(scope, AuditTag.LOOSE_OPENED, scope.session.get_one(LooseFile, found.id))
    return found


def _guesses(scope: Scope, ids: Sequence[str]) -> dict[str, tuple[ShownGuess, ...]]:
    query = select(LooseGuess, Client.ref, Client.name).join(Client, Client.id == LooseGuess.client_id)
    query = query.where(LooseGuess.loose_id.in_(ids), LooseGuess.client_id.in_(scope.clients()))
    found: dict[str, tuple[ShownGuess, ...]] = {}
    for row, ref, name in scope.session.execute(query.order_by(LooseGuess.confidence.desc(), Client.ref)).tuples():
        shown = ShownGuess(ref, name, row.confidence, tuple(row.reasons), row.first)
        found[row.loose_id] = (*found.get(row.loose_id, ()), shown)
    return found


def _loose(row: LooseFile, bringer: str | None, filed_to: str | None, guesses: tuple[ShownGuess, ...]) -> Loose:
    return Loose(
        id=row.id,
        name=row.name,
        path=row.path,
        blob=row.blob,
        size=row.size,
        kind=row.kind,
        source=row.source,
        state=row.state,
        received_at=row.received_at,
        brought_by=bringer,
        finding=row.finding,
        reason=row.reason,
        filed_to=filed_to,
        times=len(row.places),
        guesses=guesses,
    )


def filing_place(scope: Scope, loose_id: str, client_ref: str) -> tuple[Loose, str]:
    """The file, and the path that it would have in the client's workspace: in a folder of the day, so that it never becomes a version
    of a document that stands there. Raises NotFound out of sight, Forbidden without the right, Conflict when it is filed already."""
    found = open_loose(scope, loose_id)
    access_client(scope, client_ref, Right.DOCUMENT_ADD)
    if found.state == "filed":
        raise Conflict(f"{found.name} was filed to {found.filed_to or 'a client'} already")
    if found.blob == found.id:
        raise Invalid(f"there are no bytes of {found.name} to file: {found.finding}")
    stem, dot, ending = found.path.rpartition(".")
    stem, ending = (stem, dot + ending) if stem and "/" not in ending else (found.path, "")
    place, n = f"Intake/{scope.today}/{found.path}", 2
    while _taken(scope, client_ref, place, found.blob):
        place, n = f"Intake/{scope.today}/{stem} - {n}{ending}", n + 1
    return found, place


def _taken(scope: Scope, client_ref: str, place: str, blob: str) -> bool:
    query = select(DocumentVersion.blob).join(Document, Document.current_version_id == DocumentVersion.id)
    there = scope.session.scalar(query.where(Document.id == stable_id("doc", client_ref, clean_path(place))))
    return there is not None and there != blob


def mark_filed(scope: Scope, loose_id: str, client_ref: str, place: str) -> str:
    """Say that the file stands in the client's workspace now, in the transaction that put it there; returns the document's id."""
    client = access_client(scope, client_ref, Right.DOCUMENT_ADD)
    row = _decided(scope, loose_id)
    row.state, row.client_id, row.reason = "filed", client.id, None
    document_id = stable_id("doc", client_ref, clean_path(place))
    row.document_id = document_id
    row.pages = []  # the document has its own
    scope.session.execute(delete(LooseGuess).where(LooseGuess.loose_id == row.id))
    _note(scope, AuditTag.LOOSE_FILED, row, client.id, {"path": place, "document": document_id, "was": row.path})
    return document_id


def drop_loose(scope: Scope, loose_id: str, reason: str) -> None:
    """Set a file aside: it is no client's. The bytes stay, and it can still be filed. Raises NotFound out of sight, Invalid without a
    reason, Conflict when it is filed already."""
    if not reason.strip():
        raise Invalid("say why this file is set aside")
    row = _decided(scope, loose_id)
    row.state, row.reason = "dropped", reason.strip()
    _note(scope, AuditTag.LOOSE_DROPPED, row)


def _decided(scope: Scope, loose_id: str) -> LooseFile:
    """The row of a file in sight, held for this transaction, with who decides about it. A decision is a person's."""
    scope.require(Right.DOCUMENT_ADD)
    if scope.person_id is None:
        raise Invalid("a person decides about a loose file; name her with --as")
    identity = open_loose(scope, loose_id).id
    row = scope.session.scalars(select(LooseFile).where(LooseFile.id == identity).with_for_update()).one()
    if row.state == "filed":
        raise Conflict(f"{row.name} was filed already")
    row.decided_by, row.decided_at = scope.person_id, scope.now
    return row


def _note(
    scope: Scope, tag: AuditTag, row: LooseFile, client_id: str | None = None, detail: dict[str, object] | None = None
) -> None:
    audit.record(
        scope.session,
        tag,
        actor=scope.email,
        subject=f"loose:{row.id}",
        now=scope.now,
        client_id=client_id,
        detail={"blob": row.blob, **(detail or {})},
    )
