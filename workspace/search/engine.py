"""Search inside one client: rows to a corpus, a question to hits. Only passages of current versions, only of a client that the asker
may see.

Keeps the corpora of the clients searched last. Never answers a question, never reads a file, never writes.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import Select, select

from store.ids import stable_id
from store.tables import Client, Document, DocumentVersion, FactRow, Passage
from workspace.scope import Scope, access_client
from workspace.search.corpus import Corpus, Paper, Piece, build
from workspace.search.periods import DATED, Span, asked_periods, spans_of
from workspace.search.question import read_question
from workspace.search.ranking import score

if TYPE_CHECKING:
    from store.embedder import Embedder
    from store.vectors import VectorIndex

# How many of the nearest vectors are asked for.
_DEPTH = 100
# Half a megabyte each.
_CLIENTS_KEPT = 256


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
class Only:
    """What hits must be of: documents of one of these kinds, of a period that has a day in common. Empty and None exclude nothing."""

    kinds: frozenset[str] = frozenset()
    period: Span | None = None

    def takes(self, paper: Paper) -> bool:
        """Whether a document is of these. One without a known period is of none."""
        of_kind = not self.kinds or paper.kind in self.kinds
        return of_kind and (self.period is None or any(self.period.shared(span) for span in paper.spans))


class Searcher:
    """The index, the embedder, and the corpora of the clients searched last. Safe to share between threads."""

    def __init__(self, index: "VectorIndex", embedder: "Embedder") -> None:
        self.index = index
        self.embedder = embedder
        self._lock = threading.Lock()
        self._corpora: OrderedDict[str, Corpus] = OrderedDict()

    def corpus(self, scope: Scope, client: Client) -> Corpus:
        """The corpus of a client that the scope has given access to, made anew when its current documents are others."""
        current = _current(scope, client)
        key = stable_id(client.id, *(part for row in current for part in row))
        with self._lock:
            if key in self._corpora:
                self._corpora.move_to_end(key)
                return self._corpora[key]
        made = _read_corpus(scope, client, current)
        with self._lock:
            self._corpora[key] = made
            while len(self._corpora) > _CLIENTS_KEPT:
                self._corpora.popitem(last=False)
        return made


def search(
    scope: Scope, engine: Searcher, client_ref: str, query: str, k: int = 10, *, only: Only | None = None
) -> tuple[Hit, ...]:
    """The passages of a client that fit a query, best first, at most k; three queries, five at the first search of a client. Raises
    NotFound for a client outside the scope."""
    client = access_client(scope, client_ref)
    corpus = engine.corpus(scope, client)
    if not corpus.ids or not query.strip() or k < 1:
        return ()
    question = read_question(query)
    vector = engine.embedder.embed([question.meaning])[0]
    nearest = engine.index.near(client.id, vector, _DEPTH)
    near = {corpus.rows[n.passage_id]: n.similarity for n in nearest if n.passage_id in corpus.rows}
    periods = asked_periods(query, today=scope.today, fiscal_year_end=client.fiscal_year_end)
    scores = score(corpus, question, near, periods)
    best = np.argsort(-scores, kind="stable").tolist()
    taken = [row for row in best if only is None or only.takes(corpus.paper(row))][:k]
    return _hits(scope, client.id, {corpus.ids[row]: float(scores[row]) for row in taken})


_Current = tuple[str, str, str, str | None]


def _current(scope: Scope, client: Client) -> Sequence[_Current]:
    """Version, document, path and kind of what can be searched."""
    query = (
        select(DocumentVersion.id, Document.id, Document.path, Document.kind)
        .join(Document, Document.current_version_id == DocumentVersion.id)
        .where(
            Document.client_id == client.id,
            DocumentVersion.client_id == client.id,
            DocumentVersion.stage == "indexed",
        )
        .order_by(DocumentVersion.id)
    )
    return scope.session.execute(query).tuples().all()


def _read_corpus(scope: Scope, client: Client, current: Sequence[_Current]) -> Corpus:
    documents = {version: document for version, document, _, _ in current}
    query = select(Passage.id, Passage.version_id, Passage.page, Passage.context, Passage.text).where(
        Passage.client_id == client.id, Passage.version_id.in_(_current_versions(client))
    )
    rows = scope.session.execute(query.order_by(Passage.version_id, Passage.ordinal, Passage.id)).tuples()
    pieces = [Piece(row[0], documents[row[1]], *row[2:]) for row in rows if row[1] in documents]
    dates = _dates(scope, client)
    papers = [
        Paper(document, path, kind, spans_of(dates.get(version, {}), path)) for version, document, path, kind in current
    ]
    return build(papers, pieces)


def _dates(scope: Scope, client: Client) -> dict[str, dict[str, str]]:
    """What the facts of each current version say of its period; of several with one name the first."""
    query = select(FactRow.version_id, FactRow.name, FactRow.value).where(
        FactRow.client_id == client.id,
        FactRow.version_id.in_(_current_versions(client)),
        FactRow.name.in_(DATED),
        FactRow.row.is_(None),
    )
    found: dict[str, dict[str, str]] = {}
    for version, name, value in scope.session.execute(query.order_by(FactRow.page, FactRow.start, FactRow.id)).tuples():
        found.setdefault(version, {}).setdefault(name, value)
    return found


def _current_versions(client: Client) -> Select[str | None]:
    return select(Document.current_version_id).where(Document.client_id == client.id)


def _hits(scope: Scope, client_id: str, scores: Mapping[str, float]) -> tuple[Hit, ...]:
    query = select(Passage, Document.path, Document.name, Document.kind).join(
        Document, Document.id == Passage.document_id
    )
    query = query.where(Passage.client_id == client_id, Document.client_id == client_id, Passage.id.in_(scores))
    found = {row[0].id: row for row in scope.session.execute(query).tuples()}
    return tuple(_hit(*found[identity], score) for identity, score in scores.items() if identity in found)


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
