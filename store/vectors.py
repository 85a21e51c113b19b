"""The vector index: Chroma, one collection a client, embedded in the home folder or behind a server.

It holds vectors and passage ids, nothing else; it can always be made anew from the vectors in SQL. One collection a client keeps a
query inside one client by construction. Whoever opens an embedded index must own the home (lock.py): two writers corrupt it.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

# With the defaults (100 / 1000) a query over 1,000 collections took 190 ms at the median; with these 3 to 5 ms.
_COLLECTION = {"hnsw:space": "cosine", "hnsw:batch_size": 50, "hnsw:sync_threshold": 50}
_BATCH = 2000


def shelf_of(client_id: str, number: int) -> str:
    """The collection of a client: vectors of another model go on its next shelf, so that two models never lie on one."""
    return f"{client_id}-{number}" if number else client_id


def pack(vector: Vectors) -> bytes:
    """Float32, little-endian: as a vector lies beside its passage in SQL."""
    return vector.astype("<f4").tobytes()


def unpack(data: bytes) -> Vectors:
    """What `pack` made."""
    return np.frombuffer(data, dtype="<f4").astype(np.float32)


@dataclass(frozen=True)
class Neighbour:
    """A passage near a query; `similarity` is the cosine, 1 is the same direction."""

    passage_id: str
    similarity: float


class VectorIndex:
    """The vectors of every client, a shelf each (`shelf_of`). Safe to share between threads. `changing` is held by whoever puts vectors
    on the shelf that a client is searched on, or gives the client another shelf."""

    def __init__(self, path: Path | None, url: str | None = None) -> None:
        """Embedded at `path`, or a server at `url`."""
        import chromadb
        from chromadb.config import Settings

        quiet = Settings(anonymized_telemetry=False)
        if url:
            at = urlsplit(url)
            self._client: Any = chromadb.HttpClient(
                host=at.hostname or "localhost", port=at.port or 8000, ssl=at.scheme == "https", settings=quiet
            )
        else:
            self._client = chromadb.PersistentClient(path=str(path), settings=quiet)
        self.changing = threading.RLock()
        self._lock = threading.Lock()
        self._known: dict[str, Any] = {}

    def put(self, shelf: str, ids: Sequence[str], vectors: Vectors) -> None:
        """Add or replace passages of a client; `vectors` is (n, d), one row an id."""
        collection = self._collection(shelf)
        for first in range(0, len(ids), _BATCH):
            rows = slice(first, first + _BATCH)
            collection.upsert(ids=list(ids[rows]), embeddings=np.asarray(vectors[rows], dtype=np.float32))

    def drop(self, shelf: str, ids: Sequence[str]) -> None:
        """Take passages of a client out; absent ones are no error."""
        for first in range(0, len(ids), _BATCH):
            self._collection(shelf).delete(ids=list(ids[first : first + _BATCH]))

    def near(self, shelf: str, vector: Vectors, k: int) -> list[Neighbour]:
        """The k passages of this client nearest to `vector` (d,), best first."""
        collection = self._collection(shelf)
        count = collection.count()
        if count == 0:
            return []
        found = collection.query(query_embeddings=[vector], n_results=min(k, count), include=["distances"])
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return sorted((Neighbour(i, 1.0 - float(d)) for i, d in pairs), key=lambda n: (-n.similarity, n.passage_id))

    def ids(self, shelf: str) -> set[str]:
        """The ids of all passages of a client that the index holds."""
        return set(self._collection(shelf).get(include=[])["ids"])

    def shelves(self) -> set[str]:
        """All collections that the index holds."""
        found: set[str] = set()
        while True:
            names = [str(one.name) for one in self._client.list_collections(limit=1000, offset=len(found))]
            if not names:
                return found
            found.update(names)

    def clear(self, shelf: str) -> None:
        """Forget a client's collection altogether."""
        from chromadb.errors import NotFoundError

        with self._lock:
            self._known.pop(shelf, None)
        try:
            self._client.delete_collection(shelf)
        except NotFoundError:
            return

    def _collection(self, shelf: str) -> Any:
        with self._lock:
            if shelf not in self._known:
                self._known[shelf] = self._client.get_or_create_collection(
                    shelf, metadata=dict(_COLLECTION), embedding_function=None
                )
            return self._known[shelf]
