"""Search inside one client: words and vectors, fused. Only passages of current versions, only of a client that the asker may see.

Each half wins where the other fails (stack.md), so both are asked and their ranks are added (reciprocal rank fusion). Equal scores keep a
fixed order. Never answers a question, never reads a file.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from store.ids import stable_id
from store.tables import Document, DocumentVersion, Passage
from workspace.scope import Scope, access_client

if TYPE_CHECKING:
    from store.embedder import Embedder
    from store.vectors import VectorIndex

_DEPTH = 50
# The usual constant of reciprocal rank fusion (Cormack, Clarke and Buettcher 2009).
_RANK_OFFSET = 60
_CLIENTS_KEPT = 64


@dataclass(frozen=True)
class Hit:
    """A passage that was found: where it stands, its words, and how well it fits (higher is better, comparable within one search)."""

    document_id: str
    version_id: str
    passage_id: str
    path: str
    name: str
    kind: str | None
    page: int
    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True)
class _Words:
    """The word index of a client's current passages; `ids` in the order of the index's rows."""

    ids: tuple[str, ...]
    members: frozenset[str]
    ranker: Any


class Searcher:
    """The index, the embedder, and the word indexes of the clients searched last. Safe to share between threads."""

    def __init__(self, index: "VectorIndex", embedder: "Embedder") -> None:
        self.index = index
        self.embedder = embedder
        self._lock = threading.Lock()
        self._words: OrderedDict[str, _Words] = OrderedDict()

    def words(self, scope: Scope, client_id: str) -> _Words:
        """The word index of a client, made anew when the set of its current versions is another."""
        versions = scope.session.scalars(_current_versions(client_id)).all()
        key = stable_id(client_id, *versions)
        with self._lock:
            if key in self._words:
                self._words.move_to_end(key)
                return self._words[key]
        made = _index_words(scope, client_id, versions)
        with self._lock:
            self._words[key] = made
            while len(self._words) > _CLIENTS_KEPT:
                self._words.popitem(last=False)
        return made


def search(scope: Scope, engine: Searcher, client_ref: str, query: str, k: int = 10) -> tuple[Hit, ...]:
    """The passages of a client that fit a query, best first, at most k. Raises NotFound for a client outside the scope."""
    client = access_client(scope, client_ref)
    words = engine.words(scope, client.id)
    if not words.ids or not query.strip() or k < 1:
        return ()
    by_words = _best_by_words(words, query)
    near = engine.index.near(client.id, engine.embedder.embed([query])[0], _DEPTH)
    by_vectors = [n.passage_id for n in near if n.passage_id in words.members]
    scores: dict[str, float] = {}
    for ranking in (by_words, by_vectors):
        for rank, passage_id in enumerate(ranking, start=1):
            scores[passage_id] = scores.get(passage_id, 0.0) + 1.0 / (_RANK_OFFSET + rank)
    best = sorted(scores, key=lambda identity: (-scores[identity], identity))[:k]
    return _hits(scope, client.id, best, scores)


def _current_versions(client_id: str) -> Any:
    return (
        select(DocumentVersion.id)
        .join(Document, Document.current_version_id == DocumentVersion.id)
        .where(
            Document.client_id == client_id,
            DocumentVersion.client_id == client_id,
            DocumentVersion.stage == "indexed",
        )
        .order_by(DocumentVersion.id)
    )


def _index_words(scope: Scope, client_id: str, versions: Sequence[str]) -> _Words:
    current = select(Document.current_version_id).where(Document.client_id == client_id)
    query = select(Passage.id, Passage.context, Passage.text, Passage.version_id).where(
        Passage.client_id == client_id, Passage.version_id.in_(current)
    )
    known = set(versions)
    rows = [row for row in scope.session.execute(query.order_by(Passage.id)).tuples() if row[3] in known]
    ids = tuple(row[0] for row in rows)
    return _Words(ids, frozenset(ids), _ranker([f"{row[1]}\n{row[2]}" for row in rows]) if rows else None)


def _ranker(texts: list[str]) -> Any:
    import bm25s

    ranker = bm25s.BM25()
    ranker.index(_tokens(texts), show_progress=False)
    return ranker


def _tokens(texts: list[str]) -> list[list[str]]:
    import bm25s
    import Stemmer

    tokens: list[list[str]] = bm25s.tokenize(
        texts, stemmer=Stemmer.Stemmer("english"), return_ids=False, show_progress=False
    )
    return tokens


def _best_by_words(words: _Words, query: str) -> list[str]:
    scores = words.ranker.get_scores(_tokens([query])[0])
    ranked = sorted(((-float(score), words.ids[row]) for row, score in enumerate(scores) if score > 0))
    return [identity for _, identity in ranked[:_DEPTH]]


def _hits(scope: Scope, client_id: str, ids: list[str], scores: dict[str, float]) -> tuple[Hit, ...]:
    query = select(Passage, Document.path, Document.name, Document.kind).join(
        Document, Document.id == Passage.document_id
    )
    query = query.where(Passage.client_id == client_id, Document.client_id == client_id, Passage.id.in_(ids))
    found = {row[0].id: row for row in scope.session.execute(query)}
    return tuple(_hit(*found[identity], scores[identity]) for identity in ids if identity in found)


def _hit(passage: Passage, path: str, name: str, kind: str | None, score: float) -> Hit:
    return Hit(
        document_id=passage.document_id,
        version_id=passage.version_id,
        passage_id=passage.id,
        path=path,
        name=name,
        kind=kind,
        page=passage.page,
        start=passage.start,
        end=passage.end,
        text=passage.text,
        score=round(score, 6),
    )
