"""How long a search inside one client takes, its embedding included, at many clients of two hundred passages each; beside the word
ranking alone over the same passages. And the search over all clients.

The passages are varied from really embedded ones (passages.py); the questions, their embedding and everything they meet are the
product's own. The first question about a client makes its word index, so cold and warm are told apart; so is a day of questions that come
about any client, of which the searcher keeps only some ready.
"""

import logging
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import Stemmer
from sqlalchemy import select

from api.settings import load_settings
from api.wiring import Services, build
from evals.bench.passages import fill, sorts_of
from evals.bench.spread import TODAY, Bench, Spread, spread
from store.tables import Client, Passage
from workspace.firm_search import firm_search
from workspace.scope import system_scope
from workspace.search import search

# How many clients the sample firm has whose passages are varied.
SORTS_OF = 6
DAY = 2_000
# A day's questions are mostly about few clients: four of five about a fifth of them.
_OFTEN, _OF_FEW = 0.8, 0.2
_WORDS_ALONE = 20
EMBEDDED = 25  # times each question is embedded alone
_STATM = Path("/proc/self/statm")
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
    """Milliseconds of first, later and a day's questions, of embedding alone, of the words alone, over all clients; MB of memory."""
    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it tells of every index
    made = Bench(bench.homes, SORTS_OF, bench.reuse, bench.progress).home("loaded")
    sorts = sorts_of(made)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(made / "models", home / "models")
        with build(load_settings(home), own_index=True, purpose="bench") as services:
            fill(services, sorts, bench.clients, bench.progress)
        with build(load_settings(home), own_index=True, purpose="bench") as services:
            yield from _measured(services)


def _measured(services: Services) -> Iterator[Spread]:
    services.embedder.embed(["the model is opened before the clock runs"])
    draw, clients = random.Random(7), _clients(services)
    draw.shuffle(clients)
    first, later, alone, sizes = [list[float]() for _ in range(4)]
    for number, (ref, client_id) in enumerate(clients):
        times = [_timed(_ask, services, ref, question) for question in QUESTIONS]
        first.append(times[0])
        later += times[1:]
        if number < _WORDS_ALONE:
            passages = _passages(services, client_id)
            sizes.append(len(passages))
            alone += list(_words_alone(passages))
    day = [_timed(_ask, services, _any(clients, draw), draw.choice(QUESTIONS)) for _ in range(DAY)]
    memory = memory_now()
    embedding = [_timed(services.embedder.embed, [question]) for question in QUESTIONS * EMBEDDED]
    everywhere = [_timed(_ask_all, services, question) for question in QUESTIONS * 3]
    yield spread("passages of a client", "count", sizes)
    yield spread("first question about a client", "ms", first)
    yield spread("later questions", "ms", later)
    yield spread("a day's questions, about any client", "ms", day)
    yield spread("embedding a question", "ms", embedding)
    yield spread("over all clients", "ms", everywhere)
    yield spread("bm25s alone over the same passages", "ms", alone)
    if memory:
        yield spread("memory of the process after the day", "MB", [memory])


def _any(clients: Sequence[tuple[str, str]], draw: random.Random) -> str:
    few = max(1, round(len(clients) * _OF_FEW))
    return draw.choice(clients[:few] if draw.random() < _OFTEN else clients)[0]


def memory_now() -> float:
    """MB that the process holds now; 0 where the system does not tell."""
    return int(_STATM.read_text().split()[1]) * 4096 / 1e6 if _STATM.exists() else 0.0


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


def _ask_all(services: Services, question: str) -> None:
    with services.database.reading() as session:
        scope = system_scope(session, "bench", now=services.clock.now(), today=TODAY)
        firm_search(scope, services.searcher, question)


def _passages(services: Services, client_id: str) -> list[str]:
    with services.database.reading() as session:
        return list(session.scalars(select(Passage.text).where(Passage.client_id == client_id).order_by(Passage.id)))


def _words_alone(passages: list[str]) -> Iterator[float]:
    """The library as its own documentation uses it, with its index made beforehand."""
    import bm25s  # with a compiler of its own: a second of imports

    stemmer = Stemmer.Stemmer("english")
    ranker = bm25s.BM25()
    ranker.index(bm25s.tokenize(passages, stemmer=stemmer, show_progress=False), show_progress=False)
    for question in QUESTIONS:
        yield _timed(_rank, ranker, stemmer, question, len(passages))


def _rank(ranker: Any, stemmer: Any, question: str, passages: int) -> None:
    import bm25s

    tokens = bm25s.tokenize([question], stemmer=stemmer, show_progress=False)
    ranker.retrieve(tokens, k=min(10, passages), show_progress=False)
