"""How long a search inside one client takes, its embedding included, at many clients of two hundred passages each; and
the search over all clients.

The passages are varied from really embedded ones (passages.py); the questions, their embedding and everything they meet are the
product's own. The first question about a client makes its word index, so cold and warm are told apart; so is a day of questions that come
about any client, of which the searcher keeps only some ready. Beside it stand libraries over the same passages (peers.py).
"""

import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from sqlalchemy import select

from api.settings import load_settings
from api.wiring import Services, build
from evals.bench.passages import fill, sorts_of
from evals.bench.peers import PlainRag, RawChroma, WordsAlone, has_rag
from evals.bench.peers import milliseconds as _timed
from evals.bench.spread import TODAY, Bench, Spread, spread
from store.tables import Client, Passage
from store.vectors import Vectors, unpack
from workspace.firm_search import firm_search
from workspace.scope import system_scope
from workspace.search import search

# How many clients the sample firm has whose passages are varied.
SORTS_OF = 6
DAY = 2_000
# A day's questions are mostly about few clients: four of five about a fifth of them.
_OFTEN, _OF_FEW = 0.8, 0.2
_PEERS_OF = 20  # clients whose passages the peers get
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
    made = Bench(bench.homes, SORTS_OF, bench.reuse, bench.progress).home("loaded")
    sorts = sorts_of(made)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(made / "models", home / "models")
        with build(load_settings(home), own_index=True, purpose="bench") as services:
            fill(services, sorts, bench.clients, bench.progress)
        with build(load_settings(home), own_index=True, purpose="bench") as services:
            yield from _measured(services, Path(folder))


def _measured(services: Services, folder: Path) -> Iterator[Spread]:
    services.embedder.embed(["the model is opened before the clock runs"])
    draw, clients = random.Random(7), _clients(services)
    draw.shuffle(clients)
    first, later = [list[float]() for _ in range(2)]
    for ref, _ in clients:
        times = [_timed(_ask, services, ref, question) for question in QUESTIONS]
        first.append(times[0])
        later += times[1:]
    day = [_timed(_ask, services, _any(clients, draw), draw.choice(QUESTIONS)) for _ in range(DAY)]
    memory = memory_now()
    embedding = [_timed(services.embedder.embed, [question]) for question in QUESTIONS * EMBEDDED]
    everywhere = [_timed(_ask_all, services, question) for question in QUESTIONS * 3]
    yield spread("first question about a client", "ms", first)
    yield spread("later questions", "ms", later)
    yield spread("a day's questions, about any client", "ms", day)
    yield spread("embedding a question", "ms", embedding)
    yield spread("over all clients", "ms", everywhere)
    if memory:
        yield spread("memory of the process after the day", "MB", [memory])
    yield from _peers(services, [client_id for _, client_id in clients[:_PEERS_OF]], folder)


def _peers(services: Services, clients: Sequence[str], folder: Path) -> Iterator[Spread]:
    """Libraries over the passages of some clients, one index a client, each made before it is asked."""
    chroma, embed = RawChroma(folder / "peer"), services.embedder.embed
    asked = embed(list(QUESTIONS))
    sizes, words, near, plain = [list[float]() for _ in range(4)]
    for client_id in clients:
        texts, vectors = passages_of(services, client_id)
        sizes.append(len(texts))
        ranker, kept = WordsAlone(texts), chroma.put(vectors)
        words += [_timed(ranker.find, question) for question in QUESTIONS]
        near += [_timed(chroma.near, kept, vector) for vector in asked]
        if has_rag():
            rag = PlainRag(services.embedder)
            rag.put(texts, vectors)
            plain += [_timed(rag.find, question) for question in QUESTIONS]
    yield spread("passages of a client", "count", sizes)
    yield spread("bm25s alone over the same passages", "ms", words)
    yield spread("raw Chroma over the same, question embedded", "ms", near)
    if plain:
        yield spread("plain RAG (LangChain), its retrieval", "ms", plain)


def _any(clients: Sequence[tuple[str, str]], draw: random.Random) -> str:
    few = max(1, round(len(clients) * _OF_FEW))
    return draw.choice(clients[:few] if draw.random() < _OFTEN else clients)[0]


def memory_now() -> float:
    """MB that the process holds now; 0 where the system does not tell."""
    return int(_STATM.read_text().split()[1]) * 4096 / 1e6 if _STATM.exists() else 0.0


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


def passages_of(services: Services, client_id: str) -> tuple[list[str], Vectors]:
    """The words and the vectors of a client's passages."""
    query = select(Passage.text, Passage.vector).where(Passage.client_id == client_id, Passage.vector.is_not(None))
    with services.database.reading() as session:
        rows = session.execute(query.order_by(Passage.id)).tuples().all()
    return [text for text, _ in rows], np.stack([unpack(vector or b"") for _, vector in rows])
