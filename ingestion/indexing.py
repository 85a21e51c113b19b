"""Passages into the vector index, and the index held against the records: what is missing, what should have left, making it anew.

The vectors lie beside the passages in SQL; the index holds copies. Only passages of a document's current version belong there. A client
is searched with one model (`Client.embedder`) until embedding_again.py gives it another: what comes in meanwhile is embedded with it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Select, or_, select, update

from store.database import Database
from store.embedder import Embedder, for_client
from store.fence import Job
from store.tables import Client, Document, DocumentVersion, Passage
from store.vectors import client_of, pack, shelf_of, unpack

if TYPE_CHECKING:
    from store.vectors import VectorIndex, Vectors

_AT_ONCE = 512


@dataclass(frozen=True)
class IndexFault:
    """A client whose index and records differ; the message says how."""

    client_ref: str
    message: str


_Row = tuple[str, str, str, str, bytes | None, str | None]
"""A passage's id, client, context, text, vector and the model of the vector."""


def embed_and_put(database: Database, index: "VectorIndex", embedder: "Embedder", version_ids: Sequence[str]) -> int:
    """Embed the passages of these versions that have no vector of their client's model, put all into the index; returns how many.

    The index comes before the records: what it holds already after a crash is put again. When the client's model cannot be had any more,
    or the client's words may not go to it, the passages wait without vectors, found by their words."""
    wanted = select(
        Passage.id, Passage.client_id, Passage.context, Passage.text, Passage.vector, Passage.embedder
    ).where(Passage.version_id.in_(version_ids))
    with database.reading(Job.INGESTION) as session:
        rows = session.execute(wanted.order_by(Passage.version_id, Passage.ordinal)).tuples().all()
    for first in range(0, len(rows), _AT_ONCE):
        by_client = defaultdict[str, list[_Row]](list)
        for row in rows[first : first + _AT_ONCE]:
            by_client[row[1]].append(row)
        with index.changing:
            _put(database, index, embedder, by_client)
    return len(rows)


def _put(database: Database, index: "VectorIndex", embedder: "Embedder", by_client: dict[str, list[_Row]]) -> None:
    """Embeds what stands at once for several clients in one go: on several cores that is faster than one after the other."""
    serving = _serving(database, by_client)
    stale, refused = dict[tuple[str, int], tuple[Embedder, list[_Row]]](), set[str]()
    for client_id, rows in by_client.items():
        model = serving[client_id][0] or embedder.name
        named = embedder.other(model)
        speaking = None if named is None else for_client(named, client_id)
        if speaking is None:
            refused.add(client_id)
            continue
        _, waiting = stale.setdefault((model, id(speaking)), (speaking, []))
        waiting += [row for row in rows if row[4] is None or row[5] != model]
    fresh: dict[str, tuple[str, Vectors]] = {}
    for (model, _), (speaking, rows) in stale.items():
        vectors = speaking.embed([searched(row[2], row[3]) for row in rows]) if rows else ()
        fresh.update((row[0], (model, vector)) for row, vector in zip(rows, vectors, strict=True))
    for client_id, rows in by_client.items():
        model_of_client, shelf = serving[client_id]
        _shelve(index, shelf_of(client_id, shelf), model_of_client or embedder.name, rows, fresh)
    _keep(database, fresh, [one for one in by_client if serving[one][0] is None and one not in refused], embedder.name)


def _shelve(
    index: "VectorIndex", shelf: str, model: str, rows: Sequence[_Row], fresh: dict[str, "tuple[str, Vectors]"]
) -> None:
    import numpy as np

    kept = {row[0]: unpack(row[4]) for row in rows if row[4] is not None and row[5] == model}
    kept |= {row[0]: fresh[row[0]][1] for row in rows if row[0] in fresh}
    if kept:
        index.put(shelf, list(kept), np.stack(list(kept.values())))


def _serving(database: Database, client_ids: Collection[str]) -> dict[str, tuple[str | None, int]]:
    """The model that each client is searched with, and the number of its shelf."""
    with database.reading(Job.INGESTION) as session:
        query = select(Client.id, Client.embedder, Client.shelf).where(Client.id.in_(client_ids))
        return {row[0]: (row[1], row[2]) for row in session.execute(query).tuples()}


def searched(context: str, text: str) -> str:
    """The words by which a passage is found: what stands over it, and its own."""
    return f"{context}\n{text}" if context else text


