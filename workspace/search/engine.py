"""Search inside one client: rows to a corpus, a question to hits. Only passages of current versions, only of a client that the asker
may see.

Keeps the corpora of the clients searched last. Never answers a question, never reads a file, never writes.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import Select, String, bindparam, cast, func, select

from store.embedder import for_client
from store.errors import Busy
from store.ids import stable_id
from store.tables import Client, Document, DocumentVersion, FactCorrection, FactRow, Passage
from store.vectors import Vectors, shelf_of, unpack
from workspace.scope import Scope, access_client
from workspace.search import kept
from workspace.search.corpus import Corpus, Paper, Piece, build
from workspace.search.narrow import Only
from workspace.search.periods import DATED, asked_periods, spans_of
from workspace.search.question import read_question
from workspace.search.ranking import score

if TYPE_CHECKING:
    from store.embedder import Embedder
    from store.vectors import VectorIndex

# How many of the nearest vectors are asked for.
_DEPTH = 100
# Passages of one client up to which all vectors are compared: exact, in half a millisecond, and no collection stays open for it.
_COMPARED = 5_000
# Passages of all clients kept ready in memory: some 8 KB each, their vectors included.
_PASSAGES_KEPT = 30_000


@dataclass(frozen=True)
class Hit:
    """A passage that was found: where it stands, its words, and how well it fits (higher is better, comparable within one search).
    `role` is what its page is, as search saw it (balance sheet, table, …), "" for a page of text."""

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
    role: str
    score: float


@dataclass(frozen=True)
class Held:
    """A client's corpus and the vectors of its rows; `vectors` None when there are too many to compare one by one."""

    corpus: Corpus
    vectors: Vectors | None


class Searcher:
    """The index, the embedder, and the corpora of the clients searched last. Safe to share between threads."""

    def __init__(self, index: "VectorIndex", embedder: "Embedder", folder: Path | None = None) -> None:
        """`folder`: where corpora are kept that no longer stay in memory; None keeps none."""
        self.index = index
        self._folder = folder
        self.embedder = embedder
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[str, Held]] = OrderedDict()  # of each client the newest alone, with its key

    def held(self, scope: Scope, client: Client) -> Held:
        """What is searched of a client that the scope has given access to, made anew when its current documents are others."""
        current = _current(scope, client)
        key = _key(client, current)
        with self._lock:
            known, found = self._held.get(client.id, ("", None))
            if found is not None and known == key:
                self._held.move_to_end(client.id)
                return found
        made = kept.read(self._folder, client.id, key, Held)
        if made is None:
            made = _read(scope, client, current)
            kept.keep(self._folder, client.id, key, made)
        with self._lock:
            self._held[client.id] = key, made
            self._held.move_to_end(client.id)
            while len(self._held) > 1 and sum(len(one.corpus.ids) for _, one in self._held.values()) > _PASSAGES_KEPT:
                self._held.popitem(last=False)
        return made

    def make_ready(self, scope: Scope, client: Client) -> bool:
        """Make and keep what is searched of a client where that is not kept as its documents are now, so that no question waits for it."""
        current = _current(scope, client)
        key = _key(client, current)
        if not current or kept.is_there(self._folder, client.id, key):
            return False
        kept.keep(self._folder, client.id, key, _read(scope, client, current))
        return True

    def vector(self, model: str | None, meaning: str, client_id: str | None = None) -> Vectors | None:
        """A question, about a client or about all, as a vector of that model (None: the one that is set). None when the model cannot be had
        now, or the words may not go there: words alone are searched then."""
        try:
            named = self.embedder if model is None else self.embedder.other(model)
            embedder = None if named is None else for_client(named, client_id)
            return None if embedder is None else embedder.embed([meaning])[0]
        except Busy:
            return None

    def words_alone(self, scope: Scope, client_ref: str) -> bool:
        """Whether a client is searched by words alone, since its words may not go to the model. Raises NotFound outside the scope."""
        client = access_client(scope, client_ref)
        named = self.embedder if client.embedder is None else self.embedder.other(client.embedder)
        return named is not None and for_client(named, client.id) is None

    def away(self, scope: Scope, client_ref: str) -> str | None:
        """Why a client is searched by words alone just now although it is indexed: the index does not answer. None when it does, or is not
        needed, since the client's passages are few. Raises NotFound outside the scope."""
        if (why := self.index.away) is None:
            return None
        client = access_client(scope, client_ref)
        return None if client.embedder is None or self.held(scope, client).vectors is not None else why

    def near(self, client: Client, held: Held, meaning: str) -> dict[int, float]:
        """The rows nearest in meaning, with their cosines; compared one by one where they are few enough."""
        if client.embedder is None and held.vectors is None:
            return {}  # nothing of it was embedded
        asked = self.vector(client.embedder, meaning, client.id)
        if asked is None:
            return {}
        if held.vectors is None:
            try:
                found = self.index.near(shelf_of(client.id, client.shelf), asked, _DEPTH)
            except Busy:  # a server that does not answer: `away` says so to whoever asked
                return {}
            rows = held.corpus.rows
            return {rows[one.passage_id]: one.similarity for one in found if one.passage_id in rows}
        cosines = held.vectors @ asked
        best = np.argsort(-cosines, kind="stable")[:_DEPTH]
        return dict(zip(best.tolist(), cosines[best].tolist(), strict=True))


