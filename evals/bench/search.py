"""How long a search inside one client takes, its embedding included, at many clients of two hundred passages each; beside the word
ranking alone over the same passages.

The first question about a client makes its word index and opens its collection, so first and later questions are told apart.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import bm25s
import Stemmer
from sqlalchemy import select

from api.settings import load_settings
from api.wiring import Services, build
from evals.bench.spread import TODAY, Bench, Spread, spread
from store.tables import Client, Passage
from workspace.scope import system_scope
from workspace.search import search

DOCUMENTS_PER_CLIENT = 180
QUESTIONS = (
    "When is the return due?",
    "engagement letter fee",
    "closing balance of the operating account",
    "What monthly rent does the lease provide for?",
    "amount due on the notice",
    "payroll deposits in January",
    "Who signed the minutes of the annual meeting?",
    "interest rate of the bank loan",
)


def measure(bench: Bench) -> Iterator[Spread]:
    """Milliseconds of first and later questions, of embedding alone and of the words alone; passages a client as they came out."""
    home = bench.home("loaded", DOCUMENTS_PER_CLIENT)
    first, later, alone, sizes = [list[float]() for _ in range(4)]
    with build(load_settings(home), own_index=True, purpose="bench") as services:
        services.embedder.embed(["the model is opened before the clock runs"])
        for ref, client_id in _clients(services):
            times = [_timed(_ask, services, ref, question) for question in QUESTIONS]
            first.append(times[0])
            later += times[1:]
            passages = _passages(services, client_id)
            sizes.append(len(passages))
            alone += list(_words_alone(passages))
        embedding = [_timed(services.embedder.embed, [question]) for question in QUESTIONS * 5]
    yield spread("passages of a client", "count", sizes)
    yield spread("first question about a client", "ms", first)
    yield spread("later questions", "ms", later)
    yield spread("embedding a question", "ms", embedding)
    yield spread("bm25s alone over the same passages", "ms", alone)


def _timed(work: Callable[..., Any], *given: Any) -> float:
    """Milliseconds of one call."""
    began = time.perf_counter()
    work(*given)
    return 1000 * (time.perf_counter() - began)


def _clients(services: Services) -> list[tuple[str, str]]:
    with services.database.reading() as session:
        return list(session.execute(select(Client.ref, Client.id).order_by(Client.ref)).tuples())


def _ask(services: Services, ref: str, question: str) -> None:
    with services.database.reading() as session:
        scope = system_scope(session, "bench", now=services.clock.now(), today=TODAY)
        search(scope, services.searcher, ref, question)


def _passages(services: Services, client_id: str) -> list[str]:
    with services.database.reading() as session:
        return list(session.scalars(select(Passage.text).where(Passage.client_id == client_id).order_by(Passage.id)))


def _words_alone(passages: list[str]) -> Iterator[float]:
    """The library as its own documentation uses it, with its index made beforehand."""
    stemmer = Stemmer.Stemmer("english")
    ranker = bm25s.BM25()
    ranker.index(bm25s.tokenize(passages, stemmer=stemmer, show_progress=False), show_progress=False)
    for question in QUESTIONS:
        yield _timed(_rank, ranker, stemmer, question, len(passages))


def _rank(ranker: Any, stemmer: Any, question: str, passages: int) -> None:
    tokens = bm25s.tokenize([question], stemmer=stemmer, show_progress=False)
    ranker.retrieve(tokens, k=min(10, passages), show_progress=False)
