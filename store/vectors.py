"""The vector index: Chroma, one collection a client, embedded in the home folder or behind a server.

It holds vectors and passage ids, nothing else; it can always be made anew from the vectors in SQL. One collection a client keeps a
query inside one client by construction. Whoever opens an embedded index must own the home (lock.py): two writers corrupt it. A server
takes any number of them (chroma_server.py); what must be one at a time then is held by a turn (turns.py).
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from store.chroma_server import ChromaServer, made_anew
from store.index_tails import clear_tails
from store.telling import note

Vectors = NDArray[np.float32]
T = TypeVar("T")

# With the defaults (100 / 1000) a query over 1,000 collections took 190 ms at the median; with these 3 to 5 ms.
_COLLECTION = {"hnsw:space": "cosine", "hnsw:batch_size": 50, "hnsw:sync_threshold": 50}
_BATCH = 2000


def shelf_of(client_id: str, number: int) -> str:
    """The collection of a client: vectors of another model go on its next shelf, so that two models never lie on one."""
    return f"{client_id}-{number}" if number else client_id


def client_of(shelf: str) -> str:
    """Whose shelf that is."""
    return shelf.partition("-")[0]


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

    def __init__(
        self,
        path: Path | None,
        server: ChromaServer | None = None,
        changing: AbstractContextManager[Any] | None = None,
    ) -> None:
        """Embedded at `path`, or at a server, which is asked when it is first needed: without it, whatever asks raises Busy. `changing` is
        one of all processes that share a server; None: of the threads of this one."""
        self._server = server
        self._path = path
        self._opened: Any = None
        self.changing: AbstractContextManager[Any] = changing or threading.RLock()
        self._lock = threading.RLock()
        self._known: dict[str, Any] = {}
        if server is None:
            self._opened = self._open()

    @property
    def away(self) -> str | None:
        """What to tell of a server that did not answer a moment ago; None when nothing is known against the index."""
        return self._server.away if self._server else None

    def look(self, *, patient: bool = True) -> None:
        """Ask whether the index is there. Raises Busy when it does not answer, or without patience did not a moment ago; Broken when it
        refuses us."""
        if self._server is not None and not patient:
            self._server.refuse_while_away()
        self._asked(lambda client: client.heartbeat(), patient=patient)

    def put(self, shelf: str, ids: Sequence[str], vectors: Vectors) -> None:
        """Add or replace passages of a client; `vectors` is (n, d), one row an id."""
        for first in range(0, len(ids), _BATCH):
            rows = slice(first, first + _BATCH)
            some, theirs = list(ids[rows]), np.asarray(vectors[rows], dtype=np.float32)
            self._on(shelf, partial(_upsert, ids=some, vectors=theirs))
            note("index_writes", len(some), act="put")

    def drop(self, shelf: str, ids: Sequence[str]) -> None:
        """Take passages of a client out; absent ones are no error."""
        for first in range(0, len(ids), _BATCH):
            some = list(ids[first : first + _BATCH])
            self._on(shelf, partial(_delete, ids=some))
            note("index_writes", len(some), act="dropped")

    def near(self, shelf: str, vector: Vectors, k: int) -> list[Neighbour]:
        """The k passages of this client nearest to `vector` (d,), best first. Somebody waits: a server that did not answer a moment ago is
        not asked."""

        def nearest(collection: Any) -> Any:
            count = collection.count()
            return count and collection.query(query_embeddings=[vector], n_results=min(k, count), include=["distances"])

        if self._server is not None:
            self._server.refuse_while_away()
        found = self._on(shelf, nearest, patient=False)
        if not found:
            return []
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return sorted((Neighbour(i, 1.0 - float(d)) for i, d in pairs), key=lambda n: (-n.similarity, n.passage_id))

    def ids(self, shelf: str) -> set[str]:
        """The ids of all passages of a client that the index holds."""
        return set(self._on(shelf, lambda collection: collection.get(include=[])["ids"]))

    def shelves(self) -> set[str]:
        """All collections that the index holds."""
        found: set[str] = set()
        while True:
            names = [str(one.name) for one in self._asked(partial(_listed, offset=len(found)))]
            if not names:
                return found
            found.update(names)

    def clear(self, shelf: str) -> None:
        """Forget a client's collection altogether."""
        from chromadb.errors import NotFoundError

        with self._lock:
            self._known.pop(shelf, None)
        try:
            self._asked(lambda client: client.delete_collection(shelf))
        except NotFoundError:
            return

    def scour(self) -> None:
        """Take away what the files of an embedded index hold besides vectors. A server's files are its operator's."""
        if self._path is not None and self._server is None:
            with self.changing:
                clear_tails(self._path)

    def _on(self, shelf: str, act: Callable[[Any], T], *, patient: bool = True) -> T:
        """What a client's collection answers. One that is gone (a server that was made anew) is made again and asked once more: what it
        held is missing then, which `tickmark index verify` tells."""
        from chromadb.errors import NotFoundError

        try:
            return self._asked(lambda client: act(self._collection(client, shelf)), patient=patient)
        except NotFoundError:
            with self._lock:
                self._known.pop(shelf, None)
            return self._asked(lambda client: act(self._collection(client, shelf)), patient=patient)

    def _asked(self, act: Callable[[Any], T], *, patient: bool = True) -> T:
        if self._server is None:
            return act(self._opened)
        from chromadb.errors import InvalidArgumentError

        try:
            return self._server.asked(lambda: act(self._open()), patient=patient)
        except InvalidArgumentError as error:
            if not made_anew(error):
                raise
            with self._lock:
                self._opened = None
                self._known.clear()
            return self._server.asked(lambda: act(self._open()), patient=patient)

    def _open(self) -> Any:
        with self._lock:
            if self._opened is None:
                self._opened = self._server.open() if self._server else _embedded(self._path)
            return self._opened

    def _collection(self, client: Any, shelf: str) -> Any:
        if (known := self._known.get(shelf)) is not None:
            return known
        # nobody waits for another's word with a server; two threads at one embedded path make a collection one after the other
        with self._lock if self._server is None else nullcontext():
            if shelf not in self._known:
                self._known[shelf] = client.get_or_create_collection(
                    shelf, metadata=dict(_COLLECTION), embedding_function=None
                )
            return self._known[shelf]


def _upsert(collection: Any, ids: list[str], vectors: Vectors) -> None:
    collection.upsert(ids=ids, embeddings=vectors)


def _delete(collection: Any, ids: list[str]) -> None:
    collection.delete(ids=ids)


def _listed(client: Any, offset: int) -> Any:
    return client.list_collections(limit=1000, offset=offset)


def _embedded(path: Path | None) -> Any:
    from store.chroma_embedded import embedded

    assert path is not None
    return embedded(path)