def search(
    scope: Scope, engine: Searcher, client_ref: str, query: str, k: int = 10, *, only: Only | None = None
) -> tuple[Hit, ...]:
    """The passages of a client that fit a query, best first, at most k; three queries, five at the first search of a client. Raises
    NotFound for a client outside the scope."""
    client = access_client(scope, client_ref)
    held = engine.held(scope, client)
    corpus = held.corpus
    if not corpus.ids or not query.strip() or k < 1:
        return ()
    question = read_question(query)
    near = engine.near(client, held, question.meaning)
    periods = asked_periods(query, today=scope.today, fiscal_year_end=client.fiscal_year_end)
    scores = score(corpus, question, near, periods)
    best = np.argsort(-scores, kind="stable").tolist()
    taken = [row for row in best if only is None or only.takes(corpus.paper(row))][:k]
    return _hits(scope, client.id, {corpus.ids[row]: (float(scores[row]), corpus.role(row)) for row in taken})


_Current = tuple[str, str, str, str | None, str | None, str]


def _current(scope: Scope, client: Client) -> Sequence[_Current]:
    """Version, document, path and kind of what can be searched; the rules that read its facts and a mark that changes when people correct
    them, since its period is read from facts."""
    return scope.session.execute(_select_current(), {"client": client.id}).tuples().all()


@cache
def _select_current() -> Select[*_Current]:
    """Built once: it is asked before every search."""
    of = bindparam("client", type_=String)
    corrections = (
        select(cast(func.count(), String) + ":" + func.coalesce(cast(func.max(FactCorrection.at), String), ""))
        .where(FactCorrection.client_id == of)
        .scalar_subquery()
    )
    version = (DocumentVersion.id, Document.id, Document.path, Document.kind, DocumentVersion.readers)
    return (
        select(*version, corrections)
        .join(Document, Document.current_version_id == DocumentVersion.id)
        .where(
            Document.client_id == of,
            DocumentVersion.client_id == of,
            DocumentVersion.stage == "indexed",
            Document.superseded_by.is_(None),
        )
        .order_by(DocumentVersion.id)
    )


def _key(client: Client, current: Sequence[_Current]) -> str:
    return stable_id(client.id, client.embedder, client.shelf, *(part for row in current for part in row))


def _read(scope: Scope, client: Client, current: Sequence[_Current]) -> Held:
    documents = {version: document for version, document, *_ in current}
    query = select(
        Passage.id, Passage.version_id, Passage.page, Passage.context, Passage.text, Passage.vector, Passage.embedder
    ).where(Passage.client_id == client.id, Passage.version_id.in_(_current_versions(client)))
    found = scope.session.execute(query.order_by(Passage.version_id, Passage.ordinal, Passage.id)).tuples()
    rows = [row for row in found if row[1] in documents]
    pieces = [Piece(row[0], documents[row[1]], row[2], row[3], row[4]) for row in rows]
    dates = dates_of(scope, _current_versions(client))
    papers = [
        Paper(document, path, kind, spans_of(dates.get(version, {}), path))
        for version, document, path, kind, *_ in current
    ]
    return Held(build(papers, pieces), _stacked([row[5] if row[6] == client.embedder else None for row in rows]))


def _stacked(packed: Sequence[bytes | None]) -> Vectors | None:
    """Vectors as one array, zeros for a passage that has none of this model; None when there are too many or none."""
    length = max((len(one) for one in packed if one), default=0)
    if not length or len(packed) > _COMPARED:
        return None
    return unpack(b"".join(one or bytes(length) for one in packed)).reshape(len(packed), -1)


def dates_of(scope: Scope, versions: Collection[str] | Select[str | None]) -> dict[str, dict[str, str]]:
    """What the facts of each of these versions, of clients in the scope, say of its period; of several with one name the first."""
    query = select(FactRow.version_id, FactRow.name, FactRow.value).where(
        FactRow.client_id.in_(scope.clients()),
        FactRow.version_id.in_(versions),
        FactRow.name.in_(DATED),
        FactRow.row.is_(None),
    )
    found: dict[str, dict[str, str]] = {}
    for version, name, value in scope.session.execute(query.order_by(FactRow.page, FactRow.start, FactRow.id)).tuples():
        found.setdefault(version, {}).setdefault(name, value)
    return found


def _current_versions(client: Client) -> Select[str | None]:
    return select(Document.current_version_id).where(Document.client_id == client.id)


def _hits(scope: Scope, client_id: str, best: Mapping[str, tuple[float, str]]) -> tuple[Hit, ...]:
    query = select(Passage, Document.path, Document.name, Document.kind).join(
        Document, Document.id == Passage.document_id
    )
    query = query.where(Passage.client_id == client_id, Document.client_id == client_id, Passage.id.in_(best))
    rows = {row[0].id: row for row in scope.session.execute(query).tuples()}
    return tuple(hit_of(*rows[identity], *found) for identity, found in best.items() if identity in rows)


def hit_of(passage: Passage, path: str, name: str, kind: str | None, score: float, role: str) -> Hit:
    """A passage, its document's path, name and kind, as a hit."""
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
        role=role,
        score=round(score, 6),
    )
