"""Passages of all the asker's clients: found by their words in the database, then ranked among themselves as a search inside one client
ranks, their vectors compared exactly.

Ranks are made of the passages that the scope let through and of nothing else. Never opens a collection; so a passage that shares no
word with the question is found inside its client only.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select

from store.tables import Client, Document, Passage
from store.vectors import unpack
from store.word_index import passages_with
from workspace.scope import Scope
from workspace.search.corpus import Paper, Piece, build
from workspace.search.engine import Hit, Searcher, dates_of, hit_of
from workspace.search.periods import asked_periods, spans_of
from workspace.search.question import read_question
from workspace.search.ranking import score

# Passages that are ranked: enough to choose from, few enough to read in some hundredths of a second.
_CANDIDATES = 240
# Fewer that hold all words: passages that hold most of them come in too.
_ENOUGH = 40
_OF_A_WORD = 2_000
_OF_A_CLIENT = 3
_FEW_CLIENTS = 60


@dataclass(frozen=True)
class FirmHit:
    """A hit and whose it is."""

    client_ref: str
    client: str
    hit: Hit


_Row = tuple[Passage, str, str, str | None, str, str]
"""A passage; path, name and kind of its document; ref and name of its client."""


def passages_of_all(scope: Scope, engine: Searcher, asked: str, words: Sequence[str], k: int) -> Sequence[FirmHit]:
    """At most k, the best first, of one client at most three."""
    rows = _rows(scope, _candidates(scope, words))
    if not rows:
        return ()
    versions = {row[0].version_id for row in rows}
    dates = dates_of(scope, versions)
    papers = {
        row[0].document_id: Paper(
            row[0].document_id, row[1], row[3], spans_of(dates.get(row[0].version_id, {}), row[1])
        )
        for row in rows
    }
    pieces = [Piece(p.id, p.document_id, p.page, p.context, p.text) for p, *_ in rows]
    corpus = build(list(papers.values()), pieces)
    question = read_question(asked)
    near = dict(_cosines(engine, rows, question.meaning))
    periods = asked_periods(asked, today=scope.today, fiscal_year_end="12-31")
    scores = score(corpus, question, near, periods)
    found, of = list[FirmHit](), defaultdict[str, int](int)
    for at in np.argsort(-scores, kind="stable").tolist():
        passage, path, name, kind, ref, client = rows[at]
        of[ref] += 1
        if of[ref] <= _OF_A_CLIENT and len(found) < k:
            found.append(FirmHit(ref, client, hit_of(passage, path, name, kind, float(scores[at]), corpus.role(at))))
    return found


def _candidates(scope: Scope, words: Sequence[str]) -> list[str]:
    """Ids of passages that hold all the words; when these are few, also of those that hold most of what is rare in this scope."""
    few = _few(scope)
    together = passages_with(scope.session, words, scope.clients(), few, _CANDIDATES)
    if len(together) >= _ENOUGH or len(words) == 1:
        return together
    weights = defaultdict[str, float](float)
    for word in words:
        holding = passages_with(scope.session, [word], scope.clients(), few, _OF_A_WORD)
        for identity in holding:
            weights[identity] += 1 / np.log(2 + len(holding))
    ranked = sorted(weights, key=lambda identity: (-weights[identity], identity))
    return list(dict.fromkeys([*together, *ranked]))[:_CANDIDATES]


def _few(scope: Scope) -> Sequence[str]:
    """The clients of the scope when they are few enough to be named one by one."""
    found = scope.session.scalars(scope.clients().limit(_FEW_CLIENTS + 1)).all()
    return found if len(found) <= _FEW_CLIENTS else ()


def _rows(scope: Scope, ids: Sequence[str]) -> Sequence[_Row]:
    """Document by document, in reading order."""
    query = (
        select(Passage, Document.path, Document.name, Document.kind, Client.ref, Client.name)
        .join(Document, Document.id == Passage.document_id)
        .join(Client, Client.id == Passage.client_id)
        # as an expression, so that SQLite goes by the few ids and does not walk through all passages of all clients of the scope
        .where(Passage.id.in_(ids), (Passage.client_id + "").in_(scope.clients()))
    )
    rows = scope.session.execute(query).tuples().all() if ids else ()
    return sorted(rows, key=lambda row: (row[0].version_id, row[0].ordinal, row[0].id))


def _cosines(engine: Searcher, rows: Sequence[_Row], meaning: str) -> Iterator[tuple[int, float]]:
    """The likeness of each passage that has a vector; the question is embedded once for each model that the passages carry."""
    by_model = defaultdict[str, list[int]](list)
    for at, row in enumerate(rows):
        if row[0].vector is not None and row[0].embedder is not None:
            by_model[row[0].embedder].append(at)
    for name, places in by_model.items():
        asked = engine.vector(name, meaning)
        if asked is not None:
            vectors = np.stack([unpack(rows[at][0].vector or b"") for at in places])
            yield from zip(places, (vectors @ asked).tolist(), strict=True)
