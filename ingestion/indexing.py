"""Passages into the vector index, and the index held against the records: what is missing, what should have left, making it anew.

The vectors lie beside the passages in SQL; the index holds copies. Only passages of a document's current version belong there.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Select, select, update

from store.database import Database
from store.tables import Client, Document, DocumentVersion, Passage

if TYPE_CHECKING:
    from store.embedder import Embedder
    from store.vectors import VectorIndex, Vectors

_AT_ONCE = 512


@dataclass(frozen=True)
class IndexFault:
    """A client whose index and records differ; the message says how."""

    client_ref: str
    message: str


def embed_and_put(database: Database, index: "VectorIndex", embedder: "Embedder", version_ids: Sequence[str]) -> int:
    """Embed the passages of these versions that have no vector of this embedder, put all into the index; returns how many.

    The index comes before the records: what it holds already after a crash is put again."""
    import numpy as np

    wanted = select(Passage.id, Passage.client_id, Passage.context, Passage.text, Passage.vector, Passage.embedder)
    wanted = wanted.where(Passage.version_id.in_(version_ids)).order_by(Passage.version_id, Passage.ordinal)
    with database.reading() as session:
        rows = session.execute(wanted).tuples().all()
    for first in range(0, len(rows), _AT_ONCE):
        part = rows[first : first + _AT_ONCE]
        stale = [row for row in part if row[4] is None or row[5] != embedder.name]
        fresh = dict(
            zip((row[0] for row in stale), embedder.embed([searched(row[2], row[3]) for row in stale]), strict=True)
        )
        vectors = np.stack([fresh[row[0]] if row[0] in fresh else unpack(row[4] or b"") for row in part])
        by_client = defaultdict[str, list[int]](list)
        for at, row in enumerate(part):
            by_client[row[1]].append(at)
        for client_id, places in by_client.items():
            index.put(client_id, [part[at][0] for at in places], vectors[places])
        if fresh:
            _keep(database, fresh, embedder.name)
    return len(rows)


def searched(context: str, text: str) -> str:
    """The words by which a passage is found: what stands over it, and its own."""
    return f"{context}\n{text}" if context else text


def pack(vector: "Vectors") -> bytes:
    """Float32, little-endian."""
    return vector.astype("<f4").tobytes()


def unpack(data: bytes) -> "Vectors":
    import numpy as np

    return np.frombuffer(data, dtype="<f4").astype(np.float32)


def _keep(database: Database, vectors: dict[str, "Vectors"], embedder: str) -> None:
    rows = [{"id": identity, "vector": pack(vector), "embedder": embedder} for identity, vector in vectors.items()]
    with database.writing() as session:
        session.execute(update(Passage), rows)


def retire(database: Database, index: "VectorIndex", client_ids: Collection[str] | None = None) -> int:
    """Take the passages of versions that are no longer current out of the index; returns how many versions those were."""
    query = select(DocumentVersion.id, DocumentVersion.client_id).join(
        Document, Document.id == DocumentVersion.document_id
    )
    query = query.where(DocumentVersion.stage == "indexed", Document.current_version_id != DocumentVersion.id)
    if client_ids is not None:
        query = query.where(DocumentVersion.client_id.in_(client_ids))
    with database.reading() as session:
        old = session.execute(query.order_by(DocumentVersion.id)).tuples().all()
    for version_id, client_id in old:
        with database.reading() as session:
            ids = session.scalars(select(Passage.id).where(Passage.version_id == version_id)).all()
        index.drop(client_id, ids)
        with database.writing() as session:
            session.get_one(DocumentVersion, version_id).stage = "superseded"
    return len(old)


def _current(client_id: str) -> Select[str]:
    """The versions of a client whose passages belong into the index."""
    return (
        select(DocumentVersion.id)
        .join(Document, Document.current_version_id == DocumentVersion.id)
        .where(DocumentVersion.client_id == client_id, DocumentVersion.stage == "indexed")
    )


def verify(database: Database, index: "VectorIndex", embedder: str) -> Iterator[IndexFault]:
    """Every client whose index does not hold exactly the passages that it should; nothing when all is well."""
    for client_id, ref in _clients(database):
        with database.reading() as session:
            query = select(Passage.id, Passage.vector.is_(None), Passage.embedder)
            rows = session.execute(query.where(Passage.version_id.in_(_current(client_id)))).tuples().all()
        expected, held = {row[0] for row in rows}, index.ids(client_id)
        if expected - held:
            yield IndexFault(ref, f"{len(expected - held)} passages are missing in the index")
        if held - expected:
            yield IndexFault(ref, f"{len(held - expected)} passages stand in the index that should not")
        other = sum(1 for _, empty, name in rows if empty or name != embedder)
        if other:
            yield IndexFault(ref, f"{other} passages were embedded by another model or not at all")


def rebuild(database: Database, index: "VectorIndex", embedder: "Embedder") -> int:
    """Make the index anew from the records; passages of another embedder are embedded again. Returns how many were put."""
    count = 0
    for client_id, _ in _clients(database):
        with database.reading() as session:
            versions = session.scalars(_current(client_id).order_by(DocumentVersion.id)).all()
        index.clear(client_id)
        count += embed_and_put(database, index, embedder, versions)
    return count


def _clients(database: Database) -> Sequence[tuple[str, str]]:
    with database.reading() as session:
        return session.execute(select(Client.id, Client.ref).order_by(Client.ref)).tuples().all()