def _keep(
    database: Database, vectors: dict[str, "tuple[str, Vectors]"], new_clients: Sequence[str], embedder: str
) -> None:
    """Vectors beside their passages; clients that had none are searched with this model from now on."""
    rows = [{"id": each, "vector": pack(vector), "embedder": model} for each, (model, vector) in vectors.items()]
    with database.writing() as session:
        if rows:
            session.execute(update(Passage), rows)
        if new_clients:
            session.execute(
                update(Client).where(Client.id.in_(new_clients), Client.embedder.is_(None)).values(embedder=embedder)
            )


def retire(database: Database, index: "VectorIndex", client_ids: Collection[str] | None = None) -> int:
    """Take the passages of versions that are no longer current, of documents that a later one supersedes, and of those for whose bytes a
    copy stands now, out of the index; returns how many versions those were."""
    query = (
        select(DocumentVersion.id, DocumentVersion.client_id, Client.shelf)
        .join(Document, Document.id == DocumentVersion.document_id)
        .join(Client, Client.id == DocumentVersion.client_id)
    )
    query = query.where(
        DocumentVersion.stage == "indexed",
        or_(
            Document.current_version_id != DocumentVersion.id,
            Document.superseded_by.is_not(None),
            Document.duplicate_of.is_not(None),
        ),
    )
    if client_ids is not None:
        query = query.where(DocumentVersion.client_id.in_(client_ids))
    with database.reading(Job.INGESTION) as session:
        old = session.execute(query.order_by(DocumentVersion.id)).tuples().all()
    for version_id, client_id, shelf in old:
        with database.reading(Job.INGESTION) as session:
            ids = session.scalars(select(Passage.id).where(Passage.version_id == version_id)).all()
        index.drop(shelf_of(client_id, shelf), ids)
        with database.writing() as session:
            session.get_one(DocumentVersion, version_id).stage = "superseded"
    return len(old)


def current(client_id: str) -> Select[str]:
    """The versions of a client whose passages belong into the index."""
    return (
        select(DocumentVersion.id)
        .join(Document, Document.current_version_id == DocumentVersion.id)
        .where(DocumentVersion.client_id == client_id, DocumentVersion.stage == "indexed")
    )


def verify(database: Database, index: "VectorIndex") -> Iterator[IndexFault]:
    """Every client whose index does not hold exactly the passages that it should; nothing when all is well. That a client is still
    searched with an earlier model is no fault (embedding_again.py), nor that one is searched by words alone. Passages of no client are."""
    clients = _clients(database)
    for client_id, ref, model, shelf in clients:
        with database.reading(Job.INGESTION) as session:
            query = select(Passage.id, Passage.vector.is_(None), Passage.embedder)
            rows = session.execute(query.where(Passage.version_id.in_(current(client_id)))).tuples().all()
        expected = {row[0] for row in rows if not row[1] and row[2] == model}
        held = index.ids(shelf_of(client_id, shelf))
        if expected - held:
            yield IndexFault(ref, f"{len(expected - held)} passages are missing in the index")
        if held - expected:
            yield IndexFault(ref, f"{len(held - expected)} passages stand in the index that should not")
        if model is not None and len(rows) > len(expected):
            yield IndexFault(
                ref, f"{len(rows) - len(expected)} passages have no vector of the model it is searched with"
            )

    known = {client_id for client_id, _, _, _ in clients}
    for name in sorted(index.shelves()):
        if client_of(name) not in known and (stray := index.ids(name)):
            yield IndexFault(client_of(name), f"{len(stray)} passages of a client that is not there stand in the index")


def rebuild(database: Database, index: "VectorIndex", embedder: "Embedder") -> int:
    """Make the index anew from the vectors in the records; only passages without one are embedded. Returns how many were put."""
    count = 0
    for client_id, _, _, shelf in _clients(database):
        with database.reading(Job.INGESTION) as session:
            versions = session.scalars(current(client_id).order_by(DocumentVersion.id)).all()
        with index.changing:
            index.clear(shelf_of(client_id, shelf))
            count += embed_and_put(database, index, embedder, versions)
    sweep(database, index)
    return count


def sweep(database: Database, index: "VectorIndex") -> None:
    """Clear shelves that no client is searched on: what a crash while a client was given another left behind."""
    with index.changing:
        used = {shelf_of(client_id, shelf) for client_id, _, _, shelf in _clients(database)}
        for shelf in index.shelves() - used:
            index.clear(shelf)


def _clients(database: Database) -> Sequence[tuple[str, str, str | None, int]]:
    with database.reading(Job.INGESTION) as session:
        query = select(Client.id, Client.ref, Client.embedder, Client.shelf).order_by(Client.ref)
        return session.execute(query).tuples().all()
